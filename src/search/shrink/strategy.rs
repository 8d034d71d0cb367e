//! Strategies: which cuts follow one another, and how far each goes.

use crate::error::Result;
use crate::message::Message;
use crate::recipe::{Granularity, Recipe, Target};
use crate::search::target_scale::TargetScale;
use serde::Serialize;

/// What a model loses, and by which criteria it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Strategy {
    /// Branches alone.
    Branches,
    /// Branches first, and channels for the greater part.
    MostlyChannels,
    /// As many branches as do not save more than is asked for, and channels for what is left.
    MostlyBranches,
    /// Channels alone.
    Channels,
}

/// One cut of a strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stage {
    granularity: Granularity,
    criterion: &'static str,
    /// The share of the original that is to be left after it.
    pub kept: f64,
    /// Whether no less than that is to be left: branches go whole, and channels can do the rest.
    pub stops_short: bool,
}

/// The criteria: both go by what the model answers to the photos.
const FOR_CHANNELS: &str = "fisher";
const FOR_BRANCHES: &str = "divergence";
/// The share of what goes that branches have where channels have the greater part.
const LESSER: f64 = 1.0 / 3.0;

impl Strategy {
    /// What can be tried, the simplest first: without branches, nothing but channels.
    pub(super) fn all(has_branches: bool) -> Vec<Strategy> {
        match has_branches {
            true => vec![
                Strategy::Branches,
                Strategy::Channels,
                Strategy::MostlyBranches,
                Strategy::MostlyChannels,
            ],
            false => vec![Strategy::Channels],
        }
    }

    /// The cuts that leave the share `kept` of the original, one after the other.
    pub(super) fn stages(self, kept: f64) -> Vec<Stage> {
        let branches = |kept: f64, stops_short: bool| Stage {
            granularity: Granularity::Branch,
            criterion: FOR_BRANCHES,
            kept,
            stops_short,
        };
        let channels = Stage {
            granularity: Granularity::Channel,
            criterion: FOR_CHANNELS,
            kept,
            stops_short: false,
        };
        match self {
            Strategy::Branches => vec![branches(kept, false)],
            Strategy::MostlyChannels => {
                vec![branches(1.0 - LESSER * (1.0 - kept), false), channels]
            }
            Strategy::MostlyBranches => vec![branches(kept, true), channels],
            Strategy::Channels => vec![channels],
        }
    }

    /// What it is called.
    pub fn name(self) -> Message {
        match self {
            Strategy::Branches => message!("strategy-branches"),
            Strategy::MostlyChannels => message!("strategy-mostly-channels"),
            Strategy::MostlyBranches => message!("strategy-mostly-branches"),
            Strategy::Channels => message!("strategy-channels"),
        }
    }
}

impl Stage {
    /// The recipe that keeps the share `kept` of the original, for a model that has the share `left` of it; `target` says of what.
    pub fn recipe(&self, target: Target, kept: f64, left: f64, seed: u32) -> Result<Recipe> {
        let recipe = Recipe {
            seed,
            ..Recipe::new(self.criterion, self.granularity, target)
        };
        Ok(TargetScale::new(&recipe)?.recipe(kept, left))
    }
}
