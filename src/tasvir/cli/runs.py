"""`tasvir runs list`: what was run."""

from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json, answer, table

app = typer.Typer(help="Runs and what became of them.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    out: Annotated[Path, typer.Option(help="The folder that holds runs.")] = Path("runs"), *, as_json: Json = False
) -> None:
    """Every run, newest last: its question, and how much of it is finished."""
    from tasvir.studies.folder import describe_run, list_runs

    rows = [describe_run(path, run) for path, run in list_runs(out)]
    answer(rows, table(rows) or [f"no runs in {out}"], as_json=as_json)
