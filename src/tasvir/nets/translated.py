"""A torch module as a layer of the little language, where it has a word for it."""

from typing import Any

from torch import nn

from tasvir.nets.arithmetic.convolution import Convolution
from tasvir.nets.arithmetic.dense import Dense, Flatten
from tasvir.nets.arithmetic.keeping import BatchNorm, Elementwise
from tasvir.nets.arithmetic.layer import Layer
from tasvir.nets.arithmetic.pooling import Pooling
from tasvir.nets.arithmetic.recurrent import Recurrent
from tasvir.nets.arithmetic.transposed import Transposed

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d)
STAMPS = (nn.ConvTranspose1d, nn.ConvTranspose2d)
POOLINGS: dict[type[nn.Module], str] = {
    nn.MaxPool1d: "maxpool",
    nn.MaxPool2d: "maxpool",
    nn.AvgPool1d: "avgpool",
    nn.AvgPool2d: "avgpool",
}
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
ELEMENTWISE: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.LeakyReLU: "leakyrelu",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.Softmax: "softmax",
}
RECURRENT: dict[type[nn.Module], str] = {nn.LSTM: "lstm", nn.GRU: "gru", nn.RNN: "rnn"}
#: Layers along one axis that see (B, C, T): features come before steps.
CHANNELS_FIRST = (
    nn.Conv1d,
    nn.ConvTranspose1d,
    nn.MaxPool1d,
    nn.AvgPool1d,
    nn.AdaptiveAvgPool1d,
    nn.AdaptiveMaxPool1d,
    nn.BatchNorm1d,
)


def in_words(module: Any) -> Layer | None:
    """The layer that says what a module does; None where the language has no word for it, or not for this setting."""
    kind = type(module)
    if kind in CONVOLUTIONS:
        return _convolution(module)
    if kind in STAMPS:
        return _transposed(module)
    if kind in POOLINGS:
        return _pooling(module, POOLINGS[kind])
    if kind in RECURRENT:
        plain = module.num_layers == 1 and not module.bidirectional and not module.proj_size
        return Recurrent(module.hidden_size, module.bias, name=RECURRENT[kind]) if plain else None
    if kind is nn.Linear:
        return Dense(module.out_features, module.bias is not None, name="dense")
    if kind in NORMS:
        return BatchNorm(name="batchnorm") if module.affine and module.track_running_stats else None
    if kind is nn.Flatten:
        return Flatten(name="flatten") if (module.start_dim, module.end_dim) == (1, -1) else None
    if kind is nn.Dropout:
        return Elementwise(module.p, name="dropout")
    return Elementwise(name=ELEMENTWISE[kind]) if kind in ELEMENTWISE else None


def _convolution(module: Any) -> Layer | None:
    if module.padding_mode != "zeros":
        return None
    padding = module.padding if isinstance(module.padding, str) else _padding(module.padding)
    return Convolution(module.out_channels, module.kernel_size, padding, **_moves(module), name="conv")


def _transposed(module: Any) -> Layer | None:
    padding, spare = _padding(module.padding), _once(module.output_padding)
    return Transposed(module.out_channels, module.kernel_size, padding, **_moves(module), output_padding=spare, name="transposed")


def _moves(module: Any) -> dict[str, Any]:
    settings = {"stride": _once(module.stride), "rate": _once(module.dilation)}
    return settings | {"groups": module.groups, "bias": module.bias is not None}


def _pooling(module: Any, name: str) -> Layer | None:
    if _once(getattr(module, "dilation", 1)) != (1,):
        return None
    size, stride = _once(module.kernel_size), _once(module.stride)
    return Pooling(size, None if stride == size else stride, _padding(module.padding), module.ceil_mode, name=name)


def _padding(given: Any) -> Any:
    return "valid" if (padding := _once(given)) == (0,) else padding


def _once(given: Any) -> tuple[int, ...]:
    """One number where all axes have the same."""
    numbers = tuple(given) if isinstance(given, tuple | list) else (given,)
    return numbers[:1] if len(set(numbers)) == 1 else numbers
