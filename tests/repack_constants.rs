//! What becomes of the constants that removed channels leave: folded where that is exact, otherwise dropped, and said.

mod common;

use common::repacking::agree;
use common::{Net, Random};
use secateur::graph::Graph;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::mask_channels;
use secateur::tensor::Tensor;

/// A convolution, something after it, and a 1×1 convolution that reads it.
fn reader(between: &[&str], k: usize, pad: usize) -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 6, 6]);
    let mut y = net.conv(x, 6, 3);
    for op in between {
        y = match *op {
            "BatchNormalization" => net.batch_norm(y),
            op => net.op(op, &[y], &[]),
        };
    }
    let y = net.conv_with(y, 4, k, 1, 1, pad, true);
    let y = net.classifier(y, 2);
    net.finish(&[y])
}

#[test]
fn constants_are_folded_where_that_is_exact() {
    let graph = reader(&["BatchNormalization"], 3, 0);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(1), UnitId(4)], &mut Random(9));
    assert_eq!(packed.report.removed_units, 2);
    assert_eq!(packed.report.zeroed, []);
    assert_eq!(packed.report.folded.len(), 1);
    assert_eq!(packed.report.folded[0].channels, 2);
    // Nothing but the removed filters and their scales is zero in the masked model.
    let masked = mask_channels(&graph, &groups, &[UnitId(1), UnitId(4)]).unwrap();
    let zeros = |g: &Graph| -> usize {
        let tensors = g.values.iter().filter_map(|v| v.constant.as_ref());
        tensors.map(|t| t.len() - t.nonzeros()).sum()
    };
    assert_eq!(zeros(&masked) - zeros(&graph), 2 * (3 * 9 + 1));
}

/// The mean of a channel in training is the shift of the normalization behind it, whatever the filter's mean was.
#[test]
fn a_removed_channel_leaves_its_mean() {
    let mut net = Net::new(8);
    let x = net.input(&[1, 2, 4, 4]);
    let y = net.conv(x, 2, 3);
    let parameters = [[1.5, 2.5], [0.25, 0.75], [10.0, 20.0], [4.0, 9.0]];
    let parameters = parameters.map(|p| net.constant(Tensor::from_f32(&[2], p.to_vec())));
    let y = net.op("BatchNormalization", &[&[y], &parameters[..]].concat(), &[]);
    let y = net.pool(y);
    let y = net.flatten(y);
    let weight = net.constant(Tensor::from_f32(&[2, 1], vec![3.0, 0.0]));
    let y = net.op("MatMul", &[y, weight], &[]);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[UnitId(0)], &mut Random(9));
    assert_eq!(packed.report.folded.len(), 1);
    let bias = packed.graph.nodes.iter().filter(|n| n.op_type == "Add");
    let added = bias.filter_map(|n| packed.graph.constant(n.input(1)?)?.floats());
    assert_eq!(added.map(|b| b[0]).collect::<Vec<f32>>(), [3.0 * 0.25]);
}

#[test]
fn constants_are_dropped_where_a_border_breaks_them() {
    let graph = reader(&["BatchNormalization", "Sigmoid"], 3, 1);
    let groups = analyze(&graph).unwrap();
    let packed = agree(
        &graph,
        &groups,
        &[UnitId(0), UnitId(2), UnitId(3)],
        &mut Random(9),
    );
    assert_eq!(packed.report.folded, []);
    assert_eq!(packed.report.zeroed.len(), 1);
    assert_eq!(packed.report.zeroed[0].channels, 3);
}

#[test]
fn a_shared_bias_is_cloned_before_it_takes_a_constant() {
    let mut net = Net::new(6);
    let x = net.input(&[1, 3, 6, 6]);
    let a = net.conv(x, 6, 1);
    let b = net.conv(x, 6, 1);
    let bias = net.weight(&[4]);
    let (v, w) = (net.weight(&[4, 6, 1, 1]), net.weight(&[4, 6, 1, 1]));
    let y = net.conv_of(&[a, v, bias], 1, 1, 0);
    let z = net.conv_of(&[b, w, bias], 1, 1, 0);
    let y = net.op("Mul", &[y, z], &[]);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let first = groups.groups[0].units.clone();
    let removed: Vec<UnitId> = (first.start..first.end - 2).map(UnitId).collect();
    let packed = agree(&graph, &groups, &removed, &mut Random(3));
    assert_eq!(packed.report.folded.len(), 1);
}

/// The constant that a removed channel leaves behind its normalization goes through the sigmoid and into the bias.
#[test]
fn constants_pass_through_activations() {
    let graph = reader(&["BatchNormalization", "Sigmoid"], 3, 0);
    let groups = analyze(&graph).unwrap();
    let removed = [UnitId(0), UnitId(2), UnitId(3)];
    let packed = agree(&graph, &groups, &removed, &mut Random(9));
    assert_eq!(packed.report.zeroed, []);
    assert_eq!(packed.report.folded.len(), 1);
    assert_eq!(packed.report.folded[0].channels, 3);
}

/// A matrix product takes no bias: the sum that follows takes the constant, or a new one does.
#[test]
fn a_matrix_product_hands_its_constant_to_a_sum() {
    for with_sum in [true, false] {
        let mut net = Net::new(45);
        let x = net.input(&[1, 4]);
        let y = net.linear(x, 6);
        let w = net.weight(&[6, 5]);
        let mut y = net.op("MatMul", &[y, w], &[]);
        if with_sum {
            let b = net.weight(&[5]);
            y = net.add(b, y);
        }
        let y = net.relu(y);
        let graph = net.finish(&[y]);
        let groups = analyze(&graph).unwrap();
        let packed = agree(&graph, &groups, &[UnitId(0), UnitId(3)], &mut Random(5));
        assert_eq!(packed.report.folded.len(), 1);
        let added = packed.graph.nodes.len() - graph.nodes.len();
        assert_eq!(added, usize::from(!with_sum));
    }
}
