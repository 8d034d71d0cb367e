//! The model as a graph: values (tensors that flow or are stored) and the nodes that make them.

mod classifier;
mod edit;
pub mod fold;
mod model;
mod order;
mod product;
pub mod shapes;
mod types;

pub use model::{Attribute, Graph, Node, Storage, Value, ValueId};
pub use product::Product;
pub use types::{Dim, TensorType};
