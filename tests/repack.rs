//! The masked dense model and the re-packed one compute the same.

mod common;

use common::random_net::random_net;
use common::reference::run;
use common::{Net, Random, distance, int, ints, random_inputs, with_open_batch};
use proptest::prelude::*;
use secateur::graph::{Graph, ValueId};
use secateur::onnx::{OpenOptions, open};
use secateur::ops::operator;
use secateur::prune::groups::{Groups, UnitId, analyse};
use secateur::prune::repack::{Repacked, mask_channels, repack};
use secateur::prune::selfcheck::check;
use secateur::tensor::Tensor;

/// Random units, at least one of each group left.
fn random_units(groups: &Groups, random: &mut Random) -> Vec<UnitId> {
    let mut removed = Vec::new();
    for group in &groups.groups {
        let count = random.below(group.units.len());
        let picks = random.choose(group.units.len(), count);
        removed.extend(picks.iter().map(|&i| UnitId(group.units.start + i as u32)));
    }
    removed
}

/// The first units of each group, `share` of them.
fn share_of_each(groups: &Groups, share: f64) -> Vec<UnitId> {
    let mut removed = Vec::new();
    for group in &groups.groups {
        let count = (group.units.len() as f64 * share).round() as u32;
        removed.extend((group.units.start..group.units.start + count).map(UnitId));
    }
    removed
}

fn parameters(graph: &Graph) -> usize {
    let tensors = graph.values.iter().filter_map(|v| v.constant.as_ref());
    tensors
        .filter(|t| t.dtype().is_float())
        .map(|t| t.len())
        .sum()
}

/// Masks and re-packs, and compares both on random inputs.
fn agree(graph: &Graph, groups: &Groups, removed: &[UnitId], random: &mut Random) -> Repacked {
    let masked = mask_channels(graph, groups, removed).expect("masks");
    let packed = repack(graph, groups, removed).expect("re-packs");
    let inputs = random_inputs(graph, random);
    let (a, b) = (run(&masked, &inputs), run(&packed.graph, &inputs));
    for (a, b) in a.iter().zip(&b) {
        let distance = distance(a, b);
        assert!(distance < 1e-4, "differ by {distance}");
    }
    for (id, value) in packed.graph.values.iter().enumerate() {
        if let (Some(tensor), Some(ty)) = (&value.constant, &value.ty) {
            assert_eq!(
                ty.known_shape().as_deref(),
                Some(tensor.shape()),
                "value {id}"
            );
        }
    }
    packed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn masked_and_repacked_agree_on_random_networks(seed in any::<u64>(), steps in 1usize..9) {
        let graph = random_net(seed, steps);
        let groups = analyse(&graph).expect("analyses");
        let mut random = Random(seed ^ 1);
        let removed = random_units(&groups, &mut random);
        let packed = agree(&graph, &groups, &removed, &mut random);
        if !removed.is_empty() {
            prop_assert!(parameters(&packed.graph) < parameters(&graph));
        }
    }
}

/// A convolution, something after it, and a 1×1 convolution that reads it.
fn reader(between: &[&str], k: usize, pad: usize) -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 6, 6]);
    let mut y = net.conv(x, 6, 3);
    for op in between {
        y = match *op {
            "BatchNormalization" => net.batch_norm(y),
            op => net.op(op, &[y], &[]),
        };
    }
    let y = net.conv_with(y, 4, k, 1, 1, pad, true);
    let y = net.pool(y);
    let y = net.flatten(y);
    let y = net.linear(y, 2);
    net.finish(&[y])
}

