//! Criteria that look at pictures, from the command line.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, PRESET, colors_and_preset, fail, json, picture_folders, succeed};
use secateur::data::Split;
use secateur::data::{Folder as PhotoFolder, Preset};
use secateur::message::Message;
use secateur::prune::criteria;
use secateur::text::render;
use std::fs;
use std::path::Path;

/// Of the pictures in a folder, those that may be learned from.
fn trained_on(data: &str) -> usize {
    let preset = Preset::parse(PRESET).unwrap();
    let listed = PhotoFolder::open(Path::new(data), &preset, Some(3)).unwrap();
    let all = listed.load(0..listed.len(), &preset, &mut |error| panic!("{error}"));
    Split::new(all.unwrap()).unwrap().train.len()
}

/// Noisy pictures, a folder a class.
fn pictures(folder: &Folder, count: usize) -> String {
    picture_folders(folder, &[("red", 0), ("green", 1), ("blue", 2)], count)
}

#[test]
fn each_criterion_cuts_and_the_report_says_on_what() {
    let folder = Folder::new("scores");
    let (model, preset) = colors_and_preset(&folder);
    let data = pictures(&folder, 8);
    let red = folder.path("data/red");
    let counts = [trained_on(&data), trained_on(&red)];
    assert!(counts[0] < 24 && counts[1] < 8);
    let report = folder.path("report.json");
    let of_channels = criteria::all().filter(|criterion| criterion.info.channels);
    for criterion in of_channels.filter(|criterion| criterion.looks_at_pictures()) {
        let name = criterion.info.name;
        let recipe =
            format!(r#"{{"criterion": "{name}", "reduction": "sum", "target": {{"macs": 0.5}}}}"#);
        let recipe = folder.write("recipe.json", recipe);
        let prune = |data: &str, output: &str| {
            let output = folder.path(output);
            let answer = succeed(&[
                "prune", &model, "--recipe", &recipe, "--data", data, "--preset", &preset,
                "--report", &report, "--output", &output,
            ]);
            (answer, fs::read(output).unwrap())
        };
        let (answer, bytes) = prune(&data, "out.onnx");
        assert!(
            answer.contains(&format!("“{name}” was measured on {} photos", counts[0])),
            "{answer}"
        );
        assert_eq!(prune(&data, "again.onnx").1, bytes, "{name}");
        let told = json(&fs::read_to_string(&report).unwrap());
        assert_eq!(told["measured"]["pictures"], counts[0]);
        assert_eq!(told["measured"].get("noneApart"), None);
        let against = match name {
            "wanda" | "apoz" => ["nothing"; 2],
            _ => ["labels", "first-choice"],
        };
        assert_eq!(told["measured"]["against"], against[0]);
        prune(&red, "unlabeled.onnx");
        let told = json(&fs::read_to_string(&report).unwrap());
        assert_eq!(
            (&told["measured"]["pictures"], &told["measured"]["against"]),
            (&counts[1].into(), &against[1].into())
        );
        // Half of the channels are noise; a criterion that sees it leaves the answers alone.
        if name == "taylor" || name == "fisher" {
            let quality = json(&succeed(&[
                "evaluate",
                &folder.path("out.onnx"),
                "--data",
                &data,
                "--preset",
                &preset,
                "--json",
            ]));
            assert_eq!(quality["accuracy"], 1.0, "{name}");
        }
    }
}

#[test]
fn too_few_pictures_to_part_are_looked_at_whole_and_that_is_said() {
    let folder = Folder::new("scores-whole");
    let (model, preset) = colors_and_preset(&folder);
    let data = pictures(&folder, 1);
    let red = folder.path("data/red");
    let recipe = folder.write(
        "recipe.json",
        r#"{"criterion": "taylor", "target": {"macs": 0.5}}"#,
    );
    let (report, output) = (folder.path("report.json"), folder.path("out.onnx"));
    for (data, apart) in [(&red, false), (&data, true)] {
        let told = succeed(&[
            "prune", &model, "--recipe", &recipe, "--data", data, "--preset", &preset, "--report",
            &report, "--output", &output,
        ]);
        let measured = &json(&fs::read_to_string(&report).unwrap())["measured"];
        assert_eq!(told.contains("none are left to test"), !apart, "{told}");
        assert_eq!(measured["noneApart"] == true, !apart, "{measured}");
        assert_eq!(measured["pictures"] == 1, !apart, "{measured}");
    }
}

#[test]
fn the_help_and_the_message_for_an_unknown_one_list_each() {
    let help = succeed(&["prune", "--help"]);
    let folder = Folder::new("unknown-scores");
    let (model, _) = colors_and_preset(&folder);
    let recipe = folder.write(
        "recipe.json",
        r#"{"criterion": "goodness", "target": {"macs": 0.5}}"#,
    );
    let output = folder.path("out.onnx");
    let error = fail(&["prune", &model, "--recipe", &recipe, "--output", &output]);
    for criterion in criteria::all() {
        let info = &criterion.info;
        let about = render(&Message::new(info.about, []));
        assert!(help.contains(&about), "{}: {help}", info.name);
        let name = format!("“{}”", info.name);
        assert!(error.contains(&name), "{name}: {error}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let folder = Folder::new("no-scores");
    let (model, preset) = colors_and_preset(&folder);
    let data = pictures(&folder, 1);
    let recipe = folder.write(
        "recipe.json",
        r#"{"criterion": "wanda", "granularity": "2:4"}"#,
    );
    let output = folder.path("out.onnx");
    let prune = ["prune", &model, "--recipe", &recipe, "--output", &output];
    let error = fail(&prune);
    assert!(
        error.contains("--data FOLDER") && error.contains("“wanda”"),
        "{error}"
    );
    let wrong = folder.write("wrong.json", r#"{"size": 9}"#);
    let error = fail(&[&prune[..], &["--data", &data, "--preset", &wrong]].concat());
    assert!(error.contains("The model takes"), "{error}");
    assert!(!folder.files().contains(&"out.onnx".to_string()));
    // Without a preset, it is guessed from the model.
    succeed(&[&prune[..], &["--data", &data]].concat());
    // Pictures do no harm where none are needed.
    let plain = folder.write("plain.json", r#"{"target": {"macs": 0.5}}"#);
    succeed(&[
        "prune", &model, "--recipe", &plain, "--data", &data, "--preset", &preset, "--output",
        &output,
    ]);
}

#[test]
fn rounds_to_the_line_measure_for_themselves() {
    let folder = Folder::new("trim-scores");
    let (model, preset) = colors_and_preset(&folder);
    let data = pictures(&folder, 24);
    let recipe = folder.write(
        "recipe.json",
        r#"{"criterion": "taylor", "target": {"macs": 0.6}}"#,
    );
    let (output, report) = (folder.path("out.onnx"), folder.path("report.json"));
    succeed(&[
        "search",
        &model,
        "--recipe",
        &recipe,
        "--data",
        &data,
        "--preset",
        &preset,
        "--method",
        "reconstruct",
        "--max-drop",
        "20",
        "--output",
        &output,
        "--report",
        &report,
    ]);
    let told = json(&fs::read_to_string(&report).unwrap());
    assert_eq!(told["tried"][0]["accepted"], true, "{told}");
}
