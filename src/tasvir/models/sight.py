"""What is seen of a generator: images from chosen noise, how varied they are, and how near to real images held out.

Legend: n images, Z latents, K classes, F features, m images of a class.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.spatial.distance import cdist

from tasvir.contracts.seeds import stream_rng
from tasvir.contracts.space import Space
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.prdc import prdc
from tasvir.models.autoencoder import flat_pixels
from tasvir.train.batches import infer

#: Images that variety is judged by, of all classes together, and of one class at least (half of it, where it has no more; of
#: fewer it is not judged) and at most.
N_VARIED, FEWEST, MOST = 200, 10, 50
#: Held-out and generated images that are compared, and neighbours of each.
MOST_COMPARED, NEIGHBOURS = 1000, 5
#: Distance (root mean square, 0..1 scale) of neighbouring real images below which a class has no variety to lose.
NO_VARIETY = 0.005

Features = Callable[[np.ndarray], np.ndarray]


@contextmanager
def at_rest(net: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """A net as it draws when it does not learn; its mode is given back."""
    training = net.training
    try:
        yield net.eval()
    finally:
        net.train(training)


def draw_pixels(generator: torch.nn.Module, z_nZ: np.ndarray, targets: np.ndarray | None, *, device: torch.device) -> np.ndarray:
    """Pixels (n, features) on the 0..1 scale, of the classes `targets` where the generator knows any."""
    columns = [z_nZ] if targets is None else [z_nZ, targets[:, None].astype(np.float32)]
    Z = z_nZ.shape[1]

    def draw(columns_B: torch.Tensor) -> torch.Tensor:
        drawn_BCHW = generator(columns_B[:, :Z], None if targets is None else columns_B[:, Z].long())
        return (drawn_BCHW + 1) / 2

    with at_rest(generator):
        return flat_pixels(infer(draw, torch.from_numpy(np.hstack(columns)), device=device))


@dataclass(frozen=True)
class Images:
    """X with the class of each image; None without classes."""

    X: np.ndarray
    targets: np.ndarray | None

    @property
    def kinds(self) -> np.ndarray:
        """The class of each, 0 where there are none."""
        return np.zeros(len(self.X), int) if self.targets is None else self.targets


class Sight:
    """Looks at generators of one training: always from the same noise, of the same classes."""

    def __init__(
        self,
        space: Space,
        real: Images,
        held_out: Images | None,
        *,
        learn_features: Callable[[], Features],
        n_latents: int,
        seed: int,
    ) -> None:
        self.space, self.real, self.held_out, self._learn_features = space, real, held_out, learn_features
        self.n_latents, self.seed = n_latents, seed
        counts_K = np.bincount(real.kinds)  # every class has an image here: `GAN` sees to it
        self.m_K = np.minimum(counts_K, np.clip(N_VARIED // len(counts_K), FEWEST, MOST))
        self.real_variety_K = self._real_variety()

    @property
    def n_compared(self) -> int:
        """Held-out images that samples are compared with; too few are none."""
        n = 0 if self.held_out is None else min(len(self.held_out.X), MOST_COMPARED)
        return n if n > NEIGHBOURS else 0

    def draw(self, generator: torch.nn.Module, targets: np.ndarray, stream: str) -> np.ndarray:
        """One X for each of `targets`, from noise that `stream` names."""
        z_nZ = stream_rng(self.seed, stream).standard_normal((len(targets), self.n_latents), dtype=np.float32)
        device = next(generator.parameters()).device
        given = None if self.real.targets is None else targets
        return self.space.as_seen(draw_pixels(generator, z_nZ, given, device=device))

    def grid(self, generator: torch.nn.Module, side: int) -> np.ndarray:
        """side * side images, class by class, as uint8."""
        drawn = self.draw(generator, np.arange(side**2) * len(self.m_K) // side**2, "grid")
        unit = self.space.store(drawn)
        return unit if unit.dtype == np.uint8 else np.rint(np.clip(unit, 0, 1) * 255).astype(np.uint8)

    def variety(self, generator: torch.nn.Module) -> np.ndarray:
        """(K,) how far apart neighbouring images of a class are, as a share of that distance between real ones.

        NaN for a class whose real images show too little of it.
        """
        K = len(self.m_K)
        drawn = self._rows(self.draw(generator, np.repeat(np.arange(K), self.m_K), "variety"))
        apart_K = np.array([_neighbours_apart(rows) for rows in np.split(drawn, np.cumsum(self.m_K)[:-1])])
        return np.divide(apart_K, self.real_variety_K, out=np.full(K, np.nan), where=self.real_variety_K > NO_VARIETY)

    def measure(self, generator: torch.nn.Module) -> dict[str, float]:
        """Coverage and the like of as many images as are held out, in the proportion of their classes."""
        features, points_nF, kinds_n = self._compared
        drawn = self.draw(generator, kinds_n, "measure")
        return dict(vars(prdc(points_nF, features(drawn), k=NEIGHBOURS)))

    @cached_property
    def _compared(self) -> tuple[Features, np.ndarray, np.ndarray]:
        """The features, and of the held-out images theirs and their classes: learned at the first look."""
        assert self.held_out is not None
        rows = spread_sample(self.held_out.kinds, self.n_compared, self.seed)
        features = self._learn_features()
        return features, features(self.held_out.X[rows]), self.held_out.kinds[rows]

    def _real_variety(self) -> np.ndarray:
        """(K,) of as many real images of each class as are drawn; 0 for a class of a few images."""
        rng, apart_K = stream_rng(self.seed, "real variety"), np.zeros(len(self.m_K))
        for k, m in enumerate(self.m_K):
            if m >= FEWEST // 2:
                rows = rng.permutation(np.flatnonzero(self.real.kinds == k))[:m]
                apart_K[k] = _neighbours_apart(self._rows(self.real.X[rows]))
        return apart_K

    def _rows(self, X: np.ndarray) -> np.ndarray:
        """Rows on the 0..1 scale."""
        stored = self.space.store(X).reshape(len(X), -1)
        return stored / np.float32(255) if stored.dtype == np.uint8 else stored


def _neighbours_apart(rows_mF: np.ndarray) -> float:
    """The median distance (root mean square) of an image to the nearest other one."""
    distance_mm = cdist(rows_mF, rows_mF)
    np.fill_diagonal(distance_mm, np.inf)
    return float(np.median(distance_mm.min(axis=1))) / np.sqrt(rows_mF.shape[1])
