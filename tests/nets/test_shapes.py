"""Sizes inside a net, and every net takes every image size."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.nets.shapes import CropTo, PadTo, check_sizes, halvings

sides = st.integers(1, 20)


@given(height=sides, width=sides, more_h=st.integers(0, 9), more_w=st.integers(0, 9))
def test_padding_repeats_the_edges_and_keeps_the_image(height, width, more_h, more_w):
    x = torch.rand(2, 1, height, width)
    padded = PadTo(height + more_h, width + more_w)(x)
    assert padded.shape == (2, 1, height + more_h, width + more_w)
    assert set(padded.flatten().tolist()) == set(x.flatten().tolist())
    top, left = more_h // 2, more_w // 2
    assert torch.equal(CropTo(height, width)(padded[:, :, top:, left:]), x)


def test_sizes_are_halved_as_strided_convolutions_do():
    assert halvings(28, 3) == [28, 14, 7, 4]
    for size in range(1, 70):
        convolved = torch.nn.Conv2d(1, 1, 3, stride=2, padding=1)(torch.rand(1, 1, size, size))
        assert halvings(size, 1)[-1] == convolved.shape[-1]


@pytest.mark.parametrize("sizes", [(), (0,), (3, -1), (2.5,), ("wide",), (True,)])
def test_sizes_are_whole_numbers_from_one(sizes):
    with pytest.raises(BadInputError, match=r"DenseSpec\(hidden="):
        check_sizes(DenseSpec(), hidden=sizes)


def test_numpys_whole_numbers_are_welcome():
    check_sizes(DenseSpec(), hidden=tuple(np.array([3, 4])))


@settings(deadline=None, max_examples=15)
@given(height=sides, width=sides, channels=st.sampled_from([1, 3]), n=st.integers(1, 5))
@pytest.mark.parametrize("spec", [DenseSpec(hidden=(6,)), ConvSpec(filters=(2, 3)), ConvSpec(filters=(2,), batch_norm=False)])
def test_an_encoder_and_its_decoder_take_any_image(spec, height, width, channels, n):
    encoder, decoder = spec.build((height, width, channels), n, n + 2)
    x = torch.rand(3, channels, height, width)
    assert encoder(x).shape == (3, n)
    drawn = decoder(torch.rand(3, n + 2))
    assert drawn.shape == x.shape
    assert 0 <= drawn.min() <= drawn.max() <= 1


@settings(deadline=None, max_examples=15)
@given(height=st.integers(1, 40), width=st.integers(1, 40), channels=st.sampled_from([1, 3]))
def test_a_residual_net_takes_any_image(height, width, channels):
    net = ResNetSpec(widths=(2, 3)).build((height, width, channels), 4)
    x = torch.rand(3, channels, height, width)
    assert net(x).shape == (3, 4)
    assert net.features(x).shape == (3, 3)


def test_a_new_block_is_its_shortcut():
    from tasvir.nets.resnet import Block

    x = torch.rand(2, 4, 6, 6)
    assert torch.equal(Block(4, 4, 1)(x), x)


@pytest.mark.parametrize(("side", "left"), [(8, 8), (28, 28), (47, 47), (48, 24), (64, 32)])
def test_small_images_keep_their_pixels(side, left):
    stem = ResNetSpec(widths=(2,)).build((side, side, 1), 2).features[0]
    assert stem(torch.rand(2, 1, side, side)).shape[-1] == left
