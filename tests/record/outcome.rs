//! What a call came to, in a form that can be recorded: numbers as they are, large things as their SHA-256, and without what may
//! change or is another each time.

use crate::onnx;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

/// JSON of more letters than this is recorded in parts.
const SHORT: usize = 120;
/// A list of more items than this is recorded as one.
const FEW: usize = 8;

/// What may differ from the record, as `differences.json` declares it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differences {
    /// Fields whose values are sentences; that there are some, and how many, is recorded.
    sentences: Vec<String>,
    /// Fields whose values are measured time.
    times: Vec<String>,
    /// Fields that were not there when the record was made.
    added: Vec<String>,
    /// Keys of a file's metadata, each with what it is called in the record.
    metadata: BTreeMap<String, String>,
    /// Names of JSON fields, each with what it is called in the record.
    fields: BTreeMap<String, String>,
}

impl Differences {
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).expect("a list of differences")
    }

    /// What a call answered and wrote to its folder.
    pub fn outcome(&self, output: &Output, folder: &Path) -> Value {
        let mut found = Map::new();
        found.insert("status".into(), json!(output.status.code()));
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        let models = files.iter().filter(|(name, _)| name.ends_with(".onnx"));
        let models: BTreeMap<&str, (u64, onnx::Parts)> = models
            .map(|(name, file)| {
                let parts = onnx::parts(file).expect("an ONNX file");
                (name.as_str(), (file.len() as u64, parts))
            })
            .collect();
        // The names in the metadata, which may change, take a part of a file's bytes.
        let lengths = models.values();
        let lengths = lengths.map(|(length, parts)| (*length, parts.rest.len() as u64));
        let lengths: BTreeMap<u64, u64> = lengths.collect();
        for (name, (_, parts)) in &models {
            found.insert((*name).into(), self.model(parts, &lengths));
        }
        for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".json")) {
            let document = serde_json::from_slice(file).expect("a JSON document");
            found.insert(name.clone(), summary(self.normal(document, &lengths)));
        }
        for (name, _) in &files {
            assert!(
                found.contains_key(name),
                "“{name}” is neither a model nor a report"
            );
        }
        if let Ok(answer @ Value::Object(_)) = serde_json::from_slice(&output.stdout) {
            found.insert("answer".into(), summary(self.normal(answer, &lengths)));
        }
        Value::Object(found)
    }

    fn model(&self, parts: &onnx::Parts, lengths: &BTreeMap<u64, u64>) -> Value {
        let metadata = parts.metadata.iter().map(|(key, text)| {
            let key = self.metadata.get(key).unwrap_or(key);
            let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
            (key.clone(), summary(self.normal(value, lengths)))
        });
        json!({
            "sha256": sha256(&parts.rest),
            "metadata": metadata.collect::<Map<_, _>>(),
        })
    }

    /// A document with the record's names, and without what isn't compared.
    fn normal(&self, value: Value, lengths: &BTreeMap<u64, u64>) -> Value {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
                for (name, _) in &mut fields {
                    if let Some(recorded) = self.fields.get(name) {
                        *name = recorded.clone();
                    }
                }
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                fields.retain(|(name, _)| !self.added.contains(name));
                let fields = fields.into_iter().map(|(name, value)| {
                    let value = match &name {
                        name if self.sentences.contains(name) || is_sentence(name, &value) => {
                            hidden(value, "(sentence)")
                        }
                        name if self.times.contains(name) => hidden(value, "(time)"),
                        _ => self.normal(value, lengths),
                    };
                    (name, value)
                });
                Value::Object(fields.collect())
            }
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.normal(item, lengths));
                Value::Array(items.collect())
            }
            Value::Number(number) => match number.as_u64().and_then(|n| lengths.get(&n)) {
                Some(&length) => json!(length),
                None => Value::Number(number),
            },
            other => other,
        }
    }
}

/// Whether this says why a layer keeps its channels. ExternalRun, the same field lists what is kept.
fn is_sentence(name: &str, value: &Value) -> bool {
    name == "kept" && (value.is_string() || value.get("key").is_some())
}

/// That there is something, but not what.
fn hidden(value: Value, instead: &str) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Array(items) => items
            .into_iter()
            .map(|item| hidden(item, instead))
            .collect(),
        _ => json!(instead),
    }
}

/// Small parts as they are, large ones as their SHA-256.
fn summary(value: Value) -> Value {
    let text = value.to_string();
    match value {
        short if text.len() <= SHORT => short,
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, summary(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) if items.len() <= FEW => items.into_iter().map(summary).collect(),
        Value::Array(items) => json!(format!("{} of {}", sha256(text.as_bytes()), items.len())),
        _ => json!(sha256(text.as_bytes())),
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where two outcomes differ: a line each.
pub fn compare(place: &str, recorded: &Value, found: &Value, lines: &mut Vec<String>) {
    let nothing = Value::Null;
    match (recorded, found) {
        (Value::Object(recorded), Value::Object(found)) => {
            let mut names: Vec<&String> = recorded.keys().chain(found.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let side = |of: &Map<String, Value>| of.get(name).unwrap_or(&nothing).clone();
                compare(
                    &format!("{place} › {name}"),
                    &side(recorded),
                    &side(found),
                    lines,
                );
            }
        }
        (Value::Array(recorded), Value::Array(found)) if recorded.len() == found.len() => {
            for (at, (recorded, found)) in recorded.iter().zip(found).enumerate() {
                compare(&format!("{place} › {at}"), recorded, found, lines);
            }
        }
        _ if recorded == found => {}
        _ => lines.push(format!("{place}: recorded is {recorded}, found is {found}")),
    }
}
