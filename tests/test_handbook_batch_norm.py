"""The numbers on the handbook's page on batch norm are those that the code and the mathematics give."""

import io
import math
import re

import numpy as np
import pytest
import torch
from handbook import FOLDER, Page
from torch import nn
from torch.nn import functional

from tasvir import load_data
from tasvir.measures.statements import CLOSER, NEARLY, RULES, judge
from tasvir.nets.batch_norm import BatchNorm, moments, normalise
from tasvir.nets.cnn import CNNSpec
from tasvir.nets.mlp import MLPSpec
from tasvir.report.chapters.batchnorm_statements import STATEMENTS
from tasvir.studies.families.batchnorm import PROFILES, STUDY, BatchNormOptions
from tasvir.studies.families.batchnorm_final import SCALES
from tasvir.studies.families.batchnorm_nets import HIDDEN
from tasvir.studies.run import run_study

PAGE = Page("batch_norm")


# -- the formula -----------------------------------------------------------------------------------------------------------


def test_running_averages():
    norm = BatchNorm(1)
    PAGE.says(f"(`momentum={norm.momentum}`", f"{1 - norm.momentum} · running mean", f"{norm.momentum} · s² · B / (B - 1)")
    kept = 1 - norm.momentum
    PAGE.says(f"after {math.log(0.5) / math.log(kept):.1f} others", f"down to {100 * kept**22:.1f} % after 22")
    for _ in range(22):
        norm.train(np.full((4, 1), 7.0))
    assert norm.running_variance[0] == pytest.approx(kept**22)


def test_what_epsilon_leaves():
    for words, far, *left in PAGE.table("epsilon", "1 where it always was 0"):
        epsilon = float(words)
        assert far == f"{1 / math.sqrt(epsilon):,.0f}"
        x = np.array([[-0.3, -0.1, -0.001], [0.3, 0.1, 0.001]])  # of these deviations
        assert left == [f"{100 * sd:.1f} %" for sd in normalise(x, moments(x), epsilon=epsilon)[1]]
        black = moments(np.zeros((5, 1)))
        assert normalise([[1.0]], black, epsilon=epsilon)[0, 0] == pytest.approx(1 / math.sqrt(epsilon))


# -- few images ------------------------------------------------------------------------------------------------------------


def test_of_two_images_the_sign_is_left():
    x = np.random.default_rng(0).normal(size=(2, 50))
    np.testing.assert_allclose(normalise(x, moments(x), epsilon=0), np.sign(x - x[::-1]))
    PAGE.says("the outputs are -1 and +1, whatever h is")


def test_how_much_of_a_gradient_comes_back():
    (row,) = PAGE.table("B", "2", "4", "8", "32", "128")
    generator = torch.Generator().manual_seed(0)
    for size, cell in zip((2, 4, 8, 32, 128), row[1:], strict=True):
        assert cell == f"{100 * (size - 2) / size:.0f} %"
        x, g = torch.randn(2, size, 400, dtype=torch.double, generator=generator)
        x.requires_grad_()
        (back,) = torch.autograd.grad(functional.batch_norm(x, None, None, training=True, eps=1e-12), x, g)
        share = (back * x.std(0, correction=0)).square().sum() / g.square().sum()
        assert share.item() == pytest.approx((size - 2) / size, abs=0.02)


def test_of_one_image_nothing_comes_back():
    x = torch.randn(1, 9, dtype=torch.double, requires_grad=True)
    mean = x.mean(0)
    y = (x - mean) / (((x - mean) ** 2).mean(0) + 1e-5).sqrt()
    (back,) = torch.autograd.grad((y * torch.randn(1, 9, dtype=torch.double)).sum(), x)
    assert back.abs().max() == 0 == y.abs().max()


# -- the layer -------------------------------------------------------------------------------------------------------------


def test_what_it_costs_in_numbers():
    layers = {
        "dense, 10 to 20, with batch norm": nn.Sequential(nn.Linear(10, 20), nn.BatchNorm1d(20)),
        "convolution 3 x 3, 3 to 64 channels, with batch norm": nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64)),
    }
    rows = {row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in PAGE.table("layer", "weights", "biases")}
    assert set(rows) == set(layers)
    for name, layer in layers.items():
        held = layer[1].running_mean.numel() + layer[1].running_var.numel()
        learned = [one.numel() for one in (layer[0].weight, layer[0].bias)]
        both = layer[1].weight.numel() + layer[1].bias.numel()
        assert rows[name] == [*learned, both, sum(weight.numel() for weight in layer.parameters()), held]


def test_it_stands_before_the_activation_and_not_at_the_end():
    for spec, norm in ((MLPSpec((6,), batch_norm=True), nn.BatchNorm1d), (CNNSpec((4,), dense=()), nn.BatchNorm2d)):
        net = spec.build((8, 8, 1), 3)
        kinds = [type(layer) for layer in net.features]
        assert kinds.index(norm) < kinds.index(nn.ReLU)
        assert isinstance(net.head, nn.Linear)


