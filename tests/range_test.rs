//! A learning rate that nobody chose is found by trying some, and training goes as if there had been no trial.

mod common;

use common::colors::patterns;
use common::nets::{Layer::*, chain};
use secateur::data::{Augmentation, Pictures};
use secateur::eval::{Metrics, evaluate};
use secateur::graph::Graph;
use secateur::recover::{Event, Method, Plan, Recovered, Replicas, Subject, recover};
use secateur::task::{Phase, Step, Task};
use secateur::train::{
    OptimizerName, RequestedBudget, Schedule, TrainingBudget, TrainingOverrides, TrainingSettings,
};
use std::sync::Arc;

fn pictures(count: usize, seed: u64) -> Arc<Pictures> {
    Arc::new(patterns(count, seed, false, [60.0, 80.0]))
}

fn network(seed: u64) -> Graph {
    let layers = [Conv(6, 3), Norm, Relu, Flatten, Linear(3)];
    common::with_open_batch(chain(seed, &[1, 3, 8, 8], &layers))
}

fn plan(optimizer: OptimizerName, rate: f32) -> Plan {
    let preset = pictures(1, 1).preset().clone();
    let chosen = TrainingOverrides {
        optimizer: Some(optimizer),
        budget: Some(RequestedBudget::Steps(30.0)),
        batch: Some(8.0),
        schedule: Some(Schedule::Constant),
        features: Some(Vec::new()),
        ..TrainingOverrides::default()
    };
    let plan = Plan::with(Method::Distill, &preset, &chosen).unwrap();
    Plan {
        settings: TrainingSettings {
            learning_rate: rate,
            finds_rate: true,
            batch_statistics: Some(true),
            augmentation: Augmentation {
                flip: true,
                crop: 0.3,
                ..Augmentation::default()
            },
            mixup: 0.5,
            ..plan.settings
        },
        ..plan
    }
}

/// The rate that was found, what came out, and how many photos and steps it took to find it.
fn recovered(
    models: &[Graph; 2],
    plan: &Plan,
    validation: Option<Arc<Pictures>>,
) -> (Option<f32>, Recovered, usize) {
    let [pruned, original] = models;
    let subject = Subject {
        pruned,
        original: Some(original),
        train: pictures(80, 1),
        validation,
    };
    let mut task = recover(subject, plan, Replicas::All, None).unwrap();
    let (mut found, mut trials) = (None, 0);
    loop {
        match task.step().unwrap() {
            Step::Event(Event::LearningRate(rate)) => found = Some(rate),
            Step::Event(Event::Progress(at)) if at.phase == Phase::TryingRates => {
                trials = at.done;
                assert!(at.done <= at.of);
            }
            Step::Event(_) => {}
            Step::Done(recovered) => return (found, recovered, trials),
        }
    }
}

fn weights(graph: &Graph) -> Vec<f32> {
    let tensors = graph.values.iter().filter_map(|v| v.constant.as_ref());
    let numbers = tensors.filter_map(|t| t.floats());
    numbers.flat_map(|x| x.into_owned()).collect()
}

/// What twelve steps at a rate come to, without any test.
fn after_twelve(models: &[Graph; 2], plan: &Plan, rate: f32, unseen: &Pictures) -> Metrics {
    let plan = Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(12),
            learning_rate: rate,
            finds_rate: false,
            ..plan.settings.clone()
        },
        ..plan.clone()
    };
    let (found, recovered, _) = recovered(models, &plan, None);
    assert_eq!(found, None);
    evaluate(&recovered.graph, Some(&models[1]), unseen).unwrap()
}

#[test]
fn the_rate_that_does_best_on_photos_held_back_is_found() {
    let models = [network(3), network(7)];
    let validation = pictures(20, 2);
    let kl = |quality: Metrics| quality.kl.unwrap();
    let start = kl(evaluate(&models[0], Some(&models[1]), &validation).unwrap());
    let mut all = Vec::new();
    for (optimizer, usual) in [
        (OptimizerName::Sgd, 0.003),
        (OptimizerName::Sgd, 3.0),
        (OptimizerName::AdamW, 0.01),
    ] {
        let plan = plan(optimizer, usual);
        let factors = [1.0 / 3.0, 1.0, 3.0, 9.0];
        let (mut best, mut least, mut tried) = (None, f64::INFINITY, 0);
        for rate in factors.map(|factor| factor * usual) {
            let divergence = kl(after_twelve(&models, &plan, rate, &validation));
            tried += 1;
            if divergence <= least {
                (best, least) = (Some(rate), divergence);
            }
            if divergence > 1.1 * start {
                break;
            }
        }
        let (found, recovered, trials) = self::recovered(&models, &plan, Some(validation.clone()));
        assert_eq!(found, best);
        assert_eq!(trials, 20 + tried * (12 + 20), "each photo and step is one");

        // From there on it is training at this rate.
        let by_hand = Plan {
            settings: TrainingSettings {
                learning_rate: found.unwrap(),
                finds_rate: false,
                ..plan.settings.clone()
            },
            ..plan.clone()
        };
        let (_, expected, trials) = self::recovered(&models, &by_hand, Some(validation.clone()));
        assert_eq!(trials, 0);
        assert_eq!(weights(&recovered.graph), weights(&expected.graph));
        assert_eq!(recovered.graph.metadata, expected.graph.metadata);
        all.extend(found);
    }
    assert!(all.windows(2).any(|pair| pair[0] != pair[1]), "{all:?}");
}

#[test]
fn without_photos_to_judge_by_the_usual_rate_stays() {
    let models = [network(3), network(7)];
    let (found, recovered, trials) = recovered(&models, &plan(OptimizerName::Sgd, 0.003), None);
    assert_eq!((found, trials, recovered.done), (None, 0, 30));
}

#[test]
fn whoever_chooses_a_rate_has_it() {
    let large = r#"{"size": 224, "mean": [0, 0, 0], "std": [1, 1, 1]}"#;
    let preset = secateur::data::Preset::parse(large).unwrap();
    let of = |rate: Option<f32>| {
        let chosen = TrainingOverrides {
            learning_rate: rate,
            ..TrainingOverrides::default()
        };
        Plan::with(Method::Distill, &preset, &chosen)
            .unwrap()
            .settings
    };
    assert!(of(None).finds_rate);
    let chosen = of(Some(0.25));
    assert_eq!((chosen.finds_rate, chosen.learning_rate), (false, 0.25));
}
