//! A pruned network learns back what it lost.

mod common;

use common::{Net, Random};
use secateur::data::{Augmentation, Pictures, Preset};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::learn::Settings;
use secateur::prune::cut::cut;
use secateur::recipe::Recipe;
use secateur::recover::{Lessons, Recovery};
use secateur::tensor::Tensor;

fn preset() -> Preset {
    Preset::parse(r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64]}"#).unwrap()
}

/// Pictures of three kinds: bright above, bright on the left, or red.
fn pictures(count: usize, seed: u64, labelled: bool) -> Pictures {
    let mut pictures = Pictures::new(&preset()).unwrap();
    let mut random = Random(seed);
    for _ in 0..count {
        let label = random.below(3);
        let mut rgba = Vec::new();
        for at in 0..64 {
            let bright = [at < 32, at % 8 < 4, false][label];
            let level = |random: &mut Random, more: bool| {
                let grey = 100.0 + 60.0 * random.number() + if more { 80.0 } else { 0.0 };
                grey.clamp(0.0, 255.0) as u8
            };
            rgba.extend([
                level(&mut random, bright || label == 2),
                level(&mut random, bright),
                level(&mut random, bright),
                255,
            ]);
        }
        let label = labelled.then_some(label as u32);
        pictures.add(&rgba, 8, 8, label).unwrap();
    }
    pictures
}

fn network() -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let x = net.conv_with(x, 12, 3, 1, 2, 1, true);
    let x = net.relu(x);
    let x = net.flatten(x);
    let y = net.linear(x, 3);
    common::with_open_batch(net.finish(&[y]))
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

fn settings(steps: usize) -> Settings {
    Settings {
        steps,
        batch: 16,
        rate: 0.02,
        ..Settings::default()
    }
}

fn learn(graph: &Graph, original: Option<&Graph>, pictures: &Pictures, steps: usize) -> Graph {
    let lessons = Lessons {
        pictures,
        augmentation: Augmentation {
            shift: 0.1,
            ..Augmentation::default()
        },
        labels: true,
        seed: 1,
    };
    let mut recovery = Recovery::new(graph, original, lessons, &settings(steps)).unwrap();
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

    let unlabelled = pictures(240, 3, false);
    let distilled = learn(&pruned, Some(&original), &unlabelled, 100);
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
    let again = learn(&pruned, Some(&original), &unlabelled, 100);
    let constants =
        |graph: &Graph| -> Vec<_> { graph.values.iter().map(|v| v.constant.clone()).collect() };
    assert_eq!(constants(&again), constants(&distilled));
}

#[test]
fn pictures_that_nothing_can_be_learned_from_are_refused() {
    let graph = network();
    let refused = |pictures: &Pictures, original: Option<&Graph>, words: &str| {
        let lessons = Lessons {
            pictures,
            augmentation: Augmentation::default(),
            labels: true,
            seed: 1,
        };
        let error = Recovery::new(&graph, original, lessons, &settings(5))
            .err()
            .expect("refused");
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(&Pictures::new(&preset()).unwrap(), None, "no pictures");
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
