"""A cell's address changes with what its result can depend on, and with nothing else."""

import dataclasses
from collections import defaultdict
from pathlib import Path

import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

import tasvir
from tasvir.studies import cell as cell_module
from tasvir.studies.cell import Cell, addresses, source_hash
from tasvir.studies.families.main_job import PROFILES, MainJobOptions, main_job_cells
from tasvir.studies.place import Place

HERE = Place("cpu", "fp32")
CELL = Cell("one", toy.number, {"plus": 1, "more": [1, 2]}, 3)


def address(cell=CELL, fingerprint="data", threads=1, place=HERE):
    return addresses([cell], fingerprint, threads={cell.name: threads}, place=place)[cell.name]


@pytest.mark.parametrize(
    "other",
    [
        {"cell": dataclasses.replace(CELL, parameters={"plus": 2, "more": [1, 2]})},
        {"cell": dataclasses.replace(CELL, parameters={"plus": 1})},
        {"cell": dataclasses.replace(CELL, seed=4)},
        {"cell": dataclasses.replace(CELL, function=toy.total)},
        {"fingerprint": "other data"},
        {"threads": 2},
        {"place": Place("cuda", "fp32")},
        {"place": Place("cpu", "bf16")},
    ],
    ids=["a parameter", "a parameter less", "the seed", "the function", "the data", "the threads", "the device", "the precision"],
)
def test_it_changes_with(other):
    assert address(**other) != address()


@given(seed=st.integers(0, 2**63), plus=st.floats(allow_nan=False), text=st.text())
def test_it_is_a_function_of_its_parts(seed, plus, text):
    one = Cell("one", toy.number, {"plus": plus, "text": text}, seed)
    two = Cell("one", toy.number, {"text": text, "plus": plus}, seed)
    assert address(one) == address(two)
    assert len(address(one)) == 32


def test_it_changes_with_the_address_of_a_cell_it_needs():
    def sums(seed):
        return addresses(
            [Cell("a", toy.number, {}, seed), Cell("b", toy.total, {}, 0, needs=("a",))],
            "data",
            threads={"a": 1, "b": 1},
            place=Place("cpu"),
        )

    assert sums(0)["b"] != sums(1)["b"]
    assert sums(0)["b"] == sums(0)["b"]


def test_it_changes_with_the_source(monkeypatch, tmp_path):
    before = address()
    sources = cell_module.sources_of("tasvir.studies.families.represent")
    changed = tmp_path / "dense.py"
    changed.write_bytes(sources["tasvir.nets.dense"].read_bytes() + b"\n# another net\n")
    real = cell_module.sources_of
    cell_module.source_hash.cache_clear()
    unchanged = source_hash("tasvir.studies.families.represent")
    monkeypatch.setattr(cell_module, "sources_of", lambda module: real(module) | {"tasvir.nets.dense": changed})
    cell_module.source_hash.cache_clear()
    assert source_hash("tasvir.studies.families.represent") != unchanged
    monkeypatch.undo()
    cell_module.source_hash.cache_clear()
    assert source_hash("tasvir.studies.families.represent") == unchanged
    assert address() == before


def test_the_source_is_all_of_ours_that_is_imported_lazily_too():
    found = set(cell_module.sources_of("tasvir.studies.families.represent"))
    assert {"tasvir.models.autoencoder", "tasvir.nets.conv", "tasvir.train.loop", "tasvir.contracts.seeds"} <= found
    assert not any(name.startswith(("tasvir.report", "tasvir.cli")) for name in found)
    assert "tasvir.models.folder" in found
    assert "tasvir.models.names" not in found, "a new model's row would compute every run anew"
    assert all(name.startswith("tasvir") for name in found)


#: They call a cell and keep what it gives; what it gives does not depend on them.
WATCHING = {"studies/runner.py", "studies/progress.py"}


def test_whatever_runs_in_a_cell_is_part_of_its_address(main_job, few_digits):
    package = Path(tasvir.__file__).parent
    cells = {cell.name: cell for cell in main_job_cells(few_digits, MainJobOptions(), 0)}
    assert set(main_job.traced) == set(cells)
    for name, files in main_job.traced.items():
        source = {str(path) for path in cell_module.sources_of(cells[name].function.__module__).values()}
        missed = {str(Path(file).relative_to(package)) for file in files - source} - WATCHING
        assert missed == set(), f"{name} ran through files that are no part of its address"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_cell_of_the_main_job_has_an_address_of_its_own(few_digits, profile):
    found = addresses(
        main_job_cells(few_digits, MainJobOptions(profile), 0),
        few_digits.fingerprint,
        threads=defaultdict(lambda: 1),
        place=Place("cpu"),
    )
    assert len(set(found.values())) == len(found)


def test_a_chapter_is_the_first_word():
    assert Cell("classifier/0", toy.number).chapter == "classifier"
    assert Cell("data", toy.number).chapter == "data"
