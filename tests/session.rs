//! What is drawn of a cut agrees with the cut that is made: counts, pictures and the numbers that stay.

mod common;

use common::nets::{Layer::*, chain};
use common::{Net, int};
use secateur::graph::{Graph, ValueId};
use secateur::prune::cut::Cut;
use secateur::prune::session::{Session, Window};
use secateur::recipe::Recipe;
use secateur::tensor::Tensor;
use secateur::text::{render, said};

/// Two convolutions with a batch normalization between, and a linear layer; some weights are zero, one is tiny.
fn small_net() -> Graph {
    let mut graph = chain(
        3,
        &[1, 3, 8, 8],
        &[
            Conv(16, 3),
            Norm,
            Relu,
            Conv(24, 1),
            Relu,
            Pool,
            Flatten,
            Linear(10),
        ],
    );
    let weight = graph.nodes[0].input(1).unwrap();
    let tensor = graph.constant(weight).unwrap();
    let mut weights = tensor.floats().unwrap().into_owned();
    (weights[5], weights[77], weights[200]) = (0.0, 0.0, 1e-30);
    let tensor = tensor.with_floats(&weights).unwrap();
    graph.value_mut(weight).constant = Some(std::sync::Arc::new(tensor));
    graph
}

fn session(recipe: &str) -> (Session, Recipe) {
    let recipe = Recipe::parse(recipe).unwrap();
    (Session::new(small_net(), 100_000).unwrap(), recipe)
}

fn floats(graph: &Graph, id: ValueId) -> Vec<f32> {
    graph.constant(id).unwrap().floats().unwrap().into_owned()
}

const OF_WEIGHTS: [&str; 7] = [
    r#"{"granularity": "weight", "target": {"sparsity": 0.6}}"#,
    r#"{"granularity": "weight", "criterion": "lamp", "target": {"parameters": 0.3}}"#,
    r#"{"granularity": "weight", "criterion": "random", "allocation": "uniform", "target": {"macs": 0.5}}"#,
    r#"{"granularity": "2:4"}"#,
    r#"{"granularity": "3:5", "criterion": "l1", "protect": ["Conv3"]}"#,
    r#"{"granularity": "block", "block": [4, 1], "target": {"sparsity": 0.5}}"#,
    r#"{"granularity": "block", "block": [5, 7], "target": {"parameters": 0.6}}"#,
];

