"""What a recorder saw becomes words: they follow the curves and the alarms."""

import numpy as np
import pytest
from recorded import Run, store, trace

from tasvir.records.record import metric
from tasvir.report.chapters.flight import grids_slider, told
from tasvir.report.chapters.gan_answers import answers
from tasvir.report.chapters.gan_rows import read_rows
from tasvir.report.document import MOST_FRAMES
from tasvir.report.text import plain_spaces
from tasvir.report.view import views
from tasvir.report.words.language import language

CELL = "gan/dcgan-2/0"
LEVEL = {"real_score": [0.55] * 10, "fake_score": [0.45] * 10}


@pytest.fixture
def flown():
    """A training of ten epochs in which nothing happens."""
    run = Run()
    run.found("data", facts={"class_names": ["ant", "bee"]})
    run.found(CELL, facts={"alarms": [], "kept_epoch": 10, "epochs": 10})
    trace(run, CELL, "scores", **LEVEL)
    trace(run, CELL, "losses", generator_loss=[0.7] * 10, discriminator_loss=[1.38] * 10)
    return run


def words(run):
    (row,) = views(run.asked(), "gan")
    return " ".join(plain_spaces(language()(one)) for one in told(row, ("ant", "bee")))


def test_a_training_in_which_nothing_happens(flown):
    assert words(flown) == (
        "DCGAN, 2 transposed convolutions: no alarm was raised. The players are level: the discriminator gives real images 55.0 "
        "% and generated ones 45.0 %. In the second half the generator's loss is steady: it moves by 0.00 from epoch to epoch "
        "around its trend. The last of 10 epochs was kept."
    )


@pytest.mark.parametrize(
    ("real", "fake", "said"),
    [(0.62, 0.4, "The discriminator leads"), (0.9, 0.2, "The discriminator is far ahead"), (0.5, 0.6, "The players are level")],
)
def test_who_leads_is_read_from_the_second_half(flown, real, fake, said):
    trace(flown, CELL, "scores", real_score=[0.5] * 5 + [real] * 5, fake_score=[0.5] * 5 + [fake] * 5)
    assert said in words(flown)


def test_a_loss_that_swings_is_said_to(flown):
    """Rising or falling is no swing."""
    trace(flown, CELL, "losses", generator_loss=[0.3 * n for n in range(10)], discriminator_loss=[1.0] * 10)
    assert "is steady: it moves by 0.00" in words(flown)
    trace(flown, CELL, "losses", generator_loss=[0.5, 1.0] * 5, discriminator_loss=[1.0] * 10)
    assert "the generator's loss swings, by 0.5" in words(flown)
    trace(flown, CELL, "losses", generator_loss=[0.5, 1.0] * 2 + [0.7] * 6, discriminator_loss=[1.0] * 10)
    assert "is steady" in words(flown)


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        ({"kind": "collapse", "label": None}, "the generator had collapsed from epoch 3 to 7."),
        ({"kind": "collapse", "label": 1}, "class bee had collapsed from epoch 3 to 7."),
        ({"kind": "won", "label": None}, "the discriminator had won from epoch 3 to 7."),
        ({"kind": "divergence", "label": None}, "the training diverged at epoch 3 and was ended there."),
    ],
)
def test_alarms_are_told(flown, alarm, said):
    flown.tell(CELL, alarms=[alarm | {"epoch": 3, "last_epoch": 7}], kept_epoch=2)
    assert said in words(flown)
    assert "no alarm" not in words(flown)
    assert "Of 10 epochs number 2 was kept" in words(flown)


def test_a_page_holds_at_most_twelve_grids_of_a_training(flown):
    epochs = [1, *range(6, 151, 6)]
    run = flown
    run.tell(CELL, grid_epochs=epochs)

    store(run, CELL, "grids", np.zeros((len(epochs), 4, 8, 8), np.uint8))
    block = grids_slider("grids", views(run.asked(), "gan"))
    titles = [language()(frame.title) for frame in block.series[0].frames]
    assert len(titles) == MOST_FRAMES
    assert (titles[0], titles[-1]) == ("epoch 1", "epoch 150")


