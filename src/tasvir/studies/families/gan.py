"""The study of GANs: what does one of the choices of an adversarial training change? Depth, noise, balance, loss or net."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

VARIED = ("depth", "noise", "balance", "loss", "net")
#: Fewest training images, of all and of a class, and pixels a side.
FEWEST_IMAGES, FEWEST_OF_A_CLASS, SMALLEST_SIDE = 40, 2, 8


@dataclass(frozen=True)
class Profile:
    """How long to look: most training images, pixels shown to each arm, fewest and most epochs, seeds, images a step."""

    most_images: int
    pixels: float
    fewest_epochs: int
    most_epochs: int
    n_seeds: int
    batch_size: int


PROFILES = {
    "quick": Profile(3000, 24e6, 10, 40, n_seeds=1, batch_size=64),
    "standard": Profile(10_000, 120e6, 15, 120, n_seeds=3, batch_size=64),
    "full": Profile(10_000, 6000e6, 150, 250, n_seeds=1, batch_size=256),
}


@dataclass(frozen=True)
class GANOptions:
    """The words of the study of GANs."""

    vary: str = field(default="depth", metadata={"help": f"What is varied: {', '.join(VARIED)}."})
    epochs: int | None = field(default=None, metadata={"help": "Passes over the training images.  [default: the profile's]"})
    seeds: int | None = field(default=None, metadata={"help": "Trainings of each arm.  [default: the profile's]"})
    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        for name, allowed in (("vary", VARIED), ("profile", PROFILES)):
            if not isinstance(getattr(self, name), str) or getattr(self, name) not in allowed:
                raise BadInputError(f"{name}={getattr(self, name)!r} is not known: give one of {', '.join(allowed)}")
        for name, most in (("epochs", 100_000), ("seeds", 100)):
            numbers = Number(low=1, high=most, whole=True, optional=True)
            if not numbers.holds(getattr(self, name)):
                raise BadInputError(f"{name}={getattr(self, name)!r}: give {numbers.words}")


def cells_of(data: "Dataset", options: GANOptions, seed: int) -> "list[Cell]":
    """The data card and the audit, the eye, every arm at every seed, and their judge where there are seeds enough."""
    from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
    from tasvir.studies import recipes
    from tasvir.studies.cell import Cell, Comparison
    from tasvir.studies.families import gan_cells
    from tasvir.studies.families.describe import data_cells
    from tasvir.studies.work import Fit, Seconds

    how = PROFILES[options.profile]
    _check_images(data, how, seed)
    n_train = min(how.most_images, data.counts["train"] * (1 if data.counts["val"] else 4 / 5))
    height, width = data.images.shape[1:3]
    epochs = options.epochs or int(min(max(how.pixels / (n_train * height * width), how.fewest_epochs), how.most_epochs))
    seeds = list(range(seed, seed + (options.seeds or how.n_seeds)))
    shared: dict[str, Any] = {"most_images": how.most_images}
    game: dict[str, Any] = {"vary": options.vary, "max_epochs": epochs, "batch_size": how.batch_size}
    arms = gan_cells.arms_for(data, options.vary, epochs)
    looks = Seconds(epochs * recipes.look_s(data))
    cells = [Cell("gan/real", gan_cells.see, shared, seed, work=(recipes.small_training(2),))]
    baseline = {**shared, "first_seed": seed}
    cells.append(
        Cell("gan/gaussian", gan_cells.draw_simply, baseline, seed, needs=("gan/real",), work=(recipes.small_training(),))
    )
    for arm in arms:
        recipe = partial(gan_cells.tried, data, arm=arm.name, seed=seed, **game)
        n_shown = n_train * (epochs + arm.levers.discriminator_ahead)
        work = (Fit(recipe, n_shown), recipes.small_training(2), looks)
        for one in seeds:
            given = {**shared, **game, "arm": arm.name, "first_seed": seed}
            cells.append(Cell(f"gan/{arm.name}/{one}", gan_cells.play, given, one, needs=("gan/real",), work=work))
    pairs = [[arm.name, arm.against] for arm in arms if arm.against is not None]
    if len(seeds) >= FEWEST_SEEDS_FIXED:
        needs = tuple(cell.name for cell in cells if cell.function is gan_cells.play)
        asked = {**shared, "pairs": pairs, "seeds": seeds}
        cells.append(Cell("gan/verdict", gan_cells.judge, asked, seed, needs=needs, compares=Comparison(len(seeds))))
    return [*data_cells(data, seed), *cells]


def _check_images(data: "Dataset", how: Profile, seed: int) -> None:
    """Refuse what would fail in every training."""
    import numpy as np

    from tasvir.models.sight import NEIGHBOURS
    from tasvir.studies.families.gan_cells import ASKED
    from tasvir.studies.families.parts import learned_part

    side, n_train = min(data.images.shape[1:3]), data.counts["train"]
    if side < SMALLEST_SIDE:
        raise BadInputError(f"{data.name} has images of {side} pixels a side: a GAN needs at least {SMALLEST_SIDE}")
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: this study needs at least {FEWEST_IMAGES}, add images")
    if len(data.class_names) < 2:
        raise BadInputError(f"{data.name} has one class: this study asks what samples teach a classifier, give two or more")
    part = learned_part(data, seed, most=how.most_images, most_held_out=ASKED)
    if part.counts["val"] <= NEIGHBOURS:
        raise BadInputError(
            f"{data.name} has {part.counts['val']} images to compare samples with: this study needs at least {NEIGHBOURS + 1} "
            "validation images, or none, and it holds out a fifth of the training images"
        )
    left = np.bincount(part.targets("train")[0], minlength=len(data.class_names))
    if left.min() < FEWEST_OF_A_CLASS:
        raise BadInputError(
            f"class {data.class_names[left.argmin()]!r} of {data.name} has {left.min()} images to learn from, once some are held "
            f"out: this study needs at least {FEWEST_OF_A_CLASS} of each, add images or leave the class out"
        )


STUDY = Study(
    name="gan",
    question="What does a choice in the training of a GAN change: its depth, its noise, its balance, its loss, its net?",
    options=GANOptions,
    cells=cells_of,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.gan",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The test images were not looked at: samples are compared with validation images, or with a fifth of the training images "
        "that is held out.",
        "All generators learn from the same images, for as many epochs, and are seen with the same classifier, which learned "
        "from the "
        "real training images.",
        "Of each training the best state is kept, as its recorder saw it on a tenth of the training images; the held-out images "
        "that samples are compared with chose nothing.",
        "GAN-train is the balanced accuracy on held-out real images of a classifier that learned from at most 2,000 samples.",
    ),
)
