"""The variational autoencoder: an autoencoder whose code is a distribution, so that new images can be drawn from it.

Legend: B batch, C channels, H W pixels, Z latents, K classes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils.validation import check_array, check_is_fitted

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import seed_from, stream_rng
from tasvir.contracts.settings import TRAINING_SETTINGS, Number, OneOf
from tasvir.contracts.space import Space
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import ENCODERS, flat_pixels
from tasvir.models.code_density import CodeDensity
from tasvir.models.codes import GivesCodes
from tasvir.models.labels import known_targets, learn_labels, targets_to_draw, validation_targets
from tasvir.models.plane import Plane
from tasvir.models.trained import TrainedEstimator
from tasvir.models.variational_task import VariationalNet, VariationalTask, kl_to_standard_normal, standardise_codes
from tasvir.nets.augment import AUGMENTS, AugmentSpec
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.train.batches import infer
from tasvir.train.engine import Engine
from tasvir.train.loop import Hook

LIKELIHOODS = ("bernoulli", "gaussian")
#: Where `sample` takes its codes from.
CODES = ("kernel", "prior")
#: Images and components that teach what the decoder leaves out of an image.
RESIDUAL_IMAGES, RESIDUAL_COMPONENTS = 1000, 200


class VAE(GivesCodes, TrainedEstimator):
    """Which distribution of codes explains the images, and what new images does it give?

    The encoder gives each image a Gaussian over codes, the decoder draws an image from a code, and both are trained to make
    the evidence lower bound large: log-likelihood of the image minus the divergence of its Gaussian from the standard one.
    A last step in closed form shifts and stretches the codes to mean 0 and mean square 1, where the bound is largest.
    New images are drawn from a density of the training images' codes, a class each where it is conditional.

    Parameters
    ----------
    n_components : int, default=30
        Latents, at least 1.
    net : {"dense", "conv"}, DenseSpec or ConvSpec, default="dense"
        The encoder, mirrored by the decoder.
    augment : None, {"none", "shift", "shift_flip"} or AugmentSpec, default=None
        What is done to the images that the encoder sees while it is trained, as in `Autoencoder`.
    conditional : bool, default=False
        Give the label to the decoder (alone: `transform` never needs it); `fit` then needs y.
    beta : float, default=1.0
        Weight of the KL term, at least 0; 1 is the bound.
    likelihood : {"bernoulli", "gaussian"}, default="bernoulli"
        Of a pixel given the code.
    likelihood_sd : float or None, default=0.1
        Standard deviation of the Gaussian likelihood on the 0..1 scale, above 0; None: learned, the error of each step (it
        falls as the decoder learns), and what the decoder leaves out of an image is part of what `sample` draws.
    codes : {"kernel", "prior"}, default="kernel"
        Where `sample` takes its codes: from a density of the training images' codes, a class each if conditional, or from the
        standard normal prior, which is far from them where an image tells much.
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
    density_ : CodeDensity or None
        The codes of the training images and the `bandwidth` at which new ones are drawn (1: one Gaussian a class); None with
        ``codes="prior"``. Who has the model can draw what its decoder makes of each training image.
    residual_ : Plane or None
        What the decoder leaves out, as a Gaussian; None unless the width is learned.

    Raises
    ------
    BadInputError
        A setting outside its range, ``conditional=True`` without y, a label that was never seen or asked of an unconditional VAE.

    References
    ----------
    D. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014, equation 10 (one draw a step) and appendix B (the
    KL term); K. Sohn et al., NIPS 2015 (label); I. Higgins et al., ICLR 2017 (beta); O. Rybkin et al., *Simple and effective VAE
    training with calibrated decoders*, ICML 2021 (learned width). The label enters our decoder alone; a density of codes found
    after training is the second stage of B. Dai, D. Wipf, ICLR 2019, here a smoothed bootstrap.

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
    density_: CodeDensity | None
    residual_: Plane | None
    _named_specs = {"net": ENCODERS, "augment": AUGMENTS}
    _settings = TRAINING_SETTINGS | {
        "n_components": Number(low=1, whole=True),
        "beta": Number(low=0),
        "conditional": OneOf((True, False)),
        "likelihood": OneOf(LIKELIHOODS),
        "likelihood_sd": Number(low=0, open_low=True, optional=True),
        "codes": OneOf(CODES),
    }

    def __init__(
        self,
        *,
        n_components: int = 30,
        net: str | DenseSpec | ConvSpec | None = "dense",
        augment: str | AugmentSpec | None = None,
        conditional: bool = False,
        beta: float = 1.0,
        likelihood: str = "bernoulli",
        likelihood_sd: float | None = 0.1,
        codes: str = "kernel",
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
        self.augment = augment
        self.conditional = conditional
        self.beta = beta
        self.likelihood = likelihood
        self.likelihood_sd = likelihood_sd
        self.codes = codes
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
        mean_nZ, log_variance_nZ = self._posterior(X)
        self.kl_per_latent_ = kl_to_standard_normal(*map(torch.from_numpy, (mean_nZ, log_variance_nZ))).mean(0).numpy()
        self._learn_to_sample(X, targets, mean_nZ=mean_nZ, sd_nZ=np.exp(0.5 * log_variance_nZ))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The posterior means of X: (n, n_components) float32."""
        return self._posterior(X)[0]

    def posterior(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each image's Gaussian over codes: two (n, n_components) arrays, float32."""
        mean_nZ, log_variance_nZ = self._posterior(X)
        return mean_nZ, np.exp(0.5 * log_variance_nZ)

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
        drawn = self._draw(self._codes_to_draw(np.zeros(n_samples, np.int64) if targets is None else targets, rng), targets)
        return self.space_.as_seen(drawn if self.residual_ is None else drawn + self.residual_.draw(n_samples, rng))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean squared error of drawing X from its posterior means, 0..1 scale; greater is better."""
        codes = self.transform(X)
        drawn = self._draw(codes, self._targets(y))
        return -float(np.square(drawn - unit_rows(self.space_, self._space.check(self, X, reset=False)), dtype=np.float64).mean())

    def _posterior(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of each image's Gaussian, (n, Z) each."""
        check_is_fitted(self)
        found = self._infer(lambda x: torch.cat(self.net_.encode(x), dim=1), X)
        return found[:, : self.n_components], found[:, self.n_components :]

    def _codes_to_draw(self, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if self.density_ is None:
            return rng.standard_normal((len(kinds), self.n_components), dtype=np.float32)
        return self.density_.draw(kinds, rng)

    def _learn_to_sample(self, X: np.ndarray, targets: tuple[np.ndarray, ...], *, mean_nZ: np.ndarray, sd_nZ: np.ndarray) -> None:
        """Where the codes of each class lie, and what the decoder leaves out of images drawn from them."""
        self.density_, self.residual_, seed = None, None, seed_from(self.random_state)
        if self.codes == "kernel":
            kinds = targets[0] if targets else np.zeros(len(X), np.int64)
            self.density_ = CodeDensity.fitted(mean_nZ, sd_nZ**2, kinds, seed=seed)
        if self.likelihood == "gaussian" and self.likelihood_sd is None and len(X) > 1:
            rng = stream_rng(seed, "residual")
            rows = rng.permutation(len(X))[:RESIDUAL_IMAGES]
            codes = mean_nZ[rows] + sd_nZ[rows] * rng.standard_normal((len(rows), self.n_components), dtype=np.float32)
            left_out = unit_rows(self.space_, X[rows]) - self._draw(codes, targets[0][rows] if targets else None)
            self.residual_ = Plane.fitted(left_out.astype(np.float64), RESIDUAL_COMPONENTS)

    def _draw(self, codes: np.ndarray, targets: np.ndarray | None) -> np.ndarray:
        """Codes (n, Z) and targets as pixels (n, features) on the 0..1 scale."""
        columns = [codes] if targets is None else [codes, targets[:, None].astype(np.float32)]

        def decode(columns_B: torch.Tensor) -> torch.Tensor:
            labels_B = None if targets is None else columns_B[:, -1].long()
            return self.net_.decode(columns_B[:, : self.n_components], labels_B)

        return flat_pixels(infer(decode, torch.from_numpy(np.hstack(columns)), device=self._device()))

    def _learn_labels(self, X: np.ndarray, y: Any) -> tuple[np.ndarray, ...]:
        """The targets that go into the batches: none unless conditional."""
        self.classes_ = self.class_prior_ = None
        if not self.conditional:
            return ()
        if y is None:
            raise BadInputError("conditional=True requires y to be passed, but the target y is None: give one label per image")
        self.classes_, targets = learn_labels(y, len(X))
        self.class_prior_ = np.bincount(targets) / len(targets)
        return (targets,)

    def _targets(self, y: Any) -> np.ndarray | None:
        if not self.conditional:
            return None
        if y is not None:
            return known_targets(self.classes_, y)
        raise BadInputError("a conditional VAE needs the labels of these images too: give y")

    def _build_net(self) -> torch.nn.Module:
        n_labels = 0 if self.classes_ is None else len(self.classes_)
        spec = resolve_spec(self.net, ENCODERS, "net")
        encoder, decoder = spec.build(self._layout.shape, 2 * self.n_components, self.n_components + n_labels)
        return VariationalNet(encoder, decoder, n_labels)

    def _build_task(self, net: Any, engine: Engine, *, n_steps: int, seed: int) -> VariationalTask:
        bound = self.beta, self.likelihood, self.likelihood_sd
        augment = resolve_spec(self.augment, AUGMENTS, "augment").build(self._layout.shape)
        return VariationalTask(net, engine, bound, learning_rate=self.learning_rate, augment=augment, seed=seed)

    def _weights(self) -> dict[str, torch.Tensor]:
        kept = super()._weights()
        parts = {"density": self.density_ and self.density_.arrays(), "residual": self.residual_ and vars(self.residual_)}
        for part, arrays in parts.items():
            kept |= {f"{part}.{name}": torch.from_numpy(np.array(value)) for name, value in (arrays or {}).items()}
        return kept

    def _take_weights(self, weights: Mapping[str, torch.Tensor]) -> None:
        net, density, residual = split_by(("density.", "residual."), weights)
        super()._take_weights(net)
        self.density_ = CodeDensity.from_arrays(density) if density else None
        self.residual_ = Plane(**residual | {"noise": float(residual["noise"])}) if residual else None

    def _more_learned(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("classes_", "class_prior_", "kl_per_latent_")}


def unit_rows(space: Space, X: np.ndarray) -> np.ndarray:
    """Checked X as rows of float32 on the 0..1 scale."""
    unit = space.store(X).reshape(len(X), -1)
    return unit / np.float32(255) if unit.dtype == np.uint8 else unit


def split_by(starts: Sequence[str], tensors: Mapping[str, torch.Tensor]) -> list[dict[str, Any]]:
    """The tensors whose names have none of these beginnings, then for each beginning the arrays that have it, without it."""
    found = {start: {n.removeprefix(start): t.numpy() for n, t in tensors.items() if n.startswith(start)} for start in starts}
    return [{name: tensor for name, tensor in tensors.items() if not name.startswith(tuple(starts))}, *found.values()]
