"""The figures of the study of denoising."""

from dataclasses import replace

import numpy as np

from tasvir.report.cells import Reading
from tasvir.report.chapters.denoise_rows import NOISY, Found
from tasvir.report.document import Figure, Key, Panel, figure
from tasvir.report.numbers import plain
from tasvir.report.palette import SOFT, class_colour, class_marker
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.lines import Series, line_keys, line_plot
from tasvir.report.plots.pictures import picture_row
from tasvir.report.quantities import quantity
from tasvir.report.rows import Row
from tasvir.report.words.message import Words, say

#: A difference of so much is black or white; pixels are from 0 to 1.
MOST_REST = 0.25
#: Lines of arms that harm an image more, in dB, leave the plot: all others would lie on each other.
LEAST_GAIN = -2.0


def pictures_figure(found: Found) -> Figure | None:
    """Ten images in rows: clean, noisy, and as arms clean them."""
    noisy = found.row(NOISY)
    clean = None if noisy is None else noisy.first.array("clean")
    panels = [None if clean is None else picture_row(say("Clean image"), clean, wide=True)]
    for row in _shown_rows(found):
        images = row.first.array("shown")
        panels.append(None if images is None else picture_row(_with_psnr(row), images, wide=True))
    caption = (
        say(
            "Ten test images, clean, noisy, and as arms clean them; of the filters the one that was best on held-out images. "
            "Beside each name the mean PSNR on all test images."
        )
        if found.level
        else say("Ten test images, and what the nets give back of them. Beside each name the mean PSNR on all test images.")
    )
    return figure("denoise-pictures", caption, alt=say("Rows of images."), panels=panels, panel_rem=40.0)


def rest_figure(found: Found) -> Figure | None:
    """What is wrong with each of them: the signed difference to the clean image."""
    noisy = found.row(NOISY)
    clean = None if noisy is None else noisy.first.array("clean")
    panels: list[Panel] = []
    for row in _shown_rows(found):
        images = row.first.array("shown")
        if images is not None and clean is not None:
            panels.append(picture_row(row.name.alone, difference_images(images, clean), wide=True))
    caption = say(
        "What is wrong with them: the same images less the clean ones. Gray is no difference, white {most} too bright, black "
        "{most} too dark (pixels from 0 to 1). Noise without shapes is left-over noise; where edges are seen, detail was taken "
        "away.",
        most=plain(MOST_REST),
    )
    return figure("denoise-rest", caption, alt=say("Rows of images of differences."), panels=panels, panel_rem=40.0)


def difference_images(images: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """Signed differences of bytes as gray images around the middle gray."""
    rest = (images.astype(float) - clean) / 255 / MOST_REST
    return np.rint(127.5 + 127.5 * np.clip(rest, -1, 1)).astype(np.uint8)


def compared_figure(found: Found) -> Figure | None:
    """PSNR and SSIM side by side; none is marked, as the test images choose nothing."""
    panels = []
    for metric in ("psnr", "ssim"):
        readings = [(row.name.alone, reading) for row in found.rows if (reading := _known(row.reading(metric))) is not None]
        title = quantity(metric).title
        panels.append(dot_plot(title, readings, as_percent=False, marks_best=False) if readings else None)
    caption = say("The arms side by side; lines are as in the table before.")
    return figure("denoise-compared", caption, alt=say("Dots with intervals, one row for each."), panels=panels)


def curve_figure(found: Found) -> Figure | None:
    """PSNR, and what is gained over the noisy image, where the noise is weaker and stronger."""
    places = [variance for variance in found.variances if variance]
    whole = [_series(row, place, places) for place, row in enumerate(found.rows)]
    gained = [_gain(found, one, places) for one in whole[1:]] if found.row(NOISY) is not None else []
    if len(places) < 2 or not whole:
        return None
    x_name, mark = say("standard deviation of the noise"), found.level**0.5 if found.level else None
    panels = [
        line_plot(quantity("psnr").title, whole, x_name=x_name, mark=mark),
        line_plot(say("Gain over the noisy image (dB)"), gained, x_name=x_name, mark=mark, lowest=LEAST_GAIN) if gained else None,
    ]
    caption = say(
        "What happens where the noise is weaker or stronger than that (dotted) for which the first two nets are trained. Below "
        "0 an arm harms the image; where it does so by more than 2 dB, its line is left out. Filters are told the variance and "
        "tuned anew for each."
    )
    level = (Key(say("trained level"), SOFT, "", ":"),) if mark is not None else ()
    alt = say("Lines over the strength of the noise.")
    return figure("denoise-variances", caption, alt=alt, panels=panels, keys=(*line_keys(whole), *level))


def _series(row: Row, place: int, places: list[float]) -> Series:
    known = [(variance, reading) for variance in places if (reading := row.reading("psnr_at", variance=variance)) is not None]
    x = tuple(variance**0.5 for variance, _ in known)
    alone = tuple(Reading(reading.value, record=reading.record) for _, reading in known)
    colour, marker = (SOFT, "o") if row.arm == NOISY else (class_colour(place - 1), class_marker(place - 1))
    return Series(row.name.alone, colour, marker, x, alone)


def _gain(found: Found, one: Series, places: list[float]) -> Series:
    floor = {variance**0.5: reading.value for variance in places if (reading := found.at(NOISY, variance)) is not None}
    return replace(
        one, readings=tuple(replace(r, value=r.value - floor.get(x, r.value)) for x, r in zip(one.x, one.readings, strict=True))
    )


def _shown_rows(found: Found) -> list[Row]:
    """Noise and the best filter, where there is noise, and the nets; the one with an estimate is the one before it."""
    noise = [found.row(NOISY), found.best_filter] if found.level else []
    rows = [*noise, *map(found.row, ("textbook", "unet", "blind", "told"))]
    return [row for row in rows if row is not None]


def _with_psnr(row: Row) -> Words:
    return say("{arm}: {psnr} dB", arm=row.name.alone, psnr=row.alone("psnr"))


def _known(reading: Reading | None) -> Reading | None:
    return reading if reading is not None and np.isfinite(reading.value) else None
