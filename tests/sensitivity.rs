//! Sensitivity, against cuts made by hand, and the allocation that follows from it.

mod common;

use common::Net;
use common::colors::pictures;
use common::nets::tells_colors;
use secateur::data::Pictures;
use secateur::data::Split;
use secateur::eval::{Metrics, evaluate};
use secateur::graph::Graph;
use secateur::prune::cut::cut;
use secateur::prune::session::Session;
use secateur::recipe::{Allocation, Recipe, Target};
use secateur::recover::recalibrate;
use secateur::search::{Curves, Findings, MOST_JUDGED, Sensitivity, SensitivityPoint, guide};
use secateur::task::{Phase, Progress, Step, Task};
use secateur::text::said;
use std::sync::Arc;

/// A network with normalizations, whose statistics are right for such pictures, and a residual sum: its first and third
/// convolutions can only be cut together.
fn residual() -> Graph {
    let mut net = Net::new(3);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let entry = net.relu(x);
    let x = net.conv(entry, 10, 3);
    let x = net.batch_norm(x);
    let x = net.relu(x);
    let x = net.conv(x, 12, 3);
    let x = net.batch_norm(x);
    let x = net.add(x, entry);
    let x = net.relu(x);
    let y = net.classifier(x, 3);
    let graph = common::with_open_batch(net.finish(&[y]));
    recalibrate(&graph, &split(false).train).unwrap()
}

/// Tells colors apart by three of the twelve channels of its first convolution, and by all three of its second.
fn lopsided() -> Graph {
    tells_colors([12, 3])
}

fn split(labeled: bool) -> Split {
    Split::new(pictures(120, 1, labeled)).unwrap()
}

fn begun(graph: &Graph, recipe: &Recipe, levels: &[f64], split: &Split) -> Sensitivity {
    let sensitivity = Sensitivity::prepare((graph, 10_000), recipe, levels, split, MOST_JUDGED, 1);
    sensitivity.unwrap().finish().unwrap()
}

fn probed(sensitivity: &mut Sensitivity, probe: usize) -> SensitivityPoint {
    sensitivity.probe(probe).unwrap().finish().unwrap()
}

fn measured(graph: &Graph, recipe: &Recipe, split: &Split, levels: &[f64]) -> Curves {
    let mut sensitivity = begun(graph, recipe, levels, split);
    let mut curves = sensitivity.curves();
    // In any order.
    for probe in (0..sensitivity.len()).rev() {
        let probed = probed(&mut sensitivity, probe);
        curves.add(sensitivity.curve_of(probe), probed);
    }
    curves
}

/// These layers without that share of them, the others whole.
fn cut_by_hand(graph: &Graph, recipe: &Recipe, layers: &[String], share: f64) -> Graph {
    let by_hand = Recipe {
        allocation: Allocation::Manual,
        layers: layers.iter().map(|name| (name.clone(), share)).collect(),
        ..recipe.clone()
    };
    cut(graph, 10_000, &by_hand, None).unwrap().graph
}

