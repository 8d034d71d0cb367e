//! Axes that a model leaves open: which sizes have to be given, and that they are not written into the model.

mod common;

use common::open_nets::{open_net, with_open_axes};
use common::repacking::share_of_each;
use common::{Net, Random};
use secateur::Error;
use secateur::engine::{Executor, Options};
use secateur::graph::{Dim, Graph, ValueId};
use secateur::onnx::{self, OpenOptions, open};
use secateur::prune::cut::cut;
use secateur::prune::groups::analyze;
use secateur::prune::repack::{mask_channels, repack};
use secateur::recipe::Recipe;
use secateur::tensor::Tensor;

const NAMES: [&str; 4] = ["batch", "", "height", "width"];

fn at(bytes: &[u8], sizes: &[(&str, usize)]) -> secateur::Result<Graph> {
    let dims = sizes.iter().map(|&(name, size)| (name.to_string(), size));
    let options = OpenOptions {
        dims: dims.collect(),
    };
    Ok(open(bytes.to_vec().into(), &options)?.graph)
}

fn file(graph: &Graph) -> Vec<u8> {
    onnx::write(graph).expect("writes")
}

fn run(graph: &Graph, inputs: &[Tensor]) -> Vec<Tensor> {
    let options = Options::for_inputs(graph, inputs);
    let mut executor = Executor::new(graph, &options).expect("plans");
    executor.run(inputs).expect("runs")
}

fn assert_close(ours: &[Tensor], theirs: &[Tensor]) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert_eq!(a.shape(), b.shape());
        let (a, b) = (a.floats().unwrap(), b.floats().unwrap());
        let largest = a.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
        let apart = a.iter().zip(&*b).map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        assert!(apart < 1e-4 * largest, "{apart} of {largest}");
    }
}

/// What a file states of a value, as text.
fn stated(graph: &Graph, id: ValueId) -> Vec<String> {
    let ty = graph.value(id).ty.as_ref().expect("a shape");
    ty.shape.iter().map(Dim::to_string).collect()
}

#[test]
fn a_cut_model_runs_at_sizes_that_were_not_given() {
    for seed in 0..3 {
        let original = file(&with_open_axes(open_net(seed), NAMES));
        let graph = at(&original, &[("height", 16), ("width", 24)]).expect("opens");
        let groups = analyze(&graph).expect("groups");
        let units: usize = groups.groups.iter().map(|group| group.units.len()).sum();
        // The channels of the convolutions and of the tokens; those of both outputs stay.
        assert!(units >= 16 + 24 + 20 + 12, "{units}");
        let removed = share_of_each(&groups, 0.5);
        let masked = file(&mask_channels(&graph, &groups, &removed).expect("masks"));
        let packed = repack(&graph, &groups, &removed).expect("re-packs");
        assert_eq!(packed.report.settled, Vec::<String>::new());
        let packed = file(&packed.graph);

        let read = onnx::read(packed.clone().into()).expect("reads");
        assert_eq!(
            stated(&read, read.inputs[0]),
            ["batch", "3", "height", "width"]
        );
        for (samples, height, width) in [(1, 16, 24), (2, 32, 20), (3, 8, 40)] {
            let inputs = [Random(seed + 9).tensor(&[samples, 3, height, width])];
            let sizes = [("height", height), ("width", width)];
            let [masked, packed] = [&masked, &packed].map(|file| at(file, &sizes).expect("opens"));
            assert_close(&run(&masked, &inputs), &run(&packed, &inputs));
        }
    }
}

