"""Heat maps laid over images. Shape letters: n images, h w pixels."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: From a map's lowest to its highest value: colours that become lighter, so that they are told apart without colour vision, too.
HEAT = np.array([[49, 18, 94], [160, 40, 100], [232, 93, 46], [255, 202, 60]], np.float32)
#: How much of the image the hottest place covers.
COVER = 0.75


def overlay(images: np.ndarray, maps: np.ndarray, *, highest: np.ndarray | float | None = None) -> np.ndarray:
    """How does a heat map look over its image?

    Parameters
    ----------
    images : ndarray of shape (n, h, w) or (n, h, w, c), uint8 or float 0..1
        Gray or RGB.
    maps : ndarray of shape (n, h, w)
        At least 0, as `grad_cam` gives them.
    highest : float, ndarray of shape (n,), or None, default=None
        What is drawn as hottest. None: the highest value of each map, so that maps of different images cannot be compared; give
        two maps of one image the same to compare them.

    Returns
    -------
    ndarray of shape (n, h, w, 3), uint8
        The image where the map is 0; the more of the map, the more of its colour, which goes from violet to yellow.

    Raises
    ------
    BadInputError
        Images and maps that do not fit each other.

    Notes
    -----
    A map that is 0 everywhere leaves its image as it is.

    Examples
    --------
    >>> overlay(np.zeros((1, 2, 2), np.uint8), np.array([[[0.0, 0.0], [0.0, 1.0]]]))[0, :, :, 0].tolist()
    [[0, 0], [0, 191]]
    """
    images, maps = np.asarray(images), np.asarray(maps, np.float32)
    if images.ndim not in (3, 4) or images.shape[:3] != maps.shape or images.shape[3:] not in ((), (1,), (3,)):
        raise BadInputError(
            f"images of shape {images.shape} and maps of shape {maps.shape}: give (n, h, w[, 1 or 3]) and (n, h, w)"
        )
    pixels = images.astype(np.float32) * (1 if images.dtype == np.uint8 else 255)
    pixels = np.broadcast_to(pixels[..., None] if pixels.ndim == 3 else pixels, (*maps.shape, 3))
    most = maps.max(axis=(1, 2)) if highest is None else np.broadcast_to(np.asarray(highest, np.float32), (len(maps),))
    heat = np.clip(maps / np.where(most > 0, most, 1)[:, None, None], 0, 1)
    colours = np.stack([np.interp(heat, np.linspace(0, 1, len(HEAT)), channel) for channel in HEAT.T], axis=-1)
    cover = COVER * heat[..., None]
    return np.rint(pixels * (1 - cover) + colours * cover).astype(np.uint8)
