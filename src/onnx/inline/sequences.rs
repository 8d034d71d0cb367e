//! Sequences and optional values whose content is known: what is done with them, as operators on tensors.

use super::budget::Budget;
use crate::graph::{Attribute, Graph, Node, Storage, Value, ValueId};
use crate::onnx::names::{Names, short};
use crate::tensor::{DType, Tensor};
use std::collections::BTreeMap;

/// Elements that a sequence may have.
const MOST_ELEMENTS: usize = 128;

/// What makes sequences and optional values.
const MAKERS: [&str; 6] = [
    "Optional",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SplitToSequence",
];

/// What reads them and makes tensors.
const USES: [&str; 5] = [
    "ConcatFromSequence",
    "OptionalGetElement",
    "OptionalHasElement",
    "SequenceAt",
    "SequenceLength",
];

/// The operators on sequences and optional values.
pub fn operators() -> impl Iterator<Item = &'static str> {
    MAKERS.into_iter().chain(USES)
}

/// Replaces what reads sequences of a known content, and says whether there was any. The nodes that make the sequences stay, for whoever
/// still reads them.
pub fn spell_out(graph: &mut Graph, budget: &mut Budget) -> bool {
    let is_use = |node: &Node| node.domain.is_empty() && USES.contains(&&*node.op_type);
    if !graph.nodes.iter().any(is_use) {
        return false;
    }
    let nodes = std::mem::take(&mut graph.nodes);
    let mut speller = Speller {
        names: Names::of(graph),
        graph,
        budget,
        sequences: BTreeMap::new(),
        optionals: BTreeMap::new(),
        pieces: BTreeMap::new(),
        made: Vec::with_capacity(nodes.len()),
    };
    let mut changed = false;
    for node in nodes {
        if is_use(&node) && speller.replace(&node).is_some() {
            changed = true;
            continue;
        }
        let makes = MAKERS.contains(&&*node.op_type) || node.op_type == "Identity";
        if node.domain.is_empty() && makes {
            let _unknown = speller.follow(&node);
        }
        speller.made.push(node);
    }
    let made = speller.made;
    graph.nodes = made;
    changed
}

/// What stands at a place of a sequence.
#[derive(Clone, Copy)]
enum Element {
    Whole(ValueId),
    /// A piece of what this `SplitToSequence`, by its output, splits.
    Piece(ValueId, usize),
}

/// How a `SplitToSequence` splits.
struct Cut {
    data: ValueId,
    axis: usize,
    /// Lengths of the pieces.
    lengths: Vec<i64>,
    /// Whether pieces, which are then of length 1, lose the axis.
    squeezed: bool,
    /// The values that the pieces are, once something asks for one.
    values: Option<Vec<ValueId>>,
}

struct Speller<'a> {
    graph: &'a mut Graph,
    names: Names,
    budget: &'a mut Budget,
    sequences: BTreeMap<ValueId, Vec<Element>>,
    /// What is in each optional value.
    optionals: BTreeMap<ValueId, Option<ValueId>>,
    pieces: BTreeMap<ValueId, Cut>,
    made: Vec<Node>,
}

