//! What brings a pruned model back to what the original could.

mod exam;
pub mod inner;
mod job;
mod line;
mod pace;
mod parts;
mod portion;
mod recalibrate;
mod reconstruct;
mod round;
mod scoring;
mod sensitivity;
mod shown;
mod stages;
mod stopwatch;
mod sweep;
mod teacher;
mod team;
mod training;
mod trial;

pub use exam::{Answers, Exam, Quality, examine, examine_by};
pub use inner::STAGES;
pub use job::{Advance, Job, Method, Plan, Recovered};
pub use line::{Line, State};
pub use pace::{Pace, polynomial};
pub use parts::Parts;
pub use recalibrate::recalibrate;
pub use reconstruct::{Rebuilt, Reconstruction};
pub use sensitivity::{Curve, Curves, LEVELS, Probed, Sensitivity, guide};
pub use stages::{Aim, Stage, Tried};
pub use stopwatch::{Clock, measure};
pub use sweep::{Sweep, Swept};
pub use team::Team;
pub use training::{Lessons, Part, Recovery};
pub use trial::{Tested, Trial};
