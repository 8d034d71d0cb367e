"""ONNX Runtime on one thread, tensors in files, and how far two answers are apart."""

import numpy as np
import onnx
import onnxruntime


def run(file, inputs):
    """All outputs of a model, for an array for each of its inputs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [given.name for given in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs, strict=True)))


def write_tensors(folder, what, arrays):
    """Writes FOLDER/WHAT_0.pb, FOLDER/WHAT_1.pb and so on."""
    for at, array in enumerate(arrays):
        (folder / f"{what}_{at}.pb").write_bytes(onnx.numpy_helper.from_array(array).SerializeToString())


def read_tensors(folder, what):
    """What `write_tensors` wrote."""
    count = len(list(folder.glob(f"{what}_*.pb")))
    files = [folder / f"{what}_{at}.pb" for at in range(count)]
    return [onnx.numpy_helper.to_array(onnx.load_tensor(str(file))) for file in files]


def apart(ours, theirs):
    """The largest difference of all outputs, and the same as a share of the largest number of its output. Infinity where
    shapes differ or a number is missing."""
    if len(ours) != len(theirs):
        return float("inf"), float("inf")
    absolute = relative = 0.0
    for a, b in zip(ours, theirs):
        if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
            return float("inf"), float("inf")
        difference = float(np.abs(a.astype(np.float64) - b).max(initial=0))
        absolute = max(absolute, difference)
        relative = max(relative, difference / max(float(np.abs(b).max(initial=0)), 1e-3))
    return absolute, relative
