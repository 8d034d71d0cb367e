//! The command speaks the language that is asked for, and every sentence of it comes from that language's catalog.

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Folder, colors_and_preset, picture_folders, secateur};
use fluent_syntax::ast::{Entry, Expression, Pattern, PatternElement};
use fluent_syntax::{parser, serializer};
use std::fs;
use std::process::{Command, Output};

const COMMANDS: [&str; 10] = [
    "inspect",
    "prune",
    "evaluate",
    "recover",
    "shrink",
    "search",
    "sensitivity",
    "train",
    "run",
    "help",
];

/// The English catalog with an accent on each vowel, so that whatever does not come from it shows.
fn accented_catalog() -> String {
    let file = format!("{}/text/en.ftl", env!("CARGO_MANIFEST_DIR"));
    let mut catalog = parser::parse(fs::read_to_string(file).unwrap()).unwrap();
    for entry in &mut catalog.body {
        if let Entry::Message(message) = entry {
            message.value.iter_mut().for_each(accent);
        }
    }
    serializer::serialize(&catalog)
}

fn accent(pattern: &mut Pattern<String>) {
    for element in &mut pattern.elements {
        match element {
            PatternElement::TextElement { value } => *value = accented(value),
            PatternElement::Placeable {
                expression: Expression::Select { variants, .. },
            } => variants
                .iter_mut()
                .for_each(|variant| accent(&mut variant.value)),
            PatternElement::Placeable { .. } => {}
        }
    }
}

fn accented(text: &str) -> String {
    let accent = |letter| match letter {
        'a' => 'á',
        'e' => 'é',
        'i' => 'í',
        'o' => 'ó',
        'u' => 'ú',
        'y' => 'ý',
        'A' => 'Á',
        'E' => 'É',
        'I' => 'Í',
        'O' => 'Ó',
        'U' => 'Ú',
        'Y' => 'Ý',
        other => other,
    };
    text.chars().map(accent).collect()
}

/// Words that don't come from the catalog: with a plain vowel, and neither a name, a flag nor a number.
fn escaped(text: &str, names: &[&str]) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || "-_./".contains(c)));
    let is_escaped = |word: &&str| {
        let has_vowel = word.chars().any(|c| "aeiouyAEIOUY".contains(c));
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        has_vowel && !is_number && !word.starts_with('-') && !names.contains(word)
    };
    let words = words.map(|word| word.trim_end_matches('.'));
    words.filter(is_escaped).map(String::from).collect()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn no_sentence_of_the_help_escapes_the_catalog() {
    let folder = Folder::new("language-help");
    let catalog = folder.write("xx.ftl", accented_catalog());
    // Values that are typed as they are, and names of criteria.
    let typed = "secateur train test recalibrate correct-bias reconstruct distill fine-tune sgd adamw constant cosine \
        one-cycle true false best last adaptive one-shot linear cubic lamp bn-scale random taylor movement fisher snip wanda apoz \
        divergence";
    let typed: Vec<&str> = typed.split_whitespace().chain(COMMANDS).collect();
    for command in COMMANDS {
        let output = secateur(&[command, "--help", "--language", &catalog]);
        let help = said(&output);
        assert!(output.status.success(), "{help}");
        assert!(help.contains("Úságé: secateur"), "{help}");
        assert_eq!(escaped(&help, &typed), [""; 0], "{help}");
        let also = said(&secateur(&["help", command, "--language", &catalog]));
        assert_eq!(also, help);
        let short = said(&secateur(&[command, "-h", "--language", &catalog]));
        assert_eq!(short, help);
    }
    let all = said(&secateur(&["--language", &catalog, "--help"]));
    assert_eq!(escaped(&all, &typed), [""; 0], "{all}");
    assert_eq!(all, said(&secateur(&["--language", &catalog, "help"])));
}

