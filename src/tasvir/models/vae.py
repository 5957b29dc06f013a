"""The variational autoencoder: an autoencoder whose code is a distribution, so that new images can be drawn from it.

Legend: B batch, C channels, H W pixels, Z latents, K classes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, cast

import numpy as np
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted
from torch import nn
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import seed_from, stream_rng, stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS, Number, OneOf
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import ENCODERS, flat_pixels
from tasvir.models.labels import known_targets, learn_labels, targets_to_draw, validation_targets
from tasvir.models.trained import TrainedEstimator
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.train.batches import infer, to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Hook, Losses

LIKELIHOODS = ("bernoulli", "gaussian")


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


class VariationalTask:
    """Adam on minus the evidence lower bound, the KL term weighted by `beta`; `noise` 0 turns the drawing of codes off."""

    def __init__(self, net: VariationalNet, engine: Engine, estimator: "VAE", *, seed: int, noise: float = 1.0):
        self.engine, self.seed, self.noise = engine, seed, noise
        self.beta, self.likelihood, self.sd = estimator.beta, estimator.likelihood, estimator.likelihood_sd
        net = net.to(engine.device)
        optimizer = torch.optim.Adam(net.parameters(), lr=estimator.learning_rate, fused=True)
        self.net, self.optimizer = engine.setup(net, optimizer)
        self.generator = torch.Generator()

    def begin(self, epoch: int) -> None:
        self.generator.manual_seed(stream_seed(self.seed, "noise", epoch))

    def train_step(self, batch: Batch) -> Losses:
        if not self.net.training:  # it walks through all modules
            self.net.train()
        losses = self._losses(batch, self.engine.autocast)
        self.optimizer.zero_grad()
        self.engine.backward(losses["loss"])
        self.optimizer.step()
        return losses

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        return self._losses(batch, nullcontext)

    def _losses(self, batch: Batch, numbers: Callable[[], AbstractContextManager[Any]]) -> Losses:
        """The nets compute in `numbers`; codes, likelihood and divergence are float32."""
        x_BCHW, *labels = self.engine.put(batch)
        x_BCHW = to_unit(x_BCHW)
        with numbers():
            mean_BZ, log_variance_BZ = (part.float() for part in self.net.encode(x_BCHW))
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

    def state(self) -> dict[str, Any]:
        return {"net": self.engine.unwrap(self.net).state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: Mapping[str, Any]) -> None:
        self.engine.unwrap(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])

    def kept(self) -> torch.nn.Module:
        return self.engine.unwrap(self.net)


def log_likelihood(x_BCHW: torch.Tensor, drawn_BCHW: torch.Tensor, likelihood: str, *, sd: float) -> torch.Tensor:
    """log p(x | z) in nats an image (B,): pixels are independent, Bernoulli or Gaussian around what was drawn."""
    if likelihood == "bernoulli":
        terms = -functional.binary_cross_entropy(drawn_BCHW, x_BCHW.clamp(0.0, 1.0), reduction="none")
    else:
        terms = -((x_BCHW - drawn_BCHW) ** 2) / (2 * sd**2) - math.log(sd * math.sqrt(2 * math.pi))
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


class VAE(ClassNamePrefixFeaturesOutMixin, TransformerMixin, TrainedEstimator):
    """Which distribution of codes explains the images, and what new images does it give?

    The encoder gives each image a Gaussian over codes, the decoder draws an image from a code, and both are trained to make
    the evidence lower bound large: log-likelihood of the image minus the divergence of its Gaussian from the standard one.
    A last step in closed form shifts and stretches the codes to mean 0 and mean square 1, where the bound is largest.

    Parameters
    ----------
    n_components : int, default=30
        Latents, at least 1.
    net : {"dense", "conv"}, DenseSpec or ConvSpec, default="dense"
        The encoder, mirrored by the decoder.
    conditional : bool, default=False
        Give the label to the decoder (alone: `transform` never needs it); `fit` then needs y.
    beta : float, default=1.0
        Weight of the KL term, at least 0; 1 is the bound.
    likelihood : {"bernoulli", "gaussian"}, default="bernoulli"
        Of a pixel given the code.
    likelihood_sd : float, default=0.1
        Standard deviation of the Gaussian likelihood on the 0..1 scale, above 0.
    max_epochs, batch_size, learning_rate, validation_fraction, image_shape, hooks, engine, device, random_state
        As in `Autoencoder`.

    Attributes
    ----------
    history_ : History
        In nats an image: ``elbo`` (higher is better), ``reconstruction`` and ``kl`` (its two costs), ``kl_0``, ``kl_1``, ...
        (each latent's part; near 0: unused), ``loss`` (what was minimised), and ``valid_`` ones; before the last step.
    kl_per_latent_ : ndarray of shape (n_components,)
        Mean over the training images, in nats: what each latent tells about an image.
    classes_, class_prior_ : ndarrays of shape (K,), or None unless conditional
        Labels and their shares.
    precision_ : {"fp32", "bf16"}
        In which numbers the training steps were computed.
    net_ : torch.nn.Module
        The trained net, with `encoder` and `decoder`.

    Raises
    ------
    BadInputError
        A setting outside its range, ``conditional=True`` without y, a label that was never seen or asked of an unconditional VAE.

    References
    ----------
    D. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014, equation 10 (one draw a step) and appendix B (the
    KL term); K. Sohn et al., NIPS 2015 (label); I. Higgins et al., ICLR 2017 (beta). The label enters our decoder alone.

    Examples
    --------
    >>> from tasvir import VAE, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> vae = VAE(n_components=4, conditional=True, max_epochs=2, random_state=0).fit(X, y)
    >>> vae.sample(3, y=7, random_state=0).shape
    (3, 8, 8)
    """

    classes_: Any
    class_prior_: Any
    _named_specs = {"net": ENCODERS}
    _settings = TRAINING_SETTINGS | {
        "n_components": Number(low=1, whole=True),
        "beta": Number(low=0),
        "conditional": OneOf((True, False)),
        "likelihood": OneOf(LIKELIHOODS),
        "likelihood_sd": Number(low=0, open_low=True),
    }

    def __init__(
        self,
        *,
        n_components: int = 30,
        net: str | DenseSpec | ConvSpec | None = "dense",
        conditional: bool = False,
        beta: float = 1.0,
        likelihood: str = "bernoulli",
        likelihood_sd: float = 0.1,
        max_epochs: int = 20,
        batch_size: int = 100,
        learning_rate: float = 1e-3,
        validation_fraction: float | None = 0.1,
        image_shape: tuple[int, ...] | None = None,
        hooks: Sequence[Hook] = (),
        engine: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.net = net
        self.conditional = conditional
        self.beta = beta
        self.likelihood = likelihood
        self.likelihood_sd = likelihood_sd
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.image_shape = image_shape
        self.hooks = hooks
        self.engine = engine
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, groups: Any = None, X_val: Any = None, y_val: Any = None) -> Self:
        """Learn the images of X; `y` enters the decoder where ``conditional=True``, else it only steers the inner split."""
        X = self._check_fit_X(X, y)
        targets = self._learn_labels(X, y)
        valid = None
        if X_val is not None:
            valid_targets = (validation_targets(self.classes_, y_val, len(X_val)),) if self.conditional else ()
            valid = (self._space.check(self, X_val, reset=False), *valid_targets)
        self._train(X, targets, y=y, groups=groups, valid=valid)
        standardise_codes(self.net_, *self._posterior(X))
        self.kl_per_latent_ = kl_to_standard_normal(*map(torch.from_numpy, self._posterior(X))).mean(0).numpy()
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The posterior means of X: (n, n_components) float32."""
        check_is_fitted(self)
        return self._posterior(X)[0]

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Images drawn from codes (n, n_components): float32 in the units and the shape of X at `fit`."""
        check_is_fitted(self)
        if self.conditional:
            raise BadInputError("a conditional VAE draws an image from a code and a label: use sample(n_samples, y=label)")
        codes = check_array(X, dtype=np.float32)
        if codes.shape[1] != self.n_components:
            raise BadInputError(f"X has {codes.shape[1]} columns: give codes with n_components={self.n_components} columns")
        return self.space_.restore(self._draw(codes, None))

    def sample(self, n_samples: int = 1, y: Any = None, *, random_state: Any = None) -> np.ndarray:
        """`n_samples` new X, of label(s) `y` where given, else in training proportion; shape and dtype as at `fit`."""
        check_is_fitted(self)
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        targets = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        codes = rng.standard_normal((n_samples, self.n_components), dtype=np.float32)
        return self.space_.as_seen(self._draw(codes, targets))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean squared error of drawing X from its posterior means, 0..1 scale; greater is better."""
        codes = self.transform(X)
        drawn = self._draw(codes, self._targets(y))
        unit = self.space_.store(self._space.check(self, X, reset=False)).reshape(len(drawn), -1)
        unit = unit / np.float32(255) if unit.dtype == np.uint8 else unit
        return -float(np.square(drawn - unit, dtype=np.float64).mean())

    def _posterior(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of each image's Gaussian, (n, Z) each."""
        found = self._infer(lambda x: torch.cat(self.net_.encode(x), dim=1), X)
        return found[:, : self.n_components], found[:, self.n_components :]

    def _draw(self, codes: np.ndarray, targets: np.ndarray | None) -> np.ndarray:
        """Codes (n, Z) and targets as pixels (n, features) on the 0..1 scale."""
        columns = [codes] if targets is None else [codes, targets[:, None].astype(np.float32)]
        Z = self.n_components

        def decode(columns_B: torch.Tensor) -> torch.Tensor:
            labels_B = None if targets is None else columns_B[:, Z].long()
            return self.net_.decode(columns_B[:, :Z], labels_B)

        return flat_pixels(infer(decode, torch.from_numpy(np.hstack(columns)), self._device()))

    def _learn_labels(self, X: np.ndarray, y: Any) -> tuple[np.ndarray, ...]:
        """The targets that go into the batches: none unless conditional."""
        self.classes_ = self.class_prior_ = None
        if not self.conditional:
            return ()
        if y is None:
            raise BadInputError(
                "VAE(conditional=True) requires y to be passed, but the target y is None: give one label per image"
            )
        self.classes_, targets = learn_labels(y, len(X))
        self.class_prior_ = np.bincount(targets) / len(targets)
        return (targets,)

    def _targets(self, y: Any) -> np.ndarray | None:
        if not self.conditional:
            return None
        if y is None:
            raise BadInputError("a conditional VAE needs the labels of these images too: give y")
        return known_targets(self.classes_, y)

    def _build_net(self) -> torch.nn.Module:
        n_labels = 0 if self.classes_ is None else len(self.classes_)
        spec = resolve_spec(self.net, ENCODERS, "net")
        encoder, decoder = spec.build(self._layout.shape, 2 * self.n_components, self.n_components + n_labels)
        return VariationalNet(encoder, decoder, n_labels)

    def _build_task(self, net: Any, engine: Engine, *, n_steps: int, seed: int) -> VariationalTask:
        return VariationalTask(net, engine, self, seed=seed)

    def _more_learned(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("classes_", "class_prior_", "kl_per_latent_")}

    @property
    def _n_features_out(self) -> int:
        return self.n_components

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