#[test]
fn previews_count_what_is_made() {
    for text in OF_WEIGHTS {
        let (mut session, recipe) = session(text);
        let preview = session.preview(&recipe).expect(text);
        let made = session.finish(None).expect(text).report.after;
        assert_eq!(preview.after.nonzeros, made.totals.nonzeros, "{text}");
        assert_eq!(preview.after.parameters, made.totals.parameters, "{text}");
        for (row, made) in preview.layers.iter().zip(&made.layers) {
            assert_eq!(row.nonzeros, made.nonzeros, "{text}: {}", made.name);
        }
    }
    let (mut session, recipe) = session(r#"{"target": {"macs": 0.5}}"#);
    let preview = session.preview(&recipe).unwrap();
    let report = session.finish(None).unwrap().report;
    let (whole, made) = (report.before, report.after);
    assert_eq!(preview.after.macs, made.totals.macs);
    for (row, made) in preview.layers.iter().zip(&made.layers) {
        let outputs = whole.layers[row.id].channels_out;
        let gone = (outputs - made.channels_out) as f64 / outputs as f64;
        assert!((row.channels_gone - gone).abs() < 1e-12, "{}", made.name);
        let (was, is) = ((row.channels_in, row.channels_out), made);
        assert_eq!(was, (is.channels_in, is.channels_out), "{}", made.name);
        assert_eq!(row.macs, made.macs, "{}", made.name);
    }
}

#[test]
fn heatmaps_show_what_stays() {
    for text in OF_WEIGHTS {
        let (mut session, recipe) = session(text);
        let report = session.preview(&recipe).unwrap();
        let made = session.finish(None).unwrap();
        for row in &report.layers {
            let node = layer_node(session.graph(), row.id);
            let weight = session.graph().nodes[node].input(1).unwrap();
            let (dense, cut) = (floats(session.graph(), weight), floats(&made.graph, weight));
            let rows = session.graph().constant(weight).unwrap().shape()[0];
            let columns = dense.len() / rows;
            let single = session.heatmap(row.id, window(columns, rows)).unwrap();
            assert_eq!(single.weights_per_cell, 1);
            assert_eq!(single.values, dense);
            for ((was, is), kept) in dense.iter().zip(&cut).zip(&single.kept) {
                assert_eq!(*is, was * kept, "{text}");
            }
            // Coarse cells are the sums of the single ones.
            let mut coarse = window(columns, rows);
            (coarse.rows, coarse.cols) = (3, 5);
            let coarse = session.heatmap(row.id, coarse).unwrap();
            let (down, across) = (coarse.height / coarse.rows, coarse.width / coarse.cols);
            for cell in 0..coarse.values.len() {
                let (top, first) = (cell / coarse.cols * down, cell % coarse.cols * across);
                let inside = |i: &usize| {
                    (top..top + down).contains(&(i / columns))
                        && (first..first + across).contains(&(i % columns))
                };
                let members: Vec<usize> = (0..dense.len()).filter(inside).collect();
                let count = members.len() as f32;
                let largest = members.iter().fold(0f32, |m, &i| m.max(dense[i].abs()));
                let kept: f32 = members.iter().map(|&i| single.kept[i]).sum();
                let sum: f64 = members.iter().map(|&i| f64::from(dense[i])).sum();
                assert_eq!(coarse.magnitudes[cell], largest);
                assert!((coarse.kept[cell] - kept / count).abs() < 1e-6);
                assert!((f64::from(coarse.values[cell]) - sum / f64::from(count)).abs() < 1e-6);
            }
        }
    }
}

fn window(width: usize, height: usize) -> Window {
    Window {
        x: 0,
        y: 0,
        width,
        height,
        rows: height,
        cols: width,
    }
}

/// The node of a row: the nodes that have stored weights, in the graph's order.
fn layer_node(graph: &Graph, row: usize) -> usize {
    let is_layer = |op: &str| matches!(op, "Conv" | "Gemm");
    let nodes = graph.nodes.iter().enumerate();
    let mut layers = nodes.filter(|(_, node)| is_layer(&node.op_type));
    layers.nth(row).unwrap().0
}

#[test]
fn histograms_count_every_weight_once() {
    let (mut session, recipe) =
        session(r#"{"granularity": "weight", "target": {"sparsity": 0.6}}"#);
    let preview = session.preview(&recipe).unwrap();
    for row in &preview.layers {
        let node = layer_node(session.graph(), row.id);
        let weights = floats(
            session.graph(),
            session.graph().nodes[node].input(1).unwrap(),
        );
        let histogram = session.histogram(row.id, 20).unwrap();
        assert_eq!(histogram.all.iter().sum::<u32>() as usize, weights.len());
        let removed = histogram.removed.iter().sum::<u32>() as f64;
        assert!((removed / weights.len() as f64 - row.sparsity).abs() < 1e-9);
        // By magnitude: what goes lies below the line.
        let threshold = histogram.threshold.unwrap();
        let below = weights.iter().filter(|w| w.abs() < threshold).count();
        assert_eq!(removed as usize, below);
    }
}

#[test]
fn score_bars_are_sorted_and_cut_where_channels_go() {
    let (mut session, recipe) = session(r#"{"target": {"macs": 0.5}}"#);
    let preview = session.preview(&recipe).unwrap();
    for row in &preview.layers[..2] {
        let bars = session.scores(row.id).unwrap();
        assert_eq!(bars.kept, row.channels_out);
        assert!(bars.scores.is_sorted_by(|a, b| a >= b));
        assert_eq!(bars.threshold, row.threshold);
        let mut channels = bars.channels.clone();
        channels.sort_unstable();
        assert!(channels.iter().copied().eq(0..bars.scores.len() as u32));
    }
}

#[test]
fn a_failed_recipe_leaves_the_cut_before_it() {
    let (mut session, recipe) = session(r#"{"target": {"macs": 0.5}}"#);
    let preview = session.preview(&recipe).unwrap();
    let bars = session.scores(0).unwrap();
    let bad = Recipe::parse(r#"{"target": {"macs": 0.5}, "protect": ["Cnv0"]}"#).unwrap();
    let message = said(&session.preview(&bad).unwrap_err());
    assert!(message.contains("Did you mean"), "{message}");
    let impossible = Recipe::parse(r#"{"target": {"macs": 0.002}}"#).unwrap();
    let message = said(&session.preview(&impossible).unwrap_err());
    assert!(message.contains("at least"), "{message}");
    assert_eq!(session.scores(0).unwrap(), bars);
    assert_eq!(session.preview(&recipe).unwrap(), preview);
}

#[test]
fn limits_that_hold_layers_back_are_told() {
    for (text, held) in [
        (
            r#"{"allocation": "uniform", "target": {"macs": 0.62}, "floor": 12}"#,
            Some("Conv0"),
        ),
        (
            r#"{"allocation": "manual", "layers": {"Conv0": 0.9}, "maxSparsity": 0.5}"#,
            Some("Conv0"),
        ),
        (
            r#"{"granularity": "weight", "target": {"sparsity": 0.5}, "maxSparsity": 0.5}"#,
            Some("Conv0"),
        ),
        (r#"{"target": {"macs": 0.9}}"#, None),
        (
            r#"{"granularity": "weight", "target": {"sparsity": 0.3}}"#,
            None,
        ),
    ] {
        let (mut session, recipe) = session(text);
        let told = session.preview(&recipe).expect(text).warnings;
        let made = session.finish(None).expect(text).report.warnings;
        let told: Vec<String> = told.iter().map(render).collect();
        let about_limits: Vec<&String> = told.iter().filter(|w| w.contains("limit")).collect();
        assert_eq!(
            about_limits.len(),
            usize::from(held.is_some()),
            "{text}: {told:?}"
        );
        for (warning, layer) in about_limits.iter().zip(held) {
            assert!(warning.contains(layer), "{warning}");
        }
        assert!(
            told.iter().all(|w| made.iter().any(|m| render(m) == *w)),
            "{text}: {made:?}"
        );
    }
}

#[test]
fn every_user_of_shared_weights_can_protect_them() {
    let mut net = Net::new(5);
    let x = net.input(&[1, 8, 6, 6]);
    let weight = net.weight(&[8, 8, 1, 1]);
    let x = net.conv_of(&[x, weight], 1, 1, 0);
    let x = net.conv_of(&[x, weight], 1, 1, 0);
    let x = net.conv(x, 4, 1);
    let graph = net.finish(&[x]);
    let names = [0, 1].map(|at: usize| graph.node_label(&graph.nodes[at]));
    for name in names {
        let text = format!(
            r#"{{"granularity": "weight", "target": {{"sparsity": 0.2}}, "protect": ["{name}"]}}"#
        );
        let mut session = Session::new(graph.clone(), 10_000).unwrap();
        session.preview(&Recipe::parse(&text).unwrap()).unwrap();
        let made = session.finish(None).unwrap();
        assert_eq!(
            floats(&made.graph, weight),
            floats(&graph, weight),
            "{name}"
        );
    }
}

fn kept_layers(made: &secateur::prune::cut::Cut) -> Vec<(usize, u64, u64)> {
    let layers = made.report.after.layers.iter();
    layers
        .map(|l| (l.channels_out, l.nonzeros, l.macs))
        .collect()
}

/// What is said by hand is done to the very count, and nothing else is touched.
#[test]
fn by_hand_means_exactly_so_much() {
    let by_hand = |granularity: &str, layers: &str| {
        let (mut session, recipe) = session(&format!(
            r#"{{{granularity} "allocation": "manual", "layers": {{{layers}}}}}"#
        ));
        session.preview(&recipe).unwrap();
        session.finish(None).unwrap()
    };
    // Channels: 12 of 16 and 12 of 24 stay; 8 × 8 places, kernels of 3 × 3 and 1 × 1.
    let made = by_hand("", r#""Conv0": 0.25, "Conv3": 0.5"#);
    let macs: Vec<(usize, u64)> = kept_layers(&made).iter().map(|l| (l.0, l.2)).collect();
    assert_eq!(macs, [(12, 64 * 12 * 27), (12, 64 * 144), (10, 120)]);
    // The dense layers hold 16 · 27 weights (two of them zero), 24 · 16 and 10 · 24; biases and the normalization's four
    // vectors of 16 stand beside them.
    let whole = [16 * 27 - 2 + 16 + 4 * 16, 24 * 16 + 24, 10 * 24 + 10];
    let left = |made| kept_layers(made).iter().map(|l| l.1).collect::<Vec<u64>>();
    // Blocks of 4 × 1: 48 of 96, so 192 weights.
    let made = by_hand(
        r#""granularity": "block", "block": [4, 1],"#,
        r#""Conv3": 0.5"#,
    );
    assert_eq!(left(&made), [whole[0], whole[1] - 192, whole[2]]);
    // 1:4 along the 16 that are read: 12 of each 16.
    let made = by_hand(r#""granularity": "1:4","#, r#""Conv3": 0.5"#);
    assert_eq!(left(&made), [whole[0], whole[1] - 24 * 12, whole[2]]);
    // Single weights: exactly round(0.3 × 240).
    let made = by_hand(r#""granularity": "weight","#, r#""Gemm7": 0.3"#);
    assert_eq!(left(&made), [whole[0], whole[1], whole[2] - 72]);
}

/// A global cut is the threshold that sorting all weights together gives.
#[test]
fn a_global_cut_of_weights_is_one_threshold_for_all_layers() {
    let graph = small_net();
    let matrices = [0, 3, 7].map(|node: usize| graph.nodes[node].input(1).unwrap());
    let mut sizes: Vec<f32> = matrices
        .iter()
        .flat_map(|&id| floats(&graph, id))
        .map(f32::abs)
        .collect();
    sizes.sort_by(f32::total_cmp);
    let (mut session, recipe) =
        session(r#"{"granularity": "weight", "criterion": "l1", "target": {"sparsity": 0.6}}"#);
    session.preview(&recipe).unwrap();
    let made = session.finish(None).unwrap();
    let gone = (0.6 * sizes.len() as f64).round() as usize;
    let threshold = sizes[gone];
    assert!(sizes[gone - 1] < threshold, "no tie where it is cut");
    for id in matrices {
        let name = &graph.value(id).name;
        let left = floats(&made.graph, made.graph.find(name).unwrap());
        for (was, is) in floats(&graph, id).into_iter().zip(left) {
            assert_eq!(is, if was.abs() < threshold { 0.0 } else { was }, "{name}");
        }
    }
}

/// What masks do not bring is said with every cut of single weights, and with none of channels.
#[test]
fn masks_say_that_zeros_stay_in_the_file() {
    let recipes = OF_WEIGHTS.map(|recipe| (recipe, true));
    for (recipe, of_weights) in recipes
        .into_iter()
        .chain([(r#"{"target": {"macs": 0.6}}"#, false)])
    {
        let (mut session, recipe) = session(recipe);
        let preview = session.preview(&recipe).unwrap();
        let made = session.finish(None).unwrap();
        for warnings in [&preview.warnings, &made.report.warnings] {
            let said = warnings
                .iter()
                .any(|w| render(w).starts_with("Zeros stay in the file"));
            assert_eq!(said, of_weights, "{warnings:?}");
        }
        let (before, after) = (made.report.before.totals, made.report.after.totals);
        assert_eq!(
            (before.macs, before.parameters) == (after.macs, after.parameters),
            of_weights
        );
        assert!(after.nonzeros < before.nonzeros);
    }
}

/// A floor and rounding hold in whole cuts, also where units of a grouped convolution hold several channels.
#[test]
fn floors_and_multiples_hold_in_every_layer() {
    let graph = chain(
        9,
        &[1, 3, 6, 6],
        &[
            Conv(24, 3),
            Relu,
            Grouped(32, 2),
            Relu,
            Conv(20, 1),
            Pool,
            Flatten,
            Linear(10),
        ],
    );
    for allocation in ["global", "uniform"] {
        let text = format!(
            r#"{{"allocation": "{allocation}", "target": {{"macs": 0.35}}, "floor": 8, "roundTo": 4}}"#
        );
        let mut session = Session::new(graph.clone(), 50_000).unwrap();
        session.preview(&Recipe::parse(&text).unwrap()).unwrap();
        let made = session.finish(None).unwrap();
        let channels: Vec<usize> = kept_layers(&made).iter().map(|l| l.0).collect();
        let cut = &channels[..3];
        assert!(
            cut.iter().all(|n| n.is_multiple_of(4) && *n >= 8),
            "{text}: {channels:?}"
        );
        assert!(
            cut.iter().zip([24, 32, 20]).any(|(n, of)| *n < of),
            "{channels:?}"
        );
        assert_eq!(channels[3], 10);
        assert!(made.report.check.unwrap().agrees);
    }
}

/// A unit of the first layer is four channels, which become one of the second: both keep to the floor and the multiple.
#[test]
fn floors_and_multiples_hold_in_all_layers_of_a_group() {
    let mut net = Net::new(10);
    let x = net.input(&[1, 3, 4, 4]);
    let x = net.conv(x, 96, 3);
    let x = net.reshape(x, &[1, 24, 2, 2, 4, 4]);
    let x = net.transpose(x, &[0, 1, 4, 2, 5, 3]);
    let x = net.reshape(x, &[1, 24, 8, 8]);
    let x = net.conv_with(x, 24, 3, 24, 1, 1, true);
    let y = net.classifier(x, 10);
    let graph = net.finish(&[y]);
    for (macs, expected) in [(0.8, [64, 16]), (0.41, [32, 8])] {
        let text = format!(r#"{{"target": {{"macs": {macs}}}, "floor": 8, "roundTo": 8}}"#);
        let mut session = Session::new(graph.clone(), 50_000).unwrap();
        session.preview(&Recipe::parse(&text).unwrap()).unwrap();
        let made = session.finish(None).unwrap();
        let channels: Vec<usize> = kept_layers(&made).iter().map(|l| l.0).collect();
        assert_eq!(channels[..2], expected, "{text}");
        assert!(made.report.check.unwrap().agrees);
    }
}

/// The nearest file that the limits allow is given with a warning, and the session keeps the recipe that was asked for.
#[test]
fn a_number_of_bytes_just_out_of_reach_is_said() {
    let graph = small_net();
    let whole = secateur::onnx::write(&graph).unwrap().len() as u64;
    let cut_to = |share: f64| {
        let text = format!(r#"{{"target": {{"bytes": {share}}}, "maxSparsity": 0.5}}"#);
        let recipe = Recipe::parse(&text).unwrap();
        let mut session = Session::new(graph.clone(), whole).unwrap();
        session.choose(&recipe).ok()?;
        let made = session.finish(None).unwrap();
        // As before: the same cut can be made again.
        assert_eq!(session.finish(None).unwrap().bytes, made.bytes);
        Some(made)
    };
    let said = |made: &Cut| {
        made.report
            .warnings
            .iter()
            .any(|w| render(w).contains("were asked for"))
    };
    // From the smallest share that is taken on, each file is small enough or a warning says by how much it is not.
    let shares = (300..1000)
        .step_by(5)
        .map(|share| f64::from(share) / 1000.0);
    let made: Vec<(f64, Cut)> = shares.filter_map(|s| Some((s, cut_to(s)?))).collect();
    for (share, made) in &made {
        let met = made.bytes.len() as f64 <= share * whole as f64;
        assert_eq!(met, !said(made), "{share}: {} of {whole}", made.bytes.len());
    }
    assert!(
        made.iter().any(|(_, made)| said(made)),
        "none was out of reach"
    );
    assert!(made.iter().any(|(_, made)| !said(made)));
}

/// Criteria for channels against their papers' formulas, written out here once more.
#[test]
fn scales_and_lamp_judge_channels() {
    let mut graph = chain(
        11,
        &[1, 3, 6, 6],
        &[Conv(8, 3), Norm, Relu, Pool, Flatten, Linear(4)],
    );
    let gamma = graph.nodes[1].input(1).unwrap();
    let scales: Vec<f32> = [-3.0, 0.5, 2.0, -0.25, 1.0, 4.0, -1.5, 0.75].into();
    let tensor = graph.constant(gamma).unwrap().with_floats(&scales).unwrap();
    graph.value_mut(gamma).constant = Some(std::sync::Arc::new(tensor));
    let weights = floats(&graph, graph.nodes[0].input(1).unwrap());
    let norms: Vec<f64> = weights
        .chunks(27)
        .map(|filter| filter.iter().map(|w| f64::from(*w).powi(2)).sum())
        .collect();
    let lamp = norms.iter().map(|own| {
        let at_least: f64 = norms.iter().filter(|n| *n >= own).sum();
        (own / at_least) as f32
    });
    let expected = [
        ("bn-scale", scales.iter().map(|x| x.abs()).collect()),
        ("lamp", lamp.collect::<Vec<f32>>()),
    ];
    let mut session = Session::new(graph, 10_000).unwrap();
    for (criterion, mut scores) in expected {
        let text = format!(r#"{{"criterion": "{criterion}", "target": {{"macs": 0.6}}}}"#);
        session.preview(&Recipe::parse(&text).unwrap()).unwrap();
        let bars = session.scores(0).unwrap();
        for (&channel, &score) in bars.channels.iter().zip(&bars.scores) {
            let apart = (scores[channel as usize] - score).abs();
            assert!(apart < 1e-6, "{criterion}: channel {channel}");
        }
        scores.sort_by(|a, b| b.total_cmp(a));
        assert!(
            bars.scores
                .iter()
                .zip(&scores)
                .all(|(a, b)| (a - b).abs() < 1e-6)
        );
    }
}

/// Two layers whose channels are added: a unit's score is the reduction of both filters' scores.
#[test]
fn reductions_over_a_real_group() {
    let mut net = Net::new(12);
    let x = net.input(&[1, 3, 6, 6]);
    let (a, b) = (net.conv(x, 8, 3), net.conv(x, 8, 1));
    let sum = net.add(a, b);
    let y = net.classifier(sum, 4);
    let graph = net.finish(&[y]);
    let l1 = |node: usize, each: usize| -> Vec<f64> {
        let weights = floats(&graph, graph.nodes[node].input(1).unwrap());
        let filters = weights.chunks(each);
        filters
            .map(|f| f.iter().map(|w| f64::from(w.abs())).sum())
            .collect()
    };
    let stack = [l1(0, 27), l1(1, 3)];
    type Reduce = fn(f64, f64) -> f64;
    let reductions: [(&str, Reduce); 3] = [
        ("mean", |a, b| (a + b) / 2.0),
        ("sum", |a, b| a + b),
        ("max", f64::max),
    ];
    for (name, reduce) in reductions {
        let reduced: Vec<f64> = (0..8).map(|c| reduce(stack[0][c], stack[1][c])).collect();
        // L1 can't be ranked across layers as it is: it is divided by the group's mean.
        let mean = reduced.iter().sum::<f64>() / 8.0;
        let text =
            format!(r#"{{"criterion": "l1", "reduction": "{name}", "target": {{"macs": 0.6}}}}"#);
        let mut session = Session::new(graph.clone(), 10_000).unwrap();
        session.preview(&Recipe::parse(&text).unwrap()).unwrap();
        let bars = session.scores(0).unwrap();
        assert_eq!(bars.scores.len(), 8);
        for (&channel, &score) in bars.channels.iter().zip(&bars.scores) {
            let expected = reduced[channel as usize] / mean;
            assert!(
                (expected - f64::from(score)).abs() < 1e-5,
                "{name}: {channel}"
            );
        }
    }
}

/// A block of one large weight among small ones goes by the mean and stays by the maximum, one after the other in one session.
#[test]
fn the_reduction_joins_the_scores_of_a_block() {
    let mut net = Net::new(3);
    let x = net.input(&[1, 4]);
    let rows = [0.9, 0.0, 0.1, 0.1, 0.4, 0.4, 0.4, 0.4];
    let weight = net.constant(Tensor::from_f32(&[2, 4], rows.to_vec()));
    let y = net.op("Gemm", &[x, weight], &[("transB", int(1))]);
    let mut session = Session::new(net.finish(&[y]), 1000).unwrap();
    for (reduction, stays) in [("mean", 1), ("max", 0), ("sum", 1)] {
        let text = format!(
            r#"{{"criterion": "l1", "granularity": "block", "block": [1, 4], "reduction": "{reduction}",
                "target": {{"sparsity": 0.5}}}}"#
        );
        session.choose(&Recipe::parse(&text).unwrap()).unwrap();
        let cut = session.model().unwrap();
        let left = cut.constant(weight).unwrap().floats().unwrap();
        let whole = &rows[4 * stays..][..4];
        assert_eq!(&left[4 * stays..][..4], whole, "{reduction}");
        assert_eq!(
            left.iter().filter(|w| **w != 0.0).count(),
            whole.iter().filter(|w| **w != 0.0).count()
        );
    }
}

/// The most that lies between two layers, counted by hand: the second activation, 24 channels of 8 × 8 floats read and as
/// many made.
#[test]
fn activation_memory_is_that_of_the_hand_count() {
    let model_cost = secateur::cost::model_cost(&small_net(), 0);
    assert_eq!(model_cost.totals.activation_bytes, 2 * 24 * 64 * 4);
    let of_layers: Vec<u64> = model_cost
        .layers
        .iter()
        .map(|l| l.activation_bytes)
        .collect();
    assert_eq!(of_layers, [16 * 64 * 4, 24 * 64 * 4, 10 * 4]);
    // Half precision takes half of it.
    let model_cost = secateur::cost::model_cost(&common::in_half_precision(small_net()), 0);
    assert_eq!(model_cost.totals.activation_bytes, 24 * 64 * 4);
    assert_eq!(model_cost.layers[0].activation_bytes, 16 * 64 * 2);
}

/// What the file says beside the network comes through a cut, with the recipe added.
#[test]
fn a_cut_keeps_what_the_file_says_of_itself() {
    let mut graph = common::with_open_batch(small_net());
    graph.name = "roses".into();
    graph.producer_name = "a gardener".into();
    graph.metadata = vec![
        ("author".into(), "A".into()),
        ("license".into(), "free".into()),
    ];
    for text in [r#"{"target": {"macs": 0.6}}"#, r#"{"granularity": "2:4"}"#] {
        let recipe = Recipe::parse(text).unwrap();
        let made = secateur::prune::cut::cut(&graph, 50_000, &recipe, None).unwrap();
        let again = secateur::onnx::read(made.bytes.into()).unwrap();
        let said = |key: &str| {
            let mut entries = again.metadata.iter().filter(|(k, _)| k == key);
            (entries.next().map(|(_, v)| v.clone()), entries.count())
        };
        assert_eq!(said("author"), (Some("A".into()), 0));
        assert_eq!(said("license"), (Some("free".into()), 0));
        let (recorded, more) = said(secateur::prune::cut::RECIPE_KEY);
        assert_eq!(
            (Recipe::parse(&recorded.unwrap()).unwrap(), more),
            (recipe.whole(), 0)
        );
        assert_eq!(
            (&*again.name, &*again.producer_name),
            ("roses", "a gardener")
        );
        assert_eq!(
            (&again.opsets, again.ir_version),
            (&graph.opsets, graph.ir_version)
        );
        let ends = |graph: &Graph| -> Vec<_> {
            let ends = graph.inputs.iter().chain(&graph.outputs);
            ends.map(|&id| format!("{} {:?}", graph.value(id).name, graph.value(id).ty))
                .collect()
        };
        assert_eq!(ends(&again), ends(&graph));
    }
}

/// Weights that are not numbers: every granularity cuts, packs and writes, and the file still says so when it is opened.
#[test]
fn weights_that_are_not_numbers_stop_nothing() {
    let mut graph = small_net();
    let id = graph.nodes[3].input(1).unwrap();
    let tensor = graph.constant(id).unwrap();
    let mut weights = tensor.floats().unwrap().into_owned();
    (weights[3], weights[200]) = (f32::NAN, f32::NAN);
    let tensor = tensor.with_floats(&weights).unwrap();
    graph.value_mut(id).constant = Some(std::sync::Arc::new(tensor));
    for text in [
        r#"{"target": {"macs": 0.6}}"#,
        r#"{"criterion": "fpgm", "target": {"macs": 0.6}}"#,
        r#"{"granularity": "weight", "target": {"sparsity": 0.5}}"#,
        r#"{"granularity": "2:4"}"#,
        r#"{"granularity": "block", "block": [4, 1], "target": {"sparsity": 0.5}}"#,
    ] {
        let recipe = Recipe::parse(text).unwrap();
        let mut session = Session::new(graph.clone(), 50_000).unwrap();
        session.preview(&recipe).expect(text);
        session.heatmap(1, window(16, 24)).expect(text);
        session.histogram(1, 20).expect(text);
        let made = session.finish(None).expect(text);
        // Both models give the same, numbers or not.
        assert!(made.report.check.is_none_or(|check| check.agrees), "{text}");
        let options = secateur::onnx::OpenOptions::default();
        secateur::onnx::open(made.bytes.into(), &options).expect(text);
    }
}

/// A small file may claim sizes that no machine has (found by fuzzing): they are counted up to the largest number.
#[test]
fn sizes_beyond_all_numbers_are_counted() {
    let mut net = Net::new(13);
    let side = 1 << 31;
    let x = net.input(&[1, 1, side, side, side]);
    let weight = net.weight(&[1, 1, 1, 1, 1]);
    let y = net.op("ConvTranspose", &[x, weight], &[]);
    let z = net.op("ConvTranspose", &[y, weight], &[]);
    let totals = secateur::cost::model_cost(&net.finish(&[z]), 0).totals;
    assert_eq!((totals.macs, totals.activation_bytes), (u64::MAX, u64::MAX));
}

/// What runs around an operator that is unknown is checked: as it should be, and with a weight that went wrong on either side of
/// that operator.
#[test]
fn a_cut_around_an_unknown_operator_is_checked() {
    let mut net = Net::new(57);
    let x = net.input(&[1, 3, 6, 6]);
    let x = net.conv(x, 12, 3);
    let x = net.relu(x);
    let x = net.conv(x, 8, 3);
    let x = net.op("Identity", &[x], &[]);
    let x = net.conv(x, 12, 3);
    let x = net.conv(x, 4, 3);
    let mut graph = net.finish(&[x]);
    let mut nodes = graph.nodes.iter_mut();
    let unknown = nodes.find(|node| node.op_type == "Identity").unwrap();
    unknown.op_type = "Softer".into();
    let mut session = Session::new(graph, 50_000).unwrap();
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.5}}"#).unwrap();
    session.choose(&recipe).unwrap();
    let checked = |spoil: Option<usize>| {
        let mut made = session.clone().file(None).unwrap();
        assert!(made.report.check.is_none());
        if let Some(at) = spoil {
            let graph = made.repacked.as_mut().unwrap();
            let weights = graph.nodes[at].input(1).unwrap();
            let tensor = graph.constant_mut(weights).unwrap();
            let mut numbers = tensor.floats().unwrap().into_owned();
            numbers[0] += 0.5;
            *tensor = Tensor::from_f32(tensor.shape(), numbers);
        }
        session.check_partially(&mut made).unwrap();
        assert!(made.report.check_skipped.is_none());
        assert!(render(&made.report.checked_by.unwrap()).contains("test pattern"));
        made.report.check.unwrap().agrees
    };
    assert!(checked(None));
    for at in [0, 2, 4, 5] {
        assert!(!checked(Some(at)), "node {at}");
    }
}
