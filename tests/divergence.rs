//! Rates that ruin a network in the ordinary way, to saying the same of every picture, are noticed, and the weights from
//! before are kept; rates that do well are let be.

mod common;

use common::Random;
use common::nets::{Layer::*, chain};
use secateur::Error;
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::Graph;
use secateur::task::Gradients;
use secateur::text::render;
use secateur::train::loss::cross_entropy;
use secateur::train::{
    LossTargets, Rule, Schedule, Trainer, TrainingBudget, TrainingSettings, TrainingStep,
};
use std::sync::Arc;

const BATCH: usize = 32;
const CLASSES: usize = 10;
const SIDE: usize = 8;

/// One of five bright rows or five bright columns, in much noise.
fn pictures(random: &mut Random) -> (Vec<f32>, Vec<u32>) {
    let labels: Vec<u32> = (0..BATCH).map(|_| random.below(CLASSES) as u32).collect();
    let mut pixels = Vec::with_capacity(BATCH * SIDE * SIDE);
    for &label in &labels {
        let line = label as usize % 5 + 1;
        for at in 0..SIDE * SIDE {
            let place = if label < 5 { at / SIDE } else { at % SIDE };
            let bright = if place == line { 2.0 } else { 0.0 };
            pixels.push(bright + 1.8 * random.number());
        }
    }
    (pixels, labels)
}

fn untrained() -> Graph {
    common::with_open_batch(chain(
        21,
        &[BATCH, 1, SIDE, SIDE],
        &[
            Conv(8, 3),
            Norm,
            Relu,
            Halved(12),
            Norm,
            Relu,
            Flatten,
            Linear(CLASSES),
        ],
    ))
}

fn settings(rate: f32) -> TrainingSettings {
    TrainingSettings {
        budget: TrainingBudget::Steps(200),
        batch: BATCH,
        learning_rate: rate,
        schedule: Schedule::Constant,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    }
}

/// One more step, on pictures of its own.
fn step(trainer: &mut Trainer, random: &mut Random) -> Result<TrainingStep, Error> {
    let (pixels, labels) = pictures(random);
    let goal = LossTargets {
        labels: Some(&labels),
        ..LossTargets::default()
    };
    trainer.step(&[&pixels], goal)
}

/// Goes steps until the end or an error; gives the losses.
fn learn(trainer: &mut Trainer, random: &mut Random) -> (Vec<f64>, Option<Error>) {
    let mut losses = Vec::new();
    let TrainingBudget::Steps(steps) = trainer.settings().budget else {
        panic!("steps end it");
    };
    for _ in 0..steps {
        match step(trainer, random) {
            Ok(learned) => losses.push(learned.loss),
            Err(error) => return (losses, Some(error)),
        }
    }
    (losses, None)
}

