"""The cells of a reduction: the search for a method's parameters, and the method in its sizes. Legend: n images, d numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import NeighbourScore, knn_accuracy, spread_folds, spread_sample
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.families.codes import drawing_error, scatter
from tasvir.studies.families.parts import some_rows
from tasvir.studies.families.published import PUBLISHED
from tasvir.studies.families.reduction_methods import METHODS, RAW, Fitted, Reduced, drawn_parameters
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside, measured
from tasvir.studies.recipes import augmentation

#: Training images that a search, and a cross-validation, sees at most; a fifth of a search's judges.
SEARCHED, N_FOLDS = 10_000, 5
#: Test images, and neighbours of each, by which it is seen how well neighbourhoods are kept.
N_TRUSTED, TRUSTED_NEIGHBOURS = 1000, 10


def drawn_ks(n_train: int, draws: int, seed: int) -> list[int]:
    """Numbers of neighbours to choose from: drawn from 1 to the square root of the number of training images."""
    most = int(n_train**0.5)
    return sorted(stream_rng(seed, "neighbours").choice(np.arange(1, most + 1), min(draws, most), replace=False).tolist())


def held_out_part(data: Dataset, seed: int, *, most: int | None = None) -> Dataset:
    """Training images, all or at most so many of them, a fifth as the validation part; no other image."""
    y, groups = data.targets("train")
    some = spread_sample(y, len(y) if most is None else most, seed)
    folds = spread_folds(y[some], None if groups is None else groups[some], n_folds=N_FOLDS, seed=seed)
    rows = np.flatnonzero(data.split == "train")[some]
    return some_rows(data, rows, np.where(folds == 0, "val", "train"))


def search_parameters(
    inside: Inside, *, method: str, n_components: int, draws: int, ks: list[int], fixed: dict[str, Any]
) -> Iterator[Record]:
    """Some parameters of a method, each fitted on four fifths of some training images and judged on the last one."""
    inside = inside.on(held_out_part(inside.data, inside.seed, most=SEARCHED))
    way, scores = METHODS[method], []
    n_fitted, n_valid = inside.data.counts["train"], inside.data.counts["val"]
    fitted = Fitted(n_fitted, inside.data.images[0].size, augmentation(inside.data, inside.seed)[0])
    drawn = drawn_parameters(way.space(fitted), draws, inside.seed)
    for i, parameters in enumerate(drawn):
        part = inside.during(i / len(drawn), (i + 1) / len(drawn))
        reduced = way.reduce(part, "val", parameters | fixed, n_components=n_components, name=f"draw {i}")
        score = knn_on(part, reduced, n_components, ks=ks, part="val")
        scores.append(score.accuracy.value)
        yield measured("validation_accuracy", score.accuracy, {"draw": i})
        yield metric("fit_s", reduced.fit_s, unit="s", labels={"draw": i})
        inside.tell((i + 1) / len(drawn))
    best = int(np.argmax(scores))
    counts = {"n_fitted": reduced.n_fitted, "n_valid": n_valid, "n_components": n_components}
    yield facts({"drawn": drawn, "best": best, "chosen": drawn[best], **counts})


def hold_out(
    inside: Inside, *, method: str, dims: list[int], ks: list[int], search: str, fixed: dict[str, Any]
) -> Iterator[Record]:
    """A method in the sizes `dims`, fitted on four fifths of the training images and judged on the last: what recommends it.

    k-NN among images that a net was fitted on would prefer the net that has learned them by heart.
    """
    chosen = inside.found_facts(search)["chosen"]
    inside = inside.on(held_out_part(inside.on_everything().data, inside.seed))
    reduced = METHODS[method].reduce(inside, "val", {**chosen, **fixed}, n_components=max(dims))
    for d in dims:
        yield measured("validation_accuracy", knn_on(inside, reduced, d, ks=ks, part="val").accuracy, {"dim": d})
    yield facts({"n_fitted": reduced.n_fitted, "n_valid": inside.data.counts["val"]})


def reduce_images(
    inside: Inside,
    *,
    method: str,
    dims: list[int],
    shown: int,
    ks: list[int],
    search: str | None,
    fixed: dict[str, Any],
) -> Iterator[Record]:
    """A method in the sizes `dims`, on all training images; a nested one is fitted once, for the largest."""
    inside = inside.on_everything()
    chosen = inside.found_facts(search)["chosen"] if search else {}
    reduced = METHODS[method].reduce(inside, "test", {**chosen, **fixed}, n_components=max(dims))
    for d in dims:
        score = knn_on(inside, reduced, d, ks=ks)
        labels = {"dim": d}
        yield measured("knn_accuracy", score.accuracy, labels)
        yield metric("neighbours", score.k, labels=labels)
        if method != RAW:
            yield metric("fit_s", reduced.fit_s, unit="s", labels=labels)
            yield metric("transform_s", reduced.transform_s, unit="s", labels=labels)
            yield from _kept(inside, reduced, d)
        yield array(f"predictions {d}", score.predictions.astype(np.int16))
        if d == shown:
            yield from scatter(inside, reduced.other)
    if reduced.net is not None:
        yield inside.keep(reduced.net, "autoencoder")
    yield facts({"n_fitted": reduced.n_fitted, "chosen": chosen})


def knn_on(inside: Inside, reduced: Reduced, d: int, *, ks: list[int], part: str = "test") -> NeighbourScore:
    """k-NN on the first d numbers: k chosen on training images, scored once on those of a part."""
    (y, groups), (y_part, _) = inside.data.targets("train"), inside.data.targets(part)
    return knn_accuracy(
        reduced.codes[:, :d],
        y,
        test=reduced.other[:, :d],
        y_test=y_part,
        ks=ks,
        groups=groups,
        test_groups=inside.data.cases(part),
        seed=inside.seed,
    )


def _kept(inside: Inside, reduced: Reduced, d: int) -> Iterator[Record]:
    """What is left of images and neighbourhoods in d numbers."""
    if reduced.drawn is not None:
        yield drawing_error(inside.data.part("test")[0], reduced.drawn(d), {"dim": d})
    yield metric("trustworthiness", _trust(inside, reduced.other[:, :d]), labels={"dim": d})


def _trust(inside: Inside, codes: np.ndarray) -> float:
    """Whether those that are near in the codes of some test images are near in pixels."""
    from sklearn.manifold import trustworthiness

    rows = spread_sample(inside.data.targets("test")[0], N_TRUSTED, inside.seed)
    most = max(1, (len(rows) - 1) // 2)
    X = flat_unit(inside.data.part("test")[0][rows])
    return float(trustworthiness(X, codes[rows], n_neighbors=min(TRUSTED_NEIGHBOURS, most)))


def tell_published(inside: Inside, *, name: str) -> Iterator[Record]:
    """What a paper found with the same images."""
    for method, rows in PUBLISHED[name].items():
        for d, accuracy, seconds in rows:
            labels = {"method": method, "dim": d}
            yield metric("knn_accuracy", accuracy, labels=labels)
            yield metric("fit_s", seconds, unit="s", labels=labels)
    yield facts({"n_isomap": 10_000})