#[test]
fn no_answer_escapes_the_catalog() {
    let folder = Folder::new("language-answers");
    let (model, preset) = colors_and_preset(&folder);
    let data = picture_folders(&folder, &[("red", 0), ("green", 1), ("blue", 2)], 40);
    let photo = folder.path("data/red/0.png");
    let catalog = folder.write("xx.ftl", accented_catalog());
    let recipe = r#"{"criterion": "taylor", "target": {"macs": 0.5}}"#;
    let recipe = folder.write("recipe.json", recipe);
    let (output, pruned) = (folder.path("out.onnx"), folder.path("pruned.onnx"));
    let photos = ["--data", &data, "--preset", &preset];
    let prune = ["prune", &model, "--recipe", &recipe, "--output", &pruned];
    let recover = ["recover", &pruned, "--original", &model, "--steps", "10"];
    let best = ["--batch-size", "8", "--keep", "best", "--output", &output];
    let search = ["search", &model, "--recipe", &recipe, "--output", &output];
    let way = ["--method", "reconstruct", "--pruning-schedule", "one-shot"];
    let shrink = [
        "shrink", &model, "--target", "macs=0.6", "--output", &output,
    ];
    let calls = [
        vec!["inspect", &model],
        [&prune[..], &photos].concat(),
        [&["evaluate", &model, "--original", &pruned], &photos[..]].concat(),
        [&recover[..], &best, &photos].concat(),
        [&search[..], &way, &photos].concat(),
        [&shrink[..], &["--steps", "10"], &photos].concat(),
        [&["sensitivity", &model, "--recipe", &recipe], &photos[..]].concat(),
        vec!["run", &model, "--photo", &photo, "--preset", &preset],
        vec!["run", &model, "--photo", &photo],
    ];
    // Of the model and the photos.
    let names = "test x0 Conv0 Conv2 Gemm6 Gemm6_0 float32 taylor red green blue class";
    let names: Vec<&str> = names.split_whitespace().collect();
    for call in calls {
        let output = secateur(&[&call[..], &["--language", &catalog]].concat());
        let text = said(&output);
        assert!(output.status.success(), "{text}");
        assert_eq!(escaped(&text, &names), [""; 0], "{call:?}: {text}");
    }
}

#[test]
fn no_failure_escapes_the_catalog() {
    let folder = Folder::new("language-failures");
    let (model, preset) = colors_and_preset(&folder);
    let catalog = folder.write("xx.ftl", accented_catalog());
    let search = ["search", "m", "--recipe", "r", "--data", "d", "--preset"];
    let search = |more: &[&'static str]| {
        let rest = ["p", "--output", "x"];
        [&search[..], &rest, more].concat()
    };
    let calls = [
        vec![],
        vec!["improve"],
        vec!["inspekt"],
        vec!["help", "improve"],
        vec!["inspect"],
        vec!["inspect", "a", "b"],
        vec!["inspect", "a", "--jsom"],
        vec!["inspect", "a", "--json=b"],
        vec!["inspect", "a", "--json", "--json"],
        vec!["inspect", "a", "--size"],
        vec!["inspect", "a", "--size", "N"],
        vec!["inspect", "a", "--size", "N=0"],
        vec!["inspect", "/"],
        vec!["inspect", "x/x"],
        vec!["inspect", &preset],
        vec!["evaluate", &model, "--data", "x/x", "--preset", &preset],
        search(&["--method"]),
        search(&["--method", "x"]),
        search(&["--rounds", "x"]),
        search(&["--rounds", "101"]),
        search(&["--max-drop", "x"]),
        vec!["shrink", "m", "--data", "d", "--output", "x"],
        vec![
            "shrink", "m", "--data", "d", "--output", "x", "--target", "x",
        ],
        search(&["--steps", "1", "--epochs", "1"]),
        search(&["--momentum", "0.5", "--optimizer", "adamw"]),
    ];
    let names = "secateur inspect improve inspekt recalibrate correct-bias reconstruct distill fine-tune a preset.json";
    let folder_name = folder.path("");
    let names: Vec<&str> = names.split_whitespace().collect();
    for call in calls {
        let output = secateur(&[&["--language", &catalog], &call[..]].concat());
        let text = said(&output).replace(&folder_name, "");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{text}");
        assert_eq!(escaped(&text, &names), [""; 0], "{call:?}: {text}");
        assert!(text.starts_with("secateur: "), "{text}");
    }
}

#[test]
fn the_system_names_the_language_and_an_unknown_one_is_english() {
    let folder = Folder::new("language-system");
    let catalog = folder.write(
        "xx.ftl",
        "help-inspect = Zeigt ein Modell.\nnumber-point = ,\n",
    );
    let help = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secateur"));
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let english = help(&[], &["inspect", "--help"]);
    assert!(english.contains("Show the layers"), "{english}");
    let german = help(&[("LANG", &catalog)], &["inspect", "--help"]);
    // What the catalog lacks is in English.
    assert!(german.contains("Zeigt ein Modell."), "{german}");
    assert!(german.contains("Usage: secateur inspect"), "{german}");
    let chosen = help(
        &[("LANG", &catalog), ("LC_ALL", "en_US.UTF-8")],
        &["inspect", "--help"],
    );
    assert_eq!(chosen, english);
    let chosen = help(
        &[("LC_ALL", &catalog)],
        &["--language=en", "inspect", "--help"],
    );
    assert_eq!(chosen, english);
    for unknown in ["zz", "C", "POSIX", "zz_ZZ.UTF-8@none"] {
        assert_eq!(help(&[("LANG", unknown)], &["inspect", "--help"]), english);
        let asked = help(&[], &["--language", unknown, "inspect", "--help"]);
        assert_eq!(asked, english);
    }
    let missing = secateur(&["--language", &folder.path("yy.ftl"), "inspect", "--help"]);
    assert!(said(&missing).contains("There is no file"));
}
