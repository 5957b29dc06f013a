"""The cells of the study of batch norm: what each is asked, what it needs and what it costs."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.families import batchnorm_judge, batchnorm_pixels, batchnorm_timing
from tasvir.studies.families.batchnorm_final import SCALES, finish, learn_from
from tasvir.studies.families.batchnorm_grid import Asked, grid_names, learn
from tasvir.studies.families.batchnorm_nets import ARMS, spec_of
from tasvir.studies.work import Fit, Seconds


def batchnorm_cells(asked: Asked, sizes: Sequence[int], seeds: Sequence[int], *, usual: int) -> list[Cell]:
    """Everything, each cell after those it needs; most is compared at the `usual` batch size."""
    shared, first = _plain(asked), asked.first_seed
    choice = {"usual": usual, "seeds": list(seeds), **shared}
    one = partial(_work, asked.net)
    n_rates, pixels = len(asked.rates), {"most_images": asked.most_images, "first_seed": first}
    cells = [
        Cell("batchnorm/epsilon", batchnorm_pixels.look_at_epsilon, pixels, first, work=(Seconds(3.0),)),
        Cell("batchnorm/noise", batchnorm_pixels.look_at_batches, {"net": asked.net, **pixels}, first, work=(Seconds(3.0),)),
        Cell(
            "batchnorm/timing",
            batchnorm_timing.time_updates,
            {"sizes": list(sizes), **shared},
            first,
            work=tuple(one(size, batchnorm_timing.N_UPDATES) for size in sizes),
        ),
    ]
    for size in sizes:
        work = (one(size, 2 * n_rates * asked.updates),)
        for name, seed in zip(grid_names(size, seeds), seeds, strict=True):
            cells.append(Cell(name, learn, {**shared, "batch_size": size}, seed, work=work))
    needs, some = grid_names(usual, seeds), one(usual, asked.updates)
    for seed in seeds:
        work = (one(usual, 2 * len(SCALES) * asked.updates),)
        cells.append(Cell(f"batchnorm/scales/{seed}", learn_from, choice, seed, needs=needs, work=work))
        for arm in ARMS:
            cells.append(Cell(f"batchnorm/{arm}/{seed}", finish, {"arm": arm, **choice}, seed, needs=needs, work=(some,)))
    return [*cells, *_judges(choice, sizes, seeds)]


def _judges(choice: dict[str, Any], sizes: Sequence[int], seeds: Sequence[int]) -> list[Cell]:
    finals = tuple(f"batchnorm/{arm}/{seed}" for arm in ARMS for seed in seeds)
    grids = tuple(name for size in sizes for name in grid_names(size, seeds))
    scales = tuple(f"batchnorm/scales/{seed}" for seed in seeds)
    needs = (*grids, *scales, *finals, "batchnorm/timing")
    cells = [Cell("batchnorm/statements", batchnorm_judge.measure, {"sizes": list(sizes), **choice}, seeds[0], needs=needs)]
    if len(seeds) >= FEWEST_SEEDS_FIXED:
        compares = Comparison(len(seeds))
        asks = {"seeds": list(seeds)}
        cells.append(Cell("batchnorm/verdict", batchnorm_judge.compare, asks, seeds[0], needs=finals, compares=compares))
    return cells


def _plain(asked: Asked) -> dict[str, Any]:
    """As a record holds it."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(asked).items()}


def _work(net: str, size: int, updates: float) -> Fit:
    """So many updates; of a batch of one about what two images take."""
    size = max(2, size)
    return Fit(partial(_classifier, net, size), updates * size)


def _classifier(net: str, size: int) -> Any:
    from tasvir.models.image_classifier import ImageClassifier

    return ImageClassifier(net=spec_of(net, "normed"), batch_size=size)
