//! What the command takes for granted, and what it says where something can't be done: advice that helps, and no other.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, colors, colors_and_preset, fail, picture_folders, secateur, succeed};
use common::open_nets::{open_net, with_open_axes};
use common::{Net, int, with_open_batch};
use secateur::graph::Graph;
use secateur::onnx;

fn model(folder: &Folder, name: &str, graph: &Graph) -> String {
    folder.write(name, onnx::write(graph).unwrap())
}

/// A classifier of three classes with a normalization.
fn with_norm() -> Graph {
    let mut net = Net::new(3);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let y = net.classifier(x, 3);
    with_open_batch(net.finish(&[y]))
}

fn errors(arguments: &[&str]) -> String {
    let output = secateur(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    errors
}

/// `evaluate`, `recover`, `sensitivity`, `search` and measured criteria guess what `run` guesses, and say so once.
#[test]
fn a_preset_is_guessed_wherever_photos_are_shown() {
    let folder = Folder::new("guesses");
    let model = model(&folder, "norms.onnx", &with_norm());
    let data = picture_folders(&folder, &[("0", 0), ("1", 1), ("2", 2)], 12);
    let by_photos = folder.write(
        "photos.json",
        r#"{"criterion": "taylor", "target": {"macs": 0.6}}"#,
    );
    let plain = folder.write("plain.json", r#"{"target": {"macs": 0.6}}"#);
    let output = folder.path("out.onnx");
    let calls: [&[&str]; 5] = [
        &["evaluate", &model],
        &["prune", &model, "--recipe", &by_photos, "--output", &output],
        &[
            "recover",
            &model,
            "--method",
            "recalibrate",
            "--output",
            &output,
        ],
        &["sensitivity", &model, "--recipe", &plain, "--levels", "0.5"],
        &[
            "search",
            &model,
            "--recipe",
            &plain,
            "--steps",
            "1",
            "--max-drop",
            "90",
            "--output",
            &output,
        ],
    ];
    for call in calls {
        let told = errors(&[call, &["--data", &data]].concat());
        assert_eq!(
            told.matches("No preset was given").count(),
            1,
            "{call:?}: {told}"
        );
        assert!(told.contains("ImageNet"), "{told}");
    }
}

#[test]
fn recalibration_needs_no_original() {
    let folder = Folder::new("alone");
    let (_, preset) = colors_and_preset(&folder);
    let model = model(&folder, "norms.onnx", &with_norm());
    let data = picture_folders(&folder, &[("red", 0), ("green", 1), ("blue", 2)], 12);
    let output = folder.path("out.onnx");
    let call = |method: &'static str| {
        let call = ["recover", &model, "--method", method, "--output", &output];
        [&call[..], &["--data", &data, "--preset", &preset]].concat()
    };
    let said = succeed(&[&call("recalibrate")[..], &["--keep", "last"]].concat());
    assert!(
        said.contains("Accuracy") && !said.contains("original"),
        "{said}"
    );
    assert_ne!(
        std::fs::read(&output).unwrap(),
        std::fs::read(&model).unwrap()
    );
    for method in ["distill", "reconstruct", "correct-bias"] {
        let reason = fail(&call(method));
        assert!(reason.contains("--original"), "{reason}");
    }
}

#[test]
fn unknown_operators_are_counted() {
    let mut graph = colors();
    for node in graph.nodes.iter_mut().filter(|node| node.op_type == "Relu") {
        (node.op_type, node.domain) = ("Softer".into(), "my.domain".into());
    }
    let count = graph
        .nodes
        .iter()
        .filter(|node| node.op_type == "Softer")
        .count();
    assert!(count >= 2);
    graph.opsets.insert("my.domain".into(), 3);
    let folder = Folder::new("counted");
    let model = model(&folder, "unknown.onnx", &graph);
    let said = succeed(&["inspect", &model]);
    let said = said
        .split_once("Operators that are not supported")
        .unwrap()
        .1;
    // Once in the list of operators, and once in the warning.
    assert_eq!(said.matches("my.domain.Softer").count(), 2, "{said}");
    assert_eq!(
        said.matches(&format!("{count} nodes, “")).count(),
        2,
        "{said}"
    );
    assert!(
        !said.contains("ONNX Runtime Web") && !said.contains("browser"),
        "{said}"
    );
}

#[test]
fn a_cut_that_removes_nothing_is_an_error() {
    let folder = Folder::new("nothing");
    let model = model(&folder, "model.onnx", &colors());
    let output = folder.path("out.onnx");
    let prune = |recipe: &str| {
        let recipe = folder.write("recipe.json", recipe);
        secateur(&["prune", &model, "--recipe", &recipe, "--output", &output])
    };
    for recipe in [
        r#"{"target": {"sparsity": 0.001}}"#,
        r#"{"granularity": "weight", "target": {"sparsity": 0.0001}}"#,
        r#"{"allocation": "manual", "layers": {"Conv0": 0.01}}"#,
    ] {
        let done = prune(recipe);
        let errors = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{recipe}");
        assert!(errors.contains("Nothing was removed"), "{errors}");
        assert!(!std::path::Path::new(&output).exists());
    }
    // Who asks for nothing gets the model as it is.
    for recipe in [
        r#"{"target": {"sparsity": 0}}"#,
        r#"{"target": {"macs": 1}}"#,
    ] {
        assert!(prune(recipe).status.success(), "{recipe}");
    }
}

/// Limits are named where the target could be reached without them only.
#[test]
fn only_advice_that_helps_is_given() {
    let folder = Folder::new("advice");
    let whole = model(&folder, "whole.onnx", &colors());
    let output = folder.path("out.onnx");
    let refused = |model: &str, recipe: &str| {
        let recipe = folder.write("recipe.json", recipe);
        fail(&["prune", model, "--recipe", &recipe, "--output", &output])
    };
    let limited = refused(&whole, r#"{"target": {"macs": 0.3}, "floor": 9}"#);
    assert!(limited.contains("relax"), "{limited}");
    let whatever = refused(&whole, r#"{"target": {"macs": 0.001}, "floor": 9}"#);
    assert!(
        whatever.contains("Keep more.") && !whatever.contains("relax"),
        "{whatever}"
    );

    // Nothing that could be cut into single weights either.
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 4, 4]);
    let y = net.relu(x);
    let hollow = model(&folder, "hollow.onnx", &net.finish(&[y]));
    let reason = refused(&hollow, r#"{"target": {"macs": 0.5}}"#);
    assert!(!reason.contains("granularity"), "{reason}");

    // The command does not speak of a page.
    let reason = refused(
        &whole,
        r#"{"criterion": "taylor", "target": {"macs": 0.5}}"#,
    );
    assert!(
        reason.contains("--data") && !reason.contains("page"),
        "{reason}"
    );
}

/// A layer normalization that is spelled out is called one.
#[test]
fn a_layer_normalization_is_called_so() {
    let mut net = Net::new(9);
    let x = net.input(&[1, 5, 6]);
    let x = net.linear_3d(x, 8);
    let mean = net.op("ReduceMean", &[x], &[("axes", common::ints(&[-1]))]);
    let centered = net.op("Sub", &[x, mean], &[]);
    let two = net.constant(secateur::tensor::Tensor::from_f32(&[], vec![2.0]));
    let squares = net.op("Pow", &[centered, two], &[]);
    let variance = net.op(
        "ReduceMean",
        &[squares],
        &[("axes", common::ints(&[-1])), ("keepdims", int(1))],
    );
    let some = net.constant(secateur::tensor::Tensor::from_f32(&[], vec![1e-5]));
    let variance = net.add(variance, some);
    let deviation = net.op("Sqrt", &[variance], &[]);
    let x = net.op("Div", &[centered, deviation], &[]);
    let y = net.linear_3d(x, 3);
    let folder = Folder::new("norm");
    let model = model(&folder, "norm.onnx", &net.finish(&[y]));
    let said = succeed(&["inspect", &model]);
    assert!(
        said.contains("8 of 8 channels: a layer normalization runs over it"),
        "{said}"
    );
}

/// A size is refused that the model does not have; the file that is written leaves open what was open.
#[test]
fn sizes_are_those_of_the_model_and_stay_open() {
    let folder = Folder::new("sizes");
    let names = ["batch", "", "height", "width"];
    let model = model(&folder, "open.onnx", &with_open_axes(open_net(3), names));
    let recipe = folder.write("recipe.json", r#"{"target": {"macs": 0.6}}"#);
    let output = folder.path("out.onnx");
    let sizes = ["--size", "height=16", "--size", "width=24"];
    let reason = fail(&[&["inspect", &model, "--size", "foo=3"][..], &sizes].concat());
    assert!(
        reason.contains("foo") && reason.contains("“height”"),
        "{reason}"
    );
    let prune = ["prune", &model, "--recipe", &recipe, "--output", &output];
    succeed(&[&prune[..], &sizes].concat());
    let said = succeed(&[
        "inspect",
        &output,
        "--size",
        "height=32",
        "--size",
        "width=40",
    ]);
    assert!(said.contains("batch × 3 × 32 × 40"), "{said}");
    let missing = fail(&["inspect", &output]);
    assert!(missing.contains("height and width"), "{missing}");
}
