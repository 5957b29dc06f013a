"""The numbers on the handbook's page on adversarial training are those that the code gives."""

import dataclasses
import re
from math import exp, hypot, log, prod, sqrt
from types import SimpleNamespace

import pytest
import torch
from handbook import Page
from scipy.stats import norm
from torch import nn
from torch.nn import functional
from torch.nn.functional import softplus

from tasvir.models import alarms, sight
from tasvir.models.adversarial_loss import LOSSES
from tasvir.models.adversarial_task import AdversarialTask
from tasvir.models.flight_recorder import FlightRecorder, RecorderSpec, goodness
from tasvir.models.gan import GAN, SEEING_COMPONENTS
from tasvir.models.levers import LEVERS, LeversSpec
from tasvir.nets.augment import AUGMENTS
from tasvir.nets.dcgan import SMALLEST, DCGANSpec, auto_depth
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.players import Signed
from tasvir.train.engine import TorchEngine

PAGE = Page("gan")
SHAPE, K, B = (28, 28, 1), 10, 32


def sigma(score: float) -> float:
    return 1 / (1 + exp(-score))


def score(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float)


def n_weights(net: nn.Module) -> int:
    return sum(weight.numel() for weight in net.parameters())


@pytest.fixture(scope="module")
def players():
    torch.manual_seed(0)
    return DCGANSpec().build(SHAPE, GAN().n_components, K)


# -- one batch --------------------------------------------------------------------------------------------------------------


def blocks(layers: nn.Module, given: torch.Tensor):
    """(shape, weights) up to each activation."""
    weights, out = 0, given
    for layer in layers:
        out, weights = layer(out), weights + n_weights(layer)
        if isinstance(layer, nn.ReLU | nn.LeakyReLU | Signed):
            yield "x".join(map(str, out.shape)), f"{weights:,}"
            weights = 0


def test_shapes_and_weights_of_a_batch(players):
    drawn = [("32x74", ""), *blocks(players.generator.layers, torch.zeros(B, 64 + K))]
    assert [tuple(row[1:]) for row in PAGE.table("layer of the generator")] == drawn
    seen = [("64x1x28x28", ""), *blocks(players.discriminator.features, torch.zeros(2 * B, 1, 28, 28))]
    scored = ("64", f"{n_weights(players.discriminator.head) + n_weights(players.discriminator.classes):,}")
    assert [tuple(row[1:]) for row in PAGE.table("layer of the discriminator")] == [*seen, scored]
    PAGE.says(f"{B} images of 28x28 with {K} classes, `GAN(batch_size={B})`", f"{B}x1x28x28 bytes", f"Their {B} labels")
    PAGE.says(f"{B}x{GAN().n_components} numbers from N(0, 1)", f"as a one-hot vector of {K}, is put beside them: {drawn[0][0]}")
    PAGE.says(f"scores {2 * B} images**: the {B} real ones and the {B} generated ones", f"the mean over {B} of")
    dense = FCGANSpec().build(SHAPE, 64, K)
    PAGE.says(f'`net="conv"` has {n_weights(players):,} weights, `net="dense"` {n_weights(dense):,}')


def small_task() -> AdversarialTask:
    torch.manual_seed(0)
    net = DCGANSpec(generator=(4, 2), discriminator=(2, 2), dense=4).build(SHAPE, 64, K)
    how = {
        "loss": LOSSES["non_saturating"],
        "levers": LeversSpec(),
        "augment": AUGMENTS["none"].build(SHAPE),
        "n_latents": 64,
        "learning_rate": 1e-3,
        "seed": 0,
    }
    task = AdversarialTask(net, TorchEngine(torch.device("cpu")), **how)
    task.begin(0)
    return task


