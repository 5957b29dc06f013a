"""The study of denoising: which net takes noise away, how much better than a filter, and what if the noise is another one?"""

import re
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell
    from tasvir.studies.families.denoise_cells import Bench

#: On the 0..1 scale a variance of 1 leaves nothing of an image.
VARIANCE = Number(low=0, high=1)
#: Standard deviations of the curve, as multiples of that of the noise; and its variances where there is no noise.
TIMES, WITHOUT_NOISE = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0), (0.0, 0.0025, 0.01, 0.04)
#: Fewest training images, and pixels a side.
FEWEST_IMAGES, FEWEST_TESTED, SMALLEST_SIDE, MOST_VARIANCES = 20, 10, 8, 20
#: The filters, in the order in which they are told.
FILTER_NAMES = ("gaussian", "tv", "wavelet", "nlm")


@dataclass(frozen=True)
class Profile:
    """How long to look: most training, held-out, test images and such of the curve; pixels shown, epochs, seeds."""

    n_train: int
    n_held_out: int
    n_test: int
    n_curve: int
    pixels: float
    most_epochs: int
    n_seeds: int


PROFILES = {
    "quick": Profile(5000, 100, 1000, 100, 20e6, 40, n_seeds=1),
    "standard": Profile(16_000, 200, 2000, 200, 48e6, 60, n_seeds=3),
    "full": Profile(50_000, 300, 10_000, 500, 96e6, 100, n_seeds=3),
}


@dataclass(frozen=True)
class DenoiseOptions:
    """The words of the study of denoising."""

    variance: str = field(default="0.01", metadata={"help": "Of the noise, pixels of 0..1; or a range, as 0.0025,0.04."})
    variances: str | None = field(
        default=None, metadata={"help": "Where PSNR is drawn over the variance, as 0,0.01,0.04.  [default: around --variance]"}
    )
    epochs: int | None = field(default=None, metadata={"help": "Passes over the training images.  [default: the profile's]"})
    seeds: int | None = field(default=None, metadata={"help": "Trainings of each net.  [default: the profile's]"})
    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")
        for name, most in (("epochs", 100_000), ("seeds", 100)):
            numbers = Number(low=1, high=most, whole=True, optional=True)
            if not numbers.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {numbers.words}")
        _ = self.asked_range, self.asked_variances

    @property
    def asked_range(self) -> tuple[float, float]:
        """(low, high); of a single variance both are it."""
        found = _numbers("variance", self.variance)
        if len(found) > 2:
            raise BadInputError(
                f"variance={self.variance!r} holds {len(found)} numbers: give one, or a range of two, as 0.0025,0.04"
            )
        if found[0] > found[-1]:
            raise BadInputError(f"variance={self.variance!r}: the lower one comes first, give {found[-1]:g},{found[0]:g}")
        return found[0], found[-1]

    @property
    def level(self) -> float:
        """The variance that all arms are compared at, and nets for one variance learn: of a range, of its middle deviation."""
        low, high = self.asked_range
        return low if low == high else round(((low**0.5 + high**0.5) / 2) ** 2, 10)

    @property
    def trained_range(self) -> tuple[float, float] | None:
        """What nets for a range learn: from no noise to twice the standard deviation; None where there is no noise."""
        low, high = self.asked_range
        if low < high:
            return low, high
        return (0.0, min(1.0, round(4 * low, 10))) if low else None

    @property
    def asked_variances(self) -> list[float]:
        """Those of the curve, the lowest first."""
        if self.variances is None:
            around = {min(1.0, round(self.level * times**2, 10)) for times in TIMES}
            return sorted(around) if self.level else list(WITHOUT_NOISE)
        found = sorted(set(_numbers("variances", self.variances)))
        if len(found) > MOST_VARIANCES:
            raise BadInputError(f"variances has {len(found)} numbers: give at most {MOST_VARIANCES}")
        return found


def _numbers(name: str, words: str) -> list[float]:
    """Variances with commas between them; a comma in the place of the point would make two of one."""
    cut = next((word for word in str(words).split(",")[1:] if re.fullmatch(r"0\d+", word.strip())), None)
    if cut is not None:
        raise BadInputError(f"{name}={words!r} holds {cut!r}: write numbers with a point, as 0.01; a comma parts them")
    try:
        found = [float(word) for word in str(words).split(",")]
    except ValueError:
        found = []
    if not found or not all(map(VARIANCE.holds, found)):
        raise BadInputError(
            f"{name}={words!r}: give {VARIANCE.words}, on the 0..1 scale of pixels, or several with commas, as 0,0.01"
        )
    return found


def cells_of(data: "Dataset", options: DenoiseOptions, seed: int) -> "list[Cell]":
    """The data card and the audit, the noise, every filter, every net at every seed, and the judge of their differences."""
    from tasvir.studies.cell import Cell
    from tasvir.studies.families import denoise_cells
    from tasvir.studies.families.denoise_cells import Bench
    from tasvir.studies.families.describe import data_cells

    _check_images(data)
    how = PROFILES[options.profile]
    on = Bench(options.level, options.asked_variances, how.n_train, how.n_held_out, how.n_test, how.n_curve, seed)
    seeds = list(range(seed, seed + (options.seeds or how.n_seeds)))
    cells = [Cell("denoise/noisy", denoise_cells.see_noise, {"bench": asdict(on)}, seed)]
    cells += [_filter_cell(data, name, on) for name in FILTER_NAMES]
    for arm, (net, (low, high), blind) in _arms(options).items():
        asked = {"net": net, "variance": [low, high], "blind": blind, "max_epochs": _epochs(data, options)}
        cells += [cell for one in seeds for cell in _net_cells(data, arm, on, asked=asked, seed=one)]
    return [*data_cells(data, seed), *cells, _judge_cell(cells, options, on, seeds=seeds)]


