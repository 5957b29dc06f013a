"""The study of denoising in small: its arms, what it records, bad input in one line, and its chapter."""

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

from tasvir import UNetSpec, load_data, load_model
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.measures.psnr import MOST_PSNR, psnr
from tasvir.models import denoiser
from tasvir.records.same import same_records
from tasvir.report.chapters.denoise_figures import difference_images
from tasvir.report.html import report_html
from tasvir.report.summary import summarise
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies.families import denoise, denoise_cells
from tasvir.studies.families.denoise import FILTER_NAMES, STUDY, DenoiseOptions, cells_of
from tasvir.studies.families.denoise_cells import Bench, noisy_bytes, tuned
from tasvir.studies.families.denoise_filters import FILTERS, clean
from tasvir.studies.inside import Inside
from tasvir.studies.run import run_study

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
SMALL = denoise.Profile(120, 8, 20, 6, 1, 2, n_seeds=1)
SMALL_NET = mock.patch.dict(denoiser.NETS, unet=UNetSpec(widths=(8, 8)))
WITHOUT_NOISE = {"variance": "0", "variances": "0", "epochs": 1}
NETS = {"textbook", "unet", "blind", "told", "estimated"}


def run(data, out, **words):
    """With a net of few channels, few images of each part, and no page: it is drawn where it is read."""
    page, probe = mock.patch("tasvir.studies.run.draw_page"), mock.patch("tasvir.studies.work.N_TRAINED", 16)
    with mock.patch.dict(denoise.PROFILES, quick=SMALL), SMALL_NET, page, probe:
        options = DenoiseOptions(**words)
        return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


@pytest.fixture(scope="module")
def data():
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """Three seeds: there is a verdict."""
    return run(data, tmp_path_factory.mktemp("denoise"), variance="0.04", variances="0,0.01,0.04,0.09", seeds=3)


@pytest.fixture(scope="module")
def without_noise(data, tmp_path_factory):
    """One training each: there is none."""
    return run(data, tmp_path_factory.mktemp("quiet"), **WITHOUT_NOISE)


@pytest.fixture(scope="module")
def found(finished):
    """cell -> its records."""
    return records_of(finished)


def records_of(finished):
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


def told(records):
    return next(r.data["facts"] for r in records if r.kind == "cell")


def values(records, name):
    return [r.data for r in records if r.kind == "metric" and r.name == name]


# -- noise and filters -----------------------------------------------------------------------------------------------


def test_noisy_bytes_have_the_variance_that_was_asked_for():
    gray = np.full((4, 60, 60), 128, np.uint8)
    noise = noisy_bytes(gray, 0.01, np.random.default_rng(0)) / 255 - 128 / 255
    assert noise.std() == pytest.approx(0.1, rel=0.03)
    assert np.array_equal(noisy_bytes(gray, 0.0, np.random.default_rng(0)), gray)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 9, 12, 3), (2, 16, 16)])
def test_a_filter_takes_noise_from_a_flat_image(name, shape):
    flat = np.full(shape, 128, np.uint8)
    noisy = noisy_bytes(flat, 0.01, np.random.default_rng(0)) / np.float32(255)
    cleaned = clean(name, noisy, sd=0.1, setting=FILTERS[name].settings[-1])
    assert (cleaned.shape, cleaned.dtype) == (shape, np.float32)
    assert psnr(cleaned, flat / 255).mean() > psnr(noisy, flat / 255).mean() + 3


@pytest.mark.parametrize("name", FILTERS)
def test_without_noise_a_filter_leaves_the_image(name):
    images = np.random.default_rng(0).random((2, 9, 9)).astype(np.float32)
    assert clean(name, images, sd=0.0, setting=FILTERS[name].settings[-1]) is images
    assert clean(name, images, sd=0.1, setting=FILTERS[name].settings[0]) is images