fn model(trainer: &Trainer, graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    trainer.write_to(&mut graph);
    graph
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// A network that has learned.
fn trained() -> Graph {
    let graph = untrained();
    let mut trainer = Trainer::new(&graph, &settings(0.02)).unwrap();
    let (losses, error) = learn(&mut trainer, &mut Random(1));
    assert!(error.is_none() && mean(&losses[175..]) < 0.1);
    model(&trainer, &graph)
}

/// The same with every third weight taken out of the second convolution.
fn pruned(mut graph: Graph) -> Graph {
    let mut convolutions = graph.nodes.iter().filter(|n| n.op_type == "Conv");
    let w = convolutions.nth(1).unwrap().input(1).unwrap();
    let mut numbers = graph.constant(w).unwrap().floats().unwrap().into_owned();
    numbers.iter_mut().step_by(3).for_each(|x| *x = 0.0);
    let tensor = graph.constant(w).unwrap().with_floats(&numbers).unwrap();
    graph.value_mut(w).constant = Some(Arc::new(tensor));
    graph
}

/// The mean loss on pictures that nothing was learned from, normalized by each batch as learning does it.
fn loss(graph: &Graph) -> f64 {
    let options = Options {
        batch: BATCH,
        ..Options::default()
    };
    let mut tape = Tape::new(graph, &options, Normalization::OfBatch).unwrap();
    let mut random = Random(77);
    let losses = (0..12).map(|_| {
        let (pixels, labels) = pictures(&mut random);
        tape.forward(&[&pixels]).unwrap();
        let logits = tape.value(graph.outputs[0]);
        cross_entropy(logits, &labels, 0.0, 1.0, &mut vec![0.0; logits.len()])
    });
    mean(&losses.collect::<Vec<_>>())
}

/// The step whose weights an error says are kept.
fn kept(error: Option<Error>) -> usize {
    let Some(Error::Diverged(why)) = error else {
        panic!("{error:?} is no divergence");
    };
    let why = render(&why);
    let (_, rest) = why.split_once("The weights of step ").unwrap();
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

#[test]
fn a_rate_that_ruins_a_trained_network_at_once() {
    let trained = trained();
    let before = loss(&trained);
    for (rule, rate) in [(Rule::SGD, 2.0), (Rule::SGD, 5.0), (Rule::AdamW, 1.0)] {
        let settings = TrainingSettings {
            optimizer: rule,
            ..settings(rate)
        };
        let mut trainer = Trainer::new(&trained, &settings).unwrap();
        let (losses, error) = learn(&mut trainer, &mut Random(2));
        assert_eq!(kept(error), 0, "{rule:?} {rate}");
        assert!(losses.len() <= 25);
        assert!((loss(&model(&trainer, &trained)) - before).abs() < 1e-6);
    }
    // It is the ordinary way: none of these losses is fifty times what is usual at the start.
    let mut trainer = Trainer::new(&trained, &settings(2.0)).unwrap();
    let (losses, _) = learn(&mut trainer, &mut Random(2));
    assert!(losses.iter().all(|loss| *loss < 50.0), "{losses:?}");
}

#[test]
fn a_rate_that_ruins_on_its_way_up_what_it_had_taught() {
    let graph = untrained();
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(400),
        schedule: Schedule::OneCycle,
        ..settings(4.0)
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let (losses, error) = learn(&mut trainer, &mut Random(3));
    let windows: Vec<f64> = losses.chunks_exact(25).map(mean).collect();
    let best = windows.iter().copied().fold(f64::INFINITY, f64::min);
    let last = *windows.last().unwrap();
    assert!(best < 1.0 && last > 2.0, "{windows:?}");
    let step = kept(error);
    assert!(step >= 25 && step.is_multiple_of(25), "step {step}");
    let kept = loss(&model(&trainer, &graph));
    assert!(kept < best + 0.2, "{kept}, and the best was {best}");
}

#[test]
fn a_rate_that_ruins_a_student() {
    let teacher = trained();
    let student = pruned(teacher.clone());
    let options = Options {
        batch: BATCH,
        ..Options::default()
    };
    let mut tape = Tape::new(&teacher, &options, Normalization::OfBatch).unwrap();
    let mut distil = |rate: f32| {
        let mut trainer = Trainer::new(&student, &settings(rate)).unwrap();
        let mut random = Random(4);
        let failed = (0..100).find_map(|_| {
            let (pixels, labels) = pictures(&mut random);
            tape.forward(&[&pixels]).unwrap();
            let goal = LossTargets {
                labels: Some(&labels),
                teacher: Some(tape.value(teacher.outputs[0])),
                inner: &[],
            };
            trainer.step(&[&pixels], goal).err()
        });
        (failed, loss(&model(&trainer, &student)))
    };
    let (failed, after) = distil(2.0);
    kept(failed);
    assert!(after < loss(&student) + 0.2);
    let (failed, after) = distil(0.02);
    assert!(failed.is_none() && after < loss(&student));
}

#[test]
fn rates_that_do_well_are_let_be() {
    let (untrained, trained) = (untrained(), trained());
    let pruned = pruned(trained.clone());
    for (rule, rate) in [
        (Rule::SGD, 0.005),
        (Rule::SGD, 0.02),
        (Rule::SGD, 0.1),
        (Rule::AdamW, 0.002),
        (Rule::AdamW, 0.02),
    ] {
        for graph in [&untrained, &trained, &pruned] {
            let settings = TrainingSettings {
                optimizer: rule,
                budget: TrainingBudget::Steps(80),
                ..settings(rate)
            };
            let mut trainer = Trainer::new(graph, &settings).unwrap();
            let mut random = Random(5);
            // At whichever step they end.
            for at in 1..=80 {
                let done = step(&mut trainer, &mut random).and_then(|_| trainer.conclude());
                assert!(done.is_ok(), "{rule:?} {rate} {at}: {done:?}");
            }
        }
    }
}

/// Too short for a whole window that a later step would judge.
#[test]
fn a_rate_that_ruins_in_a_short_run_is_told_at_its_end() {
    let trained = trained();
    let before = loss(&trained);
    let mut at_the_end = 0;
    for rate in [2.0, 5.0] {
        for steps in [15, 25] {
            let settings = TrainingSettings {
                budget: TrainingBudget::Steps(steps),
                ..settings(rate)
            };
            let mut trainer = Trainer::new(&trained, &settings).unwrap();
            let (_, error) = learn(&mut trainer, &mut Random(2));
            at_the_end += usize::from(error.is_none());
            // Some grow beyond measure on their way.
            let error = error.or_else(|| trainer.conclude().err());
            assert_eq!(kept(error), 0, "{rate} {steps}");
            assert!((loss(&model(&trainer, &trained)) - before).abs() < 1e-6);
        }
    }
    assert!(at_the_end >= 2);
}

/// A run of a few steps, and one that is stopped before its end, are judged by the same rule.
#[test]
fn a_rate_that_ruins_is_told_wherever_learning_stops() {
    let trained = trained();
    let before = loss(&trained);
    for (steps, of) in [(3, 3), (4, 4), (3, 200), (12, 200)] {
        let settings = TrainingSettings {
            budget: TrainingBudget::Steps(of),
            ..settings(5.0)
        };
        let mut trainer = Trainer::new(&trained, &settings).unwrap();
        let mut random = Random(2);
        let error = (0..steps).find_map(|_| step(&mut trainer, &mut random).err());
        let error = error.or_else(|| trainer.conclude().err());
        assert_eq!(kept(error), 0, "{steps} of {of}");
        assert!((loss(&model(&trainer, &trained)) - before).abs() < 1e-6);
    }
    // The only batch was of the weights before they moved.
    let mut trainer = Trainer::new(&trained, &settings(5.0)).unwrap();
    step(&mut trainer, &mut Random(2)).unwrap();
    assert!(trainer.conclude().is_ok());
}

#[test]
fn a_last_step_that_leaves_no_numbers_is_told() {
    let trained = trained();
    let settings = TrainingSettings {
        budget: TrainingBudget::Steps(1),
        weight_decay: 1e30,
        ..settings(1e30)
    };
    let mut trainer = Trainer::new(&trained, &settings).unwrap();
    let (_, error) = learn(&mut trainer, &mut Random(2));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(kept(trainer.conclude().err()), 0);
    assert!((loss(&model(&trainer, &trained)) - loss(&trained)).abs() < 1e-6);
}

/// What never knew anything has nothing to lose.
#[test]
fn a_network_that_stays_at_chance_from_the_start_is_let_be() {
    let mut trainer = Trainer::new(&untrained(), &settings(2.0)).unwrap();
    let (losses, error) = learn(&mut trainer, &mut Random(2));
    assert!(error.is_none(), "{error:?}");
    assert!(mean(&losses[100..]) > 2.2);
}

#[test]
fn all_who_learn_together_decide_alike() {
    let graph = trained();
    let settings = TrainingSettings {
        batch: BATCH / 2,
        ..settings(2.0)
    };
    let mut members = [0, 1].map(|_| Trainer::new(&graph, &settings).unwrap());
    let mut random = Random(6);
    let ends: Vec<Error> = (0..30)
        .find_map(|_| {
            let (pixels, labels) = pictures(&mut random);
            let halves = pixels
                .chunks(pixels.len() / 2)
                .zip(labels.chunks(BATCH / 2));
            let shares: Vec<Gradients> = members
                .iter_mut()
                .zip(halves)
                .map(|(member, (pixels, labels))| {
                    let goal = LossTargets {
                        labels: Some(labels),
                        ..LossTargets::default()
                    };
                    member.gradients(&[pixels], goal).unwrap()
                })
                .collect();
            let whole = Gradients::mean(&shares).unwrap();
            let ends = members.iter_mut().filter_map(|m| m.apply(&whole).err());
            Some(ends.collect()).filter(|ends: &Vec<Error>| !ends.is_empty())
        })
        .expect("it is noticed");
    let told: Vec<String> = ends.iter().map(Error::to_string).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    let [one, other] = members.map(|member| loss(&model(&member, &graph)));
    assert_eq!(one, other);
}
