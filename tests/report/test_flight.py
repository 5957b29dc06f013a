"""What a recorder saw becomes words: they follow the curves and the alarms."""

import numpy as np
import pytest
from recorded import Run, store, trace

from tasvir.records.record import metric
from tasvir.report.cells import Reading
from tasvir.report.chapters.flight import grids_slider, told
from tasvir.report.chapters.gan_answers import answers
from tasvir.report.chapters.gan_levers import levers_of
from tasvir.report.differences import Difference
from tasvir.report.document import MOST_FRAMES
from tasvir.report.name import Name
from tasvir.report.rows import read_rows
from tasvir.report.text import plain_spaces
from tasvir.report.view import views
from tasvir.report.words.language import language
from tasvir.report.words.message import say

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


@pytest.mark.parametrize("loss", ["hinge", "least_squares", "relativistic"])
def test_scores_that_are_no_probabilities_name_no_leader(flown, loss):
    flown.tell(CELL, loss=loss)
    assert "players are level" not in words(flown)


def test_a_coverage_that_still_rises_asks_for_more_epochs(flown):
    trace(flown, CELL, "neighbourhoods", coverage=[0.1, 0.2, 0.5, 0.6, 0.7, 0.8], recall=[0.1] * 6)
    assert "Coverage still rose in the last quarter, by 10.0 points" in words(flown)
    trace(flown, CELL, "neighbourhoods", coverage=[0.1, 0.8, 0.8, 0.8, 0.79, 0.8], recall=[0.1] * 6)
    assert "still rose" not in words(flown)


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
    run.tell(CELL, grid_epochs=epochs, kept_epoch=66)

    store(run, CELL, "grids", np.zeros((len(epochs), 4, 8, 8), np.uint8))
    block = grids_slider("grids", views(run.asked(), "gan"))
    titles = [language()(frame.title) for frame in block.series[0].frames]
    assert len(titles) == MOST_FRAMES
    assert (titles[0], titles[-1]) == ("epoch 1", "epoch 150")
    assert "epoch 66, kept" in titles


# -- answers ---------------------------------------------------------------------------------------------------------


def answered(vary, arms, differences=()):
    """The answers from arms -> {metric: value or (value, low, high)}."""
    run = Run()
    for arm, numbers in arms.items():
        records = []
        for name, value in numbers.items():
            value, low, high = value if isinstance(value, tuple) else (value, None, None)
            records.append(metric(name, value, low=low, high=high))
        run.found(f"gan/{arm}/0", records)
    return " ".join(plain_spaces(language()(one)) for one in answers(vary, read_rows(run.asked(), "gan"), differences))


def difference(arm, low, high, refused=None):
    name, d = Name(say("{name}", name=arm), say("{name}", name=arm)), Reading((low + high) / 2, low, high)
    return Difference(arm, "other", name, name, d, refused=refused)


DEPTHS = {
    "fcgan-2": {"generator_loss": 0.7, "gan_train": 0.8},
    "fcgan-3": {"generator_loss": 0.9, "gan_train": 0.9},
}


def test_a_low_loss_is_held_against_what_samples_teach():
    text = answered("depth", DEPTHS)
    assert "FCGAN: the shallowest generator ends with the lowest loss: 0.70" in text
    assert "The lowest loss does not go with the samples that teach most" in text
    better = {"fcgan-2": {"generator_loss": 0.7, "gan_train": 0.95}, "fcgan-3": DEPTHS["fcgan-3"]}
    assert "Here the lowest loss goes with the samples that teach most" in answered("depth", better)
    higher = {"fcgan-2": {"generator_loss": 1.0, "gan_train": 0.95}, "fcgan-3": DEPTHS["fcgan-3"]}
    assert "the shallowest generator does not end with the lowest loss" in answered("depth", higher)


def test_without_a_verdict_no_arm_is_called_better():
    assert "No arm is called better or worse here" in answered("depth", DEPTHS)
    refused = [difference("fcgan-2", 0.1, 0.2, refused={"what": "seeds", "n": 2, "fewest": 3})]
    assert "No arm is called better or worse here" in answered("depth", DEPTHS, refused)


def test_verdicts_say_what_helps_and_hurts():
    found = [difference("one", 0.1, 0.2), difference("two", -0.2, -0.1), difference("three", -0.1, 0.1)]
    text = answered("depth", DEPTHS, found)
    assert "these help against the arm that they are held against: one." in text
    assert "these hurt: two." in text
    assert "no arm can be told from the one that it is held against" in answered("depth", DEPTHS, found[2:])


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ((0.3, 0.2), "constant noise brings the losses nearer"),
        ((0.9, 0.2), "not every noise brings the losses nearer"),
        ((-0.9, 0.9), "noise does not bring the losses nearer"),
    ],
)
def test_whether_noise_brings_the_losses_together(gaps, said):
    arms = {
        "dcgan-noise-0": {"loss_gap": 0.8, "gan_train": 0.9},
        "dcgan-noise-0.1-constant": {"loss_gap": gaps[0], "gan_train": 0.9},
        "dcgan-noise-0.4-constant": {"loss_gap": gaps[1], "gan_train": 0.8},
        "dcgan-noise-0.4-falling": {"loss_gap": 0.8, "gan_train": 0.8},
    }
    assert said in answered("noise", arms)


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
    assert "Samples teach 90.0 % (the DCGAN pair), 80.0 % (the FCGAN pair)." in text
    assert "the quickest was the FCGAN pair" in text
    assert "farthest from 1 is the FCGAN pair" in text


def test_levers_are_told_in_words_and_those_that_do_nothing_are_not():
    run = Run()
    levers = {"instance_noise": 0.2, "noise_epochs": 40, "r1": 0.0, "ema": 0.999, "discriminator_rate": 1.0}
    run.found("gan/balance-noise/0", facts={"levers": levers})
    run.found("gan/balance-none/0", facts={"levers": {"instance_noise": 0.0, "noise_epochs": 40}})
    told_of = [plain_spaces(language()(levers_of(row))) for row in read_rows(run.asked(), "gan")]
    assert told_of == ["noise 0.2, which falls to nothing in 40 epochs, average 0.999", "none"]


def test_copies_are_counted_over_all_trainings():
    run = Run()
    for seed, copies in enumerate((0, 1, 0)):
        run.found(f"gan/net-conv/{seed}", [metric("copies", copies, n=1000)])
    (row,) = read_rows(run.asked(), "gan")
    assert language()(row.shown("copies")) == "1 of 3,000"
