"""The study of reductions: which way of turning an image into a few numbers keeps what a classifier needs, and at what price?"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.studies.families.listed import listed_sizes
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell
    from tasvir.studies.work import Work

#: Below it the fifth of a search that judges, and its neighbourhoods, are too small to choose by.
FEWEST_IMAGES = 30
#: A fifth of the groups is held out, and of the rest a fifth again.
FEWEST_GROUPS = 10
#: A code of more numbers is a mistake, or will not fit into memory.
MOST_NUMBERS = 4096
#: Where images are few, a dense net may see each so many times as often: its steps are as much cheaper, and teach it less.
DENSE_TIMES = 4
#: All methods, in the order in which they are told; those of nets alone may have more numbers than an image.
NAMES = (
    "raw",
    "pca",
    "isomap",
    "landmark_isomap",
    "autoencoder_dense",
    "autoencoder_conv",
    "vae_dense",
    "vae_conv",
)


@dataclass(frozen=True)
class Profile:
    """How long to look: sizes of the code, pixels shown to each net and most epochs, seeds, draws of a method's parameters."""

    dims: tuple[int, ...]
    pixels: float
    most_epochs: int
    n_seeds: int
    draws: int


PROFILES = {
    "quick": Profile((3, 15), 40e6, 30, n_seeds=1, draws=2),
    "standard": Profile((3, 9, 15, 25, 35), 240e6, 60, n_seeds=3, draws=4),
    "full": Profile((3, 9, 15, 25, 35), 480e6, 100, n_seeds=3, draws=8),
}


@dataclass(frozen=True)
class ReductionOptions:
    """The words of the study of reductions."""

    dims: str | None = field(
        default=None, metadata={"help": "Sizes of the code, as 3,9,15.  [default: those of the profile that fit the images]"}
    )
    methods: str | None = field(default=None, metadata={"help": f"Some of {','.join(NAMES)}.  [default: all]"})
    k_draws: int = field(default=50, metadata={"help": "Numbers of neighbours that k-NN chooses from, at least 1."})
    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")
        if self.k_draws < 1:
            raise BadInputError(f"k_draws={self.k_draws}: give a whole number of at least 1")
        _ = self.asked_dims, self.asked_methods

    @property
    def asked_dims(self) -> tuple[int, ...] | None:
        """The sizes that are asked for, the smallest first; None where the profile says them."""
        if self.dims is None:
            return None
        return tuple(sorted(set(listed_sizes("dims", self.dims, example="3,9,15"))))

    @property
    def asked_methods(self) -> tuple[str, ...]:
        """The methods that are asked for, in the order in which they are told."""
        words = NAMES if self.methods is None else tuple(word.strip() for word in self.methods.split(","))
        bad = next((word for word in words if word not in NAMES), None)
        if bad is not None:
            raise BadInputError(f"methods={self.methods!r} holds {bad!r}: give some of {', '.join(NAMES)} with commas")
        return tuple(name for name in NAMES if name in words)


def reduction_cells(data: "Dataset", options: ReductionOptions, seed: int) -> "list[Cell]":
    """The data card and the audit, a search for each method, then each method in all sizes and seeds, and their judge."""
    from tasvir.studies.cell import Cell
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.families.published import PUBLISHED
    from tasvir.studies.families.reduction_cells import tell_published
    from tasvir.studies.families.reduction_judge import BASELINE, verdict_cell

    _check_images(data)
    methods, how = options.asked_methods, PROFILES[options.profile]
    plan = _Plan(data, _checked_dims(data, options, seed), how, seed, k_draws=options.k_draws)
    cells = [cell for method in methods for cell in plan.cells(method)]
    if data.name in PUBLISHED and data.images.shape[1:] == _published_shape(data.name):
        cells.append(Cell("reduction/published", tell_published, {"name": data.name}, seed))
    found = plan.found([method for method in methods if method != "raw"])
    if BASELINE in found and len(found) > 1:
        cells.append(verdict_cell(found, seed=seed, n_seeds=how.n_seeds))
    return [*data_cells(data, seed), *cells]


