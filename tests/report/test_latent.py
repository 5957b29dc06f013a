"""The chapter on the latent plane says what its records say: each sentence turns where its numbers turn."""

from unittest import mock

import numpy as np
import pytest
from recorded import Run, measure, store

from tasvir.report.chapters import latent, latent_figures
from tasvir.report.chapters.latent_answers import DIRECTIONS, most_confused, where
from tasvir.report.document import Explorer, Prose, Table
from tasvir.report.view import view
from tasvir.report.words.language import language

RNG = np.random.default_rng(0)
NAMES = ["cat", "dog", "owl"]
ARMS = ("vae", "beta-small", "beta-large", "autoencoder")


def images(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def plant_plane(run: Run, arm: str, seed: int = 0) -> None:
    """Classes at three places; nothing is far; all are told apart."""
    name = f"latent/{arm}/{seed}/plane"
    run.found(name, facts={"limit": 2.5, "scale": 2.0, "n": 3})
    labels = np.arange(60) % 3
    places = np.array([[1.5, 0.0], [-1.0, 1.0], [0.1, -0.1]], np.float32)
    store(run, name, "codes", (places[labels] + RNG.normal(size=(60, 2)) * 0.1).astype(np.float32))
    store(run, name, "code_labels", labels)
    store(run, name, "class_places", places)
    store(run, name, "confusion", np.array([[18, 2, 0], [3, 17, 0], [0, 1, 19]]))
    store(run, name, "density", np.full((40, 40), 0.04, np.float32))
    store(run, name, "far_map", np.zeros((60, 60), bool))
    for spacing in ("even", "quantile"):
        store(run, name, f"grid_{spacing}", images(3, 3, 2, 2))
    for metric, value in {"knn_accuracy": 0.9, "neighbours": 5, "silhouette": 0.6, "reconstruction_mse": 0.03}.items():
        measure(run, name, metric, value)
    for of, grid, prior in (("codes", 0.10, 0.03), ("draws", 0.02, 0.01), ("filled", 0.01, 0.01)):
        measure(run, name, "far_grid", grid, labels={"of": of})
        measure(run, name, "far_prior", prior, labels={"of": of})


def plant_net(run: Run, arm: str, nats: list[float] | None, seed: int = 0) -> None:
    name = f"latent/{arm}/{seed}"
    run.found(name, facts={"n_train": 100, "n_held_out": 60, "epochs": 5, "hidden": [16, 8]})
    measure(run, name, "fit_s", 2.0)
    if nats is not None:
        store(run, name, "kl_per_latent", np.array(nats, np.float32))
        measure(run, name, "kl", sum(nats))


@pytest.fixture
def run() -> Run:
    found = Run()
    found.found("data", facts={"class_names": NAMES})
    for arm in ARMS:
        plant_net(found, arm, None if arm == "autoencoder" else [2.0, 1.5])
        plant_plane(found, arm)
    for part, values in (("weights", np.ones((4, 2), np.int16)), ("scales", np.ones(4)), ("bias", np.zeros(4))):
        store(found, "latent/vae/0/plane", f"decoder_0_{part}", values.astype(values.dtype))
    plant_net(found, "many", [1.0, 2.0, 0.5])
    found.found("latent/latents", facts={"scale": 2.0})
    store(found, "latent/latents", "kl_per_latent", np.array([1.0, 2.0, 0.5], np.float32))
    store(found, "latent/latents", "traversal", images(3, 11, 2, 2))
    found.found("latent/walk", facts={"between": [3, 7]})
    store(found, "latent/walk", "ends", images(2, 2, 2))
    for space in ("plane", "many"):
        for path, least in (("straight", 0.4), ("spherical", 1.2)):
            store(found, "latent/walk", f"{space}_{path}", images(11, 2, 2))
            store(found, "latent/walk", f"{space}_{path}_codes", RNG.normal(size=(11, 2)).astype(np.float32))
            store(found, "latent/walk", f"{space}_{path}_labels", np.array([0] * 5 + [1] * 6))
            measure(found, "latent/walk", "least_norm", least, labels={"space": space, "path": path})
        measure(found, "latent/walk", "usual_norm", 2.1, labels={"space": space})
    return found


PLANE = "latent/vae/0/plane"


def said(run: Run) -> str:
    """What the chapter's paragraphs say."""
    return " ".join(s for block in run.chapter(latent).blocks if isinstance(block, Prose) for s in block.sentences)


# -- separation ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.6, "The classes lie apart"), (0.3, "The classes lie partly apart"), (-0.1, "The classes run into each other")],
)
def test_the_silhouette_says_how_far_classes_lie_apart(run, value, words):
    measure(run, PLANE, "silhouette", value)
    assert words in said(run)


