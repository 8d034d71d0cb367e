//! Safe editing: removing what nothing uses.

use super::{Graph, ValueId};

impl Graph {
    /// Drops nodes whose outputs nothing reads, and values that nothing refers to. Values move up to fill the gaps,
    /// so any [`ValueId`] from before is void.
    pub fn drop_unused(&mut self) {
        let mut used = vec![false; self.values.len()];
        let mark = |used: &mut Vec<bool>, id: ValueId| used[id.0 as usize] = true;
        for &id in self.inputs.iter().chain(&self.outputs) {
            mark(&mut used, id);
        }
        let mut live = vec![false; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            live[at] = node.outputs.iter().flatten().any(|id| used[id.0 as usize]);
            if live[at] {
                let touched = node.inputs.iter().chain(&node.outputs).flatten();
                for &id in touched.chain(&node.captures) {
                    mark(&mut used, id);
                }
            }
        }
        let mut live = live.into_iter();
        self.nodes.retain(|_| live.next().unwrap_or(true));
        self.renumber(&used);
    }

    /// Keeps the marked values only.
    fn renumber(&mut self, used: &[bool]) {
        let mut next = 0;
        let moved: Vec<ValueId> = used
            .iter()
            .map(|&used| {
                let id = ValueId(next);
                next += u32::from(used);
                id
            })
            .collect();
        let mut marks = used.iter();
        self.values
            .retain(|_| marks.next().copied().unwrap_or(true));
        let nodes = self.nodes.iter_mut().flat_map(|node| {
            let slots = node.inputs.iter_mut().chain(&mut node.outputs).flatten();
            slots.chain(&mut node.captures)
        });
        let ends = self.inputs.iter_mut().chain(&mut self.outputs);
        for id in nodes.chain(ends) {
            *id = moved[id.0 as usize];
        }
    }
}
