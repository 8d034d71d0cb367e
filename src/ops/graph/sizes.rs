//! A model at sizes that were given in place of its symbols, and the same model at any sizes. Its nodes are those that hold at any: only
//! the types, and the lists of numbers that nodes compute from sizes, are those of the sizes that were given.

use super::fold::fold_at_any_size;
use super::shapes::{Found, infer, infer_at_any_size};
use crate::Result;
use crate::graph::{Dim, Graph, TensorType, ValueId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The longest list that is remembered.
const LONGEST: usize = 64;

impl Graph {
    /// Takes these sizes in place of symbols, where the model is as it was read from its file. An axis of an
    /// input may be called by the input's name and its place as well (`x.2`), so that two axes of one name can have different sizes.
    ///
    /// Fails where shapes contradict each other at these sizes.
    pub fn take_sizes(&mut self, sizes: &BTreeMap<String, usize>) -> Result<()> {
        self.name_axes(sizes);
        for &id in &self.outputs.clone() {
            let output = self.value_mut(id);
            output.stated = output.ty.clone();
        }
        fold_at_any_size(self);
        for value in &mut self.values {
            let (Some(ty), None) = (&mut value.ty, &value.constant) else {
                continue;
            };
            value.stated = Some(match &value.stated {
                Some(stated) => with_symbols(ty, stated),
                None => ty.clone(),
            });
            bind(ty, sizes);
        }
        self.sizes = sizes.clone();
        let found = infer(self)?;
        self.remember(&found);
        Ok(())
    }

    /// Gives the axes of inputs that `sizes` calls by their places names of their own. What else has the name that they had is another
    /// size then.
    fn name_axes(&mut self, sizes: &BTreeMap<String, usize>) {
        let mut shared: BTreeSet<Dim> = BTreeSet::new();
        for id in self.inputs.clone() {
            let value = self.value_mut(id);
            for (axis, dim) in value
                .ty
                .iter_mut()
                .flat_map(|ty| ty.shape.iter_mut().enumerate())
            {
                let place = format!("{}.{axis}", value.name);
                let own = Dim::symbol(&place);
                if dim.known().is_none() && *dim != own && sizes.contains_key(&place) {
                    shared.insert(std::mem::replace(dim, own));
                }
            }
        }
        let ids = (0..self.values.len() as u32).map(ValueId);
        for id in ids
            .filter(|id| !self.inputs.contains(id))
            .collect::<Vec<_>>()
        {
            let value = self.value_mut(id);
            for (axis, dim) in value
                .ty
                .iter_mut()
                .flat_map(|ty| ty.shape.iter_mut().enumerate())
            {
                if shared.contains(dim) {
                    *dim = Dim::symbol(&format!("{}.{axis}", value.name));
                }
            }
        }
    }

    /// Keeps the lists of numbers that nodes come to at the sizes that were given, if any were.
    pub fn remember(&mut self, found: &Found) {
        if self.sizes.is_empty() {
            return;
        }
        for (value, known) in self.values.iter_mut().zip(&found.constants) {
            let list = known.as_ref().filter(|list| list.len() <= LONGEST);
            value.content = list.filter(|_| value.constant.is_none()).map(Arc::clone);
        }
    }

    /// The model at any sizes: its types have the file's symbols, and nothing where no size tells a type. `None` where no sizes were
    /// given, so that the model's own types are those.
    pub fn at_any_size(&self) -> Option<Graph> {
        if self.sizes.is_empty() {
            return None;
        }
        let mut open = self.clone();
        for value in &mut open.values {
            if let (Some(ty), Some(stated)) = (&mut value.ty, &value.stated) {
                *ty = with_symbols(ty, stated);
            }
        }
        infer_at_any_size(&mut open);
        Some(open)
    }
}

/// Puts numbers in place of symbols.
fn bind(ty: &mut TensorType, sizes: &BTreeMap<String, usize>) {
    for dim in &mut ty.shape {
        if let Dim::Symbol(name) = dim
            && let Some(&size) = sizes.get(&**name)
        {
            *dim = Dim::Known(size);
        }
    }
}

/// A type with the symbols that another has in place of numbers.
pub fn with_symbols(ty: &TensorType, stated: &TensorType) -> TensorType {
    if ty.rank() != stated.rank() {
        return ty.clone();
    }
    let dims = ty.shape.iter().zip(&stated.shape);
    let shape = dims.map(|(dim, stated)| match stated {
        Dim::Symbol(_) => stated.clone(),
        Dim::Known(_) => dim.clone(),
    });
    TensorType::new(ty.dtype, shape.collect())
}
