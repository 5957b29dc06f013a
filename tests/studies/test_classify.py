"""What a classifier's cell keeps of its mistakes, and its scores without test images that it may have learned."""

import dataclasses

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.classification import score_classifier
from tasvir.records.record import array
from tasvir.studies.families.classifier_judge import score_unseen
from tasvir.studies.families.classify import MOST_MISTAKES, scaled_scores, surest_mistakes
from tasvir.studies.families.describe import audit_data
from tasvir.studies.families.main_job import MainJobOptions, main_job_cells
from tasvir.studies.inside import Inside


@pytest.fixture
def guessing(few_digits):
    """Probabilities of the test images, of which every other is wrong, the later the surer."""
    y, _ = few_digits.targets("test")
    probabilities = np.zeros((len(y), 10), np.float32)
    for row, label in enumerate(y):
        guess = (label + row % 2) % 10
        probabilities[row] = (1 - 0.5 - row / 1000) / 9
        probabilities[row, guess] = 0.5 + row / 1000
    return probabilities


def test_the_surest_mistakes_come_first(few_digits, guessing):
    found = surest_mistakes(few_digits, guessing)
    y, _ = few_digits.targets("test")
    assert len(found) == min(MOST_MISTAKES, len(y) // 2)
    assert [told["probability"] for told in found] == sorted((told["probability"] for told in found), reverse=True)
    assert found[0]["index"] == (len(y) - 1) // 2 * 2 - (1 if len(y) % 2 else -1)
    for told in found:
        assert told["true"] == y[told["index"]]
        assert told["predicted"] == guessing[told["index"]].argmax() != told["true"]


def test_without_mistakes_there_are_none(few_digits):
    y, _ = few_digits.targets("test")
    assert surest_mistakes(few_digits, np.eye(10)[y]) == []


def scored(data, tmp_path, probabilities, duplicated):
    found = {"net": [array("probabilities", probabilities)], "audit": [array("duplicated_in_learned", duplicated)]}
    return list(score_unseen(Inside(data, 0, tmp_path, found=found), net="net"))


def test_images_that_were_learned_do_not_count(few_digits, tmp_path, guessing):
    y, _ = few_digits.targets("test")
    wrong = guessing.argmax(1) != y
    duplicated = wrong & (np.cumsum(wrong) > 3)  # all mistakes but three are duplicates
    *scores, facts = scored(few_digits, tmp_path, guessing, duplicated)
    accuracy = next(record for record in scores if record.name == "accuracy").data
    assert accuracy["value"] == pytest.approx(1 - 3 / (~duplicated).sum())
    assert facts.data == {"n_duplicated": int(duplicated.sum()), "n_test": len(y)}


def test_without_duplicates_nothing_is_scored_twice(few_digits, tmp_path, guessing):
    (facts,) = scored(few_digits, tmp_path, guessing, np.zeros(len(guessing), bool))
    assert facts.data["n_duplicated"] == 0


@pytest.mark.parametrize("part", ["train", "val"])
def test_a_copy_in_any_part_that_nets_learn_is_a_duplicate(few_digits, tmp_path, part):
    images, split = few_digits.images.copy(), few_digits.split.copy()
    copy, original = np.flatnonzero(split == "train")[5], np.flatnonzero(split == "test")[7]
    images[copy], split[copy] = images[original], part
    data = dataclasses.replace(few_digits, images=images, split=split)
    found = next(r.content for r in audit_data(Inside(data, 0, tmp_path)) if r.name == "duplicated_in_learned")
    assert found[7]
    assert found.sum() < 5


def test_where_a_class_would_be_gone_nothing_is_scored(few_digits, tmp_path, guessing):
    y, _ = few_digits.targets("test")
    (facts,) = scored(few_digits, tmp_path, guessing, y == 3)
    assert facts.data["n_duplicated"] == (y == 3).sum()


def test_a_class_that_only_the_test_has_is_refused_before_anything_is_computed(few_digits):
    split = few_digits.split.copy()
    split[few_digits.labels == 7] = "test"
    with pytest.raises(BadInputError, match=r"test images of classes without training images \(7\)"):
        main_job_cells(dataclasses.replace(few_digits, split=split), MainJobOptions(), 0)


def test_a_net_that_is_too_sure_gains_by_its_temperature(few_digits):
    y, rng = few_digits.targets("test")[0], np.random.default_rng(0)
    guess = np.where(rng.random(len(y)) < 0.7, y, rng.integers(0, 10, len(y)))
    sure = np.where(np.eye(10)[guess] > 0, 0.999, 0.001 / 9)
    before = score_classifier(y, sure)
    scaled = {record.name: record.data["value"] for record in scaled_scores(few_digits, sure, 3.0)}
    assert scaled["log_loss_scaled"] < before["log_loss"].value
    assert scaled["brier_scaled"] < before["brier"].value
