"""Layers: what each gives, learns, computes, holds and sees; the formulas with the numbers put in; what to know about them.

Told from the plain values of a `LayerTable`, whether it was reckoned or measured.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasvir.report.document import Block, Chapter, Figure, Prose, Table, chapter, figure, prose, table
from tasvir.report.numbers import MISSING, count, formula, plain, storage
from tasvir.report.palette import ACCENT, SECOND
from tasvir.report.plots.growth import Growing, growth_keys, growth_plot
from tasvir.report.words.message import Sentence, Words, listed, literal, say

Facts = Mapping[str, Any]
#: What a formula is of.
QUANTITIES = {
    "padding": say("padding"),
    "output": say("output"),
    "parameters": say("parameters"),
    "trainable": say("trainable"),
    "not_trainable": say("not trainable"),
    "multiply_adds": say("multiply-adds"),
    "activation_bytes": say("memory"),
    "receptive_field": say("receptive field"),
}
PARTS = {
    "encoder": say("encoder"),
    "decoder": say("decoder"),
    "generator": say("generator"),
    "discriminator": say("discriminator"),
}
_NOTES = {
    "uneven_padding": say(
        "{layer}: 'same' needs an odd number of zeros, so that they cannot lie evenly: {before} before and {behind} behind, as "
        "PyTorch and TensorFlow have it."
    ),
    "same_with_stride": say(
        "{layer}: 'same' with stride {stride} gives {n}/{stride} outputs, rounded up: {outputs}, as in TensorFlow and Keras; "
        "PyTorch has no 'same' there."
    ),
    "stride_and_rate": say("{layer}: Keras refuses a stride and a rate above 1 in one layer; PyTorch has both."),
    "same_transposed": say(
        "{layer}: 'same' gives the stride times the size; PyTorch has no such word: padding {padding}, output padding "
        "{output_padding}."
    ),
    "one_bias": say("{layer}: two bias vectors a gate, as in PyTorch; with one, as in Keras, {parameters} parameters."),
    "one_bias_gru": say(
        "{layer}: two bias vectors a gate, as in PyTorch and in Keras; with one, as in textbooks (reset_after=False in Keras), "
        "{parameters} parameters."
    ),
    "shared": say("{layer}: the same weights as before; they are counted once."),
    "not_called": say("{layer}: its weights are used, or kept, but it never ran as a layer."),
    "no_formula": say("{layer}: measured; there is no formula for it here."),
}
_SYMBOLS = (
    say(
        "A convolution or pooling of {n} places by a kernel of {f}, with {p} zeros on each side, rate (dilation) {d} and stride "
        "{s}, gives {size} places. The effective kernel is {effective} long. With stride 1 the padding {same} keeps the size; "
        "for even {f} and odd {d} that is no whole number, and one side gets one zero more.",
        size=formula("floor((n + 2p - d(f-1) - 1)/s) + 1"),
        effective=formula("d(f-1) + 1"),
        same=formula("d(f-1)/2"),
        **{name: formula(name) for name in "nfpds"},
    ),
    say(
        "A transposed convolution gives {size} places, where {o} is the output padding.",
        size=formula("(n-1)s - 2p + d(f-1) + o + 1"),
        o=formula("o"),
    ),
    say(
        "Parameters of a convolution: height and width of the kernel times the channels that it sees, and 1 for the bias, all "
        "times the filters. Of a dense layer: inputs and 1, times units. Of a batch norm: scale and shift of each channel, which "
        "are learned, and its running mean and variance, which are not."
    ),
    say(
        "Multiply-adds are those of weights with inputs, for one example; zeros of the padding count, biases, activations and "
        "pooling do not. Memory is what a layer gives, for one example, in numbers of 32 bits."
    ),
    say(
        "The receptive field is what one output sees of the input: that of the layer before, and {reach} times the step between "
        "two of its neighbours; the step is then {s} times as long. Behind a transposed convolution it is counted back from one "
        "output, and is the most that an output sees.",
        reach=formula("(f-1)d"),
        s=formula("s"),
    ),
)


def layer_chapters(facts: Facts) -> tuple[Chapter, ...]:
    """The layers, their formulas, and how to read these."""
    summary = _summary(facts)
    notes = _notes(facts["layers"])
    first = chapter(
        "layers", say("Layers"), prose(summary), _layers_table(facts), _growth(facts), notes, headline=summary, line=say("Layers")
    )
    formulas = _formulas_table(facts["layers"])
    return (first, *((_formulas_chapter(formulas),) if formulas else ()))


def check_chapter(checked: Facts) -> Chapter:
    """Which cells of a person's own table are wrong."""
    n_wrong, cells = len(checked["wrong"]), count(checked["cells"])
    said = say("All {cells} cells of the table are right.", cells=cells)
    if n_wrong:
        said = say("Wrong cells: {n} of {cells}.", n=count(n_wrong), cells=cells)
    rows = [
        (
            named(one),
            QUANTITIES.get(one["column"]) or one["column"],
            _value(one["given"]),
            _value(one["right"]),
            _lines(one["formulas"]),
        )
        for one in checked["wrong"]
    ]
    columns = (say("Layer"), say("Of"), say("Given"), say("Right"), say("Formula"))
    found = table("wrong", say("Cells that are wrong, and what is right."), columns=columns, rows=rows)
    return chapter("check", say("Your table"), prose(said), found, headline=said, line=say("Your table"))


