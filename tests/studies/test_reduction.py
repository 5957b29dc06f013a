"""The study of reductions in small: complete, what it promises of its numbers, bad input in one line, and its chapter."""

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

from tasvir.models.folder import load_model
from tasvir.records.same import same_records
from tasvir.report.chapters.reduction_methods import ABOUT
from tasvir.report.html import report_html
from tasvir.report.summary import summarise
from tasvir.report.text import report_text, summary_lines
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies.families import reduction, reduction_cells
from tasvir.studies.families.published import PUBLISHED
from tasvir.studies.families.reduction import NAMES, STUDY, ReductionOptions
from tasvir.studies.families.reduction import reduction_cells as cells_of
from tasvir.studies.families.reduction_methods import METHODS, NETS, Fitted, Reduced, drawn_parameters
from tasvir.studies.inside import Inside
from tasvir.studies.run import run_study

#: Three seeds, so that there is a verdict; as few epochs as there can be.
SMALL = reduction.Profile((2, 5), 1, 60, n_seeds=3, draws=2)
#: A graph in pixels, not in principal components, which are fewer.
IN_PIXELS = {"isomap": {}, "landmark_isomap": {"pca_components": None}}


def run(data, out, methods=None, **how):
    options = ReductionOptions(methods=methods, k_draws=4)
    with mock.patch.dict(reduction.PROFILES, quick=SMALL):
        return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO(), **how)


@pytest.fixture(scope="module")
def data():
    """Threes and eights: enough test images of each class for a verdict."""
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """All methods on them."""
    return run(data, tmp_path_factory.mktemp("reduction"))


@pytest.fixture(scope="module")
def found(finished):
    """cell -> its records."""
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


def values(records, name):
    return {r.data["labels"]["dim"]: r.data["value"] for r in records if r.kind == "metric" and r.name == name}


def told(records):
    return next(r.data["facts"] for r in records if r.kind == "cell")


def arrays(finished, records):
    return {r.name: finished.run.load_array(r) for r in records if r.kind == "array"}


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    assert {name.split("/")[1] for name in found if name.startswith("reduction/")} == {*NAMES, "verdict"}
    for method in NAMES[1:]:
        dims = {
            d
            for name, records in found.items()
            if name.startswith(f"reduction/{method}/")
            for d in values(records, "knn_accuracy")
        }
        assert dims == {2, 5}, method


def test_every_accuracy_has_an_interval_and_what_it_was_computed_from(finished, found, data):
    y = data.targets("test")[0]
    for name, records in found.items():
        kept = arrays(finished, records)
        for r in (r for r in records if r.name == "knn_accuracy"):
            assert r.data["low"] <= r.data["value"] <= r.data["high"], name
            assert (kept[f"predictions {r.data['labels']['dim']}"] == y).mean() == pytest.approx(r.data["value"])


def test_the_first_numbers_are_the_code_of_fewer(few_digits, tmp_path):
    """What lets PCA and the Isomaps be fitted once for all sizes."""
    inside = Inside(few_digits, 0, tmp_path)
    for method, way in METHODS.items():
        if method == "raw" or not way.nested:
            continue
        chosen = drawn_parameters(way.space(Fitted(240, 64, "shift")), 1, 0)[0]
        few, many = (way.reduce(inside, "test", chosen, n_components=d) for d in (2, 6))
        for one, other in ((few.codes, many.codes[:, :2]), (few.other, many.other[:, :2])):
            signs = np.sign((one * other).sum(0))
            assert np.allclose(one, signs * other, atol=1e-3 * np.abs(one).max()), method


def test_the_error_of_a_smaller_code_is_that_of_a_pca_of_its_size(data, found):
    from sklearn.decomposition import PCA

    X, X_test = (data.part(part)[0].reshape(-1, 64) / 255 for part in ("train", "test"))
    errors = values(found["reduction/pca/0"], "reconstruction_mse")
    for d in (2, 5):
        pca = PCA(d).fit(X)
        drawn = np.clip(pca.inverse_transform(pca.transform(X_test)), 0, 1)
        assert errors[d] == pytest.approx(np.square(drawn - X_test).mean(), rel=1e-3)
    assert errors[5] < errors[2]


