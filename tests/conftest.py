"""What all tests share: `--regold` writes the golden files anew; a changed one needs a sentence why."""

import io
import os

# Nets as small as those of the tests lose by a second thread. Read when numpy and torch are loaded, here and in subprocesses.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import pytest
from hypothesis import settings

# The same examples at each run: a test that fails by chance teaches to run it again.
settings.register_profile("tasvir", derandomize=True, deadline=None)
settings.load_profile("tasvir")


def pytest_addoption(parser):
    parser.addoption("--regold", action="store_true", help="write the golden files anew from what is computed now")


@pytest.fixture(scope="session")
def few_digits():
    """The first 300 of the bundled digits."""
    import small

    return small.few_digits()


@pytest.fixture(scope="session")
def main_job(tmp_path_factory, few_digits):
    """The main job in small, unbroken, with what it told and which source files each cell ran through; run once a session."""
    import small

    out, stream = tmp_path_factory.mktemp("unbroken"), io.StringIO()
    with small.small_profiles(), small.traced() as traced:
        finished = small.run(few_digits, out, stream=stream)
    return small.Unbroken(finished, out, stream.getvalue(), traced)


@pytest.fixture
def regold(request) -> bool:
    """Whether golden files are to be written instead of compared."""
    return request.config.getoption("--regold")
