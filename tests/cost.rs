//! What is counted is that of one sample, however a model's shapes speak of the batch.

mod common;

use common::{Net, with_open_batch};
use secateur::cost::{ModelCost, model_cost};
use secateur::graph::Graph;

/// A convolution, then a linear layer at each of the 36 pixels: these lie along the batch's axis, as `36*N` rows.
fn net(batch: usize) -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[batch, 3, 6, 6]);
    let x = net.conv(x, 8, 3);
    let x = net.relu(x);
    let rows = net.transpose(x, &[0, 2, 3, 1]);
    let rows = net.reshape(rows, &[-1, 8]);
    let rows = net.linear(rows, 5);
    let back = net.reshape(rows, &[-1, 6, 6, 5]);
    let mean = net.op(
        "ReduceMean",
        &[back],
        &[
            ("axes", common::ints(&[1, 2])),
            ("keepdims", common::int(0)),
        ],
    );
    let answer = net.linear(mean, 4);
    net.finish(&[answer])
}

fn counted_by_hand(counted: &ModelCost) {
    let convolution = 36 * 8 * 27;
    let at_each_pixel = 36 * 8 * 5;
    let last = 5 * 4;
    let macs: Vec<u64> = counted.layers.iter().map(|l| l.macs).collect();
    assert_eq!(macs, [convolution, at_each_pixel, last]);
    assert_eq!(counted.totals.macs, convolution + at_each_pixel + last);
    // The first activation, read and made, in float32.
    assert_eq!(counted.totals.activation_bytes, 2 * 8 * 36 * 4);
    let of_layers: Vec<u64> = counted.layers.iter().map(|l| l.activation_bytes).collect();
    assert_eq!(of_layers, [8 * 36 * 4, 36 * 5 * 4, 4 * 4]);
    assert_eq!(counted.layers[0].output_shape, [1, 8, 6, 6]);
}

#[test]
fn a_batch_of_one() {
    counted_by_hand(&model_cost(&net(1), 0));
}

#[test]
fn an_open_batch_with_axes_that_are_multiples_of_it() {
    counted_by_hand(&model_cost(&with_open_batch(net(1)), 0));
}

#[test]
fn a_fixed_batch_of_eight() {
    counted_by_hand(&model_cost(&net(8), 0));
}

/// The first axis of an input is no batch where the answer does not have it.
#[test]
fn one_sample_without_an_axis_for_the_batch() {
    let mut net = Net::new(6);
    let x = net.input(&[3, 6, 6]);
    let x = net.reshape(x, &[1, 3, 6, 6]);
    let x = net.conv(x, 8, 3);
    let answer = net.classifier(x, 4);
    let counted = model_cost(&net.finish(&[answer]), 0);
    assert_eq!(counted.totals.macs, 36 * 8 * 27 + 8 * 4);
}
