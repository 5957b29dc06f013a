"""The autoencoder: an encoder and a decoder trained to give back what they saw."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils.validation import check_array, check_is_fitted
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import TRAINING_SETTINGS, Number
from tasvir.contracts.specs import resolve_spec
from tasvir.models.codes import GivesCodes
from tasvir.models.drawing_task import DrawingTask
from tasvir.models.trained import TrainedEstimator
from tasvir.nets.augment import AUGMENTS, AugmentSpec
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.train.batches import infer
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Hook, Losses

ENCODERS = {"dense": DenseSpec(), "conv": ConvSpec()}


class EncoderDecoder(torch.nn.Module):
    """x_BCHW -> code (B, Z) -> x_BCHW on the 0..1 scale."""

    def __init__(self, encoder: torch.nn.Module, decoder: torch.nn.Module):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.encoder(x_BCHW))


class ReconstructionTask(DrawingTask):
    """The mean squared error between the output and the image."""

    def train_step(self, batch: Batch) -> Losses:
        self.learn()
        seen_BCHW, wanted_BCHW, _ = self.pair(batch)
        with self.engine.autocast():
            drawn_BCHW = self.net(seen_BCHW)
        loss = functional.mse_loss(drawn_BCHW.float(), wanted_BCHW)
        self.step(loss)
        return {"loss": loss}

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        seen_BCHW, wanted_BCHW, _ = self.pair(batch)
        return {"loss": functional.mse_loss(self.net(seen_BCHW), wanted_BCHW)}


class Autoencoder(GivesCodes, TrainedEstimator):
    """Which few numbers describe an image well enough to draw it again?

    An encoder squeezes each image into `n_components` numbers, a decoder draws the image from them, and both are trained
    together to make the drawing equal to the image (mean squared error on the 0..1 scale). With ``net="dense"`` and the default
    `hidden` this is the net 784-500-200-100-30 on 28x28 images.

    Parameters
    ----------
    n_components : int, default=30
        Numbers in the code, at least 1.
    net : {"dense", "conv"}, DenseSpec or ConvSpec, default="dense"
        The encoder, mirrored by the decoder; ``net__hidden``, ``net__filters`` reach into it.
    augment : None, {"none", "shift", "shift_flip"} or AugmentSpec, default=None
        What is done to the images that the encoder sees while it is trained; the decoder draws them as they are, so that codes
        come to be alike for such changes, at the price of a larger error. None does nothing.
    max_epochs : int, default=20
        Passes over the training images.
    batch_size : int, default=100
        Images a step.
    learning_rate : float, default=1e-3
        Of AdamW.
    weight_decay : float, default=0.0
        Of AdamW, on weights but not on biases and norms; at least 0. It is decoupled from the gradient: as a part of it, even
        1e-5 would rule where gradients are as small as those of a mean over pixels.
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
        ``history_["loss"]``, ``history_["valid_loss"]``: mean squared error an epoch, 0..1 scale, lower is better.
    net_ : torch.nn.Module
        The trained net, with `encoder` and `decoder`.
    precision_ : {"fp32", "bf16"}
        In which numbers the training steps were computed.
    hooks_ : tuple of Hook
        The hooks as they were when the training ended: copies of `hooks`, in their order.
    space_ : PixelSpace
        Units and shape of X.

    Raises
    ------
    BadInputError
        A setting outside its range; images outside 0..255 or 0..1; `image_shape` that does not fit.
    LossNotFiniteError
        The loss became NaN or infinite.

    References
    ----------
    G. Hinton, R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313 (2006). We train all
    layers at once with ReLU and AdamW; the paper pretrains layer by layer. I. Loshchilov, F. Hutter, *Decoupled weight decay
    regularization*, ICLR 2019. P. Vincent et al., *Extracting and composing robust
    features with denoising autoencoders*, ICML 2008 (the encoder sees a changed image).

    Examples
    --------
    >>> from tasvir import Autoencoder, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> autoencoder = Autoencoder(n_components=8, max_epochs=2, random_state=0).fit(X)
    >>> autoencoder.transform(X).shape
    (1433, 8)
    >>> autoencoder.inverse_transform(autoencoder.transform(X)).shape
    (1433, 8, 8)
    """

    _named_specs = {"net": ENCODERS, "augment": AUGMENTS}
    _settings = TRAINING_SETTINGS | {"n_components": Number(low=1, whole=True), "weight_decay": Number(low=0)}

    def __init__(
        self,
        *,
        n_components: int = 30,
        net: str | DenseSpec | ConvSpec | None = "dense",
        augment: str | AugmentSpec | None = None,
        max_epochs: int = 20,
        batch_size: int = 100,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
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
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.validation_fraction = validation_fraction
        self.image_shape = image_shape
        self.hooks = hooks
        self.engine = engine
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, groups: Any = None, X_val: Any = None, y_val: Any = None) -> Self:
        """Learn to reconstruct X; `y` and `groups` only steer the inner split, `X_val` replaces it."""
        X = self._check_fit_X(X, y)
        valid = None if X_val is None else (self._space.check(self, X_val, reset=False),)
        self._train(X, y=y, groups=groups, valid=valid)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The codes of X: (n, n_components) float32."""
        check_is_fitted(self)
        return self._infer(self.net_.encoder, X)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Images drawn from codes (n, n_components): float32 in the units and the shape of X at `fit`."""
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float32)
        if codes.shape[1] != self.n_components:
            raise BadInputError(f"X has {codes.shape[1]} columns: give codes with n_components={self.n_components} columns")
        drawn = infer(self.net_.decoder, torch.from_numpy(codes), device=self._device())
        return self.space_.restore(flat_pixels(drawn))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean squared reconstruction error on the 0..1 scale; greater is better."""
        check_is_fitted(self)
        return -float(self._infer(lambda x: (self.net_(x) - x).square().flatten(1).mean(1), X).mean(dtype=np.float64))

    def _build_net(self) -> torch.nn.Module:
        spec = resolve_spec(self.net, ENCODERS, "net")
        return EncoderDecoder(*spec.build(self._layout.shape, self.n_components, self.n_components))

    def _build_task(self, net: torch.nn.Module, engine: Engine, *, n_steps: int, seed: int) -> ReconstructionTask:
        augment = resolve_spec(self.augment, AUGMENTS, "augment").build(self._layout.shape)
        rates = {"learning_rate": self.learning_rate, "weight_decay": self.weight_decay}
        return ReconstructionTask(net, engine, augment=augment, seed=seed, **rates)


def flat_pixels(x_BCHW: np.ndarray) -> np.ndarray:
    """(n, features) in the order of (height, width, channels), which is X's."""
    return np.moveaxis(x_BCHW, 1, -1).reshape(len(x_BCHW), -1)
