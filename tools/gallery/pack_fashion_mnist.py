"""Packs Fashion-MNIST for the page: the whole test set without loss, and the first of the training pictures.

    python -m venv env && env/bin/pip install -r tools/gallery/requirements.txt
    env/bin/python tools/gallery/pack_fashion_mnist.py www/public/gallery/fashion-mnist

The pictures are Zalando's (MIT license), as Debian's package `dataset-fashion-mnist` carries them; `apt-get download` brings
it, and checksums tell whether it is the one that is meant. Each part is one WebP picture of 28 × 28 pixels each, 100 in a
row in the published order, and an IDX file of its labels. The test set is stored without loss and compared byte by byte
after packing. All of it in under 6 MB leaves the training pictures about 165 bytes each, so those are stored with loss
(WebP's quality 68): good to learn from, and never measured on.

Han Xiao, Kashif Rasul, Roland Vollgraf: "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", arXiv 1708.07747.
"""

import gzip
import hashlib
import io
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

PACKAGE = "dataset-fashion-mnist"
FOLDER = "usr/share/datasets/fashion-mnist"
SIDE = 28
IN_A_ROW = 100
LEARNED_FROM = 12_000
MOST_BYTES = 6_000_000
# SHA-256 of the unpacked IDX files.
CHECKSUMS = {
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
}
# How Pillow stores each part.
WITHOUT_LOSS = {"lossless": True, "quality": 100, "method": 6}
WITH_LOSS = {"quality": 68, "method": 6}


def fetch(into):
    """Returns the folder of IDX files that Debian's package unpacks to."""
    subprocess.run(["apt-get", "download", PACKAGE], cwd=into, check=True)
    (package,) = into.glob(f"{PACKAGE}_*.deb")
    subprocess.run(["dpkg-deb", "--extract", package, into], check=True)
    return into / FOLDER


def read(folder, name):
    """The bytes of an IDX file after its header, with its shape."""
    file = gzip.decompress((folder / f"{name}.gz").read_bytes())
    if hashlib.sha256(file).hexdigest() != CHECKSUMS[name]:
        sys.exit(f"{name} is not the file that is meant: its checksum differs")
    axes = file[3]
    shape = np.frombuffer(file, ">u4", axes, offset=4)
    return np.frombuffer(file, np.uint8, offset=4 + 4 * axes).reshape(shape)


def sheet(pictures):
    """All pictures in one sheet, 100 per row."""
    rows = pictures.reshape(-1, IN_A_ROW, SIDE, SIDE)
    return rows.transpose(0, 2, 1, 3).reshape(-1, IN_A_ROW * SIDE)


def pictures_of(file):
    """The pictures in a sheet's file."""
    levels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    rows = levels[:, :, 1].reshape(-1, SIDE, IN_A_ROW, SIDE)
    return rows.transpose(0, 2, 1, 3).reshape(-1, SIDE, SIDE)


def webp(pictures, options):
    file = io.BytesIO()
    Image.fromarray(sheet(pictures)).save(file, "WEBP", **options)
    return file.getvalue()


def labels_file(labels):
    return bytes([0, 0, 8, 1]) + len(labels).to_bytes(4, "big") + labels.tobytes()


def pack(folder):
    """Returns {name: bytes} of the packed files."""
    test, train = (read(folder, f"{part}-images-idx3-ubyte") for part in ("t10k", "train"))
    labels = {part: read(folder, f"{part}-labels-idx1-ubyte") for part in ("t10k", "train")}
    files = {
        "test.webp": webp(test, WITHOUT_LOSS),
        "test-labels-idx1-ubyte": labels_file(labels["t10k"]),
        "train.webp": webp(train[:LEARNED_FROM], WITH_LOSS),
        "train-labels-idx1-ubyte": labels_file(labels["train"][:LEARNED_FROM]),
    }
    if not np.array_equal(pictures_of(files["test.webp"]), test):
        sys.exit("the packed test set is not the published one")
    apart = pictures_of(files["train.webp"]).astype(float) - train[:LEARNED_FROM]
    print(f"training pictures differ by {np.sqrt(np.mean(apart**2)):.1f} of 255 levels (root mean square)")
    return files


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    output = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as temporary:
        packed = pack(fetch(pathlib.Path(temporary)))
    for name, file in packed.items():
        (output / name).write_bytes(file)
        print(f"{name}: {len(file):,} bytes")
    if sum(map(len, packed.values())) > MOST_BYTES:
        sys.exit("together that is more than 6 MB")
