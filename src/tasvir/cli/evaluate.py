"""`tasvir evaluate MODEL_DIR --data D`: a saved classifier on another set."""

from typing import Annotated

import typer

from tasvir.cli.answer import Json, Table, answer
from tasvir.cli.options import takes_data
from tasvir.cli.rows import Data, ModelDir
from tasvir.cli.scores import calibration_words, class_words, confusion_words, score_words
from tasvir.data.options import LoadOptions


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
    names = facts["class_names"]
    words: list[str | Table] = [*told, "", *score_words(facts["scores"]), "", *class_words(names, facts["classes"])]
    words += ["", *confusion_words(names, facts["confusion"]), "", *calibration_words(facts["calibration"])]
    answer({"model": str(model_dir), "data": images.name, "split_rule": rule} | facts, words, as_json=as_json)
