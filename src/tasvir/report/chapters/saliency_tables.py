"""The tables of the study of saliency: what deletion and insertion give, and what lies on ink."""

from tasvir.report.chapters.saliency_figures import ORDERS
from tasvir.report.document import Table, table
from tasvir.report.numbers import MISSING, count, decimal, percent
from tasvir.report.view import View
from tasvir.report.words.message import Words, say


def removal_table(removal: View | None) -> Table | None:
    """The areas below the curves, and what the maps gain on the other orders."""
    if removal is None:
        return None
    rows: list[tuple[Words, ...]] = []
    for order, (name, _, _) in ORDERS.items():
        cells: list[Words] = []
        for way in ("deletion", "insertion"):
            gain = removal.reading("removal_gain", way=way, against=order)
            cells += [
                decimal(removal.reading("removal_area", way=way, order=order)),
                MISSING if gain is None else decimal(gain),
            ]
        rows.append((name, *cells))
    caption = say(
        "The mean height of the curves of {n} test images, from 0 to 1, with 95 % intervals over images: small is good for "
        "deletion, large for insertion. Gain: by how much Grad-CAM is better than this order, image by image; the six gains "
        "hold together with 95 %, each has an interval of 99.2 %.",
        n=removal.count("n"),
    )
    columns = (say("Order"), say("Deletion"), say("Gain"), say("Insertion"), say("Gain"))
    return table("saliency-areas", caption, columns=columns, rows=rows)


def ink_table(ink: View | None) -> Table | None:
    """How much of the maps lies on ink, beside what knows nothing and what knows all."""
    if ink is None or not ink.facts.get("has_ground"):
        return None
    arms: dict[str, Words] = {
        "grad_cam": ORDERS["grad_cam"][0],
        "unrectified": ORDERS["unrectified"][0],
        "random": ORDERS["random"][0],
        "even": say("the same everywhere"),
        "ink": say("the ink itself, made as coarse"),
    }
    found = [(title, ink.reading("mass_on_ink", arm=arm)) for arm, title in arms.items()]
    rows = [(title, percent(share), count(share.n, share.record)) for title, share in found if share is not None]
    caption = say(
        "The share of a map's mass that lies on ink, over the test images (or independent cases) whose map shows anything, with "
        "95 % intervals. Ink: pixels that differ from the median colour of the training images by more than a quarter of the "
        "range."
    )
    return table("saliency-ink", caption, columns=(say("Map"), say("On ink"), say("Images")), rows=rows)
