//! The published schema of recipes, the documented examples, and what is really read: all three must agree.

use secateur::message::Message;
use secateur::prune::criteria;
use secateur::prune::criteria::read_recipe;
use secateur::recipe::Recipe;
use secateur::text::render;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

fn schema() -> Value {
    serde_json::from_str(&read("docs/recipe.schema.json")).unwrap()
}

/// The JSON documents between fences in a Markdown file.
fn examples(path: &str) -> Vec<String> {
    let text = read(path);
    let blocks = text.split("```json").skip(1);
    let inside = blocks.filter_map(|rest| rest.split("```").next());
    inside.map(str::to_owned).collect()
}

/// Checks that the schema and the reader both take the document, or both refuse it.
fn agree(document: &Value, good: bool) {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let problem = validator.validate(document).err().map(|e| e.to_string());
    let read = read_recipe(&document.to_string()).err();
    assert_eq!(problem.is_none(), good, "schema on {document}: {problem:?}");
    assert_eq!(read.is_none(), good, "reader on {document}: {read:?}");
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn the_documented_recipes_are_taken() {
    let documented = examples("docs/recipe.md");
    assert!(documented.len() >= 5, "{} examples", documented.len());
    for text in documented.iter().chain(&examples("README.md")) {
        agree(&serde_json::from_str(text).expect(text), true);
    }
}

#[test]
fn odd_but_good_recipes_are_taken() {
    for document in [
        json!({ "granularity": "1:64" }),
        json!({ "granularity": "branch", "target": { "macs": 0.7 } }),
        json!({ "granularity": "branch", "allocation": "manual", "layers": { "add": 1 } }),
        json!({ "target": { "sparsity": 0 } }),
        json!({ "target": { "bytes": 1 }, "layers": { "a": 0.0, "b": 1.0 }, "protect": [] }),
        json!({ "target": { "macs": 0.001 }, "seed": 4294967295u32, "roundTo": 256, "maxSparsity": 1 }),
        json!({ "allocation": "manual", "layers": { "conv": 0.5 }, "target": { "sparsity": 0.5 } }),
    ] {
        agree(&document, true);
    }
}

#[test]
fn bad_recipes_are_refused() {
    for document in [
        json!({}),
        json!([]),
        json!("l2"),
        json!({ "targt": { "macs": 0.7 } }),
        json!({ "target": { "macs": 0.7 }, "Seed": 1 }),
        json!({ "target": {} }),
        json!({ "target": 0.7 }),
        json!({ "target": null }),
        json!({ "target": { "flops": 0.7 } }),
        json!({ "target": { "macs": "0.7" } }),
        json!({ "target": { "macs": 0.7, "bytes": 0.7 } }),
        json!({ "target": { "macs": 0 } }),
        json!({ "target": { "macs": 1.01 } }),
        json!({ "target": { "sparsity": 1 } }),
        json!({ "target": { "sparsity": -0.1 } }),
        json!({ "target": { "macs": 0.7 }, "criterion": "l3" }),
        json!({ "target": { "macs": 0.7 }, "criterion": 2 }),
        json!({ "target": { "macs": 0.7 }, "granularity": "row" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "0:4" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "2:65" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "2/4" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "block" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "block", "block": [4] }),
        json!({ "target": { "macs": 0.7 }, "granularity": "block", "block": [0, 4] }),
        json!({ "target": { "macs": 0.7 }, "granularity": "block", "block": [4, 5000] }),
        json!({ "target": { "macs": 0.7 }, "granularity": "weight", "block": [4, 4] }),
        json!({ "target": { "macs": 0.7 }, "block": [4, 4] }),
        json!({ "target": { "macs": 0.7 }, "allocation": "even" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "branch", "allocation": "uniform" }),
        json!({ "target": { "macs": 0.7 }, "granularity": "branch", "block": [4, 4] }),
        json!({ "allocation": "manual" }),
        json!({ "allocation": "manual", "layers": {} }),
        json!({ "allocation": "manual", "layers": { "a": 1.5 } }),
        json!({ "target": { "macs": 0.7 }, "protect": "conv1" }),
        json!({ "target": { "macs": 0.7 }, "protect": [1] }),
        json!({ "target": { "macs": 0.7 }, "reduction": "min" }),
        json!({ "target": { "macs": 0.7 }, "floor": 0 }),
        json!({ "target": { "macs": 0.7 }, "floor": 1.5 }),
        json!({ "target": { "macs": 0.7 }, "roundTo": 0 }),
        json!({ "target": { "macs": 0.7 }, "roundTo": 257 }),
        json!({ "target": { "macs": 0.7 }, "maxSparsity": 1.1 }),
        json!({ "target": { "macs": 0.7 }, "seed": -1 }),
        json!({ "target": { "macs": 0.7 }, "seed": 4294967296u64 }),
    ] {
        agree(&document, false);
    }
}

#[test]
fn the_schema_tells_the_fields_and_defaults_that_are_read() {
    let schema = schema();
    let told = schema["properties"].as_object().unwrap();
    // The two that are left out where they are not needed are written here; the rest is written by itself.
    let text = r#"{"target": {"macs": 0.7}, "granularity": "block", "block": [4, 1], "layers": {"a": 1}, "protect": ["b"]}"#;
    let whole: Value = serde_json::from_str(&Recipe::parse(text).unwrap().to_json()).unwrap();
    let names = |fields: &serde_json::Map<String, Value>| -> BTreeSet<String> {
        fields.keys().cloned().collect()
    };
    assert_eq!(names(told), names(whole.as_object().unwrap()));

    let short = Recipe::parse(r#"{"target": {"macs": 0.7}}"#).unwrap();
    let filled_in: Value = serde_json::from_str(&short.to_json()).unwrap();
    for (name, value) in filled_in.as_object().unwrap() {
        if name != "target" {
            let default = &told[name]["default"];
            // 1 and 1.0 are the same default.
            let same =
                default == value || default.as_f64().is_some_and(|d| value.as_f64() == Some(d));
            assert!(
                same,
                "{name}: the schema says {default}, the reader {value}"
            );
        }
    }
}

/// What the catalog has for a key without parameters.
fn told(key: &'static str) -> String {
    render(&Message::new(key, []))
}

/// What stands in a document between two marks is `list`. With `WRITE_LISTS=1` it is written there first.
fn lists(path: &str, from: &str, to: &str, list: &str) {
    let text = read(path);
    let (before, rest) = text.split_once(from).expect(path);
    let (there, after) = rest.split_once(to).expect(path);
    if std::env::var_os("WRITE_LISTS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::write(path, format!("{before}{from}{list}{to}{after}")).unwrap();
    } else {
        assert_eq!(
            there, list,
            "{path} lists other criteria than there are: WRITE_LISTS=1 cargo test --test recipe writes it anew"
        );
    }
}

#[test]
fn the_schema_lists_the_criteria_that_there_are() {
    let quoted = |text: &str| Value::from(text).to_string();
    let entries = criteria::all().map(|criterion| {
        let info = &criterion.info;
        let (name, title) = (quoted(info.name), quoted(&told(info.title)));
        let sentence = quoted(&told(info.about));
        format!(
            "        {{\n          \"const\": {name},\n          \"title\": {title},\n          \"description\": {sentence}\n        }}"
        )
    });
    let entries = entries.collect::<Vec<_>>().join(",\n");
    lists(
        "docs/recipe.schema.json",
        "\"oneOf\": [\n",
        "\n      ],\n",
        &entries,
    );
}

#[test]
fn the_documentation_lists_the_criteria_that_there_are() {
    let mut table = "| name | | what it removes | judges | needs | after |\n".to_owned();
    table += "| --- | --- | --- | --- | --- | --- |\n";
    for criterion in criteria::all() {
        let info = &criterion.info;
        let pictures = criterion.looks_at_pictures().then_some("pictures");
        let pictures = pictures.map(str::to_owned);
        let needs: Vec<String> = pictures.into_iter().chain(info.needs.map(told)).collect();
        let judges = match (info.weights, info.channels) {
            (true, _) => "weights, channels, branches",
            (false, true) => "channels, branches",
            (false, false) => "branches",
        };
        let cells: [&str; 6] = [
            &format!("`{}`", info.name),
            &told(info.title),
            &told(info.about),
            judges,
            &needs.join("; "),
            info.after.unwrap_or_default(),
        ];
        table += &format!("| {} |\n", cells.join(" | "));
    }
    lists(
        "docs/recipe.md",
        "<!-- criteria: written by tests/recipe.rs -->\n",
        "<!-- end -->",
        &table,
    );
}
