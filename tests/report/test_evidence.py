"""Does it help? The sentence follows the records: other arms or a wider interval turn it."""

import numpy as np
import pytest
import small
from recorded import edited, store

from tasvir.records.record import Record, metric
from tasvir.report.chapters import evidence
from tasvir.report.document import Figure, Prose, Table
from tasvir.report.text import plain_spaces
from tasvir.studies.families import evidence_judge
from tasvir.studies.inside import Inside

VAE, GAUSSIAN, DUPLICATES = "the conditional VAE", "the Gaussian sampler", "duplicated real images"
RESTORED = "the real images put back"
VERDICT, SUBSET = "evidence/verdict", "evidence/subset"


@pytest.fixture
def judged(two):
    """The recorded arms: a gain can be seen, the VAE helps, the Gaussian sampler cannot be told, duplicates differ from real."""
    put(two, "restored", (0.028, 0.01, 0.046), p=0.006, least=0.025)
    put(two, "vae", (0.025, 0.006, 0.044), p=0.012, least=0.027)
    put(two, "gaussian", (0.002, -0.016, 0.02), p=0.8, least=0.025)
    put(two, "duplicates", (0.02, 0.001, 0.039), p=0.04, least=0.027)
    return two


def put(run, arm: str, d: tuple[float, float, float], *, p: float, least: float, test: str = "all") -> None:
    """Another difference of one arm, with its p-value and the effect that would have been found."""
    value, low, high = d
    new = {
        "difference": {"value": value, "low": low, "high": high},
        "p_holm": {"value": p},
        "smallest_detectable": {"value": least},
    }

    def change(record: Record) -> Record:
        labels = record.data.get("labels") or {}
        meant = record.kind == "metric" and labels["arm"] == arm and labels.get("test", test) == test
        return edited(record, **new[record.name]) if meant else record

    run.change(VERDICT, change)


def of_metrics(change):
    """The change, of metrics alone."""
    return lambda record: change(record) if record.kind == "metric" else record


def chapter_of(run):
    return run.chapter(evidence)


def answers(run) -> list[str]:
    """The sentences of the verdict, which is the first thing the chapter says."""
    first = chapter_of(run).blocks[0]
    assert first.role == "verdict"
    return [plain_spaces(str(sentence)) for sentence in first.sentences]


def answer_on(run, arm: str) -> str:
    """The one sentence of the verdict that judges this arm."""
    (found,) = (answer for answer in answers(run) if arm in answer.split(" against ")[0].replace("The ", "the "))
    return found


def said(chapter) -> str:
    return plain_spaces(" ".join(str(s) for b in chapter.blocks if isinstance(b, Prose) for s in b.sentences))


def table(chapter, name: str) -> list[list[str]]:
    found = next(b for b in chapter.blocks if isinstance(b, Table) and b.name == name)
    return [[plain_spaces(str(cell)) for cell in row] for row in found.rows]


def relabelled(record: Record, **names: str) -> Record:
    labels = record.data["labels"]
    return edited(record, labels=labels | {side: names.get(labels[side], labels[side]) for side in ("arm", "against")})


def test_the_answer_comes_first(judged):
    assert answers(judged) == [
        "With the real images put back that were cut away, balanced accuracy rises by +2.8 points [+1.0, +4.6] against "
        "duplicated real images: a gain of that size can be seen here.",
        "Cannot tell whether the Gaussian sampler helps or hurts against duplicated real images: balanced accuracy differs by "
        "+0.2 points [-1.6, +2.0]; only an effect of about 2.5 points or more would have been found with a probability of "
        "80 %.".replace("-", "\N{MINUS SIGN}"),
        "The conditional VAE helps by +2.5 points [+0.6, +4.4] of balanced accuracy against duplicated real images "
        "(p-value 0.012).",
    ]


@pytest.mark.parametrize(
    ("low", "high", "sentence", "headline"),
    [
        (0.006, 0.044, "The conditional VAE helps by +2.5 points", "the conditional VAE helps, +2.5"),
        (-0.044, -0.006, "The conditional VAE hurts: balanced accuracy differs by −2.5", "the conditional VAE hurts, −2.5"),
        (-0.001, 0.051, "Cannot tell whether the conditional VAE helps or hurts", "cannot tell for the conditional VAE, +2.5"),
        (0.0, 0.05, "Cannot tell whether the conditional VAE helps or hurts", "cannot tell for the conditional VAE, +2.5"),
    ],
)
def test_the_interval_decides(judged, low, high, sentence, headline):
    put(judged, "vae", ((low + high) / 2, low, high), p=0.5, least=0.03)
    assert answer_on(judged, VAE).startswith(sentence)
    told = plain_spaces(str(chapter_of(judged).headline))
    assert told.startswith("Against duplicated real images: cannot tell for the Gaussian sampler")
    assert f"; {headline}" in told


