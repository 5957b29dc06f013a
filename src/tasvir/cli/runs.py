"""`tasvir runs list|models|rm`: what was run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json, answer, table
from tasvir.cli.options import Out
from tasvir.contracts.errors import BadInputError

app = typer.Typer(help="Runs and what became of them.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(out: Out = Path("runs"), *, as_json: Json = False) -> None:
    """Every run, newest last: its question, and how much of it is finished."""
    from tasvir.studies.folder import describe_run, list_runs

    rows = [describe_run(path, run) for path, run in list_runs(out)]
    answer(rows, table(rows) or [f"no runs in {out}"], as_json=as_json)


@app.command()
def models(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, or its name from `tasvir runs list`.")],
    *,
    out: Out = Path("runs"),
    as_json: Json = False,
) -> None:
    """The fitted models of a run: which part made each, and the folder that other commands take as MODEL_DIR."""
    from tasvir.records.run import open_run
    from tasvir.studies.removal import find_run

    found = open_run(find_run(run, out))
    names = {address: name for name, address in found.run_record().data.get("addresses", {}).items()}
    rows = [
        {"part": names.get(record.cell, record.cell), "model": record.name, "folder": str(found.file(record))}
        for record in found.records()
        if record.kind == "model"
    ]
    answer(rows, table(rows) or [f"no models in {found.path}"], as_json=as_json)


@app.command()
def rm(
    run: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, or names from `tasvir runs list`.")],
    *,
    out: Out = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove runs, with their report and models. Nothing is removed unless all of them are runs."""
    from tasvir.studies.removal import find_run, remove_run

    paths = list({path.resolve(): path for path in (find_run(word, out) for word in run)}.values())
    if not yes:
        _ask(paths)
    for path in paths:
        remove_run(path)
    answer({"removed": [str(path) for path in paths]}, [f"Removed: {path}" for path in paths], as_json=as_json)


def _ask(paths: list[Path]) -> None:
    """Go on only where a person says so."""
    if not sys.stdin.isatty():
        raise BadInputError("removing a run cannot be undone, and nobody is here to be asked: add --yes")
    for path in paths:
        print(path, file=sys.stderr)
    if not typer.confirm(f"Remove {len(paths)} {'run' if len(paths) == 1 else 'runs'} for good?", err=True):
        raise typer.Exit(1)
