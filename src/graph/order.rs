//! The order of nodes: each after those whose outputs it reads.

use super::{Graph, ValueId};
use crate::message::quoted;
use crate::{Error, Result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many nodes of a cycle a message names.
const NAMED: usize = 8;

impl Graph {
    /// The node that makes each value, by the value's place; `None` for inputs and constants.
    pub fn producers(&self) -> Vec<Option<usize>> {
        let mut producers = vec![None; self.values.len()];
        for (n, node) in self.nodes.iter().enumerate() {
            for output in node.outputs.iter().flatten() {
                producers[output.0 as usize] = Some(n);
            }
        }
        producers
    }

    /// Whether each node comes after those whose outputs it reads.
    pub fn is_sorted(&self) -> bool {
        let producers = self.producers();
        let mut nodes = self.nodes.iter().enumerate();
        nodes.all(|(n, node)| {
            let mut reads = node.reads();
            reads.all(|value| producers[value.0 as usize].is_none_or(|made| made < n))
        })
    }

    /// Brings the nodes into an order in which each comes after those whose outputs it reads, changing the given
    /// order no more than needed. Fails on a cycle and names its nodes.
    pub fn sort_nodes(&mut self) -> Result<()> {
        let producers = self.producers();
        let mut waits = vec![0usize; self.nodes.len()];
        let mut readers = vec![Vec::new(); self.nodes.len()];
        for (n, node) in self.nodes.iter().enumerate() {
            for value in node.reads() {
                if let Some(made) = producers[value.0 as usize] {
                    readers[made].push(n);
                    waits[n] += 1;
                }
            }
        }
        let ready = (0..waits.len()).filter(|&n| waits[n] == 0).map(Reverse);
        let mut ready: BinaryHeap<_> = ready.collect();
        let mut place = vec![usize::MAX; waits.len()];
        let mut placed = 0;
        while let Some(Reverse(n)) = ready.pop() {
            place[n] = placed;
            placed += 1;
            for &reader in &readers[n] {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    ready.push(Reverse(reader));
                }
            }
        }
        if placed < place.len() {
            return Err(self.cycle(&producers, &waits));
        }
        let mut nodes: Vec<_> = std::mem::take(&mut self.nodes)
            .into_iter()
            .zip(place)
            .collect();
        nodes.sort_by_key(|(_, place)| *place);
        self.nodes = nodes.into_iter().map(|(node, _)| node).collect();
        Ok(())
    }

    /// The error that names a cycle among the nodes that still wait for others.
    fn cycle(&self, producers: &[Option<usize>], waits: &[usize]) -> Error {
        let waiting_source = |n: usize| {
            let mut made = self.nodes[n]
                .reads()
                .filter_map(|v| producers[v.0 as usize]);
            made.find(|&source| waits[source] > 0)
        };
        let mut seen = vec![false; waits.len()];
        let mut at = waits.iter().position(|&w| w > 0);
        while let Some(n) = at.filter(|&n| !seen[n]) {
            seen[n] = true;
            at = waiting_source(n);
        }
        // `at` has been reached twice: from it, the same walk goes round the cycle once.
        let start = at;
        let mut names = Vec::new();
        while let Some(n) = at {
            names.push(self.node_label(&self.nodes[n]));
            at = waiting_source(n).filter(|&source| Some(source) != start);
        }
        names.reverse();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let nodes = quoted(names);
        Error::BadModel(match more {
            0 => message!("error-cycle", nodes = nodes),
            more => message!("error-long-cycle", nodes = nodes, more = more),
        })
    }
}

impl super::Node {
    /// Every value that the node reads, those of its sub-graphs included.
    pub fn reads(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.inputs.iter().flatten().chain(&self.captures).copied()
    }
}
