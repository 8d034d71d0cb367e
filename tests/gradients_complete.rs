//! Every operator that the core knows has a gradient, which is checked here against finite differences in double precision,
//! or has none, and is refused by name. One form of each; more are in the other files.

mod common;

use common::slopes::check;
use common::{Net, int, ints};
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::{Attribute, Graph, ValueId};
use secateur::ops;
use secateur::tensor::{DType, Tensor};
use secateur::text::said;

/// Those that nothing can be learned through, in order.
const WITHOUT: [&str; 16] = [
    "And",
    "Cast",
    "Ceil",
    "ConstantOfShape",
    "Equal",
    "Floor",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Mod",
    "Not",
    "Or",
    "Range",
    "Shape",
    "Size",
];

/// Those that run only: they have no gradient, nor a network here. In order.
const FORWARD_ONLY: [&str; 93] = [
    "Acos",
    "Acosh",
    "AffineGrid",
    "ArgMax",
    "ArgMin",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Bernoulli",
    "BitShift",
    "BitwiseAnd",
    "BitwiseNot",
    "BitwiseOr",
    "BitwiseXor",
    "BlackmanWindow",
    "CastLike",
    "Celu",
    "CenterCropPad",
    "Col2Im",
    "Compress",
    "ConvInteger",
    "Cos",
    "Cosh",
    "CumSum",
    "DFT",
    "DepthToSpace",
    "DequantizeLinear",
    "Det",
    "DynamicQuantizeLinear",
    "Einsum",
    "EyeLike",
    "GRU",
    "GatherElements",
    "GatherND",
    "GlobalLpPool",
    "GridSample",
    "GroupNormalization",
    "HammingWindow",
    "HannWindow",
    "Hardmax",
    "IsInf",
    "IsNaN",
    "LSTM",
    "LogSoftmax",
    "LpNormalization",
    "LpPool",
    "MatMulInteger",
    "MaxUnpool",
    "MeanVarianceNormalization",
    "MelWeightMatrix",
    "Mish",
    "Multinomial",
    "NegativeLogLikelihoodLoss",
    "NonMaxSuppression",
    "NonZero",
    "OneHot",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
    "RNN",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceProd",
    "ReduceSumSquare",
    "ReverseSequence",
    "RoiAlign",
    "Round",
    "STFT",
    "Scatter",
    "ScatterElements",
    "ScatterND",
    "Selu",
    "Shrink",
    "Sign",
    "Sin",
    "Sinh",
    "SoftmaxCrossEntropyLoss",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Tan",
    "ThresholdedRelu",
    "TopK",
    "Trilu",
    "Unique",
    "Xor",
];

