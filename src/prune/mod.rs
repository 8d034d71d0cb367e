//! Pruning: what matters, which channels must go together, what is removed, and the smaller model that is left.

pub mod allocate;
pub mod branches;
pub mod check;
mod constants;
pub mod criteria;
pub mod cut;
pub mod external_check;
mod flow;
pub mod groups;
pub mod lineage;
pub mod mask;
pub mod model_info;
mod partial_check;
pub mod repack;
pub mod session;
mod smallest_input;
