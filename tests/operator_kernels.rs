//! Kernels that compute against the plain definitions of the same operators, on random shapes and attributes.

mod common;

use common::by_kernel::{close, list, same_bits, sizes, text};
use common::{Net, Random, distance, int, ints, random_inputs, reference};
use secateur::engine::{Executor, Options};
use secateur::graph::{Attribute, Node, ValueId};
use secateur::tensor::{DType, Tensor};

/// A random transposed convolution; the attributes may leave no output, then `None`.
fn transposed(seed: u64) -> Option<(Net, ValueId)> {
    let mut random = Random(seed);
    let axes = 1 + random.below(2);
    let group = 1 + random.below(3);
    let (each_in, each_out) = match random.below(3) {
        0 => (1, 1 + random.below(2)),
        _ => (1 + random.below(5), 1 + random.below(7)),
    };
    let spatial = sizes(&mut random, axes, 9);
    let kernel = sizes(&mut random, axes, 5);
    let strides = list(&mut random, axes, 1, 5);
    let dilations = list(&mut random, axes, 1, 4);
    let pads = list(&mut random, 2 * axes, 0, 4);
    let extra: Vec<i64> = strides
        .iter()
        .map(|&s| random.below(s as usize) as i64)
        .collect();
    let full = |axis: usize| {
        let reach = dilations[axis] * (kernel[axis] as i64 - 1) + 1;
        strides[axis] * (spatial[axis] as i64 - 1) + reach + extra[axis]
    };
    let mut attributes = vec![
        ("group", int(group as i64)),
        ("strides", ints(&strides)),
        ("dilations", ints(&dilations)),
        ("output_padding", ints(&extra)),
    ];
    match random.below(4) {
        0 => {
            let mode = ["SAME_UPPER", "SAME_LOWER", "VALID"][random.below(3)];
            attributes.push(("auto_pad", text(mode)));
        }
        1 => {
            let wanted: Vec<i64> = (0..axes)
                .map(|axis| (full(axis) - pads[axis]).max(1))
                .collect();
            attributes.push(("output_shape", ints(&wanted)));
        }
        _ => {
            if (0..axes).any(|axis| full(axis) <= pads[axis] + pads[axes + axis]) {
                return None;
            }
            attributes.push(("pads", ints(&pads)));
        }
    }
    let mut net = Net::new(seed);
    let batch = 1 + random.below(2);
    let x = net.input(&[&[batch, group * each_in], &spatial[..]].concat());
    let mut inputs = vec![
        x,
        net.weight(&[&[group * each_in, each_out], &kernel[..]].concat()),
    ];
    if random.below(2) == 0 {
        inputs.push(net.weight(&[group * each_out]));
    }
    let y = net.op("ConvTranspose", &inputs, &attributes);
    Some((net, y))
}

#[test]
fn transposed_convolutions() {
    let mut count = 0;
    for (seed, (net, y)) in (0..400).filter_map(|seed| Some((seed, transposed(seed)?))) {
        close(net, &[y], seed, 1e-5);
        count += 1;
    }
    assert!(count > 300);
}

/// What follows a transposed convolution becomes part of it: one step, the same numbers.
#[test]
fn transposed_convolutions_with_what_follows() {
    for seed in 0..40 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let group = 1 + random.below(2);
        let channels = group * (1 + random.below(5));
        let x = net.input(&[2, channels, 5, 6]);
        let each = 1 + random.below(6);
        let inputs = [
            x,
            net.weight(&[channels, each, 3, 2]),
            net.weight(&[group * each]),
        ];
        let attributes = [("group", int(group as i64)), ("strides", ints(&[2, 3]))];
        let y = net.op("ConvTranspose", &inputs, &attributes);
        let shape = net.dims(y);
        let mut y = net.batch_norm(y);
        if random.below(2) == 0 {
            let other = net.input(&shape);
            y = net.add(y, other);
        }
        y = net.op(["Relu", "Sigmoid"][random.below(2)], &[y], &[]);
        let graph = net.finish(&[y]);
        let inputs = random_inputs(&graph, &mut random);
        let mut executor = Executor::new(
            &graph,
            &Options {
                batch: 2,
                ..Options::default()
            },
        )
        .unwrap();
        assert_eq!(executor.steps().filter(|step| step.has_kernel).count(), 1);
        assert_eq!(executor.steps().count(), 1);
        let found = reference::array(&executor.run(&inputs).expect("runs")[0]);
        assert!(distance(&found, &reference::run(&graph, &inputs)[0]) < 1e-5);
    }
}

