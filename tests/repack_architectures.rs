//! The networks that other tools check themselves on (OTO's sanity checks, Torch-Pruning's and NNCF's toy nets), rebuilt
//! small: random channels go, and the compact network computes what the masked one does.

mod common;

use common::nets::{max_pool, resnet18, resnet50, vgg11};
use common::repacking::{agree, group_sizes, random_units, share_of_each};
use common::{Net, Random, int, ints, random_inputs};
use secateur::graph::{Graph, ValueId};
use secateur::ops::coupling::Axis;
use secateur::prune::check::check;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::{mask_channels, repack};
use secateur::tensor::Tensor;

/// Several random cuts, each compared with the brute-force reference.
fn survives(name: &str, graph: &Graph) {
    let groups = analyze(graph).unwrap();
    assert!(!groups.groups.is_empty(), "{name}: nothing can be cut");
    let mut random = Random(7);
    for _ in 0..4 {
        let removed = random_units(&groups, &mut random);
        agree(graph, &groups, &removed, &mut random);
    }
}

/// The shapes of all stored tensors with so many axes, in the order of the nodes, once half of every group is gone.
fn halved(graph: &Graph, rank: usize) -> Vec<Vec<usize>> {
    let groups = analyze(graph).unwrap();
    let removed = share_of_each(&groups, 0.5);
    let packed = repack(graph, &groups, &removed).unwrap().graph;
    let weights = packed
        .nodes
        .iter()
        .filter_map(|node| packed.constant(node.input(1)?));
    let shapes = weights.map(|tensor| tensor.shape().to_vec());
    shapes.filter(|shape| shape.len() == rank).collect()
}

fn conv_bn_relu(net: &mut Net, x: ValueId, out: usize, k: usize) -> ValueId {
    let y = net.conv(x, out, k);
    let y = net.batch_norm(y);
    net.relu(y)
}

/// He et al. and Simonyan and Zisserman at their real widths, on the executor.
#[test]
fn residual_and_plain_networks_at_their_real_widths() {
    type Builder = fn(Net, usize) -> Graph;
    let nets: [(&str, Builder, usize); 3] = [
        ("ResNet-18", resnet18, 32),
        ("ResNet-50", resnet50, 32),
        ("VGG-11", vgg11, 32),
    ];
    for (name, build, size) in nets {
        let mut random = Random(5);
        let graph = build(Net::new(3), size);
        let groups = analyze(&graph).unwrap();
        let removed = random_units(&groups, &mut random);
        let masked = mask_channels(&graph, &groups, &removed).unwrap();
        let packed = repack(&graph, &groups, &removed).unwrap();
        let inputs = random_inputs(&graph, &mut random);
        let checked = check(masked.clone(), &packed.graph, &inputs).unwrap();
        assert!(checked.agrees, "{name}: {checked:?}");
    }
}

/// Huang et al., “Densely Connected Convolutional Networks”: each layer reads all before it, normalized anew.
#[test]
fn dense_blocks() {
    let mut net = Net::new(21);
    let x = net.input(&[1, 3, 6, 6]);
    let mut all = net.conv(x, 6, 3);
    for _ in 0..3 {
        let y = net.batch_norm(all);
        let y = net.relu(y);
        let y = net.conv(y, 8, 1);
        let y = net.batch_norm(y);
        let y = net.relu(y);
        let y = net.conv(y, 4, 3);
        all = net.concat(&[all, y], 1);
    }
    let y = conv_bn_relu(&mut net, all, 7, 1);
    let y = net.classifier(y, 3);
    survives("DenseNet", &net.finish(&[y]));
}

/// Liu et al., “A ConvNet for the 2020s”: depthwise 7×7, channels last, normalized over channels, widened and narrowed,
/// scaled by layer, added.
#[test]
fn blocks_with_channels_last() {
    let mut net = Net::new(22);
    let x = net.input(&[1, 3, 6, 6]);
    let mut y = net.conv(x, 6, 1);
    for _ in 0..2 {
        let z = net.conv_with(y, 6, 7, 6, 1, 3, true);
        let z = net.transpose(z, &[0, 2, 3, 1]);
        let (scale, shift) = (net.weight(&[6]), net.weight(&[6]));
        let z = net.op(
            "LayerNormalization",
            &[z, scale, shift],
            &[("axis", int(-1))],
        );
        let (wide, bias) = (net.weight(&[6, 24]), net.weight(&[24]));
        let z = net.op("MatMul", &[z, wide], &[]);
        let z = net.add(z, bias);
        let z = net.op("Sigmoid", &[z], &[]);
        let narrow = net.weight(&[24, 6]);
        let z = net.op("MatMul", &[z, narrow], &[]);
        let by_layer = net.weight(&[6]);
        let z = net.op("Mul", &[z, by_layer], &[]);
        let z = net.transpose(z, &[0, 3, 1, 2]);
        y = net.add(y, z);
    }
    let y = net.classifier(y, 3);
    survives("ConvNeXt", &net.finish(&[y]));
}