def test_what_a_step_moves_and_when_it_is_penalised():
    task, seen, moved = small_task(), [], []
    players, every = task.players, LeversSpec().penalty_every
    PAGE.says(f"**R1, at every {every}th step** (the first, the {every + 1}th, ...)")

    def weights(player):
        return torch.cat([weight.detach().flatten() for weight in player.parameters()])

    def note(name):
        moved.append((name, weights(players.generator), weights(players.discriminator)))

    players.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach()))
    task.discriminator_optimizer.register_step_post_hook(lambda *_: note("discriminator"))
    task.generator_optimizer.register_step_post_hook(lambda *_: note("generator"))
    x = torch.randint(0, 256, (B, 1, 28, 28), dtype=torch.uint8)
    looks = []
    for _ in range(every + 1):
        before = weights(players.generator), weights(players.discriminator)
        seen.clear(), moved.clear()
        task.train_step((x, torch.arange(B) % K))
        (first, generator, discriminator), (second, *after) = moved
        assert (first, second) == ("discriminator", "generator")
        assert torch.equal(generator, before[0])
        assert not torch.equal(discriminator, before[1])
        assert not torch.equal(after[0], generator)
        assert torch.equal(after[1], discriminator)
        looks.append([len(images) for images in seen])
        assert torch.equal(seen[-1], seen[0][B:])
        assert torch.equal(seen[0][:B], x / 255 * 2 - 1)
    assert looks == [[64, 32, 32], *[[64, 32]] * (every - 1), [64, 32, 32]]


def test_the_penalty_in_numbers():
    levers, n_pixels, slope = LeversSpec(), prod(SHAPE), 0.02
    squared = n_pixels * slope**2
    PAGE.says(f"With a slope of {slope} at each of {n_pixels} pixels it is {n_pixels} · {slope}² = {squared:.4f}")
    at_once = levers.penalty_every * levers.r1 / 2 * squared
    PAGE.says(f"half of that is {squared / 2:.4f}; the {levers.penalty_every}th step adds {at_once:.4f}")
    PAGE.says(f"times {levers.penalty_every} for the {levers.penalty_every - 1} steps without")
    assert LEVERS["balanced"] == LeversSpec()
    assert LEVERS["none"] == LeversSpec(r1=0.0, ema=0.0)


def test_how_far_the_average_follows():
    task = small_task()

    def decay(n):
        for weight in task.players.generator.parameters():
            nn.init.ones_(weight)
        for average in task.average.module.parameters():
            nn.init.zeros_(average)
        task.average.n_averaged.fill_(n)
        task.average.update_parameters(task.players.generator)
        return 1 - next(task.average.module.parameters()).flatten()[0].item()

    assert decay(8989) < decay(8990) == pytest.approx(LeversSpec().ema) == pytest.approx(decay(10_000))
    PAGE.says(f"{decay(10):.2f} after 10, {decay(1000):.3f} after 1,000, and from 8,990 on {decay(8990):.3f}")
    PAGE.says(f"remembers about {1 / (1 - LeversSpec().ema):,.0f} steps")


def test_how_the_label_enters(players):
    y, z = torch.arange(B) % K, torch.randn(B, 64)
    first = players.generator.layers[0]
    PAGE.says(f"74 x {first.out_features:,} weights", f"10 x 256 = {players.discriminator.classes.weight.numel():,} weights")
    PAGE.says(
        f"one of its last {K} columns: {first.out_features:,} numbers", f"gives {players.discriminator.head.in_features} features"
    )
    joined = torch.cat([z, functional.one_hot(y, K)], dim=1)
    added = functional.linear(z, first.weight[:, :64], first.bias) + first.weight[:, 64:].T[y]
    assert torch.allclose(first(joined), added, atol=1e-5)
    judge, x = players.discriminator, torch.randn(B, 1, 28, 28)
    plane = judge.head.weight + judge.classes.weight.T[y]
    assert torch.allclose(judge(x, y), (judge.features(x) * plane).sum(1) + judge.head.bias, atol=1e-5)
    assert torch.allclose(judge(x, y)[:5], judge(x[:5], y[:5]), atol=1e-6)


# -- losses and balance -----------------------------------------------------------------------------------------------------

#: As the table has them.
FORMULAS = {
    "saturating": (lambda r, f: -log(sigma(r)) - log(1 - sigma(f)), lambda r, f: log(1 - sigma(f))),
    "non_saturating": (lambda r, f: -log(sigma(r)) - log(1 - sigma(f)), lambda r, f: -log(sigma(f))),
    "least_squares": (lambda r, f: (r - 1) ** 2 / 2 + f**2 / 2, lambda r, f: (f - 1) ** 2 / 2),
    "hinge": (lambda r, f: max(0, 1 - r) + max(0, 1 + f), lambda r, f: -f),
    "relativistic": (lambda r, f: -log(sigma(r - f)), lambda r, f: -log(sigma(f - r))),
}


