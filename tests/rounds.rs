//! Rounds of cutting and recovering: by a schedule, to the line, by measured time, and after an interruption.

#[path = "common/command.rs"]
mod command;
mod common;

use command::colors;
use common::colors::{pictures, preset};
use common::nets::{Layer::*, chain};
use secateur::data::Split;
use secateur::data::{Pictures, Stack};
use secateur::eval::{ModelComparison, evaluate};
use secateur::graph::Graph;
use secateur::onnx;
use secateur::prune::criteria::{self, Measured};
use secateur::prune::cut::cut_measured;
use secateur::recipe::{Recipe, Target};
use secateur::recover::{Method, Plan};
use secateur::search::measure;
use secateur::search::{
    BudgetSearch, Candidate, PruningSchedule, SearchEvent, SearchGoal, SearchRun, SearchRunEvent,
    State, Sweep, cut_scores, polynomial,
};
use secateur::task::{Phase, Step, Task};
use secateur::text::said;
use secateur::train::{TrainingBudget, TrainingSettings};
use std::cell::Cell;

/// A round's plan that takes no time.
fn plan() -> Plan {
    let plan = Plan::new(Method::Reconstruct, &preset());
    Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(2),
            batch: 4,
            ..plan.settings
        },
        ..plan
    }
}

fn model() -> (Graph, Vec<u8>) {
    let graph = colors();
    let bytes = onnx::write(&graph).unwrap();
    (graph, bytes)
}

fn split(labeled: bool) -> Split {
    Split::new(pictures(90, 1, labeled)).unwrap()
}

fn line(recipe: &str, aim: SearchGoal) -> BudgetSearch {
    let (graph, bytes) = model();
    let recipe = Recipe::parse(recipe).unwrap();
    let line = BudgetSearch::prepare((&graph, &bytes), &recipe, &plan(), split(true), aim, None);
    line.unwrap().finish().unwrap()
}

/// Goes on until as many rounds have been judged, or to the end.
fn go(line: &mut BudgetSearch, rounds: usize) {
    while line.tried().len() < rounds && !line.is_over() {
        line.step().unwrap();
    }
}

fn shares(tried: &[Candidate]) -> Vec<f64> {
    tried
        .iter()
        .map(|tried| (tried.share * 1e4).round() / 1e4)
        .collect()
}

/// The reference values of TensorFlow's model optimization toolkit, polynomial decay with power 3.
#[test]
fn the_cubic_schedule_is_zhu_and_guptas() {
    let at = |step: f64| polynomial(0.2, 0.8, (100.0, 110.0), 3.0, step);
    for (step, sparsity) in [(100.0, 0.2), (102.0, 0.4928), (105.0, 0.725), (110.0, 0.8)] {
        assert!((at(step) - sparsity).abs() < 1e-12, "{step}: {}", at(step));
    }
    // The ends hold outside.
    assert_eq!((at(0.0), at(200.0)), (at(100.0), at(110.0)));
}

