"""Makes the pictures of this folder: six colors each, with profiles of different kinds, and littlecms.json.

    python tests/reference/color_profiles/pictures.py

(with Pillow). What Chromium makes of them, chromium.mjs writes. The picture with four inks is held against LittleCMS: where black ink is
half on, Chromium shows it 31 levels brighter than its profile says.
"""

import io
import json
import pathlib
import struct

from PIL import Image, ImageCms

FOLDER = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 48, 32
COLORS = [(200, 30, 40), (30, 180, 60), (40, 60, 220), (128, 128, 128), (240, 220, 60), (10, 90, 90)]
GRAYS = [0, 40, 90, 150, 200, 255]
INKS = [(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 128), (0, 0, 0, 40), (0, 0, 0, 0)]


def fixed(number):
    return struct.pack(">i", round(number * 65536))


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)


def gamma(exponent):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def profile(space, connection, tags, kind=b"mntr"):
    """An ICC profile of version 2.4."""
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78
    rights = b"text\0\0\0\0none\0\0\0\0"
    tags = [(b"desc", description), (b"cprt", rights), (b"wtpt", xyz(0.9642, 1, 0.8249)), *tags]
    table, data, begin = b"", b"", 132 + 12 * len(tags)
    for signature, content in tags:
        content += b"\0" * (-len(content) % 4)
        table += signature + struct.pack(">II", begin + len(data), len(content))
        data += content
    head = struct.pack(">I4sI4s4s4s", begin + len(data), b"", 0x02400000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def inks_to_lab():
    """A table of two steps for each ink."""
    matrix = b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    line = struct.pack(">HH", 0, 65535)
    table = b""
    for index in range(16):
        c, m, y, k = [(index >> shift) & 1 for shift in (3, 2, 1, 0)]
        lightness = 100 * (1 - k) * (1 - (c + m + y) / 4)
        a, b = (1 - k) * 50 * (m - c), (1 - k) * 60 * (y - (c + m) / 2)
        table += struct.pack(">3H", round(lightness * 652.8), round((a + 128) * 256), round((b + 128) * 256))
    return b"mft2\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + struct.pack(">HH", 2, 2) + line * 4 + table + line * 3


def tiles(mode, colors):
    picture = Image.new(mode, (WIDTH, HEIGHT))
    for index, color in enumerate(colors):
        left, top = index % 3 * 16, index // 3 * 16
        picture.paste(color, (left, top, left + 16, top + 16))
    return picture


gray = profile(b"GRAY", b"XYZ ", [(b"kTRC", gamma(1))])
primaries = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
adobe = profile(
    b"RGB ",
    b"XYZ ",
    [(name, xyz(*color)) for name, color in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries)]
    + [(name, gamma(563 / 256)) for name in (b"rTRC", b"gTRC", b"bTRC")],
)
cmyk = profile(b"CMYK", b"Lab ", [(b"A2B0", inks_to_lab())], b"prtr")

rgb, grays, inks = tiles("RGB", COLORS), tiles("L", GRAYS), tiles("CMYK", INKS)
transparent = tiles("LA", [(level, 255 - 20 * i) for i, level in enumerate(GRAYS)])
for name, picture, embedded in [
    ("plain.jpg", rgb, None),
    ("adobe.jpg", rgb, adobe),
    ("adobe.png", rgb, adobe),
    ("adobe.webp", rgb, adobe),
    ("palette.png", rgb.quantize(16), adobe),
    ("gray.jpg", grays, gray),
    ("gray.png", grays, gray),
    ("graya.png", transparent, gray),
    ("gray_adobe.jpg", grays, adobe),
    ("gray_adobe.png", grays, adobe),
    ("rgb_grayprofile.jpg", rgb, gray),
    ("rgb_grayprofile.png", rgb, gray),
    ("rgb_cmykprofile.jpg", rgb, cmyk),
    ("cmyk_plain.jpg", inks, None),
    ("cmyk.jpg", inks, cmyk),
    ("cmyk_adobe.jpg", inks, adobe),
    ("broken.jpg", rgb, adobe[:200]),
    ("broken2.jpg", rgb, b"x" * 50),
]:
    options = {"quality": 100, "subsampling": 0} if name.endswith("jpg") else {"lossless": True}
    picture.save(FOLDER / name, icc_profile=embedded, **options)

transform = ImageCms.buildTransform(
    ImageCms.ImageCmsProfile(io.BytesIO(cmyk)), ImageCms.createProfile("sRGB"), "CMYK", "RGB"
)
converted = ImageCms.applyTransform(Image.open(FOLDER / "cmyk.jpg"), transform)
places = [(index % 3 * 16 + 8, index // 3 * 16 + 8) for index in range(6)]
pixels = [[x, y, *converted.getpixel((x, y)), 255] for x, y in places]
facts = {"littlecms": ImageCms.core.littlecms_version, "pictures": {"cmyk.jpg": {"size": [WIDTH, HEIGHT], "pixels": pixels}}}
(FOLDER / "littlecms.json").write_text(json.dumps(facts) + "\n")
