"""The study of batch norm in small: two nets that differ in nothing else, what is recorded and refused, and its chapter."""

import dataclasses
import io
import os
import re
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
import torch
from report.test_words import NAMES as LATIN
from report.test_words import visible
from torch.nn import functional

from tasvir import dataset_from_arrays, load_data
from tasvir.contracts.errors import BadInputError
from tasvir.measures.statements import RULES
from tasvir.nets.batch_norm import moments, normalise
from tasvir.report.chapters.batchnorm_statements import MEASURED, STATEMENTS
from tasvir.report.html import report_html
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report
from tasvir.studies.families import batchnorm_nets, batchnorm_pixels, batchnorm_timing
from tasvir.studies.families.batchnorm import STUDY, BatchNormOptions, cells_of
from tasvir.studies.families.batchnorm_final import SCALES
from tasvir.studies.families.batchnorm_nets import ARMS, Stretches, lesson_of, new_net, refusal, spec_of, teach
from tasvir.studies.families.batchnorm_spread import outputs_of, unevenness
from tasvir.studies.place import Place
from tasvir.studies.run import run_study
from tasvir.train.batches import to_unit

REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
SMALL = {"rates": "0.01,0.1", "batch_sizes": "8,16", "batch_size": 16, "updates": 6, "seeds": 3}
HERE = Place("cpu", "fp32")


def run(data, out, *, pairs=7, **words):
    options = BatchNormOptions(**SMALL | words)
    with mock.patch.object(batchnorm_timing, "PAIRS", pairs), mock.patch.object(batchnorm_pixels, "DRAWS", 100):
        return run_study(STUDY, data, options, out=out, threads=1, jobs=1, device="cpu", stream=io.StringIO())


def records_of(done):
    """cell -> its records."""
    at = done.run.run_record().data["addresses"]
    found = {name: [] for name in at}
    names = {address: name for name, address in at.items()}
    for record in done.run.records(at.values()):
        if record.cell in names:
            found[names[record.cell]].append(record)
    return found


def values(done, records, name):
    return done.run.load_array(next(r for r in records if (r.kind, r.name) == ("array", name)))


@pytest.fixture(scope="module")
def data():
    return small.two_digits()


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    return run(data, tmp_path_factory.mktemp("batchnorm"))


@pytest.fixture(scope="module")
def found(finished):
    return records_of(finished)


@pytest.fixture(scope="module")
def lesson(data):
    return lesson_of(data, 12, HERE)


# -- two nets that differ in nothing else ----------------------------------------------------------------------------------


@pytest.mark.parametrize("net", ["dense", "cnn"])
def test_both_have_the_same_first_weights_and_the_one_is_normed_everywhere_but_at_its_end(lesson, net):
    maps = {}
    for arm in ARMS:
        built = new_net(spec_of(net, arm), lesson, seed=3)
        kinds = [m for m in built.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)]
        maps[arm] = [m.weight for m in kinds]
        norms = sum(isinstance(m, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d) for m in built.modules())
        assert norms == (len(kinds) - 1 if arm == "normed" else 0)
    assert all(torch.equal(a, b) for a, b in zip(*maps.values(), strict=True))


def test_a_scale_is_that_of_all_weights_and_of_no_bias(lesson):
    usual, small_one = (new_net(spec_of("dense", "normed"), lesson, seed=0, scale=scale) for scale in (1.0, 0.01))
    for (name, a), b in zip(usual.named_parameters(), small_one.parameters(), strict=True):
        scaled = name.endswith("weight") and a.ndim == 2
        assert torch.equal(a * (0.01 if scaled else 1), b)


def test_batches_have_one_size_and_go_through_all_images_before_one_comes_again():
    x = torch.arange(10)
    batches = Stretches(x, batch_size=4, ends=[5, 12], seed=0)
    stretches = [[batch[0].tolist() for batch in batches(epoch)] for epoch in (0, 1)]
    assert [len(stretch) for stretch in stretches] == [5, 7]
    assert all(len(batch) == 4 for stretch in stretches for batch in stretch)
    flat = [i for batch in stretches[0] for i in batch]
    assert sorted(flat[:10]) == sorted(flat[10:]) == list(range(10))
    again = Stretches(x, batch_size=4, ends=[5, 12], seed=0)
    assert [[batch[0].tolist() for batch in again(epoch)] for epoch in (0, 1)] == stretches


