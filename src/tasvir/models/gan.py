"""Generative adversarial nets: a generator that learns to draw what a discriminator takes for real.

Legend: B batch, C channels, H W pixels, Z latents, K classes.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from tasvir.contracts.errors import BadInputError, LossNotFiniteError
from tasvir.contracts.seeds import seed_from, stream_rng
from tasvir.contracts.settings import TRAINING_SETTINGS, Number, OneOf
from tasvir.contracts.specs import resolve_spec
from tasvir.models.adversarial_loss import LOSSES
from tasvir.models.adversarial_task import AdversarialTask
from tasvir.models.eye import small_classifier
from tasvir.models.flight_recorder import FlightRecorder, RecorderSpec
from tasvir.models.inner_split import inner_split
from tasvir.models.labels import learn_labels, targets_to_draw, validation_targets
from tasvir.models.levers import LEVERS, LeversSpec
from tasvir.models.sight import Features, Images, Sight, draw_pixels
from tasvir.models.trained import Arrays, TrainedEstimator
from tasvir.nets.augment import AugmentSpec
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.pair import PairSpec
from tasvir.nets.players import bound_slope, keep_bound
from tasvir.train.engine import Engine
from tasvir.train.history import History
from tasvir.train.loop import Batches, Hook, Task, fit_loop

PLAYERS = {"conv": DCGANSpec(), "dense": FCGANSpec(), "mixed": PairSpec()}
RECORDERS = {"default": RecorderSpec()}
#: Images have at least so many pixels a side.
SMALLEST_SIDE = 8
#: Steps of the classifier in whose features coverage is measured; fewer images are not seen more often than so many would be.
SEEING_STEPS, FEWEST_SEEN = 400, 320
#: Principal components in its place where there are no classes to learn from.
SEEING_COMPONENTS = 50


class GAN(TrainedEstimator):
    """What new images does a net learn to draw, if another net learns to tell them from the real ones?

    The discriminator scores images, high for real ones; the generator turns noise into images that score high. Given labels,
    both players know them. A flight recorder looks on: it says when the generator collapses, the training diverges or the
    discriminator has won, and the best state is kept.

    Parameters
    ----------
    net : {"conv", "dense", "mixed"}, DCGANSpec, FCGANSpec or PairSpec, default="conv"
        Both players: transposed and strided convolutions, dense layers, or a generator of these against a discriminator of those.
        ``net__depth``, ``net__generator`` ... reach into it.
    loss : {"non_saturating", "saturating", "least_squares", "hinge", "relativistic"}, default="non_saturating"
        What the players minimise.
    levers : None, {"balanced", "none", "r3gan"} or LeversSpec, default=None
        What keeps them in balance; None is "balanced". "r3gan" has both penalties, for the relativistic loss.
    recorder : None or RecorderSpec, default=None
        How often the generator is looked at.
    n_components : int, default=64
        Numbers in the noise, at least 1.
    max_epochs : int, default=60
        Passes over the training images.
    batch_size : int, default=64
        Images a step, at least 2.
    learning_rate : float, default=5e-4
        Of Adam (0.5, 0.99), for the generator; the discriminator's is ``levers.discriminator_rate`` times that.
    validation_fraction : float or None, default=0.1
        Part of the images held out to compare samples with, in (0, 1), not learned from; None holds out nothing, and the last
        state is kept unless something went wrong. Nothing is held out, either, where a class would have no image left.
    image_shape, hooks, engine, device, random_state
        As in `Autoencoder`.

    Attributes
    ----------
    history_ : History
        Means of each epoch: ``generator_loss``, ``discriminator_loss`` (without penalties); ``real_score``, ``fake_score``, the
        sigmoid of the discriminator's score of real images, D(x), and of generated ones, D(G(z)), as it sees them;
        ``generator_gradient``, ``discriminator_gradient``, norms; ``generator_rate``, ``discriminator_rate``, ``noise_sd``, what
        they were trained with.
    record_ : dict
        What the recorder saw: ``variety``, of each epoch and class, the distance of neighbouring samples as a share of that of
        real images (None for a class of fewer than 5 images, or of equal ones); ``coverage``, ``recall`` and the like at
        ``measured_epochs``; ``alarms``, each with `kind` ("collapse", of all or of the class at the place `label` of `classes_`,
        "won", "divergence"), `epoch` and `last_epoch`; and ``kept_epoch``.
    grids_ : dict of int to ndarray of shape (100, h, w[, c])
        uint8 samples by epoch, always of the same noise, class by class. Not saved.
    classes_, class_prior_ : ndarrays of shape (K,), or None without labels
        Labels and their shares.
    precision_ : {"fp32", "bf16"}
        In which numbers the training steps were computed.
    net_ : torch.nn.Module
        `generator` (its average, where `ema` is above 0) and `discriminator`.

    Raises
    ------
    BadInputError
        A setting outside its range; images below 8 pixels a side, or a depth that halves a single pixel; a class with fewer than
        2 images; a label at sampling that was never seen, or asked of a GAN without labels.
    LossNotFiniteError
        The training diverged before a state was worth keeping; later that ends the training, with an alarm.

    References
    ----------
    I. Goodfellow et al., *Generative adversarial nets*, NIPS 2014; A. Radford et al., ICLR 2016 (DCGAN); M.
    Mirza, S. Osindero 2014 and T. Miyato, M. Koyama, ICLR 2018 (labels: a one-hot vector beside the noise, projection in the
    discriminator); X. Mao et al. 2017 (least squares); J. Lim, J. Ye 2017 (hinge); Y. Huang et al., NeurIPS 2024 (relativistic;
    with ``levers="r3gan"`` its penalties). Of the levers: `LeversSpec`.

    Examples
    --------
    >>> from tasvir import GAN, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> gan = GAN(max_epochs=2, random_state=0).fit(X, y)
    >>> gan.sample(3, y=7, random_state=0).shape
    (3, 8, 8)
    """

    classes_: Any
    class_prior_: Any
    record_: dict[str, Any]
    grids_: dict[int, np.ndarray]
    _named_specs = {"net": PLAYERS, "levers": LEVERS, "recorder": RECORDERS}
    _settings = TRAINING_SETTINGS | {
        "loss": OneOf(tuple(LOSSES)),
        "n_components": Number(low=1, whole=True),
        "batch_size": Number(low=2, whole=True),
    }

    def __init__(
        self,
        *,
        net: str | DCGANSpec | FCGANSpec | PairSpec | None = "conv",
        loss: str = "non_saturating",
        levers: str | LeversSpec | None = None,
        recorder: str | RecorderSpec | None = None,
        n_components: int = 64,
        max_epochs: int = 60,
        batch_size: int = 64,
        learning_rate: float = 5e-4,
        validation_fraction: float | None = 0.1,
        image_shape: tuple[int, ...] | None = None,
        hooks: Sequence[Hook] = (),
        engine: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.net = net
        self.loss = loss
        self.levers = levers
        self.recorder = recorder
        self.n_components = n_components
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
        """Learn to draw X, of the class `y` where it is given; samples are compared with `X_val`, or a part that is held out."""
        X = self._check_fit_X(X, y)
        self._check_images(X)
        self.classes_ = self.class_prior_ = None
        targets: Arrays = ()
        if y is not None:
            self.classes_, learned = learn_labels(y, len(X))
            counts = np.bincount(learned)
            if counts.min() < 2:
                raise BadInputError(
                    f"class {self.classes_[counts.argmin()]} has 1 sample: a GAN needs at least 2 images of each class"
                )
            self.class_prior_, targets = counts / counts.sum(), (learned,)
        valid = None
        if X_val is not None:
            labelled = () if y is None else (validation_targets(self.classes_, y_val, len(X_val)),)
            valid = (self._space.check(self, X_val, reset=False), *labelled)
        self._train(X, targets, y=y, groups=groups, valid=valid)
        keep_bound(self.net_.discriminator)
        return self

    def sample(self, n_samples: int = 1, y: Any = None, *, random_state: Any = None) -> np.ndarray:
        """`n_samples` new X, of label(s) `y` where given, else in training proportion; shape and dtype as at `fit`."""
        check_is_fitted(self)
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        targets = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        z_nZ = rng.standard_normal((n_samples, self.n_components), dtype=np.float32)
        return self.space_.as_seen(draw_pixels(self.net_.generator, z_nZ, targets, device=self._device()))

    def _check_images(self, X: np.ndarray) -> None:
        """What can be told before a net is built."""
        side = min(self._layout.shape[:2])
        if X.ndim > 2 and side < SMALLEST_SIDE:
            raise BadInputError(f"X has images of {side} pixels a side: a GAN needs at least {SMALLEST_SIDE}, give larger ones")
        if len(X) < 2:
            raise BadInputError(f"X has {len(X)} sample: a GAN needs at least 2 images")
        levers, loss = resolve_spec(self.levers, LEVERS, "levers"), LOSSES[self.loss]
        levers.check(smoothed=loss.smoothed, loss=self.loss)
        if levers.discriminator_ahead >= self.max_epochs:
            raise BadInputError(
                f"LeversSpec(discriminator_ahead={levers.discriminator_ahead}) with max_epochs={self.max_epochs}: the generator "
                "would not learn at all, give more epochs"
            )

    def _build_net(self) -> torch.nn.Module:
        n_labels = 0 if self.classes_ is None else len(self.classes_)
        return resolve_spec(self.net, PLAYERS, "net").build(self._layout.shape, self.n_components, n_labels)

    def _build_task(self, net: Any, engine: Engine, *, n_steps: int, seed: int) -> AdversarialTask:
        levers = resolve_spec(self.levers, LEVERS, "levers")
        if levers.spectral_norm:
            bound_slope(net.discriminator)
        height, width, channels = self._layout.shape
        return AdversarialTask(
            net,
            engine,
            loss=LOSSES[self.loss],
            levers=levers,
            augment=AugmentSpec(max_shift=levers.shift).build((height, width, channels)),
            n_latents=self.n_components,
            learning_rate=self.learning_rate,
            seed=seed,
        )

    def _held_out(self, y: Any, groups: Any, *, n_images: int, seed: int) -> float | None:
        """Nothing, where that would leave a class without an image to learn from."""
        fraction = self.validation_fraction
        if self.classes_ is None or fraction is None:
            return fraction
        indices, _ = inner_split(n_images, y, groups, fraction=fraction, seed=seed)
        return fraction if len(np.unique(np.asarray(y)[indices])) == len(self.classes_) else None

    def _own_hooks(self, given: Arrays, valid: Arrays | None, seed: int) -> tuple[Hook, ...]:
        if len(given[0]) < 2:
            raise BadInputError(
                f"validation_fraction={self.validation_fraction} leaves 1 image to learn from: give a smaller one"
            )
        real = Images(given[0], given[1] if len(given) > 1 else None)
        held_out = None if valid is None else Images(valid[0], valid[1] if len(valid) > 1 else None)
        sight = Sight(
            self.space_,
            real,
            held_out,
            learn_features=lambda: self._features(real, seed),
            n_latents=self.n_components,
            seed=seed,
        )
        spec = resolve_spec(self.recorder, RECORDERS, "recorder")
        return (spec.build(sight, max_epochs=self.max_epochs),)

    def _features(self, real: Images, seed: int) -> Features:
        """A small classifier's, or principal components where there is nothing to classify."""
        if real.targets is None or len(np.unique(real.targets)) < 2:
            flat = self.space_.store(real.X).reshape(len(real.X), -1)
            components = PCA(min(SEEING_COMPONENTS, *flat.shape), random_state=seed % 2**32).fit(flat)
            return lambda X: components.transform(self.space_.store(X).reshape(len(X), -1))
        classifier = small_classifier(max(len(real.X), FEWEST_SEEN), steps=SEEING_STEPS, seed=seed)
        classifier.set_params(image_shape=self.image_shape, engine=self.engine, device=self.device)
        return classifier.fit(real.X, real.targets).embed

    def _run(
        self, task: Task, batches: Batches, valid: Batches | None, *, history: History | None, hooks: Sequence[Hook]
    ) -> History:
        """The loop, and what the recorder saw; a loss that is not finite ends the training where a state is kept.

        What is held out has no loss: the recorder looks at it.
        """
        (recorder,) = (hook for hook in hooks if isinstance(hook, FlightRecorder))
        history = History() if history is None else history
        try:
            fit_loop(task, batches, max_epochs=self.max_epochs, history=history, hooks=hooks)
        except LossNotFiniteError:
            if not recorder.kept_epoch:
                raise
            recorder.diverged(len(history) + 1)
        if not recorder.kept_epoch and any(alarm.kind == "divergence" for alarm in recorder.alarms):
            raise LossNotFiniteError(
                f"the training diverged in epoch {recorder.alarms[-1].epoch}, before any state was worth keeping: lower "
                "learning_rate, or raise levers.r1"
            )
        self.record_, self.grids_ = recorder.told(), recorder.grids
        return history

    def _more_learned(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("classes_", "class_prior_", "record_")}
