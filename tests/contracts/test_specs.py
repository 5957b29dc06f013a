"""Specs are values that parameters reach into; settings are held to their ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number, check_settings
from tasvir.contracts.specs import SpecParams, is_spec, resolve_spec
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec

NAMED = {"dense": DenseSpec(), "conv": ConvSpec()}


class Toy(SpecParams, BaseEstimator):
    _named_specs = {"net": NAMED}

    def __init__(self, *, net="dense", width=1):
        self.net, self.width = net, width


def test_a_name_none_and_a_spec_mean_a_spec():
    assert resolve_spec("conv", NAMED, "net") == ConvSpec()
    assert resolve_spec(None, NAMED, "net") == DenseSpec()
    own = DenseSpec(hidden=(3,))
    assert resolve_spec(own, NAMED, "net") is own


@pytest.mark.parametrize("wrong", ["cnov", 3, DenseSpec, object(), ["dense"]])
def test_anything_else_is_refused_with_what_there_is(wrong):
    with pytest.raises(BadInputError, match="give one of 'dense', 'conv' or a spec"):
        resolve_spec(wrong, NAMED, "net")


def test_parameters_reach_into_a_spec_by_replacement():
    spec = DenseSpec(hidden=(8,))
    toy = Toy(net=spec)
    assert toy.get_params()["net__hidden"] == (8,)
    assert toy.set_params(net__hidden=(4, 2)) is toy
    assert toy.net == DenseSpec(hidden=(4, 2))
    assert spec == DenseSpec(hidden=(8,))


def test_parameters_reach_through_a_name():
    assert Toy().set_params(net__hidden=(3,)).net == DenseSpec(hidden=(3,))
    assert Toy().set_params(net="conv", net__filters=(3,)).net == ConvSpec(filters=(3,))
    assert NAMED["dense"] == DenseSpec()


def test_one_layer_needs_no_comma():
    assert Toy().set_params(net__hidden=5).net == DenseSpec(hidden=(5,))


def test_without_deep_there_are_only_the_constructors_words():
    assert set(Toy(net=DenseSpec()).get_params(deep=False)) == {"net", "width"}


def test_a_clone_has_the_same_spec():
    assert clone(Toy(net=DenseSpec(hidden=(8,)))).net == DenseSpec(hidden=(8,))


@pytest.mark.parametrize("words", [{"net__depth": 3}, {"net__filters": (3,)}, {"width__more": 1}, {"colour": 1}])
def test_unknown_parameters_are_refused(words):
    with pytest.raises(ValueError, match="has") as error:
        Toy().set_params(**words)
    assert "\n" not in str(error.value)


def test_a_wrong_word_changes_nothing():
    toy = Toy()
    with pytest.raises(ValueError, match="depth"):
        toy.set_params(width=9, net="conv", net__depth=3)
    assert (toy.width, toy.net) == (1, "dense")


def test_only_frozen_values_are_specs():
    import dataclasses

    @dataclasses.dataclass
    class Loose:
        x: int = 1

    assert is_spec(DenseSpec())
    assert not any(map(is_spec, (DenseSpec, Loose(), "dense", None)))


@given(value=st.integers() | st.floats() | st.booleans() | st.text() | st.none())
def test_a_number_says_what_it_holds(value):
    whole = isinstance(value, int) and not isinstance(value, bool)
    assert Number(low=1, whole=True).holds(value) == (whole and value >= 1)
    real = whole or isinstance(value, float)
    assert Number(low=0, high=1, open_low=True, optional=True).holds(value) == (value is None or bool(real and 0 < value <= 1))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Number(low=1, whole=True), "a whole number of at least 1"),
        (Number(low=0, high=1, open_low=True, open_high=True, optional=True), "a number above 0 and below 1 or None"),
        (Number(), "a number"),
    ],
)
def test_a_number_says_what_it_wants(number, words):
    assert number.words == words


def test_a_wrong_setting_is_named():
    with pytest.raises(BadInputError, match=r"Toy\(width=0\): give a whole number of at least 1"):
        check_settings(Toy(width=0), {"width": Number(low=1, whole=True)})
