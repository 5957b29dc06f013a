"""A verdict as records: for every study whose judge compares arms."""

import dataclasses
from collections.abc import Iterator, Sequence

from tasvir.measures.verdict import Verdict
from tasvir.records.record import Record, facts, metric


def recorded_verdicts(found: Sequence[Verdict]) -> Iterator[Record]:
    """The difference of each with its interval, its p-value and what could have been found; then all of it as facts."""
    for one in found:
        labels = {"arm": one.arm, "against": one.against}
        yield metric("difference", one.d, low=one.low, high=one.high, n=one.n, method="crossed t", labels=labels)
        for name, value in (("p_holm", one.p), ("smallest_detectable", one.smallest_detectable)):
            yield metric(name, float("nan") if value is None else value, labels=labels)
    yield facts({"verdicts": {"all": [dataclasses.asdict(one) for one in found]}})