/// The report of a cut says nothing of sizes, and the file has the symbols, also of an output that follows from them.
#[test]
fn a_cut_file_states_symbols() {
    let original = file(&with_open_axes(open_net(5), NAMES));
    let graph = at(&original, &[("height", 16), ("width", 24)]).expect("opens");
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.6}}"#).unwrap();
    let made = cut(&graph, original.len() as u64, &recipe, None).expect("cuts");
    assert!(made.report.check.expect("a check").agrees);
    let warnings = made.report.warnings.iter();
    assert!(warnings.clone().all(|w| w.key != "warning-sizes-settled"));
    let read = onnx::read(made.bytes.clone().into()).expect("reads");
    assert_eq!(
        stated(&read, read.inputs[0]),
        ["batch", "3", "height", "width"]
    );
    let [map, classes] = read.outputs[..] else {
        panic!("two outputs")
    };
    assert_eq!(stated(&read, map)[..2], ["batch", "4"]);
    assert!(
        stated(&read, map)[2..]
            .iter()
            .all(|dim| dim.parse::<usize>().is_err())
    );
    assert_eq!(stated(&read, classes), ["batch", "5"]);
    // Opened with the same sizes, and cut once more, it stays open.
    let again = at(&made.bytes, &[("height", 16), ("width", 24)]).expect("opens");
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.8}}"#).unwrap();
    let again = cut(&again, made.bytes.len() as u64, &recipe, None).expect("cuts");
    let larger = at(&again.bytes, &[("height", 32), ("width", 32)]).expect("opens");
    let outputs = run(&larger, &[Random(3).tensor(&[1, 3, 32, 32])]);
    assert_eq!(outputs[0].shape(), [1, 4, 32, 32]);
}

/// A size that holds channels and a given length can't stay computed; the report says so.
#[test]
fn a_size_that_is_written_as_a_number_is_said() {
    let mut net = Net::new(11);
    let x = net.input(&[1, 3, 8, 6]);
    let x = net.conv(x, 12, 3);
    let x = net.relu(x);
    // Channels and rows become one axis, and the columns are halved: two sizes that nothing tells, one of which is cut.
    let shape = net.op("Shape", &[x], &[]);
    let [rows, columns, two] = [2, 3, 2].map(|n| net.integers(&[n]));
    let [rows, columns] = [rows, columns].map(|axis| net.op("Gather", &[shape, axis], &[]));
    let half = net.op("Div", &[columns, two], &[]);
    let [one, channels] = [1, 12].map(|n| net.integers(&[n]));
    let merged = net.op("Mul", &[rows, channels], &[]);
    let target = net.concat(&[one, merged, half, two], 0);
    let y = net.op("Reshape", &[x, target], &[]);
    let target = net.concat(&[one, channels, rows, columns], 0);
    let y = net.op("Reshape", &[y, target], &[]);
    let y = net.conv(y, 4, 1);
    let original = file(&with_open_axes(
        net.finish(&[y]),
        ["", "", "height", "width"],
    ));
    let graph = at(&original, &[("height", 8), ("width", 6)]).expect("opens");
    let groups = analyze(&graph).expect("groups");
    let removed = share_of_each(&groups, 0.5);
    let packed = repack(&graph, &groups, &removed).expect("re-packs");
    assert!(!removed.is_empty());
    let settled = &packed.report.settled;
    assert_eq!(settled.len(), 1, "{settled:?}");
}

#[test]
fn a_size_that_the_model_has_not_is_refused() {
    let original = file(&with_open_axes(open_net(1), NAMES));
    let error = at(&original, &[("height", 16), ("width", 16), ("foo", 3)]).unwrap_err();
    let Error::BadInput(reason) = &error else {
        panic!("{error}")
    };
    assert_eq!(&*reason.key, "error-no-such-axis");
    let reason = reason.to_string();
    for name in ["foo", "batch", "height", "width"] {
        assert!(reason.contains(name), "{reason}");
    }
    let missing = at(&original, &[("height", 16)]).unwrap_err();
    assert!(matches!(missing, Error::OpenDimensions(names) if names == ["width"]));
}

/// One name for two axes: each is called by its place, and they get sizes of their own.
#[test]
fn two_axes_of_one_name_can_have_different_sizes() {
    let names = ["batch", "", "side", "side"];
    let original = file(&with_open_axes(open_net(2), names));
    let same = at(&original, &[("side", 16)]).expect("opens");
    let inputs = [Random(4).tensor(&[1, 3, 16, 16])];
    let square = run(&same, &inputs);
    let apart = at(&original, &[("x0.2", 16), ("x0.3", 24)]).expect("opens");
    let wide = run(&apart, &[Random(4).tensor(&[1, 3, 16, 24])]);
    assert_eq!(square[0].shape(), [1, 4, 16, 16]);
    assert_eq!(wide[0].shape(), [1, 4, 16, 24]);
    let again = file(&apart);
    let again = at(&again, &[("x0.2", 16), ("x0.3", 16)]).expect("opens");
    assert_close(&square, &run(&again, &inputs));
    assert!(
        at(&original, &[("x0.1", 3)]).is_err(),
        "that axis is not open"
    );
}

