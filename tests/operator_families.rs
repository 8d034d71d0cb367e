//! Operators beyond the common ones in whole networks: what is cut, counted, folded, left open until the run, or refused.

mod common;
#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;

use common::repacking::{group_sizes, random_units};
use common::{Net, Random, int, ints, random_inputs};
use onnx_bytes::field;
use secateur::Error;
use secateur::cost::{model_cost, uncounted};
use secateur::engine::{Executor, Options};
use secateur::graph::{Attribute, Graph, Node, ValueId};
use secateur::onnx::{self, OpenOptions, Opened, open};
use secateur::ops::graph::fold::fold;
use secateur::ops::graph::shapes::infer;
use secateur::prune::cut::cut;
use secateur::prune::groups::analyze;
use secateur::prune::repack::{mask_channels, repack};
use secateur::recipe::Recipe;
use secateur::tensor::{DType, Tensor};

fn run(graph: &Graph, inputs: &[Tensor]) -> Vec<f32> {
    let mut executor = Executor::new(graph, &Options::default()).expect("plans");
    let outputs = executor.run(inputs).expect("runs");
    outputs
        .iter()
        .flat_map(|x| x.floats().expect("floats").into_owned())
        .collect()
}

fn assert_close(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    let largest = a.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() < 1e-4 * largest, "{x} and {y}");
    }
}

/// Removes random channels, several times, and compares the masked network with the re-packed one; gives how many groups of
/// channels there are.
fn cuts_agree(graph: &Graph) -> usize {
    let groups = analyze(graph).expect("groups");
    let mut random = Random(7);
    for _ in 0..6 {
        let removed = random_units(&groups, &mut random);
        let masked = mask_channels(graph, &groups, &removed).expect("masks");
        let packed = repack(graph, &groups, &removed).expect("re-packs");
        let inputs = random_inputs(graph, &mut random);
        assert_close(&run(&masked, &inputs), &run(&packed.graph, &inputs));
    }
    groups.groups.len()
}

fn reopened(graph: &Graph) -> Opened {
    let bytes = onnx::write(graph).expect("writes");
    open(bytes.into(), &OpenOptions::default()).expect("opens")
}

/// Adds a node whose outputs' shapes stay unknown.
fn open_node(net: &mut Net, op: &str, inputs: &[ValueId]) -> ValueId {
    let output = net.graph.add_value(op, None);
    net.graph.nodes.push(Node {
        name: op.into(),
        domain: String::new(),
        op_type: op.into(),
        inputs: inputs.iter().copied().map(Some).collect(),
        outputs: vec![Some(output)],
        attributes: Default::default(),
        captures: Vec::new(),
    });
    output
}

fn text(text: &str) -> Attribute {
    Attribute::String(text.into())
}

#[test]
fn channels_of_a_pixel_shuffle_go_in_blocks() {
    for mode in ["DCR", "CRD"] {
        let mut net = Net::new(3);
        let x = net.input(&[1, 3, 4, 4]);
        let x = net.conv(x, 6, 3);
        let x = net.relu(x);
        let x = net.conv(x, 20, 3);
        let x = net.op(
            "DepthToSpace",
            &[x],
            &[("blocksize", int(2)), ("mode", text(mode))],
        );
        let x = net.relu(x);
        let y = net.conv(x, 2, 3);
        let graph = net.finish(&[y]);
        assert_eq!(cuts_agree(&graph), 2, "{mode}");
        // 20 channels become 5 of the large image, which go as a whole.
        let groups = analyze(&graph).unwrap();
        let sizes = group_sizes(&groups);
        assert!(sizes.contains(&6) && sizes.contains(&5), "{sizes:?}");
    }
}

#[test]
fn channels_go_through_space_to_depth() {
    let mut net = Net::new(4);
    let x = net.input(&[1, 3, 4, 4]);
    let x = net.conv(x, 5, 3);
    let x = net.op("SpaceToDepth", &[x], &[("blocksize", int(2))]);
    let y = net.conv(x, 2, 1);
    assert_eq!(cuts_agree(&net.finish(&[y])), 1);
}

