//! Gradients of single operators and of whole networks against finite differences in double precision.

mod common;

use common::nets::{Layer::*, chain};
use common::slopes::check;
use common::{Net, int, ints};

/// Sizes of a convolution: channels in and out, groups, kernel, strides, dilations, pads.
type Convolution = (usize, usize, usize, [i64; 2], [i64; 2], [i64; 2], [i64; 4]);

#[test]
fn convolutions_in_all_their_forms() {
    let forms: &[Convolution] = &[
        (3, 5, 1, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1]),
        (3, 4, 1, [1, 1], [1, 1], [1, 1], [0, 0, 0, 0]),
        (3, 4, 1, [1, 1], [2, 2], [1, 1], [0, 0, 0, 0]),
        (2, 9, 1, [3, 3], [2, 2], [1, 1], [0, 0, 1, 1]),
        (4, 6, 2, [3, 2], [1, 2], [1, 1], [1, 0, 1, 1]),
        (4, 4, 4, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1]),
        (4, 4, 4, [5, 5], [2, 2], [1, 1], [2, 2, 2, 2]),
        (3, 6, 3, [3, 3], [2, 1], [1, 1], [1, 1, 1, 1]),
        (2, 3, 1, [3, 3], [1, 1], [2, 2], [2, 2, 2, 2]),
        (4, 4, 4, [3, 3], [2, 1], [2, 1], [2, 1, 2, 1]),
        (2, 3, 1, [2, 2], [3, 3], [1, 1], [0, 0, 0, 0]),
        (2, 3, 1, [1, 2], [1, 1], [1, 1], [1, 2, 1, 2]),
    ];
    for (seed, &(inputs, outputs, group, kernel, strides, dilations, pads)) in
        forms.iter().enumerate()
    {
        let mut net = Net::new(seed as u64);
        let x = net.input(&[3, 2, 9, 8]);
        // So that the data's gradient is asked for too.
        let x = net.conv(x, inputs, 1);
        let weights = net.weight(&[
            outputs,
            inputs / group,
            kernel[0] as usize,
            kernel[1] as usize,
        ]);
        let bias = net.weight(&[outputs]);
        let attributes = [
            ("group", int(group as i64)),
            ("strides", ints(&strides)),
            ("dilations", ints(&dilations)),
            ("pads", ints(&pads)),
        ];
        let y = net.op("Conv", &[x, weights, bias], &attributes);
        check(&net.finish(&[y]), seed as u64);
    }
}

#[test]
fn products_of_matrices_stored_either_way() {
    for (seed, (trans_a, trans_b)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
        for summand in [&[4, 7][..], &[7], &[1, 7], &[4, 1], &[1]] {
            let mut net = Net::new(seed as u64);
            let x = net.input(&[4, 6]);
            let x = net.linear(x, 5);
            let x = if trans_a == 1 {
                net.transpose(x, &[1, 0])
            } else {
                x
            };
            let b = net.weight(if trans_b == 1 { &[7, 5] } else { &[5, 7] });
            let c = net.weight(summand);
            let attributes = [
                ("transA", int(trans_a)),
                ("transB", int(trans_b)),
                ("alpha", secateur::graph::Attribute::Float(0.5)),
                ("beta", secateur::graph::Attribute::Float(2.0)),
            ];
            let y = net.op("Gemm", &[x, b, c], &attributes);
            check(&net.finish(&[y]), 7);
        }
    }
}

#[test]
fn normalization_by_stored_statistics() {
    check(
        &chain(3, &[3, 2, 5, 5], &[Conv(6, 3), Norm, Relu, Conv(3, 3)]),
        3,
    );
}

#[test]
fn what_only_moves_numbers() {
    let mut net = Net::new(4);
    let x = net.input(&[2, 3, 4, 4]);
    let x = net.conv(x, 6, 1);
    let parts = net.op_n("Split", &[x], &[("axis", int(1))], 2);
    let pads = net.integers(&[0, 1, 0, 0, 0, 2, 0, 0]);
    let value = net.constant(secateur::tensor::Tensor::from_f32(&[], vec![3.0]));
    let padded = net.op("Pad", &[parts[0], pads, value], &[]);
    let all = net.concat(&[padded, parts[1], padded], 1);
    let turned = net.transpose(all, &[0, 2, 3, 1]);
    let flat = net.flatten(turned);
    let (starts, ends, axes) = (net.integers(&[3]), net.integers(&[300]), net.integers(&[1]));
    let sliced = net.op("Slice", &[flat, starts, ends, axes], &[]);
    let y = net.linear(sliced, 3);
    check(&net.finish(&[y]), 4);
}
