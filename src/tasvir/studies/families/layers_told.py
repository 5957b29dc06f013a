"""The layers of a fitted net as a page tells them."""

import dataclasses
from typing import Any

import torch

from tasvir.nets.anatomy import layers_of, n_parameters


def layers_told(net: torch.nn.Module, image_shape: tuple[int, int, int]) -> dict[str, Any]:
    """How many numbers it learns, and each layer's share and output, for images of (height, width, channels)."""
    height, width, channels = image_shape
    blank = torch.zeros(1, channels, height, width, device=next(net.parameters()).device)
    layers = layers_of(net, lambda built: built(blank))
    return {"n_parameters": n_parameters(net), "layers": [dataclasses.asdict(layer) for layer in layers]}
