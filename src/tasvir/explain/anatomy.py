"""The layers of a fitted estimator's net, or nets, and of any torch module."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.row import LayerTable, Row
from tasvir.nets.arithmetic.sizes import MOST, Size
from tasvir.nets.measured import Give, measured_rows, sequences


@dataclass(frozen=True, eq=False)
class Part:
    """One net of an estimator, and how to make what it is given."""

    name: str
    net: nn.Module
    give: Give
    all_learn: bool = False


def anatomy(net: Any, input_shape: tuple[int, ...] | None = None) -> LayerTable:
    """Which layers does a net have, what does each give, learn, compute and see, and by which formulas?

    Measured: each layer is watched while torch runs the net on its meta device, where tensors have shapes and no numbers.

    Parameters
    ----------
    net : fitted estimator with `net_`, or torch.nn.Module
        Of an autoencoder or a VAE the encoder and the decoder are told, of a GAN the generator and the discriminator.
    input_shape : tuple of int or None, default=None
        Of one example: (height, width, channels), as X is in this library, (steps, features) or (features,). None: that of `fit`;
        a torch module needs one.

    Returns
    -------
    LayerTable
        As that of `layers`, whose formulas it holds for the layers that they know. Rows of other modules are measured alone, and
        have a note. `receptive_field` is None where it is not known how a tensor came; of
        branches with equal steps that are added or joined it is the larger.

    Raises
    ------
    BadInputError
        An estimator that is not fitted or has no net; a shape that the net does not take; no shape for a torch module.

    Notes
    -----
    `trainable` counts weights that have a gradient, `not_trainable` frozen ones and what else of real numbers is kept, as running
    averages. Weights that several layers share are counted once. Multiply-adds are those of matrix products and convolutions, as
    torch's own counter finds them, and one for each number that a norm scales. The net is seen as it rests (`eval`), and is left
    as it was.

    Examples
    --------
    >>> from tasvir import CNNSpec, ImageClassifier, anatomy, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> classifier = ImageClassifier(net=CNNSpec(filters=(4,), dense=()), max_epochs=1, random_state=0).fit(X, y)
    >>> print(anatomy(classifier))
    layer                                  output  parameters  multiply-adds
    features.0 conv(4, 3x3, 1)             8x8x4   40          2,304
    features.1 batchnorm                   8x8x4   16          256
    features.2 maxpool(2, ceil=yes)        4x4x4   0           0
    features.3 relu                        4x4x4   0           0
    features.4 flatten                     64      0           0
    dropout dropout(0.0)                   64      0           0
    head dense(10)                         10      650         640
    total                                          706         3,200
    """
    parts = [*_parts(net, input_shape)]
    rows: list[Row] = []
    size: Size | None = None
    for part in parts:
        try:
            found, given = measured_rows(part.net, part.give, part=part.name, all_learn=part.all_learn)
        except (RuntimeError, TypeError, ValueError, LookupError, AssertionError) as error:
            why = " ".join(str(error).split())[:200]
            raise BadInputError(
                f"{type(part.net).__name__} does not take an example of {input_shape}: {why}; give input_shape as (height, "
                "width, channels), (steps, features) or (features,)"
            ) from None
        rows += found
        size = given if size is None else size
    return LayerTable(size or (), tuple(rows))


def _parts(net: Any, shape: Any) -> Iterator[Part]:
    if isinstance(net, nn.Module):
        yield Part("", net, _examples(net, _checked(shape)))
        return
    if isinstance(net, type) or not hasattr(net, "get_params"):
        raise BadInputError(f"{net!r:.60} is no net: give a fitted estimator or a torch.nn.Module")
    inner = getattr(net, "net_", None)
    if not isinstance(inner, nn.Module):
        raise BadInputError(
            f"{type(net).__name__} has no net: give an estimator that is fitted and trains one, or a torch module"
        )
    size = _size_at_fit(net) if shape is None else _checked(shape)
    if hasattr(inner, "generator"):
        yield from _players(net, size)
    elif hasattr(inner, "encoder") and hasattr(inner, "decoder"):
        yield from _encoder_and_decoder(net, size)
    else:
        told = getattr(net, "blind", True) is False  # a denoiser's one more channel
        yield Part("", inner, _examples(inner, (*size[:-1], size[-1] + told)))


def _size_at_fit(fitted: Any) -> Size:
    shape = fitted._layout.shape
    return tuple(map(int, shape))


def _players(gan: Any, size: Size) -> Iterator[Part]:
    n_labels = 0 if gan.classes_ is None else len(gan.classes_)

    def labels(device: torch.device) -> tuple[torch.Tensor, ...]:
        return (torch.zeros(1, dtype=torch.long, device=device),) if n_labels else ()

    images = _examples(gan.net_.discriminator, size)
    noise = _examples(gan.net_.generator, (gan.n_components,))
    # Players that a training has left have no gradients, by turns.
    yield Part("generator", gan.net_.generator, lambda on: (*noise(on), *labels(on)), all_learn=True)
    yield Part("discriminator", gan.net_.discriminator, lambda on: (*images(on), *labels(on)), all_learn=True)


def _encoder_and_decoder(fitted: Any, size: Size) -> Iterator[Part]:
    """A conditional decoder is given the class beside the code."""
    classes = getattr(fitted, "classes_", None)
    n_given = fitted.n_components + (0 if classes is None else len(classes))
    yield Part("encoder", fitted.net_.encoder, _examples(fitted.net_.encoder, size))
    yield Part("decoder", fitted.net_.decoder, lambda on: (torch.zeros(1, n_given, device=on),))


def _examples(net: nn.Module, size: Size) -> Give:
    if len(size) == 2:
        return sequences(net, *size)
    shape = size if len(size) == 1 else (size[2], *size[:2])
    return lambda device: (torch.zeros(1, *shape, device=device),)


def _checked(shape: Any) -> Size:
    if shape is None:
        raise BadInputError("a torch module does not know its input: give input_shape, as (32, 32, 3), (50, 8) or (100,)")
    whole = isinstance(shape, tuple | list) and all(isinstance(n, int) and not isinstance(n, bool) for n in shape)
    if not whole or not 1 <= len(shape) <= 3 or not all(1 <= n <= MOST for n in shape):
        raise BadInputError(
            f"input_shape={shape!r}: give (height, width, channels), (steps, features) or (features,), numbers of 1 to {MOST:,}"
        )
    return tuple(shape)
