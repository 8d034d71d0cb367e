//! Control flow and sequences whose course is known when the model is opened: what they do takes their place.

use super::budget::Budget;
use super::{control, sequences};
use crate::Result;
use crate::graph::Graph;
use crate::ops::graph::fold::fold;

/// Sub-graphs in sub-graphs, and what is known only once others are inlined: deeper than any exporter goes.
const MOST_PASSES: usize = 16;

/// The operators of the standard that are replaced by others where their course is known.
pub fn resolved_operators() -> impl Iterator<Item = &'static str> {
    control::OPERATORS.into_iter().chain(sequences::operators())
}

/// Inlines each `If` whose condition is known, unrolls each `Loop` and `Scan` whose count is known, and writes operators on
/// sequences whose content is known as operators on tensors. Everything else stays as it is.
///
/// Fails where what is inlined contradicts the rest.
pub fn resolve(graph: &mut Graph) -> Result<()> {
    let mut budget = Budget::default();
    for _ in 0..MOST_PASSES {
        let inlined = control::inline(graph, &mut budget)?;
        let spelled = sequences::spell_out(graph, &mut budget);
        if !inlined && !spelled {
            break;
        }
        fold(graph)?;
    }
    Ok(())
}
