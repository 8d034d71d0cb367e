//! Single operators, at shapes that common networks have.

use crate::common::{Net, int, ints};
use secateur::graph::{Attribute, Graph, ValueId};
use secateur::tensor::Tensor;

fn text(text: &str) -> Attribute {
    Attribute::String(text.into())
}

fn one(shape: &[usize], node: impl FnOnce(&mut Net, ValueId) -> ValueId) -> Graph {
    let mut net = Net::new(1);
    let x = net.input(shape);
    let y = node(&mut net, x);
    net.finish(&[y])
}

fn transposed(channels: usize, filters: usize, side: usize, window: [i64; 3]) -> Graph {
    let [kernel, stride, pad] = window;
    one(&[1, channels, side, side], |net, x| {
        let inputs = [
            x,
            net.weight(&[channels, filters, kernel as usize, kernel as usize]),
        ];
        let attributes = [("strides", ints(&[stride; 2])), ("pads", ints(&[pad; 4]))];
        net.op("ConvTranspose", &inputs, &attributes)
    })
}

fn resized(shape: &[usize], scale: f32, attributes: &[(&str, &str)]) -> Graph {
    one(shape, |net, x| {
        let scales = Tensor::from_f32(&[4], vec![1.0, 1.0, scale, scale]);
        let inputs = [x, net.weight(&[0]), net.constant(scales)];
        let attributes = attributes.iter().map(|&(name, value)| (name, text(value)));
        net.op("Resize", &inputs, &attributes.collect::<Vec<_>>())
    })
}

fn padded(pads: &[i64], mode: &str) -> Graph {
    one(&[1, 64, 56, 56], |net, x| {
        let inputs = [x, net.integers(pads)];
        net.op("Pad", &inputs, &[("mode", text(mode))])
    })
}

fn sliced(shape: &[usize], axis: i64, range: [i64; 3]) -> Graph {
    one(shape, |net, x| {
        let [start, end, step] = range.map(|number| net.integers(&[number]));
        let axis = net.integers(&[axis]);
        net.op("Slice", &[x, start, end, axis, step], &[])
    })
}

