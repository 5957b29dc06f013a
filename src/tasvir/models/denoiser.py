"""The denoiser: a net that is shown images with noise and trained to give them back without."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS, OneOf
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import flat_pixels
from tasvir.models.denoising_task import DenoisingTask
from tasvir.models.noise import VARIANCE, drawn_sd, estimated_sd, variance_range, with_level, with_noise
from tasvir.models.scheduled_task import OneCycle
from tasvir.models.trained import TrainedEstimator
from tasvir.nets.hourglass import HourglassSpec
from tasvir.nets.unet import UNetSpec
from tasvir.train.batches import infer
from tasvir.train.engine import Engine
from tasvir.train.loop import Hook

NETS = {"unet": UNetSpec(), "textbook": HourglassSpec()}
#: The part of a training in which the learning rate rises.
WARM = 0.1


class Denoiser(OneToOneFeatureMixin, TransformerMixin, TrainedEstimator):
    """What did an image look like before noise came over it?

    Fitted on clean images: Gaussian noise of mean 0 and the given variance, drawn anew in each epoch, is added to them, the sum
    is clipped to 0..1, and a net learns to give the clean image back. `transform` takes noisy images and gives clean ones.

    Parameters
    ----------
    variance : float or (float, float), default=0.01
        Of the noise, pixels on the 0..1 scale, from 0 to 1: 0.01 is a standard deviation of 0.1. A pair is a range: each image is
        given a standard deviation that is drawn evenly between both. 0: no noise, the net is a plain autoencoder.
    blind : bool, default=True
        False: the net is also told how strong the noise is (of a range of variances), as one more channel of its input.
    net : {"unet", "textbook"}, UNetSpec or HourglassSpec, default="unet"
        "textbook" has two convolutions and two transposed convolutions; ``net__widths``, ``net__filters`` reach into it.
    max_epochs : int, default=20
        Passes over the training images.
    batch_size : int, default=16
        Images a step.
    learning_rate : float, default=2e-3
        The highest of Adam; it rises over the first tenth of the training, then falls to nearly nothing.
    validation_fraction : float or None, default=0.1
        Part of the images held out to watch the loss, in (0, 1); None holds out nothing.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels) of flat X; None: square if possible, else one line.
    hooks : sequence of Hook, default=()
        See `tasvir.train.hooks`.
    engine : None, {"auto", "fp32", "bf16"} or spec, default=None
        In which numbers a training step is computed: None and "auto" are bfloat16 where the device has it in hardware and X has
        256 features or more, else float32. Weights, losses, validation and inference are float32 always.
    device : str, default="auto"
        "auto" is the accelerator where there is one, else the CPU.
    random_state : int, RandomState or None, default=None
        Seed of everything drawn; None takes fresh entropy.

    Attributes
    ----------
    history_ : History
        An epoch's ``["loss"]`` (mean absolute error, which is minimised) and ``["mse"]``, both also with ``valid_`` before them;
        0..1 scale, lower is better.
    net_ : torch.nn.Module
        The trained net.
    precision_ : {"fp32", "bf16"}
        In which numbers the training steps were computed.
    hooks_ : tuple of Hook
        The hooks as they were when the training ended: copies of `hooks`, in their order.
    space_ : PixelSpace
        Units and shape of X.

    Raises
    ------
    BadInputError
        A setting outside its range; `blind=False` with a single variance, which leaves nothing to tell; images outside 0..255 or
        0..1; `image_shape` that does not fit.
    LossNotFiniteError
        The loss became NaN or infinite.

    References
    ----------
    K. Zhang et al., *Beyond a Gaussian denoiser*, IEEE TIP 26 (2017), for the net that draws the noise; K. Zhang, W. Zuo, L.
    Zhang, *FFDNet*, IEEE TIP 27 (2018), for the one that is told its level. We clip the noisy image, as pixels are.

    Examples
    --------
    >>> from tasvir import Denoiser, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> denoiser = Denoiser(max_epochs=1, random_state=0).fit(X)
    >>> denoiser.transform(X[:5]).shape
    (5, 8, 8)
    """

    _named_specs = {"net": NETS}
    _settings = TRAINING_SETTINGS | {"blind": OneOf((True, False))}

    def __init__(
        self,
        *,
        variance: float | tuple[float, float] = 0.01,
        blind: bool = True,
        net: str | UNetSpec | HourglassSpec | None = "unet",
        max_epochs: int = 20,
        batch_size: int = 16,
        learning_rate: float = 2e-3,
        validation_fraction: float | None = 0.1,
        image_shape: tuple[int, ...] | None = None,
        hooks: Sequence[Hook] = (),
        engine: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.variance = variance
        self.blind = blind
        self.net = net
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
        """Learn from clean images; `y` and `groups` only steer the inner split, `X_val` (clean, too) replaces it."""
        low, high = variance_range(self.variance)
        if low == high and not self.blind:
            raise BadInputError(
                f"Denoiser(variance={self.variance!r}, blind=False): a net for one variance has nothing to be told; give a range "
                "(low, high), or blind=True"
            )
        X = self._check_fit_X(X, y)
        valid = None if X_val is None else (self._space.check(self, X_val, reset=False),)
        self._train(X, y=y, groups=groups, valid=valid)
        return self

    def transform(self, X: Any, *, variance: float | None = None) -> np.ndarray:
        """The clean images: float32 in the units and the shape of X at `fit`.

        `variance` is for ``blind=False``: that of the noise in all of X, 0..1 scale; None estimates that of each image from its
        finest wavelet coefficients. The net is told at least the least, and at most the most, that it was trained for.
        """
        check_is_fitted(self)
        if variance is not None and self.blind:
            raise BadInputError(
                f"variance={variance!r}: this denoiser is blind, it cannot be told; leave it out, or fit blind=False"
            )
        if variance is not None and not VARIANCE.holds(variance):
            raise BadInputError(f"variance={variance!r}: give {VARIANCE.words}, on the 0..1 scale of pixels, or None")
        if self.blind:
            return self.space_.restore(flat_pixels(self._infer(self._cleaned, X)))
        x_nCHW = self._stored(self._space.check(self, X, reset=False))
        cleaned = infer(self._cleaned, x_nCHW, self._told(x_nCHW, variance), device=self._device())
        return self.space_.restore(flat_pixels(cleaned))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean squared error, 0..1 scale, of cleaning clean X to which noise was added; greater is better.

        The noise is that of a training, but always the same; a net that is not blind is told its strength.
        """
        check_is_fitted(self)
        generator = torch.Generator().manual_seed(stream_seed(0, "score"))

        def error(x_BCHW: torch.Tensor) -> torch.Tensor:
            sd_B = drawn_sd(variance_range(self.variance), len(x_BCHW), generator)
            noisy_BCHW = with_noise(x_BCHW, sd_B, generator)
            return (self._cleaned(noisy_BCHW, sd_B) - x_BCHW).square().flatten(1).mean(1)

        return -float(self._infer(error, X).mean(dtype=np.float64))

    def _cleaned(self, x_BCHW: torch.Tensor, sd_B: torch.Tensor | None = None) -> torch.Tensor:
        """Clean images from noisy ones and, for a net that is told it, the strength of their noise."""
        seen_BCHW = x_BCHW if self.blind or sd_B is None else with_level(x_BCHW, sd_B)
        return self.net_(seen_BCHW).clamp(0, 1)

    def _told(self, x_nCHW: torch.Tensor, variance: float | None) -> torch.Tensor:
        """(n,) standard deviations within those of the training."""
        low, high = (end**0.5 for end in variance_range(self.variance))
        if variance is None:
            return estimated_sd(x_nCHW).clamp(low, high)
        return torch.full((len(x_nCHW),), min(max(variance**0.5, low), high))

    def _build_net(self) -> torch.nn.Module:
        return resolve_spec(self.net, NETS, "net").build(self._layout.shape, n_told=0 if self.blind else 1)

    def _build_task(self, net: torch.nn.Module, engine: Engine, *, n_steps: int, seed: int) -> DenoisingTask:
        schedule = OneCycle(self.learning_rate, n_steps * self.max_epochs, warm=WARM)
        variances = variance_range(self.variance)
        return DenoisingTask(net, engine, schedule=schedule, variances=variances, told=not self.blind, seed=seed)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
