"""The cells of the study of saliency that train the net, and that show where it looks."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.explain.anatomy import anatomy
from tasvir.explain.grad_cam import convolutions, find_layer, grad_cam
from tasvir.explain.overlay import overlay
from tasvir.measures.neighbours import spread_sample
from tasvir.records.record import Record, array, facts
from tasvir.studies import recipes
from tasvir.studies.families.classify import surest_mistakes
from tasvir.studies.families.layers_told import layers_told
from tasvir.studies.families.parts import some_rows
from tasvir.studies.inside import Inside, loss_curve

#: Images that are shown: first ones of the training, right ones, wrong ones, such with two competing classes, with every layer.
N_FIRST, N_RIGHT, N_WRONG, N_COMPETING, N_DEEP = 10, 10, 10, 5, 5

Told = Mapping[str, Any]


def train(inside: Inside, *, n_train: int, first_seed: int, max_epochs: int, batch_size: int) -> Iterator[Record]:
    """One training of the textbook's net on the same images at every seed, and its score."""
    learning = inside.on_everything()
    of_train = np.flatnonzero(learning.data.split == "train")
    rows = of_train[spread_sample(learning.data.labels[of_train], n_train, first_seed)]
    learning = learning.on(some_rows(learning.data, rows, learning.data.split[rows]))
    unfitted = recipes.textbook_classifier(max_epochs=max_epochs, batch_size=batch_size, seed=inside.seed)
    fitted = learning.fit(unfitted, keep_best=False)
    net = fitted.estimator
    yield fitted.fit_s
    yield from (loss_curve(net.history_, name) for name in ("loss", "accuracy"))
    probabilities = net.predict_proba(inside.data.part("test")[0])
    yield from inside.score(probabilities)
    yield inside.keep(net, "classifier")
    X, y, _ = learning.data.part("train")
    order = stream_rng(first_seed, "first images").permutation(len(X))[:N_FIRST]
    yield array("first_images", X[order])
    yield facts(
        {
            "first_labels": y[order],
            "shapes": {"X_train": X.shape, "y_train": y.shape, "X_test": inside.data.part("test")[0].shape},
            "range": [int(X.min()), int(X.max())],
            "mistakes": surest_mistakes(inside.data, probabilities),
            "n_fitted": len(X),
            "epochs": max_epochs,
            "batch_size": batch_size,
            "learning_rate": net.learning_rate,
        }
        | layers_told(net.net_, net.space_.image_shape(None))
    )


def show(inside: Inside, *, layer: int) -> Iterator[Record]:
    """Where the net looks: right images, wrong ones, two classes that compete, and every convolution."""
    (cell,) = inside.found
    net = inside.found_model(cell)
    X, y, _ = inside.data.part("test")
    probabilities = net.predict_proba(X)
    right = _right_ones(inside, probabilities, y)
    wrong = [told["index"] for told in surest_mistakes(inside.data, probabilities)][:N_WRONG]
    for name, rows in (("right", right), ("wrong", wrong)):
        if len(rows):
            yield array(f"{name}_images", X[rows])
            yield array(f"{name}_maps", overlay(X[rows], grad_cam(net, X[rows], layer=layer)))
    yield from _competing(net, X, probabilities, layer=layer)
    layers = convolutions(net)
    if len(deep := right[:N_DEEP]):
        yield array("deep_images", X[deep])
        every = [overlay(X[deep], grad_cam(net, X[deep], layer=place)) for place in range(len(layers))]
        yield array("deep_maps", np.stack(every, axis=1))
    yield facts(
        {
            "right": [_told(inside.data, probabilities, row) for row in right],
            "wrong": [_told(inside.data, probabilities, row) for row in wrong],
            "competing": [_told(inside.data, probabilities, row) for row in _closest(probabilities)],
            "convolutions": [list(layer.size) for layer in layers],
            "places": list(find_layer(net, layer).size),
            "sees": next(
                row.receptive_field for row in anatomy(net).rows if row.layer.split(" ")[0] == find_layer(net, layer).name
            ),
        }
    )


def _competing(net: Any, X: np.ndarray, probabilities: np.ndarray, *, layer: int) -> Iterator[Record]:
    """The maps of the two most probable classes where they are nearest to each other, on one scale."""
    rows = _closest(probabilities)
    two = np.argsort(-probabilities[rows], axis=1, kind="stable")[:, :2]
    maps = [grad_cam(net, X[rows], net.classes_[labels], layer=layer) for labels in two.T]
    highest = np.maximum(*(one.max(axis=(1, 2)) for one in maps))
    yield array("competing_images", X[rows])
    yield array("competing_maps", np.stack([overlay(X[rows], one, highest=highest) for one in maps], axis=1))


def _closest(probabilities: np.ndarray) -> np.ndarray:
    """Test images whose two most probable classes are nearest to each other."""
    ordered = np.sort(probabilities, axis=1)
    return np.argsort(ordered[:, -1] - ordered[:, -2], kind="stable")[:N_COMPETING]


def _right_ones(inside: Inside, probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Random test images that the net is right about, the classes in turn."""
    mixed = stream_rng(inside.seed, "right ones").permutation(np.flatnonzero(probabilities.argmax(1) == y))
    by_class = [mixed[y[mixed] == label] for label in range(len(inside.data.class_names))]
    in_turn = [rows[turn] for turn in range(N_RIGHT) for rows in by_class if turn < len(rows)]
    return np.array(in_turn[:N_RIGHT], int)


def _told(data: Dataset, probabilities: np.ndarray, row: int) -> Told:
    """What a page says below an image: its class, and the two most probable with their probabilities."""
    order = np.argsort(-probabilities[row], kind="stable")[:2]
    return {
        "name": str(data.names[data.split == "test"][row]),
        "true": int(data.targets("test")[0][row]),
        "classes": order.tolist(),
        "probabilities": probabilities[row, order].tolist(),
    }
