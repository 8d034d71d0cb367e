//! The model with all sizes settled: which nodes count, the shape of each value, and what turns out constant.

use super::Options;
use crate::error::{Error, Result, UnsupportedOperator};
use crate::graph::{Dim, Graph, Node, TensorType, ValueId};
use crate::message::Message;
use crate::ops::{self, Known, Operator, known};
use crate::tensor::{DType, Tensor};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Elements that constants may be given besides as many as the file stores: a few bytes can ask for gigabytes
/// (`ConstantOfShape`, `Expand`), and an allocation that fails cannot be caught in a browser.
const FREE_ELEMENTS: usize = 1 << 26;

/// Element type and shape of a value, all sizes known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub dtype: DType,
    pub shape: Vec<usize>,
}

/// A node that has to be computed.
pub struct Work {
    /// Its place in [`Graph::nodes`].
    pub node: usize,
    pub operator: Box<dyn Operator>,
}

/// A model at fixed sizes.
pub struct Settled<'g> {
    pub graph: &'g Graph,
    /// What is to be computed, in order. Nodes whose results are constant are not among it.
    pub works: Vec<Work>,
    known: Vec<Option<Known>>,
    /// Values whose sizes depend on what is computed: only the run tells them.
    open: BTreeSet<ValueId>,
    /// Elements that may still be computed while settling.
    budget: usize,
    /// Values that must be there after a run: the outputs and what is kept.
    pub wanted: BTreeSet<ValueId>,
}

impl<'g> Settled<'g> {
    /// Infers every shape and folds what does not depend on the inputs' elements.
    ///
    /// Fails with [`Error::UnsupportedOperators`] naming each needed node that nothing here can run,
    /// and with [`Error::BadModel`] or [`Error::BadInput`] where shapes contradict or an input's are left open.
    pub fn new(graph: &'g Graph, options: &Options) -> Result<Self> {
        let stored = graph.values.iter().map(|value| value.constant.clone());
        Settled::with_constants(graph, stored.collect(), options)
    }

    /// The same for a graph whose stored tensors are apart from it: one for each value that has one. Those that
    /// [`Settled::forget`] lets go of are gone then.
    pub fn with_constants(
        graph: &'g Graph,
        constants: Vec<Option<Arc<Tensor>>>,
        options: &Options,
    ) -> Result<Self> {
        let mut wanted: BTreeSet<ValueId> = graph.outputs.iter().copied().collect();
        for name in &options.keep {
            wanted.insert(
                graph
                    .find(name)
                    .ok_or_else(|| Error::BadInput(message!("error-no-such-value", name = name)))?,
            );
        }
        let needed = needed_nodes(graph, &wanted);
        let stored = constants.iter().flatten();
        let budget = stored.fold(FREE_ELEMENTS, |sum, t| sum.saturating_add(t.len()));
        let mut known: Vec<Option<Known>> = constants
            .into_iter()
            .map(|constant| constant.map(Known::of))
            .collect();
        for &input in &graph.inputs {
            known[input.0 as usize] = Some(Known {
                ty: input_type(graph, input, options)?,
                constant: None,
                sizes: None,
            });
        }
        let mut settled = Settled {
            graph,
            works: Vec::new(),
            known,
            open: BTreeSet::new(),
            budget,
            wanted,
        };
        let operators = operators(graph, &needed)?;
        for (node, operator) in needed.into_iter().zip(operators) {
            settled.settle(node, operator)?;
        }
        Ok(settled)
    }

    /// Infers one node; computes it where it is constant, and takes it among the works where not.
    fn settle(&mut self, index: usize, operator: Box<dyn Operator>) -> Result<()> {
        let graph = self.graph;
        let node = &graph.nodes[index];
        let fail = |reason: Message| {
            let label = graph.node_label(node);
            Error::BadModel(message!(
                "error-node",
                node = label,
                operator = node.op_type,
                reason = reason
            ))
        };
        let inputs: Vec<Option<Known>> = node
            .inputs
            .iter()
            .map(|input| self.known[input.as_ref()?.0 as usize].clone())
            .collect();
        if node
            .inputs
            .iter()
            .flatten()
            .any(|&input| self.is_open(input))
        {
            self.leave_open(index, operator);
            return Ok(());
        }
        let present = || node.inputs.iter().zip(&inputs).filter(|(i, _)| i.is_some());
        if present().any(|(_, known)| known.is_none()) {
            return Err(fail(message!("reason-node-reads-nothing")));
        }
        let mut made = operator.infer(&inputs).map_err(fail)?;
        let mut types = made.iter().map(|known| &known.ty);
        types.try_for_each(known::check).map_err(fail)?;
        if present().all(|(_, k)| k.as_ref().is_some_and(|k| k.constant.is_some())) {
            let count = |known: &Known| Some(known.ty.known_shape()?.iter().product::<usize>());
            let elements = made.iter().filter_map(count).fold(0, usize::saturating_add);
            self.budget = self.budget.checked_sub(elements).ok_or_else(|| {
                let label = graph.node_label(node);
                Error::TooLarge(message!(
                    "error-constant-too-large",
                    node = label,
                    operator = node.op_type,
                    elements = elements
                ))
            })?;
            let tensors: Vec<Option<&Tensor>> = inputs
                .iter()
                .map(|k| k.as_ref()?.constant.as_deref())
                .collect();
            let results = operator.evaluate(&tensors).map_err(fail)?;
            let results = results.into_iter();
            made = results.map(|t| Known::of(Arc::new(t))).collect();
        }
        if made.is_empty() || made.iter().any(|known| known.ty.known_shape().is_none()) {
            self.leave_open(index, operator);
            return Ok(());
        }
        if made.len()
            < node
                .outputs
                .iter()
                .rposition(Option::is_some)
                .map_or(0, |i| i + 1)
        {
            return Err(fail(message!("reason-node-outputs")));
        }
        let mut all_constant = true;
        for (output, known) in node.outputs.iter().zip(made) {
            let Some(output) = output else { continue };
            let known = known.settled();
            all_constant &= known.constant.is_some();
            self.known[output.0 as usize] = Some(known);
        }
        if !all_constant {
            self.works.push(Work {
                node: index,
                operator,
            });
        }
        Ok(())
    }

