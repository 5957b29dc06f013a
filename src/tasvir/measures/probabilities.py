"""Are these probabilities, and which column is whose? Shape letters: n images, K classes."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some

#: How far the sum of a row may be from 1: probabilities come rounded, and a third three times is .99.
ROUNDED = 0.015


def checked_probabilities(
    y: ArrayLike, proba: ArrayLike, classes: Sequence | None = None, *, named: Callable[[int], str] = "row {}".format
) -> tuple[np.ndarray, np.ndarray]:
    """Labels as numbers of columns, and rows that sum to 1; a `BadInputError` that names the row where they are not."""
    y, proba = np.asarray(y), np.asarray(proba)
    if y.ndim != 1 or proba.ndim != 2 or len(y) != len(proba) or len(y) == 0 or proba.shape[1] < 2:
        raise BadInputError(
            f"probabilities of shape {proba.shape} for labels of shape {y.shape}; expected (n, K) and (n,), K >= 2"
        )
    if not np.issubdtype(proba.dtype, np.number) or np.iscomplexobj(proba):
        raise BadInputError(f"probabilities of type {proba.dtype}; give numbers of 0..1")
    proba = proba.astype(float)
    if len(rows := np.flatnonzero(~np.isfinite(proba).all(axis=1))):
        raise BadInputError(f"the probabilities of {named(int(rows[0]))} are not finite: leave such rows out, or make them anew")
    if len(rows := np.flatnonzero((proba.min(axis=1) < 0) | (proba.max(axis=1) > 1 + ROUNDED))):
        ends = f"from {proba[rows[0]].min():.4g} to {proba[rows[0]].max():.4g}"
        raise BadInputError(f"{ends} in {named(int(rows[0]))}; probabilities lie in 0..1: give the softmax of scores")
    sums = proba.sum(axis=1)
    if abs(sums[row := int(np.abs(sums - 1).argmax())] - 1) > ROUNDED:
        raise BadInputError(f"the probabilities of {named(row)} sum to {sums[row]:.4g}, not to 1: give one column a class")
    return column_numbers(y, proba.shape[1], classes), proba / sums[:, None]


def column_numbers(y: np.ndarray, K: int, classes: Sequence | None = None) -> np.ndarray:
    """Which of K columns is each label's: by `classes`; else whole numbers of 0..K-1 are it, and K other labels are sorted."""
    if np.issubdtype(y.dtype, np.floating) and not np.isfinite(y).all():
        raise BadInputError("labels that are not finite; leave images without a label out")
    if classes is None:
        if np.issubdtype(y.dtype, np.integer) and y.min() >= 0 and y.max() < K:
            return y.astype(int)
        classes = np.unique(y).tolist()
        if len(classes) != K:
            raise BadInputError(
                f"{len(classes)} classes among the labels ({some(map(str, classes))}) and {K} columns of probabilities; "
                "give classes=, the label of each column"
            )
    if len(classes) != K or len(set(classes)) != K:
        raise BadInputError(f"classes names {len(set(classes))} labels for {K} columns; give the label of each column, each once")
    place = {label: column for column, label in enumerate(classes)}
    unknown = sorted({str(label) for label in y.tolist() if label not in place})
    if unknown:
        raise BadInputError(
            f"labels without a column of probabilities ({some(unknown)}); the columns are {some(map(str, classes))}"
        )
    return np.array([place[label] for label in y.tolist()])
