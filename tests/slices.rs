//! What looks at many pictures goes a picture at a time, tells of each, and comes to the very numbers that one call gives.

#[path = "common/command.rs"]
mod command;
mod common;

use command::colors;
use common::colors::{pictures, preset};
use secateur::data::Pictures;
use secateur::data::Split;
use secateur::eval::{Metrics, ModelComparison, evaluate};
use secateur::graph::Graph;
use secateur::onnx;
use secateur::prune::cut::cut_measured;
use secateur::recipe::Recipe;
use secateur::recover::{Event, Method, Plan};
use secateur::search::{
    BudgetSearch, Findings, MOST_JUDGED, SearchEvent, SearchGoal, Sensitivity, Sweep,
};
use secateur::task::{Phase, Progress, Step, Task};
use secateur::text::said;
use secateur::train::{TrainingBudget, TrainingSettings};
use std::sync::Arc;

fn split() -> Split {
    Split::new(pictures(90, 1, true)).unwrap()
}

fn model() -> (Graph, Vec<u8>) {
    let graph = colors();
    let bytes = onnx::write(&graph).unwrap();
    (graph, bytes)
}

/// Scores by pictures, so that a preparation has both its halves.
fn taylor() -> Recipe {
    Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.4}}"#).unwrap()
}

/// The task tells of every picture of a phase, one after the other.
fn goes<T>(task: &mut impl Task<Event = Progress, Output = T>, phase: Phase, of: usize) {
    for done in 1..=of {
        let Step::Event(at) = task.step().unwrap() else {
            panic!("over after {done} of {of}");
        };
        assert_eq!(at, Progress { phase, done, of });
    }
}

/// One picture after the other: first those that the criterion sees, then those that are measured on.
fn prepared<T>(
    mut preparation: impl Task<Event = Progress, Output = T>,
    scored: usize,
    judged: usize,
) -> T {
    goes(&mut preparation, Phase::Scoring, scored);
    goes(&mut preparation, Phase::Reference, judged);
    match preparation.step().unwrap() {
        Step::Done(prepared) => prepared,
        Step::Event(at) => panic!("{at:?} after all"),
    }
}

/// The cut of a share that is to be kept, by scores that were measured in one go.
fn cut(graph: &Graph, size: u64, recipe: &Recipe, train: &Pictures) -> (Graph, Metrics) {
    let scores = secateur::search::measure(graph, recipe, train).unwrap();
    let cut = cut_measured(graph, size, recipe, scores, None)
        .unwrap()
        .graph;
    let quality = evaluate(&cut, Some(graph), &split().validation).unwrap();
    (cut, quality)
}

