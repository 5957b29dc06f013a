"""Rewording recomputes nothing: words and judgements are no part of the address of what trains or measures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import small
from studies.residents.toy_door import ASK
from studies.residents.toy_study import STUDY as TOY

from tasvir import load_data
from tasvir.records.run import open_run
from tasvir.records.same import same_records
from tasvir.report import titles
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
def reworded(monkeypatch, tmp_path) -> Iterator[None]:
    """`measures/verdict.py` says the same in other words."""
    other = tmp_path / "verdict.py"
    before = sources_of("tasvir.measures.verdict")["tasvir.measures.verdict"].read_bytes()
    other.write_bytes(before.replace(b"cannot be told from the recipe", b"is not known from that of the recipe"))
    assert other.read_bytes() != before

    def sources(module: str) -> dict[str, Path]:
        found = sources_of(module)
        return found | {"tasvir.measures.verdict": other} if "tasvir.measures.verdict" in found else found

    cell_module.source_hash.cache_clear()
    monkeypatch.setattr(cell_module, "sources_of", sources)
    yield
    cell_module.source_hash.cache_clear()


def test_new_words_of_a_verdict_compute_the_toy_verdict_alone(out, tasvir, tmp_path, reworded):
    shutil.copytree(out, tmp_path / "runs")
    (path,) = (tmp_path / "runs").iterdir()
    before = open_run(path).records()
    with small.traced() as traced:
        assert tasvir(*ASK).code == 0
    assert set(traced) == {"toy/verdict"}
    at, new = (records[0].data["addresses"] for records in (before, open_run(path).records()))
    assert [name for name in at if at[name] != new[name]] == ["toy/verdict"]


def test_new_words_of_a_verdict_compute_the_verdict_of_the_main_job_alone(main_job, few_digits, tmp_path, reworded):
    shutil.copytree(main_job.out, tmp_path / "runs")
    with small.small_profiles(), small.traced() as traced:
        finished = small.run(few_digits, tmp_path / "runs")
    assert set(traced) == {"evidence/verdict"}
    assert finished.failed == ()
    old = main_job.finished.run.run_record().data["addresses"]["evidence/verdict"]
    new = finished.run.run_record().data["addresses"]["evidence/verdict"]
    found = [[r for r in run.records() if r.cell == at] for run, at in ((main_job.finished.run, old), (finished.run, new))]
    assert [(r.kind, r.name) for r in found[0]] == [(r.kind, r.name) for r in found[1]]


def test_a_new_title_computes_nothing_and_is_on_the_page(main_job, few_digits, tmp_path, monkeypatch):
    shutil.copytree(main_job.out, tmp_path / "runs")
    monkeypatch.setitem(titles.TITLES, "classifier", "A net of residuals")
    with small.small_profiles():
        finished = small.run(few_digits, tmp_path / "runs")
    assert not finished.computed
    assert "A net of residuals" in finished.page.read_text(encoding="utf-8")
    assert same_records(finished.run.records(), main_job.finished.run.records()) == []
