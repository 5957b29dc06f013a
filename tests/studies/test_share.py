"""Threads are a function of what is declared; jobs stay within the cores and the memory."""

import dataclasses

import numpy as np
import pytest
import toy

from tasvir import load_data
from tasvir.studies.cell import Cell
from tasvir.studies.families.main_job import STUDY
from tasvir.studies.share import PROCESS_BYTES, bytes_of_a_job, jobs_within, threads_by_cell
from tasvir.studies.work import Fit, Seconds

LONG, SHORT = (Fit(object, 1e6),), (Seconds(1.0),)


def cells(n_long):
    longs = [Cell(f"long/{i}", toy.number, work=LONG) for i in range(n_long)]
    return [*longs, Cell("short", toy.number, work=SHORT), Cell("late", toy.total, needs=("long/0",), work=LONG)]


@pytest.mark.parametrize(
    ("n_long", "threads", "each", "late"), [(3, 1, 1, 1), (1, 4, 4, 4), (2, 4, 2, 4), (3, 4, 1, 4), (9, 4, 1, 4)]
)
def test_trainings_side_by_side_share_the_threads(n_long, threads, each, late):
    found = threads_by_cell(cells(n_long), threads)
    assert {found[f"long/{i}"] for i in range(n_long)} == {each}
    assert (found["short"], found["late"]) == (1, late)


def test_every_cell_of_the_main_job_has_one_thread_by_default():
    assert set(threads_by_cell(STUDY.cells(load_data("digits"), STUDY.options(), 0), 1).values()) == {1}


@pytest.mark.parametrize(("cores", "each", "jobs"), [(1, 1, 1), (2, 1, 2), (8, 1, 8), (8, 4, 2), (2, 4, 1)])
def test_jobs_times_threads_stay_within_the_cores(cores, each, jobs):
    assert jobs_within(load_data("digits"), cores=cores, threads={"a": 1, "b": each}, memory_bytes=1e15) == jobs


def test_jobs_stay_within_the_memory_but_one_is_always_tried():
    digits = load_data("digits")
    job = bytes_of_a_job(digits)
    assert job > PROCESS_BYTES
    assert jobs_within(digits, cores=8, threads={"a": 1}, memory_bytes=3.5 * job) == 3
    assert jobs_within(digits, cores=8, threads={"a": 1}, memory_bytes=1.0) == 1
    larger = dataclasses.replace(digits, images=np.zeros((len(digits), 64, 64), np.uint8))
    assert bytes_of_a_job(larger) > job
