//! How far a model can be cut: searches to an accepted loss, cuts of many sizes, and what each layer alone can bear.

mod budget_search;
mod cut_scores;
mod event;
mod guide;
mod layer_probe;
mod preparation;
mod round;
mod schedule;
mod scoring;
mod sensitivity;
mod state;
mod sweep;
mod target_scale;

pub use budget_search::BudgetSearch;
pub use cut_scores::cut_scores;
pub use event::{Candidate, SearchEvent, SearchGoal};
pub use guide::guide;
pub use layer_probe::LayerProbe;
pub use preparation::{Found, Preparation, Preparing};
pub use schedule::{PruningSchedule, polynomial};
pub use sensitivity::{Curve, Curves, LEVELS, MOST_JUDGED, Sensitivity, SensitivityPoint};
pub use state::State;
pub use sweep::{SizeProbe, Sweep, SweepPoint};
