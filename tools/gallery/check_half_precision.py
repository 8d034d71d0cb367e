"""Shows that rounding EfficientNet-Lite0's weights to half precision does not change its predictions.

    python tools/gallery/check_half_precision.py HALF.onnx FULL.onnx PHOTO...

Runs both models in ONNX Runtime on each photo, and on the color photographs that come with scikit-image. Exits with
status 1 if any first choice differs. Needs the packages of requirements.txt.
"""

import importlib.util
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

SIDE = 224
SCIKIT_PHOTOS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "motorcycle_right.png",
                 "hubble_deep_field.jpg", "retina.jpg"]


def scikit_photos():
    # Found without importing the package, whose dependencies (scipy and others) are not needed here.
    folder = pathlib.Path(importlib.util.find_spec("skimage").origin).parent / "data"
    return [folder / name for name in SCIKIT_PHOTOS]


def tensor(path):
    """The photo as the preset says: center crop, bicubic, (pixel − 127) / 128."""
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    photo = photo.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return ((np.asarray(photo, np.float32) - 127) / 128).transpose(2, 0, 1)[None]


def main(half, full, photos):
    sessions = [onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in (half, full)]
    differ = 0
    for path in [*photos, *scikit_photos()]:
        logits = [session.run(None, {"image": tensor(path)})[0][0] for session in sessions]
        first = [int(values.argmax()) for values in logits]
        differ += first[0] != first[1]
        runner_up = np.partition(logits[1], -2)[-2]
        print(f"{pathlib.Path(path).parent.parent.name}/{pathlib.Path(path).name}: half {first[0]}, full {first[1]}, "
              f"lead {logits[1].max() - runner_up:.3f}, largest change {np.abs(logits[0] - logits[1]).max():.4f}")
    return differ


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(min(main(sys.argv[1], sys.argv[2], sys.argv[3:]), 1))
