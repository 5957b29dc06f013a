"""The classifier: a net that names the class of an image."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import TRAINING_SETTINGS, Number
from tasvir.contracts.specs import resolve_spec
from tasvir.models.classification_task import ClassificationTask
from tasvir.models.labels import learn_labels, validation_targets
from tasvir.models.pretrained import encoder_trunk, units_of
from tasvir.models.scheduled_task import OneCycle
from tasvir.models.trained import TrainedEstimator
from tasvir.models.weights import counted_images, training_weights
from tasvir.nets.augment import AUGMENTS, AugmentSpec
from tasvir.nets.cnn import CNNSpec
from tasvir.nets.mlp import MLPSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.nets.vgg import VGGSpec
from tasvir.train.engine import Engine
from tasvir.train.loop import Hook

CLASSIFIERS = {"vgg": VGGSpec(), "resnet": ResNetSpec(), "cnn": CNNSpec(), "dense": MLPSpec()}


class ImageClassifier(ClassifierMixin, TrainedEstimator):
    """Which class is in the image, and how sure is a net of it?

    A net trained with AdamW under the one-cycle schedule; by default plain convolutions on whitened pixels.

    Parameters
    ----------
    net : {"vgg", "resnet", "cnn", "dense"}, VGGSpec, ResNetSpec, CNNSpec or MLPSpec, default="vgg"
        The net: groups of convolutions on whitened pixels, residual, the textbook's convolutions and pooling, or (for flat X)
        dense layers. ``net__widths``, ``net__depth``, ``net__filters``, ``net__hidden``, ``net__dropout`` ... reach into it.
    pretrained : fitted Autoencoder or None, default=None
        Its encoder becomes the trunk: the net begins with its weights, and `net` is not used. Clones keep it fitted; a model
        folder keeps the trained trunk, not the autoencoder.
    freeze_trunk : bool, default=False
        With `pretrained`: only the head learns; the encoder stays as it is, batch norm's statistics included.
    augment : None, {"none", "shift", "shift_flip"} or AugmentSpec, default=None
        What is done to training images at each epoch. None does nothing: right for flat X that is no image.
    class_weight : None, "balanced" or dict, default=None
        Factor of each class in the loss, as in scikit-learn: ``{class: weight}`` (1 where a class is not named), or "balanced" in
        inverse proportion to how often each occurs (by `sample_weight` where that is given).
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
    engine : None, {"auto", "fp32", "bf16"} or spec, default=None
        In which numbers a training step is computed: None and "auto" are bfloat16 where the device has it in hardware and X has
        256 features or more, else float32. Weights, losses, validation and inference are float32 always.
    device : str, default="auto"
        "auto" is the accelerator where there is one, else the CPU.
    random_state : int, RandomState or None, default=None
        Seed of everything drawn; None takes fresh entropy.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    history_ : History
        Curves ``loss``, ``accuracy``, ``valid_loss``, ``valid_accuracy``. The training ones are of augmented images, in passing;
        ``loss`` alone is weighted, by `class_weight` and `sample_weight`.
    precision_ : {"fp32", "bf16"}
        In which numbers the training steps were computed.
    hooks_ : tuple of Hook
        The hooks as they were when the training ended: copies of `hooks`, in their order.
    class_names_ : tuple of str, or None
        The words of `classes_`, where they are known: text labels, or words given to `save_model`.
    net_ : torch.nn.Module
        The trained net: `features` and `head`.
    net_spec_ : spec
        What it was built from.

    Raises
    ------
    BadInputError
        A setting outside its range; images outside 0..255 or 0..1; labels in `y_val` that `y` does not have; a `pretrained` that
        is not fitted, or not on images of this shape.
    LossNotFiniteError
        The loss became NaN or infinite.

    References
    ----------
    L. Smith, N. Topin, *Super-convergence*, 2018 (one cycle); I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*,
    ICLR 2019. Of the nets: `VGGSpec`, `ResNetSpec`, `CNNSpec`, `MLPSpec`.

    Examples
    --------
    >>> from tasvir import ImageClassifier, load_data
    >>> data = load_data("digits")
    >>> X, y, _ = data.part("train")
    >>> classifier = ImageClassifier(max_epochs=2, random_state=0).fit(X, y)
    >>> classifier.predict_proba(X[:3]).shape
    (3, 10)
    """

    net_spec_: Any
    _not_kept: ClassVar[tuple[str, ...]] = ("pretrained",)  # the trunk's weights are the net's
    _named_specs = {"net": CLASSIFIERS, "augment": AUGMENTS}
    _settings = TRAINING_SETTINGS | {"weight_decay": Number(low=0)}

    def __init__(
        self,
        *,
        net: str | VGGSpec | ResNetSpec | CNNSpec | MLPSpec | None = "vgg",
        pretrained: Any = None,
        freeze_trunk: bool = False,
        augment: str | AugmentSpec | None = None,
        class_weight: Any = None,
        max_epochs: int = 30,
        batch_size: int = 32,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.02,
        validation_fraction: float | None = 0.1,
        image_shape: tuple[int, ...] | None = None,
        hooks: Sequence[Hook] = (),
        engine: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.net = net
        self.pretrained = pretrained
        self.freeze_trunk = freeze_trunk
        self.augment = augment
        self.class_weight = class_weight
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

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        """Learn the classes of X; `groups` steers the inner split, (`X_val`, `y_val`) replace it.

        `sample_weight` is the factor of each image in the loss that is minimised (only their proportions matter); an image of
        weight 0 is as if it were not there. What is watched counts every validation image once.
        """
        X = self._check_fit_X(X)
        _check_labelled(y)
        if sample_weight is not None:
            rows, sample_weight = counted_images(X, y, sample_weight)
            X, y, groups = self._only(rows, X, y=y, groups=groups)
        targets = self._learn_classes(X, y)
        weights = training_weights(self.classes_[targets], class_weight=self.class_weight, sample_weight=sample_weight)
        self._learn_net()
        valid = None
        if X_val is not None:
            valid = self._space.check(self, X_val, reset=False), validation_targets(self.classes_, y_val, len(X_val))
        self._train(X, (targets,) if weights is None else (targets, weights), y=targets, groups=groups, valid=valid)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities (n, K) float32 of the classes, in the order of `classes_`."""
        check_is_fitted(self)
        return self._infer(lambda x: self.net_(x).softmax(1), X)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each image: (n,)."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(1)]

    def embed(self, X: Any) -> np.ndarray:
        """The activations before the last layer: (n, F) float32."""
        check_is_fitted(self)
        return self._infer(self.net_.features, X)

    def __sklearn_clone__(self) -> Self:
        twin = super().__sklearn_clone__()  # scikit-learn unfits what is cloned; the trunk's weights are a setting here
        return twin.set_params(pretrained=self.pretrained)

    def _only(self, rows: np.ndarray, X: np.ndarray, *, y: Any, groups: Any) -> tuple[np.ndarray, Any, Any]:
        """These images alone, as if `fit` had been given no others."""
        if len(rows) == len(X):
            return X, y, groups
        if groups is not None:
            check_consistent_length(X, groups)
            groups = np.asarray(groups)[rows]
        X = X[rows]
        self._learn_space(X)
        return X, np.asarray(y)[rows], groups

    def _learn_classes(self, X: np.ndarray, y: Any) -> np.ndarray:
        self.classes_, targets = learn_labels(y, len(X))
        if len(self.classes_) < 2:
            raise BadInputError("y has one class: a classifier needs images of at least two classes")
        self.class_names_ = tuple(map(str, self.classes_)) if self.classes_.dtype.kind in "OU" else None
        return targets

    def _learn_net(self) -> None:
        if self.pretrained is not None:
            self.net_spec_ = encoder_trunk(self.pretrained, self._layout.shape)
            self.space_ = units_of(self.pretrained, self.space_)
        elif self.freeze_trunk:
            raise BadInputError("freeze_trunk=True without pretrained: give a fitted Autoencoder whose encoder stays as it is")
        else:
            self.net_spec_ = resolve_spec(self.net, CLASSIFIERS, "net")

    def _build_net(self) -> torch.nn.Module:
        net = self.net_spec_.build(self._layout.shape, len(self.classes_))
        if self.pretrained is not None:
            net.features.load_state_dict(self.pretrained.net_.encoder.state_dict())
        if self.freeze_trunk:
            net.freeze()
        return net

    def _build_task(self, net: torch.nn.Module, engine: Engine, *, n_steps: int, seed: int) -> ClassificationTask:
        augment = resolve_spec(self.augment, AUGMENTS, "augment").build(self._layout.shape)
        schedule = OneCycle(self.learning_rate, n_steps * self.max_epochs)
        return ClassificationTask(net, engine, augment, schedule=schedule, weight_decay=self.weight_decay, seed=seed)

    def _more_learned(self) -> dict[str, Any]:
        return {"classes_": self.classes_, "class_names_": self.class_names_, "net_spec_": self.net_spec_}


def _check_labelled(y: Any) -> None:
    if y is None:
        raise BadInputError("requires y to be passed, but the target y is None: give one label per image")