/// Names and models of one operator each.
pub fn cases() -> Vec<(&'static str, Graph)> {
    let image = [1, 64, 56, 56];
    let border = [0, 0, 1, 1, 0, 0, 1, 1];
    vec![
        (
            "ConvTranspose 128 → 64, 56², 2/2",
            transposed(128, 64, 56, [2, 2, 0]),
        ),
        (
            "ConvTranspose 256 → 128, 16², 4/2",
            transposed(256, 128, 16, [4, 2, 1]),
        ),
        (
            "ConvTranspose 64 → 64, 28², 3/2",
            transposed(64, 64, 28, [3, 2, 1]),
        ),
        (
            "Resize, nearest, × 2",
            resized(
                &image,
                2.0,
                &[
                    ("coordinate_transformation_mode", "asymmetric"),
                    ("nearest_mode", "floor"),
                ],
            ),
        ),
        (
            "Resize, linear, × 2",
            resized(&image, 2.0, &[("mode", "linear")]),
        ),
        (
            "Resize, linear, × 8",
            resized(&[1, 21, 28, 28], 8.0, &[("mode", "linear")]),
        ),
        (
            "Resize, linear, ÷ 2",
            resized(&image, 0.5, &[("mode", "linear")]),
        ),
        (
            "Resize, cubic, × 2",
            resized(&image, 2.0, &[("mode", "cubic")]),
        ),
        ("Pad, constant", padded(&border, "constant")),
        ("Pad, reflect", padded(&border, "reflect")),
        ("Pad, edge", padded(&border, "edge")),
        (
            "Pad, channels",
            padded(&[0, 32, 0, 0, 0, 32, 0, 0], "constant"),
        ),
        ("Slice, channels", sliced(&image, 1, [0, 32, 1])),
        ("Slice, every second column", sliced(&image, 3, [0, 56, 2])),
        ("Slice, one token", sliced(&[1, 197, 768], 1, [0, 1, 1])),
        (
            "Concat, channels",
            one(&image, |net, x| {
                let other = net.input(&image);
                net.concat(&[x, other], 1)
            }),
        ),
        (
            "Split, channels",
            one(&image, |net, x| {
                net.op_n("Split", &[x], &[("axis", int(1))], 2)[0]
            }),
        ),
        (
            "Transpose, NCHW → NHWC",
            one(&image, |net, x| net.transpose(x, &[0, 2, 3, 1])),
        ),
        (
            "Transpose, NHWC → NCHW",
            one(&[1, 56, 56, 64], |net, x| net.transpose(x, &[0, 3, 1, 2])),
        ),
        (
            "Transpose, NHWC photo → NCHW",
            one(&[1, 224, 224, 3], |net, x| net.transpose(x, &[0, 3, 1, 2])),
        ),
        (
            "Transpose, heads out",
            one(&[1, 197, 12, 64], |net, x| net.transpose(x, &[0, 2, 1, 3])),
        ),
        (
            "Transpose, keys",
            one(&[1, 197, 12, 64], |net, x| net.transpose(x, &[0, 2, 3, 1])),
        ),
        (
            "Transpose, shuffled channels",
            one(&[1, 2, 58, 28, 28], |net, x| {
                net.transpose(x, &[0, 2, 1, 3, 4])
            }),
        ),
        (
            "DepthToSpace, DCR, 2",
            one(&image, |net, x| {
                net.op("DepthToSpace", &[x], &[("blocksize", int(2))])
            }),
        ),
        (
            "DepthToSpace, CRD, 3",
            one(&[1, 27, 56, 56], |net, x| {
                net.op(
                    "DepthToSpace",
                    &[x],
                    &[("blocksize", int(3)), ("mode", text("CRD"))],
                )
            }),
        ),
        (
            "SpaceToDepth, 2",
            one(&image, |net, x| {
                net.op("SpaceToDepth", &[x], &[("blocksize", int(2))])
            }),
        ),
        (
            "Tile, 2 × 2",
            one(&image, |net, x| {
                let repeats = net.integers(&[1, 1, 2, 2]);
                net.op("Tile", &[x, repeats], &[])
            }),
        ),
        (
            "Expand",
            one(&[1, 64, 1, 1], |net, x| {
                let shape = net.integers(&[1, 64, 56, 56]);
                net.op("Expand", &[x, shape], &[])
            }),
        ),
        (
            "Gather, channels",
            one(&image, |net, x| {
                let order: Vec<i64> = (0..64).map(|i| i * 29 % 64).collect();
                let order = net.integers(&order);
                net.op("Gather", &[x, order], &[("axis", int(1))])
            }),
        ),
        (
            "ReduceMean, space",
            one(&image, |net, x| {
                net.op("ReduceMean", &[x], &[("axes", ints(&[2, 3]))])
            }),
        ),
        (
            "ReduceMean, channels",
            one(&image, |net, x| {
                net.op("ReduceMean", &[x], &[("axes", ints(&[1]))])
            }),
        ),
        (
            "ReduceMean, last axis",
            one(&[1, 197, 768], |net, x| {
                net.op("ReduceMean", &[x], &[("axes", ints(&[-1]))])
            }),
        ),
        (
            "ReduceMax, channels",
            one(&image, |net, x| {
                net.op("ReduceMax", &[x], &[("axes", ints(&[1]))])
            }),
        ),
        (
            "Pow, 2",
            one(&[1, 197, 768], |net, x| {
                let two = net.constant(Tensor::from_f32(&[], vec![2.0]));
                net.op("Pow", &[x, two], &[])
            }),
        ),
        ("Neg", one(&image, |net, x| net.op("Neg", &[x], &[]))),
        (
            "Softplus",
            one(&image, |net, x| net.op("Softplus", &[x], &[])),
        ),
        (
            "Softmax, attention",
            one(&[1, 12, 197, 197], |net, x| {
                net.op("Softmax", &[x], &[("axis", int(-1))])
            }),
        ),
        (
            "LRN",
            one(&image, |net, x| net.op("LRN", &[x], &[("size", int(5))])),
        ),
        (
            "InstanceNormalization",
            one(&image, |net, x| {
                let inputs = [x, net.positive(64), net.weight(&[64])];
                net.op("InstanceNormalization", &inputs, &[])
            }),
        ),
        (
            "MaxPool, 3/2",
            one(&[1, 64, 112, 112], |net, x| {
                let attributes = [
                    ("kernel_shape", ints(&[3, 3])),
                    ("strides", ints(&[2, 2])),
                    ("pads", ints(&[1; 4])),
                ];
                net.op("MaxPool", &[x], &attributes)
            }),
        ),
        (
            "Gelu by Erf",
            one(&[1, 197, 768], |net, x| net.op("Erf", &[x], &[])),
        ),
        (
            "Add, broadcast",
            one(&image, |net, x| {
                let other = net.weight(&[64, 1, 1]);
                net.add(x, other)
            }),
        ),
        (
            "ArgMax, classes",
            one(&[1, 21, 224, 224], |net, x| {
                net.op("ArgMax", &[x], &[("axis", int(1))])
            }),
        ),
    ]
}