def test_a_wider_interval_turns_the_sentence(judged):
    judged.change(VERDICT, lambda r: edited(r, low=-0.03, high=0.08) if r.name == "difference" else r)
    assert [answer.split(" against ")[0] for answer in answers(judged)] == [
        "With the real images put back that were cut away, balanced accuracy differs by +2.8 points [\u22123.0, +8.0]",
        "Cannot tell whether the Gaussian sampler helps or hurts",
        "Cannot tell whether the conditional VAE helps or hurts",
    ]


def test_two_generated_arms_that_change_places_change_the_sentence(judged):
    judged.change(VERDICT, of_metrics(lambda r: relabelled(r, vae="gaussian", gaussian="vae")))
    assert answer_on(judged, GAUSSIAN).startswith("The Gaussian sampler helps by +2.5 points")
    assert answer_on(judged, VAE).startswith("Cannot tell whether the conditional VAE")


def test_an_arm_that_changes_places_with_what_it_is_judged_by_turns_from_help_to_harm(judged):
    judged.change(VERDICT, of_metrics(lambda r: relabelled(r, vae="duplicates", duplicates="vae")))
    assert answers(judged)[0] == (
        "The conditional VAE hurts: balanced accuracy differs by −2.5 points [−4.4, −0.6] against duplicated real images "
        "(p-value 0.012)."
    )


def test_duplicates_against_real_images_are_described_only(judged):
    chapter = chapter_of(judged)
    assert "Duplicated real images against the real images alone make a difference of +2.0 points" in said(chapter)
    assert [row[0] for row in table(chapter, "arm-differences")] == ["Gaussian sampler", "Conditional VAE"]


@pytest.mark.parametrize(
    ("d", "words"),
    [
        (
            (0.028, 0.01, 0.046),
            "rises by +2.8 points [+1.0, +4.6] against duplicated real images: a gain of that size can be seen",
        ),
        (
            (0.01, -0.01, 0.03),
            "differs by +1.0 points [\u22121.0, +3.0] against duplicated real images: this study could not have",
        ),
        ((-0.02, -0.03, -0.01), "this study could not have seen even what the truth brings"),
    ],
)
def test_whether_anything_could_be_seen_comes_first(judged, d, words):
    put(judged, "restored", d, p=0.04, least=0.03)
    first, *others = answers(judged)
    assert words in first
    assert [row[0] for row in table(chapter_of(judged), "arm-differences")] == ["Gaussian sampler", "Conditional VAE"]
    assert f"{RESTORED} against" not in said(chapter_of(judged)).replace(first, "").lower()
    assert others == answers_without_control(judged)


def answers_without_control(run) -> list[str]:
    run.cells[VERDICT] = [r for r in run.cells[VERDICT] if "restored" not in (r.data.get("labels") or {}).values()]
    return answers(run)


@pytest.mark.parametrize(
    ("name", "words"),
    [("svm", "The judge is an SVM on principal components"), ("net", "It is trained in 800 steps on every arm.")],
)
def test_who_judges_is_told_with_what_it_was_chosen_by(two, name, words):
    judge = {"name": name, "C": 1.0, "scaled": False, "steps": 800, "augment": "shift"}
    scores = [metric("judge_score", value, labels={"judge": key}) for key, value in {"svm": 0.837, "net": 0.76}.items()]
    two.found("evidence/judge", scores, facts={"judge": judge, "n_folds": 3, "n_images": 600})
    told = said(chapter_of(two))
    assert words in told
    assert "600 real images of the first part (3 folds; balanced accuracy: an SVM on principal components 83.7 %; a small" in told


@pytest.mark.parametrize(
    ("n", "words"),
    [(5, "each seed draws its part, or what is left of the cut classes, anew"), (1, "for this training set and this test set")],
)
def test_for_what_the_verdicts_hold(judged, n, words):
    judged.tell("evidence/subset", n_subsets=n)
    assert words in said(chapter_of(judged))


