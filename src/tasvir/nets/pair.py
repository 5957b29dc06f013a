"""A generator of one kind against a discriminator of another."""

from dataclasses import dataclass, field

from tasvir.contracts.errors import BadInputError
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.players import Players

Spec = DCGANSpec | FCGANSpec


@dataclass(frozen=True)
class PairSpec:
    """Which generator plays against which discriminator?

    Parameters
    ----------
    generator : FCGANSpec or DCGANSpec, default=FCGANSpec()
        Its generator is taken.
    discriminator : FCGANSpec or DCGANSpec, default=DCGANSpec()
        Its discriminator is taken.

    Raises
    ------
    BadInputError
        What either of them refuses, when a GAN is fitted.

    Notes
    -----
    Both are built whole, and half of each is used.

    Examples
    --------
    >>> from tasvir import DCGANSpec, FCGANSpec, GAN, PairSpec
    >>> GAN(net=PairSpec(FCGANSpec(generator=(64,)), DCGANSpec())).net.generator.generator
    (64,)
    """

    generator: Spec = field(default_factory=FCGANSpec)
    discriminator: Spec = field(default_factory=DCGANSpec)

    def build(self, image_shape: tuple[int, int, int], n_latents: int, n_labels: int) -> Players:
        """Players for images (height, width, channels) of `n_labels` classes (0: without labels)."""
        for name in ("generator", "discriminator"):
            if type(getattr(self, name)) not in (DCGANSpec, FCGANSpec):
                raise BadInputError(f"PairSpec({name}={getattr(self, name)!r}): give a DCGANSpec or an FCGANSpec")
        drawing, judging = (spec.build(image_shape, n_latents, n_labels) for spec in (self.generator, self.discriminator))
        return Players(drawing.generator, judging.discriminator)
