"""A folder of class folders: sizes, modes, colour, and what is refused."""

import os

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.load import load_data


def test_sub_folders_are_the_classes(picture_folder):
    folder = picture_folder({"b": 5, "a": 7})
    dataset = load_data(folder)
    assert dataset.name == "shapes"
    assert dataset.class_names == ("a", "b")
    assert np.bincount(dataset.labels).tolist() == [7, 5]
    assert dataset.images.shape == (12, 10, 12)


@pytest.mark.parametrize(
    ("size", "others", "expected"),
    [((64, 64), None, (64, 64)), ((65, 20), None, (64, 64)), ((30, 20), None, (30, 20)), ((30, 20), (20, 30), (64, 64))],
)
def test_the_size_rule(picture_folder, size, others, expected):
    folder = picture_folder({"a": 2, "b": 2}, size=size)
    if others:
        Image.new("L", others[::-1]).save(folder / "a" / "other.png")
    assert load_data(folder).images.shape[1:] == expected


def test_one_colour_picture_makes_the_set_rgb(picture_folder):
    folder = picture_folder({"a": 3, "b": 3})
    Image.new("RGB", (12, 10), "red").save(folder / "a" / "red.png")
    assert load_data(folder).images.shape == (7, 10, 12, 3)
    assert load_data(folder, color=False).images.shape == (7, 10, 12)


def test_gray_pictures_stored_as_rgb_are_gray(picture_folder):
    folder = picture_folder({"a": 3, "b": 3})
    gray = load_data(folder)
    for path in folder.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    np.testing.assert_array_equal(load_data(folder).images, gray.images)


def test_resizing_is_pillows_antialiased_bilinear(picture_folder):
    folder = picture_folder({"a": 2, "b": 2}, size=(70, 90))
    expected = Image.open(folder / "a" / "000.png").resize((64, 64), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(load_data(folder).images[0], np.asarray(expected))


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        ({"a": 5}, "one class only"),
        ({"a": 5, "b": 1}, "class 'b' with a single image"),
        ({"a": 5, "b": 0}, "holds no images"),
        ({}, "has no sub-folders"),
    ],
)
def test_sets_that_cannot_be_learned_from_are_refused(picture_folder, counts, match):
    folder = picture_folder(counts)
    folder.mkdir(exist_ok=True)
    with pytest.raises((BadInputError, DataFileError), match=match):
        load_data(folder)


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_an_unreadable_image_is_named(picture_folder, content):
    folder = picture_folder({"a": 3, "b": 3})
    path = folder / "b" / "001.png"
    path.write_bytes(path.read_bytes()[:60] if content is None else content)
    with pytest.raises(DataFileError, match=r"b/001.png cannot be read as an image"):
        load_data(folder)


def test_parts_with_class_folders_are_a_given_split(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 4), ("Validation", 2), ("test", 3)):
        for label in ("cat", "dog"):
            place = tmp_path / "pets" / part / label
            place.mkdir(parents=True)
            for index in range(n):
                Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(place / f"{index}.png")
    dataset = load_data(tmp_path / "pets")
    assert [len(dataset.part(part)[0]) for part in ("train", "val", "test")] == [8, 4, 6]
    assert dataset.class_names == ("cat", "dog")
    assert dataset.card.split_rule == "given"


def test_classes_that_are_called_train_and_test_are_classes(picture_folder):
    assert load_data(picture_folder({"train": 4, "test": 4})).class_names == ("test", "train")


def test_parts_and_a_stray_folder_are_refused(tmp_path):
    for place in ("train/a", "train/b", "test/a", "other"):
        (tmp_path / "pets" / place).mkdir(parents=True)
    with pytest.raises(DataFileError, match="has the parts test, train and beside them other: move that elsewhere"):
        load_data(tmp_path / "pets")


def test_a_class_whose_name_is_no_text_is_refused(tmp_path):
    (tmp_path / "odd" / os.fsdecode(b"\xff")).mkdir(parents=True)
    with pytest.raises(DataFileError, match=r"'\\udcff'.: rename that folder"):
        load_data(tmp_path / "odd")


def patients(folder, write):
    """Two classes; patients p1 and p2 have images of both, p3 and p4 of one."""
    for place in ("a/p1", "a/p2", "a/p3", "b/p1", "b/p2", "b/p4"):
        for index in range(3):
            write(folder / place / f"{index}.png")
    return folder


@pytest.fixture
def write():
    rng = np.random.default_rng(0)

    def one(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8)).save(path)

    return one


