"""One rule for duplicates, from 8x8 digits to photographs: copies are found, different pictures are not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from tasvir.data.audit import duplicates
from tasvir.data.audit.duplicates import clusters, find_pairs
from tasvir.data.load import load_data


def jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "jpeg", quality=quality)
    return np.asarray(Image.open(file))


def shifted(image, by):
    return np.clip(image.astype(int) + by, 0, 255).astype(np.uint8)


def enhanced(image, enhancer, factor):
    return np.asarray(enhancer(Image.fromarray(image)).enhance(factor))


CHANGES = {
    "the same": lambda image: image,
    "JPEG 90": lambda image: jpeg(image, 90),
    "JPEG 75": lambda image: jpeg(image, 75),
    "brighter": lambda image: shifted(image, 12),
    "darker": lambda image: shifted(image, -12),
    "more brightness": lambda image: enhanced(image, ImageEnhance.Brightness, 1.12),
    "more contrast": lambda image: enhanced(image, ImageEnhance.Contrast, 1.12),
    "JPEG, brighter": lambda image: jpeg(shifted(image, 8), 85),
}


def photographs(n=120, side=64):
    """Smooth random colour fields with sharp edges: as unlike each other as photographs are."""
    rng = np.random.default_rng(0)
    images = []
    for _ in range(n):
        field = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize((side, side))
        left, top = rng.integers(4, side // 2, 2).tolist()
        field.paste(tuple(rng.integers(0, 256, 3).tolist()), (left, top, left + side // 3, top + side // 3))
        images.append(np.asarray(field.filter(ImageFilter.SMOOTH)))
    return np.stack(images)


SETS = {"digits": lambda: load_data("digits").images, "photographs": photographs}


@pytest.fixture(scope="module", params=SETS)
def images(request):
    return SETS[request.param]()


@pytest.mark.parametrize("change", CHANGES)
def test_planted_copies_are_found_and_nothing_else(images, change):
    rows = np.random.default_rng(1).choice(len(images), 40, replace=False)
    copies = np.stack([CHANGES[change](images[row]) for row in rows])
    pairs = find_pairs(np.concatenate([images, copies]))
    expected = {(row, len(images) + index) for index, row in enumerate(rows.tolist())}
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == expected
    assert (pairs.kind == "identical").all() == (change == "the same")


def test_different_pictures_are_no_duplicates(images):
    assert len(find_pairs(images)) == 0


def test_many_copies_of_one_picture_are_one_cluster():
    images = photographs()
    copies = [jpeg(images[7], quality) for quality in range(60, 95)]
    pairs = find_pairs(np.concatenate([images, copies]))
    cluster = clusters(len(images) + len(copies), pairs)
    assert len(pairs) == 36 * 35 / 2
    assert (cluster[len(images) :] == cluster[7]).all()
    assert len(np.unique(cluster)) == len(images)


def test_hundreds_of_identical_images_are_one_cluster_with_a_bounded_list():
    images = photographs(30)
    pairs = find_pairs(np.concatenate([images, *[images[:1]] * 300]))
    cluster = clusters(330, pairs)
    assert (cluster[30:] == cluster[0]).all()
    assert len(pairs) <= 301 * duplicates.PARTNERS


def test_distances_are_euclidean_on_0_to_1():
    images = np.random.default_rng(0).integers(10, 200, (30, 9, 7), dtype=np.uint8)
    images[20] = images[3]
    images[20, 0, 0] += 2
    images[21] = images[4]
    pairs = find_pairs(images)
    assert list(zip(pairs.first, pairs.second, strict=True)) == [(4, 21), (3, 20)]
    np.testing.assert_allclose(pairs.distance, [0, 2 / 255])
    assert pairs.kind.tolist() == ["identical", "close"]


@pytest.mark.parametrize("color", [False, True])
def test_images_without_contrast_are_duplicates_only_when_identical(color):
    levels = np.repeat(np.arange(10, 250, 8), 1)[:, None, None].astype(np.uint8)
    images = np.broadcast_to(levels, (30, 8, 8)).copy()
    images = np.stack([images, images // 2, images // 3], axis=-1) if color else images
    assert len(find_pairs(images)) == 0
    images[29] = images[2]
    pairs = find_pairs(images)
    assert (pairs.first.tolist(), pairs.second.tolist(), pairs.kind.tolist()) == ([2], [29], ["identical"])


def test_the_same_shape_in_another_colour_is_another_picture():
    images = photographs(40)
    shapes = np.zeros((2, 64, 64, 3), np.uint8)
    shapes[0, 20:40, 20:40, 0] = 200
    shapes[1, 20:40, 20:40, 1] = 200
    assert len(find_pairs(np.concatenate([images, shapes]))) == 0


def test_the_block_size_does_not_matter(monkeypatch):
    images = photographs(50)
    images = np.concatenate([images, np.stack([jpeg(image, 80) for image in images[:20]])])
    whole = find_pairs(images)
    monkeypatch.setattr(duplicates, "BLOCK", 7)
    small = find_pairs(images)
    np.testing.assert_array_equal(small.first, whole.first)
    np.testing.assert_array_equal(small.second, whole.second)


def test_of_very_many_images_only_identical_ones_are_looked_for(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_COMPARED", 40)
    images = photographs(50)
    images = np.concatenate([images, images[:2], np.stack([jpeg(image, 80) for image in images[:20]])])
    pairs = find_pairs(images)
    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 50), (1, 51)]
    assert (pairs.kind == "identical").all()


@pytest.mark.parametrize("n", [1, 2, 3, 12])
def test_small_sets(n):
    images = photographs(n)
    assert len(find_pairs(images)) == 0
    pairs = find_pairs(np.concatenate([images, images[:1]]))
    assert pairs.second.tolist() == [n]


@pytest.mark.real
@pytest.mark.parametrize("name", ["cats_vs_dogs_64", "cats_vs_dogs"])
def test_copies_of_real_photographs_are_found_and_different_ones_are_not(real_data, name):
    dataset = load_data(real_data / name)
    known = find_pairs(dataset.images)
    assert (known.kind != "alike").all()  # two true copies among the 5,000
    assert len(known) <= 2
    rows = np.random.default_rng(0).choice(len(dataset), 80, replace=False)
    for change in ("JPEG 75", "more brightness"):
        copies = np.stack([CHANGES[change](dataset.images[row]) for row in rows])
        pairs = find_pairs(np.concatenate([dataset.images, copies]))
        found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        assert {(row, len(dataset) + index) for index, row in enumerate(rows.tolist())} <= found
        assert len(found) <= len(known) + len(rows) + 2


@pytest.mark.real
def test_seventy_thousand_images_take_less_than_three_minutes(real_data):
    import time

    images = load_data("mnist", data_dir=real_data).images
    start = time.perf_counter()
    assert len(find_pairs(images)) == 0
    assert time.perf_counter() - start < 180
