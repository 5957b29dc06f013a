"""The weights of a dense decoder as plain arrays, rounded to 16 bits, so that something else than torch can run it.

Shape letters: n codes, I inputs and O outputs of a layer, P numbers of an image (height, width, channels).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError

#: The largest whole number that a weight is rounded to.
LARGEST = 2**15 - 1


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """One linear map: ``x @ (weights * scales[:, None]).T + bias``. Each output has a scale of its own."""

    weights: np.ndarray  # (O, I) int16
    scales: np.ndarray  # (O,) float32
    bias: np.ndarray  # (O,) float32


def dense_decoder(fitted: Any) -> tuple[DenseLayer, ...]:
    """The layers of a fitted transformer's dense decoder; its outputs in the order of an image's rows, columns, channels.

    Between the layers stands a ReLU, after the last the logistic function: `run_layers`.
    """
    modules = list(fitted.net_.decoder)
    linear = [module for module in modules if type(module).__name__ == "Linear"]
    names = [type(module).__name__ for module in modules]
    if names != [*(["Linear", "ReLU"] * len(linear))[:-1], "Unit", "Unflatten"]:
        raise BadInputError(
            f"this decoder has layers {', '.join(names)}: only one of dense layers (net='dense') can be written down"
        )
    pairs = [(module.weight.detach().cpu().numpy(), module.bias.detach().cpu().numpy()) for module in linear]
    order = np.arange(len(pairs[-1][1])).reshape(modules[-1].unflattened_size)  # (channels, height, width)
    last = np.moveaxis(order, 0, -1).ravel()
    pairs[-1] = pairs[-1][0][last], pairs[-1][1][last]
    return tuple(_rounded(weights, bias) for weights, bias in pairs)


def run_layers(layers: Sequence[DenseLayer], codes: np.ndarray) -> np.ndarray:
    """Codes (n, 2) as images (n, P) on the 0..1 scale: what the page computes."""
    x = np.asarray(codes, np.float64)
    for place, layer in enumerate(layers):
        x = (x @ layer.weights.T.astype(np.float64)) * layer.scales + layer.bias
        x = np.maximum(x, 0) if place < len(layers) - 1 else 1 / (1 + np.exp(-x))
    return x


def named_arrays(layers: Sequence[DenseLayer]) -> Iterator[tuple[str, np.ndarray]]:
    """Each array with a name: 'decoder_0_weights', 'decoder_0_scales', 'decoder_0_bias', 'decoder_1_weights', ..."""
    for place, layer in enumerate(layers):
        for part, values in vars(layer).items():
            yield f"decoder_{place}_{part}", values


def _rounded(weights: np.ndarray, bias: np.ndarray) -> DenseLayer:
    """Whole numbers up to 32,767 a row: an error of a 65,534th of the row's largest weight."""
    scales = np.abs(weights).max(axis=1) / LARGEST
    scales[scales == 0] = 1.0
    whole = np.rint(weights / scales[:, None]).astype(np.int16)
    return DenseLayer(whole, scales.astype(np.float32), bias.astype(np.float32))
