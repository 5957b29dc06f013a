"""What is said of batch norm, and what the measurements say of that: each verdict follows the records."""

from collections.abc import Callable, Mapping

from tasvir.measures.statements import FALSE, RULES, TRUE, UNKNOWN, judge
from tasvir.report.cells import Reading
from tasvir.report.chapters.batchnorm_rows import NORMED, PLAIN, Found, as_factor, as_inverse
from tasvir.report.document import Prose, Table, prose, table
from tasvir.report.numbers import count, decimal, percent, plain, points
from tasvir.report.rows import bare
from tasvir.report.words.message import Sentence, Words, listed, say

VERDICTS = {TRUE: say("true here"), FALSE: say("false here"), UNKNOWN: say("cannot tell")}
#: Statement -> its words.
STATEMENTS = {
    "faster_batch": say("It speeds up the processing of each batch, at equal updates."),
    "uniform": say("It normalises the distribution of outputs to be more uniform across dimensions."),
    "closer_to_zero": say("It lets us initialise the weights closer to zero."),
    "batch_sensitive": say("It is sensitive to the batch size."),
    "less_tuning": say("It lowers the need to tune the learning rate."),
    "faster_updates": say("It trains faster, by updates."),
    "faster_seconds": say("It trains faster, by seconds."),
}
#: What a verdict means, where there is one.
MEANINGS = {
    ("faster_batch", TRUE): say("A batch is processed faster, although there is more to compute: mistrust this machine's clock."),
    ("faster_batch", FALSE): say(
        "No batch is processed faster: means, variances and their gradients are work that the net without them does not have. "
        "What batch norm can save is updates."
    ),
    ("uniform", TRUE): say(
        "Before an activation sees it, each dimension is brought to mean 0 and variance 1; the shift and the scale that are "
        "learned afterwards hardly undo that in so many updates."
    ),
    ("uniform", FALSE): say(
        "In deviation or in mean, as the numbers say, dimensions are no more alike than without it: the shift and the scale that "
        "are learned after the normalisation have undone it."
    ),
    ("closer_to_zero", TRUE): say(
        "Read as: with batch norm, weights closer to zero are the better beginning. Here they are, so the statement holds."
    ),
    ("batch_sensitive", TRUE): say(
        "Means and variances of few images are noisy, and so is all that is divided by them, while training and in the running "
        "averages. Of two images hardly more is left in a dense layer than which of them has the larger number."
    ),
    ("batch_sensitive", FALSE): say(
        "If small batches cost it more than they cost a net without it, then by less than would matter."
    ),
    ("less_tuning", TRUE): say(
        "More learning rates do nearly as well as the best one: where a step makes weights larger, the normalised outputs "
        "stay as they are and the next gradients become smaller."
    ),
    ("less_tuning", FALSE): say(
        "If more learning rates do nearly as well as the best one than without it, then by less than would matter."
    ),
    ("faster_updates", TRUE): say("At the learning rate that suits each net, the one with batch norm needs fewer updates."),
    ("faster_updates", FALSE): say("At the learning rate that suits each net, the one with batch norm needs more updates."),
    ("faster_seconds", TRUE): say("What its updates take longer is less than what is saved by needing fewer."),
    ("faster_seconds", FALSE): say("What its updates take longer is more than what is saved by needing fewer."),
}


def verdict_on(found: Found, statement: str) -> str:
    """True, false or cannot tell, by the intervals that were recorded."""
    rule = RULES[statement]
    readings = {name: found.decides(name) for name in (rule.measured, rule.also, rule.because) if name}
    return judge(statement, {name: (one.low, one.high) for name, one in readings.items() if one is not None})


def statements_table(found: Found) -> Table | None:
    """Each statement, whether it is true here, and what decides that."""
    if found.judge is None:
        return None
    caption = say(
        "What is said of batch norm, and whether it is true here. In brackets intervals of 95 %: over seeds, over seeds and "
        "held-out images where it is accuracy, over pairs of timed blocks where it is seconds. Each is a question of its own, "
        "so none is corrected for the others. A statement is false where all of the interval lies below what would matter "
        "({accuracy} of accuracy, {decades} powers of ten of learning rates, anything of the others), else true where all of it "
        "lies above 0; else these data cannot tell. Learning rates, and which weights closer to zero are looked at, were chosen "
        "on the same held-out images, which favours the net with the better luck a little.",
        accuracy=percent(Reading(RULES["batch_sensitive"].margin)),
        decades=plain(RULES["less_tuning"].margin),
    )
    columns = (say("Verdict"), say("What is said of it, and what was measured"))
    rows = [
        (VERDICTS[verdict_on(found, name)], listed([say("“{statement}”", statement=words), MEASURED[name](found)], " "))
        for name, words in STATEMENTS.items()
    ]
    return table("batchnorm-statements", caption, columns=columns, rows=rows)


