"""The cells of the study of codes: two autoencoders, five steps of a classifier, the same on other numbers, and their judge."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from tasvir.data.dataset import Dataset
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.verdict import FEWEST_SEEDS_FIXED, verdict
from tasvir.models.inner_split import inner_split
from tasvir.nets.anatomy import layers_of, n_parameters
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.families.as_given import DECAY, RATE, GivenClassification, Labelled, Pace, taught_as_given
from tasvir.studies.families.codes import drawing_error
from tasvir.studies.families.drawings import Drawings
from tasvir.studies.families.ladder_nets import autoencoder, classifier, told_of, tuned_classifier, watched_share
from tasvir.studies.families.verdicts import recorded_verdicts
from tasvir.studies.inside import Inside, loss_curve
from tasvir.studies.recipes import neighbour_search
from tasvir.studies.work import Fit, Seconds
from tasvir.train.hooks import Progress, StepLosses

#: Images that are drawn again on the page, and test images of a batch whose accuracy is told.
N_SHOWN, TEST_BATCH = 10, 100
#: The autoencoder that each step of the ladder stands on; the step, or the numbers, that each is held against.
STEPS = {"a": "given", "b": "given", "c-codes": "repaired", "c": "repaired", "d": "repaired", "e": "repaired"}
AGAINST = {"b": "a", "c-codes": "b", "c": "c-codes", "d": "c", "e": "d", "pca": "d", "raw": "d"}
#: Steps whose classifier is the given one.
GIVEN = ("a", "b", "c-codes")
#: Seconds that a small classifier takes for a step, about.
STEP_S = 1e-3

#: Numbers of each image, by part.
Rows = Mapping[str, np.ndarray]


def ladder_cells(
    data: Dataset, pace: Pace, seeds: Sequence[int], *, hidden: Sequence[int], code: int, layers: Sequence[int]
) -> list[Cell]:
    """Everything of every seed, what is needed first, and at last the judge."""
    sizes = {"hidden": list(hidden), "code": code, **asdict(pace)}
    ends = {"layers": list(layers), **asdict(pace)}
    n_seen = pace.epochs * data.counts["train"]
    short, encoder = Seconds(STEP_S * n_seen / pace.batch_size), Fit(partial(autoencoder, "repaired", **sizes), n_seen / 2)
    cells = []
    for seed in seeds:
        for kind in ("given", "repaired"):
            fit = Fit(partial(autoencoder, kind, **sizes), n_seen)
            cells.append(Cell(f"codes/{kind}/{seed}", draw, {"kind": kind, **sizes}, seed, work=(fit,)))
        for step, kind in STEPS.items():
            needs, work = (f"codes/{kind}/{seed}",), (encoder if step == "e" else short,)
            cells.append(Cell(f"codes/{step}/{seed}", learn, {"step": step, **ends}, seed, needs=needs, work=work))
        compared = {"pca": {"code": code}, "raw": {}}
        for name, more in compared.items():
            asked = {"numbers": name, **more, **ends}
            cells.append(Cell(f"codes/{name}/{seed}", learn_other, asked, seed, work=(short, neighbour_search(data, 0.1))))
    return [*cells, *_verdict(cells, seeds)]


def _verdict(cells: Sequence[Cell], seeds: Sequence[int]) -> list[Cell]:
    """The judge of all differences, where there are seeds enough."""
    if len(seeds) < FEWEST_SEEDS_FIXED:
        return []
    needs = tuple(cell.name for cell in cells if cell.function is not draw)
    compares = Comparison(len(seeds))
    return [Cell("codes/verdict", judge, {"seeds": list(seeds)}, seeds[0], needs=needs, compares=compares)]


def draw(inside: Inside, *, kind: str, hidden: Sequence[int], code: int, epochs: int, batch_size: int) -> Iterator[Record]:
    """An autoencoder: its losses, what it draws, and the codes that classifiers learn from."""
    X = {part: inside.data.part(part)[0] for part in ("train", "val", "test")}
    some = X["test"][np.linspace(0, len(X["test"]) - 1, min(N_SHOWN, len(X["test"]))).astype(int)]
    drawings = Drawings(some, drawn_epochs(epochs))
    unfitted = autoencoder(kind, hidden=hidden, code=code, epochs=epochs, batch_size=batch_size)
    unfitted.set_params(
        random_state=inside.seed, validation_fraction=watched_share(len(X["train"])), hooks=(StepLosses(), drawings)
    )
    fitted = inside.fit(unfitted, keep_best=False)
    net = fitted.estimator
    steps, drawings = net.hooks_[:2]
    codes = {part: net.transform(images) for part, images in X.items() if len(images)}
    yield fitted.fit_s
    yield loss_curve(net.history_, "loss")
    yield array("step_losses", steps.values)
    yield array("originals", some)
    yield array("drawn", drawings.drawn)
    yield drawing_error(X["test"], net.inverse_transform(codes["test"]) / 255)
    yield from (metric(name, losses[-1]) for name, losses in _ended(net.history_).items())
    yield metric("code_sd", float(codes["train"].std(axis=0).mean()))
    yield from (array(f"codes_{part}", found) for part, found in codes.items())
    if kind == "repaired":
        yield inside.keep(net.set_params(hooks=()), "autoencoder")
    optimizer = {"optimizer": "coupled" if kind == "given" else "decoupled"}
    about = {"drawn_epochs": list(drawings.epochs), "n_fitted": len(X["train"])}
    yield facts(about | optimizer | told_of(net) | _anatomy(net.net_, net._layout.shape))


def _ended(history: Any) -> dict[str, list[float]]:
    names = {"training_loss": "loss", "validation_loss": "valid_loss"}
    return {name: history[one] for name, one in names.items() if one in history.names}


def drawn_epochs(epochs: int) -> list[int]:
    """The first, one in the middle and the last but one: 1, 5 and 9 of 10."""
    return sorted({1, max(1, epochs // 2), max(1, epochs - 1)})


def learn(inside: Inside, *, step: str, layers: Sequence[int], epochs: int, batch_size: int) -> Iterator[Record]:
    """A step of the ladder: a classifier of codes, as it is given or repaired, or one that trains the encoder along."""
    needed, pace = f"codes/{STEPS[step]}/{inside.seed}", {"epochs": epochs, "batch_size": batch_size}
    if step == "e":
        yield from _taught(inside, tuned_classifier(inside.found_model(needed), **pace))
        return
    found = {record.name for record in inside.found[needed]}
    codes = {part: inside.found_array(needed, f"codes_{part}") for part in ("train", "val", "test") if f"codes_{part}" in found}
    if step in GIVEN:
        yield from _given(inside, codes, layers=layers, softmaxes=2 if step == "a" else 1, **pace)
    else:
        yield from _taught(inside, classifier(layers, **pace), _standardised(codes) if step == "d" else codes)


def learn_other(
    inside: Inside, *, numbers: str, layers: Sequence[int], epochs: int, batch_size: int, code: int | None = None
) -> Iterator[Record]:
    """The classifier of step d on other numbers: as many principal components, or the pixels."""
    rows = None if code is None else _components(inside.data, code, inside.seed)
    yield from _taught(inside, classifier(layers, epochs=epochs, batch_size=batch_size), rows)


def _images(data: Dataset) -> Rows:
    return {part: images for part in ("train", "val", "test") if len(images := data.part(part)[0])}


def _components(data: Dataset, n: int, seed: int) -> Rows:
    """Standardised principal components, found among the training images."""
    flat = {part: images.reshape(len(images), -1).astype(np.float32) / 255 for part, images in _images(data).items()}
    pca = PCA(min(n, *flat["train"].shape), random_state=seed).fit(flat["train"])
    return _standardised({part: pca.transform(rows) for part, rows in flat.items()})


def _standardised(rows: Rows) -> Rows:
    """Each number to mean 0 and variance 1 over the training images."""
    scaler = StandardScaler().fit(rows["train"])
    return {part: scaler.transform(found).astype(np.float32) for part, found in rows.items()}


def _taught(inside: Inside, unfitted: Any, rows: Rows | None = None) -> Iterator[Record]:
    """A classifier of ours, of images or of these rows: how it learned, and what it says of the test images."""
    steps = StepLosses()
    share = watched_share(inside.data.counts["train"])
    unfitted.set_params(random_state=inside.seed, validation_fraction=share, hooks=(steps,))
    if rows is None:
        fitted = inside.fit(unfitted, keep_best=False)
        net, fit_s, tested = fitted.estimator, fitted.fit_s, inside.data.part("test")[0]
    else:
        net, fit_s = inside.time("fit_s", lambda: _fitted(inside, unfitted, rows))
        tested = rows["test"]
    yield fit_s
    yield from _told(inside, net.history_, steps=net.hooks_[0].values, probabilities=net.predict_proba(tested))
    yield facts({"optimizer": "one-cycle"} | told_of(net) | _anatomy(net.net_, net._layout.shape))


def _fitted(inside: Inside, unfitted: Any, rows: Rows) -> Any:
    """On numbers that are no images; so short a training leaves no checkpoint."""
    y, groups = inside.data.targets("train")
    tell = Progress(lambda epoch, last, row: inside.tell(epoch / last), unfitted.max_epochs)
    watched = {"X_val": rows["val"], "y_val": inside.data.targets("val")[0]} if "val" in rows else {}
    unfitted.set_params(hooks=(*unfitted.hooks, tell))
    return inside.place.take(unfitted).fit(rows["train"], y, groups=groups, **watched)


def _given(
    inside: Inside, codes: Rows, *, layers: Sequence[int], softmaxes: int, epochs: int, batch_size: int
) -> Iterator[Record]:
    """The classifier as it is given, with one softmax or two."""
    steps, seed = StepLosses(), inside.seed
    hooks = (steps, Progress(lambda epoch, last, row: inside.tell(epoch / last), epochs))
    pace = Pace(epochs, batch_size)
    widths = (codes["train"].shape[1], *layers, len(inside.data.class_names))
    learned, watched = _watched(inside, codes)
    task = GivenClassification(widths, softmaxes=softmaxes, seed=seed)
    taught, fit_s = inside.time("fit_s", lambda: taught_as_given(task, learned, watched, pace=pace, seed=seed, hooks=hooks))
    yield fit_s
    yield from _told(inside, taught.history, steps=steps.values, probabilities=taught.probabilities(codes["test"]))
    rates = {"optimizer": "coupled", "learning_rate": RATE, "weight_decay": DECAY}
    yield facts(rates | asdict(pace) | _anatomy(taught.net, (widths[0],)))


def _watched(inside: Inside, codes: Rows) -> tuple[Labelled, Labelled | None]:
    """Codes and labels to learn from, and others to watch: of the validation part, else held out."""
    (y, groups), X = inside.data.targets("train"), codes["train"]
    if "val" in codes:
        return (X, y), (codes["val"], inside.data.targets("val")[0])
    learned, held_out = inner_split(len(y), y, groups, fraction=watched_share(len(y)), seed=inside.seed)
    return (X[learned], y[learned]), None if held_out is None else (X[held_out], y[held_out])


def _told(inside: Inside, history: Any, *, steps: np.ndarray, probabilities: np.ndarray) -> Iterator[Record]:
    """How a classifier learned, and how it does on the test images: together, and batch by batch in their order."""
    yield from (loss_curve(history, name) for name in ("loss", "accuracy"))
    yield array("step_losses", steps)
    yield from inside.score(probabilities)
    right = probabilities.argmax(1) == inside.data.targets("test")[0]
    batches = np.array_split(right, range(TEST_BATCH, len(right), TEST_BATCH))
    yield array("batch_accuracy", np.array([batch.mean() for batch in batches], np.float32))


def _anatomy(net: torch.nn.Module, shape: tuple[int, ...]) -> dict[str, Any]:
    """The maps of a net in their order, for numbers (Z,) or images (height, width, channels)."""
    *sides, channels = shape
    given = torch.zeros(1, channels, *sides, device=next(net.parameters()).device)
    layers = [asdict(one) for one in layers_of(net, lambda module: module(given))]
    return {"layers": layers, "n_parameters": n_parameters(net)}


def judge(inside: Inside, *, seeds: Sequence[int]) -> Iterator[Record]:
    """Differences in balanced accuracy between each step and the one before it, over seeds; corrected by Holm's rule."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")

    def right_Sn(arm: str) -> np.ndarray:
        found = [inside.found_array(f"codes/{arm}/{seed}", "probabilities").argmax(1) == y for seed in seeds]
        return np.stack(found).astype(float)

    against = partial(verdict, strata=y, groups=cases)
    found = [against(right_Sn(arm), right_Sn(other), names=(arm, other)) for arm, other in AGAINST.items()]
    yield from recorded_verdicts(holm_verdicts(found))
