import numpy as np
import pytest
from PIL import Image

from tasvir import Autoencoder, ImageClassifier, load_data, load_model, save_model
from tasvir.apply.intake import images_for, load_for
from tasvir.apply.refit import fit_in_folder
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.options import LoadOptions
from tasvir.nets.dense import DenseSpec


def fitted(X, **more):
    return Autoencoder(net=DenseSpec(hidden=(4,)), n_components=2, max_epochs=1, device="cpu", random_state=0, **more).fit(X)


def test_a_set_of_the_same_form_is_as_it_was_at_fit():
    digits = load_data("digits")
    data = load_for(fitted(digits.part("train")[0]), "digits", LoadOptions())
    assert data.fingerprint == digits.fingerprint


@pytest.mark.parametrize("shape", [(12, 12), (12, 12, 3), (5, 9), (5, 9, 3), (12, 12, 1)])
def test_another_form_is_brought_to_that_of_fit(shape):
    model = fitted(np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8))
    data = load_for(model, "digits", LoadOptions())
    X = images_for(model, data)
    assert X.shape == (1797, *shape)
    assert X.dtype == np.uint8
    assert np.corrcoef(X.reshape(1797, -1).mean(1), data.images.reshape(1797, -1).mean(1))[0, 1] > 0.9


@pytest.mark.parametrize("more", [{}, {"image_shape": (4, 16)}])
def test_rows_of_numbers_that_are_pictures_get_rows(more):
    digits = load_data("digits")
    model = fitted(digits.images.reshape(-1, 64), **more)
    data = load_for(model, "digits", LoadOptions())
    assert images_for(model, data).shape == (1797, 64)


def test_rows_of_numbers_that_are_no_picture_must_be_as_many():
    model = fitted(np.random.default_rng(0).random((20, 7)))
    with pytest.raises(BadInputError, match="7 numbers, the images have 8x8 pixels"):
        images_for(model, load_for(model, "digits", LoadOptions()))


@pytest.mark.parametrize("asked", [{"image_size": 16}, {"color": True}])
def test_another_form_cannot_be_asked_for(asked):
    model = fitted(load_data("digits").images)
    with pytest.raises(BadInputError, match=next(iter(asked))):
        load_for(model, "digits", LoadOptions(**asked))
    same = {"image_size": 8} if "image_size" in asked else {"color": False}
    assert len(load_for(model, "digits", LoadOptions(**same))) == 1797


def deep_folder(folder, high):
    """Pictures of whole numbers up to `high` in files of 16 bits."""
    for index in range(12):
        (folder / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(index).integers(0, high + 1, (8, 8)).astype(np.uint16)
        pixels[0, 0] = high
        Image.fromarray(pixels).save(folder / "ab"[index % 2] / f"{index}.tif")
    return str(folder)


@pytest.fixture
def of_12_bits(tmp_path):
    """A model folder that was fitted on pictures of 12 bits, as a fitted estimator."""
    data = load_data(deep_folder(tmp_path / "set", 4080))
    fit_in_folder(Autoencoder(max_epochs=1, random_state=0), data, tmp_path / "model", checkpoint_every=1, tell=lambda *_: None)
    return load_model(save_model(load_model(tmp_path / "model"), tmp_path / "again"))


def test_a_dark_batch_of_12_bits_is_read_as_the_model_was_fitted(of_12_bits, tmp_path):
    dark = deep_folder(tmp_path / "dark", 200)
    assert load_data(dark).images.max() == 200
    data = load_for(of_12_bits, dark, LoadOptions())
    assert data.images.max() == 12  # 200 of 4095
    assert "0 became 0 and 4095 became 255, as the value_range says" in data.card.notes[0]


def test_what_lies_beyond_the_range_of_the_model_is_refused_unless_another_is_asked_for(of_12_bits, tmp_path):
    bright = deep_folder(tmp_path / "bright", 40_000)
    with pytest.raises(
        DataFileError,
        match=r"values \d+ to 40000, beyond 0 to 4095, which was named or the model was fitted by: name a value_range",
    ):
        load_for(of_12_bits, bright, LoadOptions())
    assert load_for(of_12_bits, bright, LoadOptions(value_range=(0, 65_535))).images.max() == 156
    assert load_for(of_12_bits, bright, LoadOptions(clip=True)).images.max() == 255


def test_bytes_and_npz_files_are_read_by_it_too(of_12_bits, tmp_path):
    assert load_for(of_12_bits, "digits", LoadOptions()).images.max() == 255
    images = np.random.default_rng(0).integers(0, 201, (40, 8, 8)).astype(np.uint16)
    np.savez(tmp_path / "set.npz", images=images, labels=np.arange(40) % 2)
    np.testing.assert_array_equal(
        load_for(of_12_bits, str(tmp_path / "set.npz"), LoadOptions()).images, np.rint(images * (255 / 4095))
    )


def test_a_model_of_bytes_keeps_no_range(dataset, tmp_path):
    fit_in_folder(
        Autoencoder(max_epochs=1, random_state=0), dataset, tmp_path / "model", checkpoint_every=1, tell=lambda *_: None
    )
    assert not hasattr(load_model(tmp_path / "model"), "value_range_")
    assert "value_range" not in (tmp_path / "model" / "model.json").read_text()


def test_floats_or_bytes_at_fit_make_no_difference(dataset):
    """A set is bytes; a model that was fitted on the same images as floats says the same of it."""
    X, y, _ = dataset.part("train")
    settings = {"net": "dense", "max_epochs": 2, "device": "cpu", "random_state": 0}
    bytes_, floats = (ImageClassifier(**settings).fit(x, y) for x in (X, (X / 255).astype(np.float32)))
    said = [model.predict_proba(images_for(model, dataset)) for model in (bytes_, floats)]
    np.testing.assert_allclose(*said, atol=1e-4)
