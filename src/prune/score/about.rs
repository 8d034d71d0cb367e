//! What a criterion says of itself. The recipe's messages and schema, the command's help and the page's list all follow
//! from it.

use super::Criterion;
use super::measured::Begin;
use serde::Serialize;

/// A criterion in words, and what those who use it have to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// As recipes write it.
    pub name: &'static str,
    /// As people read it in a list.
    pub title: &'static str,
    /// What goes first, in one sentence.
    pub sentence: &'static str,
    /// Whom it is after, in short.
    pub after: Option<&'static str>,
    /// What a model has to have for it, where not every model has it.
    pub needs: Option<&'static str>,
    /// Whether it judges single weights as well as channels.
    pub weights: bool,
    /// Whether a weight's score is its magnitude, so that a layer's cut is a threshold of magnitude.
    pub magnitude: bool,
    /// Whether scores of different layers can be ranked together as they are. Others are divided by their group's
    /// mean first (the `mean` normaliser of Fang et al., “DepGraph”, CVPR 2023).
    pub comparable: bool,
}

/// What most criteria are, for those to start from that differ.
pub(super) const USUAL: About = About {
    name: "",
    title: "",
    sentence: "",
    after: None,
    needs: None,
    weights: true,
    magnitude: false,
    comparable: false,
};

/// A criterion as the lists have it.
pub struct Entry {
    pub about: About,
    pub(super) way: Way,
}

/// How a criterion comes to its scores.
pub(super) enum Way {
    /// By the model alone, and a seed where it leaves something to chance.
    Model(fn(u32) -> Box<dyn Criterion>),
    /// By what pictures show of it.
    Pictures(Begin),
}

impl Entry {
    /// Whether it looks at pictures, so that it has to be measured before it can be used.
    pub fn looks_at_pictures(&self) -> bool {
        matches!(self.way, Way::Pictures(_))
    }
}
