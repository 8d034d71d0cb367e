//! What is drawn of a cut agrees with the cut that is made: counts, pictures and the numbers that stay.

mod common;

use common::Net;
use secateur::graph::{Graph, ValueId};
use secateur::prune::session::{Session, Window};
use secateur::recipe::Recipe;

/// Two convolutions with a batch normalisation between, and a linear layer; some weights are zero, one is tiny.
fn small_net() -> Graph {
    let mut net = Net::new(3);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 16, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let x = net.conv_with(x, 24, 1, 1, 1, 0, true);
    let x = net.relu(x);
    let x = net.pool(x);
    let x = net.flatten(x);
    let y = net.linear(x, 10);
    let mut graph = net.finish(&[y]);
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
    let made = session.finish(None).unwrap().report.after;
    assert_eq!(preview.after.macs, made.totals.macs);
    for (row, made) in preview.layers.iter().zip(&made.layers) {
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
    let message = session.preview(&bad).unwrap_err().to_string();
    assert!(message.contains("did you mean"), "{message}");
    let impossible = Recipe::parse(r#"{"target": {"macs": 0.002}}"#).unwrap();
    let message = session.preview(&impossible).unwrap_err().to_string();
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
        let about_limits: Vec<&String> = told.iter().filter(|w| w.contains("limit")).collect();
        assert_eq!(
            about_limits.len(),
            usize::from(held.is_some()),
            "{text}: {told:?}"
        );
        for (warning, layer) in about_limits.iter().zip(held) {
            assert!(warning.contains(layer), "{warning}");
        }
        assert!(told.iter().all(|w| made.contains(w)), "{text}: {made:?}");
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
