//! What can go wrong, in the user's words. No message may need the source code to be understood:
//! each says what is wrong, where, and what to do about it.

use serde::Serialize;

/// Every failure of the core.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The bytes are not an ONNX model at all, or stop in the middle of one.
    #[error("{0}")]
    NotOnnx(String),
    /// The model is ONNX, but contradicts itself: a cycle, a missing value, shapes that do not fit.
    #[error("{0}")]
    BadModel(String),
    /// The model has dynamic axes besides the batch, and no number was given for these symbols.
    #[error("the model leaves these sizes open: {}; give a number for each", quoted(.0))]
    OpenDimensions(Vec<String>),
    /// Running needs operators that the executor does not have.
    #[error("this model cannot run here: {}", list_unsupported(.0))]
    UnsupportedOperators(Vec<UnsupportedOperator>),
    /// The re-packed model is not what the masked one is: it does not run, or gives outputs of other shapes.
    #[error(
        "the re-packed model is broken, so there is nothing to take home: it {0}; this is a fault in Secateur, please report it with the model and the recipe"
    )]
    BrokenRepack(String),
    /// A photo or tensor that does not fit what the model takes.
    #[error("{0}")]
    BadInput(String),
    /// A recipe that is malformed or asks for the impossible.
    #[error("{0}")]
    BadRecipe(String),
    /// More memory is needed than there is.
    #[error("{0}")]
    TooLarge(String),
    /// Learning ran away: the weights from before that are kept.
    #[error("{0}")]
    Diverged(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A stable name of the kind of failure, for the page and for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotOnnx(_) => "not-onnx",
            Error::BadModel(_) => "bad-model",
            Error::OpenDimensions(_) => "open-dimensions",
            Error::UnsupportedOperators(_) => "unsupported-operators",
            Error::BrokenRepack(_) => "broken-repack",
            Error::BadInput(_) => "bad-input",
            Error::BadRecipe(_) => "bad-recipe",
            Error::TooLarge(_) => "too-large",
            Error::Diverged(_) => "diverged",
        }
    }
}

/// An operator that the executor does not know, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct UnsupportedOperator {
    /// The node's name, or the name of its first output where it has none.
    pub node: String,
    /// `Domain.OpType`, the default domain left out.
    pub operator: String,
    /// The version of the operator set that the model imports for that domain.
    pub opset: i64,
}

/// The page asks for a number for each name in quotes.
fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    names.join(", ")
}

fn list_unsupported(operators: &[UnsupportedOperator]) -> String {
    let names: Vec<String> = operators
        .iter()
        .map(|o| format!("node “{}” uses {} (opset {})", o.node, o.operator, o.opset))
        .collect();
    names.join("; ")
}
