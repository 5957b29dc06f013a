"""The study of codes in small: two mistakes as they are given, their repairs, what is recorded, and its chapter."""

import dataclasses
import gzip
import io
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
import small
import torch
from report.test_words import NAMES as LATIN
from report.test_words import visible

from tasvir import DenseSpec, dataset_from_arrays, load_data, load_model
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import seed_from, stream_seed
from tasvir.records.same import same_records
from tasvir.report.chapters.ladder import AUTOENCODERS, BESIDE, REPAIRS
from tasvir.report.chapters.ladder_words import least_loss
from tasvir.report.html import report_html
from tasvir.report.names import NAMES as NAMED
from tasvir.report.summary import summarise
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies.families.as_given import DECAY, RATE, GivenAutoencoder, GivenClassification, Pace, coupled, taught_as_given
from tasvir.studies.families.drawings import Drawings
from tasvir.studies.families.ladder import STUDY, LadderOptions, cells_of
from tasvir.studies.families.ladder_cells import AGAINST, STEPS, drawn_epochs
from tasvir.studies.run import run_study
from tasvir.train.hooks import StepLosses
from tasvir.train.stream import torch_stream

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
SMALL = {"hidden": "16,8", "code": 4, "classifier": "6", "epochs": 4, "batch_size": 50}


def run(data, out, **words):
    options = LadderOptions(**SMALL | words)
    return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


@pytest.fixture(scope="module")
def data():
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    return run(data, tmp_path_factory.mktemp("codes"), seeds=3)


@pytest.fixture(scope="module")
def found(finished):
    """cell -> its records."""
    at = finished.run.run_record().data["addresses"]
    return {name: [r for r in finished.run.records() if r.cell == address] for name, address in at.items()}


def values(finished, records, name):
    return finished.run.load_array(next(r for r in records if r.name == name))


# -- the two mistakes ------------------------------------------------------------------------------------------------


def test_decay_in_the_gradient_is_divided_away_and_decoupled_decay_is_not():
    """With no gradient but the decay's, Adam's first step is the learning rate, however small the decay; AdamW's is nothing."""
    given, beside = (torch.nn.Linear(3, 1, bias=False) for _ in range(2))
    for net in (given, beside):
        torch.nn.init.constant_(net.weight, 0.5)
        net.weight.grad = torch.zeros_like(net.weight)
    coupled(given).step()
    torch.optim.AdamW(beside.parameters(), lr=RATE, weight_decay=DECAY).step()
    assert 0.5 - given.weight[0, 0].item() == pytest.approx(RATE, rel=0.01)
    assert 0.5 - beside.weight[0, 0].item() < 1e-7


def test_the_given_autoencoder_is_adam_with_the_decay_in_its_gradient():
    """Its weights are those of a loop by hand, and not those of a rate or a decay that is another."""
    X, _, _ = load_data("digits").part("train")
    X = X[:40]
    how = {"net": DenseSpec(hidden=(8,)), "n_components": 3, "batch_size": 40, "validation_fraction": None}
    place = {"device": "cpu", "engine": "fp32", "random_state": 0}
    given = GivenAutoencoder(**how, **place, max_epochs=30).fit(X)

    def by_hand(weight_decay):
        with torch_stream(stream_seed(seed_from(0), "net")):
            net = given._build_net()
        optimizer = torch.optim.Adam(net.parameters(), lr=RATE, weight_decay=weight_decay)
        x = torch.from_numpy(X / np.float32(255))[:, None]
        for _ in range(30):
            optimizer.zero_grad()
            (net(x) - x).square().mean().backward()
            optimizer.step()
        return torch.cat([p.detach().flatten() for p in net.parameters()])

    found = torch.cat([p.detach().flatten() for p in given.net_.parameters()])
    torch.testing.assert_close(found, by_hand(DECAY), atol=2e-4, rtol=0)
    assert (found - by_hand(0.0)).abs().max() > 2e-3


@pytest.mark.parametrize("n_classes", [2, 10])
def test_a_second_softmax_has_a_floor_that_one_has_not(n_classes):
    y = torch.arange(n_classes)
    losses = {}
    for softmaxes in (1, 2):
        task = GivenClassification((n_classes, n_classes), softmaxes=softmaxes, seed=0)
        with torch.no_grad():
            task.net[0].weight.copy_(100 * torch.eye(n_classes))
            task.net[0].bias.zero_()
        losses[softmaxes] = task.valid_step((torch.eye(n_classes), y))["loss"].item()
    assert losses[1] == pytest.approx(0, abs=1e-6)
    assert losses[2] == pytest.approx(least_loss(n_classes), abs=1e-5) == pytest.approx(math.log(math.e + n_classes - 1) - 1)


