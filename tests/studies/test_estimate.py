"""What an estimate says before anything is trained is held against simulated studies."""

import numpy as np
import pytest
import toy

from tasvir import load_data
from tasvir.measures.verdict import verdict
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.estimate import DISAGREEMENT, SEED_SPREAD, expected_seconds, smallest_differences
from tasvir.studies.place import Place
from tasvir.studies.work import Fit, Probe, Search, Seconds


def found(data, n_seeds: int, effect: float, n_studies: int = 300) -> float:
    """How often `verdict` says that the first recipe helps, in studies whose spread is the stated one."""
    y, _ = data.targets("test")
    rng = np.random.default_rng(n_seeds)
    shift = effect + SEED_SPREAD * rng.standard_normal((n_studies, n_seeds, 1))
    draws = rng.random((n_studies, n_seeds, len(y)))
    better, worse = DISAGREEMENT / 2 + shift / 2, DISAGREEMENT / 2 - shift / 2
    a = np.where(draws < better, 1.0, 0.0)
    b = np.where((draws >= better) & (draws < better + worse), 1.0, 0.0)
    return float(np.mean([verdict(x, z, strata=y).outcome == "helps" for x, z in zip(a, b, strict=True)]))


@pytest.mark.parametrize("n_seeds", [3, 5, 10])
def test_the_smallest_difference_is_found_as_often_as_it_says(n_seeds):
    digits = load_data("digits")
    cells = [Cell("judge", toy.total, compares=Comparison(n_seeds)), Cell("arm", toy.number)]
    smallest = smallest_differences(cells, digits)
    assert set(smallest) == {"judge"}
    assert 0.77 <= found(digits, n_seeds, smallest["judge"]) <= 0.99
    assert found(digits, n_seeds, smallest["judge"] / 3) < 0.5


def test_groups_count_instead_of_images():
    import dataclasses

    digits = load_data("digits")
    cells = [Cell("judge", toy.total, compares=Comparison(5))]
    grouped = dataclasses.replace(digits, groups=10 * digits.labels + np.arange(len(digits)) % 10)
    assert smallest_differences(cells, grouped)["judge"] > 1.2 * smallest_differences(cells, digits)["judge"]


class Slow:
    """An estimator whose epochs take as long as it says."""

    def __init__(self):
        self.history_, self.fits = type("History", (), {"times_s": [0.5, 0.25, 0.3]})(), 0

    def set_params(self, **settings):
        return self

    def get_params(self, deep):
        return {"settings": "the same"}

    def fit(self, X, y):
        self.fits += 1


def test_work_is_probed_once_a_kind_and_added_up():
    digits, slow = load_data("digits"), Slow()
    probe = Probe(digits, Place("cpu"))
    work = (Fit(lambda: slow, 2560), Fit(lambda: slow, 256), Seconds(3.0))
    assert probe.seconds(work) == pytest.approx(2.5 + 0.25 + 3.0)
    assert slow.fits == 1
    assert probe.seconds((Search(2e6),)) == pytest.approx(2 * probe.seconds((Search(1e6),)))
    assert expected_seconds([Cell("none", toy.number)], digits, threads={"none": 1}, place=Place("cpu")) == {"none": 1.0}
