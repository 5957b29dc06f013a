"""`tasvir layers "conv(64,3,same) ..." --input 256x256x3`: what layers give, learn, compute and see, by which formulas."""

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tasvir.cli.answer import Json, Table, answer, table
from tasvir.cli.options import takes
from tasvir.cli.told import tell_problem
from tasvir.contracts.errors import BadInputError

if TYPE_CHECKING:
    from tasvir.nets.arithmetic.row import LayerTable
    from tasvir.report.document import Report
    from tasvir.report.words.language import Language

#: Chapters whose sentences only the page has.
EXPLAINED = ("formulas", "waiting")


@dataclass(frozen=True)
class Sequences:
    """Which layers over a sequence are compared, and how long and wide it is."""

    compare: str | None = field(
        default=None,
        metadata={"help": "In place of LAYERS: what layers over a sequence cost; of conv, dilated, rnn, attention, projected."},
    )
    length: int = field(default=1024, metadata={"help": "With --compare: steps of the sequence."})
    width: int = field(default=64, metadata={"help": "With --compare: numbers of a step."})
    kernel: int = field(default=3, metadata={"help": "With --compare: steps that a convolution sees."})


@functools.partial(takes, words={"sequences": Sequences})
def layers(
    words: Annotated[
        str | None,
        typer.Argument(metavar="LAYERS", help="As 'conv(64,3,same) maxpool(2) flatten dense(10)'.", show_default=False),
    ] = None,
    *,
    input_size: Annotated[
        str | None, typer.Option("--input", help="Of one example: HxWxC as 256x256x3, TxF, or a number of features.")
    ] = None,
    model: Annotated[Path | None, typer.Option(metavar="MODEL_DIR", help="In place of LAYERS: those of a saved model.")] = None,
    check: Annotated[Path | None, typer.Option(help="A CSV or JSON file with your own table: its wrong cells are told.")] = None,
    sequences: Sequences,
    out: Annotated[Path | None, typer.Option(help="Also write a page, as layers.html.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the words and of the page: en or fa.")] = "en",
    as_json: Json = False,
) -> None:
    """What does each layer give, learn, compute and see, and by which formula?"""
    from tasvir.report.layer_page import cost_report, layer_report
    from tasvir.report.words.language import check_language

    check_language(lang)
    _check_out(out)
    _one_of({"LAYERS": words, "--model": model, "--compare": sequences.compare})
    if sequences.compare is not None:
        _one_of({"--compare": sequences.compare, "--check": check, "--input": input_size})
        facts = _compared(sequences)
        _say(facts, cost_report(facts), out=out, lang=lang, as_json=as_json)
        return
    found = _of_model(model, input_size) if model is not None else _reckoned(words or "", input_size)
    facts = found.facts() | ({} if check is None else {"check": _checked(found, check)})
    _say(facts, layer_report(facts, title=model.name if model else ""), out=out, lang=lang, as_json=as_json)
    if facts.get("check", {}).get("wrong"):
        raise typer.Exit(1)


def _one_of(given: dict[str, Any]) -> None:
    """Exactly one of these."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise BadInputError(f"{' and '.join(named)} do not go together: give one of them")
    if not named:
        raise BadInputError("no layers: give them, as 'conv(64,3,same) maxpool(2)' --input 256x256x3, or --model, or --compare")


def _reckoned(words: str, input_size: str | None) -> "LayerTable":
    from tasvir.nets.arithmetic.chain import layers as reckon
    from tasvir.nets.arithmetic.sizes import read_size

    if input_size is None:
        raise BadInputError("no input: give --input HxWxC as 256x256x3, TxF, or a number of features")
    return reckon(words, read_size(input_size))


def _of_model(model: Path, input_size: str | None) -> "LayerTable":
    from tasvir.explain.anatomy import anatomy
    from tasvir.models.folder import load_model
    from tasvir.nets.arithmetic.sizes import read_size

    return anatomy(load_model(model), None if input_size is None else read_size(input_size))


def _compared(sequences: Sequences) -> dict[str, Any]:
    from tasvir.nets.arithmetic.costs import Sizes, check_fit, read_names

    asked = read_names(sequences.compare or "")
    sizes = Sizes(sequences.length, sequences.width, sequences.kernel)
    check_fit(asked, sizes)
    from tasvir.nets.sequence_layers import compared

    return compared(asked, sizes)


def _checked(found: "LayerTable", path: Path) -> dict[str, Any]:
    from tasvir.nets.arithmetic.answers import read_answers
    from tasvir.nets.arithmetic.check import check

    answers, total = read_answers(path)
    return {"file": str(path)} | check(found, answers, total).facts()


def _check_out(out: Path | None) -> None:
    from tasvir.contracts.atomic import must_be_writable

    if out is None:
        return
    if out.suffix.lower() not in (".html", ".htm") or out.is_dir():
        raise BadInputError(f"--out {out}: give a file that ends in .html")
    must_be_writable(out.parent)


def _say(facts: dict[str, Any], report: "Report", *, out: Path | None, lang: str, as_json: bool) -> None:
    """The tables and sentences of a report, and its page where that is asked for."""
    from tasvir.report.layer_page import write_page
    from tasvir.report.words.language import language

    words, said = language(lang), []
    if out is not None:
        write_page(report, out, words)
        facts = facts | {"page": str(out)}
        said = [f"{out}", ""]
    answer(facts, [*said, *_terminal(report, words)], as_json=as_json)
    tell_problem(lang)


def _terminal(report: "Report", words: "Language") -> list[str | Table]:
    """What a terminal shows of a report: its tables, and its sentences but for those that explain."""
    from tasvir.report.document import Prose
    from tasvir.report.document import Table as Shown
    from tasvir.report.text import plain_spaces

    said: list[str | Table] = []
    for chapter in report.chapters:
        for block in chapter.blocks:
            if isinstance(block, Shown):
                columns = [plain_spaces(words(column)) for column in block.columns]
                rows = [[plain_spaces(words(cell)) for cell in row] for row in block.rows]
                said += ["", *table([dict(zip(columns, row, strict=True)) for row in rows]), ""]
            elif isinstance(block, Prose) and chapter.name not in EXPLAINED:
                said += [plain_spaces(words(sentence)) for sentence in block.sentences]
    return said