def test_a_filter_is_tuned_to_the_noise(data):
    """More noise, more smoothing; of none, none."""
    images = data.part("train")[0][:30]
    chosen = [max(tuned("gaussian", images, variance, seed=0), key=lambda one: one[1])[0] for variance in (0.0, 0.09)]
    assert chosen[0] == {"strength": 0.0}
    assert chosen[1]["strength"] > 0


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    names = {f"denoise/{net}/{seed}" for net in NETS for seed in range(3)} | {f"denoise/{name}" for name in FILTER_NAMES}
    assert {name for name in found if name.startswith("denoise/")} == names | {"denoise/noisy", "denoise/differences"}


def test_all_arms_see_the_same_noise(finished, found, data):
    """What is recorded of the noisy images is what is known of them; those that are shown are among the test images."""
    noisy = found["denoise/noisy"]
    clean_shown, shown, scores = (
        finished.run.load_array(next(r for r in noisy if r.kind == "array" and r.name == name))
        for name in ("clean", "shown", "psnr")
    )
    assert {image.tobytes() for image in clean_shown} <= {image.tobytes() for image in data.part("test")[0]}
    assert (shown / 255 - clean_shown / 255).std() == pytest.approx(0.2, rel=0.4)  # clipped at black and white
    (metric,) = values(noisy, "psnr")
    assert metric["value"] == pytest.approx(scores.mean(), abs=1e-4)
    assert metric["low"] < metric["value"] < metric["high"]
    at = {r["labels"]["variance"]: r["value"] for r in values(noisy, "psnr_at")}
    assert at[0.0] == pytest.approx(MOST_PSNR)
    assert at[0.01] > at[0.04] > at[0.09]


def test_what_a_net_reached_can_be_had_from_its_folder(finished, found, data):
    records = found["denoise/told/1"]
    with SMALL_NET:
        fitted = load_model(finished.run.file(next(r for r in records if r.kind == "model")))
    assert (fitted.variance, fitted.blind) == ((0.0, 0.16), False)
    on = Bench(**next(r.data["parameters"]["bench"] for r in records if r.kind == "cell"))
    images = on.test(data).part("test")[0]
    noisy = noisy_bytes(images, 0.04, stream_rng(0, "test noise"))
    known = psnr(fitted.transform(noisy, variance=0.04) / 255, images / 255)
    assert finished.run.load_array(next(r for r in records if (r.kind, r.name) == ("array", "psnr"))) == pytest.approx(
        known, abs=1e-3
    )
    guessed = psnr(fitted.transform(noisy) / 255, images / 255)
    estimated = found["denoise/estimated/1"]
    assert finished.run.load_array(next(r for r in estimated if (r.kind, r.name) == ("array", "psnr"))) == pytest.approx(
        guessed, abs=1e-3
    )


def test_settings_and_the_best_filter_are_chosen_on_held_out_images(found):
    best = {}
    for name in FILTER_NAMES:
        tried = values(found[f"denoise/{name}"], "validation_psnr")
        assert len(tried) == len(FILTERS[name].settings)
        top = max(tried, key=lambda one: one["value"])
        assert told(found[f"denoise/{name}"])["chosen"] == top["labels"]
        best[name] = top["value"]
    assert told(found["denoise/differences"])["best_filter"] == max(best, key=best.get)


def test_no_test_image_is_learned_or_tuned_on(data):
    on = Bench(0.01, [0.01], 100, 20, 10, 5, 0)
    part = denoise_cells.learned_part(data, 0, most=on.n_train, most_held_out=on.n_held_out)
    seen = {image.tobytes() for name in ("train", "val") for image in part.part(name)[0]}
    assert not seen & {image.tobytes() for image in on.test(data).part("test")[0]}


