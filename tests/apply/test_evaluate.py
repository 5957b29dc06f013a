import dataclasses
import json

import numpy as np
import pytest

from tasvir import load_model, save_model
from tasvir.apply.evaluate import evaluate
from tasvir.contracts.errors import BadInputError
from tasvir.measures.calibration import calibration
from tasvir.measures.classification import confusion, score_classifier


def test_it_scores_the_test_images_with_the_measures_of_the_house(classifier, dataset):
    found = evaluate(classifier, dataset, seed=3)
    X, y, _ = dataset.part("test")
    proba = classifier.predict_proba(X)
    assert (found.parts, found.n) == (("test",), len(X))
    assert found.scores == score_classifier(y, proba)
    assert np.array_equal(found.confusion, confusion(y, proba.argmax(1), 3))
    assert found.calibration == calibration(y, proba, seed=3)


@pytest.mark.parametrize(
    ("split", "asked", "n"),
    [
        (["train", "test"], ("train",), 30),
        (["train", "test"], ("test", "train"), 60),
        (["train", "val"], (), 60),
        (["train", "val"], ("val",), 30),
    ],
)
def test_what_is_scored_can_be_chosen(split, asked, n, classifier, make_dataset):
    found = evaluate(classifier, make_dataset(split=np.repeat(split, 30)), parts=asked)
    assert found.n == n
    assert set(found.parts) == set(asked or split)


def test_classes_are_matched_by_name_in_whatever_order_they_come(named_classifier, dataset, make_dataset):
    found = evaluate(named_classifier, make_dataset(names=("cat", "ant", "bee")))
    assert found.matched == "by name"
    assert found.class_names == ("ant", "bee", "cat")
    assert found.scores["accuracy"].value == 1.0
    assert found.confusion.sum(1).tolist() == [10, 10, 10]


def test_a_set_may_lack_classes_but_not_have_others(named_classifier, make_dataset):
    fewer = evaluate(named_classifier, make_dataset(names=("cat", "bee")))
    assert fewer.confusion.sum(1).tolist() == [0, 15, 15]
    with pytest.raises(BadInputError, match=r"does not know \(yak\): it knows ant, bee, cat"):
        evaluate(named_classifier, make_dataset(names=("ant", "yak")))


def test_without_names_the_numbers_count(classifier, make_dataset):
    assert evaluate(classifier, make_dataset(names=("x", "y", "z"), bright=("x", "y", "z"))).matched == "by number"
    with pytest.raises(BadInputError, match=r"\(w\)"):
        evaluate(classifier, make_dataset(names=("x", "y", "z", "w")))


def test_a_model_folder_keeps_the_words_of_the_classes(tmp_path, classifier, named_classifier, make_dataset):
    save_model(classifier, tmp_path / "a", class_names=("ant", "bee", "cat"))
    save_model(load_model(tmp_path / "a"), tmp_path / "b")
    for model in (load_model(tmp_path / "b"), load_model(save_model(named_classifier, tmp_path / "c"))):
        assert model.class_names_ == ("ant", "bee", "cat")
        assert evaluate(model, make_dataset(names=("cat", "ant", "bee"))).scores["accuracy"].value == 1.0
    assert load_model(save_model(classifier, tmp_path / "d")).class_names_ is None


def test_words_follow_labels_that_were_not_all_seen(tmp_path, classifier, dataset):
    from sklearn.base import clone

    X, y, _ = dataset.part("train")
    fitted = clone(classifier).fit(X[y != 1], y[y != 1])
    assert load_model(save_model(fitted, tmp_path / "m", class_names=dataset.class_names)).class_names_ == ("ant", "cat")


def test_on_the_very_set_it_was_fitted_on_only_the_test_images_are_scored(tmp_path, classifier, dataset):
    drawn = dataclasses.replace(dataset, card=dataclasses.replace(dataset.card, drawn=True))
    assert evaluate(classifier, drawn).parts == ("train", "test")
    known = load_model(save_model(classifier, tmp_path / "m", data=drawn))
    assert evaluate(known, drawn).parts == ("test",)


def test_intervals_respect_groups(classifier, make_dataset):
    found = evaluate(classifier, make_dataset(names=("ant", "cat", "bee"), groups=np.repeat(np.arange(12), 5)))
    assert found.scores["accuracy"].n == 6
    assert "groups" in found.scores["accuracy"].method


def test_its_facts_are_json_and_what_is_undefined_is_null(classifier, make_dataset):
    facts = evaluate(classifier, make_dataset(names=("ant",))).facts()
    assert json.loads(json.dumps(facts, allow_nan=False))["scores"]["auc"]["value"] is None


def test_no_classifier_and_no_such_part_are_refused(autoencoder, classifier, dataset):
    with pytest.raises(BadInputError, match="Autoencoder does not classify"):
        evaluate(autoencoder, dataset)
    with pytest.raises(BadInputError, match="'val': it has train, test"):
        evaluate(classifier, dataset, parts=("val",))