def test_a_search_sees_training_images_alone_and_its_choice_is_used(found, data):
    part = reduction_cells.held_out_part(data, 0, most=reduction_cells.SEARCHED)
    train = {image.tobytes() for image in data.part("train")[0]}
    assert {image.tobytes() for image in part.images} <= train
    assert part.counts["val"] == pytest.approx(len(part) / 5, abs=10)
    assert part.counts["test"] == 0
    for method in NAMES[1:]:
        search = told(found[f"reduction/{method}/search"])
        scores = [r.data["value"] for r in found[f"reduction/{method}/search"] if r.name == "validation_accuracy"]
        assert search["chosen"] == search["drawn"][int(np.argmax(scores))]
        apart = ("search", "held_out")
        grid = [
            records for name, records in found.items() if name.startswith(f"reduction/{method}/") and not name.endswith(apart)
        ]
        assert grid
        assert all(told(records)["chosen"] == search["chosen"] for records in grid)


def test_what_recommends_was_held_out(found, data):
    """Each method and size has an accuracy on a fifth of the training images; none of these was seen by its fit."""
    part = reduction_cells.held_out_part(data, 0)
    fitted, judging = ({image.tobytes() for image in part.part(name)[0]} for name in ("train", "val"))
    assert not fitted & judging
    assert fitted | judging == {image.tobytes() for image in data.part("train")[0]}
    for method in NAMES[1:]:
        cells = [records for name, records in found.items() if name.startswith(f"reduction/{method}/") and "held_out" in name]
        judged = {d: value for records in cells for d, value in values(records, "validation_accuracy").items()}
        assert judged.keys() == {2, 5}, method
        assert all(told(records)["n_valid"] == part.counts["val"] for records in cells)


