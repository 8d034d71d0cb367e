//! Graphs with control flow, sequences, and data in other files, written field by field.

#![allow(dead_code)] // each test binary uses a part of it

use super::onnx_bytes::{
    field, floats, input, int, int_attribute, integers, model, node, output, tensor,
};

/// An attribute that holds a sub-graph.
pub fn subgraph(name: &str, graph: &[Vec<u8>]) -> Vec<u8> {
    [
        field(1, name.as_bytes()),
        field(6, &graph.concat()),
        int(20, 5),
    ]
    .concat()
}

/// Something that a sub-graph takes or gives: its type does not matter here.
pub fn named(number: u32, name: &str) -> Vec<u8> {
    field(number, &field(1, name.as_bytes()))
}

pub fn scalar(name: &str, value: i64) -> Vec<u8> {
    tensor(name, 7, &[], &value.to_le_bytes())
}

pub fn condition(name: &str, value: bool) -> Vec<u8> {
    tensor(name, 9, &[], &[value.into()])
}

/// Branches that add 10 and that multiply by 10, with names that are there outside as well, the node's own among them.
pub fn branches() -> [Vec<u8>; 2] {
    ["then_branch", "else_branch"].map(|name| {
        let operator = if name == "then_branch" { "Add" } else { "Mul" };
        let step = node(operator, &["x", "ten"], &["y"], &[]);
        subgraph(name, &[step, floats("ten", &[1], &[10.0]), named(12, "y")])
    })
}

/// A loop over v ← 2 · v + i, with each v as a row of the second output; it goes on while `condition` says so.
pub fn doubling(count: &str, body: &[Vec<u8>], going: &str) -> Vec<Vec<u8>> {
    let float = [int_attribute("to", 1)];
    let mut nodes = vec![
        named(11, "i"),
        named(11, "going"),
        named(11, "v"),
        node("Mul", &["v", "two"], &["twice"], &[]),
        node("Cast", &["i"], &["number"], &float),
        node("Add", &["twice", "number"], &["next"], &[]),
        floats("two", &[], &[2.0]),
    ];
    nodes.extend_from_slice(body);
    nodes.extend([going, "next", "next"].map(|name| named(12, name)));
    vec![
        input("x", &["2"]),
        condition("yes", true),
        scalar("count", 3),
        node(
            "Loop",
            &[count, "yes", "x"],
            &["last", "all"],
            &[subgraph("body", &nodes)],
        ),
        output("last", &["2"]),
        output("all", &["n", "2"]),
    ]
}

/// A known condition that chooses a branch.
pub fn branching(chosen: bool) -> Vec<Vec<u8>> {
    vec![
        input("x", &["2"]),
        condition("chosen", chosen),
        floats("ten", &[1], &[-1.0]),
        node("If", &["chosen"], &["y"], &branches()),
        node("Sub", &["y", "ten"], &["z"], &[]),
        output("z", &["2"]),
    ]
}

/// A condition that follows from a shape.
pub fn branching_by_shape() -> Vec<Vec<u8>> {
    vec![
        input("x", &["2", "3"]),
        scalar("at", 1),
        scalar("three", 3),
        node("Shape", &["x"], &["sizes"], &[]),
        node("Gather", &["sizes", "at"], &["columns"], &[]),
        node("Equal", &["columns", "three"], &["chosen"], &[]),
        node("If", &["chosen"], &["y"], &branches()),
        output("y", &["2", "3"]),
    ]
}

/// A loop whose second iteration takes another branch.
pub fn branch_in_loop() -> Vec<Vec<u8>> {
    let inner = |name: &str, operator: &str| {
        let step = node(operator, &["v"], &["turned"], &[]);
        subgraph(name, &[step, named(12, "turned")])
    };
    let body = [
        named(11, "i"),
        named(11, "going"),
        named(11, "v"),
        node("Equal", &["i", "one"], &["second"], &[]),
        node(
            "If",
            &["second"],
            &["next"],
            &[inner("then_branch", "Neg"), inner("else_branch", "Exp")],
        ),
        scalar("one", 1),
        named(12, "going"),
        named(12, "next"),
    ];
    vec![
        input("x", &["1"]),
        condition("yes", true),
        scalar("count", 3),
        node(
            "Loop",
            &["count", "yes", "x"],
            &["y"],
            &[subgraph("body", &body)],
        ),
        output("y", &["1"]),
    ]
}

