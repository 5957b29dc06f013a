"""The study of codes: what is an autoencoder for classification worth, as it is given and with each of its mistakes repaired?"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.families.listed import listed_sizes
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: Seeds of each profile.
PROFILES = {"quick": 1, "standard": 3, "full": 5}
#: Pixels that 10 epochs of 60,000 images of 28 x 28 show a net; small sets are seen more often, but not more than so often.
PIXELS, FEWEST_EPOCHS, MOST_EPOCHS = 10 * 60_000 * 28 * 28, 10, 100
FEWEST_IMAGES, FEWEST_OF_A_CLASS = 40, 2
#: Larger layers are a mistake, or will not fit into memory.
WIDEST, MOST_WEIGHTS = 10_000, 100_000_000


@dataclass(frozen=True)
class LadderOptions:
    """The words of the study of codes."""

    hidden: str = field(default="500,200,100", metadata={"help": "Layers of the encoder; the decoder goes back through them."})
    code: int = field(default=30, metadata={"help": "Numbers in a code."})
    classifier: str = field(default="20,15", metadata={"help": "Layers of the classifier between the code and the classes."})
    epochs: int | None = field(
        default=None, metadata={"help": "Passes of each training.  [default: 10; more where there are fewer than 60,000 images]"}
    )
    batch_size: int = field(default=100, metadata={"help": "Images a step."})
    seeds: int | None = field(default=None, metadata={"help": "Trainings of each step.  [default: the profile's]"})
    profile: str = field(default="quick", metadata={"help": "How many seeds: quick (1), standard (3) or full (5)."})

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")
        for name, most, optional in (
            ("code", WIDEST, False),
            ("batch_size", 10**6, False),
            ("epochs", 10**5, True),
            ("seeds", 100, True),
        ):
            numbers = Number(low=1, high=most, whole=True, optional=optional)
            if not numbers.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {numbers.words}")
        for name in ("hidden", "classifier"):
            layers = self.layers(name)
            if max(layers) > WIDEST or sum(a * b for a, b in pairwise(layers)) > MOST_WEIGHTS:
                raise BadInputError(
                    f"{name}={getattr(self, name)!r}: give layers of at most {WIDEST:,} units, and of {MOST_WEIGHTS:,} weights "
                    "between them"
                )

    def layers(self, name: str) -> tuple[int, ...]:
        """The layers of a net."""
        return listed_sizes(name, getattr(self, name), example="500,200,100")


def cells_of(data: "Dataset", options: LadderOptions, seed: int) -> "list[Cell]":
    """The data card and the audit; at every seed both autoencoders, the steps of the ladder and what stands beside it."""
    from tasvir.studies import recipes
    from tasvir.studies.families.as_given import Pace
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.families.ladder_cells import ladder_cells

    _check_images(data)
    epochs = options.epochs or recipes.epochs_for(data, PIXELS, fewest=FEWEST_EPOCHS, most=MOST_EPOCHS)
    seeds = range(seed, seed + (options.seeds or PROFILES[options.profile]))
    hidden, layers = options.layers("hidden"), options.layers("classifier")
    pace = Pace(epochs, options.batch_size)
    return [*data_cells(data, seed), *ladder_cells(data, pace, seeds, hidden=hidden, code=options.code, layers=layers)]


def _check_images(data: "Dataset") -> None:
    """Refuse what would fail in every training."""
    import numpy as np

    n_train = data.counts["train"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    if len(data.class_names) < 2:
        raise BadInputError(f"{data.name} has one class: this study trains classifiers, give two classes or more")
    counts = np.bincount(data.targets("train")[0], minlength=len(data.class_names))
    if counts.min() < FEWEST_OF_A_CLASS:
        raise BadInputError(
            f"class {data.class_names[counts.argmin()]!r} of {data.name} has {counts.min()} training images: this study needs at "
            f"least {FEWEST_OF_A_CLASS} of each, add images or leave the class out"
        )


STUDY = Study(
    name="codes",
    question="What are the codes of an autoencoder worth to a classifier, as given and with each mistake repaired?",
    options=LadderOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.ladder",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "Every net is kept as it is after its last epoch: no epoch is chosen.",
        "A tenth of the training images, at most 2,000, is held out to be watched where the set has no validation part; the test "
        "images are scored once by each net.",
        "How fast the classifiers of the repaired steps learn was chosen on training images of MNIST that were held out.",
    ),
)
