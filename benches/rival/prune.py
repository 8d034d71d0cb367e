"""Prunes models with onnxsim, for `npm run bench -- --rival FOLDER` to judge.

The npm package onnxsim 0.7.3 has no pruning in its WebAssembly module (its one function is `simplify`), so this
takes the Python package, whose C++ port of the same pruning it calls:

    pip install onnxsim==0.8.1 onnx
    python benches/rival/prune.py FOLDER MODEL.onnx ...

Each model is simplified first, since otherwise the batch normalizations between convolutions stop the rival's chains and
nothing is pruned. Its time, which goes into FOLDER/milliseconds.json, is that of pruning alone.
"""

import json
import pathlib
import sys
import time

import onnx
import onnxsim
from onnxsim import onnx_simplifier

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
milliseconds = {}
for path in map(pathlib.Path, sys.argv[2:]):
    simplified, _ = onnxsim.simplify(onnx.load(path))
    for share in (0.1, 0.3, 0.5):
        for everywhere in (False, True):
            start = time.perf_counter()
            pruned = onnx_simplifier.apply_structured_pruning_cpp(simplified, sparsity=share, global_sparsity=everywhere)
            spent = (time.perf_counter() - start) * 1000
            how = "global" if everywhere else "uniform"
            name = f"{path.stem}--{how}-{share}.onnx"
            onnx.save(pruned, folder / name)
            milliseconds[name] = spent
            print(f"{name}: pruned in {spent:.0f} ms")
(folder / "milliseconds.json").write_text(json.dumps(milliseconds, indent=2))
