//! Judging classifiers: what their outputs say, how good they are on pictures, by their labels and by what their original
//! says of them, how two of them differ, and how long they take.

mod classifier;
mod comparison;
mod evaluator;
mod latency;
mod metrics;
mod model_comparison;
mod prediction;
mod reference;
mod stopwatch;

pub use classifier::Classifier;
pub use comparison::{Comparison, Difference, Summary, compare, difference, summarize};
pub use evaluator::{Evaluation, Evaluator, evaluate};
pub use latency::{Timing, timing};
pub use metrics::{Measure, Metrics, Score};
pub use model_comparison::{Compared, ComparisonResult, ModelComparison};
pub use prediction::{ClassProbability, logits, top};
pub use reference::{ReferenceLogits, ReferenceRun};
pub use stopwatch::measure;