#[test]
fn resampling() {
    const COORDINATES: [&str; 5] = [
        "half_pixel",
        "half_pixel_symmetric",
        "pytorch_half_pixel",
        "align_corners",
        "asymmetric",
    ];
    const ROUNDINGS: [&str; 4] = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
    for seed in 0..400 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let spatial = 1 + random.below(3);
        let shape = [vec![2, 1 + random.below(3)], sizes(&mut random, spatial, 9)].concat();
        let x = net.input(&shape);
        let roi = net.weight(&[0]);
        let by_size = random.below(2) == 0;
        let after = [shape[..2].to_vec(), sizes(&mut random, spatial, 20)].concat();
        let inputs = match by_size {
            true => {
                let none = net.weight(&[0]);
                let after: Vec<i64> = after.iter().map(|&n| n as i64).collect();
                vec![x, roi, none, net.integers(&after)]
            }
            false => {
                let mut scales = vec![1.0; 2];
                scales
                    .extend((0..spatial).map(|_| [2.0, 0.5, 3.0, 1.7, 0.83, 1.0][random.below(6)]));
                let scale = |(&n, s): (&usize, &f32)| ((n as f32 * s) as usize) == 0;
                if shape.iter().zip(&scales).any(scale) {
                    continue;
                }
                vec![
                    x,
                    roi,
                    net.constant(Tensor::from_f32(&[scales.len()], scales)),
                ]
            }
        };
        let mode = ["nearest", "linear", "cubic"][random.below(3)];
        let mut attributes = vec![
            ("mode", text(mode)),
            (
                "coordinate_transformation_mode",
                text(COORDINATES[random.below(5)]),
            ),
        ];
        match mode {
            "nearest" => attributes.push(("nearest_mode", text(ROUNDINGS[random.below(4)]))),
            "cubic" => attributes.push(("exclude_outside", int(random.below(2) as i64))),
            _ => {}
        }
        let y = net.op("Resize", &inputs, &attributes);
        same_bits(net, &[y], seed);
    }
}

#[test]
fn reductions() {
    const KINDS: [&str; 7] = [
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "ReduceSum",
    ];
    for seed in 0..200 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let rank = 1 + random.below(4);
        let shape = sizes(&mut random, rank, 12);
        let x = net.input(&shape);
        let count = 1 + random.below(rank);
        let axes = random.choose(rank, count);
        let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64 - rank as i64).collect();
        let keepdims = ("keepdims", int(random.below(2) as i64));
        let y = match KINDS[random.below(7)] {
            "ReduceSum" => {
                let inputs = [x, net.integers(&axes)];
                net.op("ReduceSum", &inputs, &[keepdims])
            }
            kind => net.op(kind, &[x], &[keepdims, ("axes", ints(&axes))]),
        };
        close(net, &[y], seed, 1e-6);
    }
}

