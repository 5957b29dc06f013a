"""The study of batch norm: does it train faster, and which of the things that are said of it are true?"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.families.listed import listed_sizes
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: Fewest training images, of which a fifth is held out.
FEWEST_IMAGES = 40
NETS = ("dense", "cnn")
#: Most settings of one kind, and most images in a batch.
MOST_LISTED, LARGEST_BATCH = 20, 10_000


@dataclass(frozen=True)
class Profile:
    """How long to look: most training images, updates of each training, seeds."""

    most_images: int
    updates: int
    n_seeds: int


PROFILES = {
    "quick": Profile(10_000, 300, n_seeds=5),
    "standard": Profile(20_000, 1000, n_seeds=5),
    "full": Profile(50_000, 3000, n_seeds=10),
}


@dataclass(frozen=True)
class BatchNormOptions:
    """The words of the study of batch norm."""

    net: str = field(default="dense", metadata={"help": "Three layers of 100 units (dense), or three convolutions (cnn)."})
    rates: str = field(
        default="0.003,0.01,0.03,0.1,0.3,1,3", metadata={"help": "Learning rates of plain gradient descent, rising."}
    )
    batch_sizes: str = field(default="1,2,8,32", metadata={"help": "Images a batch, each size with all rates, rising."})
    batch_size: int = field(default=32, metadata={"help": "The one of these sizes that everything else is compared at."})
    updates: int | None = field(default=None, metadata={"help": "Updates of each training.  [default: the profile's]"})
    seeds: int | None = field(default=None, metadata={"help": "Trainings of each kind.  [default: the profile's]"})
    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        for name, known in (("net", NETS), ("profile", tuple(PROFILES))):
            if getattr(self, name) not in known:
                raise BadInputError(f"{name}={getattr(self, name)!r} is not known: give one of {', '.join(known)}")
        for name, most in (("updates", 100_000), ("seeds", 100)):
            allowed = Number(low=1, high=most, whole=True, optional=True)
            if not allowed.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {allowed.words}")
        sizes = self.sizes()
        _check_rising("batch_sizes", self.batch_sizes, sizes)
        _check_rising("rates", self.rates, self.listed_rates())
        if max(sizes) > LARGEST_BATCH:
            raise BadInputError(f"batch_sizes={self.batch_sizes!r}: give sizes of at most {LARGEST_BATCH:,}")
        if self.batch_size not in sizes:
            raise BadInputError(f"batch_size={self.batch_size!r} is none of batch_sizes={self.batch_sizes!r}: give one of them")
        if self.batch_size < 2:
            raise BadInputError(
                "batch_size=1: of one image batch norm has no variance, give one of batch_sizes that is 2 or more"
            )

    def sizes(self) -> tuple[int, ...]:
        """All sizes of batches."""
        return listed_sizes("batch_sizes", self.batch_sizes, example="1,2,8,32")

    def listed_rates(self) -> tuple[float, ...]:
        """All learning rates."""
        found, allowed = [], Number(low=0, high=1000, open_low=True)
        for part in self.rates.split(","):
            try:
                number = float(part)
            except ValueError:
                number = float("nan")
            if not allowed.holds(number):
                raise BadInputError(
                    f"rates={self.rates!r} holds {part.strip()!r}: give numbers {allowed.words[9:]}, as 0.01,0.1,1"
                )
            found.append(number)
        return tuple(found)


def _check_rising(name: str, words: str, numbers: tuple[float, ...]) -> None:
    if not 2 <= len(numbers) <= MOST_LISTED:
        raise BadInputError(f"{name}={words!r} holds {len(numbers)}: give 2 to {MOST_LISTED}")
    if list(numbers) != sorted(set(numbers)):
        raise BadInputError(f"{name}={words!r}: give each once, from the smallest to the largest")


def cells_of(data: "Dataset", options: BatchNormOptions, seed: int) -> "list[Cell]":
    """The data card and the audit; what the pixels show; the trainings of every seed; and at last the judges."""
    from tasvir.studies.families.batchnorm_cells import batchnorm_cells
    from tasvir.studies.families.batchnorm_grid import Asked
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.families.parts import with_validation

    _check_images(data)
    with_validation(data, seed)  # which refuses images of which none can be held out
    how = PROFILES[options.profile]
    n_train = min(how.most_images, data.counts["train"] * (1 if data.counts["val"] else 4 / 5))
    if max(options.sizes()) > n_train:
        raise BadInputError(
            f"batch_sizes={options.batch_sizes!r}: {data.name} has {int(n_train)} images to learn from, give sizes up to that"
        )
    asked = Asked(
        net=options.net,
        rates=options.listed_rates(),
        updates=options.updates or how.updates,
        most_images=how.most_images,
        first_seed=seed,
    )
    seeds = range(seed, seed + (options.seeds or how.n_seeds))
    return [*data_cells(data, seed), *batchnorm_cells(asked, options.sizes(), seeds, usual=options.batch_size)]


def _check_images(data: "Dataset") -> None:
    """Refuse what would fail in every training."""
    import numpy as np

    n_train = data.counts["train"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    if len(np.unique(data.targets("train")[0])) < 2:
        raise BadInputError(
            f"the training images of {data.name} are of one class: this study trains classifiers, give two or more"
        )


STUDY = Study(
    name="batchnorm",
    question="Does batch norm train faster, and what of the things that are said of it is true?",
    options=BatchNormOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.batchnorm",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "Nets with and without batch norm have the same first weights, and see the same batches in the same order, at each seed "
        "and batch size; they learn by plain gradient descent at a constant rate.",
        "Learning rates are chosen by accuracy on training images that are held out (the validation part, where there is one); "
        "the test images are scored once, by the nets of the chosen rates.",
        "Accuracy and losses are taken as a net is used, by its running averages.",
        "What decides a statement, and by which margin, was laid down before anything was measured.",
    ),
)
