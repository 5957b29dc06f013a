"""Two real, tiny runs of the main job, to read or to edit."""

import pytest
from recorded import Run, read


@pytest.fixture(scope="session")
def digits_once() -> Run:
    """The main job on 300 digits, for tests that only read it."""
    return read("digits")


@pytest.fixture(scope="session")
def two_once() -> Run:
    """The main job on threes and eights: two nets, and arms of three seeds with a verdict."""
    return read("two")


@pytest.fixture
def digits(digits_once) -> Run:
    """The main job on 300 digits, to be edited."""
    return Run(dict(digits_once.about), dict(digits_once.cells))


@pytest.fixture
def two(two_once) -> Run:
    """The main job on threes and eights, to be edited."""
    return Run(dict(two_once.about), dict(two_once.cells))


@pytest.fixture
def empty(digits_once) -> Run:
    """A run of a study without cells."""
    return Run(dict(digits_once.about))
