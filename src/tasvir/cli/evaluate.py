"""`tasvir evaluate MODEL_DIR --data D`: a saved classifier on another set."""

from typing import Annotated, Any

import typer

from tasvir.cli.answer import Json, Table, answer, table
from tasvir.cli.options import takes_data
from tasvir.cli.rows import Data, ModelDir
from tasvir.contracts.plain import plain_text
from tasvir.data.options import LoadOptions

#: A confusion matrix of more classes does not fit a terminal.
MOST_CLASSES = 12


@takes_data
def evaluate(
    model_dir: ModelDir,
    *,
    data: Data,
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="train, val or test; may be given again.  [default: a given test, or that of the set it was fitted on; else all]"
        ),
    ] = None,
    as_json: Json = False,
    options: LoadOptions,
) -> None:
    """How good is a saved classifier on these images? Scores with 95 % intervals, confusion matrix, calibration."""
    from tasvir.apply.evaluate import evaluate as evaluate_classifier
    from tasvir.apply.intake import load_for
    from tasvir.models.folder import load_model

    model = load_model(model_dir)
    images = load_for(model, data, options, labelled=True)
    facts = evaluate_classifier(model, images, parts=part or (), seed=options.seed).facts()
    told = [f"{facts['n']} {' and '.join(facts['parts'])} images of {images.name}; classes matched {facts['matched']}"]
    rule = images.card.split_rule
    if getattr(model, "fitted_on_", None) == images.fingerprint:
        told.append(f"The model was fitted on this very set; split {rule}.")
    elif images.card.drawn and part:
        told.append(f"Split {rule}. Where the model was fitted on this very set, give the seed of its fit.")
    elif images.card.drawn:
        told.append("The set has no split of its own, so all of it is scored. Where the model was fitted on this very set,")
        told.append("most of these images are no test: give the seed and the options of its fit.")
    words = [*told, "", *_scores(facts), "", *_classes(facts), "", *_confusion(facts), "", *_calibration(facts)]
    answer({"model": str(model_dir), "data": images.name, "split_rule": rule} | facts, words, as_json=as_json)


def _scores(facts: dict[str, Any]) -> list[Table]:
    rows = [
        {"score": name.replace("_", " "), "value": _share(score["value"]), "95 % interval": _interval(score)}
        for name, score in facts["scores"].items()
    ]
    return table(rows)


def _classes(facts: dict[str, Any]) -> list[str | Table]:
    """What is found of each class, and how far a prediction can be believed; with two classes in a clinician's words."""
    names = facts["class_names"]
    rows = [
        {
            "class": name,
            "recall": _share(score["recall"]["value"]),
            "95 % of it": _interval(score["recall"]),
            "precision": _share(score["precision"]["value"]),
            "95 % of that": _interval(score["precision"]),
        }
        for name, score in zip(names, facts["classes"], strict=True)
    ]
    if len(names) > MOST_CLASSES:
        return [f"Recall and precision of {len(names)} classes are in --json."]
    if len(names) > 2:
        return [*table(rows)]
    one, other = map(plain_text, names)
    said = f"With {other} as the positive class: its recall is the sensitivity, that of {one} the specificity;"
    return [*table(rows), f"{said} precisions are the predictive values, where classes are as frequent as here."]


def _confusion(facts: dict[str, Any]) -> list[str | Table]:
    names = facts["class_names"]
    if len(names) > MOST_CLASSES:
        return [f"The confusion matrix of {len(names)} classes is in --json."]
    rows = [{"true": name, **dict(zip(names, row, strict=True))} for name, row in zip(names, facts["confusion"], strict=True)]
    return ["Images by true class (rows) and predicted class (columns):", *table(rows)]


def _calibration(facts: dict[str, Any]) -> list[str | Table]:
    found = facts["calibration"]
    rows = [
        {
            "sure": f"{b['low']:.0%} to {b['high']:.0%}",
            "images": b["accuracy"]["n"],
            "mean": _share(b["confidence"]),
            "right": _share(b["accuracy"]["value"]),
            "95 % interval": _interval(b["accuracy"]),
        }
        for b in found["bins"]
    ]
    chance = f"perfect probabilities stay below {_share(found['by_chance'])} on so many images"
    return [f"Calibration error {_share(found['error'])} ({chance}):", *table(rows)]


def _share(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _interval(estimate: dict[str, Any]) -> str:
    return "" if estimate["low"] is None else f"{_share(estimate['low'])} to {_share(estimate['high'])}"
