"""What does a choice in the training of a GAN change? Answers first, then arms, players, trainings and samples."""

from collections.abc import Sequence

from tasvir.report.cells import Cells
from tasvir.report.chapters.flight import (
    gradients_figure,
    grids_slider,
    losses_figure,
    neighbourhoods_figure,
    noise_figure,
    scores_figure,
    told_of_all,
    variety_figure,
)
from tasvir.report.chapters.gan_answers import answers
from tasvir.report.chapters.gan_levers import LOSSES, levers_of
from tasvir.report.differences import clear, differences_table, read_differences, verdict_sentence
from tasvir.report.document import Block, Chapter, Figure, Key, Panel, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.numbers import count, percent
from tasvir.report.plots.architecture import KINDS, architecture
from tasvir.report.plots.dots import dot_plot
from tasvir.report.quantities import quantity
from tasvir.report.rows import Row, read_rows
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Sentence, Words, listed, say, say_n

NAME, TITLE = "gan", say("Adversarial training")
CELLS, REAL, SIMPLE, VERDICT = "gan", "gan/real", "gan/gaussian", "gan/verdict"
#: Depths of convolutional generators that are asked about.
MOST_CONV = 4
#: With fewer trainings of each arm there is no verdict.
FEWEST_SEEDS = 3
#: What is asked of each choice.
QUESTIONS = {
    "depth": say("Is the loss of a shallower generator lower, and does that mean better images?"),
    "noise": say("Does noise on what the discriminator sees bring the losses together, and where does it harm?"),
    "balance": say("Which lever keeps the players in balance?"),
    "loss": say("Why does the generator ascend on log D(G(z))? Must the losses of the two players differ?"),
    "net": say("Dense layers or convolutions, with as many parameters?"),
}
_WORTH = ("gan_train", "coverage", "recall", "clipped_density", "raggedness", "copies")
_TRAINED = ("generator_loss", "discriminator_loss", "loss_gap", "led_gradient")
_PLAYER_NAMES = {"generator": say("Generator"), "discriminator": say("Discriminator")}


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run trains no GAN."""
    if not cells.names(CELLS):
        return None
    rows, judge = read_rows(cells, CELLS, without=(REAL, SIMPLE, VERDICT)), view(cells, VERDICT)
    real, simple = view(cells, REAL), view(cells, SIMPLE)
    vary = next((str(row.first.parameters.get("vary")) for row in rows), "")
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    shown = [row.first for row in rows]
    differences = read_differences(judge, CELLS)
    blocks: list[Block | None] = [
        prose(QUESTIONS.get(vary), role="verdict"),
        _described(rows, real),
        prose(*answers(vary, rows, differences), role="list"),
        trouble(problems(cells, CELLS)),
        _worth_table(rows, real=real, simple=simple),
        _compared_figure(rows),
        differences_table("gan-differences", differences, caption=_differences_caption()),
        analysis(*map(verdict_sentence, clear(differences))),
        grids_slider("gan-grids", shown),
        _size_table(rows),
        _levers_table(rows),
        _trained_table(rows),
        losses_figure("gan-losses", shown),
        scores_figure("gan-scores", shown),
        neighbourhoods_figure("gan-neighbourhoods", shown),
        gradients_figure("gan-gradients", shown),
        noise_figure("gan-noise", shown),
        variety_figure("gan-variety", shown),
        prose(*told_of_all(shown, names), role="list"),
        _players_figure(rows),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(rows, real), line=say("Adversarial training"))


def _headline(rows: Sequence[Row], real: View | None) -> Sentence | None:
    """What samples teach, from the least to the most; no arm is called the best."""
    known = sorted((row for row in rows if row.reading("gan_train")), key=lambda row: row.value("gan_train"))
    if not known:
        return None
    shown: dict[str, Words] = {name: row.alone("gan_train") for name, row in (("least", known[0]), ("most", known[-1]))}
    if real is None:
        return say("Samples teach a classifier to recognise {least} to {most} of real images.", **shown)
    return say(
        "Samples teach a classifier to recognise {least} to {most} of real images; real images, {real}.",
        real=percent(real.reading("gan_train")),
        **shown,
    )


def _described(rows: Sequence[Row], real: View | None) -> Block | None:
    """How many images and trainings there were."""
    if not rows:
        return None
    n_seeds = max(len(row.cells) for row in rows)
    sentences: list[Words | None] = [
        say_n(
            "Every arm was trained {n} time, for {epochs} epochs.",
            "Every arm was trained {n} times, for {epochs} epochs.",
            n=count(n_seeds),
            epochs=count(rows[0].first.parameters.get("max_epochs"), rows[0].first.record("max_epochs")),
        )
    ]
    if n_seeds < FEWEST_SEEDS:
        sentences.append(say("What differs between so few trainings may be luck: three or more give a verdict (--seeds 3)."))
    if real is not None:
        sentences.append(
            say(
                "They learned from {n_train} images; {n_held_out} real images that none of them saw are what samples are "
                "compared with.",
                n_train=real.count("n_train"),
                n_held_out=real.count("n_held_out"),
            )
        )
    n_conv = len([row for row in rows if row.arm.startswith("dcgan-") and row.arm.removeprefix("dcgan-").isdigit()])
    if 0 < n_conv < MOST_CONV:
        sentences.append(
            say_n(
                "Images of this size bear {n} transposed convolution at most: one more would halve a single pixel.",
                "Images of this size bear {n} transposed convolutions at most: one more would halve a single pixel.",
                n=count(n_conv),
            )
        )
    sentences.append(
        say(
            "A flight recorder looks at each generator after every epoch: it raises an alarm where samples of a class become "
            "alike, the discriminator has won or a loss diverges, and the best state is kept."
        )
    )
    return prose(*sentences)


def _worth_table(rows: Sequence[Row], *, real: View | None, simple: View | None) -> Table | None:
    caption = say(
        "What the samples are worth. GAN-train: balanced accuracy on held-out real images of a classifier that learned from "
        "samples alone. Coverage, recall and clipped density: neighbourhoods of held-out images in a classifier's features. "
        "Roughness: the mean difference of neighbouring pixels, that of real images being 1. Copies: samples that lie as near "
        "to a training image as planted copies do. Of several trainings the mean, the lowest and the highest; of a single one "
        "GAN-train has the interval over images. Below: the simplest generator, and as many real training images."
    )
    columns = (say("Arm"), *(quantity(metric).title for metric in _WORTH))
    found: list[tuple[Words, ...]] = [(row.name.alone, *map(row.shown, _WORTH)) for row in rows]
    found += [(one.title, *map(one.shown, _WORTH)) for one in (simple, real) if one is not None]
    return table("gan-worth", caption, columns=columns, rows=found, bold=range(len(rows), len(found)))


def _levers_table(rows: Sequence[Row]) -> Table | None:
    caption = say("What keeps the players in balance in each arm, and what they minimise; levers that do nothing are left out.")
    columns = (say("Arm"), say("Loss"), say("Levers"))
    found = [(row.name.alone, LOSSES.get(str(row.first.facts.get("loss")), say("–")), levers_of(row)) for row in rows]
    return table("gan-levers", caption, columns=columns, rows=found)


def _trained_table(rows: Sequence[Row]) -> Table | None:
    caption = say(
        "Where the losses came to: means of the last fifth of the epochs. The gap, of non-saturating losses, is the generator's "
        "less half the discriminator's; the gradient is the norm of what reaches the generator in the first epoch, or in the "
        "last one in which the discriminator learns alone. Of several trainings the mean, the lowest and the highest."
    )
    columns = (say("Arm"), *(quantity(metric).title for metric in _TRAINED))
    found: list[tuple[Words, ...]] = [(row.name.alone, *map(row.shown, _TRAINED)) for row in rows]
    return table("gan-trained", caption, columns=columns, rows=found)


def _size_table(rows: Sequence[Row]) -> Table | None:
    caption = say(
        "The arms: parameters of both players, seconds of a training, the epoch whose state was kept (of the first training), "
        "and alarms that the recorder raised (in all of them). The discriminators of a family are alike unless they are what "
        "varies."
    )
    columns = (say("Arm"), *_PLAYER_NAMES.values(), quantity("fit_s").title, say("Kept"), say("Alarms"))
    return table("gan-size", caption, columns=columns, rows=map(_size, rows))


def _size(row: Row) -> tuple[Words, ...]:
    players, record = row.first.facts.get("players") or {}, row.first.record("players")
    sizes = [count((players.get(player) or {}).get("n_parameters"), record) for player in _PLAYER_NAMES]
    alarms = sum(len(cell.facts.get("alarms") or ()) for cell in row.cells)
    kept = row.first.count("kept_epoch")
    return row.name.alone, *sizes, row.shown("fit_s"), kept, count(alarms, row.first.record("alarms"))


def _compared_figure(rows: Sequence[Row]) -> Figure | None:
    """Side by side: what a classifier learns, what is covered, how sharp it is."""
    panels: list[Panel] = []
    for metric in ("gan_train", "coverage", "raggedness"):
        readings = [(row.name.alone, reading) for row in rows if (reading := row.reading(metric)) is not None]
        if readings:
            ideal = 1.0 if metric == "raggedness" else None
            how = {"as_percent": ideal is None, "marks_best": False}
            panels.append(dot_plot(quantity(metric).title, readings, level=ideal, width_in=2.5, **how))
    caption = say("The arms side by side; lines are as in the table before.")
    return figure("gan-compared", caption, alt=say("Dots with intervals, one row for each."), panels=panels, panel_rem=13.0)


def _differences_caption() -> Sentence:
    return say(
        "Differences in GAN-train on the held-out images. Intervals and p-values are adjusted by Holm's rule for several "
        "comparisons and count the luck of trainings and images; the last number is the smallest true effect that would be found "
        "with a probability of 80 %."
    )


def _players_figure(rows: Sequence[Row]) -> Figure | None:
    """Each net once, under the arms that have it."""
    found: dict[str, tuple[list[Words], View, str]] = {}
    for row in rows:
        for player in _PLAYER_NAMES:
            described = (row.first.facts.get("players") or {}).get(player)
            if described:
                found.setdefault(f"{player} {described}", ([], row.first, player))[0].append(row.name.alone)
    panels = [_player(*one) for one in found.values()]
    kinds = tuple(Key(title, colour, "s") for title, colour in KINDS.values())
    caption = say(
        "The players. Below each layer the size of what it gives (height, width, channels), and how many numbers it learns; a "
        "batch norm counts with the layer before it."
    )
    return figure(
        "gan-players", caption, alt=say("Boxes from left to right, one a layer."), panels=panels, keys=kinds, panel_rem=18.0
    )


_PLAYERS = {
    "generator": say("Generator of {arms}: {n} parameters"),
    "discriminator": say("Discriminator of {arms}: {n} parameters"),
}


def _player(arms: Sequence[Words], row: View, player: str) -> Panel:
    described = row.facts["players"][player]
    some = listed(arms, ", ") if len(arms) < 3 else say("{first} and {n} more", first=arms[0], n=count(len(arms) - 1))
    n = count(described["n_parameters"], row.record("players"))
    title = Sentence(_PLAYERS[player].template, {"arms": some, "n": n})
    return architecture(title, "z" if player == "generator" else "x", described["layers"])
