"""Cells side by side give the records of cells one after the other: in processes, and on a Dask cluster that loses a worker."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import toy

import tasvir.studies.jobs as jobs_module
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.record import metric
from tasvir.records.same import same_records
from tasvir.studies.cell import Cell
from tasvir.studies.jobs import Jobs

CELLS = [Cell(f"number/{plus}", toy.number, {"plus": plus}, plus) for plus in range(6)]
TOTAL = Cell("total", toy.total, {}, 0, needs=tuple(cell.name for cell in CELLS))


def lethal(inside, *, mark):
    """Takes its whole process with it the first time, having left half of its work in its scratch folder."""
    done = inside.scratch / "half"
    if not os.path.exists(mark):
        done.write_text("half way")
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    yield metric("value", float(inside.data.labels[0]))
    yield metric("went_on", done.exists())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n": 0}, "jobs=0: give a whole number of at least 1"),
        ({"backend": "threads"}, "backend='threads' is not known: give one of loky, dask"),
        ({"backend": "dask"}, "give --backend dask --scheduler ADDRESS"),
        ({"scheduler": "tcp://somewhere:1"}, "give --backend dask --scheduler ADDRESS"),
    ],
    ids=["jobs", "backend", "dask without a scheduler", "a scheduler without dask"],
)
def test_what_cannot_be_is_refused(wrong, words):
    with pytest.raises(BadInputError, match=words):
        Jobs(**wrong)


def test_processes_side_by_side_give_the_same_records(tmp_path):
    alone, together = toy.Study(tmp_path / "alone", [*CELLS, TOTAL]), toy.Study(tmp_path / "together", [*CELLS, TOTAL])
    assert alone.run() == []
    with Jobs(2, "loky").ready(None):
        assert together.run(jobs=2) == []
    assert same_records(alone.records(), together.records()) == []


def killed(inside, *, always):
    """Takes its process with it: each time, or only where another cell is computed beside it."""
    alone = inside.scratch / "tried"
    if always or not alone.exists():
        alone.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    yield metric("value", 1.0)


@pytest.mark.parametrize("always", [True, False])
def test_a_worker_that_dies_costs_its_cell_alone(tmp_path, always):
    cells = [*CELLS, Cell("killed", killed, {"always": always}), Cell("after", toy.total, needs=("killed",)), TOTAL]
    toys = toy.Study(tmp_path / "run", cells)
    assert sorted(toys.run(jobs=2)) == (["after", "killed"] if always else [])
    assert "A process was killed" in toys.told
    done = {record.name for record in toys.records() if record.kind == "cell"}
    assert done >= {cell.name for cell in (*CELLS, TOTAL)}
    if always:
        (failed,) = toys.records("killed")
        assert "its process was killed, perhaps for want of memory" in failed.data["error"]


def test_the_longest_begin_first(tmp_path):
    expected_s = {cell.name: float(index) for index, cell in enumerate(CELLS)}
    toys = toy.Study(tmp_path / "run", CELLS)
    toys.expected_s = expected_s
    toys.run(jobs=2)
    closed = [record.name for record in toys.records() if record.kind == "cell"]
    assert set(closed[:2]) == {"number/5", "number/4"}


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers of one thread each on the loopback; gives the scheduler's address and the workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": tmp_path}

    def start(kind, *words):
        return subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_" + kind, "--no-dashboard", *words], **quiet)

    started = [start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))]
    while not file.exists():
        time.sleep(0.05)
    worker = ("--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
    started += [start("worker", *worker) for _ in range(2)]
    yield json.loads(file.read_text())["address"], started[1:]
    for process in started:
        process.kill()
        process.wait()


def both_there(address):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)


def test_a_cluster_that_loses_a_worker_gives_the_same_records(cluster, tiny, tmp_path):
    address, workers = cluster
    both_there(address)
    mark = tmp_path / "mark"
    cells = [*CELLS, Cell("lethal", lethal, {"mark": str(mark)}), TOTAL]
    together = toy.Study(tmp_path / "together", cells)
    with Jobs(2, "dask", address).ready(tiny):
        assert together.run(tiny, jobs=2) == []
    assert sorted(process.poll() is None for process in workers) == [False, True]
    mark.touch()
    alone = toy.Study(tmp_path / "alone", cells)
    assert alone.run(tiny) == []
    (went_on,) = [record.data["value"] for record in together.records("lethal") if record.name == "went_on"]
    assert went_on == 1.0
    pairs = ([r for r in study.records() if r.name != "went_on"] for study in (alone, together))
    assert same_records(*pairs) == []
    closed = [record.name for record in together.records() if record.kind == "cell"]
    assert sorted(closed) == sorted({cell.name for cell in cells})


def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch):
    assert jobs_module.PATIENCE_S <= 10
    monkeypatch.setattr(jobs_module, "PATIENCE_S", 1)
    with (
        pytest.raises(DataFileError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 "),
        Jobs(1, "dask", "tcp://127.0.0.1:9").ready(None),
    ):
        pass


@pytest.mark.parametrize(
    ("workers", "words"),
    [
        ({}, "has no workers: start `dask worker tcp://one:1 --nthreads 1`"),
        ({"a": {"nthreads": 1}, "b": {"nthreads": 2}}, "several threads"),
    ],
    ids=["no workers", "several threads"],
)
def test_workers_that_would_not_do_are_refused(workers, words):
    with pytest.raises(BadInputError, match=words):
        jobs_module._check_workers(workers, "tcp://one:1")
    jobs_module._check_workers({"a": {"nthreads": 1}}, "tcp://one:1")
