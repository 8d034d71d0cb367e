//! Channel groups of small networks, against what the constructs demand and what other tools are known to find.

mod common;

use common::{Net, int, ints};
use secateur::graph::{Graph, ValueId};
use secateur::prune::groups::{Groups, UnitId, analyze};
use secateur::tensor::Tensor;
use secateur::text::render;

fn groups(graph: &Graph) -> Groups {
    analyze(graph).expect("analyses")
}

/// For each group: its number of units, and how many weights make and read its channels.
fn sizes(groups: &Groups) -> Vec<(usize, usize, usize)> {
    let groups = groups.groups.iter();
    groups
        .map(|g| (g.units.len(), g.producers.len(), g.consumers.len()))
        .collect()
}

/// The indices along one axis that go with index `index` of another.
fn partners(
    groups: &Groups,
    from: (ValueId, usize),
    index: usize,
    to: (ValueId, usize),
) -> Vec<usize> {
    let is = |e: &secateur::prune::groups::Element, at: (ValueId, usize)| {
        (e.axis.value, e.axis.axis) == at
    };
    let unit = groups
        .units
        .iter()
        .find(|u| u.elements.iter().any(|e| is(e, from) && e.index == index))
        .expect("a unit");
    let there = unit.elements.iter().filter(|e| is(e, to));
    there.map(|e| e.index).collect()
}

fn head(net: &mut Net, x: ValueId) -> ValueId {
    net.classifier(x, 10)
}

#[test]
fn a_chain_has_a_group_a_layer_and_keeps_its_ends() {
    let mut net = Net::new(1);
    let x = net.input(&[1, 3, 8, 8]);
    let y = net.conv(x, 6, 3);
    let y = net.batch_norm(y);
    let y = net.relu(y);
    let y = net.conv(y, 4, 1);
    let y = head(&mut net, y);
    let graph = net.finish(&[y]);
    let groups = groups(&graph);
    assert_eq!(sizes(&groups), [(6, 1, 1), (4, 1, 1)]);
    let kept = groups.kept();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].channels, kept[0].of), (10, 10));
    assert!(
        render(&kept[0].reason).contains("is an output of the model"),
        "{}",
        kept[0].reason
    );
}

#[test]
fn a_residual_stage_is_one_group() {
    let mut net = Net::new(2);
    let x = net.input(&[1, 3, 8, 8]);
    let mut y = net.conv(x, 8, 3);
    for _ in 0..2 {
        let main = net.conv(y, 5, 3);
        let main = net.relu(main);
        let main = net.conv(main, 8, 3);
        y = net.add(main, y);
    }
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(8, 3, 3), (5, 1, 1), (5, 1, 1)]);
}

#[test]
fn one_output_channel_is_not_depthwise_and_stays() {
    let mut net = Net::new(3);
    let x = net.input(&[1, 3, 8, 8]);
    let y = net.conv(x, 4, 3);
    let gate = net.conv(y, 1, 1);
    let gate = net.op("Sigmoid", &[gate], &[]);
    let y = net.op("Mul", &[y, gate], &[]);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    // The gate reads all four channels and is broadcast over them: it does not couple.
    assert_eq!(sizes(&groups), [(4, 1, 2)]);
    assert!(
        groups
            .kept()
            .iter()
            .any(|k| render(&k.reason).contains("single channel"))
    );
}

#[test]
fn depthwise_filters_go_with_their_channels_several_at_a_time() {
    let mut net = Net::new(4);
    let x = net.input(&[1, 3, 8, 8]);
    let first = net.conv(x, 4, 1);
    let w = net.weight(&[8, 1, 3, 3]);
    let y = net.conv_of(&[first, w], 4, 1, 1);
    let y = net.conv(y, 6, 1);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 2, 1), (6, 1, 1)]);
    assert_eq!(partners(&groups, (first, 1), 2, (w, 0)), [4, 5]);
}

#[test]
fn grouped_convolutions_lose_the_same_channels_in_every_group() {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 8, 8]);
    let first = net.conv(x, 8, 1);
    let w = net.weight(&[6, 4, 3, 3]);
    let y = net.conv_of(&[first, w], 2, 1, 1);
    let z = head(&mut net, y);
    let groups = groups(&net.finish(&[z]));
    assert_eq!(sizes(&groups), [(4, 1, 1), (3, 1, 1)]);
    assert_eq!(partners(&groups, (w, 1), 1, (first, 1)), [1, 5]);
    assert_eq!(partners(&groups, (w, 0), 2, (y, 1)), [2, 5]);
}

