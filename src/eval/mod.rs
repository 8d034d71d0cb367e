//! How good a model is on pictures, by their labels and by what its original says of them, and how long it takes.

mod classifier;
mod evaluator;
mod metrics;
mod model_comparison;
mod reference;
mod stopwatch;

pub use classifier::Classifier;
pub use evaluator::{Evaluator, Metrics, evaluate};
pub use metrics::{Measure, Score};
pub use model_comparison::{ComparisonResult, ModelComparison};
pub use reference::{ReferenceLogits, ReferenceRun};
pub use stopwatch::{Clock, measure};
