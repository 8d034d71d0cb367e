//! Whole steps of learning: weights follow the optimizers' formulas, masks hold, losses fall, and what runs away is
//! stopped with the last good weights.

mod common;

use common::nets::{Layer::*, chain};
use common::{Net, Random};
use secateur::Error;
use secateur::engine::{Executor, Options};
use secateur::graph::{Graph, ValueId};
use secateur::tensor::Tensor;
use secateur::text::render;
use secateur::train::{LossTargets, Rule, Schedule, Trainer, TrainingBudget, TrainingSettings};
use std::sync::Arc;

/// `y = W·x`, two classes, three inputs.
fn linear() -> (Graph, ValueId) {
    let mut net = Net::new(1);
    let x = net.input(&[2, 3]);
    let w = net.constant(Tensor::from_f32(
        &[2, 3],
        vec![0.5, -0.25, 1.0, 0.0, 0.75, -0.5],
    ));
    let y = net.op("Gemm", &[x, w], &[("transB", common::int(1))]);
    (net.finish(&[y]), w)
}

fn weights(trainer: &Trainer, graph: &Graph, value: ValueId) -> Vec<f32> {
    let mut graph = graph.clone();
    trainer.write_to(&mut graph);
    graph
        .constant(value)
        .unwrap()
        .floats()
        .unwrap()
        .into_owned()
}

fn plain(rule: Rule) -> TrainingSettings {
    TrainingSettings {
        budget: TrainingBudget::Steps(10),
        batch: 2,
        learning_rate: 0.1,
        optimizer: rule,
        schedule: Schedule::Constant,
        weight_decay: 0.0,
        clip: 1e9,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    }
}

const INPUT: [f32; 6] = [1.0, 2.0, -1.0, 0.5, -0.5, 2.0];
const LABELS: [u32; 2] = [0, 1];

/// The gradient of the mean cross-entropy by `W`, by its formula: `(softmax − one-hot)ᵀ · x / samples`.
fn by_formula(w: &[f32]) -> Vec<f64> {
    let mut gradient = vec![0.0; 6];
    for (x, &label) in INPUT.chunks(3).zip(&LABELS) {
        let logit = |c: usize| (0..3).map(|i| f64::from(w[c * 3 + i] * x[i])).sum::<f64>();
        let powers = [logit(0).exp(), logit(1).exp()];
        for c in 0..2 {
            let apart =
                powers[c] / (powers[0] + powers[1]) - f64::from(u8::from(label as usize == c));
            (0..3).for_each(|i| gradient[c * 3 + i] += apart * f64::from(x[i]) / 2.0);
        }
    }
    gradient
}

#[test]
fn momentum_follows_its_formula_and_zeros_stay() {
    let (graph, w) = linear();
    let mut trainer = Trainer::new(&graph, &plain(Rule::SGD)).unwrap();
    let mut expected: Vec<f64> = weights(&trainer, &graph, w)
        .iter()
        .map(|&x| x.into())
        .collect();
    let mut velocity = [0.0; 6];
    for _ in 0..3 {
        let now: Vec<f32> = expected.iter().map(|&x| x as f32).collect();
        let gradient = by_formula(&now);
        for i in 0..6 {
            velocity[i] = 0.9 * velocity[i] + gradient[i];
            // The fourth weight is zero from the start.
            expected[i] -= if i == 3 { 0.0 } else { 0.1 * velocity[i] };
        }
        let goal = LossTargets {
            labels: Some(&LABELS),
            ..LossTargets::default()
        };
        trainer.step(&[&INPUT], goal).unwrap();
    }
    let got = weights(&trainer, &graph, w);
    assert_eq!(got[3], 0.0);
    for (got, want) in got.iter().zip(&expected) {
        assert!((f64::from(*got) - want).abs() < 1e-5, "{got} {want}");
    }
}