#[test]
fn concat_offsets_and_the_same_producer_twice() {
    let mut net = Net::new(6);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 1);
    let b = net.conv(x, 6, 1);
    let joined = net.concat(&[a, b, a], 1);
    let y = net.conv(joined, 5, 1);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 1, 1), (6, 1, 1), (5, 1, 1)]);
    assert_eq!(partners(&groups, (a, 1), 1, (joined, 1)), [1, 11]);
    assert_eq!(partners(&groups, (b, 1), 1, (joined, 1)), [5]);
}

#[test]
fn concat_along_another_axis_couples_without_offsets() {
    let mut net = Net::new(7);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 1);
    let b = net.conv(x, 4, 1);
    let tall = net.concat(&[a, b], 2);
    let y = head(&mut net, tall);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 2, 1)]);
    assert_eq!(partners(&groups, (a, 1), 3, (b, 1)), [3]);
}

/// Two batch-wise concats that are added: one group of all four, where NNI finds two of two.
#[test]
fn an_addition_couples_what_two_concats_join() {
    let mut net = Net::new(8);
    let x = net.input(&[1, 3, 8, 8]);
    let convs: Vec<ValueId> = (0..4).map(|_| net.conv(x, 4, 1)).collect();
    let left = net.concat(&convs[..2], 0);
    let right = net.concat(&convs[2..], 0);
    let y = net.add(left, right);
    let y = head(&mut net, y);
    assert_eq!(sizes(&groups(&net.finish(&[y]))), [(4, 4, 1)]);
}

#[test]
fn a_reduction_over_channels_couples_nothing_and_keeps_them() {
    let mut net = Net::new(9);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 1);
    let b = net.conv(x, 4, 1);
    let attributes = [("axes", ints(&[1])), ("keepdims", int(1))];
    let sum = net.op("ReduceMean", &[a], &attributes);
    let y = net.add(sum, b);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 1, 1)]);
    assert!(
        groups
            .kept()
            .iter()
            .any(|k| render(&k.reason).contains("reduction"))
    );
}

/// A convolution of 512 split into 128, 128, 256, one block applied to the first two slices.
#[test]
fn slices_that_share_weights_are_one_group() {
    let mut net = Net::new(10);
    let x = net.input(&[1, 3, 4, 4]);
    let y = net.conv(x, 512, 1);
    let lengths = net.integers(&[128, 128, 256]);
    let parts = net.op_n("Split", &[y, lengths], &[("axis", int(1))], 3);
    let shared = net.weight(&[128, 128, 1, 1]);
    let own = net.weight(&[128, 256, 1, 1]);
    let outs = [
        net.conv_of(&[parts[0], shared], 1, 1, 0),
        net.conv_of(&[parts[1], shared], 1, 1, 0),
        net.conv_of(&[parts[2], own], 1, 1, 0),
    ];
    let y = net.add(outs[0], outs[1]);
    let y = net.add(y, outs[2]);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(128, 1, 2), (256, 1, 1), (128, 3, 1)]);
    assert_eq!(partners(&groups, (shared, 1), 7, (parts[1], 1)), [7]);
}

#[test]
fn squeeze_and_excite_goes_with_its_channels() {
    let mut net = Net::new(11);
    let x = net.input(&[1, 3, 8, 8]);
    let y = net.conv(x, 8, 3);
    let s = net.pool(y);
    let s = net.conv(s, 2, 1);
    let s = net.relu(s);
    let s = net.conv(s, 8, 1);
    let s = net.op("Sigmoid", &[s], &[]);
    let y = net.op("Mul", &[y, s], &[]);
    let y = head(&mut net, y);
    assert_eq!(sizes(&groups(&net.finish(&[y]))), [(8, 2, 2), (2, 1, 1)]);
}

/// LeNet's step from maps to vectors: 16 maps of 4×4.
#[test]
fn flatten_maps_channels_to_runs_of_columns() {
    let mut net = Net::new(12);
    let x = net.input(&[1, 3, 4, 4]);
    let y = net.conv(x, 16, 1);
    let y = net.flatten(y);
    let w = net.weight(&[120, 256]);
    let fc = net.op("Gemm", &[y, w], &[("transB", int(1))]);
    let fc = net.relu(fc);
    let out = net.linear(fc, 10);
    let graph = net.finish(&[out]);
    let groups = groups(&graph);
    assert_eq!(sizes(&groups), [(16, 1, 1), (120, 1, 1)]);
    let columns = |c| partners(&groups, (graph.find("c1").unwrap(), 0), c, (w, 1));
    assert_eq!(columns(0), (0..16).collect::<Vec<_>>());
    assert_eq!(columns(6), (96..112).collect::<Vec<_>>());
}