def _arms(options: DenoiseOptions) -> dict[str, tuple[str, tuple[float, float], bool]]:
    """id -> net, its variances, whether it is blind."""
    level = options.level, options.level
    arms = {"textbook": ("textbook", level, True), "unet": ("unet", level, True)}
    if options.trained_range is None:
        return arms
    return arms | {"blind": ("unet", options.trained_range, True), "told": ("unet", options.trained_range, False)}


def _epochs(data: "Dataset", options: DenoiseOptions) -> int:
    how = PROFILES[options.profile]
    height, width = data.images.shape[1:3]
    n_train = min(how.n_train, data.counts["train"] * (1 if data.counts["val"] else 4 / 5))
    return options.epochs or int(min(max(round(how.pixels / (n_train * height * width)), 2), how.most_epochs))


def _filter_cell(data: "Dataset", name: str, on: "Bench") -> "Cell":
    """A filter; its seconds are those of all images that it is asked about, by their numbers."""
    from tasvir.studies.cell import Cell
    from tasvir.studies.families.denoise_cells import TUNED_AGAIN, smooth
    from tasvir.studies.families.denoise_filters import FILTERS, image_s
    from tasvir.studies.work import Seconds

    n_settings, n_again = len(FILTERS[name].settings), len(on.variances)
    n_images = n_settings * (on.n_held_out + n_again * TUNED_AGAIN) + min(on.n_test, data.counts["test"]) + n_again * on.n_curve
    work = (Seconds(n_images * image_s(name, data.images[0].size)),)
    return Cell(f"denoise/{name}", smooth, {"name": name, "bench": asdict(on)}, on.seed, work=work)


def _net_cells(data: "Dataset", arm: str, on: "Bench", *, asked: dict[str, Any], seed: int) -> "list[Cell]":
    """A training, and for a net that is told, what it does with an estimate in place of the truth."""
    from tasvir.studies.cell import Cell
    from tasvir.studies.families.denoise_cells import estimate, train, unfitted
    from tasvir.studies.work import Fit

    n_train = min(on.n_train, data.counts["train"] * (1 if data.counts["val"] else 4 / 5))
    work = (Fit(partial(unfitted, seed=seed, **asked), n_train * asked["max_epochs"]),)
    given = {"bench": asdict(on)}
    cells = [Cell(f"denoise/{arm}/{seed}", train, given | asked, seed, work=work)]
    if asked["blind"]:
        return cells
    return [*cells, Cell(f"denoise/estimated/{seed}", estimate, given, seed, needs=(f"denoise/{arm}/{seed}",))]


def _judge_cell(cells: "list[Cell]", options: DenoiseOptions, on: "Bench", *, seeds: list[int]) -> "Cell":
    from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
    from tasvir.studies.cell import Cell, Comparison
    from tasvir.studies.families.denoise_judge import BEST, judge

    pairs = [["unet", "textbook"]]
    if options.level:  # without noise there is nothing for a filter to take away
        pairs = [["unet", BEST], *pairs, ["textbook", "gaussian"]]
    if options.trained_range is not None:
        pairs += [["blind", "unet"], ["told", "blind"], ["estimated", "blind"]]
    asked = {"bench": asdict(on), "filters": list(FILTER_NAMES), "pairs": pairs, "seeds": seeds}
    compares = Comparison(len(seeds)) if len(seeds) >= FEWEST_SEEDS_FIXED else None
    return Cell("denoise/differences", judge, asked, on.seed, needs=tuple(cell.name for cell in cells), compares=compares)


def _check_images(data: "Dataset") -> None:
    """Refuse what would fail in every training."""
    from tasvir.studies.families.parts import with_validation

    side, n_train = min(data.images.shape[1:3]), data.counts["train"]
    if side < SMALLEST_SIDE:
        raise BadInputError(
            f"{data.name} has images of {side} pixels a side: this study needs at least {SMALLEST_SIDE}, give image_size"
        )
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    with_validation(data, 0)  # which refuses images of which none can be held out
    if data.counts["test"] < FEWEST_TESTED:
        raise BadInputError(
            f"{data.name} has {data.counts['test']} test images: this study needs at least {FEWEST_TESTED}, give some, or a "
            "larger share of all with test_share"
        )


STUDY = Study(
    name="denoise",
    question="Which net takes noise away, how far is it above a filter, and what happens when the noise is stronger or weaker?",
    options=DenoiseOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.denoise",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The noise is Gaussian, of mean 0, independent at each pixel, clipped to the range of pixels and rounded to bytes; "
        "that of a camera is none of these.",
        "All arms see the same noisy test images, once; the settings of filters and the epochs of nets are chosen on held-out "
        "images.",
        "Filters are told the variance of the noise.",
    ),
)
