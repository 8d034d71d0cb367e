//! The node tests of the ONNX standard, as the Python package `onnx` ships them: one model of one operator each, with inputs
//! and the outputs that the reference gives.
//!
//! `npm test` fetches the package, and names the folder in the variable `ONNX_NODE_SUITE`. Without it the test is skipped.
//! `ONNX_NODE_TEST` runs only the tests with that in their names.

#[path = "support/skipped.rs"]
mod skipped;

use bytes::Bytes;
use secateur::Error;
use secateur::engine::{Executor, Options};
use secateur::onnx::{OpenOptions, open, read_tensor};
use secateur::tensor::{DType, Tensor};
use secateur::text::said;
use skipped::skipped;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Fewer may not pass than passed when this was last raised.
const FLOOR: usize = 394;
/// How far numbers may be from the reference's, as the suite's own runner has it.
const RELATIVE: f64 = 1e-3;
const ABSOLUTE: f64 = 1e-6;

/// Why a model was refused, where the message says what is not supported: keys of the catalog.
const CLEAR: [&str; 5] = [
    "error-declaration-no-tensor",
    "reason-node-element-type",
    "reason-node-element-types",
    "reason-node-this-element-type",
    "reason-node-seed",
];

enum Outcome {
    Passed,
    Wrong(String),
    Unsupported(String),
    Misleading(String),
}

#[test]
fn the_node_tests_of_the_standard() {
    let Some(folder) = std::env::var_os("ONNX_NODE_SUITE") else {
        return skipped("the node tests of the ONNX standard, since ONNX_NODE_SUITE is not set");
    };
    let only = std::env::var("ONNX_NODE_TEST").unwrap_or_default();
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder that ONNX_NODE_SUITE names")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    cases.sort();
    let (mut passed, mut wrong, mut unsupported, mut misleading) = (0, 0, 0, 0);
    let mut operators: BTreeMap<String, usize> = BTreeMap::new();
    for case in &cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        match run(case) {
            Outcome::Passed => passed += 1,
            Outcome::Wrong(why) => {
                wrong += 1;
                println!("wrong: {name}: {why}");
            }
            Outcome::Unsupported(what) => {
                unsupported += 1;
                *operators.entry(what).or_default() += 1;
            }
            Outcome::Misleading(why) => {
                misleading += 1;
                println!("misleading: {name}: {why}");
            }
        }
    }
    for (operator, count) in operators {
        println!("unsupported: {count} × {operator}");
    }
    println!(
        "{} tests: {passed} passed, {wrong} wrong, {unsupported} not supported, {misleading} with an unclear message",
        cases.len()
    );
    assert_eq!((wrong, misleading), (0, 0));
    assert!(!only.is_empty() || passed >= FLOOR, "{passed} passed");
}

fn run(case: &Path) -> Outcome {
    let bytes = fs::read(case.join("model.onnx")).expect("a model");
    let graph = match open(bytes.into(), &OpenOptions::default()) {
        Ok(opened) => opened.graph,
        Err(error) => return refused(&error),
    };
    let mut executor = match Executor::new(&graph, &Options::default()) {
        Ok(executor) => executor,
        Err(error) => return refused(&error),
    };
    for set in 0.. {
        let folder = case.join(format!("test_data_set_{set}"));
        if !folder.exists() {
            break;
        }
        let (inputs, expected) = match (tensors(&folder, "input"), tensors(&folder, "output")) {
            (Ok(inputs), Ok(expected)) => (inputs, expected),
            (Err(why), _) | (_, Err(why)) => return Outcome::Misleading(why),
        };
        let outputs = match executor.run(&inputs) {
            Ok(outputs) => outputs,
            Err(error) => return refused(&error),
        };
        if outputs.len() != expected.len() {
            return Outcome::Wrong(format!("{} outputs", outputs.len()));
        }
        for (at, (found, expected)) in outputs.iter().zip(&expected).enumerate() {
            if let Err(why) = compare(found, expected) {
                return Outcome::Wrong(format!("output {at}: {why}"));
            }
        }
    }
    Outcome::Passed
}

/// The files `input_0.pb`, `input_1.pb` … of a folder.
fn tensors(folder: &Path, what: &str) -> Result<Vec<Tensor>, String> {
    let files = (0..).map(|at| folder.join(format!("{what}_{at}.pb")));
    let files = files.take_while(|file| file.exists());
    files
        .map(|file| {
            let bytes: Bytes = fs::read(file).expect("a tensor").into();
            read_tensor(bytes).map_err(|error| said(&error))
        })
        .collect()
}

fn refused(error: &Error) -> Outcome {
    if let Error::UnsupportedOperators(operators) = error {
        return Outcome::Unsupported(operators[0].operator.clone());
    }
    let keys = error.to_string();
    match CLEAR.iter().find(|key| keys.contains(**key)) {
        Some(key) => Outcome::Unsupported((*key).into()),
        None => Outcome::Misleading(said(error)),
    }
}

fn compare(found: &Tensor, expected: &Tensor) -> Result<(), String> {
    if found.dtype() != expected.dtype() || found.shape() != expected.shape() {
        return Err(format!(
            "{:?} {:?}, not {:?} {:?}",
            found.dtype(),
            found.shape(),
            expected.dtype(),
            expected.shape()
        ));
    }
    let wide = |tensor: &Tensor| match tensor.cast(DType::F64) {
        Some(Tensor::F64(numbers)) if tensor.dtype().is_float() => Some(numbers),
        _ => None,
    };
    let (Some(found_wide), Some(expected_wide)) = (wide(found), wide(expected)) else {
        return match found == expected {
            true => Ok(()),
            false => Err(format!("{found:?}, not {expected:?}").chars().take(300).collect()),
        };
    };
    for (at, (x, y)) in found_wide.iter().zip(&expected_wide).enumerate() {
        let close = (x - y).abs() <= ABSOLUTE + RELATIVE * y.abs();
        if !(close || x == y || x.is_nan() && y.is_nan()) {
            return Err(format!("element {at} is {x}, not {y}"));
        }
    }
    Ok(())
}
