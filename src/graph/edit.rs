//! Safe editing: adding, replacing and removing values and nodes.

use super::{Graph, TensorType, Value, ValueId};
use crate::tensor::Tensor;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Graph {
    /// A name that no value has yet: `base`, or `base` and a number.
    pub fn unique_name(&self, base: &str) -> String {
        let taken: BTreeSet<&str> = self.values.iter().map(|v| v.name.as_str()).collect();
        let numbered = (1..).map(|n| format!("{base}_{n}"));
        std::iter::once(base.to_string())
            .chain(numbered)
            .find(|name| !name.is_empty() && !taken.contains(name.as_str()))
            .expect("there are more numbers than values")
    }

    /// A new value that some node is going to make.
    pub fn add_value(&mut self, base: &str, ty: Option<TensorType>) -> ValueId {
        let id = ValueId(self.values.len() as u32);
        self.values.push(Value {
            name: self.unique_name(base),
            ty,
            ..Value::default()
        });
        id
    }

    /// A new stored tensor.
    pub fn add_constant(&mut self, base: &str, tensor: Tensor) -> ValueId {
        let id = self.add_value(base, None);
        self.set_constant(id, tensor);
        id
    }

    /// Gives a value a stored tensor, in place of the one it had or of the node that made it.
    pub fn set_constant(&mut self, id: ValueId, tensor: Tensor) {
        let value = self.value_mut(id);
        value.ty = Some(TensorType::of(&tensor));
        value.constant = Some(Arc::new(tensor));
    }

    /// A stored tensor to write into. One that other models share is copied first.
    pub fn constant_mut(&mut self, id: ValueId) -> Option<&mut Tensor> {
        self.value_mut(id).constant.as_mut().map(Arc::make_mut)
    }

    /// Makes every node that reads `from` read `to`. The model's outputs keep theirs, and so do sub-graphs, which
    /// read by name.
    pub fn replace_uses(&mut self, from: ValueId, to: ValueId) {
        let inputs = self.nodes.iter_mut().flat_map(|node| &mut node.inputs);
        for input in inputs.filter(|input| **input == Some(from)) {
            *input = Some(to);
        }
    }

    /// The nodes that read each value, by the value's place. A node that reads it twice is there once.
    pub fn readers(&self) -> Vec<Vec<usize>> {
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); self.values.len()];
        for (n, node) in self.nodes.iter().enumerate() {
            for value in node.reads() {
                let nodes = &mut readers[value.0 as usize];
                if nodes.last() != Some(&n) {
                    nodes.push(n);
                }
            }
        }
        readers
    }

    /// Removes the nodes that no output needs, then the values that nothing names any more. Ids change.
    pub fn drop_unused(&mut self) {
        let mut needed = vec![false; self.values.len()];
        for output in &self.outputs {
            needed[output.0 as usize] = true;
        }
        let mut keep = vec![false; self.nodes.len()];
        for (n, node) in self.nodes.iter().enumerate().rev() {
            let mut outputs = node.outputs.iter().flatten();
            keep[n] = outputs.any(|id| needed[id.0 as usize]);
            if keep[n] {
                for value in node.reads() {
                    needed[value.0 as usize] = true;
                }
            }
        }
        let mut keep = keep.into_iter();
        self.nodes.retain(|_| keep.next().unwrap_or(false));
        self.remove_unused_values();
    }

    /// Removes the values that no node, input or output names. Ids change.
    pub fn remove_unused_values(&mut self) {
        let mut used = vec![false; self.values.len()];
        let ends = self.inputs.iter().chain(&self.outputs).copied();
        let outputs = self
            .nodes
            .iter()
            .flat_map(|n| n.outputs.iter().flatten().copied());
        let reads = self.nodes.iter().flat_map(|n| n.reads());
        for id in ends.chain(outputs).chain(reads) {
            used[id.0 as usize] = true;
        }
        let mut next = 0;
        let new_ids: Vec<ValueId> = used
            .iter()
            .map(|&used| {
                let id = ValueId(next);
                next += u32::from(used);
                id
            })
            .collect();
        let mut used = used.into_iter();
        self.values.retain(|_| used.next().unwrap_or(false));
        let renumber = |id: &mut ValueId| *id = new_ids[id.0 as usize];
        self.inputs
            .iter_mut()
            .chain(&mut self.outputs)
            .for_each(renumber);
        for node in &mut self.nodes {
            let named = node.inputs.iter_mut().chain(&mut node.outputs).flatten();
            named.chain(&mut node.captures).for_each(renumber);
        }
    }
}