impl Speller<'_> {
    /// Notes what a node makes. `None` where that is not known.
    fn follow(&mut self, node: &Node) -> Option<()> {
        let output = node.output(0)?;
        if node.op_type == "Optional" {
            self.optionals.insert(output, node.input(0));
            return Some(());
        }
        let sequence = match node.op_type.as_str() {
            "SequenceEmpty" => Vec::new(),
            "SequenceConstruct" => {
                let inputs = node.inputs.iter();
                inputs
                    .map(|id| id.map(Element::Whole))
                    .collect::<Option<_>>()?
            }
            "SequenceInsert" => {
                let mut sequence = self.sequences.get(&node.input(0)?)?.clone();
                let length = sequence.len();
                let at = match node.input(2) {
                    Some(_) => place(self.number(node, 2)?, length + 1, length)?,
                    None => length,
                };
                sequence.insert(at, Element::Whole(node.input(1)?));
                sequence
            }
            "SequenceErase" => {
                let mut sequence = self.sequences.get(&node.input(0)?)?.clone();
                let length = sequence.len();
                let at = match node.input(1) {
                    Some(_) => place(self.number(node, 1)?, length, length)?,
                    None => length.checked_sub(1)?,
                };
                sequence.remove(at);
                sequence
            }
            "SplitToSequence" => self.split(node)?,
            _ => self.sequences.get(&node.input(0)?)?.clone(),
        };
        if sequence.len() <= MOST_ELEMENTS {
            self.sequences.insert(output, sequence);
        }
        Some(())
    }

    fn split(&mut self, node: &Node) -> Option<Vec<Element>> {
        let (data, output) = (node.input(0)?, node.output(0)?);
        let ty = self.graph.value(data).ty.as_ref()?;
        let axis = place(node.int("axis").unwrap_or(0), ty.rank(), ty.rank())?;
        let length = ty.shape[axis].known();
        let sizes = match node.input(1) {
            Some(id) => Some(self.graph.constant(id)?),
            None => None,
        };
        let lengths = match sizes {
            Some(sizes) if sizes.shape().len() == 1 => sizes.integers()?,
            sizes => {
                let each = match sizes {
                    Some(sizes) => *sizes.integers()?.first()?,
                    None => 1,
                };
                let each = usize::try_from(each).ok().filter(|&each| each > 0)?;
                let length = length?;
                if length.div_ceil(each) > MOST_ELEMENTS {
                    return None;
                }
                let begins = (0..length).step_by(each);
                begins.map(|at| each.min(length - at) as i64).collect()
            }
        };
        if lengths.is_empty() || lengths.len() > MOST_ELEMENTS {
            return None;
        }
        let sequence = (0..lengths.len()).map(|at| Element::Piece(output, at));
        let sequence = sequence.collect();
        let cut = Cut {
            data,
            axis,
            lengths,
            squeezed: sizes.is_none() && node.int("keepdims") == Some(0),
            values: None,
        };
        self.pieces.insert(output, cut);
        Some(sequence)
    }

    /// Makes nodes in place of one that reads a sequence or an optional value. `None` where its content is not known.
    fn replace(&mut self, node: &Node) -> Option<()> {
        let output = node.output(0)?;
        match node.op_type.as_str() {
            "OptionalHasElement" => {
                let there = match node.input(0) {
                    None => false,
                    Some(id) => match self.optionals.get(&id) {
                        Some(inside) => inside.is_some(),
                        // A tensor, which is always there.
                        None => {
                            self.graph.value(id).ty.is_some() || self.sequences.contains_key(&id)
                        }
                        .then_some(true)?,
                    },
                };
                let there = Tensor::from_i64(&[], vec![there.into()]).cast(DType::Bool)?;
                self.constant_output(there, output)
            }
            "OptionalGetElement" => {
                let id = node.input(0)?;
                let inside = match self.optionals.get(&id) {
                    Some(inside) => (*inside)?,
                    None => self.graph.value(id).ty.as_ref().map(|_| id)?,
                };
                if let Some(sequence) = self.sequences.get(&inside).cloned() {
                    self.sequences.insert(output, sequence);
                }
                self.push("Identity", &[inside], output, &[]);
                Some(())
            }
            "SequenceLength" => {
                let length = self.sequences.get(&node.input(0)?)?.len();
                self.constant_output(Tensor::from_i64(&[], vec![length as i64]), output)
            }
            "SequenceAt" => {
                let sequence = self.sequences.get(&node.input(0)?)?;
                let at = place(self.number(node, 1)?, sequence.len(), sequence.len())?;
                let element = sequence[at];
                let value = self.value(element)?;
                self.push("Identity", &[value], output, &[]);
                Some(())
            }
            _ => self.concat(node, output),
        }
    }

    fn concat(&mut self, node: &Node, output: ValueId) -> Option<()> {
        let sequence = self.sequences.get(&node.input(0)?)?.clone();
        let axis = node.int("axis")?;
        let mut parts = Vec::with_capacity(sequence.len());
        for element in sequence {
            let mut value = self.value(element)?;
            if node.int("new_axis").unwrap_or(0) != 0 {
                let base = format!("{}.part", short(&self.graph.value(output).name));
                let part = self.add(&base);
                self.with_axes("Unsqueeze", value, axis, part)?;
                value = part;
            }
            parts.push(value);
        }
        if parts.is_empty() {
            return None;
        }
        let axis = ("axis", Attribute::Int(axis));
        self.push("Concat", &parts, output, &[axis]);
        Some(())
    }

    /// The value that an element is.
    fn value(&mut self, element: Element) -> Option<ValueId> {
        let (split, at) = match element {
            Element::Whole(id) => return Some(id),
            Element::Piece(split, at) => (split, at),
        };
        let cut = self.pieces.get(&split)?;
        if let Some(values) = &cut.values {
            return Some(values[at]);
        }
        let (data, axis, squeezed) = (cut.data, cut.axis as i64, cut.squeezed);
        let lengths = cut.lengths.clone();
        self.budget.nodes = self.budget.nodes.checked_sub(2 * lengths.len())?;
        let base = short(&self.graph.value(split).name).to_string();
        let pieces: Vec<ValueId> = (0..lengths.len())
            .map(|at| self.add(&format!("{base}.{at}")))
            .collect();
        let outputs = pieces.iter().copied().map(Some).collect();
        let axis_attribute = ("axis", Attribute::Int(axis));
        if self.graph.opset() < 13 {
            let lengths = ("split", Attribute::Ints(lengths));
            self.node("Split", vec![data], outputs, &[axis_attribute, lengths]);
        } else {
            let sizes = Tensor::from_i64(&[lengths.len()], lengths);
            let sizes = self.stored(&format!("{base}.sizes"), sizes);
            self.node("Split", vec![data, sizes], outputs, &[axis_attribute]);
        }
        let mut values = pieces;
        if squeezed {
            for value in &mut values {
                let whole = *value;
                *value = self.add(&format!("{}.element", short(&self.graph.value(whole).name)));
                self.with_axes("Squeeze", whole, axis, *value)?;
            }
        }
        let value = values[at];
        self.pieces.get_mut(&split)?.values = Some(values);
        Some(value)
    }

    /// `Squeeze` or `Unsqueeze` at one axis, as this version of the operator set does it.
    fn with_axes(
        &mut self,
        operator: &str,
        input: ValueId,
        axis: i64,
        output: ValueId,
    ) -> Option<()> {
        self.budget.nodes = self.budget.nodes.checked_sub(1)?;
        if self.graph.opset() < 13 {
            let axes = ("axes", Attribute::Ints(vec![axis]));
            self.push(operator, &[input], output, &[axes]);
        } else {
            let base = format!("{}.axes", short(&self.graph.value(output).name));
            let axes = self.stored(&base, Tensor::from_i64(&[1], vec![axis]));
            self.push(operator, &[input, axes], output, &[]);
        }
        Some(())
    }

    /// Hands a stored tensor on as what a node gave.
    fn constant_output(&mut self, tensor: Tensor, output: ValueId) -> Option<()> {
        let base = format!("{}.value", short(&self.graph.value(output).name));
        let stored = self.stored(&base, tensor);
        self.push("Identity", &[stored], output, &[]);
        Some(())
    }

    fn number(&self, node: &Node, input: usize) -> Option<i64> {
        let tensor = self.graph.constant(node.input(input)?)?;
        match tensor.integers()?[..] {
            [number] => Some(number),
            _ => None,
        }
    }

    fn add(&mut self, base: &str) -> ValueId {
        let id = ValueId(self.graph.values.len() as u32);
        self.graph.values.push(Value {
            name: self.names.fresh(base),
            ty: None,
            constant: None,
            storage: Storage::Plain,
            stated: None,
            content: None,
        });
        id
    }

    fn stored(&mut self, base: &str, tensor: Tensor) -> ValueId {
        let id = self.add(base);
        self.graph.set_constant(id, tensor);
        id
    }

    fn push(
        &mut self,
        operator: &str,
        inputs: &[ValueId],
        output: ValueId,
        with: &[(&str, Attribute)],
    ) {
        self.node(operator, inputs.to_vec(), vec![Some(output)], with);
    }

    fn node(
        &mut self,
        operator: &str,
        inputs: Vec<ValueId>,
        outputs: Vec<Option<ValueId>>,
        attributes: &[(&str, Attribute)],
    ) {
        let first = outputs.iter().flatten().next();
        let name = first.map_or("", |&id| self.graph.value(id).name.as_str());
        self.made.push(Node {
            name: format!("{}.{operator}", short(name)),
            domain: String::new(),
            op_type: operator.into(),
            inputs: inputs.into_iter().map(Some).collect(),
            outputs,
            attributes: attributes
                .iter()
                .map(|(name, attribute)| ((*name).to_string(), attribute.clone()))
                .collect(),
            captures: Vec::new(),
        });
    }
}

/// A place counted from the front, of one that may be counted from the back of `length` elements.
fn place(number: i64, places: usize, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if number < 0 { number + length } else { number };
    usize::try_from(at).ok().filter(|&at| at < places)
}
