"""Ways through the codes of a fitted model: between two of them, straight or on a sphere, and along each latent alone.

Shape letters: n steps, Z latents.
"""

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.explain.latent_grid import SIDE, check_steps

PATHS = ("straight", "spherical")
#: Angles, from 0 and from half a turn, below which a great circle is not told from a straight line.
FLAT = 1e-4


def interpolate(first: ArrayLike, last: ArrayLike, n: int = 9, *, path: str = "straight") -> np.ndarray:
    """Which codes lie on the way from one image's code to another's?

    Parameters
    ----------
    first, last : arrays of shape (Z,)
        Two codes.
    n : int, default=9
        Steps, both ends among them; at least 2.
    path : {"straight", "spherical"}, default="straight"
        Straight passes nearer to 0 than the ends lie, where codes of many latents hardly ever are. Spherical turns from one
        direction to the other at a steady rate, and goes steadily from one length to the other.

    Returns
    -------
    ndarray of shape (n, Z), float32
        `first`, ..., `last`.

    Raises
    ------
    BadInputError
        Codes that are no rows of finite numbers, or of different lengths; `n` below 2; another `path`.

    References
    ----------
    K. Shoemake, *Animating rotation with quaternion curves*, SIGGRAPH 1985 (slerp); T. White, *Sampling generative networks*,
    2016.

    Notes
    -----
    Slerp is defined for codes of one length. Here the direction is Shoemake's, and the length changes evenly. Between codes
    in the same or in opposite directions, and from or to 0, there is no one great circle: the way is straight.

    Examples
    --------
    >>> interpolate([2.0, 0.0], [0.0, 2.0], 3).tolist()
    [[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]]
    >>> x, y = interpolate([2.0, 0.0], [0.0, 2.0], 3, path="spherical")[1]
    >>> f"{x:.2f} {y:.2f}"
    '1.41 1.41'
    """
    a, b = _one_code(first, "first"), _one_code(last, "last")
    if a.shape != b.shape:
        raise BadInputError(f"first has {len(a)} numbers and last {len(b)}: give two codes of one model")
    if not SIDE.holds(n):
        raise BadInputError(f"n={n!r}: give {SIDE.words}")
    if path not in PATHS:
        raise BadInputError(f"path={path!r}: give one of {', '.join(PATHS)}")
    t = np.linspace(0, 1, n)[:, None]
    way = (1 - t) * a + t * b if path == "straight" else _slerp(a, b, t)
    way[0], way[-1] = a, b  # not only to rounding
    return way.astype(np.float32)


def _slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Directions along the great circle, lengths evenly from one to the other; straight where there is no one circle."""
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    straight = (1 - t) * a + t * b
    if min(lengths) == 0:
        return straight
    u, v = a / lengths[0], b / lengths[1]
    angle = np.arccos(np.clip(u @ v, -1, 1))
    if angle < FLAT or np.pi - angle < FLAT:
        return straight
    direction = (np.sin((1 - t) * angle) * u + np.sin(t * angle) * v) / np.sin(angle)
    return ((1 - t) * lengths[0] + t * lengths[1]) * direction


def traverse(code: ArrayLike, n: int = 9, *, scale: float = 2.0) -> np.ndarray:
    """What does each latent do alone? The codes of one row a latent, which changes along it while the others stay.

    Parameters
    ----------
    code : array of shape (Z,)
        Where to stand: zeros, or an image's code.
    n : int, default=9
        Steps of a row; at least 2.
    scale : float, default=2.0
        Each latent goes from -scale to +scale; above 0.

    Returns
    -------
    ndarray of shape (Z, n, Z), float32
        ``[j, i]`` is `code` with latent j at step i.

    Raises
    ------
    BadInputError
        A `code` that is no row of finite numbers, `n` below 2, a `scale` that is not a finite number above 0.

    References
    ----------
    I. Higgins et al., *beta-VAE*, ICLR 2017, figures 1 to 4.

    Examples
    --------
    >>> traverse([0.0, 5.0], 3, scale=1).tolist()
    [[[-1.0, 5.0], [0.0, 5.0], [1.0, 5.0]], [[0.0, -1.0], [0.0, 0.0], [0.0, 1.0]]]
    """
    check_steps(n, scale)
    where = _one_code(code, "code")
    rows = np.broadcast_to(where, (len(where), n, len(where))).astype(np.float32)
    for latent in range(len(where)):
        rows[latent, :, latent] = np.linspace(-scale, scale, n)
    return rows


def _one_code(code: ArrayLike, name: str) -> np.ndarray:
    """A row of finite numbers."""
    try:
        found = np.asarray(code, np.float64)
    except (TypeError, ValueError):
        raise BadInputError(f"{name}={code!r}: give the finite numbers of one code, (Z,)") from None
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise BadInputError(f"{name} has shape {found.shape} or numbers that are not finite: give those of one code, (Z,)")
    return found
