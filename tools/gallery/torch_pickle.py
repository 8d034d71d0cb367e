"""Reads the tensors of a PyTorch checkpoint in its legacy (pre-1.6) format without PyTorch.

The file is five pickles (magic number, protocol version, system facts, the object, the keys of its storages),
followed by each storage: a little-endian int64 count and that many raw elements. Tensors are views: a storage, an
offset, a shape and strides, all of which are honored here. Only what a state dictionary needs is let through, so that
a doctored file can run no code. Described in PyTorch's `torch/serialization.py`.
"""

import collections
import pickle

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
ELEMENTS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class View:
    """A tensor before the storages are read: where its elements are."""

    def __init__(self, storage, offset, shape, strides, *_):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self, storages):
        elements = storages[self.storage]
        steps = [stride * elements.itemsize for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(elements[self.offset :], self.shape, steps)
        return np.ascontiguousarray(view)


class StateUnpickler(pickle.Unpickler):
    """Knows tensors, storages and ordered dictionaries, and refuses everything else."""

    def __init__(self, file):
        super().__init__(file)
        self.types = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return View
        if module == "torch" and name in ELEMENTS:
            return ELEMENTS[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint")

    def persistent_load(self, what):
        kind, elements, key = what[:3]
        if kind != "storage":
            raise pickle.UnpicklingError(f"unexpected {kind} in a checkpoint")
        self.types[key] = elements
        return key


def read(path):
    """Returns {name: array} of the state dictionary in the file at `path`."""
    with open(path, "rb") as file:
        if pickle.load(file) != MAGIC:
            raise ValueError(f"{path} is no legacy PyTorch checkpoint")
        pickle.load(file)
        pickle.load(file)
        unpickler = StateUnpickler(file)
        state = unpickler.load()
        storages = {}
        for key in pickle.load(file):
            count = int(np.fromfile(file, "<i8", 1)[0])
            storages[key] = np.fromfile(file, unpickler.types[key], count)
        return {name: view.array(storages) for name, view in state.items()}
