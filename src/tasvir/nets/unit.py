"""The end of a decoder."""

import torch
from torch import nn


class Unit(nn.Module):
    """Any number to the 0..1 scale, in float32 whatever came before: bfloat16 has no number between 0.996 and 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.float().sigmoid()
