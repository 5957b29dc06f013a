"""The training images themselves say whether left and right mean something."""

import dataclasses

import numpy as np
import pytest

from tasvir import load_data
from tasvir.studies.mirror import mirror_test


def dataset(images, labels):
    digits = load_data("digits")
    split = np.array(["train"] * len(labels))
    return dataclasses.replace(digits, images=images, labels=labels, split=split, class_names=("left", "right"))


def drawn(symmetric, n=200):
    """A bright spot left or right of the middle (the class), or high or low: only the first minds a mirror."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (n, 10, 10)).astype(np.uint8)
    labels = np.arange(n) % 2
    for image, label in zip(images, labels, strict=True):
        rows, columns = (slice(4, 6), slice(1, 3) if label else slice(7, 9))
        image[(columns, rows) if symmetric else (rows, columns)] = 255
    return dataset(images, labels)


def test_a_mirror_that_changes_the_class_is_not_safe():
    found = mirror_test(drawn(symmetric=False), 0)
    assert not found.safe
    assert (found.as_they_are, found.mirrored, found.informed) == (1.0, 0.0, True)


def test_a_mirror_that_changes_nothing_is_safe():
    assert mirror_test(drawn(symmetric=True), 0).safe


def test_digits_are_not_mirrored():
    assert not mirror_test(load_data("digits"), 0).safe


def test_only_training_images_are_looked_at():
    digits = load_data("digits")
    images = digits.images.copy()
    images[digits.split != "train"] = 0
    assert mirror_test(digits, 0) == mirror_test(dataclasses.replace(digits, images=images), 0)


def test_an_image_does_not_vote_for_itself():
    rng = np.random.default_rng(0)
    found = mirror_test(dataset(rng.integers(0, 255, (600, 5, 5)).astype(np.uint8), rng.integers(2, size=600)), 0)
    assert 0.4 < found.as_they_are < 0.6


def test_a_handful_of_images_is_enough_to_answer():
    images = np.random.default_rng(0).integers(0, 255, (4, 6, 6)).astype(np.uint8)
    assert mirror_test(dataset(images, np.array([0, 0, 1, 1])), 0).safe in (True, False)


def strokes(n=800, side=28):
    """/ against \\ on smooth backgrounds: to k-NN on pixels all noise, and mirroring exchanges the classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    grid = np.linspace(-1, 1, side)
    images = np.empty((n, side, side), np.uint8)
    for image, label in zip(images, labels, strict=True):
        a, b, c, shift = *rng.normal(size=3), rng.integers(-8, 9)
        smooth = a * grid[:, None] + b * grid[None] + c * np.outer(grid, grid)
        smooth = (smooth - smooth.min()) / np.ptp(smooth) * 200
        stroke = np.eye(side, k=int(shift)) if label else np.eye(side, k=int(shift))[:, ::-1]
        image[:] = np.clip(smooth + 55 * stroke, 0, 255)
    return dataset(images, labels)


def test_where_k_nn_is_near_chance_nothing_is_mirrored():
    found = mirror_test(strokes(), 0)
    assert 0.45 < found.as_they_are < 0.56
    assert found.mirrored == pytest.approx(found.as_they_are, abs=0.06)
    assert not found.safe
