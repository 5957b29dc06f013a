"""The anatomy of nets: equal to the arithmetic where layers are a chain, to torch everywhere, and nothing is changed."""

import copy

import pytest
import torch
import torchinfo
from torch import nn
from torch.nn import functional

from tasvir import (
    GAN,
    VAE,
    Autoencoder,
    CNNSpec,
    DCGANSpec,
    Denoiser,
    GaussianSampler,
    ImageClassifier,
    UNetSpec,
    anatomy,
    layers,
    load_model,
    save_model,
)
from tasvir.contracts.errors import BadInputError
from tasvir.nets.anatomy import layers_of
from tasvir.nets.sequence_layers import Attention

WORDS = (
    "conv(4, 3x3, 1) batchnorm relu maxpool(2) conv(6, 3x3, 1, stride=2, rate=2, bias=no) transposed(5, 4x4, 1, stride=2) "
    "flatten dense(3)"
)
CHAIN = nn.Sequential(
    nn.Conv2d(2, 4, 3, padding=1),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=2, bias=False),
    nn.ConvTranspose2d(6, 5, 4, stride=2, padding=1),
    nn.Flatten(),
    nn.Linear(240, 3),
)


def test_a_chain_is_what_the_arithmetic_says():
    found, told = anatomy(CHAIN, (18, 14, 2)), layers(WORDS, (18, 14, 2))
    assert [row.layer.partition(" ")[2] for row in found.rows] == [row.layer for row in told.rows]
    for measured, reckoned in zip(found.rows, told.rows, strict=True):
        assert measured.facts() | {"layer": "", "notes": []} == reckoned.facts() | {"layer": "", "notes": []}
    assert (found.input, found.total) == (told.input, told.total)


@pytest.fixture(scope="module")
def few(few_digits):
    X, y, _ = few_digits.part("train")
    return X[:60], y[:60]


