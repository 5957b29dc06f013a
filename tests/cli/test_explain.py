"""`tasvir explain MODEL_DIR IMAGE...`: a page on a user's own images, and each of them under its map."""

import re

import numpy as np
import pytest
from PIL import Image
from report.test_words import NAMES as LATIN
from report.test_words import visible

from tasvir import CNNSpec, ImageClassifier, grad_cam, load_data, load_model, overlay, save_model

SMALL = {"max_epochs": 8, "device": "cpu", "random_state": 0, "validation_fraction": None}


@pytest.fixture(scope="module")
def digits():
    return load_data("digits")


@pytest.fixture(scope="module")
def models(tmp_path_factory, digits):
    """Folders of a net with convolutions, and of one without."""
    place = tmp_path_factory.mktemp("models")
    X, y, _ = digits.part("train")
    net = CNNSpec(filters=(8, 16), batch_norm=False, dense=(32,))
    save_model(ImageClassifier(net=net, **SMALL).fit(X[:600], y[:600]), place / "cnn", data=digits)
    save_model(ImageClassifier(net="dense", **SMALL).fit(X[:60], y[:60]), place / "dense", data=digits)
    return place


@pytest.fixture
def mine(tmp_path, digits):
    """Three test images and, in a folder, one that was learned."""
    X, _, _ = digits.part("test")
    learned = digits.part("train")[0][0]
    (tmp_path / "folder").mkdir()
    for name, image in (("a.png", X[0]), ("b.png", X[1]), ("c.bmp", X[2]), ("folder/d.png", learned)):
        Image.fromarray(image).save(tmp_path / name)
    return [tmp_path / name for name in ("a.png", "b.png", "c.bmp", "folder")]


def test_it_says_what_the_model_says_and_shows_where_it_looked(tasvir, models, mine, digits):
    said = tasvir("explain", models / "cnn", *mine, "--data", "digits", "--out", "page", "--json")
    assert said.code == 0, said.err
    net = load_model(models / "cnn")
    X = np.concatenate([digits.part("test")[0][:3], digits.part("train")[0][:1]])
    probabilities = net.predict_proba(X)
    told = said.json["images"]
    assert [one["name"] for one in told] == ["a.png", "b.png", "c.bmp", "d.png"]
    for one, own in zip(told, probabilities, strict=True):
        order = np.argsort(-own)
        assert one["classes"] == [digits.class_names[label] for label in order[:5]]
        assert one["probabilities"] == pytest.approx(own[order[:5]].tolist(), abs=1e-6)
    assert [one["learned"] for one in told] == [False, False, False, True]
    assert told[3]["nearest"][0]["class"] == digits.class_names[digits.part("train")[1][0]]
    page = (mine[0].parent / "page" / "explanation.html").read_text()
    assert page.count("<figure") == 4
    assert "This very image is in the training part of the set." in page


def test_the_files_are_the_maps_over_the_enlarged_images(tasvir, models, mine, digits):
    assert tasvir("explain", models / "cnn", *mine[:3], "--out", "page").code == 0
    folder = mine[0].parent / "page"
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "b.png", "c.png", "explanation.html"]
    drawn = np.asarray(Image.open(folder / "a.png"))
    assert drawn.shape == (256, 256, 3)
    X = digits.part("test")[0][:1]
    small = overlay(X, grad_cam(load_model(models / "cnn"), X))[0].astype(float)
    coarse = drawn.reshape(8, 32, 8, 32, 3).mean(axis=(1, 3))
    assert np.abs(coarse - small).mean() < 12  # the same picture, in more pixels


def test_without_data_no_training_image_is_shown(tasvir, models, mine):
    said = tasvir("explain", models / "cnn", mine[0], "--out", "page", "--json")
    assert "nearest" not in said.json["images"][0]
    assert "nearest images" not in (mine[0].parent / "page" / "explanation.html").read_text().lower()


def test_other_layers_may_be_asked(tasvir, models, mine):
    for place, layer in enumerate(("0", "-1", "features.0")):
        assert tasvir("explain", models / "cnn", mine[0], "--layer", layer, "--out", f"page{place}").code == 0
    first, last, named = ((mine[0].parent / f"page{place}" / "a.png").read_bytes() for place in range(3))
    assert first != last
    assert named != last


