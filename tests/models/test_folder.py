"""Model folders: what they hold, and what is never loaded from one."""

import json

import numpy as np
import pytest

from tasvir import PCA, Autoencoder, ImageClassifier, load_data, load_model, save_model
from tasvir.models.folder import new_model
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec


@pytest.fixture(scope="module")
def fitted():
    X, _, _ = load_data("digits").part("train")
    net = DenseSpec(hidden=(8,))
    return Autoencoder(net=net, n_components=2, max_epochs=2, random_state=np.random.RandomState(0)).fit(X[:60])


@pytest.fixture
def folder(fitted, tmp_path):
    return save_model(fitted, tmp_path / "model")


def test_a_folder_is_text_and_weights(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "weights.safetensors"]
    described = json.loads((folder / "model.json").read_text())
    assert described["class"] == "Autoencoder"
    assert not {"hooks", "engine", "device"} & set(described["params"])


def test_the_history_and_the_units_come_back(fitted, folder):
    loaded = load_model(str(folder))
    assert loaded.history_["loss"] == fitted.history_["loss"]
    assert loaded.space_ == fitted.space_
    assert loaded.net == DenseSpec(hidden=(8,))


@pytest.mark.parametrize("names", [["bee", "ant"], [3, 7], [False, True]])
def test_labels_come_back_with_their_kind(names, tmp_path):
    X = np.random.default_rng(0).random((12, 4, 4))
    y = np.array(names)[np.arange(12) % 2]
    fitted = ImageClassifier(net=ResNetSpec(widths=(2,)), max_epochs=1).fit(X, y)
    loaded = load_model(save_model(fitted, tmp_path / "m"))
    assert loaded.classes_.dtype == fitted.classes_.dtype
    assert np.array_equal(loaded.predict(X), fitted.predict(X))


def test_a_loaded_model_can_be_fitted_again(folder):
    X = np.random.default_rng(0).random((12, 5, 5))
    assert load_model(folder).fit(X).transform(X).shape == (12, 2)


def test_saving_again_replaces(fitted, folder):
    (folder / "stale.txt").write_text("")
    save_model(fitted, folder)
    assert not (folder / "stale.txt").exists()


@pytest.mark.parametrize(
    ("estimator", "words"),
    [(Autoencoder(), "not fitted"), (PCA(), "PCA cannot be saved"), ("model", "str cannot be saved")],
)
def test_what_cannot_be_saved_is_said(estimator, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        save_model(estimator, tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_a_class_of_the_same_name_is_not_ours(tmp_path):
    class Autoencoder(PCA):
        pass

    with pytest.raises(ValueError, match="cannot be saved"):
        save_model(Autoencoder().fit(np.eye(4)), tmp_path / "m")


def broken(folder, change):
    described = json.loads((folder / "model.json").read_text())
    change(described)
    (folder / "model.json").write_text(json.dumps(described))


CHANGES = {
    "another class": lambda d: d.update({"class": "os.system"}),
    "another spec": lambda d: d["params"].update({"net": {"spec": "Evil", "fields": {}}}),
    "another format": lambda d: d.update({"format": 99}),
    "no parameters": lambda d: d.pop("params"),
    "an unknown parameter": lambda d: d["params"].update({"colour": 1}),
    "another size": lambda d: d["params"].update({"n_components": 3}),
    "no units": lambda d: d.update({"pixels": None}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_description_is_refused_in_one_line(folder, change):
    broken(folder, CHANGES[change])
    with pytest.raises(OSError, match=str(folder)) as error:
        load_model(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "nonsense"])
def test_a_damaged_file_is_refused_in_one_line(folder, name, damage):
    path = folder / name
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "nonsense": b"\xff" * 99}[damage])
    with pytest.raises(OSError, match=str(folder)) as error:
        load_model(folder)
    assert "\n" not in str(error.value)


def test_a_weight_that_has_changed_is_noticed(folder):
    path = folder / "weights.safetensors"
    whole = bytearray(path.read_bytes())
    whole[-3] ^= 1
    path.write_bytes(whole)
    with pytest.raises(OSError, match="its content has changed"):
        load_model(folder)


@pytest.mark.parametrize("where", ["nowhere", "empty", "a file"])
def test_what_is_no_model_folder_is_said(tmp_path, where):
    path = tmp_path / "m"
    if where == "empty":
        path.mkdir()
    if where == "a file":
        path.write_text("{}")
    with pytest.raises(OSError, match="no model folder"):
        load_model(path)


def test_a_model_is_named_as_people_write_it():
    for word in ("Autoencoder", "autoencoder", "image-classifier", "image_classifier", "VAE"):
        assert type(new_model(word)).__name__.lower() == word.replace("-", "").replace("_", "").lower()
    with pytest.raises(ValueError, match=r"no model 'autoencodr': did you mean 'autoencoder'\?"):
        new_model("autoencodr")
    with pytest.raises(ValueError, match="no model 'isomap': give autoencoder, "):
        new_model("isomap")
