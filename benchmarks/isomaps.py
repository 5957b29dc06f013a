"""Which Isomap belongs in the report: of 2,000 images or of all? k-NN on held-out training images, and seconds.

    python benchmarks/isomaps.py digits breastmnist cifar10 fashion_mnist --components 2 32

Nothing here looks at a test image.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.manifold import Isomap

from tasvir import LandmarkIsomap, load_data
from tasvir.measures.neighbours import knn_accuracy, spread_folds, spread_sample
from tasvir.studies.families.reduction_methods import ISOMAP_IMAGES, isomap_codes
from tasvir.studies.flat import flat_unit

NEIGHBORS, FOLD = 10, 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+")
    parser.add_argument("--components", type=int, nargs="+", default=[2, 32])
    parser.add_argument("--landmarks", type=int, nargs="+", default=[500, 1000])
    args = parser.parse_args()
    print("| set | numbers | Isomap | k-NN | fit s | codes s |\n|---|---|---|---|---|---|")
    for name in args.data:
        X, y, groups = load_data(name).part("train")
        held = spread_folds(np.unique(y, return_inverse=True)[1], groups, seed=0) == FOLD
        for n in args.components:
            for word, codes in _ways(X[~held], y[~held], n, args.landmarks):
                _tell(f"{name} ({(~held).sum():,}) | {n} | {word}", codes, (X, y), held)


def _ways(X: np.ndarray, y: np.ndarray, n: int, landmarks: list[int]) -> list[tuple[str, Callable[[], Any]]]:
    """What each is called, and its fit: gives what turns images into codes, and the codes of the fitted ones if known."""

    def on_some() -> Any:
        rows = spread_sample(np.unique(y, return_inverse=True)[1], ISOMAP_IMAGES, 0)
        isomap = Isomap(n_components=n, n_neighbors=NEIGHBORS).fit(flat_unit(X[rows]))
        return (lambda images: isomap_codes(isomap, flat_unit(images))), None

    def on_all(n_landmarks: int, pca_components: int | None) -> Any:
        settings = {"n_components": n, "n_neighbors": NEIGHBORS, "n_landmarks": n_landmarks, "pca_components": pca_components}
        isomap = LandmarkIsomap(**settings, n_jobs=1, random_state=0).fit(X)
        return isomap.transform, isomap.embedding_

    planes = [None, *([100] if min(len(X) - 1, X[0].size) >= 200 else [])]
    ours = [(L, plane) for L in landmarks if n < L <= len(X) for plane in planes]
    named = [(f"landmarks {L}, components {plane}", lambda L=L, plane=plane: on_all(L, plane)) for L, plane in ours]
    return [("scikit-learn, 2,000 images", on_some), *named]


def _tell(words: str, fit: Callable[[], Any], images: tuple[np.ndarray, np.ndarray], held: np.ndarray) -> None:
    (X, y), started = images, time.perf_counter()
    transform, known = fit()
    fit_s, started = time.perf_counter() - started, time.perf_counter()
    codes = transform(X[~held]) if known is None else known
    codes_held = transform(X[held])
    codes_s = time.perf_counter() - started
    found = knn_accuracy(codes, y[~held], test=codes_held, y_test=y[held])
    print(f"| {words} | {100 * found.accuracy.value:.2f} | {fit_s:.1f} | {codes_s:.1f} |", flush=True)


if __name__ == "__main__":
    main()