#[test]
fn functions_of_one_number_and_of_two() {
    const ONE: [&str; 12] = [
        "Neg",
        "Abs",
        "Floor",
        "Ceil",
        "Reciprocal",
        "Log",
        "Softplus",
        "Mish",
        "Cos",
        "Sign",
        "Selu",
        "Round",
    ];
    for (seed, op) in (0..).zip(ONE) {
        let mut net = Net::new(seed);
        let x = net.input(&[3, 5, 7]);
        let y = net.op(op, &[x], &[]);
        same_bits(net, &[y], seed);
    }
    for (seed, op) in (0..).zip(["Min", "Max", "Sum"]) {
        let mut net = Net::new(seed);
        let (a, b) = (net.input(&[3, 5, 7]), net.input(&[5, 1]));
        let y = net.op(op, &[a, b], &[]);
        same_bits(net, &[y], seed);
    }
    for (seed, exponent) in (0..).zip([2.0, 3.0, 0.5, -1.0]) {
        let mut net = Net::new(seed);
        let x = net.input(&[3, 5, 7]);
        let exponent = net.constant(Tensor::from_f32(&[1], vec![exponent]));
        let y = net.op("Pow", &[x, exponent], &[]);
        same_bits(net, &[y], seed);
    }
}

#[test]
fn recurrent_layers() {
    for seed in 0..120 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let (op, gates) = [("RNN", 1), ("GRU", 3), ("LSTM", 4)][random.below(3)];
        let [length, batch, features, state] = sizes(&mut random, 4, 9)[..] else {
            unreachable!("four sizes");
        };
        let direction = ["forward", "reverse", "bidirectional"][random.below(3)];
        let count = 1 + usize::from(direction == "bidirectional");
        let x = net.input(&[length, batch, features]);
        let mut inputs = vec![
            Some(x),
            Some(net.weight(&[count, gates * state, features])),
            Some(net.weight(&[count, gates * state, state])),
        ];
        let kinds = 2 + usize::from(op == "LSTM");
        if random.below(3) > 0 {
            inputs.push(Some(net.weight(&[count, 2 * gates * state])));
            inputs.push(None);
            for _ in 1..kinds {
                inputs.push(match random.below(3) {
                    0 => None,
                    1 => Some(net.weight(&[count, batch, state])),
                    _ => Some(net.input(&[count, batch, state])),
                });
            }
        }
        let mut attributes = vec![
            ("hidden_size", int(state as i64)),
            ("direction", text(direction)),
        ];
        if op == "GRU" {
            attributes.push(("linear_before_reset", int(random.below(2) as i64)));
        }
        let outputs: Vec<ValueId> = (0..kinds)
            .map(|i| net.graph.add_value(&format!("y{i}"), None))
            .collect();
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_string(), value));
        net.graph.nodes.push(Node {
            name: op.into(),
            domain: String::new(),
            op_type: op.into(),
            inputs,
            outputs: outputs.iter().copied().map(Some).collect(),
            attributes: attributes.collect(),
            captures: Vec::new(),
        });
        close(net, &outputs, seed, 1e-5);
    }
}

#[test]
fn normalizations_across_channels() {
    for seed in 0..40 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let x = net.input(&sizes(&mut random, 4, 7));
        let size = 1 + random.below(6);
        let attributes = [
            ("size", int(size as i64)),
            ("alpha", Attribute::Float(0.3)),
            ("beta", Attribute::Float([0.75, 0.6][random.below(2)])),
            ("bias", Attribute::Float(1.5)),
        ];
        let y = net.op("LRN", &[x], &attributes);
        close(net, &[y], seed, 1e-6);
    }
}

/// What an operator reads without a kernel is not copied where it is stored: a table of embeddings may be large.
#[test]
fn stored_tables_are_looked_up() {
    let mut net = Net::new(1);
    let table = net.weight(&[50, 8]);
    let indices = net.integer_input(&[1, 3]);
    let y = net.op("Gather", &[table, indices], &[]);
    let graph = net.finish(&[y]);
    let mut executor = Executor::new(&graph, &Options::default()).expect("a plan");
    let indices = Tensor::from_i64(&[1, 3], vec![4, 0, -1]);
    let found = executor.run(&[indices]).expect("a result").swap_remove(0);
    assert_eq!((found.dtype(), found.shape()), (DType::F32, &[1, 3, 8][..]));
    let stored = graph.constant(table).unwrap().floats().unwrap();
    let want = [&stored[32..40], &stored[..8], &stored[392..]].concat();
    assert_eq!(*found.floats().unwrap(), want[..]);
}
