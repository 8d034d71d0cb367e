"""Holds back some of Fashion-MNIST's training pictures, so that settings can be chosen without looking at the test set.

    pip install numpy
    python benches/validation.py FASHION_MNIST FOLDER

FASHION_MNIST holds the IDX files as published. FOLDER then holds 50,000 of the training pictures and, in place of the test
set, the other 10,000, drawn at random from those that do not come with the page.
"""

import gzip
import pathlib
import sys

import numpy as np

SHIPPED = 12_000
HELD_BACK = 10_000
# Bytes before the numbers, and the axes of a picture or label.
FILES = {"images-idx3-ubyte": (16, (28, 28)), "labels-idx1-ubyte": (8, ())}


def read(folder: pathlib.Path, name: str) -> bytes:
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()


def part(folder: pathlib.Path, into: pathlib.Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for name, (header, shape) in FILES.items():
        file = read(folder, f"train-{name}")
        numbers = np.frombuffer(file, np.uint8, offset=header).reshape(-1, *shape)
        drawn = np.random.default_rng(5).permutation(len(numbers) - SHIPPED)[:HELD_BACK]
        held = np.zeros(len(numbers), bool)
        held[SHIPPED + drawn] = True
        for part_name, rows in (("train", numbers[~held]), ("t10k", numbers[held])):
            count = len(rows).to_bytes(4, "big")
            (into / f"{part_name}-{name}").write_bytes(file[:4] + count + file[8:header] + rows.tobytes())


part(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
