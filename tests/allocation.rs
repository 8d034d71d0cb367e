//! Channel counts that NNCF's own tests state for a cut to a share of the operations (its `test_flops_pruning`): how much
//! goes from each layer, whatever the criterion, and how much when all are ranked together.

mod common;

use common::repacking::group_sizes;
use common::{Net, int, ints};
use secateur::cost::{CostModel, Lengths};
use secateur::graph::{Graph, ValueId};
use secateur::prune::allocate::{RankedUnits, choose_units};
use secateur::prune::groups::{Groups, analyze};
use secateur::recipe::Recipe;
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

/// NNCF's big model on 8 × 8: a depthwise convolution, a transposed one, and a linear layer whose outputs are seen as maps.
/// NNCF normalizes those over all of them in between and cuts them even so. That changes what the rest comes to, so here
/// such channels stay, and `with_norm` leaves the linear layer whole.
fn big(with_norm: bool) -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let weight = shifted(&mut net, [16, 1, 2], 0.0, |row, _| row);
    let x = net.conv_of(&[x, weight], 1, 1, 0);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let weight = shifted(&mut net, [16, 1, 3], 0.0, |row, _| row);
    let x = net.conv_of(&[x, weight], 16, 1, 0);
    let weight = shifted(&mut net, [32, 16, 3], 20.0, |row, _| row);
    let x = net.conv_of(&[x, weight], 1, 1, 0);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    // Inputs first; only those of the first input differ.
    let weight = shifted(&mut net, [32, 64, 3], 3.0, |row, column| {
        if row == 0 { column } else { 0 }
    });
    let x = net.op("ConvTranspose", &[x, weight], &[("strides", ints(&[2, 2]))]);
    let x = net.relu(x);
    let x = net.flatten(x);
    let width = net.dims(x)[1];
    let rows = (0..128).flat_map(|row| vec![row as f32; width]).collect();
    let weight = net.constant(Tensor::from_f32(&[128, width], rows));
    let mut x = net.op("Gemm", &[x, weight], &[("transB", int(1))]);
    if with_norm {
        let inputs = [x, net.weight(&[128]), net.weight(&[128])];
        x = net.op("LayerNormalization", &inputs, &[]);
    }
    let x = net.reshape(x, &[1, -1, 1, 1]);
    let x = net.batch_norm(x);
    let y = net.conv_with(x, 1, 1, 1, 1, 0, true);
    net.finish(&[y])
}

/// NNCF's filling of a kernel of `k` × `k`: a number, an identity over the kernel, and what `more` adds by row and column.
fn shifted(
    net: &mut Net,
    [rows, columns, k]: [usize; 3],
    number: f32,
    more: impl Fn(usize, usize) -> usize,
) -> ValueId {
    let mut weights = Vec::new();
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        for at in 0..k * k {
            let identity = f32::from(u8::from(at / k == at % k));
            weights.push(number + identity + more(row, column) as f32);
        }
    }
    net.constant(Tensor::from_f32(&[rows, columns, k, k], weights))
}

/// NNCF's grouped convolution, in four groups, with a depthwise one behind it.
fn grouped() -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let x = net.conv_with(x, 512, 1, 1, 1, 0, true);
    let x = net.conv_with(x, 128, 3, 4, 1, 0, true);
    let x = net.conv_with(x, 128, 3, 128, 1, 0, true);
    let x = net.flatten(x);
    let y = net.linear(x, 128);
    net.finish(&[y])
}

/// NNCF's block of MobileNetV3: depthwise, squeeze-and-excite by linear layers, a residual sum.
fn squeeze_and_excite() -> Graph {
    let mut net = Net::new(0);
    let x = net.input(&[1, 1, 8, 8]);
    let x = net.conv_with(x, 6, 2, 1, 1, 0, true);
    let y = net.conv_with(x, 6, 5, 6, 1, 2, false);
    let y = net.batch_norm(y);
    let y = net.relu(y);
    let scale = net.pool(y);
    let scale = net.reshape(scale, &[1, 6]);
    let scale = net.linear(scale, 8);
    let scale = net.relu(scale);
    let scale = net.linear(scale, 6);
    let scale = net.relu(scale);
    let scale = net.reshape(scale, &[1, 6, 1, 1]);
    let y = net.op("Mul", &[y, scale], &[]);
    let y = net.conv_with(y, 6, 1, 1, 1, 0, false);
    let y = net.batch_norm(y);
    let y = net.add(x, y);
    let y = net.conv_with(y, 1, 1, 1, 1, 0, true);
    net.finish(&[y])
}

