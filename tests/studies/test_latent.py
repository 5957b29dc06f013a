"""The study of a latent plane in small: what it records, bad input in one line, its page, and a kill."""

import dataclasses
import io
import os
import re
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
from report.test_words import NAMES as LATIN
from report.test_words import visible

from tasvir import VAE, load_data, load_model
from tasvir.contracts.errors import BadInputError
from tasvir.explain.dense_decoder import DenseLayer, run_layers
from tasvir.explain.latent_grid import latent_grid
from tasvir.records.same import same_records
from tasvir.report.chapters import latent_answers
from tasvir.report.document import Explorer
from tasvir.report.html import report_html
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies import recipes
from tasvir.studies import run as study_run
from tasvir.studies.families import latent, latent_cells, latent_plane
from tasvir.studies.families.latent import STUDY, LatentOptions, cells_of
from tasvir.studies.families.parts import learned_part
from tasvir.studies.run import run_study

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
SMALL = latent.Profile(150, 1, 2, 2, n_seeds=1)
ARMS = ("vae", "beta-small", "beta-large", "autoencoder", "many")


def run(data, out, **words):
    """Records alone: a test that looks at the page draws it."""
    drawn = mock.patch.object(study_run, "draw_page", lambda path, **how: path)
    with drawn, mock.patch.dict(latent.PROFILES, quick=SMALL):
        return run_study(STUDY, data, LatentOptions(**words), out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


@pytest.fixture(scope="module")
def data():
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    return run(data, tmp_path_factory.mktemp("latent"), n=4, scale=1.5, between=(3, 7))


@pytest.fixture(scope="module")
def found(finished):
    """cell -> its records, arrays by name in memory."""
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


@pytest.fixture(scope="module")
def page(finished):
    """As if the plane told something, which so few epochs do not teach it."""
    with mock.patch.object(latent_answers, "ACTIVE_NATS", 0.0):
        return read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)


@pytest.fixture(scope="module")
def stored(finished, found):
    """``stored(cell, name)``: one array."""
    return lambda cell, name: finished.run.load_array(next(r for r in found[cell] if (r.kind, r.name) == ("array", name)))


def kept(finished, found, cell):
    return load_model(finished.run.file(next(r for r in found[cell] if r.kind == "model")))


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    nets = {f"latent/{arm}/0" for arm in ARMS}
    planes = {f"{name}/plane" for name in nets if "many" not in name}
    assert {name for name in found if name.startswith("latent/")} == nets | planes | {"latent/latents", "latent/walk"}


def test_the_recorded_decoder_draws_what_the_kept_model_draws(finished, found, stored):
    vae, layers = kept(finished, found, "latent/vae/0"), []
    for place in range(3):
        parts = {part: stored("latent/vae/0/plane", f"decoder_{place}_{part}") for part in ("weights", "scales", "bias")}
        layers.append(DenseLayer(**parts))
    codes = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32) * 2
    drawn = run_layers(layers, codes).reshape(-1, 8, 8)
    assert np.abs(drawn - vae.inverse_transform(codes) / 255).max() <= 1 / 255
    assert not [r for r in found["latent/beta-small/0/plane"] if r.name.startswith("decoder")]


def test_the_grid_is_what_the_model_draws_the_first_row_on_top(finished, found, stored):
    vae = kept(finished, found, "latent/vae/0")
    grid = stored("latent/vae/0/plane", "grid_even")
    assert grid.shape == (4, 4, 8, 8)
    top_left = vae.inverse_transform(np.array([[-1.5, 1.5]], np.float32))[0]
    assert np.abs(grid[0, 0] - top_left).max() <= 0.51
    quantiles = latent_grid(4, spacing="quantile")
    drawn = vae.inverse_transform(quantiles.reshape(-1, 2)).reshape(4, 4, 8, 8)
    assert np.abs(stored("latent/vae/0/plane", "grid_quantile") - drawn).max() <= 0.51


def test_codes_and_places_are_those_of_training_images(finished, found, stored, data):
    vae, part = kept(finished, found, "latent/vae/0"), learned_part(data, 0, most=150, most_held_out=latent_cells.HELD_OUT)
    X, y, _ = part.part("train")
    codes, labels = stored("latent/vae/0/plane", "codes"), stored("latent/vae/0/plane", "code_labels")
    assert (labels == y).all()
    assert codes == pytest.approx(vae.transform(X), abs=1e-5)
    for label, place in enumerate(stored("latent/vae/0/plane", "class_places")):
        assert place == pytest.approx(np.median(codes[y == label], axis=0))
    assert part.counts["test"] == 0
    assert stored("latent/vae/0/plane", "confusion").sum() == part.counts["val"]


def test_the_autoencoders_plane_has_mean_0_and_covariance_1(stored):
    codes = stored("latent/autoencoder/0/plane", "codes")
    assert codes.mean(0) == pytest.approx([0, 0], abs=0.01)
    assert np.cov(codes.T) == pytest.approx(np.eye(2), abs=0.02)


