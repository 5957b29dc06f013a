"""How near is an image to another one, pixel by pixel (PSNR) and as a pattern (SSIM)? n images, H W pixels, C channels."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: The mean squared error of rounding a pixel to a byte. What is nearer is as good as equal, and has no greater PSNR.
LEAST_MSE = 1 / (12 * 255**2)
#: The PSNR of such an image, in dB.
MOST_PSNR = float(-10 * np.log10(LEAST_MSE))
#: Pixels a side of the windows of SSIM, where an image has so many.
WINDOW = 7


def psnr(images: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """How far above its error does each image stand?

    Parameters
    ----------
    images, clean : ndarrays of shape (n, H, W[, C])
        On the 0..1 scale.

    Returns
    -------
    ndarray of shape (n,)
        Peak signal-to-noise ratio in dB, ``-10 log10`` of the mean squared error (the peak is 1); greater is better. An equal
        image would have infinitely much: errors below that of rounding to bytes count as that one, which is 58.9 dB.

    Raises
    ------
    BadInputError
        Different shapes.

    Notes
    -----
    Per image, and then the mean, as the field does: the PSNR of the mean error would be that of the noisiest images.

    Examples
    --------
    >>> psnr(np.full((1, 4, 4), 0.6), np.full((1, 4, 4), 0.5)).round(6).tolist()
    [20.0]
    """
    _check(images, clean)
    mse_n = np.square(images.astype(np.float64) - clean).reshape(len(images), -1).mean(axis=1)
    return -10 * np.log10(np.maximum(mse_n, LEAST_MSE))


def ssim(images: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """How alike are the patterns of each image and the clean one?

    Parameters
    ----------
    images, clean : ndarrays of shape (n, H, W[, C])
        On the 0..1 scale.

    Returns
    -------
    ndarray of shape (n,)
        Structural similarity, the mean over windows and channels; 1 for an equal image. NaN below 3 pixels a side.

    Raises
    ------
    BadInputError
        Different shapes.

    Notes
    -----
    scikit-image's, with windows of 7 x 7 pixels (smaller images: the largest odd number that fits), each pixel of which counts
    alike.

    References
    ----------
    Z. Wang et al., *Image quality assessment: from error visibility to structural similarity*, IEEE TIP 13 (2004).

    Examples
    --------
    >>> image = np.random.default_rng(0).random((1, 8, 8))
    >>> ssim(image, image).tolist()
    [1.0]
    """
    _check(images, clean)
    side = min(WINDOW, *images.shape[1:3])
    window = side - 1 + side % 2
    if window < 3:
        return np.full(len(images), np.nan)
    from skimage.metrics import structural_similarity

    channels = -1 if images.ndim == 4 else None
    pairs = zip(images.astype(np.float32), clean.astype(np.float32), strict=True)
    return np.array([structural_similarity(a, b, win_size=window, data_range=1.0, channel_axis=channels) for a, b in pairs])


def _check(images: np.ndarray, clean: np.ndarray) -> None:
    if images.shape != clean.shape or images.ndim not in (3, 4):
        raise BadInputError(f"images of shapes {images.shape} and {clean.shape}: give two of (n, height, width[, channels])")
