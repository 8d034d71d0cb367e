//! What brings a pruned model back to what the original could.

mod data_parallel;
mod event;
pub mod features;
mod keep_best;
mod logit_cache;
mod mixup;
mod plan;
mod range_test;
mod recalibrate;
mod reconstruct;
mod recovered;
mod recovery;
mod replica;
mod run;
mod teacher;
mod training;

pub use data_parallel::DataParallelGroup;
pub use event::{Event, Judged, Learning, Warning};
pub use features::{STAGES, UnmatchedFeatures};
pub use keep_best::{Judge, KeepBest, RECOVERY_KEY};
pub use plan::{Method, Plan};
pub use recalibrate::{Recalibration, recalibrate};
pub use reconstruct::{Fitted, ReconstructedLayer, Reconstruction};
pub use recovered::Recovered;
pub use recovery::{Recovery, Replicas};
pub use replica::{Replica, Shard, TrainingData};
pub use run::{Subject, keep_best, recover, recover_and_test};
pub use training::Training;