def test_all_nets_have_the_same_layers_and_their_betas(found):
    facts = {arm: next(r for r in found[f"latent/{arm}/0"] if r.kind == "cell").data for arm in ARMS}
    assert {tuple(one["facts"]["hidden"]) for one in facts.values()} == {(256, 128)}
    assert [facts[arm]["parameters"]["beta"] for arm in ARMS] == [1.0, 0.1, 10.0, None, 1.0]


def test_the_walk_is_between_the_two_that_were_asked(stored, data, finished, found):
    assert (stored("latent/walk", "ends") == data.part("train")[0][[3, 7]]).all()
    way = stored("latent/walk", "plane_spherical_codes")
    vae = kept(finished, found, "latent/vae/0")
    assert way[[0, -1]] == pytest.approx(vae.transform(data.part("train")[0][[3, 7]]), abs=1e-5)
    assert stored("latent/walk", "many_straight").shape == (latent_cells.STEPS, 8, 8)
    assert stored("latent/latents", "traversal").shape == (latent.MANY, latent_cells.STEPS, 8, 8)


def test_each_net_is_trained_at_every_seed_and_one_decoder_is_explored(data):
    cells = {cell.name: cell for cell in cells_of(data, LatentOptions(seeds=3), 5)}
    assert {f"latent/{arm}/{seed}" for arm in ARMS for seed in (5, 6, 7)} < set(cells)
    assert [name for name, cell in cells.items() if cell.parameters.get("explored")] == ["latent/vae/5/plane"]
    assert all(cell.parameters["first_seed"] == 5 for cell in cells.values() if "first_seed" in cell.parameters)


def test_two_images_of_different_classes_are_chosen_by_the_seed(data):
    y = data.targets("train")[0]
    chosen = [latent_cells.two_images(data, seed) for seed in range(5)]
    assert all(y[a] != y[b] for a, b in chosen)
    assert len(set(chosen)) > 1
    assert chosen[0] == latent_cells.two_images(data, 0)


def test_the_density_is_that_of_the_prior_where_the_codes_are():
    """Drawn from the prior, it is the prior's, the same way up; all together it is 1."""
    codes = np.random.default_rng(0).standard_normal((20_000, 2))
    found = latent_plane.density(codes, 3.0)
    cell = 6 / len(found)
    assert found.sum() * cell**2 == pytest.approx(1, abs=0.01)
    middles = (np.arange(len(found)) + 0.5) * cell - 3
    prior = np.exp(-(middles[None] ** 2 + middles[:, None] ** 2) / 2) / (2 * np.pi)
    assert np.abs(found - prior).max() < 0.02
    corner = latent_plane.density(np.tile([2.0, 2.5], (50, 1)), 3.0)
    row, column = np.unravel_index(corner.argmax(), corner.shape)
    assert row < len(corner) / 4
    assert column > len(corner) * 3 / 4


def test_what_is_drawn_around_codes_has_their_spread():
    X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    vae = VAE(net="dense", n_components=2, max_epochs=1, random_state=0, device="cpu").fit(X)
    mean, sd = vae.posterior(X)
    assert mean == pytest.approx(vae.transform(X))
    moved = np.stack([latent_plane._around(vae, X, mean, seed=seed) - mean for seed in range(400)])
    assert moved.mean(0) == pytest.approx(np.zeros_like(mean), abs=0.3)
    assert moved.std(0) == pytest.approx(sd, rel=0.2)


# -- going on ----------------------------------------------------------------------------------------------------------


def test_a_killed_run_goes_on_and_says_the_same(data, finished, tmp_path):
    real, calls = latent_plane.draw_codes, []

    def dying(*given):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given)

    words = {"n": 4, "scale": 1.5, "between": (3, 7)}
    with mock.patch.object(latent_plane, "draw_codes", dying), pytest.raises(KeyboardInterrupt):
        run(data, tmp_path, **words)
    again = run(data, tmp_path, **words)
    assert same_records(again.run.records(), finished.run.records()) == []


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"n": 1}, "n=1: give a whole number of at least 2"),
        ({"n": 2.5}, "n=2.5"),
        ({"n": 1000}, "at most 40"),
        ({"scale": 0}, "scale=0: give a number above 0"),
        ({"scale": -2.0}, "scale=-2.0"),
        ({"scale": float("nan")}, "scale=nan"),
        ({"scale": float("inf")}, "scale=inf"),
        ({"betas": (0.5, 0.7)}, "one below 1, then one above 1"),
        ({"betas": (4.0, 0.1)}, "one below 1, then one above 1"),
        ({"betas": (-1.0, 2.0)}, "give two numbers, each a number of at least 0"),
        ({"betas": (0.1, float("inf"))}, "each a number of at least 0"),
        ({"betas": (0.1,)}, "give two numbers"),
        ({"betas": 4}, "give two numbers"),
        ({"between": (3, 3)}, "give two different images"),
        ({"between": (3,)}, "give two numbers"),
        ({"between": (1, 2, 3)}, "give two numbers"),
        ({"between": (-1, 3)}, "each a whole number of at least 0"),
        ({"epochs": 0}, "epochs=0: give a whole number"),
        ({"seeds": 101}, "at most 100"),
        ({"profile": "slow"}, "profile='slow' is not known: give one of quick, standard, full"),
    ],
)
def test_bad_words_are_refused(words, said):
    with pytest.raises(BadInputError, match=said) as caught:
        LatentOptions(**words)
    assert "\n" not in str(caught.value)


