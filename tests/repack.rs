//! The masked dense model and the re-packed one compute the same.

mod common;

use common::nets::{Layer::*, chain};
use common::random_net::random_net;
use common::reference::run;
use common::repacking::{agree, parameters, random_units};
use common::{Net, Random, distance, int, ints, random_inputs, with_open_batch};
use proptest::prelude::*;
use secateur::onnx::{OpenOptions, open, write};
use secateur::prune::check::check;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::{mask_channels, repack};
use secateur::tensor::Tensor;
use secateur::text::said;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn masked_and_repacked_agree_on_random_networks(seed in any::<u64>(), steps in 1usize..9) {
        let graph = random_net(seed, steps);
        let groups = analyze(&graph).expect("analyses");
        let mut random = Random(seed ^ 1);
        let removed = random_units(&groups, &mut random);
        let packed = agree(&graph, &groups, &removed, &mut random);
        if !removed.is_empty() {
            prop_assert!(parameters(&packed.graph) < parameters(&graph));
        }
    }
}

/// A network that makes a thousand of a last bit: what is folded is rounded, and the answers show it.
#[test]
fn rounding_alone_is_no_difference() {
    let seed = 4_091_177_840_848_523_657;
    let graph = random_net(seed, 8);
    let groups = analyze(&graph).unwrap();
    let mut random = Random(seed ^ 1);
    let removed = random_units(&groups, &mut random);
    agree(&graph, &groups, &removed, &mut random);
}

#[test]
fn a_whole_group_never_goes() {
    let graph = chain(5, &[1, 3, 6, 6], &[Conv(6, 3), Relu, Conv(2, 1)]);
    let groups = analyze(&graph).unwrap();
    let all: Vec<UnitId> = groups.units_of(0).collect();
    let error = repack(&graph, &groups, &all).unwrap_err();
    assert_eq!(error.code(), "bad-recipe");
    assert!(
        said(&error).contains("All 6 channels of layer “Conv0”"),
        "{error}"
    );
    assert!(mask_channels(&graph, &groups, &all).is_err());
    let unknown = [UnitId(u32::MAX)];
    assert!(repack(&graph, &groups, &unknown).is_err());
}

#[test]
fn nothing_removed_changes_nothing() {
    let graph = random_net(77, 6);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[], &mut Random(1));
    assert_eq!(parameters(&packed.graph), parameters(&graph));
}

/// A re-packed model that does not run, or gives something of another shape, is no question of another engine.
#[test]
fn a_broken_repack_is_told_from_a_model_that_can_not_be_run() {
    let graph = random_net(77, 6);
    let input = random_inputs(&graph, &mut Random(2));
    let mut headless = graph.clone();
    headless.outputs = vec![headless.nodes[0].output(0).unwrap()];
    assert_eq!(
        check(graph.clone(), &headless, &input).unwrap_err().code(),
        "broken-repack"
    );
    let mut crooked = graph.clone();
    let weight = crooked.nodes[0].input(1).unwrap();
    crooked.set_constant(weight, Tensor::from_f32(&[1, 1, 1, 1], vec![1.0]));
    assert_eq!(
        check(graph.clone(), &crooked, &input).unwrap_err().code(),
        "broken-repack"
    );
    // The other way round it is the masked model that can't be run.
    assert_ne!(
        check(crooked, &graph, &input).unwrap_err().code(),
        "broken-repack"
    );
}

/// The equality harness of OTO: transposed convolutions with instance normalization, shared weights, grouped
/// convolutions, concats; random channels, compact against dense.
#[test]
fn decoder_with_instance_normalization() {
    let mut net = Net::new(31);
    let x = net.input(&[1, 4, 5, 5]);
    let mut y = net.conv(x, 8, 3);
    let skip = y;
    for out in [6, 8] {
        let channels = net.dims(y)[1];
        let inputs = [y, net.weight(&[channels, out, 3, 3]), net.weight(&[out])];
        y = net.op("ConvTranspose", &inputs, &[("pads", ints(&[1; 4]))]);
        let inputs = [y, net.weight(&[out]), net.weight(&[out])];
        y = net.op("InstanceNormalization", &inputs, &[]);
        y = net.op("LeakyRelu", &[y], &[]);
    }
    let y = net.concat(&[y, skip], 1);
    let y = net.conv_with(y, 6, 3, 2, 1, 1, true);
    let y = net.conv(y, 3, 1);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let mut random = Random(4);
    for _ in 0..8 {
        let removed = random_units(&groups, &mut random);
        agree(&graph, &groups, &removed, &mut random);
    }
}

#[test]
fn attention_loses_heads() {
    let mut net = Net::new(16);
    let x = net.input(&[1, 5, 12]);
    let mut by_head = Vec::new();
    for order in [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]] {
        let (w, b) = (net.weight(&[12, 12]), net.weight(&[12]));
        let y = net.op("MatMul", &[x, w], &[]);
        let y = net.add(y, b);
        let y = net.reshape(y, &[1, 5, 4, 3]);
        by_head.push(net.transpose(y, &order));
    }
    let scores = net.op("MatMul", &by_head[..2], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, by_head[2]], &[]);
    let y = net.transpose(y, &[0, 2, 1, 3]);
    let y = net.reshape(y, &[1, 5, 12]);
    let w = net.weight(&[12, 12]);
    let y = net.op("MatMul", &[y, w], &[]);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(1), UnitId(2)], &mut Random(2));
    assert_eq!(
        packed.graph.value(packed.graph.outputs[0]).ty,
        graph.value(graph.outputs[0]).ty
    );
    assert_eq!(parameters(&packed.graph), 3 * (12 * 6 + 6) + 6 * 12);
}

