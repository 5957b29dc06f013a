"""The classifier: a net that names the class of an image."""

import math

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import check_X
from tasvir.contracts.seeds import stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS, Number
from tasvir.contracts.specs import resolve_spec
from tasvir.models.labels import learn_labels, validation_targets
from tasvir.models.trained import TrainedEstimator
from tasvir.nets.augment import Augment, AugmentSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine

CLASSIFIERS = {"resnet": ResNetSpec()}
AUGMENTS = {
    "none": AugmentSpec(max_shift=0.0),
    "shift": AugmentSpec(),
    "shift_flip": AugmentSpec(flip=True),
}


class ClassificationTask:
    """AdamW under the one-cycle schedule on the cross-entropy; augments what it trains on."""

    def __init__(
        self, net: torch.nn.Module, engine: Engine, augment: Augment, schedule: "OneCycle", weight_decay: float, seed: int
    ):
        self.engine, self.augment, self.schedule, self.seed = engine, augment, schedule, seed
        net = net.to(engine.device)
        optimizer = torch.optim.AdamW(_decayed(net, weight_decay), lr=schedule.peak, fused=True)
        self.net, self.optimizer = engine.setup(net, optimizer)
        self.step = 0
        self.generator = torch.Generator()

    def begin(self, epoch: int) -> None:
        self.generator.manual_seed(stream_seed(self.seed, "augment", epoch))
        torch.manual_seed(stream_seed(self.seed, "dropout", epoch))  # the estimator restores the global stream after training

    def train_step(self, batch):
        self.net.train()
        x_BCHW, y_B = self.engine.put((self.augment(batch[0], self.generator), batch[1]))
        logits_BK = self.net(to_unit(x_BCHW))
        loss = functional.cross_entropy(logits_BK, y_B)
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule(self.step)
        self.optimizer.zero_grad()
        self.engine.backward(loss)
        self.optimizer.step()
        self.step += 1
        return {"loss": loss, "accuracy": _accuracy(logits_BK, y_B)}

    def valid_step(self, batch):
        self.net.eval()
        x_BCHW, y_B = self.engine.put(batch)
        logits_BK = self.net(to_unit(x_BCHW))
        return {"loss": functional.cross_entropy(logits_BK, y_B), "accuracy": _accuracy(logits_BK, y_B)}

    def state(self):
        net = self.engine.unwrap(self.net).state_dict()
        return {"net": net, "optimizer": self.optimizer.state_dict(), "step": self.step}

    def load(self, state) -> None:
        self.engine.unwrap(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


class OneCycle:
    """The learning rate at a step: up to `peak` over the first 30 %, then down to nearly nothing (Smith and Topin 2018)."""

    def __init__(self, peak: float, n_steps: int, *, warm: float = 0.3, start: float = 1 / 25, end: float = 1e-4):
        self.peak, self.n_warm, self.n_steps, self.start, self.end = peak, max(1.0, warm * n_steps), n_steps, start, end

    def __call__(self, step: int) -> float:
        if step < self.n_warm:
            return self.peak * _cosine(self.start, 1.0, step / self.n_warm)
        return self.peak * _cosine(1.0, self.end, min(1.0, (step - self.n_warm) / max(1.0, self.n_steps - self.n_warm)))


class ImageClassifier(ClassifierMixin, TrainedEstimator):
    """Which class is in the image, and how sure is a net of it?

    A small residual net trained with AdamW under the one-cycle schedule.

    Parameters
    ----------
    net : {"resnet"} or ResNetSpec, default="resnet"
        The net; ``net__widths``, ``net__stem_stride``, ``net__dropout`` reach into it.
    augment : None, {"none", "shift", "shift_flip"} or AugmentSpec, default=None
        What is done to training images at each epoch. None does nothing: right for flat X that is no image.
    max_epochs : int, default=30
        Passes over the training images; the schedule spans them all.
    batch_size : int, default=32
        Images a step.
    learning_rate : float, default=2e-3
        The peak of the one-cycle schedule.
    weight_decay : float, default=0.02
        Of AdamW, on weights but not on biases and norms; at least 0.
    validation_fraction : float or None, default=0.1
        Part of the images held out to watch loss and accuracy, in (0, 1); None holds out nothing.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels) of flat X; None: square if possible, else one line.
    hooks : sequence of Hook, default=()
        See `tasvir.train.hooks`.
    engine : None, "torch" or spec, default=None
        How tensors are placed and gradients flow.
    device : str, default="auto"
        "auto" is the accelerator where there is one, else the CPU.
    random_state : int, RandomState or None, default=None
        Seed of everything drawn; None takes fresh entropy.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    history_ : History
        Curves ``loss``, ``accuracy``, ``valid_loss``, ``valid_accuracy``. The training ones are of augmented images, in passing.
    net_ : torch.nn.Module
        The trained net: `features` and `head`.

    Raises
    ------
    BadInputError
        A setting outside its range; images outside 0..255 or 0..1; labels in `y_val` that `y` does not have.
    LossNotFiniteError
        The loss became NaN or infinite.

    Source
    ------
    K. He et al., *Deep residual learning for image recognition*, CVPR 2016 (basic block); L. Smith, N. Topin,
    *Super-convergence*, 2018 (one cycle); I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, ICLR 2019.
    The net is far smaller than theirs: four blocks for images of 8 to 64 pixels.

    Examples
    --------
    >>> from tasvir import ImageClassifier, load_data
    >>> data = load_data("digits")
    >>> X, y, _ = data.part("train")
    >>> classifier = ImageClassifier(max_epochs=2, random_state=0).fit(X, y)
    >>> classifier.predict_proba(X[:3]).shape
    (3, 10)
    """

    _named_specs = {"net": CLASSIFIERS, "augment": AUGMENTS}
    _settings = TRAINING_SETTINGS | {"weight_decay": Number(low=0)}

    def __init__(
        self,
        *,
        net="resnet",
        augment=None,
        max_epochs=30,
        batch_size=32,
        learning_rate=2e-3,
        weight_decay=0.02,
        validation_fraction=0.1,
        image_shape=None,
        hooks=(),
        engine=None,
        device="auto",
        random_state=None,
    ):
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

    def fit(self, X, y, *, groups=None, X_val=None, y_val=None):
        """Learn the classes of X; `groups` steers the inner split, (`X_val`, `y_val`) replace it."""
        X = self._check_fit_X(X)
        targets = self._learn_classes(X, y)
        valid = (
            None if X_val is None else (check_X(self, X_val, reset=False), validation_targets(self.classes_, y_val, len(X_val)))
        )
        self._train(X, targets, y=targets, groups=groups, valid=valid)
        return self

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities (n, K) float32 of the classes, in the order of `classes_`."""
        check_is_fitted(self)
        return self._infer(lambda x: self.net_(x).softmax(1), X)

    def predict(self, X) -> np.ndarray:
        """The most probable class of each image: (n,)."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(1)]

    def _learn_classes(self, X, y) -> np.ndarray:
        if y is None:
            raise BadInputError("requires y to be passed, but the target y is None: give one label an image")
        self.classes_, targets = learn_labels(y, len(X))
        if len(self.classes_) < 2:
            raise BadInputError("y has one class: a classifier needs images of at least two classes")
        return targets

    def _build_net(self) -> torch.nn.Module:
        return resolve_spec(self.net, CLASSIFIERS, "net").build(self._image_shape, len(self.classes_))

    def _build_task(self, net, engine, *, n_steps, seed):
        augment = resolve_spec(self.augment, AUGMENTS, "augment").build(self._image_shape)
        schedule = OneCycle(self.learning_rate, n_steps * self.max_epochs)
        return ClassificationTask(net, engine, augment, schedule, self.weight_decay, seed)

    def _more_learned(self):
        return {"classes_": self.classes_}


def _accuracy(logits_BK: torch.Tensor, y_B: torch.Tensor) -> torch.Tensor:
    return (logits_BK.argmax(1) == y_B).float().mean()


def _decayed(net: torch.nn.Module, weight_decay: float) -> list[dict]:
    """Two parameter groups: matrices and kernels decay, biases and norms do not."""
    weights = [parameter for parameter in net.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in net.parameters() if parameter.ndim <= 1]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def _cosine(start: float, end: float, fraction: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2
