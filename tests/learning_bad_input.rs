//! What nothing can be learned from is refused with the reason, and what goes wrong on the way loses nothing: no file is
//! written, or the last good weights are.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, PRESET, colors, colors_file, fail, json, picture_folders, secateur};
use common::Net;
use common::nets::{Layer::*, chain};
use secateur::Error;
use secateur::graph::Graph;
use secateur::onnx;
use secateur::text::render;
use secateur::train::{LossTargets, Schedule, Trainer, TrainingBudget, TrainingSettings};
use std::fs;
use std::sync::Arc;

const CLASSES: [&str; 3] = ["red", "green", "blue"];
/// Noisy pictures, a folder for each name with those of one color.
fn pictures(folder: &Folder, names: &[&str], count: usize) -> String {
    let classes: Vec<(&str, usize)> = names.iter().copied().zip(0..).collect();
    picture_folders(folder, &classes, count)
}

/// Runs `secateur recover` on a model and its original, without judging either beforehand; more arguments say the rest.
fn recover<'a>(
    folder: &Folder,
    models: [&'a str; 2],
    data: &'a str,
    more: &[&'a str],
) -> Vec<String> {
    let preset = folder.write("preset.json", PRESET);
    let output = folder.path("out.onnx");
    let [model, original] = models;
    let fixed = [
        "recover",
        model,
        "--original",
        original,
        "--data",
        data,
        "--preset",
        &preset,
        "--output",
        &output,
        "--steps",
        "30",
        "--batch-size",
        "8",
        "--keep",
        "last",
    ];
    let all = fixed.iter().chain(more);
    all.map(|word| (*word).to_string()).collect()
}

/// The reason why a recovery is refused; nothing is written.
fn refused(folder: &Folder, models: [&str; 2], data: &str, more: &[&str]) -> String {
    let words = recover(folder, models, data, more);
    let reason = fail(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let left = folder.files();
    assert!(
        left.iter().all(|file| !file.contains("out.onnx")),
        "{reason}, but it left {left:?}"
    );
    reason
}

#[test]
fn one_class_only() {
    let folder = Folder::new("learn-one-class");
    let model = colors_file(&folder);
    let data = pictures(&folder, &["0"], 12);
    let reason = refused(&folder, [&model; 2], &data, &["--method", "fine-tune"]);
    assert!(
        reason.contains("one class") && reason.contains("Add photos"),
        "{reason}"
    );
}

#[test]
fn too_few_pictures() {
    let folder = Folder::new("learn-few");
    let model = colors_file(&folder);
    let data = pictures(&folder, &["0"], 1);
    let reason = refused(&folder, [&model; 2], &data, &["--method", "reconstruct"]);
    assert!(reason.contains("at least 4 photos"), "{reason}");
    let reason = refused(&folder, [&model; 2], &data, &["--method", "fine-tune"]);
    assert!(reason.contains("one class"), "{reason}");

    let recipe = folder.write("recipe.json", r#"{"target": {"macs": 0.5}}"#);
    let (preset, output) = (folder.write("preset.json", PRESET), folder.path("out.onnx"));
    let reason = fail(&[
        "search", &model, "--recipe", &recipe, "--data", &data, "--preset", &preset, "--output",
        &output,
    ]);
    assert!(reason.contains("too few photos"), "{reason}");
    assert!(!folder.files().contains(&"out.onnx".to_string()));
}

#[test]
fn classes_that_the_model_does_not_have() {
    let folder = Folder::new("learn-classes");
    let model = colors_file(&folder);
    let data = pictures(&folder, &["0", "1", "7"], 8);
    let reason = refused(&folder, [&model; 2], &data, &["--method", "fine-tune"]);
    assert!(
        reason.contains("class 7") && reason.contains("only 3 classes"),
        "{reason}"
    );
    let preset = folder.path("preset.json");
    let reason = fail(&["evaluate", &model, "--data", &data, "--preset", &preset]);
    assert!(
        reason.contains("class 7") && reason.contains("only 3"),
        "{reason}"
    );
}

#[test]
fn an_original_of_other_classes() {
    let folder = Folder::new("learn-original");
    let model = colors_file(&folder);
    let other = common::with_open_batch(chain(1, &[1, 3, 8, 8], &[Pool, Flatten, Linear(5)]));
    let other = folder.write("other.onnx", onnx::write(&other).unwrap());
    let data = pictures(&folder, &CLASSES, 8);
    let reason = refused(&folder, [&model, &other], &data, &["--method", "distill"]);
    assert!(
        reason.contains("5 classes") && reason.contains("pruned model 3"),
        "{reason}"
    );
}

#[test]
fn weights_that_are_no_numbers() {
    let folder = Folder::new("learn-nan");
    let (model, data) = (colors_file(&folder), pictures(&folder, &CLASSES, 8));
    let broken = folder.write("broken.onnx", onnx::write(&with_nan(colors())).unwrap());
    let reason = refused(&folder, [&model, &broken], &data, &["--method", "distill"]);
    assert!(
        reason.contains("original") && reason.contains("NaN"),
        "{reason}"
    );
    let reason = refused(
        &folder,
        [&broken, &model],
        &data,
        &["--method", "fine-tune"],
    );
    assert!(reason.contains("NaN"), "{reason}");
}

/// The same model with a weight of its last layer that is no number.
fn with_nan(mut graph: Graph) -> Graph {
    let last = graph.nodes.last().and_then(|node| node.input(1)).unwrap();
    let tensor = graph.constant(last).unwrap();
    let mut numbers = tensor.floats().unwrap().into_owned();
    numbers[4] = f32::NAN;
    let broken = tensor.with_floats(&numbers).unwrap();
    graph.value_mut(last).constant = Some(Arc::new(broken));
    graph
}

/// Learning that runs away is told, and the file holds the weights from before.
#[test]
fn a_learning_rate_that_is_far_too_high() {
    let folder = Folder::new("learn-rate");
    let (model, data) = (colors_file(&folder), pictures(&folder, &CLASSES, 12));
    let output = folder.path("out.onnx");
    let opened = |path: &str| {
        let bytes = fs::read(path).unwrap();
        onnx::open(bytes.into(), &Default::default()).unwrap().graph
    };
    let weights = |graph: &Graph| -> Vec<Vec<f32>> {
        let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
        stored
            .filter_map(|t| t.floats().map(|n| n.into_owned()))
            .collect()
    };
    for method in ["finetune", "distill"] {
        let words = recover(
            &folder,
            [&model; 2],
            &data,
            &["--method", method, "--learning-rate", "1e9"],
        );
        let told = secateur(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let warning = String::from_utf8(told.stderr).unwrap();
        assert!(told.status.success(), "{warning}");
        assert!(
            warning.contains("diverged at step") && warning.contains("learning rate below"),
            "{warning}"
        );
        assert_eq!(
            weights(&opened(&output)),
            weights(&opened(&model)),
            "{method}"
        );
        fs::remove_file(&output).unwrap();
    }

    // A search to the line counts such a round as any other and says so: the weights of the cut are judged.
    let recipe = folder.write(
        "recipe.json",
        r#"{"target": {"macs": 0.7}, "criterion": "l2"}"#,
    );
    let (preset, report) = (folder.path("preset.json"), folder.path("report.json"));
    let told = secateur(&[
        "search",
        &model,
        "--recipe",
        &recipe,
        "--data",
        &data,
        "--preset",
        &preset,
        "--output",
        &output,
        "--report",
        &report,
        "--max-drop",
        "50",
        "--method",
        "fine-tune",
        "--steps",
        "5",
        "--batch-size",
        "8",
        "--learning-rate",
        "1e9",
    ]);
    let warning = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success(), "{warning}");
    let report = json(&fs::read_to_string(report).unwrap());
    let tried = report["tried"].as_array().unwrap();
    assert!(!tried.is_empty());
    for tried in tried {
        let reason = tried["diverged"]["text"].as_str().unwrap_or_default();
        assert!(reason.contains("weights of step 0 are kept"), "{tried}");
        assert!(warning.contains(&format!("warning: {reason}")), "{warning}");
        // The very weights of the cut.
        assert_eq!(tried["recovered"], tried["cut"]);
    }
    assert!(
        weights(&opened(&output))
            .iter()
            .flatten()
            .all(|x| x.is_finite())
    );
}

/// Three classes of one number a picture.
fn trainer() -> (Graph, Trainer) {
    let mut net = Net::new(2);
    let x = net.input(&[4, 2]);
    let y = net.linear(x, 3);
    let graph = net.finish(&[y]);
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(100),
        batch: 4,
        learning_rate: 0.01,
        schedule: Schedule::Constant,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let trainer = Trainer::new(&graph, &settings).unwrap();
    (graph, trainer)
}

fn learned(trainer: &Trainer, graph: &Graph) -> Vec<Vec<f32>> {
    let mut graph = graph.clone();
    trainer.write_to(&mut graph);
    let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
    stored.map(|t| t.floats().unwrap().into_owned()).collect()
}

const INPUT: [f32; 8] = [0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0];
const LABELS: [u32; 4] = [0, 1, 2, 1];

#[test]
fn labels_that_are_not_those_of_the_batch() {
    let (graph, mut trainer) = trainer();
    let before = learned(&trainer, &graph);
    let mut refused = |labels: &[u32], teacher: Option<&[f32]>, words: &str| {
        let goal = LossTargets {
            labels: Some(labels),
            teacher,
            inner: &[],
        };
        let error = trainer.step(&[&INPUT], goal).unwrap_err();
        assert!(
            matches!(&error, Error::BadInput(why) if render(why).contains(words)),
            "{error}"
        );
        assert_eq!(learned(&trainer, &graph), before);
    };
    refused(&LABELS[..3], None, "3 labels for the 4 photos");
    refused(&[0, 1, 2, 3], None, "class 3");
    refused(&LABELS, Some(&[0.0; 8]), "The original has 2 classes");
    refused(&LABELS, Some(&[f32::NAN; 12]), "NaN");
}

/// Numbers that become too large in the middle: the weights are those of the last step that was put aside.
#[test]
fn what_runs_away_late_goes_back_to_the_last_good_step() {
    let (graph, mut trainer) = trainer();
    let goal = LossTargets {
        labels: Some(&LABELS),
        ..LossTargets::default()
    };
    let mut good = Vec::new();
    for step in 1..=32 {
        trainer.step(&[&INPUT], goal).unwrap();
        if step == 25 {
            good = learned(&trainer, &graph);
        }
    }
    assert_ne!(learned(&trainer, &graph), good);
    let error = trainer.step(&[&[1e30; 8]], goal).unwrap_err();
    assert!(
        matches!(&error, Error::Diverged(why) if render(why).contains("step 33") && render(why).contains("step 25 are kept")),
        "{error}"
    );
    assert_eq!(learned(&trainer, &graph), good);
}

#[test]
fn a_picture_that_holds_no_numbers() {
    let (graph, mut trainer) = trainer();
    let before = learned(&trainer, &graph);
    for number in [f32::NAN, f32::INFINITY] {
        let mut input = INPUT;
        input[3] = number;
        let goal = LossTargets {
            labels: Some(&LABELS),
            ..LossTargets::default()
        };
        let error = trainer.step(&[&input], goal).unwrap_err();
        assert!(
            matches!(&error, Error::BadInput(why) if render(why).contains("NaN") && render(why).contains("preset")),
            "{error}"
        );
        assert_eq!(learned(&trainer, &graph), before);
    }
}