#[test]
fn an_einsum_with_stored_weights_is_a_layer() {
    let mut net = Net::new(5);
    let x = net.input(&[2, 7, 6]);
    let w = net.weight(&[6, 8]);
    let x = net.op("Einsum", &[x, w], &[("equation", text("bti,io->bto"))]);
    let x = net.relu(x);
    let w = net.weight(&[3, 8]);
    let y = net.op("Einsum", &[x, w], &[("equation", text("bti, oi -> bto"))]);
    let graph = net.finish(&[y]);
    let cost = model_cost(&graph, 0);
    let macs: Vec<u64> = cost.layers.iter().map(|layer| layer.macs).collect();
    assert_eq!(macs, [7 * 6 * 8, 7 * 8 * 3]);
    assert!(cuts_agree(&graph) >= 1);
}

/// A convolution, an LSTM over its columns, and a linear layer.
fn recurrent() -> Graph {
    let mut net = Net::new(6);
    let x = net.input(&[1, 3, 1, 10]);
    let x = net.conv(x, 8, 3);
    let x = net.relu(x);
    let axes = net.integers(&[2]);
    let x = net.op("Squeeze", &[x, axes], &[]);
    let x = net.transpose(x, &[2, 0, 1]);
    let (w, r, b) = (
        net.weight(&[1, 20, 8]),
        net.weight(&[1, 20, 5]),
        net.weight(&[1, 40]),
    );
    let x = net.op("LSTM", &[x, w, r, b], &[("hidden_size", int(5))]);
    let x = net.reshape(x, &[10, 5]);
    let y = net.linear(x, 4);
    net.finish(&[y])
}

#[test]
fn a_recurrent_layer_runs_and_is_counted_and_its_features_are_cut() {
    let graph = recurrent();
    let cost = model_cost(&graph, 0);
    let lstm = cost
        .layers
        .iter()
        .find(|layer| layer.operator == "LSTM")
        .unwrap();
    assert_eq!(lstm.macs, 10 * (20 * 8 + 20 * 5));
    assert_eq!(lstm.kind, "recurrent");
    assert_eq!(cuts_agree(&graph), 1);
}

#[test]
fn weights_of_a_recurrent_layer_are_masked() {
    let graph = recurrent();
    let recipe =
        r#"{"granularity": "weight", "allocation": "uniform", "target": {"sparsity": 0.5}}"#;
    let cut = cut(&graph, 10_000, &Recipe::parse(recipe).unwrap(), None).expect("cuts");
    let lstm = cut
        .graph
        .nodes
        .iter()
        .find(|node| node.op_type == "LSTM")
        .unwrap();
    for i in [1, 2] {
        let weights = cut.graph.constant(lstm.input(i).unwrap()).unwrap();
        assert_eq!(weights.nonzeros() * 2, weights.len(), "input {i}");
    }
}

/// Two convolutions around a node of an operator that nobody knows.
fn blinded(shape_known: bool) -> Graph {
    let mut net = Net::new(8);
    let x = net.input(&[1, 3, 6, 6]);
    let x = net.conv(x, 8, 3);
    let blind = open_node(&mut net, "Blind", &[x]);
    if shape_known {
        net.graph.value_mut(blind).ty = net.graph.value(x).ty.clone();
    }
    let w = net.weight(&[4, 8, 3, 3]);
    let y = open_node(&mut net, "Conv", &[blind, w]);
    net.graph.outputs.push(y);
    let mut graph = net.graph;
    graph.nodes[1].domain = "com.example".into();
    infer(&mut graph).expect("shapes");
    graph
}

