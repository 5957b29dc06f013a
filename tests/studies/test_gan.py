"""The study of GANs in small: its arms, what it records, bad input in one line, and its chapter."""

import dataclasses
import io
import os
import re
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
from report.test_words import NAMES as LATIN
from report.test_words import visible

from tasvir import load_data, load_model
from tasvir.contracts.errors import BadInputError
from tasvir.models import gan as gan_model
from tasvir.models.levers import LEVERS
from tasvir.nets.anatomy import n_parameters
from tasvir.records.same import same_records
from tasvir.report.document import Frames
from tasvir.report.html import report_html
from tasvir.report.names import NAMES, name_of
from tasvir.report.summary import summarise
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies import recipes
from tasvir.studies.families import gan, gan_arms, gan_cells
from tasvir.studies.families.gan import STUDY, VARIED, GANOptions, cells_of
from tasvir.studies.families.gan_arms import arms_of
from tasvir.studies.inside import Inside
from tasvir.studies.run import run_study

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
#: As few epochs and steps as there can be.
EPOCHS = 2
SMALL = gan.Profile(200, 1, EPOCHS, EPOCHS, n_seeds=1, batch_size=32)


def run(data, out, **words):
    """With classifiers that hardly learn, and two arms of what is varied in steps."""
    fewer = {(recipes, "STEPS"): 5, (gan_model, "SEEING_STEPS"): 5, (gan_arms, "NOISES"): (0.0, 0.4), (gan_arms, "AHEAD"): (0, 3)}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(gan.PROFILES, quick=SMALL))
        for (module, name), value in fewer.items():
            stack.enter_context(mock.patch.object(module, name, value))
        options = GANOptions(**words)
        return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


@pytest.fixture(scope="module")
def data():
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """Three nets over three seeds: there is a verdict."""
    return run(data, tmp_path_factory.mktemp("gan"), vary="net", seeds=3)


@pytest.fixture(scope="module")
def found(finished):
    """cell -> its records."""
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


def told(records):
    return next(r.data["facts"] for r in records if r.kind == "cell")


def arms(vary, side=28, channels=1):
    return {arm.name: arm for arm in arms_of(vary, (side, side, channels), n_latents=64, n_labels=10, max_epochs=30)}


# -- the arms --------------------------------------------------------------------------------------------------------


def test_depths_are_those_of_the_question():
    found = arms("depth")
    assert [found[f"fcgan-{n}"].net.generator for n in (2, 3, 4)] == [(256, 512), (128, 256, 512), (128, 256, 512, 1024)]
    assert [name for name in found if name.startswith("dcgan")] == ["dcgan-1", "dcgan-2", "dcgan-3", "dcgan-4"]
    assert [name for name in arms("depth", side=8) if name.startswith("dcgan")] == ["dcgan-1", "dcgan-2", "dcgan-3"]


@pytest.mark.parametrize("vary", VARIED)
@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 1), (64, 3)])
def test_every_arm_can_be_built_and_has_a_name_and_a_rival(vary, side, channels):
    found = arms(vary, side, channels)
    for arm in found.values():
        assert arm.against is None or arm.against in found
        assert f"gan/{arm.name}" in NAMES
        assert arm.net.build((side, side, channels), 64, 10)
    titles = [language()(name_of(f"gan/{name}").alone) for name in found]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("vary", [vary for vary in VARIED if vary != "net"])
def test_the_discriminator_is_the_same_unless_it_is_what_varies(vary):
    kept: dict[str, set] = {}
    for arm in arms(vary).values():
        kept.setdefault(type(arm.net).__name__, set()).add(n_parameters(arm.net.build((28, 28, 1), 64, 10).discriminator))
    assert all(len(sizes) == (2 if vary == "balance" else 1) for sizes in kept.values())


def test_noise_is_constant_or_falls_to_nothing_and_is_the_only_lever():
    found = arms("noise")
    for family in ("fcgan", "dcgan"):
        assert found[f"{family}-noise-0"].levers == LEVERS["none"]
        for sd in (0.1, 0.2, 0.4):
            constant, falling = (found[f"{family}-noise-{sd:g}-{course}"].levers for course in ("constant", "falling"))
            assert [constant.noise_sd(epoch) for epoch in (0, 29)] == [sd, sd]
            assert (falling.noise_sd(0), falling.noise_sd(30)) == (sd, 0)
            assert dataclasses.replace(falling, instance_noise=0.0, noise_epochs=None) == LEVERS["none"]


def test_each_lever_is_alone():
    none = dataclasses.asdict(LEVERS["none"])
    for name, arm in arms("balance").items():
        moved = {key for key, value in dataclasses.asdict(arm.levers).items() if value != none[key]}
        assert len(moved) <= (2 if name in ("balance-noise", "balance-default") else 1), name


