//! Models that keep the data of their tensors in files beside them.

#[path = "common/command.rs"]
mod command;
mod common;
#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;

use bytes::Bytes;
use command::{Folder, fail, succeed};
use onnx_bytes::{field, floats, input, int, model, node, output};
use secateur::onnx::{self, ExternalFolder, embed, read};
use secateur::tensor::Tensor;
use secateur::text::said;
use std::collections::BTreeMap;
use std::path::Path;

/// A tensor of floats that is in another file: what the entries say.
fn outside(dims: &[i64], name: &str, entries: &[(&str, &str)]) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|&d| int(1, d)).collect();
    let entries: Vec<u8> = entries
        .iter()
        .flat_map(|(key, value)| {
            field(
                13,
                &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat(),
            )
        })
        .collect();
    [
        dims,
        int(2, 1),
        field(8, name.as_bytes()),
        entries,
        int(14, 1),
    ]
    .concat()
}

fn raw(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

const WEIGHTS: [f32; 8] = [9.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

/// x · w + c, w and c in another file, c as a node.
fn linear(w: Vec<u8>, c: Vec<u8>) -> Bytes {
    let value = [field(1, b"value"), field(5, &c), int(20, 4)].concat();
    let graph = [
        input("x", &["1", "2"]),
        field(5, &w),
        node("Constant", &[], &["c"], &[value]),
        node("MatMul", &["x", "w"], &["h"], &[]),
        node("Add", &["h", "c"], &["y"], &[]),
        output("y", &["1", "2"]),
    ];
    model(17, &graph).into()
}

fn good() -> Bytes {
    linear(
        outside(
            &[2, 2],
            "w",
            &[("location", "data.bin"), ("offset", "8"), ("length", "16")],
        ),
        outside(&[2], "c", &[("location", "data.bin"), ("offset", "24")]),
    )
}

/// The same in one file.
fn whole() -> Vec<u8> {
    let graph = [
        input("x", &["1", "2"]),
        floats("w", &[2, 2], &WEIGHTS[2..6]),
        floats("c", &[2], &WEIGHTS[6..]),
        node("MatMul", &["x", "w"], &["h"], &[]),
        node("Add", &["h", "c"], &["y"], &[]),
        output("y", &["1", "2"]),
    ];
    model(17, &graph)
}

#[test]
fn data_beside_the_model_is_read() {
    let folder = Folder::new("external");
    folder.write("data.bin", raw(&WEIGHTS));
    let path = folder.write("model.onnx", good());
    let embedded = embed(good(), &ExternalFolder::of(Path::new(&path))).unwrap();
    let graph = read(embedded).unwrap();
    let stored = |name: &str| graph.constant(graph.find(name).unwrap()).unwrap().clone();
    assert_eq!(
        *stored("w"),
        Tensor::from_f32(&[2, 2], WEIGHTS[2..6].to_vec())
    );
    assert_eq!(*stored("c"), Tensor::from_f32(&[2], WEIGHTS[6..].to_vec()));
    // Once written, nothing refers to other files any more.
    let expected = onnx::write(&read(whole().into()).unwrap()).unwrap();
    let mut graph = graph;
    graph
        .name
        .clone_from(&read(expected.clone().into()).unwrap().name);
    assert_eq!(onnx::write(&graph).unwrap().len(), expected.len());
}

#[test]
fn files_in_memory_are_found_by_name_and_whole_models_stay_as_they_are() {
    let files: BTreeMap<String, Bytes> = [("data.bin".to_string(), raw(&WEIGHTS).into())].into();
    let below = linear(
        outside(
            &[2, 2],
            "w",
            &[("location", "weights/data.bin"), ("length", "16")],
        ),
        outside(&[2], "c", &[("location", "./data.bin"), ("offset", "24")]),
    );
    let graph = read(embed(below, &files).unwrap()).unwrap();
    let w = graph.constant(graph.find("w").unwrap()).unwrap();
    assert_eq!(**w, Tensor::from_f32(&[2, 2], WEIGHTS[..4].to_vec()));
    for bytes in [whole(), b"no model".to_vec(), Vec::new()] {
        let bytes = Bytes::from(bytes);
        assert_eq!(embed(bytes.clone(), &files).unwrap(), bytes);
    }
}

/// The data of a sub-graph that stays a sub-graph comes along.
#[test]
fn subgraphs_are_made_whole_as_well() {
    let branch = |name: &str, operator: &str| {
        let graph = [
            field(5, &outside(&[2], "v", &[("location", "data.bin")])),
            node(operator, &["x", "v"], &["r"], &[]),
            field(12, &field(1, b"r")),
        ];
        [
            field(1, name.as_bytes()),
            field(6, &graph.concat()),
            int(20, 5),
        ]
        .concat()
    };
    let chosen = [
        field(1, b"chosen"),
        field(2, &field(1, &[int(1, 9), field(2, &[])].concat())),
    ];
    let graph = [
        input("x", &["2"]),
        field(11, &chosen.concat()),
        node(
            "If",
            &["chosen"],
            &["y"],
            &[branch("then_branch", "Add"), branch("else_branch", "Mul")],
        ),
        output("y", &["2"]),
    ];
    let bytes = Bytes::from(model(17, &graph));
    let files: BTreeMap<String, Bytes> = [("data.bin".to_string(), raw(&WEIGHTS).into())].into();
    let written = onnx::write(&read(embed(bytes, &files).unwrap()).unwrap()).unwrap();
    let data = raw(&WEIGHTS[..2]);
    let found = written
        .windows(data.len())
        .filter(|window| **window == data);
    assert_eq!(found.count(), 2);
    assert!(!written.windows(8).any(|window| window == b"data.bin"));
}

#[test]
fn what_can_not_be_read_is_said() {
    let folder = Folder::new("external-bad");
    let data = folder.write("data.bin", raw(&WEIGHTS));
    let beside = Folder::new("external-beside");
    let elsewhere = beside.write("secret.bin", raw(&WEIGHTS));
    let why = |location: &str, offset: &str, length: &str| {
        let entries = [
            ("location", location),
            ("offset", offset),
            ("length", length),
        ];
        let c = outside(&[2], "c", &[("location", "data.bin")]);
        let path = folder.write("model.onnx", linear(outside(&[2, 2], "w", &entries), c));
        let bytes = Bytes::from(std::fs::read(&path).unwrap());
        said(&embed(bytes, &ExternalFolder::of(Path::new(&path))).unwrap_err())
    };
    let told = |why: String, what: &str| assert!(why.contains(what), "{why}");
    told(why("none.bin", "0", "16"), "“none.bin”, which is not there");
    told(why("data.bin", "24", "16"), "which has only 32 bytes");
    told(
        why("data.bin", "18446744073709551615", "16"),
        "which has only 32 bytes",
    );
    told(why("data.bin", "0", "20"), "should have 16 bytes");
    told(why("data.bin", "many", "16"), "is damaged");
    for location in [&*data, &*elsewhere, "../data.bin", "..", ""] {
        told(why(location, "0", "16"), "not in the model's folder");
    }
    told(why(".", "0", "16"), "is not there");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&elsewhere, folder.path("link.bin")).unwrap();
        told(why("link.bin", "0", "16"), "not in the model's folder");
        std::os::unix::fs::symlink("data.bin", folder.path("inside.bin")).unwrap();
        let entries = [("location", "inside.bin"), ("length", "16")];
        let model = linear(
            outside(&[2, 2], "w", &entries),
            outside(&[2], "c", &[("location", "data.bin")]),
        );
        let path = folder.path("model.onnx");
        assert!(embed(model, &ExternalFolder::of(Path::new(&path))).is_ok());
    }
}

/// Few bytes that are named again and again take no more memory than they justify.
#[test]
fn shared_data_is_not_multiplied_without_end() {
    let files: BTreeMap<String, Bytes> = [("data.bin".to_string(), raw(&WEIGHTS).into())].into();
    let tensors = (0..100).map(|n| {
        let name = format!("w{n}");
        field(5, &outside(&[8], &name, &[("location", "data.bin")]))
    });
    let mut graph = vec![
        input("x", &["8"]),
        node("Relu", &["x"], &["y"], &[]),
        output("y", &["8"]),
    ];
    graph.extend(tensors);
    let refused = said(&embed(model(17, &graph).into(), &files).unwrap_err());
    assert!(refused.contains("justifies"), "{refused}");
}

#[test]
fn the_command_reads_data_beside_the_model() {
    let folder = Folder::new("external-command");
    let path = folder.write("model.onnx", good());
    let refused = fail(&["inspect", &path]);
    assert!(
        refused.contains("“data.bin”, which is not there"),
        "{refused}"
    );
    folder.write("data.bin", raw(&WEIGHTS));
    assert!(succeed(&["inspect", &path]).contains('6'));
}
