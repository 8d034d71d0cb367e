//! Re-packing against answers that other tools and papers state.

mod common;

use common::nets::{Layer::*, chain};
use common::repacking::{agree, share_of_each};
use common::{Net, Random, int, ints};
use secateur::graph::{Graph, ValueId};
use secateur::onnx;
use secateur::ops::operator;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::repack;

/// Half of every group, on networks whose counts are known from the architecture alone.
#[test]
fn half_the_channels_leave_the_known_parameters_and_multiply_adds() {
    type Builder = fn(Net, usize) -> Graph;
    type Counts = (usize, u64);
    let cases: [(&str, Builder, Counts, Counts); 4] = [
        (
            "ResNet-18",
            common::nets::resnet18,
            (11_689_512, 1_814_073_344),
            (3_055_880, 483_149_824),
        ),
        (
            "ResNet-50",
            common::nets::resnet50,
            (25_557_032, 4_089_184_256),
            (6_917_640, 1_052_311_552),
        ),
        (
            "MobileNetV2",
            common::nets::mobilenet_v2,
            (3_504_872, 300_774_272),
            (1_221_768, 83_402_176),
        ),
        (
            "VGG-11",
            common::nets::vgg11,
            (132_863_336, 7_609_090_048),
            (34_243_752, 1_924_972_544),
        ),
    ];
    for (name, build, dense, half) in cases {
        let mut net = Net::new(1);
        net.hollow = true;
        let graph = build(net, 224);
        assert_eq!((learned(&graph), macs(&graph)), dense, "{name}");
        let groups = analyze(&graph).unwrap();
        let removed = share_of_each(&groups, 0.5);
        let packed = repack(&graph, &groups, &removed).unwrap().graph;
        assert_eq!((learned(&packed), macs(&packed)), half, "{name}");
    }
}

fn macs(graph: &Graph) -> u64 {
    let dims = |id: ValueId| graph.value(id).ty.as_ref()?.known_shape();
    let nodes = graph.nodes.iter().map(|node| {
        let operator = operator(node, graph.opset()).unwrap().unwrap();
        let inputs: Vec<_> = node.inputs.iter().map(|id| dims((*id)?)).collect();
        let output = node.output(0).and_then(dims).unwrap();
        operator.macs(&inputs, &output)
    });
    nodes.sum()
}

/// Parameters as the frameworks count them: without the running statistics of batch normalizations, without bounds.
fn learned(graph: &Graph) -> usize {
    let mut count = 0;
    let mut seen = std::collections::BTreeSet::new();
    for node in &graph.nodes {
        let inputs = match node.op_type.as_str() {
            "BatchNormalization" => &node.inputs[1..3],
            "Clip" => &[],
            _ => &node.inputs[..],
        };
        for &id in inputs.iter().flatten().filter(|&&id| seen.insert(id)) {
            let tensor = graph.constant(id).filter(|t| t.dtype().is_float());
            count += tensor.map_or(0, |t| t.len());
        }
    }
    count
}

/// Torch-Pruning's override: a choice of [1, 2, 3, 4] that gives way to [2, 6, 9] leaves nothing behind.
#[test]
fn a_later_choice_of_channels_is_as_if_it_were_the_first() {
    let graph = common::nets::resnet18(Net::new(48), 32);
    let model = |choices: &[&[usize]]| {
        let groups = analyze(&graph).unwrap();
        let packed = choices.iter().map(|channels| {
            let units: Vec<UnitId> = groups.units_of(0).collect();
            let removed: Vec<UnitId> = channels.iter().map(|&channel| units[channel]).collect();
            repack(&graph, &groups, &removed).unwrap().graph
        });
        let all: Vec<Graph> = packed.collect();
        onnx::write(all.last().unwrap()).unwrap()
    };
    let direct = model(&[&[2, 6, 9]]);
    assert!(model(&[&[1, 2, 3, 4], &[2, 6, 9]]) == direct);
    assert!(model(&[&[1, 2, 3, 4]]) != direct);
}

