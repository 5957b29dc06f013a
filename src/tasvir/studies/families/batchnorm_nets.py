"""A net with batch norm and the same one without, and how both are taught: plain descent at a constant rate, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from tasvir.contracts.errors import LossNotFiniteError
from tasvir.contracts.seeds import stream_seed
from tasvir.data.dataset import Dataset
from tasvir.models.classification_task import ClassificationTask
from tasvir.nets.augment import AUGMENTS
from tasvir.nets.cnn import CNNSpec
from tasvir.nets.mlp import MLPSpec
from tasvir.studies.place import Place
from tasvir.train.batches import OrderedBatches, infer, to_unit
from tasvir.train.engine import Engine, build_engine
from tasvir.train.history import History
from tasvir.train.loop import fit_loop
from tasvir.train.stream import torch_stream

#: Without batch norm, and with it.
ARMS = ("plain", "normed")
#: The dense net has the layers of the paper's first experiment.
HIDDEN, FILTERS = (100, 100, 100), (8, 16, 32)
#: How often the loss of the same training images is taken, and of how many.
LOOKS, LOOKED_AT = 15, 256

Spec = MLPSpec | CNNSpec


def spec_of(net: str, arm: str) -> Spec:
    """All layers but the last are normed, or none is."""
    normed = arm == "normed"
    return MLPSpec(HIDDEN, batch_norm=normed) if net == "dense" else CNNSpec(FILTERS, batch_norm=normed, dense=())


class Steady:
    """The same learning rate at every step."""

    def __init__(self, rate: float):
        self.peak = rate

    def __call__(self, step: int) -> float:
        return self.peak


class Stretches:
    """Batches of exactly one size, a stretch of the training an epoch: permutations drawn from (seed, epoch), end to end."""

    def __init__(self, *tensors: torch.Tensor, batch_size: int, ends: list[int], seed: int):
        self.tensors, self.batch_size, self.seed = tensors, batch_size, seed
        self.sizes = np.diff([0, *ends]).tolist()

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "batches", epoch))
        n_images, n_wanted = len(self.tensors[0]), self.sizes[epoch] * self.batch_size
        orders = [torch.randperm(n_images, generator=generator) for _ in range(-(-n_wanted // n_images))]
        for indices in torch.cat(orders)[:n_wanted].split(self.batch_size):
            yield tuple(tensor[indices] for tensor in self.tensors)


@dataclass(frozen=True)
class Lesson:
    """The same for both arms: what is learned from, for how many updates, and where it is computed."""

    images_BCHW: torch.Tensor
    labels_B: torch.Tensor
    n_classes: int
    updates: int
    place: Place

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        _, channels, height, width = self.images_BCHW.shape
        return height, width, channels

    @property
    def ends(self) -> list[int]:
        """After which updates the loss is taken."""
        looks = min(LOOKS, self.updates)
        return [round((look + 1) * self.updates / looks) for look in range(looks)]

    @property
    def looked_at(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Training images evenly from all of them."""
        rows = np.linspace(0, len(self.images_BCHW) - 1, min(LOOKED_AT, len(self.images_BCHW))).astype(int)
        return self.images_BCHW[rows], self.labels_B[rows]


@dataclass(frozen=True)
class Taught:
    """A net after its last update, and the losses on the way; NaN from where they are no numbers any more."""

    net: Any
    losses: np.ndarray
    lost: bool
    device: torch.device

    def probabilities(self, images_BCHW: torch.Tensor) -> np.ndarray:
        """(n, K) by the running averages."""
        return infer(lambda x: self.net.eval()(x).softmax(1), images_BCHW, device=self.device)

    def right(self, images_BCHW: torch.Tensor, labels: np.ndarray) -> np.ndarray:
        """Whether each image is named rightly (n,); of a net whose loss is no number none is."""
        if self.lost:
            return np.zeros(len(labels), bool)
        return np.asarray(self.probabilities(images_BCHW).argmax(1) == labels)


def pixels_of(data: Dataset, part: str) -> tuple[torch.Tensor, np.ndarray]:
    """Images as nets take them (B, C, H, W), and labels."""
    X, y, _ = data.part(part)
    images = torch.from_numpy(np.array(X))
    return (images[:, None] if images.ndim == 3 else images.permute(0, 3, 1, 2)), y


def lesson_of(data: Dataset, updates: int, place: Place) -> Lesson:
    """The training part as a lesson."""
    images, labels = pixels_of(data, "train")
    return Lesson(images, torch.from_numpy(labels.copy()), len(data.class_names), updates, place)


def new_net(spec: Spec, lesson: Lesson, *, seed: int, scale: float = 1.0) -> Any:
    """With its first weights, which both arms share, times `scale`; biases stay. What goes in is shifted and scaled as one."""
    with torch_stream(stream_seed(seed, "net")):
        net: Any = spec.build(lesson.image_shape, lesson.n_classes)
    if hasattr(net, "adapt"):
        net.adapt(to_unit(lesson.looked_at[0]))
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
                module.weight.mul_(scale)
    return net


class PlainDescent(ClassificationTask):
    """Cross-entropy, and the simplest optimizer there is: no momentum, no decay, no schedule; nothing is drawn on the way."""

    def __init__(self, net: Any, engine: Engine, *, rate: float, image_shape: tuple[int, int, int]):
        augment = AUGMENTS["none"].build(image_shape)
        super().__init__(net, engine, augment, schedule=Steady(rate), weight_decay=0.0, seed=0)
        self.optimizer = torch.optim.SGD(net.parameters(), lr=rate, fused=True)

    def begin(self, epoch: int) -> None:
        pass


def teach(lesson: Lesson, spec: Spec, *, rate: float, batch_size: int, seed: int, scale: float = 1.0) -> Taught:
    """So many updates from as many batches, which are the same for both arms at one seed and batch size."""
    net = new_net(spec, lesson, seed=seed, scale=scale)
    engine = build_engine(lesson.place.precision, lesson.place.device, lesson.images_BCHW[0].numel())
    task = PlainDescent(net, engine, rate=rate, image_shape=lesson.image_shape)
    batches = Stretches(lesson.images_BCHW, lesson.labels_B, batch_size=batch_size, ends=lesson.ends, seed=seed)
    history, lost = History(), False
    try:
        fit_loop(task, batches, OrderedBatches(*lesson.looked_at), max_epochs=len(lesson.ends), history=history)
    except LossNotFiniteError:
        lost = True
    losses = np.full(len(lesson.ends), np.nan, np.float32)
    losses[: len(history)] = history["valid_loss"] if len(history) else []
    return Taught(task.kept(), losses, lost, engine.device)


def refusal(lesson: Lesson, spec: Spec, batch_size: int) -> str | None:
    """What torch says where a batch of this size has one value a feature; None where it can be trained on."""
    net = new_net(spec, lesson, seed=0).train()
    try:
        with torch.no_grad():
            net(to_unit(lesson.images_BCHW[:batch_size]))
    except ValueError as error:
        return str(error)
    return None
