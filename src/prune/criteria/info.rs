//! What a criterion says of itself. The recipe's messages and schema, the command's help and the page's list all follow
//! from it.

use super::Scorer;
use super::measured::{Begin, BeginBranches};
use serde::Serialize;

/// A criterion in words, and what those who use it have to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[serde(rename_all = "camelCase")]
pub struct CriterionInfo {
    /// As recipes write it.
    pub name: &'static str,
    /// The catalog's key for what people call it.
    pub title: &'static str,
    /// The catalog's key for what it removes first, in one sentence.
    pub about: &'static str,
    /// Whom it is after, in short.
    pub after: Option<&'static str>,
    /// The catalog's key for what a model has to have for it, where not every model has it.
    pub needs: Option<&'static str>,
    /// Whether it judges single weights.
    pub weights: bool,
    /// Whether it judges channels. All judge branches.
    pub channels: bool,
    /// Whether a weight's score is its magnitude, so that a layer's cut is a threshold of magnitude.
    pub magnitude: bool,
    /// Whether scores of different layers can be ranked together as they are. Others are divided by their group's
    /// mean first (the `mean` normalizer of Fang et al., “DepGraph”, CVPR 2023).
    pub comparable: bool,
}

/// What most criteria are, for those to start from that differ.
pub(super) const DEFAULTS: CriterionInfo = CriterionInfo {
    name: "",
    title: "",
    about: "",
    after: None,
    needs: None,
    weights: true,
    channels: true,
    magnitude: false,
    comparable: false,
};

/// A criterion as the lists have it.
pub struct Criterion {
    pub info: CriterionInfo,
    pub(super) source: Source,
}

/// How a criterion comes to its scores.
pub(super) enum Source {
    /// By the model alone, and a seed where it leaves something to chance.
    Model(fn(u32) -> Box<dyn Scorer>),
    /// By what pictures show of it.
    Pictures(Begin),
    /// By what the model without one branch after the other makes of pictures.
    Branches(BeginBranches),
}

impl Criterion {
    /// Whether it looks at pictures, so that it has to be measured before it can be used.
    pub fn looks_at_pictures(&self) -> bool {
        !matches!(self.source, Source::Model(_))
    }
}
