"""The table of known sets."""

import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.data.known.facts import KNOWN, find_known
from tasvir.data.known.medmnist import MEDMNIST
from tasvir.data.load import load_data


@pytest.mark.parametrize("word", ["fashion-mnist", "fashion_mnist", "Fashion-MNIST"])
def test_names_are_compared_plainly(word):
    assert find_known(word).title == "Fashion-MNIST"


def test_every_single_label_medmnist_set_in_every_size():
    assert len(MEDMNIST) == 11
    for entry in MEDMNIST:
        for size, ending in ((28, ""), (64, "_64"), (128, "_128"), (224, "_224")):
            known = find_known(entry.name + ending)
            assert known.files == (f"{entry.name}{ending}.npz",)
            assert known.image_shape[:2] == (size, size)
            assert len(known.class_names) == len(set(known.class_names)) >= 2
            assert len(known.remotes[0].md5) == 32


def test_every_set_says_what_it_is():
    for known in KNOWN.values():
        assert known.title
        assert known.origin
        assert known.licence
        assert known.about
        assert known.name == "digits" or known.remotes


@pytest.mark.parametrize("word", ["chestmnist", "ChestMNIST-64", "organmnist3d"])
def test_sets_without_one_label_an_image_are_refused(word):
    with pytest.raises(BadInputError, match=f"{word} has .*: choose a set"):
        load_data(word)


@pytest.mark.real
def test_the_re_saved_breastmnist_is_the_official_one(real_data):
    assert load_data("breastmnist", data_dir=real_data).card.notes == ()
