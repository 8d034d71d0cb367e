//! From an ONNX node to its [`Operator`].

use super::*;
use crate::graph::Node;

/// The operator of a node at an operator-set version. `Ok(None)` where no file here knows it;
/// `Err` where the attributes are not what the operator's specification allows.
pub fn operator(node: &Node, opset: i64) -> Result<Option<Box<dyn Operator>>, String> {
    if !node.domain.is_empty() || is_beyond(node) {
        return Ok(None);
    }
    parse(node, opset).transpose()
}

/// What an operator says of itself, also where a node uses a variant of it that no file here computes.
pub fn described(node: &Node, opset: i64) -> Option<Box<dyn Operator>> {
    node.domain
        .is_empty()
        .then(|| parse(node, opset)?.ok())
        .flatten()
}

fn parse(node: &Node, opset: i64) -> Option<Result<Box<dyn Operator>, String>> {
    let mut known = OPERATORS.iter();
    let (_, parse) = known.find(|(name, _)| *name == node.op_type)?;
    Some(parse(node, opset))
}

/// The names of all operators that a file here knows, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().map(|(name, _)| *name)
}

/// Variants that no file here computes: a node that uses one counts as unknown.
fn is_beyond(node: &Node) -> bool {
    let set = |name: &str| node.int(name).is_some_and(|flag| flag != 0);
    let other = |name: &str, known: &str| node.string(name).is_some_and(|text| text != known);
    let more_outputs = node.outputs.iter().skip(1).any(Option::is_some);
    match node.op_type.as_str() {
        // The positions of the largest, the statistics.
        "MaxPool" | "LayerNormalization" => more_outputs,
        // Training, and the statistics by position of opset 7.
        "BatchNormalization" => {
            more_outputs || set("training_mode") || node.int("spatial") == Some(0)
        }
        "Pad" => node.string("mode") == Some("wrap"),
        "Resize" => {
            set("antialias")
                || other("keep_aspect_ratio_policy", "stretch")
                || node.string("coordinate_transformation_mode") == Some("tf_crop_and_resize")
        }
        _ => false,
    }
}

type Parse = fn(&Node, i64) -> Result<Box<dyn Operator>, String>;

macro_rules! operators {
    ($($name:literal => $operator:ty,)*) => {
        const OPERATORS: &[(&str, Parse)] = &[
            $(($name, |node, opset| Ok(Box::new(<$operator>::parse(node, opset)?))),)*
        ];
    };
}

operators! {
    "Abs" => unary::Unary,
    "Add" => binary::Binary,
    "And" => binary::Binary,
    "AveragePool" => pool::Pool,
    "BatchNormalization" => batch_norm::BatchNormalization,
    "Cast" => cast::Cast,
    "Ceil" => unary::Unary,
    "Clip" => clip::Clip,
    "Concat" => concat::Concat,
    "ConstantOfShape" => fill::ConstantOfShape,
    "Conv" => conv::Conv,
    "ConvTranspose" => conv_transpose::ConvTranspose,
    "Div" => binary::Binary,
    "Dropout" => identity::Identity,
    "Elu" => activation::Activation,
    "Equal" => binary::Binary,
    "Erf" => activation::Activation,
    "Exp" => unary::Unary,
    "Expand" => expand::Expand,
    "Flatten" => flatten::Flatten,
    "Floor" => unary::Unary,
    "Gather" => gather::Gather,
    "Gelu" => activation::Activation,
    "Gemm" => gemm::Gemm,
    "GlobalAveragePool" => global_pool::GlobalPool,
    "GlobalMaxPool" => global_pool::GlobalPool,
    "Greater" => binary::Binary,
    "GreaterOrEqual" => binary::Binary,
    "HardSigmoid" => activation::Activation,
    "HardSwish" => activation::Activation,
    "Identity" => identity::Identity,
    "InstanceNormalization" => instance_norm::InstanceNormalization,
    "LRN" => lrn::Lrn,
    "LayerNormalization" => layer_norm::LayerNormalization,
    "LeakyRelu" => activation::Activation,
    "Less" => binary::Binary,
    "LessOrEqual" => binary::Binary,
    "Log" => unary::Unary,
    "MatMul" => matmul::MatMul,
    "Max" => variadic::Variadic,
    "MaxPool" => pool::Pool,
    "Mean" => variadic::Variadic,
    "Min" => variadic::Variadic,
    "Mod" => binary::Binary,
    "Mul" => binary::Binary,
    "Neg" => unary::Unary,
    "Not" => unary::Unary,
    "Or" => binary::Binary,
    "PRelu" => prelu::PRelu,
    "Pad" => pad::Pad,
    "Pow" => binary::Binary,
    "Range" => fill::Range,
    "Reciprocal" => unary::Unary,
    "ReduceMax" => reduce::Reduce,
    "ReduceMean" => reduce::Reduce,
    "ReduceMin" => reduce::Reduce,
    "ReduceSum" => reduce::Reduce,
    "Relu" => activation::Activation,
    "Reshape" => reshape::Reshape,
    "Resize" => resize::Resize,
    "Shape" => shape::Shape,
    "Sigmoid" => activation::Activation,
    "Size" => shape::Size,
    "Slice" => slice::Slice,
    "Softmax" => softmax::Softmax,
    "Split" => split::Split,
    "Sqrt" => unary::Unary,
    "Squeeze" => squeeze::Squeeze,
    "Sub" => binary::Binary,
    "Sum" => variadic::Variadic,
    "Tanh" => activation::Activation,
    "Tile" => expand::Tile,
    "Transpose" => transpose::Transpose,
    "Unsqueeze" => squeeze::Unsqueeze,
    "Upsample" => resize::Resize,
    "Where" => conditional::Where,
}