def test_the_given_classifier_learns_what_is_easy():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    codes = (3 * np.eye(3)[y] + rng.normal(size=(300, 3))).astype(np.float32)
    task, steps = GivenClassification((3, 8, 3), softmaxes=1, seed=0), StepLosses()
    taught = taught_as_given(task, (codes[:200], y[:200]), (codes[200:], y[200:]), pace=Pace(40, 20), seed=0, hooks=[steps])
    assert (taught.probabilities(codes[200:]).argmax(1) == y[200:]).mean() > 0.8
    assert len(steps.values) == 40 * 10
    assert taught.history["valid_accuracy"][-1] == pytest.approx((taught.probabilities(codes[200:]).argmax(1) == y[200:]).mean())


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    arms = ("given", "repaired", *STEPS, "pca", "raw")
    assert {name for name in found if name.startswith("codes/")} == {f"codes/{arm}/{s}" for arm in arms for s in range(3)} | {
        "codes/verdict"
    }


def test_epochs_that_are_drawn():
    assert drawn_epochs(10) == [1, 5, 9]
    assert (drawn_epochs(1), drawn_epochs(2), drawn_epochs(3)) == ([1], [1], [1, 2])


def test_an_autoencoder_keeps_its_codes_and_what_it_draws(finished, found, data):
    records = found["codes/repaired/0"]
    kept = load_model(finished.run.file(next(r for r in records if r.kind == "model")))
    for part in ("train", "test"):
        codes = values(finished, records, f"codes_{part}")
        np.testing.assert_allclose(codes, kept.transform(data.part(part)[0]), atol=1e-5)
    originals, drawn = (values(finished, records, name) for name in ("originals", "drawn"))
    assert drawn.shape == (3, *originals.shape)  # after epochs 1, 2 and 3
    assert not np.array_equal(drawn[0], drawn[2])
    error = next(r.data["value"] for r in records if r.name == "reconstruction_mse")
    assert error == pytest.approx(-kept.score(data.part("test")[0]), rel=1e-4)
    steps = values(finished, records, "step_losses")
    curve = next(r.data["series"] for r in records if r.kind == "curve")
    assert len(steps) % len(curve["train"]) == 0
    assert steps[: len(steps) // 4].mean() == pytest.approx(curve["train"][0], rel=0.05)


def test_a_step_is_scored_once_and_batch_by_batch(finished, found, data):
    y = data.part("test")[1]
    for step in STEPS:
        records = found[f"codes/{step}/1"]
        right = values(finished, records, "probabilities").argmax(1) == y
        assert next(r.data["value"] for r in records if (r.kind, r.name) == ("metric", "accuracy")) == pytest.approx(right.mean())
        batches = [right[start : start + 100].mean() for start in range(0, len(right), 100)]
        assert values(finished, records, "batch_accuracy") == pytest.approx(batches)


def test_the_trunk_of_the_last_step_is_the_encoder_and_learns_along(found):
    facts = {step: next(r.data["facts"] for r in found[f"codes/{step}/0"] if r.kind == "cell") for step in "de"}
    assert [layer["output"] for layer in facts["e"]["layers"]] == [[16], [8], [4], [2]]
    assert [layer["output"] for layer in facts["d"]["layers"]] == [[6], [2]]


def test_differences_are_those_of_the_probabilities(finished, found, data):
    y = data.part("test")[1]

    def right(arm):
        return np.stack([values(finished, found[f"codes/{arm}/{s}"], "probabilities").argmax(1) == y for s in range(3)]).astype(
            float
        )

    differences = [r.data for r in found["codes/verdict"] if r.name == "difference"]
    assert {d["labels"]["arm"]: d["labels"]["against"] for d in differences} == AGAINST
    for d in differences:
        gain = right(d["labels"]["arm"]) - right(d["labels"]["against"])
        assert d["value"] == pytest.approx(np.mean([gain[:, y == k].mean() for k in np.unique(y)]))


def test_a_validation_part_is_watched_and_not_learned(data, tmp_path):
    split = data.split.copy()
    split[np.flatnonzero(split == "train")[:40]] = "val"
    done = run(dataclasses.replace(data, split=split), tmp_path, epochs=1)
    assert done.failed == ()
    at = done.run.run_record().data["addresses"]["codes/repaired/0"]
    records = [r for r in done.run.records() if r.cell == at]
    sizes = {part: len(values(done, records, f"codes_{part}")) for part in ("train", "val", "test")}
    assert sizes == {"train": data.counts["train"] - 40, "val": 40, "test": data.counts["test"]}


def test_a_killed_run_goes_on_and_says_the_same(data, tmp_path, monkeypatch):
    whole, real, calls = run(data, tmp_path / "whole"), Drawings.__call__, []

    def dying(self, task, history):
        calls.append(1)
        if len(calls) == 7:  # the second autoencoder's third epoch
            raise KeyboardInterrupt
        return real(self, task, history)

    monkeypatch.setattr("tasvir.studies.inside.CHECKPOINT_S", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr(Drawings, "__call__", dying)
        with pytest.raises(KeyboardInterrupt):
            run(data, tmp_path / "broken")
    again = run(data, tmp_path / "broken")
    assert same_records(again.run.records(), whole.run.records()) == []


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"profile": "long"}, "profile='long' is not known: give one of quick, standard, full"),
        ({"epochs": 0}, "epochs=0: give a whole number"),
        ({"code": 0}, "code=0: give a whole number"),
        ({"seeds": 101}, "at most 100"),
        ({"batch_size": -5}, "batch_size=-5: give a whole number"),
        ({"hidden": "500,x"}, "hidden='500,x' holds 'x': give whole numbers of at least 1 with commas"),
        ({"classifier": ""}, "classifier='' holds ''"),
        ({"hidden": "500,1000000"}, "at most 10,000 units"),
    ],
)
def test_bad_words_are_refused(words, said):
    with pytest.raises(BadInputError, match=re.escape(said)):
        LadderOptions(**words)


