"""A denoiser: what an autoencoder gives back is compared with the image before noise was added to it."""

import torch

from tasvir.contracts.seeds import stream_seed
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import ENCODERS, EncoderDecoder, ReconstructionTask, flat_pixels
from tasvir.models.trained import TrainedEstimator
from tasvir.nets.augment import AUGMENTS


class CleaningTask(ReconstructionTask):
    def __init__(self, net, engine, learning_rate, *, noise_sd, seed):
        super().__init__(net, engine, learning_rate=learning_rate, augment=AUGMENTS["none"].build((1, 1, 1)), seed=seed)
        self.noise_sd, self.generator = noise_sd, torch.Generator()

    def begin(self, epoch):
        self.generator.manual_seed(stream_seed(self.seed, "noise", epoch))

    def pair(self, batch):
        seen_BCHW, wanted_BCHW, targets = super().pair(batch)
        noise = torch.randn(seen_BCHW.shape, generator=self.generator).to(seen_BCHW.device)
        return seen_BCHW + self.noise_sd * noise, wanted_BCHW, targets


class ToyDenoiser(TrainedEstimator):
    _named_specs = {"net": ENCODERS}

    def __init__(
        self,
        *,
        net="dense",
        noise_sd=0.3,
        max_epochs=3,
        batch_size=12,
        learning_rate=1e-2,
        validation_fraction=0.2,
        image_shape=None,
        hooks=(),
        engine=None,
        device="auto",
        random_state=None,
    ):
        self.net = net
        self.noise_sd = noise_sd
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.image_shape = image_shape
        self.hooks = hooks
        self.engine = engine
        self.device = device
        self.random_state = random_state

    def fit(self, X, y=None, *, groups=None, X_val=None, y_val=None):
        X = self._check_fit_X(X, y)
        valid = None if X_val is None else (self._space.check(self, X_val, reset=False),)
        self._train(X, y=y, groups=groups, valid=valid)
        return self

    def transform(self, X):
        return self.space_.restore(flat_pixels(self._infer(self.net_, X)))

    def score(self, X, y=None):
        return -float(self._infer(lambda x: (self.net_(x) - x).square().flatten(1).mean(1), X).mean())

    def _build_net(self):
        return EncoderDecoder(*resolve_spec(self.net, ENCODERS, "net").build(self._layout.shape, 4, 4))

    def _build_task(self, net, engine, *, n_steps, seed):
        return CleaningTask(net, engine, self.learning_rate, noise_sd=self.noise_sd, seed=seed)
