"""A folder of images with a CSV manifest."""

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.load import load_data


@pytest.fixture
def scans(tmp_path):
    """Twelve random images below two folders of `scans/`, and a manifest of the lines that are given."""
    rng = np.random.default_rng(0)
    for index in range(12):
        path = tmp_path / "scans" / ("a" if index < 6 else "b") / f"s{index:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8)).save(path)

    def write(*lines, header="file,label,patient,part"):
        (tmp_path / "scans" / "list.csv").write_text("\n".join([header, *lines]) + "\n")
        return tmp_path / "scans"

    return write


def rows(name="s{:02}", label="{}", patient="p{}", part=""):
    """Twelve lines; the words may use the row's number, its label and its patient."""
    return [
        ",".join([name.format(i), label.format(i % 2), patient.format(i // 3), part or ("test", "train")[i < 9]])
        for i in range(12)
    ]


@pytest.mark.parametrize("name", ["s{:02}", "s{:02}.png"])
def test_rows_find_their_images_by_stem_or_name(scans, name):
    dataset = load_data(scans(*rows(name)), manifest="list.csv")
    assert dataset.class_names == ("0", "1")
    assert dataset.labels.tolist() == [0, 1] * 6
    assert dataset.groups is None
    by_hand = [np.asarray(Image.open(path)) for path in sorted(scans(*rows()).rglob("*.png"))]
    np.testing.assert_array_equal(dataset.images, by_hand)


def test_rows_may_name_their_images_by_whole_paths(scans, tmp_path):
    found = sorted((tmp_path / "scans").rglob("*.png"))
    lines = [f"{path.resolve()},{i % 2},p,train" for i, path in enumerate(found)]
    assert load_data(scans(*lines), manifest="list.csv").labels.tolist() == [0, 1] * 6


def test_groups_and_split_come_from_their_columns(scans):
    dataset = load_data(scans(*rows()), manifest="list.csv", group_column="patient", split_column="part")
    assert dataset.split.tolist() == ["train"] * 9 + ["test"] * 3
    assert dataset.groups.tolist() == [f"p{i // 3}" for i in range(12)]
    assert dataset.card.split_rule == "given"


def test_drawn_splits_keep_groups_together(scans):
    dataset = load_data(scans(*rows()), manifest="list.csv", group_column="patient")
    _, _, train = dataset.part("train")
    _, _, test = dataset.part("test")
    assert len(test) == 3
    assert not set(train) & set(test)
    assert "groups kept together" in dataset.card.split_rule


def test_empty_labels_mean_what_is_said(scans):
    lines = [line.replace(",0,", ",,") for line in rows()]
    with pytest.raises(DataFileError, match=r"line 2 has nothing in column 'label': say with empty_label"):
        load_data(scans(*lines), manifest="list.csv")
    assert load_data(scans(*lines), manifest="list.csv", empty_label="0").labels.tolist() == [0, 1] * 6


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(scans, delimiter):
    lines = [line.replace(",", delimiter) for line in rows()]
    folder = scans(*lines, header=delimiter.join(["file", "label", "patient", "part"]))
    assert len(load_data(folder, manifest="list.csv")) == 12


def test_number_labels_are_sorted_as_numbers(scans):
    lines = [f"s{i:02},{(2, 10)[i % 2]},p,train" for i in range(12)]
    assert load_data(scans(*lines), manifest="list.csv").class_names == ("2", "10")


@pytest.mark.parametrize(
    ("lines", "options", "match"),
    [
        (rows(), {"label_column": "sex"}, r"no column 'sex' \(file, label, patient, part\): choose with label_column"),
        (rows(name="t{:02}"), {}, "line 2 names 't00', and no image below"),
        (rows(part="holdout"), {"split_column": "part"}, "line 2 names the part 'holdout': use one of train"),
        ([*rows(), "s00,1,p,train"], {}, "names 's00' in lines 2 and 14"),
        ([*rows()[:3], "s03,1"], {}, "line 5 has 2 cells instead of 4"),
        ([], {}, "has no rows"),
        ([*rows()[:3], '"s03,1'], {}, "is no CSV"),
    ],
)
def test_bad_manifests_are_refused(scans, lines, options, match):
    with pytest.raises(DataFileError, match=match):
        load_data(scans(*lines), manifest="list.csv", **options)


def test_a_name_that_fits_two_files_is_refused_and_a_path_decides(scans):
    folder = scans(*rows())
    Image.new("L", (9, 9)).save(folder / "b" / "s00.png")
    with pytest.raises(DataFileError, match=r"line 2 names 's00', which fits a/s00\.png and b/s00\.png"):
        load_data(folder, manifest="list.csv")
    assert len(load_data(scans("a/s00.png,0,p,x", *rows()[1:]), manifest="list.csv")) == 12


def test_columns_without_a_manifest_are_refused(scans):
    with pytest.raises(BadInputError, match="label_column='label' belongs to a manifest"):
        load_data(scans(*rows()), label_column="label")


@pytest.mark.real
def test_real_chest_x_rays(real_data):
    dataset = load_data(
        real_data / "chest_xray",
        manifest="dataset.csv",
        file_column="filestem",
        label_column="pneumonia_visible",
        group_column="patient",
        split_column="split",
        empty_label="0",
    )
    assert dataset.images.shape == (1300, 64, 64)
    assert dataset.class_names == ("0", "1")
