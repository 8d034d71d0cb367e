//! The native command, run as its users run it.

#[path = "common/command.rs"]
mod command;
mod common;

use command::*;
use secateur::graph::Dim;
use secateur::onnx;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const RECIPE: &str = r#"{"criterion": "l2", "granularity": "channel", "allocation": "global", "target": {"macs": 0.7}}"#;
const PRESET: &str = r#"{"size": 8, "classes": ["red", "green", "blue"]}"#;

/// A file beside the repository that not every checkout has.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if path.exists() {
        return Some(path);
    }
    common::skipped::skipped(format_args!("{} is not there", path.display()));
    None
}

/// Prunes a model and checks what is said of it. Gives back the report.
fn prune_and_check(folder: &Folder, model: &str, recipe: &str) -> Value {
    let recipe = folder.write("recipe.json", recipe);
    let (output, report) = (folder.path("out.onnx"), folder.path("report.json"));
    let arguments = [
        "prune", model, "--recipe", &recipe, "--output", &output, "--report", &report,
    ];
    let said = succeed(&arguments);
    assert!(said.contains("Multiply-adds"), "{said}");
    let bytes = fs::read(&output).unwrap();
    let written = json(&fs::read_to_string(&report).unwrap());
    assert_eq!(written["after"]["bytes"], bytes.len());
    assert_eq!(
        written["before"]["bytes"],
        fs::metadata(model).unwrap().len()
    );
    for side in ["before", "after"] {
        let file = if side == "before" { model } else { &output };
        let inspected = json(&succeed(&["inspect", file, "--json"]));
        for field in ["parameters", "nonzeros", "macs", "bytes"] {
            assert!(written[side][field].is_u64(), "{side} {field}");
            assert_eq!(
                written[side][field], inspected["totals"][field],
                "{side} {field}"
            );
        }
        let layers = written[side]["layers"].as_array().unwrap();
        assert_eq!(layers.len(), inspected["layers"].as_array().unwrap().len());
        let macs: u64 = layers
            .iter()
            .map(|layer| layer["macs"].as_u64().unwrap())
            .sum();
        assert!(macs <= written[side]["macs"].as_u64().unwrap());
    }
    // Again, and from a place of its own: the same bytes.
    let again = folder.path("again.onnx");
    succeed(&["prune", model, "--recipe", &recipe, "--output", &again]);
    assert!(
        bytes == fs::read(&again).unwrap(),
        "the same recipe gave other bytes"
    );
    written
}

fn macs_kept(report: &Value) -> f64 {
    report["after"]["macs"].as_f64().unwrap() / report["before"]["macs"].as_f64().unwrap()
}

#[test]
fn a_small_model_is_cut_and_knows_its_colors_still() {
    let folder = Folder::new("small");
    let model = colors_file(&folder);
    let report = prune_and_check(&folder, &model, RECIPE);
    assert!(macs_kept(&report) <= 0.7, "{report}");
    // By hand: 12 × 3 and 12 × 12 weights at 64 places, and 3 × 12.
    assert_eq!(report["before"]["macs"], 64 * (36 + 144) + 36);
    assert_eq!(report["before"]["parameters"], 36 + 144 + 36);
    let preset = folder.write("preset.json", PRESET);
    for (color, name) in [
        ([250, 20, 9], "red"),
        ([9, 250, 20], "green"),
        ([0, 90, 220], "blue"),
    ] {
        let photo = folder.write("photo.png", photo(color));
        for model in [&model, &folder.path("out.onnx")] {
            let arguments = ["run", model, "--photo", &photo, "--preset", &preset];
            let said = json(&succeed(
                &[&arguments[..], &["--json", "--top", "2"]].concat(),
            ));
            let top = said["top"].as_array().unwrap();
            assert_eq!((top.len(), &top[0]["label"]), (2, &name.into()), "{said}");
            assert!(top[0]["probability"].as_f64() > top[1]["probability"].as_f64());
            assert!(said["milliseconds"]["median"].as_f64().unwrap() > 0.0);
            assert!(succeed(&arguments).contains(&format!("%  {name}\n")));
        }
    }
}