#[test]
fn what_an_unknown_operator_hides_is_said_and_no_share_of_it_is_promised() {
    let graph = blinded(false);
    let left = uncounted(&graph);
    let nodes: Vec<(&str, bool)> = left
        .iter()
        .map(|left| (left.operator.as_str(), left.multiplies))
        .collect();
    assert_eq!(nodes, [("com.example.Blind", false), ("Conv", true)]);
    let recipe =
        |target: &str| Recipe::parse(&format!(r#"{{"target": {{"{target}": 0.9}}}}"#)).unwrap();
    match cut(&graph, 10_000, &recipe("macs"), None) {
        Err(Error::BadRecipe(message)) => assert_eq!(message.key, "error-recipe-uncounted"),
        other => panic!("{:?}", other.map(|cut| cut.report.after.totals)),
    }
}

#[test]
fn a_stated_shape_behind_an_unknown_operator_is_enough_to_count() {
    let left = uncounted(&blinded(true));
    assert_eq!(left.len(), 1);
    assert!(!left[0].multiplies);
}

#[test]
fn weights_normalized_by_their_own_statistics_are_constants() {
    let mut net = Net::new(9);
    let x = net.input(&[1, 2, 5, 5]);
    let stored = net.weight(&[1, 4, 18]);
    let parameters = [
        net.positive(4),
        net.weight(&[4]),
        net.weight(&[4]),
        net.positive(4),
    ];
    let inputs = [&[stored][..], &parameters].concat();
    let made = net.op_n(
        "BatchNormalization",
        &inputs,
        &[("training_mode", int(1))],
        3,
    );
    let w = net.reshape(made[0], &[4, 2, 3, 3]);
    let x = net.op("Conv", &[x, w], &[]);
    let y = net.conv(x, 3, 1);
    let mut graph = net.finish(&[y]);
    let before = graph
        .constant(stored)
        .unwrap()
        .floats()
        .unwrap()
        .into_owned();
    let numbers = |id: ValueId| graph.constant(id).unwrap().floats().unwrap().into_owned();
    let (scale, bias) = (numbers(parameters[0]), numbers(parameters[1]));
    fold(&mut graph).expect("folds");
    let conv = graph
        .nodes
        .iter()
        .find(|node| node.op_type == "Conv")
        .unwrap();
    let weights = graph.constant(conv.input(1).unwrap()).expect("a constant");
    // Mean 0 and variance 1 over each filter, then its scale and bias.
    let mut expected = Vec::new();
    for (filter, row) in before.chunks(18).enumerate() {
        let mean = row.iter().sum::<f32>() / 18.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 18.0;
        let normal = row.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt());
        expected.extend(normal.map(|x| x * scale[filter] + bias[filter]));
    }
    assert_close(&weights.floats().unwrap(), &expected);
    assert!(uncounted(&graph).is_empty());
}

#[test]
fn sizes_that_only_the_run_tells_are_computed_then() {
    let mut net = Net::new(10);
    let x = net.input(&[1, 6]);
    let places = open_node(&mut net, "NonZero", &[x]);
    let kept = open_node(&mut net, "Transpose", &[places]);
    let y = open_node(&mut net, "GatherND", &[x, kept]);
    net.graph.outputs.push(y);
    let x = Tensor::from_f32(&[1, 6], vec![0.0, 2.0, 0.0, -3.0, 0.5, 0.0]);
    assert_eq!(run(&net.graph, &[x]), [2.0, -3.0, 0.5]);
}

#[test]
fn random_numbers_are_refused() {
    let mut net = Net::new(11);
    let x = net.input(&[1, 6]);
    let ratio = net.constant(Tensor::from_f32(&[], vec![0.3]));
    let trains = net.constant(Tensor::from_i64(&[], vec![1]).cast(DType::Bool).unwrap());
    let dropped = net.op("Dropout", &[x, ratio, trains], &[]);
    let graph = net.finish(&[dropped]);
    let mut executor = Executor::new(&graph, &Options::default()).expect("plans");
    let error = executor.run(&[Tensor::from_f32(&[1, 6], vec![1.0; 6])]);
    assert!(error.unwrap_err().to_string().contains("reason-node-seed"));
}

#[test]
fn a_fused_convolution_is_read_as_its_parts() {
    let mut net = Net::new(12);
    let x = net.input(&[1, 3, 6, 6]);
    let (w, b) = (net.weight(&[8, 3, 3, 3]), net.weight(&[8]));
    let conv = net.op("Conv", &[x, w, b], &[("pads", ints(&[1; 4]))]);
    let y = net.relu(conv);
    let y = net.conv(y, 4, 1);
    let plain = net.finish(&[y]);
    let mut fused = plain.clone();
    let relu = fused.nodes.remove(1);
    let node = &mut fused.nodes[0];
    (node.op_type, node.domain) = ("FusedConv".into(), "com.microsoft".into());
    node.attributes.insert("activation".into(), text("Relu"));
    node.outputs = relu.outputs;
    fused.opsets.insert("com.microsoft".into(), 1);
    let fused = reopened(&fused).graph;
    assert!(fused.unsupported().is_empty());
    let inputs = random_inputs(&plain, &mut Random(1));
    assert_close(&run(&plain, &inputs), &run(&fused, &inputs));
    assert_eq!(cuts_agree(&fused), 1);
}

#[test]
fn a_stored_tensor_that_is_an_output_stays_whole() {
    let mut net = Net::new(13);
    let x = net.input(&[1, 3, 6, 6]);
    let w = net.weight(&[8, 3, 1, 1]);
    let x = net.op("Conv", &[x, w], &[]);
    let x = net.relu(x);
    let y = net.conv(x, 4, 1);
    let mut graph = net.finish(&[y]);
    graph.outputs.push(w);
    let graph = reopened(&graph).graph;
    let groups = analyze(&graph).unwrap();
    assert_eq!(groups.groups.len(), 1);
    let removed = random_units(&groups, &mut Random(3));
    let packed = repack(&graph, &groups, &removed).expect("re-packs").graph;
    let kept = packed.constant(packed.outputs[1]).expect("stored");
    assert_eq!(kept.shape(), [8, 3, 1, 1]);
}

#[test]
fn a_function_that_the_model_brings_along_is_inlined() {
    let mut net = Net::new(14);
    let x = net.input(&[1, 3, 6, 6]);
    let (w, b) = (net.weight(&[8, 3, 3, 3]), net.weight(&[8]));
    let conv = net.op("Conv", &[x, w, b], &[("pads", ints(&[1; 4]))]);
    let y = net.op("LeakyRelu", &[conv], &[("alpha", Attribute::Float(0.3))]);
    let y = net.conv(y, 4, 1);
    let plain = net.finish(&[y]);
    // The function: a convolution, and an activation whose slope the use gives.
    let inner = |op: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]| {
        let node = onnx_bytes::node(op, inputs, &[output], attributes);
        // `node` makes a field of a graph; in a function it is field 7.
        [&[7 << 3 | 2][..], &node[1..]].concat()
    };
    let pads: Vec<u8> = (0..4).flat_map(|_| onnx_bytes::int(8, 1)).collect();
    let pads = [field(1, b"pads"), pads, onnx_bytes::int(20, 7)].concat();
    let slope = [
        field(1, b"alpha"),
        field(21, b"slope"),
        onnx_bytes::int(20, 1),
    ]
    .concat();
    let function = [
        field(1, b"Block"),
        field(4, b"a"),
        field(4, b"w"),
        field(4, b"b"),
        field(5, b"out"),
        field(6, b"slope"),
        inner("Conv", &["a", "w", "b"], "sum", &[pads]),
        inner("LeakyRelu", &["sum"], "out", &[slope]),
        field(9, &onnx_bytes::int(2, common::OPSET)),
        field(10, b"my.own"),
    ];
    let mut used = plain.clone();
    let activation = used.nodes.remove(1);
    let node = &mut used.nodes[0];
    (node.op_type, node.domain) = ("Block".into(), "my.own".into());
    node.attributes = [("slope".to_string(), Attribute::Float(0.3))].into();
    node.outputs = activation.outputs;
    used.opsets.insert("my.own".into(), 1);
    used.functions = vec![function.concat().into()];
    let used = reopened(&used).graph;
    assert!(used.unsupported().is_empty() && used.functions.is_empty());
    let inputs = random_inputs(&plain, &mut Random(1));
    assert_close(&run(&plain, &inputs), &run(&used, &inputs));
    assert_eq!(cuts_agree(&used), 1);
}

