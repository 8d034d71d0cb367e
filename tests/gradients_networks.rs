//! Gradients of whole networks, of operators that combine tensors, and of normalizations by the batch at hand.

mod common;

use common::random_net::random_net;
use common::slopes::check;
use common::{Net, Random, int, ints};
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::{Attribute, ValueId};
use secateur::tensor::Tensor;

#[test]
fn random_networks_of_every_construct() {
    for seed in 0..60 {
        check(&random_net(seed, 1 + seed as usize % 7), seed);
    }
}

#[test]
fn arithmetic_with_either_side_broadcast() {
    for op in ["Add", "Sub", "Mul", "Div"] {
        for shape in [&[2, 4, 3, 3][..], &[4, 1, 1], &[1, 4, 1, 3], &[3]] {
            for first in [true, false] {
                let mut net = Net::new(8);
                let x = net.input(&[2, 3, 3, 3]);
                let x = net.conv(x, 4, 1);
                // Away from zero, so that nothing is divided by next to nothing.
                let x = net.op("Sigmoid", &[x], &[]);
                let count = shape.iter().product();
                let numbers = (0..count)
                    .map(|_| net.random.number().abs() + 0.5)
                    .collect();
                let w = net.constant(Tensor::from_f32(shape, numbers));
                let y = match first {
                    true => net.op(op, &[w, x], &[]),
                    false => net.op(op, &[x, w], &[]),
                };
                check(&net.finish(&[y]), 8);
            }
        }
    }
}

#[test]
fn a_value_that_is_read_twice_gathers_both_gradients() {
    let mut net = Net::new(9);
    let x = net.input(&[2, 3, 4, 4]);
    let x = net.conv(x, 4, 3);
    let square = net.op("Mul", &[x, x], &[]);
    let gate = net.pool(x);
    let gate = net.op("Sigmoid", &[gate], &[]);
    let gated = net.op("Mul", &[square, gate], &[]);
    let y = net.add(gated, x);
    check(&net.finish(&[y]), 9);
}

#[test]
fn pools_in_all_their_forms() {
    for op in ["MaxPool", "AveragePool"] {
        for (kernel, strides, pads) in [
            ([2, 2], [2, 2], [0, 0, 0, 0]),
            ([3, 3], [2, 2], [1, 1, 1, 1]),
            ([3, 2], [1, 2], [1, 0, 1, 1]),
        ] {
            for with_padding in [0, 1] {
                if op == "MaxPool" && with_padding == 1 {
                    continue;
                }
                let mut net = Net::new(10);
                let x = net.input(&[2, 3, 7, 6]);
                let x = net.conv(x, 4, 3);
                let mut attributes = vec![
                    ("kernel_shape", ints(&kernel)),
                    ("strides", ints(&strides)),
                    ("pads", ints(&pads)),
                ];
                if op == "AveragePool" {
                    attributes.push(("count_include_pad", int(with_padding)));
                }
                let y = net.op(op, &[x], &attributes);
                check(&net.finish(&[y]), 10);
            }
        }
    }
}

#[test]
fn products_of_stacks() {
    let mut net = Net::new(11);
    let x = net.input(&[2, 3, 5]);
    let (v, w) = (net.weight(&[5, 4]), net.weight(&[1, 5, 4]));
    let a = net.op("MatMul", &[x, v], &[]);
    let b = net.op("MatMul", &[x, w], &[]);
    let b = net.transpose(b, &[0, 2, 1]);
    let scores = net.op("MatMul", &[a, b], &[]);
    let y = net.op("Softmax", &[scores], &[("axis", int(1))]);
    check(&net.finish(&[y]), 11);
}

#[test]
fn normalizations_of_rows() {
    let mut net = Net::new(12);
    let x = net.input(&[2, 3, 4, 4]);
    let x = net.conv(x, 6, 1);
    let (scale, shift) = (net.weight(&[6]), net.weight(&[6]));
    let x = net.op("InstanceNormalization", &[x, scale, shift], &[]);
    let x = net.transpose(x, &[0, 2, 3, 1]);
    let (scale, shift) = (net.weight(&[6]), net.weight(&[6]));
    let y = net.op(
        "LayerNormalization",
        &[x, scale, shift],
        &[("axis", int(-1))],
    );
    check(&net.finish(&[y]), 12);
}

#[test]
fn functions_of_one_number() {
    for op in ["LeakyRelu", "Sigmoid", "HardSwish", "Tanh", "Relu"] {
        let mut net = Net::new(13);
        let x = net.input(&[2, 3, 3, 3]);
        let x = net.conv(x, 4, 1);
        let y = net.op(op, &[x], &[]);
        check(&net.finish(&[y]), 13);
    }
    let mut net = Net::new(13);
    let x = net.input(&[2, 3, 3, 3]);
    let x = net.conv(x, 4, 1);
    let slope = net.weight(&[4, 1, 1]);
    let x = net.op("PRelu", &[x, slope], &[]);
    let bounds = [-0.5, 0.7].map(|b| net.constant(Tensor::from_f32(&[], vec![b])));
    let y = net.op("Clip", &[x, bounds[0], bounds[1]], &[]);
    check(&net.finish(&[y]), 13);
}

