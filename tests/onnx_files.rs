//! Reading and writing ONNX files: nothing is lost on the way round, and bad files are told apart.

#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;
#[path = "support/skipped.rs"]
mod skipped;

use bytes::Bytes;
use onnx_bytes::{field, input, model, node, output};
use secateur::Error;
use secateur::graph::{Graph, Storage};
use secateur::onnx;
use secateur::text::said;
use std::path::Path;

fn shared_model(name: &str) -> Option<Bytes> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/models")
        .join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes.into()),
        Err(_) => {
            skipped::skipped(format_args!("{} is not there", path.display()));
            None
        }
    }
}

/// All that a file says, in an order that does not depend on ids.
fn contents(graph: &Graph) -> String {
    let name = |id: &Option<_>| id.map(|id| graph.value(id).name.clone());
    let mut lines = vec![format!(
        "{:?} {} {:?} {:?} {:?}",
        graph.name, graph.ir_version, graph.opsets, graph.metadata, graph.producer_name
    )];
    for &id in graph.inputs.iter().chain(&graph.outputs) {
        let value = graph.value(id);
        lines.push(format!("{} {:?}", value.name, value.ty));
    }
    for node in &graph.nodes {
        let inputs: Vec<_> = node.inputs.iter().map(name).collect();
        let outputs: Vec<_> = node.outputs.iter().map(name).collect();
        lines.push(format!(
            "{:?} {} {} {inputs:?} {outputs:?} {:?}",
            node.name, node.domain, node.op_type, node.attributes
        ));
    }
    let mut stored: Vec<String> = graph
        .values
        .iter()
        .filter(|v| v.constant.is_some())
        .map(|v| format!("{} {:?} {:?}", v.name, v.storage, v.constant))
        .collect();
    stored.sort();
    lines.extend(stored);
    lines.join("\n")
}

#[test]
fn real_models_come_back_the_same() {
    for name in ["resnet20-cifar10.onnx", "efficientnet-lite0.onnx"] {
        let Some(bytes) = shared_model(name) else {
            continue;
        };
        let graph = onnx::read(bytes).unwrap();
        assert!(graph.is_sorted());
        let written = onnx::write(&graph).unwrap();
        let again = onnx::read(written.clone().into()).unwrap();
        assert!(
            contents(&graph) == contents(&again),
            "{name} changed on the way round"
        );
        assert!(
            onnx::write(&again).unwrap() == written,
            "{name} is written in two ways"
        );
    }
}

#[test]
fn half_stored_weights_stay_half_stored() {
    let Some(bytes) = shared_model("resnet20-cifar10.onnx") else {
        return;
    };
    let mut graph = onnx::read(bytes).unwrap();
    let plain = onnx::write(&graph).unwrap().len();
    for value in &mut graph.values {
        let Some(tensor) = value.constant.as_mut().map(std::sync::Arc::make_mut) else {
            continue;
        };
        if let secateur::tensor::Tensor::F32(a) = tensor {
            a.mapv_inplace(|x| half::f16::from_f32(x).to_f32());
            value.storage = Storage::HalfThenCast;
        }
    }
    let written = onnx::write(&graph).unwrap();
    assert!(written.len() < plain * 6 / 10);
    let again = onnx::read(written.into()).unwrap();
    assert!(contents(&graph) == contents(&again));
}

fn message(bytes: &[u8]) -> (&'static str, String) {
    let error: Error = onnx::read(Bytes::copy_from_slice(bytes)).unwrap_err();
    (error.code(), said(&error))
}

#[test]
fn files_that_are_no_models_are_named() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"\x80\x02}q\x00X", "pickle"),
        (b"  {\"a\": 1}", "JSON"),
        (b"<!DOCTYPE html>", "web page"),
        (b"\x08\x00\x00\x00\x00\x00\x00\x00{\"a\": 1}", "safetensors"),
        (b"hello, this is no model", "not an ONNX model"),
        (b"\x08\x08", "not an ONNX model"),
    ];
    for (bytes, expected) in cases {
        let (code, text) = message(bytes);
        assert_eq!(code, "not-onnx");
        assert!(
            text.contains(expected),
            "{text:?} does not say {expected:?}"
        );
    }
}

/// Its producer's name, from the fifth byte on, makes a model begin as files of other formats do.
#[test]
fn a_model_is_no_other_format_whatever_its_producer_is_called() {
    for (producer, at) in [("TFL3", 4), ("1234{", 8)] {
        let ends = [input("x", &["N", "4"]), output("y", &["N", "4"])];
        let relu = node("Relu", &["x"], &["y"], &[]);
        let plain = model(13, &[vec![relu], ends.to_vec()].concat());
        let bytes = [&plain[..2], &field(2, producer.as_bytes()), &plain[2..]].concat();
        assert_eq!(&bytes[at..][..1], &producer.as_bytes()[at - 4..][..1]);
        let graph = onnx::read(bytes.into()).unwrap();
        assert_eq!(graph.producer_name, producer);
    }
}

#[test]
fn a_cut_off_model_is_told_from_nonsense() {
    let Some(bytes) = shared_model("resnet20-cifar10.onnx") else {
        return;
    };
    for keep in [bytes.len() - 1, bytes.len() / 2, 100] {
        let (_, text) = message(&bytes[..keep]);
        assert!(text.contains("cut off"), "{keep}: {text}");
    }
}
