//! Models that contradict themselves get a message that says what, where and what to do; hostile ones cost little;
//! and what is merely unusual loads.

#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;

use onnx_bytes::*;
use secateur::engine::{Executor, Options};
use secateur::graph::{Dim, Storage};
use secateur::onnx::{self, OpenOptions, Opened};
use secateur::tensor::Tensor;
use secateur::text::{render, said};
use secateur::{Error, Result};

fn open(bytes: Vec<u8>) -> Result<Opened> {
    onnx::open(bytes.into(), &OpenOptions::default())
}

/// Fails unless the model is refused with this kind of error and each of these words.
fn refused(bytes: Vec<u8>, code: &str, words: &[&str]) {
    let error = open(bytes).expect_err("the model should be refused");
    let text = said(&error);
    assert_eq!(error.code(), code, "{text}");
    for word in words {
        assert!(text.contains(word), "{text:?} does not say {word:?}");
    }
}

fn relu_model(nodes: &[Vec<u8>]) -> Vec<u8> {
    let ends = [input("x", &["N", "4"]), output("y", &["N", "4"])];
    model(13, &[nodes, &ends].concat())
}

#[test]
fn cycles_are_named() {
    let nodes = [
        node("Add", &["x", "c"], &["a"], &[]),
        node("Relu", &["a"], &["b"], &[]),
        node("Tanh", &["b"], &["c"], &[]),
        node("Relu", &["c"], &["y"], &[]),
    ];
    refused(
        relu_model(&nodes),
        "bad-model",
        &["cycle", "“a”", "“b”", "“c”"],
    );
    refused(
        relu_model(&[node("Add", &["x", "y"], &["y"], &[])]),
        "bad-model",
        &["cycle", "“y”"],
    );
}

#[test]
fn missing_and_double_names_are_named() {
    let relu = || node("Relu", &["x"], &["y"], &[]);
    refused(
        relu_model(&[node("Add", &["x", "ghost"], &["y"], &[])]),
        "bad-model",
        &["ghost", "“y” (Add)"],
    );
    refused(
        relu_model(&[relu(), relu()]),
        "bad-model",
        &["“y”", "twice"],
    );
    refused(relu_model(&[]), "bad-model", &["output “y”"]);
    refused(
        relu_model(&[relu(), floats("y", &[1], &[0.0])]),
        "bad-model",
        &["“y”", "twice"],
    );
}

#[test]
fn versions_are_checked() {
    let graph = |opset| {
        let relu = node("Relu", &["x"], &["y"], &[]);
        model(opset, &[relu, input("x", &["1"]), output("y", &["1"])])
    };
    refused(graph(6), "bad-model", &["operator set 6", "7"]);
    assert!(open(graph(7)).unwrap().warnings.is_empty());
    assert!(open(graph(22)).unwrap().warnings.is_empty());
    assert!(render(&open(graph(23)).unwrap().warnings[0]).contains("23"));
    let without = [int(1, 8), field(7, &output("y", &["1"]))].concat();
    refused(without, "bad-model", &["opset_import"]);
}

#[test]
fn shapes_that_do_not_fit_are_told_with_the_node() {
    let gemm = [
        node("Gemm", &["x", "w"], &["y"], &[]),
        floats("w", &[5, 2], &[0.0; 10]),
    ];
    refused(relu_model(&gemm), "bad-model", &["“y” (Gemm)", "4", "5"]);
    let add = [
        node("Add", &["x", "w"], &["y"], &[]),
        floats("w", &[3], &[0.0; 3]),
    ];
    refused(
        relu_model(&add),
        "bad-model",
        &["“y” (Add)", "[N, 4]", "[3]"],
    );
    let reshape = [
        node("Reshape", &["w", "s"], &["y"], &[]),
        floats("w", &[6], &[0.0; 6]),
        integers("s", &[4, 2]),
    ];
    refused(
        relu_model(&reshape),
        "bad-model",
        &["“y” (Reshape)", "[6]", "[4, 2]"],
    );
    let flag = node("Concat", &["x", "x"], &["y"], &[]);
    refused(relu_model(&[flag]), "bad-model", &["attribute “axis”"]);
}

#[test]
fn tensors_must_hold_what_they_claim() {
    let with = |tensor: Vec<u8>| relu_model(&[node("Add", &["x", "w"], &["y"], &[]), tensor]);
    refused(
        with(floats("w", &[4], &[0.0; 3])),
        "bad-model",
        &["“w”", "4 elements", "3"],
    );
    for dims in [
        &[1 << 40, 1 << 40][..],
        &[i64::MAX],
        &[-1],
        &[1 << 33, 0, 1 << 33],
    ] {
        refused(with(floats("w", dims, &[])), "bad-model", &["“w”"]);
    }
    let external = [int(1, 4), int(2, 1), field(8, b"w"), int(14, 1)].concat();
    refused(
        with(field(5, &external)),
        "bad-model",
        &["“w”", "another file", "single file"],
    );
}

#[test]
fn what_is_not_a_number_is_warned_of() {
    let nodes = [
        node("Add", &["x", "w"], &["y"], &[]),
        floats("w", &[4], &[0.0, f32::NAN, 1.0, f32::NAN]),
    ];
    let opened = open(relu_model(&nodes)).unwrap();
    assert_eq!(opened.warnings.len(), 1);
    assert!(render(&opened.warnings[0]).contains("“w” holds 2 values"));
}