/// Ahn et al., “CARN”: cascaded concats, with the same residual block (the same weights) used three times.
#[test]
fn cascades_that_share_weights() {
    let mut net = Net::new(23);
    let x = net.input(&[1, 3, 5, 5]);
    let first = net.conv(x, 6, 3);
    let shared: [ValueId; 2] = std::array::from_fn(|_| net.weight(&[6, 6, 3, 3]));
    let (mut all, mut y) = (first, first);
    for _ in 0..3 {
        let z = net.conv_of(&[y, shared[0]], 1, 1, 1);
        let z = net.relu(z);
        let z = net.conv_of(&[z, shared[1]], 1, 1, 1);
        let z = net.add(z, y);
        let z = net.relu(z);
        all = net.concat(&[all, z], 1);
        y = net.conv(all, 6, 1);
    }
    let y = net.conv(y, 3, 3);
    survives("CARN", &net.finish(&[y]));
}

/// YOLOv5's pieces: a bottleneck split in two, pools of pools joined, and a path up that meets a path down.
#[test]
fn pools_joined_and_paths_that_meet() {
    let mut net = Net::new(24);
    let x = net.input(&[1, 3, 8, 8]);
    let early = conv_bn_relu(&mut net, x, 8, 3);
    let down = net.conv_with(early, 8, 3, 1, 2, 1, true);
    let (a, b) = (net.conv(down, 4, 1), net.conv(down, 4, 1));
    let inner = net.conv(a, 4, 3);
    let inner = net.add(inner, a);
    let y = net.concat(&[inner, b], 1);
    let y = conv_bn_relu(&mut net, y, 6, 1);
    let (p, q) = (max_pool(&mut net, y, 3, 1, 1), y);
    let r = max_pool(&mut net, p, 3, 1, 1);
    let y = net.concat(&[q, p, r], 1);
    let y = conv_bn_relu(&mut net, y, 6, 1);
    let up = net.weight(&[6, 6, 2, 2]);
    let up = net.op("ConvTranspose", &[y, up], &[("strides", ints(&[2, 2]))]);
    let meet = net.concat(&[up, early], 1);
    let fine = net.conv(meet, 5, 1);
    let coarse = net.conv(y, 5, 1);
    survives("YOLOv5", &net.finish(&[fine, coarse]));
}

/// Groups of channels, joined, with a shuffle between them.
#[test]
fn grouped_convolutions_and_concats() {
    let mut net = Net::new(25);
    let x = net.input(&[1, 4, 5, 5]);
    let a = net.conv_with(x, 8, 3, 2, 1, 1, true);
    let b = net.conv(x, 8, 1);
    let y = net.concat(&[a, b], 1);
    let y = net.conv_with(y, 16, 3, 4, 1, 1, true);
    let y = net.relu(y);
    let y = net.reshape(y, &[1, 4, 4, 5, 5]);
    let y = net.transpose(y, &[0, 2, 1, 3, 4]);
    let y = net.reshape(y, &[1, 16, 5, 5]);
    let y = net.conv_with(y, 8, 1, 2, 1, 0, true);
    let y = net.conv(y, 3, 1);
    survives("groups", &net.finish(&[y]));
}

/// Torch-Pruning's cascade of concats with 10 channels: at a half, blocks of 5, 10, 15 and 30, and 60 that the last reads.
#[test]
fn a_cascade_of_concats_is_halved_everywhere() {
    let mut net = Net::new(26);
    let x = net.input(&[1, 10, 4, 4]);
    let one = conv_bn_relu(&mut net, x, 10, 1);
    let two = conv_bn_relu(&mut net, one, 20, 1);
    let three = net.concat(&[one, two], 1);
    let three = conv_bn_relu(&mut net, three, 30, 1);
    let four = net.concat(&[one, two, three], 1);
    let four = conv_bn_relu(&mut net, four, 60, 1);
    let all = net.concat(&[one, two, three, four], 1);
    let y = net.conv(all, 10, 1);
    let graph = net.finish(&[y]);
    survives("cascade", &graph);
    let shapes: Vec<[usize; 2]> = halved(&graph, 4).iter().map(|s| [s[0], s[1]]).collect();
    assert_eq!(shapes, [[5, 10], [10, 5], [15, 15], [30, 30], [10, 60]]);
}