#[test]
fn constants_are_folded_where_that_is_exact() {
    let graph = reader(&["BatchNormalization"], 3, 0);
    let groups = analyse(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(1), UnitId(4)], &mut Random(9));
    assert_eq!(packed.report.removed_units, 2);
    assert_eq!(packed.report.zeroed, []);
    assert_eq!(packed.report.folded.len(), 1);
    assert_eq!(packed.report.folded[0].channels, 2);
    // Nothing but the removed filters and their scales is zero in the masked model.
    let masked = mask_channels(&graph, &groups, &[UnitId(1), UnitId(4)]).unwrap();
    let zeros = |g: &Graph| -> usize {
        let tensors = g.values.iter().filter_map(|v| v.constant.as_ref());
        tensors.map(|t| t.len() - t.nonzeros()).sum()
    };
    assert_eq!(zeros(&masked) - zeros(&graph), 2 * (3 * 9 + 1));
}

/// The mean of a channel in training is the shift of the normalisation behind it, whatever the filter's mean was.
#[test]
fn a_removed_channel_leaves_its_mean() {
    let mut net = Net::new(8);
    let x = net.input(&[1, 2, 4, 4]);
    let y = net.conv(x, 2, 3);
    let parameters = [[1.5, 2.5], [0.25, 0.75], [10.0, 20.0], [4.0, 9.0]];
    let parameters = parameters.map(|p| net.constant(Tensor::from_f32(&[2], p.to_vec())));
    let y = net.op("BatchNormalization", &[&[y], &parameters[..]].concat(), &[]);
    let y = net.pool(y);
    let y = net.flatten(y);
    let weight = net.constant(Tensor::from_f32(&[2, 1], vec![3.0, 0.0]));
    let y = net.op("MatMul", &[y, weight], &[]);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(0)], &mut Random(9));
    assert_eq!(packed.report.folded.len(), 1);
    let bias = packed.graph.nodes.iter().filter(|n| n.op_type == "Add");
    let added = bias.filter_map(|n| packed.graph.constant(n.input(1)?)?.floats());
    assert_eq!(added.map(|b| b[0]).collect::<Vec<f32>>(), [3.0 * 0.25]);
}

#[test]
fn constants_are_dropped_where_a_border_breaks_them() {
    let graph = reader(&["BatchNormalization", "Sigmoid"], 3, 1);
    let groups = analyse(&graph).unwrap();
    let packed = agree(
        &graph,
        &groups,
        &[UnitId(0), UnitId(2), UnitId(3)],
        &mut Random(9),
    );
    assert_eq!(packed.report.folded, []);
    assert_eq!(packed.report.zeroed.len(), 1);
    assert_eq!(packed.report.zeroed[0].channels, 3);
}

#[test]
fn a_shared_bias_is_cloned_before_it_takes_a_constant() {
    let mut net = Net::new(6);
    let x = net.input(&[1, 3, 6, 6]);
    let a = net.conv(x, 6, 1);
    let b = net.conv(x, 6, 1);
    let bias = net.weight(&[4]);
    let (v, w) = (net.weight(&[4, 6, 1, 1]), net.weight(&[4, 6, 1, 1]));
    let y = net.conv_of(&[a, v, bias], 1, 1, 0);
    let z = net.conv_of(&[b, w, bias], 1, 1, 0);
    let y = net.op("Mul", &[y, z], &[]);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let first = groups.groups[0].units.clone();
    let removed: Vec<UnitId> = (first.start..first.end - 2).map(UnitId).collect();
    let packed = agree(&graph, &groups, &removed, &mut Random(3));
    assert_eq!(packed.report.folded.len(), 1);
}

#[test]
fn a_whole_group_never_goes() {
    let graph = reader(&["Relu"], 1, 0);
    let groups = analyse(&graph).unwrap();
    let all: Vec<UnitId> = groups.units_of(0).collect();
    let error = repack(&graph, &groups, &all).unwrap_err();
    assert_eq!(error.code(), "bad-recipe");
    assert!(
        error
            .to_string()
            .contains("all 6 channels of layer “Conv0”"),
        "{error}"
    );
    assert!(mask_channels(&graph, &groups, &all).is_err());
    let unknown = [UnitId(u32::MAX)];
    assert!(repack(&graph, &groups, &unknown).is_err());
}

#[test]
fn nothing_removed_changes_nothing() {
    let graph = random_net(77, 6);
    let groups = analyse(&graph).unwrap();
    let packed = agree(&graph, &groups, &[], &mut Random(1));
    assert_eq!(parameters(&packed.graph), parameters(&graph));
}

