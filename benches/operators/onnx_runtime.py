"""ONNX Runtime for the benchmark of operators, one thread. Reads lines: the name of a model's file opens it, `run` runs it once on
random numbers. Answers each with a line: `ready`, or the seconds that the run took.
"""

import sys
import time

import numpy as np
import onnxruntime

TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64}


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    print("ready", flush=True)
    session = feed = None
    for line in sys.stdin:
        line = line.strip()
        if line == "run":
            start = time.perf_counter()
            session.run(None, feed)
            print(time.perf_counter() - start, flush=True)
            continue
        session = onnxruntime.InferenceSession(line, options, providers=["CPUExecutionProvider"])
        feed = {}
        for value in session.get_inputs():
            shape = [size if isinstance(size, int) else 1 for size in value.shape]
            numbers = np.random.default_rng(1).uniform(-1, 1, shape)
            feed[value.name] = numbers.astype(TYPES[value.type])
        print("ready", flush=True)


main()
