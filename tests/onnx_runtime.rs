//! ONNX Runtime opens the files that cuts give, and computes what our own engine computes with the same bytes.
//!
//! It runs in Node, from the npm package that the page loads as well; without either the tests are skipped.

#[path = "common/command.rs"]
mod command;
mod common;

use command::Folder;
use common::open_nets::{open_net, with_open_axes};
use common::random_net::random_net;
use common::skipped::skipped;
use common::{Net, Random, in_half_precision, int, ints, random_inputs};
use half::f16;
use secateur::engine::{Executor, Options};
use secateur::graph::{Attribute, Graph};
use secateur::message::Message;
use secateur::onnx::{self, OpenOptions, open};
use secateur::prune::cut::cut;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::tensor::{DType, Tensor};
use secateur::text::render;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// How far both may be apart: so much of the largest number of an output.
const TOLERANCE: f32 = 1e-4;
/// The same for float16 models: ONNX Runtime rounds between layers as well, to 11 bits.
const HALF_TOLERANCE: f32 = 1e-2;

const RECIPES: [&str; 4] = [
    r#"{"target": {"macs": 0.7}}"#,
    r#"{"granularity": "weight", "target": {"sparsity": 0.5}}"#,
    r#"{"granularity": "2:4"}"#,
    r#"{"granularity": "block", "block": [2, 2], "target": {"sparsity": 0.4}}"#,
];

/// A file and what it is run on.
struct Case {
    name: String,
    bytes: Vec<u8>,
    inputs: Vec<Tensor>,
}

impl Case {
    fn new(name: String, bytes: Vec<u8>, random: &mut Random) -> Self {
        let inputs = random_inputs(&opened(&bytes), random);
        Case {
            name,
            bytes,
            inputs,
        }
    }
}

fn opened(bytes: &[u8]) -> Graph {
    let opened = open(bytes.to_vec().into(), &OpenOptions::default());
    opened.expect("a model of ours").graph
}

/// The file of a cut, or `None` where the model has not enough to cut.
fn made(graph: &Graph, recipe: &str) -> Option<Vec<u8>> {
    let size = onnx::write(graph).expect("writes").len() as u64;
    match cut(graph, size, &Recipe::parse(recipe).unwrap(), None) {
        Ok(cut) => {
            assert!(cut.report.check.is_none_or(|check| check.agrees));
            Some(cut.bytes)
        }
        Err(error) => {
            assert_eq!(error.code(), "bad-recipe", "{error}");
            None
        }
    }
}

fn message(tensor: &Tensor) -> Value {
    let numbers: Vec<f64> = match tensor {
        Tensor::F16(halves) => halves.iter().map(|x| f64::from(x.to_bits())).collect(),
        Tensor::I64(integers) => integers.iter().map(|&x| x as f64).collect(),
        other => other.floats().unwrap().iter().map(|&x| x.into()).collect(),
    };
    let ty = match tensor.dtype() {
        DType::F16 => "float16",
        DType::I64 => "int64",
        _ => "float32",
    };
    json!({ "type": ty, "shape": tensor.shape(), "numbers": numbers })
}

/// Shape and numbers of what ONNX Runtime gave.
fn received(output: &Value) -> (Vec<usize>, Vec<f32>) {
    let list = |key: &str| output[key].as_array().unwrap().iter();
    let is_half = output["type"] == "float16";
    let number = |x: &Value| match is_half {
        true => f16::from_bits(x.as_u64().unwrap() as u16).to_f32(),
        false => x.as_f64().expect("a finite number") as f32,
    };
    let shape = list("shape").map(|n| n.as_u64().unwrap() as usize);
    (shape.collect(), list("numbers").map(number).collect())
}

/// What ONNX Runtime makes of the cases, or `None` with a notice where it is not there.
fn outside(test: &str, cases: &[Case]) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join("node_modules/onnxruntime-web").exists() {
        skipped("ONNX Runtime is absent; npm install brings it");
        return None;
    }
    let folder = Folder::new(test);
    let mut list = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let file = format!("{at}.onnx");
        folder.write(&file, &case.bytes);
        let inputs: Vec<Value> = case.inputs.iter().map(message).collect();
        list.push(json!({ "file": file, "inputs": inputs }));
    }
    folder.write("cases.json", serde_json::to_vec(&list).unwrap());
    let script = root.join("tests/support/onnx_runtime.mjs");
    let run = Command::new("node")
        .arg(script)
        .arg(folder.path(""))
        .output();
    let Ok(run) = run else {
        skipped("node is absent");
        return None;
    };
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
    Some(serde_json::from_slice(&run.stdout).expect("JSON"))
}

