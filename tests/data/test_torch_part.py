"""A part of a set for people's own torch loops."""

import numpy as np
import torch

from tasvir.data.load import load_data


def test_items_are_float_planes_and_int64_labels():
    digits = load_data("digits", color=True)
    X, y, _ = digits.part("test")
    part = digits.torch("test")
    images, labels = next(iter(torch.utils.data.DataLoader(part, batch_size=5)))
    assert len(part) == len(y)
    assert (images.shape, images.dtype, labels.dtype) == ((5, 3, 8, 8), torch.float32, torch.int64)
    np.testing.assert_allclose(images.numpy(), X[:5].transpose(0, 3, 1, 2) / 255, rtol=1e-6)
    np.testing.assert_array_equal(labels.numpy(), y[:5])
