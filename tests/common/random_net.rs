//! Random small networks that between them hold every construct that channel groups have to follow.

use super::{Net, int, ints};
use secateur::graph::{Graph, ValueId};
use secateur::tensor::Tensor;

/// One image in, one or two outputs, `steps` random constructs in between.
pub fn random_net(seed: u64, steps: usize) -> Graph {
    let mut net = Net::new(seed);
    let channels = 1 + net.random.below(3);
    let x = net.input(&[1, channels, 6, 6]);
    let width = 2 + net.random.below(5);
    let mut y = net.conv(x, width, 3);
    let mut early = None;
    for _ in 0..steps {
        let construct = CONSTRUCTS[net.random.below(CONSTRUCTS.len())];
        y = construct(&mut net, y);
        let dims = net.dims(y);
        if dims[1] > 16 {
            y = net.conv(y, 5, 1);
        }
        if dims[2] > 12 {
            let k = shorter_side(&net, y).min(2);
            y = net.conv_with(y, 4, k, 1, 2, 0, true);
        }
        if early.is_none() && net.random.below(8) == 0 {
            early = Some(net.conv(y, 3, 3));
        }
    }
    let head = head(&mut net, y);
    let outputs: Vec<ValueId> = std::iter::once(head).chain(early).collect();
    net.finish(&outputs)
}

type Construct = fn(&mut Net, ValueId) -> ValueId;

const CONSTRUCTS: &[Construct] = &[
    plain,
    plain,
    depthwise,
    grouped,
    normalized,
    activated,
    residual,
    branches,
    tall,
    split,
    sliced,
    permuted,
    excited,
    shuffled,
    padded_shortcut,
    up,
    up_grouped,
    instance,
    pooled,
    resized,
    last_channels,
    shared,
    expanded,
    chosen,
    neighbors,
    bordered,
    dot,
    twice,
];

fn width(net: &mut Net) -> usize {
    2 + net.random.below(7)
}

fn coin(net: &mut Net) -> bool {
    net.random.below(2) == 0
}

/// Of the pictures: their height or their width.
fn shorter_side(net: &Net, x: ValueId) -> usize {
    let dims = net.dims(x);
    dims[2].min(dims[3])
}

fn plain(net: &mut Net, x: ValueId) -> ValueId {
    let (out, k, bias) = (width(net), 1 + 2 * net.random.below(2), coin(net));
    let border = if shorter_side(net, x) > 4 && coin(net) {
        0
    } else {
        k / 2
    };
    net.conv_with(x, out, k, 1, 1, border, bias)
}

fn depthwise(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let (each, bias) = (1 + net.random.below(2), coin(net));
    let y = net.conv_with(x, each * channels, 3, channels, 1, 1, bias);
    net.conv(y, channels, 1)
}

fn grouped(net: &mut Net, x: ValueId) -> ValueId {
    let (inner, each) = (2 * (1 + net.random.below(3)), 1 + net.random.below(3));
    let y = net.conv(x, inner, 1);
    let k = 1 + 2 * net.random.below(2);
    net.conv_with(y, 2 * each, k, 2, 1, k / 2, true)
}

fn normalized(net: &mut Net, x: ValueId) -> ValueId {
    let y = net.batch_norm(x);
    if coin(net) { net.relu(y) } else { y }
}

fn activated(net: &mut Net, x: ValueId) -> ValueId {
    match net.random.below(4) {
        0 => net.op("Sigmoid", &[x], &[]),
        1 => net.op("HardSwish", &[x], &[]),
        2 => {
            let channels = net.dims(x)[1];
            let slope = net.weight(&[channels, 1, 1]);
            net.op("PRelu", &[x, slope], &[])
        }
        _ => {
            let low = net.constant(Tensor::from_f32(&[], vec![-0.5]));
            let high = net.constant(Tensor::from_f32(&[], vec![1.5]));
            net.op("Clip", &[x, low, high], &[])
        }
    }
}

fn residual(net: &mut Net, x: ValueId) -> ValueId {
    let inner = width(net);
    let y = net.conv(x, inner, 3);
    let y = net.batch_norm(y);
    let y = net.relu(y);
    let channels = net.dims(x)[1];
    let y = net.conv(y, channels, 1);
    let sum = net.add(y, x);
    if coin(net) { net.relu(sum) } else { sum }
}