def some(data, rows, **changed):
    names = ("images", "labels", "split", "names")
    return dataclasses.replace(data, **{name: getattr(data, name)[rows] for name in names} | changed)


def test_images_that_cannot_be_studied_are_refused(data):
    with pytest.raises(BadInputError, match="3 x 8 pixels: this study takes 4 to 64 a side"):
        cells_of(dataclasses.replace(data, images=data.images[:, :3]), LatentOptions(), 0)
    wide = np.zeros((len(data.images), 8, 65), np.uint8)
    with pytest.raises(BadInputError, match="8 x 65 pixels"):
        cells_of(dataclasses.replace(data, images=wide), LatentOptions(), 0)
    with pytest.raises(BadInputError, match="needs at least 40"):
        cells_of(some(data, np.arange(30)), LatentOptions(), 0)
    with pytest.raises(BadInputError, match="too few to hold some out"):
        cells_of(dataclasses.replace(data, groups=np.zeros(len(data.images), int)), LatentOptions(), 0)
    n_train = data.counts["train"]
    with pytest.raises(BadInputError, match=f"has training images 0 to {n_train - 1}"):
        cells_of(data, LatentOptions(between=(0, n_train)), 0)


def test_one_class_and_colour_work(data, tmp_path, monkeypatch):
    """Of a single class nothing is kept apart, and the page says so; images are odd and have colours."""
    rows = np.flatnonzero(data.labels == 0)
    images = np.repeat(data.images[rows][:, :, :7, None], 3, axis=-1) // np.array([1, 2, 3], np.uint8)
    one = some(data, rows, images=images, class_names=("3",), labels=np.zeros(len(rows), data.labels.dtype))
    finished = run(one, tmp_path)
    assert finished.failed == ()
    monkeypatch.setattr(latent_answers, "ACTIVE_NATS", 0.0)  # so few epochs teach the plane little
    whole = read_report(finished.run.path, STUDY.chapter_modules())
    assert "All images are of one class" in report_text(whole)
    (shown,) = whole.blocks(Explorer)
    assert shown.image_shape == (8, 7, 3)


# -- the decoder's size, and its page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (32, 32, 3), (64, 64), (64, 64, 3)])
def test_a_decoder_fits_into_the_page(data, shape):
    images = np.zeros((len(data.images), *shape), np.uint8)
    net = recipes.latent_net(dataclasses.replace(data, images=images), n_components=2, beta=1.0, max_epochs=1, seed=0)
    last = net.net.hidden[0]
    assert 16 <= last <= 256
    assert last * np.prod(shape) * 2 * 4 / 3 <= 1.2e6  # bytes of its last layer as base64


def test_the_page_has_all_that_it_promises(page):
    names = {block.name for chapter in page.chapters for block in chapter.blocks if hasattr(block, "name")}
    figures = ("explorer", "grid", "scatter", "density", "holes", "grids", "walk", "ways", "traversal", "training")
    assert {f"latent-{name}" for name in (*figures, "nets", "places")} <= names
    text = " ".join(report_text(page).split())
    for told in (
        "Two numbers tell the class of",
        "silhouette",
        "confused most often",
        "Where the classes live",
        "of the grid is far",
    ):
        assert told in text, told
    assert "larger VAE" in text


def test_in_persian_no_english_is_left(page):
    html = report_html(page, language("fa"))
    left = [word for word in re.findall(r"[A-Za-z]+", visible(html)) if word not in LATIN | {"Tasvir"}]
    assert [word for word in left if not re.fullmatch(r"quot|amp|lt|gt|x", word)] == []


# -- in earnest --------------------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.skipif(not (REAL_DATA / "fashion_mnist").is_dir(), reason="the data are not here")
def test_a_plane_of_fashion_keeps_classes_apart(tmp_path):
    """1,000 images of 28 x 28 pixels: far above chance, within a minute."""
    data, started = load_data("fashion_mnist", data_dir=REAL_DATA), time.monotonic()
    rows = np.flatnonzero(data.split == "train")[:1250]
    few = dataclasses.replace(data, **{n: getattr(data, n)[rows] for n in ("images", "labels", "names", "split")})
    with mock.patch.dict(latent.PROFILES, quick=latent.Profile(1000, 3e4, 10, 30, n_seeds=1)):
        finished = run_study(STUDY, few, LatentOptions(), out=tmp_path, threads=1, jobs=1, device="cpu", stream=io.StringIO())
    found = {r.name: r.data["value"] for r in finished.run.records() if r.kind == "metric" and r.name == "knn_accuracy"}
    assert found["knn_accuracy"] > 0.4
    assert (finished.run.path / "report.html").stat().st_size < 5e6
    assert time.monotonic() - started < 60
