"""The mathematics of an adversarial step: losses of known values, whose weights move, the levers and the average."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.models.adversarial_loss import LOSSES
from tasvir.models.adversarial_task import AdversarialTask
from tasvir.models.levers import LeversSpec
from tasvir.nets.augment import AugmentSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.train.engine import TorchEngine

REAL, FAKE = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])


def sigmoid(score):
    return 1 / (1 + math.exp(-score))


def mean(function, *scores):
    return sum(map(function, *scores)) / len(scores[0])


def test_the_first_losses_are_those_of_the_paper():
    """Minus log D(x) minus log(1 - D(G(z))); the generator descends on log(1 - D(G(z))), or ascends on log D(G(z))."""
    told_apart = -mean(lambda r, f: math.log(sigmoid(r)) + math.log(1 - sigmoid(f)), REAL.tolist(), FAKE.tolist())
    for name in ("saturating", "non_saturating"):
        assert LOSSES[name].discriminator(REAL, FAKE, 0.0).item() == pytest.approx(told_apart)
    saturating = mean(lambda f: math.log(1 - sigmoid(f)), FAKE.tolist())
    assert LOSSES["saturating"].generator(FAKE, REAL).item() == pytest.approx(saturating)
    assert LOSSES["non_saturating"].generator(FAKE, REAL).item() == pytest.approx(
        -mean(lambda f: math.log(sigmoid(f)), FAKE.tolist())
    )


def test_smoothing_is_a_cross_entropy_with_a_lower_target():
    target = torch.full_like(REAL, 0.9)
    logits = torch.nn.functional.binary_cross_entropy_with_logits
    expected = logits(REAL, target) + logits(FAKE, torch.zeros_like(FAKE))
    assert LOSSES["non_saturating"].discriminator(REAL, FAKE, 0.1).item() == pytest.approx(expected.item())


def test_the_other_losses():
    assert LOSSES["least_squares"].discriminator(REAL, FAKE, 0.0).item() == pytest.approx((1 + 4 + 0.25 + 9) / 4)
    assert LOSSES["least_squares"].discriminator(REAL, FAKE, 0.1).item() == pytest.approx((1.1**2 + 1.9**2 + 0.25 + 9) / 4)
    assert LOSSES["least_squares"].generator(FAKE, REAL).item() == pytest.approx((0.25 + 16) / 4)
    assert LOSSES["hinge"].discriminator(REAL, FAKE, 0.0).item() == pytest.approx((0 + 2 + 1.5 + 0) / 2)
    assert LOSSES["hinge"].generator(FAKE, REAL).item() == pytest.approx(2.5 / 2)
    relative = [math.log1p(math.exp(f - r)) for r, f in zip(REAL.tolist(), FAKE.tolist(), strict=True)]
    assert LOSSES["relativistic"].discriminator(REAL, FAKE, 0.0).item() == pytest.approx(sum(relative) / 2)
    assert LOSSES["relativistic"].generator(FAKE, REAL).item() == LOSSES["relativistic"].discriminator(FAKE, REAL, 0.0).item()


@pytest.mark.parametrize("name", LOSSES)
def test_a_blind_discriminator_gives_all_images_one_score_and_can_lose_no_less(name):
    scores = torch.linspace(-4, 4, 1601)
    losses = [LOSSES[name].discriminator(score[None], score[None], 0.0).item() for score in scores]
    assert min(losses) == pytest.approx(LOSSES[name].blind, abs=1e-5)


@pytest.mark.parametrize("score", [-6.0, -3.0, 0.0, 3.0])
def test_a_generator_that_is_seen_through_hardly_learns_from_the_saturating_loss(score):
    """Its gradient is D(G(z)); that of the other is 1 - D(G(z))."""
    found = {}
    for name in ("saturating", "non_saturating"):
        fake = torch.tensor([score], requires_grad=True)
        (slope,) = torch.autograd.grad(LOSSES[name].generator(fake, fake), fake)
        found[name] = -slope.item()
    assert found["saturating"] == pytest.approx(sigmoid(score))
    assert found["non_saturating"] == pytest.approx(1 - sigmoid(score))


@pytest.mark.parametrize("name", LOSSES)
def test_real_images_are_to_score_higher(name):
    """A discriminator that is right loses less, and a generator whose images score higher does."""
    low, high = torch.full((3,), -0.5), torch.full((3,), 0.5)
    loss = LOSSES[name]
    assert loss.discriminator(high, low, 0.0) < loss.discriminator(low, high, 0.0)
    assert loss.generator(high, low) < loss.generator(low, low)


BALANCED = LeversSpec()


def make_task(levers=BALANCED, loss="non_saturating", n_labels=2):
    torch.manual_seed(0)
    players = FCGANSpec(generator=(16,), discriminator=(16,)).build((8, 8, 1), 4, n_labels)
    augment = AugmentSpec(max_shift=levers.shift).build((8, 8, 1))
    engine = TorchEngine(torch.device("cpu"))
    task = AdversarialTask(
        players, engine, loss=LOSSES[loss], levers=levers, augment=augment, n_latents=4, learning_rate=0.01, seed=0
    )
    task.begin(0)
    return task


BATCH = torch.rand(6, 1, 8, 8), torch.tensor([0, 1, 0, 1, 1, 0])


def weights(net):
    return [weight.detach().clone() for weight in net.parameters()]


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("loss", LOSSES)
def test_each_step_leaves_the_other_player_untouched(loss):
    task = make_task(loss=loss)
    x, y = BATCH
    task.players.train()
    drawn = task._draw(len(x), y)
    generator, discriminator = weights(task.players.generator), weights(task.players.discriminator)
    task._discriminator_step(x, drawn, y)
    assert same(weights(task.players.generator), generator)
    assert not same(weights(task.players.discriminator), discriminator)
    discriminator = weights(task.players.discriminator)
    task._generator_step(x, drawn, y)
    assert same(weights(task.players.discriminator), discriminator)
    assert not same(weights(task.players.generator), generator)


def test_steps_of_each_player():
    task = make_task(LeversSpec(generator_steps=3, discriminator_steps=2))
    task.train_step(BATCH)
    taken = [
        optimizer.state_dict()["state"][0]["step"].item()
        for optimizer in (task.generator_optimizer, task.discriminator_optimizer)
    ]
    assert taken == [3, 2]


def test_the_generator_waits_while_the_discriminator_learns_ahead():
    task = make_task(LeversSpec(discriminator_ahead=2))
    generator = weights(task.players.generator)
    for epoch, waits in enumerate((True, True, False)):
        task.begin(epoch)
        discriminator = weights(task.players.discriminator)
        assert task.train_step(BATCH)["generator_gradient"] > 0
        assert same(weights(task.players.generator), generator) == waits
        assert not same(weights(task.players.discriminator), discriminator)


def test_two_learning_rates():
    told = make_task(LeversSpec(discriminator_rate=4.0)).train_step(BATCH)
    assert (told["generator_rate"].item(), told["discriminator_rate"].item()) == pytest.approx((0.01, 0.04))


def test_the_penalty_is_half_the_mean_squared_slope():
    """Of a linear discriminator it is known: half the squared length of its weights, whatever the images."""
    task = make_task(LeversSpec(r1=0.7, r2=0.1, penalty_every=3), n_labels=0)
    task.players.discriminator = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 1), torch.nn.Flatten(0))
    judge = task.players.discriminator
    task.players.discriminator.forward = lambda x, y=None: torch.nn.Sequential.forward(judge, x)
    squared = judge[1].weight.square().sum().item()
    found = task._penalty(BATCH[0], BATCH[0], None)
    assert found.item() == pytest.approx(3 * (0.7 + 0.1) / 2 * squared, rel=1e-5)
    task.n_steps = 1
    assert task._penalty(BATCH[0], BATCH[0], None) is None


def test_noise_is_new_at_each_look_the_same_for_all_and_falls():
    levers = LeversSpec(instance_noise=0.4, noise_epochs=4)
    assert [levers.noise_sd(epoch) for epoch in range(6)] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.0, 0.0])
    assert LeversSpec(instance_noise=0.4).noise_sd(1000) == 0.4
    task, nothing = make_task(levers), torch.zeros(500, 1, 8, 8)
    first, second = task._seen(nothing), task._seen(nothing)
    assert not torch.equal(first, second)
    assert first.std().item() == pytest.approx(0.4, rel=0.03)
    task.begin(5)
    assert task._seen(nothing) is nothing


def test_so_many_labels_are_wrong():
    task = make_task(LeversSpec(label_noise=0.3))
    real, fake = task._mistaken(torch.ones(20000), torch.zeros(20000))
    assert fake.mean().item() == pytest.approx(0.3, abs=0.02)
    torch.testing.assert_close(real + fake, torch.ones(20000))


@given(ema=st.floats(0, 0.999), n_steps=st.integers(1, 6))
def test_the_average_lies_between_what_it_averages(ema, n_steps):
    task = make_task(LeversSpec(ema=ema))
    seen = []
    for _ in range(n_steps):
        task.train_step(BATCH)
        seen.append(weights(task.players.generator))
    for average, *values in zip(task.average.module.parameters(), *seen, strict=True):
        stacked = torch.stack(values)
        assert (average >= stacked.amin(0) - 1e-6).all()
        assert (average <= stacked.amax(0) + 1e-6).all()
    if ema == 0:
        assert same(weights(task.average.module), seen[-1])


def test_the_average_forgets_the_beginning_first():
    """After n steps its memory is at most (1 + n) / (10 + n)."""
    task = make_task(LeversSpec(ema=0.999))
    task.train_step(BATCH)
    first = weights(task.players.generator)[0]
    task.train_step(BATCH)
    second = weights(task.players.generator)[0]
    torch.testing.assert_close(weights(task.average.module)[0], first + (1 - 2 / 11) * (second - first))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instance_noise": -1}, "instance_noise=-1"),
        ({"noise_epochs": 0}, "noise_epochs=0"),
        ({"label_noise": 0.5}, "label_noise=0.5"),
        ({"smoothing": 1}, "smoothing=1"),
        ({"discriminator_rate": 0}, "discriminator_rate=0"),
        ({"generator_steps": 1.5}, "generator_steps=1.5"),
        ({"penalty_every": 0}, "penalty_every=0"),
        ({"ema": 1.0}, "ema=1.0"),
        ({"spectral_norm": "yes"}, "spectral_norm='yes'"),
        ({"shift": 0.5}, "shift=0.5"),
    ],
)
def test_levers_out_of_range_are_refused(change, words):
    with pytest.raises(BadInputError, match=words):
        LeversSpec(**change).check(smoothed=True, loss="saturating")


def test_smoothing_without_a_target_is_refused():
    with pytest.raises(BadInputError, match="loss='hinge', which has no target"):
        LeversSpec(smoothing=0.1).check(smoothed=False, loss="hinge")
