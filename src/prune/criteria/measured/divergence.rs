//! Divergence: a branch costs what the model's answers change without it, for each multiply-add that this saves. The change is the
//! Kullback-Leibler divergence of the answers from the original's, the mean over the pictures (as PRACTISE drops the blocks
//! that are the easiest to recover: Wang and Wu, “Practical Network Acceleration with Tiny Sets”, CVPR 2023). What one branch costs
//! depends on those that are gone already, so they go one by one: each time those that are left are measured anew, and the cheapest goes.
//! What a branch costs hardly ever falls as others go, so one that cost more before than the cheapest does now is not measured again
//! (lazy greedy: Minoux, “Accelerated greedy algorithms for maximizing submodular set functions”, 1978).

use super::BranchScore;
use super::bypassing::Bypassing;
use crate::cost::{CostModel, Lengths};
use crate::dataset::Dataset;
use crate::engine::{Executor, Options};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph};
use crate::prune::branches::{Branch, find, remove};
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use crate::task::{Phase, Progress, Step, Task};
use crate::tensor::Tensor;
use crate::train::loss::distillation;

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "divergence",
        title: "criterion-divergence",
        about: "criterion-divergence-about",
        after: Some("Wang and Wu, CVPR 2023"),
        needs: Some("criterion-needs-branches"),
        weights: false,
        channels: false,
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Branches(|graph, pictures| {
        let begun: Box<dyn Bypassing> = Box::new(Divergence::new(graph, pictures)?);
        Ok(begun)
    }),
};

/// A model that loses one branch after the other.
struct Divergence {
    /// Its only output holds the logits.
    graph: Graph,
    branches: Vec<Branch>,
    pictures: Box<dyn Dataset>,
    input: Vec<f32>,
    shape: Vec<usize>,
    /// The whole model's logits, by picture.
    original: Vec<Vec<f32>>,
    /// The branches that are gone, in the order in which they went, and what is left without them.
    gone: Vec<usize>,
    left: Left,
    /// What each branch cost when it was measured last, in nats for each multiply-add; less than anything before that.
    costs: Vec<f64>,
    /// Branches of this round that may still be the cheapest, the likeliest last, and the cheapest so far.
    waiting: Vec<usize>,
    cheapest: Option<(f64, Candidate)>,
    /// What the pictures are being shown to.
    shown: Option<Shown>,
    done: usize,
}

/// A model without some branches.
#[derive(Clone, Copy)]
struct Left {
    macs: u64,
    nodes: usize,
    /// Mean divergence from the original, in nats.
    divergence: f64,
}

/// What is left if a branch goes too.
#[derive(Clone, Copy)]
struct Candidate {
    branch: usize,
    left: Left,
}

struct Shown {
    executor: Executor,
    /// `None` for the whole model.
    candidate: Option<Candidate>,
    pictures: usize,
    /// Sum of the divergences, in nats.
    divergence: f64,
}

impl Divergence {
    /// Errors: [`Error::BadRecipe`] where the model has no branches; [`Error::BadModel`] where it is no classifier,
    /// [`Error::BadInput`] where it does not take these pictures; those of running it.
    fn new(graph: &Graph, pictures: Box<dyn Dataset>) -> Result<Self> {
        let branches = find(graph);
        if branches.is_empty() {
            return Err(Error::BadRecipe(message!("error-no-branches")));
        }
        let input = graph.inputs.first();
        let input = input.and_then(|&id| graph.value(id).ty.as_ref());
        let input = input.ok_or_else(|| Error::BadModel(message!("error-no-input")))?;
        pictures.check_fits(&input.shape)?;
        let shape = input.shape.iter().map(Dim::of_one).collect();
        let logits = graph.logits();
        let logits = logits.ok_or_else(|| Error::BadModel(message!("error-no-output")))?;
        let mut asked = graph.clone();
        asked.outputs = vec![logits];
        let left = Left::of(&asked);
        Ok(Divergence {
            shown: Some(Shown::new(&asked, None)?),
            graph: asked,
            costs: vec![f64::NEG_INFINITY; branches.len()],
            branches,
            input: vec![0.0; pictures.sample_len()],
            shape,
            original: Vec::with_capacity(pictures.len()),
            pictures,
            gone: Vec::new(),
            left,
            waiting: Vec::new(),
            cheapest: None,
            done: 0,
        })
    }

    /// The model without the branches that are gone, and without one more.
    fn without(&self, branch: usize) -> Graph {
        let removed = self.gone.iter().chain([&branch]);
        remove(&self.graph, removed.map(|&at| &self.branches[at]))
    }

