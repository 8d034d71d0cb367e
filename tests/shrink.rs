//! Everything chosen automatically: what comes out, and that the steps it tells do the same by hand.

mod common;

use common::colors::{pictures, preset};
use common::nets::{Layer::*, chain};
use common::{Net, with_open_batch};
use secateur::cost::model_cost;
use secateur::data::{Pictures, Preset, Split};
use secateur::eval::{ComparisonResult, Metrics, ModelComparison, evaluate};
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions};
use secateur::prune::cut::cut_measured;
use secateur::recipe::{Granularity, Target};
use secateur::recover::{Judge, KeepBest, Method, Plan, Recovery, Replicas};
use secateur::search::{
    Shrink, ShrinkEvent, ShrinkGoal, ShrinkStep, Shrunk, Strategy, Tried, measure,
};
use secateur::task::{Step, Task};
use secateur::text::said;
use secateur::train::{RequestedBudget, TrainingBudget, TrainingOverrides};
use std::sync::Arc;

/// Three residual blocks, each of which can be removed, and channels inside that can be.
fn residual() -> Graph {
    let mut net = Net::new(5);
    let x = net.input(&[1, 3, 8, 8]);
    let mut x = net.conv(x, 6, 3);
    for _ in 0..3 {
        let y = net.conv(x, 8, 3);
        let y = net.relu(y);
        let y = net.conv(y, 6, 1);
        x = net.add(x, y);
    }
    let y = net.classifier(x, 3);
    with_open_batch(net.finish(&[y]))
}

fn plan() -> Plan {
    let mut plan = Plan::new(Method::Distill, &preset());
    plan.settings.budget = TrainingBudget::Steps(6);
    plan.settings.batch = 8;
    plan.settings.learning_rate = 0.002;
    plan
}

fn split(labeled: bool) -> Split {
    Split::new(pictures(90, 1, labeled)).unwrap()
}

/// What a run told and gave.
struct Run {
    tried: Vec<Tried>,
    impossible: Vec<Strategy>,
    shrunk: Shrunk,
    tested: Option<ComparisonResult>,
}

fn begin(graph: &Graph, goal: ShrinkGoal, split: &Split) -> secateur::Result<Shrink> {
    let file = onnx::write(graph).unwrap();
    let sides = (graph, &file[..]);
    Shrink::prepare(sides, goal, &plan(), split.clone(), Replicas::All, None)?.finish()
}

/// Does all steps; asks for an early end before the step of this number.
fn run(mut shrink: Shrink, stop: Option<usize>) -> secateur::Result<Run> {
    let (mut tried, mut impossible, mut shrunk) = (Vec::new(), Vec::new(), None);
    for at in 0.. {
        if stop == Some(at) {
            shrink.stop();
        }
        match shrink.step()? {
            Step::Event(ShrinkEvent::Tried(told)) => tried.push(*told),
            Step::Event(ShrinkEvent::Impossible(strategy, _)) => impossible.push(strategy),
            Step::Event(ShrinkEvent::Shrunk(told)) => shrunk = Some(*told),
            Step::Event(_) => {}
            Step::Done(tested) => {
                let shrunk = shrunk.expect("the model is told before the end");
                return Ok(Run {
                    tried,
                    impossible,
                    shrunk,
                    tested,
                });
            }
        }
    }
    unreachable!("steps are counted for ever")
}

fn shrunk(graph: &Graph, goal: ShrinkGoal, split: &Split) -> Run {
    run(begin(graph, goal, split).unwrap(), None).unwrap()
}

fn macs(graph: &Graph) -> f64 {
    model_cost(graph, 0).totals.macs as f64
}

