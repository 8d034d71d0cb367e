//! Control flow and sequences whose course is known when a model is opened, and what stays whole where it is not.

mod common;
#[path = "support/control_models.rs"]
mod control_models;
#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;

use common::Random;
use common::repacking::{group_sizes, random_units};
use control_models::{doubling, named, scalar, subgraph};
use onnx_bytes::{field, floats, input, int, int_attribute, model, node, output, tensor};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions, open};
use secateur::prune::groups::analyze;
use secateur::prune::repack::{mask_channels, repack};
use secateur::tensor::Tensor;

fn opened(graph: &[Vec<u8>]) -> Graph {
    let bytes = model(17, graph);
    let opened = open(bytes.into(), &OpenOptions::default());
    opened.expect("opens").graph
}

fn run(graph: &Graph, input: &[f32]) -> Vec<f32> {
    let shape = &graph.value(graph.inputs[0]).ty.as_ref().unwrap().shape;
    let shape: Vec<usize> = shape.iter().map(|dim| dim.of_one()).collect();
    let mut executor = Executor::new(graph, &Options::default()).expect("plans");
    let outputs = executor.run(&[Tensor::from_f32(&shape, input.to_vec())]);
    let outputs = outputs.expect("runs");
    outputs
        .iter()
        .flat_map(|x| x.floats().expect("floats").into_owned())
        .collect()
}

fn has(graph: &Graph, operator: &str) -> bool {
    graph.nodes.iter().any(|node| node.op_type == operator)
}

#[test]
fn a_known_condition_chooses_its_branch() {
    for (chosen, expected) in [(true, [11.0, 12.0]), (false, [10.0, 20.0])] {
        let graph = opened(&control_models::branching(chosen));
        assert!(!has(&graph, "If"));
        assert_eq!(run(&graph, &[1.0, 2.0]), expected.map(|y| y + 1.0));
    }
}

#[test]
fn a_condition_that_follows_from_shapes_is_known() {
    let graph = opened(&control_models::branching_by_shape());
    assert!(!has(&graph, "If"));
    assert_eq!(run(&graph, &[0.0; 6]), [10.0; 6]);
}

#[test]
fn a_known_count_unrolls_the_loop() {
    let graph = opened(&doubling("count", &[], "going"));
    assert!(!has(&graph, "Loop"));
    let last = [12.0, 20.0];
    let all = [2.0, 4.0, 5.0, 9.0, 12.0, 20.0];
    assert_eq!(run(&graph, &[1.0, 2.0]), [&last[..], &all].concat());
    // What the body stores is there once.
    let twos = graph.values.iter().filter(|v| v.name.starts_with("two"));
    assert_eq!(twos.count(), 1);
}

#[test]
fn a_condition_ends_the_loop() {
    // Iteration 1 is the last: 1 < 1 does not hold.
    let body = [
        node("Less", &["i", "one"], &["before"], &[]),
        tensor("one", 7, &[], &1i64.to_le_bytes()),
    ];
    let graph = opened(&doubling("", &body, "before"));
    assert!(!has(&graph, "Loop"));
    assert_eq!(run(&graph, &[1.0, 2.0]), [5.0, 9.0, 2.0, 4.0, 5.0, 9.0]);
}

#[test]
fn a_branch_inside_a_loop_follows_the_iteration() {
    let graph = opened(&control_models::branch_in_loop());
    assert!(!has(&graph, "Loop") && !has(&graph, "If"));
    let expected = (-(0.5f32.exp())).exp();
    assert!((run(&graph, &[0.5])[0] - expected).abs() < 1e-6);
}