#[test]
fn a_sweep_and_the_probes_of_layers_are_prepared_picture_by_picture() {
    let (graph, bytes) = model();
    let size = bytes.len() as u64;
    let split = split();
    let (train_count, judged) = (split.train.len(), split.validation.len());
    let whole = evaluate(&graph, Some(&graph), &split.validation).unwrap();

    let sweep = Sweep::prepare((&graph, size), &taylor(), split.clone(), None).unwrap();
    let mut sweep = prepared(sweep, train_count, judged);
    assert_eq!(sweep.original(), whole);
    let point = sweep.point(0.5).unwrap().unwrap().finish().unwrap();
    let (_, quality) = cut(&graph, size, &point.recipe, &split.train);
    assert_eq!(point.quality, quality);
    // The same cut, shown picture by picture.
    let mut sliced = sweep.point(0.5).unwrap().unwrap();
    goes(&mut sliced, Phase::Judging, judged);
    assert_eq!(sliced.step().unwrap(), Step::Done(point));

    let layers = |recipe: &Recipe| {
        Sensitivity::prepare((&graph, size), recipe, &[0.5], &split, MOST_JUDGED, 1)
    };
    let sliced = prepared(layers(&taylor()).unwrap(), train_count, judged);
    let at_once = layers(&taylor()).unwrap().finish().unwrap();
    assert_eq!(sliced.curves(), at_once.curves());
    // It shows them in an order of its own, and sums round.
    let counted = |quality: Metrics| Metrics {
        loss: None,
        ..quality
    };
    assert_eq!(counted(sliced.curves().original), counted(whole));
    // A copy, as another thread has it, probes the same.
    let probes = |mut sensitivity: Sensitivity| {
        (0..sensitivity.len())
            .map(|probe| sensitivity.probe(probe).unwrap().finish().unwrap())
            .collect::<Vec<_>>()
    };
    let expected = probes(at_once);
    assert_eq!(probes(sliced.clone()), expected);
    assert_eq!(probes(sliced.clone()), expected);
    // Without normalizations a probe is its pictures, one after the other.
    let mut probe = sliced.clone().probe(1).unwrap();
    goes(&mut probe, Phase::Judging, judged);
    assert_eq!(probe.step().unwrap(), Step::Done(expected[1]));

    // What the pictures told one, another takes, and comes to the same without a picture.
    let found = sliced.findings().clone();
    let taking = |found: Findings| {
        let model = (&graph, size);
        Sensitivity::prepared(model, &taylor(), &[0.5], &split, (MOST_JUDGED, 1), found)
    };
    let taught = taking(found.clone()).unwrap();
    assert_eq!(taught.curves(), sliced.curves());
    assert_eq!(probes(taught), expected);
    let lacks_scores = Findings {
        scores: None,
        ..found.clone()
    };
    let lacks_answers = Findings {
        reference: found.reference[1..].to_vec(),
        ..found
    };
    for (found, word) in [(lacks_scores, "scores"), (lacks_answers, "outputs")] {
        let refused = taking(found).err().expect("refused");
        assert!(said(&refused).contains(word), "{refused}");
    }

    // Without a criterion that looks at pictures, the original alone is to be measured.
    let l1 = Recipe::parse(r#"{"criterion": "l1", "target": {"macs": 0.4}}"#).unwrap();
    prepared(layers(&l1).unwrap(), 0, judged);
}

/// What can be known to be wrong before any picture is shown is refused before.
#[test]
fn a_recipe_that_does_not_fit_is_refused_at_once() {
    let (graph, bytes) = model();
    let recipe =
        Recipe::parse(r#"{"criterion": "l1", "protect": ["nobody"], "target": {"macs": 0.4}}"#);
    let recipe = recipe.unwrap();
    let size = bytes.len() as u64;
    assert!(Sweep::prepare((&graph, size), &recipe, split(), None).is_err());
    assert!(
        Sensitivity::prepare((&graph, size), &recipe, &[0.5], &split(), MOST_JUDGED, 1).is_err()
    );
}

#[test]
fn a_round_shows_its_cut_and_what_came_of_it_picture_by_picture() {
    let (graph, bytes) = model();
    let split = split();
    let judged = split.validation.len();
    let plan = Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(2),
            batch: 4,
            ..Plan::new(Method::Distill, &preset()).settings
        },
        ..Plan::new(Method::Distill, &preset())
    };
    let line = BudgetSearch::prepare(
        (&graph, &bytes),
        &taylor(),
        &plan,
        split.clone(),
        SearchGoal::new(0.9),
        None,
    );
    let mut line = prepared(line.unwrap(), 0, judged);
    let mut stages = Vec::new();
    let tried = loop {
        let Step::Event(stage) = line.step().unwrap() else {
            panic!("over before anything was judged");
        };
        if let SearchEvent::Candidate(tried) = &stage {
            break tried.clone();
        }
        stages.push(stage);
    };
    assert!(tried.accepted);
    let is_scoring = |stage: &SearchEvent| matches!(stage, SearchEvent::Progress(at) if at.phase == Phase::Scoring);
    let mut stages = stages.into_iter().skip_while(is_scoring);
    let mut showing = || {
        for done in 1..=judged {
            let stage = stages.next().unwrap();
            let SearchEvent::Progress(at) = stage else {
                panic!("{stage:?} after {done}");
            };
            let phase = Phase::Judging;
            assert_eq!(
                at,
                Progress {
                    phase,
                    done,
                    of: judged
                }
            );
        }
        stages.by_ref().take(3).collect::<Vec<_>>()
    };
    let recovering = showing();
    let recipe = Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.8}}"#).unwrap();
    let (_, quality) = cut(&graph, bytes.len() as u64, &recipe, &split.train);
    assert!(matches!(recovering[0], SearchEvent::Cut(cut) if cut == quality && cut == tried.cut));
    assert!(matches!(
        &recovering[1..],
        [
            SearchEvent::Recovery(Event::Learning(_)),
            SearchEvent::Recovery(Event::Learning(_))
        ]
    ));
    assert!(showing().is_empty());
    let recovered = evaluate(line.best().0, Some(&graph), &split.validation).unwrap();
    assert_eq!(tried.recovered, recovered);
}

#[test]
fn a_trial_against_known_answers_is_the_trial_that_asks() {
    let (graph, bytes) = model();
    let split = split();
    let (cut, quality) = cut(&graph, bytes.len() as u64, &taylor(), &split.train);
    let asks = ModelComparison::new(&graph, &cut, Arc::clone(&split.validation)).unwrap();
    let compared = asks.finish().unwrap();
    let (told, answers) = (compared.result, compared.reference);
    assert_eq!(told.quality, quality);
    assert_eq!(answers.quality(), told.original);
    let knows = ModelComparison::against(&answers, &cut, Arc::clone(&split.validation)).unwrap();
    assert_eq!(knows.finish().unwrap().result, told);

    // What the model was before is measured as one of its own.
    let beside = ModelComparison::against(&answers, &graph, Arc::clone(&split.validation)).unwrap();
    let both = beside.beside(&cut).unwrap().finish().unwrap().result;
    assert_eq!(both.before, Some(quality));
    assert_eq!(both.quality.agreement, Some(1.0));
    assert_eq!(told.before, None);

    // Answers on fewer pictures are not taken for answers on all.
    let half = Arc::new(split.validation.sample(split.validation.len() / 2, 1));
    let half = ModelComparison::new(&graph, &cut, half)
        .unwrap()
        .finish()
        .unwrap();
    let more = ModelComparison::against(&half.reference, &cut, Arc::clone(&split.validation));
    let told = said(&more.unwrap().finish().unwrap_err());
    assert!(told.contains("not run on"), "{told}");
}
