import numpy as np
import pytest

from tasvir import Autoencoder, ImageClassifier, load_data
from tasvir.apply.intake import images_for, load_for
from tasvir.contracts.errors import BadInputError
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


def test_floats_or_bytes_at_fit_make_no_difference(dataset):
    """A set is bytes; a model that was fitted on the same images as floats says the same of it."""
    X, y, _ = dataset.part("train")
    settings = {"net": "dense", "max_epochs": 2, "device": "cpu", "random_state": 0}
    bytes_, floats = (ImageClassifier(**settings).fit(x, y) for x in (X, (X / 255).astype(np.float32)))
    said = [model.predict_proba(images_for(model, dataset)) for model in (bytes_, floats)]
    np.testing.assert_allclose(*said, atol=1e-4)
