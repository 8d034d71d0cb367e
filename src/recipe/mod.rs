//! The recipe: one small JSON document that says how a model is cut. `docs/recipe.md` describes it for its users,
//! `docs/recipe.schema.json` for their tools.

mod parse;

pub use parse::{did_you_mean, suggest};

use crate::message::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A whole recipe. What the document leaves out has been filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(hashmap_as_object))]
pub struct Recipe {
    /// How the worth of a weight or channel is judged: the name of a criterion.
    #[serde(default = "default_criterion")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub criterion: String,
    /// What is removed at a time.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub granularity: Granularity,
    /// Rows and columns of a block, where blocks of weights are removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "[number, number]"))]
    pub block: Option<[usize; 2]>,
    /// How what is to be removed is shared out between the layers.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub allocation: Allocation,
    /// Where to stop. May be left out where it follows: with N:M, and where every layer is set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "{ sparsity?: number; parameters?: number; macs?: number; bytes?: number }")
    )]
    pub target: Option<Target>,
    /// Share to remove by layer name (0 to 1). With the allocation "manual" it says all; otherwise these layers are
    /// set apart from the rest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "Record<string, number>")
    )]
    pub layers: BTreeMap<String, f64>,
    /// Names of layers that are not touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub protect: Vec<String>,
    /// How the scores of the slices, or of the weights of a block, that go together become one.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub reduction: Reduction,
    /// At least this many channels stay in every layer.
    #[serde(default = "one")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub floor: usize,
    /// The channels that stay are rounded up to a multiple of this, as far as there are any.
    #[serde(default = "one")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub round_to: usize,
    /// At most this share of a layer is removed; where nothing is said, [`Recipe::most_of_a_layer`] tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub max_sparsity: Option<f64>,
    /// What random choices start from.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub seed: u32,
}

/// What is removed at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Granularity {
    /// Single weights.
    Weight,
    /// At most `n` of each `m` neighboring weights stay.
    NM { n: usize, m: usize },
    /// Blocks of weights.
    Block,
    /// Whole channels, with everything that hangs on them.
    #[default]
    Channel,
    /// Whole branches, such as the layers between the two ends of a residual connection.
    Branch,
}

impl Granularity {
    /// Whether what is removed leaves the file: single weights stay in it as zeros.
    pub fn leaves_the_file(self) -> bool {
        matches!(self, Granularity::Channel | Granularity::Branch)
    }
}

/// How what is to be removed is shared out between the layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Allocation {
    /// The same share of every layer.
    Uniform,
    /// The least of all layers ranked together.
    #[default]
    Global,
    /// The shares that `layers` gives, by hand.
    Manual,
}

/// How the scores of the slices that go together become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Reduction {
    #[default]
    Mean,
    Sum,
    Max,
}

/// Where to stop: `sparsity` is the share removed, the others the share kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Sparsity(f64),
    Parameters(f64),
    Macs(f64),
    Bytes(f64),
}

fn default_criterion() -> String {
    "l2".into()
}

fn one() -> usize {
    1
}

/// What may go of a layer where the recipe does not say. A layer of a few channels is a bottleneck long before one of a few
/// weights is, and with the same limit for both, 95 % of all weights would have to be 95 % of each layer.
const MOST_CHANNELS: f64 = 0.95;
const MOST_WEIGHTS: f64 = 0.99;

impl Recipe {
    /// A recipe with the defaults for all else.
    pub fn new(criterion: &str, granularity: Granularity, target: Target) -> Self {
        Recipe {
            criterion: criterion.into(),
            granularity,
            block: None,
            allocation: Allocation::default(),
            target: Some(target),
            layers: BTreeMap::new(),
            protect: Vec::new(),
            reduction: Reduction::default(),
            floor: one(),
            round_to: one(),
            max_sparsity: None,
            seed: 0,
        }
    }

    /// The same without floor, rounding, most share and protected layers.
    pub fn without_limits(&self) -> Recipe {
        Recipe {
            protect: Vec::new(),
            layers: Default::default(),
            floor: 1,
            round_to: 1,
            max_sparsity: Some(1.0),
            ..self.clone()
        }
    }

    /// Whether it asks for anything to go: not without a target, or with one that all of the model meets.
    pub fn asks_for_less(&self) -> bool {
        let by_hand = self.layers.values().any(|&share| share > 0.0);
        match (self.granularity, self.allocation, self.target) {
            (Granularity::NM { .. }, ..) => true,
            (_, Allocation::Manual, _) => by_hand,
            (_, _, None) => by_hand,
            (_, _, Some(Target::Sparsity(removed))) => removed > 0.0,
            (_, _, Some(Target::Parameters(kept) | Target::Macs(kept) | Target::Bytes(kept))) => {
                kept < 1.0
            }
        }
    }

    /// The same recipe with every default written out.
    pub fn whole(&self) -> Recipe {
        Recipe {
            max_sparsity: Some(self.most_of_a_layer()),
            ..self.clone()
        }
    }

    /// The share of a layer that is removed at most, 0 to 1.
    pub fn most_of_a_layer(&self) -> f64 {
        self.max_sparsity.unwrap_or(match self.granularity {
            Granularity::Channel | Granularity::Branch => MOST_CHANNELS,
            _ => MOST_WEIGHTS,
        })
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Granularity::Weight => f.write_str("weight"),
            Granularity::NM { n, m } => write!(f, "{n}:{m}"),
            Granularity::Block => f.write_str("block"),
            Granularity::Channel => f.write_str("channel"),
            Granularity::Branch => f.write_str("branch"),
        }
    }
}

impl std::str::FromStr for Granularity {
    type Err = Message;

    fn from_str(text: &str) -> Result<Self, Message> {
        match text {
            "weight" => Ok(Granularity::Weight),
            "block" => Ok(Granularity::Block),
            "channel" => Ok(Granularity::Channel),
            "branch" => Ok(Granularity::Branch),
            _ => {
                let pattern = text.split_once(':');
                let counts = pattern.and_then(|(n, m)| Some((n.parse().ok()?, m.parse().ok()?)));
                match counts {
                    Some((n, m)) if 0 < n && n < m && m <= 64 => Ok(Granularity::NM { n, m }),
                    Some((n, m)) => Err(message!("reason-pattern", n = n, m = m)),
                    None => Err(message!("reason-granularity", text = text)),
                }
            }
        }
    }
}

impl Serialize for Granularity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Granularity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
