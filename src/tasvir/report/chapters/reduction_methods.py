"""How each way of reducing dimensions works, what it is good for, and when it misleads; as in docs/handbook/reduction.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasvir.report.chapters.reduction_rows import RAW, Row
from tasvir.report.names import name_of
from tasvir.report.words.message import Sentence, say


@dataclass(frozen=True)
class About:
    """What a reader should know of a method."""

    works: Sentence
    strong: Sentence
    weak: Sentence


_DENSE = say(
    "An encoder of dense layers squeezes the image into a few numbers, a decoder draws it again; both learn to make the drawing "
    "equal to the image."
)
_CONV = say(
    "The same with convolutions, which see neighbouring pixels together and know that a shape is the same wherever it stands."
)
ABOUT = {
    "pca": About(
        say("The plane of greatest variance: each number is a weighted sum of the pixels."),
        say("By far the fastest; it draws images, and its first numbers are the code of fewer."),
        say(
            "It sees straight lines alone, so a few numbers hold little of curved data; it misleads where the greatest variance, "
            "of light or place, has nothing to do with the classes."
        ),
    ),
    "isomap": About(
        say("Neighbours span a graph; the numbers keep the shortest paths along it, fitted on at most 2,000 images."),
        say("It unrolls curved surfaces that PCA cuts through, and needs no training."),
        say(
            "Time and memory grow with the square of the images, hence the 2,000; one false neighbour is a bridge that bends the "
            "whole map, and it cannot draw images."
        ),
    ),
    "landmark_isomap": About(
        say("Isomap of all images: paths are searched from some of them, the landmarks, alone."),
        say(
            "It sees every training image; up to 2,000 it is Isomap, and from there its memory grows with images times "
            "landmarks, not the square."
        ),
        say("False bridges mislead it as they do Isomap; it cannot draw images, and too few landmarks blur the map."),
    ),
    "autoencoder_dense": About(
        _DENSE,
        say("A few numbers hold more than those of PCA; it draws images, and new ones cost next to nothing."),
        say(
            "It is slow to train, differs from seed to seed, and nothing asks near codes to be of one class: a low error is no "
            "promise of accuracy. Few images are learned by heart."
        ),
    ),
    "autoencoder_conv": About(
        _CONV,
        say(
            "It mostly draws better than a dense net with as many numbers, above all colour images; from 28 pixels a side on it "
            "has fewer weights."
        ),
        say("It is slow without an accelerator, and what it knows of neighbouring pixels is of no use for other data."),
    ),
    "vae_dense": About(
        say("The dense autoencoder, whose code is a cloud: the net pays for every number that it uses."),
        say("The clouds draw codes together, so that a small step between codes is a small step between images."),
        say(
            "It leaves numbers unused where they do not pay, so that a larger code may bring nothing; its pictures are blurred, "
            "and the weight of the price (beta) decides much."
        ),
    ),
    "vae_conv": About(
        say("The convolutional autoencoder, whose code is a cloud."),
        say("Both: it sees neighbouring pixels together, and a small step between codes is a small step between images."),
        say("It is as slow as the convolutional autoencoder, and leaves numbers unused as every VAE does."),
    ),
}


def methods_words(rows: Sequence[Row]) -> tuple[Sentence, ...]:
    """One entry a method of the run."""
    methods = [method for method in dict.fromkeys(row.method for row in rows) if method != RAW and method in ABOUT]
    return tuple(
        say(
            "{method}. {works} Strengths: {strong} Weaknesses: {weak}",
            method=name_of(f"reduction/{method}").alone,
            works=ABOUT[method].works,
            strong=ABOUT[method].strong,
            weak=ABOUT[method].weak,
        )
        for method in methods
    )
