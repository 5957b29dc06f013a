"""The door: `tasvir NOUN ...`. Each command reads its words, calls one library function and says what came of it."""

import io
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

import tasvir
from tasvir.cli import data, evaluate, explain, layers, model, report, rerun, rows, runs, sample, score, study
from tasvir.contracts.errors import TasvirError
from tasvir.contracts.plain import plain_text
from tasvir.studies.study import MAIN

app = typer.Typer(
    name="tasvir",
    help="What can be learned from a small set of labelled images, and does generating more of it help?",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command(MAIN)(study.question_of(MAIN))  # the main job has a command of its own
app.command("rerun")(rerun.rerun)
app.command("fit")(model.fit)
app.command("transform")(rows.transform)
app.command("predict")(rows.predict)
app.command("evaluate")(evaluate.evaluate)
app.command("explain")(explain.explain)
app.command("score")(score.score)
app.command("sample")(sample.sample)
app.command("report")(report.report)
app.command("layers")(layers.layers)
app.add_typer(study.app, name="study")
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tasvir {tasvir.__version__}")
        raise typer.Exit


@app.callback()
def _tasvir(
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version.")] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line: exit code 0, 1 (something failed) or 2 (bad input), never a traceback for any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a class may have a name that the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        with _terminated_like_interrupted(), warnings.catch_warnings():
            warnings.showwarning = _tell_warning
            code = app(prog_name="tasvir", standalone_mode=False)
    except TasvirError as error:
        _stop(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _stop("stopped", 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a reader such as `head` has gone
        sys.exit(1)
    except MemoryError as error:
        _stop(f"not enough memory ({error}); ask for less at once", 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}; check the path and its permissions", 2)
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's errors of usage have had several homes
            raise
        _tell_usage(error)
    else:
        sys.exit(1 if code else 0)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM stops as Ctrl-C does: what is finished is kept, and the command says how to go on."""

    def interrupt(number: int, frame: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell_usage(error: Any) -> NoReturn:
    """What is wrong with the words, and where to look them up; a command without words tells its help."""
    if "\n" in error.format_message():
        print(error.format_message(), file=sys.stderr)
        sys.exit(2)
    command = error.ctx.command_path if getattr(error, "ctx", None) else "tasvir"
    _stop(f"{error.format_message().rstrip('.')}; see `{command} --help`", 2)


def _tell_warning(message: Warning | str, *where: Any, **more: Any) -> None:
    """One line, without the place in the source."""
    print(f"tasvir: {plain_text(' '.join(str(message).split()))}", file=sys.stderr)


def _stop(line: str, code: int) -> NoReturn:
    print("tasvir: " + plain_text(" ".join(line.split())), file=sys.stderr)
    sys.exit(code)
