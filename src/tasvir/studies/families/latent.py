"""The study of a latent plane: what does a VAE of two latents make of the images, and where are its holes?"""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: Fewest training images, and pixels a side.
FEWEST_IMAGES, SMALLEST_SIDE, LARGEST_SIDE = 40, 4, 64
#: Latents of the plane, and of the VAE whose latents are walked along one by one.
PLANE, MANY = 2, 12
#: Most cells a side of a grid of images.
MOST_CELLS = 40


@dataclass(frozen=True)
class Profile:
    """How long to look: most training images, images shown to each net, fewest and most epochs, seeds."""

    most_images: int
    n_shown: float
    fewest_epochs: int
    most_epochs: int
    n_seeds: int


PROFILES = {
    "quick": Profile(20_000, 5e5, 10, 200, n_seeds=1),
    "standard": Profile(60_000, 2e6, 20, 400, n_seeds=3),
    "full": Profile(60_000, 6e6, 50, 1000, n_seeds=3),
}


@dataclass(frozen=True)
class LatentOptions:
    """The words of the study of a latent plane."""

    n: int = field(default=10, metadata={"help": "Images a side of the decoded grid."})
    scale: float = field(default=2.0, metadata={"help": "The grid goes from -scale to +scale along both axes."})
    between: tuple[int, int] | None = field(
        default=None,
        metadata={"help": "Two training images, by their index, to walk between.  [default: two of different classes]"},
    )
    betas: tuple[float, float] = field(
        default=(0.1, 10.0), metadata={"help": "A smaller and a larger weight of the KL term, beside 1."}
    )
    epochs: int | None = field(default=None, metadata={"help": "Passes over the training images.  [default: the profile's]"})
    seeds: int | None = field(default=None, metadata={"help": "Trainings of each net.  [default: the profile's]"})
    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        numbers = {
            "n": Number(low=2, high=MOST_CELLS, whole=True),
            "scale": Number(low=0, high=10, open_low=True),
            "epochs": Number(low=1, high=100_000, whole=True, optional=True),
            "seeds": Number(low=1, high=100, whole=True, optional=True),
        }
        for name, allowed in numbers.items():
            if not allowed.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {allowed.words}")
        if not isinstance(self.profile, str) or self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")
        self._check_pairs()

    def _check_pairs(self) -> None:
        index, weight = Number(low=0, whole=True), Number(low=0, high=1000)
        if self.between is not None:
            first, last = _pair("between", self.between, index)
            if first == last:
                raise BadInputError(f"between={self.between}: give two different images")
        small, large = _pair("betas", self.betas, weight)
        if not small < 1 < large:
            raise BadInputError(f"betas={self.betas}: give one below 1, then one above 1; 1 itself is always there")


def _pair(name: str, given: Any, allowed: Number) -> tuple[Any, Any]:
    if not isinstance(given, tuple | list) or len(given) != 2 or not all(map(allowed.holds, given)):
        raise BadInputError(f"{name}={given!r}: give two numbers, each {allowed.words}")
    return given[0], given[1]


def cells_of(data: "Dataset", options: LatentOptions, seed: int) -> "list[Cell]":
    """The data card and the audit; every net at every seed, each with its plane; the walks of the first seed."""
    from tasvir.studies import recipes
    from tasvir.studies.cell import Cell
    from tasvir.studies.families import latent_cells, latent_plane
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.work import Fit, Seconds

    how = PROFILES[options.profile]
    _check_images(data, options, seed)
    n_train = min(how.most_images, data.counts["train"] * (1 if data.counts["val"] else 4 / 5))
    epochs = options.epochs or int(min(max(how.n_shown / n_train, how.fewest_epochs), how.most_epochs))
    shared: dict[str, Any] = {"most_images": how.most_images, "first_seed": seed}
    cells = []
    for arm, words in arms_of(options).items():
        given = {**words, "max_epochs": epochs}
        work = Fit(partial(recipes.latent_net, data, **given, seed=seed), n_train * epochs)
        for one in range(seed, seed + (options.seeds or how.n_seeds)):
            name = f"latent/{arm}/{one}"
            cells.append(Cell(name, latent_cells.train, {**shared, **given}, one, work=(work,)))
            if words["n_components"] == PLANE:
                asked = {**shared, "n": options.n, "scale": options.scale, "explored": arm == "vae" and one == seed}
                cells.append(Cell(f"{name}/plane", latent_plane.look, asked, one, needs=(name,), work=(Seconds(3.0),)))
    needs = (f"latent/vae/{seed}", f"latent/many/{seed}")
    walk = {"between": list(options.between or latent_cells.two_images(data, seed)), **shared}
    return [
        *data_cells(data, seed),
        *cells,
        Cell("latent/latents", latent_cells.walk_latents, {"scale": options.scale}, seed, needs=needs[1:], work=(Seconds(1.0),)),
        Cell("latent/walk", latent_cells.walk_between, walk, seed, needs=needs, work=(Seconds(2.0),)),
    ]


def arms_of(options: LatentOptions) -> dict[str, dict[str, Any]]:
    """id of a net -> its latents and the weight of its KL term, None where it has no such term."""
    small, large = options.betas
    plane = {"vae": 1.0, "beta-small": float(small), "beta-large": float(large), "autoencoder": None}
    return {arm: {"n_components": PLANE, "beta": beta} for arm, beta in plane.items()} | {
        "many": {"n_components": MANY, "beta": 1.0}
    }


def _check_images(data: "Dataset", options: LatentOptions, seed: int) -> None:
    """Refuse what no net of this study could learn, and images that are not there."""
    from tasvir.studies.families.parts import with_validation

    sides, n_train = data.images.shape[1:3], data.counts["train"]
    if min(sides) < SMALLEST_SIDE or max(sides) > LARGEST_SIDE:
        raise BadInputError(
            f"{data.name} has images of {sides[0]} x {sides[1]} pixels: this study takes {SMALLEST_SIDE} to {LARGEST_SIDE} a "
            "side, give image_size"
        )
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    if options.between is not None and max(options.between) >= n_train:
        raise BadInputError(
            f"between={tuple(options.between)}: {data.name} has training images 0 to {n_train - 1}, give two of these"
        )
    with_validation(data, seed)  # which refuses images of which none can be held out


STUDY = Study(
    name="latent",
    question="What does a plane of codes look like, where does each class live in it, and where is it empty?",
    options=LatentOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.latent",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The test images were not looked at: what is said of unseen images is said of validation images, or of a fifth of the "
        "training images that is held out.",
        "All nets have the same layers, all dense, and learn from the same images for as many epochs; none knows a label.",
        "The pixels of the VAEs have a Gaussian likelihood of sd 0.15, so a beta means the same in all of them.",
        "The autoencoder's codes are shifted, turned and stretched to mean 0 and covariance 1, so that its plane can be laid "
        "beside the others.",
        "A place is far from the codes if it lies farther from all of them than 99 of 100 draws of the prior would lie from as "
        "many other draws: codes that fill the prior leave 1 % of it far.",
    ),
)
