//! Recipes on whole models: targets are met, the numbers are those of the written file, and the same recipe gives the same
//! bytes.

#[path = "support/skipped.rs"]
mod skipped;

use secateur::cost::model_cost;
use secateur::onnx::{OpenOptions, open};
use secateur::prune::cut::{Cut, cut};
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::text::said;

/// The bytes of a model in ../shared/models, or `None` with a notice.
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/models")
        .join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        skipped::skipped(format_args!("{} is not there", path.display()));
    }
    bytes
}

fn graph(bytes: &[u8]) -> secateur::graph::Graph {
    open(bytes.to_vec().into(), &OpenOptions::default())
        .unwrap()
        .graph
}

fn cut_by(bytes: &[u8], recipe: &str) -> Cut {
    let recipe = Recipe::parse(recipe).unwrap();
    cut(&graph(bytes), bytes.len() as u64, &recipe, None).unwrap()
}

#[test]
fn half_the_multiply_adds_of_resnet20() {
    let Some(bytes) = shared("resnet20-cifar10.onnx") else {
        return;
    };
    let done = cut_by(&bytes, r#"{"target": {"macs": 0.5}}"#);
    let (before, after) = (done.report.before.totals, done.report.after.totals);
    // Counted by hand: 40,551,040 + nothing else; see the shapes of its 19 convolutions and its last layer.
    assert_eq!(before.macs, 40_551_040);
    assert!(
        after.macs * 2 <= before.macs && after.macs * 5 >= before.macs * 2,
        "{after:?}"
    );
    assert_eq!(after.bytes, done.bytes.len() as u64);
    let check = done.report.check.expect("the model runs");
    assert!(check.agrees, "{check:?}");
    // What was written is what was counted.
    let read = graph(&done.bytes);
    assert_eq!(model_cost(&read, after.bytes).totals, after);
}

#[test]
fn efficientnet_at_70_percent_in_every_way() {
    let Some(bytes) = shared("efficientnet-lite0.onnx") else {
        return;
    };
    let dense = graph(&bytes);
    let mut session = Session::new(dense, bytes.len() as u64).unwrap();
    for allocation in ["global", "uniform"] {
        let recipe =
            format!(r#"{{"allocation": "{allocation}", "target": {{"macs": 0.7}}, "roundTo": 8}}"#);
        let recipe = Recipe::parse(&recipe).unwrap();
        let preview = session.preview(&recipe).unwrap();
        let done = session.finish(None).unwrap();
        let after = done.report.after.totals;
        assert_eq!(preview.before.macs, 385_187_552);
        assert_eq!(preview.after.macs, after.macs);
        assert_eq!(
            preview.after.parameters + bias_parameters(&done),
            after.parameters
        );
        assert!(
            after.macs as f64 <= 0.7 * 385_187_552.0 && after.macs as f64 > 0.6 * 385_187_552.0
        );
        assert!(
            done.report.check.expect("the model runs").agrees,
            "{:?}",
            done.report.check
        );
    }
}

/// Elements of biases that folding constants brought: what a convolution owns beside its weight and the four vectors of the
/// batch normalization after it.
fn bias_parameters(done: &Cut) -> u64 {
    let layers = done.report.after.layers.iter();
    layers
        .filter(|layer| layer.operator == "Conv")
        .map(|layer| {
            let weight: usize = layer.weight_shape.iter().product();
            layer.parameters - weight as u64 - 4 * layer.channels_out as u64
        })
        .sum()
}

#[test]
fn the_same_recipe_gives_the_same_bytes() {
    let Some(bytes) = shared("resnet20-cifar10.onnx") else {
        return;
    };
    for recipe in [
        r#"{"target": {"parameters": 0.6}, "criterion": "random", "seed": 7}"#,
        r#"{"target": {"sparsity": 0.8}, "granularity": "weight"}"#,
        r#"{"granularity": "2:4", "criterion": "l1"}"#,
        r#"{"granularity": "block", "block": [4, 1], "target": {"sparsity": 0.5}}"#,
    ] {
        let (once, again) = (cut_by(&bytes, recipe), cut_by(&bytes, recipe));
        assert!(once.bytes == again.bytes, "{recipe}");
    }
}

#[test]
fn single_weights_go_to_the_very_count() {
    let Some(bytes) = shared("resnet20-cifar10.onnx") else {
        return;
    };
    for share in [0.1, 0.5, 0.9] {
        let done = cut_by(
            &bytes,
            &format!(r#"{{"target": {{"sparsity": {share}}}, "granularity": "weight"}}"#),
        );
        let (before, after) = (&done.report.before, &done.report.after);
        let weights: u64 = before
            .layers
            .iter()
            .map(|l| l.weight_shape.iter().product::<usize>() as u64)
            .sum();
        let gone = before.totals.nonzeros - after.totals.nonzeros;
        assert_eq!(gone, (share * weights as f64).round() as u64);
        assert_eq!(after.totals.parameters, before.totals.parameters);
    }
}

#[test]
fn bytes_are_those_of_the_file() {
    let Some(bytes) = shared("resnet20-cifar10.onnx") else {
        return;
    };
    let done = cut_by(&bytes, r#"{"target": {"bytes": 0.5}}"#);
    assert!(
        done.bytes.len() * 2 <= bytes.len(),
        "{} of {}",
        done.bytes.len(),
        bytes.len()
    );
}

#[test]
fn what_cannot_be_is_said() {
    let Some(bytes) = shared("resnet20-cifar10.onnx") else {
        return;
    };
    for (recipe, expected) in [
        (r#"{"target": {"macs": 0.001}}"#, "at least"),
        (
            r#"{"target": {"macs": 0.5}, "protect": ["layer9"]}"#,
            "which the model does not have",
        ),
        (
            r#"{"target": {"bytes": 0.5}, "granularity": "weight"}"#,
            "zeros do not make an ONNX file smaller",
        ),
        (
            r#"{"target": {"sparsity": 0.5}, "granularity": "weight", "criterion": "fpgm"}"#,
            "judges whole channels",
        ),
    ] {
        let recipe = Recipe::parse(recipe).unwrap();
        let refused = cut(&graph(&bytes), bytes.len() as u64, &recipe, None).unwrap_err();
        let error = said(&refused);
        assert!(error.contains(expected), "{error}");
    }
}