fn branches(net: &mut Net, x: ValueId) -> ValueId {
    let (m, n) = (width(net), width(net));
    let a = net.conv(x, m, 1);
    let b = net.conv(x, n, 3);
    if coin(net) {
        net.concat(&[a, x, b], 1)
    } else {
        net.concat(&[a, b], 1)
    }
}

fn twice(net: &mut Net, x: ValueId) -> ValueId {
    net.concat(&[x, x], 1)
}

fn tall(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let y = net.conv(x, channels, 1);
    net.concat(&[x, y], 2)
}

fn split(net: &mut Net, x: ValueId) -> ValueId {
    let n = 2 + net.random.below(3);
    let y = net.conv(x, 2 * n, 1);
    if coin(net) {
        let parts = net.op_n("Split", &[y], &[("axis", int(1))], 2);
        return net.op("Mul", &parts, &[]);
    }
    let lengths = net.integers(&[1, n as i64, n as i64 - 1]);
    let parts = net.op_n("Split", &[y, lengths], &[("axis", int(1))], 3);
    let a = net.conv(parts[1], 3, 1);
    let b = net.conv(parts[2], 3, 3);
    net.concat(&[a, b, parts[0]], 1)
}

fn sliced(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1] as i64;
    let from = net.random.below(channels as usize - 1) as i64;
    let bounds = [
        net.integers(&[from]),
        net.integers(&[i64::MAX]),
        net.integers(&[1]),
    ];
    let y = net.op("Slice", &[x, bounds[0], bounds[1], bounds[2]], &[]);
    let y = net.conv(y, 4, 1);
    net.concat(&[y, x], 1)
}

fn permuted(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let count = 2 + net.random.below(channels - 1);
    let order: Vec<i64> = (0..count)
        .map(|_| net.random.below(channels) as i64)
        .collect();
    let order = net.integers(&order);
    net.op("Gather", &[x, order], &[("axis", int(1))])
}

fn excited(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let s = net.pool(x);
    let s = net.conv(s, 2, 1);
    let s = net.relu(s);
    let s = net.conv(s, channels, 1);
    let s = net.op("Sigmoid", &[s], &[]);
    net.op("Mul", &[x, s], &[])
}

fn shuffled(net: &mut Net, x: ValueId) -> ValueId {
    let each = 2 + net.random.below(3);
    let y = net.conv(x, 2 * each, 1);
    let [h, w] = [net.dims(y)[2] as i64, net.dims(y)[3] as i64];
    let n = net.dims(y)[0] as i64;
    let y = net.reshape(y, &[n, 2, each as i64, h, w]);
    let y = net.transpose(y, &[0, 2, 1, 3, 4]);
    net.reshape(y, &[0, -1, h, w])
}

fn padded_shortcut(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let (before, after) = (net.random.below(3), net.random.below(3));
    let pads = net.integers(&[0, before as i64, 0, 0, 0, after as i64, 0, 0]);
    let wide = net.op("Pad", &[x, pads], &[]);
    let y = net.conv(x, channels + before + after, 3);
    net.add(y, wide)
}

fn up(net: &mut Net, x: ValueId) -> ValueId {
    let (channels, out) = (net.dims(x)[1], width(net));
    let k = 1 + net.random.below(2);
    let inputs = [x, net.weight(&[channels, out, k, k]), net.weight(&[out])];
    let stride = k as i64;
    net.op(
        "ConvTranspose",
        &inputs,
        &[("strides", ints(&[stride, stride]))],
    )
}

fn up_grouped(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let (group, y) = match channels.is_multiple_of(2) && coin(net) {
        true => (2, x),
        false => (channels, x),
    };
    let each = 1 + net.random.below(2);
    let w = net.weight(&[channels, each, 1, 1]);
    net.op("ConvTranspose", &[y, w], &[("group", int(group as i64))])
}

fn instance(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let inputs = [x, net.weight(&[channels]), net.weight(&[channels])];
    net.op("InstanceNormalization", &inputs, &[])
}

fn pooled(net: &mut Net, x: ValueId) -> ValueId {
    let op = if coin(net) { "MaxPool" } else { "AveragePool" };
    let counted = op == "AveragePool" && coin(net);
    let mut attributes = vec![
        ("kernel_shape", ints(&[3, 3])),
        ("strides", ints(&[1, 1])),
        ("pads", ints(&[1; 4])),
    ];
    if counted {
        attributes.push(("count_include_pad", int(1)));
    }
    net.op(op, &[x], &attributes)
}

