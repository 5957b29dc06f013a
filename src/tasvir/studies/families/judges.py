"""Who judges training sets: the strongest of a few, by cross-validation on the real images that every arm begins with.

A weak judge sees nothing: what it does not gain from real images it does not gain from generated ones. Of two that are about as
strong the quicker one sees more, as it is asked over more training subsets and seeds: on digits both are right for 96 %, and an
SVM sees what the images that were cut away bring in 60 of 60 studies, a net in 2 of 12. The choice looks at no test image.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.neighbours import spread_folds
from tasvir.records.record import Record, facts, metric
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families.subset import unequal_subset
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside
from tasvir.studies.place import Place

#: The cell that chooses.
JUDGE = "evidence/judge"
#: The candidates, the quicker one first.
JUDGES = ("svm", "net")
#: A judge that costs next to nothing is asked over so many times as many training subsets and seeds.
TIMES = {"svm": 2, "net": 1}


@dataclass(frozen=True)
class Judge:
    """A classifier with the same settings for every training set: cost and scale of an SVM, steps and augmentation of a net.

    They are not chosen anew for each set: in one with duplicates an image would be on both sides of a fold.
    """

    name: str
    C: float
    scaled: bool
    steps: int
    augment: str

    def predict(
        self, X: np.ndarray, y: np.ndarray, X_test: np.ndarray, *, most: int, seed: int, place: Place, augment: str | None = None
    ) -> np.ndarray:
        """The classes of X_test as learned from X; a net takes as many steps for every set of at most `most` images."""
        if self.name == "svm":
            flat = flat_unit(X)
            machine = recipes.judging_svm(flat.shape[1], len(flat), C=self.C, scaled=self.scaled)
            return np.asarray(machine.fit(flat, y).predict(flat_unit(X_test)))
        n_batches = recipes.batches_an_epoch(most, self.steps)
        rows = recipes.shown_rows(y, n_batches * recipes.BATCH, seed)
        n_epochs = self.steps // n_batches
        net = recipes.judging_net(n_epochs=n_epochs, augment=augment or self.augment, seed=seed)
        return np.asarray(place.take(net).fit(X[rows], y[rows]).predict(X_test))


def judge_cell(data: Dataset, seed: int, *, steps: int, n_folds: int) -> Cell:
    """The choice of the judge."""
    work = (recipes.judging(steps, n_folds),)
    return Cell(JUDGE, choose, {"steps": steps, "n_folds": n_folds}, seed, work=work)


def chosen(inside: Inside) -> Judge:
    """The judge that the cell of the choice found."""
    return Judge(**inside.found_facts(JUDGE)["judge"])


def choose(inside: Inside, *, steps: int, n_folds: int) -> Iterator[Record]:
    """Balanced accuracy of each candidate on the held-out folds of the first subset, and which is the best."""
    rows = unequal_subset(inside.data, inside.seed).rows
    X, y, groups = inside.data.part("train")
    X, y, groups = X[rows], y[rows], None if groups is None else groups[rows]
    folds = spread_folds(y, groups, n_folds=n_folds, seed=inside.seed)
    augment, _ = recipes.augmentation(inside.data, inside.seed)
    predictions = {}
    for name in JUDGES:
        predicted = np.full(len(y), -1)
        for fold in np.unique(folds):
            held = folds == fold
            if len(np.unique(y[~held])) > 1:
                candidate = _candidate(name, X[~held], y[~held], groups=_of(groups, ~held), steps=steps, augment=augment)
                predicted[held] = candidate.predict(
                    X[~held], y[~held], X[held], most=len(y), seed=inside.seed, place=inside.place
                )
        predictions[name] = predicted
        yield metric("judge_score", balanced_accuracy(y, predicted), n=len(y), labels={"judge": name})
    best = _candidate(_strongest(predictions, y), X, y, groups=groups, steps=steps, augment=augment)
    yield facts({"judge": asdict(best), "n_folds": n_folds, "n_images": len(y)})


def _strongest(predictions: Mapping[str, np.ndarray], y: np.ndarray) -> str:
    """The quicker one, unless the other is better by more than one standard error (Breiman et al. 1984, section 3.4.3)."""
    quick, slow = JUDGES
    gain, error = _balanced_gain(predictions[slow] == y, predictions[quick] == y, y)
    return slow if gain > error else quick


def _balanced_gain(right: np.ndarray, other: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """By how much the first has the greater balanced accuracy on the same images, and the standard error of that."""
    differences = [right[y == label].astype(float) - other[y == label] for label in np.unique(y)]
    variances = [difference.var() / max(1, len(difference) - 1) for difference in differences]
    return float(np.mean([d.mean() for d in differences])), float(np.sqrt(np.sum(variances)) / len(differences))


def _candidate(name: str, X: np.ndarray, y: np.ndarray, *, groups: np.ndarray | None, steps: int, augment: str) -> Judge:
    """A judge; the settings of an SVM are found by cross-validation on these images."""
    if name != "svm":
        return Judge(name, C=recipes.SVM_COSTS[0], scaled=False, steps=steps, augment=augment)
    flat = flat_unit(X)
    best = recipes.principal_svm(flat.shape[1], y, groups=groups).fit(flat, y)["search"].best_params_
    return Judge(name, C=best["svm__C"], scaled=best["scale"] != "passthrough", steps=steps, augment=augment)


def _of(groups: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if groups is None else groups[rows]
