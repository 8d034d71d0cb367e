//! Going on from a step in the middle, where what the steps before it made was kept.

use super::Tape;
use crate::graph::ValueId;
use std::collections::BTreeSet;

impl Tape {
    /// What steps before this one make and it or later ones read, in the order of the values.
    pub fn read_from(&self, step: usize) -> Vec<ValueId> {
        let values = |at: &[Option<usize>]| at.iter().flatten().copied().collect::<Vec<usize>>();
        let (before, after) = self.steps.split_at(step);
        let made: BTreeSet<usize> = before.iter().flat_map(|s| values(&s.outputs)).collect();
        let read: BTreeSet<usize> = after.iter().flat_map(|s| values(&s.inputs)).collect();
        let both = made.intersection(&read);
        both.map(|&at| ValueId(at as u32)).collect()
    }

    /// Takes in the numbers of a computed value, as many as [`Tape::length`] tells.
    pub fn put(&mut self, value: ValueId, numbers: Vec<f32>) {
        self.values[value.0 as usize] = numbers;
    }

    /// The most numbers that a step reads and makes.
    pub fn widest(&self) -> usize {
        let numbers = |step: &super::Step| {
            let read = step.inputs.iter().flatten();
            let read: usize = read.map(|&at| self.length(ValueId(at as u32))).sum();
            read + step.lengths.iter().sum::<usize>()
        };
        self.steps.iter().map(numbers).max().unwrap_or(0)
    }
}
