"""The arms of the study of GANs: what is varied, and against which arm each is held."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from tasvir.models.levers import LEVERS, LeversSpec
from tasvir.nets.anatomy import n_parameters
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.pair import PairSpec
from tasvir.nets.shapes import halvings

Net = FCGANSpec | DCGANSpec | PairSpec
Shape = tuple[int, int, int]

#: Hidden layers of the dense generators, and how many transposed convolutions the others have.
DENSE_DEPTHS = ((256, 512), (128, 256, 512), (128, 256, 512, 1024))
CONV_DEPTHS = (1, 2, 3, 4)
#: Standard deviations of the instance noise, images from -1 to 1.
NOISES = (0.0, 0.1, 0.2, 0.4)
#: Transposed convolutions of the generator that noise is tried on: 8 pixels a side bear so many.
NOISE_DEPTH = 3
#: Epochs that the discriminator is trained ahead.
AHEAD = (0, 1, 3, 10)
#: The training of the first papers: no lever at all, the last state of the generator.
NOTHING = LEVERS["none"]


@dataclass(frozen=True)
class Arm:
    """One recipe: an id, both players, their loss and levers; `against` is the arm that it is held against."""

    name: str
    net: Net
    levers: LeversSpec = LEVERS["balanced"]
    loss: str = "non_saturating"
    against: str | None = None


def arms_of(vary: str, image_shape: Shape, *, n_latents: int, n_labels: int, max_epochs: int) -> list[Arm]:
    """The arms of one question, for images of this shape (height, width, channels)."""
    if vary == "depth":
        return list(_depths(most_depth(image_shape)))
    if vary == "noise":
        return list(_noises(max_epochs))
    if vary == "balance":
        return list(_balances(image_shape, max_epochs))
    if vary == "loss":
        return list(_losses())
    return list(_nets(image_shape, n_latents, n_labels))


def most_depth(image_shape: Shape) -> int:
    """Transposed convolutions after which one pixel is left, at most 4."""
    return min(max(CONV_DEPTHS), halvings(min(image_shape[:2]), 10).index(1))


def _depths(most: int) -> Iterator[Arm]:
    """Held against three hidden layers, and two transposed convolutions."""
    for hidden in DENSE_DEPTHS:
        name = f"fcgan-{len(hidden)}"
        yield Arm(name, FCGANSpec(generator=hidden), against=_other("fcgan-3", name))
    for depth in CONV_DEPTHS[:most]:
        yield Arm(f"dcgan-{depth}", DCGANSpec(depth=depth), against=_other("dcgan-2", f"dcgan-{depth}"))


def _other(arm: str, own: str) -> str | None:
    return None if arm == own else arm


def _noises(max_epochs: int) -> Iterator[Arm]:
    """Constant, and falling to nothing by the last epoch."""
    for family, net in (("fcgan", FCGANSpec()), ("dcgan", DCGANSpec(depth=NOISE_DEPTH))):
        for sd in NOISES:
            for course, epochs in (("constant", None), ("falling", max_epochs)):
                levers = replace(NOTHING, instance_noise=sd, noise_epochs=epochs)
                if sd:
                    yield Arm(f"{family}-noise-{sd:g}-{course}", net, levers, against=f"{family}-noise-0")
            if not sd:
                yield Arm(f"{family}-noise-0", net, NOTHING)


def _balances(image_shape: Shape, max_epochs: int) -> Iterator[Arm]:
    """Each lever alone against none; at last those that are the default."""
    judging = DCGANSpec().widths(image_shape)[1]
    stronger = DCGANSpec(discriminator=tuple(2 * width for width in judging), dense=2 * DCGANSpec().dense)
    levers = {
        "noise": replace(NOTHING, instance_noise=0.2, noise_epochs=max_epochs),
        "label-noise": replace(NOTHING, label_noise=0.05),
        "two-rates": replace(NOTHING, discriminator_rate=4.0),
        "generator-steps": replace(NOTHING, generator_steps=3),
        "smoothing": replace(NOTHING, smoothing=0.1),
        "spectral-norm": replace(NOTHING, spectral_norm=True),
        "shift": replace(NOTHING, shift=0.1),
        "penalty": replace(NOTHING, r1=LEVERS["balanced"].r1),
        "average": replace(NOTHING, ema=LEVERS["balanced"].ema),
        "default": LEVERS["balanced"],
    }
    yield Arm("balance-none", DCGANSpec(), NOTHING)
    yield Arm("balance-stronger", stronger, NOTHING, against="balance-none")
    for name, lever in levers.items():
        yield Arm(f"balance-{name}", DCGANSpec(), lever, against="balance-none")


def _losses() -> Iterator[Arm]:
    """Both first losses with a discriminator that is ahead, each pair held against each other; and the other losses."""
    for ahead in AHEAD:
        levers = replace(NOTHING, discriminator_ahead=ahead)
        yield Arm(f"loss-saturating-{ahead}", DCGANSpec(), levers, "saturating")
        yield Arm(f"loss-non_saturating-{ahead}", DCGANSpec(), levers, against=f"loss-saturating-{ahead}")
    for loss in ("least_squares", "hinge"):
        yield Arm(f"loss-{loss}", DCGANSpec(), NOTHING, loss, against="loss-non_saturating-0")
    both = replace(NOTHING, r1=1.0, r2=1.0)
    yield Arm("loss-relativistic", DCGANSpec(), both, "relativistic", against="loss-non_saturating-0")


def _nets(image_shape: Shape, n_latents: int, n_labels: int) -> Iterator[Arm]:
    """Dense and convolutional pairs of as many parameters a player, and the dense generator against convolutions."""
    conv = DCGANSpec()
    dense = as_many_parameters(conv, image_shape, n_latents=n_latents, n_labels=n_labels)
    yield Arm("net-conv", conv)
    yield Arm("net-dense", dense, against="net-conv")
    yield Arm("net-mixed", PairSpec(dense, conv), against="net-conv")


def as_many_parameters(conv: DCGANSpec, image_shape: Shape, *, n_latents: int, n_labels: int) -> FCGANSpec:
    """Dense players with about as many parameters as these: the widths of the default ones, all scaled alike."""

    def count(spec: DCGANSpec | FCGANSpec, player: str) -> int:
        with torch.device("meta"):  # only the shapes are wanted
            return n_parameters(getattr(spec.build(image_shape, n_latents, n_labels), player))

    def nearest(player: str) -> tuple[int, ...]:
        asked, widths = count(conv, player), _scaled(getattr(FCGANSpec(), player))

        def size(of: tuple[int, ...]) -> int:
            return count(FCGANSpec(**{player: of}), player)

        place = bisect_left(widths, asked, key=size)
        return min(widths[max(0, place - 1) : place + 1], key=lambda of: abs(size(of) - asked))

    return FCGANSpec(nearest("generator"), nearest("discriminator"))


def _scaled(widths: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The same in steps of two units of the narrowest, from a sixteenth to four times."""
    narrowest = min(widths)
    return [tuple(width * units // narrowest for width in widths) for units in range(narrowest // 16, 4 * narrowest, 2)]
