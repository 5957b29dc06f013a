"""The recorder finds what is planted, says nothing of healthy trainings, and the best state is what is kept."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from plants import Blind, FewImages, OneImage, OneImageOfAClass, Plant, TooFast

from tasvir import GAN, FCGANSpec, RecorderSpec, load_data
from tasvir.contracts.errors import BadInputError, LossNotFiniteError
from tasvir.models.alarms import COLLAPSED, find_alarms

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
#: The epoch of the plant, and epochs within which it is found.
PLANTED, WITHIN = 4, 5
COMMON = {"random_state": 0, "device": "cpu", "max_epochs": PLANTED + WITHIN}
SMALL = COMMON | {"net": FCGANSpec(generator=(32, 64), discriminator=(64,)), "n_components": 16}
ROW = {"generator_loss": 0.7, "discriminator_loss": 1.38, "real_score": 0.5, "fake_score": 0.5}


def digits(n=600):
    X, y, _ = load_data("digits").part("train")
    return X[:n], y[:n]


def real_images(name, n=600):
    if not (REAL_DATA / name.partition("/")[0]).exists():
        pytest.skip(f"needs {name} in {REAL_DATA}")
    X, y, _ = load_data(name.rpartition("/")[2], data_dir=REAL_DATA).part("train")
    return X[:n], y[:n]


PLANTS = {
    "one image": (lambda: OneImage(PLANTED), "collapse", None),
    "a few images": (lambda: FewImages(PLANTED), "collapse", None),
    "one class": (lambda: OneImageOfAClass(PLANTED, 1), "collapse", 1),
    "too fast": (lambda: TooFast(PLANTED), "divergence", None),
    "blind": (lambda: Blind(PLANTED), "won", None),
}


def is_found(images, plant, **settings):
    """The alarm that a plant raises, within some epochs; and no alarm before it."""
    make, kind, label = PLANTS[plant]
    later = {"max_epochs": settings["max_epochs"] + 2 * WITHIN} if kind == "won" else {}
    gan = GAN(**settings | later, hooks=(make(),)).fit(*images)
    alarms = gan.record_["alarms"]
    assert [alarm for alarm in alarms if alarm["epoch"] < PLANTED] == []
    assert (kind, label) in [(alarm["kind"], alarm["label"]) for alarm in alarms], alarms
    assert gan.record_["kept_epoch"] < min(alarm["epoch"] for alarm in alarms)
    return gan


@pytest.mark.parametrize("plant", [name for name in PLANTS if name != "blind"])
def test_a_plant_is_found_on_digits(plant):
    assert np.isfinite(is_found(digits(), plant, **SMALL).sample(3, random_state=0)).all()


@pytest.mark.real
@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("name", ["fashion_mnist", "medmnist/breastmnist"])
def test_a_plant_is_found_on_28_pixels(name, plant):
    is_found(real_images(name), plant, **COMMON)


@pytest.mark.real
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["digits", "medmnist/breastmnist"])
def test_a_healthy_training_raises_no_alarm(name, seed):
    images = digits(2000) if name == "digits" else real_images(name)
    gan = GAN(max_epochs=30, random_state=seed).fit(*images)
    assert gan.record_["alarms"] == ()


# -- the rules, from rows --------------------------------------------------------------------------------------------


def alarms_of(variety, rows=None):
    variety = np.array(variety, dtype=float)
    found = find_alarms(rows or [ROW] * len(variety), variety, blind=2 * np.log(2))
    return [(alarm.kind, alarm.epoch, alarm.last_epoch, alarm.label) for alarm in found]


LOW, FINE = COLLAPSED / 2, 0.9


def test_one_epoch_is_no_collapse():
    assert alarms_of([[FINE, FINE], [LOW, LOW], [FINE, FINE]]) == []


def test_a_collapse_lasts_from_its_first_epoch_to_its_last():
    assert alarms_of([[FINE], [LOW], [LOW], [LOW], [FINE], [LOW]]) == [("collapse", 2, 4, None)]


def test_one_class_is_told_from_all():
    assert alarms_of([[FINE, LOW, FINE]] * 2) == [("collapse", 1, 2, 1)]
    assert alarms_of([[LOW, LOW, FINE]] * 2) == [("collapse", 1, 2, None)]


def test_a_class_without_variety_has_none_to_lose():
    assert alarms_of([[np.nan, FINE]] * 3) == []
    assert alarms_of([[np.nan, np.nan]] * 3) == []
    assert alarms_of([[np.nan, LOW]] * 3) == [("collapse", 1, 3, None)]


def test_a_discriminator_has_won_after_five_sure_epochs():
    sure = ROW | {"discriminator_loss": 0.05}
    fine = [[FINE]] * 6
    assert alarms_of(fine, [ROW, *[sure] * 4, ROW]) == []
    assert alarms_of(fine, [ROW, *[sure] * 5]) == [("won", 2, 6, None)]


def test_in_short_epochs_a_lead_lasts_longer_before_it_is_a_win():
    """A hundred steps: thirteen epochs of eight."""
    rows, fine = [ROW | {"discriminator_loss": 0.05}] * 13, np.full((13, 1), FINE)
    assert find_alarms(rows[:12], fine[:12], blind=1.386, n_steps=8) == []
    assert len(find_alarms(rows, fine, blind=1.386, n_steps=8)) == 1


def test_a_loss_beyond_all_play_is_a_divergence():
    assert alarms_of([[FINE]] * 2, [ROW, ROW | {"generator_loss": -150.0}]) == [("divergence", 2, 2, None)]


# -- what is kept ----------------------------------------------------------------------------------------------------


class Remembered(Plant):
    """Writes down the generator's average after each epoch."""

    def __init__(self, seen):
        self.seen = seen

    def __deepcopy__(self, memo):
        return self  # hooks are copied at fit; the test holds this one

    def __call__(self, task, history):
        self.seen[len(history)] = {name: value.clone() for name, value in task.average.module.state_dict().items()}
        return False


