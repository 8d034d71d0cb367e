//! Data-aware scores: known answers of another tool, the true change of the loss when what they judge is removed, and
//! what holds of all of them.

mod common;

use common::colors::patterns;
use common::nets::{Layer::*, chain};
use common::{Net, Random, int};
use secateur::data::{Augmentation, Pictures, Preset};
use secateur::engine::{Executor, Options};
use secateur::graph::{Graph, ValueId};
use secateur::message::Message;
use secateur::ops::coupling::Weights;
use secateur::prune::criteria::measured::{Against, LayerScores, Measuring};
use secateur::prune::criteria::{self, Layer, Measured, Scorer, is_measured, scorer, unit_scores};
use secateur::prune::cut::cut_measured;
use secateur::prune::groups::{UnitId, analyze};
use secateur::prune::repack::mask_channels;
use secateur::prune::session::Session;
use secateur::recipe::{Recipe, Reduction};
use secateur::recover::{Replica, Shard, TrainingData};
use secateur::task::Task;
use secateur::tensor::Tensor;
use secateur::text::{render, said};
use secateur::train::{TrainingBudget, TrainingSettings, loss::cross_entropy};
use std::collections::BTreeSet;
use std::sync::Arc;

fn preset(text: &str) -> Preset {
    Preset::parse(text).unwrap()
}

/// Pictures of three kinds: bright above, bright on the left, or red.
fn pictures(count: usize, seed: u64, labeled: bool) -> Pictures {
    patterns(count, seed, labeled, [90.0, 50.0])
}

/// A layer of each kind: a convolution with and without a normalization, depthwise, in groups; a product with a matrix, and
/// one with a bias.
fn network() -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let x = net.conv_with(x, 12, 3, 12, 1, 1, true);
    let x = net.relu(x);
    let x = net.conv_with(x, 12, 3, 2, 2, 1, true);
    let x = net.relu(x);
    let x = net.conv_with(x, 16, 3, 1, 1, 1, true);
    let x = net.relu(x);
    let x = net.flatten(x);
    let weights = net.weight(&[256, 16]);
    let x = net.op("MatMul", &[x, weights], &[]);
    let x = net.relu(x);
    let y = net.linear(x, 3);
    common::with_open_batch(net.finish(&[y]))
}

/// The network, on its way to telling the kinds apart.
fn taught(steps: usize) -> Graph {
    let data = TrainingData {
        pictures: Arc::new(pictures(240, 1, true)),
        augmentation: Augmentation::default(),
        labels: true,
        inner: Vec::new(),
        seed: 1,
    };
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(steps),
        batch: 16,
        learning_rate: 0.01,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut recovery = Replica::new(&network(), None, data, &settings, Shard::ALL).unwrap();
    for _ in 0..steps {
        recovery.step().unwrap();
    }
    recovery.model()
}

fn measured(graph: &Graph, criterion: &str, pictures: &Pictures) -> Measured {
    let measuring = Measuring::new(graph, criterion, pictures.clone(), 1).unwrap();
    measuring.finish().unwrap()
}

/// The outputs of a model on all pictures of a set.
fn outputs(graph: &Graph, pictures: &Pictures) -> Vec<f32> {
    let batch = pictures.len();
    let options = Options {
        batch,
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).unwrap();
    let mut input = vec![0.0; pictures.sample_len() * batch];
    pictures.write(&(0..batch).collect::<Vec<_>>(), None, &mut input);
    let mut shape = pictures.preset().tensor_shape().to_vec();
    shape[0] = batch;
    let out = executor.run(&[Tensor::from_f32(&shape, input)]).unwrap();
    out[0].floats().unwrap().into_owned()
}

/// The mean cross-entropy on labeled pictures.
fn loss(graph: &Graph, pictures: &Pictures) -> f64 {
    let logits = outputs(graph, pictures);
    let mut unused = vec![0.0; logits.len()];
    cross_entropy(&logits, pictures.labels().unwrap(), 0.0, 1.0, &mut unused)
}

