"""The support vector machine on principal components: what it finds, and the sets that are small or lopsided."""

import dataclasses

import numpy as np
import pytest

from tasvir.measures.classification import balanced_accuracy
from tasvir.studies import recipes
from tasvir.studies.families.baselines import svm
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside


def values(records):
    return {record.name: record.data["value"] for record in records if record.kind == "metric" and not record.data["labels"]}


def test_it_learns_digits_and_its_probabilities_are_not_far_from_the_truth(few_digits, tmp_path):
    *scores, told = svm(Inside(few_digits, 0, tmp_path))
    assert values(scores)["balanced_accuracy"] > 0.85
    probabilities = next(record.content for record in scores if record.name == "probabilities")
    right = probabilities.argmax(1) == few_digits.targets("test")[0]
    assert abs(probabilities.max(1).mean() - right.mean()) < 0.1
    assert told.data["n_fitted"] == few_digits.counts["train"]


def test_a_class_of_a_single_training_image_is_no_obstacle(few_digits, tmp_path):
    y, split = few_digits.labels, few_digits.split.copy()
    split[np.flatnonzero((y == 3) & (split == "train"))[1:]] = "test"
    lopsided = dataclasses.replace(few_digits, split=split)
    *scores, _ = svm(Inside(lopsided, 0, tmp_path))
    assert 0.5 < values(scores)["balanced_accuracy"] < 1


def test_two_classes_are_enough(few_digits, tmp_path):
    keep = few_digits.labels < 2
    two = dataclasses.replace(
        few_digits,
        images=few_digits.images[keep],
        labels=few_digits.labels[keep],
        split=few_digits.split[keep],
        names=few_digits.names[keep],
        class_names=few_digits.class_names[:2],
    )
    *scores, _ = svm(Inside(two, 0, tmp_path))
    assert values(scores)["auc"] > 0.9


def test_the_recipe_is_an_estimator_for_others_too(few_digits):
    X, y, groups = few_digits.part("train")
    fitted = recipes.principal_svm(X[0].size, y, groups=groups, seed=1).fit(flat_unit(X), y)
    X_test, y_test, _ = few_digits.part("test")
    assert balanced_accuracy(y_test, fitted.predict(flat_unit(X_test))) > 0.85


def test_images_of_a_group_are_never_chosen_on_and_fitted_on():
    y, groups = np.tile([0, 1], 30), np.repeat(np.arange(20), 3)
    for rest, held in recipes.svm_folds(y, groups):
        assert not set(groups[rest]) & set(groups[held])


def test_a_fold_without_a_second_class_is_left_out():
    y = np.array([0] * 9 + [1])
    folds = recipes.svm_folds(y)
    assert len(folds) == 4
    assert all(set(y[rest]) == {0, 1} for rest, _ in folds)


@pytest.mark.parametrize("n", [50, 12_000])
def test_large_sets_are_thinned_class_by_class(n):
    y = np.arange(n) % 3
    rows = recipes.svm_rows(y, 0)
    assert len(rows) == min(n, recipes.SVM_IMAGES)
    assert np.ptp(np.bincount(y[rows])) <= 1
