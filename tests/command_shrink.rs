//! `secateur shrink`: it reaches its goal, and the commands that its report names do the same.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, colors_and_preset, fail, json, picture_folders, secateur, succeed};
use serde_json::Value;
use std::fs;

/// What `shrink` answers, its report and its file.
struct Shrunk {
    answer: String,
    report: Value,
    file: Vec<u8>,
}

struct Place {
    folder: Folder,
    model: String,
    preset: String,
    data: String,
}

impl Place {
    fn new(test: &str, count: usize) -> Self {
        let folder = Folder::new(test);
        let (model, preset) = colors_and_preset(&folder);
        let data = picture_folders(&folder, &[("red", 0), ("green", 1), ("blue", 2)], count);
        Place {
            folder,
            model,
            preset,
            data,
        }
    }

    fn photos(&self) -> [&str; 4] {
        ["--data", &self.data, "--preset", &self.preset]
    }

    fn shrink(&self, goal: &[&str]) -> Shrunk {
        let (output, report) = (
            self.folder.path("out.onnx"),
            self.folder.path("report.json"),
        );
        let to = ["--output", &output, "--report", &report, "--steps", "10"];
        let call = [&["shrink", &self.model], goal, &to, &self.photos()].concat();
        Shrunk {
            answer: succeed(&call),
            report: json(&fs::read_to_string(report).unwrap()),
            file: fs::read(output).unwrap(),
        }
    }
}

#[test]
fn the_commands_for_its_steps_make_the_same_file() {
    let place = Place::new("shrink-steps", 30);
    let shrunk = place.shrink(&["--target", "macs=0.6"]);
    let macs = |side: &str| shrunk.report[side]["macs"].as_f64().unwrap();
    assert!(macs("after") <= 0.6 * macs("before"), "{}", shrunk.report);
    assert_eq!(shrunk.report["after"]["bytes"], shrunk.file.len());
    assert!(shrunk.answer.contains("Channels only"), "{}", shrunk.answer);

    let mut model = place.model.clone();
    let steps = shrunk.report["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    for (at, step) in steps.iter().enumerate() {
        let output = place.folder.path(&format!("by-hand-{at}.onnx"));
        let to = ["--output", &output];
        let photos = place.photos();
        match (step.get("cut"), step.get("recover")) {
            (Some(recipe), _) => {
                let recipe = place.folder.write("recipe.json", recipe.to_string());
                let call = ["prune", &model, "--recipe", &recipe];
                succeed(&[&call[..], &to, &photos].concat());
            }
            (_, Some(plan)) => {
                let method = plan["method"].as_str().unwrap();
                let call = [
                    "recover",
                    &model,
                    "--original",
                    &place.model,
                    "--keep",
                    "best",
                ];
                let steps: &[&str] = match method {
                    "distill" => &["--steps", "10"],
                    _ => &[],
                };
                let how = ["--method", method];
                succeed(&[&call[..], &how, steps, &to, &photos].concat());
            }
            _ => panic!("{step}"),
        }
        model = output;
    }
    assert!(fs::read(model).unwrap() == shrunk.file);
}

#[test]
fn it_stays_within_the_loss_that_is_accepted() {
    let place = Place::new("shrink-drop", 30);
    let shrunk = place.shrink(&["--line", "5"]);
    let accuracy = |side: &str| shrunk.report[side]["accuracy"].as_f64().unwrap();
    assert!(accuracy("original") - accuracy("judged") <= 0.05 + 1e-12);
    // What it says of the photos that it was tested on is what `evaluate` says of the file on them.
    let tested = &shrunk.report["tested"]["quality"];
    assert!(tested["pictures"].as_u64().unwrap() > 0, "{tested}");
    assert!(
        shrunk.answer.contains("not used for training"),
        "{}",
        shrunk.answer
    );
}

#[test]
fn what_it_can_t_do_is_told_and_no_file_is_written() {
    let place = Place::new("shrink-bad", 4);
    let output = place.folder.path("out.onnx");
    let call = |goal: &[&str]| {
        let to = ["--output", &output];
        fail(&[&["shrink", &place.model], goal, &to, &place.photos()].concat())
    };
    let told = call(&["--target", "macs=75"]);
    assert!(told.contains("macs=0.75"), "{told}");
    let told = call(&["--max-drop", "100"]);
    assert!(told.contains("percentage points"), "{told}");
    let told = call(&["--target", "macs=0.5", "--max-drop", "1"]);
    assert!(told.contains("--max-drop"), "{told}");
    call(&[]);
    let nothing_left = [
        &[
            "shrink",
            &place.model,
            "--target",
            "macs=0.002",
            "--output",
            &output,
        ][..],
        &place.photos(),
    ];
    let refused = secateur(&nothing_left.concat());
    assert!(!refused.status.success());
    assert!(!place.folder.files().contains(&"out.onnx".into()));
}
