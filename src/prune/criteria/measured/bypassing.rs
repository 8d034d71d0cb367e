//! What a criterion does that judges a model without one branch after the other.

use super::BranchScore;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::graph::Graph;
use crate::task::{Progress, Task};

/// How such a criterion begins, with the pictures that it shows.
pub type BeginBranches = fn(&Graph, Box<dyn Dataset>) -> Result<Box<dyn Bypassing>>;

/// A task that finds the score of each branch.
pub trait Bypassing: Task<Event = Progress, Output = Vec<BranchScore>> {}

impl<T: Task<Event = Progress, Output = Vec<BranchScore>>> Bypassing for T {}
