//! The node tests of the ONNX standard, as the Python package `onnx` ships them: one model of one operator each, with inputs
//! and the outputs that the reference gives.
//!
//! `npm test` fetches the package, and names the folder in the variable `ONNX_NODE_SUITE`. Without it the test is skipped.
//! `ONNX_NODE_TEST` runs only the tests with that in their names.

#[path = "support/skipped.rs"]
mod skipped;

use bytes::Bytes;
use half::bf16;
use secateur::Error;
use secateur::engine::{Executor, Options};
use secateur::graph::{Dim, Graph, ValueId};
use secateur::onnx::{OpenOptions, open, read, read_tensor};
use secateur::tensor::{DType, Tensor};
use secateur::text::said;
use skipped::skipped;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Fewer may not pass than passed when this was last raised.
const FLOOR: usize = 1095;
/// How far numbers may be from the reference's, as the suite's own runner has it.
const RELATIVE: f64 = 1e-3;
const ABSOLUTE: f64 = 1e-6;

/// Tests whose stated outputs ONNX Runtime 1.32 does not give either, but the numbers that are given here: averages over windows
/// that reach past the padding count as many positions as PyTorch's do; `align_corners` goes by the output's own length;
/// results past the range of 8 bits saturate, as the specification says, where the suite's wrapped around (its later
/// reference saturates); and bfloat16 is rounded to the nearest, as the specification says, where the suite's was cut off.
const DISPUTED: [&str; 10] = [
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
    "test_cast_FLOAT_to_BFLOAT16",
    "test_castlike_FLOAT_to_BFLOAT16",
    "test_castlike_FLOAT_to_BFLOAT16_expanded",
    "test_qlinearmatmul_2D_int8_float16",
    "test_qlinearmatmul_2D_int8_float32",
    "test_qlinearmatmul_3D_int8_float16",
    "test_qlinearmatmul_3D_int8_float32",
    "test_resize_downsample_scales_cubic_align_corners",
    "test_resize_downsample_scales_linear_align_corners",
];

/// Why a model was refused, where the message says what is not supported: keys of the catalog.
const CLEAR: [&str; 7] = [
    "error-declaration-no-tensor",
    "error-old-opset",
    "reason-node-cast",
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
    let (mut passed, mut wrong, mut disputed, mut unsupported, mut misleading) = (0, 0, 0, 0, 0);
    let mut operators: BTreeMap<String, usize> = BTreeMap::new();
    for case in &cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        match run(case) {
            Outcome::Passed => passed += 1,
            Outcome::Wrong(_) if DISPUTED.contains(&&*name) => disputed += 1,
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
        "{} tests: {passed} passed, {wrong} wrong, {disputed} disputed, {unsupported} not supported, {misleading} with an unclear message",
        cases.len()
    );
    assert_eq!((wrong, misleading), (0, 0));
    assert!(!only.is_empty() || passed >= FLOOR, "{passed} passed");
}

fn run(case: &Path) -> Outcome {
    let bytes: Bytes = fs::read(case.join("model.onnx")).expect("a model").into();
    let declared = match read(bytes.clone()) {
        Ok(graph) => graph,
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
        let inputs = as_declared(&declared, &declared.inputs, inputs);
        let expected = as_declared(&declared, &declared.outputs, expected);
        // Sizes that the model leaves open are those of the test's inputs.
        let dims = sizes(&declared, &inputs);
        let opened = open(bytes.clone(), &OpenOptions { dims: dims.clone() });
        let graph = match opened {
            Ok(opened) => opened.graph,
            Err(error) => return refused(&error),
        };
        let options = Options {
            sizes: dims,
            ..Options::default()
        };
        let mut executor = match Executor::new(&graph, &options) {
            Ok(executor) => executor,
            Err(error) => return refused(&error),
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

/// The sizes that symbols of the model's inputs stand for.
fn sizes(graph: &Graph, inputs: &[Tensor]) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for (&input, tensor) in graph.inputs.iter().zip(inputs) {
        let ty = graph.value(input).ty.iter();
        for (dim, &size) in ty.flat_map(|ty| &ty.shape).zip(tensor.shape()) {
            if let Dim::Symbol(name) = dim {
                sizes.insert(name.to_string(), size);
            }
        }
    }
    sizes
}

/// Tensors in the types of their values: the suite stores bfloat16 as the same bits in uint16.
fn as_declared(graph: &Graph, values: &[ValueId], tensors: Vec<Tensor>) -> Vec<Tensor> {
    let typed = tensors.into_iter().enumerate();
    typed
        .map(|(at, tensor)| {
            let ty = values
                .get(at)
                .and_then(|&value| graph.value(value).ty.as_ref());
            match (tensor, ty.map(|ty| ty.dtype)) {
                (Tensor::U16(bits), Some(DType::BF16)) => Tensor::BF16(bits.mapv(bf16::from_bits)),
                (tensor, _) => tensor,
            }
        })
        .collect()
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
            false => Err(format!("{found:?}, not {expected:?}")
                .chars()
                .take(300)
                .collect()),
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