fn assert_same(test: &str, cases: &[Case], tolerance: f32) {
    let Some(results) = outside(test, cases) else {
        return;
    };
    assert_eq!(results.len(), cases.len());
    for (case, result) in cases.iter().zip(&results) {
        let name = &case.name;
        assert!(result["error"].is_null(), "{name}: {}", result["error"]);
        let read = onnx::read(case.bytes.clone().into()).expect(name);
        let options = Options::for_inputs(&read, &case.inputs);
        let mut dims = options.sizes.clone();
        dims.retain(|axis, _| ["height", "width"].contains(&axis.as_str()));
        let graph = open(case.bytes.clone().into(), &OpenOptions { dims })
            .expect(name)
            .graph;
        let mut executor =
            Executor::new(&graph, &Options::for_inputs(&graph, &case.inputs)).expect(name);
        let ours = executor.run(&case.inputs).expect(name);
        let theirs = result["outputs"].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            let (shape, theirs) = received(theirs);
            assert_eq!(ours.shape(), shape, "{name}");
            let ours = ours.floats().expect("floats");
            let largest = ours.iter().fold(0f32, |most, x| most.max(x.abs()));
            let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
            let apart = apart.fold(0.0, f32::max);
            assert!(apart <= tolerance * largest, "{name}: {apart} of {largest}");
        }
    }
}

#[test]
fn random_networks_cut_in_every_granularity() {
    let mut random = Random(50);
    let mut cases = Vec::new();
    for recipe in RECIPES {
        let mut count = 0;
        for seed in 0..50 {
            let graph = random_net(seed, 1 + seed as usize % 7);
            if let Some(bytes) = made(&graph, recipe) {
                cases.push(Case::new(format!("{seed}: {recipe}"), bytes, &mut random));
                count += 1;
            }
        }
        assert!(count >= 40, "{recipe}: only {count} of 50 could be cut");
    }
    assert_same("ort-random", &cases, TOLERANCE);
}

#[test]
fn real_models_cut_in_every_granularity() {
    let mut random = Random(51);
    let mut cases = Vec::new();
    for name in ["resnet20-cifar10", "efficientnet-lite0"] {
        let path = format!("../shared/models/{name}.onnx");
        let Ok(bytes) = std::fs::read(&path) else {
            skipped(format!("{path} is not there"));
            continue;
        };
        let graph = opened(&bytes);
        let recipes = if name.starts_with("resnet") {
            &RECIPES[..]
        } else {
            &RECIPES[..1]
        };
        for recipe in recipes {
            let bytes = made(&graph, recipe).expect("enough to cut");
            cases.push(Case::new(format!("{name}: {recipe}"), bytes, &mut random));
        }
    }
    assert_same("ort-real", &cases, TOLERANCE);
}

#[test]
fn float16_networks_cut() {
    let mut random = Random(52);
    let mut cases = Vec::new();
    for seed in 0..12 {
        let graph = in_half_precision(random_net(seed, 1 + seed as usize % 4));
        let channels = seed % 3 > 0;
        if let Some(bytes) = made(&graph, RECIPES[usize::from(!channels)]) {
            let mut case = Case::new(format!("float16, {seed}"), bytes, &mut random);
            let halves = case.inputs.iter().map(|x| x.cast(DType::F16).unwrap());
            case.inputs = halves.collect();
            cases.push(case);
        }
    }
    assert!(cases.len() >= 8, "only {} could be cut", cases.len());
    assert_same("ort-half", &cases, HALF_TOLERANCE);
}

/// Places in a table, and a picture beside them.
#[test]
fn a_model_with_two_inputs_cut() {
    let mut net = Net::new(53);
    let picture = net.input(&[1, 3, 6, 6]);
    let x = net.conv(picture, 12, 3);
    let x = net.relu(x);
    let x = net.pool(x);
    let x = net.flatten(x);
    let places = net.integer_input(&[1, 4]);
    let table = net.weight(&[5, 8]);
    let words = net.op("Gather", &[table, places], &[("axis", int(0))]);
    let words = net.linear_3d(words, 10);
    let words = net.op("Relu", &[words], &[]);
    let words = net.reshape(words, &[1, 40]);
    let both = net.concat(&[x, words], 1);
    let y = net.linear(both, 9);
    let y = net.relu(y);
    let y = net.linear(y, 3);
    let graph = net.finish(&[y]);
    let size = onnx::write(&graph).unwrap().len() as u64;
    let made = cut(&graph, size, &Recipe::parse(RECIPES[0]).unwrap(), None).unwrap();
    assert_eq!(made.report.check_skipped, None);
    assert!(made.report.check.expect("a check").agrees);
    let inputs = vec![
        Random(54).tensor(&[1, 3, 6, 6]),
        Tensor::from_i64(&[1, 4], vec![4, 0, 2, 3]),
    ];
    let case = Case {
        name: "two inputs".into(),
        bytes: made.bytes,
        inputs,
    };
    assert_same("ort-two", &[case], TOLERANCE);
}

