"""The network: a face whose lower half is hidden, and a fifth of a second of sound, give the lower half.

Attributes are named, and layers ordered, as in the published checkpoint, which is a dictionary by those names.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

SIDE = 96  # pixels of the square face that the network takes and gives
MELS, STEPS = 80, 16  # bands of the spectrum, and how many of its columns: a fifth of a second
PARAMETERS = 36_298_035  # of the published network: another number means weights of another one


class Layer(nn.Module):  # type: ignore[misc]  # torch is optional, and so are its types
    """Convolution, batch normalisation, ReLU; with `same` its input is added before the ReLU."""

    def __init__(self, convolution: nn.Conv2d | nn.ConvTranspose2d, *, same: bool = False) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels))
        self.same = same

    def forward(self, x: Tensor) -> Tensor:
        output = cast(Tensor, self.conv_block(x))
        return torch.relu(output + x if self.same else output)

    def fold(self) -> None:
        """Fuse convolution and normalisation: the same results at inference, a tenth faster."""
        convolution, normalisation = self.conv_block
        turned = isinstance(convolution, nn.ConvTranspose2d)
        self.conv_block = nn.Sequential(fuse_conv_bn_eval(convolution, normalisation, transpose=turned))


class Wav2Lip(nn.Module):  # type: ignore[misc]  # torch is optional, and so are its types
    """`forward(mels (n, 1, 80, 16), faces (n, 6, 96, 96))` gives faces (n, 3, 96, 96), BGR, 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder_blocks = nn.ModuleList(
            [
                nn.Sequential(_layer(6, 16, 7, padding=3)),
                nn.Sequential(_layer(16, 32, 3, stride=2), *_same(32, 2)),
                nn.Sequential(_layer(32, 64, 3, stride=2), *_same(64, 3)),
                nn.Sequential(_layer(64, 128, 3, stride=2), *_same(128, 2)),
                nn.Sequential(_layer(128, 256, 3, stride=2), *_same(256, 2)),
                nn.Sequential(_layer(256, 512, 3, stride=2), *_same(512, 1)),
                nn.Sequential(_layer(512, 512, 3, padding=0), _layer(512, 512, 1, padding=0)),
            ]
        )
        self.audio_encoder = nn.Sequential(
            _layer(1, 32, 3),
            *_same(32, 2),
            _layer(32, 64, 3, stride=(3, 1)),
            *_same(64, 2),
            _layer(64, 128, 3, stride=3),
            *_same(128, 2),
            _layer(128, 256, 3, stride=(3, 2)),
            *_same(256, 1),
            _layer(256, 512, 3, padding=0),
            _layer(512, 512, 1, padding=0),
        )
        self.face_decoder_blocks = nn.ModuleList(
            [
                nn.Sequential(_layer(512, 512, 1, padding=0)),
                nn.Sequential(_up(1024, 512, stride=1, padding=0, more=0), *_same(512, 1)),
                nn.Sequential(_up(1024, 512), *_same(512, 2)),
                nn.Sequential(_up(768, 384), *_same(384, 2)),
                nn.Sequential(_up(512, 256), *_same(256, 2)),
                nn.Sequential(_up(320, 128), *_same(128, 2)),
                nn.Sequential(_up(160, 64), *_same(64, 2)),
            ]
        )
        self.output_block = nn.Sequential(_layer(80, 32, 3), nn.Conv2d(32, 3, kernel_size=1), nn.Sigmoid())

    def forward(self, mels: Tensor, faces: Tensor) -> Tensor:
        seen = []
        for block in self.face_encoder_blocks:
            faces = block(faces)
            seen.append(faces)
        output = self.audio_encoder(mels)
        for block in self.face_decoder_blocks:
            output = torch.cat((block(output), seen.pop()), dim=1)
        return cast(Tensor, self.output_block(output))

    def fold(self) -> "Wav2Lip":
        """Ready to be looked through; it can be neither taught nor saved in the published layout any more."""
        self.eval()
        for layer in [module for module in self.modules() if isinstance(module, Layer)]:
            layer.fold()
        return self


def _layer(inward: int, outward: int, size: int, *, stride: int | tuple[int, int] = 1, padding: int = 1) -> Layer:
    return Layer(nn.Conv2d(inward, outward, size, stride, padding))


def _same(channels: int, count: int) -> list[Layer]:
    return [Layer(nn.Conv2d(channels, channels, 3, 1, 1), same=True) for _ in range(count)]


def _up(inward: int, outward: int, *, stride: int = 2, padding: int = 1, more: int = 1) -> Layer:
    return Layer(nn.ConvTranspose2d(inward, outward, 3, stride, padding, more))
