//! From an ONNX node to its [`Operator`].

use super::Operator;
use crate::graph::Node;

/// The operator of a node at an operator-set version. `Ok(None)` where no file here knows it;
/// `Err` where the attributes are not what the operator's specification allows.
pub fn operator(_node: &Node, _opset: i64) -> Result<Option<Box<dyn Operator>>, String> {
    Ok(None)
}
