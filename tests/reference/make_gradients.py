"""Makes gradients.bin: small whole models with inputs, and the losses and gradients that JAX finds for them.

Run with jax, numpy, onnx and onnxruntime installed:  python tests/reference/make_gradients.py

Each model stands here twice, as ONNX and in JAX's own terms, and the two share nothing but the numbers of the weights.
ONNX Runtime checks that both compute the same. The losses are written out from their formulas, and JAX differentiates
in double precision. All numbers are drawn from a fixed seed.

The file is made of length-prefixed records as operators.bin is, numbers as little-endian u32. Each case: its name; what
the loss is and which tensors are learned, as JSON; the model; then lists of TensorProtos: the input, the labels and the
teacher's logits; the loss and the gradients, in the order of what is learned.
"""

import json
import struct
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime as ort
from jax import lax
from onnx import helper, numpy_helper, TensorProto

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(2026)
CLASSES = 7


class Net:
    """An ONNX graph under construction: values are names."""

    def __init__(self, *shape):
        self.shape, self.nodes, self.stored, self.learned = shape, [], {}, []

    def store(self, name, numbers):
        self.stored[name] = np.asarray(numbers)
        return name

    def weight(self, name, *shape, mean=0.0, spread=None):
        """A tensor that is learned, spread so that activations neither grow nor fade."""
        inputs = np.prod(shape[1:]) if len(shape) > 1 else 25
        drawn = mean + rng.normal(size=shape) * (spread or np.sqrt(2 / inputs))
        self.learned.append(name)
        return self.store(name, drawn.astype(np.float32))

    def op(self, kind, *inputs, outputs=1, **attributes):
        made = [f"{kind}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, made, **attributes))
        return made[0] if outputs == 1 else made

    def ints(self, name, *numbers):
        return self.store(name, np.array(numbers, np.int64))

    def number(self, name, number):
        return self.store(name, np.float32(number))

    def conv(self, x, name, out, into, k, stride=1, group=1, bias=False):
        names = [x, self.weight(f"{name}.w", out, into // group, k, k)]
        if bias:
            names.append(self.weight(f"{name}.b", out))
        return self.op("Conv", *names, strides=[stride] * 2, pads=[k // 2] * 4, group=group)

    def norm(self, x, name, count):
        scale = self.weight(f"{name}.scale", count, mean=1.0)
        shift = self.weight(f"{name}.shift", count)
        mean = self.store(f"{name}.mean", rng.normal(size=count).astype(np.float32) * 0.2)
        variance = self.store(f"{name}.var", rng.uniform(0.5, 2, count).astype(np.float32))
        return self.op("BatchNormalization", x, scale, shift, mean, variance)

    def layer_norm(self, x, name, count):
        scale = self.weight(f"{name}.scale", count, mean=1.0)
        return self.op("LayerNormalization", x, scale, self.weight(f"{name}.shift", count), axis=-1)

    def linear(self, x, name, out, into):
        weights, bias = self.weight(f"{name}.w", out, into), self.weight(f"{name}.b", out)
        return self.op("Gemm", x, weights, bias, transB=1)

    def dense(self, x, name, out, into):
        """As exporters write a linear layer over more than two axes."""
        product = self.op("MatMul", x, self.weight(f"{name}.w", into, out, spread=into**-0.5))
        return self.op("Add", product, self.weight(f"{name}.b", out))

    def model(self, logits):
        self.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
        graph = helper.make_graph(
            self.nodes,
            "case",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *self.shape])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
            [numpy_helper.from_array(array, name) for name, array in self.stored.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


# The same layers in JAX's terms. `p` holds all stored tensors by name.


def conv(p, x, name, stride=1, group=1):
    w = p[f"{name}.w"]
    pad = [(w.shape[-1] // 2,) * 2] * 2
    y = lax.conv_general_dilated(x, w, (stride, stride), pad, feature_group_count=group)
    bias = p.get(f"{name}.b")
    return y if bias is None else y + bias[:, None, None]


def norm(p, x, name, of_batch):
    mean, variance = p[f"{name}.mean"], p[f"{name}.var"]
    if of_batch:
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
    wide = lambda v: v[:, None, None]
    standard = (x - wide(mean)) / jnp.sqrt(wide(variance) + 1e-5)
    return standard * wide(p[f"{name}.scale"]) + wide(p[f"{name}.shift"])


def layer_norm(p, x, name):
    standard = (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5)
    return standard * p[f"{name}.scale"] + p[f"{name}.shift"]


def linear(p, x, name):
    return x @ p[f"{name}.w"].T + p[f"{name}.b"]


def dense(p, x, name):
    return x @ p[f"{name}.w"] + p[f"{name}.b"]


def residual_onnx():
    """A small ResNet for CIFAR (He et al. 2016), its shortcut by striding and padding with zeros (option A)."""
    net = Net(3, 12, 12)
    y = net.op("Relu", net.norm(net.conv("x", "stem", 8, 3, 3), "stem.n", 8))
    for name, into, out, stride in [("one", 8, 8, 1), ("two", 8, 12, 2)]:
        main = net.norm(net.conv(y, f"{name}.a", out, into, 3, stride), f"{name}.a.n", out)
        main = net.norm(net.conv(net.op("Relu", main), f"{name}.b", out, out, 3), f"{name}.b.n", out)
        if stride == 2:
            ends = net.ints("ends", 2**31 - 1, 2**31 - 1)
            y = net.op("Slice", y, net.ints("starts", 0, 0), ends, net.ints("axes", 2, 3), net.ints("steps", 2, 2))
            y = net.op("Pad", y, net.ints("pads", 0, 2, 0, 0, 0, 2, 0, 0))
        y = net.op("Relu", net.op("Add", main, y))
    pooled = net.op("Flatten", net.op("GlobalAveragePool", y))
    return net, net.linear(pooled, "head", CLASSES, 12)


def residual_jax(p, x, of_batch):
    y = jax.nn.relu(norm(p, conv(p, x, "stem"), "stem.n", of_batch))
    for name, stride in [("one", 1), ("two", 2)]:
        main = jax.nn.relu(norm(p, conv(p, y, f"{name}.a", stride), f"{name}.a.n", of_batch))
        main = norm(p, conv(p, main, f"{name}.b"), f"{name}.b.n", of_batch)
        if stride == 2:
            y = jnp.pad(y[:, :, ::2, ::2], ((0, 0), (2, 2), (0, 0), (0, 0)))
        y = jax.nn.relu(main + y)
    return linear(p, y.mean((2, 3)), "head")


def mobile_onnx():
    """Inverted residuals with squeeze-and-excitation (MobileNetV3, Howard et al. 2019)."""
    net = Net(3, 16, 16)
    y = net.op("HardSwish", net.norm(net.conv("x", "stem", 8, 3, 3, 2), "stem.n", 8))
    for name, into, out, k, stride in [("one", 8, 8, 5, 1), ("two", 8, 12, 3, 2)]:
        wide = 3 * into
        main = net.norm(net.conv(y, f"{name}.up", wide, into, 1), f"{name}.up.n", wide)
        main = net.op("HardSwish", main)
        main = net.norm(net.conv(main, f"{name}.deep", wide, wide, k, stride, wide), f"{name}.deep.n", wide)
        if name == "one":
            main = net.op("HardSwish", main)
        else:
            main = net.op("Clip", main, net.number("low", 0), net.number("high", 6))
        gate = net.conv(net.op("GlobalAveragePool", main), f"{name}.squeeze", 6, wide, 1, bias=True)
        gate = net.conv(net.op("Relu", gate), f"{name}.excite", wide, 6, 1, bias=True)
        gate = net.op("HardSigmoid", gate, alpha=1 / 6, beta=0.5)
        main = net.op("Mul", main, gate)
        main = net.norm(net.conv(main, f"{name}.down", out, wide, 1), f"{name}.down.n", out)
        y = net.op("Add", y, main) if stride == 1 else main
    y = net.op("Mul", y, net.op("Sigmoid", y))
    pooled = net.op("Flatten", net.op("GlobalAveragePool", y))
    return net, net.linear(pooled, "head", CLASSES, 12)


def mobile_jax(p, x, of_batch):
    y = jax.nn.hard_swish(norm(p, conv(p, x, "stem", 2), "stem.n", of_batch))
    for name, stride in [("one", 1), ("two", 2)]:
        main = jax.nn.hard_swish(norm(p, conv(p, y, f"{name}.up"), f"{name}.up.n", of_batch))
        main = norm(p, conv(p, main, f"{name}.deep", stride, main.shape[1]), f"{name}.deep.n", of_batch)
        main = jax.nn.hard_swish(main) if name == "one" else jax.nn.relu6(main)
        gate = conv(p, main.mean((2, 3), keepdims=True), f"{name}.squeeze")
        gate = jax.nn.hard_sigmoid(conv(p, jax.nn.relu(gate), f"{name}.excite"))
        main = norm(p, conv(p, main * gate, f"{name}.down"), f"{name}.down.n", of_batch)
        y = y + main if stride == 1 else main
    return linear(p, jax.nn.silu(y).mean((2, 3)), "head")


WIDTH, HEADS = 16, 2


def attention_onnx():
    """Patches, two heads of attention and a perceptron, each behind its normalization (ViT, Dosovitskiy et al. 2021)."""
    net = Net(1, 12, 12)
    patches = net.op("Conv", "x", net.weight("patch.w", WIDTH, 1, 4, 4), net.weight("patch.b", WIDTH), strides=[4, 4])
    tokens = net.op("Reshape", patches, net.ints("to tokens", 0, WIDTH, -1))
    y = net.op("Add", net.op("Transpose", tokens, perm=[0, 2, 1]), net.weight("place", 9, WIDTH, spread=0.3))

    z = net.layer_norm(y, "before", WIDTH)
    heads = net.ints("to heads", 0, -1, HEADS, WIDTH // HEADS)
    parts = {}
    for name, order in [("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])]:
        split = net.op("Reshape", net.dense(z, name, WIDTH, WIDTH), heads)
        parts[name] = net.op("Transpose", split, perm=order)
    scale = net.number("scale", (WIDTH // HEADS) ** -0.5)
    scores = net.op("Mul", net.op("MatMul", parts["q"], parts["k"]), scale)
    mixed = net.op("MatMul", net.op("Softmax", scores, axis=-1), parts["v"])
    joined = net.op("Reshape", net.op("Transpose", mixed, perm=[0, 2, 1, 3]), net.ints("joined", 0, -1, WIDTH))
    y = net.op("Add", y, net.dense(joined, "out", WIDTH, WIDTH))

    z = net.dense(net.layer_norm(y, "between", WIDTH), "up", 2 * WIDTH, WIDTH)
    y = net.op("Add", y, net.dense(net.op("Gelu", z), "down", WIDTH, 2 * WIDTH))
    pooled = net.op("ReduceMean", net.layer_norm(y, "after", WIDTH), net.ints("over", 1), keepdims=0)
    z = net.op("Gelu", net.linear(pooled, "hidden", WIDTH, WIDTH), approximate="tanh")
    return net, net.linear(z, "head", CLASSES, WIDTH)


def attention_jax(p, x, of_batch):
    patches = lax.conv_general_dilated(x, p["patch.w"], (4, 4), "VALID") + p["patch.b"][:, None, None]
    y = patches.reshape(len(x), WIDTH, 9).swapaxes(1, 2) + p["place"]
    z = layer_norm(p, y, "before")
    q, k, v = (dense(p, z, name).reshape(len(x), 9, HEADS, -1) for name in "qkv")
    shares = jax.nn.softmax(jnp.einsum("nqhd,nkhd->nhqk", q, k) / jnp.sqrt(WIDTH // HEADS))
    y = y + dense(p, jnp.einsum("nhqk,nkhd->nqhd", shares, v).reshape(len(x), 9, WIDTH), "out")
    z = jax.nn.gelu(dense(p, layer_norm(p, y, "between"), "up"), approximate=False)
    y = y + dense(p, z, "down")
    z = jax.nn.gelu(linear(p, layer_norm(p, y, "after").mean(1), "hidden"), approximate=True)
    return linear(p, z, "head")


def pyramid_onnx():
    """Down and up again with what was seen on the way down beside it (U-Net, Ronneberger et al. 2015)."""
    net = Net(2, 12, 12)
    padded = net.op("Pad", "x", net.ints("pads", 0, 0, 1, 2, 0, 0, 1, 0), mode="reflect")
    y = net.op("Conv", padded, net.weight("stem.w", 8, 2, 3, 3), net.weight("stem.b", 8), pads=[0, 0, 0, 0])
    fine = net.op("PRelu", y, net.weight("slope", 8, 1, 1, mean=0.2, spread=0.05))
    left, right = net.op("Split", fine, net.ints("parts", 3, 5), axis=1, outputs=2)
    gated = net.op("Mul", left, net.op("Tanh", net.conv(right, "gate", 3, 5, 1, bias=True)))
    y = net.op("Concat", gated, right, axis=1)
    down = net.op("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    down = net.op("LeakyRelu", net.norm(net.conv(down, "down", 12, 8, 3), "down.n", 12), alpha=0.1)
    scale, shift = net.weight("inner.scale", 12, mean=1.0), net.weight("inner.shift", 12)
    down = net.op("InstanceNormalization", down, scale, shift)
    nothing = net.store("nothing", np.zeros(0, np.float32))
    twice = net.store("twice", np.array([1, 1, 2, 2], np.float32))
    up = net.op("ConvTranspose", down, net.weight("up.w", 12, 4, 2, 2), net.weight("up.b", 4), strides=[2, 2])
    smooth = net.op("Resize", down, nothing, twice, mode="linear")
    blocks = net.op("Resize", down, nothing, twice, mode="nearest")
    y = net.op("Concat", up, smooth, net.op("Sub", blocks, smooth), fine, axis=1)
    y = net.op("Elu", net.norm(net.conv(y, "last", 10, 36, 1), "last.n", 10))
    y = net.op("AveragePool", y, kernel_shape=[4, 4], strides=[4, 4])
    return net, net.linear(net.op("Flatten", y), "head", CLASSES, 90)


def pyramid_jax(p, x, of_batch):
    padded = jnp.pad(x, ((0, 0), (0, 0), (1, 1), (2, 0)), mode="reflect")
    y = lax.conv_general_dilated(padded, p["stem.w"], (1, 1), "VALID") + p["stem.b"][:, None, None]
    fine = jnp.where(y < 0, p["slope"] * y, y)
    gated = fine[:, :3] * jnp.tanh(conv(p, fine[:, 3:], "gate"))
    y = jnp.concatenate([gated, fine[:, 3:]], axis=1)
    border = ((0, 0), (0, 0), (1, 1), (1, 1))
    down = lax.reduce_window(y, -jnp.inf, lax.max, (1, 1, 3, 3), (1, 1, 2, 2), border)
    down = jax.nn.leaky_relu(norm(p, conv(p, down, "down"), "down.n", of_batch), 0.1)
    mean, variance = down.mean((2, 3), keepdims=True), down.var((2, 3), keepdims=True)
    wide = lambda v: v[:, None, None]
    down = (down - mean) / jnp.sqrt(variance + 1e-5) * wide(p["inner.scale"]) + wide(p["inner.shift"])
    up = jnp.einsum("nchw,cokl->nohkwl", down, p["up.w"]).reshape(len(x), 4, 12, -1) + wide(p["up.b"])
    up_to = (*down.shape[:2], 2 * down.shape[2], 2 * down.shape[3])
    smooth = jax.image.resize(down, up_to, "linear")
    blocks = down.repeat(2, axis=2).repeat(2, axis=3)
    y = jnp.concatenate([up, smooth, blocks - smooth, fine], axis=1)
    y = jax.nn.elu(norm(p, conv(p, y, "last"), "last.n", of_batch))
    y = lax.reduce_window(y, 0.0, lax.add, (1, 1, 4, 4), (1, 1, 4, 4), "VALID") / 16
    return linear(p, y.reshape(len(x), -1), "head")


def loss_of(logits, labels, teacher, terms):
    """Cross-entropy with label smoothing, and T² · KL(teacher ‖ student) at temperature T: means over the samples."""
    loss = 0.0
    if "labels" in terms:
        smoothing = terms["smoothing"]
        target = (1 - smoothing) * jax.nn.one_hot(labels, CLASSES) + smoothing / CLASSES
        loss += terms["labels"] * -(target * jax.nn.log_softmax(logits)).sum(1).mean()
    if "teacher" in terms:
        temperature = terms["temperature"]
        wanted, has = jax.nn.log_softmax(teacher / temperature), jax.nn.log_softmax(logits / temperature)
        divergence = (jnp.exp(wanted) * (wanted - has)).sum(1).mean()
        loss += terms["teacher"] * temperature**2 * divergence
    return loss


def case(name, built, in_jax, batch, of_batch, terms):
    net, logits = built
    model = net.model(logits)
    x = rng.normal(size=(batch, *net.shape)).astype(np.float32)
    labels = rng.integers(0, CLASSES, batch)
    teacher = (2 * rng.normal(size=(batch, CLASSES))).astype(np.float32)

    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    stored = {n: jnp.asarray(a, jnp.float64) for n, a in net.stored.items() if a.dtype == np.float32}
    (theirs,) = session.run(None, {"x": x})
    ours = in_jax(stored, jnp.asarray(x, jnp.float64), False)
    assert np.abs(theirs - ours).max() < 1e-4 * np.abs(ours).max(), name

    def loss(learned):
        made = in_jax({**stored, **learned}, jnp.asarray(x, jnp.float64), of_batch)
        return loss_of(made, labels, jnp.asarray(teacher, jnp.float64), terms)

    value, gradients = jax.value_and_grad(loss)({n: stored[n] for n in net.learned})
    print(f"{name}: loss {value:.4f}, {len(gradients)} parameters, {sum(g.size for g in gradients.values())} numbers")
    found = [np.float32(value), *(np.asarray(gradients[n], np.float32) for n in net.learned)]
    put(name.encode())
    put(json.dumps({"batch": batch, "of_batch": of_batch, "learned": net.learned, **terms}).encode())
    put(model.SerializeToString())
    for tensors in ([x, labels, teacher], found):
        out.extend(struct.pack("<I", len(tensors)))
        for tensor in tensors:
            put(numpy_helper.from_array(tensor).SerializeToString())


out = bytearray()


def put(data):
    out.extend(struct.pack("<I", len(data)))
    out.extend(data)


LABELS = {"labels": 1.0, "smoothing": 0.1}
TEACHER = {"teacher": 1.0, "temperature": 4.0}
BOTH = {"labels": 0.3, "smoothing": 0.05, "teacher": 0.7, "temperature": 2.5}
CASES = [
    ("residual, labels", residual_onnx, residual_jax, 6, True, LABELS),
    ("residual, frozen statistics, teacher", residual_onnx, residual_jax, 6, False, TEACHER),
    ("mobile, frozen statistics, both", mobile_onnx, mobile_jax, 4, False, BOTH),
    ("mobile, teacher", mobile_onnx, mobile_jax, 5, True, TEACHER),
    ("attention, labels", attention_onnx, attention_jax, 3, False, LABELS),
    ("attention, both", attention_onnx, attention_jax, 4, False, BOTH),
    ("pyramid, both", pyramid_onnx, pyramid_jax, 5, True, BOTH),
    ("pyramid, frozen statistics, labels", pyramid_onnx, pyramid_jax, 3, False, LABELS),
]
out.extend(struct.pack("<I", len(CASES)))
for name, in_onnx, in_jax, batch, of_batch, terms in CASES:
    case(name, in_onnx(), in_jax, batch, of_batch, terms)
path = Path(__file__).with_name("gradients.bin")
path.write_bytes(out)
print(f"{len(CASES)} cases, {len(out)} bytes")