def test_in_persian_no_english_is_left(tasvir, models, mine):
    assert tasvir("explain", models / "cnn", *mine, "--data", "digits", "--out", "page", "--lang", "fa").code == 0
    html = (mine[0].parent / "page" / "explanation.html").read_text()
    assert 'dir="rtl"' in html
    left = set(re.findall(r"[A-Za-z]{3,}", visible(html))) - LATIN
    assert left <= {"Tasvir", "png", "bmp", "cnn", "features", "tasvir", "study"}, left


def test_a_net_without_convolutions_is_refused(refused, models, mine):
    line = refused("explain", models / "dense", mine[0], "--out", "page")
    assert "no convolution, and Grad-CAM needs one: fit an ImageClassifier with net='vgg', 'resnet' or 'cnn'" in line


def test_an_image_of_another_size_is_refused_unless_it_is_asked_for(refused, tasvir, models, mine, digits):
    large = mine[0].parent / "large.png"
    Image.fromarray(digits.images[0].repeat(2, axis=0).repeat(3, axis=1)).save(large)
    line = refused("explain", models / "cnn", mine[0], large, "--out", "page")
    assert (
        "large.png has an image of 24x16 pixels, and the model takes 8x8: bring it to that size, or give --image-size 8" in line
    )
    assert tasvir("explain", models / "cnn", mine[0], large, "--image-size", 8, "--out", "page").code == 0


def test_what_is_no_image_is_refused(refused, models, mine):
    words = mine[0].parent / "words.png"
    words.write_text("no image")
    assert "words.png" in refused("explain", models / "cnn", mine[0], words, "--out", "page")
    assert "nowhere.png" in refused("explain", models / "cnn", "nowhere.png", "--out", "page")


def test_images_of_one_name_are_told_apart_and_none_is_given_twice(tasvir, refused, models, mine, digits):
    other = mine[0].parent / "folder" / "a.png"
    Image.fromarray(digits.images[5]).save(other)
    assert "is given twice: give each image once" in refused("explain", models / "cnn", mine[0], mine[0], "--out", "page")
    said = tasvir("explain", models / "cnn", mine[0], other, "--out", "page", "--json")
    names = [one["name"] for one in said.json["images"]]
    assert names == [f"{mine[0].parent.name}-a.png", "folder-a.png"]
    assert sorted(path.name for path in (mine[0].parent / "page").glob("*.png")) == sorted(names)


def test_a_file_that_cannot_be_read_is_no_image_of_one_pixel(refused, models, mine):
    (mine[0].parent / "none.png").write_bytes(b"")
    assert "1x1" not in refused("explain", models / "cnn", mine[0].parent / "none.png", "--out", "page")
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(mine[0].parent / "one.png")
    assert "1x1 pixels, and the model takes 8x8" in refused(
        "explain", models / "cnn", mine[0].parent / "one.png", "--out", "page"
    )


def test_data_of_other_classes_are_refused(refused, models, mine, digits):
    for name in ("cat", "dog"):
        for index in range(6):
            place = mine[0].parent / "pets" / name / f"{index}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(digits.images[index]).save(place)
    line = refused("explain", models / "cnn", mine[0], "--data", mine[0].parent / "pets", "--out", "page")
    assert "has the class 'cat', and the model knows 0, 1, 2, 3, 4" in line


def test_more_images_than_a_page_bears_are_refused(refused, models, tmp_path, digits):
    (tmp_path / "many").mkdir()
    for index in range(51):
        Image.fromarray(digits.images[index]).save(tmp_path / "many" / f"{index}.png")
    assert "makes it 51 images: give at most 50 at once" in refused("explain", models / "cnn", tmp_path / "many", "--out", "page")


def test_data_of_other_images_are_refused(refused, models, mine, tmp_path):
    (tmp_path / "flat").mkdir()
    assert "flat" in refused("explain", models / "cnn", mine[0], "--data", tmp_path / "flat", "--out", "page")
