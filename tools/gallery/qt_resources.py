"""Reads the files in a compiled Qt resource file (`.rcc`), as Qt's `rcc --binary` writes it.

A header names where the tree, the data and the names begin. A node of the tree is a folder, with its children side by side,
or a file; each file's bytes stand behind their length, some compressed as `qCompress` does it.
"""

import struct
import zlib

COMPRESSED, FOLDER, COMPRESSED_WITH_ZSTD = 1, 2, 4


def files(resources):
    """The bytes of each file by its path."""
    magic, version, tree, data, names = struct.unpack_from(">4s4I", resources)
    if magic != b"qres":
        raise ValueError("not a compiled Qt resource file")
    # Since version 2, a node ends with the time of the last change.
    node_size = 14 if version == 1 else 22

    def name_at(offset):
        (length,) = struct.unpack_from(">H", resources, names + offset)
        start = names + offset + 6  # after the length and a hash
        return resources[start : start + 2 * length].decode("utf-16-be")

    def bytes_at(offset, flags):
        if flags & COMPRESSED_WITH_ZSTD:
            raise ValueError("a file that is compressed with Zstandard is not supported")
        (length,) = struct.unpack_from(">I", resources, data + offset)
        start = data + offset + 4
        stored = resources[start : start + length]
        return zlib.decompress(stored[4:]) if flags & COMPRESSED else stored  # four bytes say how long it becomes

    def below(node, folder):
        at = tree + node * node_size
        name, flags = struct.unpack_from(">IH", resources, at)
        # The root's name is never read.
        path = f"{folder}/{name_at(name)}" if node else ""
        if flags & FOLDER:
            count, first = struct.unpack_from(">II", resources, at + 6)
            for child in range(first, first + count):
                yield from below(child, path)
        else:
            (offset,) = struct.unpack_from(">I", resources, at + 10)  # after the country and the language
            yield path.removeprefix("/"), bytes_at(offset, flags)

    return dict(below(0, ""))