def test_a_training_is_plain_descent(lesson):
    """The same weights as a loop by hand."""
    taught = teach(lesson, spec_of("dense", "normed"), rate=0.1, batch_size=16, seed=1)
    net = new_net(spec_of("dense", "normed"), lesson, seed=1).train()
    batches = Stretches(lesson.images_BCHW, lesson.labels_B, batch_size=16, ends=lesson.ends, seed=1)
    for epoch in range(len(lesson.ends)):
        for x, y in batches(epoch):
            net.zero_grad()
            functional.cross_entropy(net(to_unit(x)), y).backward()
            with torch.no_grad():
                for weight in net.parameters():
                    weight -= 0.1 * weight.grad
    for a, b in zip(taught.net.parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(a.detach(), b.detach(), atol=1e-5, rtol=1e-4)
    x, y = lesson.looked_at
    with torch.no_grad():
        last = functional.cross_entropy(net.eval()(to_unit(x)), y).item()
    assert taught.losses[-1] == pytest.approx(last, abs=1e-4)
    assert len(taught.losses) == len(lesson.ends) == min(12, batchnorm_nets.LOOKS)


def test_a_lost_net_is_right_for_no_image(lesson, data):
    taught = teach(lesson, spec_of("dense", "plain"), rate=1e8, batch_size=16, seed=0)
    assert taught.lost
    assert np.isnan(taught.losses[-1])
    assert not taught.right(lesson.images_BCHW, data.part("train")[1]).any()


def test_a_batch_of_one_is_refused_where_a_feature_has_one_value(lesson):
    assert "more than 1 value per channel" in refusal(lesson, spec_of("dense", "normed"), 1)
    assert refusal(lesson, spec_of("dense", "normed"), 2) is None
    assert refusal(lesson, spec_of("dense", "plain"), 1) is None
    assert refusal(lesson, spec_of("cnn", "normed"), 1) is None


def test_outputs_are_those_of_the_numpy_pass(lesson):
    net = new_net(spec_of("dense", "normed"), lesson, seed=0)
    images = lesson.images_BCHW[:50]
    ((before, after), *others) = outputs_of(net, images)
    with torch.no_grad():
        given = net.features[2](net.features[1](net.features[0](to_unit(images)))).double().numpy()
    np.testing.assert_allclose(before.mean, given.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(after.variance, moments(normalise(given, moments(given))).variance, atol=1e-5)
    assert unevenness(after)["uneven_means"] < 1e-5
    assert unevenness(before)["uneven_means"] > 0.1
    assert len(others) == 2
    assert net.features[3].num_batches_tracked == 0  # the net itself was left as it was


# -- what is recorded ------------------------------------------------------------------------------------------------------


def test_every_cell_is_complete(finished, found):
    assert finished.failed == ()
    wanted = {f"batchnorm/{name}" for name in ("epsilon", "noise", "timing", "statements", "verdict")}
    wanted |= {f"batchnorm/grid/{size}/{seed}" for size in (8, 16) for seed in range(3)}
    wanted |= {f"batchnorm/{arm}/{seed}" for arm in (*ARMS, "scales") for seed in range(3)}
    assert {name for name in found if name.startswith("batchnorm/")} == wanted


def test_the_chosen_rate_is_the_best_on_held_out_images_and_the_test_is_scored_by_it_alone(finished, found, data):
    right = np.stack([values(finished, found[f"batchnorm/grid/16/{seed}"], "right") for seed in range(3)])
    rates = [0.01, 0.1]
    for a, arm in enumerate(ARMS):
        best = rates[right[:, a].mean(axis=(0, 2)).argmax()]
        told = [next(r.data["facts"]["rate"] for r in found[f"batchnorm/{arm}/{s}"] if r.kind == "cell") for s in range(3)]
        assert told == [best] * 3
    scored = {name for name, records in found.items() if any(r.name == "probabilities" for r in records)}
    assert scored == {f"batchnorm/{arm}/{seed}" for arm in ARMS for seed in range(3)}
    assert right.shape[-1] < data.counts["train"]


def test_the_usual_first_weights_are_the_grids(finished, found):
    """Trained anew, a net is the one of the grid."""
    right = values(finished, found["batchnorm/scales/1"], "right")
    grid = values(finished, found["batchnorm/grid/16/1"], "right")
    chosen = next(r.data["facts"]["rates"] for r in found["batchnorm/scales/1"] if r.kind == "cell")
    for a, arm in enumerate(ARMS):
        assert np.array_equal(right[a, SCALES.index(1.0)], grid[a, [0.01, 0.1].index(chosen[arm])])


def test_the_judge_says_what_the_arrays_say(finished, found):
    judge = found["batchnorm/statements"]
    losses = {arm: values(finished, judge, f"losses_{arm}") for arm in ARMS}
    told = {r.name: r.data["value"] for r in judge if r.kind == "metric" and not r.data["labels"]}
    assert told["loss_updates"] == pytest.approx(np.log(losses["plain"][:, -1] / losses["normed"][:, -1]).mean(), rel=1e-4)
    seconds = values(finished, found["batchnorm/timing"], "seconds_16")
    assert told["batch_speedup"] == pytest.approx(np.median(np.log(seconds[:, 0] / seconds[:, 1])))
    asked = {name for rule in RULES.values() for name in (rule.measured, rule.also, rule.because) if name}
    assert asked == set(told)


def test_epsilon_keeps_constant_pixels_defined(found):
    """Digits have corners that are always black."""
    metrics = [r.data for r in found["batchnorm/epsilon"] if (r.kind, r.name) == ("metric", "undefined")]
    undefined = {(m["labels"]["epsilon"], m["labels"]["part"]): m["value"] for m in metrics}
    constant = next(r.data["value"] for r in found["batchnorm/epsilon"] if r.name == "constant_share")
    assert undefined[0.0, "train"] == constant > 0
    assert all(undefined[epsilon, "train"] == 0 for epsilon in batchnorm_pixels.EPSILONS if epsilon)


def test_the_statistics_of_a_batch_scatter_by_one_over_the_root_of_its_size(found):
    noise = next(r.data for r in found["batchnorm/noise"] if r.kind == "curve")
    assert noise["series"]["mean"] == pytest.approx([size**-0.5 for size in noise["x"]], rel=0.1)
    slopes = {r.data["labels"]["of"]: r.data["value"] for r in found["batchnorm/noise"] if r.name == "slope"}
    assert slopes["mean"] == pytest.approx(-0.5, abs=0.05)
    assert next(r.data["value"] for r in found["batchnorm/noise"] if r.name == "left_of_one") == 0


# -- what is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"net": "resnet"}, "net='resnet' is not known: give one of dense, cnn"),
        ({"profile": "long"}, "profile='long' is not known"),
        ({"rates": "0.1,fast"}, "rates='0.1,fast' holds 'fast': give numbers above 0"),
        ({"rates": "0.1,-1"}, "holds '-1'"),
        ({"rates": "0.1,nan"}, "holds 'nan'"),
        ({"rates": "0.1"}, "rates='0.1' holds 1: give 2 to 20"),
        ({"rates": "1,0.1"}, "from the smallest to the largest"),
        ({"batch_sizes": "2,0"}, "batch_sizes='2,0' holds '0'"),
        ({"batch_sizes": "8,8,32"}, "give each once"),
        ({"batch_sizes": "32,20000"}, "at most 10,000"),
        ({"batch_size": 7}, "batch_size=7 is none of batch_sizes="),
        ({"batch_size": 1}, "batch_size=1: of one image batch norm has no variance"),
        ({"updates": 0}, "updates=0: give a whole number"),
        ({"seeds": 0}, "seeds=0: give a whole number"),
    ],
)
def test_bad_words_are_refused(words, said):
    with pytest.raises(BadInputError, match=re.escape(said)):
        BatchNormOptions(**words)


