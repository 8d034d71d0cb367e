//! Channel counts that NNCF's own tests state for a cut to a share of the operations (its `test_flops_pruning`): how much
//! goes from each layer, whatever the criterion, and how much when all are ranked together.

mod common;

use common::Net;
use secateur::graph::{Graph, ValueId};
use secateur::prune::allocate::{RankedUnits, choose_units};
use secateur::prune::groups::{Groups, analyse};
use secateur::recipe::Recipe;
use secateur::report::{Ledger, Lengths};
use secateur::tensor::Tensor;

/// NNCF's filling: ones, an identity over each kernel, and each row higher than the one before by one.
fn filled(net: &mut Net, out: usize, inputs: usize, k: usize) -> ValueId {
    let mut weights = Vec::with_capacity(out * inputs * k * k);
    for row in 0..out {
        for at in (0..inputs).flat_map(|_| 0..k * k) {
            weights.push(1.0 + row as f32 + f32::from(u8::from(at / k == at % k)));
        }
    }
    net.constant(Tensor::from_f32(&[out, inputs, k, k], weights))
}

fn conv(net: &mut Net, x: ValueId, out: usize) -> ValueId {
    let weight = filled(net, out, net.dims(x)[1], 1);
    net.conv_of(&[x, weight], 1, 1, 0)
}

fn wide_concat() -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let x = conv(&mut net, x, 512);
    let parts = [conv(&mut net, x, 1024), conv(&mut net, x, 1024)];
    let both = net.concat(&parts, 1);
    let y = conv(&mut net, both, 2048);
    net.finish(&[y])
}

fn wide_sum() -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let x = conv(&mut net, x, 512);
    let (a, b) = (conv(&mut net, x, 1024), conv(&mut net, x, 1024));
    let both = net.add(a, b);
    let y = conv(&mut net, both, 1024);
    net.finish(&[y])
}

fn shared_convolutions() -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let x = conv(&mut net, x, 512);
    let small = common::nets::max_pool(&mut net, x, 2, 2, 0);
    let second = filled(&mut net, 1024, 512, 3);
    let third = filled(&mut net, 1024, 1024, 1);
    let outputs = [x, small].map(|x| {
        let y = net.conv_of(&[x, second], 1, 1, 0);
        net.conv_of(&[y, third], 1, 1, 0)
    });
    net.finish(&outputs)
}

/// What is left of each group's channels, and of the operations (two for each multiply-add).
fn left(graph: &Graph, scores: impl Fn(&Groups) -> Vec<f32>, recipe: &str) -> (Vec<usize>, u64) {
    let groups = analyse(graph).unwrap();
    let ranked = RankedUnits::new(graph, &groups, scores(&groups));
    let ledger = Ledger::new(graph);
    let recipe = Recipe::parse(recipe).unwrap();
    let removed = choose_units(graph, &groups, &ranked, &ledger, &recipe, 0).unwrap();
    let kept = groups.groups.iter().map(|group| {
        let gone = removed.iter().filter(|u| group.units.contains(&u.0));
        group.units.len() - gone.count()
    });
    let macs = ledger.macs(&ranked.lengths(&removed));
    (kept.collect(), 2 * macs)
}

/// NNCF's scores: the length of each filter in its tensor scaled to length one, added up over the layers that go together;
/// shared weights count for each of their uses.
fn nncf_scores(graph: &Graph, groups: &Groups) -> Vec<f32> {
    let norm = |w: &[f32]| w.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>().sqrt();
    let mut scores = vec![0f64; groups.units.len()];
    for group in &groups.groups {
        for producer in &group.producers {
            let tensor = graph.constant(producer.tensor).unwrap();
            let weights = tensor.floats().unwrap();
            let (row, whole) = (weights.len() / tensor.shape()[0], norm(&weights));
            for unit in groups.units_of(group.id) {
                let elements = groups.unit(unit).elements.iter();
                for element in elements.filter(|e| e.axis == producer.along()) {
                    let filter = &weights[element.index * row..][..row];
                    scores[unit.0 as usize] += norm(filter) / whole;
                }
            }
        }
    }
    scores.into_iter().map(|score| score as f32).collect()
}

fn operations(graph: &Graph) -> u64 {
    2 * Ledger::new(graph).macs(&Lengths::new())
}

#[test]
fn the_same_share_of_each_layer() {
    let recipe = r#"{"allocation": "uniform", "target": {"macs": 0.6}, "roundTo": 8}"#;
    let cases = [
        (wide_concat(), 671_154_176, vec![328, 656, 656], 399_057_920),
        (wide_sum(), 268_500_992, vec![360, 720], 160_773_120),
        (
            shared_convolutions(),
            461_438_976,
            vec![384, 768],
            275_300_352,
        ),
    ];
    for (graph, whole, kept, operations_left) in cases {
        assert_eq!(operations(&graph), whole);
        let any = |groups: &Groups| (0..groups.units.len()).map(|i| i as f32).collect();
        assert_eq!(left(&graph, any, recipe), (kept, operations_left));
    }
}

#[test]
fn the_least_of_all_layers() {
    let recipe = r#"{"allocation": "global", "target": {"macs": 0.6}}"#;
    let cases = [
        (wide_concat(), vec![380, 647, 648], 402_513_920),
        (wide_sum(), vec![321, 755], 161_043_328),
        (shared_convolutions(), vec![361, 809], 276_594_768),
    ];
    for (graph, kept, operations_left) in cases {
        let found = left(&graph, |groups| nncf_scores(&graph, groups), recipe);
        assert_eq!(found, (kept, operations_left));
    }
}
