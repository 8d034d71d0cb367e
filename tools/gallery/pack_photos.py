"""Packs the sample photos for the page: a JPEG file each, and `photos.json` with their titles, credits and licenses.

    python -m venv env && env/bin/pip install -r tools/gallery/requirements.txt
    env/bin/python tools/gallery/pack_photos.py www/public/photos

The photos come from Debian's packages, which `apt-get download` brings, and from scikit-image. A checksum for each package
tells whether the photos are those that are meant. All are free for any use: they are in the public domain or under CC0 1.0,
or, of three wallpapers, under CC BY 4.0, which asks for the credit. Those are taken that EfficientNet-Lite0 knows, or nearly:
the sunflower is a daisy to it, since ImageNet has no sunflowers. The page begins with the first three; a split of all has
photos to train on and to choose by.
"""

import hashlib
import io
import json
import pathlib
import sys
import tempfile
import typing

from PIL import Image
from photo_packages import (
    gcompris_photo,
    installed,
    lomiri_wallpaper,
    palapeli_puzzle,
    plasma_avatar,
    scikit_image_sample,
    unpacked,
)

QUALITY = 88
# A photo whose longer side is longer is scaled down to this.
LONGER_SIDE = 512
# Where to read the licenses that a photo may have.
LICENSES = {
    "Public Domain": None,
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}


class Photo(typing.NamedTuple):
    # What the package calls it, and what the page does.
    name: str
    title: str
    # Left, top, right and bottom of what is shown, where that isn't all.
    box: tuple[int, int, int, int] | None = None


class Package(typing.NamedTuple):
    name: str
    # SHA-256 of its photos below, one after the other.
    checksum: str
    find: typing.Callable
    photos: list[Photo]


DEBIAN = [
    Package(
        "plasma-workspace-data",
        "32272388b547fad99787dace0c9dfdfcafe5a9fe07d0c3376522ec58e797a7d7",
        plasma_avatar,
        [
            Photo("Dog", "Golden retriever"),
            Photo("Parrot", "Lorikeet"),
            Photo("Air Balloon", "Hot-air balloon"),
            Photo("Fish", "Goldfish"),
            Photo("Chameleon", "Chameleon"),
            Photo("Shuttle", "Space shuttle"),
            Photo("Brushes", "Paintbrushes"),
            Photo("Sunflower", "Sunflower"),
            Photo("Cat", "Tabby cat"),
            Photo("Pencils", "Colored pencils"),
            Photo("Car", "Sports car"),
            Photo("Owl", "Owl"),
        ],
    ),
    Package(
        "gcompris-qt-data",
        "760386655003869e9e7c148d8b05f8889a42e486f79b2d6a0ab3ea6902e8fc0d",
        gcompris_photo,
        [
            Photo("erase/red_panda.webp", "Red panda", (240, 0, 1680, 1080)),
            Photo("explore_world_animals/animals/koala.webp", "Koala"),
            Photo("categorization/images/others/pan.webp", "Frying pan"),
            Photo("erase/crab.webp", "Crab", (240, 0, 1680, 1080)),
            Photo("explore_world_animals/animals/polar_bear.webp", "Polar bear"),
            Photo("explore_monuments/germany/neuschwansteinCastle.webp", "Castle", (60, 0, 970, 683)),
            Photo("explore_world_animals/animals/bison.webp", "Bison"),
            Photo("categorization/images/fishes/fish9.webp", "Clownfish"),
            Photo("explore_world_animals/animals/lemur.webp", "Ring-tailed lemur", (282, 80, 782, 580)),
            Photo("categorization/images/tools/screwDriver2.webp", "Screwdriver"),
            Photo("explore_farm_animals/animals/chicken.webp", "Hen", (333, 77, 793, 537)),
            Photo("explore_world_animals/animals/dragon.webp", "Komodo dragon"),
        ],
    ),
    Package(
        "palapeli-data",
        "8eccaa384545da1eb2b53eb2683c34a53c6a771353b18c64f5297c29dc1c0032",
        palapeli_puzzle,
        [
            Photo("european-honey-bee", "Honeybee"),
            Photo("citrus-fruits", "Orange", (196, 209, 668, 681)),
        ],
    ),
    Package(
        "lomiri-wallpapers-16.04",
        "af6f81234c586d88024d20b608f5aa013006a84372cf69eda8761ee5f42d956d",
        lomiri_wallpaper,
        [
            Photo("friends_by_Aitzol_Berasategi.jpg", "Cocker spaniel", (832, 1246, 1551, 1965)),
            Photo("Picture_0B_by_freespace.jpg", "Fig", (1029, 356, 2057, 1384)),
            Photo("Wine_by_Jakkub_Mede.jpg", "Drum", (256, 1649, 1792, 3185)),
        ],
    ),
]
SCIKIT_IMAGE = Package(
    "skimage",
    "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    scikit_image_sample,
    [Photo("coffee", "Espresso")],
)


def photos_of(package, root):
    """Each photo of the package, as it is found there."""
    finds = [package.find(root, photo.name) for photo in package.photos]
    checksum = hashlib.sha256(b"".join(find.photo for find in finds)).hexdigest()
    if checksum != package.checksum:
        sys.exit(f"{package.name} has other photos than those that are meant: their SHA-256 is {checksum}")
    return zip(package.photos, finds)


def cropped_and_scaled(image, box):
    """The part of a photo that is shown, no larger than wanted, and what was done to it."""
    done = []
    if box:
        image = image.crop(box)
        done.append("cropped")
    if max(image.size) > LONGER_SIDE:
        image.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
        done.append("scaled down")
    return image, " and ".join(done)


def packed(photo, find, carrier, target):
    """Writes the photo's file. Gives what photos.json says of it."""
    if find.license not in LICENSES:
        sys.exit(f"{photo.name} is under {find.license}, which is none of {', '.join(LICENSES)}")
    image, changes = cropped_and_scaled(Image.open(io.BytesIO(find.photo)).convert("RGB"), photo.box)
    name = photo.title.lower().replace(" ", "-")
    image.save(target / f"{name}.jpg", quality=QUALITY, optimize=True)
    facts = {
        "id": name,
        "title": photo.title,
        "file": f"{name}.jpg",
        "credit": find.credit,
        "license": find.license,
        "terms": LICENSES[find.license],
        "source": ", ".join(filter(None, [find.source, carrier, changes])),
    }
    return {key: value for key, value in facts.items() if value is not None}


def main(target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    photos = []
    with tempfile.TemporaryDirectory() as folder:
        for package in DEBIAN:
            carrier = f"as Debian's package {package.name} carries it"
            root = unpacked(package.name, folder)
            photos += [packed(photo, find, carrier, target) for photo, find in photos_of(package, root)]
    for photo, find in photos_of(SCIKIT_IMAGE, installed(SCIKIT_IMAGE.name)):
        photos.append(packed(photo, find, None, target))
    (target / "photos.json").write_text(json.dumps({"photos": photos}, indent=2, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