/// Half of every group, on networks whose counts are known from the architecture alone.
#[test]
fn half_the_channels_leave_the_known_parameters_and_multiply_adds() {
    type Builder = fn(Net, usize) -> Graph;
    type Counts = (usize, u64);
    let cases: [(&str, Builder, Counts, Counts); 4] = [
        (
            "ResNet-18",
            common::nets::resnet18,
            (11_689_512, 1_814_073_344),
            (3_055_880, 483_149_824),
        ),
        (
            "ResNet-50",
            common::nets::resnet50,
            (25_557_032, 4_089_184_256),
            (6_917_640, 1_052_311_552),
        ),
        (
            "MobileNetV2",
            common::nets::mobilenet_v2,
            (3_504_872, 300_774_272),
            (1_221_768, 83_402_176),
        ),
        (
            "VGG-11",
            common::nets::vgg11,
            (132_863_336, 7_609_090_048),
            (34_243_752, 1_924_972_544),
        ),
    ];
    for (name, build, dense, half) in cases {
        let mut net = Net::new(1);
        net.hollow = true;
        let graph = build(net, 224);
        assert_eq!((learned(&graph), macs(&graph)), dense, "{name}");
        let groups = analyse(&graph).unwrap();
        let removed = share_of_each(&groups, 0.5);
        let packed = repack(&graph, &groups, &removed).unwrap().graph;
        assert_eq!((learned(&packed), macs(&packed)), half, "{name}");
    }
}

fn macs(graph: &Graph) -> u64 {
    let dims = |id: ValueId| graph.value(id).ty.as_ref()?.known_shape();
    let nodes = graph.nodes.iter().map(|node| {
        let operator = operator(node, graph.opset()).unwrap().unwrap();
        let inputs: Vec<_> = node.inputs.iter().map(|id| dims((*id)?)).collect();
        let output = node.output(0).and_then(dims).unwrap();
        operator.macs(&inputs, &output)
    });
    nodes.sum()
}

/// Parameters as the frameworks count them: without the running statistics of batch normalisations, without bounds.
fn learned(graph: &Graph) -> usize {
    let mut count = 0;
    let mut seen = std::collections::BTreeSet::new();
    for node in &graph.nodes {
        let inputs = match node.op_type.as_str() {
            "BatchNormalization" => &node.inputs[1..3],
            "Clip" => &[],
            _ => &node.inputs[..],
        };
        for &id in inputs.iter().flatten().filter(|&&id| seen.insert(id)) {
            let tensor = graph.constant(id).filter(|t| t.dtype().is_float());
            count += tensor.map_or(0, |t| t.len());
        }
    }
    count
}

/// The equality harness of OTO: transposed convolutions with instance normalisation, shared weights, grouped
/// convolutions, concats; random channels, compact against dense.
#[test]
fn decoder_with_instance_normalisation() {
    let mut net = Net::new(31);
    let x = net.input(&[1, 4, 5, 5]);
    let mut y = net.conv(x, 8, 3);
    let skip = y;
    for out in [6, 8] {
        let channels = net.dims(y)[1];
        let inputs = [y, net.weight(&[channels, out, 3, 3]), net.weight(&[out])];
        y = net.op("ConvTranspose", &inputs, &[("pads", ints(&[1; 4]))]);
        let inputs = [y, net.weight(&[out]), net.weight(&[out])];
        y = net.op("InstanceNormalization", &inputs, &[]);
        y = net.op("LeakyRelu", &[y], &[]);
    }
    let y = net.concat(&[y, skip], 1);
    let y = net.conv_with(y, 6, 3, 2, 1, 1, true);
    let y = net.conv(y, 3, 1);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let mut random = Random(4);
    for _ in 0..8 {
        let removed = random_units(&groups, &mut random);
        agree(&graph, &groups, &removed, &mut random);
    }
}