/// What our engine can't run is left for another to check: it runs the masked model and the cut's file, and finds them the
/// same; another file it finds different.
#[test]
fn a_model_with_an_unknown_operator_cut() {
    let mut net = Net::new(57);
    let x = net.input(&[1, 3, 6, 6]);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let x = net.conv(x, 8, 3);
    let x = net.op("Identity", &[x], &[]);
    let y = net.classifier(x, 3);
    let mut graph = net.finish(&[y]);
    // Its output's shape stays what it was.
    let mut nodes = graph.nodes.iter_mut();
    let unknown = nodes.find(|node| node.op_type == "Identity").unwrap();
    unknown.op_type = "FastGelu".into();
    unknown.domain = "com.microsoft".into();
    graph.opsets.insert("com.microsoft".into(), 1);
    let bytes = onnx::write(&graph).unwrap();
    let graph = opened(&bytes);
    let mut session = Session::new(graph, bytes.len() as u64).unwrap();
    session.choose(&Recipe::parse(RECIPES[0]).unwrap()).unwrap();
    let mut made = session.finish(None).unwrap();
    let skipped = made.report.check_skipped.as_ref().expect("no check here");
    assert!(render(skipped).contains("FastGelu"), "{skipped}");
    let elsewhere = made.external_check.take().expect("a check elsewhere");

    let files = [session.masked_file(&elsewhere).unwrap(), made.bytes, bytes];
    assert!(files[1].len() < files[0].len());
    let cases = files.map(|bytes| Case {
        name: "unknown".into(),
        bytes,
        inputs: elsewhere.inputs.clone(),
    });
    let Some(results) = outside("ort-unknown", &cases) else {
        return;
    };
    let outputs = |at: usize| -> Vec<Tensor> {
        let outputs = results[at]["outputs"].as_array().expect("outputs").iter();
        let tensor = |(shape, numbers): (Vec<usize>, Vec<f32>)| Tensor::from_f32(&shape, numbers);
        outputs.map(|output| tensor(received(output))).collect()
    };
    let check = elsewhere.compare(&outputs(0), &outputs(1)).unwrap();
    assert!(check.agrees && check.max_abs < TOLERANCE, "{check:?}");
    let original = elsewhere.compare(&outputs(0), &outputs(2)).unwrap();
    assert!(!original.agrees, "{original:?}");

    let before = made.report.warnings.clone();
    made.report
        .take_check(check, Message::new("part-ort-web", []));
    assert_eq!(made.report.check_skipped, None);
    assert_eq!(made.report.warnings, before);
    made.report
        .take_check(original, Message::new("part-ort-web", []));
    let mut warnings = made.report.warnings.iter().map(render);
    assert!(warnings.any(|warning| warning.contains("differs from the masked one")));
}

/// Models that were opened at given sizes, masked and cut, at sizes that were not given.
#[test]
fn models_with_open_axes_cut() {
    let names = ["batch", "", "height", "width"];
    let given = |height, width| OpenOptions {
        dims: [("height".into(), height), ("width".into(), width)].into(),
    };
    let mut cases = Vec::new();
    for seed in 0..4 {
        let file = onnx::write(&with_open_axes(open_net(seed), names)).unwrap();
        let graph = open(file.into(), &given(16, 24)).unwrap().graph;
        let bytes = made(&graph, RECIPES[0]).expect("enough to cut");
        for (height, width) in [(16, 24), (32, 20)] {
            cases.push(Case {
                name: format!("{seed} at {height} × {width}"),
                bytes: bytes.clone(),
                inputs: vec![Random(seed).tensor(&[2, 3, height, width])],
            });
        }
    }
    assert_same("ort-open", &cases, TOLERANCE);
}

