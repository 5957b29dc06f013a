"""One step of an adversarial training: the discriminator's, the generator's, and the average that is kept.

Legend: B batch, C channels, H W pixels, Z latents.
"""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch.nn.utils import get_total_norm
from torch.optim.swa_utils import AveragedModel

from tasvir.contracts.seeds import stream_seed
from tasvir.models.adversarial_loss import AdversarialLoss
from tasvir.models.levers import LeversSpec
from tasvir.nets.augment import Augment
from tasvir.nets.players import Generator, Players
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Losses

#: Adam's memory of gradients is short in a game whose target moves (Radford et al. 2016).
BETAS = (0.5, 0.99)


class AdversarialTask:
    """Two players with an Adam each; `levers` keep them in balance, `n_latents` is the length of the noise."""

    def __init__(
        self,
        players: Players,
        engine: Engine,
        *,
        loss: AdversarialLoss,
        levers: LeversSpec,
        augment: Augment,
        n_latents: int,
        learning_rate: float,
        seed: int,
    ) -> None:
        self.engine, self.loss, self.levers, self.augment = engine, loss, levers, augment
        self.n_latents, self.seed = n_latents, seed
        players = players.to(engine.device)
        rates = learning_rate, learning_rate * levers.discriminator_rate
        optimizers = [
            torch.optim.Adam(player.parameters(), lr=rate, betas=BETAS, fused=True)
            for player, rate in zip((players.generator, players.discriminator), rates, strict=True)
        ]
        self.players, self.generator_optimizer, self.discriminator_optimizer = engine.setup(players, *optimizers)
        self.average = AveragedModel(players.generator, multi_avg_fn=self._towards, use_buffers=True)
        self.stream, self.n_steps, self.noise_sd, self.waits = torch.Generator(), 0, 0.0, False
        self.settings: Losses = {}

    def begin(self, epoch: int) -> None:
        self.stream.manual_seed(stream_seed(self.seed, "adversarial", epoch))
        self.noise_sd = self.levers.noise_sd(epoch)
        self.waits = epoch < self.levers.discriminator_ahead
        self.settings = self._settings()

    def train_step(self, batch: Batch) -> Losses:
        if not self.players.training:
            self.players.train()
        x_BCHW, *labels = self.engine.put(batch)
        x_BCHW, y_B = to_unit(x_BCHW) * 2 - 1, labels[0] if labels else None
        for _ in range(self.levers.discriminator_steps):
            drawn_BCHW = self._draw(len(x_BCHW), y_B)
            told = self._discriminator_step(x_BCHW, drawn_BCHW, y_B)
        for again in range(self.levers.generator_steps):
            drawn_BCHW = self._draw(len(x_BCHW), y_B) if again else drawn_BCHW
            told |= self._generator_step(x_BCHW, drawn_BCHW, y_B)
        if not self.waits:
            self.average.update_parameters(self.players.generator)
        self.n_steps += 1
        return told | self.settings

    def _settings(self) -> Losses:
        """What the steps of an epoch are taken with: the noise and both learning rates."""
        optimizers = {"generator": self.generator_optimizer, "discriminator": self.discriminator_optimizer}
        rates = {f"{player}_rate": optimizer.param_groups[0]["lr"] for player, optimizer in optimizers.items()}
        device = self.engine.device
        return {name: torch.tensor(value, device=device) for name, value in (rates | {"noise_sd": self.noise_sd}).items()}

    def _draw(self, n_images: int, y_B: torch.Tensor | None) -> torch.Tensor:
        z_BZ = torch.randn(n_images, self.n_latents, generator=self.stream).to(self.engine.device)
        with self.engine.autocast():
            return self.players.generator(z_BZ, y_B)

    def _discriminator_step(self, x_BCHW: torch.Tensor, drawn_BCHW: torch.Tensor, y_B: torch.Tensor | None) -> Losses:
        """The generator is left untouched; both kinds of images go through in one batch."""
        self.players.discriminator.requires_grad_(True)
        both_BCHW = torch.cat([x_BCHW, drawn_BCHW.detach()])
        real_B, fake_B = self._scores(both_BCHW, None if y_B is None else y_B.repeat(2)).chunk(2)
        loss = self.loss.discriminator(*self._mistaken(real_B, fake_B), self.levers.smoothing)
        penalty = self._penalty(x_BCHW, drawn_BCHW.detach(), y_B)
        norm = self._move(self.discriminator_optimizer, self.players.discriminator, loss if penalty is None else loss + penalty)
        return {
            "discriminator_loss": loss.detach(),
            "real_score": real_B.detach().sigmoid().mean(),
            "fake_score": fake_B.detach().sigmoid().mean(),
            "discriminator_gradient": norm,
        }

    def _generator_step(self, x_BCHW: torch.Tensor, drawn_BCHW: torch.Tensor, y_B: torch.Tensor | None) -> Losses:
        """The discriminator is left untouched: its weights need no gradient here."""
        self.players.discriminator.requires_grad_(False)
        fake_B = self._scores(drawn_BCHW, y_B)
        real_B = self._scores(x_BCHW, y_B) if self.loss.relative else fake_B
        loss = self.loss.generator(fake_B, real_B)
        norm = self._move(self.generator_optimizer, self.players.generator, loss, stays=self.waits)
        return {"generator_loss": loss.detach(), "generator_gradient": norm}

    def _scores(self, x_BCHW: torch.Tensor, y_B: torch.Tensor | None) -> torch.Tensor:
        """Of images that are augmented and noisy, real and generated ones alike, drawn anew at each look."""
        with self.engine.autocast():
            return self.players.discriminator(self._seen(x_BCHW), y_B).float()

    def _seen(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        x_BCHW = self.augment(x_BCHW, self.stream)
        if not self.noise_sd:
            return x_BCHW
        return x_BCHW + self.noise_sd * torch.randn(x_BCHW.shape, generator=self.stream).to(x_BCHW.device)

    def _mistaken(self, real_B: torch.Tensor, fake_B: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Some real images change places with generated ones."""
        if not self.levers.label_noise:
            return real_B, fake_B
        turned_B = (torch.rand(len(real_B), generator=self.stream) < self.levers.label_noise).to(real_B.device)
        return torch.where(turned_B, fake_B, real_B), torch.where(turned_B, real_B, fake_B)

    def _penalty(self, x_BCHW: torch.Tensor, drawn_BCHW: torch.Tensor, y_B: torch.Tensor | None) -> torch.Tensor | None:
        """Zero-centred: half the squared slope of the scores at real (R1) and generated (R2) images; lazily, so made up for."""
        levers = self.levers
        weights = [(levers.r1, x_BCHW), (levers.r2, drawn_BCHW)]
        if self.n_steps % levers.penalty_every or not any(weight for weight, _ in weights):
            return None
        terms = [weight / 2 * self._slope(images, y_B) for weight, images in weights if weight]
        return levers.penalty_every * torch.stack(terms).sum()

    def _slope(self, x_BCHW: torch.Tensor, y_B: torch.Tensor | None) -> torch.Tensor:
        x_BCHW = self._seen(x_BCHW).detach().requires_grad_(True)
        scores_B = self.players.discriminator(x_BCHW, y_B)
        (slope_BCHW,) = torch.autograd.grad(scores_B.sum(), x_BCHW, create_graph=True)
        return slope_BCHW.square().flatten(1).sum(1).mean()

    def _move(
        self, optimizer: torch.optim.Optimizer, player: torch.nn.Module, loss: torch.Tensor, *, stays: bool = False
    ) -> torch.Tensor:
        """Down the gradient of the loss, or not; its norm."""
        optimizer.zero_grad()
        self.engine.backward(loss)
        norm = get_total_norm([weight.grad for weight in player.parameters() if weight.grad is not None])
        if not stays:
            optimizer.step()
        return norm

    def _towards(self, averages: Any, weights: Any, n_averaged: Any) -> None:
        """At first the average follows fast: it forgets where the training began."""
        n = int(n_averaged)
        share = 1 - min(self.levers.ema, (1 + n) / (10 + n))
        for average, weight in zip(averages, weights, strict=True):
            if average.is_floating_point():
                average.lerp_(weight, share)
            else:
                average.copy_(weight)

    def state(self) -> dict[str, Any]:
        return {
            "players": self.engine.unwrap(self.players).state_dict(),
            "average": self.average.state_dict(),
            "generator_optimizer": self.generator_optimizer.state_dict(),
            "discriminator_optimizer": self.discriminator_optimizer.state_dict(),
            "n_steps": self.n_steps,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        self.engine.unwrap(self.players).load_state_dict(state["players"])
        self.average.load_state_dict(state["average"])
        self.generator_optimizer.load_state_dict(state["generator_optimizer"])
        self.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
        self.n_steps = state["n_steps"]

    def kept(self) -> Players:
        """The average of the generator, and the discriminator as it is."""
        return Players(cast(Generator, self.average.module), cast(Players, self.engine.unwrap(self.players)).discriminator)
