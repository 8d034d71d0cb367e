//! What brings a pruned model back to what the original could.

mod exam;
mod job;
mod line;
mod parts;
mod recalibrate;
mod reconstruct;
mod shown;
mod training;

pub use exam::{Exam, Quality, examine};
pub use job::{Advance, Job, Method, Plan, Recovered};
pub use line::{Line, Stage, Tried};
pub use parts::Parts;
pub use recalibrate::recalibrate;
pub use reconstruct::{Rebuilt, Reconstruction};
pub use training::{Lessons, Recovery};
