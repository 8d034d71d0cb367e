//! Several who share out every batch learn what one would have learned from the whole.

mod common;

use common::Random;
use common::nets::{
    Layer::{self, *},
    chain,
};
use secateur::data::Split;
use secateur::data::{Augmentation, Pictures, Preset, Stack};
use secateur::eval::{Metrics, ModelComparison};
use secateur::graph::Graph;
use secateur::onnx;
use secateur::recipe::Recipe;
use secateur::recover::{
    Event, Judge, KeepBest, Learning, Method, Plan, Recovered, Recovery, Replicas, Subject,
    recover, recover_and_test,
};
use secateur::search::{BudgetSearch, PruningSchedule, SearchEvent, SearchGoal};
use secateur::task::{Clock, Gradients, Phase, Step, Task};
use secateur::text::said;
use secateur::train::{TrainingBudget, TrainingSettings};
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

fn network(normalized: bool) -> Graph {
    let layers: &[Layer] = match normalized {
        true => &[Conv(4, 3), Norm, Relu, Flatten, Linear(3)],
        false => &[Conv(4, 3), Relu, Flatten, Linear(3)],
    };
    common::with_open_batch(chain(2, &[1, 1, 6, 6], layers))
}

fn plan(workers: usize) -> Plan {
    let plan = Plan::new(Method::Finetune, pictures(1).preset());
    Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(12),
            batch: 10,
            learning_rate: 0.01,
            augmentation: Augmentation::default(),
            workers,
            ..plan.settings
        },
        ..plan
    }
}

fn weights(graph: &Graph) -> Vec<f32> {
    let tensors = graph.values.iter().filter_map(|v| v.constant.as_ref());
    tensors
        .filter_map(|t| t.floats())
        .flat_map(|x| x.into_owned())
        .collect()
}

/// A recovery by all of the plan's workers, on threads.
fn recovery(graph: &Graph, original: Option<&Graph>, plan: &Plan) -> Recovery {
    Recovery::new(graph, original, pictures(40), plan, Replicas::All, None).unwrap()
}

/// One of the plan's workers, where the others are elsewhere.
fn replica(graph: &Graph, plan: &Plan, index: usize, clock: Option<Clock>) -> Recovery {
    let here = Replicas::One(index);
    Recovery::new(graph, None, pictures(40), plan, here, clock).unwrap()
}

/// The next step, which is one of training.
fn learning<E: std::fmt::Debug, T>(task: &mut impl Task<Event = E, Output = T>) -> E {
    match task.step().unwrap() {
        Step::Event(event) => event,
        Step::Done(_) => panic!("it is over"),
    }
}

fn step(recovery: &mut Recovery) -> Learning {
    match learning(recovery) {
        Event::Learning(learning) => learning,
        other => panic!("{other:?}"),
    }
}

/// All find what their parts of the next batch say, and go the step that it comes to.
fn together(replicas: &mut [Recovery]) -> Vec<Learning> {
    let found: Vec<Gradients> = replicas
        .iter_mut()
        .map(|replica| replica.exchange().unwrap().gradients().unwrap())
        .collect();
    let go = |replica: &mut Recovery| {
        replica.exchange().unwrap().supply(found.clone());
        step(replica)
    };
    replicas.iter_mut().map(go).collect()
}

