"""Players that see all pixels at once (Goodfellow et al. 2014). Legend: B batch, C channels, H W pixels, Z latents."""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.players import Discriminator, Generator, Players, Signed
from tasvir.nets.shapes import check_sizes

#: Slope of the rectifier below 0, as in the DCGAN paper: a player that is silent there gives the other no gradient.
LEAK = 0.2


@dataclass(frozen=True)
class FCGANSpec:
    """What are two players without any idea of neighbouring pixels?

    Linear layers with a leaky ReLU between them; the generator's with batch norm.

    Parameters
    ----------
    generator : tuple of int, default=(128, 256, 512)
        Units of the generator's hidden layers, from the noise to the image.
    discriminator : tuple of int, default=(512, 256)
        Units of the discriminator's hidden layers, from the image to the score.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, when a GAN is fitted.

    References
    ----------
    I. Goodfellow et al., *Generative adversarial nets*, NIPS 2014; ours has leaky ReLU and batch norm in place of maxout.

    Examples
    --------
    >>> from tasvir import GAN, FCGANSpec
    >>> GAN(net=FCGANSpec(generator=(256, 512))).get_params()["net__generator"]
    (256, 512)
    """

    generator: tuple[int, ...] = (128, 256, 512)
    discriminator: tuple[int, ...] = (512, 256)

    def build(self, image_shape: tuple[int, int, int], n_latents: int, n_labels: int) -> Players:
        """Players for images (height, width, channels) of `n_labels` classes (0: without labels)."""
        check_sizes(self, generator=self.generator, discriminator=self.discriminator)
        height, width, channels = image_shape
        n_numbers = math.prod(image_shape)
        drawing = [n_latents + n_labels, *self.generator]
        hidden = [layer for fans in pairwise(drawing) for layer in _normed(*fans)]
        image = [nn.Linear(drawing[-1], n_numbers), Signed(), nn.Unflatten(1, (channels, height, width))]
        judging = [n_numbers, *self.discriminator]
        features = [layer for fans in pairwise(judging) for layer in (nn.Linear(*fans), nn.LeakyReLU(LEAK))]
        return Players(
            Generator(nn.Sequential(*hidden, *image), n_labels),
            Discriminator(nn.Sequential(nn.Flatten(), *features), judging[-1], n_labels),
        )


def _normed(fan_in: int, fan_out: int) -> list[nn.Module]:
    return [nn.Linear(fan_in, fan_out), nn.BatchNorm1d(fan_out), nn.LeakyReLU(LEAK)]