/// NNCF's shapes at a half: what reads a concat of 32 + 32 reads 32, what reads a sum of 32 + 32 reads 16.
#[test]
fn what_reads_a_concat_or_a_sum_at_a_half() {
    for (join, reads) in [("Concat", 32), ("Add", 16)] {
        let mut net = Net::new(27);
        let x = net.input(&[1, 1, 8, 8]);
        let x = net.conv_with(x, 16, 2, 1, 1, 0, true);
        let (a, b) = (
            net.conv_with(x, 32, 2, 1, 1, 0, true),
            net.conv_with(x, 32, 2, 1, 1, 0, true),
        );
        let y = match join {
            "Concat" => net.concat(&[a, b], 1),
            _ => net.add(a, b),
        };
        let y = net.conv_with(y, 16, 3, 1, 1, 0, true);
        let graph = net.finish(&[y]);
        assert_eq!(
            halved(&graph, 4).last().unwrap()[..],
            [16, reads, 3, 3],
            "{join}"
        );
        survives(join, &graph);
    }
}

/// NNCF keeps its grouped convolution of [16, 4, 1, 1] whole. Here each group loses as much, so half of what it reads goes.
#[test]
fn a_grouped_convolution_loses_as_much_in_every_group() {
    let mut net = Net::new(28);
    let x = net.input(&[1, 1, 6, 6]);
    let y = net.conv(x, 32, 3);
    let y = net.conv_with(y, 32, 3, 32, 1, 1, true);
    let y = net.conv(y, 32, 1);
    let y = net.conv_with(y, 16, 1, 8, 1, 0, true);
    let graph = net.finish(&[y]);
    let shapes = halved(&graph, 4);
    assert_eq!(shapes[1][..], [16, 1, 3, 3]);
    assert_eq!(shapes[3][..], [16, 2, 1, 1]);
    survives("grouped", &graph);
}

/// FINN's TFC, with qonnx's answer: 784 pixels, of which three are named at the scale behind them and at the matrix that
/// reads them, and 64 units, of which one is named at the matrix and one at the scale. (There the pixels are the model's
/// input; here that keeps its shape, so a matrix makes them.)
#[test]
fn units_go_wherever_they_are_named() {
    let mut net = Net::new(29);
    let x = net.input(&[1, 20]);
    let made = net.weight(&[20, 784]);
    let (of_pixels, of_units) = (net.weight(&[1, 784]), net.weight(&[1, 64]));
    let (w0, w1) = (net.weight(&[784, 64]), net.weight(&[64, 64]));
    let pixels = net.op("MatMul", &[x, made], &[]);
    let pixels = net.op("Mul", &[pixels, of_pixels], &[]);
    let y = net.op("MatMul", &[pixels, w0], &[]);
    let y = net.op("Mul", &[y, of_units], &[]);
    let y = net.relu(y);
    let y = net.op("MatMul", &[y, w1], &[]);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let named = [
        (of_pixels, 1, vec![0, 3]),
        (w0, 0, vec![2]),
        (w0, 1, vec![5]),
        (of_units, 1, vec![6]),
    ];
    let removed: Vec<_> = (0..groups.units.len() as u32)
        .map(UnitId)
        .filter(|&unit| {
            groups.unit(unit).elements.iter().any(|element| {
                named.iter().any(|(value, axis, places)| {
                    element.axis == Axis::of(*value, *axis) && places.contains(&element.index)
                })
            })
        })
        .collect();
    let packed = agree(&graph, &groups, &removed, &mut Random(1)).graph;
    let stored = |id: ValueId| {
        packed
            .constant(packed.find(&graph.value(id).name).unwrap())
            .unwrap()
    };
    assert_eq!(stored(of_pixels).shape(), [1, 781]);
    assert_eq!(stored(w0).shape(), [781, 62]);
    assert_eq!(stored(of_units).shape(), [1, 62]);
    assert_eq!(stored(w1).shape(), [62, 64]);
    // What W0 loses: rows 0, 2 and 3, columns 5 and 6.
    let whole = graph.constant(w0).unwrap().floats().unwrap();
    let kept = (0..784 * 64)
        .filter(|at| ![0, 2, 3].contains(&(at / 64)) && ![5, 6].contains(&(at % 64)))
        .map(|at| whole[at]);
    assert!(stored(w0).floats().unwrap().iter().copied().eq(kept));
}

