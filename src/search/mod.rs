//! How far a model can be cut: searches to an accepted loss, cuts of many sizes, and what each layer alone can bear.

mod budget_search;
mod curves;
mod cut_scores;
mod event;
mod guide;
mod preparation;
mod run;
mod schedule;
mod sensitivity;
mod state;
mod sweep;
mod target_scale;

pub use budget_search::BudgetSearch;
pub use curves::{Curve, Curves, SensitivityPoint};
pub use cut_scores::{cut_scores, measure};
pub use event::{Candidate, SearchEvent, SearchGoal};
pub use guide::guide;
pub use run::{CandidateModel, SearchRun, SearchRunEvent};
pub use schedule::{PruningSchedule, polynomial};
pub use sensitivity::{Findings, LEVELS, MOST_JUDGED, Sensitivity};
pub use state::State;
pub use sweep::{Sweep, SweepEvent, SweepPoint, SweepPoints};
