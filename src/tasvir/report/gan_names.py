"""What a page calls the arms of the study of GANs."""

from collections.abc import Iterator

from tasvir.report.name import Name
from tasvir.report.numbers import count, plain
from tasvir.report.words.message import Sentence, Words, say, say_n

_FAMILIES = {"fcgan": say("FCGAN"), "dcgan": say("DCGAN")}
#: Arms of one lever each.
_LEVERS = {
    "none": Name(say("No lever"), say("no lever")),
    "stronger": Name(say("Stronger discriminator"), say("a stronger discriminator")),
    "noise": Name(say("Noise that falls"), say("noise that falls")),
    "label-noise": Name(say("Label noise"), say("label noise")),
    "two-rates": Name(say("Two learning rates"), say("two learning rates")),
    "generator-steps": Name(say("3 generator steps"), say("3 generator steps")),
    "smoothing": Name(say("One-sided label smoothing"), say("one-sided label smoothing")),
    "spectral-norm": Name(say("Spectral norm"), say("spectral norm")),
    "shift": Name(say("Differentiable shifts"), say("differentiable shifts")),
    "penalty": Name(say("R1 penalty"), say("the R1 penalty")),
    "average": Name(say("Averaged generator"), say("the averaged generator")),
    "default": Name(say("Default levers"), say("the default levers")),
}
_LOSSES = {
    "saturating": say("Saturating"),
    "non_saturating": say("Non-saturating"),
    "least_squares": say("Least squares"),
    "hinge": say("Hinge"),
    "relativistic": say("Relativistic, R1 and R2"),
}
_NETS = {
    "conv": Name(say("DCGAN pair"), say("the DCGAN pair")),
    "dense": Name(say("FCGAN pair"), say("the FCGAN pair")),
    "mixed": Name(say("FCGAN against DCGAN"), say("FCGAN's generator against DCGAN's discriminator")),
}
_NOISES, _AHEAD = (0.1, 0.2, 0.4), (1, 3, 10)


def gan_names() -> dict[str, Name]:
    """id of an arm -> its name."""
    found = dict(_arms())
    found |= {f"balance-{key}": name for key, name in _LEVERS.items()}
    found |= {f"net-{key}": name for key, name in _NETS.items()}
    return {f"gan/{key}": name for key, name in found.items()} | {
        "gan/real": Name(say("Real images"), say("real images")),
        "gan/gaussian": Name(say("Gaussian sampler"), say("the Gaussian sampler")),
    }


def _arms() -> Iterator[tuple[str, Name]]:
    for depth in (1, 2, 3, 4):
        layers, steps = count(depth), count(depth)
        yield f"fcgan-{depth}", _same(say_n("FCGAN, {n} hidden layer", "FCGAN, {n} hidden layers", n=layers))
        yield (
            f"dcgan-{depth}",
            _same(say_n("DCGAN, {n} transposed convolution", "DCGAN, {n} transposed convolutions", n=steps)),
        )
    for family, title in _FAMILIES.items():
        yield f"{family}-noise-0", _same(say("{net} without noise", net=title))
        for sd in _NOISES:
            shown: dict[str, Words] = {"net": title, "sd": plain(sd)}
            yield f"{family}-noise-{sd:g}-constant", _same(say("{net}, noise {sd}", **shown))
            yield f"{family}-noise-{sd:g}-falling", _same(say("{net}, noise {sd} that falls", **shown))
    for loss, title in _LOSSES.items():
        yield f"loss-{loss}", _same(title)
        yield f"loss-{loss}-0", _same(title)
        for ahead in _AHEAD:
            lead = say_n("{loss}, {n} epoch ahead", "{loss}, {n} epochs ahead", loss=title, n=count(ahead))
            yield f"loss-{loss}-{ahead}", _same(lead)


def _same(words: Sentence) -> Name:
    return Name(words, words)
