"""What each player minimises, from the discriminator's scores of real and generated images. Legend: B batch.

A score is a logit: the discriminator holds an image for real with probability sigmoid(score).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn.functional import softplus

LN2 = math.log(2)
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class AdversarialLoss:
    """``discriminator(real_B, fake_B, smoothing)`` and ``generator(fake_B, real_B)``, each a mean over the batch.

    `blind` is the discriminator's loss where it can tell nothing. `relative`: the generator's loss looks at the scores of real
    images too. `smoothed`: it has a target that may be below 1.
    """

    discriminator: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]
    generator: Loss
    blind: float
    relative: bool = False
    smoothed: bool = False


def _told_apart(real_B: torch.Tensor, fake_B: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Minus log D(x), which is 1 - smoothing likely, minus log(1 - D(G(z)))."""
    return softplus(-real_B).mean() + smoothing * real_B.mean() + softplus(fake_B).mean()


def _least_squares(real_B: torch.Tensor, fake_B: torch.Tensor, smoothing: float) -> torch.Tensor:
    return 0.5 * ((real_B - (1 - smoothing)) ** 2).mean() + 0.5 * (fake_B**2).mean()


def _hinge(real_B: torch.Tensor, fake_B: torch.Tensor, smoothing: float) -> torch.Tensor:
    return (1 - real_B).relu().mean() + (1 + fake_B).relu().mean()


def _drawn_to_one(fake_B: torch.Tensor, real_B: torch.Tensor) -> torch.Tensor:
    return 0.5 * ((fake_B - 1) ** 2).mean()


def _relativistic(real_B: torch.Tensor, fake_B: torch.Tensor, smoothing: float) -> torch.Tensor:
    return softplus(fake_B - real_B).mean()


#: Goodfellow et al. 2014 (the first two), Mao et al. 2017, Lim and Ye 2017, Jolicoeur-Martineau 2019 as in Huang et al. 2024.
LOSSES = {
    "non_saturating": AdversarialLoss(_told_apart, lambda fake_B, real_B: softplus(-fake_B).mean(), 2 * LN2, smoothed=True),
    "saturating": AdversarialLoss(_told_apart, lambda fake_B, real_B: -softplus(fake_B).mean(), 2 * LN2, smoothed=True),
    "least_squares": AdversarialLoss(_least_squares, _drawn_to_one, 0.25, smoothed=True),
    "hinge": AdversarialLoss(_hinge, lambda fake_B, real_B: -fake_B.mean(), 2.0),
    "relativistic": AdversarialLoss(_relativistic, lambda fake_B, real_B: softplus(real_B - fake_B).mean(), LN2, relative=True),
}
