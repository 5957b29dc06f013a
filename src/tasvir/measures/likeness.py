"""Which training image shows nearly the same picture? A distance that a mirror, a shift, brightness and contrast leave alone.

Of two images their common part is compared, as they lie and with one of them moved by a pixel in each direction, mirrored
or not. The part is reduced to at most 16 pixels a side (area means), its brightness (its mean) is removed and its contrast
(its length) set to 1. The distance is the least over these 18 comparisons: 0 for the same picture, about 1.4 for unrelated
ones.

Shape letters: n images, N training images, h w c height, width and channels, F features.
"""

from collections.abc import Iterator

import numpy as np

THUMB_SIDE = 16
#: Sides shorter than this are not shifted: what is left to compare would be too little.
SHIFTED_SIDE = 8
#: Standard deviation (pixels 0..1) below which an image has no contrast: rounding and noise are most of what is there.
FLAT_SD = 0.01
#: Images that are compared at once.
QUERY_BLOCK, TRAINING_BLOCK = 512, 8192

Shift = tuple[int, int]


def nearest_pictures(queries: np.ndarray, training: np.ndarray, n_usual: int) -> tuple[np.ndarray, np.ndarray]:
    """The row of the nearest training image, and its distance over the mean distance of the `n_usual` nearest.

    Images are (n, h, w, c) float32 on the 0..1 scale. Without contrast an image is as far from all: its ratio is 1.
    """
    n_usual = min(n_usual, len(training))
    likest = np.full((len(queries), n_usual), -np.inf, np.float32)
    rows = np.zeros(len(queries), int)
    views = _views(queries)
    for start in range(0, len(training), TRAINING_BLOCK):
        there, _ = _views(training[start : start + TRAINING_BLOCK])
        for low in range(0, len(queries), QUERY_BLOCK):
            part = slice(low, low + QUERY_BLOCK)
            likeness = _likeness([{s: view[part] for s, view in of.items()} for of in views], there)
            better = likeness.max(axis=1) > likest[part].max(axis=1)
            rows[part][better] = start + likeness.argmax(axis=1)[better]
            both = np.concatenate([likest[part], likeness], axis=1)
            likest[part] = np.partition(both, -n_usual, axis=1)[:, -n_usual:]
    distance = np.sqrt(np.clip(2 - 2 * likest.astype(float), 0, None))
    nearest, usual = distance.min(axis=1), distance.mean(axis=1)
    return rows, np.divide(nearest, usual, out=np.zeros_like(nearest), where=usual > 0)


def shifts(height: int, width: int) -> Iterator[Shift]:
    """Where a picture may have moved by one pixel, and that it has not."""
    down, right = ((-1, 0, 1) if side >= SHIFTED_SIDE else (0,) for side in (height, width))
    return ((dy, dx) for dy in down for dx in right)


def _likeness(queries: list[dict[Shift, np.ndarray]], training: dict[Shift, np.ndarray]) -> np.ndarray:
    """(n, N) greatest correlation over shifts and mirror: what was cut above one is cut below the other."""
    pairs = [(query[-dy, -dx], there) for (dy, dx), there in training.items() for query in queries]
    likeness = pairs[0][0] @ pairs[0][1].T
    for here, there in pairs[1:]:
        np.maximum(likeness, here @ there.T, out=likeness)
    return likeness


def _views(images: np.ndarray) -> tuple[dict[Shift, np.ndarray], dict[Shift, np.ndarray]]:
    """For each shift what is left of the images when the lines at one border are cut off; of the images, and mirrored."""
    height, width = images.shape[1:3]
    thumbs: dict[Shift, np.ndarray] = {}
    for dx in {dx for _, dx in shifts(height, width)}:
        narrow = np.einsum("nhwc,bw->nhbc", images, _area_means(width, dx), optimize=True)
        for dy in {dy for dy, _ in shifts(height, width)}:
            thumbs[dy, dx] = np.einsum("ah,nhbc->nabc", _area_means(height, dy), narrow, optimize=True)
    mirrored = {(dy, dx): _rows(thumbs[dy, -dx][:, :, ::-1]) for dy, dx in thumbs}
    return {shift: _rows(thumb) for shift, thumb in thumbs.items()}, mirrored


def _rows(thumbs: np.ndarray) -> np.ndarray:
    """(n, F) rows of length 1 around 0: neither brightness nor contrast; where there is no contrast all 0."""
    rows = thumbs.reshape(len(thumbs), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("nf,nf->n", rows, rows))
    seen = length > FLAT_SD * np.sqrt(rows.shape[1])
    return rows / np.where(seen, length, np.inf).astype(np.float32)[:, None]


def _area_means(side: int, cut: int) -> np.ndarray:
    """The (thumb, side) matrix that averages a line of pixels over equal stretches, its first (1) or last (-1) cut off."""
    left = side - abs(cut)
    thumb = min(left, THUMB_SIDE)
    edges = max(0, cut) + np.linspace(0, left, thumb + 1)
    pixel = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (np.clip(overlap, 0, None) * thumb / left).astype(np.float32)