/// The batch counts wherever its name stands, and an input without it at the first axis is no obstacle.
#[test]
fn a_batch_is_known_by_its_name_off_the_first_axis() {
    let mut net = Net::new(21);
    let [x, s] = [net.input(&[3, 4]), net.input(&[2, 3, 4])];
    let a = net.linear_3d(x, 8);
    let a = net.relu(a);
    let a = net.linear_3d(a, 4);
    let axis = net.integers(&[0]);
    let a = net.op("Unsqueeze", &[a, axis], &[]);
    let y = net.add(a, s);
    let mut graph = net.finish(&[y]);
    for (id, axis) in [(x, 0), (s, 1)] {
        graph.value_mut(id).ty.as_mut().unwrap().shape[axis] = Dim::symbol("batch");
    }
    let original = file(&graph);
    let graph = at(&original, &[]).expect("opens");
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.6}}"#).unwrap();
    let made = cut(&graph, original.len() as u64, &recipe, None).expect("cuts");
    assert!(made.report.check.expect("a check").agrees);
    let cut = at(&made.bytes, &[]).expect("opens");
    assert_eq!(stated(&cut, cut.outputs[0]), ["2", "batch", "4"]);
    let inputs = [Random(1).tensor(&[5, 4]), Random(2).tensor(&[2, 5, 4])];
    assert_eq!(run(&cut, &inputs)[0].shape(), [2, 5, 4]);
}

/// A slice over the batch, or over an axis whose length is not known, freezes that axis and no other.
#[test]
fn a_slice_over_the_batch_freezes_the_batch_only() {
    for (start, end) in [(0, i64::MAX), (1, i64::MAX), (0, 1)] {
        let mut net = Net::new(31);
        let x = net.input(&[2, 3, 8, 8]);
        let x = net.conv(x, 8, 3);
        let [start, end, axis] = [start, end, 0].map(|n| net.integers(&[n]));
        let x = net.op("Slice", &[x, start, end, axis], &[]);
        let y = net.conv_with(x, 4, 3, 1, 2, 0, true);
        let mut graph = net.finish(&[y]);
        let input = graph.inputs[0];
        graph.value_mut(input).ty.as_mut().unwrap().shape[0] = Dim::symbol("N");
        let graph = at(&file(&graph), &[]).expect("opens");
        let groups = analyze(&graph).expect("groups");
        assert_eq!(groups.units.len(), 8);
        let removed = share_of_each(&groups, 0.5);
        let masked = mask_channels(&graph, &groups, &removed).expect("masks");
        let packed = repack(&graph, &groups, &removed).expect("re-packs").graph;
        let inputs = [Random(2).tensor(&[3, 3, 8, 8])];
        assert_close(&run(&masked, &inputs), &run(&packed, &inputs));
    }
}

/// Unnamed axes, however the file writes that, are axes of their own.
#[test]
fn question_marks_are_no_name() {
    let mut net = Net::new(41);
    let x = net.input(&[1, 3, 9, 7]);
    let x = net.conv(x, 8, 3);
    let y = net.conv(x, 4, 3);
    let original = file(&with_open_axes(net.finish(&[y]), ["?", "", "?", "?"]));
    let missing = at(&original, &[]).unwrap_err();
    assert!(matches!(missing, Error::OpenDimensions(names) if names == ["x0.2", "x0.3"]));
    let graph = at(&original, &[("x0.2", 9), ("x0.3", 7)]).expect("opens");
    let outputs = run(&graph, &[Random(2).tensor(&[2, 3, 9, 7])]);
    assert_eq!(outputs[0].shape(), [2, 4, 9, 7]);
    let again = at(&file(&graph), &[("x0.2", 5), ("x0.3", 6)]).expect("opens");
    let outputs = run(&again, &[Random(2).tensor(&[2, 3, 5, 6])]);
    assert_eq!(outputs[0].shape(), [2, 4, 5, 6]);
}