/// What is left of each group's channels, and of the operations (two for each multiply-add).
fn left(graph: &Graph, scores: impl Fn(&Groups) -> Vec<f32>, recipe: &str) -> (Vec<usize>, u64) {
    let groups = analyze(graph).unwrap();
    let ranked = RankedUnits::new(graph, &groups, scores(&groups));
    let costs = CostModel::new(graph);
    let recipe = Recipe::parse(recipe).unwrap();
    let removed = choose_units(graph, &groups, &ranked, &costs, &recipe, 0).unwrap();
    let kept = groups.groups.iter().map(|group| {
        let gone = removed.iter().filter(|u| group.units.contains(&u.0));
        group.units.len() - gone.count()
    });
    let macs = costs.macs(&ranked.lengths(&removed));
    (kept.collect(), 2 * macs)
}

/// NNCF's scores: the length of each filter in its tensor scaled to length one, added up over the layers that go together;
/// shared weights count for each of their uses.
fn nncf_scores(graph: &Graph, groups: &Groups) -> Vec<f32> {
    let square = |w: &f32| f64::from(*w).powi(2);
    let mut scores = vec![0f64; groups.units.len()];
    for group in &groups.groups {
        for producer in &group.producers {
            let tensor = graph.constant(producer.tensor).unwrap();
            let weights = tensor.floats().unwrap();
            let whole: f64 = weights.iter().map(square).sum();
            let inner: usize = tensor.shape()[producer.axis + 1..].iter().product();
            let length = tensor.shape()[producer.axis];
            let mut filters = vec![0f64; length];
            for (at, weight) in weights.iter().enumerate() {
                filters[at / inner % length] += square(weight);
            }
            for unit in groups.units_of(group.id) {
                let elements = groups.unit(unit).elements.iter();
                for element in elements.filter(|e| e.axis == producer.along()) {
                    scores[unit.0 as usize] += (filters[element.index] / whole).sqrt();
                }
            }
        }
    }
    scores.into_iter().map(|score| score as f32).collect()
}

fn operations(graph: &Graph) -> u64 {
    2 * CostModel::new(graph).macs(&Lengths::new())
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

/// The masks that NNCF states for half of all filters, ranked together: 2 of 16 go, 2 of 32, 29 of 64 and 87 of 128.
#[test]
fn half_of_all_filters_of_the_big_model() {
    let graph = big(false);
    let recipe = r#"{"allocation": "global", "target": {"sparsity": 0.5}}"#;
    let (kept, _) = left(&graph, |groups| nncf_scores(&graph, groups), recipe);
    assert_eq!(kept, [14, 30, 35, 41]);

    let groups = analyze(&big(true)).unwrap();
    let sizes = group_sizes(&groups);
    assert_eq!(sizes, [16, 32, 64]);
    assert!(groups.kept().iter().any(|kept| kept.channels == 128));
}

/// NNCF counts these operations before the cut and keeps the grouped convolution whole. Here each of its groups can lose as
/// much as the others, so it is cut, and the model with it.
#[test]
fn a_grouped_convolution_has_the_stated_operations_and_can_be_cut() {
    let graph = grouped();
    assert_eq!(operations(&graph), 11_243_520);
    let any = |groups: &Groups| (0..groups.units.len()).map(|i| i as f32).collect();
    let recipe = r#"{"allocation": "uniform", "target": {"sparsity": 0.5}}"#;
    // In the units of a group there is a channel of each of the convolution's groups, where those must lose alike.
    let (kept, left) = left(&graph, any, recipe);
    assert!(!kept.is_empty() && left < 11_243_520 / 2, "{kept:?} {left}");
}

/// NNCF leaves one of 6 and one of 8, and counts 3532 of 21,360 operations, the last convolution's six inputs among them. Here
/// the residual sum tells that the last convolution reads what is left: a sixth of its 588.
#[test]
fn a_squeeze_and_excite_block_has_the_stated_operations() {
    let graph = squeeze_and_excite();
    assert_eq!(operations(&graph), 21_360);
    let any = |groups: &Groups| (0..groups.units.len()).map(|i| i as f32).collect();
    let recipe = r#"{"allocation": "uniform", "target": {"sparsity": 0.857}, "maxSparsity": 1}"#;
    let (kept, left) = left(&graph, any, recipe);
    assert_eq!((kept, left), (vec![1, 1], 3532 - 588 + 588 / 6));
}