/// The newest operator sets, and a transposed convolution that leaves its padding to a word.
#[test]
fn newer_operator_sets_cut() {
    let mut random = Random(55);
    let mut cases = Vec::new();
    for opset in [17, 21, 22] {
        let mut net = Net::new(56);
        let x = net.input(&[1, 3, 6, 6]);
        let x = net.conv(x, 12, 3);
        let x = net.batch_norm(x);
        let x = net.relu(x);
        let inputs = [x, net.weight(&[12, 8, 3, 3]), net.weight(&[8])];
        let attributes = [
            ("auto_pad", Attribute::String("VALID".into())),
            ("strides", ints(&[2, 2])),
        ];
        let x = net.op("ConvTranspose", &inputs, &attributes);
        assert_eq!(net.dims(x), [1, 8, 13, 13]);
        let x = net.op("HardSwish", &[x], &[]);
        let y = net.classifier(x, 3);
        let mut graph = net.finish(&[y]);
        graph.opsets.insert(String::new(), opset);
        graph.ir_version = 10;
        let bytes = made(&graph, RECIPES[0]).expect("enough to cut");
        assert_eq!(opened(&bytes).opset(), opset);
        cases.push(Case::new(format!("opset {opset}"), bytes, &mut random));
    }
    assert_same("ort-opsets", &cases, TOLERANCE);
}

/// A network whose residual blocks are removed whole.
#[test]
fn networks_without_some_of_their_branches() {
    let mut random = Random(63);
    let mut net = Net::new(64);
    let x = net.input(&[1, 3, 8, 8]);
    let mut y = net.conv(x, 6, 3);
    for inner in [4, 8, 6] {
        let z = net.conv(y, inner, 3);
        let z = net.batch_norm(z);
        let z = net.relu(z);
        let z = net.conv(z, 6, 1);
        let sum = net.add(z, y);
        y = net.relu(sum);
    }
    let y = net.classifier(y, 4);
    let graph = net.finish(&[y]);
    let mut cases = Vec::new();
    for share in [0.9, 0.6] {
        let recipe = format!(r#"{{"granularity": "branch", "target": {{"macs": {share}}}}}"#);
        let bytes = made(&graph, &recipe).expect("enough to cut");
        cases.push(Case::new(format!("{share}"), bytes, &mut random));
    }
    assert_same("ort-branches", &cases, TOLERANCE);
}

/// A convolution, its Relu, and a transposed convolution that doubles the picture.
fn doubling() -> Graph {
    let mut net = Net::new(60);
    let x = net.input(&[1, 3, 64, 64]);
    let x = net.conv_with(x, 32, 3, 1, 2, 1, true);
    let x = net.relu(x);
    let inputs = [x, net.weight(&[32, 32, 2, 2])];
    let x = net.op("ConvTranspose", &inputs, &[("strides", ints(&[2, 2]))]);
    let y = net.classifier(x, 5);
    net.finish(&[y])
}

/// A U-Net of two levels: one is left through a transposed convolution, the other through a nearest-neighbor resize.
fn u_net() -> Graph {
    let mut net = Net::new(61);
    let x = net.input(&[1, 3, 64, 64]);
    let level = |net: &mut Net, x, out, stride| {
        let x = net.conv_with(x, out, 3, 1, stride, 1, true);
        net.relu(x)
    };
    let first = level(&mut net, x, 16, 1);
    let second = level(&mut net, first, 32, 2);
    let third = level(&mut net, second, 64, 2);
    let inputs = [third, net.weight(&[64, 32, 2, 2])];
    let up = net.op("ConvTranspose", &inputs, &[("strides", ints(&[2, 2]))]);
    let joined = net.concat(&[up, second], 1);
    let down = level(&mut net, joined, 32, 1);
    let scales = net.constant(Tensor::from_f32(&[4], vec![1.0, 1.0, 2.0, 2.0]));
    let inputs = [down, net.weight(&[0]), scales];
    let mode = Attribute::String("nearest".into());
    let up = net.op("Resize", &inputs, &[("mode", mode)]);
    let joined = net.concat(&[up, first], 1);
    let down = level(&mut net, joined, 16, 1);
    let mask = net.conv(down, 2, 1);
    net.finish(&[mask])
}

/// Decoders, whole and cut. Each of their steps has a kernel.
#[test]
fn decoders() {
    let mut random = Random(62);
    let mut cases = Vec::new();
    for (name, graph) in [("doubling", doubling()), ("U-Net", u_net())] {
        let executor = Executor::new(&graph, &Options::default()).expect(name);
        for step in executor.steps() {
            assert!(step.has_kernel, "{name}: {}", step.label);
        }
        let whole = onnx::write(&graph).expect("writes");
        let cut = made(&graph, RECIPES[0]).expect("enough to cut");
        for (what, bytes) in [("whole", whole), ("cut", cut)] {
            cases.push(Case::new(format!("{name}, {what}"), bytes, &mut random));
        }
    }
    assert_same("ort-decoders", &cases, TOLERANCE);
}
