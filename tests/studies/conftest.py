"""A study of toy cells, and the main job in small."""

import dataclasses
import io

import numpy as np
import pytest
import small
import toy

from tasvir.data.dataset import Dataset


@pytest.fixture(scope="session")
def few_digits() -> Dataset:
    """The first 300 of the bundled digits."""
    return small.few_digits()


@pytest.fixture
def tiny(few_digits) -> Dataset:
    """Sixty digits of three classes."""
    rows = np.flatnonzero(few_digits.labels < 3)[:60]
    parts = {name: getattr(few_digits, name)[rows].copy() for name in ("images", "labels", "split")}
    return dataclasses.replace(few_digits, class_names=few_digits.class_names[:3], **parts)


@pytest.fixture
def study(tmp_path):
    """Makes toy studies that share one folder."""
    return lambda cells, **how: toy.Study(tmp_path / "run", cells, **how)


@pytest.fixture(scope="session")
def main_job(tmp_path_factory, few_digits):
    """The main job in small, unbroken, with what it told and which source files each cell ran through."""
    out, stream = tmp_path_factory.mktemp("unbroken"), io.StringIO()
    with small.small_profiles(), small.traced() as traced:
        finished = small.run(few_digits, out, stream=stream)
    return small.Unbroken(finished, out, stream.getvalue(), traced)
