"""A fitted classifier on a set that it may never have seen: scores with intervals, confusions and calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tasvir.apply.intake import images_for
from tasvir.apply.rows import class_words
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some
from tasvir.data.dataset import PARTS, Dataset
from tasvir.measures.calibration import Calibration, calibration
from tasvir.measures.classification import confusion, score_classifier
from tasvir.measures.interval import Estimate
from tasvir.measures.per_class import ClassScore, class_scores


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What came of it: `scores` by name; `classes` and `confusion` (rows: true class) in the order of `class_names`."""

    class_names: tuple[str, ...]
    matched: str
    parts: tuple[str, ...]
    n: int
    scores: dict[str, Estimate]
    classes: tuple[ClassScore, ...]
    confusion: np.ndarray
    calibration: Calibration | None

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON; what is undefined is None."""
        return plain_json(asdict(self) | {"confusion": self.confusion.tolist()})


def evaluate(classifier: Any, data: Dataset, *, parts: Sequence[str] = (), seed: int = 0) -> Evaluation:
    """How good is this classifier on these images?

    Parameters
    ----------
    classifier : fitted ImageClassifier
        Or any other with `predict_proba`, `classes_`, `class_names_` and `space_`. Images of another size are resized.
    data : Dataset
        Its classes are matched with the classifier's by name where it knows names, else by number.
    parts : sequence of {"train", "val", "test"}
        What is scored; by default the test images of a split that is given or that the classifier was fitted by, else all.
    seed : int
        Of the resampling.

    Returns
    -------
    Evaluation
        Accuracy, balanced accuracy, AUC, log-loss, Brier score, and each class's recall and precision with 95 % intervals (of
        groups of images where the set has groups), confusion matrix, calibration. With two classes, recall and precision of the
        second one are sensitivity and positive predictive value, those of the first specificity and negative predictive value.

    Raises
    ------
    BadInputError
        No classifier, a part that does not exist or is empty, a class among the images that the classifier does not know.

    References
    ----------
    `tasvir.measures.classification`, `tasvir.measures.calibration`.

    Examples
    --------
    >>> from tasvir import ImageClassifier, load_data
    >>> data = load_data("digits")
    >>> classifier = ImageClassifier(max_epochs=1, random_state=0).fit(*data.part("train")[:2])
    >>> evaluate(classifier, data, parts=["test"]).n
    364
    """
    if not hasattr(classifier, "predict_proba"):
        raise BadInputError(f"{type(classifier).__name__} does not classify: give the folder of a classifier")
    parts = _chosen(data, parts, fitted_on=getattr(classifier, "fitted_on_", None))
    rows = np.flatnonzero(np.isin(data.split, parts))
    targets, matched = match_classes(classifier, data, rows)
    probabilities = classifier.predict_proba(images_for(classifier, data, rows))
    names = class_words(classifier)
    cases = None if data.units is None else data.units[rows]
    return Evaluation(
        class_names=names,
        matched=matched,
        parts=parts,
        n=len(rows),
        scores=score_classifier(targets, probabilities, cases),
        classes=class_scores(targets, probabilities.argmax(1), len(names), groups=cases),
        confusion=confusion(targets, probabilities.argmax(1), len(names)),
        calibration=calibration(targets, probabilities, seed=seed),
    )


def match_classes(classifier: Any, data: Dataset, rows: np.ndarray) -> tuple[np.ndarray, str]:
    """The classifier's class of each image, as a position in `classes_`, and how it was found: 'by name' or 'by number'."""
    named = classifier.class_names_ is not None
    theirs = list(class_words(classifier))
    asked = list(data.class_names) if named else [str(label) for label in range(len(data.class_names))]
    position = np.array([theirs.index(name) if name in theirs else -1 for name in asked])
    targets = position[data.labels[rows]]
    if (targets < 0).any():
        unknown = sorted({data.class_names[label] for label in data.labels[rows][targets < 0]})
        raise BadInputError(
            f"the images have classes that the model does not know ({some(unknown)}): it knows {some(theirs)}; "
            "rename the classes of the set, or score a set of those classes"
        )
    return targets, "by name" if named else "by number"


def _chosen(data: Dataset, parts: Sequence[str], *, fitted_on: str | None) -> tuple[str, ...]:
    there = [part for part in PARTS if np.any(data.split == part)]
    if not parts:
        return ("test",) if "test" in there and (not data.card.drawn or data.fingerprint == fitted_on) else tuple(there)
    for part in parts:
        if part not in there:
            raise BadInputError(f"the set has no images in part {part!r}: it has {', '.join(there)}")
    return tuple(part for part in there if part in parts)


def plain_json(value: Any) -> Any:
    """The same without arrays, tuples and numbers that are not finite."""
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain_json(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
