//! What brings a pruned model back to what the original could.

mod best;
mod data_parallel;
pub mod features;
mod logit_cache;
mod plan;
mod recalibrate;
mod reconstruct;
mod replica;
mod run;
mod teacher;

pub use data_parallel::DataParallelGroup;
pub use features::{STAGES, UnmatchedFeatures};
pub use plan::{Chosen, Method, Plan};
pub use recalibrate::{Recalibration, recalibrate};
pub use reconstruct::{Fitted, ReconstructedLayer, Reconstruction};
pub use replica::{Replica, Shard, TrainingData};
pub use run::{Advance, Recovered, RecoveryRun};
