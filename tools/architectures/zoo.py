"""The architectures of the table: how each is made, and the smallest input that is quick and still reaches every layer."""

import dataclasses
from typing import Callable


@dataclasses.dataclass(frozen=True)
class Architecture:
    #: As its package names it.
    name: str
    package: str
    #: Height and width of the input.
    side: int
    #: Whether the file's batch is fixed to 1, as exporters write by default, instead of open.
    fixed: bool = False
    #: What the constructor is given.
    options: dict = dataclasses.field(default_factory=dict)
    #: Made here and not by a package.
    own: Callable | None = None

    @property
    def title(self):
        return f"{self.name}, batch of 1" if self.fixed else self.name


def torchvision(name, side=64, fixed=False, **options):
    return Architecture(name, "torchvision", side, fixed, options)


def timm(name, side=64, fixed=False, **options):
    return Architecture(name, "timm", side, fixed, options)


def own(name, make, side=64, fixed=False):
    return Architecture(name, "own", side, fixed, {}, make)


def unet():
    from networks import UNet

    return UNet()


def detector():
    from networks import Detector

    return Detector()


ARCHITECTURES = [
    torchvision("alexnet", side=224),
    torchvision("vgg11_bn", side=224),
    torchvision("resnet18"),
    torchvision("resnet18", fixed=True),
    torchvision("resnext50_32x4d"),
    torchvision("densenet121"),
    torchvision("squeezenet1_1"),
    torchvision("googlenet", aux_logits=False),
    torchvision("inception_v3", side=75, aux_logits=False),
    torchvision("mobilenet_v2"),
    torchvision("mobilenet_v3_small"),
    torchvision("mnasnet0_5"),
    torchvision("shufflenet_v2_x0_5"),
    torchvision("efficientnet_b0"),
    torchvision("efficientnet_v2_s"),
    torchvision("regnet_y_400mf"),
    torchvision("convnext_tiny"),
    torchvision("vit_b_16", image_size=64),
    torchvision("vit_b_16", image_size=64, fixed=True),
    torchvision("swin_t"),
    torchvision("swin_v2_t"),
    torchvision("maxvit_t", side=224),
    torchvision("deeplabv3_mobilenet_v3_large", weights_backbone=None),
    torchvision("lraspp_mobilenet_v3_large", weights_backbone=None),
    timm("vit_tiny_patch16_224", img_size=64),
    timm("deit_tiny_distilled_patch16_224", img_size=64),
    timm("deit_tiny_distilled_patch16_224", img_size=64, fixed=True),
    timm("swin_tiny_patch4_window7_224", img_size=64),
    timm("convnext_atto"),
    timm("mobilevit_xs"),
    timm("mobilevitv2_050"),
    timm("levit_128s", side=224),
    timm("eca_nfnet_l0"),
    timm("ghostnet_050"),
    timm("hrnet_w18_small"),
    timm("mixer_s32_224", side=224),
    timm("poolformer_s12"),
    timm("xcit_nano_12_p16_224"),
    timm("pvt_v2_b0"),
    timm("cait_xxs24_224", side=224),
    timm("edgenext_xx_small"),
    timm("res2net50_26w_4s"),
    timm("coatnet_nano_rw_224", img_size=64),
    timm("mobilenetv4_conv_small"),
    timm("efficientvit_b0"),
    timm("sequencer2d_s", side=224),
    own("U-Net", unet),
    own("U-Net", unet, fixed=True),
    own("YOLOv8-like detector", detector),
    own("YOLOv8-like detector", detector, fixed=True),
]
