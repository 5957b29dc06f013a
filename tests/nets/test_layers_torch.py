"""Layer arithmetic against torch on its meta device, torchinfo, and gradients: random chains, and none chosen by us."""

import math

import pytest
import torch
import torchinfo
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tasvir import layers
from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.chain import work_of
from tasvir.nets.arithmetic.convolution import Convolution
from tasvir.nets.arithmetic.dense import Dense, Flatten
from tasvir.nets.arithmetic.keeping import BatchNorm
from tasvir.nets.arithmetic.pooling import Pooling
from tasvir.nets.arithmetic.recurrent import Recurrent
from tasvir.nets.arithmetic.transposed import Transposed
from tasvir.nets.arithmetic.words import read_layers

SMALL = st.integers(1, 3)
CONVOLUTIONS = st.builds(
    lambda n, k, pad, stride, rate, bias: f"conv({n},{k},{pad},stride={stride},rate={rate},bias={bias})",
    st.integers(1, 5),
    st.sampled_from(["1", "2", "3", "4", "5", "3x2", "1x5"]),
    st.sampled_from(["same", "valid", "0", "1", "2", "1x2"]),
    SMALL,
    SMALL,
    st.sampled_from(["yes", "no"]),
)
GROUPED = st.builds(lambda n, k, groups: f"conv({n * groups},{k},1,groups={groups})", SMALL, SMALL, st.sampled_from([2, 3]))
STAMPS = st.builds(
    lambda n, k, pad, stride, spare: f"transposed({n},{k},{pad},stride={stride}{spare})",
    SMALL,
    st.sampled_from(["2", "3", "4", "3x4"]),
    st.sampled_from(["0", "1", "same"]),
    SMALL,
    st.sampled_from(["", ",output_padding=1"]),
)
POOLINGS = st.builds(
    lambda kind, k, more: f"{kind}({k}{more})",
    st.sampled_from(["maxpool", "avgpool"]),
    st.sampled_from(["2", "3", "2x3"]),
    st.sampled_from(["", ",stride=1", ",stride=2", ",padding=1", ",ceil=yes", ",stride=2,padding=1,ceil=yes"]),
)
CHAINS = st.lists(st.one_of(CONVOLUTIONS, GROUPED, STAMPS, POOLINGS, st.just("batchnorm")), min_size=1, max_size=4)
ENDS = st.sampled_from([[], ["flatten", "dense(4)", "batchnorm"], ["flatten", "dense(3,bias=no)"]])


class Transposes(nn.Module):
    """(B, T, F) and (B, F, T)."""

    def forward(self, x):
        return x.transpose(1, 2)


def two(values, n_axes):
    return tuple(values) * n_axes if len(values) == 1 else tuple(values)