/// What is done in one sweep has to the bit what is done step by step, and inner values stay that somebody asks for.
#[test]
fn clamps_behind_normalizations_by_the_batch() {
    let mut net = Net::new(15);
    let x = net.input(&[5, 3, 7, 7]);
    let x = net.conv(x, 6, 3);
    let normal = net.batch_norm(x);
    let x = net.relu(normal);
    let x = net.conv(x, 4, 3);
    let x = net.batch_norm(x);
    let bounds = [-0.1, 0.3].map(|b| net.constant(Tensor::from_f32(&[], vec![b])));
    let x = net.op("Clip", &[x, bounds[0], bounds[1]], &[]);
    // Read twice, so its clamp has to be a step of its own.
    let twice = net.batch_norm(x);
    let clamped = net.relu(twice);
    let y = net.add(twice, clamped);
    let graph = net.finish(&[y]);
    let options = Options {
        batch: 5,
        ..Options::default()
    };
    let mut random = Random(15);
    let input: Vec<f32> = (0..5 * 3 * 49).map(|_| random.number()).collect();
    let weighing: Vec<f32> = (0..5 * 4 * 49).map(|_| random.number()).collect();
    let learn = |kept: Option<&[ValueId]>| {
        let mut tape = Tape::new(&graph, &options, Normalization::OfBatch).unwrap();
        if let Some(kept) = kept {
            tape.fuse(&[&graph.outputs, kept].concat());
        }
        tape.forward(&[&input]).unwrap();
        tape.backward(&[(graph.outputs[0], &weighing)]).unwrap();
        tape
    };
    let (apart, together, kept) = (learn(None), learn(Some(&[])), learn(Some(&[normal])));
    assert_eq!(apart.findings().unwrap(), together.findings().unwrap());
    assert_eq!(apart.findings().unwrap(), kept.findings().unwrap());
    assert_eq!(apart.value(y), together.value(y));
    let steps = [&apart, &kept, &together].map(|tape| tape.nodes().len());
    assert_eq!(steps, [steps[0], steps[0] - 1, steps[0] - 2]);
    assert!(together.value(normal).is_empty());
    assert_eq!(apart.value(normal), kept.value(normal));
}

/// The reference knows stored statistics only, so the forward pass by the batch's own stands here, in double precision.
#[test]
fn normalization_by_the_batch() {
    let (batch, channels, plane) = (3, 2, 4);
    let mut net = Net::new(14);
    let x = net.input(&[batch, 3, 2, 2]);
    let conv = net.weight(&[channels, 3, 1, 1]);
    let x = net.conv_of(&[x, conv], 1, 1, 0);
    let (scale, shift) = (net.weight(&[channels]), net.weight(&[channels]));
    let (mean, variance) = (net.weight(&[channels]), net.positive(channels));
    let momentum = [("momentum", Attribute::Float(0.75))];
    let y = net.op(
        "BatchNormalization",
        &[x, scale, shift, mean, variance],
        &momentum,
    );
    let graph = net.finish(&[y]);
    let numbers = |id: ValueId| -> Vec<f64> {
        let tensor = graph.constant(id).unwrap();
        tensor.floats().unwrap().iter().map(|&x| x.into()).collect()
    };
    let mut random = Random(4);
    let input: Vec<f32> = (0..batch * 3 * plane).map(|_| random.number()).collect();
    let weighing: Vec<f32> = (0..batch * channels * plane)
        .map(|_| random.number())
        .collect();

    // The loss of these weights, and the mean and variance of the first channel.
    let forward = |conv: &[f64], scale: &[f64], shift: &[f64]| {
        let mut loss = 0.0;
        let mut first = (0.0, 0.0);
        for c in 0..channels {
            let mut made = Vec::new();
            for at in 0..batch * plane {
                let (sample, pixel) = (at / plane, at % plane);
                let x = |i: usize| f64::from(input[(sample * 3 + i) * plane + pixel]);
                made.push((0..3).map(|i| conv[c * 3 + i] * x(i)).sum::<f64>());
            }
            let count = made.len() as f64;
            let mean = made.iter().sum::<f64>() / count;
            let squares: f64 = made.iter().map(|x| (x - mean) * (x - mean)).sum();
            if c == 0 {
                first = (mean, squares / (count - 1.0));
            }
            for (at, x) in made.iter().enumerate() {
                let y = (x - mean) / (squares / count + 1e-5).sqrt() * scale[c] + shift[c];
                let (sample, pixel) = (at / plane, at % plane);
                loss += y * f64::from(weighing[(sample * channels + c) * plane + pixel]);
            }
        }
        (loss, first)
    };
    let options = Options {
        batch,
        ..Options::default()
    };
    let mut tape = Tape::new(&graph, &options, Normalization::OfBatch).unwrap();
    tape.forward(&[&input]).unwrap();
    tape.backward(&[(graph.outputs[0], &weighing)]).unwrap();
    let all = [conv, scale, shift];
    let plain = all.map(&numbers);
    for (which, id) in all.into_iter().enumerate() {
        for at in 0..plain[which].len() {
            let moved = |step: f64| {
                let mut moved = plain.clone();
                moved[which][at] += step;
                forward(&moved[0], &moved[1], &moved[2]).0
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let got = f64::from(tape.gradient(id).unwrap()[at]);
            assert!(
                (got - slope).abs() < 1e-3 * slope.abs().max(1.0),
                "{which} {at}: {got} {slope}"
            );
        }
    }
    let (_, (batch_mean, batch_variance)) = forward(&plain[0], &plain[1], &plain[2]);
    let found = tape.findings().unwrap();
    tape.follow(&found);
    for (id, of_batch) in [(mean, batch_mean), (variance, batch_variance)] {
        let expected = 0.75 * numbers(id)[0] + 0.25 * of_batch;
        assert!((f64::from(tape.value(id)[0]) - expected).abs() < 1e-5);
    }
}
