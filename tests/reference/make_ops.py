"""Makes operators.bin: small one-node models with inputs and ONNX Runtime's outputs.

Run with onnx, onnxruntime and numpy installed:  python tests/reference/make_ops.py

Each case is a length-prefixed record: name, model, inputs and expected outputs as TensorProtos, so that the test
needs nothing but the reader under test. Numbers are little-endian u32. All inputs are drawn from a fixed seed.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(2026)
cases = []


def floats(*shape, low=-2.0, high=2.0):
    return rng.uniform(low, high, shape).astype(np.float32)


def case(name, op, inputs, opset=17, outputs=1, constants=(), dynamic=False, **attributes):
    """One node. `inputs` are arrays, or None where left out; those at the places in `constants` are initializers."""
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    made = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, made, name=name, **attributes)
    fed = [i for i, x in enumerate(inputs) if x is not None and i not in constants]

    def info(i):
        shape = list(inputs[i].shape)
        if dynamic and i == 0:
            shape[0] = "batch"
        return helper.make_tensor_value_info(names[i], helper.np_dtype_to_tensor_dtype(inputs[i].dtype), shape)

    graph = helper.make_graph(
        [node],
        "case",
        [info(i) for i in fed],
        [helper.make_empty_tensor_value_info(y) for y in made],
        [numpy_helper.from_array(inputs[i], names[i]) for i in constants if inputs[i] is not None],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    results = session.run(None, {names[i]: inputs[i] for i in fed})
    if dynamic:
        name += " (dynamic batch)"
    cases.append((name + f" @{opset}", model, [inputs[i] for i in fed], results))


def convolutions():
    x, w, b = floats(2, 4, 7, 6), floats(6, 4, 3, 3), floats(6)
    case("conv", "Conv", [x, w, b], constants=(1, 2), dynamic=True)
    case("conv, no bias", "Conv", [x, w], opset=7, kernel_shape=[3, 3])
    case("conv, asymmetric pads", "Conv", [x, w, b], pads=[0, 1, 2, 1], strides=[2, 1])
    for pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        case(f"conv, {pad}", "Conv", [x, w, b], auto_pad=pad, strides=[2, 2])
        case(f"conv, {pad}, stride 3 and 1", "Conv", [x, w], auto_pad=pad, strides=[3, 1], opset=11)
    case("conv, dilated", "Conv", [x, w, b], dilations=[2, 2], pads=[2, 2, 2, 2])
    case("conv, grouped", "Conv", [x, floats(6, 2, 3, 2), b], group=2)
    case("conv, depthwise", "Conv", [x, floats(4, 1, 3, 3)], group=4, pads=[1, 1, 1, 1])
    case("conv, depthwise with multiplier", "Conv", [x, floats(8, 1, 3, 3)], group=4)
    case("conv, pointwise", "Conv", [x, floats(5, 4, 1, 1)])
    case("conv, one axis", "Conv", [floats(2, 3, 9), floats(4, 3, 3), floats(4)], strides=[2], pads=[1, 0])
    case("conv, three axes", "Conv", [floats(1, 2, 4, 4, 4), floats(3, 2, 2, 2, 2)])
    w = floats(4, 3, 3, 3)
    case("transposed conv", "ConvTranspose", [x, w, floats(3)], strides=[2, 2], dynamic=True)
    case("transposed conv, pads", "ConvTranspose", [x, w], strides=[2, 2], pads=[1, 0, 1, 1], output_padding=[1, 0])
    case("transposed conv, grouped", "ConvTranspose", [x, floats(4, 2, 2, 2)], group=2, strides=[2, 2])
    case("transposed conv, dilated", "ConvTranspose", [x, w], dilations=[2, 1], opset=11)
    case("transposed conv, SAME_UPPER", "ConvTranspose", [x, w], auto_pad="SAME_UPPER", strides=[2, 2])
    case("transposed conv, SAME_LOWER", "ConvTranspose", [x, w], auto_pad="SAME_LOWER", strides=[2, 2])
    case("transposed conv, output shape", "ConvTranspose", [x, w], strides=[2, 2], output_shape=[14, 12])
    case("transposed conv, one axis", "ConvTranspose", [floats(1, 4, 5), floats(4, 2, 3)], strides=[2])


def products():
    a, b = floats(3, 4), floats(4, 5)
    case("gemm", "Gemm", [a, b], dynamic=True)
    case("gemm, all", "Gemm", [a.T.copy(), b.T.copy(), floats(5)], transA=1, transB=1, alpha=0.5, beta=2.0)
    case("gemm, column summand", "Gemm", [a, b, floats(3, 1)], opset=7)
    case("gemm, number summand", "Gemm", [a, b, floats(1)], opset=11)
    for left, right in [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (3, 4, 2)), ((4,), (4,)),
                        ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((3, 4), (2, 4, 3))]:
        case(f"matmul {left} {right}", "MatMul", [floats(*left), floats(*right)])


def normalizations():
    x = floats(2, 3, 4, 5)
    parameters = [floats(3), floats(3), floats(3), floats(3, low=0.1)]
    for opset in (7, 9, 15, 17):
        case("batch norm", "BatchNormalization", [x, *parameters], opset=opset, epsilon=1e-3)
    case("batch norm, rank 2", "BatchNormalization", [floats(4, 3), *parameters], constants=(1, 2, 3, 4), dynamic=True)
    case("instance norm", "InstanceNormalization", [x, floats(3), floats(3)])
    case("instance norm, one axis", "InstanceNormalization", [floats(2, 3, 7), floats(3), floats(3)], epsilon=1e-2)
    case("layer norm", "LayerNormalization", [x, floats(5), floats(5)])
    case("layer norm, no bias", "LayerNormalization", [x, floats(4, 5)], axis=2)
    case("layer norm, axis 1", "LayerNormalization", [x, floats(3, 4, 5), floats(3, 4, 5)], axis=1, epsilon=1e-2)
    for size in (1, 3, 5):
        case(f"lrn {size}", "LRN", [floats(2, 6, 3, 2)], size=size, alpha=0.1, beta=0.6, bias=1.5)


def elementwise():
    x = floats(2, 3, 4, low=-5, high=5)
    for op in ("Relu", "LeakyRelu", "Elu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Erf"):
        case(op, op, [x])
    case("LeakyRelu, alpha", "LeakyRelu", [x], alpha=0.3)
    case("Elu, alpha", "Elu", [x], alpha=0.3)
    case("HardSigmoid, both", "HardSigmoid", [x], alpha=0.3, beta=0.4)
    case("Gelu", "Gelu", [x], opset=20)
    case("Gelu, tanh", "Gelu", [x], opset=20, approximate="tanh")
    for op in ("Relu", "Sigmoid", "Tanh"):
        case(f"{op}, opset 7", op, [x], opset=7)
    case("PRelu", "PRelu", [x, floats(3, 1)])
    case("PRelu, one slope", "PRelu", [x, floats(1)], opset=7)
    case("Clip by attributes", "Clip", [x], opset=10, min=-1.0, max=2.5)
    case("Clip by one attribute", "Clip", [x], opset=7, max=0.5)
    bound = np.float32
    case("Clip by inputs", "Clip", [x, np.array(-1, bound), np.array(2.5, bound)], opset=13)
    case("Clip, lower only", "Clip", [x, np.array(-1, bound)], opset=11)
    case("Clip, upper only", "Clip", [x, None, np.array(1, bound)], constants=(2,))
    case("Clip, integers", "Clip", [np.arange(-5, 5), np.array(-2), np.array(3)], opset=12)
    for op in ("Neg", "Abs", "Exp", "Floor", "Ceil"):
        case(op, op, [x])
    for op in ("Log", "Sqrt", "Reciprocal"):
        case(op, op, [floats(2, 3, low=0.1, high=4)])
    case("Neg, integers", "Neg", [np.arange(-3, 3)])
    case("Abs, integers", "Abs", [np.arange(-3, 3, dtype=np.int32)])
    case("Not", "Not", [np.array([True, False])])
    a, b = floats(2, 3, 4), floats(3, 1)
    n, m = np.array([7, -7, 8, -8, 9]), np.array([3, 3, -3, -3, 4])
    for op in ("Add", "Sub", "Mul", "Div"):
        case(op, op, [a, b], dynamic=True)
        case(f"{op}, opset 7", op, [a, floats(4)], opset=7)
        case(f"{op}, integers", op, [n, m], opset=14)
        case(f"{op}, int32", op, [n.astype(np.int32), m[:1].astype(np.int32)])
        case(f"{op}, double", op, [a.astype(np.float64), b.astype(np.float64)])
    case("Pow", "Pow", [floats(2, 3, low=0.1), floats(3)], opset=12)
    case("Pow, integer exponent", "Pow", [a, np.array([2, 3, 0, 1])], opset=13)
    case("Mod, integers", "Mod", [n, m], opset=13)
    case("Mod, fmod", "Mod", [a, floats(4)], fmod=1)
    case("Mod, integers as in C", "Mod", [n, m], fmod=1)
    for op in ("And", "Or"):
        case(op, op, [np.array([True, True, False, False]), np.array([True, False, True, False])])
    near = np.round(a)
    for op, opset in [("Equal", 11), ("Greater", 9), ("Less", 9), ("GreaterOrEqual", 12), ("LessOrEqual", 16)]:
        case(op, op, [near, np.round(b)], opset=opset)
        case(f"{op}, integers", op, [n, m], opset=opset)
    case("Equal, truth values", "Equal", [np.array([True, False]), np.array([True, True])], opset=11)
    for op in ("Min", "Max", "Sum", "Mean"):
        case(op, op, [a, b, floats(1, 4)])
        case(f"{op}, one", op, [a], opset=8)
    case("Min, integers", "Min", [n, m])
    case("Where", "Where", [a > 0, a, b])
    case("Where, broadcast condition", "Where", [np.array([[[True]], [[False]]]), b, a], opset=9)
    case("Where, integers", "Where", [n > 0, n, m])
    for opset in (11, 13):
        for axis in (0, 1, 2, -1):
            case(f"Softmax, axis {axis}", "Softmax", [x], opset=opset, axis=axis)
    case("Softmax, no axis", "Softmax", [x], opset=9)
    case("Softmax, no axis", "Softmax", [x], opset=13)
    case("Dropout", "Dropout", [a], opset=7)
    case("Dropout, inputs", "Dropout", [a, np.array(0.4, bound)], opset=13, constants=(1,))
    case("Identity", "Identity", [a])


def pools():
    x = floats(2, 3, 7, 8)
    for op in ("MaxPool", "AveragePool"):
        case(op, op, [x], kernel_shape=[2, 3], dynamic=True)
        case(f"{op}, strided", op, [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 1], opset=7)
        case(f"{op}, ceil", op, [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, opset=10)
        case(f"{op}, ceil and pads", op, [x], kernel_shape=[2, 2], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)
        case(f"{op}, SAME_UPPER", op, [x], kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
        case(f"{op}, SAME_LOWER", op, [x], kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_LOWER")
        case(f"{op}, one axis", op, [floats(1, 2, 9)], kernel_shape=[3], strides=[2])
    case("MaxPool, dilated", "MaxPool", [x], kernel_shape=[2, 2], dilations=[2, 3])
    case("AveragePool, dilated", "AveragePool", [x], kernel_shape=[2, 2], dilations=[2, 3], opset=19)
    for opset in (11, 19, 22):
        for ceil in (0, 1):
            case(f"AveragePool, padding counted, ceil {ceil}", "AveragePool", [x], kernel_shape=[3, 3],
                 strides=[2, 2], pads=[1, 1, 0, 1], count_include_pad=1, ceil_mode=ceil, opset=opset)
    case("GlobalAveragePool", "GlobalAveragePool", [x], dynamic=True)
    case("GlobalMaxPool", "GlobalMaxPool", [x])
    case("GlobalAveragePool, one axis", "GlobalAveragePool", [floats(1, 2, 9)])


def reductions():
    x = floats(2, 3, 4)
    for op, since in [("ReduceMean", 18), ("ReduceSum", 13), ("ReduceMax", 18), ("ReduceMin", 18)]:
        case(op, op, [x], opset=11)
        case(f"{op}, axes", op, [x], opset=11, axes=[-1, 0], keepdims=0)
        case(f"{op}, axes as input", op, [x, np.array([1])], opset=since, constants=(1,))
        case(f"{op}, none, kept as is", op, [x], opset=since, noop_with_empty_axes=1)
    case("ReduceSum, integers", "ReduceSum", [np.arange(6).reshape(2, 3), np.array([0])], constants=(1,), keepdims=0)


def moves():
    x = floats(2, 3, 4)
    n = np.arange(24).reshape(2, 3, 4)
    shape = lambda *s: np.array(s, np.int64)
    for axis in (0, 1, 2, 3, -1):
        case(f"Flatten, axis {axis}", "Flatten", [x], axis=axis, dynamic=True)
    case("Reshape", "Reshape", [x, shape(-1, 12)], constants=(1,), dynamic=True)
    case("Reshape, zeros", "Reshape", [x, shape(0, -1)], constants=(1,), opset=7, dynamic=True)
    case("Reshape, same", "Reshape", [n, shape(4, 3, 2)], constants=(1,), opset=13)
    case("Reshape, zeros allowed", "Reshape", [floats(0, 3), shape(3, 0)], constants=(1,), opset=14, allowzero=1)
    case("Transpose", "Transpose", [x])
    case("Transpose, order", "Transpose", [n], perm=[1, 2, 0], opset=7)
    y = floats(1, 3, 1, 4)
    case("Squeeze by attribute", "Squeeze", [y], opset=11, axes=[0, -2])
    case("Squeeze all", "Squeeze", [y], opset=7)
    case("Squeeze by input", "Squeeze", [y, shape(2)], opset=13, constants=(1,))
    case("Unsqueeze by attribute", "Unsqueeze", [x], opset=11, axes=[0, 3])
    case("Unsqueeze by input", "Unsqueeze", [x, shape(-1, 0)], opset=13, constants=(1,))
    case("Concat", "Concat", [x, floats(2, 1, 4), floats(2, 2, 4)], axis=1, dynamic=False)
    case("Concat, last", "Concat", [n, n], axis=-1, opset=7)
    case("Split, equal", "Split", [floats(2, 6)], opset=11, outputs=3, axis=1)
    case("Split by attribute", "Split", [floats(2, 6)], opset=7, outputs=2, axis=-1, split=[2, 4])
    case("Split by input", "Split", [floats(6, 2), shape(1, 5)], opset=13, outputs=2, constants=(1,))
    case("Split, uneven", "Split", [floats(7, 2)], opset=18, outputs=3, num_outputs=3)
    case("Slice by attributes", "Slice", [x], opset=9, starts=[1, -3], ends=[9, -1], axes=[1, 2])
    case("Slice by attributes, no axes", "Slice", [x], opset=7, starts=[1], ends=[2])
    case("Slice", "Slice", [x, shape(1), shape(3), shape(1)], constants=(1, 2, 3), dynamic=True)
    case("Slice, no axes", "Slice", [n, shape(0, 1), shape(1, 3)], constants=(1, 2), opset=10)
    case("Slice, steps", "Slice", [n, shape(0, -1), shape(100, -100), shape(1, 2), shape(2, -1)],
         constants=(1, 2, 3, 4))
    case("Slice, backwards by 3", "Slice", [n, shape(5), shape(-6), shape(2), shape(-3)], constants=(1, 2, 3, 4))
    case("Slice, nothing", "Slice", [n, shape(2), shape(1), shape(2)], constants=(1, 2, 3))
    case("Gather", "Gather", [x, np.array([[0, 2], [-1, 1]])], axis=1)
    case("Gather, one", "Gather", [n, np.array(1)], axis=2, opset=11)
    case("Gather, first", "Gather", [n, np.array([1, 0, 1], np.int32)], opset=7)
    for mode in ("constant", "reflect", "edge"):
        case(f"Pad by attributes, {mode}", "Pad", [x], opset=10, mode=mode, pads=[0, 1, 2, 0, 2, 1])
        case(f"Pad by inputs, {mode}", "Pad", [x, shape(0, 1, 0, 0, 0, 3)], opset=13, mode=mode, constants=(1,))
    case("Pad, value", "Pad", [x, shape(1, 0, 0, 0, 0, 1), np.array(1.5, np.float32)], constants=(1, 2))
    case("Pad, attribute value", "Pad", [x], opset=7, pads=[0, 0, 1, 0, 0, 1], value=-1.5)
    case("Pad, axes", "Pad", [x, shape(1, 2), None, shape(-1)], opset=18, constants=(1, 3))
    case("Pad, crop", "Pad", [x, shape(0, -1, 1, 0, 0, -2)], constants=(1,))
    case("Pad, integers", "Pad", [n, shape(0, 0, 1, 0, 0, 0), np.array(7)], constants=(1, 2))
    case("Expand", "Expand", [floats(3, 1), shape(2, 1, 4)], constants=(1,), opset=8)
    case("Expand, integers", "Expand", [np.arange(3), shape(2, 3)], constants=(1,))
    case("Tile", "Tile", [x, shape(2, 1, 3)], constants=(1,), opset=7)
    case("Tile, integers", "Tile", [n, shape(1, 2, 1)], constants=(1,))


def shapes():
    x = floats(2, 3, 4)
    case("Shape", "Shape", [x])
    case("Shape, part", "Shape", [x], opset=15, start=1, end=-1)
    case("Size", "Size", [x])
    case("ConstantOfShape", "ConstantOfShape", [np.array([2, 3])], opset=9, constants=(0,))
    for value in (np.array([7], np.int64), np.array([1.5], np.float32), np.array([True])):
        case(f"ConstantOfShape, {value.dtype}", "ConstantOfShape", [np.array([2, 0, 3][::2])],
             constants=(0,), value=numpy_helper.from_array(value))
    case("ConstantOfShape, one number", "ConstantOfShape", [np.zeros(0, np.int64)], constants=(0,))
    case("Range", "Range", [np.array(2), np.array(11), np.array(3)], opset=11, constants=(0, 1, 2))
    case("Range, down", "Range", [np.array(5), np.array(-2), np.array(-2)], constants=(0, 1, 2))
    f = lambda v: np.array(v, np.float32)
    case("Range, floats", "Range", [f(0.5), f(2.1), f(0.3)], constants=(0, 1, 2))
    mixed = np.array([-2.7, -1.0, 0.0, 0.4, 1.5, 3.9], np.float32)
    for to in (np.float32, np.float64, np.float16, np.int64, np.int32, np.int8, np.bool_):
        case(f"Cast to {np.dtype(to)}", "Cast", [mixed], to=helper.np_dtype_to_tensor_dtype(np.dtype(to)))
    case("Cast from integers", "Cast", [np.arange(-3, 3)], to=TensorProto.FLOAT, opset=9)
    case("Cast to bytes", "Cast", [np.arange(6, dtype=np.float32)], to=TensorProto.UINT8)
    case("Cast from truth values", "Cast", [np.array([True, False])], to=TensorProto.FLOAT)
    case("Cast from half", "Cast", [mixed.astype(np.float16)], to=TensorProto.FLOAT)


def resizes():
    x = floats(1, 2, 4, 5)
    scales = lambda *s: np.array((1, 1) + s, np.float32)
    none = np.zeros(0, np.float32)
    case("Upsample 7", "Upsample", [x], opset=7, scales=[1.0, 1.0, 2.0, 3.0])
    case("Upsample 9", "Upsample", [x, scales(2, 2)], opset=9, constants=(1,))
    case("Upsample 9, linear", "Upsample", [x, scales(2, 2)], opset=9, constants=(1,), mode="linear")
    case("Resize 10", "Resize", [x, scales(2, 1.5)], opset=10, constants=(1,))
    case("Resize 10, linear", "Resize", [x, scales(2, 1.5)], opset=10, constants=(1,), mode="linear")
    modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
    for coordinates in modes:
        for mode in ("linear", "cubic", "nearest"):
            for to in [(2, 2), (1.6, 0.7)]:
                case(f"Resize, {mode}, {coordinates}, by {to}", "Resize", [x, none, scales(*to)], opset=13,
                     constants=(1, 2), mode=mode, coordinate_transformation_mode=coordinates)
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        case(f"Resize, {rounding}", "Resize", [x, none, scales(2.5, 0.6)], opset=11, constants=(1, 2),
             nearest_mode=rounding)
    sizes = np.array([1, 2, 7, 3])
    for mode in ("linear", "cubic", "nearest"):
        case(f"Resize to sizes, {mode}", "Resize", [x, none, none, sizes], opset=11, constants=(1, 2, 3), mode=mode)
        case(f"Resize to sizes, {mode}", "Resize", [x, None, None, sizes], opset=19, constants=(3,), mode=mode)
    case("Resize, symmetric", "Resize", [x, None, scales(1.3, 1.7)], opset=19, constants=(2,), mode="linear",
         coordinate_transformation_mode="half_pixel_symmetric")
    case("Resize, other cubic", "Resize", [x, none, scales(2, 2)], opset=13, constants=(1, 2), mode="cubic",
         cubic_coeff_a=-0.5, exclude_outside=1)
    case("Resize, axes", "Resize", [x, None, np.array([2, 2], np.float32)], opset=18, constants=(2,), axes=[2, 3])


def halves():
    h = lambda *s: floats(*s).astype(np.float16)
    case("conv, half", "Conv", [h(1, 2, 5, 5), h(3, 2, 3, 3), h(3)])
    case("gemm, half", "Gemm", [h(2, 3), h(3, 4), h(4)])
    case("relu, half", "Relu", [h(2, 3)])
    case("add, half", "Add", [h(2, 3), h(3)])
    case("concat, half", "Concat", [h(2, 3), h(2, 1)], axis=1)
    case("average, half", "GlobalAveragePool", [h(1, 2, 3, 3)])


for part in (convolutions, products, normalizations, elementwise, pools, reductions, moves, shapes, resizes, halves):
    part()

out = bytearray()


def put(data):
    out.extend(struct.pack("<I", len(data)))
    out.extend(data)


out.extend(struct.pack("<I", len(cases)))
for name, model, inputs, results in cases:
    put(name.encode())
    put(model.SerializeToString())
    for tensors in (inputs, results):
        out.extend(struct.pack("<I", len(tensors)))
        for tensor in tensors:
            put(numpy_helper.from_array(np.asarray(tensor)).SerializeToString())
path = Path(__file__).with_name("operators.bin")
path.write_bytes(out)
print(f"{len(cases)} cases, {len(out)} bytes (compressed {len(zlib.compress(bytes(out)))})")