/// Simonyan and Zisserman's network with batch normalization, at a sixteenth of its widths.
#[test]
fn vgg16_with_batch_normalization() {
    let mut net = Net::new(30);
    let mut x = net.input(&[1, 3, 32, 32]);
    for (out, times) in [(4, 2), (8, 2), (16, 3), (32, 3), (32, 3)] {
        for _ in 0..times {
            x = conv_bn_relu(&mut net, x, out, 3);
        }
        x = max_pool(&mut net, x, 2, 2, 0);
    }
    let mut x = net.flatten(x);
    for _ in 0..2 {
        x = net.linear(x, 32);
        x = net.relu(x);
    }
    let y = net.linear(x, 10);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    assert_eq!(groups.groups.len(), 15);
    survives("vgg16_bn", &graph);
}

/// A block of BERT: words looked up in a table, a place added, attention, two residual sums that are normalized. Heads and
/// inner units go; what is normalized over its channels keeps them.
#[test]
fn a_block_of_bert() {
    let (words, width, heads, inner) = (6usize, 12usize, 4usize, 20usize);
    let mut net = Net::new(31);
    let places = net.integer_input(&[1, words]);
    let table = net.weight(&[9, width]);
    let x = net.op("Gather", &[table, places], &[("axis", int(0))]);
    let positions = net.weight(&[words, width]);
    let x = net.add(x, positions);
    let x = layer_norm(&mut net, x);
    let (n, h, d) = (words as i64, heads as i64, (width / heads) as i64);
    let mut parts = Vec::new();
    for order in [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]] {
        let y = net.linear_3d(x, width);
        let y = net.reshape(y, &[1, n, h, d]);
        parts.push(net.transpose(y, &order));
    }
    let scores = net.op("MatMul", &parts[..2], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, parts[2]], &[]);
    let y = net.transpose(y, &[0, 2, 1, 3]);
    let y = net.reshape(y, &[1, n, width as i64]);
    let y = net.linear_3d(y, width);
    let y = net.add(x, y);
    let x = layer_norm(&mut net, y);
    let y = net.linear_3d(x, inner);
    let half = net.op("Erf", &[y], &[]);
    let y = net.op("Mul", &[y, half], &[]);
    let y = net.linear_3d(y, width);
    let y = net.add(x, y);
    let y = layer_norm(&mut net, y);
    let y = net.linear_3d(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let sizes = group_sizes(&groups);
    assert!(
        sizes.contains(&heads) && sizes.contains(&inner),
        "{sizes:?}"
    );
    let sentence = Tensor::from_i64(&[1, words], vec![8, 0, 3, 3, 5, 1]);
    let mut random = Random(8);
    for _ in 0..4 {
        let removed = random_units(&groups, &mut random);
        let masked = mask_channels(&graph, &groups, &removed).unwrap();
        let packed = repack(&graph, &groups, &removed).unwrap();
        let checked = check(
            masked.clone(),
            &packed.graph,
            std::slice::from_ref(&sentence),
        )
        .unwrap();
        assert!(checked.agrees, "{checked:?}");
    }
}

/// Swin (Liu et al., ICCV 2021), one stage of it: attention within windows that are shifted, then four neighbors become one
/// pixel. Heads and inner units go; what is normalized over its channels keeps them. (Its Gelu is a HardSwish here, which the
/// reference knows.)
#[test]
fn a_stage_of_swin() {
    let (side, window, width, heads, inner) = (8i64, 4i64, 12usize, 3usize, 24usize);
    let (windows, words, depth) = (side / window, window * window, (width / heads) as i64);
    let mut net = Net::new(37);
    let x = net.input(&[1, 3, 16, 16]);
    let x = net.conv_with(x, width, 2, 1, 2, 0, true);
    let mut x = net.transpose(x, &[0, 2, 3, 1]);
    for shift in [0, window / 2] {
        let y = layer_norm(&mut net, x);
        let y = rolled(&mut net, y, shift);
        let y = net.reshape(y, &[-1, windows, window, windows, window, width as i64]);
        let y = net.transpose(y, &[0, 1, 3, 2, 4, 5]);
        let y = net.reshape(y, &[-1, words, width as i64]);
        let y = net.linear_3d(y, 3 * width);
        let y = net.reshape(y, &[-1, words, 3, heads as i64, depth]);
        let y = net.transpose(y, &[2, 0, 3, 1, 4]);
        let parts: Vec<ValueId> = (0..3)
            .map(|part| {
                let at = net.constant(Tensor::from_i64(&[], vec![part]));
                net.op("Gather", &[y, at], &[("axis", int(0))])
            })
            .collect();
        let keys = net.transpose(parts[1], &[0, 1, 3, 2]);
        let scores = net.op("MatMul", &[parts[0], keys], &[]);
        let bias = net.weight(&[1, heads, words as usize, words as usize]);
        let scores = net.add(scores, bias);
        let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
        let y = net.op("MatMul", &[scores, parts[2]], &[]);
        let y = net.transpose(y, &[0, 2, 1, 3]);
        let y = net.reshape(y, &[-1, words, width as i64]);
        let y = net.linear_3d(y, width);
        let y = net.reshape(y, &[-1, windows, windows, window, window, width as i64]);
        let y = net.transpose(y, &[0, 1, 3, 2, 4, 5]);
        let y = net.reshape(y, &[-1, side, side, width as i64]);
        let y = rolled(&mut net, y, side - shift);
        x = net.add(x, y);
        let y = layer_norm(&mut net, x);
        let y = net.linear_3d(y, inner);
        let y = net.op("HardSwish", &[y], &[]);
        let y = net.linear_3d(y, width);
        x = net.add(x, y);
    }
    let corners = [[0, 0], [1, 0], [0, 1], [1, 1]].map(|from| {
        let bounds =
            [&from[..], &[side, side], &[1, 2], &[2, 2]].map(|numbers| net.integers(numbers));
        net.op("Slice", &[&[x], &bounds[..]].concat(), &[])
    });
    let x = net.concat(&corners, -1);
    let x = layer_norm(&mut net, x);
    let x = net.linear_3d(x, 2 * width);
    let x = net.op(
        "ReduceMean",
        &[x],
        &[("axes", ints(&[1, 2])), ("keepdims", int(0))],
    );
    let y = net.linear(x, 5);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let sizes = group_sizes(&groups);
    let of = |size: usize| sizes.iter().filter(|&&n| n == size).count();
    assert_eq!((of(heads), of(inner)), (2, 3), "{sizes:?}");
    survives("swin", &graph);
}

