//! The whole way from a model and a recipe to a smaller ONNX file and the report on it.

use super::branches::{mask, remove};
use super::check::{self, RepackCheck};
use super::criteria::Measured;
use super::criteria::measured::MeasuredOn;
use super::external_check::ExternalCheck;
use super::groups::{Groups, Kept, UnitId};
use super::mask::Masks;
use super::repack::{Note, Plan, repack};
use super::session::{Choice, Session};
use super::smallest_input::shrink;
use crate::cost::{CostModel, Lengths, ModelCost, model_cost};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, TensorType, Value, ValueId};
use crate::message::{Message, quoted};
use crate::onnx;
use crate::recipe::{Allocation, Recipe, Target};
use crate::tensor::Tensor;
use serde::Serialize;
use std::cell::RefCell;

/// Where a file's recipe is recorded in its `metadata_props`.
pub const RECIPE_KEY: &str = "secateur.recipe";

/// A cut model.
#[derive(Debug, Clone)]
pub struct Cut {
    pub graph: Graph,
    /// The ONNX file.
    pub bytes: Vec<u8>,
    pub report: CutReport,
    /// For another engine to check, where ours can't run what was re-packed.
    pub external_check: Option<ExternalCheck>,
}

/// A cut as a file.
#[derive(Debug, Clone)]
pub struct CutFile {
    /// The ONNX file.
    pub bytes: Vec<u8>,
    pub report: CutReport,
    /// As in [`Cut`].
    pub external_check: Option<ExternalCheck>,
    /// The model, where it was re-packed; a masked one is not made beside its file.
    pub repacked: Option<Graph>,
}

/// What a cut did, for people and for scripts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CutReport {
    pub recipe: Recipe,
    /// On what the criterion was measured, where it looks at pictures: the cut was chosen by these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredOn>,
    pub before: ModelCost,
    pub after: ModelCost,
    /// The masked dense model against the re-packed one. `None` where nothing was re-packed or neither could run.
    pub check: Option<RepackCheck>,
    /// The engine that ran both, where it is not ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_by: Option<Message>,
    /// Why there is no check, where there should be one.
    pub check_skipped: Option<Message>,
    /// Layers that took over the constants of removed channels.
    pub folded: Vec<Note>,
    /// Layers whose weights for removed channels were zeroed, since folding would not have been exact.
    pub zeroed: Vec<Note>,
    /// The names of the branches that were removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    /// Channels that can't be cut whatever is asked.
    pub kept: Vec<KeptRow>,
    pub warnings: Vec<Message>,
}

/// Channels of a layer that can't be cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct KeptRow {
    pub layer: String,
    pub channels: usize,
    pub of: usize,
    pub reason: Message,
}

impl From<&Kept> for KeptRow {
    fn from(kept: &Kept) -> Self {
        KeptRow {
            layer: kept.layer.clone(),
            channels: kept.channels,
            of: kept.of,
            reason: kept.reason.clone(),
        }
    }
}

/// A run of a model with no more multiply-adds than this takes a moment, so that it is checked at its own size.
const QUICK: u64 = 1 << 30;

/// How often a cut to a number of bytes is tightened before the nearest is taken.
const TRIES: usize = 6;

/// Cuts a model as `onnx::open` gives it; its file has `file_bytes` bytes. `input` is what a re-packed model is checked
/// on, where it is the model's only input; without one a test pattern is used.
///
/// # Errors
/// [`Error::BadRecipe`] for a recipe that does not fit the model or asks for the impossible; [`Error::BrokenRepack`] where
/// the masked model runs and the re-packed one does not.
pub fn cut(graph: &Graph, file_bytes: u64, recipe: &Recipe, input: Option<&Tensor>) -> Result<Cut> {
    cut_measured(graph, file_bytes, recipe, None, input)
}

/// As [`cut`], with what pictures told of this very model, for recipes whose criterion looks at pictures.
pub fn cut_measured(
    graph: &Graph,
    file_bytes: u64,
    recipe: &Recipe,
    measured: Option<Measured>,
    input: Option<&Tensor>,
) -> Result<Cut> {
    let mut session = Session::new(graph.clone(), file_bytes)?;
    if let Some(measured) = measured {
        session.take_scores(measured)?;
    }
    session.choose(recipe)?;
    session.finish(input)
}

