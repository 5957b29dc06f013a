"""One step of a variational autoencoder: its net, its bound, and the last shift and stretch of its codes.

Legend: B batch, C channels, H W pixels, Z latents, K classes.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tasvir.contracts.seeds import stream_seed
from tasvir.models.drawing_task import DrawingTask
from tasvir.models.plane import ROUNDING
from tasvir.nets.augment import Augment
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Losses


class VariationalNet(torch.nn.Module):
    """x_BCHW -> posterior mean and log-variance (B, Z) each; code (and one-hot label) -> x_BCHW on the 0..1 scale."""

    def __init__(self, encoder: torch.nn.Module, decoder: torch.nn.Module, n_labels: int):
        super().__init__()
        self.encoder, self.decoder, self.n_labels = encoder, decoder, n_labels

    def encode(self, x_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean_BZ, log_variance_BZ = self.encoder(x_BCHW).chunk(2, dim=1)
        return mean_BZ, log_variance_BZ.clamp(-12.0, 12.0)

    def decode(self, z_BZ: torch.Tensor, y_B: torch.Tensor | None) -> torch.Tensor:
        if self.n_labels and y_B is not None:
            z_BZ = torch.cat([z_BZ, functional.one_hot(y_B, self.n_labels).to(z_BZ.dtype)], dim=1)
        return self.decoder(z_BZ)


class VariationalTask(DrawingTask):
    """Minus the evidence lower bound; `bound` is beta (weight of the KL term), the likelihood and its width.

    `noise` 0 turns the drawing of codes off.
    """

    def __init__(
        self,
        net: VariationalNet,
        engine: Engine,
        bound: tuple[float, str, float | None],
        *,
        learning_rate: float,
        augment: Augment,
        seed: int,
        noise: float = 1.0,
    ) -> None:
        super().__init__(net, engine, learning_rate=learning_rate, augment=augment, seed=seed)
        self.noise = noise
        self.beta, self.likelihood, self.sd = bound
        self.generator = torch.Generator()

    def begin(self, epoch: int) -> None:
        super().begin(epoch)
        self.generator.manual_seed(stream_seed(self.seed, "noise", epoch))

    def train_step(self, batch: Batch) -> Losses:
        self.learn()
        losses = self._losses(batch, self.engine.autocast)
        self.step(losses["loss"])
        return losses

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        return self._losses(batch, nullcontext)

    def _losses(self, batch: Batch, numbers: Callable[[], AbstractContextManager[Any]]) -> Losses:
        """The nets compute in `numbers`; codes, likelihood and divergence are float32."""
        seen_BCHW, x_BCHW, labels = self.pair(batch)
        with numbers():
            mean_BZ, log_variance_BZ = (part.float() for part in self.net.encode(seen_BCHW))
        noise_BZ = torch.randn(mean_BZ.shape, generator=self.generator).to(mean_BZ.device) * self.noise
        z_BZ = mean_BZ + noise_BZ * (0.5 * log_variance_BZ).exp()
        with numbers():
            drawn_BCHW = self.net.decode(z_BZ, labels[0] if labels else None)
        reconstruction = -log_likelihood(x_BCHW, drawn_BCHW.float(), self.likelihood, sd=self.sd).mean()
        kl_Z = kl_to_standard_normal(mean_BZ, log_variance_BZ).mean(0)
        kl = kl_Z.sum()
        terms = {
            "loss": reconstruction + self.beta * kl,
            "elbo": -(reconstruction + kl),
            "reconstruction": reconstruction,
            "kl": kl,
        }
        return terms | {f"kl_{index}": term for index, term in enumerate(kl_Z.unbind())}


def log_likelihood(x_BCHW: torch.Tensor, drawn_BCHW: torch.Tensor, likelihood: str, *, sd: float | None) -> torch.Tensor:
    """log p(x | z) in nats an image (B,): pixels are independent, Bernoulli or Gaussian around what was drawn.

    Without an `sd` it is the best one for these images, the root of their mean squared error.
    """
    if likelihood == "bernoulli":
        terms = -functional.binary_cross_entropy(drawn_BCHW, x_BCHW.clamp(0.0, 1.0), reduction="none")
    else:
        squared = (x_BCHW - drawn_BCHW) ** 2
        variance = squared.detach().mean().clamp(min=ROUNDING) if sd is None else torch.tensor(sd**2, dtype=squared.dtype)
        terms = -squared / (2 * variance) - 0.5 * (2 * math.pi * variance).log()
    return terms.flatten(1).sum(1)


def kl_to_standard_normal(mean_BZ: torch.Tensor, log_variance_BZ: torch.Tensor) -> torch.Tensor:
    """KL(N(mean, variance) || N(0, 1)) in nats, for each image and latent: (B, Z)."""
    return 0.5 * (mean_BZ**2 + log_variance_BZ.exp() - 1.0 - log_variance_BZ)


def standardise_codes(net: VariationalNet, mean_nZ: np.ndarray, log_variance_nZ: np.ndarray) -> None:
    """Shift and stretch each latent so that the codes of these images have mean 0 and mean square 1, as the prior's have.

    The encoder's last layer and the decoder's first take it up, so no drawing changes, and the mean KL term has its least
    value over all shifts and stretches. Training goes there too, but slowly where images have many pixels: their likelihood
    drowns the KL term, and codes of the prior would be drawn where no image is.
    """
    centre_Z = mean_nZ.mean(0, dtype=np.float64)
    scale_Z = np.sqrt(mean_nZ.var(0, dtype=np.float64) + np.exp(log_variance_nZ, dtype=np.float64).mean(0))
    encoder, decoder, Z = cast(nn.Sequential, net.encoder), cast(nn.Sequential, net.decoder), len(centre_Z)
    last, first = cast(nn.Linear, encoder[-1]), cast(nn.Linear, decoder[0])
    with torch.no_grad():
        centre, scale = (torch.from_numpy(part).to(last.weight) for part in (centre_Z, scale_Z))
        first.bias.add_(first.weight[:, :Z] @ centre)
        first.weight[:, :Z] *= scale
        last.bias[:Z] = (last.bias[:Z] - centre) / scale
        last.weight[:Z] /= scale[:, None]
        last.bias[Z:] -= 2 * scale.log()
