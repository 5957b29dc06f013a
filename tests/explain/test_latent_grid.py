"""A square of codes lies over the scatter the same way up; what is drawn from it is what the model draws."""

import numpy as np
import pytest
from scipy.stats import norm

from tasvir.contracts.errors import BadInputError
from tasvir.explain.latent_grid import draw_codes, latent_grid


def test_it_lies_over_the_scatter_the_same_way_up():
    """Drawn as a picture, up is a larger y and right a larger x, as at the axes of a scatter."""
    grid = latent_grid(5, scale=1.5)
    assert grid.shape == (5, 5, 2)
    assert (grid[0, :, 1] == 1.5).all()
    assert (grid[-1, :, 1] == -1.5).all()
    assert (grid[:, 0, 0] == -1.5).all()
    assert (grid[:, -1, 0] == 1.5).all()
    assert grid[0, :, 0].tolist() == np.linspace(-1.5, 1.5, 5).tolist()
    assert grid[:, 0, 1].tolist() == np.linspace(1.5, -1.5, 5).tolist()
    assert (grid[2, 2] == 0).all()


def test_quantiles_are_the_middles_of_equally_probable_slices():
    x = latent_grid(4, spacing="quantile")[0, :, 0]
    assert norm.cdf(x) == pytest.approx([1 / 8, 3 / 8, 5 / 8, 7 / 8], abs=1e-6)
    assert (latent_grid(4, spacing="quantile")[0, :, 1] == x[-1]).all()
    assert (latent_grid(4, scale=9, spacing="quantile") == latent_grid(4, spacing="quantile")).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"n": 1}, "n=1: give a whole number of at least 2"),
        ({"n": 2.0}, "n=2.0"),
        ({"scale": 0}, "scale=0: give a number above 0"),
        ({"scale": float("inf")}, "scale=inf"),
        ({"spacing": "log"}, "spacing='log': give one of even, quantile"),
    ],
)
def test_bad_squares_are_refused(words, said):
    with pytest.raises(BadInputError, match=said):
        latent_grid(**words)


class Painter:
    """Draws the sum of a code on every pixel."""

    def __init__(self, scale: float, shape: tuple[int, ...] = (2, 3)):
        self.space_ = type("Space", (), {"scale": scale})
        self.shape = shape

    def inverse_transform(self, codes):
        return np.broadcast_to(codes.sum(1).reshape(-1, *[1] * len(self.shape)) * self.space_.scale, (len(codes), *self.shape))


@pytest.mark.parametrize("scale", [255.0, 1.0])
def test_what_is_drawn_keeps_its_pattern_and_units(scale):
    codes = np.array([[[0.0, 0.0], [0.2, 0.2]], [[0.6, 0.4], [2.0, 0.0]], [[-1.0, 0.0], [0.5, 0.0]]])
    drawn = draw_codes(Painter(scale), codes)
    assert drawn.shape == (3, 2, 2, 3)
    assert drawn.dtype == np.uint8
    assert drawn[..., 0, 0].tolist() == [[0, 102], [255, 255], [0, 128]]


def test_a_transformer_of_flat_numbers_draws_no_images():
    with pytest.raises(BadInputError, match="fitted on flat X"):
        draw_codes(Painter(1.0, (6,)), [[0.0, 0.0]])