/// A network that ends with this operator, behind weights that its gradient has to reach. `None` where there is none here.
fn network(op: &str) -> Option<Graph> {
    let mut net = Net::new(80);
    let x = net.input(&[2, 3, 5, 4]);
    let x = net.conv(x, 4, 1);
    let float = |net: &mut Net, x: f32| net.constant(Tensor::from_f32(&[], vec![x]));
    let y = match op {
        "Abs" | "Ceil" | "Elu" | "Erf" | "Exp" | "Floor" | "Gelu" | "HardSigmoid" | "HardSwish"
        | "LeakyRelu" | "Neg" | "Relu" | "Sigmoid" | "Tanh" | "Identity" | "Dropout" | "Mean"
        | "GlobalAveragePool" | "GlobalMaxPool" | "Softmax" | "Flatten" | "Shape" | "Size" => {
            net.op(op, &[x], &[])
        }
        // Away from zero.
        "Log" | "Reciprocal" | "Sqrt" => {
            let x = net.op("Sigmoid", &[x], &[]);
            net.op(op, &[x], &[])
        }
        "Add" | "Sub" | "Mul" | "Max" | "Min" | "Sum" | "PRelu" | "Equal" | "Greater"
        | "GreaterOrEqual" | "Less" | "LessOrEqual" => {
            let channel = net.weight(&[4, 1, 1]);
            net.op(op, &[x, channel], &[])
        }
        "Div" | "Pow" => {
            let x = net.op("Sigmoid", &[x], &[]);
            let column = net.positive(4);
            net.op(op, &[x, column], &[])
        }
        "Mod" => {
            let column = net.positive(4);
            net.op(op, &[x, column], &[("fmod", int(1))])
        }
        "And" | "Or" => {
            let [a, b] = [true, false].map(|flag| truth(&mut net, flag));
            net.op(op, &[a, b], &[])
        }
        "Not" => {
            let flag = truth(&mut net, true);
            net.op(op, &[flag], &[])
        }
        "Where" => {
            let flags = [true, false, true, true];
            let flags = ndarray::arr1(&flags).into_dyn();
            let flags = net.constant(Tensor::Bool(flags));
            let other = net.weight(&[4]);
            net.op(op, &[flags, x, other], &[])
        }
        "Cast" => net.op(op, &[x], &[("to", int(1))]),
        "Clip" => {
            let bounds = [-0.5, 0.7].map(|bound| float(&mut net, bound));
            net.op(op, &[x, bounds[0], bounds[1]], &[])
        }
        "ConstantOfShape" => {
            let shape = net.integers(&[2, 3]);
            net.op(op, &[shape], &[])
        }
        "Range" => {
            let [start, limit, delta] = [0.0, 5.0, 1.0].map(|x| float(&mut net, x));
            net.op(op, &[start, limit, delta], &[])
        }
        "Conv" => net.conv(x, 3, 3),
        "ConvTranspose" => {
            let weights = net.weight(&[4, 3, 2, 2]);
            net.op(op, &[x, weights], &[])
        }
        "Gemm" => {
            let flat = net.flatten(x);
            net.linear(flat, 3)
        }
        "MatMul" => {
            let weights = net.weight(&[4, 3]);
            net.op(op, &[x, weights], &[])
        }
        "BatchNormalization" => net.batch_norm(x),
        "InstanceNormalization" | "LayerNormalization" => {
            let (scale, shift) = (net.weight(&[4]), net.weight(&[4]));
            net.op(op, &[x, scale, shift], &[])
        }
        "LRN" => net.op(op, &[x], &[("size", int(3))]),
        "AveragePool" | "MaxPool" => net.op(op, &[x], &[("kernel_shape", ints(&[2, 3]))]),
        "ReduceMax" | "ReduceMean" | "ReduceMin" => net.op(op, &[x], &[("axes", ints(&[1, 3]))]),
        "ReduceSum" => with_integers(&mut net, op, x, &[1, 3]),
        "Concat" => net.concat(&[x, x], 1),
        "Expand" => with_integers(&mut net, op, x, &[3, 2, 4, 5, 4]),
        "Gather" => with_integers(&mut net, op, x, &[1, 0, 1]),
        "Pad" => with_integers(&mut net, op, x, &[0, 0, 1, 2, 0, 1, 0, 1]),
        "Reshape" => with_integers(&mut net, op, x, &[2, 8, 10]),
        "Tile" => with_integers(&mut net, op, x, &[1, 2, 3, 1]),
        "Unsqueeze" => with_integers(&mut net, op, x, &[1]),
        "Squeeze" => {
            let x = net.pool(x);
            with_integers(&mut net, op, x, &[2, 3])
        }
        "Slice" => {
            let [starts, ends, axes] = [[1, 0], [4, 3], [2, 3]].map(|n| net.integers(&n));
            net.op(op, &[x, starts, ends, axes], &[])
        }
        "Split" => net.op_n(op, &[x], &[("axis", int(1))], 2)[1],
        "Transpose" => net.transpose(x, &[2, 0, 3, 1]),
        "Resize" | "Upsample" => {
            let scales = net.constant(Tensor::from_f32(&[4], vec![1.0, 1.0, 2.0, 1.5]));
            let region = net.constant(Tensor::from_f32(&[0], Vec::new()));
            let inputs = match op {
                "Resize" => vec![x, region, scales],
                _ => vec![x, scales],
            };
            net.op(op, &inputs, &[("mode", Attribute::String("linear".into()))])
        }
        _ => return None,
    };
    Some(net.finish(&[y]))
}

fn truth(net: &mut Net, flag: bool) -> ValueId {
    let flag = Tensor::from_i64(&[1], vec![flag.into()]);
    net.constant(flag.cast(DType::Bool).expect("a truth value"))
}

/// An operator with a list of whole numbers as its second input.
fn with_integers(net: &mut Net, op: &str, x: ValueId, numbers: &[i64]) -> ValueId {
    let numbers = net.integers(numbers);
    net.op(op, &[x, numbers], &[])
}

#[test]
fn every_operator_has_a_gradient_that_is_right_or_none() {
    let options = Options {
        batch: 2,
        ..Options::default()
    };
    let mut without = Vec::new();
    let mut forward_only = Vec::new();
    for op in ops::names() {
        let Some(graph) = network(op) else {
            forward_only.push(op);
            continue;
        };
        let last = graph.nodes.len() - 1;
        assert_eq!(graph.nodes[last].op_type, op);
        match Tape::new(&graph, &options, Normalization::Stored) {
            Ok(tape) if tape.nodes().contains(&last) => check(&graph, 80),
            // It is known before anything is learned.
            Ok(_) => without.push(op),
            Err(error) => {
                let error = said(&error);
                let name = format!("“{}” ({op})", graph.node_label(&graph.nodes[last]));
                assert!(error.contains(&name), "{op}: {error}");
                assert!(error.contains("gradient"), "{error}");
                without.push(op);
            }
        }
    }
    assert_eq!(without, WITHOUT);
    // One that is new gets a network above, or stands among these.
    assert_eq!(forward_only, FORWARD_ONLY);
}