/// LeNet's second convolution without maps 0, 2 and 6: 16 columns of the first linear layer go with each.
#[test]
fn lenet_loses_runs_of_columns() {
    let mut net = Net::new(41);
    let x = net.input(&[1, 6, 4, 4]);
    let (conv, fc) = (net.weight(&[16, 6, 1, 1]), net.weight(&[120, 256]));
    let y = net.conv_of(&[x, conv], 1, 1, 0);
    let y = net.flatten(y);
    let y = net.op("Gemm", &[y, fc], &[("transB", int(1))]);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[0, 2, 6].map(UnitId), &mut Random(1)).graph;
    let stored = |name: &str| packed.constant(packed.find(name).unwrap()).unwrap().clone();
    let [conv, fc] = [conv, fc].map(|id| &graph.value(id).name);
    assert_eq!(stored(conv).shape(), [13, 6, 1, 1]);
    let gone = |c: &usize| (0..16).contains(c) || (32..48).contains(c) || (96..112).contains(c);
    let columns: Vec<usize> = (0..256).filter(|c| !gone(c)).collect();
    assert_eq!(columns.len(), 208);
    let before = graph.constant(graph.find(fc).unwrap()).unwrap();
    assert_eq!(*stored(fc), before.select(1, &columns).unwrap());
}

