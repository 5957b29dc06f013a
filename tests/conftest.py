"""What all tests share: `--regold` writes the golden files anew; a changed one needs a sentence why."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--regold", action="store_true", help="write the golden files anew from what is computed now")


@pytest.fixture
def regold(request) -> bool:
    """Whether golden files are to be written instead of compared."""
    return request.config.getoption("--regold")
