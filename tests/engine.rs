//! The executor against ONNX Runtime on whole models, and against brute force on small random ones.

mod common;

use common::{Net, Random, distance, random_inputs, reference};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::onnx::{OpenOptions, open};
use secateur::tensor::Tensor;
use secateur::text::said;
use std::path::PathBuf;

/// A model of `../shared`, or `None` with a notice where that folder is absent.
fn model(name: &str) -> Option<Graph> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/models").join(format!("{name}.onnx"));
    let Ok(bytes) = std::fs::read(&path) else {
        common::skipped::skipped(format_args!("{} is absent", path.display()));
        return None;
    };
    let opened = open(bytes.into(), &OpenOptions::default()).expect("a good model");
    Some(opened.graph)
}

/// The input that `reference/engine.py` feeds.
fn signal(shape: &[usize]) -> Tensor {
    let element = |i: usize| {
        let i = i as f64;
        ((0.37 * i).sin() + (0.011 * i).cos()) as f32
    };
    let count = shape.iter().product();
    Tensor::from_f32(shape, (0..count).map(element).collect())
}

/// Largest difference as a share of the largest magnitude.
fn apart(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    let largest = want.iter().fold(0f32, |m, x| m.max(x.abs()));
    let differences = got.iter().zip(want).map(|(g, w)| (g - w).abs());
    differences.fold(0f32, |m, d| if d <= m { m } else { d }) / largest
}

fn numbers(json: &serde_json::Value) -> Vec<f32> {
    serde_json::from_value(json.clone()).expect("numbers")
}

fn agrees_with_onnx_runtime(name: &str) {
    let Some(graph) = model(name) else { return };
    let file = include_str!("reference/engine.json");
    let all: serde_json::Value = serde_json::from_str(file).expect("valid JSON");
    let want = &all[name];
    let shape: Vec<usize> = serde_json::from_value(want["shape"].clone()).expect("a shape");
    let values = want["values"].as_object().expect("values");
    for (fuse, keep) in [(true, false), (true, true), (false, true)] {
        let options = Options {
            batch: shape[0],
            keep: match keep {
                true => values.keys().cloned().collect(),
                false => Vec::new(),
            },
            fuse,
            ..Options::default()
        };
        let mut executor = Executor::new(&graph, &options).expect("a plan");
        let outputs = executor.run(&[signal(&shape)]).expect("outputs");
        let logits = outputs[0].floats().expect("floats");
        assert!(apart(&logits, &numbers(&want["logits"])) < 1e-4);
        for name in &options.keep {
            let got = executor.value(name).expect("kept");
            let want = &values[name];
            assert_eq!(got.len() as u64, want["count"].as_u64().expect("a count"));
            let step = want["step"].as_u64().expect("a step") as usize;
            let picked: Vec<f32> = got
                .floats()
                .expect("floats")
                .iter()
                .copied()
                .step_by(step)
                .collect();
            assert!(apart(&picked, &numbers(&want["numbers"])) < 1e-4, "{name}");
        }
        // A second run in the same memory gives the same.
        let again = executor.run(&[signal(&shape)]).expect("outputs");
        assert_eq!(outputs, again);
    }
}

#[test]
fn efficientnet_lite0() {
    agrees_with_onnx_runtime("efficientnet-lite0");
}

#[test]
fn resnet20() {
    agrees_with_onnx_runtime("resnet20-cifar10");
}

/// A net with shortcuts whose two branches are both products, and values that are read twice.
fn entangled(seed: u64) -> Graph {
    let mut net = Net::new(seed);
    let width = 3 + net.random.below(9);
    let side = 5 + net.random.below(6);
    let x = net.input(&[2, 3, side, side]);
    let mut x = net.conv(x, width, 3);
    for _ in 0..3 {
        let a = net.conv(x, width, 1);
        let a = net.batch_norm(a);
        let b = match net.random.below(3) {
            0 => x,
            1 => net.conv_with(x, width, 3, width, 1, 1, false),
            _ => net.conv(x, width, 3),
        };
        let sum = net.add(a, b);
        let active = net.relu(sum);
        // Reading the sum again forbids the activation to take its place.
        x = match net.random.below(2) {
            0 => active,
            _ => net.add(active, sum),
        };
    }
    let logits = net.classifier(x, 7);
    net.finish(&[logits, x])
}

#[test]
fn fused_and_plain_plans_agree_with_brute_force() {
    for seed in 0..20 {
        let graph = entangled(seed);
        let inputs = random_inputs(&graph, &mut Random(seed));
        let want = reference::run(&graph, &inputs);
        for fuse in [true, false] {
            let options = Options {
                fuse,
                ..Options::default()
            };
            let mut executor = Executor::new(&graph, &options).expect("a plan");
            let outputs = executor.run(&inputs).expect("outputs");
            for (got, want) in outputs.iter().zip(&want) {
                assert!(distance(&reference::array(got), want) < 1e-4, "seed {seed}");
            }
        }
    }
}

#[test]
fn wrong_inputs_are_told_apart() {
    let graph = entangled(1);
    let mut executor = Executor::new(&graph, &Options::default()).expect("a plan");
    let none = executor.run(&[]).expect_err("no input");
    assert_eq!(said(&none), "This model takes 1 input, not 0.");
    let small = executor
        .run(&[signal(&[1, 3, 2, 2])])
        .expect_err("wrong shape");
    assert!(said(&small).contains("“x0”"));
    let keep = vec!["nothing".to_string()];
    let options = Options {
        keep,
        ..Options::default()
    };
    let unknown = Executor::new(&graph, &options)
        .err()
        .expect("no such value");
    assert!(said(&unknown).contains("“nothing”"));
}
