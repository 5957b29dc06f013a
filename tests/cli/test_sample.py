"""`tasvir sample`: new images as a file or as pictures, and what it refuses."""

import re

import numpy as np
import pytest
from PIL import Image

from tasvir import Autoencoder, GaussianSampler, save_model
from tasvir.cli.sample import _about


@pytest.fixture
def folders(tmp_path_factory):
    """Model folders of a labelled sampler, one without labels, and a model that draws nothing."""
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (40, 6, 6)).astype(np.uint8), np.repeat([0, 1], 20)
    place = tmp_path_factory.mktemp("models")
    save_model(GaussianSampler().fit(X, y), place / "labelled", class_names=("zebra", "ant"))
    save_model(GaussianSampler().fit(X), place / "plain")
    save_model(Autoencoder(n_components=2, max_epochs=1, device="cpu").fit(X), place / "autoencoder")
    return place


def test_npz_holds_images_and_the_words_of_their_classes(tasvir, folders, tmp_path):
    said = tasvir("sample", folders / "labelled", "-n", 5, "--label", "zebra", "--out", "new.npz", "--json")
    assert (said.code, said.json["n"]) == (0, 5)
    found = np.load(tmp_path / "new.npz")
    assert (found["images"].shape, found["images"].dtype) == ((5, 6, 6), np.uint8)
    assert found["labels"].tolist() == ["zebra"] * 5


def test_the_same_seed_draws_the_same(tasvir, folders, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert tasvir("sample", folders / "plain", "-n", 3, "--seed", seed, "--out", f"{name}.npz").code == 0
    a, b, c = (np.load(tmp_path / f"{name}.npz")["images"] for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_a_folder_gets_pictures_by_class(tasvir, folders, tmp_path):
    assert tasvir("sample", folders / "labelled", "-n", 8, "--out", "pictures").code == 0
    files = sorted((tmp_path / "pictures").rglob("*.png"))
    assert len(files) == 8
    assert {file.parent.name for file in files} <= {"zebra", "ant"}
    with Image.open(files[0]) as picture:
        assert picture.size == (6, 6)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("labelled", "-n", 2, "--label", "cat", "--out", "x.npz"), "label cat was never seen at fit: give one of zebra, ant"),
        (("labelled", "-n", 0, "--out", "x.npz"), "n_samples=0"),
        (("plain", "-n", 2, "--label", "ant", "--out", "x.npz"), "fitted without labels"),
        (("autoencoder", "-n", 2, "--out", "x.npz"), "draws no images"),
        (("labelled", "-n", 2, "--out", "x.csv"), "ends in .npz"),
        (("labelled", "-n", 10**12, "--out", "x.npz"), "1000000000000 images need about"),
        (("labelled", "-n", 10**12, "--out", "x"), "free: ask for fewer, or name another place"),
        (("missing", "-n", 2, "--out", "x.npz"), "no model folder"),
    ],
)
def test_bad_requests_are_one_line(refused, folders, words, reason):
    assert reason in refused("sample", folders / words[0], *words[1:])


def test_what_takes_long_is_announced_and_told(tasvir, folders, monkeypatch):
    monkeypatch.setattr("tasvir.cli.sample.LONG_S", 0.0)
    monkeypatch.setattr("tasvir.apply.drawn.PIXELS_AT_ONCE", 36 * 500)
    said = tasvir("sample", folders / "labelled", "-n", 2000, "--out", "new.npz")
    assert said.code == 0
    first, *lines = said.err.splitlines()
    assert re.fullmatch(r"2000 images: about \d+ \w+, [\d.]+ kB on the disk \([\d.]+ .B free\), 500 at once in memory", first)
    assert lines == [f"images {n}/2000" for n in (500, 1000, 1500, 2000)]


def test_a_few_are_drawn_without_a_word(tasvir, folders):
    assert tasvir("sample", folders / "plain", "-n", 1500, "--out", "new.npz").err == ""


def test_labels_of_several_parts_are_left_to_the_file(tasvir, folders, monkeypatch):
    assert len(tasvir("sample", folders / "labelled", "-n", 7, "--out", "one.npz", "--json").json["labels"]) == 7
    monkeypatch.setattr("tasvir.apply.drawn.PIXELS_AT_ONCE", 36 * 5)
    assert tasvir("sample", folders / "labelled", "-n", 7, "--out", "new.npz", "--json").json["labels"] is None
    assert len(np.load("new.npz")["labels"]) == 7


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, "about 1 min"), (600, "about 10 min"), (9000, "about 2 hours"), (9e5, "about 10 days")]
)
def test_times_in_words(seconds, words):
    assert _about(seconds) == words


def test_a_gan_is_fitted_told_of_and_sampled(tasvir, tmp_path):
    """One way with one word each: `fit gan`, which epoch is kept, images as a file and as pictures."""
    words = ("--set", "max_epochs=2", "--set", "net.dense=8", "--set", "levers.instance_noise=0.1", "--checkpoint-every", 1)
    said = tasvir("fit", "gan", "--data", "digits", "--out", "gan", *words, "--device", "cpu")
    assert said.code == 0, said
    assert re.search(r"The state of epoch [12] is kept\.", said.out)
    assert tasvir("sample", "gan", "-n", 4, "--label", 3, "--out", "threes.npz").code == 0
    found = np.load(tmp_path / "threes.npz")
    assert found["images"].shape == (4, 8, 8)
    assert found["labels"].tolist() == ["3"] * 4
    assert tasvir("sample", "gan", "-n", 4, "--out", "pictures").code == 0
    assert len(list((tmp_path / "pictures").rglob("*.png"))) == 4
    again = tasvir("fit", "gan", "--data", "digits", "--out", "gan", *words, "--device", "cpu")
    assert "finished already" in again.out
