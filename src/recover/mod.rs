//! What brings a pruned model back to what the original could.

mod exam;
pub mod inner;
mod job;
mod line;
mod recalibrate;
mod reconstruct;
mod shown;
mod team;
mod training;

pub use exam::{Exam, Quality, examine};
pub use job::{Advance, Job, Method, Plan, Recovered};
pub use line::{Line, Stage, Tried};
pub use recalibrate::recalibrate;
pub use reconstruct::{Rebuilt, Reconstruction};
pub use team::Team;
pub use training::{Lessons, Part, Recovery};
