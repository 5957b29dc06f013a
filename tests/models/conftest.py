"""What all tests of models share."""

from collections.abc import Iterator

import pytest

from tasvir.models import gan

#: Steps of the classifier through whose features a GAN is seen; what is told from it is tested by its rules.
SHORT = 20


@pytest.fixture(scope="module", autouse=True)
def short_sight() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gan, "SEEING_STEPS", SHORT)
        yield
