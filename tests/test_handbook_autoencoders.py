"""The numbers on the handbook's page on autoencoders are those that the code gives."""

import copy
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from handbook import FOLDER, Page
from scipy.linalg import subspace_angles
from scipy.stats import binom
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional

from tasvir import Autoencoder, ImageClassifier, load_data
from tasvir.nets.dense import DenseSpec
from tasvir.nets.mlp import MLPSpec
from tasvir.nets.unit import Unit
from tasvir.report.chapters.ladder_words import least_loss
from tasvir.studies.families.as_given import DECAY, RATE, GivenClassification
from tasvir.studies.families.ladder import LadderOptions
from tasvir.studies.families.ladder_nets import CLASSIFIER_RATE, MOST_WATCHED

PAGE = Page("autoencoders")
ASKED = LadderOptions()
HIDDEN, LAYERS, K, N_PIXELS = ASKED.layers("hidden"), ASKED.layers("classifier"), 10, 28 * 28
#: Of 60,000 images, some are held out.
N_STEPS = 10 * (60_000 - MOST_WATCHED) // ASKED.batch_size


def n_weights(net: nn.Module) -> int:
    return sum(weight.numel() for weight in net.parameters())


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return nn.ModuleList(DenseSpec(HIDDEN).build((28, 28, 1), ASKED.code, ASKED.code))


def linear(layers: nn.Module) -> list[nn.Linear]:
    return [layer for layer in layers.modules() if isinstance(layer, nn.Linear)]


# -- the nets -----------------------------------------------------------------------------------------------------------------


def test_layers_and_weights(net):
    rows = PAGE.table("encoder", "weights", "decoder", "weights")
    for layers, told in zip(net, ([row[:2] for row in rows], [row[2:] for row in rows]), strict=True):
        for one, (words, weights) in zip(linear(layers), told, strict=True):
            assert words.startswith(f"{one.in_features} to {one.out_features}")
            assert weights == f"{n_weights(one):,}"
        rectified = [isinstance(after, nn.ReLU) for before, after in pairwise([*layers, None]) if isinstance(before, nn.Linear)]
        assert [words.endswith(", ReLU") for words, _ in told] == rectified == [True, True, True, False]
    assert isinstance(net[1][-2], Unit)
    PAGE.says("{:,} in all: {:,} of the encoder, {:,} of the decoder".format(n_weights(net), *map(n_weights, net)))


def test_the_classifiers(net):
    small = GivenClassification((ASKED.code, *LAYERS, K), softmaxes=1, seed=0).net
    widths, parts = "-".join(map(str, (ASKED.code, *LAYERS, K))), " + ".join(str(n_weights(one)) for one in linear(small))
    PAGE.says(f"{widths} with ReLU between, {parts} = {n_weights(small):,} weights")
    assert n_weights(MLPSpec(LAYERS).build((1, 1, ASKED.code), K)) == n_weights(small)
    PAGE.says(f"a layer {ASKED.code}-{K} on it, {n_weights(net[0]) + (ASKED.code + 1) * K:,} weights")


def test_the_scale_of_a_code_is_free(net):
    """A number of the code times 100, and its weights in the decoder divided by it: the same drawings."""
    x = torch.rand(5, 1, 28, 28)
    encoder, decoder = copy.deepcopy(net)
    with torch.no_grad():
        before, last, first = decoder(encoder(x)), linear(encoder)[-1], linear(decoder)[0]
        for scaled in (last.weight[3], last.bias[3:4]):
            scaled.mul_(100)
        first.weight[:, 3].div_(100)
        assert torch.allclose(decoder(encoder(x)), before, atol=1e-6)
    PAGE.says(f"multiply a number by 100 and divide its {first.out_features} weights in the decoder by 100")


