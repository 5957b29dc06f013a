"""Do two runs say the same? Compared is everything but times (how long it took, when, how called) and where the images lay."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tasvir.records.record import Record

_WHEN_AND_HOW = {"started", "finished", "date", "command", "source", "words"}


def same_records(a: Sequence[Record], b: Sequence[Record]) -> list[str]:
    """How do two runs differ, times left aside?

    Parameters
    ----------
    a, b : sequences of Record
        From `RunFolder.records()`. Their order does not matter: cells may end in any order.

    Returns
    -------
    list of str
        One line a difference; empty when the runs are the same. Not compared: metrics in seconds, keys that end
        in ``_s``, dates, the command and where the images lay (their fingerprint says what they are).

    Raises
    ------
    Nothing.

    Notes
    -----
    Our own.

    Examples
    --------
    >>> from tasvir.records.record import metric
    >>> same_records([metric("fit_s", 1.0, unit="s")], [metric("fit_s", 2.0, unit="s")])
    []
    >>> same_records([metric("accuracy", 0.9)], [])
    ["only the first has metric 'accuracy' in the run"]
    """
    counts_a, counts_b = Counter(map(_timeless, a)), Counter(map(_timeless, b))
    only_a, only_b = list((counts_a - counts_b).elements()), list((counts_b - counts_a).elements())
    differences = []
    for row in only_a:
        twin = next((other for other in only_b if other[:3] == row[:3]), None)
        if twin is None:
            differences.append(f"only the first has {_title(row)}")
        else:
            only_b.remove(twin)
            differences.append(f"{_title(row)} differs: {_first_difference(json.loads(row[3]), json.loads(twin[3]))}")
    return differences + [f"only the second has {_title(row)}" for row in only_b]


def _timeless(record: Record) -> tuple[str, str, str, str]:
    data = _without_times(dict(record.data))
    if record.kind == "metric" and record.data.get("unit") == "s":
        data = {key: value for key, value in data.items() if key not in ("value", "low", "high")}
    return record.kind, record.name, record.cell, json.dumps(data, sort_keys=True)


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if not key.endswith("_s") and key not in _WHEN_AND_HOW}
        return {key: _without_times(item) for key, item in kept.items()}
    if isinstance(value, list):
        return [_without_times(item) for item in value]
    return value


def _title(row: tuple[str, str, str, str]) -> str:
    return f"{row[0]} {row[1]!r} in {'cell ' + row[2] if row[2] else 'the run'}"


def _first_difference(a: Any, b: Any, where: str = "data") -> str:
    """The first place at which two JSON values part."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            if a.get(key) != b.get(key):
                return _first_difference(a.get(key), b.get(key), f"{where}.{key}")
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y:
                return _first_difference(x, y, f"{where}[{i}]")
    return f"{where} is {str(a)[:60]} and {str(b)[:60]}"
