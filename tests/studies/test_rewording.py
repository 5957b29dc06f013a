"""Rewording recomputes nothing: words and judgements are no part of the address of what trains or measures."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small
from studies.residents.door import ASK
from studies.residents.toy_study import STUDY as TOY

from tasvir import load_data
from tasvir.records.run import open_run
from tasvir.records.same import same_records
from tasvir.report import names
from tasvir.report.name import Name
from tasvir.report.words.message import say
from tasvir.studies import cell as cell_module
from tasvir.studies.cell import Cell, sources_of
from tasvir.studies.study import find_study

JUDGEMENTS = ("tasvir.measures.verdict", "tasvir.measures.holm")


def words_in(cell: Cell) -> set[str]:
    """Which modules of words and judgements a cell runs through."""
    found = sources_of(cell.function.__module__)
    return {name for name in found if name in JUDGEMENTS or name.endswith("_judge") or name.startswith("tasvir.report")}


def judges(cell: Cell) -> bool:
    return cell.function.__module__.endswith("_judge")


@pytest.fixture(params=["run", "toy"])
def cells(request) -> list[Cell]:
    study = TOY if request.param == "toy" else find_study(request.param)
    return study.cells(load_data("digits"), study.options(), 0)


def test_no_cell_that_trains_or_measures_knows_words_or_judgements(cells):
    assert {cell.name: words_in(cell) for cell in cells if not judges(cell) and words_in(cell)} == {}


def test_a_cell_that_judges_is_one_alone_and_knows_no_words_of_the_report(cells):
    judging = [cell for cell in cells if judges(cell)]
    assert [cell.name for cell in cells if cell.compares] == [cell.name for cell in judging if cell.compares] != []
    for cell in judging:
        assert cell.work == ()
        assert cell.needs
        assert cell.function.__module__ in words_in(cell)
        assert not any(name.startswith("tasvir.report") for name in words_in(cell))


@pytest.fixture
def reword(monkeypatch, tmp_path) -> Iterator[Callable[[str, str, str], None]]:
    """``reword(module, old, new)``: cells find other words in the source of a module."""

    def change(module: str, old: str, new: str) -> None:
        other = tmp_path / f"{module}.py"
        text = sources_of(module)[module].read_text(encoding="utf-8")
        assert old in text
        other.write_text(text.replace(old, new), encoding="utf-8")

        def sources(of: str) -> dict[str, Path]:
            found = sources_of(of)
            return found | {module: other} if module in found else found

        monkeypatch.setattr(cell_module, "sources_of", sources)
        cell_module.source_hash.cache_clear()

    yield change
    cell_module.source_hash.cache_clear()


VERDICT = ("tasvir.measures.verdict", "Why no verdict may be passed", "The reason against a verdict")


def test_new_words_of_a_verdict_compute_the_toy_verdict_alone(planted_out, tasvir, tmp_path, reword):
    reword(*VERDICT)
    shutil.copytree(planted_out, tmp_path / "runs")
    (path,) = (tmp_path / "runs").iterdir()
    before = open_run(path).records()
    with small.traced() as traced:
        assert tasvir(*ASK).code == 0
    assert set(traced) == {"toy/verdict"}
    at, new = (records[0].data["addresses"] for records in (before, open_run(path).records()))
    assert [name for name in at if at[name] != new[name]] == ["toy/verdict"]


def test_new_words_of_a_verdict_compute_the_verdicts_of_the_main_job_alone(main_job, few_digits, tmp_path, reword):
    reword(*VERDICT)
    shutil.copytree(main_job.out, tmp_path / "runs")
    with small.small_profiles(), small.traced() as traced:
        finished = small.run(few_digits, tmp_path / "runs")
    assert set(traced) == {"comparison", "comparison/unseen", "evidence/verdict"}
    assert finished.failed == ()
    old = main_job.finished.run.run_record().data["addresses"]["evidence/verdict"]
    new = finished.run.run_record().data["addresses"]["evidence/verdict"]
    found = [[r for r in run.records() if r.cell == at] for run, at in ((main_job.finished.run, old), (finished.run, new))]
    assert [(r.kind, r.name) for r in found[0]] == [(r.kind, r.name) for r in found[1]]


def test_a_new_title_computes_nothing_and_is_on_the_page(main_job, few_digits, tmp_path, reword, monkeypatch):
    reword("tasvir.report.names", "Convolution net", "A net of convolutions")
    shutil.copytree(main_job.out, tmp_path / "runs")
    monkeypatch.setitem(names.NAMES, "classifier", Name(say("A net of convolutions"), say("the net of convolutions")))
    with small.small_profiles():
        finished = small.run(few_digits, tmp_path / "runs")
    assert not finished.computed
    assert "A net of convolutions" in finished.page.read_text(encoding="utf-8")
    assert same_records(finished.run.records(), main_job.finished.run.records()) == []
