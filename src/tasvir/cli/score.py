"""`tasvir score PREDICTIONS.csv`: predictions that were made with anything."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tasvir.cli.answer import Json, Table, answer, table
from tasvir.cli.scores import MOST_CLASSES, calibration_words, class_words, confusion_words, interval, score_words, share
from tasvir.contracts.plain import some


def score(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="A CSV file with a column label.")],
    *,
    against: Annotated[
        str | None, typer.Option(help="The arm that the others are compared with.  [default: the first in the file]")
    ] = None,
    part: Annotated[str | None, typer.Option(help="The rows to score, where the file has parts.  [default: test]")] = None,
    as_json: Json = False,
) -> None:
    """How good are these predictions, and does one arm beat another? For predictions from any framework."""
    from tasvir.apply.scored import score_predictions

    facts = score_predictions(predictions, part=part, against=against).facts()
    names, arms = facts["class_names"], facts["arms"]
    groups = "" if facts["groups"] is None else f" in {facts['groups']} groups"
    words: list[str | Table] = [f"{facts['n']} images{groups} of {len(names)} classes ({some(names, MOST_CLASSES)})", ""]
    words += _one(arms[0], names) if len(arms) == 1 else _several(arms)
    if facts["verdicts"]:
        words += ["", *_verdicts(facts["verdicts"])]
    answer({"predictions": str(predictions)} | facts, words, as_json=as_json)


def _one(arm: dict[str, Any], names: list[str]) -> list[str | Table]:
    words = [*score_words(arm["scores"]), "", *class_words(names, arm["classes"]), "", *confusion_words(names, arm["confusion"])]
    return [*words, "", *calibration_words(arm["calibration"])] if arm["calibration"] else words


def _several(arms: list[dict[str, Any]]) -> list[str | Table]:
    rows = [
        {key: arm[key] for key in ("arm", "seed") if any(one[key] for one in arms)}
        | {"score": name.replace("_", " "), "value": share(found["value"]), "95 % interval": interval(found)}
        for arm in arms
        for name, found in arm["scores"].items()
    ]
    return [*table(rows), "Classes, confusion matrices and calibration of each are in --json."]


def _verdicts(verdicts: list[dict[str, Any]]) -> list[str | Table]:
    rows = [
        {
            "arm": one["arm"],
            "against": one["against"],
            "difference": f"{one['d']:+.3f}",
            "interval": "" if one["low"] is None else f"{one['low']:+.3f} to {one['high']:+.3f}",
            "p": "" if one["p"] is None else f"{one['p']:.3f}",
            "verdict": one["outcome"] if one["refused"] is None else "refused",
        }
        for one in verdicts
    ]
    refused = list(dict.fromkeys(_refusal(one["refused"]) for one in verdicts if one["refused"]))
    return ["Differences in balanced accuracy; intervals and p by Holm's method for so many comparisons:", *table(rows), *refused]


def _refusal(refused: dict[str, Any]) -> str:
    """Why there is no verdict, in words."""
    if refused["what"] == "seeds":
        return (
            f"No verdict: {refused['n']} seed(s), {refused['fewest']} are needed (column seed): the luck of one training cannot "
            "be told from the recipe."
        )
    return f"No verdict: a class has {refused['n']} independent images, {refused['fewest']} are needed."