/// Goes the steps one by one, as the command's `prune` and `recover` do.
fn by_hand(original: &Graph, steps: &[ShrinkStep], split: &Split) -> Graph {
    let file = onnx::write(original).unwrap();
    let (mut graph, mut bytes) = (original.clone(), file.len() as u64);
    for step in steps {
        match step {
            ShrinkStep::Cut(recipe) => {
                let scores = measure(&graph, recipe, &split.train).unwrap();
                let cut = cut_measured(&graph, bytes, recipe, scores, None).unwrap();
                bytes = cut.bytes.len() as u64;
                graph = onnx::open(cut.bytes.into(), &OpenOptions::default())
                    .unwrap()
                    .graph;
            }
            ShrinkStep::Recover(plan) => {
                let (train, validation) = (Arc::clone(&split.train), Arc::clone(&split.validation));
                let compared = ModelComparison::new(original, &graph, Arc::clone(&validation));
                let compared = compared.unwrap().finish().unwrap();
                let judge = Judge {
                    pictures: validation,
                    reference: compared.reference,
                    baseline: compared.result,
                };
                let all = Replicas::All;
                let recovery = Recovery::new(&graph, Some(original), train, plan, all, None);
                let recovery = KeepBest::new(recovery.unwrap(), plan, Some(judge));
                graph = recovery.finish().unwrap().graph;
            }
        }
    }
    graph
}

#[test]
fn the_steps_that_are_told_do_the_same_by_hand() {
    let (graph, split) = (residual(), split(false));
    for share in [0.8, 0.55] {
        let run = shrunk(&graph, ShrinkGoal::Target(Target::Macs(share)), &split);
        let made = by_hand(&graph, &run.shrunk.steps, &split);
        assert_eq!(
            onnx::write(&made).unwrap(),
            onnx::write(&run.shrunk.graph).unwrap()
        );
        assert!(macs(&run.shrunk.graph) <= share * macs(&graph));
    }
}

#[test]
fn what_comes_out_is_the_best_of_what_was_tried_or_better() {
    for labeled in [false, true] {
        let (graph, split) = (residual(), split(labeled));
        let run = shrunk(&graph, ShrinkGoal::Target(Target::Macs(0.7)), &split);
        let strategies: Vec<Strategy> = run.tried.iter().map(|tried| tried.strategy).collect();
        assert!(strategies.contains(&Strategy::Channels), "{strategies:?}");
        assert!(strategies.contains(&Strategy::Branches), "{strategies:?}");
        let judged = run.shrunk.judged;
        for (at, tried) in run.tried.iter().enumerate() {
            // No cut is tried twice.
            assert!(
                run.tried[..at]
                    .iter()
                    .all(|other| other.totals != tried.totals)
            );
            assert!(tried.left.macs <= 0.7, "{tried:?}");
            assert!(tried.recovered.compare(&tried.cut).is_ge(), "{tried:?}");
            assert!(judged.compare(&tried.recovered).is_ge(), "{tried:?}");
        }
        // The numbers are those of the model that came out.
        let own = |pictures| evaluate(&run.shrunk.graph, Some(&graph), pictures).unwrap();
        assert_eq!(own(&split.validation), judged);
        assert_eq!(own(&split.test), run.tested.unwrap().quality);
        let taken = &run.tried[run.shrunk.taken.unwrap()];
        let cuts = run.shrunk.steps.iter().filter_map(|step| match step {
            ShrinkStep::Cut(recipe) => Some(recipe.clone()),
            ShrinkStep::Recover(_) => None,
        });
        assert_eq!(cuts.collect::<Vec<_>>(), taken.recipes);
    }
}

#[test]
fn an_accepted_loss_is_not_exceeded() {
    let (graph, split) = (residual(), split(false));
    let least = |drop: f64| {
        let run = shrunk(&graph, ShrinkGoal::MaxDrop(drop), &split);
        let score = |quality: &Metrics| quality.score().unwrap();
        let lost = score(&run.shrunk.original) - score(&run.shrunk.judged);
        assert!(lost <= drop + 1e-12, "{lost} for {drop}");
        // The best model of every smaller share lies beyond the line.
        let taken = run.shrunk.taken.map_or(1.0, |place| run.tried[place].share);
        for tried in run.tried.iter().filter(|tried| tried.share < taken) {
            let at_this_share = run.tried.iter().filter(|at| at.share == tried.share);
            let best = at_this_share.max_by(|a, b| a.recovered.compare(&b.recovered));
            assert!(score(&run.shrunk.original) - score(&best.unwrap().recovered) > drop);
        }
        macs(&run.shrunk.graph) / macs(&graph)
    };
    let (strict, loose) = (least(0.0), least(0.5));
    assert!(strict <= 1.0 && loose < 0.9, "{strict} {loose}");
}

