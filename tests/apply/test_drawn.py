"""Samples in parts: the same as in one go up to a size, bounded beyond it, and both ways to keep them whole."""

import numpy as np
import pytest
from PIL import Image

from tasvir import VAE, GaussianSampler, save_model
from tasvir.apply import drawn as drawn_module
from tasvir.apply.drawn import Drawn, draw
from tasvir.apply.drawn_cost import Cost, check_room, cost, size
from tasvir.apply.drawn_files import check_out, write_drawn
from tasvir.contracts.errors import BadInputError, DiskFullError

RNG = np.random.default_rng(0)
X, Y = RNG.integers(0, 256, (40, 6, 6)).astype(np.uint8), np.repeat([3, 7], 20)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    return save_model(GaussianSampler().fit(X, Y), tmp_path_factory.mktemp("labelled"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return save_model(VAE(n_components=2, max_epochs=1, device="cpu", random_state=0).fit(X), tmp_path_factory.mktemp("plain"))


@pytest.fixture
def small_parts(monkeypatch):
    """Ten samples at once."""
    monkeypatch.setattr(drawn_module, "PIXELS_AT_ONCE", 10 * 36 + 5)


def silent(done):
    pass


def test_a_few_are_what_the_sampler_itself_draws(plain):
    drawn = draw(plain, n=17, seed=5)
    ((images, labels),) = drawn.parts()
    assert labels is None
    np.testing.assert_array_equal(images, drawn.sampler.sample(17, random_state=5))


def test_with_labels_too(labelled):
    """As it was before there were parts: the labels from a stream of their own, the images by the plain seed."""
    from tasvir.contracts.seeds import stream_rng

    drawn = draw(labelled, n=9, seed=5)
    ((images, labels),) = drawn.parts()
    targets = stream_rng(5, "labels").choice(2, size=9, p=drawn.sampler.class_prior_)
    assert labels.tolist() == np.array(["3", "7"])[targets].tolist()
    np.testing.assert_array_equal(images, drawn.sampler.sample(9, np.array([3, 7])[targets], random_state=5))


def test_beyond_a_size_there_are_parts_and_no_part_repeats_another(labelled, small_parts):
    drawn = draw(labelled, n=25, seed=1)
    parts = list(drawn.parts())
    assert [len(images) for images, _ in parts] == [10, 10, 5]
    assert len(np.unique(np.concatenate([images for images, _ in parts]), axis=0)) == 25
    again = [images for images, _ in Drawn(drawn.sampler, 25, None, 1).parts()]
    np.testing.assert_array_equal(np.concatenate(again), np.concatenate([images for images, _ in parts]))
    np.testing.assert_array_equal(np.concatenate(list(drawn.labels())), np.concatenate([labels for _, labels in parts]))


def test_the_parts_before_the_last_are_those_of_fewer_samples(labelled, small_parts):
    few, many = (next(iter(draw(labelled, n=n, seed=1).parts())) for n in (10, 25))
    np.testing.assert_array_equal(few[0], many[0])


@pytest.mark.parametrize("kind", ["labelled", "plain"])
def test_an_npz_file_holds_all_parts(kind, request, tmp_path, small_parts):
    drawn, told = draw(request.getfixturevalue(kind), n=25), []
    write_drawn(drawn, tmp_path / "all.npz", tell=told.append)
    assert told == [10, 20, 25]
    with np.load(tmp_path / "all.npz", allow_pickle=False) as found:
        assert set(found) == ({"images", "labels"} if kind == "labelled" else {"images"})
        np.testing.assert_array_equal(found["images"], np.concatenate([images for images, _ in drawn.parts()]))
        if kind == "labelled":
            np.testing.assert_array_equal(found["labels"], np.concatenate(list(drawn.labels())))


def test_a_folder_holds_all_parts(labelled, tmp_path, small_parts):
    drawn = draw(labelled, n=25)
    write_drawn(drawn, tmp_path / "all", tell=silent)
    files = sorted((tmp_path / "all").rglob("*.png"), key=lambda path: path.name)
    assert [path.stem for path in files] == [f"{index:05d}" for index in range(25)]
    pictures = np.stack([np.asarray(Image.open(path)) for path in files])
    np.testing.assert_array_equal(pictures, np.concatenate([images for images, _ in drawn.parts()]))
    assert [path.parent.name for path in files] == np.concatenate(list(drawn.labels())).tolist()


@pytest.mark.parametrize("out", ["half.npz", "half"])
def test_what_breaks_off_leaves_nothing(labelled, tmp_path, small_parts, out):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_drawn(draw(labelled, n=25), tmp_path / "new" / out, tell=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_serves_not_is_refused_before_anything_is_drawn(labelled, tmp_path):
    drawn = draw(labelled, n=2)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.npz").mkdir()
    for out, line in (
        ("x.csv", r"ends in \.npz, or a folder"),
        ("file", "give a new folder"),
        ("folder.npz", "give the name of a file"),
        ("file/x.npz", "file is a file, so nothing can be written in it"),
    ):
        with pytest.raises((BadInputError, OSError), match=line):
            check_out(drawn, tmp_path / out)


def test_flat_samples_are_no_pictures(tmp_path):
    drawn = Drawn(GaussianSampler().fit(RNG.random((10, 7))), 2, None, 0)
    check_out(drawn, tmp_path / "x.npz")
    with pytest.raises(BadInputError, match="7 features are no pictures"):
        check_out(drawn, tmp_path / "x")


@pytest.mark.parametrize("out", ["all.npz", "all"])
def test_the_room_that_is_said_is_about_the_room_that_is_taken(labelled, tmp_path, out):
    drawn = draw(labelled, n=3000)
    said = cost(drawn, tmp_path / out).n_bytes
    write_drawn(drawn, tmp_path / out, tell=silent)
    files = [tmp_path / out] if out.endswith("npz") else list((tmp_path / out).rglob("*.png"))
    taken = sum(-(-path.stat().st_size // 4096) * 4096 for path in files)
    assert said == pytest.approx(taken, rel=0.15)


def test_what_the_disk_cannot_hold_is_refused(labelled, tmp_path):
    drawn = draw(labelled, n=10**15)  # and nothing grows with n before it is refused
    with pytest.raises(DiskFullError, match=r"1000000000000000 images need about [\d.]+ PB and the disk of .* has .* free: ask"):
        check_room(drawn, tmp_path / "x.npz", cost(drawn, tmp_path / "x.npz"))
    check_room(drawn, tmp_path / "x.npz", Cost(seconds=1.0, n_bytes=10, free=10))


def test_a_few_are_not_measured(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(Drawn, "parts", lambda drawn: 1 / 0)
    assert cost(draw(labelled, n=100), tmp_path / "x.npz").seconds == 0


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (3.14e9, "3.14 GB"), (5e20, "500 EB")]
)
def test_sizes_in_words(n, words):
    assert size(n) == words
