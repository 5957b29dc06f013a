"""How noise is taken away: images first, then what each arm reaches, what other noise does, how arms were made."""

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Cells
from tasvir.report.chapters.denoise_answers import answers, headline
from tasvir.report.chapters.denoise_figures import compared_figure, curve_figure, pictures_figure, rest_figure
from tasvir.report.chapters.denoise_rows import CELLS, FILTERS, NETS, NOISY, Found, read
from tasvir.report.document import Block, Chapter, Figure, Key, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.fitting import fitting_sentence, read_training
from tasvir.report.layers import layers_table
from tasvir.report.numbers import count, decibels, decimal, plain
from tasvir.report.plots.architecture import KINDS, architecture
from tasvir.report.quantities import quantity
from tasvir.report.rows import bare
from tasvir.report.view import problems
from tasvir.report.words.message import Words, listed, say, say_n

NAME, TITLE = "denoise", say("Denoising")


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run takes no noise away."""
    if not cells.names(CELLS):
        return None
    found = read(cells)
    blocks: list[Block | None] = [
        _described(found),
        prose(*answers(found), role="list"),
        trouble(problems(cells, CELLS)),
        pictures_figure(found),
        rest_figure(found),
        _reached_table(found),
        compared_figure(found),
        _differences_table(found),
        curve_figure(found),
        _curve_table(found),
        _tuned_table(found),
        _training_figure(found),
        analysis(*(fitting_sentence(row.name.inside, read_training(row.first.curve("loss"))) for row in found.of(NETS))),
        _nets_figure(found),
        *(layers_table(f"denoise-layers-{row.arm}", row.name.inside, row.first) for row in found.of(("textbook", "unet"))),
    ]
    return chapter(NAME, TITLE, *blocks, headline=headline(found), line=TITLE)


def _described(found: Found) -> Block | None:
    """What was asked of how many images."""
    noisy = found.row(NOISY)
    if noisy is None:
        return None
    record = noisy.first.record("bench")
    sd, variance = plain(round(found.level**0.5, 4), record), plain(found.level, record)
    told: list[Words | None] = [
        say(
            "Gaussian noise of variance {variance} (standard deviation {sd}, pixels from 0 to 1) was added to images, and the "
            "sum clipped and rounded as a file of bytes is. All arms take it away from the same {n} test images.",
            variance=variance,
            sd=sd,
            n=noisy.first.count("n_test"),
        )
        if found.level
        else say(
            "There is no noise here: the nets are plain autoencoders, and what they lose of the same {n} test images is their "
            "own.",
            n=noisy.first.count("n_test"),
        )
    ]
    trained = found.of(NETS)
    if trained:
        n = found.most_trainings()
        told.append(
            say_n(
                "Each net was trained {n} time, on {images} clean images for {epochs} epochs.",
                "Each net was trained {n} times, on {images} clean images for {epochs} epochs.",
                n=count(n),
                images=trained[0].first.count("n_train"),
                epochs=trained[0].first.count("epochs"),
            )
        )
    if (blind := found.row("blind")) is not None:
        low, high = (plain(float(end), blind.first.record("variance")) for end in blind.first.parameters["variance"])
        told.append(say("Those for a range learned variances from {low} to {high}.", low=low, high=high))
    if found.level and found.of(FILTERS):
        told.append(
            say(
                "Filters know the variance, and their other settings are chosen on {n} held-out images, anew for each variance.",
                n=found.of(FILTERS)[0].first.count("n_held_out"),
            )
        )
    return prose(*told)


def _reached_table(found: Found) -> Table | None:
    caption = say(
        "What each arm reaches on the test images: of several trainings the mean, the lowest and the highest, of a single one, "
        "and of a filter, the interval over images. Clean: seconds for all test images."
    )
    metrics = ("psnr", "ssim", "fit_s", "transform_s")
    meanings = [meaning for metric in metrics if (meaning := quantity(metric).meaning) is not None]
    columns = (
        say("Arm"),
        quantity("psnr").title,
        quantity("ssim").title,
        say("Parameters"),
        quantity("fit_s").title,
        say("Clean"),
    )
    rows = [
        (
            row.name.alone,
            row.shown("psnr"),
            row.shown("ssim"),
            row.first.count("n_parameters"),
            row.shown("fit_s"),
            row.shown("transform_s"),
        )
        for row in found.rows
    ]
    bold = [place for place, row in enumerate(found.rows) if row.arm == "unet"]
    return table("denoise-reached", listed([caption, *meanings], " "), columns=columns, rows=rows, bold=bold)


def _differences_table(found: Found) -> Table | None:
    """In dB, image by image."""
    judge = found.judge
    if judge is None:
        return None
    caption = (
        say(
            "Differences in PSNR on the same noisy images. Intervals are over images and trainings, adjusted by Holm's rule for "
            "several comparisons."
        )
        if judge.facts.get("verdicts")
        else say(
            "Differences in PSNR on the same noisy images, with intervals over images: they hold for these trainings, whose "
            "luck they do not know."
        )
    )
    rows = [
        (_title(found, one.labels["arm"]), _title(found, one.labels["against"]), decibels(one))
        for one in judge.readings("difference")
    ]
    return table("denoise-differences", caption, columns=(say("Arm"), say("Against"), say("Difference")), rows=rows)


def _title(found: Found, arm: str) -> Words:
    row = found.row(arm)
    return arm if row is None else row.name.alone


def _curve_table(found: Found) -> Table | None:
    record = found.rows[0].first.record("bench") if found.rows else ""
    columns: tuple[Words, ...] = (say("Arm"), *(plain(variance, record) for variance in found.variances))
    rows: list[tuple[Words, ...]] = [
        (row.name.alone, *(decimal(bare(row.reading("psnr_at", variance=variance)), 2) for variance in found.variances))
        for row in found.rows
    ]
    caption = say(
        "PSNR (dB) of each arm where the noise has another variance, which heads the column; on the first {n} of the test "
        "images.",
        n=found.rows[0].first.count("n_curve") if found.rows else "",
    )
    return table("denoise-curve", caption, columns=columns, rows=rows)


def _tuned_table(found: Found) -> Table | None:
    caption = say(
        "The settings of the filters, chosen on held-out images. A Gaussian's strength is its standard deviation in pixels; the "
        "other strengths are multiples of the noise's standard deviation, as weight of total variation, threshold of wavelets, "
        "and h of non-local means, whose patches have so many pixels a side."
    )
    columns = (say("Filter"), say("Strength"), say("Patch"), quantity("validation_psnr").title, say("Tried"))
    rows: list[tuple[Words, ...]] = []
    for row in found.of(FILTERS):
        chosen, record = row.first.facts.get("chosen") or {}, row.first.record("chosen")
        tried = row.first.readings("validation_psnr")
        best = max(tried, key=lambda one: one.value, default=None)
        shown = [plain(chosen.get(name), record) for name in ("strength", "patch")]
        rows.append((row.name.alone, *shown, quantity("validation_psnr").write(best), count(len(tried), record)))
    return table("denoise-tuned", caption, columns=columns, rows=rows)


def _training_figure(found: Found) -> Figure | None:
    curves = [(row.name.alone, row.first.curve("loss"), row.first.facts.get("best_epoch")) for row in found.of(NETS)]
    caption = say(
        "The loss of the nets (mean absolute error) over the epochs of the first training, each for its own noise; dotted: the "
        "epoch whose state was kept."
    )
    return curves_figure("denoise-training", caption, curves, panel_rem=13.0, width_in=2.5)


def _nets_figure(found: Found) -> Figure | None:
    panels = []
    for row in found.of(("textbook", "unet")):
        title = say("{net}: {n} parameters", net=row.name.alone, n=row.first.count("n_parameters"))
        panels.append(architecture(title, "x", row.first.facts.get("layers") or (), width_in=7.2))
    keys = tuple(Key(title, colour, "s") for title, colour in list(KINDS.values())[1:])
    caption = say(
        "The nets. Below each layer the size of what it gives (height, width, channels), and how many numbers it learns. The "
        "U-Net folds squares of 2 × 2 pixels into channels, adds to each size on the way back what it had on the way down, and "
        "subtracts what comes out from the image."
    )
    return figure(
        "denoise-nets", caption, alt=say("Boxes from left to right, one a layer."), panels=panels, keys=keys, panel_rem=40.0
    )