/// One producer twice in a concat: 448 of 512 kept are 896 read.
#[test]
fn a_doubled_producer_is_cut_in_both_places() {
    let mut net = Net::new(42);
    let x = net.input(&[1, 3, 2, 2]);
    let y = net.conv(x, 512, 1);
    let y = net.concat(&[y, y], 1);
    let y = net.conv(y, 512, 1);
    let y = net.classifier(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let removed = share_of_each(&groups, 0.125);
    let packed = agree(&graph, &groups, &removed, &mut Random(1)).graph;
    let reader = packed.nodes[2].input(1).unwrap();
    assert_eq!(packed.constant(reader).unwrap().shape(), [448, 896, 1, 1]);
}

/// Linear 4096 seen as 256 × 4 × 4, then transposed convolutions to 128 × 8 × 8 and 64 × 16 × 16, at half.
#[test]
fn a_linear_layer_seen_as_maps_is_cut_by_maps() {
    let mut net = Net::new(43);
    let x = net.input(&[1, 8]);
    let y = net.linear(x, 4096);
    let mut y = net.reshape(y, &[-1, 256, 4, 4]);
    for out in [128, 64] {
        let w = net.weight(&[2 * out, out, 2, 2]);
        y = net.op("ConvTranspose", &[y, w], &[("strides", ints(&[2, 2]))]);
        y = net.relu(y);
    }
    let y = net.flatten(y);
    let y = net.linear(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let packed = repack(&graph, &groups, &share_of_each(&groups, 0.5))
        .unwrap()
        .graph;
    let shapes: Vec<&[usize]> = packed
        .nodes
        .iter()
        .filter_map(|n| n.input(1))
        .map(|w| packed.constant(w).unwrap().shape())
        .collect();
    assert_eq!(shapes[0], [2048, 8]);
    assert_eq!(shapes[2], [128, 64, 2, 2]);
    assert_eq!(shapes[3], [64, 32, 2, 2]);
    assert_eq!(shapes[4], [2, 8192]);
}

/// A convolution of 512 split into 128, 128 and 256, one block applied to the first two: at half 64, 64 and 128.
#[test]
fn a_split_with_a_shared_block_is_halved_in_every_part() {
    let mut net = Net::new(44);
    let x = net.input(&[1, 3, 2, 2]);
    let y = net.conv(x, 512, 1);
    let lengths = net.integers(&[128, 128, 256]);
    let parts = net.op_n("Split", &[y, lengths], &[("axis", int(1))], 3);
    let (shared, own) = (net.weight(&[128, 128, 1, 1]), net.weight(&[128, 256, 1, 1]));
    let outs = [
        net.conv_of(&[parts[0], shared], 1, 1, 0),
        net.conv_of(&[parts[1], shared], 1, 1, 0),
        net.conv_of(&[parts[2], own], 1, 1, 0),
    ];
    let y = net.add(outs[0], outs[1]);
    let y = net.add(y, outs[2]);
    let y = net.classifier(y, 2);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let removed = share_of_each(&groups, 0.5);
    let packed = agree(&graph, &groups, &removed, &mut Random(1)).graph;
    let stored = |node: usize| {
        packed
            .constant(packed.nodes[node].input(1).unwrap())
            .unwrap()
    };
    assert_eq!(stored(0).shape(), [256, 3, 1, 1]);
    assert_eq!(stored(1).integers().unwrap(), [64, 64, 128]);
    assert_eq!(stored(2).shape(), [64, 64, 1, 1]);
    assert_eq!(packed.nodes[2].input(1), packed.nodes[3].input(1));
    assert_eq!(stored(4).shape(), [64, 128, 1, 1]);
}

/// A layer of one's own (a scale and a shift for each channel, written as Mul and Add) loses what the layer before it
/// loses: 256 less three are 253 everywhere.
#[test]
fn a_customised_layer_loses_the_same_channels() {
    let mut net = Net::new(45);
    let x = net.input(&[1, 128]);
    let first = net.linear(x, 256);
    let (scale, shift) = (net.weight(&[256]), net.weight(&[256]));
    let y = net.op("Mul", &[first, scale], &[]);
    let y = net.add(y, shift);
    let y = net.relu(y);
    let y = net.linear(y, 10);
    let graph = net.finish(&[y]);
    let groups = analyze(&graph).unwrap();
    let packed = agree(&graph, &groups, &[0, 2, 6].map(UnitId), &mut Random(1)).graph;
    let stored = |node: usize| {
        packed
            .constant(packed.nodes[node].input(1).unwrap())
            .unwrap()
    };
    let shapes: Vec<&[usize]> = (0..3).chain([4]).map(|node| stored(node).shape()).collect();
    assert_eq!(shapes, [&[253, 128][..], &[253], &[253], &[10, 253]]);
    let left: Vec<usize> = (0..256).filter(|c| ![0, 2, 6].contains(c)).collect();
    let before = graph.constant(scale).unwrap();
    assert_eq!(**stored(1), before.select(0, &left).unwrap());
}

/// Channels that are zero already (no weights, no bias): without them the outputs are those of the original.
#[test]
fn dead_channels_go_without_a_trace() {
    let mut graph = chain(
        46,
        &[1, 3, 6, 6],
        &[Conv(8, 3), Relu, Conv(6, 3), Relu, Flatten, Linear(4)],
    );
    for (node, channels) in [(0, &[1, 3, 6][..]), (2, &[0, 5])] {
        for input in [1, 2] {
            let id = graph.nodes[node].input(input).unwrap();
            let tensor = graph.constant(id).unwrap();
            let each = tensor.len() / tensor.shape()[0];
            let mut numbers = tensor.floats().unwrap().into_owned();
            for &channel in channels {
                numbers[channel * each..][..each].fill(0.0);
            }
            let dead = tensor.with_floats(&numbers).unwrap();
            graph.value_mut(id).constant = Some(std::sync::Arc::new(dead));
        }
    }
    let groups = analyze(&graph).unwrap();
    // Units stand in the order of their channels: 8 of the first group, then 6.
    let dead = [1, 3, 6, 8, 13].map(UnitId);
    let packed = agree(&graph, &groups, &dead, &mut Random(1)).graph;
    let inputs = common::random_inputs(&graph, &mut Random(2));
    let run = |graph: &Graph| common::reference::run(graph, &inputs);
    assert!(common::distance(&run(&graph)[0], &run(&packed)[0]) < 1e-9);
}
