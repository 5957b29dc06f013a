"""Where does a convolution net look, and can its heat maps be believed?"""

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Cells, Curve
from tasvir.report.chapters.saliency_answers import ink_sentences, removal_sentences, silence_sentences, weights_sentences
from tasvir.report.chapters.saliency_figures import (
    agreement_figure,
    competing_figure,
    deep_figure,
    first_figure,
    maps_figure,
    net_figure,
    removal_figure,
)
from tasvir.report.chapters.saliency_tables import ink_table, removal_table
from tasvir.report.document import Block, Chapter, chapter, prose, trouble
from tasvir.report.layers import layers_table
from tasvir.report.numbers import count, percent, plain
from tasvir.report.rows import Row, read_rows
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Sentence, Words, listed, say, say_n

NAME, TITLE = "saliency", say("Where the net looks")
CELLS, NETS = "saliency", "saliency/net"


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has no such study."""
    if not cells.names(CELLS):
        return None
    nets = read_net(cells)
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    maps, ink, removal, weights = (view(cells, f"{CELLS}/{name}") for name in ("maps", "ink", "removal", "weights"))
    first = None if nets is None else nets.first
    blocks: list[Block | None] = [
        prose(say("Where does a convolution net look when it names a class, and can its heat maps be believed?"), role="verdict"),
        trouble(problems(cells, CELLS)),
        prose(*weights_sentences(weights), *removal_sentences(removal), role="analysis"),
        prose(*ink_sentences(ink), *silence_sentences(ink, maps), role="analysis"),
        maps_figure(maps, names, which="right"),
        prose(_HOW),
        None if maps is None or maps.facts["wrong"] else prose(say("No test image is named wrongly.")),
        maps_figure(maps, names, which="wrong"),
        competing_figure(maps, names),
        deep_figure(maps, names),
        agreement_figure(weights),
        removal_figure(removal),
        removal_table(removal),
        ink_table(ink),
        _described(nets),
        None if first is None else layers_table("saliency-layers", say("the net"), first),
        net_figure(first),
        first_figure(first, names),
        _training_figure(nets),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(first, weights, removal), line=say("Saliency"))


_HOW = say(
    "Grad-CAM (Selvaraju et al. 2017): each channel of a convolution is weighted by the mean gradient of the class's logit, and "
    "what is left of the weighted sum above 0 is the map, brought to the size of the image. Places where a channel is 0 are "
    "left out of the mean, as this net pools before it rectifies. A map says what the net uses, and not what is right."
)


def read_net(cells: Cells) -> Row | None:
    """The net, and its trainings."""
    rows = read_rows(cells, CELLS, without=[f"{CELLS}/{name}" for name in ("maps", "ink", "removal", "weights")])
    return next((row for row in rows if row.arm == "net"), None)


def _headline(net: View | None, weights: View | None, removal: View | None) -> Words | None:
    if net is None:
        return None
    told: list[Sentence | None] = [
        say("The net is right for {accuracy} of the test images.", accuracy=percent(net.reading("accuracy"))),
        *weights_sentences(weights)[:1],
        *removal_sentences(removal)[:1],
    ]
    return listed((sentence for sentence in told if sentence is not None), " ")


def _described(nets: Row | None) -> Block | None:
    """What the net is given, and how well it does."""
    if nets is None:
        return None
    net = nets.first
    shapes = net.facts.get("shapes") or {}
    record = net.record("shapes")
    shown: dict[str, Words] = {name: "×".join(map(str, shape)) for name, shape in shapes.items()}
    low, high = net.facts.get("range") or (None, None)
    return prose(
        say(
            "Training images: {X_train}, with {y_train} labels; test images: {X_test}. Their values go from {low} to {high} and "
            "are divided by 255; the order is drawn anew for each epoch.",
            low=plain(low, net.record("range")),
            high=plain(high, net.record("range")),
            **{name: plain(text, record) for name, text in shown.items()},
        ),
        say_n(
            "Cross-entropy, Adam by one cycle of the learning rate (highest {rate}), {batch} images a step, {epochs} epochs; the "
            "net was trained {n} time and is right for {accuracy} of the test images.",
            "Cross-entropy, Adam by one cycle of the learning rate (highest {rate}), {batch} images a step, {epochs} epochs; the "
            "net was trained {n} times, from other first weights and in another order, and is right for {accuracy} of the test "
            "images.",
            n=count(len(nets.cells)),
            rate=net.told("learning_rate"),
            batch=net.count("batch_size"),
            epochs=net.count("epochs"),
            accuracy=listed(percent(training.reading("accuracy")) for training in nets.cells),
        ),
    )


def _training_figure(nets: Row | None) -> Block | None:
    if nets is None:
        return None
    titles: dict[str, Words] = {"loss": say("Cross-entropy"), "accuracy": say("Accuracy")}
    curves: list[tuple[Words, Curve | None, float | None]] = [
        (title, nets.first.curve(name), None) for name, title in titles.items()
    ]
    caption = say("The first training, epoch by epoch, on its training images in passing: no image is held out.")
    return curves_figure("saliency-training", caption, curves, percent=("accuracy",))