    /// Takes a node among the works whose outputs have sizes that only the run tells.
    fn leave_open(&mut self, index: usize, operator: Box<dyn Operator>) {
        let outputs = self.graph.nodes[index].outputs.iter().flatten();
        self.open.extend(outputs);
        self.works.push(Work {
            node: index,
            operator,
        });
    }

    /// Whether only the run tells the sizes of a value.
    pub fn is_open(&self, value: ValueId) -> bool {
        self.open.contains(&value)
    }

    /// The node that a piece of work runs.
    pub fn node(&self, work: &Work) -> &'g Node {
        &self.graph.nodes[work.node]
    }

    /// The tensor behind a value that is the same in every run.
    pub fn constant(&self, value: ValueId) -> Option<&Arc<Tensor>> {
        self.known[value.0 as usize].as_ref()?.constant.as_ref()
    }

    /// Lets go of a constant that all that read it have made their own copy of.
    pub fn forget(&mut self, value: ValueId) {
        if let Some(known) = &mut self.known[value.0 as usize] {
            known.constant = None;
        }
    }

    /// Element type and shape of a value, `None` where it is not needed or only the run tells.
    pub fn form(&self, value: ValueId) -> Option<Form> {
        let ty = &self.known[value.0 as usize].as_ref()?.ty;
        Some(Form {
            dtype: ty.dtype,
            shape: ty.known_shape()?,
        })
    }

    /// Whether a node's first input varies and all others that are present are constant.
    pub fn varies_first_only(&self, node: &Node) -> bool {
        let constant = |value: &ValueId| self.constant(*value).is_some();
        let first = node.input(0).is_some_and(|value| !constant(&value));
        first && node.inputs.iter().skip(1).flatten().all(constant)
    }

    /// The constants among a node's inputs.
    pub fn constants(&self, node: &Node) -> Vec<Option<&Tensor>> {
        let constant = |input: &Option<ValueId>| Some(&**self.constant((*input)?)?);
        node.inputs.iter().map(constant).collect()
    }
}

/// Nodes that lead to a wanted value, in order.
fn needed_nodes(graph: &Graph, wanted: &BTreeSet<ValueId>) -> Vec<usize> {
    let mut values = vec![false; graph.values.len()];
    wanted.iter().for_each(|v| values[v.0 as usize] = true);
    let mut nodes = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        if node.outputs.iter().flatten().any(|v| values[v.0 as usize]) {
            nodes.push(index);
            for input in node.inputs.iter().flatten().chain(&node.captures) {
                values[input.0 as usize] = true;
            }
        }
    }
    nodes.reverse();
    nodes
}

/// The operator of each node, or an error that names all that are missing.
fn operators(graph: &Graph, nodes: &[usize]) -> Result<Vec<Box<dyn Operator>>> {
    let mut found = Vec::with_capacity(nodes.len());
    let mut missing = Vec::new();
    for &index in nodes {
        let node = &graph.nodes[index];
        let opset = graph.opsets.get(&node.domain).copied().unwrap_or(0);
        match ops::operator(node, opset) {
            Ok(Some(operator)) => found.push(operator),
            Ok(None) => missing.push(UnsupportedOperator {
                node: graph.node_label(node),
                operator: node.operator_name(),
                opset,
            }),
            Err(reason) => {
                let label = graph.node_label(node);
                let message = message!(
                    "error-node",
                    node = label,
                    operator = node.op_type,
                    reason = reason
                );
                return Err(Error::BadModel(message));
            }
        }
    }
    match missing.is_empty() {
        true => Ok(found),
        false => Err(Error::UnsupportedOperators(missing)),
    }
}

/// Whether a symbol names the first axis of an input, so that it is the batch wherever it stands.
fn is_batch(graph: &Graph, symbol: &str) -> bool {
    let types = graph
        .inputs
        .iter()
        .filter_map(|&id| graph.value(id).ty.as_ref());
    let mut first = types.filter_map(|ty| ty.shape.first());
    first.any(|dim| matches!(dim, Dim::Symbol(name) if **name == *symbol))
}

/// The type of an input with every symbol replaced.
fn input_type(graph: &Graph, input: ValueId, options: &Options) -> Result<TensorType> {
    let value = graph.value(input);
    let ty = value
        .ty
        .as_ref()
        .ok_or_else(|| Error::BadModel(message!("error-input-without-shape", name = value.name)))?;
    let mut shape = Vec::with_capacity(ty.rank());
    for (axis, dim) in ty.shape.iter().enumerate() {
        let size = match dim {
            Dim::Known(n) => *n,
            Dim::Symbol(symbol) => match options.sizes.get(&**symbol) {
                Some(&n) => n,
                None if axis == 0 || is_batch(graph, symbol) => options.batch,
                None => {
                    return Err(Error::BadInput(message!(
                        "error-input-axis-open",
                        name = value.name,
                        axis = axis,
                        symbol = symbol
                    )));
                }
            },
        };
        shape.push(Dim::Known(size));
    }
    Ok(TensorType::new(ty.dtype, shape))
}
