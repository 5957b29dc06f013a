"""Does it help? The sentence follows the records: other arms or a wider interval turn it."""

import pytest
from recorded import edited

from tasvir.records.record import Record, metric
from tasvir.report.chapters import evidence
from tasvir.report.document import Figure, Prose, Table
from tasvir.report.text import plain_spaces

VAE, GAUSSIAN, DUPLICATES = "the conditional VAE", "the Gaussian sampler", "duplicated real images"
VERDICT = "evidence/verdict"


@pytest.fixture
def judged(two):
    """The recorded arms, of which the VAE helps, the Gaussian sampler cannot be told, and duplicates differ from real images."""
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
    assert answers(judged)[1].startswith(sentence)
    told = plain_spaces(str(chapter_of(judged).headline))
    assert told.startswith("Against duplicated real images: cannot tell for the Gaussian sampler")
    assert f"; {headline}" in told


def test_a_wider_interval_turns_the_sentence(judged):
    judged.change(VERDICT, lambda r: edited(r, low=-0.03, high=0.08) if r.name == "difference" else r)
    assert [answer.split(" against ")[0] for answer in answers(judged)] == [
        "Cannot tell whether the Gaussian sampler helps or hurts",
        "Cannot tell whether the conditional VAE helps or hurts",
    ]


def test_two_generated_arms_that_change_places_change_the_sentence(judged):
    judged.change(VERDICT, of_metrics(lambda r: relabelled(r, vae="gaussian", gaussian="vae")))
    assert answers(judged)[1].startswith("The Gaussian sampler helps by +2.5 points")
    assert answers(judged)[0].startswith("Cannot tell whether the conditional VAE")


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
    with_control(judged, d)
    first, *others = answers(judged)
    assert words in first
    assert others == answers_without_control(judged)
    assert [row[0] for row in table(chapter_of(judged), "arm-differences")] == ["Gaussian sampler", "Conditional VAE"]
    assert "the real images put back against" not in said(chapter_of(judged)).replace(first, "")


def with_control(run, d) -> None:
    """The arm of the real images put back, as its cells record it."""
    value, low, high = d
    labels = {"arm": "restored", "against": "duplicates", "test": "all"}
    run.cells["evidence/restored"] = list(run.cells["evidence/duplicates"])
    others = [r for r in run.cells[VERDICT] if "restored" not in (r.data.get("labels") or {}).values()]
    run.cells[VERDICT] = [metric("difference", value, low=low, high=high, labels=labels), *others]


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
    ("n", "words"), [(5, "each seed draws a part of its own"), (1, "for this training set and this test set")]
)
def test_for_what_the_verdicts_hold(judged, n, words):
    judged.tell("evidence/subset", n_subsets=n)
    assert words in said(chapter_of(judged))


def test_a_refused_verdict_gives_its_reason(digits):
    reason = "with 2 seeds the luck of a seed cannot be told from the recipe; train with 3 or more, better 5"
    assert answers(digits) == [f"No verdict on {arm} against {DUPLICATES}: {reason}." for arm in (GAUSSIAN, VAE)]
    assert table(chapter_of(digits), "arm-differences")[1] == [
        "Conditional VAE",
        "+3.7 points",
        "+3.7 points",
        "–",
        "cannot tell",
        "–",
    ]


def test_without_a_reason_the_missing_interval_is_the_reason(digits):
    digits.tell(VERDICT, verdicts={"all": []})
    assert answers(digits)[0] == f"No verdict on {GAUSSIAN} against {DUPLICATES}: its difference has no interval."


def test_the_arms_with_their_counts_before_and_after(digits):
    chapter = chapter_of(digits)
    assert table(chapter, "subset") == [
        ["Drawn", "236", "19", "26"],
        ["Used as unequal classes", "168", "10", "25"],
        ["Completed", "250", "25", "25"],
    ]
    rows = table(chapter, "arms")
    assert rows[0][:6] == ["Real images alone", "168", "0", "10.0 %", "2", "–"]
    assert rows[3][:6] == ["Conditional VAE", "168", "82", "13.7 %", "2", "0 of 82"]
    assert all(row[6].endswith("s") for row in rows)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"what": "images", "n": 4, "fewest": 10, "label": 1}, "class 1 has 4 independent test images; 10 are the fewest"),
        ({"what": "images", "n": 1, "fewest": 10, "label": 1}, "class 1 has 1 independent test image; 10 are the fewest"),
        ({"what": "images", "n": 4, "fewest": 10, "label": None}, "there are 4 independent test images; 10 are the fewest"),
        ({"what": "seeds", "n": 1, "fewest": 3, "label": None}, "with 1 seed its luck cannot be told from the recipe"),
    ],
)
def test_too_few_images_are_a_reason(judged, refused, words):
    found = [{"arm": arm, "against": "duplicates", "refused": refused} for arm in ("vae", "gaussian")]
    judged.tell(VERDICT, verdicts={"all": found})
    assert words in answers(judged)[0]


def test_each_seed_is_counted_and_traced(two):
    (row, *_) = next(b for b in evidence.compose(two.asked()).blocks if isinstance(b, Table) and b.name == "arms").rows
    assert (row[4].value, row[4].record.split("; ")[2]) == (3, "evidence/real balanced_accuracy[seed=2]")


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


def test_the_recorded_near_duplicate_is_scored_with_and_without(digits):
    chapter = chapter_of(digits)
    assert "Near-duplicates of training images among the test images: 1; without them the verdicts are the same." in said(chapter)
    assert [d.data["n"] for d in differences(digits)] == [64] * 3 + [63] * 3


def test_without_near_duplicates_there_is_one_score(two):
    chapter = chapter_of(two)
    assert "None of the test images is a near-duplicate" in said(chapter)
    assert len(table(chapter, "arm-differences")[0]) == 5


@pytest.mark.parametrize("part", ["real", "duplicates", "subset", "vae"])
def test_where_a_part_failed_the_rest_is_told(judged, part):
    judged.failed(f"evidence/{part}", "out of memory")
    chapter = chapter_of(judged)
    assert f"This part failed: evidence/{part}: out of memory." in said(chapter)
    assert "Cannot tell whether the Gaussian sampler" in answers(judged)[0]
    assert not [answer for answer in answers(judged) if "the real images alone" in answer]


def test_without_a_verdict_the_arms_are_shown_and_nothing_is_judged(digits):
    digits.unfinished(VERDICT)
    chapter = chapter_of(digits)
    assert chapter.headline is None
    assert chapter.blocks[0].role == "text"
    assert len(table(chapter, "arms")) == 4


def test_a_run_that_asks_no_such_question_or_failed_altogether(empty):
    assert empty.chapter(evidence) is None
    empty.failed("evidence/subset", "a class has 1 image")
    chapter = chapter_of(empty)
    assert [block.role for block in chapter.blocks] == ["text", "trouble"]