#[test]
fn a_scan_over_a_known_length_is_unrolled() {
    for reversed in [0, 1] {
        let graph = opened(&control_models::scanning(reversed));
        assert!(!has(&graph, "Scan"));
        let found = run(&graph, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let all = match reversed {
            0 => [1.0, 2.0, 4.0, 6.0, 9.0, 12.0],
            _ => [9.0, 12.0, 8.0, 10.0, 5.0, 6.0],
        };
        assert_eq!(found, [&[9.0, 12.0][..], &all].concat());
    }
}

#[test]
fn sequences_of_known_content_become_tensors() {
    let graph = opened(&control_models::sequences());
    assert!(graph.unsupported().is_empty(), "{:?}", graph.unsupported());
    let found = run(&graph, &[1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(found, [3.0, 6.0, 12.0, 15.0, 12.0, 15.0]);
}

/// A convolution whose channels are split in two halves; one half is scaled and added to the other.
fn halves() -> Vec<Vec<u8>> {
    let mut random = Random(3);
    let mut weights = |name: &str, shape: &[usize]| {
        let tensor = random.tensor(shape);
        let dims: Vec<i64> = shape.iter().map(|&d| d as i64).collect();
        floats(name, &dims, &tensor.floats().unwrap())
    };
    vec![
        input("x", &["1", "3", "4", "4"]),
        weights("w1", &[8, 3, 1, 1]),
        weights("w2", &[6, 4, 1, 1]),
        scalar("four", 4),
        scalar("i0", 0),
        scalar("i1", 1),
        floats("half", &[], &[0.5]),
        node("Conv", &["x", "w1"], &["h"], &[]),
        node("Relu", &["h"], &["r"], &[]),
        node(
            "SplitToSequence",
            &["r", "four"],
            &["parts"],
            &[int_attribute("axis", 1)],
        ),
        node("SequenceAt", &["parts", "i0"], &["a"], &[]),
        node("SequenceAt", &["parts", "i1"], &["b"], &[]),
        node("Mul", &["a", "half"], &["scaled"], &[]),
        node("Add", &["scaled", "b"], &["sum"], &[]),
        node("Conv", &["sum", "w2"], &["y"], &[]),
        output("y", &["1", "6", "4", "4"]),
    ]
}

#[test]
fn channels_behind_a_split_sequence_are_cut_in_pairs() {
    let graph = opened(&halves());
    let groups = analyze(&graph).unwrap();
    let sizes = group_sizes(&groups);
    // Channel i goes with channel i + 4.
    assert_eq!(sizes, [4]);
    let mut random = Random(5);
    for _ in 0..4 {
        let removed = random_units(&groups, &mut random);
        let masked = mask_channels(&graph, &groups, &removed).unwrap();
        let packed = repack(&graph, &groups, &removed).unwrap().graph;
        let x: Vec<f32> = (0..48).map(|_| random.number()).collect();
        for (a, b) in run(&masked, &x).iter().zip(run(&packed, &x)) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

/// What a sub-graph of an unknown course reads keeps its shape and its name, and is written with the rest.
#[test]
fn what_a_subgraph_reads_from_outside_stays_whole() {
    let mut random = Random(9);
    let mut weights = |name: &str, shape: &[usize]| {
        let tensor = random.tensor(shape);
        let dims: Vec<i64> = shape.iter().map(|&d| d as i64).collect();
        floats(name, &dims, &tensor.floats().unwrap())
    };
    let branch = |name: &str, operator: &str| {
        let steps = [
            node("Conv", &["kept", "w3"], &["inner"], &[]),
            node(operator, &["inner"], &["result"], &[]),
        ];
        subgraph(name, &[steps.concat(), named(12, "result")])
    };
    let graph = opened(&[
        input("x", &["1", "3", "4", "4"]),
        field(
            11,
            &[
                field(1, b"chosen"),
                field(2, &field(1, &[int(1, 9), field(2, &[])].concat())),
            ]
            .concat(),
        ),
        weights("w1", &[8, 3, 1, 1]),
        weights("w2", &[6, 8, 1, 1]),
        weights("w3", &[5, 6, 1, 1]),
        node("Conv", &["x", "w1"], &["free"], &[]),
        node("Conv", &["free", "w2"], &["same"], &[]),
        node("Identity", &["same"], &["kept"], &[]),
        node("Conv", &["kept", "w3"], &["other"], &[]),
        node(
            "If",
            &["chosen"],
            &["y"],
            &[branch("then_branch", "Neg"), branch("else_branch", "Exp")],
        ),
        output("y", &["1", "5", "4", "4"]),
        output("other", &["1", "5", "4", "4"]),
    ]);
    assert!(has(&graph, "If"));
    let groups = analyze(&graph).unwrap();
    let sizes = group_sizes(&groups);
    assert_eq!(sizes, [8], "only the first convolution is free");
    let removed: Vec<_> = groups.units_of(0).take(4).collect();
    let packed = repack(&graph, &groups, &removed).unwrap().graph;
    let written = onnx::write(&packed).unwrap();
    let again = onnx::read(written.into()).unwrap();
    let stored = |name: &str| again.constant(again.find(name).expect(name)).cloned();
    assert_eq!(stored("w1").unwrap().shape(), [4, 3, 1, 1]);
    assert_eq!(stored("w3").unwrap().shape(), [5, 6, 1, 1]);
    let captured = &again
        .nodes
        .iter()
        .find(|n| n.op_type == "If")
        .unwrap()
        .captures;
    let names: Vec<&str> = captured.iter().map(|&id| &*again.value(id).name).collect();
    assert!(
        names.contains(&"kept") && names.contains(&"w3"),
        "{names:?}"
    );
}

/// A loop that asks for more than a small file justifies is left as it is.
#[test]
fn a_loop_that_runs_very_often_stays() {
    let mut graph = doubling("count", &[], "going");
    graph[2] = scalar("count", 1 << 40);
    assert!(has(&opened(&graph), "Loop"));
}

/// A function's branches are chosen by an attribute of its use.
#[test]
fn a_function_with_branches_is_inlined() {
    let bytes = control_models::models().pop().unwrap();
    let graph = open(bytes.into(), &OpenOptions::default()).unwrap().graph;
    assert!(graph.unsupported().is_empty(), "{:?}", graph.unsupported());
    assert_eq!(run(&graph, &[1.0, 2.0]), [11.0, 12.0]);
}
