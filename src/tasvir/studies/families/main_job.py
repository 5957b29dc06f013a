"""The main job, the study named `run`: what can be learned from these images? All chapters of the report."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some
from tasvir.studies.study import Study

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: Below it a fifth of the training images is too few to compare generated ones with (five neighbours of each).
FEWEST_IMAGES = 30
#: Below it an image has fewer pixels than a code has numbers.
SMALLEST_SIDE = 4


@dataclass(frozen=True)
class Profile:
    """How long to look: pixels shown to each net, most epochs of the classifier, seeds of it and of the evidence.

    In the evidence also: steps of the net that judges training sets, folds of the choice of the judge, more baselines.
    """

    autoencoder_pixels: float
    classifier_pixels: float
    classifier_epochs: int
    n_seeds: int
    evidence_seeds: int
    judge_steps: int
    judge_folds: int
    more_arms: bool


PROFILES = {
    "quick": Profile(240e6, 300e6, 20, n_seeds=1, evidence_seeds=5, judge_steps=400, judge_folds=3, more_arms=False),
    "standard": Profile(720e6, 600e6, 30, n_seeds=3, evidence_seeds=7, judge_steps=1000, judge_folds=5, more_arms=True),
    "full": Profile(2400e6, 1200e6, 40, n_seeds=5, evidence_seeds=10, judge_steps=1000, judge_folds=5, more_arms=True),
}


@dataclass(frozen=True)
class MainJobOptions:
    """The words of the main job."""

    profile: str = field(default="quick", metadata={"help": "How long to look: quick, standard or full."})

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise BadInputError(f"profile={self.profile!r} is not known: give one of {', '.join(PROFILES)}")


def main_job_cells(data: "Dataset", options: MainJobOptions, seed: int) -> "list[Cell]":
    """The cells of the main job, chapter by chapter."""
    from tasvir.studies.families import classifier_judge, classify, describe, evidence, evidence_judge, generate, represent

    n_train = data.counts["train"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: a run needs at least {FEWEST_IMAGES}, add images")
    if min(data.images.shape[1:3]) < SMALLEST_SIDE:
        size = " x ".join(map(str, data.images.shape[1:3]))
        raise BadInputError(f"{data.name} has images of {size} pixels: give images of at least {SMALLEST_SIDE} a side")
    _check_classes(data)
    how = PROFILES[options.profile]
    classifiers = classify.classifier_cells(
        data, how.classifier_pixels, seed, most_epochs=how.classifier_epochs, n_seeds=how.n_seeds
    )
    arms = evidence.evidence_cells(
        data, seed, how.evidence_seeds, steps=how.judge_steps, n_folds=how.judge_folds, more=how.more_arms
    )
    return [
        *describe.data_cells(data, seed),
        *represent.representation_cells(data, how.autoencoder_pixels, seed),
        *classifiers,
        classifier_judge.comparison_cell(classifiers, seed),
        classifier_judge.unseen_cell(classifiers[0], seed),
        *generate.generation_cells(data, how.autoencoder_pixels, seed),
        *arms,
        evidence_judge.verdict_cell(arms, seed, how.evidence_seeds),
    ]


def _check_classes(data: "Dataset") -> None:
    """What no training image shows cannot be learned, and no score of it would mean anything."""
    import numpy as np

    unknown = np.setdiff1d(data.targets("test")[0], data.targets("train")[0])
    if len(unknown):
        names = some(data.class_names[label] for label in unknown)
        raise BadInputError(
            f"{data.name} has test images of classes without training images ({names}): add training images of them, or take the "
            "classes out"
        )


STUDY = Study(
    name="run",
    question="What can be learned from these images?",
    options=MainJobOptions,
    cells=main_job_cells,
    chapters=(
        "tasvir.report.chapters.data_card",
        "tasvir.report.chapters.audit",
        "tasvir.report.chapters.representations",
        "tasvir.report.chapters.classifier",
        "tasvir.report.chapters.generation",
        "tasvir.report.chapters.evidence",
        "tasvir.report.chapters.appendix",
    ),
    assumptions=(
        "The test images were looked at once, by the finished models; every choice was made on training or validation images.",
        "Intervals are at 95 % and hold for the fitted model: they resample test images; those of one given group, or of equal "
        "pixels, count as one case.",
        "Means over seeds, reconstruction errors, coverage, density, recall, sharpness and numbers of copies have no interval; "
        "nor has any score where the test images are of fewer than 5 groups.",
        "A support vector machine is fitted on at most 10,000 training images, its settings chosen on 2,000 of them.",
        "Isomap sees at most 2,000 training images; every other method sees all of them.",
        "The classifier is fitted on all training and validation images for a number of epochs that is set before. A first "
        "training of as many, watched on the validation part or else on a tenth of the training images, gives its temperature "
        "and its curves. From 5,000 training images on it is trained once, and at most 500 of them are held out.",
        "Of autoencoders and VAEs the epoch of lowest validation loss is kept; without a validation part, a tenth of the "
        "training images is held out.",
        "k of k-NN is chosen by cross-validation on at most 10,000 training images.",
        "Who judges training sets is chosen by cross-validation on the training images that every arm begins with.",
        "Training images are mirrored only where k-NN among training images is above chance and does not mind (see the "
        "classifier's settings).",
    ),
)
