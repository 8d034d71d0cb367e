//! The model as a graph: values (tensors that flow or are stored) and the nodes that make them. It knows no operator: what
//! follows for a graph from what its operators say is in [`ops::graph`](crate::ops).

mod edit;
mod model;
mod order;
mod types;

pub use model::{Attribute, Graph, Node, Storage, Value, ValueId};
pub use types::{Dim, Product, TensorType};
