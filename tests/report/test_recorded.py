"""What the report's tests are drawn from is what cells write: only values may differ from a run of today."""

from collections import defaultdict

import pytest
from recorded import edited

from tasvir.records.record import Record

#: Facts that depend on the versions of libraries: what they warned of.
BY_CHANCE = {"warnings"}


def shapes(records: list[Record]) -> dict[str, set]:
    """By cell: kind, name, labels and keys of every record, and what a closing record says and was asked."""
    names = {address: cell for cell, address in records[0].data["addresses"].items()}
    found = {cell: set() for cell in names.values()}
    for record in records[1:]:
        labels = tuple(sorted((record.data.get("labels") or {}).items()))
        told = (record.data.get("facts", {}).keys() - BY_CHANCE) | set(record.data.get("series", ()))
        asked = record.data.get("parameters", {}).keys()
        found[names[record.cell]].add((record.kind, record.name, labels, *map(frozenset, (record.data, told, asked))))
    return found


def test_a_run_of_today_writes_the_records_that_were_recorded(main_job, digits_once):
    fresh = main_job.finished.run.records()
    recorded = shapes(digits_once.all())
    assert list(shapes(fresh)) == list(recorded)
    for cell, found in shapes(fresh).items():
        assert found == recorded[cell], cell
    assert set(fresh[0].data) == set(digits_once.about)


@pytest.mark.parametrize("change", ["another name", "another label", "another fact", "a cell less"])
def test_a_record_that_drifted_is_seen(digits_once, digits, change):
    def turn(record: Record) -> Record:
        if change == "another label" and record.name == "difference":
            return edited(record, labels=record.data["labels"] | {"arm": "the conditional VAE"})
        if change == "another name" and record.kind == "metric":
            return Record("metric", "p", record.cell, record.data)
        return record

    digits.change("evidence/verdict", turn)
    if change == "another fact":
        digits.tell("evidence/verdict", title="Verdict")
    if change == "a cell less":
        del digits.cells["evidence/verdict"]
    assert shapes(digits.all()) != shapes(digits_once.all())


def test_both_recorded_runs_are_of_one_study(digits_once, two_once):
    def kinds(run) -> dict[str, set]:
        found = defaultdict(set)
        for name, records in run.cells.items():
            found[name.split("/")[0]] |= {(record.kind, record.name) for record in records if record.kind != "cell"}
        return {chapter: kinds - {("array", "pair_images")} for chapter, kinds in found.items()}

    assert kinds(digits_once) == kinds(two_once)
