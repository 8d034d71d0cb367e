"""Two kinds of network that neither torchvision nor timm has: a U-Net, and a detector as YOLO builds them."""

import torch
from torch import nn


def convolution(channels_in, channels_out, kernel=3, stride=1, activation=nn.ReLU):
    """A convolution with its normalization and activation."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(channels_out),
        activation(inplace=True),
    )


class UNet(nn.Module):
    """Ronneberger et al., MICCAI 2015, with padding: (N, 3, H, W) → (N, classes, H, W). H and W are multiples of 16."""

    def __init__(self, width=16, classes=4):
        super().__init__()
        widths = [width * 2**level for level in range(5)]
        before = [3, *widths]
        self.down = nn.ModuleList(self.double(before[level], widths[level]) for level in range(5))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.merge = nn.ModuleList(self.double(2 * w, w) for w in reversed(widths[:-1]))
        self.head = nn.Conv2d(width, classes, 1)

    @staticmethod
    def double(channels_in, channels_out):
        return nn.Sequential(convolution(channels_in, channels_out), convolution(channels_out, channels_out))

    def forward(self, x):
        kept = []
        for level, block in enumerate(self.down):
            x = block(nn.functional.max_pool2d(x, 2) if level else x)
            kept.append(x)
        kept.pop()
        for up, merge in zip(self.up, self.merge):
            x = merge(torch.cat([kept.pop(), up(x)], dim=1))
        return self.head(x)


class Bottleneck(nn.Module):
    """Two convolutions around which the input is added."""

    def __init__(self, channels):
        super().__init__()
        self.first = convolution(channels, channels, activation=nn.SiLU)
        self.second = convolution(channels, channels, activation=nn.SiLU)

    def forward(self, x):
        return x + self.second(self.first(x))


class C2f(nn.Module):
    """YOLOv8's block: half of the channels pass through bottlenecks, and what each of them gives is concatenated."""

    def __init__(self, channels_in, channels_out, depth):
        super().__init__()
        half = channels_out // 2
        self.enter = convolution(channels_in, channels_out, 1, activation=nn.SiLU)
        self.blocks = nn.ModuleList(Bottleneck(half) for _ in range(depth))
        self.leave = convolution((2 + depth) * half, channels_out, 1, activation=nn.SiLU)

    def forward(self, x):
        parts = list(self.enter(x).chunk(2, dim=1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.leave(torch.cat(parts, dim=1))


class SPPF(nn.Module):
    """Spatial pyramid pooling: three max poolings one after another, concatenated."""

    def __init__(self, channels):
        super().__init__()
        self.enter = convolution(channels, channels // 2, 1, activation=nn.SiLU)
        self.leave = convolution(2 * channels, channels, 1, activation=nn.SiLU)

    def forward(self, x):
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(nn.functional.max_pool2d(parts[-1], 5, stride=1, padding=2))
        return self.leave(torch.cat(parts, dim=1))


class Detector(nn.Module):
    """The design of YOLOv8: a backbone, a neck that joins three scales, and a decoupled head with distribution focal loss.

    (N, 3, H, W) → (N, 4 + classes, anchors): for each anchor the middle and size of its box in pixels, and the probability of
    each class. H and W are multiples of 32; `side` is the one that the anchors are made for.
    """

    BINS = 16
    STRIDES = (8, 16, 32)

    def __init__(self, width=16, classes=20, side=64):
        super().__init__()
        w = width
        down = lambda a, b: convolution(a, b, stride=2, activation=nn.SiLU)
        self.stem = nn.Sequential(down(3, w), down(w, 2 * w), C2f(2 * w, 2 * w, 1))
        self.stage8 = nn.Sequential(down(2 * w, 4 * w), C2f(4 * w, 4 * w, 2))
        self.stage16 = nn.Sequential(down(4 * w, 8 * w), C2f(8 * w, 8 * w, 2))
        self.stage32 = nn.Sequential(down(8 * w, 16 * w), C2f(16 * w, 16 * w, 1), SPPF(16 * w))
        self.widen = nn.Upsample(scale_factor=2, mode="nearest")
        self.top16 = C2f(24 * w, 8 * w, 1)
        self.top8 = C2f(12 * w, 4 * w, 1)
        self.down16, self.bottom16 = down(4 * w, 4 * w), C2f(12 * w, 8 * w, 1)
        self.down32, self.bottom32 = down(8 * w, 8 * w), C2f(24 * w, 16 * w, 1)
        widths = (4 * w, 8 * w, 16 * w)
        self.boxes = nn.ModuleList(self.branch(c, 4 * w, 4 * self.BINS) for c in widths)
        self.classes = nn.ModuleList(self.branch(c, 4 * w, classes) for c in widths)
        self.split = (4 * self.BINS, classes)
        anchors, strides = self.anchors(side)
        self.register_buffer("anchor", anchors)
        self.register_buffer("stride", strides)

    @staticmethod
    def branch(channels_in, channels, channels_out):
        return nn.Sequential(
            convolution(channels_in, channels, activation=nn.SiLU),
            convolution(channels, channels, activation=nn.SiLU),
            nn.Conv2d(channels, channels_out, 1),
        )

    def anchors(self, side):
        """The middles of all cells, in cells of their scale, and the sizes of the cells: (1, 2, anchors), (1, 1, anchors)."""
        middles, strides = [], []
        for stride in self.STRIDES:
            cells = torch.arange(side // stride) + 0.5
            y, x = torch.meshgrid(cells, cells, indexing="ij")
            middles.append(torch.stack([x.flatten(), y.flatten()]))
            strides.append(torch.full((1, x.numel()), float(stride)))
        return torch.cat(middles, dim=1)[None], torch.cat(strides, dim=1)[None]

    def forward(self, x):
        p8 = self.stage8(self.stem(x))
        p16 = self.stage16(p8)
        p32 = self.stage32(p16)
        t16 = self.top16(torch.cat([self.widen(p32), p16], dim=1))
        t8 = self.top8(torch.cat([self.widen(t16), p8], dim=1))
        b16 = self.bottom16(torch.cat([self.down16(t8), t16], dim=1))
        b32 = self.bottom32(torch.cat([self.down32(b16), p32], dim=1))
        scales = [
            torch.cat([boxes(scale), classes(scale)], dim=1).flatten(2)
            for scale, boxes, classes in zip((t8, b16, b32), self.boxes, self.classes)
        ]
        boxes, classes = torch.cat(scales, dim=2).split(self.split, dim=1)
        batch, _, anchors = boxes.shape
        # Each side's distance is the mean of a distribution over the bins.
        shares = boxes.view(batch, 4, self.BINS, anchors).transpose(2, 1).softmax(1)
        bins = torch.arange(self.BINS, dtype=x.dtype).view(1, self.BINS, 1, 1)
        near, far = (shares * bins).sum(1).chunk(2, dim=1)
        start, end = self.anchor - near, self.anchor + far
        box = torch.cat([(start + end) / 2, end - start], dim=1) * self.stride
        return torch.cat([box, classes.sigmoid()], dim=1)