def test_groups_are_held_out_whole(few_digits):
    part = reduction_cells.held_out_part(dataclasses.replace(few_digits, groups=np.arange(len(few_digits)) // 4), 0)
    fitted, judging = (set(part.part(name)[2]) for name in ("train", "val"))
    assert fitted
    assert judging
    assert not fitted & judging


def test_a_net_that_learns_by_heart_is_not_recommended(few_digits, tmp_path):
    """Codes that are noise but for the images of the fit, which they tell perfectly: cross-validation there would take them."""

    def by_heart(inside, part, parameters, *, n_components, name=""):
        (y, _), (y_other, _) = inside.data.targets("train"), inside.data.targets(part)
        rng = np.random.default_rng(0)
        own = np.repeat(y[:, None].astype(np.float32), n_components, axis=1)
        return Reduced(own, rng.random((len(y_other), n_components)).astype(np.float32), 0.0, 0.0, len(y))

    cheat = dataclasses.replace(METHODS["isomap"], reduce=by_heart)
    with mock.patch.dict(METHODS, isomap=cheat):
        finished = run(few_digits, tmp_path, "pca,isomap")
    report = read_report(finished.run.path, STUDY.chapter_modules())
    told = language()(next(c for c in report.chapters if c.name == "reduction").headline)
    assert "PCA" in told
    assert "Isomap" not in told


def test_widths_that_build_the_same_net_are_one():
    """No layer is wider than an image: of 64 pixels, 500 and 1000 units are both 64."""
    small, large = (METHODS["autoencoder_dense"].space(Fitted(1000, n, "shift"))["hidden"] for n in (64, 784))
    assert small == [[64], [64, 64, 64]]
    assert large == [[500], [784], [500, 200, 100]]


def test_the_error_of_a_net_is_its_own(finished, found, data):
    """As the kept model scores itself; what it draws beyond black and white is clipped, which can only help."""
    name = "reduction/autoencoder_dense/5/0"
    kept = next(r for r in found[name] if r.kind == "model")
    own = -load_model(finished.run.file(kept)).score(data.part("test")[0])
    assert values(found[name], "reconstruction_mse")[5] == pytest.approx(own, rel=0.05)


def test_the_first_draw_is_the_default_and_none_comes_twice():
    for method, way in METHODS.items():
        space = way.space(Fitted(1000, 784, "shift_flip"))
        drawn = drawn_parameters(space, 5, 3)
        assert drawn[0] == {name: values[0] for name, values in space.items()}, method
        assert len({str(sorted(one.items())) for one in drawn}) == len(drawn) <= 5


def test_nets_are_shown_mirror_images_where_a_mirrored_image_keeps_its_class():
    first = {method: METHODS[method].space(Fitted(1000, 784, "shift_flip")).get("augment") for method in METHODS}
    assert {method for method, augments in first.items() if augments and augments[0] == "shift_flip"} == set(NETS)
    assert not any("augment" in way.space(Fitted(1000, 784, "shift")) for way in METHODS.values())


@pytest.mark.parametrize(("n", "draws"), [(30, 10), (1433, 10), (60_000, 3)])
def test_numbers_of_neighbours_are_drawn_up_to_the_root(n, draws):
    ks = reduction_cells.drawn_ks(n, draws, 0)
    assert ks == sorted(set(ks)) == reduction_cells.drawn_ks(n, draws, 0)
    assert len(ks) == min(draws, int(n**0.5))
    assert 1 <= ks[0] <= ks[-1] <= n**0.5


def test_differences_are_those_of_the_predictions(finished, found, data):
    y = data.targets("test")[0]

    def right(method, d):
        names = [
            name
            for name in found
            if name in {f"reduction/{method}/{s}" for s in range(3)} | {f"reduction/{method}/{d}/{s}" for s in range(3)}
        ]
        return np.stack([arrays(finished, found[name])[f"predictions {d}"] == y for name in names]).astype(float)

    differences = [r for r in found["reduction/verdict"] if r.name == "difference"]
    assert len(differences) == 2 * (len(NAMES) - 2)
    for r in differences:
        method, d = r.data["labels"]["arm"].split("/")
        assert r.data["labels"]["against"] == f"pca/{d}"
        gain = right(method, d) - right("pca", d)
        assert r.data["value"] == pytest.approx(np.mean([gain[:, y == k].mean() for k in np.unique(y)]))


def test_a_killed_run_goes_on_and_says_the_same(few_digits, tmp_path):
    methods = "pca,autoencoder_dense"
    whole = run(few_digits, tmp_path / "whole", methods)
    real, calls = reduction_cells.knn_on, []

    def dying(*given, **named):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **named)

    with mock.patch.object(reduction_cells, "knn_on", dying), pytest.raises(KeyboardInterrupt):
        run(few_digits, tmp_path / "broken", methods)
    again = run(few_digits, tmp_path / "broken", methods)
    assert len(list((tmp_path / "broken").iterdir())) == 1
    assert same_records(again.run.records(), whole.run.records()) == []


@pytest.mark.parametrize("method", ["isomap", "landmark_isomap"])
def test_numbers_without_a_direction_are_zero(few_digits, tmp_path, method):
    """Distances along a graph have about half as many directions as there are images; no size is lost by it, nor the verdict."""
    n_train = few_digits.counts["train"]
    chosen = drawn_parameters(METHODS[method].space(Fitted(n_train, 64, "shift")), 1, 0)[0] | IN_PIXELS[method]
    reduced = METHODS[method].reduce(Inside(few_digits, 0, tmp_path), "test", chosen, n_components=n_train - 1)
    assert reduced.codes.shape[1] == reduced.other.shape[1] == n_train - 1
    assert n_train / 4 < (reduced.codes != 0).any(0).sum() < n_train - 1


def test_colour_images_are_reduced(few_digits, tmp_path):
    colour = dataclasses.replace(few_digits, images=np.repeat(few_digits.images[..., None], 3, axis=-1))
    assert run(colour, tmp_path, "pca,landmark_isomap,autoencoder_conv").failed == ()


def test_the_chapter_tells_it_in_both_languages(finished):
    report = read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)
    text = " ".join(report_text(report).split())
    assert "damaged" not in text
    for words in (
        "Take ",
        "within one standard error",
        "Landmark Isomap · 5",
        "PCA of the same size",
        "n_neighbors = 10",
        "By far the",
    ):
        assert words in text, words
    names = {block.name for block in report.blocks(object) if hasattr(block, "caption") and block.name.startswith("reduction")}
    assert names == {
        f"reduction-{part}"
        for part in (
            *("accuracy", "scores", "differences", "differences-plot", "kept-scores", "kept", "scatter"),
            *("search", "search-plot"),
        )
    }
    html = report_html(report, language("fa"))
    assert "کاهش بُعد" in html
    left = set(re.findall(r"[A-Za-z]+", visible(html))) - LATIN - {"Tasvir", "quot", "amp", "lt", "gt", "x"}
    assert left == set()
    assert any("پیشنهاد" in line for line in summary_lines(report, language("fa")))


