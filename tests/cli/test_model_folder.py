"""A model folder is a tool: transform, predict and evaluate on any set."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasvir import Autoencoder, ImageClassifier, load_data, save_model
from tasvir.nets.mlp import MLPSpec

DIGITS = load_data("digits")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    X, y, _ = DIGITS.part("train")
    fitted = ImageClassifier(net=MLPSpec(hidden=(16,)), max_epochs=1, device="cpu", random_state=0).fit(X, y)
    return save_model(fitted, tmp_path_factory.mktemp("model") / "classifier", class_names=DIGITS.class_names)


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory):
    fitted = Autoencoder(n_components=2, max_epochs=1, device="cpu", random_state=0).fit(DIGITS.images)
    return save_model(fitted, tmp_path_factory.mktemp("model") / "autoencoder")


@pytest.mark.parametrize(("command", "model"), [("transform", "autoencoder"), ("predict", "classifier")])
def test_every_image_gets_a_row(command, model, request, tasvir, tmp_path):
    folder = request.getfixturevalue(model)
    said = tasvir(command, folder, "--data", "digits", "--out", "rows.csv", "--json")
    assert said.code == 0, said
    with (tmp_path / "rows.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert said.json == {
        "model": str(folder), "data": "digits", "out": "rows.csv", "rows": 1797, "columns": list(table[0])
    }  # fmt: skip
    assert len(table) == 1797
    assert "1797 rows" in said.err
    assert tasvir(command, folder, "--data", "digits", "--out", "rows.npz").code == 0
    with np.load(tmp_path / "rows.npz", allow_pickle=False) as arrays:
        assert [row["part"] for row in table] == arrays["part"].tolist() == DIGITS.split.tolist()


def test_evaluate_tells_scores_confusions_and_calibration(classifier, tasvir):
    words = tasvir("evaluate", classifier, "--data", "digits", "--part", "test")
    assert words.code == 0, words
    for text in ("364 test images of digits; classes matched by name", "balanced accuracy", "true  0", "Calibration error"):
        assert text in words.out
    facts = tasvir("evaluate", classifier, "--data", "digits", "--part", "test", "--json").json
    assert facts["n"] == sum(map(sum, facts["confusion"])) == 364
    assert set(facts["scores"]) == {"accuracy", "balanced_accuracy", "auc", "log_loss", "brier"}
    assert sum(b["accuracy"]["n"] for b in facts["calibration"]["bins"]) == 364
    assert "seed 0" in facts["split_rule"]


def test_evaluate_scores_the_parts_that_are_named(classifier, tasvir):
    named = tasvir("evaluate", classifier, "--data", "digits", "--part", "train", "--part", "test", "--json")
    assert (named.json["n"], named.json["parts"]) == (1797, ["train", "test"])


def test_images_are_brought_to_the_size_that_the_model_takes(tmp_path, autoencoder, tasvir):
    from PIL import Image

    for label in ("a", "b"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(12):
            pixels = np.random.default_rng(i).integers(0, 256, (20, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "set" / label / f"{i}.png")
    said = tasvir("transform", autoencoder, "--data", "set", "--out", "codes.npz")
    assert said.code == 0, said
    with np.load(tmp_path / "codes.npz", allow_pickle=False) as arrays:
        assert arrays["transformed"].shape == (24, 2)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("transform", "CLASSIFIER", "--out", "x.npz"), "use tasvir predict"),
        (("predict", "AUTOENCODER", "--out", "x.npz"), "does not predict"),
        (("evaluate", "AUTOENCODER"), "does not classify"),
        (("predict", "CLASSIFIER", "--out", "x.txt"), ".npz or .csv"),
        (("predict", ".", "--out", "x.csv"), "no model folder"),
        (("evaluate", "CLASSIFIER", "--part", "val"), "it has train, test"),
        (("evaluate", "CLASSIFIER", "--part", "nonsense"), "nonsense"),
        (("evaluate", "CLASSIFIER", "--image-size", "16"), "leave --image-size out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_line(words, reason, classifier, autoencoder, refused):
    folders = {"CLASSIFIER": classifier, "AUTOENCODER": autoencoder}
    assert reason in refused(*(folders.get(word, word) for word in words), "--data", "digits")


def test_the_images_are_not_replaced_by_what_is_said_of_them(classifier, refused):
    X, y, _ = DIGITS.part("train")
    np.savez("set.npz", x_train=X[:40], y_train=y[:40])
    before = Path("set.npz").read_bytes()
    assert "a file of the set itself" in refused("predict", classifier, "--data", "set.npz", "--out", "set.npz")
    assert Path("set.npz").read_bytes() == before


def test_nor_is_their_manifest(classifier, refused):
    Path("set").mkdir()
    Path("set/list.csv").write_text("file,label\n")
    words = ("--data", "set", "--manifest", "list.csv", "--out", "set/list.csv")
    assert "a file of the set itself" in refused("predict", classifier, *words)


def test_evaluate_tells_each_class(classifier, tasvir):
    facts = tasvir("evaluate", classifier, "--data", "digits", "--json").json
    for k, score in enumerate(facts["classes"]):
        row, column = facts["confusion"][k], [row[k] for row in facts["confusion"]]
        assert score["recall"]["value"] == pytest.approx(row[k] / sum(row))
        assert score["recall"]["low"] <= score["recall"]["value"] <= score["recall"]["high"]
        if sum(column):
            assert score["precision"]["value"] == pytest.approx(row[k] / sum(column))
    assert "recall" in tasvir("evaluate", classifier, "--data", "digits").out


def test_two_classes_are_told_in_a_clinicians_words(world, tasvir):
    said = tasvir("evaluate", world.classifier, "--data", world.images).out
    assert "With light as the positive class: its recall is the sensitivity, that of dark the specificity" in said


def test_a_model_with_more_epochs_than_are_asked_for_stays(tasvir, tmp_path):
    words = ("fit", "autoencoder", "--data", "digits", "--out", "model", "--set", "net.hidden=8", "--json", "--set")
    assert tasvir(*words, "max_epochs=3").json["trained_epochs"] == 3
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    said = tasvir(*words, "max_epochs=2")
    assert said.json["trained_epochs"] == 0
    assert "It was trained for 3 epochs, 2 were asked for: it stays as it is." in said.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before


def test_the_models_of_a_run_are_told_by_their_parts(world, tasvir):
    rows = tasvir("runs", "models", world.run, "--json").json
    assert {"classifier/0", "generation/vae"} <= {row["part"] for row in rows}
    folder = next(row["folder"] for row in rows if row["part"] == "classifier/0")
    assert tasvir("predict", folder, "--data", world.images, "--out", "classes.csv").code == 0


def test_three_hundred_classes_are_summed_up(tasvir, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (900, 4, 4), dtype=np.uint8)
    np.savez(tmp_path / "many.npz", x_train=images, y_train=np.arange(900) % 300, x_test=images, y_test=np.arange(900) % 300)
    said = tasvir("data", "info", "many.npz")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) < 200
    assert "300 classes: 0, 1, 2, 3, 4, 5, 6, 7 and 292 more" in said.out


@pytest.mark.parametrize(
    "names", [["0.png", "1.png"], ["cat/0.png", "cat/1.png", "cat/2.png"], ["cat/0.png"], ["a/0.png", "b/0.png"]]
)
def test_new_images_need_no_classes(classifier, tasvir, tmp_path, names):
    for name in names:
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(DIGITS.images[0]).save(tmp_path / "new" / name)
    said = tasvir("predict", classifier, "--data", "new", "--out", "rows.csv")
    assert said.code == 0, said
    with (tmp_path / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == names
    assert {row["part"] for row in rows} == {"test"}
    assert {row["label"] for row in rows} == {name.rpartition("/")[0] for name in names}


def test_loose_images_cannot_be_scored(classifier, tasvir, tmp_path):
    (tmp_path / "new").mkdir()
    Image.fromarray(DIGITS.images[0]).save(tmp_path / "new" / "0.png")
    said = tasvir("evaluate", classifier, "--data", "new")
    assert said.code == 2
    assert "no class is known for them" in said.err
