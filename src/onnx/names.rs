//! Names that nothing in a graph has yet.

use crate::graph::Graph;
use std::collections::BTreeSet;

/// The names of a graph's values.
pub struct Names(BTreeSet<String>);

impl Names {
    /// The names that the graph's values have.
    pub fn of(graph: &Graph) -> Self {
        Names(graph.values.iter().map(|v| v.name.clone()).collect())
    }

    /// `base`, or `base` and a number, which is taken from now on.
    pub fn fresh(&mut self, base: &str) -> String {
        let mut name = base.to_string();
        let mut n = 1;
        while !self.0.insert(name.clone()) {
            name = format!("{base}_{n}");
            n += 1;
        }
        name
    }
}

/// The beginning of a name, to begin others with: they must not grow with it.
pub fn short(name: &str) -> &str {
    const MOST: usize = 64;
    let end = (0..=MOST.min(name.len()))
        .rev()
        .find(|&end| name.is_char_boundary(end));
    &name[..end.unwrap_or(0)]
}