def test_folders_below_the_classes_are_offered_as_groups(tmp_path, write):
    folder = patients(tmp_path / "scans", write)
    plain = load_data(folder)
    assert plain.groups is None
    assert any("--group-folders" in note for note in plain.card.notes)
    grouped = load_data(folder, group_folders=True)
    assert set(grouped.groups) == {"p1", "p2", "p3", "p4"}
    assert not set(grouped.part("train")[2]) & set(grouped.part("test")[2])
    assert not any("--group-folders" in note for note in grouped.card.notes)


def test_one_folder_a_class_is_no_offer(tmp_path, write):
    for place in ("a/images", "b/images"):
        for index in range(3):
            write(tmp_path / "set" / place / f"{index}.png")
    assert load_data(tmp_path / "set").card.notes == ()
    with pytest.raises(DataFileError, match="no class with several folders below it"):
        load_data(tmp_path / "set", group_folders=True)


@pytest.mark.parametrize(("link", "to"), [("a/2.png", "secret.png"), ("c", "")])
def test_a_link_that_leads_out_is_followed_where_it_is_asked_for(tmp_path, write, link, to):
    for name in ("set/a/0.png", "set/a/1.png", "set/b/0.png", "set/b/1.png", "elsewhere/secret.png", "elsewhere/other.png"):
        write(tmp_path / name)
    (tmp_path / "set" / link).symlink_to(tmp_path / "elsewhere" / to)
    with pytest.raises(DataFileError, match=r"a link that leads out of .*follow_links"):
        load_data(tmp_path / "set")
    assert len(load_data(tmp_path / "set", follow_links=True)) == (5 if to else 6)


def test_a_linked_folder_below_a_class_is_told_or_followed(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    write(tmp_path / "elsewhere" / "2.png")
    (tmp_path / "set" / "a" / "more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataFileError, match=r"a/more is a link that leads out of .*follow_links"):
        load_data(tmp_path / "set")
    assert "a/more/2.png" in load_data(tmp_path / "set", follow_links=True).names


@pytest.mark.parametrize("link", ["a/broken", "c"])
def test_a_link_that_leads_nowhere_is_told(tmp_path, write, link):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    (tmp_path / "set" / link).symlink_to(tmp_path / "set" / "nowhere")
    with pytest.raises(DataFileError, match="is a link that leads nowhere: repair it, or remove it"):
        load_data(tmp_path / "set")


def test_a_broken_link_of_an_image_is_an_image_that_cannot_be_read(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    (tmp_path / "set" / "a" / "2.png").symlink_to(tmp_path / "set" / "nowhere.png")
    with pytest.raises(DataFileError, match=r"a/2\.png cannot be read"):
        load_data(tmp_path / "set")
    assert len(load_data(tmp_path / "set", skip_unreadable=True)) == 4


def test_the_same_folder_is_no_test(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    with pytest.raises(DataFileError, match="is given for training and for the test"):
        load_data(tmp_path / "set", test=tmp_path / "set")


def test_links_in_a_circle_end(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    (tmp_path / "set" / "a" / "round").symlink_to(tmp_path / "set" / "a")
    assert len(load_data(tmp_path / "set")) == 4


def test_names_that_are_no_text_are_written_as_escapes(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", os.fsdecode(b"b/\xff.png")):
        write(tmp_path / "set" / name)
    names = load_data(tmp_path / "set").names
    assert names[3] == r"b/\xff.png"
    names[3].encode()


def test_loose_images_beside_group_folders_are_groups_of_their_own(tmp_path, write):
    for name in ("a/x.png", "a/p/1.png", "a/q/1.png", "b/x.png", "b/p/1.png", "b/r/1.png"):
        write(tmp_path / "set" / name)
    data = load_data(tmp_path / "set", group_folders=True)
    groups = dict(zip(data.names.tolist(), data.groups.tolist(), strict=True))
    assert groups["a/x.png"] != groups["b/x.png"]
    assert groups["a/p/1.png"] == groups["b/p/1.png"]


def test_a_link_within_the_folder_is_no_matter(tmp_path, write):
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(tmp_path / "set" / name)
    (tmp_path / "set" / "b" / "2.png").symlink_to(tmp_path / "set" / "b" / "0.png")
    assert len(load_data(tmp_path / "set")) == 5


def test_two_kinds_of_files_are_no_set(tmp_path, write):
    write(tmp_path / "set" / "a" / "0.png")
    (tmp_path / "set" / "b").mkdir()
    (tmp_path / "set" / "b" / "scan.dcm").write_bytes(b"DICM")
    with pytest.raises(DataFileError, match=r"0\.png and .*scan\.dcm are files of two kinds"):
        load_data(tmp_path / "set")