def test_a_linear_autoencoder_spans_the_plane_of_principal_components():
    X = load_data("digits").part("train")[0].reshape(1433, -1) / 255
    X = X - X.mean(0)
    pca = PCA(8).fit(X)
    moments, decoder = X.T @ X, np.random.default_rng(0).normal(size=(8, 64))
    for _ in range(600):
        encoder = np.linalg.pinv(decoder)  # the best one for this decoder, and then the best decoder for it
        decoder = np.linalg.solve(encoder.T @ moments @ encoder, encoder.T @ moments)
    codes = X @ encoder
    error, least = (np.square(X - drawn).mean() for drawn in (codes @ decoder, pca.inverse_transform(pca.transform(X))))
    angle = np.degrees(subspace_angles(decoder.T, pca.components_.T)).max()
    PAGE.says(f"PCA has an error of {least:.4f}", f"ends at {error:.4f}, at an angle of {angle:.1f} degrees")
    correlations = np.corrcoef(codes.T)
    assert np.abs(correlations - np.eye(8)).max() > 0.1  # and yet its numbers are no components


# -- activations and losses ---------------------------------------------------------------------------------------------------


def test_slopes_on_the_way_to_the_first_layer(net):
    n = sum(isinstance(layer, nn.ReLU) for layer in net.modules())
    steepest = torch.autograd.functional.jacobian(torch.sigmoid, torch.tensor(0.0))
    PAGE.says(f"at most (1/4)^{n} = 1/{1 / steepest.item() ** n:,.0f}", {6: "passes six of them"}[n])


def test_what_the_end_pushes():
    for words, *cells in PAGE.table("p", "squared error: 2 (1 - p) · p (1 - p)"):
        a = torch.logit(torch.tensor(float(words), dtype=torch.double)).requires_grad_()
        white = torch.ones((), dtype=torch.double)
        squared, crossed = (
            -torch.autograd.grad(loss(torch.sigmoid(a), white), a)[0].item()
            for loss in (functional.mse_loss, functional.binary_cross_entropy)
        )
        assert cells == [f"{squared:.4f}", f"{crossed:.4f}", f"{crossed / squared:.1f}"]
    least = [functional.binary_cross_entropy(gray, gray).item() for gray in torch.tensor([0.8, 0.5])]
    PAGE.says("{:.3f} for a gray of 0.8 and {:.3f} for one of 0.5".format(*least))


# -- Adam ---------------------------------------------------------------------------------------------------------------------


def moved(kind: type, weight: float, gradients: list[torch.Tensor], decay: float) -> list[torch.Tensor]:
    """Where weights are after each step."""
    w, places = nn.Parameter(torch.full_like(gradients[0], weight)), []
    optimizer = kind([w], lr=RATE, weight_decay=decay)
    for w.grad in gradients:
        optimizer.step()
        places.append(w.detach().clone())
    return places


def test_a_scaled_loss_takes_the_same_steps_and_its_decay_does_not():
    gradients = list(torch.randn(40, 3, dtype=torch.double, generator=torch.Generator().manual_seed(0)))
    scaled = [N_PIXELS * gradient for gradient in gradients]
    last = moved(torch.optim.Adam, 0.05, gradients, 0.0)[-1]
    assert torch.allclose(moved(torch.optim.Adam, 0.05, scaled, 0.0)[-1], last, atol=1e-8)
    decayed = moved(torch.optim.Adam, 0.05, gradients, 0.1)[-1]
    assert not torch.allclose(decayed, last, atol=1e-4)
    assert torch.allclose(moved(torch.optim.Adam, 0.05, scaled, 0.1 * N_PIXELS)[-1], decayed, atol=1e-8)
    PAGE.says(f"{N_PIXELS} times as large takes the same steps")


def test_the_rate_is_a_length(net):
    first = moved(torch.optim.Adam, 0.05, [torch.tensor([1e-3, -10.0])], 0.0)[0]
    assert (first - 0.05).abs().tolist() == pytest.approx([RATE, RATE], rel=1e-3)
    bound = linear(net)[0].weight.abs().max().item()
    assert bound == pytest.approx(1 / math.sqrt(N_PIXELS), rel=1e-4)
    PAGE.says(f"η itself, {RATE}", f"±1/√{N_PIXELS} = ±{bound:.4f}, so {round(bound / RATE)} steps", f"have {N_STEPS:,} steps")


