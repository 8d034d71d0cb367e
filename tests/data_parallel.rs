//! Several who share out every batch learn what one would have learned from the whole.

mod common;

use common::Random;
use common::nets::{
    Layer::{self, *},
    chain,
};
use secateur::data::Split;
use secateur::data::{Augmentation, Pictures, Preset};
use secateur::eval::Metrics;
use secateur::graph::Graph;
use secateur::onnx;
use secateur::recipe::Recipe;
use secateur::recover::{Advance, Method, Plan, RecoveryRun};
use secateur::search::{BudgetSearch, PruningSchedule, SearchEvent, SearchGoal};
use secateur::text::said;
use secateur::train::TrainingBudget;
use std::cell::Cell;
use std::sync::Arc;

const SIDE: u32 = 6;

fn pictures(count: usize) -> Arc<Pictures> {
    let preset = Preset::parse(r#"{"size": 6, "mean": [128], "std": [64]}"#).unwrap();
    let mut pictures = Pictures::new(&preset).unwrap();
    let mut random = Random(4);
    for i in 0..count {
        let rgba: Vec<u8> = (0..SIDE * SIDE * 4)
            .map(|at| {
                if at % 4 == 3 {
                    255
                } else {
                    random.below(256) as u8
                }
            })
            .collect();
        pictures.add(&rgba, SIDE, SIDE, Some(i as u32 % 3)).unwrap();
    }
    Arc::new(pictures)
}

fn network(normalised: bool) -> Graph {
    let layers: &[Layer] = match normalised {
        true => &[Conv(4, 3), Norm, Relu, Flatten, Linear(3)],
        false => &[Conv(4, 3), Relu, Flatten, Linear(3)],
    };
    common::with_open_batch(chain(2, &[1, 1, 6, 6], layers))
}

fn plan(workers: usize) -> Plan {
    let preset = pictures(1).preset().clone();
    Plan {
        length: TrainingBudget::Steps(12),
        batch: 10,
        rate: 0.01,
        augmentation: Augmentation::default(),
        workers,
        ..Plan::new(Method::Finetune, &preset)
    }
}

fn weights(graph: &Graph) -> Vec<f32> {
    let tensors = graph.values.iter().filter_map(|v| v.constant.as_ref());
    tensors
        .filter_map(|t| t.floats())
        .flat_map(|x| x.into_owned())
        .collect()
}

fn learned(graph: &Graph, workers: usize) -> (Graph, Vec<f64>) {
    let mut job = RecoveryRun::new(graph, None, pictures(40), &plan(workers)).unwrap();
    let mut losses = Vec::new();
    loop {
        let Advance {
            done, of, learned, ..
        } = job.advance().unwrap();
        losses.push(learned.unwrap().loss);
        if done == of {
            return (job.finish().graph, losses);
        }
    }
}

#[test]
fn three_together_learn_what_one_learns() {
    let graph = network(false);
    let (alone, losses) = learned(&graph, 1);
    let (together, other_losses) = learned(&graph, 3);
    assert_ne!(weights(&alone), weights(&graph));
    for (one, other) in weights(&alone).iter().zip(weights(&together)) {
        assert!((one - other).abs() < 1e-5, "{one} {other}");
    }
    for (one, other) in losses.iter().zip(other_losses) {
        assert!((one - other).abs() < 1e-5, "{one} {other}");
    }
}

#[test]
fn members_without_threads_do_the_same_as_threads() {
    // With normalisation, each part goes by its own statistics, and the stored ones stay in step.
    let graph = network(true);
    let (threads, _) = learned(&graph, 2);
    let member = |index| RecoveryRun::member(&graph, None, pictures(40), &plan(2), index).unwrap();
    let mut members = [member(0), member(1)];
    for _ in 0..12 {
        let shares = [
            members[0].gradients().unwrap(),
            members[1].gradients().unwrap(),
        ];
        for member in &mut members {
            member.apply(&shares).unwrap();
        }
    }
    let [one, other] = members.map(|member| weights(&member.finish().graph));
    assert_eq!(one, other);
    assert_eq!(one, weights(&threads));
}

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Each look at it is five seconds later than the one before.
fn clock() -> f64 {
    NOW.set(NOW.get() + 5_000.0);
    NOW.get()
}

#[test]
fn where_time_ends_it_the_leader_s_clock_counts_for_all() {
    let graph = network(true);
    let plan = Plan {
        length: TrainingBudget::Minutes(0.5),
        ..plan(2)
    };
    let member = |index| RecoveryRun::member(&graph, None, pictures(40), &plan, index).unwrap();
    let mut members = [member(0).timed_by(Some(clock)), member(1)];
    let mut rates = Vec::new();
    loop {
        let shares = [
            members[0].gradients().unwrap(),
            members[1].gradients().unwrap(),
        ];
        let [leads, follows] = members.each_mut().map(|m| m.apply(&shares).unwrap());
        assert_eq!(leads.learned, follows.learned);
        rates.push(leads.learned.unwrap().rate);
        if leads.done == leads.of {
            break;
        }
        // A pause.
        NOW.set(NOW.get() + 1e6);
    }
    // Each step takes five of the thirty seconds, and the rate falls by a cosine over them.
    let cosine = |at: usize| 0.01 * 0.5 * (1.0 + (std::f32::consts::PI * at as f32 / 6.0).cos());
    assert_eq!(rates.len(), 6);
    for (at, rate) in rates.iter().enumerate() {
        assert!((rate - cosine(at)).abs() < 1e-6, "{at}: {rate}");
    }
    let [one, other] = members.map(|member| weights(&member.finish().graph));
    assert_eq!(one, other);

    let mut timeless = RecoveryRun::new(&graph, None, pictures(40), &plan).unwrap();
    let told = said(&timeless.advance().unwrap_err());
    assert!(told.contains("no clock"), "{told}");
}

#[test]
fn the_best_that_was_judged_is_kept_where_the_last_one_was_judged_too() {
    let graph = network(false);
    let quality = |accuracy: f64| Metrics {
        accuracy: Some(accuracy),
        ..Metrics::default()
    };
    // How good it is said to be after each step, from none on; the best of these, if it can be told.
    let found = |judgements: [Option<f64>; 4]| {
        let mut job = RecoveryRun::new(&graph, None, pictures(40), &plan(1)).unwrap();
        let mut ways = Vec::new();
        for (step, judgement) in judgements.into_iter().enumerate() {
            if step > 0 {
                job.advance().unwrap();
            }
            if let Some(accuracy) = judgement {
                job.judged(quality(accuracy));
            }
            ways.push(weights(&job.now()));
        }
        let recovered = job.finish();
        let kept = recovered.found.map(|(done, _)| done);
        assert_eq!(weights(&recovered.graph), ways[kept.unwrap_or(3)]);
        let mut metadata = recovered.graph.metadata.iter();
        let record = metadata.find(|(key, _)| key == "secateur.recovery");
        assert_eq!(record.is_some(), kept != Some(0));
        if let (Some((_, text)), Some(kept)) = (record, kept) {
            assert!(text.contains(&format!("\"kept\":{kept}")), "{text}");
        }
        kept
    };
    assert_eq!(found([Some(0.2), Some(0.9), Some(0.4), Some(0.5)]), Some(1));
    assert_eq!(found([Some(0.2), Some(0.9), Some(0.4), Some(0.9)]), Some(3));
    assert_eq!(found([Some(0.9), None, None, Some(0.4)]), Some(0));
    assert_eq!(found([Some(0.2), Some(0.9), Some(0.4), None]), None);
    assert_eq!(found([None; 4]), None);
}

#[test]
fn the_accuracy_on_what_is_learned_from_begins_anew_with_each_judgement() {
    let graph = network(false);
    let advances = |labels: bool| {
        let plan = Plan {
            label_share: if labels { 0.5 } else { 0.0 },
            method: Method::Distill,
            ..plan(2)
        };
        let mut job = RecoveryRun::new(&graph, Some(&graph), pictures(40), &plan).unwrap();
        (0..8).map(move |step| {
            if step == 4 {
                job.judged(Metrics::default());
            }
            job.advance().unwrap()
        })
    };
    let told: Vec<Advance> = advances(true).collect();
    let counted = |from: usize, to: usize| {
        let steps = told[from..to].iter().map(|told| told.learned.unwrap());
        let counts = steps.map(|step| (step.hits.unwrap(), step.samples));
        let (hits, samples) = counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        Some(hits as f64 / samples as f64)
    };
    for (from, to) in [(0, 1), (0, 4), (4, 5), (4, 8)] {
        assert_eq!(told[to - 1].accuracy, counted(from, to), "{from}..{to}");
    }
    assert!((5..=8).any(|to| told[to - 1].accuracy != counted(0, to)));
    assert!(advances(false).all(|advance| advance.accuracy.is_none()));
}

/// Where a member is lost, the others go on with what they find, and stay in step.
#[test]
fn who_is_left_goes_on_by_the_mean_of_what_is_left() {
    let graph = network(true);
    let member = |index| RecoveryRun::member(&graph, None, pictures(40), &plan(3), index).unwrap();
    let mut members = vec![member(0), member(1), member(2)];
    let mut samples = Vec::new();
    for step in 0..6 {
        if step == 2 {
            members.remove(1);
        } else if step == 4 {
            members.pop();
        }
        let shares: Vec<_> = members.iter_mut().map(|m| m.gradients().unwrap()).collect();
        let advances: Vec<_> = members
            .iter_mut()
            .map(|member| member.apply(&shares).unwrap())
            .collect();
        assert!(advances.iter().all(|advance| *advance == advances[0]));
        samples.push(advances[0].learned.unwrap().samples);
        let now = weights(&members[0].now());
        assert!(members.iter().all(|other| weights(&other.now()) == now));
    }
    // Split of a batch of ten: three, three and four.
    assert_eq!(samples, [10, 10, 7, 7, 3, 3]);
}

#[test]
fn the_best_so_far_can_be_kept_on_the_way_and_nothing_comes_of_that() {
    let graph = network(false);
    let run = |keeps: bool| {
        let mut job = RecoveryRun::new(&graph, None, pictures(40), &plan(1)).unwrap();
        let mut kept = Vec::new();
        let mut after = 0;
        for (step, accuracy) in [0.2, 0.9, 0.4, 0.95].into_iter().enumerate() {
            job.judged(Metrics {
                accuracy: Some(accuracy),
                ..Metrics::default()
            });
            let ways = weights(&job.now());
            if keeps && let Some(best) = job.checkpoint(after) {
                let (done, quality) = best.found.unwrap();
                assert_eq!((done, quality.accuracy), (step, Some(accuracy)));
                assert_eq!(weights(&best.graph), ways);
                let record = best.graph.metadata.last().unwrap();
                assert_eq!(record.0, "secateur.recovery");
                assert!(record.1.contains(&format!("\"kept\":{done}")), "{record:?}");
                after = done;
                kept.push(done);
            }
            job.advance().unwrap();
        }
        (kept, weights(&job.now()))
    };
    let (kept, end) = run(true);
    // Neither what it began with, nor what is worse than what was kept before.
    assert_eq!(kept, [1, 3]);
    assert_eq!(end, run(false).1);
}

#[test]
fn a_batch_has_a_picture_for_everyone() {
    let graph = network(false);
    for workers in [0, 11] {
        let refused = RecoveryRun::new(&graph, None, pictures(40), &plan(workers)).err();
        let told = refused.expect("refused").to_string();
        assert!(told.contains("shared out"), "{told}");
    }
    let strangers = RecoveryRun::member(&graph, None, pictures(40), &plan(2), 2);
    assert!(strangers.is_err());
}

/// A search whose plan has several workers, as it goes in a browser: the leader here, the others wherever they are, each
/// given the file of the cut.
#[test]
fn rounds_led_and_helped_are_the_rounds_of_threads() {
    let original = network(true);
    let file = onnx::write(&original).unwrap();
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.4}}"#).unwrap();
    let plan = Plan {
        method: Method::Distill,
        length: TrainingBudget::Steps(4),
        inner: vec!["stages".into()],
        ..plan(3)
    };
    let aim = SearchGoal {
        pace: PruningSchedule::Linear(3.0),
        ..SearchGoal::new(0.99)
    };
    let split = Split::new(Arc::unwrap_or_clone(pictures(40))).unwrap();
    let line = || {
        let sides = (&original, &file[..]);
        let line = BudgetSearch::prepare(sides, &recipe, &plan, split.clone(), aim, None);
        line.unwrap().finish().unwrap()
    };

    let mut alone = line();
    assert!(alone.gradients().is_err());
    while !alone.is_over() {
        alone.advance().unwrap();
    }

    let mut leader = line().leading();
    let mut steps = 0;
    while !leader.is_over() {
        assert_eq!(leader.learning(), None);
        while !matches!(leader.advance().unwrap(), SearchEvent::Cut(_)) {
            assert_eq!(leader.learning(), None);
        }
        let cut = leader.learning().unwrap().to_vec();
        let cut = onnx::open(cut.into(), &Default::default()).unwrap().graph;
        let member = |index| {
            let lessons = Arc::clone(&split.train);
            RecoveryRun::member(&cut, Some(&original), lessons, &plan, index).unwrap()
        };
        let mut members = [member(1), member(2)];
        while leader.learning().is_some() {
            let mut shares = vec![leader.gradients().unwrap()];
            shares.extend(members.iter_mut().map(|member| member.gradients().unwrap()));
            for member in &mut members {
                member.apply(&shares).unwrap();
            }
            let stage = leader.apply(&shares).unwrap();
            assert!(matches!(stage, SearchEvent::Recovering(_)));
            steps += 1;
        }
        while !matches!(leader.advance().unwrap(), SearchEvent::Judged(_)) {}
    }
    assert_eq!((leader.tried().len(), steps), (3, 12));
    assert_eq!(leader.tried(), alone.tried());
    assert_eq!(leader.best().1, alone.best().1);
}