def test_images_that_cannot_be_studied_are_refused(data):
    with pytest.raises(BadInputError, match="needs at least 40"):
        cells_of(small.some(data, np.arange(40)), LadderOptions(), 0)
    one = np.flatnonzero(data.labels == 0)
    with pytest.raises(BadInputError, match=r"class '8' of .* has 0 training images"):
        cells_of(small.some(data, one), LadderOptions(), 0)


def test_many_images_are_seen_ten_times_and_few_more_often(data):
    def epochs(n):
        many = dataclasses.replace(data, split=np.repeat("train", n).astype(data.split.dtype), labels=np.arange(n) % 2)
        many = dataclasses.replace(many, images=np.broadcast_to(np.uint8(0), (n, 28, 28)))
        return next(c.parameters["epochs"] for c in cells_of(many, LadderOptions(), 0) if c.name == "codes/given/0")

    assert (epochs(60_000), epochs(30_000), epochs(600)) == (10, 20, 100)


# -- what is told ----------------------------------------------------------------------------------------------------


def test_the_chapter_tells_it_in_both_languages(finished):
    report = read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)
    text = " ".join(report_text(report).split())
    assert "damaged" not in text
    for words in (
        "Every net was trained 3 times, for 4 epochs",
        "(a) As given",
        "the second softmax is removed",
        "of 2 classes cannot fall below 0.313",
        "finds class",
        "Adam, decay in the gradient",
        "Trained together",
    ):
        assert words in text, words
    html = report_html(report, language("fa"))
    assert set(re.findall(r"[A-Za-z]+", visible(html))) - LATIN <= {"Tasvir", "quot", "amp", "lt", "gt", "x", "z"}


@pytest.mark.parametrize("gone", ["given/0", "d/0", "verdict"])
def test_what_failed_is_named_and_the_rest_is_told(finished, gone):
    at = finished.run.run_record().data["addresses"][f"codes/{gone}"]
    left = [record for record in finished.run.records() if record.cell != at]
    text = report_text(summarise(left, STUDY.chapter_modules(), finished.run.load_array))
    assert "damaged" not in text
    assert f"This part failed: codes/{gone}: it was not finished." in text


@pytest.mark.real
@pytest.mark.parametrize("head", [True, False])
def test_some_of_mnist_in_csv(tmp_path, head):
    """The pair as it goes around: a label and 784 pixels a row."""
    if not (REAL_DATA / "mnist").is_dir():
        pytest.skip(f"needs MNIST in {REAL_DATA}")
    mnist = load_data("mnist", data_dir=REAL_DATA)
    for part, n in (("train", 3000), ("test", 500)):
        X, y, _ = mnist.part(part)
        rows = np.column_stack([y[:n], X[:n].reshape(n, -1)])
        names = ",".join(["label", *(f"{i}x{j}" for i in range(1, 29) for j in range(1, 29))]) if head else ""
        with gzip.open(tmp_path / f"mnist_{part}.csv.gz", "wt") as file:
            np.savetxt(file, rows, fmt="%d", delimiter=",", header=names, comments="")
    read = load_data(tmp_path / "mnist_train.csv.gz", test=tmp_path / "mnist_test.csv.gz")
    assert (read.counts["train"], read.counts["test"]) == (3000, 500)
    done = run(read, tmp_path, hidden="100", code=20, classifier="20,15", epochs=10)
    assert done.failed == ()
    at = done.run.run_record().data["addresses"]["codes/e/0"]
    accuracy = next(r.data["value"] for r in done.run.records() if (r.cell, r.kind, r.name) == (at, "metric", "accuracy"))
    assert accuracy > 0.85


def test_every_step_is_told():
    assert {*STEPS, *BESIDE} == {*REPAIRS} == {"a", *AGAINST}
    assert {f"codes/{arm}" for arm in (*STEPS, *BESIDE, *AUTOENCODERS)} == {name for name in NAMED if name.startswith("codes/")}


def test_colour_and_odd_sizes(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = np.clip(rng.normal(80, 30, (120, 9, 13, 3)) + 90 * y[:, None, None, None], 0, 255).astype(np.uint8)
    done = run(dataset_from_arrays(X, y), tmp_path, epochs=1)
    assert done.failed == ()
    text = report_text(read_report(done.run.path, STUDY.chapter_modules()))
    assert "damaged" not in text
