"""The encoder of a fitted autoencoder as the trunk of a classifier."""

import dataclasses
from typing import Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import ENCODERS, Autoencoder
from tasvir.nets.trunk import EncoderTrunkSpec


def encoder_trunk(pretrained: Any, image_shape: tuple[int, ...]) -> EncoderTrunkSpec:
    """The trunk that its encoder makes, for images of the shape (height, width, channels) that it was fitted on."""
    if not isinstance(pretrained, Autoencoder):
        raise BadInputError(f"pretrained={pretrained!r}: give a fitted Autoencoder, or None")
    if not hasattr(pretrained, "net_"):
        raise BadInputError("pretrained is an Autoencoder that is not fitted: call its fit first")
    if pretrained._layout.shape != image_shape:
        raise BadInputError(
            f"pretrained was fitted on images of (height, width, channels) = {pretrained._layout.shape}, X has {image_shape}: "
            "resize them, or fit it on such images"
        )
    return EncoderTrunkSpec(resolve_spec(pretrained.net, ENCODERS, "net"), pretrained.n_components)


def units_of(pretrained: Autoencoder, pixels: PixelSpace) -> PixelSpace:
    """Flat numbers have no range of their own: the map to 0..1 that the encoder learned with is kept."""
    theirs = pretrained.space_
    if len(theirs.shape) > 1 or len(pixels.shape) > 1 or "uint8" in (theirs.dtype, pixels.dtype):
        return pixels
    return dataclasses.replace(pixels, offset=theirs.offset, scale=theirs.scale)
