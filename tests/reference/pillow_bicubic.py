"""Writes pillow_bicubic.json: what Pillow's BICUBIC makes of small noisy pictures (pip install pillow==13.0.0).

Each case is a width, a height, a target width and height, and the target's RGB bytes. The source's levels follow the
formula in `level`, so that the test can make the same picture.
"""

import json
import pathlib

from PIL import Image

CASES = [((40, 30), (16, 9)), ((13, 17), (13, 5)), ((6, 5), (14, 20)), ((31, 8), (10, 24)), ((97, 61), (8, 8))]


def level(x, y, channel):
    return 64 + ((x * 7919 + y * 104729 + channel * 1299709) * 2654435761 % 2**32 >> 25)


def case(size, target):
    width, height = size
    picture = Image.new("RGB", size)
    picture.putdata([tuple(level(x, y, c) for c in range(3)) for y in range(height) for x in range(width)])
    resized = picture.resize(target, Image.Resampling.BICUBIC)
    return {"from": size, "to": target, "rgb": list(resized.tobytes())}


out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps([case(*sizes) for sizes in CASES], separators=(",", ":")) + "\n")
