"""From a run's folder to its report."""

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from tasvir.contracts.atomic import atomic_file
from tasvir.contracts.errors import DataFileError
from tasvir.records.run import open_run
from tasvir.report.document import Report
from tasvir.report.export import export_figures
from tasvir.report.html import report_html
from tasvir.report.summary import summarise
from tasvir.report.words.language import SOURCE, check_language, language

#: What a run makes in its folder for itself.
OWN_FOLDERS = ("files", "models", "scratch")


def read_report(run_path: Path | str, chapters: Iterable[ModuleType], *, assumptions: Iterable[str] = ()) -> Report:
    """The report of a run, composed from its records alone; see `summary_lines` and `report_html` to show it."""
    run = open_run(run_path)
    return summarise(run.records(), chapters, run.load_array, assumptions=assumptions)


def write_report(
    run_path: Path | str,
    chapters: Iterable[ModuleType],
    *,
    assumptions: Iterable[str] = (),
    figures_dir: Path | str | None = None,
    lang: str = SOURCE,
) -> Path:
    """Where can a person read what this run found?

    Parameters
    ----------
    run_path : path
        The run's folder. Its records are enough: nothing is computed again, and torch is not needed.
    chapters : iterable of module
        Those of its study, see `tasvir.report.chapters`.
    assumptions : iterable of str
        What the study takes for granted.
    figures_dir : path, optional
        Also write every figure there as PNG and SVG, each frame of a slider as PNG, every table as CSV, and each caption as text.
    lang : str
        The page's language: 'en', or one that has a catalogue. English is written where that is damaged.

    Returns
    -------
    Path
        ``report.html`` in the run's folder: one file that makes no request, at most 5 MB.

    Raises
    ------
    BadInputError
        There is no such language.
    DataFileError
        The folder is missing, is not a run, or its records are damaged; `figures_dir` is the run's folder, or one of its own.

    Examples
    --------
    >>> write_report("no/such/run", [])
    Traceback (most recent call last):
        ...
    tasvir.contracts.errors.DataFileError: no/such/run: no such folder; give the folder of a run
    """
    check_language(lang)
    report, words = read_report(run_path, chapters, assumptions=assumptions), language(lang)
    if figures_dir is not None:
        _must_be_apart(Path(figures_dir), Path(run_path))
    path = Path(run_path) / "report.html"
    write_page(report, path, lang=lang)
    if figures_dir is not None:
        export_figures(report, Path(figures_dir), words)
    return path


def write_page(report: Report, path: Path, *, lang: str = SOURCE) -> None:
    """One file that makes no request."""
    with atomic_file(path) as part:
        part.write_text(report_html(report, language(lang)), encoding="utf-8")


def _must_be_apart(figures: Path, run: Path) -> None:
    """Refuse the folder of a run, and those in it that hold its arrays, its models and what it is just computing."""
    figures, run = figures.resolve(), run.resolve()
    own = (run / name for name in OWN_FOLDERS)
    if figures == run or any(figures.is_relative_to(folder) for folder in own):
        raise DataFileError(f"{figures} is the run's own folder: give the figures another one")