fn stored(graph: &Graph, tensor: ValueId) -> Vec<f32> {
    let tensor = graph.constant(tensor).unwrap();
    tensor.floats().unwrap().into_owned()
}

/// The graph with a stored tensor changed.
fn with(graph: &Graph, tensor: ValueId, change: impl Fn(&mut [f32])) -> Graph {
    let mut changed = graph.clone();
    let mut numbers = stored(graph, tensor);
    change(&mut numbers);
    let new = graph.constant(tensor).unwrap().with_floats(&numbers);
    changed.value_mut(tensor).constant = new.map(Arc::new);
    changed
}

fn layers(graph: &Graph) -> Vec<(usize, Weights)> {
    analyze(graph).unwrap().layers
}

fn scores_of<'m>(measured: &'m Measured, graph: &Graph, weights: &Weights) -> &'m LayerScores {
    let name = &graph.value(weights.tensor).name;
    let mut layers = measured.layers.iter();
    layers.find(|scores| scores.tensor == *name).unwrap()
}

/// Spearman's rank correlation; equal numbers share the mean of their ranks.
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |numbers: &[f64]| -> Vec<f64> {
        let below = |x: f64| numbers.iter().filter(|y| **y < x).count() as f64;
        let equal = |x: f64| numbers.iter().filter(|y| **y == x).count() as f64;
        numbers.iter().map(|&x| below(x) + equal(x) / 2.0).collect()
    };
    let (a, b) = (ranks(a), ranks(b));
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    let own = |x: &[f64], mean: f64| product(x, mean, x, mean);
    product(&a, mean_a, &b, mean_b) / (own(&a, mean_a) * own(&b, mean_b)).sqrt()
}

/// Each criterion's rank correlation with the true changes of the loss (`truth`), on the model and the pictures that those
/// are of: with their sizes, but for movement, which tells a rise from a fall. “random” is the mean over some seeds.
fn correlations(
    (graph, pictures): (&Graph, &Pictures),
    names: &[&'static str],
    truth: &[f64],
    score: impl Fn(&dyn Scorer) -> Vec<f64>,
) -> Vec<(&'static str, f64)> {
    let sizes: Vec<f64> = truth.iter().map(|x| x.abs()).collect();
    let correlation = |name: &'static str| {
        let measured = is_measured(name).then(|| measured(graph, name, pictures));
        let truth = if name == "movement" { truth } else { &sizes };
        let seeds = if name == "random" { 8 } else { 1 };
        let sum = (0..seeds).map(|seed| {
            let scorer = scorer(name, seed, measured.as_ref()).unwrap();
            spearman(&score(&*scorer), truth)
        });
        let correlation = sum.sum::<f64>() / f64::from(seeds);
        println!("{name}: {correlation:.2}");
        (name, correlation)
    };
    names.iter().copied().map(correlation).collect()
}

#[test]
fn channels_rank_as_their_removal_changes_the_loss() {
    let (graph, pictures) = (taught(60), pictures(120, 2, true));
    let groups = analyze(&graph).unwrap();
    let whole = loss(&graph, &pictures);
    let removal = |unit| {
        let masked = mask_channels(&graph, &groups, &[UnitId(unit)]).unwrap();
        loss(&masked, &pictures) - whole
    };
    let truth: Vec<f64> = (0..groups.units.len() as u32).map(removal).collect();
    let names = [
        "taylor", "fisher", "snip", "apoz", "wanda", "movement", "random",
    ];
    let found = correlations((&graph, &pictures), &names, &truth, |criterion| {
        let scores = unit_scores(&graph, &groups, criterion, Reduction::Mean).unwrap();
        scores.into_iter().map(f64::from).collect()
    });
    for (name, correlation) in found {
        match name {
            "random" => assert!(correlation.abs() < 0.2, "{correlation}"),
            // They do not estimate what one removal does to the loss.
            "movement" | "wanda" => assert!(correlation > 0.3, "{name}: {correlation}"),
            _ => assert!(correlation > 0.6, "{name}: {correlation}"),
        }
    }
}

