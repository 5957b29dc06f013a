"""Which images of a set are the same picture? One rule from 8x8 digits to photographs.

Every image is reduced to a *thumbnail* of at most 16 pixels a side (area means), freed from its brightness (each
channel's mean is removed) and its contrast (scaled to length 1). Two thumbnails of the same picture are 0 apart, also when
one is brighter or has more contrast; those of unrelated pictures are about 1.4 apart. Two images are

- *identical* when all their pixels are equal;
- *close* when their thumbnails are at most 0.3 apart, and their pixels differ by at most 1/56 of the full range (root mean
  square): a Euclidean distance of 0.5 for 28x28 pixels;
- *alike* when their thumbnails are at most 0.3 apart, and for each of the two the ten images that come next after the
  other one are at least three times as far.

The last test asks the set itself how near different pictures come to each other: two handwritten digits are nearer than a
photograph and its JPEG copy. It finds copies that were re-encoded, made brighter or given more contrast, up to 50 of one
picture. Images without contrast are duplicates only when identical. Mirrored, turned and shifted copies are not looked for.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

THUMB_SIDE = 16
FARTHEST = 0.3
GAP = 3
RANK = 10
CLOSE_RMS = 1 / 56
PARTNERS = 50  # listed for one image, the nearest; all of them are in its cluster
BLOCK = 128
MOST_COMPARED = 120_000  # images: each with each takes minutes there, and four times as long for twice as many


IDENTICAL, CLOSE, ALIKE = "identical", "close", "alike"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows, `first` < `second`, with their distance (Euclidean, pixels 0..1) and kind, nearest first."""

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.first)


def find_pairs(images: np.ndarray) -> Pairs:
    """All pairs of duplicates among (n, h, w[, 3]) uint8 images; of very many images only identical ones."""
    reach = np.zeros(len(images), np.float32)
    if len(images) > MOST_COMPARED:
        found = [_identical_pairs(images, np.arange(len(images)))]
    else:
        thumbs = _Thumbs(images)
        found = [_search(thumbs, low, reach) for low in range(0, len(images), BLOCK)]
        found.append(_identical_pairs(images, np.flatnonzero(thumbs.length == 0)))
    first, second, apart, small = (np.concatenate(column) for column in zip(*found, strict=True))
    distance = _distances(images, first, second)
    close = small & (distance <= CLOSE_RMS * np.sqrt(images[0].size))
    keep = close | (apart <= np.minimum(reach[first], reach[second]))
    kind = np.where(distance == 0, IDENTICAL, np.where(close, CLOSE, ALIKE))
    order = np.flatnonzero(keep)
    order = order[np.lexsort((second[order], first[order], distance[order]))]
    return Pairs(first[order], second[order], distance[order], kind[order])


def clusters(n: int, pairs: Pairs) -> np.ndarray:
    """The number of each row's cluster: rows that a chain of pairs connects have the same."""
    return components(n, pairs.first, pairs.second)


def components(n: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The connected components of a graph of `n` nodes, as a number for each node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(first), bool), (first, second)), shape=(n, n))
    return connected_components(graph, directed=False)[1]


class _Thumbs:
    """The thumbnails of a set: unit vectors, and what was removed from them."""

    def __init__(self, images: np.ndarray):
        height, width = (_area_means(side) for side in images.shape[1:3])
        parts = [self._reduced(images[low : low + 1024], height, width) for low in range(0, len(images), 1024)]
        raw = np.concatenate(parts)
        self.mean = raw.mean(axis=1)
        raw -= self.mean[:, None]
        self.length = np.sqrt(np.einsum("npc,npc->n", raw, raw))
        self.length[self.length < 1e-4] = 0  # no contrast but rounding
        self.pixels = raw.shape[1]
        raw /= np.where(self.length > 0, self.length, 1)[:, None, None]
        raw[self.length == 0] = 0
        self.unit = raw.reshape(len(raw), -1)

    def rms(self, first: np.ndarray, second: np.ndarray, apart: np.ndarray) -> np.ndarray:
        """Root mean square difference of the thumbnails with their brightness and contrast: never above the images'."""
        one, other = self.length[first], self.length[second]
        shape = (one - other) ** 2 + one * other * apart**2
        shift = ((self.mean[first] - self.mean[second]) ** 2).sum(axis=1)
        return np.sqrt((shape / self.pixels + shift) / self.mean.shape[1])

    @staticmethod
    def _reduced(block: np.ndarray, height: np.ndarray, width: np.ndarray) -> np.ndarray:
        """(m, pixels, channels) area means on the scale 0..1."""
        pixels = block.reshape(*block.shape[:3], -1).astype(np.float32) / 255
        means = np.einsum("ah,nhwc,bw->nabc", height, pixels, width, optimize=True)
        return means.reshape(len(means), -1, means.shape[3])


