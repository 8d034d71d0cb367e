//! Tensors that are expanded, repeated or resampled to sizes that the model computes, as exporters write them for an open batch:
//! their channels are cut like any others. Each network has a twin without computed sizes, which must come out the same.

mod common;

use common::repacking::{group_sizes, share_of_each};
use common::{Net, Random, int, with_open_batch};
use secateur::engine::{Executor, Options};
use secateur::graph::{Attribute, Graph, ValueId};
use secateur::onnx::{self, OpenOptions, open};
use secateur::prune::check::check;
use secateur::prune::groups::analyze;
use secateur::prune::repack::{mask_channels, repack};
use secateur::tensor::Tensor;

const CHANNELS: usize = 8;
const BATCH: usize = 3;
const SIDE: usize = 4;

/// The same layers around what `middle` makes of the input and of the first layer's output.
fn network(middle: impl Fn(&mut Net, ValueId, ValueId) -> ValueId) -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, SIDE, SIDE]);
    let y = net.conv(x, CHANNELS, 3);
    let y = net.batch_norm(y);
    let y = middle(&mut net, x, y);
    let y = net.relu(y);
    let y = net.conv(y, 5, 3);
    with_open_batch(net.finish(&[y]))
}

/// The model's batch as a list of one size.
fn batch(net: &mut Net, x: ValueId) -> ValueId {
    net.op("Shape", &[x], &[("start", int(0)), ("end", int(1))])
}

/// The batch and then these sizes.
fn batch_and(net: &mut Net, x: ValueId, sizes: &[i64]) -> ValueId {
    let batch = batch(net, x);
    let sizes = net.integers(sizes);
    net.concat(&[batch, sizes], 0)
}

fn run(graph: &Graph, input: &Tensor) -> Tensor {
    let options = Options {
        batch: BATCH,
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).expect("a plan");
    executor
        .run(std::slice::from_ref(input))
        .expect("runs")
        .swap_remove(0)
}

/// Cuts both alike. The files open again and compute the same, and the masked models, too.
fn come_out_the_same(computed: &Graph, stored: &Graph) {
    let input = Random(9).tensor(&[BATCH, 3, SIDE, SIDE]);
    let cut = |graph: &Graph| {
        let groups = analyze(graph).unwrap();
        let sizes = group_sizes(&groups);
        let removed = share_of_each(&groups, 0.5);
        let packed = repack(graph, &groups, &removed).unwrap().graph;
        let masked = mask_channels(graph, &groups, &removed).unwrap();
        let checked = check(masked, &packed, std::slice::from_ref(&input)).unwrap();
        assert!(checked.agrees, "{checked:?}");
        let file = onnx::write(&packed).unwrap();
        let opened = open(file.into(), &OpenOptions::default()).unwrap().graph;
        (sizes, run(&opened, &input))
    };
    let ((sizes, ours), (expected_sizes, expected)) = (cut(computed), cut(stored));
    assert_eq!(sizes, expected_sizes);
    assert_eq!(sizes, [CHANNELS]);
    assert_eq!(ours.shape(), expected.shape());
    let (ours, expected) = (ours.floats().unwrap(), expected.floats().unwrap());
    for (a, b) in ours.iter().zip(expected.iter()) {
        assert!((a - b).abs() < 1e-5, "{a} instead of {b}");
    }
}

/// A stored vector for each channel, as (1, channels, 1, 1).
fn token(net: &mut Net) -> ValueId {
    net.weight(&[1, CHANNELS, 1, 1])
}

#[test]
fn expanded_to_a_computed_batch() {
    let stored = network(|net, _, y| {
        let token = token(net);
        net.add(y, token)
    });
    // The channels' own size, and a 1 that leaves it as it is.
    for channels in [CHANNELS as i64, 1] {
        let computed = network(|net, x, y| {
            let token = token(net);
            let target = batch_and(net, x, &[channels, 1, 1]);
            let wide = net.op("Expand", &[token, target], &[]);
            net.add(y, wide)
        });
        come_out_the_same(&computed, &stored);
    }
}

#[test]
fn repeated_for_a_computed_batch() {
    let stored = network(|net, _, y| {
        let token = token(net);
        net.add(y, token)
    });
    let computed = network(|net, x, y| {
        let token = token(net);
        let repeats = batch_and(net, x, &[1, 1, 1]);
        let wide = net.op("Tile", &[token, repeats], &[]);
        net.add(y, wide)
    });
    come_out_the_same(&computed, &stored);
}

#[test]
fn resampled_to_a_computed_size() {
    let mode = [("mode", Attribute::String("linear".into()))];
    let resized = |net: &mut Net, y: ValueId, sizes: ValueId| {
        let none = net.constant(Tensor::from_f32(&[0], Vec::new()));
        net.op("Resize", &[y, none, none, sizes], &mode)
    };
    let double = 2 * SIDE as i64;
    let stored = network(|net, _, y| {
        let none = net.constant(Tensor::from_f32(&[0], Vec::new()));
        let scales = net.constant(Tensor::from_f32(&[4], vec![1.0, 1.0, 2.0, 2.0]));
        net.op("Resize", &[y, none, scales], &mode)
    });
    let computed = network(|net, x, y| {
        let sizes = batch_and(net, x, &[CHANNELS as i64, double, double]);
        resized(net, y, sizes)
    });
    come_out_the_same(&computed, &stored);
    // The channels' number is computed as well.
    let computed = network(|net, _, y| {
        let own = net.op("Shape", &[y], &[("start", int(0)), ("end", int(2))]);
        let sides = net.integers(&[double, double]);
        let sizes = net.concat(&[own, sides], 0);
        resized(net, y, sizes)
    });
    come_out_the_same(&computed, &stored);
}

/// Repeating channels is no copy for each sample: they stay.
#[test]
fn repeated_channels_stay() {
    let graph = network(|net, x, y| {
        let repeats = batch_and(net, x, &[2, 1, 1]);
        let half = net.weight(&[1, CHANNELS / 2, 1, 1]);
        let wide = net.op("Tile", &[half, repeats], &[]);
        net.add(y, wide)
    });
    assert!(analyze(&graph).unwrap().groups.is_empty());
}
