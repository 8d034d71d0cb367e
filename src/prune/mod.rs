//! Pruning: what matters, which channels must go together, what is removed, and the smaller model that is left.

pub mod allocate;
pub mod anatomy;
mod around;
mod constants;
pub mod cut;
pub mod elsewhere;
pub mod groups;
pub mod lineage;
pub mod mask;
pub mod repack;
pub mod score;
pub mod selfcheck;
pub mod session;
