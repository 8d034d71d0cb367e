//! A pruned network learns back what it lost.

mod common;

use common::Net;
use common::colors::{patterns, preset};
use common::nets::{Layer::*, chain};
use secateur::data::{Augmentation, Pictures, Preset, Stack};
use secateur::engine::{Executor, Options};
use secateur::eval::evaluate;
use secateur::graph::{Graph, Node, ValueId};
use secateur::prune::cut::cut;
use secateur::recipe::Recipe;
use secateur::recover::{
    Event, Fitted, Method, Plan, Reconstruction, Recovery, Replica, Replicas, Shard, TrainingData,
    recalibrate,
};
use secateur::task::{Phase, Step, Task};
use secateur::tensor::Tensor;
use secateur::text::said;
use secateur::train::{TrainingBudget, TrainingSettings};
use std::sync::Arc;

/// Pictures of three kinds: bright above, bright on the left, or red.
fn pictures(count: usize, seed: u64, labeled: bool) -> Pictures {
    patterns(count, seed, labeled, [60.0, 80.0])
}

fn network() -> Graph {
    common::with_open_batch(chain(
        5,
        &[1, 3, 8, 8],
        &[
            Conv(12, 3),
            Norm,
            Relu,
            Halved(12),
            Relu,
            Flatten,
            Linear(3),
        ],
    ))
}

fn answers(graph: &Graph, pictures: &Pictures) -> Vec<usize> {
    let mut executor = Executor::new(graph, &Options::default()).unwrap();
    let mut input = vec![0.0; pictures.sample_len()];
    let answer = |index| {
        pictures.write(&[index], None, &mut input);
        let tensor = Tensor::from_f32(&[1, 3, 8, 8], input.clone());
        let out = executor.run(&[tensor]).unwrap().swap_remove(0);
        let logits = out.floats().unwrap();
        (0..3)
            .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
            .unwrap()
    };
    (0..pictures.len()).map(answer).collect()
}

fn settings(steps: usize) -> TrainingSettings {
    TrainingSettings {
        budget: TrainingBudget::Steps(steps),
        batch: 16,
        learning_rate: 0.02,
        batch_statistics: Some(true),
        label_weight: 0.3,
        ..TrainingSettings::default()
    }
}

fn learn(graph: &Graph, original: Option<&Graph>, pictures: &Pictures, steps: usize) -> Graph {
    let data = TrainingData {
        pictures: Arc::new(pictures.clone()),
        augmentation: Augmentation {
            shift: 0.1,
            ..Augmentation::default()
        },
        labels: true,
        inner: Vec::new(),
        seed: 1,
    };
    let mut recovery = Replica::new(graph, original, data, &settings(steps), Shard::ALL).unwrap();
    for _ in 0..steps {
        recovery.step().unwrap();
    }
    recovery.model()
}

fn pruned(graph: &Graph) -> Graph {
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.4}}"#).unwrap();
    cut(graph, 0, &recipe, None).unwrap().graph
}

#[test]
fn fine_tuning_on_labels_and_distillation_without_any() {
    let taught = pictures(240, 1, true);
    let unseen = pictures(150, 2, true);
    let right = |graph: &Graph| {
        let labels = unseen.labels().unwrap();
        let answers = answers(graph, &unseen);
        answers
            .iter()
            .zip(labels)
            .filter(|(a, l)| **a == **l as usize)
            .count()
    };
    let original = learn(&network(), None, &taught, 150);
    assert!(right(&original) > 135, "{}", right(&original));

    let pruned = pruned(&original);
    let tuned = learn(&pruned, None, &taught, 100);
    assert!(
        right(&tuned) > 135,
        "{} became {}",
        right(&pruned),
        right(&tuned)
    );

    let unlabeled = pictures(240, 3, false);
    let distilled = learn(&pruned, Some(&original), &unlabeled, 100);
    let said = answers(&original, &unseen);
    let agree = |graph: &Graph| {
        let answers = answers(graph, &unseen);
        answers.iter().zip(&said).filter(|(a, b)| a == b).count()
    };
    assert!(
        agree(&distilled) > 135,
        "{} became {}",
        agree(&pruned),
        agree(&distilled)
    );
    // The same seed gives the same weights.
    let again = learn(&pruned, Some(&original), &unlabeled, 100);
    let constants =
        |graph: &Graph| -> Vec<_> { graph.values.iter().map(|v| v.constant.clone()).collect() };
    assert_eq!(constants(&again), constants(&distilled));
}

