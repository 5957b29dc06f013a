"""The study of saliency in small: what it records, what its sentences rest on, planted maps, bad input, its page."""

import dataclasses
import io
import os
import re
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
from report.test_words import NAMES as LATIN
from report.test_words import visible

from tasvir import grad_cam, load_data, load_model
from tasvir.contracts.errors import BadInputError
from tasvir.measures.removal import removal_area
from tasvir.records.record import Record
from tasvir.report.chapters import saliency as chapter
from tasvir.report.html import report_html
from tasvir.report.summary import summarise
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.studies import run as study_run
from tasvir.studies.families import saliency, saliency_checks
from tasvir.studies.families.saliency import STUDY, SaliencyOptions, cells_of
from tasvir.studies.run import run_study

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
SMALL = saliency.Profile(100, 120)


def run(data, out, **words):
    """Records alone: a test that looks at the page draws it."""
    drawn = mock.patch.object(study_run, "draw_page", lambda path, **how: path)
    with drawn, mock.patch.dict(saliency.PROFILES, quick=SMALL):
        options = SaliencyOptions(**{"epochs": 8, "batch_size": 16} | words)
        return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


@pytest.fixture(scope="module")
def data():
    """More test images than training images, so that there is enough to judge by."""
    digits = load_data("digits")
    return dataclasses.replace(digits, split=np.where(digits.split == "test", "train", "test"))


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    return run(data, tmp_path_factory.mktemp("saliency"), layer=0)


@pytest.fixture(scope="module")
def found(finished):
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


def values(finished, records, name):
    return finished.run.load_array(next(r for r in records if r.name == name))


def readings(records, name):
    return {tuple(r.data["labels"].values()): r.data for r in records if r.kind == "metric" and r.name == name}


def page(records, finished) -> str:
    return " ".join(report_text(summarise(records, [chapter], finished.run.load_array)).split())


def altered(finished, **changes):
    """The page when some metric had been another one: `changes` by name to its (value, low, high)."""
    records = [
        dataclasses.replace(r, data={**r.data, **dict(zip(("value", "low", "high"), changes[r.name], strict=True))})
        if r.kind == "metric" and r.name in changes
        else r
        for r in finished.run.records()
    ]
    return page(records, finished)


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_the_net_is_the_textbooks_and_is_told_as_it_is(finished, found, data):
    """Three convolutions, a dense layer and a head; the test images scored once by each net."""
    closing = next(r for r in found["saliency/net/0"] if r.kind == "cell").data["facts"]
    assert [(layer["kind"], layer["n_parameters"]) for layer in closing["layers"]] == [
        ("convolution", 320),
        ("convolution", 18_496),
        ("convolution", 36_928),
        ("dense", 64 * 128 + 128),
        ("dense", 1290),
    ]
    assert closing["n_parameters"] == 320 + 18_496 + 36_928 + 8320 + 1290
    n_train = min(SMALL.most_images(8, 8), data.counts["train"])
    assert closing["shapes"] == {"X_train": [n_train, 8, 8], "y_train": [n_train], "X_test": [data.counts["test"], 8, 8]}
    images, labels = values(finished, found["saliency/net/0"], "first_images"), closing["first_labels"]
    for image, label in zip(images, labels, strict=True):
        rows = np.flatnonzero((data.images == image).all(axis=(1, 2)))
        assert label in data.labels[rows]
        assert "train" in data.split[rows]
    again = next(r for r in found["saliency/net/1"] if r.kind == "cell").data["facts"]
    assert again["first_labels"] == labels  # the same images at every seed
    assert not np.array_equal(*(values(finished, found[f"saliency/net/{seed}"], "probabilities") for seed in (0, 1)))


def test_shown_maps_are_those_of_the_kept_net(finished, found, data):
    net = load_model(finished.run.file(next(r for r in found["saliency/net/0"] if r.kind == "model")))
    told = next(r for r in found["saliency/maps"] if r.kind == "cell").data["facts"]
    X = data.part("test")[0]
    assert len({one["true"] for one in told["right"]}) > 5  # the classes in turn
    for one, image in zip(told["right"], values(finished, found["saliency/maps"], "right_images"), strict=True):
        assert one["classes"][0] == one["true"]
        assert net.predict(image[None])[0] == one["true"]
        assert one["name"] in data.names[data.split == "test"]
    wrong = values(finished, found["saliency/maps"], "wrong_images")
    assert all(one["classes"][0] != one["true"] for one in told["wrong"])
    assert (net.predict(wrong) == [one["classes"][0] for one in told["wrong"]]).all()
    close = [one["probabilities"] for one in told["competing"]]
    ordered = np.sort(net.predict_proba(X), axis=1)
    assert np.allclose([a - b for a, b in close], np.sort(ordered[:, -1] - ordered[:, -2])[: len(close)], atol=1e-6)
    assert values(finished, found["saliency/maps"], "deep_maps").shape == (5, 3, 8, 8, 3)
    assert told["places"] == [8, 8]
    assert told["sees"] == [3, 3]