def test_images_that_cannot_be_studied_are_refused(data):
    with pytest.raises(BadInputError, match="needs at least 40"):
        cells_of(small.some(data, np.arange(40)), BatchNormOptions(), 0)
    with pytest.raises(BadInputError, match="are of one class"):
        cells_of(small.some(data, np.flatnonzero(data.labels == 0)), BatchNormOptions(batch_sizes="2,32"), 0)
    with pytest.raises(BadInputError, match="images to learn from, give sizes up to that"):
        cells_of(data, BatchNormOptions(batch_sizes="32,5000"), 0)


# -- what is told ----------------------------------------------------------------------------------------------------------


def test_the_chapter_tells_it_in_both_languages(finished):
    report = read_report(finished.run.path, STUDY.chapter_modules(), assumptions=STUDY.assumptions)
    text = " ".join(report_text(report).split())
    assert "damaged" not in text
    for words in (
        "Each setting was trained 3 times",
        "It lets us initialise the weights closer to zero.",
        "With batch norm an update takes",
        "only the shift is left. torch refuses such a batch while training",
        "Batches of 8 ",
        "of the pixels are constant over these images",
    ):
        assert words in text, words
    html = report_html(report, language("fa"))
    extra = {"Tasvir", "quot", "amp", "lt", "gt", "x", "B", "K", "ln", "numpy", "torch", "e"}
    assert set(re.findall(r"[A-Za-z]+", visible(html))) - LATIN <= extra


def test_every_statement_has_a_rule_and_words():
    assert [*STATEMENTS] == [*RULES] == [*MEASURED]


def test_convolutions_of_colour_odd_sizes_and_a_validation_part(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = np.clip(rng.normal(80, 30, (120, 9, 13, 3)) + 90 * y[:, None, None, None], 0, 255).astype(np.uint8)
    made = dataset_from_arrays(X, y)
    split = made.split.copy()
    split[np.flatnonzero(split == "train")[:30]] = "val"
    done = run(dataclasses.replace(made, split=split), tmp_path, net="cnn", updates=2, seeds=1, rates="0.1,1")
    assert done.failed == ()
    text = " ".join(report_text(read_report(done.run.path, STUDY.chapter_modules())).split())
    assert "damaged" not in text
    assert "No pixel of these images is constant" in text
    assert "torch trains this net on such a batch" in text
    assert text.count("cannot tell") >= len(STATEMENTS) - 1  # one training tells nothing but its times


@pytest.mark.real
def test_mnist_says_what_the_textbook_says(tmp_path):
    if not (REAL_DATA / "mnist").is_dir():
        pytest.skip(f"needs MNIST in {REAL_DATA}")
    words = {"rates": "0.03,0.1", "batch_sizes": "8,32", "batch_size": 32, "updates": 100}
    some = small.some(load_data("mnist", data_dir=REAL_DATA), np.r_[0:4000, 60_000:61_000])
    done = run(some, tmp_path, pairs=31, **words)
    assert done.failed == ()
    text = " ".join(report_text(read_report(done.run.path, STUDY.chapter_modules())).split())
    assert "false here “It speeds up the processing" in text
    assert "true here “It normalises the distribution" in text
