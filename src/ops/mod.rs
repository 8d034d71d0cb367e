//! The operators. One is at home in one file: its attributes, shape rule, multiply-adds, channel-coupling rule, forward and
//! backward pass. To add one, add a file and its line in the list below; `docs/adding.md` shows how.

pub mod attributes;
pub mod axes;
pub mod backward;
pub mod broadcast;
mod convolved;
pub mod coupling;
pub mod doubles;
pub mod floats;
pub mod graph;
pub mod known;
pub mod linear;
pub mod lowering;
pub mod narrow;
mod per_channel;
pub mod places;
#[macro_use]
mod registry;
pub mod sampling;
pub mod uniform;
pub mod window;

pub use known::{Extent, Known};
pub use registry::{described, names, operator};

use crate::graph::{Dim, Graph, Node};
use crate::kernels::grad::Differentiable;
use crate::kernels::{Activation, Kernel};
use crate::message::Message;
use crate::tensor::Tensor;
use backward::LearnContext;
use coupling::Rule;
use linear::Linear;
use lowering::KernelContext;
use narrow::{Change, Narrowing};
use std::fmt::Debug;
use uniform::Slice;

// By file: the types that are operators, and the ONNX names that each goes by. Each type's `parse(node, opset)` reads the node's
// attributes as that version of the standard means them; its error is the reason why the node can't be computed. `except` names the file's function that tells
// which nodes use a variant that it does not compute; such a node counts as unknown.
operators! {
    activation => Activation ["Elu", "Erf", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Relu", "Sigmoid", "Tanh"];
    arg => Arg ["ArgMax", "ArgMin"];
    batch_norm => BatchNormalization ["BatchNormalization"] except is_beyond;
    binary => Binary ["Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Mod", "Mul", "Or", "Pow", "Sub", "Xor"];
    bitwise => Bitwise ["BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor"];
    blocks => Blocks ["DepthToSpace", "SpaceToDepth"];
    cast => Cast ["Cast"];
    cast_like => CastLike ["CastLike"];
    chosen => Compress ["Compress"], NonZero ["NonZero"], NonMaxSuppression ["NonMaxSuppression"], Unique ["Unique"];
    clip => Clip ["Clip"];
    concat => Concat ["Concat"];
    conditional => Where ["Where"];
    conv => Conv ["Conv"];
    conv_transpose => ConvTranspose ["ConvTranspose"];
    cumulative => CumSum ["CumSum"];
    determinant => Det ["Det"];
    einsum => Einsum ["Einsum"];
    expand => Expand ["Expand"], Tile ["Tile"];
    fill => ConstantOfShape ["ConstantOfShape"], Range ["Range"];
    flatten => Flatten ["Flatten"];
    float_class => FloatClass ["IsInf", "IsNaN"];
    gather => Gather ["Gather"];
    gemm => Gemm ["Gemm"];
    global_pool => GlobalPool ["GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool"];
    grid => AffineGrid ["AffineGrid"], GridSample ["GridSample"];
    identity => Identity ["Dropout", "Identity"] except is_beyond;
    instance_norm => InstanceNormalization ["InstanceNormalization"];
    layer_norm => LayerNormalization ["LayerNormalization"];
    log_softmax => LogSoftmax ["Hardmax", "LogSoftmax"];
    losses => ClassLoss ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"];
    lrn => Lrn ["LRN"];
    math => Math [
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Celu", "Cos", "Cosh", "Mish", "Round", "Selu", "Shrink", "Sign", "Sin", "Sinh",
        "Softplus", "Softsign", "Tan", "ThresholdedRelu"
    ];
    matmul => MatMul ["MatMul"];
    pad => Pad ["Pad"];
    patterned => EyeLike ["EyeLike"], OneHot ["OneHot"], Trilu ["Trilu"];
    picked => GatherPicked ["GatherElements", "GatherND"], ScatterPicked ["Scatter", "ScatterElements", "ScatterND"];
    pool => Pool ["AveragePool", "LpPool", "MaxPool"];
    prelu => PRelu ["PRelu"];
    quantize => DynamicQuantize ["DynamicQuantizeLinear"], Quantize ["DequantizeLinear", "QuantizeLinear"];
    quantized => QuantizedProduct ["ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul"];
    random => Random ["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"], TrainingDropout ["Dropout"];
    recurrent => Recurrent ["GRU", "LSTM", "RNN"];
    reduce => Reduce [
        "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
        "ReduceSumSquare"
    ];
    regions => Col2Im ["Col2Im"], MaxUnpool ["MaxUnpool"], RoiAlign ["RoiAlign"];
    reordered => CenterCropPad ["CenterCropPad"], ReverseSequence ["ReverseSequence"];
    reshape => Reshape ["Reshape"];
    resize => Resize ["Resize", "Upsample"] except is_beyond;
    shape => Shape ["Shape"], Size ["Size"];
    signal => Dft ["DFT"], MelWeightMatrix ["MelWeightMatrix"], Stft ["STFT"], Taper ["BlackmanWindow", "HammingWindow", "HannWindow"];
    slice => Slice ["Slice"];
    softmax => Softmax ["Softmax"];
    split => Split ["Split"];
    squeeze => Squeeze ["Squeeze"], Unsqueeze ["Unsqueeze"];
    standardized => GroupNormalization ["GroupNormalization"], LpNormalization ["LpNormalization"],
        MeanVarianceNormalization ["MeanVarianceNormalization"], TrainingBatchNormalization ["BatchNormalization"] except is_beyond;
    top_k => TopK ["TopK"];
    transpose => Transpose ["Transpose"];
    unary => Unary ["Abs", "Ceil", "Exp", "Floor", "Log", "Neg", "Not", "Reciprocal", "Sqrt"];
    variadic => Variadic ["Max", "Mean", "Min", "Sum"];
}

/// What a layer is called in front of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    Convolution,
    Pointwise,
    Depthwise,
    Grouped,
    Transposed,
    Linear,
    Recurrent,
}

