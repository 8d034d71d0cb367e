"""Writes engine.json: what ONNX Runtime makes of the models in ../shared/models for an input by formula.

Run from the repository's root with the packages numpy and onnxruntime. Element i of the input is
sin(0.37·i) + cos(0.011·i), computed in double precision and rounded to single.
"""

import json

import numpy as np
import onnxruntime

MODELS = {
    "efficientnet-lite0": ((2, 3, 224, 224), ["gap", "_blocks.3._bn2_out_12"]),
    "resnet20-cifar10": ((2, 3, 32, 32), ["layer1.0.out", "layer2.0.bn1_out", "gap"]),
}


def signal(shape):
    i = np.arange(np.prod(shape), dtype=np.float64)
    return (np.sin(0.37 * i) + np.cos(0.011 * i)).astype(np.float32).reshape(shape)


def main():
    import onnx

    results = {}
    for name, (shape, kept) in MODELS.items():
        model = onnx.load(f"../shared/models/{name}.onnx")
        made = {output for node in model.graph.node for output in node.output}
        kept = [value for value in kept if value in made]
        model.graph.output.extend(onnx.ValueInfoProto(name=value) for value in kept)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        values = session.run(["logits", *kept], {"image": signal(shape)})
        results[name] = {"shape": shape, "logits": values[0].flatten().tolist(), "values": {}}
        for value, numbers in zip(kept, values[1:]):
            numbers = numbers.flatten()
            # Every so many numbers are enough to tell, and keep the file small.
            step = max(1, len(numbers) // 500)
            results[name]["values"][value] = {
                "count": len(numbers),
                "step": step,
                "numbers": numbers[::step].tolist(),
            }
    with open("tests/reference/engine.json", "w") as file:
        json.dump(results, file)
        file.write("\n")


main()