#[test]
fn schedules_reach_the_target_in_their_rounds() {
    let weights = r#"{"granularity": "weight", "criterion": "l1", "target": {"sparsity": 0.6}}"#;
    let run = |recipe: &str, pace: PruningSchedule| {
        let mut line = line(
            recipe,
            SearchGoal {
                pace,
                ..SearchGoal::new(0.99)
            },
        );
        go(&mut line, usize::MAX);
        line
    };
    assert_eq!(
        shares(run(weights, PruningSchedule::OneShot).tried()),
        [0.4]
    );
    assert_eq!(
        shares(run(weights, PruningSchedule::Linear(3.0)).tried()),
        [0.8, 0.6, 0.4]
    );
    let cubic = run(weights, PruningSchedule::Cubic(4.0));
    // 0.6 · (1 − (1 − i/4)³)
    assert_eq!(shares(cubic.tried()), [0.6531, 0.475, 0.4094, 0.4]);
    // Masks grow on the recovered weights: what went in a round has not come back.
    let weights_left = |graph: &Graph| -> usize {
        let constants = graph.values.iter().filter_map(|v| v.constant.as_ref());
        let matrices = constants.filter(|t| t.shape().len() > 1);
        matrices
            .map(|t| t.floats().unwrap().iter().filter(|x| **x != 0.0).count())
            .sum()
    };
    let (whole, _) = model();
    let all = weights_left(&whole);
    assert_eq!(
        weights_left(cubic.best().0),
        all - (0.6 * all as f64).round() as usize
    );

    let channels = run(r#"{"target": {"macs": 0.4}}"#, PruningSchedule::Linear(2.0));
    assert_eq!(shares(channels.tried()), [0.7, 0.4]);
    // Of the original, whatever was left of it in between.
    assert_eq!(channels.recipe(0.4).target, Some(Target::Macs(0.4)));
    assert_eq!(cubic.recipe(0.475).target, Some(Target::Sparsity(0.525)));
    let whole = secateur::cost::model_cost(&whole, 0).totals.macs as f64;
    for (tried, share) in channels.tried().iter().zip([0.7, 0.4]) {
        let kept = tried.totals.macs as f64 / whole;
        assert!(kept <= share && kept > share - 0.2, "{kept} for {share}");
    }
    // A pattern leaves no choice how much goes.
    let pattern = r#"{"granularity": "2:4", "target": {"sparsity": 0.5}}"#;
    assert_eq!(
        shares(run(pattern, PruningSchedule::Cubic(4.0)).tried()),
        [0.5]
    );
}

/// What recovery writes into the file counts as well.
#[test]
fn a_schedule_by_bytes_makes_files_of_that_size() {
    let graph = common::with_open_batch(chain(
        9,
        &[1, 3, 8, 8],
        &[
            Conv(48, 3),
            Relu,
            Conv(48, 3),
            Relu,
            Pool,
            Flatten,
            Linear(3),
        ],
    ));
    let bytes = onnx::write(&graph).unwrap();
    let recipe = Recipe::parse(r#"{"target": {"bytes": 0.5}}"#).unwrap();
    let aim = SearchGoal {
        pace: PruningSchedule::Linear(2.0),
        ..SearchGoal::new(0.99)
    };
    let line = BudgetSearch::prepare((&graph, &bytes), &recipe, &plan(), split(true), aim, None);
    let mut line = line.unwrap().finish().unwrap();
    let mut files = Vec::new();
    while !line.is_over() {
        if let Step::Event(SearchEvent::Candidate(tried)) = line.step().unwrap() {
            assert_eq!(tried.totals.bytes, line.latest().len() as u64);
            files.push(tried.totals.bytes as f64 / bytes.len() as f64);
        }
    }
    assert_eq!(shares(line.tried()), [0.75, 0.5]);
    assert_eq!(files.len(), 2);
    for (kept, share) in files.into_iter().zip([0.75, 0.5]) {
        assert!(kept <= share && kept > share - 0.1, "{kept} for {share}");
    }
}

#[test]
fn shares_by_hand_grow_in_step() {
    let recipe = r#"{"allocation": "manual", "layers": {"Conv0": 0.5}, "target": {"macs": 0.5}}"#;
    let aim = SearchGoal {
        pace: PruningSchedule::Linear(2.0),
        ..SearchGoal::new(0.99)
    };
    let mut line = line(recipe, aim);
    let outputs = |line: &BudgetSearch| {
        let graph = line.best().0;
        let conv = graph.nodes.iter().find(|n| n.op_type == "Conv").unwrap();
        graph.constant(conv.input(1).unwrap()).unwrap().shape()[0]
    };
    let (whole, bytes) = model();
    // What was made in rounds can be asked for in one go.
    let in_one_go = |line: &BudgetSearch| {
        let recipe = line.recipe(line.tried().last().unwrap().share);
        let recipe = Recipe::parse(&recipe.to_json()).unwrap();
        let cut = secateur::prune::cut::cut(&whole, bytes.len() as u64, &recipe, None).unwrap();
        cut.report.after.layers[0].channels_out
    };
    go(&mut line, 1);
    assert_eq!((outputs(&line), in_one_go(&line)), (9, 9));
    go(&mut line, 2);
    assert_eq!((outputs(&line), in_one_go(&line)), (6, 6));
}

#[test]
fn a_schedule_stops_where_a_round_falls_below_the_line() {
    let aim = SearchGoal {
        pace: PruningSchedule::Linear(8.0),
        ..SearchGoal::new(0.1)
    };
    let mut line = line(r#"{"target": {"macs": 0.03}}"#, aim);
    go(&mut line, usize::MAX);
    let accepted: Vec<bool> = line.tried().iter().map(|tried| tried.accepted).collect();
    let count = accepted.len();
    assert!(count > 1 && count <= 8);
    assert!(accepted[..count - 1].iter().all(|accepted| *accepted) && !accepted[count - 1]);
    // The last model on this side is kept.
    let last = &line.tried()[count - 2];
    assert_eq!(last.totals.bytes, line.best().1.len() as u64);
    let last = last.recovered.score().unwrap();
    assert!(last >= line.least() && line.tried()[count - 1].recovered.score().unwrap() < last);
}

/// Every model that was tried can be had, and is what was said of it.
#[test]
fn a_round_beyond_the_line_gives_its_file_too() {
    let mut line = line(r#"{"target": {"macs": 0.03}}"#, SearchGoal::new(0.1));
    let mut sides = [0, 0];
    while !line.is_over() {
        let Step::Event(SearchEvent::Candidate(tried)) = line.step().unwrap() else {
            continue;
        };
        let file = line.latest().to_vec();
        assert_eq!(file.len() as u64, tried.totals.bytes);
        assert_eq!(file == line.best().1, tried.accepted);
        let opened = onnx::open(file.into(), &Default::default()).unwrap().graph;
        let (original, _) = model();
        let again = evaluate(&opened, Some(&original), &split(true).validation).unwrap();
        assert_eq!(again, tried.recovered);
        sides[usize::from(tried.accepted)] += 1;
    }
    assert!(sides.iter().all(|count| *count > 0), "{sides:?}");
}

/// Nothing that a search measures goes by unseen, and a cut beyond the line leaves the scores of the best model standing.
#[test]
fn scores_that_pictures_tell_are_measured_picture_by_picture_and_once_a_model() {
    let recipe = r#"{"criterion": "taylor", "target": {"macs": 0.03}}"#;
    let mut line = line(recipe, SearchGoal::new(0.05));
    let train_count = split(true).train.len();
    let mut seen = Vec::new();
    let mut shown = 0;
    while let Step::Event(event) = line.step().unwrap() {
        match event {
            SearchEvent::Progress(at) if at.phase == Phase::Scoring => {
                shown += 1;
                assert_eq!((at.done, at.of), (shown, train_count));
            }
            SearchEvent::Cut(_) => seen.push(std::mem::take(&mut shown)),
            SearchEvent::Progress(at) if at.phase == Phase::Judging => {}
            _ => assert_eq!(shown, 0),
        }
    }
    let tried = line.tried();
    assert!(tried.iter().any(|tried| tried.accepted) && tried.iter().any(|tried| !tried.accepted));
    let before = [
        &[true],
        &tried.iter().map(|tried| tried.accepted).collect::<Vec<_>>()[..],
    ]
    .concat();
    for (seen, is_new) in seen.iter().zip(before) {
        assert_eq!(*seen, if is_new { train_count } else { 0 });
    }
    // The first cut is the one that the scores make.
    let (graph, bytes) = model();
    let recipe = Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.8}}"#).unwrap();
    let scores = measure(&graph, &recipe, &split(true).train).unwrap();
    let cut = cut_measured(&graph, bytes.len() as u64, &recipe, scores, None).unwrap();
    assert_eq!(cut.report.after.totals.macs, tried[0].totals.macs);
}

#[test]
fn a_search_that_is_interrupted_ends_as_if_it_had_not_been() {
    let aims = [
        (r#"{"target": {"macs": 0.05}}"#, SearchGoal::new(0.1)),
        (
            r#"{"granularity": "weight", "criterion": "l1", "target": {"sparsity": 0.95}}"#,
            SearchGoal {
                pace: PruningSchedule::Cubic(4.0),
                ..SearchGoal::new(0.1)
            },
        ),
    ];
    for (recipe, aim) in aims {
        let mut whole = line(recipe, aim);
        go(&mut whole, usize::MAX);

        let mut first = line(recipe, aim);
        let (original, _) = model();
        for rounds in 1.. {
            go(&mut first, rounds);
            if first.is_over() {
                break;
            }
            // In the middle of the next round everything is lost but the state and the file.
            while !matches!(first.step().unwrap(), Step::Event(SearchEvent::Cut(_))) {}
            let text = serde_json::to_string(first.state()).unwrap();
            let state: State = serde_json::from_str(&text).unwrap();
            assert_eq!(&state, first.state());
            let file = first.best().1.to_vec();
            let best = onnx::open(file.clone().into(), &Default::default())
                .unwrap()
                .graph;
            let again = BudgetSearch::resume(&original, state, (&best, &file), split(true), None);
            first = again.unwrap().finish().unwrap();
        }
        assert_eq!(whole.tried(), first.tried());
        assert_eq!(whole.best().1, first.best().1);
    }
}

#[test]
fn a_search_does_not_go_on_with_other_pictures() {
    let (original, bytes) = model();
    let mut begun = line(r#"{"target": {"macs": 0.5}}"#, SearchGoal::new(0.5));
    go(&mut begun, 1);
    let resume = |split: Split| {
        let state = begun.state().clone();
        BudgetSearch::resume(&original, state, (&original, &bytes), split, None).err()
    };
    for other in [pictures(90, 2, true), pictures(90, 1, false)] {
        let error = resume(Split::new(other).unwrap()).expect("refused");
        assert!(said(&error).contains("not the photos"), "{error}");
    }
    assert!(resume(split(true)).is_none());
}

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
    static TICK: Cell<f64> = const { Cell::new(1.0) };
}

/// A clock that goes on by a tick each time it is asked, so that every run takes one tick.
fn clock() -> f64 {
    NOW.with(|now| {
        now.set(now.get() + TICK.get());
        now.get()
    })
}

#[test]
fn measured_time_decides_where_time_is_saved() {
    let (graph, bytes) = model();
    let recipe = Recipe::parse(r#"{"target": {"sparsity": 0.1}}"#).unwrap();
    let aim = SearchGoal {
        time: Some(0.5),
        ..SearchGoal::new(0.99)
    };
    let begin =
        |clock| BudgetSearch::prepare((&graph, &bytes), &recipe, &plan(), split(true), aim, clock);
    let clockless = begin(None).err().expect("refused");
    assert!(said(&clockless).contains("no clock"), "{clockless}");

    TICK.set(8.0);
    let mut line = begin(Some(clock)).unwrap().finish().unwrap();
    assert_eq!(line.state().milliseconds, Some(8.0));
    // A model that takes 7 ms, then 5, then 3: the third is the first at half of the time.
    for (rounds, milliseconds) in [(1, 7.0), (2, 5.0), (3, 3.0)] {
        assert!(!line.is_over());
        TICK.set(milliseconds);
        go(&mut line, rounds);
    }
    assert!(line.is_over());
    let told: Vec<_> = line
        .tried()
        .iter()
        .map(|tried| tried.milliseconds)
        .collect();
    assert_eq!(told, [Some(7.0), Some(5.0), Some(3.0)]);
    // The second round aims at half of the time as the first lets expect, 0.8 · 0.5 / (7/8), but goes a step at a time.
    assert_eq!(shares(line.tried()), [0.8, 0.64, 0.512]);

    let weights = Recipe::parse(r#"{"granularity": "weight", "target": {"sparsity": 0.5}}"#);
    let weights = weights.unwrap();
    let refused = BudgetSearch::prepare(
        (&graph, &bytes),
        &weights,
        &plan(),
        split(true),
        aim,
        Some(clock),
    );
    let refused = refused.err().expect("refused");
    assert!(said(&refused).contains("channels"), "{refused}");
}

#[test]
fn parts_share_nothing_and_small_sets_have_no_test_part() {
    let split = split(true);
    let sizes = [&split.train, &split.validation, &split.test].map(|p| p.len());
    assert_eq!(sizes.iter().sum::<usize>(), 90);
    assert!(sizes.iter().all(|&size| size > 5), "{sizes:?}");
    let few = Split::new(pictures(30, 1, true)).unwrap();
    assert_eq!(
        (few.test.len(), few.train.len() + few.validation.len()),
        (0, 30)
    );
    let error = Split::new(pictures(1, 1, true)).unwrap_err();
    assert!(said(&error).contains("too few"), "{error}");
}

/// Each point of the curve is the cut that its recipe makes, measured as any model is.
#[test]
fn a_sweep_measures_cuts_that_are_not_recovered() {
    let (graph, bytes) = model();
    let judged = pictures(30, 4, true);
    let recipe = Recipe::parse(r#"{"criterion": "l1", "target": {"parameters": 0.7}}"#).unwrap();
    let size = bytes.len() as u64;
    let split = Split {
        train: pictures(30, 5, true).into(),
        validation: judged.clone().into(),
        test: judged.sample(0, 1).into(),
    };
    let sweep = Sweep::prepare((&graph, size), &recipe, split, None);
    let mut sweep = sweep.unwrap().finish().unwrap();
    assert_eq!(sweep.original().accuracy, Some(1.0));
    for kept in [0.9, 0.5, 0.3] {
        let point = sweep.point(kept).unwrap().unwrap().finish().unwrap();
        let cut = secateur::prune::cut::cut(&graph, size, &point.recipe, None).unwrap();
        assert_eq!(point.totals, cut.report.after.totals);
        let [before, after] = [cut.report.before.totals, cut.report.after.totals];
        assert_eq!(point.left.macs, after.macs as f64 / before.macs as f64);
        let quality = secateur::eval::evaluate(&cut.graph, Some(&graph), &judged).unwrap();
        assert_eq!(point.quality, quality);
        let whole = cut.report.before.totals.parameters as f64;
        assert!(point.totals.parameters as f64 <= kept * whole);
    }
    assert!(sweep.point(0.02).unwrap().is_none());
}

/// The document of a point makes the very model that was measured, where the criterion looks at pictures as well: the cutter
/// takes scores of the same pictures in the same order.
#[test]
fn a_point_of_a_sweep_is_what_its_recipe_cuts() {
    let (graph, bytes) = model();
    let size = bytes.len() as u64;
    // More of them to learn from than are looked at, so the choice among them counts.
    let set = pictures(1600, 8, true);
    let split = Split::new(set.clone()).unwrap();
    assert!(split.train.len() > 1024);
    for (criterion, granularity) in [
        ("wanda", "weight"),
        ("apoz", "channel"),
        ("taylor", "channel"),
    ] {
        let recipe = format!(
            r#"{{"criterion": "{criterion}", "granularity": "{granularity}", "target": {{"sparsity": 0.5}}, "seed": 5}}"#
        );
        let recipe = Recipe::parse(&recipe).unwrap();
        let sweep = Sweep::prepare((&graph, size), &recipe, split.clone(), None);
        let mut sweep = sweep.unwrap().finish().unwrap();
        for kept in [0.6, 0.2] {
            let point = sweep.point(kept).unwrap().unwrap().finish().unwrap();
            let asked = Recipe::parse(&point.recipe.to_json()).unwrap();
            let measured = scored(&graph, &asked, set.clone());
            let cut = cut_measured(&graph, size, &asked, Some(measured), None).unwrap();
            assert_eq!(point.totals, cut.report.after.totals);
            let quality = evaluate(&cut.graph, Some(&graph), &split.validation).unwrap();
            assert_eq!(point.quality, quality, "{criterion}");
            // Another choice among them would tell.
            let other = Recipe { seed: 6, ..asked };
            if criterion == "wanda" {
                assert_ne!(
                    scored(&graph, &other, set.clone()).layers,
                    scored(&graph, &recipe, set.clone()).layers
                );
            }
        }
    }
}

/// What the cutter goes by.
fn scored(graph: &Graph, recipe: &Recipe, set: Pictures) -> Measured {
    let begun = cut_scores(graph, &recipe.criterion, set, recipe.seed, false);
    begun.unwrap().finish().unwrap()
}

#[test]
fn what_is_tested_on_has_no_say_in_a_cut() {
    let (graph, _) = model();
    let set = pictures(90, 3, true);
    let split = Split::new(set.clone()).unwrap();
    let is_in = |part: &Pictures, index: usize| {
        (0..part.len()).any(|other| part.levels_of(other) == set.levels_of(index))
    };
    // The same set without some of its pictures, or with other labels on them.
    let changed = |part: &Pictures, label: Option<u32>| {
        let mut changed = set.none();
        for index in 0..set.len() {
            let stack = Stack {
                levels: set.levels_of(index),
                width: 8,
                height: 8,
                channels: 3,
            };
            let label = match (is_in(part, index), label) {
                (true, None) => continue,
                (true, Some(label)) => label,
                (false, _) => set.label(index).unwrap(),
            };
            changed.add_stack(stack, Some(&[label])).unwrap();
        }
        changed
    };
    let of_channels = criteria::all().filter(|criterion| criterion.info.channels);
    let recipes = of_channels.filter(|criterion| criterion.looks_at_pictures());
    for criterion in recipes.map(|criterion| criterion.info.name) {
        let recipe = format!(r#"{{"criterion": "{criterion}", "target": {{"macs": 0.5}}}}"#);
        let recipe = Recipe::parse(&recipe).unwrap();
        let expected = scored(&graph, &recipe, set.clone());
        for label in [None, Some(0)] {
            let others = changed(&split.test, label);
            assert_eq!(scored(&graph, &recipe, others), expected, "{criterion}");
        }
        let chosen_by = changed(&split.validation, Some(0));
        assert_eq!(scored(&graph, &recipe, chosen_by), expected, "{criterion}");
        // Those that are looked at do have a say.
        let taught = scored(&graph, &recipe, changed(&split.train, Some(0)));
        assert_eq!(
            taught == expected,
            matches!(criterion, "wanda" | "apoz"),
            "{criterion}"
        );

        // A part that was published to test on is left alone whatever it is.
        let with = |test: Pictures| {
            let mut set = set.clone();
            set.keep_to_test(test).unwrap();
            scored(&graph, &recipe, set)
        };
        assert_eq!(
            with(pictures(40, 9, true)),
            with(pictures(20, 10, true)),
            "{criterion}"
        );
    }
}

/// A trial, whole or ended early, tells what examining the same pictures does.
#[test]
fn a_trial_tells_of_the_pictures_that_were_shown() {
    let (graph, bytes) = model();
    let recipe = Recipe::parse(r#"{"criterion": "random", "target": {"macs": 0.2}}"#).unwrap();
    let cut = cut_measured(&graph, bytes.len() as u64, &recipe, None, None).unwrap();
    let cut = cut.graph;
    for labeled in [true, false] {
        let mut trial =
            ModelComparison::new(&graph, &cut, pictures(20, 6, labeled).into()).unwrap();
        for done in 1..=20 {
            let Step::Event(at) = trial.step().unwrap() else {
                panic!("over after {done} pictures");
            };
            assert_eq!((at.done, at.of), (done, 20));
            let shown = pictures(done, 6, labeled);
            let told = trial.result();
            assert_eq!(
                told.original,
                evaluate(&graph, Some(&graph), &shown).unwrap()
            );
            assert_eq!(told.quality, evaluate(&cut, Some(&graph), &shown).unwrap());
        }
        assert!(matches!(trial.step().unwrap(), Step::Done(_)));
    }
    // The cut is one that changes some answers.
    let quality = evaluate(&cut, Some(&graph), &pictures(20, 6, true)).unwrap();
    assert!(quality.agreement < Some(1.0), "{quality:?}");
}

/// All that a search has to tell from its beginning to its end, so that nobody who drives it has to decide anything.
#[test]
fn a_whole_search_tells_its_rounds_and_tests_the_best_model() {
    let run = |stop: bool| {
        let goal = SearchGoal {
            pace: PruningSchedule::Linear(2.0),
            ..SearchGoal::new(0.99)
        };
        let search = line(r#"{"target": {"macs": 0.5}}"#, goal);
        let test = split(true).test;
        assert!(!test.is_empty());
        let mut run = SearchRun::new(search, model().0, test);
        let mut told = Vec::new();
        loop {
            match run.step().unwrap() {
                Step::Done(tested) => return (told, tested),
                Step::Event(SearchRunEvent::Began(original, None)) => {
                    assert!(told.is_empty() && original.pictures > 0);
                    told.push("began".to_string());
                }
                Step::Event(SearchRunEvent::Candidate(made)) => {
                    let file = onnx::open(made.file.clone().into(), &Default::default());
                    assert!(file.is_ok() && made.retained.macs < 1.0 && made.least < 0.1);
                    told.push(format!("candidate {}", made.candidate.share));
                }
                Step::Event(SearchRunEvent::State(state, is_over)) => {
                    let state: State = serde_json::from_str(&state).unwrap();
                    told.push(format!("state {} {is_over}", state.tried.len()));
                    if stop {
                        run.stop();
                    }
                }
                Step::Event(SearchRunEvent::Searched(rounds)) => {
                    told.push(format!("searched {rounds}"))
                }
                Step::Event(_) => {}
            }
        }
    };
    let (told, tested) = run(false);
    let whole = [
        "began",
        "candidate 0.75",
        "state 1 false",
        "candidate 0.5",
        "state 2 true",
        "searched 2",
    ];
    assert_eq!(told, whole);
    assert_eq!(tested.unwrap().quality.pictures, split(true).test.len());
    // What is stopped after its first round has its best model tested on all pictures as well.
    let (told, tested) = run(true);
    assert_eq!(told, [&whole[..3], &["searched 1"]].concat());
    assert_eq!(tested.unwrap().quality.pictures, split(true).test.len());
}