#[test]
fn a_probe_is_that_layer_cut_by_hand_and_recalibrated() {
    let graph = residual();
    for (granularity, layers) in [("channel", 2), ("weight", 4)] {
        for labeled in [true, false] {
            let split = split(labeled);
            let recipe = format!(
                r#"{{"granularity": "{granularity}", "criterion": "l1", "target": {{"sparsity": 0.5}}}}"#
            );
            let recipe = Recipe::parse(&recipe).unwrap();
            let curves = measured(&graph, &recipe, &split, &[0.3, 0.8]);
            assert_eq!(curves.curves.len(), layers);
            assert_eq!(curves.original.accuracy.is_some(), labeled);
            let statistics = split.train.sample(64, 1);
            for curve in &curves.curves {
                assert_eq!(curve.points.len(), 2);
                for point in &curve.points {
                    let made = cut_by_hand(&graph, &recipe, &curve.layers, point.share);
                    let made = recalibrate(&made, &statistics).unwrap();
                    let quality = evaluate(&made, Some(&graph), &split.validation).unwrap();
                    let told = |q: Metrics| (q.pictures, q.accuracy, q.agreement);
                    assert_eq!(told(point.quality), told(quality), "{:?}", curve.layers);
                    let [whole, left] = [curves.original, quality].map(|q| q.score().unwrap());
                    assert_eq!(point.lost, ((whole - left) / whole).max(0.0));
                    let apart = point.quality.kl.unwrap() - quality.kl.unwrap();
                    assert!(apart.abs() < 1e-9, "{:?}: {apart}", curve.layers);
                }
            }
            if granularity == "channel" {
                assert_eq!(curves.curves[0].layers, ["Conv0", "Conv6"]);
                assert_eq!(curves.curves[1].layers, ["Conv3"]);
            }
        }
    }
    let spared = Recipe::parse(r#"{"target": {"macs": 0.5}, "protect": ["Conv6"]}"#).unwrap();
    let curves = measured(&graph, &spared, &split(true), &[0.5]);
    assert_eq!(curves.curves.len(), 1);
}

/// Statistics of pictures that show too little would hide what a cut does: the whole model does not bear them.
#[test]
fn statistics_that_ruin_the_whole_model_are_left_as_they_are() {
    let graph = residual();
    let usual = split(false);
    let mut dark = Pictures::new(usual.train.preset()).unwrap();
    for level in 0..40 {
        let rgba = [level / 4, level / 8, 0, 255].repeat(64);
        dark.add(&rgba, 8, 8, None).unwrap();
    }
    let poor = Split {
        train: Arc::new(dark),
        ..usual.clone()
    };
    let judged = &usual.validation;
    let score = |model: &Graph| evaluate(model, Some(&graph), judged).unwrap().agreement;
    let ruined = recalibrate(&graph, &poor.train).unwrap();
    assert!(score(&ruined) < Some(0.8), "{:?}", score(&ruined));

    let recipe = Recipe::parse(r#"{"criterion": "l1", "target": {"sparsity": 0.5}}"#).unwrap();
    let curves = measured(&graph, &recipe, &poor, &[0.3]);
    assert_eq!(curves.calibrated_on, 0);
    for curve in &curves.curves {
        let made = cut_by_hand(&graph, &recipe, &curve.layers, 0.3);
        assert_eq!(curve.points[0].quality.agreement, score(&made));
    }
}

#[test]
fn another_worker_takes_what_statistics_did_to_the_whole_model() {
    let (graph, split) = (residual(), split(true));
    let recipe = Recipe::parse(r#"{"criterion": "l1", "target": {"sparsity": 0.5}}"#).unwrap();
    let model = (&graph, 10_000);
    let tells = Sensitivity::prepare(model, &recipe, &[0.5], &split, MOST_JUDGED, 1).unwrap();
    // The model as it is, batches for statistics, and the model with these.
    let (pictures, batches) = (split.validation.len(), split.train.len().min(64) / 32);
    let mut told = Vec::new();
    let mut first = tells.run(|at| told.push(at)).unwrap();
    let expected = [
        (Phase::Reference, pictures),
        (Phase::Recalibrating, batches),
        (Phase::Judging, pictures),
    ];
    let expected = expected
        .into_iter()
        .flat_map(|(phase, of)| (1..=of).map(move |done| Progress { phase, done, of }));
    assert_eq!(told, expected.collect::<Vec<_>>());
    let found = first.findings().clone();
    let taking = |found: Findings| {
        Sensitivity::prepared(model, &recipe, &[0.5], &split, (MOST_JUDGED, 1), found)
    };
    let mut other = taking(found.clone()).unwrap();
    assert_eq!(other.curves(), first.curves());
    assert_eq!(probed(&mut other, 1), probed(&mut first, 1));
    let lacks = Findings {
        recalibrated: None,
        ..found
    };
    let refused = said(&taking(lacks).err().expect("refused"));
    assert!(refused.contains("other statistics"), "{refused}");
}

#[test]
fn a_probe_goes_batch_by_batch_and_picture_by_picture() {
    let (graph, split) = (residual(), split(true));
    let recipe = Recipe::parse(r#"{"criterion": "l1", "target": {"sparsity": 0.5}}"#).unwrap();
    let mut sensitivity = begun(&graph, &recipe, &[0.8], &split);
    let at_once = probed(&mut sensitivity, 1);
    let mut probe = sensitivity.probe(1).unwrap();
    // Statistics of 64 pictures, 32 at a time.
    let batches = split.train.len().min(64) / 32;
    for (phase, of) in [
        (Phase::Recalibrating, batches),
        (Phase::Judging, split.validation.len()),
    ] {
        for done in 1..=of {
            let at = Progress { phase, done, of };
            assert_eq!(probe.step().unwrap(), Step::Event(at));
        }
    }
    assert_eq!(probe.step().unwrap(), Step::Done(at_once));
}

#[test]
fn probes_come_in_any_order_and_each_counts_once() {
    let (graph, split) = (residual(), split(true));
    let recipe = Recipe::parse(r#"{"criterion": "l1", "target": {"sparsity": 0.5}}"#).unwrap();
    let mut sensitivity = begun(&graph, &recipe, &[0.25, 0.5, 0.9], &split);
    let probes: Vec<_> = (0..sensitivity.len())
        .map(|probe| (sensitivity.curve_of(probe), probed(&mut sensitivity, probe)))
        .collect();
    let added = |order: &[usize]| {
        let mut curves = sensitivity.curves();
        for &at in order {
            curves.add(probes[at].0, probes[at].1);
        }
        curves
    };
    let all = added(&[0, 1, 2, 3, 4, 5]);
    assert!(sensitivity.left(&all).is_empty());
    for curve in &all.curves {
        let shares: Vec<f64> = curve.points.iter().map(|point| point.share).collect();
        assert_eq!(shares, [0.25, 0.5, 0.9]);
    }
    assert_eq!(added(&[4, 2, 0, 5, 1, 3]), all);
    assert_eq!(added(&[3, 3, 5, 4, 0, 2, 1, 4]), all);
}

#[test]
fn levels_are_in_order_and_a_pattern_leaves_one() {
    let (graph, split) = (residual(), split(true));
    let levels = |granularity: &str| {
        let recipe = format!(r#"{{"granularity": "{granularity}", "target": {{"macs": 0.5}}}}"#);
        let recipe = Recipe::parse(&recipe).unwrap();
        begun(&graph, &recipe, &[0.9, 0.3], &split)
            .levels()
            .to_vec()
    };
    assert_eq!(levels("channel"), [0.3, 0.9]);
    assert_eq!(levels("1:4"), [0.75]);
}

#[test]
fn a_guided_cut_meets_its_target_and_spares_the_sensitive_layer() {
    let graph = lopsided();
    let split = split(true);
    for (granularity, targets) in [
        (
            "channel",
            &[
                Target::Macs(0.5),
                Target::Parameters(0.6),
                Target::Sparsity(0.4),
            ][..],
        ),
        ("weight", &[Target::Sparsity(0.5), Target::Macs(0.5)]),
    ] {
        let recipe = format!(
            r#"{{"granularity": "{granularity}", "criterion": "l2", "target": {{"sparsity": 0.5}}}}"#
        );
        let recipe = Recipe::parse(&recipe).unwrap();
        let curves = measured(&graph, &recipe, &split, &[0.25, 0.5, 0.75, 0.9]);
        for &target in targets {
            let mut session = Session::new(graph.clone(), 10_000).unwrap();
            let guided = guide(&mut session, &curves, target).unwrap();
            // The document says all: read again, it is the same recipe, and makes the same cut.
            let guided = Recipe::parse(&guided.to_json()).unwrap();
            let made = cut(&graph, 10_000, &guided, None).unwrap();
            session.choose(&guided).unwrap();
            let share = session.share(target).unwrap();
            match target {
                Target::Sparsity(asked) => assert!(share >= asked, "{share}"),
                Target::Macs(asked) | Target::Parameters(asked) | Target::Bytes(asked) => {
                    assert!(share <= asked, "{share} of {target:?}");
                }
            }
            if granularity == "channel" {
                assert!(guided.layers["Conv0"] > guided.layers["Conv2"]);
                let quality = evaluate(&made.graph, None, &split.test).unwrap();
                assert_eq!(quality.accuracy, Some(1.0), "{target:?}");
            }
        }
    }
    // Left to itself, the same target takes a channel that the colors need.
    let uniform = r#"{"allocation": "uniform", "target": {"sparsity": 0.4}}"#;
    let blind = cut(&graph, 10_000, &Recipe::parse(uniform).unwrap(), None).unwrap();
    let quality = evaluate(&blind.graph, None, &split.test).unwrap();
    assert!(quality.accuracy < Some(0.8), "{quality:?}");
}

#[test]
fn what_can_not_be_measured_or_met_is_refused() {
    let graph = lopsided();
    let split = split(true);
    let refused = |recipe: &str, levels: &[f64], words: &str| {
        let recipe = Recipe::parse(recipe).unwrap();
        let error = Sensitivity::prepare((&graph, 10_000), &recipe, levels, &split, MOST_JUDGED, 1)
            .err()
            .expect("refused");
        assert!(said(&error).contains(words), "{error}");
    };
    let usual = r#"{"target": {"macs": 0.5}}"#;
    refused(usual, &[], "levels");
    refused(usual, &[1.5], "levels");
    let protected = r#"{"target": {"macs": 0.5}, "protect": ["Conv0", "Conv2"]}"#;
    refused(protected, &[0.5], "no layer");

    let recipe = Recipe::parse(usual).unwrap();
    let curves = measured(&graph, &recipe, &split, &[0.5]);
    let mut session = Session::new(graph.clone(), 10_000).unwrap();
    let error = guide(&mut session, &curves, Target::Macs(0.001)).unwrap_err();
    assert!(said(&error).contains("at least"), "{error}");
    let mut sensitivity = begun(&graph, &recipe, &[0.5], &split);
    assert!(sensitivity.probe(2).is_err());
    assert_eq!(Metrics::default().score(), None);
}

/// What a criterion that looks at pictures found is not needed to count what goes.
#[test]
fn a_cut_is_guided_by_a_criterion_that_looks_at_pictures() {
    let graph = lopsided();
    let recipe = Recipe::parse(r#"{"criterion": "taylor", "target": {"macs": 0.5}}"#).unwrap();
    let curves = measured(&graph, &recipe, &split(true), &[0.5, 0.9]);
    let mut session = Session::new(graph, 10_000).unwrap();
    let guided = guide(&mut session, &curves, Target::Macs(0.5)).unwrap();
    assert_eq!(guided.criterion, "taylor");
    assert!(guided.layers["Conv0"] > guided.layers["Conv2"]);
}

/// Curves that end early are gone on with where they are of the same model, recipe and pictures, and begun anew elsewhere.
#[test]
fn what_was_measured_before_is_not_measured_again() {
    let graph = residual();
    let recipe = |text: &str| Recipe::parse(text).unwrap();
    let asked = recipe(r#"{"criterion": "l1", "target": {"macs": 0.5}}"#);
    let begin =
        |recipe: &Recipe, levels: &[f64], split: &Split| begun(&graph, recipe, levels, split);
    let (levels, same) = ([0.5, 0.9], split(false));
    let whole = measured(&graph, &asked, &same, &levels);

    let mut first = begin(&asked, &levels, &same);
    let all = first.len();
    let mut some = first.curves();
    assert_eq!(first.left(&some).len(), all);
    for probe in 0..all - 1 {
        let probed = probed(&mut first, probe);
        some.add(first.curve_of(probe), probed);
    }
    // The target may have moved meanwhile, and the page may have been closed.
    let moved = recipe(r#"{"criterion": "l1", "target": {"macs": 0.3}}"#);
    let some: Curves = serde_json::from_str(&serde_json::to_string(&some).unwrap()).unwrap();
    let mut second = begin(&moved, &levels, &same);
    let mut known = second.known(&some);
    assert_eq!(second.left(&known), [all - 1]);
    let probed = probed(&mut second, all - 1);
    known.add(second.curve_of(all - 1), probed);
    assert_eq!(known.curves, whole.curves);
    assert!(second.left(&known).is_empty());
    // An earlier version kept no losses.
    let mut old = serde_json::to_value(&whole).unwrap();
    for curve in old["curves"].as_array_mut().unwrap() {
        for point in curve["points"].as_array_mut().unwrap() {
            point.as_object_mut().unwrap().remove("lost").unwrap();
        }
    }
    let old: Curves = serde_json::from_value(old).unwrap();
    assert_ne!(old, whole);
    assert_eq!(old.clone().with_losses(), whole);
    assert_eq!(second.known(&old).curves, whole.curves);

    // Of other levels, only those that are asked for count.
    let fewer = begin(&asked, &[0.9], &same);
    let of_whole = fewer.known(&whole);
    assert!(fewer.left(&of_whole).is_empty());
    assert!(of_whole.curves.iter().all(|curve| curve.points.len() == 1));

    let other_criterion = recipe(r#"{"criterion": "l2", "target": {"macs": 0.5}}"#);
    let other_pictures = Split::new(pictures(120, 2, false)).unwrap();
    let labeled = split(true);
    for (recipe, split) in [
        (&other_criterion, &same),
        (&asked, &other_pictures),
        (&asked, &labeled),
    ] {
        let begun = begin(recipe, &levels, split);
        assert_eq!(begun.left(&begun.known(&whole)).len(), all);
    }
}