#[test]
fn pictures_that_nothing_can_be_learned_from_are_refused() {
    let graph = network();
    let refused = |pictures: &Pictures, original: Option<&Graph>, words: &str| {
        let data = TrainingData {
            pictures: Arc::new(pictures.clone()),
            augmentation: Augmentation::default(),
            labels: true,
            inner: Vec::new(),
            seed: 1,
        };
        let error = Replica::new(&graph, original, data, &settings(5), Shard::ALL)
            .err()
            .expect("refused");
        assert!(said(&error).contains(words), "{error}");
    };
    refused(&Pictures::new(&preset()).unwrap(), None, "no photos");
    refused(&pictures(5, 1, false), None, "no labels");
    let mut one_class = Pictures::new(&preset()).unwrap();
    let mut many = Pictures::new(&preset()).unwrap();
    for i in 0..4 {
        one_class.add(&[9; 4], 1, 1, Some(2)).unwrap();
        many.add(&[9; 4], 1, 1, Some(i * 3)).unwrap();
    }
    refused(&one_class, None, "one class");
    refused(&many, None, "10 classes");
    let other = Preset::parse(r#"{"size": 16}"#).unwrap();
    let mut wrong_size = Pictures::new(&other).unwrap();
    wrong_size.add(&[9; 4], 1, 1, Some(0)).unwrap();
    refused(&wrong_size, None, "preset");
}

fn fitted(pruned: &Graph, original: &Graph, pictures: &Pictures, what: Fitted) -> Reconstruction {
    let mut reconstruction =
        Reconstruction::new(pruned, original, Arc::new(pictures.clone()), what, 3).unwrap();
    let mut last = None;
    (&mut reconstruction).run(|at| last = Some(at)).unwrap();
    assert!(last.is_some_and(|at| at.done == at.of));
    reconstruction
}

fn rebuilt(pruned: &Graph, original: &Graph, pictures: &Pictures) -> Graph {
    let reconstruction = fitted(pruned, original, pictures, Fitted::Weights);
    let layers = reconstruction.layers();
    assert!(layers.len() >= 3);
    assert!(layers.iter().all(|layer| layer.after <= layer.before));
    assert!(layers.iter().any(|layer| layer.after < 0.9 * layer.before));
    reconstruction.model()
}

#[test]
fn reconstruction_brings_answers_back_without_labels() {
    let original = learn(&network(), None, &pictures(240, 1, true), 150);
    let (few, unseen) = (pictures(48, 8, false), pictures(200, 9, true));
    let once = pruned(&original);
    // A cut of a cut: the file still tells which channels of the original are left.
    let again = Recipe::parse(r#"{"target": {"macs": 0.7}, "criterion": "random"}"#).unwrap();
    let twice = cut(&once, 0, &again, None).unwrap();
    let read = secateur::onnx::open(twice.bytes.into(), &Default::default())
        .unwrap()
        .graph;
    let weights =
        Recipe::parse(r#"{"granularity": "weight", "target": {"sparsity": 0.85}}"#).unwrap();
    let masked = cut(&original, 0, &weights, None).unwrap().graph;
    let pattern = Recipe::parse(r#"{"granularity": "2:4"}"#).unwrap();
    let patterned = cut(&original, 0, &pattern, None).unwrap().graph;
    for pruned in [&once, &read, &masked, &patterned] {
        let before = evaluate(pruned, Some(&original), &unseen).unwrap();
        let recovered = rebuilt(pruned, &original, &few);
        let after = evaluate(&recovered, Some(&original), &unseen).unwrap();
        assert!(
            after.kl.unwrap() < 0.7 * before.kl.unwrap(),
            "{before:?} became {after:?}"
        );
        assert!(
            after.agreement >= before.agreement,
            "{before:?} became {after:?}"
        );
    }
    let zeros = |graph: &Graph| -> Vec<bool> {
        let constants = graph.values.iter().filter_map(|v| v.constant.as_ref());
        let matrices = constants.filter(|t| t.shape().len() > 1);
        let numbers = matrices.filter_map(|t| t.floats().map(|x| x.into_owned()));
        numbers.flatten().map(|x| x == 0.0).collect()
    };
    for masked in [&masked, &patterned] {
        assert_eq!(zeros(masked), zeros(&rebuilt(masked, &original, &few)));
    }
}

/// Convolutions in groups of one channel and of several, and products along the last axis, with random weights.
fn grouped(seed: u64) -> Graph {
    let mut net = Net::new(seed);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 12, 3);
    let x = net.relu(x);
    let x = net.conv_with(x, 12, 3, 12, 1, 1, true);
    let x = net.relu(x);
    let x = net.conv_with(x, 12, 3, 3, 2, 1, true);
    let x = net.relu(x);
    let x = net.reshape(x, &[0, 12, 16]);
    let x = net.transpose(x, &[0, 2, 1]);
    let x = net.linear_3d(x, 20);
    let x = net.relu(x);
    let x = net.flatten(x);
    let weights = net.weight(&[320, 3]);
    let y = net.op("MatMul", &[x, weights], &[]);
    common::with_open_batch(net.finish(&[y]))
}

/// They are fitted like any other layer. A network with random weights is nearly certain of each answer, so that a few photos
/// make up most of its divergence: it takes many of them, and several networks, to tell whether fitting helps.
#[test]
fn reconstruction_fits_grouped_filters_and_products() {
    let (few, unseen) = (pictures(600, 8, false), pictures(1000, 9, true));
    let weights =
        r#"{"granularity": "weight", "allocation": "uniform", "target": {"sparsity": 0.6}}"#;
    let recipe = Recipe::parse(weights).unwrap();
    let mut shares = Vec::new();
    for seed in 12..18 {
        let original = grouped(seed);
        let pruned = cut(&original, 0, &recipe, None).unwrap();
        let reconstruction = fitted(&pruned.graph, &original, &few, Fitted::Weights);
        let layers = reconstruction.layers();
        let is_layer = |node: &&Node| ["Conv", "MatMul"].contains(&node.op_type.as_str());
        let nodes = original.nodes.iter().filter(is_layer);
        let named: Vec<_> = nodes.map(|node| &node.name).collect();
        assert_eq!(named.len(), 5);
        assert_eq!(
            layers.iter().map(|layer| &layer.layer).collect::<Vec<_>>(),
            named
        );
        assert!(layers.iter().all(|layer| layer.after <= layer.before));
        let better = layers
            .iter()
            .filter(|layer| layer.after < 0.9 * layer.before);
        assert!(better.count() >= 4, "{layers:?}");
        let kl = |graph: &Graph| {
            evaluate(graph, Some(&original), &unseen)
                .unwrap()
                .kl
                .unwrap()
        };
        shares.push(kl(&reconstruction.model()) / kl(&pruned.graph));
    }
    assert!(shares.iter().all(|share| *share < 0.85), "{shares:?}");
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean < 0.7, "{shares:?}");
}

#[test]
fn reconstruction_says_what_it_needs() {
    let original = network();
    let pruned = pruned(&original);
    let refused = |pruned: &Graph, original: &Graph, count: usize, words: &str| {
        let pictures = pictures(count, 1, false);
        let result = Reconstruction::new(pruned, original, Arc::new(pictures), Fitted::Weights, 1)
            .and_then(Task::finish);
        let error = result.expect_err("refused");
        assert!(said(&error).contains(words), "{error}");
    };
    refused(&pruned, &original, 3, "at least 4 photos");
    let mut stranger = pruned.clone();
    stranger.metadata.clear();
    refused(&stranger, &original, 8, "does not say which ones are left");
}

fn normalization(graph: &Graph) -> &Node {
    let mut nodes = graph.nodes.iter();
    let found = nodes.find(|node| node.op_type == "BatchNormalization");
    found.unwrap()
}

/// All numbers of each of the channels of a value with planes of 8 × 8.
fn seen(graph: &Graph, value: ValueId, pictures: &Pictures) -> Vec<Vec<f64>> {
    let name = &graph.value(value).name;
    let options = Options {
        keep: vec![name.clone()],
        fuse: false,
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).unwrap();
    let mut channels: Vec<Vec<f64>> = Vec::new();
    let mut input = vec![0.0; pictures.sample_len()];
    for index in 0..pictures.len() {
        pictures.write(&[index], None, &mut input);
        executor
            .run(&[Tensor::from_f32(&[1, 3, 8, 8], input.clone())])
            .unwrap();
        let numbers = executor.value(name).unwrap();
        let numbers = numbers.floats().unwrap();
        channels.resize(numbers.len() / 64, Vec::new());
        for (channel, plane) in channels.iter_mut().zip(numbers.chunks(64)) {
            channel.extend(plane.iter().map(|&x| f64::from(x)));
        }
    }
    channels
}

#[test]
fn corrected_biases_give_the_original_s_means_and_weights_stay() {
    let original = learn(&network(), None, &pictures(240, 1, true), 150);
    let weights =
        Recipe::parse(r#"{"granularity": "weight", "target": {"sparsity": 0.85}}"#).unwrap();
    let pruned = cut(&original, 0, &weights, None).unwrap().graph;
    let few = pictures(48, 8, false);
    let correction = fitted(&pruned, &original, &few, Fitted::Biases);
    // On pictures that no mean was taken of.
    let layers = correction.layers();
    assert_eq!(layers.len(), 3);
    assert!(layers.iter().all(|layer| layer.after < layer.before));
    let corrected = correction.model();
    let matrices = |graph: &Graph| -> Vec<Tensor> {
        let constants = graph.values.iter().filter_map(|v| v.constant.as_ref());
        let matrices = constants.filter(|t| t.shape().len() > 1);
        matrices.map(|t| t.as_ref().clone()).collect()
    };
    assert!(matrices(&corrected) == matrices(&pruned));
    let means = |graph: &Graph| -> Vec<f64> {
        // Every fourth picture is held back.
        let channels = seen(graph, normalization(graph).output(0).unwrap(), &few);
        let fitted_on = |numbers: &Vec<f64>| -> Vec<f64> {
            let planes = numbers.chunks(64).enumerate();
            let planes = planes.filter(|(at, _)| at % 4 != 3);
            planes.flat_map(|(_, plane)| plane.to_vec()).collect()
        };
        let channels: Vec<Vec<f64>> = channels.iter().map(fitted_on).collect();
        let mean = |numbers: &Vec<f64>| numbers.iter().sum::<f64>() / numbers.len() as f64;
        channels.iter().map(mean).collect()
    };
    let apart = |a: &[f64], b: &[f64]| {
        let both = a.iter().zip(b);
        both.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let wanted = means(&original);
    assert!(apart(&means(&pruned), &wanted) > 1e-2);
    assert!(apart(&means(&corrected), &wanted) < 1e-4);
}

#[test]
fn recalibration_measures_mean_and_variance() {
    let graph = network();
    let set = pictures(32, 5, false);
    let fresh = recalibrate(&graph, &set).unwrap();
    let norm = normalization(&graph);
    let channels = seen(&graph, norm.input(0).unwrap(), &set);
    let stored = |i: usize| {
        let tensor = fresh.constant(norm.input(i).unwrap()).unwrap();
        tensor.floats().unwrap().into_owned()
    };
    for (c, numbers) in channels.iter().enumerate() {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((f64::from(stored(3)[c]) - mean).abs() < 1e-4);
        assert!((f64::from(stored(4)[c]) / variance - 1.0).abs() < 1e-3);
    }
    let error = recalibrate(&graph, &pictures(1, 1, false)).unwrap_err();
    assert!(said(&error).contains("at least two"), "{error}");
}

/// A batch of 32 a piece, so that it can be shown, paused and stopped between any two.
#[test]
fn recalibration_goes_batch_by_batch_and_is_whole_at_the_end() {
    let graph = network();
    let set = Arc::new(pictures(110, 5, false));
    let stored = |graph: &Graph| -> Vec<Tensor> {
        let constants = graph.values.iter().filter_map(|v| v.constant.as_ref());
        constants.map(|tensor| tensor.as_ref().clone()).collect()
    };
    let at_once = recalibrate(&graph, &set).unwrap();
    assert!(stored(&at_once) != stored(&graph));
    let plan = Plan::new(Method::Recalibrate, &preset());
    let set = Arc::clone(&set);
    let mut recovery = Recovery::new(&graph, None, set, &plan, Replicas::All, None).unwrap();
    for done in 1..=3 {
        assert!(stored(&recovery.model()) == stored(&graph), "{done}");
        let Step::Event(Event::Progress(at)) = recovery.step().unwrap() else {
            panic!("no progress after {done} batches");
        };
        assert_eq!((at.phase, at.done, at.of), (Phase::Recalibrating, done, 3));
    }
    // Nothing is left to do.
    let Step::Done(recovered) = recovery.step().unwrap() else {
        panic!("more is done than there is");
    };
    assert!(stored(&recovered) == stored(&at_once));
}

#[test]
fn recalibration_takes_pictures_that_come_class_by_class_as_well_as_mixed_ones() {
    let graph = network();
    // As folders of classes are read.
    let mut sorted = Pictures::new(&preset()).unwrap();
    let all = pictures(320, 5, true);
    for class in 0..3 {
        let of_class = |index: &usize| all.label(*index) == Some(class);
        let indices: Vec<usize> = (0..all.len()).filter(of_class).collect();
        let levels: Vec<&[u8]> = indices.iter().map(|i| all.levels_of(*i)).collect();
        let levels = levels.concat();
        let stack = Stack {
            levels: &levels,
            width: 8,
            height: 8,
            channels: 3,
        };
        sorted
            .add_stack(stack, Some(&vec![class; indices.len()]))
            .unwrap();
    }
    let labels = sorted.labels().unwrap();
    assert!(labels.is_sorted() && labels.first() != labels.last());
    let mixed = sorted.sample(sorted.len(), 7);
    let stored = |set: &Pictures| {
        let fresh = recalibrate(&graph, set).unwrap();
        let norms = fresh
            .nodes
            .iter()
            .filter(|n| n.op_type == "BatchNormalization");
        let variances: Vec<f32> = norms
            .flat_map(|norm| {
                let variance = fresh.constant(norm.input(4).unwrap()).unwrap();
                variance.floats().unwrap().into_owned()
            })
            .collect();
        variances
    };
    for (of_sorted, of_mixed) in stored(&sorted).into_iter().zip(stored(&mixed)) {
        assert!(
            (of_sorted / of_mixed - 1.0).abs() < 0.03,
            "{of_sorted} {of_mixed}"
        );
    }
}
