//! Models opened, cut, re-packed, run and taught where memory has 32-bit addresses and vectors are WebAssembly's.

#[path = "../support/onnx_bytes.rs"]
mod onnx_bytes;

use onnx_bytes::{floats, input, int_attribute, model, node, output};
use secateur::engine::{Executor, Options};
use secateur::error::Error;
use secateur::onnx::{OpenOptions, open};
use secateur::prune::cut::cut;
use secateur::recipe::Recipe;
use secateur::tensor::Tensor;
use secateur::train::{LossTargets, Trainer, TrainingBudget, TrainingSettings};
use wasm_bindgen_test::wasm_bindgen_test;

fn spread(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 12.9898).sin()).collect()
}

/// Two 1×1 convolutions with an activation between them, 3 channels to 8 to 4.
fn bytes() -> Vec<u8> {
    let nodes = [
        node("Conv", &["x", "v", "b"], &["a"], &[]),
        node("Relu", &["a"], &["c"], &[]),
        node("Conv", &["c", "w"], &["d"], &[]),
        node("Flatten", &["d"], &["y"], &[int_attribute("axis", 1)]),
        floats("v", &[8, 3, 1, 1], &spread(24)),
        floats("b", &[8], &spread(8)),
        floats("w", &[4, 8, 1, 1], &spread(32)),
        input("x", &["N", "3", "2", "2"]),
        output("y", &["N", "16"]),
    ];
    model(17, &nodes)
}

#[wasm_bindgen_test]
fn a_model_is_cut_and_what_is_written_runs() {
    let bytes = bytes();
    let graph = open(bytes.clone().into(), &OpenOptions::default())
        .unwrap()
        .graph;
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.5}}"#).unwrap();
    let cut = cut(&graph, bytes.len() as u64, &recipe, None).unwrap();
    assert!(cut.report.check.unwrap().agrees);
    assert!(cut.report.after.totals.macs * 2 <= cut.report.before.totals.macs);

    let again = open(cut.bytes.into(), &OpenOptions::default())
        .unwrap()
        .graph;
    let x = Tensor::from_f32(&[1, 3, 2, 2], spread(12));
    let run = |graph| {
        Executor::new(graph, &Options::default())
            .unwrap()
            .run(std::slice::from_ref(&x))
            .unwrap()
    };
    assert_eq!(run(&again), run(&cut.graph));
}

#[wasm_bindgen_test]
fn outputs_are_what_the_definition_says() {
    let graph = open(bytes().into(), &OpenOptions::default()).unwrap().graph;
    let x = spread(12);
    let tensor = Tensor::from_f32(&[1, 3, 2, 2], x.clone());
    let out = Executor::new(&graph, &Options::default())
        .unwrap()
        .run(&[tensor])
        .unwrap()
        .swap_remove(0);
    let (v, b, w) = (spread(24), spread(8), spread(32));
    for pixel in 0..4 {
        let hidden: Vec<f32> = (0..8)
            .map(|o| ((0..3).map(|c| v[o * 3 + c] * x[c * 4 + pixel]).sum::<f32>() + b[o]).max(0.0))
            .collect();
        for o in 0..4 {
            let want: f32 = (0..8).map(|c| w[o * 8 + c] * hidden[c]).sum();
            let got = out.floats().unwrap()[o * 4 + pixel];
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
    }
}

#[wasm_bindgen_test]
fn a_step_of_learning_lowers_the_loss() {
    let graph = open(bytes().into(), &OpenOptions::default()).unwrap().graph;
    let settings = TrainingSettings {
        batch: 2,
        learning_rate: 0.05,
        budget: TrainingBudget::Steps(40),
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let x = spread(24);
    let labels = [3, 11];
    let mut step = || {
        let goal = LossTargets {
            labels: Some(&labels),
            ..LossTargets::default()
        };
        trainer.step(&[&x], goal).unwrap().loss
    };
    let first = step();
    let last = (0..39).map(|_| step()).last().unwrap();
    assert!(last < first / 2.0, "{first} {last}");
}

#[wasm_bindgen_test]
fn bytes_that_are_no_model_are_an_error_and_no_panic() {
    let whole = bytes();
    for length in 0..whole.len() {
        let cut = whole[..length].to_vec();
        assert!(
            open(cut.into(), &OpenOptions::default()).is_err(),
            "{length} bytes"
        );
    }
    let text = open(b"Dear diary".to_vec().into(), &OpenOptions::default());
    assert!(matches!(text, Err(Error::NotOnnx(_))));
}
