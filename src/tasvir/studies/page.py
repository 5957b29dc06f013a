"""The page of a run, whatever its study: the study says which chapters tell what was found."""

from pathlib import Path

from tasvir.records.run import open_run
from tasvir.report.text import summary_lines
from tasvir.report.words.language import SOURCE, language
from tasvir.report.write import read_report, write_report
from tasvir.studies.folder import asked_of
from tasvir.studies.study import Study, find_study


def draw_page(path: str | Path, *, figures_dir: Path | None = None, lang: str = SOURCE) -> Path:
    """Draw the page of a run from its records, and export its figures where that is asked for."""
    study = _study_of(path)
    return write_report(path, study.chapter_modules(), assumptions=study.assumptions, figures_dir=figures_dir, lang=lang)


def summary_of(path: str | Path, *, lang: str = SOURCE) -> tuple[str, ...]:
    """The lines that a terminal shows of a run."""
    return summary_lines(read_report(path, _study_of(path).chapter_modules()), language(lang))


def _study_of(path: str | Path) -> Study:
    return find_study(asked_of(open_run(path))["study"])