fn learned(graph: &Graph, workers: usize) -> (Graph, Vec<f64>) {
    let mut losses = Vec::new();
    let graph = recovery(graph, None, &plan(workers)).run(|event| match event {
        Event::Learning(learning) => losses.push(learning.step.loss),
        other => panic!("{other:?}"),
    });
    (graph.unwrap(), losses)
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
fn replicas_without_threads_do_the_same_as_threads() {
    // With normalization, each part goes by its own statistics, and the stored ones stay in step.
    let graph = network(true);
    let (threads, _) = learned(&graph, 2);
    let mut replicas = [0, 1].map(|index| replica(&graph, &plan(2), index, None));
    for _ in 0..12 {
        together(&mut replicas);
    }
    let [one, other] = replicas.map(|replica| weights(&replica.finish().unwrap()));
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
        settings: TrainingSettings {
            budget: TrainingBudget::Minutes(0.5),
            ..plan(2).settings
        },
        ..plan(2)
    };
    let mut replicas = [(0, Some(clock as Clock)), (1, None)]
        .map(|(index, clock)| replica(&graph, &plan, index, clock));
    let mut rates = Vec::new();
    loop {
        let [leads, follows] = together(&mut replicas)[..] else {
            panic!("there are two");
        };
        assert_eq!(leads.step, follows.step);
        rates.push(leads.step.rate);
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
    let [one, other] = replicas.map(|replica| weights(&replica.model()));
    assert_eq!(one, other);

    let mut timeless = recovery(&graph, None, &plan);
    let told = said(&timeless.step().unwrap_err());
    assert!(told.contains("no clock"), "{told}");
}

/// Pictures to judge by, of which nothing is learned.
fn judge(original: &Graph, model: &Graph) -> Judge {
    let pictures = Arc::new(pictures(60).sample(30, 9));
    let comparison = ModelComparison::new(original, model, Arc::clone(&pictures)).unwrap();
    let compared = comparison.finish().unwrap();
    Judge {
        pictures,
        reference: compared.reference,
        baseline: compared.result,
    }
}

/// What is judged on the way, and after how many steps.
#[derive(Default, Debug)]
struct Told {
    judged: Vec<(usize, Metrics)>,
    checkpoints: Vec<(usize, Metrics)>,
    learned: Vec<Learning>,
    accuracies: Vec<(usize, Option<f64>)>,
    /// The weights after each step.
    ways: Vec<Vec<f32>>,
}

/// Trains and judges to the end, or to as many steps as it is to be stopped after.
fn kept_best(
    graph: &Graph,
    plan: &Plan,
    has_judge: bool,
    stop: Option<usize>,
) -> (Told, Recovered) {
    let begin = || recovery(graph, Some(graph), plan);
    // The same without any judgment: what the model was after each step.
    let mut alone = begin();
    let mut told = Told {
        ways: vec![weights(graph)],
        ..Told::default()
    };
    while let Step::Event(_) = alone.step().unwrap() {
        told.ways.push(weights(&alone.model()));
    }
    let judge = has_judge.then(|| judge(graph, graph));
    let mut task = KeepBest::new(begin(), plan, judge);
    loop {
        match task.step().unwrap() {
            Step::Event(Event::Baseline(result)) => told.judged.push((0, result.quality)),
            Step::Event(Event::Judged(judged)) => {
                told.judged.push((judged.done, judged.quality));
                told.accuracies.push((judged.done, judged.accuracy));
            }
            Step::Event(Event::Checkpoint(best)) => {
                let kept = best.kept.unwrap();
                told.checkpoints.push((kept, best.quality.unwrap()));
                assert_eq!(weights(&best.graph), told.ways[kept]);
                let record = best.graph.metadata.last().unwrap();
                assert_eq!(record.0, "secateur.recovery");
                assert!(record.1.contains(&format!("\"kept\":{kept}")), "{record:?}");
            }
            Step::Event(Event::Learning(learning)) => {
                told.learned.push(learning);
                if stop == Some(learning.done) {
                    task.stop();
                }
            }
            Step::Event(_) => {}
            Step::Done(recovered) => return (told, recovered),
        }
    }
}

fn taught() -> Plan {
    let plan = plan(1);
    Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(24),
            learning_rate: 0.3,
            ..plan.settings
        },
        ..plan
    }
}