/// Running sums of rows, from the first or from the last.
pub fn scanning(reversed: i64) -> Vec<Vec<u8>> {
    let body = [
        named(11, "sum"),
        named(11, "row"),
        node("Add", &["sum", "row"], &["more"], &[]),
        named(12, "more"),
        named(12, "more"),
    ];
    let directions = |name: &str| {
        let list = int(8, reversed);
        [field(1, name.as_bytes()), list, int(20, 7)].concat()
    };
    let attributes = [
        subgraph("body", &body),
        int_attribute("num_scan_inputs", 1),
        directions("scan_input_directions"),
        directions("scan_output_directions"),
    ];
    vec![
        input("x", &["3", "2"]),
        floats("zero", &[2], &[0.0, 0.0]),
        node("Scan", &["zero", "x"], &["last", "all"], &attributes),
        output("last", &["2"]),
        output("all", &["3", "2"]),
    ]
}

/// Sequences of all kinds, put together in the end.
pub fn sequences() -> Vec<Vec<u8>> {
    vec![
        input("x", &["1", "5"]),
        integers("sizes", &[2, 1, 2]),
        scalar("last", -1),
        scalar("first", 0),
        node(
            "SplitToSequence",
            &["x", "sizes"],
            &["parts"],
            &[int_attribute("axis", 1)],
        ),
        node("SequenceErase", &["parts", "first"], &["rest"], &[]),
        node("SequenceAt", &["rest", "last"], &["end"], &[]),
        node("SequenceConstruct", &["end", "end"], &["pair"], &[]),
        node(
            "SequenceInsert",
            &["pair", "head", "first"],
            &["three"],
            &[],
        ),
        node("SequenceAt", &["parts", "first"], &["head"], &[]),
        node("SequenceLength", &["three"], &["length"], &[]),
        node("Cast", &["length"], &["number"], &[int_attribute("to", 1)]),
        node(
            "ConcatFromSequence",
            &["three"],
            &["joined"],
            &[int_attribute("axis", 0), int_attribute("new_axis", 1)],
        ),
        node("Mul", &["joined", "number"], &["y"], &[]),
        output("y", &["3", "1", "2"]),
    ]
}

/// A tensor of two floats in another file.
fn outside(name: &str) -> Vec<u8> {
    let entry = |key: &str, value: &str| {
        field(
            13,
            &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat(),
        )
    };
    let entries = [
        entry("location", "data"),
        entry("offset", "8"),
        entry("length", "8"),
    ];
    [
        int(1, 2),
        int(2, 1),
        field(8, name.as_bytes()),
        entries.concat(),
        int(14, 1),
    ]
    .concat()
}

/// Tensors in another file: a stored one, and one of a node.
fn with_outside_data(then_else: [Vec<u8>; 2]) -> Vec<Vec<u8>> {
    let value = [field(1, b"value"), field(5, &outside("v")), int(20, 4)].concat();
    vec![
        input("x", &["2"]),
        field(5, &outside("w")),
        condition("chosen", true),
        node("Constant", &[], &["v"], &[value]),
        node("Add", &["x", "w"], &["sum"], &[]),
        node("Mul", &["sum", "v"], &["ten"], &[]),
        node("If", &["chosen"], &["y"], &then_else),
        output("y", &["2"]),
    ]
}

/// A function whose branches are chosen by its attribute, used once.
fn function_with_branches() -> Vec<u8> {
    let constant = [field(1, b"value_int"), int(20, 2), field(21, b"how")].concat();
    let inner = [
        node("Constant", &[], &["number"], &[constant]),
        node("Cast", &["number"], &["chosen"], &[int_attribute("to", 9)]),
        node("If", &["chosen"], &["y"], &branches()),
    ];
    // Nodes of a graph are its field 1, and a function's its field 7.
    let nodes: Vec<u8> = inner
        .iter()
        .flat_map(|node| {
            let mut node = node.clone();
            node[0] = 7 << 3 | 2;
            node
        })
        .collect();
    let function = [
        field(1, b"Choose"),
        field(4, b"x"),
        field(5, b"y"),
        field(6, b"how"),
        nodes,
        field(9, &[field(1, b""), int(2, 17)].concat()),
        field(10, b"local"),
    ]
    .concat();
    let used = [
        field(1, b"x"),
        field(2, b"y"),
        field(4, b"Choose"),
        field(5, &int_attribute("how", 1)),
        field(7, b"local"),
    ]
    .concat();
    let graph = [input("x", &["2"]), field(1, &used), output("y", &["2"])];
    let local = field(8, &[field(1, b"local"), int(2, 1)].concat());
    [model(17, &graph), local, field(25, &function)].concat()
}

/// Models of all these.
pub fn models() -> Vec<Vec<u8>> {
    let mut models: Vec<Vec<u8>> = [
        branching(true),
        branching_by_shape(),
        doubling("count", &[], "going"),
        doubling("", &[], "going"),
        branch_in_loop(),
        scanning(0),
        sequences(),
        with_outside_data(branches()),
    ]
    .iter()
    .map(|graph| model(17, graph))
    .collect();
    models.push(function_with_branches());
    models
}