/// Adam's first step is the learning rate in the direction of the gradient, whatever its size.
#[test]
fn adams_first_step_is_the_rate() {
    let (graph, w) = linear();
    let mut trainer = Trainer::new(&graph, &plain(Rule::AdamW)).unwrap();
    let before = weights(&trainer, &graph, w);
    let goal = LossTargets {
        labels: Some(&LABELS),
        ..LossTargets::default()
    };
    trainer.step(&[&INPUT], goal).unwrap();
    let after = weights(&trainer, &graph, w);
    for (i, gradient) in by_formula(&before)
        .into_iter()
        .enumerate()
        .filter(|(i, _)| *i != 3)
    {
        let moved = f64::from(after[i]) - f64::from(before[i]);
        assert!(
            (moved + 0.1 * gradient.signum()).abs() < 1e-4,
            "{i}: {moved}"
        );
    }
}

/// The last third of six steps are two.
#[test]
fn averaged_weights_are_the_mean_of_those_after_the_last_steps() {
    let (graph, w) = linear();
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(6),
        ..plain(Rule::SGD)
    };
    let averaging = TrainingSettings {
        averaging: 1.0 / 3.0,
        ..settings.clone()
    };
    let trainers = [settings, averaging].map(|settings| Trainer::new(&graph, &settings).unwrap());
    let [mut trainer, mut averaging] = trainers;
    let goal = LossTargets {
        labels: Some(&LABELS),
        ..LossTargets::default()
    };
    let mut passed: Vec<Vec<f32>> = Vec::new();
    for step in 1..=6 {
        trainer.step(&[&INPUT], goal).unwrap();
        averaging.step(&[&INPUT], goal).unwrap();
        passed.push(weights(&trainer, &graph, w));
        let last = &passed[4.min(step - 1)..];
        for (at, got) in weights(&averaging, &graph, w).iter().enumerate() {
            let mean = last.iter().map(|w| f64::from(w[at])).sum::<f64>() / last.len() as f64;
            assert!(
                (f64::from(*got) - mean).abs() < 1e-6,
                "step {step}: {got} {mean}"
            );
        }
    }
}

/// Two kinds of pictures: bright above, or bright below.
fn pictures(random: &mut Random, count: usize) -> (Vec<f32>, Vec<u32>) {
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for _ in 0..count {
        let label = random.below(2);
        labels.push(label as u32);
        pixels.extend((0..64).map(|i| {
            let bright = (i < 32) == (label == 0);
            0.5 * random.number() + if bright { 0.4 } else { 0.0 }
        }));
    }
    (pixels, labels)
}

fn small_net() -> Graph {
    chain(
        5,
        &[16, 1, 8, 8],
        &[Conv(4, 3), Norm, Relu, Halved(6), Relu, Flatten, Linear(2)],
    )
}

/// Zeros in half of the second convolution's weights.
fn masked(mut graph: Graph) -> (Graph, ValueId, Vec<usize>) {
    let node = graph
        .nodes
        .iter()
        .filter(|n| n.op_type == "Conv")
        .nth(1)
        .unwrap();
    let w = node.input(1).unwrap();
    let mut numbers = graph.constant(w).unwrap().floats().unwrap().into_owned();
    let places: Vec<usize> = (0..numbers.len()).step_by(2).collect();
    places.iter().for_each(|&at| numbers[at] = 0.0);
    let tensor = graph.constant(w).unwrap().with_floats(&numbers).unwrap();
    graph.value_mut(w).constant = Some(Arc::new(tensor));
    (graph, w, places)
}

fn hits(graph: &Graph, pixels: &[f32], labels: &[u32]) -> usize {
    let options = Options {
        batch: labels.len(),
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).unwrap();
    let input = Tensor::from_f32(&[labels.len(), 1, 8, 8], pixels.to_vec());
    let out = executor.run(&[input]).unwrap().swap_remove(0);
    let logits = out.floats().unwrap();
    let rows = logits.chunks(2).zip(labels);
    rows.filter(|(row, label)| usize::from(row[1] > row[0]) == **label as usize)
        .count()
}