def both(name: str, r: float, f: float) -> tuple[float, float]:
    return LOSSES[name].discriminator(score(r), score(f), 0.0).item(), LOSSES[name].generator(score(f), score(r)).item()


def test_the_table_of_losses():
    rows = {row[0].strip("`"): row for row in PAGE.table("`loss`", "discriminator")}
    assert set(rows) == set(LOSSES) == set(FORMULAS)
    for name, formulas in FORMULAS.items():
        for r, f in ((1.3, -0.4), (-2.0, 0.7), (0.2, 3.0)):
            assert both(name, r, f) == pytest.approx([formula(r, f) for formula in formulas], rel=1e-5)
        even = 0.5 if name == "least_squares" else 0.0
        assert rows[name][3].startswith(f"{both(name, even, even)[0]:.3f}, {both(name, even, even)[1] + 0.0:.3f} at r = f")
    PAGE.says(
        f"2 ln 2 = ln 4 = {log(4):.3f}", f"near 0.5, the discriminator's loss near {log(4):.3f}", f"A loss of {log(4):.3f} alone"
    )
    PAGE.says(f"rises towards {log(4):.3f}", f"falls towards {log(2):.3f}", f"losses at {log(4):.3f} and {log(2):.3f}")


def push(name: str, f: float) -> float:
    fake = score(f).requires_grad_()
    (slope,) = torch.autograd.grad(LOSSES[name].generator(fake, fake), fake)
    return -slope.item()


def test_why_ascend():
    rows = PAGE.table("score f", "D(G(z))")
    assert [row[0] for row in rows] == ["-6", "-3", "0", "3"]
    for f, *cells in rows:
        slow, fast = push("saturating", float(f)), push("non_saturating", float(f))
        assert cells == [f"{sigma(float(f)):.4f}", f"{slow:.4f}", f"{fast:.4f}", f"{fast / slow:.3g}"]
    shares = [100 * push(name, 0) / (31 * push(name, -6) + push(name, 0)) for name in ("saturating", "non_saturating")]
    PAGE.says(
        "of 31 images at -6 and one at 0, that one has {:.1f} % of the push; with the non-saturating loss {:.1f} %".format(
            *shares
        ),
    )


def distance(name: str, r1: float, n_steps: int) -> float:
    """Of the smallest GAN from its solution: the discriminator's score is psi x, real images are 0, the generator draws theta."""
    theta, psi = torch.tensor([1.0], requires_grad=True), torch.tensor([0.0], requires_grad=True)
    for _ in range(n_steps):
        loss = LOSSES[name].discriminator(psi * 0, psi * theta, 0.0) + (r1 / 2 * psi**2).sum()
        psi.data -= 0.1 * torch.autograd.grad(loss, psi)[0]
        theta.data -= 0.1 * torch.autograd.grad(LOSSES[name].generator(psi * theta, psi * 0), theta)[0]
    return hypot(theta.item(), psi.item())


def test_the_smallest_gan():
    PAGE.says("descend at a rate of 0.1, the discriminator first, from θ = 1 and ψ = 0")
    for words, *cells in PAGE.table("loss of both", "after 100 steps", "after 500 steps"):
        name, r1 = words.partition(",")[0].replace("-", "_"), 1.0 if "R1" in words else 0.0
        assert cells == [f"{distance(name, r1, n_steps):.3f}" for n_steps in (100, 500)]


