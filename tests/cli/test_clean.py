"""`tasvir transform DENOISER_DIR`: a folder of noisy images becomes a folder of clean ones."""

import errno

import numpy as np
import pytest
from PIL import Image

from tasvir import Denoiser, UNetSpec, load_data, load_model, save_model
from tasvir.apply.cleaned import file_names

SMALL = {"net": UNetSpec(widths=(4, 4)), "max_epochs": 1, "batch_size": 32, "device": "cpu", "random_state": 0}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folders of a blind denoiser, one that is told, one of colour and one of rows of numbers."""
    place = tmp_path_factory.mktemp("models")
    X = load_data("digits").part("train")[0][:60]
    save_model(Denoiser(**SMALL).fit(X), place / "blind")
    save_model(Denoiser(variance=(0, 0.04), blind=False, **SMALL).fit(X), place / "told")
    save_model(Denoiser(**SMALL).fit(np.repeat(X[..., None], 3, axis=-1)), place / "colour")
    save_model(Denoiser(**SMALL).fit(X.reshape(60, -1)[:, :50]), place / "rows")
    return place


@pytest.fixture
def noisy(tmp_path):
    """Six images of 8 x 8 pixels, loose and in sub-folders, with two names that differ in their ends alone."""
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.PNG", "c.bmp", "deep/a.png", "deep/er/d.png", "c.png"):
        path = tmp_path / "noisy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
    return tmp_path / "noisy"


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_every_image_is_cleaned_under_its_name(tasvir, models, noisy, tmp_path):
    said = tasvir("transform", models / "blind", "--data", noisy, "--out", "clean", "--json")
    assert (said.code, said.json["images"], said.json["out"]) == (0, 6, "clean")
    assert "of 8 x 8 pixels, gray, as the model was fitted on" in said.err
    assert files(tmp_path / "clean") == ["a.png", "b.png", "c.bmp.png", "c.png.png", "deep/a.png", "deep/er/d.png"]
    known = load_model(models / "blind").transform(pixels(noisy / "deep/a.png")[None])[0]
    assert np.array_equal(pixels(tmp_path / "clean/deep/a.png"), np.rint(known))
    assert not np.array_equal(pixels(tmp_path / "clean/deep/a.png"), pixels(tmp_path / "clean/a.png"))


def test_images_get_the_size_and_colour_of_the_model(tasvir, models, tmp_path):
    Image.fromarray(np.full((30, 40, 3), 200, np.uint8)).save(tmp_path / "photo.png")
    (tmp_path / "some").mkdir()
    (tmp_path / "photo.png").rename(tmp_path / "some" / "photo.png")
    for model, shape in (("blind", (8, 8)), ("colour", (8, 8, 3))):
        assert tasvir("transform", models / model, "--data", "some", "--out", model).code == 0
        assert pixels(tmp_path / model / "photo.png").shape == shape


def test_a_told_denoiser_is_told(tasvir, models, noisy, tmp_path):
    for out, words in (("none", ("--variance", 0)), ("much", ("--variance", 0.04)), ("estimate", ())):
        assert tasvir("transform", models / "told", "--data", noisy, "--out", out, *words).code == 0
    fitted, image = load_model(models / "told"), pixels(noisy / "a.png")[None]
    for out, variance in (("none", 0.0), ("much", 0.04), ("estimate", None)):
        known = np.rint(fitted.transform(image, variance=variance)[0])
        assert np.array_equal(pixels(tmp_path / out / "a.png"), known), out


def test_they_may_be_had_as_arrays_too(tasvir, models, noisy, tmp_path):
    words = ("transform", models / "told", "--data", noisy, "--out", "clean.npz", "--variance", 0.01)
    assert tasvir(*words).code == 0
    found = np.load(tmp_path / "clean.npz")
    row = found["name"].tolist().index("a.png")
    known = load_model(models / "told").transform(pixels(noisy / "a.png")[None], variance=0.01)[0]
    assert np.array_equal(found["transformed"][row], known)


def test_images_without_files_are_named_by_their_place(tasvir, models, tmp_path, monkeypatch):
    X = load_data("digits").images[:30]
    np.savez("set.npz", x_train=X[:20], y_train=np.arange(20) % 2, x_test=X[20:], y_test=np.arange(10) % 2)
    monkeypatch.setattr("tasvir.apply.cleaned.AT_ONCE", 7)
    assert tasvir("transform", models / "blind", "--data", "set.npz", "--out", "clean").code == 0
    found = files(tmp_path / "clean")
    assert (found[0], len(found)) == ("test/0.png", 30)
    known = load_model(models / "blind").transform(X[20:])
    assert np.array_equal(pixels(tmp_path / "clean/test/9.png"), np.rint(known[9]))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("blind", "--out", "{there}"), "is there already: give a new folder"),
        (("blind", "--out", "{there}/a.png"), "is there already"),
        (("blind", "--out", "{there}/a.png/new"), "a.png is a file, so nothing can be written in it"),
        (("rows", "--out", "new"), "rows of 50 numbers are no pictures: give --out a .npz"),
        (("nowhere", "--out", "new"), "no model folder"),
        (("blind", "--out", "new", "--variance", 0.01), "this denoiser is blind"),
        (("blind", "--out", "new.npz", "--variance", 0.01), "this denoiser is blind"),
        (("told", "--out", "new", "--variance", -1), "--variance -1.0: give a number of at least 0 and at most 1"),
        (("told", "--out", "new", "--variance", "nan"), "--variance nan"),
        (("told", "--out", "new", "--variance", "high"), "--variance"),
        (("told", "--out", "new", "--image-size", 16), "the model takes 8x8 pixels"),
    ],
)
def test_bad_requests_are_one_line_and_leave_nothing(refused, models, noisy, words, reason):
    model, *more = words
    asked = [str(word).format(there=noisy) for word in more]
    assert reason in refused("transform", models / model, "--data", noisy, *asked)


def test_the_folder_appears_whole_or_not_at_all(tasvir, models, noisy, tmp_path, monkeypatch):
    def full(picture):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tasvir.apply.cleaned.png", full)
    said = tasvir("transform", models / "blind", "--data", noisy, "--out", "clean")
    assert said.code == 2
    assert "disk is full" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["noisy"]


def test_names_that_would_become_one_keep_their_ends():
    names = np.array(["a.png", "a.jpg", "b.jpg", "A.tif", "x/a.jpeg", "test/17"])
    assert file_names(names) == ["a.png.png", "a.jpg.png", "b.png", "A.tif.png", "x/a.png", "test/17.png"]


def test_no_image_takes_the_place_of_another():
    """Names that end otherwise, names that have two ends, and a folder that is called as a picture would be."""
    names = ["x.jpg", "x.png", "x.jpg.png", "x.png.png", "y.jpg", "y.png/z.jpg", "A.png", "a.jpg"]
    found = file_names(np.array(names))
    assert len({name.lower() for name in found}) == len(names)
    folders = {"y.png"}
    assert not folders & set(found)
