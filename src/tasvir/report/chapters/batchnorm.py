"""Does batch norm train faster, and what of the things that are said of it is true? Statements first, then measurements."""

from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
from tasvir.report.cells import Cells
from tasvir.report.chapters.batchnorm_figures import (
    accuracy_figure,
    epsilon_figure,
    losses_figure,
    noise_figure,
    outputs_figure,
    pixels_figure,
)
from tasvir.report.chapters.batchnorm_rows import CELLS, EPSILON, NOISE, VERDICT, Found, as_factor, as_inverse, large
from tasvir.report.chapters.batchnorm_statements import meanings, statements_table
from tasvir.report.chapters.batchnorm_tables import (
    epsilon_table,
    gains_table,
    nets_table,
    timing_table,
    uneven_table,
    updates_table,
)
from tasvir.report.differences import read_differences, verdict_sentence
from tasvir.report.document import Block, Chapter, analysis, chapter, prose, trouble
from tasvir.report.numbers import count, decimal, percent, plain
from tasvir.report.rows import bare
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Sentence, literal, say, say_n

NAME, TITLE = "batchnorm", say("Batch norm")
#: What the two nets are.
NETS = {
    "dense": say("three dense layers of 100 units"),
    "cnn": say("three convolutions of 8, 16 and 32 channels, each with a pooling"),
}


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has no such study."""
    if not cells.names(CELLS):
        return None
    found, epsilon, noise = Found(cells), view(cells, EPSILON), view(cells, NOISE)
    differences = read_differences(view(cells, VERDICT), CELLS)
    blocks: list[Block | None] = [
        prose(say("Does batch norm train faster, and what of the things that are said of it is true?"), role="verdict"),
        _described(found.judge),
        trouble(problems(cells, CELLS)),
        statements_table(found),
        meanings(found),
        losses_figure(found),
        updates_table(found),
        timing_table(found),
        accuracy_figure(found),
        gains_table(found),
        analysis(*_of_one(noise)),
        noise_figure(noise),
        uneven_table(found.arms),
        outputs_figure(found.arms),
        analysis(*_epsilon(epsilon)),
        pixels_figure(epsilon),
        epsilon_table(epsilon),
        epsilon_figure(epsilon),
        nets_table(found.arms),
        analysis(*map(verdict_sentence, differences)),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(found), line=TITLE)


def _headline(found: Found) -> Sentence | None:
    slower, loss = as_inverse(found.decides("batch_speedup")), as_factor(found.decides("loss_updates"))
    if found.judge is None or slower is None or loss is None:
        return None
    return say(
        "An update with batch norm takes {slower} times as long; after {n} updates the training loss without it is {loss} times "
        "that with it.",
        slower=decimal(bare(slower), 2),
        n=count(found.judge.parameters.get("updates"), found.judge.name),
        loss=decimal(bare(loss), 2),
    )


def _described(judge: View | None) -> Block | None:
    """What was trained, and how often."""
    if judge is None:
        return None
    nets = NETS.get(str(judge.parameters.get("net")))
    updates, seeds = judge.parameters.get("updates"), judge.facts.get("n_seeds", 0)
    told = (
        None
        if nets is None
        else say(
            "Both nets have {nets}, and a last layer; the one has batch norm between each map and its ReLU, but not in the "
            "last layer. They learn from {n_train} training images, by plain gradient descent at constant learning rates, for "
            "{n} updates each; {n_held_out} more are held out to choose by.",
            nets=nets,
            n_train=judge.count("n_train"),
            n=count(updates, judge.name),
            n_held_out=judge.count("n_held_out"),
        )
    )
    often = say_n(
        "Each setting was trained {n} time, with batch norm and without from the same first weights and batches.",
        "Each setting was trained {n} times, with batch norm and without from the same first weights and batches.",
        n=judge.count("n_seeds"),
    )
    few = say("What differs between so few trainings may be luck: three or more give a verdict (--seeds 3).")
    return prose(told, often, few if seeds < FEWEST_SEEDS_FIXED else None)


def _of_one(noise: View | None) -> list[Sentence]:
    """What is left of a batch of one."""
    left = None if noise is None else noise.reading("left_of_one")
    if noise is None or left is None:
        return []
    told = [
        say(
            "Each of {n} images alone in its batch: its mean is itself and its variance 0, so what the numpy pass gives is "
            "{left} in every unit, whatever the image shows, and only the shift is left.",
            n=count(left.n, left.record),
            left=decimal(bare(left), 0),
        )
    ]
    said = noise.facts.get("refused")
    if said:
        told.append(say("torch refuses such a batch while training: {said}.", said=literal(said, noise.record("refused"))))
    else:
        told.append(say("torch trains this net on such a batch, as each channel of its convolutions has several pixels."))
    return told


def _epsilon(epsilon: View | None) -> list[Sentence]:
    """What epsilon is for, by what the pixels show."""
    share = None if epsilon is None else epsilon.reading("undefined", epsilon=0.0, part="train")
    if epsilon is None or share is None:
        return []
    shown = {"tiny": 1e-12, "usual": 1e-5, "large": 1.0}
    largest = {name: large(epsilon.reading("largest", epsilon=value, part="val")) for name, value in shown.items()}
    told = say("No pixel of these images is constant: nothing is 0 divided by 0.")
    if share.value > 0:
        told = say(
            "What epsilon is for: {share} of the pixels are constant over these images, and without it they are 0 divided by 0.",
            share=percent(share),
        )
    return [
        told,
        say(
            "And where a pixel hardly varies, it keeps numbers in bounds: the largest one of the held-out images is {tiny} "
            "with an epsilon of {tiny_epsilon}, {usual} with {usual_epsilon} and {large} with {large_epsilon}. But so large a "
            "one leaves {left} of the deviation of the pixel in the middle.",
            left=percent(epsilon.reading("usual_sd", epsilon=1.0)),
            **largest,
            **{f"{name}_epsilon": plain(value) for name, value in shown.items()},
        ),
    ]
