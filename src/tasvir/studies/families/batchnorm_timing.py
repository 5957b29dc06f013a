"""What an update takes with batch norm and without: side by side, in turn, on one thread."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from tasvir.measures.median import median_interval
from tasvir.records.record import Record, array, facts
from tasvir.studies.families.batchnorm_grid import Asked
from tasvir.studies.families.batchnorm_nets import ARMS, Lesson, PlainDescent, lesson_of, new_net, refusal, spec_of
from tasvir.studies.inside import Inside, measured
from tasvir.studies.surroundings import limited_threads
from tasvir.train.engine import build_engine

#: Blocks of each net, updates a block, and updates before the first one that is timed.
PAIRS, BLOCK, WARM = 41, 5, 10
N_UPDATES = 2 * (PAIRS * BLOCK + WARM)
#: A rate at which nothing is learned, so that no net gets lost.
STILL = 1e-9


def time_updates(inside: Inside, *, sizes: Sequence[int], **shared: Any) -> Iterator[Record]:
    """Seconds of an update at each batch size, and how many times as long it is with batch norm: medians of pairs."""
    asked = Asked(**shared)
    lesson = lesson_of(asked.learning(inside).data, asked.updates, inside.place)
    specs = {arm: spec_of(asked.net, arm) for arm in ARMS}
    timed = [size for size in sizes if all(refusal(lesson, spec, size) is None for spec in specs.values())]
    for done, size in enumerate(timed, start=1):
        with limited_threads(1):
            seconds = _pairs([_task(asked.net, arm, lesson) for arm in ARMS], _batch(lesson, size))
        yield array(f"seconds_{size}", seconds)
        for arm, own in zip(ARMS, seconds.T, strict=True):
            yield measured("update_s", median_interval(own), {"arm": arm, "batch_size": size})
        yield measured("slowdown", median_interval(seconds[:, 1] / seconds[:, 0]), {"batch_size": size})
        inside.tell(done / len(timed))
    yield facts({"pairs": PAIRS, "block": BLOCK, "sizes": timed})


def _task(net: str, arm: str, lesson: Lesson) -> PlainDescent:
    engine = build_engine(lesson.place.precision, lesson.place.device, lesson.images_BCHW[0].numel())
    return PlainDescent(new_net(spec_of(net, arm), lesson, seed=0), engine, rate=STILL, image_shape=lesson.image_shape)


def _batch(lesson: Lesson, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    rows = np.linspace(0, len(lesson.labels_B) - 1, size).astype(int)
    return lesson.images_BCHW[rows], lesson.labels_B[rows]


def _pairs(tasks: Sequence[PlainDescent], batch: tuple[torch.Tensor, torch.Tensor]) -> np.ndarray:
    """(pairs, arms): seconds of an update. Whatever else is computed on this machine slows both of a pair."""
    seconds = np.zeros((PAIRS, len(tasks)))
    for task in tasks:
        _block(task, batch, WARM)
    for pair in range(PAIRS):
        for arm in (0, 1) if pair % 2 else (1, 0):
            seconds[pair, arm] = _block(tasks[arm], batch, BLOCK) / BLOCK
    return seconds


def _block(task: PlainDescent, batch: tuple[torch.Tensor, torch.Tensor], updates: int) -> float:
    started = time.perf_counter()
    for _ in range(updates):
        losses = task.train_step(batch)
    losses["loss"].item()  # until which an accelerator may be at work
    return time.perf_counter() - started
