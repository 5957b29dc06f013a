"""The arms: ways to complete classes of unequal size to the size of the largest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.studies import recipes
from tasvir.studies.place import Place


@dataclass(frozen=True)
class Gap:
    """What is there and what is missing at one seed: images X of labels y, those that were cut away, the labels `wanted`.

    `flip` says whether a mirrored image is still of its class.
    """

    X: np.ndarray
    y: np.ndarray
    X_cut: np.ndarray
    y_cut: np.ndarray
    wanted: np.ndarray
    flip: bool
    seed: int
    place: Place


#: Gives an image of each label that is wanted.
Fill = Callable[[Gap], np.ndarray]


def duplicate(gap: Gap) -> np.ndarray:
    """Real images of the wanted labels, drawn with replacement."""
    rng = stream_rng(gap.seed, "duplicates")
    return gap.X[np.array([rng.choice(np.flatnonzero(gap.y == label)) for label in gap.wanted], dtype=int)]


def restore(gap: Gap) -> np.ndarray:
    """The images that were cut away, each once; where they do not suffice (uncut classes), real images shown twice."""
    rng = stream_rng(gap.seed, "restored")
    added = duplicate(gap)
    for label in np.unique(gap.wanted):
        back = rng.permutation(np.flatnonzero(gap.y_cut == label))
        places = np.flatnonzero(gap.wanted == label)[: len(back)]
        added[places] = gap.X_cut[back[: len(places)]]
    return added


def shift(gap: Gap) -> np.ndarray:
    """Duplicates, each shifted by up to a tenth of a side; every second one mirrored where that is harmless."""
    import torch

    from tasvir.nets.augment import AugmentSpec

    images = duplicate(gap)
    x = torch.from_numpy(images).reshape(*images.shape[:3], -1).permute(0, 3, 1, 2)
    augment = AugmentSpec(flip=gap.flip).build((images.shape[1], images.shape[2], x.shape[1]))
    moved = augment(x, torch.Generator().manual_seed(stream_seed(gap.seed, "shifted")))
    return np.ascontiguousarray(moved.permute(0, 2, 3, 1).numpy()).reshape(images.shape)


def gaussian(gap: Gap) -> np.ndarray:
    """Samples of the Gaussian baseline."""
    sampler = recipes.gaussian_sampler().fit(gap.X, gap.y)
    return np.asarray(sampler.sample(len(gap.wanted), gap.wanted, random_state=stream_seed(gap.seed, "gaussian")))


def conditional_vae(gap: Gap) -> np.ndarray:
    """Samples of a conditional VAE, trained anew at each seed."""
    vae = gap.place.take(recipes.short_conditional_vae(len(gap.X), seed=gap.seed))
    sampler = vae.fit(gap.X, gap.y)
    return np.asarray(sampler.sample(len(gap.wanted), gap.wanted, random_state=stream_seed(gap.seed, "vae")))


#: The positive control, and the real images alone seen by a net that neither shifts nor mirrors them.
RESTORED, UNAUGMENTED = "restored", "unaugmented"
#: arm -> how it completes; None: not at all.
FILLS: dict[str, Fill | None] = {
    UNAUGMENTED: None,
    "real": None,
    "duplicates": duplicate,
    "shifted": shift,
    RESTORED: restore,
    "gaussian": gaussian,
    "vae": conditional_vae,
}
#: The arms whose images are new, and those for which only a longer look has time.
GENERATED, MORE = ("gaussian", "vae"), (UNAUGMENTED, "shifted")