def named(row: Facts) -> Words:
    """A layer, with the net that it belongs to where there are several, and its place where that is known."""
    if row["layer"] == "total":
        return say("total")
    name: Words = literal(row["layer"])
    if part := row.get("part"):
        name = say("{part}: {layer}", part=PARTS.get(part) or part, layer=name)
    return say("{n}: {layer}", n=count(row["row"]), layer=name) if row.get("row") else name


def size(numbers: Sequence[int]) -> Words:
    """256×256×3."""
    return formula("×".join(map(str, numbers))) if numbers else MISSING


def _summary(facts: Facts) -> Sentence:
    return say(
        "{n} parameters, of them trained: {trainable}; {products} multiply-adds and {memory} of activations for one example.",
        n=count(facts["total"]),
        trainable=count(facts["trainable"]),
        products=count(facts["multiply_adds"]),
        memory=storage(facts["activation_bytes"]),
    )


def _layers_table(facts: Facts) -> Table | None:
    rows: list[tuple[Words, ...]] = [(say("input"), size(facts["input"]), *[""] * 5)] if facts["input"] else []
    rows += [
        (
            named({**row, "row": place}),
            size(row["output"]),
            count(row["parameters"]),
            count(row["multiply_adds"]),
            storage(row["activation_bytes"]) if row["output"] else MISSING,
            _field(row),
            plain(row["step"][0]) if row["step"] else "",
        )
        for place, row in enumerate(facts["layers"], start=1)
    ]
    totals = count(facts["total"]), count(facts["multiply_adds"]), storage(facts["activation_bytes"])
    rows.append((say("total"), "", *totals, "", ""))
    caption = say(
        "Every layer: the size of what it gives (height, width, channels), parameters, multiply-adds and memory for one example, "
        "and how far an output sees into the input (receptive field), in steps of so many of its places."
    )
    columns = (
        say("Layer"),
        say("Output"),
        say("Parameters"),
        say("Multiply-adds"),
        say("Memory"),
        say("Receptive field"),
        say("Step"),
    )
    return table("layers-table", caption, columns=columns, rows=rows, bold=(len(rows) - 1,))


def _field(row: Facts) -> Words:
    if row["receptive_field"] is None:
        return MISSING
    if row["step"] is None and row["receptive_field"]:
        return say("everything")
    return size(row["receptive_field"])


def _formulas_chapter(formulas: Table) -> Chapter:
    return chapter("formulas", say("Formulas"), formulas, Prose(_SYMBOLS, "list"))


def _formulas_table(rows: Sequence[Facts]) -> Table | None:
    cells = [
        (named({**row, "row": place}), QUANTITIES[name], _lines(lines))
        for place, row in enumerate(rows, start=1)
        for name, lines in row["formulas"].items()
    ]
    caption = say("The formulas with the numbers put in; two, first of the height, then of the width, where they differ.")
    return table("formulas-table", caption, columns=(say("Layer"), say("Of"), say("Formula")), rows=cells)


def _growth(facts: Facts) -> Figure | None:
    """The side of what each layer gives, and that of its receptive field, where there are several with sides."""
    rows = [row for row in facts["layers"] if not row.get("part") and len(row["output"]) > 1 and row["receptive_field"]]
    if len(rows) < 3 or rows != list(facts["layers"][: len(rows)]):
        return None
    places = tuple(float(n) for n in range(1, len(rows) + 1))
    sides = tuple(float(row["output"][0]) for row in rows)
    fields = tuple(float(row["receptive_field"][0]) for row in rows)
    lines = [
        Growing(say("height of the output"), ACCENT, "o", places, sides),
        Growing(say("receptive field"), SECOND, "^", places, fields),
    ]
    panel = growth_plot("", lines, x_name=say("layer"), level=float(facts["input"][0]))
    caption = say(
        "The height of what each layer gives, and of what one of its outputs sees of the input, in pixels or steps; dotted: the "
        "height of the input."
    )
    return figure(
        "growth", caption, alt=say("Sizes that fall and receptive fields that grow."), panels=[panel], keys=growth_keys(lines)
    )


def _notes(rows: Sequence[Facts]) -> Block | None:
    """What there is to know; said once of all layers of which it holds."""
    alike: dict[tuple[tuple[str, Any], ...], list[Words]] = {}
    for place, row in enumerate(rows, start=1):
        for note in row["notes"]:
            alike.setdefault(tuple(note.items()), []).append(say("layer {n}", n=count(place)))
    said = []
    for told, layers in alike.items():
        (_, name), *numbers = told
        values: dict[str, Words] = {key: count(n) for key, n in numbers}
        said.append(Sentence(_NOTES[name].template, {"layer": listed(layers), **values}))
    return prose(*said, role="list")


def _value(value: Any) -> Words:
    if value is None:
        return say("empty")
    return size(value) if isinstance(value, list) else count(value)


def _lines(lines: Sequence[str]) -> Words:
    return listed(map(formula, lines), "; ") if lines else ""
