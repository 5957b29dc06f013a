"""What there is to say of a user's own images: classes, probabilities, where the net looks, and what it has learned that is near.

Shape letters: n images, h w pixels, k nearest training images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasvir.explain.grad_cam import enlarged, find_layer, layer_maps
from tasvir.explain.overlay import overlay
from tasvir.measures.neighbours import nearest
from tasvir.records.record import Record, array, cell_done

#: Images on a page at most, classes whose probabilities are told, classes whose maps are drawn, and nearest training images.
MOST_IMAGES, N_CLASSES, N_MAPS, N_NEAREST = 50, 5, 3, 5
#: Pixels that an overlay has at least on its longer side when it is a file of its own.
FILE_SIDE = 256


@dataclass(frozen=True, eq=False)
class Known:
    """The training part of a set: the images as the classifier takes them, the words of their classes, and their names."""

    X: np.ndarray
    labels: Sequence[str]
    names: Sequence[str]


def explain_images(
    classifier: Any,
    X: np.ndarray,
    *,
    names: Sequence[str],
    class_names: Sequence[str],
    layer: str | int | None = None,
    known: Known | None = None,
) -> list[Record]:
    """The records of a page: images (n, h, w[, 3]), maps (n, 3, h, w, 3) of the most probable classes on one scale, and facts."""
    chosen = find_layer(classifier, layer)
    probabilities = classifier.predict_proba(X)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    pictures = _pictures(classifier, X)
    maps = np.stack([layer_maps(classifier, X, classifier.classes_[labels], layer=chosen) for labels in order.T[:N_MAPS]], axis=1)
    told: list[dict[str, Any]] = [
        {
            "name": str(name),
            "classes": [class_names[label] for label in labels[:N_CLASSES]],
            "probabilities": own[labels[:N_CLASSES]].tolist(),
            "empty": (own_maps.max(axis=(1, 2)) == 0).tolist(),
        }
        for name, labels, own, own_maps in zip(names, order, probabilities, maps, strict=True)
    ]
    records = [array("images", pictures), array("maps", _overlays(pictures, maps))]
    if known is not None:
        rows = _nearest(classifier, X, known)
        records.append(array("nearest", _pictures(classifier, known.X[rows.ravel()]).reshape(*rows.shape, *pictures.shape[1:])))
        for own, image, near in zip(told, X, rows, strict=True):
            own["nearest"] = [{"name": str(known.names[row]), "class": str(known.labels[row])} for row in near]
            own["learned"] = any(bool((known.X[row] == image).all()) for row in near)
    facts = {"layer": chosen.name, "places": list(chosen.size), "images": told}
    closing = cell_done("explanation", parameters={}, seed=0, facts=facts, elapsed_s=0.0)
    return [Record(one.kind, one.name, "explanation", one.data, one.content) for one in (*records, closing)]


def overlay_files(classifier: Any, X: np.ndarray, *, layer: str | int | None = None) -> np.ndarray:
    """(n, H, W, 3) uint8: the map of the class that is named over each image, enlarged so that a person can look at it."""
    pictures = _pictures(classifier, X)
    times = -(-FILE_SIDE // max(pictures.shape[1:3]))
    large = pictures.repeat(times, axis=1).repeat(times, axis=2)
    return overlay(large, enlarged(layer_maps(classifier, X, layer=find_layer(classifier, layer)), large.shape[1:3]))


def _overlays(pictures: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """(n, 3, h, w, 3): the maps of one image on one scale."""
    size = pictures.shape[1:3]
    large = [enlarged(np.ascontiguousarray(of_class), size) for of_class in maps.swapaxes(0, 1)]
    highest = np.max([of_class.max(axis=(1, 2)) for of_class in large], axis=0)
    return np.stack([overlay(pictures, of_class, highest=highest) for of_class in large], axis=1)


def _pictures(classifier: Any, X: np.ndarray) -> np.ndarray:
    """X as images (n, h, w[, 3]) uint8."""
    height, width, channels = classifier.space_.image_shape(classifier.image_shape)
    unit = (X.astype(np.float32) - classifier.space_.offset) / classifier.space_.scale
    return np.rint(unit.clip(0, 1) * 255).astype(np.uint8).reshape(len(X), height, width, *((3,) if channels == 3 else ()))


def _nearest(classifier: Any, X: np.ndarray, known: Known) -> np.ndarray:
    """(n, k) by the activations before the last layer: what the net holds for alike."""
    return nearest(classifier.embed(known.X), classifier.embed(X), min(N_NEAREST, len(known.X)))
