//! Simplifying a model once it is loaded.

use super::Graph;
use crate::Result;

/// Simplifies.
pub fn fold(graph: &mut Graph) -> Result<()> {
    graph.drop_unused();
    Ok(())
}