/// The picture (batch, height, width, channels) moved up and left by so many pixels, round the corner.
fn rolled(net: &mut Net, x: ValueId, by: i64) -> ValueId {
    let side = net.dims(x)[1] as i64;
    if by % side == 0 {
        return x;
    }
    [1, 2].into_iter().fold(x, |x, axis| {
        let parts = [(by, side), (0, by)].map(|(from, to)| {
            let bounds = [from, to, axis].map(|number| net.integers(&[number]));
            net.op("Slice", &[x, bounds[0], bounds[1], bounds[2]], &[])
        });
        net.concat(&parts, axis)
    })
}

fn layer_norm(net: &mut Net, x: ValueId) -> ValueId {
    let width = *net.dims(x).last().unwrap();
    let inputs = [x, net.positive(width), net.weight(&[width])];
    net.op("LayerNormalization", &inputs, &[])
}

/// Touvron et al., “DeiT”: a token before the patches, queries, keys and values packed in one matrix and parted by an index, and
/// the token alone read at the end.
#[test]
fn a_vision_transformer_with_packed_attention() {
    let (patches, width, heads) = (9i64, 12i64, 2i64);
    let mut net = Net::new(33);
    let x = net.input(&[1, 3, 6, 6]);
    let y = net.conv_with(x, width as usize, 2, 1, 2, 0, true);
    let y = net.reshape(y, &[1, width, patches]);
    let y = net.transpose(y, &[0, 2, 1]);
    let token = net.weight(&[1, 1, width as usize]);
    let x = net.concat(&[token, y], 1);
    let words = patches + 1;
    let y = net.linear_3d(x, 3 * width as usize);
    let y = net.reshape(y, &[1, words, 3, heads, width / heads]);
    let y = net.transpose(y, &[2, 0, 3, 1, 4]);
    let [q, k, v] = [0, 1, 2].map(|which| {
        let index = net.constant(Tensor::from_i64(&[], vec![which]));
        net.op("Gather", &[y, index], &[("axis", int(0))])
    });
    let k = net.transpose(k, &[0, 1, 3, 2]);
    let scores = net.op("MatMul", &[q, k], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, v], &[]);
    let y = net.transpose(y, &[0, 2, 1, 3]);
    let y = net.reshape(y, &[1, words, width]);
    let y = net.linear_3d(y, width as usize);
    let x = net.add(x, y);
    let y = net.linear_3d(x, 20);
    let y = net.relu(y);
    let y = net.linear_3d(y, width as usize);
    let y = net.add(x, y);
    let first = net.constant(Tensor::from_i64(&[], vec![0]));
    let y = net.op("Gather", &[y, first], &[("axis", int(1))]);
    let y = net.linear(y, 5);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let mut sizes = group_sizes(&groups);
    sizes.sort_unstable();
    assert_eq!(sizes, [heads as usize, width as usize, 20]);
    survives("DeiT", &graph);
}
