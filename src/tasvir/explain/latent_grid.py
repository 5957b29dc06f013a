"""A plane of codes, laid out as a square, and what a fitted transformer draws at each place.

Shape letters: n cells a side, Z latents, h w c height, width and channels.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number

SPACINGS = ("even", "quantile")
#: What an argument may be.
SIDE, SCALE = Number(low=2, whole=True), Number(low=0, open_low=True)


def latent_grid(n: int = 10, *, scale: float = 2.0, spacing: str = "even") -> np.ndarray:
    """Which codes of a plane make a square of images that lies over its scatter the same way up?

    Parameters
    ----------
    n : int, default=10
        Rows, and columns; at least 2.
    scale : float, default=2.0
        Even spacing goes from -scale to +scale along both axes; above 0.
    spacing : {"even", "quantile"}, default="even"
        In equal steps, or at the middles of n slices of the standard normal distribution that are equally probable, whatever
        `scale` is.

    Returns
    -------
    ndarray of shape (n, n, 2), float32
        ``[row, column]`` is the code (x, y): x grows from left to right, and the first row has the largest y.

    Raises
    ------
    BadInputError
        `n` below 2, a `scale` that is not a finite number above 0, another `spacing`.

    References
    ----------
    D. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014, appendix A (equal probabilities).

    Examples
    --------
    >>> latent_grid(2, scale=1.5).tolist()
    [[[-1.5, 1.5], [1.5, 1.5]], [[-1.5, -1.5], [1.5, -1.5]]]
    >>> [f"{x:.2f}" for x in latent_grid(3, spacing="quantile")[0, :, 0]]
    ['-0.97', '0.00', '0.97']
    """
    check_steps(n, scale)
    if spacing not in SPACINGS:
        raise BadInputError(f"spacing={spacing!r}: give one of {', '.join(SPACINGS)}")
    steps = np.linspace(-scale, scale, n) if spacing == "even" else norm.ppf((np.arange(n) + 0.5) / n)
    x, y = np.meshgrid(steps, steps[::-1])
    return np.stack([x, y], axis=-1).astype(np.float32)


def draw_codes(fitted: Any, codes: ArrayLike) -> np.ndarray:
    """Which images does a fitted transformer draw from these codes?

    Parameters
    ----------
    fitted : transformer
        With `inverse_transform` and `space_`, fitted on images: an `Autoencoder` or a `VAE` that is not conditional.
    codes : array of shape (..., Z)
        As `latent_grid`, `interpolate` and `traverse` lay them out, or in any other pattern.

    Returns
    -------
    ndarray of shape (..., h, w[, c]), uint8
        The images in the same pattern.

    Raises
    ------
    BadInputError
        The number of latents is another one; the transformer draws no images.

    Notes
    -----
    ``fitted.inverse_transform`` gives the same in the units of X at `fit`.

    Examples
    --------
    >>> from tasvir import VAE, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> vae = VAE(n_components=2, max_epochs=2, random_state=0).fit(X)
    >>> draw_codes(vae, latent_grid(3)).shape
    (3, 3, 8, 8)
    """
    if not hasattr(fitted, "inverse_transform") or not hasattr(fitted, "space_"):
        raise BadInputError(f"{type(fitted).__name__} draws no images from codes: give a fitted Autoencoder or VAE")
    found = np.asarray(codes, np.float32)
    if not found.ndim or not found.size:
        raise BadInputError(f"codes of shape {found.shape}: give codes (..., Z)")
    drawn = fitted.inverse_transform(found.reshape(-1, found.shape[-1]))
    if drawn.ndim < 3:
        raise BadInputError("this transformer was fitted on flat X: fit it on images (n, h, w) or (n, h, w, c) to draw them")
    unit = drawn / fitted.space_.scale  # images have no offset
    return np.rint(unit.clip(0, 1) * 255).astype(np.uint8).reshape(*found.shape[:-1], *drawn.shape[1:])


def check_steps(n: int, scale: float) -> None:
    """Refuse what makes no rows."""
    for name, value, allowed in (("n", n, SIDE), ("scale", scale, SCALE)):
        if not allowed.holds(value):
            raise BadInputError(f"{name}={value!r}: give {allowed.words}")
