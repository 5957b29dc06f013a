"""How a denoiser learns: from images with fresh noise in each epoch. Legend: B batch, C channels, H W pixels."""

import torch

from tasvir.contracts.seeds import stream_seed
from tasvir.models.noise import drawn_sd, with_level, with_noise
from tasvir.models.scheduled_task import OneCycle, ScheduledTask
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Losses


class DenoisingTask(ScheduledTask):
    """Adam under the one-cycle schedule on the mean absolute error between what the net gives and the clean image.

    The noise of validation images is the same at every epoch. `told`: the net is given the noise's standard deviation.
    """

    def __init__(
        self,
        net: torch.nn.Module,
        engine: Engine,
        *,
        schedule: OneCycle,
        variances: tuple[float, float],
        told: bool,
        seed: int,
    ):
        self.variances, self.told, self.seed = variances, told, seed
        net = net.to(engine.device)
        optimizer = torch.optim.Adam(net.parameters(), lr=schedule.peak, betas=(0.9, 0.99), fused=True)
        super().__init__(net, engine, optimizer, schedule=schedule)
        self._noise, self._valid_noise = torch.Generator(), torch.Generator()

    def begin(self, epoch: int) -> None:
        self._noise.manual_seed(stream_seed(self.seed, "noise", epoch))
        self._valid_noise.manual_seed(stream_seed(self.seed, "validation noise"))

    def train_step(self, batch: Batch) -> Losses:
        if not self.net.training:
            self.net.train()
        wanted_BCHW = to_unit(self.engine.put(batch)[0])
        seen_BCHW = self._seen(wanted_BCHW, self._noise)
        with self.engine.autocast():
            cleaned_BCHW = self.net(seen_BCHW)
        error_BCHW = cleaned_BCHW.float() - wanted_BCHW
        loss = error_BCHW.abs().mean()
        self.descend(loss)
        return {"loss": loss, "mse": error_BCHW.square().mean()}

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        wanted_BCHW = to_unit(self.engine.put(batch)[0])
        error_BCHW = self.net(self._seen(wanted_BCHW, self._valid_noise)) - wanted_BCHW
        return {"loss": error_BCHW.abs().mean(), "mse": error_BCHW.square().mean()}

    def _seen(self, wanted_BCHW: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        sd_B = drawn_sd(self.variances, len(wanted_BCHW), generator)
        noisy_BCHW = with_noise(wanted_BCHW, sd_B, generator)
        return with_level(noisy_BCHW, sd_B) if self.told else noisy_BCHW