/// A linear layer of 4096 seen as 256 maps of 4×4 for a transposed convolution.
#[test]
fn a_vector_seen_as_maps_goes_by_map() {
    let mut net = Net::new(13);
    let x = net.input(&[1, 8]);
    let y = net.linear(x, 256 * 16);
    let maps = net.reshape(y, &[-1, 256, 4, 4]);
    let w = net.weight(&[256, 16, 2, 2]);
    let y = net.op("ConvTranspose", &[maps, w], &[("strides", ints(&[2, 2]))]);
    let y = net.relu(y);
    let y = net.conv(y, 3, 1);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(256, 1, 1), (16, 1, 1)]);
    assert_eq!(partners(&groups, (w, 0), 3, (maps, 1)), [3]);
}

/// ShuffleNet's shuffle of 2 × 6 channels: the longer factor is cut, so both halves lose the same.
#[test]
fn a_channel_shuffle_pairs_channels() {
    let mut net = Net::new(14);
    let x = net.input(&[1, 3, 4, 4]);
    let a = net.conv(x, 12, 1);
    let y = net.reshape(a, &[1, 2, 6, 4, 4]);
    let y = net.transpose(y, &[0, 2, 1, 3, 4]);
    let shuffled = net.reshape(y, &[1, 12, 4, 4]);
    let y = net.conv(shuffled, 5, 1);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(6, 1, 1), (5, 1, 1)]);
    assert_eq!(partners(&groups, (shuffled, 1), 4, (a, 1)), [2, 8]);
}

/// Option-A shortcuts: channels padded with zeros on both sides, every other pixel.
#[test]
fn padded_shortcuts_couple_the_middle_and_free_the_rest() {
    let mut net = Net::new(15);
    let x = net.input(&[1, 3, 4, 4]);
    let a = net.conv(x, 4, 1);
    let pads = net.integers(&[0, 2, 0, 0, 0, 2, 0, 0]);
    let wide = net.op("Pad", &[a, pads], &[]);
    let b = net.conv(a, 8, 1);
    let y = net.add(wide, b);
    let y = head(&mut net, y);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 2, 2), (4, 1, 1)]);
    assert_eq!(partners(&groups, (a, 1), 1, (b, 1)), [3]);
}

/// Whether a head is wider than there are heads, or not: queries, keys and values hang on the heads, and on the width of a head
/// hang the values alone.
#[test]
fn attention_is_cut_by_heads() {
    for (heads, width) in [(4i64, 3i64), (3, 4), (2, 6)] {
        let length = 5i64;
        let mut net = Net::new(16);
        let x = net.input(&[1, 5, 12]);
        let embed = net.weight(&[12, 12]);
        let mut by_head = Vec::new();
        for order in [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]] {
            let w = net.weight(&[12, 12]);
            let y = net.op("MatMul", &[x, w], &[]);
            let y = net.reshape(y, &[1, length, heads, width]);
            by_head.push(net.transpose(y, &order));
        }
        let scores = net.op("MatMul", &by_head[..2], &[]);
        let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
        let y = net.op("MatMul", &[scores, by_head[2]], &[]);
        let y = net.transpose(y, &[0, 2, 1, 3]);
        let y = net.reshape(y, &[1, length, heads * width]);
        let y = net.op("MatMul", &[y, embed], &[]);
        let groups = groups(&net.finish(&[y]));
        assert_eq!(sizes(&groups), [(heads as usize, 3, 1)]);
    }
}

