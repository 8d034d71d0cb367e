"""Writes sample_photos.json: what Pillow and ONNX Runtime make of the sample photographs.

    python tests/reference/sample_photos.py

(with the packages of tools/gallery/requirements.txt). Of each photo: `thumbnail`, the RGB bytes of its largest middle
square resized to 8 × 8 with Pillow's BICUBIC, and `first`, the class that EfficientNet-Lite0 puts first in ONNX Runtime.
"""

import json
import pathlib
import sys

import onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools/gallery"))
from check_half_precision import tensor  # noqa: E402

model = ROOT / "www/public/gallery/efficientnet-lite0.onnx"
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def facts(path):
    photo = Image.open(path).convert("RGB")
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    middle = photo.crop((left, top, left + side, top + side))
    thumbnail = middle.resize((8, 8), Image.Resampling.BICUBIC)
    logits = session.run(None, {"image": tensor(path)})[0][0]
    return {"file": path.name, "thumbnail": list(thumbnail.tobytes()), "first": int(logits.argmax())}


photos = sorted((ROOT / "www/public/photos").glob("*.jpg"))
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("[\n" + ",\n".join(json.dumps(facts(p), separators=(",", ":")) for p in photos) + "\n]\n")