ESTIMATORS = {
    "vgg": ImageClassifier(max_epochs=1, random_state=0),
    "resnet": ImageClassifier(net="resnet", max_epochs=1, random_state=0),
    "dense": ImageClassifier(net="dense", max_epochs=1, random_state=0),
    "autoencoder": Autoencoder(net="conv", max_epochs=1, random_state=0),
    "vae": VAE(conditional=True, max_epochs=1, random_state=0),
    "gan": GAN(
        net=DCGANSpec(generator=(8,), discriminator=(8,), dense=8), validation_fraction=None, max_epochs=1, random_state=0
    ),
    "denoiser": Denoiser(net=UNetSpec(widths=(8, 12)), variance=(0.01, 0.02), blind=False, max_epochs=1, random_state=0),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_s_numbers_are_all_there(name, few):
    fitted = ESTIMATORS[name].fit(*few)
    before = copy.deepcopy(fitted.net_.state_dict())
    table = anatomy(fitted)
    assert table.trainable == sum(weight.numel() for weight in fitted.net_.parameters())
    kept = sum(part.numel() for part in fitted.net_.buffers() if part.is_floating_point())
    assert table.total - table.trainable == kept
    assert {row.part for row in table.rows} == {
        "gan": {"generator", "discriminator"},
        "vae": {"encoder", "decoder"},
        "autoencoder": {"encoder", "decoder"},
    }.get(name, {""})
    assert all(torch.equal(value, before[key]) for key, value in fitted.net_.state_dict().items())
    assert not fitted.net_.training
    if name == "gan":
        assert [row.layer for row in table.rows if {"note": "not_called"} in row.notes] == ["classes Linear"]
    if name in ("vgg", "resnet", "denoiser"):
        assert all(row.receptive_field is not None for row in table.rows)


def test_a_classifier_is_what_torchinfo_says(few):
    fitted = ImageClassifier(net=CNNSpec(filters=(4, 8), dense=(16,)), max_epochs=1, random_state=0).fit(*few)
    told = torchinfo.summary(fitted.net_, input_size=(1, 1, 8, 8), verbose=0)
    table = anatomy(fitted)
    assert table.trainable == told.total_params
    assert table.rows[-1].output == (10,)
    leaves = [info for info in told.summary_list if info.is_leaf_layer]
    assert [row.trainable for row in table.rows] == [info.num_params for info in leaves]


def test_a_saved_model_is_the_fitted_one(few, tmp_path):
    fitted = Autoencoder(net="conv", n_components=3, max_epochs=1, random_state=0).fit(few[0])
    save_model(fitted, tmp_path / "model")
    assert anatomy(load_model(tmp_path / "model")) == anatomy(fitted)


def test_a_frozen_trunk_is_not_trained(few):
    trunk = Autoencoder(net="conv", n_components=4, max_epochs=1, random_state=0).fit(few[0])
    fitted = ImageClassifier(pretrained=trunk, freeze_trunk=True, max_epochs=1, random_state=0).fit(*few)
    assert anatomy(fitted).trainable == 4 * 10 + 10


class Branches(nn.Module):
    """Functions between layers, a residual sum, attention, weights that are used twice, and one that is never used."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.attention, self.head = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 8)
        self.spare = nn.Linear(5, 5)

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.first(x)), 2)
        x = x + self.second(x)
        x = self.second(x)
        x, _ = self.attention(*[x.flatten(2).transpose(1, 2)] * 3)
        return self.head(self.head(x.mean(1)))


def test_what_has_no_formula_is_counted():
    table = anatomy(Branches(), (16, 16, 3))
    rows = {row.layer: row for row in table.rows}
    assert table.total == sum(weight.numel() for weight in Branches().parameters())
    assert [row.layer.partition(" ")[0] for row in table.rows] == [
        "first",
        "second",
        "second",
        "attention",
        "head",
        "head",
        "spare",
    ]
    assert [row.receptive_field for row in table.rows[:3]] == [(3, 3), (8, 8), (12, 12)]
    assert [bool(row.parameters) for row in table.rows] == [True, True, False, True, True, False, True]
    assert {"note": "shared"} in table.rows[2].notes
    attention = rows["attention MultiheadAttention"]
    assert attention.notes == ({"note": "no_formula"},)
    assert attention.multiply_adds == 4 * 64 * 8 * 8 + 2 * 64 * 64 * 8
    assert table.rows[-1].notes == ({"note": "not_called"},)


def test_sequences_in_both_orders():
    first = anatomy(nn.Sequential(nn.Conv1d(8, 4, 3), nn.ReLU(), nn.MaxPool1d(2)), (50, 8))
    assert [row.output for row in first.rows] == [(48, 4), (48, 4), (24, 4)]
    assert [row.receptive_field for row in first.rows] == [(3,), (3,), (4,)]
    for batch_first in (True, False):
        lstm = anatomy(nn.LSTM(8, 5, batch_first=batch_first), (9, 8))
        told = layers("lstm(5)", (9, 8))
        assert (lstm.rows[0].output, lstm.rows[0].multiply_adds) == (told.rows[0].output, told.rows[0].multiply_adds)
    assert anatomy(Attention(8, projected=True), (20, 8)).rows[-1].output == (20, 8)


def test_those_that_listen_to_a_net_hear_nothing():
    heard, net = [], nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    net[0].register_forward_hook(lambda *given: heard.append(given))
    assert anatomy(net, (4,)).total == 20
    assert heard == []


def test_a_layer_may_hand_on_what_has_a_gradient():
    """As the image that a generator drew, for the discriminator that it is shown to."""
    net, drawn = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), (torch.zeros(1, 4, requires_grad=True) * 2).unflatten(1, (1, 2, 2))
    assert [layer.kind for layer in layers_of(net, lambda net: net(drawn))] == ["dense"]
    assert net.training


class NeedsNumbers(nn.Module):
    """Torch's meta device has no numbers, and this net looks at one."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        return self.layer(x) if float(x.sum()) == 0 else x


def test_a_net_that_needs_numbers_runs_in_a_copy():
    assert anatomy(NeedsNumbers(), (4,)).rows[0].output == (4,)


def test_the_drawn_layers_are_the_measured_ones():
    drawn = layers_of(CHAIN, lambda net: net(torch.zeros(1, 2, 18, 14)))
    measured = {row.output: row for row in anatomy(CHAIN, (18, 14, 2)).rows}
    assert [layer.kind for layer in drawn] == ["convolution", "convolution", "transposed convolution", "dense"]
    for layer in drawn:
        assert (*layer.output[1:], layer.output[0]) in measured if len(layer.output) > 1 else layer.output in measured


@pytest.mark.parametrize(
    ("net", "shape", "says"),
    [
        (CHAIN, None, "a torch module does not know its input"),
        (CHAIN, (2, 18, 14), "Sequential does not take an example of \\(2, 18, 14\\).*give input_shape as \\(height"),
        (CHAIN, "large", "input_shape='large'"),
        (CHAIN, (0, 3), "numbers of 1"),
        (5, None, "5 is no net"),
        (ImageClassifier, None, "is no net"),
        (Autoencoder(), None, "Autoencoder has no net"),
        (GaussianSampler(), None, "GaussianSampler has no net"),
    ],
)
def test_what_has_no_anatomy(net, shape, says):
    with pytest.raises(BadInputError, match=says):
        anatomy(net, shape)