/// A single head, as in a block of non-local means: queries and keys lose the same width, which their product sums over, as long as
/// zeros come through to it.
#[test]
fn queries_and_keys_lose_their_width_as_a_pair() {
    let attention = |between: &str| {
        let mut net = Net::new(18);
        let x = net.input(&[1, 5, 12]);
        let [queries, keys, values] = [8, 8, 6].map(|width| net.linear_3d(x, width));
        let [queries, keys] = [queries, keys].map(|x| match between {
            "" => x,
            between => net.op(between, &[x], &[]),
        });
        let keys = net.transpose(keys, &[0, 2, 1]);
        let scores = net.op("MatMul", &[queries, keys], &[]);
        let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
        let y = net.op("MatMul", &[scores, values], &[]);
        let y = net.linear_3d(y, 3);
        groups(&net.finish(&[y]))
    };
    for between in ["", "Relu"] {
        assert_eq!(sizes(&attention(between)), [(8, 2, 0), (6, 1, 1)]);
    }
    // A sigmoid makes a half of zero on both sides.
    let kept = attention("Sigmoid");
    assert_eq!(sizes(&kept), [(6, 1, 1)]);
    let reasons: Vec<String> = kept.kept().iter().map(|row| render(&row.reason)).collect();
    assert!(
        reasons
            .iter()
            .any(|why| why.contains("two computed tensors"))
    );
}

#[test]
fn normalizations_over_channels_keep_them() {
    for op in ["LRN", "Softmax", "LayerNormalization"] {
        let mut net = Net::new(17);
        let x = net.input(&[1, 6]);
        let a = net.linear(x, 8);
        let y = match op {
            "LRN" => net.op(op, &[a], &[("size", int(3))]),
            "Softmax" => net.op(op, &[a], &[("axis", int(1))]),
            _ => {
                let scale = net.weight(&[8]);
                net.op(op, &[a, scale], &[("axis", int(1))])
            }
        };
        let y = net.linear(y, 4);
        let groups = groups(&net.finish(&[y]));
        assert_eq!(sizes(&groups), [], "{op}");
        assert!(render(&groups.kept()[0].reason).contains("normalization") || op == "Softmax");
    }
}

#[test]
fn a_slice_before_a_normalization_keeps_only_what_it_takes() {
    let mut net = Net::new(18);
    let x = net.input(&[1, 6]);
    let a = net.linear(x, 8);
    let bounds = [net.integers(&[2]), net.integers(&[6]), net.integers(&[1])];
    let taken = net.op("Slice", &[a, bounds[0], bounds[1], bounds[2]], &[]);
    let scale = net.weight(&[4]);
    let y = net.op("LayerNormalization", &[taken, scale], &[]);
    let z = net.linear(a, 3);
    let y = net.linear(y, 3);
    let y = net.add(y, z);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(4, 1, 1)]);
    let kept: usize = groups
        .kept()
        .iter()
        .filter(|k| k.of == 8)
        .map(|k| k.channels)
        .sum();
    assert_eq!(kept, 4);
}

/// Wide and deep: the two tails of different widths are groups of their own.
#[test]
fn separate_tails_stay_separate() {
    let mut net = Net::new(19);
    let x = net.input(&[1, 32]);
    let wide = net.linear(x, 3);
    let deep = net.linear(x, 16);
    let deep = net.relu(deep);
    let deep = net.linear(deep, 5);
    let y = net.concat(&[wide, deep], 1);
    let y = net.linear(y, 2);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(3, 1, 1), (16, 1, 1), (5, 1, 1)]);
}

#[test]
fn an_unknown_operator_freezes_what_it_touches_and_says_so() {
    let mut net = Net::new(20);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 3);
    let odd = net.op("FancyPool", &[a], &[]);
    let dims = net.graph.value(a).ty.clone();
    net.graph.value_mut(odd).ty = dims;
    let b = net.conv(a, 6, 3);
    let y = net.classifier(b, 10);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(6, 1, 1)]);
    let frozen: Vec<_> = groups.kept().iter().filter(|k| k.of == 4).collect();
    assert_eq!(frozen.len(), 1, "{frozen:?}");
    assert_eq!(frozen[0].channels, 4);
    // The node, the operator and its opset.
    for word in ["“FancyPool1”", "FancyPool", "opset 17", "not supported"] {
        assert!(
            render(&frozen[0].reason).contains(word),
            "{}",
            frozen[0].reason
        );
    }
}

/// The halves of a split, joined the other way round: each channel keeps its partner.
#[test]
fn a_concat_after_a_split_follows_each_part() {
    let mut net = Net::new(26);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 10, 1);
    let lengths = net.integers(&[4, 6]);
    let parts = net.op_n("Split", &[a, lengths], &[("axis", int(1))], 2);
    let turned = net.concat(&[parts[1], parts[0]], 1);
    let y = head(&mut net, turned);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(groups.units.len(), 10);
    assert_eq!(partners(&groups, (a, 1), 0, (turned, 1)), [6]);
    assert_eq!(partners(&groups, (a, 1), 4, (turned, 1)), [0]);
    assert_eq!(partners(&groups, (a, 1), 9, (turned, 1)), [5]);
}

