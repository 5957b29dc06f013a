"""The classifier as a cell, beside its baselines: all are fitted on the same images and scored once on the same test images."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.classification import score_classifier
from tasvir.measures.temperature import log_probabilities, softened
from tasvir.records.record import Record, array, facts
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families.baselines import BASELINES, baseline_work
from tasvir.studies.families.final_net import final_work, fit_final
from tasvir.studies.inside import Inside, loss_curve, measured

#: Wrong test images that are kept to be shown.
MOST_MISTAKES = 15


def classifier_cells(data: Dataset, pixels_seen: float, seed: int, *, most_epochs: int, n_seeds: int) -> list[Cell]:
    """One classifier a seed, and the baselines."""
    epochs = recipes.epochs_for(data, pixels_seen, fewest=4, most=most_epochs)
    parameters = {"max_epochs": epochs, **recipes.classifier_pace(data.counts["train"])}
    work = final_work(partial(recipes.classifier, **parameters), data, epochs)
    nets = [Cell(f"classifier/{s}", classify, parameters, s, work=work) for s in range(seed, seed + n_seeds)]
    costs = baseline_work(data)
    return [*nets, *(Cell(f"baseline/{name}", function, {}, seed, work=costs[name]) for name, function in BASELINES.items())]


def classify(inside: Inside, *, max_epochs: int, batch_size: int, learning_rate: float) -> Iterator[Record]:
    """A small convolution net, its augmentation chosen on training images."""
    from tasvir.nets.augment import AUGMENTS

    augment, found = recipes.augmentation(inside.data, inside.seed)
    recipe = partial(
        recipes.classifier,
        max_epochs=max_epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        augment=augment,
        seed=inside.seed,
    )
    final = fit_final(inside, recipe)
    net, watched = final.net, final.watched
    yield final.fit_s
    yield from (loss_curve(watched.history_, name) for name in ("loss", "accuracy"))
    probabilities = net.predict_proba(inside.data.part("test")[0])
    wrong = surest_mistakes(inside.data, probabilities)
    yield from inside.score(probabilities)
    if final.temperature is not None:
        yield from scaled_scores(inside.data, probabilities, final.temperature)
    yield array("mistakes", inside.data.part("test")[0][[told["index"] for told in wrong]])
    yield inside.keep(net, "classifier")
    yield facts(
        {
            "mistakes": wrong,
            "n_valid": final.n_valid,
            "n_fitted": final.n_fitted,
            "n_parameters": sum(p.numel() for p in net.net_.parameters()),
            "epochs": len(net.history_),
            "trained_again": watched is not net,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "augment": augment,
            "max_shift": AUGMENTS[augment].max_shift,
            "mirror": dataclasses.asdict(found),
            "temperature": final.temperature,
        }
    )


def scaled_scores(data: Dataset, probabilities: np.ndarray, temperature: float) -> Iterator[Record]:
    """Log-loss and Brier score on the test images once the probabilities have this temperature; no answer changes by it."""
    scaled = softened(log_probabilities(probabilities), temperature)
    found = score_classifier(data.targets("test")[0], scaled, data.cases("test"))
    yield from (measured(f"{name}_scaled", found[name]) for name in ("log_loss", "brier"))


def surest_mistakes(data: Dataset, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """The test images that are wrongly classified, the surest first: where each stands, its name, classes and probability."""
    y, predicted = data.targets("test")[0], probabilities.argmax(1)
    wrong, names = np.flatnonzero(predicted != y), data.names[data.split == "test"]
    order = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")][:MOST_MISTAKES]
    return [
        {
            "index": int(row),
            "name": str(names[row]),
            "true": int(y[row]),
            "predicted": int(predicted[row]),
            "probability": float(probabilities[row, predicted[row]]),
        }
        for row in order
    ]
