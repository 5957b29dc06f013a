"""What every classifier net is made of: features and a head. Legend: B batch, C channels, H W pixels, F features, K classes."""

from dataclasses import dataclass

import torch
from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec

DROPOUT = Number(low=0, high=1, open_high=True)


class Trunk(nn.Module):
    """`features` (B, F) and a linear `head` (B, K)."""

    def __init__(self, features: nn.Module, n_features: int, n_outputs: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = features
        self.dropout = dropout_layer(dropout)
        self.head = nn.Linear(n_features, n_outputs)
        self.frozen = False

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return self.head(self.dropout(self.features(x_BCHW)))

    def freeze(self) -> None:
        """From now on only the head learns; the batch norms of the features keep their statistics, too."""
        self.frozen = True
        self.features.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> "Trunk":
        super().train(mode)
        if self.frozen:
            self.features.eval()
        return self


def dropout_layer(share: float) -> nn.Dropout:
    """Leaves out this share of the activations while training."""
    if not DROPOUT.holds(share):
        raise BadInputError(f"dropout={share!r}: give {DROPOUT.words}")
    return nn.Dropout(share)


@dataclass(frozen=True)
class EncoderTrunkSpec:
    """Which net begins with an encoder that was trained without labels?

    `ImageClassifier(pretrained=...)` makes it, as its `net_spec_`: the encoder, and a head on its codes.

    Parameters
    ----------
    encoder : ConvSpec or DenseSpec
        The net of the autoencoder.
    n_features : int
        Numbers in its codes, at least 1.

    Raises
    ------
    BadInputError
        A size of `encoder` that is no whole number of at least 1, when it is built.

    Notes
    -----
    The decoder that such a spec also describes is left out.

    Examples
    --------
    >>> from tasvir import ConvSpec, EncoderTrunkSpec
    >>> EncoderTrunkSpec(ConvSpec(filters=(8,)), n_features=5).build((8, 8, 1), n_outputs=3).head
    Linear(in_features=5, out_features=3, bias=True)
    """

    encoder: ConvSpec | DenseSpec
    n_features: int

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the codes."""
        features, _ = self.encoder.build(image_shape, self.n_features, self.n_features)
        return Trunk(features, self.n_features, n_outputs)