def test_every_lever_is_told():
    told = [name for row in PAGE.table("lever") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted(field.name for field in dataclasses.fields(LeversSpec))


def test_what_noise_buys():
    apart = 0.02 * sqrt(prod(SHAPE))
    wrong = [100 * norm.cdf(-apart / 2 / sd) for sd in (0.1, 0.2, 0.4)]
    PAGE.says(
        f"differ by 0.02 in each of 784 pixels are 0.02 · √784 = {apart:.2f} apart",
        "With noise of 0.1, 0.2 and 0.4 ",
        "{:.1f}, {:.1f} and {:.1f} % of its looks".format(*wrong),
    )
    PAGE.says(f"Noise of 0.1 is {0.1 * 255 / 2:.2f} of 255 grays")


# -- the flight recorder ----------------------------------------------------------------------------------------------------


def logit(probability: float) -> float:
    return log(probability / (1 - probability))


def test_how_scores_and_losses_belong_together():
    for real, fake, *cells in PAGE.table("D(x)", "D(G(z))"):
        assert cells == [f"{loss:.3f}" for loss in both("non_saturating", logit(float(real)), logit(float(fake)))]


def test_where_other_losses_end():
    PAGE.says(f"σ(1/2) = {sigma(0.5):.3f}")
    scores = torch.arange(-6, 6, 0.0005)
    told_apart = softplus(-scores) + 0.1 * scores + softplus(scores)
    best = scores[told_apart.argmin()]
    loss = LOSSES["non_saturating"].discriminator(best[None], best[None], 0.1)
    PAGE.says(f"`smoothing=0.1` ends at D = {best.sigmoid():.2f} and {loss:.3f}")


def test_the_rules_of_the_alarms():
    PAGE.says(f"A class below {alarms.COLLAPSED} in {alarms.IN_A_ROW} epochs in a row has collapsed")
    PAGE.says(f"({sight.N_VARIED} / K images for K classes, at least {sight.FEWEST}, at most {sight.MOST}, and no more than")
    PAGE.says(
        f"real images are nearer than {sight.NO_VARIETY} to each other",
        f"or that has fewer than {sight.FEWEST // 2}, is not judged",
    )
    lasting = f"in {alarms.SURE_IN_A_ROW} epochs in a row and {alarms.SURE_STEPS} steps"
    PAGE.says(f"below {alarms.SURE} of what it is where it can tell nothing, {lasting}")
    PAGE.says(f"a loss beyond {alarms.MOST_LOSS:.0f} either way")
    assert -2 * log(0.95) == pytest.approx(alarms.SURE * LOSSES["saturating"].blind, abs=1e-3)
    assert push("saturating", logit(0.05)) == pytest.approx(0.05)
    won = {name: f"{alarms.SURE * loss.blind:.3f}" for name, loss in LOSSES.items()}
    PAGE.says(
        f"For the first two losses that is {won['non_saturating']}",
        f"for least squares {won['least_squares']}, hinge {won['hinge']}, relativistic {won['relativistic']}",
    )
    smoothed = min(LOSSES["saturating"].discriminator(torch.tensor([float(r)]), torch.tensor([-20.0]), 0.05) for r in range(1, 9))
    assert smoothed > alarms.SURE * LOSSES["saturating"].blind


def test_which_state_is_kept():
    spec, n = RecorderSpec(), 150
    PAGE.says(f"At every {spec.measure_every}nd epoch and the last", f"(at most {sight.MOST_COMPARED:,})")
    PAGE.says(f"{SEEING_COMPONENTS} principal components), with {sight.NEIGHBOURS} neighbours")
    PAGE.says(f"0.9 and 0.3 give {goodness({'clipped_density': 0.9, 'clipped_coverage': 0.3}):.2f}")
    PAGE.says(f"at most {sight.NEIGHBOURS} images are held out", f"a later 0.72 is kept (its bound is {bound(0.72, n):.3f})")
    PAGE.says(f"With {n} images and a best of 0.75, a later 0.72 is kept", "0.70 is not")
    for value, kept in ((0.72, True), (0.70, False)):
        recorder = FlightRecorder(spec, SimpleNamespace(n_compared=n), max_epochs=9)
        recorder.highest, recorder.measured = 0.75, {2: {"clipped_density": value, "clipped_coverage": value}}
        assert recorder._is_as_good(2) == kept == (value >= bound(value, n))


def bound(value: float, n: int) -> float:
    return 0.75 - sqrt(value * (1 - value) / n)


def test_what_comes_as_it_is():
    PAGE.says(f"{GAN().max_epochs} epochs are the default", '`levers="balanced"`, the default')
    assert GAN().set_params(levers__instance_noise=0.2).levers == LeversSpec(instance_noise=0.2)
    PAGE.says(f"As many doublings as leave {SMALLEST} pixels")
    assert auto_depth(28) == 2
