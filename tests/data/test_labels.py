"""A set without images is told as one, whatever reader found nothing."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.data.labels import check_counts


def test_no_images_are_told():
    with pytest.raises(BadInputError, match="empty holds no images"):
        check_counts(np.array([], dtype=int), ("a", "b"), "empty")
