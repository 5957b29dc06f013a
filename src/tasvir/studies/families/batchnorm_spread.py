"""What the layers of a net give, dimension by dimension: before batch norm, and what the activation is given."""

import copy
from typing import Any

import numpy as np
import torch

from tasvir.nets.batch_norm import Moments, moments
from tasvir.train.batches import to_unit

MAPS, NORMS = (torch.nn.Linear, torch.nn.Conv2d), (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)


def outputs_of(net: Any, images_BCHW: torch.Tensor) -> list[tuple[Moments, Moments]]:
    """Of each hidden layer, the statistics of what its map gives and of what its activation is given: images as one batch."""
    net = copy.deepcopy(net).train()  # whose running averages this batch moves
    device = next(net.parameters()).device
    found: list[list[Moments]] = []

    def note(module: torch.nn.Module, _: Any, output: torch.Tensor) -> None:
        of = moments(output.double().cpu().numpy())
        if isinstance(module, NORMS):
            found[-1].append(of)
        else:
            found.append([of])

    for module in net.features.modules():
        if isinstance(module, (*MAPS, *NORMS)):
            module.register_forward_hook(note)
    with torch.no_grad():
        net(to_unit(images_BCHW.to(device)))
    return [(layer[0], layer[-1]) for layer in found]


def unevenness(of: Moments) -> dict[str, float]:
    """How far dimensions differ, in parts of their mean sd: the sd of their means, and of their sds; 0 where all are alike."""
    sds = np.sqrt(of.variance)
    usual = max(float(sds.mean()), np.finfo(float).tiny)
    return {"uneven_means": float(of.mean.std()) / usual, "uneven_sds": float(sds.std()) / usual}