impl LayerKind {
    /// The name in reports, which are data and the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            LayerKind::Convolution => "convolution",
            LayerKind::Pointwise => "pointwise",
            LayerKind::Depthwise => "depthwise",
            LayerKind::Grouped => "grouped",
            LayerKind::Transposed => "transposed",
            LayerKind::Linear => "linear",
            LayerKind::Recurrent => "recurrent",
        }
    }
}

/// Which inputs hold what a normalization by stored statistics goes by: a vector each, with a number a channel (axis 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredStatistics {
    pub scale: usize,
    pub shift: usize,
    pub mean: usize,
    pub variance: usize,
    /// How much of the running statistics a training step keeps.
    pub momentum: f32,
}

/// One parsed operator of one node: attributes checked and defaults filled in.
///
/// Errors are half-sentences without the node's name (“needs 2 inputs, has 1”); the caller adds where.
pub trait Operator: Debug + Send + Sync {
    /// The shape rule: what comes out, from what goes in. `inputs[i]` is `None` where left out or unknown.
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message>;

    /// Computes outputs from whole tensors of any supported type. Straightforward and exact: it folds constants,
    /// and runs whatever has no [`Operator::kernel`].
    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message>;

    /// Multiply-adds of one run at these shapes (ONNX order, all known). Only products with learned or
    /// activation matrices count: convolutions and matrix products.
    fn macs(&self, _inputs: &[Option<Vec<usize>>], _output: &[usize]) -> u64 {
        0
    }

    /// Whether [`Operator::macs`] counts any.
    fn multiplies(&self) -> bool {
        !self.matrices().is_empty()
    }

