"""Two players of any size: what they give, through which sizes they go, and what is refused."""

import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.players import bound_slope


def sizes(players, n_latents, n_labels=0):
    """The sizes that images have after each layer of the generator, and in the discriminator."""
    found = {"generator": [], "discriminator": []}
    for name, layers in (("generator", players.generator.layers), ("discriminator", players.discriminator.features)):
        for layer in layers:
            layer.register_forward_hook(lambda _, __, out, name=name: found[name].append(tuple(out.shape[2:])))
    y = torch.zeros(2, dtype=torch.long) if n_labels else None
    players.eval().discriminator(players.generator(torch.randn(2, n_latents), y), y)
    return {name: list(dict.fromkeys(size for size in seen if len(size) == 2)) for name, seen in found.items()}


@pytest.mark.parametrize(
    "shape", [(8, 8, 1), (9, 13, 3), (28, 28, 1), (27, 27, 1), (32, 32, 3), (63, 64, 3), (1, 7, 1), (2, 2, 1)]
)
@pytest.mark.parametrize("n_labels", [0, 3])
@pytest.mark.parametrize("spec", [DCGANSpec(), FCGANSpec(generator=(8, 16), discriminator=(16,))])
def test_an_image_of_the_asked_size_and_a_score(spec, shape, n_labels):
    height, width, channels = shape
    players = spec.build(shape, 5, n_labels)
    y = torch.tensor([0, 1, 2]) % n_labels if n_labels else None
    drawn = players.generator(torch.randn(3, 5), y)
    assert drawn.shape == (3, channels, height, width)
    assert drawn.abs().max() <= 1
    assert players.discriminator(drawn, y).shape == (3,)


def test_sizes_are_halved_rounded_up_and_come_back():
    found = sizes(DCGANSpec(depth=4, discriminator=(4, 4, 4, 4)).build((28, 28, 1), 5, 0), 5)
    assert [size for size in found["generator"] if size[0] in (2, 4, 7, 14, 28)] == [(2, 2), (4, 4), (7, 7), (14, 14), (28, 28)]
    assert found["discriminator"] == [(28, 28), (14, 14), (7, 7), (4, 4), (2, 2)]


@pytest.mark.parametrize(("side", "widths"), [(8, (32,)), (16, (32,)), (28, (64, 32)), (32, (64, 32)), (64, (128, 64, 32))])
def test_the_depth_suits_the_size(side, widths):
    assert DCGANSpec().widths((side, side, 1)) == (widths, widths[::-1])


def test_the_discriminator_is_the_same_whatever_the_generator():
    assert len({DCGANSpec(depth=depth).widths((28, 28, 1))[1] for depth in (1, 2, 3, 4, "auto")}) == 1


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (DCGANSpec(depth=4), r"depth=4.*at most 3 layers"),
        (DCGANSpec(generator=(8, 8, 8, 8)), r"depth=4.*at most 3 layers"),
        (DCGANSpec(discriminator=(4, 4, 4, 4)), r"discriminator=\(4, 4, 4, 4\).*at most 3"),
        (DCGANSpec(depth=2, generator=(8,)), "as many widths as depth"),
        (DCGANSpec(depth=0), "depth=0"),
        (DCGANSpec(depth="deep"), "'deep'.*'auto'"),
        (DCGANSpec(generator="wide"), "'wide'.*'auto'"),
        (DCGANSpec(generator=(8, 0)), r"generator=\(8, 0\)"),
        (DCGANSpec(dense=0), "dense="),
        (FCGANSpec(generator=()), "generator="),
        (FCGANSpec(discriminator=(1.5,)), "discriminator="),
    ],
)
def test_what_cannot_be_built_is_refused(spec, words):
    with pytest.raises(BadInputError, match=words):
        spec.build((8, 8, 1), 5, 2)


def test_three_halvings_of_8_pixels_are_no_more_than_one_pixel_once():
    assert DCGANSpec(depth=3).build((8, 8, 1), 5, 0)


def test_a_label_changes_what_is_drawn_and_the_score():
    players = DCGANSpec().build((8, 8, 1), 5, 3).eval()
    z, y = torch.randn(1, 5), torch.tensor([0])
    assert not torch.equal(players.generator(z, y), players.generator(z, y + 1))
    x = torch.rand(1, 1, 8, 8)
    assert not torch.equal(players.discriminator(x, y), players.discriminator(x, y + 1))


def test_projection_adds_the_product_with_the_class():
    judge = FCGANSpec(discriminator=(7,)).build((8, 8, 1), 5, 3).discriminator
    x, y = torch.rand(4, 1, 8, 8), torch.tensor([0, 2, 1, 2])
    features = judge.features(x)
    expected = judge.head(features)[:, 0] + (features * judge.classes.weight.T[y]).sum(1)
    torch.testing.assert_close(judge(x, y), expected)


def test_a_bounded_slope_is_at_most_the_product_of_leaks():
    """Every linear map has a largest singular value of 1, so scores change no faster than images."""
    torch.manual_seed(0)
    judge = FCGANSpec(discriminator=(32, 32)).build((8, 8, 1), 5, 0).discriminator
    torch.nn.init.normal_(judge.features[1].weight)
    bound_slope(judge)
    for _ in range(30):  # the power iteration takes a step at each look
        judge(torch.rand(2, 1, 8, 8))
    x = torch.rand(64, 1, 8, 8, requires_grad=True)
    (slope,) = torch.autograd.grad(judge.eval()(x).sum(), x)
    assert slope.flatten(1).norm(dim=1).max() <= 1.02