def test_a_bias_before_it_has_no_gradient():
    layer, norm = nn.Linear(5, 4).double(), nn.BatchNorm1d(4).double()
    norm(layer(torch.randn(8, 5, dtype=torch.double))).pow(3).sum().backward()
    assert layer.bias.grad.abs().max() < 1e-12 < 1e-3 < layer.weight.grad.abs().max()


@pytest.mark.parametrize("s", [0.1, 10.0])
def test_a_scale_of_the_weights_falls_out_and_divides_their_gradient(s):
    torch.manual_seed(0)
    x, weight = torch.randn(16, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    found = []
    for scale in (1.0, s):
        w = (scale * weight).requires_grad_()
        y = functional.batch_norm(x @ w.T, None, None, training=True, eps=1e-30)
        found.append((y.detach(), torch.autograd.grad(y.pow(3).sum(), w)[0]))
    (usual, gradient), (scaled, its) = found
    torch.testing.assert_close(scaled, usual)
    torch.testing.assert_close(its * s, gradient)


# -- what was measured -----------------------------------------------------------------------------------------------------


def number(cell: str) -> float:
    """The first number of a cell."""
    return float(cell.split()[0])


def test_rules_on_the_page_are_those_of_the_code():
    rows = PAGE.table("statement", "what decides it", "margin")
    said = {words.template.rstrip(".") for words in STATEMENTS.values()}
    assert {row[0].strip('"') for row in rows} == said
    assert [float(row[2]) for row in rows] == [rule.margin for rule in RULES.values()]
    PAGE.says(f"keeps {NEARLY} of what the best is above chance", f"from {min(SCALES)} or {CLOSER} times the usual weights")
    asked = BatchNormOptions()
    assert (asked.batch_size, next(size for size in asked.sizes() if size >= 2), PROFILES["quick"].n_seeds) == (32, 2, 5)
    PAGE.says("batches of 2 cost beside batches of 32", "an interval over five seeds", f"three layers of {HIDDEN[0]} units")


#: Row of the table -> what it measures, and how a cell becomes what the rule takes.
ROWS = {
    "times as long an update takes": ("batch_speedup", lambda value: -math.log(value)),
    "training loss after 300 updates, without over with": ("loss_updates", math.log),
    "the same after equal seconds": ("loss_seconds", math.log),
    "powers of ten of good learning rates, with minus without": ("rate_width", float),
    "accuracy lost by batches of 2, with minus without, in points": ("batch_loss", lambda value: value / 100),
    "accuracy with it, closer to zero minus usual, in points": ("closer_gain", lambda value: value / 100),
    "range of accuracies over first weights, without minus with, in points": ("scale_range", lambda value: value / 100),
    "how far deviations of dimensions differ, without over with": ("uniform_sds", math.log),
    "how far means of dimensions differ, without over with": ("uniform_means", math.log),
}


def test_verdicts_on_the_page_are_those_of_its_measurements():
    """The rules, asked with the intervals of the table, give the verdicts of the other one."""
    measured = {row[0]: row[1:] for row in PAGE.table("with batch norm, beside without", "digits", "MNIST", "CIFAR-10")}
    verdicts = {row[0].strip('"'): row[1:] for row in PAGE.table("statement, on", "digits", "MNIST", "CIFAR-10")}
    assert set(measured) == set(ROWS)
    for column in range(3):
        intervals = {}
        for row, (name, change) in ROWS.items():
            low, high = map(float, re.search(r"\[(\S+), (\S+)\]", measured[row][column]).groups())
            intervals[name] = tuple(sorted((change(low), change(high))))
        for statement, words in STATEMENTS.items():
            assert verdicts[words.template.rstrip(".")][column] == judge(statement, intervals), (statement, column)


def test_figures_are_small():
    figures = sorted((FOLDER / "figures").glob("batch_norm-*.png"))
    assert len(figures) == 3
    assert all(figure.stat().st_size < 100_000 and f"figures/{figure.name}" in PAGE.text for figure in figures)


@pytest.mark.real
def test_the_column_of_the_digits_is_measured_so(tmp_path):
    """Processors differ in their last bits, and trainings with them: about the same numbers. Times are the machine's own."""
    asked = BatchNormOptions(batch_sizes="2,32", rates="0.03,0.1", seeds=3)
    done = run_study(STUDY, load_data("digits"), asked, out=tmp_path, threads=1, jobs=1, stream=io.StringIO())
    at = done.run.run_record().data["addresses"]["batchnorm/statements"]
    found = {r.name: r.data["value"] for r in done.run.records() if r.cell == at and r.kind == "metric" and not r.data["labels"]}
    rows = {row[0]: row[1] for row in PAGE.table("with batch norm, beside without", "digits")}
    told = number(rows["training loss after 300 updates, without over with"])
    assert math.exp(found["loss_updates"]) == pytest.approx(told, rel=0.4)
    assert found["batch_loss"] == pytest.approx(
        number(rows["accuracy lost by batches of 2, with minus without, in points"]) / 100, abs=0.12
    )
    assert found["batch_speedup"] < 0