def test_what_a_coupled_decay_amounts_to():
    rows = {row[0]: row[1:] for row in PAGE.table("√v", "acts as a decoupled decay of")}
    noise = torch.tensor([float(size) for size in rows if size[0] == "0"], dtype=torch.double)
    places = moved(torch.optim.Adam, 0.05, [noise * (-1) ** step for step in range(400)], DECAY)
    lost = -torch.log(places[399] / places[199]) / 200 / RATE  # of itself, a step and a rate: a decoupled decay
    assert lost.tolist() == pytest.approx([DECAY / size for size in noise.tolist()], rel=0.02)
    for size, (decay, n_halved) in rows.items():
        acts = DECAY / float(size) if size[0] == "0" else DECAY
        assert float(decay) == pytest.approx(acts)
        assert n_halved == f"{math.log(2) / RATE / acts:,.0f}"
    beside = moved(torch.optim.AdamW, 0.05, [noise * 0] * 10, DECAY)[-1]
    assert beside.tolist() == pytest.approx([0.05 * (1 - RATE * DECAY) ** 10] * len(noise), abs=1e-12)
    PAGE.says(f"η = {RATE} and λ = 1e-5", f"{100 * (1 - (1 - RATE * DECAY) ** N_STEPS):.3f} % in {N_STEPS:,} steps")
    assert torch.optim.AdamW([nn.Parameter(noise)]).defaults["weight_decay"] == 0.01
    PAGE.says("where AdamW as PyTorch brings it has 0.01")


def test_what_the_decay_asks_of_the_repaired_net():
    PAGE.says(f"of squares of 4,921; this times λ/2 is {4921 * DECAY / 2:.4f}", f"{N_PIXELS} · 0.0101 = {N_PIXELS * 0.0101:.1f}")


# -- a softmax too many -------------------------------------------------------------------------------------------------------


def test_floors_of_a_second_softmax():
    PAGE.says(", ".join(f"{least_loss(n):.3f} for {n}{' classes' * (n == 2)}" for n in (2, 10, 100)))
    sure = torch.eye(K)[:1]
    right, wrong = (functional.cross_entropy(sure, torch.tensor([y])).item() for y in (0, 1))
    assert (right, wrong) == pytest.approx((least_loss(K), least_loss(K) + 1))
    PAGE.says(f"exactly 1 more, {wrong:.3f} for {K}", f"{sure.softmax(1)[0, 0]:.3f} for {K}", f"loss - {right:.3f} is the share")
    assert 1.611 - right == pytest.approx(0.149, abs=0.002)  # of the run: its last loss, its share of mistakes


def test_how_hard_a_mistake_is_pushed():
    for words, *cells in PAGE.table("p of the wrong class"):
        wrong = float(words)
        chances = torch.tensor([wrong, *[(1 - wrong) / (K - 1)] * (K - 1)], dtype=torch.double)
        pushes = []
        for softmaxes in (1, 2):
            scores = chances.log()[None].requires_grad_()
            given = scores.softmax(1) if softmaxes == 2 else scores
            (slope,) = torch.autograd.grad(functional.cross_entropy(given, torch.tensor([1])), scores)
            pushes.append(-slope[0, 1].item())
        one, two = pushes
        assert cells == [f"{one:.3f}", f"{two:.5f}", f"{one / two:,.0f}"]


# -- the rest -----------------------------------------------------------------------------------------------------------------


def test_what_compression_costs(net):
    code, decoder = 4 * ASKED.code, 4 * n_weights(net[1])
    PAGE.says(f"{ASKED.code} numbers of 4 bytes are {code} bytes instead of {N_PIXELS}")
    PAGE.says(f"{decoder:,} bytes, saved after {-(-decoder // (N_PIXELS - code)):,} images")


def test_what_chance_does_to_a_batch():
    PAGE.says(f"97 % ± 2 · {100 * binom(100, 0.97).std() / 100:.1f} is chance")


def test_what_comes_as_it_is():
    assert (Autoencoder().n_components, DenseSpec().hidden, ASKED.batch_size) == (ASKED.code, HIDDEN, 100)
    assert CLASSIFIER_RATE == 2e-2
    PAGE.says("96.6 % with the 2e-2 that is used", "`ImageClassifier(pretrained=autoencoder)")
    assert "freeze_trunk" in ImageClassifier().get_params()


def test_figures_are_small():
    figures = sorted((FOLDER / "figures").glob("autoencoders-*.png"))
    assert len(figures) == 2
    assert all(figure.stat().st_size < 100_000 and f"figures/{figure.name}" in PAGE.text for figure in figures)