#[test]
fn a_masked_network_learns_what_it_did_not_know() {
    let (graph, w, places) = masked(small_net());
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(120),
        batch: 16,
        learning_rate: 0.01,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let mut random = Random(11);
    for _ in 0..120 {
        let (pixels, labels) = pictures(&mut random, 16);
        trainer
            .step(
                &[&pixels],
                LossTargets {
                    labels: Some(&labels),
                    ..LossTargets::default()
                },
            )
            .unwrap();
    }
    let mut learned = graph.clone();
    trainer.write_to(&mut learned);
    let numbers = learned.constant(w).unwrap().floats().unwrap().into_owned();
    assert!(
        places.iter().all(|&at| numbers[at] == 0.0),
        "a masked weight moved"
    );
    assert!(numbers.iter().filter(|x| **x != 0.0).count() > 0);
    // What it never saw, judged by the executor with the statistics that learning stored.
    let (pixels, labels) = pictures(&mut random, 200);
    let (pixels, labels): (Vec<_>, Vec<_>) = (
        pixels.chunks(64 * 16).take(12).flatten().copied().collect(),
        labels.into_iter().take(192).collect(),
    );
    let right: usize = pixels
        .chunks(64 * 16)
        .zip(labels.chunks(16))
        .map(|(pixels, labels)| hits(&learned, pixels, labels))
        .sum();
    assert!(right > 180, "{right} of 192");
}

#[test]
fn a_student_comes_to_say_what_its_teacher_says() {
    let teacher = small_net();
    let (graph, ..) = masked(teacher.clone());
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(150),
        batch: 16,
        learning_rate: 0.01,
        weight_decay: 0.0,
        batch_statistics: Some(false),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let mut executor = Executor::new(
        &teacher,
        &Options {
            batch: 16,
            ..Options::default()
        },
    )
    .unwrap();
    let mut random = Random(3);
    let mut losses = Vec::new();
    for _ in 0..150 {
        let (pixels, _) = pictures(&mut random, 16);
        let input = Tensor::from_f32(&[16, 1, 8, 8], pixels.clone());
        let logits = executor.run(&[input]).unwrap().swap_remove(0);
        let goal = LossTargets {
            teacher: Some(&logits.floats().unwrap()),
            ..LossTargets::default()
        };
        losses.push(trainer.step(&[&pixels], goal).unwrap().loss);
    }
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let (early, late) = (mean(&losses[..10]), mean(&losses[140..]));
    assert!(late < early / 5.0, "from {early} to {late}");
}

#[test]
fn what_runs_away_is_stopped_with_the_last_good_weights() {
    let graph = small_net();
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(100),
        batch: 16,
        learning_rate: 1e6,
        clip: 1e9,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let mut random = Random(3);
    let error = (0..100)
        .find_map(|_| {
            let (pixels, labels) = pictures(&mut random, 16);
            trainer
                .step(
                    &[&pixels],
                    LossTargets {
                        labels: Some(&labels),
                        ..LossTargets::default()
                    },
                )
                .err()
        })
        .expect("it runs away");
    assert!(
        matches!(&error, Error::Diverged(text) if render(text).contains("learning rate")),
        "{error}"
    );
    let mut kept = graph.clone();
    trainer.write_to(&mut kept);
    for value in &kept.values {
        let numbers = value
            .constant
            .as_ref()
            .and_then(|t| t.floats().map(|n| n.into_owned()));
        assert!(numbers.is_none_or(|n| n.iter().all(|x| x.is_finite())));
    }
}

#[test]
fn numbers_that_are_none_are_noticed() {
    let graph = small_net();
    let settings = TrainingSettings {
        batch: 16,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let (mut pixels, labels) = pictures(&mut Random(1), 16);
    pixels[5] = f32::NAN;
    let step = trainer.step(
        &[&pixels],
        LossTargets {
            labels: Some(&labels),
            ..LossTargets::default()
        },
    );
    assert!(matches!(step, Err(Error::BadInput(text)) if render(&text).contains("NaN")));
    let senseless = TrainingSettings {
        learning_rate: 0.0,
        ..settings
    };
    assert!(matches!(
        Trainer::new(&graph, &senseless),
        Err(Error::BadInput(_))
    ));
}
