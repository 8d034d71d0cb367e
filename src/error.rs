//! What can go wrong: a kind with a stable code, and a message of the catalog that says what is wrong, where, and what
//! to do about it.

use crate::message::Message;
use serde::Serialize;
use std::fmt;

/// Every failure of the core.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The bytes are not an ONNX model at all, or stop in the middle of one.
    NotOnnx(Message),
    /// The model is ONNX, but contradicts itself: a cycle, a missing value, shapes that do not fit.
    BadModel(Message),
    /// The model has dynamic axes besides the batch, and no number was given for these symbols.
    OpenDimensions(Vec<String>),
    /// Running needs operators that the executor does not have.
    UnsupportedOperators(Vec<UnsupportedOperator>),
    /// The re-packed model is not what the masked one is: it does not run, or gives outputs of other shapes.
    BrokenRepack(Message),
    /// A photo or tensor that does not fit what the model takes.
    BadInput(Message),
    /// A recipe that is malformed or asks for the impossible.
    BadRecipe(Message),
    /// More memory is needed than there is.
    TooLarge(Message),
    /// Training diverged: the weights from before that are kept.
    Diverged(Message),
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

    /// What the page and the command tell a person.
    pub fn message(&self) -> Message {
        match self {
            Error::NotOnnx(message)
            | Error::BadModel(message)
            | Error::BadInput(message)
            | Error::BadRecipe(message)
            | Error::TooLarge(message)
            | Error::Diverged(message) => message.clone(),
            Error::BrokenRepack(what) => message!("error-broken-repack", what = what.clone()),
            Error::OpenDimensions(names) => {
                message!("error-open-dimensions", names = names.clone())
            }
            Error::UnsupportedOperators(operators) => {
                let groups = UnsupportedOperator::grouped(operators);
                let operators: Vec<Message> = groups.iter().map(Message::from).collect();
                message!("error-unsupported-operators", operators = operators)
            }
        }
    }
}

/// For programmers and logs, not for people: the code and the message's key and parameters.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for Error {}

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

/// An operator that is not known, and how many nodes use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedGroup<'a> {
    /// Where it stands first.
    pub first: &'a UnsupportedOperator,
    pub count: usize,
}

impl UnsupportedOperator {
    /// The same operators with the numbers of nodes that use them, in the order of their first nodes.
    pub fn grouped(operators: &[UnsupportedOperator]) -> Vec<UnsupportedGroup<'_>> {
        let mut groups: Vec<UnsupportedGroup<'_>> = Vec::new();
        for operator in operators {
            let same = |group: &&mut UnsupportedGroup<'_>| {
                (&group.first.operator, group.first.opset) == (&operator.operator, operator.opset)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.count += 1,
                None => groups.push(UnsupportedGroup {
                    first: operator,
                    count: 1,
                }),
            }
        }
        groups
    }
}

impl From<&UnsupportedGroup<'_>> for Message {
    fn from(group: &UnsupportedGroup<'_>) -> Message {
        message!(
            "error-unsupported-operator",
            node = &group.first.node,
            operator = &group.first.operator,
            opset = group.first.opset,
            count = group.count,
        )
    }
}
