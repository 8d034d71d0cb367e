//! Pruning: which channels must go together, what is removed, and the smaller model that is left.

mod constants;
pub mod groups;
pub mod repack;
pub mod selfcheck;
