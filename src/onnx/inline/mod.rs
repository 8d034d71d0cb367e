//! What is made of functions, control flow and sequences: nodes of the graph around, wherever the model itself says which.

mod budget;
mod control;
mod functions;
mod resolve;
mod sequences;
mod subgraph;

pub use functions::Functions;
pub use resolve::{resolve, resolved_operators};
