"""Two runs are compared in all but their times."""

from dataclasses import replace

import pytest

from tasvir.records.record import Record, cell_done, curve, metric
from tasvir.records.same import same_records

RUN = Record(
    "run",
    "run",
    data={"seed": 0, "started": "2025-01-01", "command": "run --out a", "versions": {"numpy": "2"}},
)
ROWS = [
    RUN,
    metric("accuracy", 0.9, labels={"arm": "a"}),
    metric("accuracy", 0.8, labels={"arm": "b"}),
    metric("fit_s", 1.5, unit="s"),
    curve("loss", {"train": [1.0, 2.0], "elapsed_s": [0.1, 0.2]}),
    cell_done("fit", parameters={}, seed=0, facts={"fit_s": 3.0, "title": "PCA"}, elapsed_s=2.0),
]
LATER = [
    replace(RUN, data={**RUN.data, "started": "2026-01-01", "command": "run --out b", "source": "/elsewhere/photos"}),
    *ROWS[1:3],
    metric("fit_s", 9.5, unit="s"),
    curve("loss", {"train": [1.0, 2.0], "elapsed_s": [0.5, 0.6]}),
    cell_done("fit", parameters={}, seed=0, facts={"fit_s": 1.0, "title": "PCA"}, elapsed_s=1.0),
]


def test_times_and_order_do_not_count():
    assert same_records(ROWS, LATER) == []
    assert same_records(ROWS, LATER[::-1]) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ([*ROWS[:2], metric("accuracy", 0.7, labels={"arm": "b"}), *ROWS[3:]], "data.value is 0.8 and 0.7"),
        (ROWS[:-1], "only the first has cell 'fit'"),
        ([*ROWS, ROWS[1]], "only the second has metric 'accuracy'"),
        (
            [replace(RUN, data={**RUN.data, "versions": {"numpy": "3"}}), *ROWS[1:]],
            "data.versions.numpy is 2 and 3",
        ),
        ([*ROWS[:4], curve("loss", {"train": [1.0, 3.0]}), ROWS[5]], "train"),
        ([replace(r, cell="x") for r in ROWS[:1]] + ROWS[1:], "in cell x"),
    ],
)
def test_everything_else_does(changed, words):
    differences = same_records(ROWS, changed)
    assert differences
    assert words in "\n".join(differences)