@dataclass(frozen=True)
class _Plan:
    """What all methods of one run share."""

    data: "Dataset"
    dims: tuple[int, ...]
    how: Profile
    seed: int
    k_draws: int

    @property
    def seeds(self) -> range:
        return range(self.seed, self.seed + self.how.n_seeds)

    def cells(self, method: str) -> "list[Cell]":
        """The search of a method, and its cells; the floor has one of these, and no search."""
        from tasvir.studies.cell import Cell
        from tasvir.studies.families.reduction_cells import (
            N_FOLDS,
            SEARCHED,
            drawn_ks,
            hold_out,
            reduce_images,
            search_parameters,
        )

        n_all = self.data.counts["train"] + self.data.counts["val"]
        shared: dict[str, Any] = {"method": method, "fixed": self.fixed(method), "ks": drawn_ks(n_all, self.k_draws, self.seed)}
        if method == "raw":
            dims = [self.data.images[0].size]
            floor = {**shared, "dims": dims, "shown": 0, "search": None}
            return [Cell("reduction/raw", reduce_images, floor, self.seed, work=self.work(method, n_all, dims))]
        search, middle = f"reduction/{method}/search", self.dims[len(self.dims) // 2]
        n_searched = min(self.data.counts["train"], SEARCHED)
        asked = {**shared, "n_components": middle, "draws": self.how.draws}
        found = [Cell(search, search_parameters, asked, self.seed, work=self.how.draws * self.work(method, n_searched, [middle]))]
        shown = next((d for d in self.dims if d > 1), 0)
        for name, dims, seed in self.grid(method):
            given = {**shared, "dims": dims, "shown": shown, "search": search}
            found.append(Cell(name, reduce_images, given, seed, needs=(search,), work=self.work(method, n_all, dims)))
        for stem, dims in self.fits(method):
            given = {**shared, "dims": dims, "search": search}
            work = self.work(method, n_all * (N_FOLDS - 1) // N_FOLDS, dims)
            found.append(Cell(f"{stem}/held_out", hold_out, given, self.seed, needs=(search,), work=work))
        return found

    def fits(self, method: str) -> list[tuple[str, list[int]]]:
        """What is fitted at a seed: the name of its cells, and the sizes that it gives: all of a nested method, else one."""
        from tasvir.studies.families.reduction_methods import METHODS

        if METHODS[method].nested:
            return [(f"reduction/{method}", list(self.dims))]
        return [(f"reduction/{method}/{d}", [d]) for d in self.dims]

    def grid(self, method: str) -> list[tuple[str, list[int], int]]:
        """The cells that the test images score: name, sizes, seed."""
        return [(f"{stem}/{s}", dims, s) for s in self.seeds for stem, dims in self.fits(method)]

    def found(self, methods: list[str]) -> dict[str, dict[str, list[str]]]:
        """method -> size -> the cells of its seeds."""
        grids = {method: self.grid(method) for method in methods}
        return {
            method: {str(d): [name for name, dims, _ in grid if d in dims] for d in self.dims} for method, grid in grids.items()
        }

    def fixed(self, method: str) -> dict[str, Any]:
        """What no search changes: the length of a training."""
        from tasvir.studies.families.reduction_methods import NETS
        from tasvir.studies.recipes import epochs_for

        if method not in NETS:
            return {}
        times = DENSE_TIMES if method.endswith("dense") else 1
        return {"max_epochs": epochs_for(self.data, self.how.pixels, fewest=2, most=times * self.how.most_epochs)}

    def work(self, method: str, n_images: int, dims: list[int]) -> "tuple[Work, ...]":
        """What a method costs on so many images: its fit, and the neighbours of each size."""
        from functools import partial

        from tasvir.studies.families.reduction_methods import LANDMARKS, METHODS, NETS, Fitted, unfitted_net
        from tasvir.studies.recipes import neighbour_search
        from tasvir.studies.work import Fit, Search, Seconds

        share = n_images / max(1, self.data.counts["train"])
        neighbours = neighbour_search(self.data, share * (1.0 if method == "raw" else 0.4 * len(dims)))
        if method in NETS:
            fitted = Fitted(n_images, self.data.images[0].size, "shift")
            parameters = {name: values[0] for name, values in METHODS[method].space(fitted).items()}
            recipe = partial(unfitted_net, method=method, n_components=dims[0], parameters=parameters)
            return (Fit(recipe, self.fixed(method)["max_epochs"] * n_images), neighbours)
        if method == "isomap":
            return (neighbours, neighbour_search(self.data, share), Seconds(3.0))
        if method == "landmark_isomap":
            paths = Seconds(1.0 + 5e-7 * n_images * min(n_images, LANDMARKS))
            return (neighbours, Search(float(n_images) ** 2), paths)
        return (neighbours,)


def _published_shape(name: str) -> tuple[int, ...]:
    from tasvir.data.known.facts import KNOWN

    return KNOWN[name].image_shape


def _check_images(data: "Dataset") -> None:
    n_train = data.counts["train"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    groups = data.part("train")[2]
    n_groups = FEWEST_GROUPS if groups is None else len(set(groups.tolist()))
    if n_groups < FEWEST_GROUPS:
        raise BadInputError(
            f"{data.name} has {n_groups} groups of training images: this study holds whole groups out and needs at least "
            f"{FEWEST_GROUPS}, add groups"
        )


def _checked_dims(data: "Dataset", options: ReductionOptions, seed: int) -> tuple[int, ...]:
    """The sizes: those asked for, which every method must be able to give, else those of the profile that fit."""
    from tasvir.studies.families.reduction_cells import SEARCHED, held_out_part
    from tasvir.studies.families.reduction_methods import ISOMAP_IMAGES, LANDMARKS, NETS

    n_fitted = held_out_part(data, seed, most=SEARCHED).counts["train"] - 1
    n_numbers = data.images[0].size
    most = {
        "pca": min(n_numbers, n_fitted),
        "isomap": min(ISOMAP_IMAGES - 1, n_fitted),
        "landmark_isomap": min(LANDMARKS - 1, n_fitted),
    }
    limits = {method: most[method] for method in options.asked_methods if method in most}
    dims = options.asked_dims
    if dims is None:
        dims = tuple(d for d in PROFILES[options.profile].dims if all(d <= limit for limit in limits.values()))
        if len(dims) < 2:
            raise BadInputError(f"{data.name} has {n_numbers} numbers an image: too few for a comparison of sizes, give dims")
        return dims
    if dims[-1] > MOST_NUMBERS:
        raise BadInputError(f"dims={options.dims!r}, but a code has at most {MOST_NUMBERS} numbers: give smaller dims")
    for method, limit in limits.items():
        if dims[-1] > limit:
            raise BadInputError(
                f"dims={options.dims!r}, but {method} gives at most {limit} numbers for {data.name} ({n_numbers} numbers an "
                f"image, the search is fitted on {n_fitted + 1} images): give smaller dims, or methods of nets alone "
                f"({','.join(NETS)}), which may have more"
            )
    return dims


STUDY = Study(
    name="reduction",
    question="Which way of reducing dimensions keeps what a classifier needs, and at what price?",
    options=ReductionOptions,
    cells=reduction_cells,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.reduction",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The test images were looked at once, by the finished models; every choice was made on training images.",
        "Intervals are at 95 % and hold for the fitted model: they resample test images; those of one given group, or of equal "
        "pixels, count as one case.",
        "Isomap sees at most 2,000 training images; every other method sees all of them, also those of a validation part. Nets "
        "are trained for a number of epochs that is set before, where images are few a dense net for up to four times as many.",
        "Each method's parameters are drawn once, for the middle size and the first seed, on at most 10,000 training images; a "
        "fifth of these judges.",
        "Where k-NN on training images loses at most 5 points by mirroring them, the encoder of a net may have been shown moved "
        "and mirrored copies; the decoder draws the image as it is.",
        "A method is recommended by images that neither it nor k-NN has seen: at the first seed each is also fitted on four "
        "fifths of the training images and judged on the last.",
        "k of k-NN is chosen by 5-fold cross-validation on at most 10,000 training images, among numbers that are drawn from 1 "
        "to the square root of the number of training images.",
        "PCA, Isomap and Landmark Isomap are fitted once a seed, for the largest size: the first numbers of a code are the code "
        "of a smaller one. Their time is that of the largest.",
    ),
)
