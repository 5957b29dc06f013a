"""Laws of augmentation: images are moved and mirrored, each by itself, nothing else."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.nets.augment import AugmentSpec


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


images = st.tuples(st.integers(1, 5), st.sampled_from([1, 3]), st.integers(1, 9), st.integers(1, 9)).map(
    lambda shape: torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape)
)


@given(x=images, shift=st.floats(0, 0.49), flip=st.booleans(), seed=st.integers(0, 99))
def test_shape_and_pixels_are_the_images_own(x, shift, flip, seed):
    _, C, H, W = x.shape
    moved = AugmentSpec(max_shift=shift, flip=flip).build((H, W, C))(x, generator(seed))
    assert moved.shape == x.shape
    assert moved.dtype == x.dtype
    for before, after in zip(x, moved, strict=True):
        for channel in range(C):
            assert set(after[channel].flatten().tolist()) <= set(before[channel].flatten().tolist())


@given(x=images, seed=st.integers(0, 99))
def test_without_levers_nothing_happens(x, seed):
    _, C, H, W = x.shape
    assert torch.equal(AugmentSpec(max_shift=0.0).build((H, W, C))(x, generator(seed)), x)


@given(x=images, seed=st.integers(0, 99))
def test_a_flip_is_the_image_or_its_mirror(x, seed):
    _, C, H, W = x.shape
    flipped = AugmentSpec(max_shift=0.0, flip=True).build((H, W, C))(x, generator(seed))
    assert all(torch.equal(a, b) or torch.equal(a, b.flip(-1)) for a, b in zip(flipped, x, strict=True))


def test_a_shift_moves_by_whole_pixels_and_repeats_the_edge():
    x = torch.arange(10.0)[None, None, None, :].repeat(200, 1, 10, 1)
    moved = AugmentSpec(max_shift=0.2).build((10, 10, 1))(x, generator())
    possible = {tuple((torch.arange(10) + s).clamp(0, 9).tolist()) for s in (-2, -1, 0, 1, 2)}
    assert {tuple(image[0, 0].int().tolist()) for image in moved} == possible


def test_about_half_of_the_images_are_mirrored():
    x = torch.arange(4.0)[None, None, None, :].repeat(1000, 1, 4, 1)
    flipped = AugmentSpec(max_shift=0.0, flip=True).build((4, 4, 1))(x, generator())
    assert 400 < (flipped[:, 0, 0, 0] == 3).sum() < 600


def test_the_generator_decides():
    x = torch.rand(20, 1, 8, 8)
    augment = AugmentSpec(max_shift=0.25, flip=True).build((8, 8, 1))
    assert torch.equal(augment(x, generator(3)), augment(x, generator(3)))
    assert not torch.equal(augment(x, generator(3)), augment(x, generator(4)))


def test_stored_bytes_and_channels_last_memory_stay():
    x = torch.randint(0, 256, (6, 8, 8, 3), dtype=torch.uint8).permute(0, 3, 1, 2)
    moved = AugmentSpec().build((8, 8, 3))(x, generator())
    assert moved.dtype == torch.uint8
    assert moved.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("max_shift", [-0.1, 0.5, 2])
def test_a_shift_of_half_the_image_is_refused(max_shift):
    with pytest.raises(BadInputError, match="max_shift"):
        AugmentSpec(max_shift=max_shift).build((8, 8, 1))
