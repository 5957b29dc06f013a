"""The two players of an adversarial training. Legend: B batch, C channels, H W pixels, Z latents, K classes, F features."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import is_parametrized, remove_parametrizations


class Players(nn.Module):
    """The `generator` and the `discriminator`: two nets that are built for each other."""

    def __init__(self, generator: "Generator", discriminator: "Discriminator"):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator


class Generator(nn.Module):
    """Noise z_BZ and labels y_B (where there are classes) -> x_BCHW in -1..1.

    The label joins the noise as a one-hot vector, which the first linear layer turns into an embedding of its own.
    """

    def __init__(self, layers: nn.Module, n_labels: int):
        super().__init__()
        self.layers, self.n_labels = layers, n_labels

    def forward(self, z_BZ: torch.Tensor, y_B: torch.Tensor | None = None) -> torch.Tensor:
        if self.n_labels and y_B is not None:
            z_BZ = torch.cat([z_BZ, functional.one_hot(y_B, self.n_labels).to(z_BZ.dtype)], dim=1)
        return self.layers(z_BZ)


class Discriminator(nn.Module):
    """x_BCHW in -1..1 and labels y_B (where there are classes) -> scores (B,): higher is more real.

    The label enters by projection (Miyato and Koyama 2018): the features' product with an embedding of the class is added.
    """

    def __init__(self, features: nn.Module, n_features: int, n_labels: int):
        super().__init__()
        self.features = features
        self.head = nn.Linear(n_features, 1)
        self.classes = nn.Linear(n_labels, n_features, bias=False) if n_labels else None

    def forward(self, x_BCHW: torch.Tensor, y_B: torch.Tensor | None = None) -> torch.Tensor:
        features_BF = self.features(x_BCHW)
        score_B = self.head(features_BF).squeeze(1)
        if self.classes is None or y_B is None:
            return score_B
        of_class_BK = functional.linear(features_BF, self.classes.weight.T)
        return score_B + of_class_BK.gather(1, y_B[:, None]).squeeze(1)


class Signed(nn.Module):
    """Any number to -1..1, in float32 whatever came before: bfloat16 has no number between 0.996 and 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.float().tanh()


def bound_slope(discriminator: nn.Module) -> None:
    """Divide the weight of each linear map by its largest singular value (Miyato et al. 2018); a convolution's as a matrix.

    So scores change slowly with the image: with dense layers and no labels never faster than the image does.
    """
    for layer in discriminator.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            spectral_norm(layer)


def keep_bound(discriminator: nn.Module) -> None:
    """The divided weights become plain ones, where there are any: such a net can be pickled."""
    for layer in discriminator.modules():
        if is_parametrized(layer):
            remove_parametrizations(layer, "weight")
