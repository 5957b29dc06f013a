"""`tasvir run DATA`: the main job, and its report."""

import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tasvir.cli.answer import Json, answer
from tasvir.cli.options import load, takes_data
from tasvir.data.options import LoadOptions


@takes_data
def run(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named set (see `tasvir data list`) or a path.")],
    *,
    profile: Annotated[str, typer.Option(help="How long to look: quick, standard or full.")] = "quick",
    out: Annotated[Path, typer.Option(help="The folder that holds runs.")] = Path("runs"),
    device: Annotated[str, typer.Option(help="auto, cpu, or what torch calls an accelerator.")] = "auto",
    threads: Annotated[int | None, typer.Option(help="Threads to compute with.  [default: all cores]")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute anew, in a folder of its own.")] = False,
    as_json: Json = False,
    options: LoadOptions,
) -> None:
    """What can be learned from these images? One run, one report. A run that was stopped is continued."""
    from tasvir.studies.main_job import run_main_job

    settings = {"profile": profile, "seed": options.seed, "out": out, "device": device, "threads": threads, "fresh": fresh}
    try:
        finished = run_main_job(load(data, options), **settings)
    except KeyboardInterrupt:
        again = shlex.join(["tasvir", *(word for word in sys.argv[1:] if word != "--fresh")])
        print(f"\nStopped. What is finished is kept; go on with:  {again}", file=sys.stderr)
        raise typer.Exit(1) from None
    if not finished.computed:
        print("This run is finished already; its report is drawn anew (--fresh computes anew).", file=sys.stderr)
    tell_report(finished.run.path, finished.failed, as_json=as_json)


def tell_report(
    path: Path, failed: tuple[str, ...], *, more: Mapping[str, Any] | None = None, words: Iterable[str] = (), as_json: bool
) -> None:
    """Draw the report of a run, say where it lies and what it says (and what there is `more`), and fail where a part did."""
    from tasvir.report.text import summary_lines
    from tasvir.report.write import read_report, write_report

    page = write_report(path)
    lines = summary_lines(read_report(path))
    result = {"run": str(path), "report": str(page), "summary": list(lines), "failed": list(failed)}
    answer(result | dict(more or {}), [f"Report: {page}", *lines, *words], as_json=as_json)
    if failed:
        print(f"tasvir: {len(failed)} parts failed ({', '.join(failed)}); the same command tries them again", file=sys.stderr)
        raise typer.Exit(1)
