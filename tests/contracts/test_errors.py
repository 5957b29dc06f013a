"""Every error of ours is also the built-in one that a caller expects, and knows its exit code."""

import inspect

import pytest

from tasvir.contracts import errors

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", ALL)
def test_it_is_ours_and_a_built_in(kind):
    assert issubclass(kind, errors.TasvirError)
    assert kind.__name__.endswith("Error")
    assert kind.exit_code in (1, 2)
    assert kind is errors.TasvirError or issubclass(kind, ValueError | TypeError | OSError)
    assert "\n" not in inspect.getdoc(kind)


def test_bad_input_ends_with_two():
    assert {kind.exit_code for kind in (errors.BadInputError, errors.BadTypeError, errors.DataFileError)} == {2}