def test_curves_and_areas_agree(found):
    records = found["saliency/removal"]
    for way in ("deletion", "insertion"):
        curve = next(r for r in records if r.kind == "curve" and r.name == way).data["series"]
        for order, mean in curve.items():
            area = removal_area(np.array([mean]))[0]
            assert readings(records, "removal_area")[way, order]["value"] == pytest.approx(area, abs=1e-6)
        gains = readings(records, "removal_gain")
        sign = 1 if way == "insertion" else -1
        for against in ("unrectified", "random", "contrast"):
            areas = readings(records, "removal_area")
            difference = sign * (areas[way, "grad_cam"]["value"] - areas[way, against]["value"])
            assert gains[way, against]["value"] == pytest.approx(difference, abs=1e-6)


def test_forgetting_goes_from_the_last_layer_to_the_first(found):
    records = found["saliency/weights"]
    closing = next(r for r in records if r.kind == "cell").data["facts"]
    assert closing["stages"] == ["head", "features.10", "features.6", "features.3", "features.0"]
    agreement = readings(records, "map_agreement")
    assert set(agreement) == {(name,) for name in (*closing["stages"], "other_training", "other_image")}
    assert all(-1 <= one["value"] <= 1 for one in agreement.values())


def test_ink_is_told_beside_what_knows_nothing_and_what_knows_all(found):
    shares = {arm: one["value"] for (arm,), one in readings(found["saliency/ink"], "mass_on_ink").items()}
    assert shares["ink"] == 1.0  # the first layer tells every pixel apart
    assert shares["random"] == pytest.approx(shares["even"], abs=0.02)


# -- what is planted -------------------------------------------------------------------------------------------------


def judged_with(maps_of, finished, data, found):
    """The records of the check of the weights, where every map is what `maps_of(classifier, X)` gives."""
    at = {name: [r for r in found[name] if r.kind in ("model", "cell")] for name in ("saliency/net/0", "saliency/net/1")}
    with_models = {
        name: [dataclasses.replace(r, content=finished.run.file(r)) if r.kind == "model" else r for r in records]
        for name, records in at.items()
    }
    inside = saliency_checks.Inside(data, 0, finished.run.path, found=with_models)
    fake = lambda classifier, X, y=None, *, layer: maps_of(classifier, X)  # noqa: E731
    with mock.patch.object(saliency_checks, "layer_maps", fake):
        records = list(saliency_checks.randomise(inside, layer=0, n_judged=120))
    facts = next(r for r in records if r.kind == "facts").data
    closing = Record("cell", "saliency/weights", data={"facts": facts})
    return [dataclasses.replace(r, cell="saliency/weights") for r in (*records, closing) if r.kind != "facts"]


def test_a_map_of_the_image_alone_is_seen_through(finished, data, found):
    """It never changes, whatever is forgotten: it does not come from the net."""
    records = judged_with(lambda classifier, X: X.astype(np.float32), finished, data, found)
    assert "The maps do not come from what the net has learned" in page(records, finished)


def test_a_map_of_noise_is_no_map(finished, data, found):
    """Every map is another one: none agrees with any, and nothing can be told."""
    rng = np.random.default_rng(0)
    records = judged_with(lambda classifier, X: rng.random((len(X), 8, 8), np.float32), finished, data, found)
    text = page(records, finished)
    assert "The maps come from" not in text
    assert "It cannot be told whether the maps come from" in text or "do not come from" in text


def test_forgetful_maps_that_are_the_same_for_every_image_are_no_image_s_own(finished, data, found):
    """A bias towards some places agrees with the map of any image: beyond that nothing is left."""
    rng = np.random.default_rng(0)
    bias, calls = rng.random((8, 8)).astype(np.float32), []

    def maps_of(classifier, X):
        calls.append(len(X))
        own = rng.random((len(X), 8, 8)).astype(np.float32) if len(calls) <= 2 else 0
        return np.zeros((len(X), 8, 8), np.float32) + bias + own

    excess = readings(judged_with(maps_of, finished, data, found), "agreement_over_chance")[()]
    assert abs(excess["value"]) < 0.05


def test_forgetful_maps_that_put_nothing_first_are_told(finished, data, found):
    rng, calls = np.random.default_rng(0), []

    def maps_of(classifier, X):
        calls.append(len(X))
        return rng.random((len(X), 8, 8)).astype(np.float32) * (len(calls) <= 2)

    records = judged_with(maps_of, finished, data, found)
    assert "Of the maps without the weights 100.0 % put nothing first" in page(records, finished)


def test_places_of_equal_heat_go_in_a_random_order():
    """An empty map in that of the random one, and no other place moves."""
    rng = np.random.default_rng(0)
    noise = rng.random((2, 3, 3))
    maps = np.stack([np.zeros((3, 3)), np.arange(9.0).reshape(3, 3)])
    untied = saliency_checks._untied(maps, noise)
    assert np.array_equal(np.argsort(untied[0], axis=None), np.argsort(noise[0], axis=None))
    assert np.array_equal(np.argsort(untied[1], axis=None), np.arange(9))