#[test]
fn weights_rank_as_their_removal_changes_the_loss() {
    let (graph, pictures) = (taught(60), pictures(120, 2, true));
    let whole = loss(&graph, &pictures);
    let mut random = Random(9);
    let mut places = Vec::new();
    for (node, weights) in layers(&graph) {
        let count = stored(&graph, weights.tensor).len();
        places.extend((0..25).map(|_| (node, weights.clone(), random.below(count))));
    }
    let removal = |(_, weights, at): &(usize, Weights, usize)| {
        let cut = with(&graph, weights.tensor, |numbers| numbers[*at] = 0.0);
        loss(&cut, &pictures) - whole
    };
    let truth: Vec<f64> = places.iter().map(removal).collect();
    let names = ["taylor", "fisher", "snip", "wanda", "movement", "random"];
    let found = correlations((&graph, &pictures), &names, &truth, |criterion| {
        let score = |(node, weights, at): &(usize, Weights, usize)| {
            let layer = Layer::new(&graph, *node, weights).unwrap();
            f64::from(criterion.weights(&layer).unwrap()[*at])
        };
        places.iter().map(score).collect()
    });
    for (name, correlation) in found {
        match name {
            "random" => assert!(correlation.abs() < 0.2, "{correlation}"),
            // It looks at its own layer's output, not at the loss.
            "wanda" => assert!(correlation > 0.3, "{correlation}"),
            "movement" => assert!(correlation > 0.5, "{correlation}"),
            _ => assert!(correlation > 0.75, "{name}: {correlation}"),
        }
    }
}

/// The score of a weight is how far its layer's output moves when the weight is gone: `‖w·x‖₂`.
#[test]
fn wanda_is_what_a_layers_output_loses() {
    let mut net = Net::new(11);
    let x = net.input(&[1, 3, 8, 8]);
    let a = net.conv_with(x, 6, 3, 1, 2, 1, true);
    let b = net.conv_with(a, 6, 3, 6, 1, 1, false);
    let c = net.conv_with(b, 4, 1, 2, 1, 0, false);
    let up = net.weight(&[4, 2, 2, 2]);
    let strides = [("strides", common::ints(&[2, 2]))];
    let d = net.op("ConvTranspose", &[c, up], &strides);
    let flat = net.flatten(d);
    let matrix = net.weight(&[128, 5]);
    let e = net.op("MatMul", &[flat, matrix], &[]);
    let f = net.linear(e, 3);
    let graph = net.finish(&[f]);
    let pictures = pictures(1, 4, false);
    let wanda = measured(&graph, "wanda", &pictures);
    assert_eq!(wanda.on.against, Against::Nothing);
    for (node, weights) in layers(&graph) {
        // The layer's output as the model's.
        let mut alone = graph.clone();
        alone.outputs = vec![graph.nodes[node].output(0).unwrap()];
        let whole = outputs(&alone, &pictures);
        let scores = scores_of(&wanda, &graph, &weights)
            .weights
            .as_ref()
            .unwrap();
        for at in (0..scores.len()).step_by(7) {
            let cut = with(&alone, weights.tensor, |numbers| numbers[at] = 0.0);
            let moved = outputs(&cut, &pictures).into_iter().zip(&whole);
            let squares = moved.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
            let (norm, score) = (squares.sqrt(), f64::from(scores[at]));
            assert!(
                (norm - score).abs() < 1e-3 * norm.max(0.05),
                "{}, weight {at}: {norm} and not {score}",
                graph.nodes[node].op_type
            );
        }
    }
}