def test_differences_are_those_of_the_images(finished, found):
    def scores(arm):
        cells = [found[f"denoise/{arm}"]] * 3 if arm in FILTER_NAMES else [found[f"denoise/{arm}/{s}"] for s in range(3)]
        return np.stack(
            [finished.run.load_array(next(r for r in cell if (r.kind, r.name) == ("array", "psnr"))) for cell in cells]
        )

    differences = values(found["denoise/differences"], "difference")
    assert len(differences) == 6
    for d in differences:
        assert d["value"] == pytest.approx((scores(d["labels"]["arm"]) - scores(d["labels"]["against"])).mean(), abs=1e-4)
        assert d["method"] == "crossed t"


def test_a_killed_run_goes_on_and_says_the_same(data, without_noise, tmp_path):
    real, calls = denoise_cells._net_facts, []

    def dying(net):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(net)

    with mock.patch.object(denoise_cells, "_net_facts", dying), pytest.raises(KeyboardInterrupt):
        run(data, tmp_path, **WITHOUT_NOISE)
    again = run(data, tmp_path, **WITHOUT_NOISE)
    assert same_records(again.run.records(), without_noise.run.records()) == []


# -- what is asked ---------------------------------------------------------------------------------------------------


def test_a_range_is_learned_around_the_level():
    alone, pair = DenoiseOptions(variance="0.01"), DenoiseOptions(variance="0.0025,0.04")
    assert (alone.level, alone.trained_range) == (0.01, (0.0, 0.04))
    assert (pair.level, pair.trained_range) == (pytest.approx(0.015625), (0.0025, 0.04))
    assert 0.01 in alone.asked_variances
    assert alone.asked_variances == sorted(alone.asked_variances)
    assert DenoiseOptions(variance="1").trained_range == (0.0, 1.0)
    assert DenoiseOptions(variances="0.04, 0,0.04").asked_variances == [0.0, 0.04]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"variance": "-0.1"}, "variance='-0.1': give a number of at least 0"),
        ({"variance": "nan"}, "variance='nan'"),
        ({"variance": "1.5"}, "at most 1"),
        ({"variance": "much"}, "variance='much'"),
        ({"variance": ""}, "variance=''"),
        ({"variance": "0.1,0.01"}, "give 0.01,0.1"),
        ({"variance": "0.1,0.2,0.3"}, "holds 3 numbers"),
        ({"variances": "0.1,x"}, "variances='0.1,x'"),
        ({"variances": ",".join(f"0.{n:02}" for n in range(30))}, "at most 20"),
        ({"profile": "long"}, "profile='long' is not known"),
        ({"epochs": 0}, "epochs=0: give a whole number"),
        ({"seeds": 0.5}, "seeds=0.5: give a whole number"),
    ],
)
def test_bad_words_are_refused(words, said):
    with pytest.raises(BadInputError, match=said):
        DenoiseOptions(**words)


def test_images_that_cannot_be_studied_are_refused(data):
    with pytest.raises(BadInputError, match="7 pixels a side: this study needs at least 8"):
        cells_of(dataclasses.replace(data, images=data.images[:, :7]), DenoiseOptions(), 0)
    with pytest.raises(BadInputError, match="needs at least 20"):
        cells_of(small.some(data, np.arange(15)), DenoiseOptions(), 0)
    with pytest.raises(BadInputError, match="0 test images: this study needs at least 10"):
        cells_of(dataclasses.replace(data, split=np.full(len(data), "train")), DenoiseOptions(), 0)


# -- what is told ----------------------------------------------------------------------------------------------------


def chapter_text(finished):
    report = read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)
    return report, " ".join(report_text(report).split())


def test_the_chapter_tells_it_in_both_languages(finished):
    report, text = chapter_text(finished)
    assert "damaged" not in text
    for words in (
        "A U-Net cleans noisy images of ",
        "Each net was trained 3 times",
        "Those for a range learned variances from 0 to 0.16",
        "The textbook net",
        "one blind net for the whole range is at",
        "The net for a range that is told the true variance",
        "The estimate of the standard deviation is",
        "Where the variance is 0.09",
        "An image without noise is given back at",
        "adjusted by Holm's rule",
    ):
        assert words in text, words
    names = {block.name for block in report.chapters[2].blocks if hasattr(block, "name")}
    assert names >= {"denoise-pictures", "denoise-rest", "denoise-variances", "denoise-training", "denoise-nets", "denoise-tuned"}
    html = report_html(report, language("fa"))
    left = set(re.findall(r"[A-Za-z]+", visible(html))) - LATIN - {"Tasvir", "quot", "amp", "lt", "gt", "x"}
    assert left <= {"PSNR", "SSIM", "U", "Net", "dB"}


