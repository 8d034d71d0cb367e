//! How far a model can be cut: searches to an accepted loss, cuts of many sizes, and what each layer alone can bear.

mod budget_search;
mod cut_scores;
mod preparation;
mod sensitivity;
mod shrink;
mod sweep;
mod target_scale;

pub use budget_search::{
    BudgetSearch, Candidate, CandidateModel, PruningSchedule, SearchEvent, SearchGoal,
};
pub use budget_search::{SearchRun, SearchRunEvent, State, polynomial};
pub use cut_scores::{cut_scores, measure};
pub use sensitivity::{
    Curve, Curves, Findings, LEVELS, MOST_JUDGED, Sensitivity, SensitivityPoint, guide,
};
pub use shrink::{Attempted, Shrink, ShrinkEvent, ShrinkGoal, ShrinkStep, Shrunk, Strategy, Tried};
pub use sweep::{Sweep, SweepEvent, SweepPoint, SweepPoints};