def test_both_pairs_have_as_many_parameters():
    for side, channels in ((8, 1), (28, 1), (64, 3)):
        found = arms("net", side, channels)
        sizes = {name: arm.net.build((side, side, channels), 64, 10) for name, arm in found.items()}
        for player in ("generator", "discriminator"):
            conv, dense = (n_parameters(getattr(sizes[f"net-{name}"], player)) for name in ("conv", "dense"))
            assert dense == pytest.approx(conv, rel=0.05)


def test_a_led_discriminator_gets_its_epochs_on_top(data):
    words = {"vary": "loss", "max_epochs": 5, "batch_size": 32, "seed": 0}
    assert gan_cells.unfitted(data, arm="loss-saturating-10", **words).max_epochs == 15
    assert gan_cells.unfitted(data, arm="loss-hinge", **words).max_epochs == 5


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    names = {f"gan/net-{net}/{seed}" for net in ("conv", "dense", "mixed") for seed in range(3)}
    assert {name for name in found if name.startswith("gan/")} == names | {"gan/real", "gan/gaussian", "gan/verdict"}


def test_an_arm_keeps_curves_grids_and_what_its_samples_are_worth(finished, found):
    records = found["gan/net-mixed/1"]
    assert {r.name for r in records if r.kind == "curve"} >= {"losses", "scores", "gradients", "rates", "noise", "variety"}
    metrics = {r.name: r.data for r in records if r.kind == "metric"}
    for name in ("gan_train", "coverage", "recall", "raggedness", "generator_loss", "discriminator_loss", "fit_s"):
        assert np.isfinite(metrics[name]["value"]), name
    assert metrics["gan_train"]["low"] <= metrics["gan_train"]["value"] <= metrics["gan_train"]["high"]
    facts = told(records)
    (grids,) = (finished.run.load_array(r) for r in records if r.name == "grids")
    assert len(grids) == len(facts["grid_epochs"])
    assert grids.shape[1:] == (100, 8, 8)
    kept = load_model(finished.run.file(next(r for r in found["gan/net-mixed/0"] if r.kind == "model")))
    for player in ("generator", "discriminator"):
        described = facts["players"][player]
        assert described["n_parameters"] == n_parameters(getattr(kept.net_, player))
        assert described["layers"][-1]["output"] == ([64] if player == "generator" else [1])


def test_all_trainings_see_the_same_images_and_none_of_the_test(data):
    part = gan_cells.learned_part(data, 0, most=50, most_held_out=20)
    learned, held_out = ({image.tobytes() for image in part.part(name)[0]} for name in ("train", "val"))
    assert (len(part.part("train")[0]), len(part.part("val")[0]), part.counts["test"]) == (50, 20, 0)
    assert not learned & held_out
    assert learned | held_out <= {image.tobytes() for image in data.part("train")[0]}


def test_what_chooses_the_state_is_not_what_samples_are_compared_with(data):
    """The recorder holds a part of the training images out; the study's held-out images stay unseen."""
    part = gan_cells.learned_part(data, 0, most=200, most_held_out=20)
    alone = gan_cells.without_validation(part)
    assert alone.counts == {"train": 200, "val": 0, "test": 0}
    seen = []

    def look(self, estimator, **how):
        seen.append(self.data)
        raise KeyboardInterrupt

    given = {"vary": "net", "arm": "net-conv", "max_epochs": 1, "batch_size": 8, "most_images": 50, "first_seed": 0}
    with mock.patch.object(Inside, "fit", look), pytest.raises(KeyboardInterrupt):
        list(gan_cells.play(Inside(data, 0, Path()), **given))
    assert seen[0].counts == {"train": 50, "val": 0, "test": 0}


def test_differences_are_those_of_the_predictions(finished, found, data):
    part = gan_cells.learned_part(data, 0, most=200, most_held_out=gan_cells.ASKED)
    y = part.targets("val")[0]

    def right(arm):
        records = [r for seed in range(3) for r in found[f"gan/{arm}/{seed}"] if r.name == "predictions"]
        return np.stack([finished.run.load_array(r) == y for r in records]).astype(float)

    differences = [r.data for r in found["gan/verdict"] if r.name == "difference"]
    assert [(d["labels"]["arm"], d["labels"]["against"]) for d in differences] == [
        ("net-dense", "net-conv"),
        ("net-mixed", "net-conv"),
    ]
    for d in differences:
        gain = right(d["labels"]["arm"]) - right(d["labels"]["against"])
        assert d["value"] == pytest.approx(np.mean([gain[:, y == k].mean() for k in np.unique(y)]))