/// Queries and keys of one head, with biases, scaled before and after their product.
#[test]
fn attention_of_one_head_loses_width() {
    let mut net = Net::new(19);
    let x = net.input(&[2, 5, 12]);
    let [queries, keys, values] = [8, 8, 6].map(|width| net.linear_3d(x, width));
    let half = net.constant(Tensor::from_f32(&[], vec![0.5]));
    let queries = net.op("Mul", &[queries, half], &[]);
    let keys = net.transpose(keys, &[0, 2, 1]);
    let scores = net.op("MatMul", &[queries, keys], &[]);
    let scores = net.op("Mul", &[scores, half], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, values], &[]);
    let y = net.linear_3d(y, 3);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    assert_eq!(groups.units.len(), 8 + 6);
    let removed = [0, 3, 7, 8, 10].map(UnitId);
    let packed = agree(&graph, &groups, &removed, &mut Random(4));
    let width = 2 * (12 * 5 + 5) + (12 * 4 + 4) + (4 * 3 + 3) + 1;
    assert_eq!(parameters(&packed.graph), width);
}

/// `torch.nn.MultiheadAttention` as it is exported: words first, and the heads merged into a batch that is open, on both sides of
/// the products.
#[test]
fn attention_loses_heads_that_are_merged_into_the_batch() {
    let mut net = Net::new(17);
    let x = net.input(&[1, 5, 12]);
    let words_first = net.transpose(x, &[1, 0, 2]);
    let mut by_head = Vec::new();
    for order in [[1, 0, 2], [1, 2, 0], [1, 0, 2]] {
        let y = net.linear_3d(words_first, 12);
        let y = net.reshape(y, &[5, -1, 3]);
        by_head.push(net.transpose(y, &order));
    }
    let scores = net.op("MatMul", &by_head[..2], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, by_head[2]], &[]);
    let y = net.transpose(y, &[1, 0, 2]);
    let y = net.reshape(y, &[5, -1, 12]);
    let w = net.weight(&[12, 7]);
    let y = net.op("MatMul", &[y, w], &[]);
    let y = net.transpose(y, &[1, 0, 2]);
    let graph = with_open_batch(net.finish(&[y]));
    let groups = analyze(&graph).unwrap();
    assert_eq!(groups.groups.len(), 1);
    assert_eq!(groups.units.len(), 4);
    let packed = agree(&graph, &groups, &[UnitId(1), UnitId(2)], &mut Random(2));
    assert_eq!(parameters(&packed.graph), 3 * (12 * 6 + 6) + 6 * 7);
    // A file of it is opened again, and still takes any batch.
    let bytes = write(&packed.graph).unwrap();
    let opened = open(bytes.into(), &OpenOptions::default()).unwrap().graph;
    let inputs = random_inputs(&graph, &mut Random(3));
    let outputs = run(&opened, &inputs);
    assert_eq!(outputs[0].shape(), [2, 5, 7]);
    assert!(distance(&outputs[0], &run(&packed.graph, &inputs)[0]) < 1e-6);
}

/// The two models that the product ships with or tests on. They lie outside the repository.
#[test]
fn real_models_agree_after_random_cuts() {
    for name in ["resnet20-cifar10", "efficientnet-lite0"] {
        let path = format!("../shared/models/{name}.onnx");
        let Ok(bytes) = std::fs::read(&path) else {
            common::skipped::skipped(format_args!("{path} is not there"));
            continue;
        };
        let opened = open(bytes.into(), &OpenOptions::default()).expect("opens");
        let graph = opened.graph;
        let groups = analyze(&graph).expect("analyses");
        assert!(
            groups.groups.len() > 5,
            "{name}: {} groups",
            groups.groups.len()
        );
        let mut random = Random(12);
        for _ in 0..2 {
            let removed = random_units(&groups, &mut random);
            let masked = mask_channels(&graph, &groups, &removed).expect("masks");
            let packed = repack(&graph, &groups, &removed).expect("re-packs");
            let inputs = random_inputs(&graph, &mut random);
            let checked = check(masked.clone(), &packed.graph, &inputs).expect("runs");
            println!(
                "{name}: {} units of {} removed, {checked:?}",
                removed.len(),
                groups.units.len()
            );
            assert!(checked.agrees, "{name}: {checked:?}");
            assert!(parameters(&packed.graph) < parameters(&graph));
        }
    }
}

/// What exporters write for `x.view(x.size(0), -1)`, and a fixed target, with an open batch.
#[test]
fn an_open_batch_stays_open() {
    for computed in [false, true] {
        let mut net = Net::new(44);
        let x = net.input(&[1, 3, 4, 4]);
        let y = net.conv(x, 6, 3);
        let target = if computed {
            let shape = net.op("Shape", &[y], &[]);
            let zero = net.constant(Tensor::from_i64(&[], vec![0]));
            let first = net.integers(&[0]);
            let batch = net.op("Gather", &[shape, zero], &[]);
            let batch = net.op("Unsqueeze", &[batch, first], &[]);
            let rest = net.integers(&[96]);
            net.concat(&[batch, rest], 0)
        } else {
            net.integers(&[-1, 96])
        };
        let y = net.op("Reshape", &[y, target], &[]);
        let y = net.linear(y, 3);
        let graph = with_open_batch(net.finish(&[y]));
        let groups = analyze(&graph).unwrap();
        assert_eq!(groups.groups.len(), 1, "computed: {computed}");
        let packed = agree(&graph, &groups, &[UnitId(0), UnitId(3)], &mut Random(5));
        let out = packed.graph.value(packed.graph.outputs[0]);
        assert_eq!(out.ty, graph.value(graph.outputs[0]).ty);
    }
}
