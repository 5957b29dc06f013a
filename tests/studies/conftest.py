"""A study of toy cells, and few images."""

import dataclasses

import numpy as np
import pytest
import toy

from tasvir.data.dataset import Dataset


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
