"""What a command says when a run is finished: where its page lies, what it found, and what failed or is lost."""

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from tasvir.cli.answer import answer

if TYPE_CHECKING:
    from tasvir.records.run import RunFolder
    from tasvir.studies.run import Finished


def tell_finished(
    finished: "Finished",
    *,
    more: Mapping[str, Any] | None = None,
    words: Iterable[str] = (),
    lang: str = "en",
    as_json: bool,
) -> None:
    """Say where the page of a run lies and what it says (and what there is `more`), and fail where a part did."""
    from tasvir.studies.page import summary_of

    path, failed, lines = finished.run.path, finished.failed, summary_of(finished.run.path, lang=lang)
    result = {"run": str(path), "report": str(finished.page), "summary": list(lines), "failed": list(failed)}
    answer(result | dict(more or {}), [f"Report: {finished.page}", *lines, *words], as_json=as_json)
    if failed:
        print(f"tasvir: {len(failed)} parts failed ({', '.join(failed)}); the same command tries them again", file=sys.stderr)
        raise typer.Exit(1)
    tell_problem(lang)
    fail_where_lost(finished.run)


def tell_problem(lang: str) -> None:
    """Say where a language's words are damaged, so that English was written instead."""
    from tasvir.report.words.language import language

    if problem := language(lang).problem:
        print(f"tasvir: {problem}", file=sys.stderr)


def fail_where_lost(run: "RunFolder") -> None:
    """Say which arrays of a run are gone or altered, so that a chapter of its page is not drawn."""
    if lost := run.lost():
        more = f" ({len(lost)} files are lost)" if len(lost) > 1 else ""
        print(f"tasvir: {lost[0]}{more}", file=sys.stderr)
        raise typer.Exit(1)
