//! Arguments bear the page's names. Those that they bore before still work, so that scripts go on working, and are in no help.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, colors_and_preset, picture_folders, succeed};
use std::fs;

#[test]
fn earlier_names_do_the_same_and_are_hidden() {
    let folder = Folder::new("names");
    let (model, preset) = colors_and_preset(&folder);
    let data = picture_folders(&folder, &[("red", 0), ("green", 1), ("blue", 2)], 12);
    let recipe = r#"{"criterion": "l1", "target": {"macs": 0.5}}"#;
    let recipe = folder.write("recipe.json", recipe);
    let output = folder.path("out");
    let photo = folder.path("data/red/0.png");
    let with = ["--data", &data, "--preset", &preset];
    let recover = [
        "recover",
        &model,
        "--original",
        &model,
        "--steps",
        "2",
        "--keep",
        "last",
        "--output",
        &output,
    ];
    let names = [
        (
            "--batch-size 4 --learning-rate 0.01",
            "--batch 4 --rate 0.01",
        ),
        ("--optimizer adamw", "--optimiser adamw"),
        ("--learning-rate-schedule constant", "--schedule constant"),
        ("--gradient-clipping 0.01", "--clip 0.01"),
        ("--label-smoothing 0.2", "--smoothing 0.2"),
        ("--label-weight 0.9", "--label-share 0.9"),
        ("--match-features none", "--inner none"),
        ("--workers 2", "--threads 2"),
        ("--color-jitter 0.4", "--jitter 0.4"),
        ("--photos 12", "--pictures 12"),
        ("--method fine-tune", "--method finetune"),
    ];
    let run = |words: &[&str], more: &str| {
        let words: Vec<&str> = words
            .iter()
            .chain(&with)
            .copied()
            .chain(more.split(' '))
            .collect();
        let answer = succeed(&words);
        (answer, fs::read(&output).unwrap_or_default())
    };
    let usual = run(&recover, "--seed 1").1;
    for (new, old) in names {
        let same = run(&recover, new);
        assert!(same == run(&recover, old), "{old} is not {new}");
        assert!(same.1 != usual, "{new} does nothing");
    }
    // Names of the other commands. Answers of a search tell measured time.
    let report = |command: &str, more: &str| {
        run(
            &[
                command,
                &model,
                "--recipe",
                &recipe,
                "--output",
                &output,
                "--method",
                "reconstruct",
            ],
            more,
        )
        .1
    };
    let found = report(
        "search",
        "--max-drop 50 --pruning-schedule linear --rounds 2",
    );
    assert_eq!(report("trim", "--line 50 --pace linear --rounds 2"), found);
    assert_eq!(
        report("search", "--max-drop 50 --pruning-schedule adaptive"),
        report("trim", "--line 50 --pace search")
    );
    let saved = "--max-drop 90 --pruning-schedule one-shot --target-time 1";
    report("search", saved);
    report("trim", "--line 90 --pace one-shot --time 1");
    let evaluate = ["evaluate", &model, "--json"];
    let original = format!("--original {model}");
    let against = format!("--against {model}");
    assert_eq!(run(&evaluate, &original), run(&evaluate, &against));
    let sense = ["sensitivity", &model, "--recipe", &recipe, "--json"];
    let spread = format!("--validation-photos 5 --spread {output}");
    let guided = format!("--judged 5 --guided {output}");
    assert_eq!(run(&sense, &spread), run(&sense, &guided));
    let shown = |flag: &str| succeed(&["run", &model, flag, &photo, "--preset", &preset]);
    let classes = |answer: String| answer.lines().take(4).map(String::from).collect::<Vec<_>>();
    assert_eq!(classes(shown("--photo")), classes(shown("--image")));

    for command in [
        "recover",
        "search",
        "evaluate",
        "sensitivity",
        "run",
        "train",
    ] {
        let help = succeed(&[command, "--help"]);
        let old = names.iter().flat_map(|(_, old)| old.split(' '));
        let old = old.chain([
            "--line",
            "--pace",
            "--time",
            "--against",
            "--judged",
            "--guided",
        ]);
        for name in old.filter(|name| name.starts_with("--") && *name != "--method") {
            let is_shown = help.split_whitespace().any(|word| word == name);
            assert!(!is_shown, "{name} is in the help of {command}");
        }
    }
    assert!(!succeed(&["--help"]).contains("trim"));
}