def modules(layer, size):
    """The torch modules that do what a layer says, written without a look at how the arithmetic does it."""
    n = len(size) - 1
    if isinstance(layer, Convolution):
        how = {"stride": two(layer.stride, n), "dilation": two(layer.rate, n), "groups": layer.groups, "bias": layer.bias}
        pads, padding = [], 0
        if layer.padding == "same":  # TensorFlow's rule
            for side, kernel, stride, rate in zip(size[:-1], two(layer.kernel, n), how["stride"], how["dilation"], strict=True):
                total = max((math.ceil(side / stride) - 1) * stride + rate * (kernel - 1) + 1 - side, 0)
                pads = [total // 2, total - total // 2, *pads]
        elif layer.padding != "valid":
            padding = two(layer.padding, n)
        conv = (nn.Conv1d if n == 1 else nn.Conv2d)(size[-1], layer.filters, two(layer.kernel, n), padding=padding, **how)
        return [(nn.ConstantPad1d if n == 1 else nn.ConstantPad2d)(tuple(pads), 0), conv] if pads else [conv]
    if isinstance(layer, Pooling):
        kind = {"maxpool": (nn.MaxPool1d, nn.MaxPool2d), "avgpool": (nn.AvgPool1d, nn.AvgPool2d)}[layer.name][n - 1]
        padding = 0 if layer.padding == "valid" else two(layer.padding, n)
        stride = two(layer.stride, n) if layer.stride else None
        return [kind(two(layer.size, n), stride, padding, ceil_mode=layer.ceil)]
    if isinstance(layer, Transposed):
        padding = 0 if layer.padding == "valid" else two(layer.padding, n)
        how = {"output_padding": two(layer.output_padding, n), "groups": layer.groups, "dilation": two(layer.rate, n)}
        return [nn.ConvTranspose2d(size[-1], layer.filters, two(layer.kernel, n), two(layer.stride, n), padding, **how)]
    if isinstance(layer, Flatten):
        return [nn.Flatten()]
    if isinstance(layer, Dense):
        return [nn.Linear(size[-1], layer.units, bias=layer.bias)]
    assert isinstance(layer, BatchNorm)
    return [(nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d)[n](size[-1])]


def shape_of(x):
    return (*x.shape[2:], x.shape[1]) if x.ndim > 2 else tuple(x.shape[1:])


@given(CHAINS, ENDS, st.tuples(st.integers(6, 20), st.integers(6, 20), st.sampled_from([1, 2, 3, 6])))
@settings(max_examples=30)
def test_random_chains_are_torch_s_and_torchinfo_s(chain, end, size):
    for layer in read_layers(" ".join([*chain, *end])):
        if isinstance(layer, Transposed) and layer.padding == "same":
            continue  # torch has none; its size is by definition
        try:
            work = work_of(layer, size)
        except BadInputError:
            with pytest.raises((RuntimeError, ValueError)):  # not on the meta device, which looks at less
                nn.Sequential(*modules(layer, size)).eval()(torch.zeros(1, size[-1], *size[:-1]))
            continue
        with torch.device("meta"):
            net = nn.Sequential(*modules(layer, size)).eval()
            x = torch.zeros(1, size[-1], *size[:-1])
            assert shape_of(net(x)) == work.output
        learned = sum(weight.numel() for weight in net.parameters())
        kept = sum(part.numel() for part in net.buffers() if part.is_floating_point())
        assert (learned, kept) == (work.trainable, work.not_trainable)
        told = torchinfo.summary(net, input_data=[x], device="meta", verbose=0)
        assert told.total_params == work.trainable
        assert told.total_mult_adds == as_torchinfo_counts(layer, work, size)
        size = work.output


def as_torchinfo_counts(layer, work, size):
    """Its mult-adds are every parameter, biases too, times the places of the output: of a transposed one as well, whose kernels
    are laid for the places of the input. A batch norm's are its parameters, whatever the size."""
    places = math.prod(work.output[:-1])
    if isinstance(layer, Transposed):
        laid = work.multiply_adds // math.prod(size[:-1])
        return places * (laid + (work.output[-1] if layer.bias else 0))
    if isinstance(layer, BatchNorm):
        return work.trainable
    return work.multiply_adds + (places * work.output[-1] if getattr(layer, "bias", False) else 0)


@given(st.sampled_from(["lstm", "gru", "rnn"]), st.integers(1, 9), st.integers(1, 9), st.booleans())
@settings(max_examples=8)
def test_recurrent_layers_are_torch_s_and_torchinfo_s(name, features, units, bias):
    (layer,) = read_layers(f"{name}({units},bias={'yes' if bias else 'no'})")
    assert isinstance(layer, Recurrent)
    work = work_of(layer, (7, features))
    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[name]
    with torch.device("meta"):
        net, x = kind(features, units, bias=bias, batch_first=True), torch.zeros(1, 7, features)
        assert tuple(net(x)[0].shape[1:]) == work.output
    assert sum(weight.numel() for weight in net.parameters()) == work.trainable
    told = torchinfo.summary(net, input_data=[x], device="meta", verbose=0)
    assert told.total_mult_adds == 7 * work.trainable  # biases too
    assert work.multiply_adds == 7 * sum(weight.numel() for weight in net.parameters() if weight.ndim == 2)


def test_sequences_are_torch_s():
    table, size = layers("conv(4,3,same) maxpool(2) conv(5,4,1,stride=2,rate=2) batchnorm", (31, 3)), (31, 3)
    with torch.device("meta"):
        x = torch.zeros(1, 3, 31)
        for row, layer in zip(
            table.rows, read_layers("conv(4,3,same) maxpool(2) conv(5,4,1,stride=2,rate=2) batchnorm"), strict=True
        ):
            x = nn.Sequential(*modules(layer, size)).eval()(x)
            size = shape_of(x)
            assert size == row.output


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_same_for_an_even_kernel_is_torch_s():
    """One zero more behind than before, along each axis."""
    (row,) = layers("conv(2,4,same)", (9, 9, 3)).rows
    (note,) = row.notes
    net, x = nn.Conv2d(3, 2, 4, padding="same"), torch.randn(1, 3, 9, 9)
    padded = functional.pad(x, (note["before"], note["behind"]) * 2)
    assert torch.allclose(net(x), functional.conv2d(padded, net.weight, net.bias), atol=1e-6)
    with pytest.raises(ValueError, match="not supported for strided"):
        nn.Conv2d(3, 2, 3, padding="same", stride=2)


def seen(net, size):
    """Rows and columns of the input from the first to the last on which some inner output depends: the most over all outputs."""
    x = torch.rand(1, size[-1], *size[:-1], requires_grad=True)
    output = net(x)
    most = [0, 0]
    for row in range(output.shape[2]):
        for column in range(output.shape[3]):
            (slope,) = torch.autograd.grad(output[0, :, row, column].sum(), x, retain_graph=True)
            for axis, other in ((0, 1), (1, 0)):
                places = slope.abs().sum((0, 1)).sum(other).nonzero().flatten()
                most[axis] = max(most[axis], int(places[-1] - places[0]) + 1 if len(places) else 0)
    return tuple(most)


@pytest.mark.parametrize(
    "words",
    [
        "conv(2,3,valid) conv(2,3,valid,rate=2)",
        "conv(2,3,same) avgpool(2) conv(2,3,1,rate=2)",
        "conv(2,4x3,valid,stride=2) avgpool(3,stride=1) conv(1,2,valid)",
        "avgpool(2) conv(2,3,1) transposed(2,3,1,stride=2)",
        "avgpool(2) transposed(1,4,1,stride=2)",
        "conv(2,3,1,stride=2) transposed(2,4,1,stride=2) conv(1,3,1)",
    ],
)
def test_receptive_fields_are_the_gradients_s(words):
    size = (18, 16, 1)
    net = []
    for layer in read_layers(words):
        net += modules(layer, size)
        size = work_of(layer, size).output
    net = nn.Sequential(*net)
    with torch.no_grad():
        for weight in net.parameters():
            weight.abs_()
    assert layers(words, (18, 16, 1)).rows[-1].receptive_field == seen(net, (18, 16, 1))


def test_a_receptive_field_behind_stamps_is_at_most_what_is_said():
    words = "transposed(1,4,1,stride=2) conv(1,3,1,stride=2)"
    net = nn.Sequential(nn.ConvTranspose2d(1, 1, 4, 2, 1), nn.Conv2d(1, 1, 3, 2, 1))
    (said,) = set(layers(words, (9, 9, 1)).rows[-1].receptive_field)
    assert max(seen(net, (9, 9, 1))) <= said == 3
