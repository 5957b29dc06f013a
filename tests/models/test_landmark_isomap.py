"""Against scikit-learn's Isomap, and on shapes whose distances are known."""

import logging
import re

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import Isomap

from tasvir import LandmarkIsomap, load_model, save_model
from tasvir.contracts.errors import BadInputError
from tasvir.models import landmark_isomap
from tasvir.models.neighbour_graph import joined, nearest_rows, neighbour_graph

DIGITS = load_digits().images[:500] / 16


def aligned(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Ours with the signs of theirs."""
    return ours * np.sign((ours * theirs).sum(0))


@pytest.mark.parametrize("n_neighbors", [10, 15])
def test_with_every_point_a_landmark_it_is_isomap(n_neighbors):
    X = DIGITS.reshape(len(DIGITS), -1) + np.random.default_rng(0).uniform(0, 1e-3, (500, 64))  # no two distances are equal
    fit, new = X[:400], X[400:]
    theirs = Isomap(n_components=4, n_neighbors=n_neighbors).fit(fit)
    ours = LandmarkIsomap(n_components=4, n_neighbors=n_neighbors, n_landmarks=10_000, random_state=0).fit(fit)
    scale = np.abs(theirs.embedding_).max()
    assert len(ours.landmarks_) == 400
    assert np.abs(aligned(ours.embedding_, theirs.embedding_) - theirs.embedding_).max() < 1e-3 * scale
    codes = theirs.transform(new)
    assert np.abs(aligned(ours.transform(new), codes) - codes).max() < 1e-3 * scale


def test_images_that_differ_little_keep_their_neighbours():
    """Far from zero the products of such images are alike in float32, to within more than they differ."""
    X = (0.9 + 0.004 * np.random.default_rng(0).random((300, 8, 8))).astype(np.float32)
    ours, theirs = LandmarkIsomap().fit_transform(X), Isomap().fit_transform(X.reshape(300, -1).astype(np.float64))
    assert np.abs(ours * np.sign((ours * theirs).sum(0)) - theirs).max() < 1e-3 * np.abs(theirs).max()


def test_images_that_are_all_equal_are_refused():
    with pytest.raises(BadInputError, match="all images of X are equal"):
        LandmarkIsomap(pca_components=3).fit(np.full((40, 4, 4), 7, np.uint8))


def test_a_graph_of_very_many_parts_is_refused():
    """Joining them takes time that grows with the square of their number."""
    X = np.repeat(np.random.default_rng(0).random((600, 2, 2)), 3, axis=0)
    with pytest.raises(BadInputError, match="600 parts that are not connected: give a larger n_neighbors"):
        LandmarkIsomap(n_neighbors=2).fit(X)


def test_some_landmarks_give_nearly_the_same():
    few = LandmarkIsomap(n_neighbors=8, n_landmarks=250, random_state=1).fit(DIGITS)
    every = LandmarkIsomap(n_neighbors=8, n_landmarks=500).fit(DIGITS)
    difference = aligned(few.embedding_, every.embedding_) - every.embedding_
    assert difference.std() < 0.15 * every.embedding_.std()


def test_distances_are_along_the_data():
    """An arc of 300 degrees is laid out straight: codes are lengths along it, not chords."""
    angle = np.linspace(0, 1, 400) ** 1.1 * 300 / 180 * np.pi
    X = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    isomap = LandmarkIsomap(n_components=1, n_neighbors=6, n_landmarks=40, random_state=0).fit(X)
    codes = isomap.embedding_[:, 0]
    lengths = (codes - codes.mean()) * np.sign(np.corrcoef(codes, angle)[0, 1])
    assert np.abs(lengths * isomap.space_.scale - (angle - angle.mean())).max() < 0.05


def test_codes_of_images_that_were_fitted_are_the_same_when_they_come_again():
    isomap = LandmarkIsomap(n_components=3, n_neighbors=7, n_landmarks=60, random_state=0)
    codes = isomap.fit_transform(DIGITS)
    assert np.allclose(isomap.transform(DIGITS), codes, atol=1e-4)


def test_in_principal_components_it_is_the_same_as_on_them():
    from sklearn.decomposition import PCA

    X = DIGITS.reshape(len(DIGITS), -1)
    settings = {"n_neighbors": 12, "n_landmarks": 100, "random_state": 3}
    inside = LandmarkIsomap(pca_components=10, **settings).fit(X)
    outside = LandmarkIsomap(**settings).fit(PCA(10).fit_transform(X))
    theirs = outside.embedding_ * outside.space_.scale
    assert np.allclose(aligned(inside.embedding_, theirs), theirs, atol=1e-3)


def test_more_processes_find_the_same(monkeypatch):
    alone = LandmarkIsomap(n_landmarks=50, random_state=0).fit(DIGITS)
    monkeypatch.setattr(landmark_isomap, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(landmark_isomap, "SEARCHED_AT_ONCE", 8 * len(DIGITS) * 7)
    together = LandmarkIsomap(n_landmarks=50, n_jobs=2, random_state=0).fit(DIGITS)
    assert np.array_equal(alone.embedding_, together.embedding_)


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")  # of scikit-learn's own joining
def test_a_graph_in_parts_is_joined_as_scikit_learn_does():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(centre, 0.1, (30, 3)) for centre in (0, 3, 7)])
    with pytest.warns(UserWarning, match="3 parts"):
        ours = LandmarkIsomap(n_neighbors=4, n_landmarks=90).fit(X)
    with pytest.warns(UserWarning, match="connected components"):
        theirs = Isomap(n_neighbors=4).fit_transform((X - X.min()) / np.ptp(X))
    assert np.abs(aligned(ours.embedding_, theirs) - theirs).max() < 1e-3 * np.abs(theirs).max()


def test_points_that_lie_on_each_other_are_no_distance_apart():
    X = np.concatenate([DIGITS[:60], DIGITS[:60]])
    graph = neighbour_graph(X.reshape(120, -1).astype(np.float32), 3)
    assert graph.nnz == 360
    assert graph[3, 63] == 0.0
    codes = LandmarkIsomap(n_neighbors=20, n_landmarks=120).fit(X).embedding_
    assert np.allclose(codes[:60], codes[60:], atol=1e-4)


def test_nearest_rows_are_those_of_scikit_learn():
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(0)
    reference, query = (rng.normal(5, 1, (n, 20)).astype(np.float32) for n in (700, 1500))
    theirs, their_rows = NearestNeighbors(n_neighbors=9).fit(reference).kneighbors(query)
    ours, rows = nearest_rows(reference, query, 9)
    assert np.array_equal(rows, their_rows)
    assert np.allclose(ours, theirs, rtol=1e-5)


def test_a_connected_graph_stays_as_it_is():
    points = np.arange(6, dtype=np.float32)[:, None]
    graph = neighbour_graph(points, 2)
    assert joined(graph, points) is graph


def test_a_folder_keeps_all_of_it(tmp_path):
    fitted = LandmarkIsomap(n_neighbors=12, n_landmarks=50, pca_components=12, random_state=0).fit(DIGITS)
    again = load_model(save_model(fitted, tmp_path / "isomap"))
    assert np.array_equal(again.transform(DIGITS[:20]), fitted.transform(DIGITS[:20]))
    assert np.array_equal(again.embedding_, fitted.embedding_)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"n_neighbors": 500}, "n_neighbors=500, but X has 500 samples: each needs as many others"),
        ({"n_components": 50, "n_landmarks": 50}, "paths begin at 50 of the images: give fewer"),
        ({"n_components": 450}, "n_components=450, but the distances"),
        ({"pca_components": 65}, "pca_components=65, but X has a rank of at most 64"),
        ({"n_landmarks": 0}, "n_landmarks"),
        ({"n_neighbors": 2.5}, "n_neighbors"),
        ({"n_jobs": 0}, "n_jobs=0"),
        ({"n_jobs": "all"}, "n_jobs"),
    ],
)
def test_what_cannot_be_is_refused(settings, told):
    with pytest.raises(BadInputError, match=told):
        LandmarkIsomap(**settings).fit(DIGITS)


def test_memory_is_told_and_what_does_not_fit_is_refused(monkeypatch, caplog):
    with caplog.at_level(logging.INFO, "tasvir.models.landmark_isomap"):
        LandmarkIsomap(random_state=0).fit(DIGITS[:100])
    assert "100 images, 100 landmarks: about" in caplog.text
    monkeypatch.setattr(landmark_isomap, "free_memory", lambda: 1e6)
    with pytest.raises(BadInputError, match=r"need about .* GB are free: give fewer images"):
        LandmarkIsomap(random_state=0).fit(DIGITS)


def test_as_many_landmarks_as_are_advised_do_fit(monkeypatch):
    with monkeypatch.context() as tight:
        tight.setattr(landmark_isomap, "free_memory", lambda: 0.342e9)
        with pytest.raises(BadInputError, match=r"give n_landmarks=\d+ or fewer") as refused:
            LandmarkIsomap(n_neighbors=10, random_state=0).fit(DIGITS)
        fits = int(re.search(r"n_landmarks=(\d+)", str(refused.value)).group(1))
        assert 2 < fits < len(DIGITS)
        LandmarkIsomap(n_neighbors=10, n_landmarks=fits, random_state=0).fit(DIGITS)


def test_minus_one_is_one_process_a_core(monkeypatch):
    monkeypatch.setattr(landmark_isomap, "WORTH_PROCESSES", 0)
    assert LandmarkIsomap(n_jobs=-1).set_params(n_landmarks=5).fit(DIGITS[:50])._n_processes(50) >= 1
