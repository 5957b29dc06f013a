"""What is recorded of codes, whatever gave them: points of a scatter, and the error of images that are drawn from them again."""

from collections.abc import Iterator, Mapping

import numpy as np

from tasvir.measures.neighbours import spread_sample
from tasvir.records.record import Record, array, metric
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside

#: Test images in a scatter, and images that are compared at once.
N_SCATTER, COMPARED = 2000, 1000


def scatter(inside: Inside, codes: np.ndarray) -> Iterator[Record]:
    """The first two numbers of the codes of the test images, of some of them, with their classes."""
    y_test, _ = inside.data.targets("test")
    rows = spread_sample(y_test, N_SCATTER, inside.seed)
    yield array("embedding", codes[rows, :2].astype(np.float32))
    yield array("embedding_labels", y_test[rows])


def drawing_error(images: np.ndarray, drawn: np.ndarray, labels: Mapping[str, int] | None = None) -> Record:
    """The mean squared error of what was drawn, 0..1 scale; what lies beyond black and white is clipped."""
    rows = drawn.reshape(len(images), -1)
    squared = sum(
        float(np.square(flat_unit(images[i : i + COMPARED]) - rows[i : i + COMPARED].clip(0, 1), dtype=np.float64).sum())
        for i in range(0, len(images), COMPARED)
    )
    return metric("reconstruction_mse", squared / images.size, n=len(images), labels=labels)
