"""Batches are complete, seeded by epoch and never of one image; inference does not depend on how many images come."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tasvir.train.batches import INFERENCE_BATCH, OrderedBatches, ShuffledBatches, infer, to_unit

sizes = st.integers(1, 200)


@given(n=sizes, size=st.integers(1, 50), seed=st.integers(0, 2**31), epoch=st.integers(0, 1000))
def test_an_epoch_has_every_image_once(n, size, seed, epoch):
    batches = ShuffledBatches(torch.arange(n), torch.arange(n) * 2, batch_size=size, seed=seed)
    found = list(batches(epoch))
    assert sorted(torch.cat([x for x, _ in found]).tolist()) == list(range(n))
    assert all((y == 2 * x).all() for x, y in found)
    assert len(found) == batches.n_steps
    assert all(len(x) <= size + 1 for x, _ in found)
    assert n == 1 or size == 1 or all(len(x) > 1 for x, _ in found)


def test_an_epochs_order_is_a_function_of_seed_and_epoch():
    def order(seed, epoch):
        return torch.cat([x for (x,) in ShuffledBatches(torch.arange(50), batch_size=7, seed=seed)(epoch)]).tolist()

    assert order(3, 4) == order(3, 4)
    assert order(3, 4) != order(3, 5)
    assert order(3, 4) != order(4, 4)


def test_shuffling_leaves_the_global_stream_alone():
    before = torch.get_rng_state()
    list(ShuffledBatches(torch.arange(9), batch_size=2, seed=0)(0))
    assert torch.equal(torch.get_rng_state(), before)


def test_validation_batches_keep_the_order():
    batches = OrderedBatches(torch.arange(10), batch_size=4)
    assert [x.tolist() for (x,) in batches(0)] == [x.tolist() for (x,) in batches(7)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("n", [1, INFERENCE_BATCH - 1, INFERENCE_BATCH, INFERENCE_BATCH + 1])
def test_inference_sees_batches_of_one_size(n):
    seen = []

    def double(x):
        seen.append(len(x))
        return x * 2

    found = infer(double, torch.arange(float(n)), device=torch.device("cpu"))
    assert np.array_equal(found, 2 * np.arange(float(n)))
    assert set(seen) == {INFERENCE_BATCH}


def test_stored_pixels_come_to_the_unit_scale_without_being_changed():
    stored = torch.tensor([0, 51, 255], dtype=torch.uint8)
    assert to_unit(stored).tolist() == pytest.approx([0, 0.2, 1])
    assert stored.tolist() == [0, 51, 255]
    kept = torch.tensor([0.25])
    assert to_unit(kept) is kept
