//! What a model costs, layer by layer and in all: parameters, multiply-adds, activation memory, bytes.

mod model;
mod retained;
mod uncounted;

pub use model::{CostModel, Layer, LayerCost, Lengths, ModelCost, Totals, model_cost};
pub use retained::Retained;
pub use uncounted::{Uncounted, uncounted, warning as uncounted_warning};
