"""The copy audit counts copies, however they were changed, and only those."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom
from sklearn.datasets import load_digits

from tasvir import copy_audit, load_data
from tasvir.contracts.errors import BadInputError
from tasvir.data.audit.duplicates import find_pairs
from tasvir.measures import likeness
from tasvir.measures.copies import chance_of_copies
from tasvir.measures.planted import planted, planted_copies

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")


def pictures(n: int, seed: int, size: int = 12) -> np.ndarray:
    """Smooth pictures, no two of one place, on the 0..1 scale."""
    smooth = gaussian_filter(np.random.default_rng(seed).normal(size=(n, size, size)), (0, 1.5, 1.5))
    return np.clip(0.5 + smooth, 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def real():
    """Training, held-out and fresh images."""
    return pictures(200, 0), pictures(100, 1), pictures(500, 2)


@pytest.fixture(scope="module")
def digits():
    images = np.random.default_rng(0).permutation(load_digits().images / 16)
    return images[:1000], images[1000:1300], images[1300:]


def darker(images: np.ndarray) -> np.ndarray:
    return 0.1 + 0.4 * images


def shifted(images: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """What leaves on one side is lost, noise comes in on the other."""
    moved = np.roll(images, (dy, dx), axis=(1, 2)).copy()
    came = np.random.default_rng(0).random(moved.shape)
    if dy:
        moved[:, 0 if dy > 0 else -1] = came[:, 0]
    if dx:
        moved[:, :, 0 if dx > 0 else -1] = came[:, :, 0]
    return moved


@pytest.mark.parametrize("of", ["real", "digits"])
def test_a_memoriser_is_found_out_whole(of, request):
    training, held_out, _ = request.getfixturevalue(of)
    found = copy_audit(training, training, held_out)
    assert found.n_copies == found.n_samples == len(training)
    assert found.nearest.tolist() == list(range(len(training)))
    assert found.ratio.max() < 0.02


@pytest.mark.parametrize("of", ["real", "digits"])
def test_of_fresh_images_at_most_one_in_a_hundred_is_called_a_copy(of, request):
    training, held_out, fresh = request.getfixturevalue(of)
    found = copy_audit(fresh, training, held_out)
    assert found.n_copies / found.n_samples <= 0.01
    assert found.samples_median == pytest.approx(found.held_out_median, rel=0.1)


@pytest.mark.parametrize("of", ["real", "digits"])
def test_planted_copies_of_each_kind_are_found(of, request):
    training, held_out, fresh = request.getfixturevalue(of)
    found = copy_audit(fresh, training, held_out)
    assert set(found.planted) == {"exact", "noise", "mirrored", "shifted", "contrast"}
    assert min(found.planted.values()) >= 0.99


@pytest.mark.parametrize(
    "change",
    [
        darker,
        lambda images: images[:, :, ::-1],
        lambda images: darker(images[:, :, ::-1]),
        *(lambda images, dy=dy, dx=dx: shifted(images, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx),
        lambda images: shifted(darker(images[:, :, ::-1]), 1, -1),
    ],
)
def test_the_same_picture_is_no_distance_away(real, change):
    training, held_out, _ = real
    found = copy_audit(change(training), training, held_out)
    assert found.ratio.max() < 0.02
    assert found.nearest.tolist() == list(range(200))


def test_upside_down_is_another_picture(real):
    training, held_out, _ = real
    assert copy_audit(training[:, ::-1], training, held_out).n_copies == 0


def test_large_pictures_are_found_shifted_by_a_pixel_too(real):
    training, held_out, fresh = (zoom(images, (1, 4, 4), order=1) for images in real)
    found = copy_audit(np.concatenate([shifted(training, 1, -1), fresh]), training, held_out)
    assert found.n_copies == 200
    assert found.ratio[:200].max() < 0.02


def test_the_ratio_is_that_of_the_distances(monkeypatch):
    """Without shifts and mirror: the angle between images whose mean was removed, by hand."""
    monkeypatch.setattr(likeness, "SHIFTED_SIDE", 100)
    training, query = pictures(70, 3), pictures(5, 4)
    rows, ratio = likeness.nearest_pictures(query[..., None], training[..., None], 50)
    for image, row, one in zip(query, rows, ratio, strict=True):
        correlations = [max(np.corrcoef(turned.ravel(), t.ravel())[0, 1] for turned in (image, image[:, ::-1])) for t in training]
        distances = np.sqrt(2 - 2 * np.array(correlations))
        assert row == distances.argmin()
        assert one == pytest.approx(distances.min() / np.sort(distances)[:50].mean(), rel=1e-3)


def test_blocks_leave_no_seam(real, monkeypatch):
    training, held_out, fresh = real
    whole = copy_audit(fresh, training, held_out)
    monkeypatch.setattr(likeness, "QUERY_BLOCK", 37)
    monkeypatch.setattr(likeness, "TRAINING_BLOCK", 41)
    parts = copy_audit(fresh, training, held_out)
    assert parts.ratio == pytest.approx(whole.ratio, abs=1e-5)
    assert parts.nearest.tolist() == whole.nearest.tolist()


def test_near_duplicates_among_held_out_images_do_not_blind_it(real):
    training, held_out, fresh = real
    noise = np.random.default_rng(5).normal(0, 0.01, (30, 12, 12))
    near = np.concatenate([np.clip(training[:30, :, ::-1] + noise, 0, 1), held_out[30:]])
    copies = planted(training[100:, ..., None])["noise"][..., 0]
    clean, found = copy_audit(copies, training, held_out), copy_audit(copies, training, near)
    assert (clean.n_left_out, found.n_left_out, found.n_held_out) == (0, 30, 100)
    assert found.n_copies == clean.n_copies == 100
    assert copy_audit(fresh, training, near).n_copies <= 5


def test_blurred_samples_are_near_to_many_images_and_no_copies(digits):
    training, held_out, fresh = digits
    soft = gaussian_filter(fresh, (0, 1.0, 1.0))
    means = fresh[:490].reshape(49, 10, 8, 8).mean(axis=1)
    assert copy_audit(np.concatenate([soft, means]), training, held_out).n_copies <= 5


def test_copies_of_an_image_that_is_there_three_times_are_counted(real):
    training, held_out, _ = real
    assert copy_audit(training, np.concatenate([training] * 3), held_out).n_copies == 200


@pytest.mark.parametrize("n", [1, 10, 30])
def test_few_held_out_images_do(digits, n):
    training, held_out, fresh = digits
    shares = [copy_audit(fresh, training, held_out[at : at + n]) for at in range(0, 300, 30)]
    assert np.mean([found.n_copies / found.n_samples for found in shares]) <= (0.01 if n > 1 else 0.02)
    assert min(min(found.planted.values()) for found in shares) >= 0.99


def test_images_without_contrast_are_no_copies_and_harm_no_others(real):
    training, held_out, _ = real
    flat = np.full((20, 12, 12), 0.3, np.float32)
    found = copy_audit(np.concatenate([flat, training]), np.concatenate([training, flat[:1]]), np.concatenate([held_out, flat]))
    assert np.isfinite(found.ratio).all()
    assert (found.ratio[:20] < found.threshold).sum() == 0
    assert found.n_copies == 200


def test_only_flat_images():
    flat = np.zeros((4, 8, 8))
    assert copy_audit(flat, flat, flat).n_copies == 0


def test_uint8_floats_and_flat_rows_are_the_same_images(real):
    training, held_out, fresh = (np.rint(images * 255).astype(np.uint8) for images in real)
    found = [
        copy_audit(fresh, training, held_out),
        copy_audit(fresh / 255, training / 255, held_out / 255),
        copy_audit(*(images.reshape(len(images), -1) for images in (fresh, training, held_out))),
        copy_audit(*(np.repeat(images[..., None], 3, axis=3) for images in (fresh, training, held_out))),
    ]
    for other in found[1:]:
        assert other.ratio == pytest.approx(found[0].ratio, abs=1e-3)
        assert other.threshold == pytest.approx(found[0].threshold, abs=0.01)


def test_short_sides_are_not_shifted():
    rng = np.random.default_rng(0)
    training, held_out = rng.random((30, 6)), rng.random((30, 6))
    found = copy_audit(training, training, held_out)
    assert "shifted" not in found.planted
    assert found.n_copies == 30


def test_it_is_the_same_each_time(real):
    training, held_out, fresh = real
    one, other = (copy_audit(fresh, training, held_out) for _ in range(2))
    assert one.threshold == other.threshold
    assert one.planted == other.planted


def test_distances_are_root_mean_squares():
    found = copy_audit(np.full((3, 2, 2), 0.25), np.zeros((2, 2, 2)), np.full((5, 2, 2), 0.5))
    assert (found.held_out_median, found.samples_median) == (0.5, 0.25)


def test_the_threshold_is_tested_on_other_copies_than_it_was_learned_from():
    training = pictures(150, 0)[..., None]
    known, asked = planted_copies(training)
    both = np.concatenate([known["exact"], asked["exact"]])
    assert len(np.unique(both.reshape(150, -1), axis=0)) == 150


@pytest.mark.parametrize("kind", ["mirrored", "shifted"])
def test_what_it_does_not_look_for_it_says_it_does_not_find(real, kind, monkeypatch):
    """A blind audit must not call itself seeing: without shifts, or without the mirror, the planted share tells."""
    views = likeness._views

    def blind(images):
        straight, mirrored = views(images)
        if kind == "mirrored":
            return straight, straight
        return {(0, 0): straight[0, 0]}, {(0, 0): mirrored[0, 0]}

    monkeypatch.setattr(likeness, "_views", blind)
    training, held_out, fresh = real
    assert copy_audit(fresh, training, held_out).planted[kind] < 0.5


@pytest.mark.parametrize(
    ("samples", "training", "held_out", "words"),
    [
        (np.zeros((2, 4)), np.zeros((2, 3)), np.zeros((2, 3)), "all of one size"),
        (np.zeros((2, 4, 4)), np.zeros((2, 16)), np.zeros((2, 16)), "all of one size"),
        (np.zeros(3), np.zeros(3), np.zeros(3), "all of one size"),
        (np.zeros((0, 4, 4)), np.zeros((2, 4, 4)), np.zeros((2, 4, 4)), "at least 2 training images, 1 sample"),
        (np.zeros((2, 4, 4)), np.zeros((1, 4, 4)), np.zeros((2, 4, 4)), "at least 2 training images"),
        (np.full((2, 4, 4), np.nan), np.zeros((2, 4, 4)), np.zeros((2, 4, 4)), "samples holds what is no finite number"),
        (np.zeros((2, 4, 4)), np.full((2, 4, 4), 0.5), np.full((2, 4, 4), "a"), "held_out holds what is no finite number"),
        (np.zeros((2, 4, 4)), np.full((2, 4, 4), 7.5), np.zeros((2, 4, 4)), "0..255 or float 0..1"),
        (np.zeros((2, 4, 4, 2)), np.zeros((2, 4, 4, 2)), np.zeros((2, 4, 4, 2)), "1 .gray. or 3"),
    ],
)
def test_bad_input_is_told_in_one_line(samples, training, held_out, words):
    with pytest.raises(BadInputError, match=words) as told:
        copy_audit(samples, training, held_out)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("n", "n_near"), [(10, 0), (60, 0), (60, 12), (150, 30)])
def test_a_fresh_generator_is_seldom_said_to_copy(n, n_near):
    """The level is 1 %; samples and held-out images are drawn alike, some of them near-duplicates of training images."""
    training, said = pictures(80, 0, 8), 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        new = pictures(2 * n, 1000 + seed, 8)
        near = rng.random(2 * n) < n_near / n
        new[near] = training[rng.integers(0, 80, near.sum())]
        found = copy_audit(new[:n], training, new[n:])
        said += chance_of_copies(found.n_copies, n, n, n_left_out=found.n_left_out) < 0.01
    assert said / 200 <= 0.02


@pytest.mark.parametrize(("n", "copied"), [(60, 0.2), (300, 0.1)])
def test_a_generator_that_copies_is_found(n, copied):
    training, said = pictures(80, 0), 0
    for seed in range(20):
        new = pictures(2 * n, 1000 + seed)
        new[: int(copied * n)] = training[np.random.default_rng(seed).integers(0, 80, int(copied * n))]
        said += chance_of_copies(copy_audit(new[:n], training, new[n:]).n_copies, n, n) < 0.01
    assert said >= 18


def test_one_case_proves_nothing():
    assert chance_of_copies(1, 10, 10) > 0.5
    assert chance_of_copies(0, 10, 10) == 1
    assert chance_of_copies(20, 100, 100, n_left_out=20) > 0.4


@pytest.mark.real
@pytest.mark.parametrize(("name", "n"), [("mnist", 2000), ("breastmnist", 437)])
def test_on_real_sets(name, n):
    folder = REAL_DATA / {"breastmnist": "medmnist"}.get(name, name)
    if not folder.is_dir():
        pytest.skip(f"needs {folder}")
    images = load_data(name, data_dir=REAL_DATA).images
    training, held_out, fresh = np.split(np.random.default_rng(0).permutation(images)[: 2 * n], [n, n + n // 4])
    fresh = fresh[: n // 4]
    found = copy_audit(fresh, training, held_out)
    assert min(found.planted.values()) >= 0.99
    assert chance_of_copies(found.n_copies, len(fresh), len(held_out), n_left_out=found.n_left_out) > 0.01
    pairs = find_pairs(np.concatenate([training, fresh]))
    same = pairs.second[(pairs.first < n) & (pairs.second >= n)] - n
    new = np.delete(found.ratio, same)
    assert (new < found.threshold).mean() <= 0.03  # some show the same picture moved by a pixel
