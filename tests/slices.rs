//! What looks at many pictures goes a picture at a time, tells of each, and comes to the very numbers that one call gives.

#[path = "common/command.rs"]
mod command;
mod common;

use command::colours;
use common::colours::{pictures, preset};
use secateur::data::Pictures;
use secateur::data::Split;
use secateur::eval::{Metrics, ModelComparison, evaluate};
use secateur::graph::Graph;
use secateur::onnx;
use secateur::prune::cut::cut_measured;
use secateur::recipe::Recipe;
use secateur::recover::{Advance, Method, Plan};
use secateur::search::measure;
use secateur::search::{
    BudgetSearch, Found, MOST_JUDGED, Preparation, Preparing, SearchEvent, SearchGoal, Sensitivity,
    Sweep,
};
use secateur::text::said;
use secateur::train::TrainingBudget;
use std::sync::Arc;

fn split() -> Split {
    Split::new(pictures(90, 1, true)).unwrap()
}

fn model() -> (Graph, Vec<u8>) {
    let graph = colours();
    let bytes = onnx::write(&graph).unwrap();
    (graph, bytes)
}

/// Scores by pictures, so that a preparation has both its halves.
fn taylor() -> Recipe {
    Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.4}}"#).unwrap()
}

fn counted(advance: Advance) -> (usize, usize) {
    assert_eq!(advance.learned, None);
    (advance.done, advance.of)
}

/// One picture after the other: first those that the criterion sees, then those that are measured on.
fn prepared<T>(mut preparation: Preparation<T>, scored: usize, judged: usize) -> T {
    for done in 1..=scored {
        let at = preparation.advance().unwrap();
        let Preparing::Scoring(advance) = at else {
            panic!("{at:?} after {done} of {scored}");
        };
        assert_eq!(counted(advance), (done, scored));
        assert!(!at.is_over());
    }
    for done in 1..=judged {
        let at = preparation.advance().unwrap();
        let Preparing::Measuring(advance) = at else {
            panic!("{at:?} after {done} of {judged}");
        };
        assert_eq!(counted(advance), (done, judged));
        assert_eq!(at.is_over(), done == judged);
    }
    preparation.finish().unwrap()
}