def _area_means(side: int) -> np.ndarray:
    """The (thumb, side) matrix that averages a line of pixels over equal stretches."""
    thumb = min(side, THUMB_SIDE)
    edges = np.linspace(0, side, thumb + 1)
    pixel = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (np.clip(overlap, 0, None) * thumb / side).astype(np.float32)


def _search(thumbs: _Thumbs, low: int, reach: np.ndarray) -> tuple[np.ndarray, ...]:
    """(first, second, thumbnail distance, may be close) from one block of rows on; sets those rows' `reach`."""
    rows = np.arange(low, min(low + BLOCK, len(reach)))
    likeness = thumbs.unit[rows] @ thumbs.unit.T
    likeness[np.arange(len(rows)), rows] = -1
    some = np.flatnonzero(likeness.max(axis=1) >= 1 - FARTHEST**2 / 2)
    rows, likeness = rows[some], likeness[some]
    apart = np.sqrt(np.clip(2 - 2 * likeness, 0, None))
    reach[rows] = _reach(apart)
    at, second = np.nonzero((apart <= FARTHEST) & (np.arange(len(reach)) > rows[:, None]))
    first, apart = rows[at], apart[at, second]
    small = thumbs.rms(first, second, apart) <= CLOSE_RMS + 1e-4
    keep = _nearest(first, apart, small | (apart <= reach[first]))
    return first[keep], second[keep], apart[keep], small[keep]


def _reach(apart: np.ndarray) -> np.ndarray:
    """How far each row's copies reach: a third of the way to the tenth image after its farthest copy."""
    last = apart.shape[1] - 1  # the image itself stands there
    depth = min(PARTNERS + RANK, last)
    near = np.sort(np.partition(apart, depth - 1, axis=1)[:, :depth], axis=1)
    beyond = near[:, np.minimum(np.arange(depth) + RANK, depth - 1)]
    copies = (near <= FARTHEST) & (GAP * near <= beyond)
    return np.where(copies, beyond / GAP, 0).max(axis=1, initial=0)


def _nearest(first: np.ndarray, apart: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Positions of the wanted pairs, at most `PARTNERS` of each first row."""
    keep = np.flatnonzero(wanted)
    keep = keep[np.lexsort((apart[keep], first[keep]))]
    starts = np.searchsorted(first[keep], first[keep])
    return keep[np.arange(len(keep)) - starts < PARTNERS]


def _identical_pairs(images: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """The identical ones among some rows, each with the next few like it, in the form of `_search`."""
    alike: dict[bytes, list[int]] = {}
    for row in rows:
        alike.setdefault(hashlib.sha256(images[row].tobytes()).digest(), []).append(row)
    steps = range(1, PARTNERS + 1)
    pairs = [pair for same in alike.values() for ahead in steps for pair in zip(same, same[ahead:], strict=False)]
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    return first, second, np.zeros(len(first), np.float32), np.ones(len(first), bool)


def _distances(images: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Euclidean distances of pairs of images, pixels 0..1."""
    distance = np.empty(len(first))
    step = max(1, (1 << 24) // images[0].size)
    for low in range(0, len(first), step):
        part = slice(low, low + step)
        change = images[first[part]].astype(np.int16) - images[second[part]]
        change = change.reshape(len(change), -1).astype(np.int32)
        distance[part] = np.sqrt(np.einsum("nd,nd->n", change, change, dtype=np.int64)) / 255
    return distance
