"""Finds photos in packages, each with what its package says of who took it and under which license it is free."""

import configparser
import functools
import importlib.util
import pathlib
import re
import subprocess
import typing

import qt_resources


class Found(typing.NamedTuple):
    photo: bytes
    credit: str
    license: str
    # Where the package has it from.
    source: str


def unpacked(package, folder):
    """Debian's package, unpacked in a folder of its own."""
    target = pathlib.Path(folder) / package
    target.mkdir()
    subprocess.run(["apt-get", "download", package], cwd=target, check=True)
    (file,) = target.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", file, target], check=True)
    return target


def plasma_avatar(package, name):
    """A photo with a note in SPDX's words beside it."""
    file = package / "usr/share/plasma/avatars/photos" / f"{name}.png"
    note = file.with_suffix(".png.license").read_text()
    year, author = re.search(r"SPDX-FileCopyrightText: (\d+) (.*?) <", note).groups()
    (license,) = re.findall(r"SPDX-License-Identifier: (\S+)", note)
    (address,) = re.findall(r"https://\S+", note)
    return Found(file.read_bytes(), f"{author}, {year}", license, address)


@functools.cache
def gcompris_files(package, activity):
    return qt_resources.files((package / "usr/share/gcompris-qt/rcc" / f"{activity}.rcc").read_bytes())


def gcompris_photo(package, name):
    """A photo of an activity; the nearest file README above it says where it is from. (Debian's own file `copyright` still
    tells of the photos that earlier versions had.)"""
    activity, _, inside = name.partition("/")
    files = gcompris_files(package, activity)
    photo = pathlib.PurePosixPath("gcompris/src/activities", activity, "resource", inside)
    folder = next(folder for folder in photo.parents if f"{folder}/README" in files)
    for note in files[f"{folder}/README"].decode().split("\n\n"):
        # A field reaches to the next one: the files may stand on lines of their own.
        _, *parts = re.split(r"^(\w+):", note, flags=re.MULTILINE)
        fields = dict(zip(parts[::2], parts[1::2]))
        if str(photo.relative_to(folder)) in fields.get("Files", "").split():
            credit, license, source = (fields[field].strip() for field in ("Copyright", "License", "Source"))
            return Found(files[str(photo)], credit, license, source)
    raise ValueError(f"{folder}/README says nothing of {photo}")


def palapeli_puzzle(package, name):
    """A picture to make a puzzle of, with a desktop entry beside it."""
    file = package / "usr/share/palapeli/collection" / f"{name}.jpg"
    entries = configparser.ConfigParser(interpolation=None)
    entries.read(file.with_suffix(".desktop"), encoding="utf-8")
    entry = entries["Desktop Entry"]
    author, license = entry["X-KDE-PluginInfo-Author"], entry["X-KDE-PluginInfo-License"]
    return Found(file.read_bytes(), author, license, f"{file.name} of KDE's Palapeli")


def lomiri_wallpaper(package, name):
    """A wallpaper, of which Debian's file `copyright` says who made it."""
    (notes,) = package.glob("usr/share/doc/*/copyright")
    notes = notes.read_text()
    said = re.search(rf"^Files: \S*/{re.escape(name)}\nCopyright: (.*)\nLicense: (.*)$", notes, re.MULTILINE)
    (address,) = re.findall(r"^Source: (\S+)$", notes, re.MULTILINE)
    photo = (package / "usr/share/backgrounds" / name).read_bytes()
    return Found(photo, said[1], said[2], f"{name} of {address}")


def scikit_image_sample(package, name):
    """A sample picture, of which the function that loads it tells."""
    functions = (package / "data/_fetchers.py").read_text()
    told = re.search(rf"^def {name}\(\):\n(?: .*\n|\n)*", functions, re.MULTILINE)[0]
    license, author = re.search(r"(CC0) by the photographer \((.*?)\)", told).groups()
    return Found((package / "data" / f"{name}.png").read_bytes(), author, f"{license}-1.0", f"{name}.png of scikit-image")


def installed(package):
    """The folder of a Python package. It isn't imported, so what it depends on need not be there."""
    return pathlib.Path(importlib.util.find_spec(package).origin).parent
