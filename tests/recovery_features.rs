//! Which inner values of a pruned model are which of the original's: what the masked model holds at the channels that are
//! said to be left is what the re-packed one computes.

mod common;

use common::random_net::random_net;
use common::repacking::{random_units, share_of_each};
use common::{Net, Random, random_inputs};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::{mask_channels, repack};
use secateur::recover::features::{pairs, stages};
use secateur::tensor::Tensor;
use secateur::text::said;

/// Two resolutions, each with a residual sum; the second also joins a part of its own.
fn network() -> Graph {
    let mut net = Net::new(3);
    let x = net.input(&[2, 3, 8, 8]);
    let x = net.conv(x, 8, 3);
    let stem = net.relu(x);
    let y = net.conv(stem, 8, 3);
    let y = net.batch_norm(y);
    let y = net.add(y, stem);
    let fine = net.relu(y);
    let y = net.conv_with(fine, 6, 3, 1, 2, 1, false);
    let left = net.batch_norm(y);
    let right = net.conv_with(fine, 4, 1, 1, 2, 0, true);
    let y = net.concat(&[left, right], 1);
    let coarse = net.relu(y);
    let y = net.classifier(coarse, 5);
    net.finish(&[y])
}

/// Values after a run, by name.
fn values(graph: &Graph, names: &[String], inputs: &[Tensor]) -> Vec<Tensor> {
    let options = Options {
        batch: inputs[0].shape()[0],
        keep: names.to_vec(),
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).unwrap();
    executor.run(inputs).unwrap();
    let value = |name: &String| executor.value(name).unwrap();
    names.iter().map(value).collect()
}

/// Names of everything that nodes of both models make.
fn computed(graph: &Graph, other: &Graph) -> Vec<String> {
    let made = graph.nodes.iter().filter_map(|node| node.output(0));
    let names = made.map(|id| graph.value(id).name.clone());
    names.filter(|name| other.find(name).is_some()).collect()
}

/// Fails unless each value of `pruned` holds what `masked` has at the channels that are left of `original`'s.
fn check(pruned: &Graph, original: &Graph, masked: &Graph, names: &[String]) {
    let inputs = random_inputs(original, &mut Random(1));
    let pairs = pairs(pruned, original, names).unwrap();
    let wanted = values(masked, names, &inputs);
    let found = values(pruned, names, &inputs);
    for ((pair, name), (wanted, found)) in pairs.iter().zip(names).zip(wanted.iter().zip(&found)) {
        assert_eq!(pruned.value(pair.student).name, *name);
        assert_eq!(original.value(pair.teacher).name, *name);
        let wanted = pair.wanted(wanted).unwrap();
        let found = found.floats().unwrap();
        assert_eq!(wanted.len(), found.len(), "{name}");
        let largest = wanted.iter().fold(1f32, |most, x| most.max(x.abs()));
        for (x, y) in found.iter().zip(&wanted) {
            assert!((x - y).abs() < 1e-4 * largest, "{name}: {x} {y}");
        }
    }
}

#[test]
fn random_networks_cut_at_random() {
    let mut cut = 0;
    for seed in 0..40 {
        let graph = random_net(seed, 1 + seed as usize % 7);
        let groups = analyze(&graph).unwrap();
        let removed = random_units(&groups, &mut Random(seed));
        let masked = mask_channels(&graph, &groups, &removed).unwrap();
        let packed = repack(&graph, &groups, &removed).unwrap().graph;
        // What the layers behind take over of a removed channel is added where they are, so their own values agree too.
        let names = computed(&packed, &graph);
        check(&packed, &graph, &masked, &names);
        cut += usize::from(!removed.is_empty());
    }
    assert!(cut > 20);
}

#[test]
fn a_cut_of_a_cut_belongs_to_both() {
    let graph = network();
    let groups = analyze(&graph).unwrap();
    let first = share_of_each(&groups, 0.4);
    let once = repack(&graph, &groups, &first).unwrap().graph;
    let groups = analyze(&once).unwrap();
    let second = share_of_each(&groups, 0.3);
    let twice = repack(&once, &groups, &second).unwrap().graph;
    let names = computed(&twice, &graph);
    let masked = mask_channels(&once, &groups, &second).unwrap();
    check(&twice, &once, &masked, &names);

    let pairs = pairs(&twice, &graph, &stages(&graph)).unwrap();
    let shape = |graph: &Graph, id| graph.value(id).ty.as_ref().unwrap().known_shape().unwrap();
    for pair in &pairs {
        let [(1, channels)] = &pair.left[..] else {
            panic!("{pair:?} has lost channels");
        };
        assert_eq!(channels.len(), shape(&twice, pair.student)[1]);
        assert!(channels.iter().all(|&c| c < shape(&graph, pair.teacher)[1]));
    }
    // The first four of ten in each group went, then the first three of those left: 8 → 5 → 3, and 6 + 4 → 4 + 2 → 3 + 1.
    assert_eq!(pairs[0].left[0].1, [5, 6, 7]);
    assert_eq!(pairs[1].left[0].1, [3, 4, 5, 9]);
}

#[test]
fn each_resolution_has_its_last_value() {
    let graph = network();
    let shapes: Vec<Vec<usize>> = stages(&graph)
        .iter()
        .map(|name| graph.value(graph.find(name).unwrap()).ty.as_ref().unwrap())
        .map(|ty| ty.known_shape().unwrap())
        .collect();
    assert_eq!(shapes, [[2, 8, 8, 8], [2, 10, 4, 4]]);
    assert!(stages(&graph).iter().all(|name| name.starts_with("Relu")));
}

#[test]
fn strangers_are_refused() {
    let graph = network();
    let groups = analyze(&graph).unwrap();
    let removed: Vec<UnitId> = share_of_each(&groups, 0.4);
    let packed = repack(&graph, &groups, &removed).unwrap().graph;
    let refused = |pruned: &Graph, name: &str, words: &str| {
        let error = pairs(pruned, &graph, &[name.to_string()]).unwrap_err();
        assert_eq!(error.code(), "bad-input");
        assert!(said(&error).contains(words), "{error}");
    };
    refused(&packed, "nowhere", "pruned model computes no “nowhere”");
    refused(&packed, "x0", "computes no “x0”");
    let mut unrecorded = packed.clone();
    unrecorded.metadata.clear();
    refused(&unrecorded, &stages(&graph)[0], "was pruned from");
}
