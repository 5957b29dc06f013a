"""The one table of models: what it says is so, and whoever needs a name reads it here."""

import importlib
import subprocess
import sys

import pytest

import tasvir
from tasvir.contracts.checks import PROMISES
from tasvir.contracts.specs import is_spec
from tasvir.models.folder import new_model
from tasvir.models.keepable import Keepable
from tasvir.models.names import MODELS, SPECS, words


@pytest.mark.parametrize("name", MODELS)
def test_a_row_leads_to_an_estimator(name):
    row = MODELS[name]
    kind = getattr(importlib.import_module(row.module), name)
    assert kind is getattr(tasvir, name)
    assert issubclass(kind, Keepable)
    assert type(new_model(row.word)) is type(new_model(name)) is kind
    assert row.promises
    assert set(row.promises) <= set(PROMISES)


@pytest.mark.parametrize("name", sorted(set(SPECS) - {"EncoderTrunkSpec"}))
def test_a_spec_is_a_public_frozen_value(name):
    assert is_spec(getattr(tasvir, name)())
    assert getattr(tasvir, name).__module__ == SPECS[name]


def test_words_are_told_apart_and_told():
    assert len({row.word for row in MODELS.values()}) == len(MODELS)
    assert words().replace(" or ", ", ").split(", ") == [row.word for row in MODELS.values()]


def test_the_table_loads_nothing():
    code = "import sys, tasvir.models.names; print([m for m in sys.modules if m.split('.')[0] in ('torch', 'numpy', 'sklearn')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