#[test]
fn a_sparse_tensor_is_read_dense() {
    let tensor = |dtype: i64, dims: &[i64], raw: Vec<u8>, name: &str| {
        let dims: Vec<u8> = dims.iter().flat_map(|&d| onnx_bytes::int(1, d)).collect();
        [
            dims,
            onnx_bytes::int(2, dtype),
            field(8, name.as_bytes()),
            field(9, &raw),
        ]
        .concat()
    };
    let floats = [2.0f32, -3.0]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let places = [1i64, 5].iter().flat_map(|x| x.to_le_bytes()).collect();
    let dims: Vec<u8> = [2, 3].iter().flat_map(|&d| onnx_bytes::int(3, d)).collect();
    let sparse = [
        field(1, &tensor(1, &[2], floats, "w")),
        field(2, &tensor(7, &[2], places, "")),
        dims,
    ];
    let bytes = onnx_bytes::model(
        17,
        &[
            field(15, &sparse.concat()),
            onnx_bytes::input("x", &["2", "3"]),
            onnx_bytes::node("Add", &["x", "w"], &["y"], &[]),
            onnx_bytes::output("y", &["2", "3"]),
        ],
    );
    let graph = open(bytes.into(), &OpenOptions::default())
        .expect("opens")
        .graph;
    let x = Tensor::from_f32(&[2, 3], vec![0.0; 6]);
    assert_eq!(run(&graph, &[x]), [0.0, 2.0, 0.0, 0.0, 0.0, -3.0]);
}
