"""`tasvir study NAME DATA`, `tasvir study list`, `tasvir study estimate NAME DATA`: every study, by its name alone."""

import dataclasses
import functools
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from tasvir.cli.answer import Json, Table, answer, table
from tasvir.cli.options import Source, Where, load, number_of, takes
from tasvir.cli.told import tell_finished
from tasvir.contracts.errors import BadInputError
from tasvir.data.options import LoadOptions
from tasvir.studies.study import STUDIES, Study, find_study


@dataclass(frozen=True)
class Computing(Where):
    """How a study is computed; what its numbers depend on is part of the question."""

    threads: int = field(default=1, metadata={"help": "Threads that the trainings side by side share; each has one at least."})


@dataclass(frozen=True)
class Running(Computing):
    """Where a study runs, besides."""

    out: Path = field(default=Path("runs"), metadata={"help": "The folder that holds runs."})
    jobs: str = field(default="auto", metadata={"help": "Parts computed side by side, or auto: as many as the machine bears."})
    backend: str | None = field(default=None, metadata={"help": "loky (processes of this machine) or dask.  [default: loky]"})
    scheduler: str | None = field(default=None, metadata={"help": "Address of a Dask scheduler, as tcp://host:8786."})
    fresh: bool = field(default=False, metadata={"help": "Compute anew, in a folder of its own.", "flags": ("--fresh",)})
    lang: str = field(default="en", metadata={"help": "Language of the report: en or fa."})


def study_command(name: str) -> TyperCommand:
    """`tasvir study NAME`."""
    return _command(name, question_of(name))


def question_of(name: str) -> Callable[..., Any]:
    """What asks a study: its flags are those of the loader, of every study, and the fields of its options."""
    study = find_study(name)

    def ask(data: Source, *, as_json: Json = False, asked: Any, running: Running, options: LoadOptions) -> None:
        from tasvir.studies.jobs import Jobs
        from tasvir.studies.run import run_study

        workers = Jobs(number_of(running.jobs), running.backend, running.scheduler)
        where = functools.partial(
            run_study, out=running.out, device=running.device, precision=running.precision, lang=running.lang
        )
        try:
            finished = where(
                study, load(data, options), asked, seed=options.seed, threads=running.threads, jobs=workers, fresh=running.fresh
            )
        except KeyboardInterrupt:
            again = shlex.join(["tasvir", *(word for word in sys.argv[1:] if word != "--fresh")])
            print(f"\nStopped. What is finished is kept; go on with:  {again}", file=sys.stderr)
            raise typer.Exit(1) from None
        if not finished.computed:
            print("This run is finished already; its report is drawn anew (--fresh computes anew).", file=sys.stderr)
        tell_finished(finished, lang=running.lang, as_json=as_json)

    ask.__doc__ = f"{study.question} One run, one report. A run that was stopped is continued."
    return takes(ask, {"asked": study.options, "running": Running, "options": LoadOptions})


def estimate_command(name: str) -> TyperCommand:
    """The command that says what a study would take, with the same flags."""
    study = find_study(name)

    def estimate(data: Source, *, as_json: Json = False, asked: Any, computing: Computing, options: LoadOptions) -> None:
        from tasvir.studies.estimate import estimate as estimated

        images = load(data, options)
        found = estimated(study, images, asked, seed=options.seed, **dataclasses.asdict(computing))
        result = {"study": name, "data": images.name, "total_s": found.total_s} | dataclasses.asdict(found)
        answer(result, [*_times(found.seconds), "", *_shows(found.smallest)], as_json=as_json)

    estimate.__doc__ = f"{study.question} Says how long the answer would take and what it could show; computes nothing else."
    return _command(name, takes(estimate, {"asked": study.options, "computing": Computing, "options": LoadOptions}))


def _times(seconds: dict[str, float]) -> list[Table]:
    from tasvir.studies.progress import time_left

    chapters: dict[str, list[float]] = {}
    for cell, value in seconds.items():
        chapters.setdefault(cell.partition("/")[0], []).append(value)
    rows = [{"part": chapter, "cells": len(values), "time": time_left(sum(values))} for chapter, values in chapters.items()]
    return table([*rows, {"part": "all", "cells": len(seconds), "time": time_left(sum(seconds.values()))}])


def _shows(smallest: dict[str, float]) -> list[str]:
    if not smallest:
        return ["Nothing is compared by a verdict."]
    from tasvir.studies.estimate import DISAGREEMENT, SEED_SPREAD

    spread = f"where two recipes answer {DISAGREEMENT:.0%} of the test images differently and seeds scatter by {SEED_SPREAD:.0%}"
    return [
        f"{name}: the smallest difference in balanced accuracy that so many test images and seeds find with a probability "
        f"of 80 % is about {value:.1%}, {spread}."
        for name, value in smallest.items()
    ]


def _command(name: str, function: Callable[..., Any]) -> TyperCommand:
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(function)
    command = typer.main.get_command(alone)
    command.name = name
    return command  # type: ignore[return-value]


class _ByName(TyperGroup):
    """A group with a command for each study, made when it is asked for."""

    make: Callable[[str], TyperCommand]

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *STUDIES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        if own is None and cmd_name not in STUDIES and (near := get_close_matches(cmd_name, self.commands, n=1)):
            raise BadInputError(f"no study is called {cmd_name!r}: did you mean `{near[0]}`?")
        return own if own is not None else type(self).make(cmd_name)


class Studies(_ByName):
    """`tasvir study NAME`."""

    make = staticmethod(study_command)


class Estimates(_ByName):
    """`tasvir study estimate NAME`."""

    make = staticmethod(estimate_command)


app = typer.Typer(
    cls=Studies, help="Studies: each asks one question of a set of images.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(
    typer.Typer(cls=Estimates, no_args_is_help=True, rich_markup_mode=None),
    name="estimate",
    help="How long a study would take, and what it could show.",
)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """Every study with its question."""
    studies: list[Study] = [find_study(name) for name in STUDIES]
    rows = [{"study": study.name, "question": study.question} for study in studies]
    answer(rows, table(rows), as_json=as_json)
