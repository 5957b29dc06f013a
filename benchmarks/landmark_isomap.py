"""Isomap of all training images: seconds and what k-NN reads off the codes, beside scikit-learn's on as many as fit.

    python benchmarks/landmark_isomap.py fashion_mnist --components 35 [--images 60000] [--landmarks 2000] [--sklearn 12000]

The test set is scored once, by k-NN with k chosen in cross-validation on training images. For memory put
`python benchmarks/memory.py` before it.
"""

import argparse
import time

import numpy as np
import torch
from sklearn.manifold import Isomap

from tasvir import LandmarkIsomap, load_data
from tasvir.measures.neighbours import knn_accuracy
from tasvir.studies.flat import flat_unit

KS = (1, 3, 5, 7, 10, 15, 20, 30)


def product_gflops(size: int = 4096) -> float:
    """Of a product of two square float32 matrices."""
    a = torch.rand(size, size)
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--components", type=int, default=35)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--landmarks", type=int, default=2000)
    parser.add_argument("--pca", type=int, default=100)
    parser.add_argument("--neighbors", type=int, default=10)
    parser.add_argument("--sklearn", type=int, default=0)
    args = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, float32 products at {product_gflops():.0f} GFLOP/s")
    data = load_data(args.data)
    (X, y, _), (X_test, y_test, _) = data.part("train"), data.part("test")
    rows = np.random.default_rng(0).permutation(len(X))[: args.images]
    X, y = X[rows], y[rows]
    isomap = LandmarkIsomap(
        n_components=args.components,
        n_neighbors=args.neighbors,
        n_landmarks=args.landmarks,
        pca_components=args.pca or None,
        random_state=0,
    )
    started = time.perf_counter()
    codes = isomap.fit_transform(X)
    fit_s, started = time.perf_counter() - started, time.perf_counter()
    codes_test = isomap.transform(X_test)
    transform_s = time.perf_counter() - started
    print(f"LandmarkIsomap, {len(X)} images: fit {fit_s:.1f} s, transform of {len(X_test)} {transform_s:.1f} s", flush=True)
    found = knn_accuracy(codes, y, test=codes_test, y_test=y_test, ks=KS)
    value, low, high = (100 * number for number in (found.accuracy.value, found.accuracy.low, found.accuracy.high))
    print(f"k-NN, k = {found.k}: {value:.2f} % [{low:.2f}, {high:.2f}]")
    if args.sklearn:
        flat, started = flat_unit(X[: args.sklearn]), time.perf_counter()
        Isomap(n_components=args.components, n_neighbors=args.neighbors).fit(flat)
        print(f"scikit-learn's Isomap, {len(flat)} images: fit {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