/// Torch-Pruning's net that ends in a convolution with one output channel: that is no depthwise one, so the first group is
/// three layers and no more, and so is the second.
#[test]
fn a_convolution_to_one_channel_does_not_join_the_groups() {
    let mut net = Net::new(28);
    let x = net.input(&[1, 3, 8, 8]);
    let mut y = x;
    for (out, k, stride, pad) in [(16, 3, 1, 1), (64, 2, 2, 0), (1, 3, 1, 1)] {
        y = net.conv_with(y, out, k, 1, stride, pad, true);
        y = net.batch_norm(y);
        y = net.relu(y);
    }
    let graph = net.finish(&[y]);
    let groups = groups(&graph);
    let layers = groups.groups.iter().map(|group| {
        let of_group = |id: &ValueId| group.members.iter().any(|member| member.value == *id);
        let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| {
            let stored = node.reads().filter(|id| graph.constant(*id).is_some());
            stored.into_iter().any(|id| of_group(&id))
        });
        nodes.map(|(at, _)| at).collect()
    });
    let layers: Vec<Vec<usize>> = layers.collect();
    // Convolution, normalization, activation, three times.
    assert_eq!(layers, [vec![0, 1, 3], vec![3, 4, 6]]);
}

/// Torch-Pruning's net with parameters that nothing reads: they change nothing.
#[test]
fn stored_tensors_that_nothing_reads_are_left_out() {
    let mut net = Net::new(27);
    let x = net.input(&[1, 16]);
    let y = net.linear(x, 12);
    net.weight(&[12, 12]);
    let y = net.linear(y, 4);
    let graph = net.finish(&[y]);
    let groups = groups(&graph);
    assert_eq!(sizes(&groups), [(12, 1, 1)]);
    assert!(groups.unit(UnitId(0)).elements.iter().all(|element| {
        let reads = |node: &secateur::graph::Node| node.reads().any(|v| v == element.axis.value);
        let makes = graph
            .nodes
            .iter()
            .any(|n| n.outputs.contains(&Some(element.axis.value)));
        makes || graph.nodes.iter().any(reads)
    }));
}

#[test]
fn a_sub_graph_that_reads_a_tensor_keeps_it() {
    let mut net = Net::new(21);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 3);
    let flag = net.constant(Tensor::from_i64(&[1], vec![1]));
    net.op("If", &[flag], &[]);
    net.graph.nodes.last_mut().unwrap().captures.push(a);
    let y = head(&mut net, a);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), []);
    assert!(
        render(&groups.kept()[0].reason).contains("If"),
        "{}",
        groups.kept()[0].reason
    );
}

#[test]
fn several_outputs_keep_only_their_own_channels() {
    let mut net = Net::new(22);
    let x = net.input(&[1, 3, 8, 8]);
    let trunk = net.conv(x, 8, 3);
    let a = net.conv(trunk, 4, 1);
    let b = net.conv(trunk, 5, 1);
    let groups = groups(&net.finish(&[a, b]));
    assert_eq!(sizes(&groups), [(8, 1, 2)]);
    assert_eq!(groups.kept().len(), 2);
}

#[test]
fn the_same_model_gives_the_same_groups() {
    let build = || {
        let mut net = Net::new(23);
        net.hollow = true;
        common::nets::resnet18(net, 32)
    };
    let (a, b) = (groups(&build()), groups(&build()));
    assert_eq!(a.groups, b.groups);
    assert_eq!(a.units, b.units);
}

#[test]
fn channels_that_can_only_go_all_at_once_stay() {
    let mut net = Net::new(24);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv(x, 4, 1);
    // Two groups with one channel out each: all or none.
    let b = net.conv_with(a, 2, 3, 2, 1, 1, true);
    let y = head(&mut net, b);
    let groups = groups(&net.finish(&[y]));
    assert_eq!(sizes(&groups), [(2, 1, 1)]);
    let row = groups
        .kept()
        .iter()
        .find(|k| render(&k.reason).contains("go together"));
    assert_eq!(row.map(|k| (k.channels, k.of)), Some((2, 2)));
}