impl Session {
    /// Makes the current cut: a model, its file and the report.
    pub fn finish(&mut self, input: Option<&Tensor>) -> Result<Cut> {
        let file = self.file(input)?;
        let graph = match file.repacked {
            Some(graph) => graph,
            None => {
                let mut graph = self.masks()?.apply(self.graph())?;
                record(&mut graph, &file.report.recipe);
                graph
            }
        };
        Ok(Cut {
            graph,
            bytes: file.bytes,
            report: file.report,
            external_check: file.external_check,
        })
    }

    /// Makes the current cut's file and the report. Beside the model and the file, it takes as much memory as the masked model
    /// where that is run for the check, and else no more than its largest tensor.
    pub fn file(&mut self, input: Option<&Tensor>) -> Result<CutFile> {
        self.made(input, false)
    }

    /// As [`Session::file`], for a session that makes no other cut: the order in which weights would go, which takes as much
    /// memory as they do, goes before the file is written.
    pub fn last_file(&mut self, input: Option<&Tensor>) -> Result<CutFile> {
        self.made(input, true)
    }

    fn made(&mut self, input: Option<&Tensor>, is_last: bool) -> Result<CutFile> {
        let recipe = self.current()?.0.clone();
        let mut cut = self.make(&recipe, input, is_last)?;
        let share = match recipe.target {
            Some(Target::Bytes(share)) if recipe.allocation != Allocation::Manual => share,
            _ => return Ok(cut),
        };
        // The file's size is known only once it is written; names and new biases take a little more than expected.
        let whole = self.file_bytes().max(1) as f64;
        let surplus = |cut: &CutFile| cut.bytes.len() as f64 / whole - share;
        let mut tighter = recipe.clone();
        let mut asked = share;
        for _ in 0..TRIES {
            if surplus(&cut) <= 0.0 {
                break;
            }
            asked = (asked - surplus(&cut)).max(0.001);
            tighter.target = Some(Target::Bytes(asked));
            let tried = self
                .choose(&tighter)
                .and_then(|()| self.make(&recipe, input, is_last));
            match tried {
                Ok(smaller) => cut = smaller,
                // No more may go: the smallest file so far is the nearest.
                Err(Error::BadRecipe(_)) => break,
                Err(error) => {
                    self.choose(&recipe)?;
                    return Err(error);
                }
            }
        }
        self.choose(&recipe)?;
        if surplus(&cut) > 0.0 {
            cut.report.warnings.push(message!(
                "warning-file-larger",
                bytes = cut.bytes.len(),
                share = 100.0 * cut.bytes.len() as f64 / whole,
                asked = 100.0 * share
            ));
        }
        Ok(cut)
    }

    /// The current cut as a model alone, unchecked and without a file or a report: for trying many.
    pub fn model(&self) -> Result<Graph> {
        match &self.current()?.1 {
            Choice::Units(removed) => {
                repack(self.graph(), self.groups(), removed).map(|repacked| repacked.graph)
            }
            Choice::Branches(removed) => Ok(remove(self.graph(), self.branches_at(removed))),
            Choice::Items(_) | Choice::Pattern(_) => self.masks()?.apply(self.graph()),
        }
    }

    fn make(&mut self, recipe: &Recipe, input: Option<&Tensor>, is_last: bool) -> Result<CutFile> {
        let report = self.report(recipe)?;
        match &self.current()?.1 {
            Choice::Units(removed) => return self.repacked(removed, report, input),
            Choice::Branches(removed) => return self.bypassed(removed, report, input),
            Choice::Items(_) | Choice::Pattern(_) => {}
        }
        let masks = self.masks()?;
        if is_last {
            self.forget_cut();
        }
        self.masked(&masks, report)
    }

    fn repacked(
        &self,
        removed: &[UnitId],
        mut report: CutReport,
        input: Option<&Tensor>,
    ) -> Result<CutFile> {
        let mut plan = Plan::new(self.graph(), self.groups(), removed)?;
        // The masked model goes before the re-packed one is made: both are large.
        let masked = self.run_masked(plan.take_masked()?, input);
        let repacked = plan.repack(self.graph(), self.groups())?;
        report.folded = repacked.report.folded;
        report.zeroed = repacked.report.zeroed;
        let settled = repacked.report.settled;
        report
            .warnings
            .extend(sizes_settled(&repacked.graph, settled));
        let removed = Choice::Units(removed.to_vec());
        self.checked(masked, removed, repacked.graph, report)
    }

    fn bypassed(
        &self,
        removed: &[usize],
        mut report: CutReport,
        input: Option<&Tensor>,
    ) -> Result<CutFile> {
        let masked = mask(self.graph(), self.branches_at(removed))?;
        let masked = self.run_masked(masked, input);
        let graph = remove(self.graph(), self.branches_at(removed));
        let names = self.branches_at(removed).map(|branch| branch.name.clone());
        report.branches = names.collect();
        self.checked(masked, Choice::Branches(removed.to_vec()), graph, report)
    }

