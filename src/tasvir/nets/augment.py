"""Classic augmentation: shifts and mirror images, drawn for each image of a batch, done on the stored pixels."""

from dataclasses import dataclass

import torch

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number

SHIFT = Number(low=0, high=0.5, open_high=True)


@dataclass(frozen=True)
class AugmentSpec:
    """Which changes of an image leave its class as it is?

    They are drawn anew for each image at each epoch of a training.

    Parameters
    ----------
    max_shift : float, default=0.1
        The most that an image is shifted each way, as a fraction of its side, in [0, 0.5); edges repeat.
    flip : bool, default=False
        Mirror an image left to right with a chance of one half: for things that have no left and right, as cats, but not digits.

    Raises
    ------
    BadInputError
        `max_shift` outside its range, when an estimator is fitted.

    Notes
    -----
    A shift and a flip are one gather of stored pixels: no pixel is interpolated.

    Examples
    --------
    >>> from tasvir import AugmentSpec, ImageClassifier
    >>> ImageClassifier(augment=AugmentSpec(max_shift=0.2)).get_params()["augment__flip"]
    False
    """

    max_shift: float = 0.1
    flip: bool = False

    def build(self, image_shape: tuple[int, int, int]) -> "Augment":
        if not SHIFT.holds(self.max_shift):
            raise BadInputError(f"AugmentSpec(max_shift={self.max_shift!r}): give {SHIFT.words}, a fraction of the side")
        height, width, _ = image_shape
        return Augment(round(self.max_shift * height), round(self.max_shift * width), self.flip)


#: The first does nothing, and is what None means.
AUGMENTS = {"none": AugmentSpec(max_shift=0.0), "shift": AugmentSpec(), "shift_flip": AugmentSpec(flip=True)}


@dataclass(frozen=True)
class Augment:
    """One gather moves and mirrors: x_BCHW -> x_BCHW, any dtype."""

    shift_rows: int
    shift_columns: int
    flip: bool

    def __call__(self, x_BCHW: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        if not (self.shift_rows or self.shift_columns or self.flip):
            return x_BCHW
        B, _, H, W = x_BCHW.shape
        rows = _moved(B, H, most=self.shift_rows, generator=generator)
        columns = _moved(B, W, most=self.shift_columns, generator=generator)
        if self.flip:
            mirrored = torch.rand(B, generator=generator) < 0.5
            columns = torch.where(mirrored[:, None], columns.flip(1), columns)
        x_BHWC = x_BCHW.permute(0, 2, 3, 1)
        rows, columns = rows.to(x_BCHW.device), columns.to(x_BCHW.device)
        moved = x_BHWC[torch.arange(B, device=x_BCHW.device)[:, None, None], rows[:, :, None], columns[:, None, :]]
        return moved.permute(0, 3, 1, 2)


def _moved(n_images: int, size: int, *, most: int, generator: torch.Generator) -> torch.Tensor:
    """(n_images, size) source positions of a shift drawn for each image, repeating the edge."""
    shifts = torch.randint(-most, most + 1, (n_images, 1), generator=generator)
    return (torch.arange(size)[None, :] + shifts).clamp_(0, size - 1)
