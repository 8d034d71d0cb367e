"""Packs the sample photos for the page: a JPEG file each, and `photos.json` with their titles, credits and licenses.

    python -m venv env && env/bin/pip install -r tools/gallery/requirements.txt
    env/bin/python tools/gallery/pack_photos.py www/public/photos

The photos are in the public domain (CC0 1.0), as Debian's package `plasma-workspace-data` carries them, with a note on each
one's source beside it; `apt-get download` brings it. Of its twenty, those are taken that EfficientNet-Lite0 knows, or nearly:
the sunflower is a daisy to it, since ImageNet has no sunflowers. The page begins with the first three; a split of these has
photos to train on and to choose by.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from PIL import Image

PACKAGE = "plasma-workspace-data"
FOLDER = "usr/share/plasma/avatars/photos"
QUALITY = 88
# What the package calls each photo, and what the page does.
PHOTOS = {
    "Dog": "Golden retriever",
    "Parrot": "Lorikeet",
    "Air Balloon": "Hot-air balloon",
    "Fish": "Goldfish",
    "Chameleon": "Chameleon",
    "Shuttle": "Space shuttle",
    "Brushes": "Paintbrushes",
    "Sunflower": "Sunflower",
    "Cat": "Tabby cat",
    "Pencils": "Colored pencils",
    "Car": "Sports car",
    "Owl": "Owl",
}


def unpacked(folder):
    subprocess.run(["apt-get", "download", PACKAGE], cwd=folder, check=True)
    (package,) = pathlib.Path(folder).glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return pathlib.Path(folder) / FOLDER


def described(source, name, title):
    note = (source / f"{name}.png.license").read_text()
    year, author = re.search(r"SPDX-FileCopyrightText: (\d+) (.*?) <", note).groups()
    (license,) = re.findall(r"SPDX-License-Identifier: (\S+)", note)
    (address,) = re.findall(r"https://\S+", note)
    file = title.lower().replace(" ", "-")
    return {
        "id": file,
        "title": title,
        "file": f"{file}.jpg",
        "credit": f"{author}, {year}",
        "license": license,
        "source": f"{address}, as Debian's package {PACKAGE} carries it",
    }


def main(target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = unpacked(folder)
        photos = [described(source, name, title) for name, title in PHOTOS.items()]
        for name, photo in zip(PHOTOS, photos):
            image = Image.open(source / f"{name}.png").convert("RGB")
            image.save(target / photo["file"], quality=QUALITY, optimize=True)
    (target / "photos.json").write_text(json.dumps({"photos": photos}, indent=2, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