    /// Shows the next picture to the model at hand.
    fn show(&mut self, shown: &mut Shown) -> Result<()> {
        self.pictures.write_sample(shown.pictures, &mut self.input);
        let input = Tensor::from_f32(&self.shape, self.input.clone());
        let outputs = shown.executor.run(&[input])?;
        let logits = outputs.first().and_then(Tensor::floats);
        let logits = logits.ok_or_else(|| Error::BadModel(message!("error-no-classifier")))?;
        if logits.iter().any(|x| !x.is_finite()) {
            return Err(Error::BadModel(message!("error-output-not-finite")));
        }
        match shown.candidate {
            None => self.original.push(logits.into_owned()),
            Some(_) => {
                let original = &self.original[shown.pictures];
                let mut gradient = vec![0.0; logits.len()];
                let classes = logits.len();
                shown.divergence +=
                    distillation(&logits, original, classes, 1.0, 1.0, &mut gradient);
            }
        }
        shown.pictures += 1;
        self.done += 1;
        Ok(())
    }

    /// Takes in what all pictures told of the model at hand.
    fn take(&mut self, shown: &Shown) {
        let Some(mut candidate) = shown.candidate else {
            return;
        };
        candidate.left.divergence = shown.divergence / shown.pictures.max(1) as f64;
        let cost = self.left.cost_of(&candidate.left);
        self.costs[candidate.branch] = cost;
        if self.cheapest.is_none_or(|(least, _)| cost < least) {
            self.cheapest = Some((cost, candidate));
        }
        let least = self.cheapest.map_or(cost, |(least, _)| least);
        self.waiting.retain(|&branch| self.costs[branch] < least);
    }

    /// Begins with the next branch of the round, or a new round; nothing where no branch is left to choose from.
    fn begin_next(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            if let Some((_, Candidate { branch, left })) = self.cheapest.take() {
                self.gone.push(branch);
                self.left = left;
            }
            self.waiting = self.choices();
            // The last one has no other to be compared with.
            if let [last] = self.waiting[..] {
                self.gone.push(last);
                self.waiting.clear();
            }
        }
        if let Some(branch) = self.waiting.pop() {
            let model = self.without(branch);
            let left = Left::of(&model);
            self.shown = Some(Shown::new(&model, Some(Candidate { branch, left }))?);
        }
        Ok(())
    }

    /// The branches of which something is left, the one that cost least before last. Those that went with others are gone too.
    fn choices(&mut self) -> Vec<usize> {
        let mut left = Vec::new();
        for branch in (0..self.branches.len()).rev() {
            if self.gone.contains(&branch) {
                continue;
            }
            match Left::of(&self.without(branch)).nodes < self.left.nodes {
                true => left.push(branch),
                false => self.gone.push(branch),
            }
        }
        left.sort_by(|&a, &b| self.costs[b].total_cmp(&self.costs[a]));
        left
    }

    /// How many runs there are in all, if no branch goes with another.
    fn runs(&self) -> usize {
        let left = self.branches.len() - self.gone.len();
        let round = self.waiting.len() + usize::from(self.shown.is_some());
        let is_whole = |shown: &Shown| shown.candidate.is_none();
        let before_all = match &self.shown {
            Some(shown) => is_whole(shown),
            None => self.gone.is_empty() && self.waiting.is_empty() && self.cheapest.is_none(),
        };
        // A round has as many runs as there are branches left, and the last branch needs none.
        let rounds_to_come = match before_all {
            true => left * (left + 1) / 2 - 1,
            false => (left * left.saturating_sub(1) / 2).saturating_sub(1),
        };
        let shown = self.shown.as_ref().map_or(0, |shown| shown.pictures);
        self.done + (round + rounds_to_come) * self.pictures.len() - shown
    }
}

impl Task for Divergence {
    type Event = Progress;
    type Output = Vec<BranchScore>;

    fn step(&mut self) -> Result<Step<Progress, Vec<BranchScore>>> {
        if self.shown.is_none() {
            self.begin_next()?;
        }
        let Some(mut shown) = self.shown.take() else {
            let order = self.gone.iter().enumerate();
            let scores = order.map(|(place, &branch)| BranchScore {
                branch: self.branches[branch].name.clone(),
                score: (place + 1) as f32,
            });
            return Ok(Step::Done(scores.collect()));
        };
        self.show(&mut shown)?;
        match shown.pictures == self.pictures.len() {
            true => self.take(&shown),
            false => self.shown = Some(shown),
        }
        Ok(Step::Event(Progress {
            phase: Phase::Scoring,
            done: self.done,
            of: self.runs().max(self.done),
        }))
    }
}

impl Left {
    fn of(graph: &Graph) -> Self {
        Left {
            macs: CostModel::new(graph).macs(&Lengths::new()),
            nodes: graph.nodes.len(),
            divergence: 0.0,
        }
    }

    /// What it costs to go on to less, in nats for each multiply-add that is saved.
    fn cost_of(&self, less: &Left) -> f64 {
        let saved = self.macs.saturating_sub(less.macs).max(1);
        (less.divergence - self.divergence) / saved as f64
    }
}

impl Shown {
    fn new(model: &Graph, candidate: Option<Candidate>) -> Result<Self> {
        Ok(Shown {
            executor: Executor::new(model, &Options::default())?,
            candidate,
            pictures: 0,
            divergence: 0.0,
        })
    }
}
