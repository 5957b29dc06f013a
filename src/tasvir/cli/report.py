"""`tasvir report RUN`: the report again, from the records alone."""

from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json, answer
from tasvir.cli.told import fail_where_lost, tell_problem


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    *,
    figures: Annotated[Path | None, typer.Option(help="Also write every figure, table and caption into this folder.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the report: en or fa.")] = "en",
    as_json: Json = False,
) -> None:
    """Draw the report of a run again. Nothing is computed, and torch is not needed."""
    from tasvir.contracts.atomic import must_be_writable
    from tasvir.records.run import open_run
    from tasvir.report.words.language import check_language
    from tasvir.studies.page import draw_page, summary_of

    check_language(lang)
    if figures is not None:
        must_be_writable(figures)
    page = draw_page(run, figures_dir=figures, lang=lang)
    lines = summary_of(run, lang=lang)
    answer({"run": str(run), "report": str(page), "summary": list(lines)}, [f"Report: {page}", *lines], as_json=as_json)
    tell_problem(lang)
    fail_where_lost(open_run(run))
