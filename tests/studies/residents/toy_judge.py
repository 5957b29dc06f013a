"""The judge of the planted study."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tasvir.measures.verdict import verdict
from tasvir.records.record import Record, facts, metric
from tasvir.studies.inside import Inside


def judge(inside: Inside) -> Iterator[Record]:
    y, groups = inside.data.targets("test")
    net, neighbours = (inside.found_array("toy/arms", f"predictions {arm}") == y for arm in ("net", "neighbours"))
    found = verdict(net, np.broadcast_to(neighbours, net.shape), strata=y, groups=groups, names=("net", "neighbours"))
    yield metric("difference", found.d, low=found.low, high=found.high, n=found.n, method="crossed t")
    yield metric("p", np.nan if found.p is None else found.p)
    yield facts({"refused": found.refused and dataclasses.asdict(found.refused)})
