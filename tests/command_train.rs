//! `secateur train`: a small network from the beginning, on IDX files made here.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, fail, json, secateur, succeed};
use common::Random;
use secateur::graph::Graph;
use secateur::onnx;
use secateur::train::small_network;
use std::fs;

const PRESET: &str = r#"{"size": 8, "mean": [100], "std": [60]}"#;

/// Files of `count` gray pictures of 8 × 8: bright above, on the left, or below.
fn part(folder: &Folder, name: &str, count: usize, seed: u64) {
    let mut random = Random(seed);
    let length = (count as u32).to_be_bytes();
    let side = 8u32.to_be_bytes();
    let mut images = [&[0, 0, 8, 3][..], &length, &side, &side].concat();
    let mut labels = [&[0, 0, 8, 1][..], &length].concat();
    for i in 0..count {
        let label = i % 3;
        labels.push(label as u8);
        for at in 0..64 {
            let bright = [at < 32, at % 8 < 4, at >= 32][label];
            images.push((random.below(120) + if bright { 130 } else { 0 }) as u8);
        }
    }
    folder.write(&format!("data/{name}-images-idx3-ubyte"), images);
    folder.write(&format!("data/{name}-labels-idx1-ubyte"), labels);
}

/// A folder with both parts and a preset, and what every command begins with.
fn prepared(test: &str) -> (Folder, Vec<String>) {
    let folder = Folder::new(test);
    fs::create_dir_all(folder.path("data")).unwrap();
    part(&folder, "train", 240, 1);
    part(&folder, "t10k", 60, 2);
    let preset = folder.write("preset.json", PRESET);
    let (data, output) = (folder.path("data"), folder.path("out.onnx"));
    let words = [
        "train", "--data", &data, "--preset", &preset, "--output", &output, "--width", "4",
    ];
    let words = words.map(String::from).to_vec();
    (folder, words)
}

fn with<'a>(words: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let words = words.iter().map(String::as_str);
    words.chain(more.iter().copied()).collect()
}

fn log_of(folder: &Folder) -> serde_json::Value {
    json(&fs::read_to_string(folder.path("log.json")).unwrap())
}