/// Of a model whose answers hang on everything, nothing can go without any loss, and it comes out as it went in.
#[test]
fn nothing_is_cut_where_every_cut_costs_too_much() {
    let graph = with_open_batch(chain(
        3,
        &[1, 3, 8, 8],
        &[Conv(2, 3), Pool, Flatten, Linear(3)],
    ));
    let run = shrunk(&graph, ShrinkGoal::MaxDrop(0.0), &split(false));
    assert_eq!(run.shrunk.taken, None, "{:?}", run.tried);
    assert!(run.shrunk.steps.is_empty() && run.tested.is_none());
    assert_eq!(run.shrunk.judged, run.shrunk.original);
    assert_eq!(onnx::write(&run.shrunk.graph), onnx::write(&graph));
}

#[test]
fn without_branches_channels_alone_are_cut() {
    let graph = with_open_batch(chain(
        3,
        &[1, 3, 8, 8],
        &[Conv(8, 3), Relu, Conv(8, 3), Pool, Flatten, Linear(3)],
    ));
    let run = shrunk(
        &graph,
        ShrinkGoal::Target(Target::Parameters(0.6)),
        &split(false),
    );
    let [tried] = &run.tried[..] else {
        panic!("{:?}", run.tried);
    };
    assert_eq!(tried.strategy, Strategy::Channels);
    assert!(
        tried
            .recipes
            .iter()
            .all(|r| r.granularity == Granularity::Channel)
    );
    let parameters = |graph: &Graph| model_cost(graph, 0).totals.parameters as f64;
    assert!(parameters(&run.shrunk.graph) <= 0.6 * parameters(&graph));
}

#[test]
fn a_share_that_branches_alone_do_not_reach_is_left_to_channels() {
    let run = shrunk(
        &residual(),
        ShrinkGoal::Target(Target::Macs(0.2)),
        &split(false),
    );
    assert_eq!(run.impossible, [Strategy::Branches]);
    assert!(run.tried.iter().all(|tried| tried.left.macs <= 0.2));
}

#[test]
fn what_no_cut_reaches_is_told() {
    let shrink = begin(
        &residual(),
        ShrinkGoal::Target(Target::Macs(1e-4)),
        &split(false),
    );
    let error = run(shrink.unwrap(), None).err().expect("nothing is left");
    assert!(matches!(error, secateur::Error::BadRecipe(_)), "{error:?}");
}

#[test]
fn goals_that_make_no_sense_are_refused() {
    let refused = |goal| {
        let error = begin(&residual(), goal, &split(false))
            .err()
            .expect("no goal");
        said(&error)
    };
    for share in [0.0, 1.0, -0.5, 75.0, f64::NAN] {
        let told = refused(ShrinkGoal::Target(Target::Macs(share)));
        assert!(told.contains("above 0 and below 1"), "{told}");
    }
    assert!(refused(ShrinkGoal::Target(Target::Sparsity(0.5))).contains("multiply-adds"));
    for drop in [-0.1, 1.0, f64::NAN] {
        assert!(refused(ShrinkGoal::MaxDrop(drop)).contains("percentage points"));
    }
}

/// However early it is ended, a model comes out that reaches the goal.
#[test]
fn an_early_end_keeps_the_best_so_far() {
    let (graph, split) = (residual(), split(false));
    let goal = ShrinkGoal::Target(Target::Macs(0.7));
    let mut fewest = usize::MAX;
    for stop in [0, 1, 40, 120, 240, 400] {
        let run = run(begin(&graph, goal, &split).unwrap(), Some(stop)).unwrap();
        assert!(macs(&run.shrunk.graph) <= 0.7 * macs(&graph), "{stop}");
        let own = evaluate(&run.shrunk.graph, Some(&graph), &split.validation).unwrap();
        assert_eq!(own, run.shrunk.judged, "{stop}");
        fewest = fewest.min(run.tried.len());
    }
    assert_eq!(fewest, 1);
}