#[test]
fn attention_loses_heads() {
    let mut net = Net::new(16);
    let x = net.input(&[1, 5, 12]);
    let mut by_head = Vec::new();
    for order in [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]] {
        let (w, b) = (net.weight(&[12, 12]), net.weight(&[12]));
        let y = net.op("MatMul", &[x, w], &[]);
        let y = net.add(y, b);
        let y = net.reshape(y, &[1, 5, 4, 3]);
        by_head.push(net.transpose(y, &order));
    }
    let scores = net.op("MatMul", &by_head[..2], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, by_head[2]], &[]);
    let y = net.transpose(y, &[0, 2, 1, 3]);
    let y = net.reshape(y, &[1, 5, 12]);
    let w = net.weight(&[12, 12]);
    let y = net.op("MatMul", &[y, w], &[]);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(1), UnitId(2)], &mut Random(2));
    assert_eq!(
        packed.graph.value(packed.graph.outputs[0]).ty,
        graph.value(graph.outputs[0]).ty
    );
    assert_eq!(parameters(&packed.graph), 3 * (12 * 6 + 6) + 6 * 12);
}

/// The two models that the product ships with or tests on. They lie outside the repository.
#[test]
fn real_models_agree_after_random_cuts() {
    for name in ["resnet20-cifar10", "efficientnet-lite0"] {
        let path = format!("../shared/models/{name}.onnx");
        let Ok(bytes) = std::fs::read(&path) else {
            println!("skipped: {path} is not there");
            continue;
        };
        let opened = open(bytes.into(), &OpenOptions::default()).expect("opens");
        let graph = opened.graph;
        let groups = analyse(&graph).expect("analyses");
        assert!(
            groups.groups.len() > 5,
            "{name}: {} groups",
            groups.groups.len()
        );
        let mut random = Random(12);
        for _ in 0..2 {
            let removed = random_units(&groups, &mut random);
            let masked = mask_channels(&graph, &groups, &removed).expect("masks");
            let packed = repack(&graph, &groups, &removed).expect("re-packs");
            let input = &random_inputs(&graph, &mut random)[0];
            let checked = check(&masked, &packed.graph, input).expect("runs");
            println!(
                "{name}: {} units of {} removed, {checked:?}",
                removed.len(),
                groups.units.len()
            );
            assert!(checked.agrees, "{name}: {checked:?}");
            assert!(parameters(&packed.graph) < parameters(&graph));
        }
    }
}

/// LeNet's second convolution without maps 0, 2 and 6: 16 columns of the first linear layer go with each.
#[test]
fn lenet_loses_runs_of_columns() {
    let mut net = Net::new(41);
    let x = net.input(&[1, 6, 4, 4]);
    let (conv, fc) = (net.weight(&[16, 6, 1, 1]), net.weight(&[120, 256]));
    let y = net.conv_of(&[x, conv], 1, 1, 0);
    let y = net.flatten(y);
    let y = net.op("Gemm", &[y, fc], &[("transB", int(1))]);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let packed = agree(&graph, &groups, &[0, 2, 6].map(UnitId), &mut Random(1)).graph;
    let stored = |name: &str| packed.constant(packed.find(name).unwrap()).unwrap().clone();
    let [conv, fc] = [conv, fc].map(|id| &graph.value(id).name);
    assert_eq!(stored(conv).shape(), [13, 6, 1, 1]);
    let gone = |c: &usize| (0..16).contains(c) || (32..48).contains(c) || (96..112).contains(c);
    let columns: Vec<usize> = (0..256).filter(|c| !gone(c)).collect();
    assert_eq!(columns.len(), 208);
    let before = graph.constant(graph.find(fc).unwrap()).unwrap();
    assert_eq!(*stored(fc), before.select(1, &columns).unwrap());
}

