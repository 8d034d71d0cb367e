"""Exports one architecture, with what ONNX Runtime computes with it.

    python tools/architectures/export.py NUMBER FOLDER

NUMBER is a place in zoo.py's list. Writes FOLDER/model.onnx, FOLDER/input_0.pb, and the outputs as FOLDER/output_0.pb and so
on: tensors as the node tests of the ONNX standard store them.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

import torch

from runtime import run, write_tensors
from zoo import ARCHITECTURES

SEED = 20
OPSET = 17
#: Samples that an open batch is run with.
BATCH = 2
#: Standard deviation of what is added to parameters that start out all equal.
NOISE = 0.1


def build(architecture):
    """The network with weights by a seed, for inference."""
    torch.manual_seed(SEED)
    if architecture.own:
        network = architecture.own()
    elif architecture.package == "timm":
        import timm

        network = timm.create_model(architecture.name, pretrained=False, exportable=True, **architecture.options)
    else:
        import torchvision

        options = {"weights": None, **architecture.options}
        network = torchvision.models.get_model(architecture.name, **options)
    disturb(network)
    return network.eval()


def disturb(network):
    """What starts out as all zeros, ones, or nearly so would hide a difference: a block behind a scale of 1e-6, a bias that is
    not there."""
    with torch.no_grad():
        for tensor in network.parameters():
            if tensor.numel() and tensor.max() == tensor.min():
                tensor.add_(NOISE * torch.randn_like(tensor))
        for module in network.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.running_mean.normal_(0, NOISE)
                module.running_var.uniform_(0.5, 1.5)


class OnlyOutput(torch.nn.Module):
    """Segmentation networks of torchvision answer with a dictionary."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        answer = self.network(x)
        return answer["out"] if isinstance(answer, dict) else answer


def main(number, folder):
    torch.set_num_threads(1)
    # PyTorch's fused attention has no counterpart in ONNX; the same network without it has.
    torch.backends.mha.set_fastpath_enabled(False)
    architecture = ARCHITECTURES[number]
    network = OnlyOutput(build(architecture)).eval()
    batch = 1 if architecture.fixed else BATCH
    image = torch.randn(batch, 3, architecture.side, architecture.side, generator=torch.Generator().manual_seed(SEED))
    file = folder / "model.onnx"
    open_axes = None if architecture.fixed else {"image": {0: "batch"}}
    with torch.no_grad():
        torch.onnx.export(
            network,
            (image,),
            str(file),
            opset_version=OPSET,
            input_names=["image"],
            dynamic_axes=open_axes,
            dynamo=False,
        )
    inputs = [image.numpy()]
    write_tensors(folder, "input", inputs)
    write_tensors(folder, "output", run(file, inputs))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), Path(sys.argv[2]))
