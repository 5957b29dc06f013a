"""How scores with their intervals are told in a terminal."""

from typing import Any

from tasvir.cli.answer import Table, table
from tasvir.contracts.plain import plain_text

#: A confusion matrix of more classes does not fit a terminal.
MOST_CLASSES = 12


def score_words(scores: dict[str, Any]) -> list[Table]:
    """A score a row, with its interval."""
    rows = [
        {"score": name.replace("_", " "), "value": share(score["value"]), "95 % interval": interval(score)}
        for name, score in scores.items()
    ]
    return table(rows)


def class_words(names: list[str], classes: list[dict[str, Any]]) -> list[str | Table]:
    """What is found of each class, and how far a prediction can be believed; with two classes in a clinician's words."""
    rows = [
        {
            "class": name,
            "recall": share(score["recall"]["value"]),
            "95 % of it": interval(score["recall"]),
            "precision": share(score["precision"]["value"]),
            "95 % of that": interval(score["precision"]),
        }
        for name, score in zip(names, classes, strict=True)
    ]
    if len(names) > MOST_CLASSES:
        return [f"Recall and precision of {len(names)} classes are in --json."]
    if len(names) > 2:
        return [*table(rows)]
    one, other = map(plain_text, names)
    said = f"With {other} as the positive class: its recall is the sensitivity, that of {one} the specificity;"
    return [*table(rows), f"{said} precisions are the predictive values, where classes are as frequent as here."]


def confusion_words(names: list[str], confusion: list[list[int]]) -> list[str | Table]:
    """Which class is taken for which, where the table fits a terminal."""
    if len(names) > MOST_CLASSES:
        return [f"The confusion matrix of {len(names)} classes is in --json."]
    rows = [{"true": name, **dict(zip(names, row, strict=True))} for name, row in zip(names, confusion, strict=True)]
    return ["Images by true class (rows) and predicted class (columns):", *table(rows)]


def calibration_words(found: dict[str, Any]) -> list[str | Table]:
    """Whether the probabilities mean what they say, bin by bin."""
    rows = [
        {
            "sure": f"{b['low']:.0%} to {b['high']:.0%}",
            "images": b["accuracy"]["n"],
            "mean": share(b["confidence"]),
            "right": share(b["accuracy"]["value"]),
            "95 % interval": interval(b["accuracy"]),
        }
        for b in found["bins"]
    ]
    chance = f"perfect probabilities stay below {share(found['by_chance'])} on so many images"
    return [f"Calibration error {share(found['error'])} ({chance}):", *table(rows)]


def share(value: float | None) -> str:
    """Three digits, as all scores are told."""
    return "undefined" if value is None else f"{value:.3f}"


def interval(estimate: dict[str, Any]) -> str:
    """Both ends; where there are none, why."""
    if estimate["low"] is None:
        return estimate["method"] if estimate["method"].startswith("no interval") else ""
    return f"{share(estimate['low'])} to {share(estimate['high'])}"