/// One producer twice in a concat: 448 of 512 kept are 896 read.
#[test]
fn a_doubled_producer_is_cut_in_both_places() {
    let mut net = Net::new(42);
    let x = net.input(&[1, 3, 2, 2]);
    let y = net.conv(x, 512, 1);
    let y = net.concat(&[y, y], 1);
    let y = net.conv(y, 512, 1);
    let y = net.pool(y);
    let y = net.flatten(y);
    let y = net.linear(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let removed = share_of_each(&groups, 0.125);
    let packed = agree(&graph, &groups, &removed, &mut Random(1)).graph;
    let reader = packed.nodes[2].input(1).unwrap();
    assert_eq!(packed.constant(reader).unwrap().shape(), [448, 896, 1, 1]);
}

/// Linear 4096 seen as 256 × 4 × 4, then transposed convolutions to 128 and 64, at half.
#[test]
fn a_linear_layer_seen_as_maps_is_cut_by_maps() {
    let mut net = Net::new(43);
    let x = net.input(&[1, 8]);
    let y = net.linear(x, 4096);
    let mut y = net.reshape(y, &[-1, 256, 4, 4]);
    for out in [128, 64] {
        let w = net.weight(&[2 * out, out, 2, 2]);
        y = net.op("ConvTranspose", &[y, w], &[("strides", ints(&[4, 4]))]);
        y = net.relu(y);
    }
    let y = net.flatten(y);
    let y = net.linear(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyse(&graph).unwrap();
    let packed = repack(&graph, &groups, &share_of_each(&groups, 0.5))
        .unwrap()
        .graph;
    let shapes: Vec<&[usize]> = packed
        .nodes
        .iter()
        .filter_map(|n| n.input(1))
        .map(|w| packed.constant(w).unwrap().shape())
        .collect();
    assert_eq!(shapes[0], [2048, 8]);
    assert_eq!(shapes[2], [128, 64, 2, 2]);
    assert_eq!(shapes[3], [64, 32, 2, 2]);
}

/// What exporters write for `x.view(x.size(0), -1)`, and a fixed target, with an open batch.
#[test]
fn an_open_batch_stays_open() {
    for computed in [false, true] {
        let mut net = Net::new(44);
        let x = net.input(&[1, 3, 4, 4]);
        let y = net.conv(x, 6, 3);
        let target = if computed {
            let shape = net.op("Shape", &[y], &[]);
            let zero = net.constant(Tensor::from_i64(&[], vec![0]));
            let first = net.integers(&[0]);
            let batch = net.op("Gather", &[shape, zero], &[]);
            let batch = net.op("Unsqueeze", &[batch, first], &[]);
            let rest = net.integers(&[96]);
            net.concat(&[batch, rest], 0)
        } else {
            net.integers(&[-1, 96])
        };
        let y = net.op("Reshape", &[y, target], &[]);
        let y = net.linear(y, 3);
        let graph = with_open_batch(net.finish(&[y]));
        let groups = analyse(&graph).unwrap();
        assert_eq!(groups.groups.len(), 1, "computed: {computed}");
        let packed = agree(&graph, &groups, &[UnitId(0), UnitId(3)], &mut Random(5));
        let out = packed.graph.value(packed.graph.outputs[0]);
        assert_eq!(out.ty, graph.value(graph.outputs[0]).ty);
    }
}

/// A matrix product takes no bias: the sum that follows takes the constant, or a new one does.
#[test]
fn a_matrix_product_hands_its_constant_to_a_sum() {
    for with_sum in [true, false] {
        let mut net = Net::new(45);
        let x = net.input(&[1, 4]);
        let y = net.linear(x, 6);
        let w = net.weight(&[6, 5]);
        let mut y = net.op("MatMul", &[y, w], &[]);
        if with_sum {
            let b = net.weight(&[5]);
            y = net.add(b, y);
        }
        let y = net.relu(y);
        let graph = net.finish(&[y]);
        let groups = analyse(&graph).unwrap();
        let packed = agree(&graph, &groups, &[UnitId(0), UnitId(3)], &mut Random(5));
        assert_eq!(packed.report.folded.len(), 1);
        let added = packed.graph.nodes.len() - graph.nodes.len();
        assert_eq!(added, usize::from(!with_sum));
    }
}