#[test]
fn it_trains_a_network_and_tells_how() {
    let (folder, words) = prepared("train");
    let log = folder.path("log.json");
    let more = [
        "--epochs",
        "8",
        "--batch-size",
        "24",
        "--learning-rate",
        "0.05",
        "--log",
        &log,
    ];
    let told = succeed(&with(&words, &more));
    assert!(told.contains("On 60 photos"), "{told}");
    let file = fs::read(folder.path("out.onnx")).unwrap();
    let graph = onnx::open(file.into(), &Default::default()).unwrap().graph;
    let log = log_of(&folder);
    assert_eq!(
        log["command"],
        "secateur train --width 4 --epochs 8 --batch-size 24 --learning-rate 0.05 --workers 2 --seed 1"
    );
    let learned = graph.values.iter().filter_map(|v| v.constant.as_ref());
    let most = learned.map(|tensor| tensor.len() as u64).sum::<u64>();
    let parameters = log["parameters"].as_u64().unwrap();
    assert!((1000..=most).contains(&parameters), "{parameters} {most}");
    assert!(log["macs"].as_u64().unwrap() > parameters);
    let epochs = log["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 8);
    let loss = |at: usize| epochs[at]["loss"].as_f64().unwrap();
    assert!(loss(7) < loss(0) / 1.5, "{epochs:?}");
    assert_eq!(log["test"]["pictures"], 60);
    assert!(log["test"]["accuracy"].as_f64().unwrap() > 0.8, "{log}");
    assert!(log.get("diverged").is_none());

    // The same seed gives the same network.
    let first = fs::read(folder.path("out.onnx")).unwrap();
    succeed(&with(&words, &more));
    assert!(fs::read(folder.path("out.onnx")).unwrap() == first);
}

/// SNIP is made for networks that are not trained yet.
#[test]
fn an_untrained_network_is_written_and_can_be_scored() {
    let (folder, words) = prepared("train-untrained");
    let (log, network) = (folder.path("log.json"), folder.path("out.onnx"));
    let told = succeed(&with(&words, &["--epochs", "0", "--log", &log]));
    assert!(told.contains("Not trained"), "{told}");
    let log = log_of(&folder);
    assert_eq!(log["epochs"].as_array().unwrap().len(), 0);
    let stored = |graph: &Graph| -> Vec<_> {
        let stored = graph.values.iter();
        let stored = stored.filter_map(|v| Some((v.name.clone(), v.constant.clone()?)));
        stored.collect()
    };
    let file = fs::read(&network).unwrap();
    let graph = onnx::open(file.into(), &Default::default()).unwrap().graph;
    let begun = small_network(1, [8, 8], 4, 3, 1).unwrap();
    let mut written = stored(&graph);
    written.sort_by(|a, b| a.0.cmp(&b.0));
    let mut expected = stored(&begun);
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(written == expected);

    let recipe = r#"{"criterion": "snip", "granularity": "weight", "target": {"sparsity": 0.5}}"#;
    let recipe = folder.write("recipe.json", recipe);
    let (data, preset) = (folder.path("data"), folder.path("preset.json"));
    let (output, report) = (folder.path("pruned.onnx"), folder.path("report.json"));
    let told = succeed(&[
        "prune", &network, "--recipe", &recipe, "--data", &data, "--preset", &preset, "--output",
        &output, "--report", &report,
    ]);
    assert!(told.contains("“snip” was measured on"), "{told}");
    let report = json(&fs::read_to_string(report).unwrap());
    assert_eq!(report["measured"]["against"], "labels");
    let nonzeros = |side: &str| report[side]["nonzeros"].as_f64().unwrap();
    assert!(nonzeros("after") < 0.6 * nonzeros("before"));
}

/// What is there of a training that ran away is written, with a warning.
#[test]
fn a_rate_that_is_too_high_leaves_the_last_good_network() {
    let (folder, words) = prepared("train-diverged");
    let log = folder.path("log.json");
    let more = [
        "--epochs",
        "40",
        "--batch-size",
        "24",
        "--learning-rate",
        "1e9",
        "--log",
        &log,
    ];
    let output = secateur(&with(&words, &more));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(errors.contains("warning: Training diverged"), "{errors}");
    let file = fs::read(folder.path("out.onnx")).unwrap();
    let graph = onnx::open(file.into(), &Default::default()).unwrap().graph;
    let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
    let mut numbers = stored
        .filter_map(|t| t.floats())
        .flat_map(|x| x.into_owned());
    assert!(numbers.all(|x| x.is_finite()));
    let log = log_of(&folder);
    assert!(
        log["diverged"].as_str().unwrap().contains("are kept"),
        "{log}"
    );
    assert!(log["epochs"].as_array().unwrap().len() < 40);
}

#[test]
fn what_it_can_not_do_it_says_in_one_line() {
    let (folder, words) = prepared("train-refused");
    let log = folder.path("out.onnx");
    let same = fail(&with(&words, &["--log", &log]));
    assert!(same.contains("same file"), "{same}");
    let rate = fail(&with(&words, &["--learning-rate", "0"]));
    assert!(rate.contains("learning rate"), "{rate}");
    let threads = fail(&with(&words, &["--batch-size", "2", "--workers", "3"]));
    assert!(threads.contains("3 workers"), "{threads}");
    let width = fail(&with(&words, &["--width", "0"]));
    assert!(width.contains("--width"), "{width}");
    fs::remove_file(folder.path("data/t10k-labels-idx1-ubyte")).unwrap();
    let alone = fail(&with(&words, &[]));
    assert!(alone.contains("t10k-labels-idx1-ubyte"), "{alone}");
    fs::create_dir_all(folder.path("empty")).unwrap();
    let mut elsewhere = words.clone();
    elsewhere[2] = folder.path("empty");
    let empty = fail(&with(&elsewhere, &[]));
    assert!(empty.contains("contains no IDX files"), "{empty}");
    assert!(!folder.files().contains(&"out.onnx".to_string()));
}