    /// The file of a smaller model, once it was checked against what the masked one answered.
    fn checked(
        &self,
        masked: Masked,
        removed: Choice,
        mut graph: Graph,
        mut report: CutReport,
    ) -> Result<CutFile> {
        let mut external_check = None;
        match self.check(masked, removed, &graph)? {
            Checked::Here(check) => report.check = Some(check),
            Checked::NotHere(error, left) => {
                report.check_skipped = Some(error.message());
                external_check = left;
            }
        }
        report.warn_of_check();
        record(&mut graph, &report.recipe);
        let bytes = onnx::write(&graph)?;
        report.after = model_cost(&graph, bytes.len() as u64);
        Ok(CutFile {
            bytes,
            report,
            external_check,
            repacked: Some(graph),
        })
    }

    /// The masks go into the file as it is written.
    fn masked(&self, masks: &Masks, mut report: CutReport) -> Result<CutFile> {
        let nonzeros = masks.nonzeros(self.graph());
        let mut named = self.graph().clone();
        record(&mut named, &report.recipe);
        let fault = RefCell::new(None);
        let masked = |id: ValueId| match masks.0.get(&id)?.of(self.graph(), id) {
            Ok(tensor) => Some(tensor),
            Err(error) => {
                *fault.borrow_mut() = Some(error);
                None
            }
        };
        let bytes = onnx::write_with(&named, &masked)?;
        if let Some(error) = fault.take() {
            return Err(error);
        }
        let costs = CostModel::new(self.graph()).with_nonzeros(nonzeros);
        report.after = costs.model(bytes.len() as u64);
        Ok(CutFile {
            bytes,
            report,
            external_check: None,
            repacked: None,
        })
    }

    /// Runs the masked model: on the input, or without one on a test pattern, which is small where a run would take long.
    fn run_masked(&self, mut masked: Graph, input: Option<&Tensor>) -> Masked {
        let inputs = match input {
            Some(input) => vec![input.clone()],
            None => {
                let macs = CostModel::new(self.graph()).macs(&Lengths::new());
                if macs > QUICK {
                    shrink(&mut masked, self.groups());
                }
                match test_pattern(&masked) {
                    Ok(inputs) => inputs,
                    Err(error) => return Masked::NoInputs(error),
                }
            }
        };
        let types = masked.inputs.iter().map(|&id| masked.value(id).ty.clone());
        Masked::Ran {
            types: types.collect(),
            answers: check::answers(masked, &inputs),
            inputs,
        }
    }

    /// Checks a re-packed model against what the masked one answered.
    ///
    /// Fails with [`Error::BrokenRepack`] where the masked model runs and the re-packed one does not.
    fn check(&self, masked: Masked, removed: Choice, packed: &Graph) -> Result<Checked> {
        let (types, inputs, answers) = match masked {
            Masked::NoInputs(error) => return Ok(Checked::NotHere(error, None)),
            Masked::Ran {
                types,
                inputs,
                answers,
            } => (types, inputs, answers),
        };
        let checked = answers.and_then(|answers| {
            // Inputs are never cut: they are of the same types in both.
            let mut packed = packed.clone();
            for (id, ty) in packed.inputs.clone().into_iter().zip(types.clone()) {
                packed.value_mut(id).ty = ty;
            }
            check::against(&answers, &packed, &inputs)
        });
        match checked {
            Ok(check) => Ok(Checked::Here(check)),
            Err(error @ Error::BrokenRepack(_)) => Err(error),
            Err(error) => {
                let dense = self.graph();
                let own = dense.inputs.iter().map(|&id| dense.value(id).ty.clone());
                let inputs = match own.eq(types) {
                    true => inputs,
                    // Others run the files, whose inputs are of one size.
                    false => test_pattern(dense)?,
                };
                let external_check = ExternalCheck {
                    removed,
                    inputs,
                    tolerance: check::tolerance(packed),
                };
                Ok(Checked::NotHere(error, Some(external_check)))
            }
        }
    }