@pytest.mark.parametrize("fraction", [0.2, None])
def test_the_kept_state_is_that_of_its_epoch(fraction):
    seen = {}
    gan = GAN(**SMALL, validation_fraction=fraction, hooks=(Remembered(seen), OneImage(PLANTED))).fit(*digits())
    kept = seen[gan.record_["kept_epoch"]]
    assert all(torch.equal(value, kept[name]) for name, value in gan.net_.generator.state_dict().items())
    assert gan.record_["kept_epoch"] == (PLANTED - 1 if fraction is None else gan.record_["kept_epoch"])


def test_looking_changes_nothing_of_what_is_learned():
    rows = [
        GAN(**SMALL, recorder=RecorderSpec(measure_every=every, grid_every=every, grid_side=side)).fit(*digits(200)).history_.rows
        for every, side in ((1, 3), (7, 10))
    ]
    assert rows[0] == rows[1]


def test_grids_are_of_the_same_noise_class_by_class():
    gan = GAN(**SMALL, recorder=RecorderSpec(grid_every=3)).fit(*digits(200))
    assert list(gan.grids_) == [1, 3, 6, 9]
    assert all(grid.shape == (100, 8, 8) and grid.dtype == np.uint8 for grid in gan.grids_.values())
    assert list(GAN(**SMALL, recorder=RecorderSpec(grid_every=99)).fit(*digits(200)).grids_) == [1, 9]


def test_what_is_held_out_is_compared_with_every_second_epoch_and_at_the_last():
    record = GAN(**SMALL).fit(*digits()).record_
    assert record["measured_epochs"] == (2, 4, 6, 8, 9)
    assert all(0 <= value <= 1 for name in ("coverage", "recall") for value in record[name])
    assert np.shape(record["variety"]) == (9, 10)


@pytest.mark.parametrize("labelled", [True, False])
def test_too_few_images_are_held_out_to_compare_with(labelled):
    X, y = digits(40)
    record = GAN(**SMALL).fit(X, y if labelled else None).record_
    assert (record["measured_epochs"], record["kept_epoch"]) == ((), 9)


class NotFinite(Plant):
    """A weight that becomes NaN in the last step of an epoch: no loss has told yet."""

    def spoil(self, task):
        with torch.no_grad():
            next(task.players.generator.parameters()).fill_(float("nan"))


def test_a_generator_that_is_no_longer_finite_is_not_kept():
    gan = GAN(**SMALL, hooks=(NotFinite(PLANTED),)).fit(*digits(200))
    assert [(alarm["kind"], alarm["epoch"]) for alarm in gan.record_["alarms"]] == [("divergence", PLANTED)]
    assert gan.record_["kept_epoch"] < PLANTED
    assert all(weight.isfinite().all() for weight in gan.net_.parameters())


def test_a_loss_that_is_never_finite_is_an_error():
    with pytest.raises(LossNotFiniteError):
        GAN(**SMALL | {"learning_rate": 1e30}).fit(*digits(200))


@pytest.mark.parametrize("change", [{"measure_every": 0}, {"grid_every": 1.5}, {"grid_side": 21}])
def test_a_recorder_out_of_range_is_refused(change):
    with pytest.raises(BadInputError, match=f"RecorderSpec\\({next(iter(change))}="):
        GAN(**SMALL, recorder=RecorderSpec(**change)).fit(*digits(50))
