//! What a model costs, layer by layer and in all: parameters, multiply-adds, activation memory, bytes.

mod model;
mod retained;

pub use model::{CostModel, Layer, LayerCost, Lengths, ModelCost, Totals, model_cost};
pub use retained::Retained;
