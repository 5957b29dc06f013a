"""Does our PCA with k-NN find what the paper's found? Test accuracy beside Fournier and Aloise (2019), at their sizes.

    python benchmarks/published_pca.py mnist fashion_mnist

No whitening, as in the paper; k of 1 to the square root of the images, by cross-validation on training images.
"""

import argparse

from sklearn.decomposition import PCA

from tasvir import load_data
from tasvir.measures.neighbours import knn_accuracy
from tasvir.studies.families.published import PUBLISHED
from tasvir.studies.families.reduction_cells import drawn_ks
from tasvir.studies.flat import flat_unit

DIMS = (3, 9, 15, 25, 35)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+")
    args = parser.parse_args()
    print("| set | numbers | k | ours | paper | difference |\n|---|---|---|---|---|---|")
    for name in args.data:
        data = load_data(name)
        (X, y, _), (X_test, y_test, _) = data.part("train"), data.part("test")
        pca = PCA(max(DIMS), random_state=0).fit(flat_unit(X))
        codes, codes_test = pca.transform(flat_unit(X)), pca.transform(flat_unit(X_test))
        published = {d: accuracy for d, accuracy, _ in PUBLISHED[data.name]["pca"]}
        for d in DIMS:
            ks = drawn_ks(len(X), 50, 0)
            found = knn_accuracy(codes[:, :d], y, test=codes_test[:, :d], y_test=y_test, ks=ks)
            ours, theirs = 100 * found.accuracy.value, 100 * published.get(d, float("nan"))
            print(f"| {name} | {d} | {found.k} | {ours:.2f} | {theirs:.2f} | {ours - theirs:+.2f} |", flush=True)


if __name__ == "__main__":
    main()
