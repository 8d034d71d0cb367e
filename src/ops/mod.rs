//! The operators. One is at home in one file: its attributes, shape rule, multiply-adds, channel-coupling rule, forward and
//! backward pass. To add one, add a file and its line in the list below; `docs/adding.md` shows how.

pub mod attributes;
pub mod axes;
pub mod backward;
pub mod broadcast;
pub mod coupling;
pub mod floats;
pub mod graph;
pub mod known;
pub mod linear;
pub mod lowering;
pub mod narrow;
#[macro_use]
mod registry;
pub mod sampling;
mod traits;
pub mod uniform;
pub mod window;

pub use known::{Extent, Known};
pub use registry::{described, names, operator};
pub use traits::{LayerKind, Operator, StoredStatistics};

// By file: the types that are operators, and the ONNX names that each goes by. `except` names the file's function that tells
// which nodes use a variant that it does not compute; such a node counts as unknown.
operators! {
    activation => Activation ["Elu", "Erf", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Relu", "Sigmoid", "Tanh"];
    batch_norm => BatchNormalization ["BatchNormalization"] except is_beyond;
    binary => Binary ["Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Mod", "Mul", "Or", "Pow", "Sub"];
    cast => Cast ["Cast"];
    clip => Clip ["Clip"];
    concat => Concat ["Concat"];
    conditional => Where ["Where"];
    conv => Conv ["Conv"];
    conv_transpose => ConvTranspose ["ConvTranspose"];
    expand => Expand ["Expand"], Tile ["Tile"];
    fill => ConstantOfShape ["ConstantOfShape"], Range ["Range"];
    flatten => Flatten ["Flatten"];
    gather => Gather ["Gather"];
    gemm => Gemm ["Gemm"];
    global_pool => GlobalPool ["GlobalAveragePool", "GlobalMaxPool"];
    identity => Identity ["Dropout", "Identity"];
    instance_norm => InstanceNormalization ["InstanceNormalization"];
    layer_norm => LayerNormalization ["LayerNormalization"] except is_beyond;
    lrn => Lrn ["LRN"];
    matmul => MatMul ["MatMul"];
    pad => Pad ["Pad"] except is_beyond;
    pool => Pool ["AveragePool", "MaxPool"] except is_beyond;
    prelu => PRelu ["PRelu"];
    reduce => Reduce ["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"];
    reshape => Reshape ["Reshape"];
    resize => Resize ["Resize", "Upsample"] except is_beyond;
    shape => Shape ["Shape"], Size ["Size"];
    slice => Slice ["Slice"];
    softmax => Softmax ["Softmax"];
    split => Split ["Split"];
    squeeze => Squeeze ["Squeeze"], Unsqueeze ["Unsqueeze"];
    transpose => Transpose ["Transpose"];
    unary => Unary ["Abs", "Ceil", "Exp", "Floor", "Log", "Neg", "Not", "Reciprocal", "Sqrt"];
    variadic => Variadic ["Max", "Mean", "Min", "Sum"];
}
