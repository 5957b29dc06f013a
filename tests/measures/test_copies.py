"""The copy audit counts copies, and only those."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.copies import chance_of_copies, copy_audit


@pytest.fixture
def real():
    rng = np.random.default_rng(0)
    return rng.random((200, 10)), rng.random((400, 10)), rng


def test_repeated_images_are_all_counted(real):
    train, held_out, rng = real
    found = copy_audit(train, held_out, train[rng.integers(0, 200, 300)] + 1e-4)
    assert found.n_copies == 300


def test_new_images_are_counted_as_rarely_as_held_out_ones(real):
    train, held_out, rng = real
    found = copy_audit(train, held_out, rng.random((2000, 10)))
    assert found.n_copies / 2000 <= 0.02
    assert found.samples_median == pytest.approx(found.held_out_median, rel=0.1)


def test_blurred_samples_are_near_to_many_images_and_no_copies(real):
    train, held_out, rng = real
    blurred = 0.5 + 0.2 * (rng.random((500, 10)) - 0.5)
    found = copy_audit(train, held_out, blurred)
    assert found.samples_median < found.held_out_median
    assert found.n_copies / 500 < 0.03


def test_blurred_samples_beside_a_few_smooth_images_are_no_copies(real):
    """Blurred ones are nearest to smooth ones, and that stands out; but not as a copy does."""
    _, _, rng = real
    images = [np.concatenate([0.5 + 0.7 * (rng.random((n // 10, 40)) - 0.5), rng.random((n, 40))]) for n in (200, 400)]
    blurred = 0.5 + 0.5 * (rng.random((300, 40)) - 0.5)
    assert copy_audit(*images, blurred).n_copies == 0


def test_copies_of_an_image_that_is_there_three_times_are_counted(real):
    train, held_out, _ = real
    train = np.concatenate([train, train, train])
    assert copy_audit(train, held_out, train[:200] + 1e-4).n_copies == 200


def test_distances_are_root_mean_squares():
    found = copy_audit(np.zeros((1, 4)), np.full((5, 4), 0.5), np.full((3, 4), 0.25))
    assert (found.held_out_median, found.samples_median) == (0.5, 0.25)


def test_bad_shapes():
    with pytest.raises(BadInputError, match="equal F"):
        copy_audit(np.zeros((2, 3)), np.zeros((2, 4)), np.zeros((2, 3)))


@pytest.mark.parametrize("n", [10, 60, 300])
def test_a_fresh_generator_is_seldom_said_to_copy(n):
    """The level is 1 %; samples and held-out images are drawn alike."""
    rng, said = np.random.default_rng(n), 0
    for _ in range(400):
        found = copy_audit(*(rng.random((rows, 3)) for rows in (80, n, n)))
        said += chance_of_copies(found.n_copies, n, n) < 0.01
    assert said / 400 <= 0.02


@pytest.mark.parametrize(("n", "copied"), [(60, 0.2), (300, 0.1)])
def test_a_generator_that_copies_is_found(n, copied):
    rng, said = np.random.default_rng(n), 0
    for _ in range(50):
        train, held, drawn = (rng.random((rows, 6)) for rows in (80, n, n))
        drawn[: int(copied * n)] = train[rng.integers(0, 80, int(copied * n))]
        said += chance_of_copies(copy_audit(train, held, drawn).n_copies, n, n) < 0.01
    assert said >= 45


def test_one_case_proves_nothing():
    assert chance_of_copies(1, 10, 10) > 0.5
    assert chance_of_copies(0, 10, 10) == 1
