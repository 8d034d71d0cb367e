//! From an ONNX node to its [`Operator`].

use super::{FILES, Operator};
use crate::graph::Node;
use crate::message::Message;

/// Makes an operator of a node at an operator-set version.
type Parse = fn(&Node, i64) -> Result<Box<dyn Operator>, Message>;

/// The operators that one file here knows.
pub struct OperatorFile {
    /// By the name that a node has.
    pub operators: &'static [(&'static str, Parse)],
    /// Whether a node uses a variant that the file does not compute.
    pub is_beyond: fn(&Node) -> bool,
}

/// Declares the operators' modules and the list of what they know.
macro_rules! operators {
    ($($file:ident => $($operator:ident [$($name:literal),+]),+ $(except $beyond:ident)?;)*) => {
        $(pub mod $file;)*

        static FILES: &[registry::OperatorFile] = &[$(registry::OperatorFile {
            operators: &[$($(
                ($name, |node, opset| Ok(Box::new($file::$operator::parse(node, opset)?))),
            )+)+],
            is_beyond: |_node| false $(|| $file::$beyond(_node))?,
        },)*];
    };
}

/// The operator of a node at an operator-set version. `Ok(None)` where no file here knows it;
/// `Err` where the attributes are not what the operator's specification allows.
pub fn operator(node: &Node, opset: i64) -> Result<Option<Box<dyn Operator>>, Message> {
    match registered(node).find(|(file, _)| !(file.is_beyond)(node)) {
        Some((_, parse)) => parse(node, opset).map(Some),
        None => Ok(None),
    }
}

/// What an operator says of itself, also where a node uses a variant of it that no file here computes.
pub fn described(node: &Node, opset: i64) -> Option<Box<dyn Operator>> {
    let (_, parse) = registered(node).next()?;
    parse(node, opset).ok()
}

/// The names of all operators that a file here knows, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    let all = FILES.iter().flat_map(|file| file.operators);
    let mut names: Vec<&str> = all.map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

/// What the files say of a node's operator; where several know it, each computes variants of its own.
fn registered(node: &Node) -> impl Iterator<Item = (&'static OperatorFile, Parse)> {
    let files = FILES.iter().filter(|_| node.domain.is_empty());
    files.filter_map(|file| {
        let mut known = file.operators.iter();
        let (_, parse) = known.find(|(name, _)| *name == node.op_type)?;
        Some((file, *parse))
    })
}