    /// A report with nothing in it yet but the model before and the warnings about the recipe.
    fn report(&self, recipe: &Recipe) -> Result<CutReport> {
        let before = model_cost(self.graph(), self.file_bytes());
        Ok(CutReport {
            recipe: recipe.clone(),
            measured: self
                .measured()
                .filter(|measured| measured.on.criterion == recipe.criterion)
                .map(|measured| measured.on.clone()),
            after: before.clone(),
            before,
            check: None,
            checked_by: None,
            check_skipped: None,
            folded: Vec::new(),
            zeroed: Vec::new(),
            branches: Vec::new(),
            kept: kept_rows(self.groups()),
            warnings: self.warnings()?,
        })
    }
}

/// Records a recipe in a model, in place of what was recorded before.
fn record(graph: &mut Graph, recipe: &Recipe) {
    graph.metadata.retain(|(key, _)| key != RECIPE_KEY);
    let compact = serde_json::to_string(recipe).expect("a recipe holds only what JSON can");
    graph.metadata.push((RECIPE_KEY.into(), compact));
}

/// A warning about nodes that hold numbers in place of sizes that were computed.
fn sizes_settled(graph: &Graph, nodes: Vec<String>) -> Option<Message> {
    let sizes = graph.sizes.iter();
    let sizes = sizes.map(|(name, size)| format!("{name}={size}"));
    (!nodes.is_empty()).then(|| {
        message!(
            "warning-sizes-settled",
            nodes = quoted(nodes),
            sizes = sizes.collect::<Vec<_>>()
        )
    })
}

/// Channels that can't be cut, for the report.
pub fn kept_rows(groups: &Groups) -> Vec<KeptRow> {
    groups.kept().iter().map(KeptRow::from).collect()
}

/// A masked model's run.
enum Masked {
    /// No test pattern could be made for it.
    NoInputs(Error),
    Ran {
        /// Its inputs' types then.
        types: Vec<Option<TensorType>>,
        inputs: Vec<Tensor>,
        answers: Result<Vec<Tensor>>,
    },
}

/// Whether a re-packed model could be checked by our engine; if not, why, and what another engine needs for it.
enum Checked {
    Here(RepackCheck),
    NotHere(Error, Option<ExternalCheck>),
}

impl CutReport {
    /// Takes in that the cut has been checked after all, in this way.
    pub fn take_check(&mut self, check: RepackCheck, how: Message) {
        self.check = Some(check);
        self.checked_by = Some(how);
        self.check_skipped = None;
        self.warn_of_check();
    }

    /// Warns where the check found a difference.
    fn warn_of_check(&mut self) {
        if let Some(check) = self.check.filter(|check| !check.agrees) {
            self.warnings.push(message!(
                "warning-repack-differs",
                difference = format!("{:.1e}", check.max_abs)
            ));
        }
    }
}

/// A tensor for each input that is no photo, but different everywhere: waves that do not repeat, from -1.3 to 1.3.
/// Whole numbers and truths are 0 and 1 by turns, which are places in any table. Open axes have length 1.
///
/// # Errors
/// [`Error::BadInput`] where an input has no shape, or elements that can't be computed with.
pub fn test_pattern(graph: &Graph) -> Result<Vec<Tensor>> {
    let inputs = graph.inputs.iter().zip(0..);
    inputs
        .map(|(&id, at)| pattern_for(graph.value(id), at))
        .collect()
}

/// Elements that a test pattern may have: a gigabyte of float32.
const LARGEST_PATTERN: usize = 1 << 28;

/// The pattern of the input at place `at`.
fn pattern_for(input: &Value, at: usize) -> Result<Tensor> {
    let refuse = |why: Message| {
        Error::BadInput(message!(
            "error-no-test-pattern",
            name = input.name,
            reason = why
        ))
    };
    let ty = input.ty.as_ref();
    let ty = ty.ok_or_else(|| refuse(message!("reason-pattern-no-shape")))?;
    let shape: Vec<usize> = ty.shape.iter().map(Dim::of_one).collect();
    let count = shape
        .iter()
        .try_fold(1usize, |n, &size| n.checked_mul(size));
    let count = count.filter(|&n| n <= LARGEST_PATTERN);
    let count = count.ok_or_else(|| refuse(message!("reason-pattern-too-large")))?;
    let pattern = match ty.dtype.is_float() {
        true => {
            let wave = |i: usize| {
                let i = (i + 101 * at) as f64;
                ((i * 0.37).sin() + 0.3 * (i * 0.011).sin()) as f32
            };
            Tensor::from_f32(&shape, (0..count).map(wave).collect())
        }
        false => Tensor::from_i64(&shape, (0..count).map(|i| (i % 2) as i64).collect()),
    };
    let pattern = pattern.cast(ty.dtype);
    pattern.ok_or_else(|| refuse(message!("reason-pattern-type")))
}