# -- what is said ----------------------------------------------------------------------------------------------------


def test_sentences_follow_the_records(finished):
    one, both, none = (0.2, 0.1, 0.3), (0.01, -0.1, 0.1), (-0.2, -0.3, -0.1)
    assert "The maps come from what the net has learned" in altered(finished, weights_gain=one)
    assert "It cannot be told whether the maps come from" in altered(finished, weights_gain=both)
    assert "The maps do not come from what the net has learned" in altered(finished, weights_gain=none)
    assert altered(finished, removal_gain=one).count("The maps put what the net needs first, better than") == 4
    assert (
        altered(finished, removal_gain=none).count("The maps put what the net needs first less well than") == 4
    )  # one of them in the summary
    assert altered(finished, removal_gain=both).count("It cannot be told whether the maps put") == 4
    assert "So the maps look at the ink" in altered(finished, ink_gain=one)
    assert "So the maps avoid the ink" in altered(finished, ink_gain=none)
    assert "So it cannot be told whether the maps look" in altered(finished, ink_gain=both)


def test_few_images_judge_nothing(finished):
    records = [dataclasses.replace(r, data={**r.data, "n": 99}) if r.kind == "metric" else r for r in finished.run.records()]
    text = page(records, finished)
    assert "Fewer than 100 independent test images were judged" in text
    for claim in ("The maps come from", "first, better than", "first less well than", "So the maps look", "So the maps avoid"):
        assert claim not in text


def test_images_without_a_ground_have_no_ink(tmp_path):
    two = small.some(small.two_digits(), np.arange(120))
    noise = np.random.default_rng(0).integers(0, 256, (len(two), 8, 8, 3), dtype=np.uint8)
    done = run(dataclasses.replace(two, images=noise), tmp_path, epochs=1)
    text = page(list(done.run.records()), done)
    assert "These images have no plain ground" in text
    assert "On ink" not in text


def test_in_persian_no_english_is_left(finished):
    report = summarise(finished.run.records(), STUDY.chapter_modules(), finished.run.load_array, assumptions=STUDY.assumptions)
    words = visible(report_html(report, language("fa")))
    left = set(re.findall(r"[A-Za-z]{3,}", words)) - LATIN - {"Tasvir"}
    assert not left, left


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"layer": 3}, "layer=3: give a whole number"),
        ({"epochs": 0}, "epochs=0: give a whole number"),
        ({"batch_size": 0}, "batch_size=0: give"),
        ({"seeds": 1}, "seeds=1: give a whole number"),
        ({"profile": "slow"}, "profile='slow' is not known: give one of quick, standard, full"),
    ],
)
def test_options_are_refused_in_one_line(words, line):
    with pytest.raises(BadInputError, match=line):
        SaliencyOptions(**words)


def test_data_that_cannot_serve_are_refused():
    digits = load_data("digits")
    few = small.some(digits, np.flatnonzero(digits.split == "train")[:30])
    with pytest.raises(BadInputError, match="has 30 training images: this study needs at least 40"):
        cells_of(few, SaliencyOptions(), 0)
    untested = small.some(digits, np.flatnonzero(digits.split == "train"))
    with pytest.raises(BadInputError, match="has 0 test images: this study needs at least 10"):
        cells_of(untested, SaliencyOptions(), 0)
    one = dataclasses.replace(digits, labels=np.zeros_like(digits.labels), class_names=("0",))
    with pytest.raises(BadInputError, match="has one class"):
        cells_of(one, SaliencyOptions(), 0)


@pytest.mark.real
def test_on_mnist_the_maps_are_of_the_net(tmp_path):
    """A thousand images in a few epochs are enough for what the page says of MNIST."""
    if not (REAL_DATA / "mnist").exists():
        pytest.skip(f"no MNIST at {REAL_DATA}")
    data = load_data("mnist", data_dir=REAL_DATA)
    test, train = (np.flatnonzero(data.split == part)[:n] for part, n in (("test", 1000), ("train", 3000)))
    some = small.some(data, np.concatenate([train, test]))
    with mock.patch.dict(saliency.PROFILES, quick=saliency.Profile(3000, 200)):
        done = run_study(
            STUDY, some, SaliencyOptions(epochs=8), out=tmp_path, threads=1, jobs=1, device="cpu", stream=io.StringIO()
        )
    text = page(list(done.run.records()), done)
    assert "The maps come from what the net has learned" in text
    assert "The maps put what the net needs first, better than maps of the same layer before its ReLU" in text
    assert "The maps put what the net needs first, better than random maps" in text
    assert "So the maps look at the ink" in text
    net = load_model(done.run.file(next(r for r in done.run.records() if r.kind == "model")))
    assert (grad_cam(net, some.part("test")[0][:200]).max((1, 2)) > 0).mean() > 0.95