def meanings(found: Found) -> Prose | None:
    """What the verdicts mean."""
    if found.judge is None:
        return None
    told: list[Words | None] = []
    for name in STATEMENTS:
        verdict = verdict_on(found, name)
        told.append(MEANINGS.get((name, verdict)))
        if name == "closer_to_zero":
            told.append(_closer(found, verdict))
    return prose(*told, role="list")


def _closer(found: Found, verdict: str) -> Sentence | None:
    """How the statement on the first weights must be read."""
    scales = found.places("scale")
    shown: dict[str, Words] = {}
    for end, scale in (("small", min(scales, default=0)), ("large", max(scales, default=0))):
        readings = [found.accuracy(arm, "scale", scale) for arm in (NORMED, PLAIN)]
        if None in readings:
            return None
        shown |= {end: percent(bare(readings[0])), f"{end}_plain": percent(bare(readings[1])), f"{end}_scale": plain(scale)}
    if verdict == FALSE:
        return say(
            "Read as: with batch norm, weights closer to zero are the better beginning. They are not, by anything that would "
            "matter, and the statement is false so. What is true of it: from first weights of {small_scale} times the usual "
            "size the net with batch norm is right for {small} of the held-out images, the one without for {small_plain}; from "
            "{large_scale} times the size for {large} and {large_plain}. Batch norm divides by the standard deviation of what "
            "the weights give, and by their size with it: that this size matters less is what it does, and nearness to zero "
            "brings nothing that matters.",
            **shown,
        )
    return say(
        "From first weights of {small_scale} times the usual size the net with batch norm is right for {small} of the held-out "
        "images, the one without for {small_plain}; from {large_scale} times the size for {large} and {large_plain}.",
        **shown,
    )


def _faster_batch(found: Found) -> Sentence:
    return say(
        "With batch norm an update takes {factor} times as long.",
        factor=decimal(as_inverse(found.decides("batch_speedup")), 2),
    )


def _uniform(found: Found) -> Sentence:
    return say(
        "Without it the deviations of dimensions differ {sds} times as much, their means {means} times.",
        sds=decimal(as_factor(found.decides("uniform_sds")), 1),
        means=decimal(as_factor(found.decides("uniform_means")), 1),
    )


def _nearer(found: Found) -> Sentence:
    return say(
        "Accuracy with it, closer to zero against the usual: {gain}. Range of accuracy over all first weights, without minus "
        "with: {range}.",
        gain=points(found.decides("closer_gain")),
        range=points(found.decides("scale_range")),
    )


def _batch_sensitive(found: Found) -> Sentence:
    return say(
        "Accuracy that small batches cost it (beside {usual}), beyond what they cost the net without it: {d}.",
        usual=count(found.usual, "" if found.judge is None else found.judge.record("usual")),
        d=points(found.decides("batch_loss")),
    )


def _less_tuning(found: Found) -> Sentence:
    return say("With it good learning rates span more powers of ten, by {d}.", d=decimal(found.decides("rate_width"), 2))


def _faster_updates(found: Found) -> Sentence:
    return say(
        "After {n} updates the training loss without it is {factor} times that with it.",
        n=_updates(found),
        factor=decimal(as_factor(found.decides("loss_updates")), 2),
    )


def _faster_seconds(found: Found) -> Sentence:
    return say(
        "In equal time, that of {n} updates of the quicker net, the loss without it is {factor} times that with it.",
        n=_updates(found),
        factor=decimal(as_factor(found.decides("loss_seconds")), 2),
    )


def _updates(found: Found) -> Words:
    judge_view = found.judge
    return count(
        None if judge_view is None else judge_view.parameters.get("updates"), "" if judge_view is None else judge_view.name
    )


#: Statement -> the sentence with what was measured.
MEASURED: Mapping[str, Callable[[Found], Sentence]] = {
    "faster_batch": _faster_batch,
    "uniform": _uniform,
    "closer_to_zero": _nearer,
    "batch_sensitive": _batch_sensitive,
    "less_tuning": _less_tuning,
    "faster_updates": _faster_updates,
    "faster_seconds": _faster_seconds,
}