fn resized(net: &mut Net, x: ValueId) -> ValueId {
    let roi = net.constant(Tensor::from_f32(&[0], vec![]));
    let scales = net.constant(Tensor::from_f32(&[4], vec![1., 1., 2., 2.]));
    let mode = |s: &str| secateur::graph::Attribute::String(s.into());
    let attributes = [
        ("mode", mode("nearest")),
        ("coordinate_transformation_mode", mode("asymmetric")),
        ("nearest_mode", mode("floor")),
    ];
    net.op("Resize", &[x, roi, scales], &attributes)
}

/// Channels last, a matrix product, and back.
fn last_channels(net: &mut Net, x: ValueId) -> ValueId {
    let (channels, out) = (net.dims(x)[1], width(net));
    let y = net.transpose(x, &[0, 2, 3, 1]);
    let w = net.weight(&[channels, out]);
    let mut y = net.op("MatMul", &[y, w], &[]);
    if coin(net) {
        let b = net.weight(&[out]);
        y = net.add(b, y);
    }
    if coin(net) {
        let (scale, shift) = (net.weight(&[out]), net.weight(&[out]));
        y = net.op("LayerNormalization", &[y, scale, shift], &[]);
    }
    net.transpose(y, &[0, 3, 1, 2])
}

fn shared(net: &mut Net, x: ValueId) -> ValueId {
    let channels = net.dims(x)[1];
    let other = net.conv(x, channels, 1);
    let (w, b) = (net.weight(&[4, channels, 3, 3]), net.weight(&[4]));
    let border = usize::from(shorter_side(net, x) <= 4 || coin(net));
    let y = net.conv_of(&[x, w, b], 1, 1, border);
    let z = net.conv_of(&[other, w, b], 1, 1, border);
    net.op("Mul", &[y, z], &[])
}

fn expanded(net: &mut Net, x: ValueId) -> ValueId {
    let dims: Vec<i64> = net.dims(x).iter().map(|&n| n as i64).collect();
    let s = net.pool(x);
    let to = net.integers(&dims);
    let wide = net.op("Expand", &[s, to], &[]);
    net.op("Sub", &[x, wide], &[])
}

fn chosen(net: &mut Net, x: ValueId) -> ValueId {
    let dims = net.dims(x);
    let flags = (0..dims[2]).map(|_| coin(net)).collect();
    let flags = ndarray::ArrayD::from_shape_vec(vec![dims[2], 1], flags).expect("count fits");
    let flags = net.constant(Tensor::Bool(flags));
    let other = net.conv(x, dims[1], 1);
    net.op("Where", &[flags, x, other], &[])
}

fn neighbors(net: &mut Net, x: ValueId) -> ValueId {
    let y = net.op("LRN", &[x], &[("size", int(3))]);
    net.conv(y, 5, 1)
}

fn bordered(net: &mut Net, x: ValueId) -> ValueId {
    let pads = net.integers(&[0, 0, 1, 0, 0, 0, 0, 2]);
    let filling = net.constant(Tensor::from_f32(&[], vec![0.25]));
    net.op("Pad", &[x, pads, filling], &[])
}

/// Two computed tensors multiplied.
fn dot(net: &mut Net, x: ValueId) -> ValueId {
    let turned = net.transpose(x, &[0, 1, 3, 2]);
    net.op("MatMul", &[x, turned], &[])
}

fn head(net: &mut Net, x: ValueId) -> ValueId {
    let dims = net.dims(x);
    let y = match net.random.below(4) {
        0 => net.flatten(x),
        1 => {
            let y = net.pool(x);
            net.flatten(y)
        }
        2 => {
            let y = net.op(
                "ReduceMean",
                &[x],
                &[("axes", ints(&[2, 3])), ("keepdims", int(0))],
            );
            let axes = net.integers(&[2]);
            let y = net.op("Unsqueeze", &[y, axes], &[]);
            net.op("Squeeze", &[y, axes], &[])
        }
        _ => net.reshape(x, &[dims[0] as i64, (dims[1] * dims[2] * dims[3]) as i64]),
    };
    let y = net.linear(y, 6);
    let y = net.relu(y);
    net.linear(y, 3)
}