/// Photos of one color each.
fn plain(count: usize) -> Pictures {
    let mut all = Pictures::new(&preset()).unwrap();
    for at in 0..count {
        let level = (at * 37 % 256) as u8;
        let rgba = [level, 255 - level, level / 2, 255].repeat(64);
        all.add(&rgba, 8, 8, None).unwrap();
    }
    all
}

/// Photos that tell little give a model all the same, with numbers that hold for it.
#[test]
fn photos_that_tell_little_are_enough() {
    let graph = residual();
    for pictures in [plain(30), pictures(10, 2, false)] {
        let split = Split::new(pictures).unwrap();
        let run = shrunk(&graph, ShrinkGoal::Target(Target::Macs(0.7)), &split);
        assert!(macs(&run.shrunk.graph) <= 0.7 * macs(&graph));
        let own = evaluate(&run.shrunk.graph, Some(&graph), &split.validation).unwrap();
        assert_eq!(own, run.shrunk.judged);
        // Too few for a last word.
        assert!(run.tested.is_none());
    }
}

#[test]
fn too_few_different_photos_are_refused_with_the_reason() {
    let same = plain(1);
    let mut copies = same.clone();
    for _ in 0..19 {
        copies.append(same.clone());
    }
    let told = said(&Split::new(copies).unwrap_err());
    assert!(told.contains("photos"), "{told}");
    let split = Split::new(pictures(4, 2, false)).unwrap();
    let shrink = begin(&residual(), ShrinkGoal::Target(Target::Macs(0.7)), &split);
    let error = run(shrink.unwrap(), None).err().expect("too few to fit on");
    assert!(said(&error).contains("photos"), "{}", said(&error));
}

/// Logits so far apart that every probability but one is zero.
#[test]
fn a_model_that_is_sure_of_everything_is_cut() {
    let mut graph = residual();
    let last = graph.nodes.last().unwrap().input(1).unwrap();
    let weights = graph.value(last).constant.clone().unwrap();
    let loud = weights.floats().unwrap().iter().map(|x| x * 1e4).collect();
    let loud = secateur::tensor::Tensor::from_f32(weights.shape(), loud);
    graph.values[last.0 as usize].constant = Some(Arc::new(loud));
    let run = shrunk(&graph, ShrinkGoal::Target(Target::Macs(0.7)), &split(false));
    assert!(macs(&run.shrunk.graph) <= 0.7 * macs(&graph));
    assert!(run.shrunk.judged.agreement.is_some());
}

#[test]
fn the_smaller_the_model_the_longer_it_is_trained() {
    let chosen = TrainingOverrides::default();
    let large = Preset::parse(r#"{"size": 224, "mean": [0, 0, 0], "std": [1, 1, 1]}"#).unwrap();
    let planned = |graph: &Graph, preset: &Preset, labeled, chosen: &TrainingOverrides| {
        let plan = Shrink::plan(graph, preset, labeled, chosen).unwrap();
        (plan.settings.budget, plan.settings.label_weight)
    };
    let small = residual();
    let steps = TrainingBudget::Steps;
    assert_eq!(
        planned(&small, &preset(), true, &chosen),
        (steps(4000), 0.3)
    );
    assert_eq!(planned(&small, &preset(), false, &chosen).1, 0.0);
    assert_eq!(planned(&small, &large, true, &chosen).1, 0.0);

    let net = chain(
        5,
        &[1, 3, 32, 32],
        &[Conv(48, 3), Conv(96, 3), Pool, Flatten, Linear(3)],
    );
    let macs = (32 * 32 * 9 * (3 * 48 + 48 * 96) + 96 * 3) as f64;
    assert_eq!(model_cost(&net, 0).totals.macs as f64, macs);
    let expected = 3.6e12 / (4.0 * 64.0 * macs);
    assert!((300.0..4000.0).contains(&expected));
    assert_eq!(
        planned(&net, &preset(), false, &chosen).0,
        steps(expected.round() as usize)
    );

    let chosen = TrainingOverrides {
        budget: Some(RequestedBudget::Steps(7.0)),
        label_weight: Some(0.5),
        ..chosen
    };
    assert_eq!(planned(&net, &preset(), true, &chosen), (steps(7), 0.5));
}