#[test]
fn the_best_that_was_judged_is_kept() {
    let graph = network(false);
    for (stop, end) in [(None, 24), (Some(7), 7)] {
        let (told, recovered) = kept_best(&graph, &taught(), true, stop);
        // Before the beginning, after each tenth of the way, and at the end.
        let at: Vec<usize> = told.judged.iter().map(|(done, _)| *done).collect();
        let tenths = [0, 3, 5, 8, 10, 12, 15, 17, 20, 22, 24];
        let expected: Vec<usize> = tenths
            .iter()
            .copied()
            .filter(|at| *at < end)
            .chain([end])
            .collect();
        assert_eq!(at, expected);
        // The most accurate, of those the one of the smallest loss, and of two that are as good, the later one.
        let accuracy = |quality: &Metrics| quality.accuracy.unwrap();
        let compare = |a: &Metrics, b: &Metrics| {
            let by_accuracy = accuracy(a).total_cmp(&accuracy(b));
            by_accuracy.then(b.loss.unwrap().total_cmp(&a.loss.unwrap()))
        };
        let best = told.judged.iter();
        let best = best.max_by(|a, b| compare(&a.1, &b.1)).unwrap();
        assert_eq!(
            (recovered.kept, recovered.quality),
            (Some(best.0), Some(best.1))
        );
        assert_eq!(recovered.done, end);
        assert_eq!(weights(&recovered.graph), told.ways[best.0]);
        let mut metadata = recovered.graph.metadata.iter();
        let record = metadata.find(|(key, _)| key == "secateur.recovery");
        assert_eq!(record.is_some(), best.0 != 0);
        if let Some((_, text)) = record {
            assert!(text.contains(&format!("\"kept\":{}", best.0)), "{text}");
        }
        // Neither what it began with, nor what is worse than what was kept before, and not the end.
        let mut so_far = told.judged[0];
        let mut better = Vec::new();
        for judged in &told.judged[1..told.judged.len() - 1] {
            if compare(&judged.1, &so_far.1).is_ge() {
                so_far = *judged;
                better.push(*judged);
            }
        }
        assert_eq!(told.checkpoints, better);
    }
}

/// Few pictures without labels: the agreement is the same for many models, and the divergence is not.
#[test]
fn without_labels_the_divergence_says_which_is_best() {
    let original = network(false);
    let start = chain(9, &[1, 1, 6, 6], &[Conv(4, 3), Relu, Flatten, Linear(3)]);
    let start = common::with_open_batch(start);
    let unlabeled = |count: usize, seed: u32| {
        let labeled = pictures(60).sample(count, seed);
        let mut unlabeled = Pictures::new(labeled.preset()).unwrap();
        let levels: Vec<u8> = (0..count)
            .flat_map(|i| labeled.levels_of(i).to_vec())
            .collect();
        let stack = Stack {
            levels: &levels,
            width: SIDE,
            height: SIDE,
            channels: 3,
        };
        unlabeled.add_stack(stack, None).unwrap();
        Arc::new(unlabeled)
    };
    let plan = Plan::new(Method::Distill, pictures(1).preset());
    let plan = Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(20),
            batch: 10,
            learning_rate: 0.05,
            features: Vec::new(),
            ..plan.settings
        },
        ..plan
    };
    let subject = Subject {
        pruned: &start,
        original: Some(&original),
        train: unlabeled(40, 1),
        validation: Some(unlabeled(6, 2)),
    };
    let mut task = recover(subject, &plan, Replicas::All, None).unwrap();
    let mut judged = Vec::new();
    let recovered = loop {
        match task.step().unwrap() {
            Step::Event(Event::Baseline(result)) => judged.push((0, result.quality)),
            Step::Event(Event::Judged(told)) => judged.push((told.done, told.quality)),
            Step::Event(_) => {}
            Step::Done(recovered) => break recovered,
        }
    };
    let kl = |(_, quality): &&(usize, Metrics)| quality.kl.unwrap();
    let best = judged
        .iter()
        .min_by(|a, b| kl(a).total_cmp(&kl(b)))
        .unwrap();
    assert_eq!(
        (recovered.kept, recovered.quality),
        (Some(best.0), Some(best.1))
    );
    let agreement = |(_, quality): &&(usize, Metrics)| quality.agreement;
    let by_agreement = judged
        .iter()
        .max_by(|a, b| agreement(a).partial_cmp(&agreement(b)).unwrap());
    assert_ne!(
        by_agreement.unwrap().0,
        best.0,
        "agreement alone would have chosen the same: {judged:?}"
    );
}