def test_a_refused_verdict_gives_its_reason(digits):
    (refused,) = {tuple(one["refused"].values()) for one in digits.asked().facts(VERDICT)["verdicts"]["all"]}
    what, n, fewest, label = refused
    assert what == "images"
    reason = f"class {label} has {n} independent test images; {fewest} are the fewest to judge by"
    chapter = chapter_of(digits)
    assert answers(digits) == [f"No verdict on {arm} against {DUPLICATES}: {reason}." for arm in (RESTORED, GAUSSIAN, VAE)]
    assert said(chapter).lower().count(f"{RESTORED} against") == 1
    d = digits.asked().metric(VERDICT, "difference", arm="vae", against="duplicates").value
    points = f"{100 * d:+.1f} points".replace("-", "\N{MINUS SIGN}")
    assert table(chapter, "arm-differences")[1] == ["Conditional VAE", points, "–", "cannot tell", "–"]


def test_without_a_reason_the_missing_interval_is_the_reason(digits):
    digits.tell(VERDICT, verdicts={"all": []})
    words = "its difference has no interval"
    assert answers(digits) == [f"No verdict on {arm} against {DUPLICATES}: {words}." for arm in (RESTORED, GAUSSIAN, VAE)]


def test_the_arms_with_their_counts_before_and_after(digits):
    chapter = chapter_of(digits)
    assert table(chapter, "subset") == [
        ["Drawn", "236", "19", "26"],
        ["Used as unequal classes", "168", "10", "25"],
        ["Completed", "250", "25", "25"],
    ]
    rows = table(chapter, "arms")
    assert [row[:6] for row in rows] == [
        ["Real images alone", "168", "0", *scores(digits, "real"), "–"],
        ["Duplicated real images", "168", "82", *scores(digits, "duplicates"), "–"],
        ["Real images put back", "168", "82", *scores(digits, "restored"), "–"],
        ["Gaussian sampler", "168", "82", *scores(digits, "gaussian"), copies(digits, "gaussian")],
        ["Conditional VAE", "168", "82", *scores(digits, "vae"), copies(digits, "vae")],
    ]
    assert all(row[6].endswith("s") for row in rows)


def scores(run, arm: str) -> list[str]:
    """The mean of the recorded scores of an arm, and how many they are."""
    found = [reading.value for reading in run.asked().metrics(f"evidence/{arm}", "balanced_accuracy")]
    return [f"{100 * np.mean(found):.1f} %", str(len(found))]


def copies(run, arm: str) -> str:
    found = run.asked().metric(f"evidence/{arm}", "copies")
    return f"{found.value:.0f} of {found.n}"


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"what": "images", "n": 4, "fewest": 10, "label": 1}, "class 1 has 4 independent test images; 10 are the fewest"),
        ({"what": "images", "n": 1, "fewest": 10, "label": 1}, "class 1 has 1 independent test image; 10 are the fewest"),
        ({"what": "images", "n": 4, "fewest": 10, "label": None}, "there are 4 independent test images; 10 are the fewest"),
        ({"what": "seeds", "n": 1, "fewest": 3, "label": None}, "with 1 seed its luck cannot be told from the recipe"),
        (
            {"what": "seeds", "n": 2, "fewest": 3, "label": None},
            "with 2 seeds the luck of a seed cannot be told from the recipe; train with 3 or more, better 5.",
        ),
    ],
)
def test_too_few_images_are_a_reason(judged, refused, words):
    found = [{"arm": arm, "against": "duplicates", "refused": refused} for arm in ("vae", "gaussian", "restored")]
    judged.tell(VERDICT, verdicts={"all": found})
    assert [words in answer for answer in answers(judged)] == [True] * 3


def test_each_seed_is_counted_and_traced(two):
    (row, *_) = next(b for b in evidence.compose(two.asked()).blocks if isinstance(b, Table) and b.name == "arms").rows
    seeds = two.asked().facts(SUBSET)["seeds"]
    assert len(seeds) >= 3
    assert row[4].value == len(seeds)
    assert row[4].record.split("; ") == [f"evidence/real balanced_accuracy[seed={s}]" for s in seeds]