def test_accuracy_stands_beside_the_most_frequent_class(run):
    measure(run, PLANE, "knn_accuracy", 0.71, 0.6, 0.8)
    store(run, PLANE, "confusion", np.array([[30, 0, 0], [5, 5, 0], [0, 1, 9]]))
    text = said(run)
    assert "Two numbers tell the class of 71.0 % [60.0, 80.0] of the held-out images, by their 5 nearest" in text
    assert "is right for 60.0 %" in text
    assert "Two numbers tell the class of 71.0 %" in run.chapter(latent).headline


def test_the_pair_that_is_confused_most_is_a_share_of_both(run):
    assert "most often is cat and dog: 5 of 40 held-out images" in said(run)
    store(run, PLANE, "confusion", np.array([[90, 10, 0], [0, 95, 5], [0, 3, 2]]))  # 8 of 105 are more than 10 of 200
    assert "most often is dog and owl: 8 of 105 held-out images" in said(run)
    store(run, PLANE, "confusion", np.diag([5, 5, 5]))
    assert "No held-out image is taken for another class." in said(run)


def test_a_class_without_images_is_confused_with_nothing():
    assert most_confused(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])) == (0, 1, 1, 8)
    assert most_confused(np.zeros((2, 2), int)) is None


def test_without_a_second_class_there_is_nothing_to_keep_apart(run):
    run.cells[PLANE] = [r for r in run.cells[PLANE] if r.name not in ("knn_accuracy", "silhouette", "confusion", "neighbours")]
    text = said(run)
    assert "All images are of one class" in text
    assert "confused" not in text
    assert run.chapter(latent).headline == "1.0 % of what the prior draws is far from all that the decoder has learned from."


# -- where classes live -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eighth", range(8))
def test_a_direction_holds_for_its_eighth_of_the_turn(eighth):
    for turn in (eighth - 0.49, eighth, eighth + 0.49):
        angle = turn * np.pi / 4
        assert where(np.cos(angle), np.sin(angle)) == DIRECTIONS[eighth]
        assert where(0.4 * np.cos(angle), 0.4 * np.sin(angle)).template == "in the middle"


def test_directions_are_those_of_the_scatter():
    assert [where(*place).template for place in ((1, 0), (0, 1), (-1, 0), (0, -1))] == ["right", "up", "left", "down"]


def test_classes_are_told_by_where_they_live(run):
    assert "Where the classes live, by their medians: right: cat; upper left: dog; in the middle: owl." in said(run)
    store(run, PLANE, "class_places", np.array([[0.0, -1.0], [0.1, -2.0], [np.nan, np.nan]], np.float32))
    text = said(run)
    assert "by their medians: down: cat, dog." in text
    (table,) = (b for b in run.chapter(latent).blocks if isinstance(b, Table) and b.name == "latent-places")
    assert [row[:3] for row in table.rows] == [("cat", "down", "0.00"), ("dog", "down", "0.10")]
    assert [row[-1] for row in table.rows] == ["18 of 20", "17 of 20"]


# -- holes ----------------------------------------------------------------------------------------------------------------


def test_a_plane_that_is_filled_has_no_holes_and_another_has(run):
    text = said(run)
    assert (
        "10.0 % of the grid is far from the code of any training image; if the codes filled the prior, it would be 1.0 %." in text
    )
    assert "1.0 % is far from all that the decoder has learned from: no holes." in text
    measure(run, PLANE, "far_prior", 0.07, labels={"of": "draws"})
    assert "7.0 % is far from all that the decoder has learned from (1 % if it were filled): these are holes." in said(run)


def test_the_emptiest_and_the_fullest_plane_are_named_where_they_clearly_differ(run):
    assert "The planes hardly differ." in said(run)
    measure(run, "latent/autoencoder/0/plane", "far_prior", 0.30, labels={"of": "draws"})
    measure(run, "latent/beta-large/0/plane", "far_prior", 0.005, labels={"of": "draws"})
    assert "Here the emptiest plane is that of the autoencoder, the fullest that of the VAE with a larger beta." in said(run)
    measure(run, "latent/beta-small/0/plane", "far_prior", 0.40, labels={"of": "draws"})
    assert "the emptiest plane is that of the VAE with a smaller beta" in said(run)