#[test]
fn unknown_operators_load_and_are_listed() {
    let nodes = [
        node("Relu", &["x"], &["a"], &[]),
        node("Mystery", &["a"], &["b"], &[int_attribute("depth", 3)]),
        node("Relu", &["b"], &["y"], &[]),
    ];
    let opened = open(relu_model(&nodes)).unwrap();
    let unsupported = opened.graph.unsupported();
    assert_eq!(unsupported.len(), 1);
    assert_eq!(
        (
            &*unsupported[0].node,
            &*unsupported[0].operator,
            unsupported[0].opset
        ),
        ("b", "Mystery", 13)
    );
    assert!(render(&opened.warnings[0]).contains("“b” uses Mystery (opset 13)"));
    let written = onnx::write(&opened.graph).unwrap();
    assert_eq!(open(written).unwrap().graph.nodes.len(), 3);
}

#[test]
fn open_sizes_are_asked_for_and_taken() {
    let bytes = model(
        13,
        &[
            node("Relu", &["x"], &["y"], &[]),
            input("x", &["N", "3", "height", "width"]),
            output("y", &["N", "3", "height", "width"]),
        ],
    );
    let asked = vec!["height".to_string(), "width".to_string()];
    assert_eq!(
        open(bytes.clone()).unwrap_err(),
        Error::OpenDimensions(asked)
    );
    let dims = [("height".to_string(), 8), ("width".to_string(), 6)].into();
    let opened = onnx::open(bytes.into(), &OpenOptions { dims }).unwrap();
    let shape = &opened
        .graph
        .value(opened.graph.outputs[0])
        .ty
        .as_ref()
        .unwrap()
        .shape;
    assert_eq!(shape[..], [Dim::symbol("N"), 3.into(), 8.into(), 6.into()]);
}

/// What PyTorch exports for `x.view(x.shape[0], -1)` and for `x.view(x.size(0) * 2, …)`.
#[test]
fn arithmetic_on_a_dynamic_batch_becomes_constant() {
    let nodes = [
        node("Shape", &["x"], &["shape"], &[]),
        node(
            "Gather",
            &["shape", "zero"],
            &["n"],
            &[int_attribute("axis", 0)],
        ),
        node("Mul", &["n", "two"], &["n2"], &[]),
        node("Unsqueeze", &["n2", "axes"], &["list"], &[]),
        node(
            "Concat",
            &["list", "rest"],
            &["target"],
            &[int_attribute("axis", 0)],
        ),
        node("Reshape", &["x", "target"], &["wide"], &[]),
        node("Identity", &["wide"], &["same"], &[]),
        node("Relu", &["same"], &["y"], &[]),
        tensor("zero", 7, &[], &0i64.to_le_bytes()),
        tensor("two", 7, &[], &2i64.to_le_bytes()),
        integers("axes", &[0]),
        integers("rest", &[2]),
    ];
    let graph = open(relu_model(&nodes)).unwrap().graph;
    let kinds: Vec<_> = graph.nodes.iter().map(|n| n.op_type.as_str()).collect();
    assert_eq!(kinds, ["Reshape", "Relu"]);
    let target = graph.constant(graph.nodes[0].input(1).unwrap()).unwrap();
    assert_eq!(**target, Tensor::from_i64(&[2], vec![-1, 2]));
    let shape = &graph.value(graph.outputs[0]).ty.as_ref().unwrap().shape;
    assert_eq!(shape[..], [Dim::symbol("2*N"), 2.into()]);
}

#[test]
fn small_files_cannot_ask_for_gigabytes() {
    let fill = [
        node("ConstantOfShape", &["s"], &["big"], &[]),
        node("Add", &["x", "big"], &["y"], &[]),
        integers("s", &[1 << 14, 1 << 14, 4]),
    ];
    let graph = open(relu_model(&fill)).unwrap().graph;
    assert!(
        graph
            .values
            .iter()
            .all(|v| v.constant.as_ref().is_none_or(|t| t.len() < 10))
    );
    match Executor::new(&graph, &Options::default()) {
        Err(Error::TooLarge(text)) => {
            let text = render(&text);
            assert!(text.contains("“big” (ConstantOfShape)"), "{text}");
            assert!(text.contains("1073741824"), "{text}");
        }
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("a tensor of 4 GB was filled"),
    }
    let fill = [
        node("ConstantOfShape", &["s"], &["y"], &[]),
        integers("s", &[1 << 30, 1 << 30]),
    ];
    refused(
        relu_model(&fill),
        "bad-model",
        &["ConstantOfShape", "fit in memory"],
    );
}

#[test]
fn nodes_may_come_in_any_order_and_initializers_be_listed_twice() {
    let nodes = [
        node("Relu", &["a"], &["y"], &[]),
        node("Add", &["x", "w"], &["a"], &[]),
        floats("w", &[1, 4], &[1.0; 4]),
        input("w", &["1", "4"]),
    ];
    let graph = open(relu_model(&nodes)).unwrap().graph;
    assert_eq!(graph.nodes[0].op_type, "Add");
    assert_eq!(graph.inputs.len(), 1);
}

#[test]
fn half_weights_behind_a_cast_come_and_go() {
    let half: Vec<u8> = [0x3c00u16, 0x3555, 0x0001, 0xbc00]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let nodes = [
        node("Cast", &["h"], &["w"], &[int_attribute("to", 1)]),
        node("Add", &["x", "w"], &["y"], &[]),
        tensor("h", 10, &[4], &half),
    ];
    let graph = open(relu_model(&nodes)).unwrap().graph;
    let stored = &graph.values[graph.find("w").unwrap().0 as usize];
    assert_eq!(stored.storage, Storage::HalfThenCast);
    assert_eq!(graph.nodes.len(), 1);
    let written = onnx::write(&graph).unwrap();
    assert!(written.windows(half.len()).any(|bytes| bytes == half));
    let again = open(written).unwrap().graph;
    assert_eq!(
        again.values[again.find("w").unwrap().0 as usize].constant,
        stored.constant
    );
}