@pytest.mark.parametrize(
    ("d", "words"),
    [
        ((0.025, 0.006, 0.044), "without them the verdict on the conditional VAE turns: cannot tell, +1.9 points"),
        ((0.05, 0.03, 0.07), "without them the verdicts are the same"),
    ],
)
def test_near_duplicates_are_scored_with_and_without(judged, d, words):
    """As the cell on all digits records it, whose near-duplicate is one: each difference a second time, without them."""
    judged.tell("evidence/subset", near_duplicates=26)
    put(judged, "vae", d, p=0.012, least=0.027)
    again = [edited(r, labels=r.data["labels"] | {"test": "without_near_duplicates"}) for r in differences(judged)]
    judged.cells[VERDICT] = [*again, *judged.cells[VERDICT]]
    value, low, high = d
    left = (value - 0.006, low - 0.008, high - 0.004)
    put(judged, "vae", left, p=0.012, least=0.027, test="without_near_duplicates")
    chapter = chapter_of(judged)
    assert f"Near-duplicates of training images among the test images: 26; {words}" in said(chapter)
    figure = next(b for b in chapter.blocks if isinstance(b, Figure) and b.name == "arm-differences-plot")
    assert [panel.title for panel in figure.panels] == ["All test images", "Without near-duplicates of training images"]
    assert len(table(chapter, "arm-differences")[0]) == 6


def differences(run) -> list[Record]:
    return [record for record in run.cells[VERDICT] if record.name == "difference"]


def test_recorded_predictions_are_scored_with_and_without_a_near_duplicate(digits, tmp_path):
    """By the judging cell itself; the recorded test images have no near-duplicate, so one of them is said to be one."""
    judge_again(digits, tmp_path)
    before = [(d.data["labels"], d.data["n"], d.data["value"]) for d in differences(digits)]
    leaks = np.arange(64) == 15
    store(digits, SUBSET, "near_duplicates", leaks)
    digits.tell(SUBSET, near_duplicates=int(leaks.sum()))
    judge_again(digits, tmp_path)
    chapter, after = chapter_of(digits), differences(digits)
    assert "Near-duplicates of training images among the test images: 1; without them the verdicts are the same." in said(chapter)
    assert [(d.data["labels"], d.data["n"], d.data["value"]) for d in after[:4]] == before
    assert [d.data["n"] for d in after] == [64] * 4 + [63] * 4
    assert [len(row) for row in table(chapter, "arm-differences")] == [6, 6]


def judge_again(run, scratch) -> None:
    """The verdict anew, from what its arms recorded."""
    found = {name: records for name, records in run.cells.items() if name.startswith("evidence/") and name != VERDICT}
    *records, told = evidence_judge.judge(Inside(small.few_digits(), 0, scratch, found=found))
    run.found(VERDICT, records, facts=told.data)


def test_without_near_duplicates_there_is_one_score(two):
    chapter = chapter_of(two)
    assert "None of the test images is a near-duplicate" in said(chapter)
    assert len(table(chapter, "arm-differences")[0]) == 5


@pytest.mark.parametrize("part", ["real", "duplicates", "restored", "subset", "vae"])
def test_where_a_part_failed_the_rest_is_told(judged, part):
    judged.failed(f"evidence/{part}", "out of memory")
    chapter = chapter_of(judged)
    assert f"This part failed: evidence/{part}: out of memory." in said(chapter)
    assert answers(judged)[0].startswith("With the real images put back that were cut away, balanced accuracy rises by +2.8")
    assert answer_on(judged, GAUSSIAN).startswith("Cannot tell whether the Gaussian sampler")
    assert not [answer for answer in answers(judged) if "the real images alone" in answer]


def test_without_a_verdict_the_arms_are_shown_and_nothing_is_judged(digits):
    digits.unfinished(VERDICT)
    chapter = chapter_of(digits)
    assert chapter.headline is None
    assert chapter.blocks[0].role == "text"
    assert [row[0] for row in table(chapter, "arms")] == [
        "Real images alone",
        "Duplicated real images",
        "Real images put back",
        "Gaussian sampler",
        "Conditional VAE",
    ]


def test_a_run_that_asks_no_such_question_or_failed_altogether(empty):
    assert empty.chapter(evidence) is None
    empty.failed("evidence/subset", "a class has 1 image")
    chapter = chapter_of(empty)
    assert [block.role for block in chapter.blocks] == ["text", "trouble"]