#[test]
fn the_recipe_is_recorded_in_the_model() {
    let folder = Folder::new("recorded");
    let model = colors_file(&folder);
    prune_and_check(&folder, &model, RECIPE);
    let written = onnx::read(fs::read(folder.path("out.onnx")).unwrap().into()).unwrap();
    let is_recipe = |(_, text): &&(String, String)| text.contains(r#""criterion""#);
    let recipe = written
        .metadata
        .iter()
        .find(is_recipe)
        .map(|(_, text)| text);
    let recipe = secateur::recipe::Recipe::parse(recipe.expect("a recipe")).unwrap();
    let asked = secateur::recipe::Recipe::parse(RECIPE).unwrap();
    assert_eq!(recipe, asked.whole());
}

#[test]
fn weights_are_cut_too() {
    let folder = Folder::new("weights");
    let model = colors_file(&folder);
    let recipe = r#"{"granularity": "weight", "target": {"sparsity": 0.5}}"#;
    let report = prune_and_check(&folder, &model, recipe);
    assert_eq!(report["after"]["parameters"], 216);
    assert_eq!(report["after"]["nonzeros"], 108);
}

#[test]
fn real_models_keep_seventy_percent_of_their_multiply_adds() {
    for name in ["resnet20-cifar10", "efficientnet-lite0"] {
        let Some(model) = shared(&format!("models/{name}.onnx")) else {
            continue;
        };
        let folder = Folder::new(name);
        let report = prune_and_check(&folder, model.to_str().unwrap(), RECIPE);
        let kept = macs_kept(&report);
        assert!(kept <= 0.7 && kept > 0.5, "{name}: {kept}");
        assert_eq!(
            report["check"]["agrees"], true,
            "{name}: {}",
            report["check"]
        );
    }
}

/// The first test picture of each class, all of which ONNX Runtime takes for what they are.
#[test]
fn a_real_model_recognizes_pictures() {
    let (Some(model), Some(archive)) = (
        shared("models/resnet20-cifar10.onnx"),
        shared("data/cifar10-jpeg-test.tar"),
    ) else {
        return;
    };
    let folder = Folder::new("pictures");
    let preset = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/presets/resnet20-cifar10.json");
    let archive = fs::read(archive).unwrap();
    for class in [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ] {
        let picture = from_tar(&archive, &format!("test/{class}/0000.jpg")).expect(class);
        let photo = folder.write("photo.jpg", picture);
        let (model, preset) = (model.to_str().unwrap(), preset.to_str().unwrap());
        let arguments = [
            "run", model, "--photo", &photo, "--preset", preset, "--json",
        ];
        let said = json(&succeed(&arguments));
        assert_eq!(said["top"][0]["label"], class);
        assert_eq!(said["top"].as_array().unwrap().len(), 5);
    }
}

/// A file in a tar archive: a header of 512 bytes with name and octal size, then the file, filled up to 512 bytes.
fn from_tar<'a>(archive: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
    };
    let mut rest = archive;
    loop {
        let (header, files) = rest.split_at_checked(512)?;
        let size = usize::from_str_radix(&text(&header[124..136]), 8).ok()?;
        if text(&header[..100]) == name {
            return files.get(..size);
        }
        rest = files.get(size.next_multiple_of(512)..)?;
    }
}

