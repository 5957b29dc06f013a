"""The layers of a net, as a cell recorded them, one under the other."""

from tasvir.report.document import Table, table
from tasvir.report.numbers import count, plain
from tasvir.report.plots.architecture import KINDS
from tasvir.report.view import View
from tasvir.report.words.message import Words, say


def layers_table(name: str, title: Words, net: View) -> Table | None:
    """What each gives (height, width, channels), and how many numbers it learns; `title` is its name inside a sentence."""
    record = net.record("layers")
    rows: list[tuple[Words, ...]] = [
        (
            count(place, record),
            KINDS[layer["kind"]][0],
            plain("×".join(map(str, (*layer["output"][1:], layer["output"][0]))), record),
            count(layer["n_parameters"], record),
        )
        for place, layer in enumerate(net.facts.get("layers") or (), start=1)
    ]
    caption = say("The layers of {net}, in the order in which they are computed.", net=title)
    columns = (say("Layer"), say("Kind"), say("Gives"), say("Parameters"))
    return table(name, caption, columns=columns, rows=rows)
