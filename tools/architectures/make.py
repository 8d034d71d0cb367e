"""Writes docs/architectures.md: what becomes of architectures of torchvision and timm.

    python tools/architectures/make.py MEASURE [--keep FOLDER] [NAME...]

MEASURE is the built `cargo build --example architectures`. With NAMEs, only these are measured, and the table is printed
instead of written. Models are made in a temporary folder and deleted; --keep leaves them in FOLDER, and what is there already is
not exported again.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from runtime import apart, read_tensors, run
from table import page
from zoo import ARCHITECTURES

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "architectures.md"
#: Seconds that exporting, and measuring, one architecture may take.
PATIENCE = 900
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def exported(number, folder):
    """Writes the model into the folder. What went wrong, or None."""
    if (folder / "output_0.pb").exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(HERE / "export.py"), str(number), str(folder)]
    return finished(command)[1]


def finished(command):
    """What a command printed, and what went wrong or None."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=ENVIRONMENT)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(), f"not finished after {PATIENCE} s"
    lines = done.stderr.strip().splitlines()
    return done.stdout, (lines[-1] if lines else f"exit status {done.returncode}") if done.returncode else None


def measured(measure, folder):
    """What `measure.rs` found, by what it was about, with ONNX Runtime's word on the cuts' files."""
    output, failure = finished([measure, str(folder)])
    found = {}
    for line in output.splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            found.update(json.loads(line))
    if failure and "failed" not in found:
        found["failed"] = failure
    for cut in ("least", "half"):
        if "share" in found.get(cut, {}):
            found[cut]["runtime"] = in_runtime(folder, cut)
    return found


def in_runtime(folder, cut):
    """How far the cut's file and the masked model's are apart in ONNX Runtime, as a share of the largest output; or what went
    wrong."""
    inputs = read_tensors(folder, "input")
    try:
        masked, packed = (run(folder / f"{cut}-{kind}.onnx", inputs) for kind in ("masked", "packed"))
    except Exception as error:  # ONNX Runtime has a class for each of its errors, and this is to be told, not handled.
        return {"error": str(error).splitlines()[0]}
    return {"rel": apart(packed, masked)[1]}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("measure")
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("names", nargs="*")
    asked = arguments.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        top = asked.keep or Path(temporary)
        for number, architecture in enumerate(ARCHITECTURES):
            if asked.names and not any(name in architecture.title for name in asked.names):
                continue
            folder = top / str(number)
            failure = exported(number, folder)
            found = {"export": failure} if failure else measured(asked.measure, folder)
            rows.append((architecture, found))
            print(architecture.package, architecture.title, json.dumps(found), file=sys.stderr, flush=True)
            if not asked.keep:
                shutil.rmtree(folder, ignore_errors=True)
    if asked.names:
        print(page(rows))
    else:
        DOCUMENT.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