#[test]
fn without_a_judge_the_last_model_is_what_comes_out() {
    let (told, recovered) = kept_best(&network(false), &taught(), false, None);
    assert!(told.judged.is_empty() && told.checkpoints.is_empty());
    assert_eq!(
        (recovered.kept, recovered.quality, recovered.done),
        (None, None, 24)
    );
    assert_eq!(weights(&recovered.graph), told.ways[24]);
    let (key, text) = recovered.graph.metadata.last().unwrap();
    assert!(
        key == "secateur.recovery" && !text.contains("kept"),
        "{text}"
    );
}

/// Whoever does not want to wait for the last judgment gets the last model, and what was seen of it.
#[test]
fn the_last_judgment_can_be_ended_early() {
    let graph = network(false);
    let mut task = KeepBest::new(
        recovery(&graph, None, &taught()),
        &taught(),
        Some(judge(&graph, &graph)),
    );
    let mut done = 0;
    let recovered = loop {
        match task.step().unwrap() {
            Step::Event(Event::Learning(learning)) => done = learning.done,
            Step::Event(Event::Progress(at)) if done == 24 && at.done == 12 => task.stop(),
            Step::Event(_) => {}
            Step::Done(recovered) => break recovered,
        }
    };
    assert_eq!(recovered.kept, None);
    assert_eq!(recovered.quality.unwrap().pictures, 12);
    let (told, _) = kept_best(&graph, &taught(), false, None);
    assert_eq!(weights(&recovered.graph), told.ways[24]);
}

#[test]
fn the_accuracy_on_what_is_learned_from_begins_anew_with_each_judgment() {
    let graph = network(false);
    let run = |labels: bool| {
        let plan = Plan {
            method: Method::Distill,
            settings: TrainingSettings {
                label_weight: if labels { 0.5 } else { 0.0 },
                ..plan(2).settings
            },
        };
        kept_best(&graph, &plan, true, None).0
    };
    let told = run(true);
    let counted = |from: usize, to: usize| {
        let steps = told.learned[from..to].iter().map(|told| told.step);
        let counts = steps.map(|step| (step.hits.unwrap(), step.samples));
        let (hits, samples) = counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        Some(hits as f64 / samples as f64)
    };
    let mut from = 0;
    for (to, accuracy) in &told.accuracies {
        for step in from + 1..=*to {
            assert_eq!(
                told.learned[step - 1].accuracy,
                counted(from, step),
                "{from}..{step}"
            );
        }
        assert_eq!(*accuracy, counted(from, *to));
        from = *to;
    }
    assert!((1..=12).any(|to| told.learned[to - 1].accuracy != counted(0, to)));
    assert!(
        run(false)
            .learned
            .iter()
            .all(|learning| learning.accuracy.is_none())
    );
}

/// Where a member is lost, the others go on with what they find, and stay in step.
#[test]
fn who_is_left_goes_on_by_the_mean_of_what_is_left() {
    let graph = network(true);
    let mut replicas: Vec<Recovery> = (0..3)
        .map(|index| replica(&graph, &plan(3), index, None))
        .collect();
    let mut samples = Vec::new();
    for step in 0..6 {
        if step == 2 {
            replicas.remove(1);
        } else if step == 4 {
            replicas.pop();
        }
        let steps = together(&mut replicas);
        assert!(steps.iter().all(|step| *step == steps[0]));
        samples.push(steps[0].step.samples);
        let now = weights(&replicas[0].model());
        let same = |other: &Recovery| weights(&other.model()) == now;
        assert!(replicas.iter().all(same));
    }
    // Parts of a batch of ten: three, three and four.
    assert_eq!(samples, [10, 10, 7, 7, 3, 3]);
}