def test_without_noise_the_nets_are_autoencoders(without_noise):
    done = without_noise
    assert done.failed == ()
    assert "BCa" in values(records_of(done)["denoise/differences"], "difference")[0]["method"]
    assert not [name for name in records_of(done) if "blind" in name]
    _, text = chapter_text(done)
    assert "damaged" not in text
    assert "There is no noise here: the nets are plain autoencoders" in text
    assert "Without noise the U-Net gives images back at" in text


def test_differences_are_gray_where_there_are_none():
    clean_image = np.full((1, 2, 2), 100, np.uint8)
    shown = difference_images(np.array([[[100, 132], [250, 10]]], np.uint8), clean_image)
    assert shown[0, 0, 0] in (127, 128)
    assert shown[0, 0, 1] == pytest.approx(127.5 + 64, abs=1)
    assert (shown[0, 1, 0], shown[0, 1, 1]) == (255, 0)


@pytest.mark.parametrize("gone", ["noisy", "unet/0", "nlm", "differences"])
def test_what_failed_is_named_and_the_rest_is_told(finished, gone):
    at = finished.run.run_record().data["addresses"][f"denoise/{gone}"]
    left = [record for record in finished.run.records() if record.cell != at]
    text = report_text(summarise(left, STUDY.chapter_modules(), finished.run.load_array))
    assert "damaged" not in text
    assert f"This part failed: denoise/{gone}: it was not finished." in text


@pytest.mark.real
def test_colour_images_are_cleaned_better_than_by_any_filter(tmp_path):
    if not (REAL_DATA / "cifar10").is_dir():
        pytest.skip(f"needs CIFAR-10 in {REAL_DATA}")
    cifar = load_data("cifar10", data_dir=REAL_DATA)
    rows = [np.flatnonzero(cifar.split == part)[:n] for part, n in (("train", 2500), ("test", 200))]
    few = denoise.Profile(2000, 40, 200, 20, 1, 2, n_seeds=1)
    with mock.patch.dict(denoise.PROFILES, quick=few):
        data, options = small.some(cifar, np.concatenate(rows)), DenoiseOptions(variances="0.01")
        done = run_study(STUDY, data, options, out=tmp_path, threads=1, jobs=2, device="cpu", stream=io.StringIO())
    assert done.failed == ()
    (above,) = [d for d in values(records_of(done)["denoise/differences"], "difference") if d["labels"]["arm"] == "unet"][:1]
    assert above["low"] > 0.5


def test_the_curve_has_images_of_every_class_though_they_lie_class_after_class(data):
    """A folder is read so; its first images are all of one class."""
    order = np.argsort(data.labels, kind="stable")
    lying = dataclasses.replace(small.some(data, order), names=data.names[order])
    on = Bench(0.01, [0.0], n_train=50, n_held_out=20, n_test=40, n_curve=10, seed=0)
    asked = []

    def untouched(noisy, variance):
        asked.append((variance, noisy))
        return noisy / np.float32(255)

    list(denoise_cells._judged(Inside(lying, 0, Path()), on, untouched))
    (curve,) = (noisy for variance, noisy in asked if variance == 0.0)  # no noise: the images themselves
    X, y, _ = lying.part("test")
    classes = {int(y[next(i for i, image in enumerate(X) if np.array_equal(image, one))]) for one in curve}
    assert (len(curve), classes) == (10, set(y.tolist()))