def test_the_recommendation_asks_no_test_image(finished):
    records = finished.run.records()
    report = read_report(finished.run.path, STUDY.chapter_modules())
    before = next(c for c in report.chapters if c.name == "reduction").headline.values["taken"]
    from tasvir.report.cells import Cells
    from tasvir.report.chapters import reduction as told_chapter

    turned = [
        dataclasses.replace(r, data={**r.data, "value": 1 - r.data["value"]}) if r.name == "knn_accuracy" else r for r in records
    ]
    after = told_chapter.compose(Cells(turned, finished.run.load_array)).headline.values["taken"]
    assert language()(after) == language()(before)


@pytest.mark.parametrize("gone", ["raw", "pca/0", "isomap/search", "vae_dense/5/0", "verdict"])
def test_what_failed_is_named_and_the_rest_is_told(finished, gone):
    at = finished.run.run_record().data["addresses"][f"reduction/{gone}"]
    left = [record for record in finished.run.records() if record.cell != at]
    text = report_text(summarise(left, STUDY.chapter_modules(), finished.run.load_array))
    assert "damaged" not in text
    assert f"This part failed: reduction/{gone}: it was not finished." in text
    assert text.index("1 part is missing: this is what the others say.") < text.index("Take ")


@pytest.mark.parametrize("methods", ["raw", "pca", "landmark_isomap"])
def test_one_method_alone_is_told_too(data, tmp_path, methods):
    done = run(data, tmp_path, methods)
    assert done.failed == ()
    text = report_text(read_report(done.run.path, STUDY.chapter_modules()))
    assert "damaged" not in text
    assert ("Take " in text) == (methods != "raw")


def test_the_handbook_says_what_the_report_says():
    page = " ".join((Path(__file__).parents[2] / "docs" / "handbook" / "reduction.md").read_text(encoding="utf-8").split())
    assert set(ABOUT) == {*NAMES} - {"raw"}
    for about in ABOUT.values():
        for words in (about.works, about.strong, about.weak):
            assert words.template in page, words.template


def test_a_paper_is_told_beside_its_own_images_only(few_digits):
    def has_paper(data):
        return any(cell.name == "reduction/published" for cell in cells_of(data, ReductionOptions(methods="pca"), 0))

    large = np.zeros((len(few_digits), 28, 28), np.uint8)
    assert not has_paper(few_digits)
    assert has_paper(dataclasses.replace(few_digits, name="mnist", images=large))
    assert not has_paper(dataclasses.replace(few_digits, name="mnist"))


def test_the_paper_s_numbers_are_those_of_its_files():
    folder = Path(os.environ.get("TASVIR_DATA", "../shared/data")) / "reduction_paper"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    for name, methods in PUBLISHED.items():
        rows = np.loadtxt(folder / f"{name.split('-')[0].removesuffix('10')}_dimension.csv", delimiter=",", skiprows=1)
        for index, method in enumerate(("pca", "isomap", "autoencoder_dense", "vae_dense")):
            assert np.allclose(methods[method], rows[:, [0, 3 + 4 * index, 1 + 4 * index]], rtol=1e-3, atol=6e-5), (name, method)
