import csv

import numpy as np
import pytest

from tasvir.apply.rows import check_out, predicted_rows, transformed_rows, whereabouts, write_rows
from tasvir.contracts.errors import BadInputError, DataFileError


def test_part_and_index_lead_to_the_image(make_dataset):
    data = make_dataset(split=np.array(["test", "train", "val", "train", "test", "val"]), n=6)
    rows = whereabouts(data)
    assert rows["label"].tolist() == ["ant", "bee", "cat"] * 2
    for part, index, image in zip(rows["part"], rows["index"], data.images, strict=True):
        assert np.array_equal(data.part(part)[0][index], image)


def test_npz_and_csv_tell_the_same(tmp_path, classifier, dataset):
    rows = predicted_rows(classifier, dataset)
    write_rows(rows, tmp_path / "rows.npz")
    write_rows(rows, tmp_path / "rows.csv")
    with np.load(tmp_path / "rows.npz", allow_pickle=False) as arrays, (tmp_path / "rows.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
        columns = ["name", "part", "index", "label", "predicted"]
        assert list(table[0]) == [*columns, "probability_0", "probability_1", "probability_2"]
        for column in columns:
            assert [row[column] for row in table] == arrays[column].astype(str).tolist()
        numbers = [[np.float32(row[f"probability_{k}"]) for k in arrays["class_names"]] for row in table]
        assert np.array_equal(np.array(numbers), arrays["probabilities"])  # to the last bit
        assert np.array_equal(arrays["probabilities"], classifier.predict_proba(dataset.images))


def test_predictions_carry_the_words_of_the_classes(named_classifier, dataset):
    rows = predicted_rows(named_classifier, dataset)
    assert np.array_equal(rows.each["predicted"], named_classifier.predict(dataset.images))
    assert rows.heads == ["probability_ant", "probability_bee", "probability_cat"]


def test_codes_go_under_the_names_that_the_transformer_gives(tmp_path, autoencoder, dataset):
    rows = transformed_rows(autoencoder, dataset)
    assert np.array_equal(rows.values, autoencoder.transform(dataset.images))
    assert list(rows.heads) == list(autoencoder.get_feature_names_out())


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch, autoencoder, dataset):
    rows = transformed_rows(autoencoder, dataset)
    monkeypatch.setattr("tasvir.apply.rows._write_table", lambda rows, file: file.write("half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_rows(rows, tmp_path / "rows.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_done_is_said(tmp_path, autoencoder, classifier, dataset):
    with pytest.raises(BadInputError, match="tasvir predict"):
        transformed_rows(classifier, dataset)
    with pytest.raises(BadInputError, match="Autoencoder does not predict"):
        predicted_rows(autoencoder, dataset)
    with pytest.raises(BadInputError, match=r"\.npz or \.csv"):
        check_out(tmp_path / "rows.txt")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataFileError, match="is a folder"):
        check_out(tmp_path / "folder.csv")