# -- answers ---------------------------------------------------------------------------------------------------------


def answered(vary, arms):
    """The answers from arms -> {metric: value or (value, low, high)}."""

    run = Run()
    for arm, numbers in arms.items():
        records = []
        for name, value in numbers.items():
            value, low, high = value if isinstance(value, tuple) else (value, None, None)
            records.append(metric(name, value, low=low, high=high))
        run.found(f"gan/{arm}/0", records)
    return " ".join(plain_spaces(language()(one)) for one in answers(vary, read_rows(run.asked())))


def test_a_low_loss_is_held_against_what_samples_teach():
    arms = {
        "fcgan-2": {"generator_loss": 0.7, "gan_train": 0.8},
        "fcgan-3": {"generator_loss": 0.9, "gan_train": 0.9},
    }
    text = answered("depth", arms)
    assert "FCGAN: the shallowest generator has the lowest loss" in text
    assert "The lowest loss is no sign of better images: FCGAN, 2 hidden layers has it, but the samples of FCGAN, 3" in text
    arms["fcgan-2"]["gan_train"] = 0.95
    assert "Here the lowest loss goes with the samples that teach most" in answered("depth", arms)
    arms["fcgan-2"]["generator_loss"] = 1.0
    assert "the shallowest generator does not have the lowest loss" in answered("depth", arms)


def test_noise_harms_only_where_intervals_do_not_meet():
    arms = {
        "dcgan-noise-0": {"loss_gap": 0.8, "gan_train": (0.9, 0.88, 0.92)},
        "dcgan-noise-0.4-constant": {"loss_gap": 0.3, "gan_train": (0.8, 0.78, 0.82)},
    }
    assert "DCGAN: noise brings the losses nearer to each other: the gap is 0.80 without" in answered("noise", arms)
    assert "It harms: samples teach clearly less than without noise" in answered("noise", arms)
    arms["dcgan-noise-0.4-constant"]["gan_train"] = (0.89, 0.87, 0.91)
    arms["dcgan-noise-0.4-constant"]["loss_gap"] = -0.9
    text = answered("noise", arms)
    assert "None of it makes samples teach clearly more or less" in text
    assert "noise does not bring the losses nearer" in text


def test_levers_are_sorted_by_what_is_clear():
    arms = {
        "balance-none": {"gan_train": (0.8, 0.78, 0.82)},
        "balance-noise": {"gan_train": (0.9, 0.88, 0.92)},
        "balance-shift": {"gan_train": (0.81, 0.79, 0.83)},
        "balance-smoothing": {"gan_train": (0.6, 0.58, 0.62)},
    }
    text = answered("balance", arms)
    assert "clearly more with 90.0 % [88.0, 92.0] (noise that falls)." in text
    assert "clearly less with 60.0 % [58.0, 62.0] (one-sided label smoothing)." in text
    assert "no clear difference to that with 81.0 % [79.0, 83.0] (differentiable shifts)." in text


def test_the_gradient_behind_a_lead_tells_why():
    arms = {
        "loss-saturating-10": {"led_gradient": 0.02, "gan_train": 0.7},
        "loss-non_saturating-10": {"led_gradient": 15.0, "gan_train": 0.9},
    }
    assert "the gradient of the first is 750 times that of the second" in answered("loss", arms)
    arms["loss-saturating-10"]["led_gradient"] = 20.0
    assert "gave the generator no smaller gradient" in answered("loss", arms)


def test_nets_are_compared_by_what_was_measured():
    arms = {
        "net-conv": {"gan_train": 0.9, "fit_s": 9.0, "raggedness": 1.02},
        "net-dense": {"gan_train": 0.8, "fit_s": 3.0, "raggedness": 1.4},
    }
    text = answered("net", arms)
    assert "Samples teach most from the DCGAN pair" in text
    assert "the quickest was the FCGAN pair" in text
    assert "farthest from 1 is the FCGAN pair" in text