#[test]
fn a_batch_has_a_picture_for_everyone() {
    let graph = network(false);
    for workers in [0, 11] {
        let plan = plan(workers);
        let refused = Recovery::new(&graph, None, pictures(40), &plan, Replicas::All, None).err();
        let told = said(&refused.expect("refused"));
        assert!(told.contains("can't be split"), "{told}");
    }
    let stranger = Replicas::One(2);
    let strangers = Recovery::new(&graph, None, pictures(40), &plan(2), stranger, None);
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
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(4),
            features: vec!["stages".into()],
            ..plan(3).settings
        },
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
    assert!(alone.exchange().is_none());
    (&mut alone).finish().unwrap();

    let mut leader = line().leading();
    let mut steps = 0;
    while !leader.is_over() {
        assert_eq!(leader.learning(), None);
        while !matches!(learning(&mut leader), SearchEvent::Cut(_)) {
            assert_eq!(leader.learning(), None);
        }
        let cut = leader.learning().unwrap().to_vec();
        let cut = onnx::open(cut.into(), &Default::default()).unwrap().graph;
        let mut others = [1, 2].map(|index| {
            let (train, here) = (Arc::clone(&split.train), Replicas::One(index));
            Recovery::new(&cut, Some(&original), train, &plan, here, None).unwrap()
        });
        while leader.learning().is_some() {
            let mut found = vec![leader.exchange().unwrap().gradients().unwrap()];
            let theirs = others.iter_mut().map(|other| other.exchange().unwrap());
            found.extend(theirs.map(|other| other.gradients().unwrap()));
            for other in &mut others {
                other.exchange().unwrap().supply(found.clone());
                step(other);
            }
            leader.exchange().unwrap().supply(found);
            let event = learning(&mut leader);
            assert!(matches!(event, SearchEvent::Recovery(Event::Learning(_))));
            steps += 1;
        }
        while !matches!(learning(&mut leader), SearchEvent::Candidate(_)) {}
    }
    assert_eq!((leader.tried().len(), steps), (3, 12));
    assert_eq!(leader.tried(), alone.tried());
    assert_eq!(leader.best().1, alone.best().1);
}

/// A recovery that is stopped ends with the model as it is by then, which is judged and tested whole; one whose judgment is ended
/// early is not tested.
#[test]
fn what_came_out_is_tested_on_pictures_of_its_own() {
    let graph = network(false);
    let run = |stops: fn(&Event) -> bool| {
        let split = Split::new(Arc::unwrap_or_clone(pictures(60))).unwrap();
        let subject = Subject {
            pruned: &graph,
            original: Some(&graph),
            train: split.train,
            validation: Some(split.validation),
        };
        let task = recover_and_test(subject, split.test, &taught(), Replicas::All, None);
        let (mut task, mut recovered) = (task.unwrap(), None);
        loop {
            match task.step().unwrap() {
                Step::Done(tested) => return (recovered.expect("told before"), tested),
                Step::Event(event) => {
                    if stops(&event) {
                        task.stop();
                    }
                    if let Event::Recovered(told) = event {
                        recovered = Some(*told);
                    }
                }
            }
        }
    };
    let parts = Split::new(Arc::unwrap_or_clone(pictures(60))).unwrap();
    let (judged, tested) = (parts.validation.len(), parts.test.len());
    assert!(judged > 1 && tested > 1);
    let shown = |recovered: &Recovered| recovered.quality.unwrap().pictures;

    let (recovered, test) = run(|_| false);
    assert_eq!((recovered.done, shown(&recovered)), (24, judged));
    assert_eq!(test.unwrap().quality.pictures, tested);
    let in_training = |event: &Event| matches!(event, Event::Learning(at) if at.done == 4);
    let (recovered, test) = run(in_training);
    assert_eq!((recovered.done, shown(&recovered)), (4, judged));
    let test = test.unwrap();
    assert_eq!(test.quality.pictures, tested);
    assert_eq!(test.before.unwrap().pictures, tested);
    let in_the_test =
        |event: &Event| matches!(event, Event::Progress(at) if at.phase == Phase::Testing);
    assert_eq!(run(in_the_test).1.unwrap().quality.pictures, 1);
    // Judging the last model begins once training has ended.
    let (recovered, test) = run(|event| {
        let is_last = |done| done == 1;
        matches!(event, Event::Progress(at) if at.phase == Phase::Judging && is_last(at.done))
            || matches!(event, Event::Learning(at) if at.done == 1)
    });
    assert_eq!((recovered.done, shown(&recovered), test), (1, 1, None));
}