/// A channel that is read by a matrix alone: what is lost is what the matrix makes of it.
#[test]
fn wanda_of_a_channel_is_what_its_readers_lose() {
    let graph = chain(
        13,
        &[1, 3, 8, 8],
        &[Conv(5, 3), Relu, Pool, Flatten, Linear(4)],
    );
    let pictures = pictures(1, 4, false);
    let wanda = measured(&graph, "wanda", &pictures);
    let whole = outputs(&graph, &pictures);
    let (conv, matrix) = (&layers(&graph)[0].1, layers(&graph)[1].1.tensor);
    for (channel, &score) in scores_of(&wanda, &graph, conv).slices.iter().enumerate() {
        let cut = with(&graph, matrix, |numbers| {
            numbers
                .iter_mut()
                .skip(channel)
                .step_by(5)
                .for_each(|w| *w = 0.0);
        });
        let moved = outputs(&cut, &pictures).into_iter().zip(&whole);
        let squares = moved.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        let (norm, score) = (squares.sqrt(), f64::from(score));
        assert!(
            (norm - score).abs() < 1e-3 * norm.max(0.05),
            "{norm} and not {score}"
        );
    }
}

/// A model of one row of weights, whose inputs are what `x` says, cut by Wanda.
fn row_cut_by_wanda(weights: &[f32], x: &[f32], recipe: &str) -> Vec<f32> {
    let n = x.len();
    let mut net = Net::new(1);
    let input = net.input(&[1, 1, 1, n]);
    let flat = net.flatten(input);
    let factors = net.constant(Tensor::from_f32(&[1, n], x.to_vec()));
    let scaled = net.op("Mul", &[flat, factors], &[]);
    let row = net.constant(Tensor::from_f32(&[1, n], weights.to_vec()));
    let y = net.op("Gemm", &[scaled, row], &[("transB", int(1))]);
    let graph = net.finish(&[y]);
    let preset = preset(&format!(r#"{{"size": [{n}, 1], "mean": [0], "std": [1]}}"#));
    let mut pictures = Pictures::new(&preset).unwrap();
    pictures.add(&vec![1; 4 * n], n as u32, 1, None).unwrap();
    let recipe = Recipe::parse(recipe).unwrap();
    let measured = measured(&graph, "wanda", &pictures);
    let cut = cut_measured(&graph, 0, &recipe, Some(measured), None).unwrap();
    assert_eq!(cut.report.measured.unwrap().pictures, 1);
    let gemm = cut
        .graph
        .nodes
        .iter()
        .find(|n| n.op_type == "Gemm")
        .unwrap();
    stored(&cut.graph, gemm.input(1).unwrap())
}

/// torchao's tests of Wanda.
#[test]
fn wandas_known_answers() {
    let counting: Vec<f32> = (1..=8).map(|x| x as f32).collect();
    let two_of_four = r#"{"criterion": "wanda", "granularity": "2:4"}"#;
    assert_eq!(
        row_cut_by_wanda(&counting, &[1.0; 8], two_of_four),
        [0., 0., 3., 4., 0., 0., 7., 8.]
    );
    let half = r#"{"criterion": "wanda", "granularity": "weight", "target": {"sparsity": 0.5}}"#;
    assert_eq!(
        row_cut_by_wanda(&counting[..4], &[100., 10., 1., 0.1], half),
        [1., 2., 0., 0.]
    );
}

/// onnxsim's test: where some inputs are twenty times as large, Wanda keeps more of the weights on them than magnitude does,
/// and what the layer gives moves less.
#[test]
fn wanda_keeps_what_stands_on_large_inputs() {
    const LARGE: usize = 24;
    let mut net = Net::new(21);
    let input = net.input(&[1, 3, 8, 8]);
    let flat = net.flatten(input);
    let scales = (0..192).map(|at| if at < LARGE { 20.0 } else { 1.0 });
    let scales = net.constant(Tensor::from_f32(&[1, 192], scales.collect()));
    let scaled = net.op("Mul", &[flat, scales], &[]);
    let matrix = net.weight(&[192, 16]);
    let y = net.op("MatMul", &[scaled, matrix], &[]);
    let graph = common::with_open_batch(net.finish(&[y]));
    let pictures = pictures(6, 5, false);
    let whole = outputs(&graph, &pictures);
    let cut_by = |criterion: &str, measured: Option<Measured>| {
        let recipe = format!(
            r#"{{"criterion": "{criterion}", "granularity": "weight", "target": {{"sparsity": 0.5}}}}"#
        );
        let recipe = Recipe::parse(&recipe).unwrap();
        let cut = cut_measured(&graph, 0, &recipe, measured, None).unwrap();
        let product = cut.graph.nodes.iter().find(|n| n.op_type == "MatMul");
        let left = stored(&cut.graph, product.unwrap().input(1).unwrap());
        assert_eq!(left.iter().filter(|w| **w == 0.0).count(), 192 * 16 / 2);
        let on_large = left[..LARGE * 16].iter().filter(|w| **w != 0.0).count();
        let moved = outputs(&cut.graph, &pictures).into_iter().zip(&whole);
        let error: f64 = moved.map(|(a, b)| f64::from(a - b).powi(2)).sum();
        (on_large, error)
    };
    let (by_wanda, error) = cut_by("wanda", Some(measured(&graph, "wanda", &pictures)));
    let (by_magnitude, larger_error) = cut_by("l1", None);
    assert!(by_wanda > by_magnitude, "{by_wanda} and {by_magnitude}");
    assert!(error < larger_error, "{error} and {larger_error}");
}

/// `d L / d α` where a few stored numbers are multiplied by `α`, at 1.
fn slope(graph: &Graph, tensor: ValueId, places: &[usize], pictures: &Pictures) -> f64 {
    let at = |factor: f32| {
        let scaled = with(graph, tensor, |numbers| {
            places.iter().for_each(|&at| numbers[at] *= factor);
        });
        loss(&scaled, pictures)
    };
    let step = 1.0 / 64.0;
    (at(1.0 + step) - at(1.0 - step)) / f64::from(2.0 * step)
}

#[test]
fn gradient_scores_are_made_of_slopes_of_the_loss() {
    let (graph, pictures) = (taught(20), pictures(2, 3, true));
    let close = |a: f32, b: f64, what: &str| {
        let a = f64::from(a);
        assert!(
            (a - b).abs() < 2e-3 + 0.03 * b.abs(),
            "{what}: {a} and not {b}"
        );
    };
    let one = |index: usize| {
        let mut single = Pictures::new(pictures.preset()).unwrap();
        let all = pictures.clone();
        let (mut numbers, size) = (vec![0.0; all.sample_len()], 64);
        all.write(&[index], None, &mut numbers);
        let level =
            |channel: usize, at: usize| (numbers[channel * size + at] * 64.0 + 128.0).round() as u8;
        let rgba: Vec<u8> = (0..size)
            .flat_map(|at| [level(0, at), level(1, at), level(2, at), 255])
            .collect();
        single
            .add(&rgba, 8, 8, Some(all.labels().unwrap()[index]))
            .unwrap();
        single
    };
    let single = [one(0), one(1)];
    let by = |name: &str| measured(&graph, name, &pictures);
    let [taylor, fisher, snip, movement] = ["taylor", "fisher", "snip", "movement"].map(by);
    let mut moved = Vec::new();
    for (index, (_, weights)) in layers(&graph).iter().enumerate() {
        let shape = graph.constant(weights.tensor).unwrap().shape().to_vec();
        let inner: usize = shape[weights.makes + 1..].iter().product();
        let count: usize = shape.iter().product();
        let in_slice = |at: &usize| at / inner % shape[weights.makes] == 1;
        let slice: Vec<usize> = (0..count).filter(in_slice).collect();
        // Behind the first convolution stands a normalization, whose scale goes with the channel.
        let norm = graph
            .nodes
            .iter()
            .find(|n| n.op_type == "BatchNormalization");
        let (tensor, gate) = match index {
            0 => (norm.unwrap().input(1).unwrap(), vec![1]),
            _ => (weights.tensor, slice),
        };
        let slopes = single
            .each_ref()
            .map(|picture| slope(&graph, tensor, &gate, picture));
        let [a, b] = slopes;
        let at = |measured: &Measured| scores_of(measured, &graph, weights).slices[1];
        close(at(&taylor), (a.abs() + b.abs()) / 2.0, "taylor, channel");
        close(at(&fisher), (a * a + b * b) / 4.0, "fisher, channel");
        close(at(&snip), (a + b).abs() / 2.0, "snip, channel");
        moved.push((f64::from(at(&movement)), -(a + b) / 2.0));

        let place = count / 2;
        let [a, b] = single
            .each_ref()
            .map(|picture| slope(&graph, weights.tensor, &[place], picture));
        let at = |measured: &Measured| {
            scores_of(measured, &graph, weights)
                .weights
                .as_ref()
                .unwrap()[place]
        };
        close(at(&taylor), (a.abs() + b.abs()) / 2.0, "taylor, weight");
        close(at(&fisher), (a * a + b * b) / 4.0, "fisher, weight");
        close(at(&snip), (a + b).abs() / 2.0, "snip, weight");
    }
    // Two pictures make no step of training, so movement is the slope, all moved up alike.
    for pair in moved.windows(2) {
        close(
            (pair[1].0 - pair[0].0) as f32,
            pair[1].1 - pair[0].1,
            "movement, channel",
        );
    }
}

#[test]
fn zeros_behind_activations_are_counted() {
    let mut net = Net::new(2);
    let x = net.input(&[1, 1, 4, 4]);
    let weights = net.constant(Tensor::from_f32(&[3, 1, 1, 1], vec![1.0, 1.0, 1.0]));
    // Levels are 0 and 10 in equal parts.
    let bias = net.constant(Tensor::from_f32(&[3], vec![1.0, -20.0, -5.0]));
    let x = net.conv_of(&[x, weights, bias], 1, 1, 0);
    let x = net.batch_norm(x);
    let norm = x;
    let x = net.relu(x);
    let y = net.classifier(x, 2);
    let mut graph = net.finish(&[y]);
    let norm = graph
        .nodes
        .iter()
        .position(|n| n.output(0) == Some(norm))
        .unwrap();
    for (input, number) in [(1, 1.0), (2, 0.0), (3, 0.0), (4, 1.0)] {
        let tensor = graph.nodes[norm].input(input).unwrap();
        graph = with(&graph, tensor, |numbers| numbers.fill(number));
    }
    let preset = preset(r#"{"size": 4, "mean": [0], "std": [1]}"#);
    let mut pictures = Pictures::new(&preset).unwrap();
    let gray = |at: u8| at % 2 * 10;
    let rgba: Vec<u8> = (0..16)
        .flat_map(|at| [gray(at), gray(at), gray(at), 255])
        .collect();
    pictures.add(&rgba, 4, 4, None).unwrap();
    let apoz = measured(&graph, "apoz", &pictures);
    assert_eq!(apoz.layers[0].slices, [1.0, 0.0, 0.5]);
    assert_eq!(apoz.layers[0].weights, None);
    // Nothing comes behind the last.
    assert_eq!(apoz.layers[1].slices, [1.0, 1.0]);
}

#[test]
fn what_holds_of_all() {
    let graph = taught(20);
    let tensor = layers(&graph)[2].1.tensor;
    let graph = with(&graph, tensor, |numbers| {
        (numbers[3], numbers[40], numbers[41]) = (0.0, 0.0, 1e-38);
    });
    let pictures = pictures(20, 6, true);
    let of_channels = criteria::all().filter(|criterion| criterion.info.channels);
    for criterion in of_channels.filter(|criterion| criterion.looks_at_pictures()) {
        let name = criterion.info.name;
        let scores = measured(&graph, name, &pictures);
        assert_eq!(scores, measured(&graph, name, &pictures), "{name} again");
        assert_eq!(scores.on.pictures, 20);
        for (_, weights) in layers(&graph) {
            let of_layer = scores_of(&scores, &graph, &weights);
            assert!(of_layer.slices.iter().all(|x| *x >= 0.0), "{name}");
            let Some(of_weights) = &of_layer.weights else {
                assert!(!criterion.info.weights, "{name}");
                continue;
            };
            for (score, weight) in of_weights.iter().zip(stored(&graph, weights.tensor)) {
                assert_eq!(*score == 0.0, weight == 0.0, "{name}: {score} of {weight}");
                assert!(*score >= 0.0, "{name}");
            }
        }
    }
}

/// A normalization and an activation behind each convolution: what any criterion needs.
fn normalized() -> Graph {
    let mut net = Net::new(5);
    let mut x = net.input(&[1, 3, 8, 8]);
    for width in [12, 16] {
        x = net.conv(x, width, 3);
        x = net.batch_norm(x);
        x = net.relu(x);
    }
    let y = net.classifier(x, 3);
    common::with_open_batch(net.finish(&[y]))
}

/// Each criterion that is listed can be named, judges what it says that it judges, and cuts. Those that judge branches alone have
/// tests of their own.
#[test]
fn each_that_is_listed_does_what_it_says() {
    let (graph, pictures) = (normalized(), pictures(20, 6, true));
    let mut names = BTreeSet::new();
    for criterion in criteria::all() {
        let info = &criterion.info;
        let name = info.name;
        assert!(names.insert(name), "{name} twice");
        let told = |key| render(&Message::new(key, []));
        assert!(
            !told(info.title).is_empty() && told(info.about).ends_with('.'),
            "{name}"
        );
        if !info.channels {
            assert!(!info.weights, "{name}");
            continue;
        }
        let recipe = |granularity: &str| {
            let text = format!(
                r#"{{"criterion": "{name}", "granularity": "{granularity}", "target": {{"sparsity": 0.3}}}}"#
            );
            Recipe::parse(&text).unwrap()
        };
        let mut session = Session::new(graph.clone(), 10_000).unwrap();
        let before = session.choose(&recipe("channel"));
        assert_eq!(
            before.is_err(),
            criterion.looks_at_pictures(),
            "{name}: {before:?}"
        );
        if criterion.looks_at_pictures() {
            session
                .take_scores(measured(&graph, name, &pictures))
                .unwrap();
        }
        let cut = session.preview(&recipe("channel")).unwrap();
        assert!(cut.after.parameters < cut.before.parameters, "{name}");
        match session.preview(&recipe("weight")) {
            Ok(cut) => assert!(
                info.weights && cut.after.nonzeros < cut.before.nonzeros,
                "{name}"
            ),
            Err(error) => assert!(
                !info.weights && said(&error).contains("judges whole channels"),
                "{name}: {error}"
            ),
        }
    }
}

#[test]
fn without_labels_the_models_own_first_choice_stands_for_them() {
    let graph = taught(20);
    let unlabeled = pictures(12, 6, false);
    let own = measured(&graph, "taylor", &unlabeled);
    assert_eq!(own.on.against, Against::FirstChoice);
    let mut labeled = Pictures::new(unlabeled.preset()).unwrap();
    let said = outputs(&graph, &unlabeled);
    let mut numbers = vec![0.0; unlabeled.sample_len()];
    for (index, logits) in said.chunks(3).enumerate() {
        unlabeled.write(&[index], None, &mut numbers);
        let level =
            |channel: usize, at: usize| (numbers[channel * 64 + at] * 64.0 + 128.0).round() as u8;
        let rgba: Vec<u8> = (0..64)
            .flat_map(|at| [level(0, at), level(1, at), level(2, at), 255])
            .collect();
        let best = (0..3)
            .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
            .unwrap();
        labeled.add(&rgba, 8, 8, Some(best as u32)).unwrap();
    }
    let by_label = measured(&graph, "taylor", &labeled);
    assert_eq!(by_label.on.against, Against::Labels);
    assert_eq!(own.layers, by_label.layers);
}

#[test]
fn a_session_says_what_is_missing_and_keeps_the_cut_before() {
    let graph = taught(10);
    let pictures = pictures(8, 6, true);
    let recipe = |text: &str| Recipe::parse(text).unwrap();
    let mut session = Session::new(graph.clone(), 0).unwrap();
    let before = recipe(r#"{"granularity": "weight", "target": {"sparsity": 0.5}}"#);
    session.choose(&before).unwrap();
    let nonzeros = session.finish(None).unwrap().report.after.totals.nonzeros;
    let taylor =
        recipe(r#"{"criterion": "taylor", "granularity": "weight", "target": {"sparsity": 0.7}}"#);
    let error = said(&session.choose(&taylor).unwrap_err());
    for word in ["“taylor”", "photos", "Measure it"] {
        assert!(error.contains(word), "{error}");
    }
    let kept = session.finish(None).unwrap().report;
    assert_eq!(
        (kept.after.totals.nonzeros, kept.recipe),
        (nonzeros, before.whole())
    );

    session
        .take_scores(measured(&graph, "taylor", &pictures))
        .unwrap();
    assert!(session.preview(&taylor).unwrap().after.nonzeros < nonzeros);
    assert!(!session.scores(0).unwrap().scores.is_empty());
    // Those of one criterion are not another's.
    let fisher = recipe(r#"{"criterion": "fisher", "target": {"macs": 0.7}}"#);
    assert!(session.choose(&fisher).is_err());

    session
        .take_scores(measured(&graph, "apoz", &pictures))
        .unwrap();
    session
        .choose(&recipe(r#"{"criterion": "apoz", "target": {"macs": 0.7}}"#))
        .unwrap();
    let weights =
        recipe(r#"{"criterion": "apoz", "granularity": "weight", "target": {"sparsity": 0.5}}"#);
    let error = said(&session.choose(&weights).unwrap_err());
    assert!(error.contains("whole channels"), "{error}");

    let mut net = Net::new(1);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.flatten(x);
    let y = net.linear(x, 3);
    let mut other = Session::new(net.finish(&[y]), 0).unwrap();
    let error = other
        .take_scores(measured(&graph, "wanda", &pictures))
        .unwrap_err();
    assert!(said(&error).contains("another model"), "{error}");
}

#[test]
fn what_can_not_be_measured_is_said() {
    let graph = taught(1);
    let begin = |graph: &Graph, name: &str, pictures: Pictures| {
        Measuring::new(graph, name, pictures, 1)?.finish()
    };
    let none = begin(&graph, "taylor", pictures(0, 1, false)).unwrap_err();
    assert!(said(&none).contains("there are none"), "{none}");
    let unknown = begin(&graph, "l2", pictures(2, 1, false)).unwrap_err();
    assert!(
        said(&unknown).contains("not measured on photos"),
        "{unknown}"
    );
    let mut large = Pictures::new(&preset(r#"{"size": 16}"#)).unwrap();
    large.add(&[0; 4], 1, 1, None).unwrap();
    assert!(begin(&graph, "wanda", large).is_err());
    let mut strange = Pictures::new(pictures(0, 1, false).preset()).unwrap();
    strange.add(&[0; 4], 1, 1, Some(3)).unwrap();
    let strange = begin(&graph, "fisher", strange).unwrap_err();
    assert!(said(&strange).contains("class 3"), "{strange}");
    let tensor = layers(&graph)[0].1.tensor;
    let broken = with(&graph, tensor, |numbers| numbers.fill(f32::MAX));
    let broken = begin(&broken, "taylor", pictures(2, 1, true)).unwrap_err();
    assert!(said(&broken).contains("not finite"), "{broken}");

    let never = begin(
        &chain(1, &[1, 3, 8, 8], &[Conv(4, 3), Pool, Flatten, Linear(3)]),
        "apoz",
        pictures(2, 1, false),
    )
    .unwrap_err();
    assert!(said(&never).contains("ever zero"), "{never}");
}
