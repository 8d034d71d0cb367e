//! `docs/operators.md` is what the registry gives. After a change, `DRAW=1 cargo test --test operator_list` writes it anew.

use secateur::{onnx, ops};
use std::collections::BTreeSet;
use std::fs;

/// The operators of the standard's default domain, as of opset 22.
const STANDARD: [&str; 191] = [
    "Abs",
    "Acos",
    "Acosh",
    "Add",
    "AffineGrid",
    "And",
    "ArgMax",
    "ArgMin",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "AveragePool",
    "BatchNormalization",
    "Bernoulli",
    "BitShift",
    "BitwiseAnd",
    "BitwiseNot",
    "BitwiseOr",
    "BitwiseXor",
    "BlackmanWindow",
    "Cast",
    "CastLike",
    "Ceil",
    "Celu",
    "CenterCropPad",
    "Clip",
    "Col2Im",
    "Compress",
    "Concat",
    "ConcatFromSequence",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "Cos",
    "Cosh",
    "CumSum",
    "DFT",
    "DeformConv",
    "DepthToSpace",
    "DequantizeLinear",
    "Det",
    "Div",
    "Dropout",
    "DynamicQuantizeLinear",
    "Einsum",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Expand",
    "EyeLike",
    "Flatten",
    "Floor",
    "GRU",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalLpPool",
    "GlobalMaxPool",
    "Greater",
    "GreaterOrEqual",
    "GridSample",
    "GroupNormalization",
    "HammingWindow",
    "HannWindow",
    "HardSigmoid",
    "HardSwish",
    "Hardmax",
    "Identity",
    "If",
    "ImageDecoder",
    "InstanceNormalization",
    "IsInf",
    "IsNaN",
    "LRN",
    "LSTM",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "LogSoftmax",
    "Loop",
    "LpNormalization",
    "LpPool",
    "MatMul",
    "MatMulInteger",
    "Max",
    "MaxPool",
    "MaxRoiPool",
    "MaxUnpool",
    "Mean",
    "MeanVarianceNormalization",
    "MelWeightMatrix",
    "Min",
    "Mish",
    "Mod",
    "Mul",
    "Multinomial",
    "Neg",
    "NegativeLogLikelihoodLoss",
    "NonMaxSuppression",
    "NonZero",
    "Not",
    "OneHot",
    "Optional",
    "OptionalGetElement",
    "OptionalHasElement",
    "Or",
    "PRelu",
    "Pad",
    "Pow",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
    "RNN",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
    "Range",
    "Reciprocal",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "RegexFullMatch",
    "Relu",
    "Reshape",
    "Resize",
    "ReverseSequence",
    "RoiAlign",
    "Round",
    "STFT",
    "Scan",
    "ScatterElements",
    "ScatterND",
    "Selu",
    "SequenceAt",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SequenceLength",
    "SequenceMap",
    "Shape",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Size",
    "Slice",
    "Softmax",
    "SoftmaxCrossEntropyLoss",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Split",
    "SplitToSequence",
    "Sqrt",
    "Squeeze",
    "StringConcat",
    "StringNormalizer",
    "StringSplit",
    "Sub",
    "Sum",
    "Tan",
    "Tanh",
    "TfIdfVectorizer",
    "ThresholdedRelu",
    "Tile",
    "TopK",
    "Transpose",
    "Trilu",
    "Unique",
    "Unsqueeze",
    "Where",
    "Xor",
];

#[test]
fn the_list_is_what_the_registry_gives() {
    let path = "docs/operators.md";
    let document = document();
    if std::env::var_os("DRAW").is_some() {
        fs::write(path, document).unwrap();
        return;
    }
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        document,
        "write it anew: DRAW=1 cargo test --test operator_list"
    );
}

fn document() -> String {
    let known: BTreeSet<&str> = ops::names().collect();
    let resolved: BTreeSet<&str> = onnx::resolved_operators().collect();
    let (supported, missing): (Vec<&str>, Vec<&str>) =
        STANDARD.iter().partition(|name| known.contains(**name));
    let (resolved, missing): (Vec<&str>, Vec<&str>) = missing
        .into_iter()
        .partition(|name| resolved.contains(name));
    let list = |names: &[&str]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    format!(
        "# Operators\n\n\
         Secateur knows {} of the {} operators of ONNX's default domain (opset 22), and those of older opsets that newer ones \
         replace. It infers their shapes, folds them where all their inputs are stored, and runs them. `tests/node_suite.rs` \
         holds them against the node tests of the standard.\n\n{}\n\n\
         ## Replaced when a model is opened\n\n\
         Where their course or their content is known when the model is opened, branches are inlined, loops are unrolled, and \
         sequences become tensors. Elsewhere these count as unknown as well, and what their sub-graphs read from outside keeps \
         its shape.\n\n{}\n\n\
         ## Not supported\n\n\
         These count as unknown: the axes that they touch keep their lengths, and the totals say that they are left out. \
         `Constant` is read with the file.\n\n{}\n",
        supported.len(),
        STANDARD.len(),
        list(&supported),
        list(&resolved),
        list(&missing)
    )
}