#[test]
fn inspect_shows_layers_groups_and_what_stays() {
    let folder = Folder::new("inspect");
    let model = colors_file(&folder);
    let said = json(&succeed(&["inspect", &model, "--json"]));
    assert_eq!(said["layers"].as_array().unwrap().len(), 3);
    assert_eq!(said["layers"][0]["channelsOut"], 12);
    assert_eq!(said["layers"][0]["macs"], 36 * 64);
    assert_eq!(said["groups"].as_array().unwrap().len(), 2);
    assert_eq!(said["groups"][0]["channels"], 12);
    assert!(!said["kept"].as_array().unwrap().is_empty());
    let text = succeed(&["inspect", &model]);
    for part in ["Conv0", "pointwise", "216", "groups", "Gemm6", "Output"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn unknown_operators_are_named_and_cutting_goes_on() {
    let mut graph = colors();
    let softer = graph
        .nodes
        .iter_mut()
        .find(|node| node.name == "Relu3")
        .unwrap();
    (softer.op_type, softer.domain) = ("Softer".into(), "my.domain".into());
    graph.opsets.insert("my.domain".into(), 3);
    let folder = Folder::new("unknown");
    let model = folder.write("unknown.onnx", onnx::write(&graph).unwrap());
    let said = succeed(&["inspect", &model]);
    assert!(
        said.contains("my.domain.Softer") && said.contains("Relu3"),
        "{said}"
    );
    let photo = folder.write("photo.png", photo([1, 2, 3]));
    let preset = folder.write("preset.json", PRESET);
    let output = secateur(&["run", &model, "--photo", &photo, "--preset", &preset]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.ends_with(
            "secateur: This model can't run here: node “Relu3” uses my.domain.Softer (opset 3).\n"
        ),
        "{errors}"
    );
    let recipe = folder.write("recipe.json", r#"{"target": {"macs": 0.6}}"#);
    let output = folder.path("out.onnx");
    let said = succeed(&["prune", &model, "--recipe", &recipe, "--output", &output]);
    assert!(
        said.contains("a test pattern in place of the outputs of “Relu3”"),
        "{said}"
    );
}

#[test]
fn a_guessed_preset_is_told() {
    let folder = Folder::new("guess");
    let model = colors_file(&folder);
    let photo = folder.write("photo.png", photo([1, 2, 3]));
    let output = secateur(&["run", &model, "--photo", &photo]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(
        errors.contains("No preset was given") && errors.contains("ImageNet"),
        "{errors}"
    );
    assert!(String::from_utf8(output.stdout).unwrap().contains("class "));
}

#[test]
fn open_lengths_come_from_the_preset_or_by_hand() {
    let mut graph = colors();
    let input = graph.inputs[0];
    let ty = graph.value_mut(input).ty.as_mut().unwrap();
    ty.shape[2] = Dim::symbol("height");
    ty.shape[3] = Dim::symbol("width");
    let folder = Folder::new("open");
    let model = folder.write("open.onnx", onnx::write(&graph).unwrap());
    let reason = fail(&["inspect", &model]);
    assert!(
        reason.contains("height and width") && reason.contains("--size height=224"),
        "{reason}"
    );
    let sizes = ["--size", "height=4", "--size", "width=16", "--json"];
    let said = json(&succeed(&[&["inspect", &model][..], &sizes].concat()));
    assert_eq!(said["layers"][0]["macs"], 36 * 64);
    let photo = folder.write("photo.png", photo([250, 2, 3]));
    let preset = folder.write("preset.json", PRESET);
    let said = succeed(&["run", &model, "--photo", &photo, "--preset", &preset]);
    assert!(said.contains("red"), "{said}");
}

/// Every failure says why, and leaves the folder as it was.
#[test]
fn failures_are_explained_in_one_line() {
    let folder = Folder::new("failures");
    let model = colors_file(&folder);
    let bytes = fs::read(&model).unwrap();
    let text = folder.write("text.onnx", "This is a letter, not a model.");
    let half = folder.write("half.onnx", &bytes[..bytes.len() / 2]);
    let empty = folder.write("empty.onnx", "");
    let recipe = folder.write("recipe.json", RECIPE);
    let unknown = folder.write(
        "unknown.json",
        r#"{"target": {"macs": 0.7}, "critereon": "l1"}"#,
    );
    let impossible = folder.write(
        "impossible.json",
        r#"{"target": {"macs": 0.01}, "floor": 6}"#,
    );
    let protect = folder.write(
        "protect.json",
        r#"{"target": {"macs": 0.7}, "protect": ["Conv7"]}"#,
    );
    let scribble = folder.write("scribble.json", "{");
    let binary = folder.write("binary.json", [0xff, 0xfe, 0]);
    let picture = folder.write("photo.png", photo([1, 2, 3]));
    let corrupt = folder.write("corrupt.png", &photo([1, 2, 3])[..40]);
    let preset = folder.write("preset.json", PRESET);
    let large = folder.write("large.json", r#"{"size": 16}"#);
    let (missing, output) = (folder.path("missing"), folder.path("out.onnx"));
    let nowhere = folder.path("nowhere/out.onnx");
    let here = folder.path("");
    let before = folder.files();

    let prune = |model: &str, recipe: &str, output: &str| {
        fail(&["prune", model, "--recipe", recipe, "--output", output])
    };
    let run = |model: &str, image: &str, preset: &str| {
        fail(&["run", model, "--photo", image, "--preset", preset])
    };
    for (reason, parts) in [
        (
            fail(&["inspect", &missing]),
            ["There is no file", "missing"],
        ),
        (fail(&["inspect", &here]), ["is a folder", ""]),
        (fail(&["inspect", &text]), ["text.onnx", "not an ONNX"]),
        (fail(&["inspect", &empty]), ["empty.onnx", "empty"]),
        (
            fail(&["inspect", &half]),
            ["half.onnx", "ends in the middle"],
        ),
        (
            prune(&missing, &recipe, &output),
            ["There is no file", "missing"],
        ),
        (
            prune(&half, &recipe, &output),
            ["half.onnx", "ends in the middle"],
        ),
        (
            prune(&model, &missing, &output),
            ["There is no file", "missing"],
        ),
        (
            prune(&model, &unknown, &output),
            ["unknown.json", "Did you mean “criterion”?"],
        ),
        (
            prune(&model, &scribble, &output),
            ["scribble.json", "not a JSON document"],
        ),
        (prune(&model, &binary, &output), ["binary.json", "UTF-8"]),
        (
            prune(&model, &impossible, &output),
            ["asks for more than the model", "1.0 %"],
        ),
        (
            prune(&model, &protect, &output),
            ["Conv7", "Did you mean “Conv"],
        ),
        (
            prune(&model, &recipe, &nowhere),
            ["there is no folder", "nowhere"],
        ),
        (prune(&model, &recipe, &here), ["not an ordinary file", ""]),
        (
            fail(&[
                "prune", &model, "--recipe", &recipe, "--output", &output, "--report", &nowhere,
            ]),
            ["there is no folder", "nowhere"],
        ),
        (
            fail(&[
                "prune", &model, "--recipe", &recipe, "--output", &output, "--report", &output,
            ]),
            ["same file", ""],
        ),
        (fail(&["prune", &model]), ["--recipe", "--output"]),
        (
            run(&model, &corrupt, &preset),
            ["corrupt.png", "damaged or incomplete"],
        ),
        (
            run(&model, &missing, &preset),
            ["missing", "can't be opened"],
        ),
        (
            run(&model, &text, &preset),
            ["text.onnx", "not a JPEG, PNG or WebP"],
        ),
        (
            run(&model, &picture, &unknown),
            ["unknown.json", "unknown field"],
        ),
        (
            run(&model, &picture, &large),
            ["The model takes", "1 × 3 × 16 × 16"],
        ),
        (
            fail(&["inspect", &model, "--size", "N=0"]),
            ["N=0", "whole number"],
        ),
        (
            fail(&["improve", &model]),
            ["improve", "There is no command"],
        ),
        (fail(&[]), ["No command was given", "--help"]),
    ] {
        for part in parts {
            assert!(reason.contains(part), "“{part}” is not in: {reason}");
        }
    }
    assert_eq!(folder.files(), before);
}

#[test]
fn an_older_file_is_kept_when_cutting_fails() {
    let folder = Folder::new("older");
    let model = colors_file(&folder);
    let output = folder.write("out.onnx", "what was there before");
    let recipe = folder.write("recipe.json", r#"{"target": {"macs": 0.01}, "floor": 6}"#);
    fail(&["prune", &model, "--recipe", &recipe, "--output", &output]);
    assert_eq!(
        fs::read_to_string(&output).unwrap(),
        "what was there before"
    );
    let recipe = folder.write("recipe.json", RECIPE);
    succeed(&["prune", &model, "--recipe", &recipe, "--output", &output]);
    onnx::read(fs::read(&output).unwrap().into()).unwrap();
    assert_eq!(folder.files(), ["colors.onnx", "out.onnx", "recipe.json"]);
}

#[test]
fn help_is_no_failure() {
    assert!(succeed(&["--help"]).contains("inspect"));
    assert!(succeed(&["prune", "--help"]).contains("--recipe <RECIPE.json>"));
    assert!(succeed(&["--version"]).starts_with("secateur "));
}
