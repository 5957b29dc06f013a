"""What explains the ladder, and which classes are found: sentences from the records."""

import math
from collections.abc import Sequence

from tasvir.report.cells import Reading
from tasvir.report.numbers import decimal, percent
from tasvir.report.rows import Row, find
from tasvir.report.words.message import Sentence, say

#: How many times as large an error of the drawings is clearly larger; trainings of one kind differ by a twentieth on MNIST.
CLEARLY = 1.25
#: Steps whose classes are told.
TOLD = ("a", "d", "e")


def decay_sentence(drawn: Sequence[Row]) -> Sentence | None:
    """What the decay in the gradient does to the autoencoder."""
    given, repaired = find(drawn, "given"), find(drawn, "repaired")
    if given is None or repaired is None:
        return None
    shown = {
        "given": given.alone("reconstruction_mse"),
        "repaired": repaired.alone("reconstruction_mse"),
        "spread": given.alone("code_sd"),
        "repaired_spread": repaired.alone("code_sd"),
    }
    if given.value("reconstruction_mse") < CLEARLY * repaired.value("reconstruction_mse"):
        return say(
            "The decay in the gradient hardly harms the drawings here: an error of {given} with it and of {repaired} beside it; "
            "the codes spread by {spread} and {repaired_spread}.",
            **shown,
        )
    return say(
        "The decay in the gradient costs the drawings: an error of {given} instead of {repaired}. A mean over all pixels has "
        "small gradients, Adam divides gradient and decay alike by their size, and so even a small decay rules; the codes spread "
        "by {spread} instead of {repaired_spread}.",
        **shown,
    )


def least_loss(n_classes: int) -> float:
    """The least cross-entropy of a softmax of probabilities: as those lie in 0..1, the true class gets e of e + K - 1 at most."""
    return math.log(math.e + n_classes - 1) - 1


def softmax_sentence(given: Row | None, n_classes: int) -> Sentence | None:
    """Where the loss of a second softmax ends, and below what it cannot fall."""
    curve = None if given is None else given.first.curve("loss")
    if given is None or curve is None or "train" not in curve.series or n_classes < 2:
        return None
    ended = Reading(curve.series["train"][-1], record=curve.record)
    return say(
        "With a softmax before the cross-entropy's own the loss of {n} classes cannot fall below {least}, however right the "
        "classifier is; it ended at {ended}. Where it is sure and wrong, the gradient all but vanishes.",
        n=decimal(Reading(n_classes, record=given.first.record("loss")), 0),
        least=decimal(Reading(least_loss(n_classes)), 3),
        ended=decimal(ended, 3),
    )


def class_sentences(rows: Sequence[Row], names: Sequence[str]) -> list[Sentence]:
    """The classes that are found most and least often, of the first training of some steps."""
    return [said for row in rows if row.arm in TOLD and (said := _classes(row, names)) is not None]


def _classes(row: Row, names: Sequence[str]) -> Sentence | None:
    recalls = sorted(row.first.readings("recall"), key=lambda reading: reading.value)
    if len(recalls) < 2:
        return None
    worst, best = recalls[0], recalls[-1]
    if worst.value == best.value:
        return say("{net} finds all classes equally often, {most}.", net=row.name.alone, most=percent(best))
    return say(
        "{net} finds class {best} most often, {most}, and class {worst} least often, {least}.",
        net=row.name.alone,
        best=_class(best, names),
        worst=_class(worst, names),
        most=percent(best),
        least=percent(worst),
    )


def _class(reading: Reading, names: Sequence[str]) -> str:
    label = int(reading.labels["class"])
    return names[label] if label < len(names) else str(label)
