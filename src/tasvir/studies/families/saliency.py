"""The study of saliency: where does the textbook's convolution net look, and can its heat maps be believed?"""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: Fewest training images, and test images.
FEWEST_IMAGES, FEWEST_TESTED = 40, 10
#: Fewest trainings: how far two nets agree that differ in their seed alone is what a net without its weights is held against.
FEWEST_SEEDS = 2


@dataclass(frozen=True)
class Profile:
    """How long to look: pixels that each net learns from (of most images of 28 x 28), test images whose maps are judged."""

    n_images: int
    n_judged: int

    def most_images(self, height: int, width: int) -> int:
        """Training images of another size: as many pixels."""
        return max(FEWEST_IMAGES, self.n_images * 28 * 28 // (height * width))


PROFILES = {"quick": Profile(5000, 300), "standard": Profile(20_000, 1000), "full": Profile(10**9, 1000)}


@dataclass(frozen=True)
class SaliencyOptions:
    """The words of the study of saliency."""

    layer: int = field(
        default=-1, metadata={"help": "The convolution whose maps are judged: 0 is the first, -1 the last of the three."}
    )
    epochs: int = field(default=15, metadata={"help": "Passes over the training images."})
    batch_size: int = field(default=64, metadata={"help": "Images a step."})
    seeds: int = field(
        default=FEWEST_SEEDS, metadata={"help": "Trainings, at least 2: the maps of the first are shown and judged."}
    )
    profile: str = field(
        default="quick", metadata={"help": "How many images: quick (5,000 of 28 x 28), standard (20,000) or full (all)."}
    )

    def __post_init__(self) -> None:
        if not isinstance(self.profile, str) or self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")
        numbers = {
            "layer": Number(low=-3, high=2, whole=True),
            "epochs": Number(low=1, high=10_000, whole=True),
            "batch_size": Number(low=1, high=10**6, whole=True),
            "seeds": Number(low=FEWEST_SEEDS, high=100, whole=True),
        }
        for name, allowed in numbers.items():
            if not allowed.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {allowed.words}")


def cells_of(data: "Dataset", options: SaliencyOptions, seed: int) -> "list[Cell]":
    """The data card and the audit; a net a seed; the maps of the first, and what is asked of them."""
    from tasvir.studies import recipes
    from tasvir.studies.cell import Cell
    from tasvir.studies.families import saliency_cells, saliency_checks
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.work import Fit, Seconds

    _check_images(data)
    how = PROFILES[options.profile]
    n_train = min(how.most_images(*data.images.shape[1:3]), data.counts["train"] + data.counts["val"])
    pace = {"max_epochs": options.epochs, "batch_size": options.batch_size}
    work = Fit(partial(recipes.textbook_classifier, **pace), n_train * options.epochs)
    given: dict[str, Any] = {"n_train": n_train, "first_seed": seed, **pace}
    seeds = range(seed, seed + options.seeds)
    nets = [Cell(f"saliency/net/{one}", saliency_cells.train, given, one, work=(work,)) for one in seeds]
    judged = {"layer": options.layer, "n_judged": how.n_judged}
    first, second = (f"saliency/net/{one}" for one in seeds[:2])
    per_image = 0.02 * how.n_judged / 300
    return [
        *data_cells(data, seed),
        *nets,
        Cell("saliency/maps", saliency_cells.show, {"layer": options.layer}, seed, needs=(first,), work=(Seconds(1.0),)),
        Cell("saliency/ink", saliency_checks.find_ink, judged, seed, needs=(first,), work=(Seconds(20 * per_image),)),
        Cell("saliency/removal", saliency_checks.remove, judged, seed, needs=(first,), work=(Seconds(500 * per_image),)),
        Cell(
            "saliency/weights", saliency_checks.randomise, judged, seed, needs=(first, second), work=(Seconds(150 * per_image),)
        ),
    ]


def _check_images(data: "Dataset") -> None:
    """Refuse what no net could learn, and what no mean could be taken over."""
    n_train, n_test = data.counts["train"], data.counts["test"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    if n_test < FEWEST_TESTED:
        raise BadInputError(f"{data.name} has {n_test} test images: this study needs at least {FEWEST_TESTED}, add images")
    if len(data.class_names) < 2:
        raise BadInputError(f"{data.name} has one class: this study asks why a net chose a class, give two classes or more")


STUDY = Study(
    name="saliency",
    question="Where does a convolution net look when it names the class, and can its heat maps be believed?",
    options=SaliencyOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.saliency",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The net is fixed beforehand (32, 64 and 64 filters, 128 units, Adam, one cycle of the learning rate) and kept as it is "
        "after its last epoch: nothing is chosen, and the test images are scored once by each net.",
        "The maps that are shown and judged are those of the first training.",
        "What stands in the place of a pixel that is taken away is the median colour of the training images.",
    ),
)
