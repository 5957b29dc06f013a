import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.nets.vgg import FLOOR, VGGSpec, Whitening, _pooled_groups


@settings(deadline=None, max_examples=15)
@given(height=st.integers(1, 64), width=st.integers(1, 64), channels=st.sampled_from([1, 3]))
def test_any_image_becomes_one_score_a_class(height, width, channels):
    net = VGGSpec(widths=(2, 3)).build((height, width, channels), 4)
    x_BCHW = torch.rand(3, channels, height, width)
    net.adapt(x_BCHW)
    assert net(x_BCHW).shape == (3, 4)
    assert net.features(x_BCHW).shape == (3, 3)


@pytest.mark.parametrize(("channels", "stride"), [(1, 1), (3, 1), (3, 2)])
def test_whitened_patches_are_uncorrelated_and_vary_by_one(channels, stride):
    """But for the floor: a direction of variance v is left with v / (v + floor)."""
    torch.manual_seed(0)
    x_BCHW = torch.rand(64, channels, 13, 12).cumsum(3) / 12  # neighbours are alike
    whitening = Whitening(channels, stride)
    whitening.adapt(x_BCHW)
    out_NP = whitening(x_BCHW).transpose(0, 1).flatten(1).T.double()
    patch_NP = functional.unfold(x_BCHW, 2, stride=stride).transpose(1, 2).flatten(0, 1).T.double()
    variance_P = torch.linalg.eigvalsh(patch_NP.cov(correction=0))
    left_P = variance_P / (variance_P + FLOOR * variance_P.mean() + 1e-6)
    n = len(left_P)
    torch.testing.assert_close(out_NP[:, :n], -out_NP[:, n:])
    torch.testing.assert_close(out_NP.mean(0), torch.zeros(2 * n).double(), atol=1e-4, rtol=0)
    torch.testing.assert_close(out_NP[:, :n].T.cov(correction=0), left_P.diag(), atol=1e-3, rtol=0)


def test_images_of_one_colour_are_not_blown_up():
    whitening = Whitening(1, 1)
    whitening.adapt(torch.full((5, 1, 8, 8), 0.3))
    assert whitening(torch.full((1, 1, 8, 8), 0.3)).abs().max() < 1e-3
    assert whitening(torch.full((1, 1, 8, 8), 0.5)).abs().max() < 1e3


def test_before_it_is_adapted_it_gives_the_pixels_and_their_negatives():
    x_BCHW = torch.rand(2, 3, 5, 5)
    out = Whitening(3, 1)(x_BCHW)
    torch.testing.assert_close(out, torch.cat([first := _patches(x_BCHW), -first], dim=1))


def _patches(x_BCHW):
    return functional.unfold(x_BCHW, 2).unflatten(2, (x_BCHW.shape[2] - 1, x_BCHW.shape[3] - 1))


def test_the_whitening_does_not_learn_and_is_kept_with_the_weights():
    net = VGGSpec(widths=(4,)).build((8, 8, 1), 2)
    assert {"features.1.kernel", "features.1.bias"} <= set(net.state_dict())
    assert not any("features.1" in name for name, _ in net.named_parameters())


@pytest.mark.parametrize(
    ("side", "stride", "left"),
    [(8, None, 3), (28, None, 3), (32, None, 3), (47, None, 5), (48, None, 3), (64, None, 4), (64, 1, 7)],
)
def test_small_images_keep_their_pixels(side, stride, left):
    net = VGGSpec(widths=(2, 2, 2), stride=stride).build((side, side, 1), 2)
    assert net.features[:-1](torch.rand(2, 1, side, side)).shape[-1] == left


@pytest.mark.parametrize(("side", "pooled"), [(1, []), (5, []), (7, [1]), (13, [0, 1]), (27, [0, 1, 2]), (63, [0, 1, 2])])
def test_groups_pool_as_often_as_the_size_bears(side, pooled):
    assert list(_pooled_groups(side, 3)) == pooled


def test_a_convolution_begins_as_the_identity_of_what_it_can_pass_on():
    convolution = next(m for m in VGGSpec(widths=(12,)).build((8, 8, 1), 2).features[3] if isinstance(m, nn.Conv2d))
    x_BCHW = torch.rand(2, 8, 5, 5)
    torch.testing.assert_close(convolution(x_BCHW)[:, :8], x_BCHW)
    assert convolution(x_BCHW)[:, 8:].abs().max() > 0


def test_the_widths_and_the_depth_are_those_of_the_spec():
    net = VGGSpec(widths=(5, 7), depth=3).build((28, 28, 1), 2)
    assert [m.out_channels for m in net.features.modules() if isinstance(m, nn.Conv2d)] == [5, 5, 5, 7, 7, 7]


@pytest.mark.parametrize(
    "wrong", [{"widths": ()}, {"widths": (4, 0)}, {"depth": 0}, {"depth": 1.5}, {"stride": 0}, {"dropout": 1.0}]
)
def test_what_no_net_can_be_is_refused(wrong):
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        VGGSpec(**wrong).build((8, 8, 1), 2)
