//! Nothing is lost and no number changes: the command gives today what it gave when the record was made, at commit 5d9aaba.
//!
//! `cases.json` lists the calls, `record.json` what they came to, `differences.json` what may differ since then. With
//! `SECATEUR_BINARY=PATH` another build of the command is asked, with `SECATEUR_RECORD=write` the record is written anew, and
//! with `SECATEUR_RECORD=keep` the files that the calls wrote are kept to look at. `SECATEUR_CASES=TEXT` makes only those calls
//! whose names hold the text.

mod cases;
mod onnx;
mod outcome;
mod pictures;

use cases::{Case, Cases, folder_of};
use outcome::{Differences, compare};
use serde_json::{Map, Value};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Pictures of the classroom to train and to test on.
const TRAIN: usize = 200;
const TEST: usize = 60;
const PHOTOS: u32 = 4;

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(home().join("tests/record").join(name)).unwrap()
}

#[test]
fn the_command_gives_what_was_recorded() {
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|is| is == value);
    let work = env::temp_dir().join(format!("secateur-record-{}", std::process::id()));
    let folder = work.to_str().unwrap();
    let cases = Cases::read(&read("cases.json"), folder);
    prepare(&work);
    let asked = env::var("SECATEUR_CASES").unwrap_or_default();
    let others = cases.others.into_iter();
    let others: Vec<Case> = others.filter(|case| case.name.contains(&asked)).collect();
    let differences = Differences::read(&read("differences.json"));
    let mut found = Map::new();
    // Each of the first may need the files of those before it.
    let first = cases.first.iter();
    let first = first.map(|case| (case.name.clone(), make(case, folder, &differences)));
    let mut outcomes: Vec<(String, Value)> = first.collect();
    outcomes.extend(make_all(&others, folder, &differences));
    for (name, outcome) in outcomes {
        let before = found.insert(name.clone(), outcome);
        assert!(before.is_none(), "two cases “{name}”");
    }
    if is("SECATEUR_RECORD", "keep") {
        eprintln!("the files are in {folder}");
    } else {
        fs::remove_dir_all(&work).unwrap();
    }
    if is("SECATEUR_RECORD", "write") {
        assert!(
            asked.is_empty(),
            "the record is written with all cases or not at all"
        );
        fs::write(home().join("tests/record/record.json"), lines_of(&found)).unwrap();
        return;
    }
    let mut record: Map<String, Value> = serde_json::from_str(&read("record.json")).unwrap();
    if !asked.is_empty() {
        record.retain(|name, _| found.contains_key(name));
    }
    let mut lines = Vec::new();
    compare(
        "record",
        &Value::Object(record),
        &Value::Object(found),
        &mut lines,
    );
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// The record as a document with a line for each case.
fn lines_of(outcomes: &Map<String, Value>) -> String {
    let lines = outcomes
        .iter()
        .map(|(name, outcome)| format!("{}: {outcome}", Value::from(name.as_str())));
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Writes the files that cases need beside those of the project.
fn prepare(work: &Path) {
    let gallery = home().join("www/public/gallery");
    pictures::classroom(
        &gallery.join("fashion-mnist"),
        &work.join("pictures"),
        TRAIN,
        TEST,
    );
    pictures::photos(&work.join("photos"), PHOTOS);
    fs::create_dir_all(work.join("empty")).unwrap();
    let model = fs::read(gallery.join("fashion-mnist-small.onnx")).unwrap();
    fs::write(work.join("half.onnx"), &model[..model.len() / 2]).unwrap();
    fs::write(work.join("text.onnx"), "no model").unwrap();
}

/// Makes the calls, several at a time, and gives their outcomes by name.
fn make_all(cases: &[Case], work: &str, differences: &Differences) -> Vec<(String, Value)> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = make(case, work, differences);
                    outcomes.lock().unwrap().push((case.name.clone(), outcome));
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

fn make(case: &Case, work: &str, differences: &Differences) -> Value {
    let folder = PathBuf::from(folder_of(work, &case.name));
    fs::create_dir(&folder).unwrap_or_else(|e| panic!("“{}”: {e}", case.name));
    if let Some(recipe) = &case.recipe {
        fs::write(folder.with_extension("json"), recipe).unwrap();
    }
    let binary = env::var("SECATEUR_BINARY");
    let binary = binary.unwrap_or_else(|_| env!("CARGO_BIN_EXE_secateur").into());
    let start = Instant::now();
    let output = Command::new(binary)
        .args(&case.arguments)
        .current_dir(home())
        .output()
        .unwrap();
    if env::var("SECATEUR_RECORD").is_ok() {
        let reason = String::from_utf8_lossy(&output.stderr);
        let reason = if output.status.success() {
            ""
        } else {
            reason.trim()
        };
        eprintln!(
            "{:6.2} s  {}  {reason}",
            start.elapsed().as_secs_f64(),
            case.name
        );
    }
    differences.outcome(&output, &folder)
}