    /// The inputs of which one holds the stored matrix that makes this a layer, the first that is stored; none where this is
    /// no layer.
    fn matrices(&self) -> &'static [usize] {
        &[]
    }

    /// What to call a layer of this operator, by its matrix's shape and its input's channels.
    fn layer_kind(&self, _matrix: &[usize], _channels: Option<usize>) -> LayerKind {
        LayerKind::Linear
    }

    /// The axis of data of this rank along which a layer's channels lie.
    fn channel_axis(&self, _rank: usize) -> usize {
        1
    }

    /// Where the stored statistics are, if this normalizes by such.
    fn stored_statistics(&self) -> Option<StoredStatistics> {
        None
    }

    /// Whether this slides a window over its data, so that the sizes of its tensors do not tell its work.
    fn slides(&self) -> bool {
        false
    }

    /// Says which index along which axis of one tensor goes with which of another.
    fn couple(&self, rule: &mut Rule<'_>);

    /// The constant that one slice of an output holds everywhere, given what is known of the inputs' slices.
    /// `None` where it varies, or where nobody worked it out: that is always safe to say.
    fn uniform(&self, _slice: &Slice<'_>) -> Option<f32> {
        None
    }

    /// What input channels that hold constants everywhere add to each output channel: `channels` pairs an index
    /// along the axis that [`Reads::data`](coupling::Reads) names with its constant. `None` where that is not the same
    /// number at each position (a border of zeros, say).
    fn response(
        &self,
        _graph: &Graph,
        _node: &Node,
        _channels: &[(usize, f32)],
    ) -> Option<Vec<f32>> {
        None
    }

    /// What has to change in the node when axes of its tensors lose indices.
    fn rewrite(&self, _narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        Ok(Vec::new())
    }

    /// A fast kernel for these shapes and constants. `None` where there is none: the node then runs
    /// through [`Operator::evaluate`].
    fn kernel(&self, _context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        Ok(None)
    }

    /// Which inputs hold numbers that a network learns, where they are stored tensors.
    fn learned(&self) -> &'static [usize] {
        &[]
    }

    /// This operator as a step that gradients pass through, for these shapes. `None` where there is none.
    fn differentiable(
        &self,
        _context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        Ok(None)
    }

    /// How the outputs follow from stored weights, where they are weighted sums of patches of the first input.
    fn linear(&self, _context: &LearnContext<'_>) -> Result<Option<Linear>, Message> {
        Ok(None)
    }

    /// Whether every kernel of this operator honors [`KernelContext::epilogue`].
    fn takes_epilogue(&self) -> bool {
        false
    }

    /// The function of one number that this operator applies to each element of its first input.
    /// All inputs but the first are constant or left out: `constants[i]` is the `i`-th, `None` where left out.
    fn activation(&self, _constants: &[Option<&Tensor>]) -> Option<Activation> {
        None
    }

    /// Factor and summand of each channel (axis 1), where all this operator does is to multiply and add them.
    /// `constants` are as for [`Operator::activation`].
    fn affine(&self, _constants: &[Option<&Tensor>]) -> Option<(Vec<f32>, Vec<f32>)> {
        None
    }

    /// Whether this is a plain elementwise sum of two tensors.
    fn is_sum(&self) -> bool {
        false
    }

    /// What the other inputs hold where this input comes out as it went in: 0 in a sum, 1 in a product. `None` where no number does
    /// that.
    fn neutral(&self, _carried: usize) -> Option<f32> {
        None
    }

    /// Whether the first output is the first input, unchanged.
    fn is_identity(&self) -> bool {
        false
    }

    /// Whether the first output holds probabilities, and the first input their logits.
    fn gives_probabilities(&self) -> bool {
        false
    }

    /// The numbers that the second input has to hold for data of shape `before` to come out in shape `after`, where the second
    /// input names the target shape.
    fn target(&self, _before: &[Dim], _after: &[Dim]) -> Option<Vec<i64>> {
        None
    }

    /// Whether a 0 in the target shape that the second input names stands for the first input's own size along that axis.
    fn copies_where_zero(&self) -> bool {
        false
    }

    /// Whether the first output holds the first input's elements in the same order, under another shape or
    /// the same (Reshape, Flatten, Identity and their like).
    fn is_view(&self) -> bool {
        false
    }
}