/// The cut of a share that is to be kept, by scores that were measured in one go.
fn cut(graph: &Graph, size: u64, recipe: &Recipe, lessons: &Pictures) -> (Graph, Metrics) {
    let scores = measure(graph, recipe, lessons).unwrap();
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
    let (lessons, judged) = (split.train.len(), split.validation.len());
    let whole = evaluate(&graph, Some(&graph), &split.validation).unwrap();

    let sweep = Sweep::prepare((&graph, size), &taylor(), split.clone(), None).unwrap();
    let mut sweep = prepared(sweep, lessons, judged);
    assert_eq!(sweep.original(), whole);
    let point = sweep.point(0.5).unwrap().unwrap();
    let (_, quality) = cut(&graph, size, &point.recipe, &split.train);
    assert_eq!(point.quality, quality);
    // The same cut, shown picture by picture.
    let mut sliced = sweep.begin(0.5).unwrap().unwrap();
    for done in 1..=judged {
        assert_eq!(sliced.advance().unwrap(), (done, judged));
    }
    assert_eq!(sliced.finish().unwrap(), point);

    let layers = |recipe: &Recipe| {
        Sensitivity::prepare((&graph, size), recipe, &[0.5], &split, MOST_JUDGED, 1)
    };
    let sliced = prepared(layers(&taylor()).unwrap(), lessons, judged);
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
            .map(|probe| sensitivity.probe(probe).unwrap())
            .collect::<Vec<_>>()
    };
    let expected = probes(at_once);
    assert_eq!(probes(sliced.clone()), expected);
    assert_eq!(probes(sliced.clone()), expected);
    // Without normalisations a probe is its pictures, one after the other.
    let mut probe = sliced.clone().begin(1).unwrap();
    for done in 1..=judged {
        assert_eq!(probe.advance().unwrap(), (done, judged));
    }
    assert_eq!(probe.finish().unwrap(), expected[1]);

    // What the pictures told one, another takes, and comes to the same without a picture.
    let mut tells = layers(&taylor()).unwrap();
    while !tells.advance().unwrap().is_over() {}
    let found = tells.found();
    let mut takes = layers(&taylor()).unwrap();
    takes.take(found.clone()).unwrap();
    assert!(takes.advance().unwrap().is_over());
    let taught = takes.finish().unwrap();
    assert_eq!(taught.curves(), sliced.curves());
    assert_eq!(probes(taught), expected);
    let lacks_scores = Found {
        scores: None,
        ..found.clone()
    };
    let lacks_answers = Found {
        said: found.said[1..].to_vec(),
        ..found
    };
    for (found, word) in [(lacks_scores, "scores"), (lacks_answers, "answers")] {
        let refused = layers(&taylor()).unwrap().take(found).unwrap_err();
        assert!(refused.to_string().contains(word), "{refused}");
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
        length: TrainingBudget::Steps(2),
        batch: 4,
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
        let stage = line.advance().unwrap();
        if let SearchEvent::Judged(tried) = &stage {
            break tried.clone();
        }
        stages.push(stage);
    };
    assert!(tried.accepted);
    let mut stages = stages
        .into_iter()
        .skip_while(|stage| matches!(stage, SearchEvent::Scoring(_)));
    let mut showing = |from: usize| {
        for done in from..judged {
            let stage = stages.next().unwrap();
            let SearchEvent::Judging(advance) = stage else {
                panic!("{stage:?} after {done}");
            };
            assert_eq!(counted(advance), (done, judged));
        }
        stages.by_ref().take(3).collect::<Vec<_>>()
    };
    // The cut is there before any picture has seen it.
    let recovering = showing(0);
    let recipe = Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.8}}"#).unwrap();
    let (_, quality) = cut(&graph, bytes.len() as u64, &recipe, &split.train);
    assert!(matches!(recovering[0], SearchEvent::Cut(cut) if cut == quality && cut == tried.cut));
    assert!(matches!(
        &recovering[1..],
        [SearchEvent::Recovering(_), SearchEvent::Recovering(_)]
    ));
    assert!(showing(1).is_empty());
    let recovered = evaluate(line.best().0, Some(&graph), &split.validation).unwrap();
    assert_eq!(tried.recovered, recovered);
}

#[test]
fn a_trial_against_known_answers_is_the_trial_that_asks() {
    let (graph, bytes) = model();
    let split = split();
    let (cut, quality) = cut(&graph, bytes.len() as u64, &taylor(), &split.train);
    let mut asks = ModelComparison::new(&graph, &cut, Arc::clone(&split.validation)).unwrap();
    let told = asks.run().unwrap();
    assert_eq!(told.quality, quality);
    let answers = asks.answers();
    assert_eq!(answers.quality(), told.original);
    let mut knows =
        ModelComparison::against(&answers, &cut, Arc::clone(&split.validation)).unwrap();
    assert_eq!(knows.run().unwrap(), told);

    // What the model was before is measured as one of its own.
    let beside = ModelComparison::against(&answers, &graph, Arc::clone(&split.validation)).unwrap();
    let both = beside.beside(&cut).unwrap().run().unwrap();
    assert_eq!(both.before, Some(quality));
    assert_eq!(both.quality.agreement, Some(1.0));
    assert_eq!(told.before, None);

    // ReferenceLogits on fewer pictures are not taken for answers on all.
    let half = Arc::new(split.validation.sample(split.validation.len() / 2, 1));
    let mut half = ModelComparison::new(&graph, &cut, half).unwrap();
    half.run().unwrap();
    let mut more =
        ModelComparison::against(&half.answers(), &cut, Arc::clone(&split.validation)).unwrap();
    assert!(said(&more.run().unwrap_err()).contains("not asked"));
}
