"""Two players, no validation loss, an average that is kept, and a hook that records. Legend: B batch, Z noise, K classes."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tasvir.contracts.seeds import seed_from, stream_rng, stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS
from tasvir.models.autoencoder import flat_pixels
from tasvir.models.labels import learn_labels, targets_to_draw
from tasvir.models.trained import TrainedEstimator
from tasvir.train.batches import infer, to_unit

Z = 4


class AdversarialTask:
    def __init__(self, generator, discriminator, engine, *, learning_rate, seed):
        self.engine, self.seed = engine, seed
        players = [net.to(engine.device) for net in (generator, discriminator)]
        optimizers = [torch.optim.Adam(net.parameters(), lr=learning_rate, betas=(0.5, 0.99)) for net in players]
        (self.generator, self.of_generator), (self.discriminator, self.of_discriminator) = (
            engine.setup(*pair) for pair in zip(players, optimizers, strict=True)
        )
        self.average = copy.deepcopy(generator).requires_grad_(False)
        self.noise = torch.Generator()

    def begin(self, epoch):
        self.noise.manual_seed(stream_seed(self.seed, "noise", epoch))

    def train_step(self, batch):
        x, y = self.engine.put(batch)
        x, one_hot = to_unit(x), functional.one_hot(y, self.discriminator.n_labels).float()
        drawn = self.generator(torch.cat([torch.randn(len(x), Z, generator=self.noise).to(x.device), one_hot], dim=1))
        real, fake = self.discriminator(x, one_hot), self.discriminator(drawn.detach(), one_hot)
        d_loss = functional.softplus(-real).mean() + functional.softplus(fake).mean()
        self._step(self.of_discriminator, d_loss)
        g_loss = functional.softplus(-self.discriminator(drawn, one_hot)).mean()
        self._step(self.of_generator, g_loss)
        for mean, parameter in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(parameter.detach(), 0.1)
        return {"generator": g_loss, "discriminator": d_loss}

    def _step(self, optimizer, loss):
        optimizer.zero_grad()
        self.engine.backward(loss)
        optimizer.step()

    def _parts(self):
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "average": self.average,
            "of_generator": self.of_generator,
            "of_discriminator": self.of_discriminator,
        }

    def state(self):
        return {name: part.state_dict() for name, part in self._parts().items()}

    def load(self, state):
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def kept(self):
        return self.average


class Discriminator(nn.Module):
    def __init__(self, n_pixels, n_labels):
        super().__init__()
        self.n_labels = n_labels
        self.layers = nn.Sequential(nn.Linear(n_pixels + n_labels, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, x, one_hot):
        return self.layers(torch.cat([x.flatten(1), one_hot], dim=1))


class Recorder:
    """Pictures of the average at the end of each epoch, from the same noise: arrays of three kinds."""

    def __init__(self):
        self.pictures, self.seen, self.words = None, np.zeros(0, np.int16), np.zeros(0, "U5")

    def __call__(self, task, history):
        first = task.average[0].in_features
        with torch.inference_mode():
            picture = task.average(torch.linspace(-1, 1, 2 * first).reshape(2, first)).numpy().astype(np.float16)[None]
        self.pictures = picture if self.pictures is None else np.concatenate([self.pictures, picture])
        self.seen = np.append(self.seen, np.int16(len(history)))
        self.words = np.append(self.words, f"at {len(history)}")
        return False

    def state(self):
        return {"pictures": self.pictures, "seen": self.seen, "words": self.words}

    def load(self, state):
        self.pictures, self.seen, self.words = state["pictures"], state["seen"], state["words"]

    def close(self, task):
        pass


class ToyGAN(TrainedEstimator):
    _settings = {name: allowed for name, allowed in TRAINING_SETTINGS.items() if name != "validation_fraction"}

    def __init__(
        self, *, max_epochs=3, batch_size=16, learning_rate=1e-2, hooks=(), engine=None, device="auto", random_state=None
    ):
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.hooks = hooks
        self.engine = engine
        self.device = device
        self.random_state = random_state

    def fit(self, X, y=None, *, groups=None, X_val=None, y_val=None):
        X = self._check_fit_X(X, y)
        self.classes_, targets = (None, np.zeros(len(X), np.int64)) if y is None else learn_labels(y, len(X))
        self.class_prior_ = np.bincount(targets) / len(targets)
        self._train(X, (targets,), valid=None if X_val is None else (X, targets))
        return self

    def sample(self, n_samples=1, y=None, *, random_state=None):
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        asked = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        one_hot = np.eye(len(self.class_prior_), dtype=np.float32)[0 if asked is None else asked]
        noise = rng.standard_normal((n_samples, Z), dtype=np.float32)
        columns = np.hstack([noise, np.broadcast_to(one_hot, (n_samples, one_hot.shape[-1]))])
        return self.space_.as_seen(flat_pixels(infer(self.net_, torch.from_numpy(columns), device=self._device())))

    def _build_net(self):
        height, width, channels = self._layout.shape
        last = nn.Linear(16, height * width * channels)
        return nn.Sequential(
            nn.Linear(Z + len(self.class_prior_), 16), nn.ReLU(), last, nn.Sigmoid(), nn.Unflatten(1, (channels, height, width))
        )

    def _build_task(self, net, engine, *, n_steps, seed):
        discriminator = Discriminator(self.space_.n_features, len(self.class_prior_))
        return AdversarialTask(net, discriminator, engine, learning_rate=self.learning_rate, seed=seed)

    def _more_learned(self):
        return {"classes_": self.classes_, "class_prior_": self.class_prior_}
