"""The classifier class by class, without the test images that it may have learned, and the images that it is wrong about."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tasvir.report.cells import Reading
from tasvir.report.document import Figure, Table, figure, table
from tasvir.report.numbers import count, percent
from tasvir.report.plots.pictures import pictures_with_words
from tasvir.report.quantities import quantity
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Shown, Words, say

#: The class that a test is for, where there are two.
POSITIVE = 1


def classes_table(net: View | None, names: Sequence[str]) -> Table | None:
    """Recall and precision of every class, of the first net."""
    if net is None:
        return None
    rows = (
        (_name(names, recall.labels["class"]), count(recall.n, recall.record), percent(recall), percent(precision))
        for recall, precision in zip(net.readings("recall"), net.readings("precision"), strict=True)
    )
    caption = say(
        "Each class of the test images, with 95 % intervals. Recall (sensitivity): of the images of the class, the share "
        "that is found. Precision (predictive value): of the images that are taken for the class, the share that is of it; it "
        "holds where classes are as frequent as in this test set. Independent cases are images; those of one given group, or of "
        "equal pixels, count as one."
    )
    return table(
        "classes",
        caption,
        columns=(say("Class"), say("Independent cases"), *(quantity(name).title for name in ("recall", "precision"))),
        rows=rows,
    )


def screening_sentence(net: View, names: Sequence[str]) -> Sentence | None:
    """The four shares that a clinician asks for, where there are two classes."""
    recalls, precisions, confusion = net.readings("recall"), net.readings("precision"), net.array("confusion")
    if len(recalls) != 2 or confusion is None:
        return None
    positive, negative = POSITIVE, 1 - POSITIVE
    n = int(confusion.sum())
    frequency = Reading(float(confusion[positive].sum()) / n, n=n, record=net.record("confusion"))
    return say(
        "With {positive} as the positive class, {net} has a sensitivity of {sensitivity}, a specificity of {specificity}, "
        "a positive predictive value of {ppv} and a negative predictive value of {npv}; predictive values hold where "
        "{frequency} of the images are {positive}, as here.",
        positive=_name(names, positive),
        net=net.inside,
        sensitivity=percent(recalls[positive]),
        specificity=percent(recalls[negative]),
        ppv=percent(precisions[positive]),
        npv=percent(precisions[negative]),
        frequency=percent(frequency),
    )


def unseen_sentence(net: View, unseen: View | None) -> Sentence | None:
    """The scores on the test images that have no duplicate in another part, where some have."""
    if unseen is None or not unseen.facts.get("n_duplicated"):
        return None
    return say(
        "{n} of the {all} test images have a duplicate among the training or validation images. On the others {net} reaches an "
        "accuracy of {accuracy} and a balanced accuracy of {balanced}.",
        n=unseen.count("n_duplicated"),
        all=unseen.count("n_test"),
        net=net.inside,
        accuracy=unseen.shown("accuracy"),
        balanced=unseen.shown("balanced_accuracy"),
    )


def mistake_sentence(net: View, names: Sequence[str]) -> Sentence | None:
    """The most frequent mistake, where it is more frequent than others by more than chance."""
    confusion = net.array("confusion")
    if confusion is None or confusion.sum() == confusion.trace() or not _stands_out(confusion):
        return None
    mistakes = confusion - np.diag(np.diag(confusion))
    true, predicted = (int(place) for place in np.unravel_index(np.argmax(mistakes), mistakes.shape))
    return say(
        "The most frequent mistake: {n} of {all} images of class {true} are taken for {predicted}.",
        n=count(confusion[true, predicted], net.record("confusion")),
        all=count(confusion[true].sum(), net.record("confusion")),
        true=_name(names, true),
        predicted=_name(names, predicted),
    )


def _stands_out(confusion: np.ndarray) -> bool:
    """Whether the most frequent mistake is more frequent than chance explains where all mistakes are equally probable (5 %)."""
    from scipy.stats import binom

    mistakes = confusion - np.diag(np.diag(confusion))
    n_kinds = mistakes.size - len(mistakes)
    chance = float(binom.sf(mistakes.max() - 1, mistakes.sum(), 1 / n_kinds))
    return n_kinds * chance < 0.05


def gallery(net: View, names: Sequence[str]) -> Figure | None:
    """The surest mistakes of the first net."""
    pictures, confusion = net.array("mistakes"), net.array("confusion")
    panels = [
        pictures_with_words("", image[None], [_told(told, names, net.record("mistakes"))])
        for image, told in zip(() if pictures is None else pictures, net.facts.get("mistakes", ()), strict=False)
    ]
    wrong = 0 if confusion is None else int(confusion.sum() - confusion.trace())
    below = say("Below each: what it is, what it is taken for, how surely, and its name.")
    caption = say("All test images that {net} is wrong about. {below}", net=net.inside, below=below)
    if len(panels) < wrong:
        numbers = {"n": count(len(panels)), "all": count(wrong, net.record("confusion"))}
        caption = say(
            "The {n} surest of {all} test images that {net} is wrong about. {below}", net=net.inside, below=below, **numbers
        )
    return figure("mistakes", caption, alt=say("Single images with words below."), panels=panels, panel_rem=7.5)


def _name(names: Sequence[str], label: int) -> str:
    """The word of a class; its number where the data card is missing."""
    return names[label] if label < len(names) else str(label)


def _told(told: dict[str, Any], names: Sequence[str], record: str) -> tuple[Words, ...]:
    true, predicted = (_name(names, told[key]) for key in ("true", "predicted"))
    probability = Shown("whole_percent", told["probability"], record)
    return true, say("→ {predicted}", predicted=predicted), probability, str(told["name"])