def test_a_killed_run_goes_on_and_says_the_same(data, tmp_path):
    whole = run(data, tmp_path / "whole", vary="net")
    real, calls = gan_cells.recorded, []

    def dying(gan):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(gan)

    with mock.patch.object(gan_cells, "recorded", dying), pytest.raises(KeyboardInterrupt):
        run(data, tmp_path / "broken", vary="net")
    again = run(data, tmp_path / "broken", vary="net")
    assert same_records(again.run.records(), whole.run.records()) == []


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"vary": "width"}, "vary='width' is not known: give one of depth, noise"),
        ({"profile": "long"}, "profile='long' is not known"),
        ({"epochs": 0}, "epochs=0: give a whole number"),
        ({"seeds": -1}, "seeds=-1: give a whole number"),
        ({"seeds": 1000}, "at most 100"),
        ({"epochs": 2.5}, "epochs=2.5: give a whole number"),
        ({"profile": ["quick"]}, "is not known"),
    ],
)
def test_bad_words_are_refused(words, said):
    with pytest.raises(BadInputError, match=said):
        GANOptions(**words)


def some(data, rows, **changed):
    names = ("images", "labels", "split", "names")
    return dataclasses.replace(data, **{name: getattr(data, name)[rows] for name in names} | changed)


def test_images_that_cannot_be_studied_are_refused(data):
    with pytest.raises(BadInputError, match="7 pixels a side: a GAN needs at least 8"):
        cells_of(dataclasses.replace(data, images=data.images[:, :7]), GANOptions(), 0)
    with pytest.raises(BadInputError, match="needs at least 40"):
        cells_of(some(data, np.arange(40)), GANOptions(), 0)
    one = np.flatnonzero(data.labels == data.labels[0])
    rare = np.append(one, np.flatnonzero((data.labels != data.labels[0]) & (data.split == "train"))[:1])
    with pytest.raises(BadInputError, match=r"has [01] images to learn from, once some are held out"):
        cells_of(some(data, rare), GANOptions(), 0)


def test_a_validation_part_of_a_few_images_is_refused(data):
    split = data.split.copy()
    split[np.flatnonzero(split == "train")[:4]] = "val"
    with pytest.raises(BadInputError, match="4 images to compare samples with: this study needs at least 6"):
        cells_of(dataclasses.replace(data, split=split), GANOptions(), 0)


# -- what is told ----------------------------------------------------------------------------------------------------


def chapter_text(finished):
    report = read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)
    return report, " ".join(report_text(report).split())


def test_the_chapter_tells_it_in_both_languages(finished):
    report, text = chapter_text(finished)
    assert "damaged" not in text
    for words in (
        "Samples teach ",
        "Gaussian sampler",
        "no arm can be told from",
        "Every arm was trained 3 times",
        "Trainings took",
        "of neighbouring pixels",
    ):
        assert words in text, words
    assert {frames.name for frames in report.blocks(Frames)} == {"gan-grids"}
    html = report_html(report, language("fa"))
    left = set(re.findall(r"[A-Za-z]+", visible(html))) - LATIN - {"Tasvir", "quot", "amp", "lt", "gt", "x", "z"}
    assert left == set()


@pytest.mark.parametrize("vary", ["depth", "noise", "balance", "loss"])
def test_each_question_has_its_answer(data, tmp_path, vary):
    done = run(data, tmp_path, vary=vary, epochs=1)
    assert done.failed == ()
    _, text = chapter_text(done)
    answers = {
        "depth": "Images of this size bear 3 transposed convolutions at most",
        "noise": "a gap of",
        "balance": "Without a lever",
        "loss": "The losses of the two players need not differ",
    }
    assert "damaged" not in text
    assert answers[vary] in text
    assert "three or more give a verdict" in text
    assert "No arm is called better or worse here" in text


@pytest.mark.parametrize("gone", ["real", "net-conv/0", "verdict"])
def test_what_failed_is_named_and_the_rest_is_told(finished, gone):
    at = finished.run.run_record().data["addresses"][f"gan/{gone}"]
    left = [record for record in finished.run.records() if record.cell != at]
    text = report_text(summarise(left, STUDY.chapter_modules(), finished.run.load_array))
    assert "damaged" not in text
    assert f"This part failed: gan/{gone}: it was not finished." in text


@pytest.mark.real
def test_the_first_epochs_of_the_full_study_on_64_pixels_in_colour(tmp_path):
    if not (REAL_DATA / "cats_vs_dogs_64").is_dir():
        pytest.skip(f"needs cats and dogs in {REAL_DATA}")
    cats = load_data(REAL_DATA / "cats_vs_dogs_64")
    full = dataclasses.replace(gan.PROFILES["full"], most_images=600)
    with mock.patch.dict(gan.PROFILES, full=full):
        options = GANOptions(vary="net", epochs=2, profile="full")
        done = run_study(STUDY, cats, options, out=tmp_path, threads=1, jobs=2, device="cpu", stream=io.StringIO())
    assert done.failed == ()
    assert "damaged" not in chapter_text(done)[1]