# -- latents and walks ---------------------------------------------------------------------------------------------------


def test_a_plane_that_tells_nothing_is_called_so(run):
    """Its numbers may look fine: codes that all lie in one place leave no hole between them."""
    plant_net(run, "vae", [0.01, 0.02])
    assert run.chapter(latent).headline.startswith("Both latents of the VAE have collapsed")
    text = said(run)
    assert "Two numbers tell the class of" not in text
    assert "no holes" not in text
    assert "(the VAE)" not in text


def test_a_planted_collapsed_latent_is_named(run):
    text = said(run)
    assert "collapsed (KL" not in text
    assert "Every latent tells something" in text
    store(run, "latent/many/0", "kl_per_latent", np.array([1.0, 0.02, 0.5], np.float32))
    store(run, "latent/beta-large/0", "kl_per_latent", np.array([0.01, 0.03], np.float32))
    text = said(run)
    assert "1 of the 3 latents of the larger VAE has collapsed (KL divergence below 0.1 nats): latent 2." in text
    assert "2 of the 2 latents of the VAE with a larger beta have collapsed (KL divergence below 0.1 nats): latents 1, 2." in text


def test_rows_of_the_traversal_begin_with_the_most_used_latent(run):
    with mock.patch.object(latent_figures, "picture_grid") as grid, mock.patch.object(latent_figures, "value_bars") as bars:
        latent_figures.latents_figure(view(run.asked(), "latent/latents"))
    (_, drawn), how = grid.call_args
    words = language()
    assert [words(name) for name in how["row_names"]] == ["2: 2.00", "1: 1.00", "3: 0.50"]
    wanted = next(r.content for r in run.cells["latent/latents"] if r.name == "traversal")
    assert (drawn == wanted[[1, 0, 2]]).all()
    assert bars.call_args.args[1] == [2.0, 1.0, 0.5]


def test_the_ways_are_told(run):
    text = said(run)
    assert "on the way through the plane: cat, dog if it is straight, cat, dog on the sphere." in text
    assert "comes as near to 0 as 0.40, the spherical one stays at 1.20 or more; half" in text
    assert "farther out than 2.10" in text
    store(run, "latent/walk", "plane_spherical_labels", np.array([0, 2, 2, 1, 2]))
    measure(run, "latent/walk", "least_norm", 0.4, labels={"space": "many", "path": "spherical"})
    text = said(run)
    assert "cat, owl, dog, owl on the sphere" in text
    assert "both ways stay equally far from 0 (0.40 and 0.40)" in text


# -- the whole ------------------------------------------------------------------------------------------------------------


def test_several_trainings_are_a_mean_with_its_ends(run):
    plant_net(run, "vae", [1.0, 1.0], seed=1)
    plant_plane(run, "vae", seed=1)
    measure(run, "latent/vae/1/plane", "knn_accuracy", 0.7)
    (table,) = (b for b in run.chapter(latent).blocks if isinstance(b, Table) and b.name == "latent-nets")
    assert "80.0 % [70.0, 90.0]" in table.rows[0]
    assert "2.75 [2.00, 3.50]" in table.rows[0]


def test_the_explorer_needs_its_decoder(run):
    assert [b.name for b in run.chapter(latent).blocks if isinstance(b, Explorer)] == ["latent-explorer"]
    run.cells[PLANE] = [r for r in run.cells[PLANE] if not r.name.endswith("scales")]
    assert [b for b in run.chapter(latent).blocks if isinstance(b, Explorer)] == []


def test_what_failed_is_named_and_the_rest_is_told(run):
    run.failed(PLANE, "out of memory")
    run.unfinished("latent/walk")
    found = run.chapter(latent)
    (trouble,) = (b for b in found.blocks if isinstance(b, Prose) and b.role == "trouble")
    assert "latent/vae/0/plane: out of memory" in trouble.sentences[0]
    assert "1.0 % (the autoencoder)" in said(run)
    assert found.headline is None


def test_a_run_without_planes_has_no_chapter():
    found = Run()
    found.found("data")
    assert found.chapter(latent) is None
