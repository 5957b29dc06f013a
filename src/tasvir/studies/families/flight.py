"""What the flight recorder of a GAN saw, as records. Legend: E epochs, K classes."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from tasvir.contracts.specs import resolve_spec
from tasvir.models.levers import LEVERS
from tasvir.nets.anatomy import layers_of, n_parameters
from tasvir.records.record import Record, array, curve, facts

#: id of a curve -> its series in the history
CURVES = {
    "losses": ("generator_loss", "discriminator_loss"),
    "scores": ("real_score", "fake_score"),
    "gradients": ("generator_gradient", "discriminator_gradient"),
    "rates": ("generator_rate", "discriminator_rate"),
}


def recorded(gan: Any) -> Iterator[Record]:
    """What a flight recorder saw: curves, grids over the epochs, alarms, and the players' layers."""
    history, record = gan.history_, gan.record_
    for name, series in CURVES.items():
        yield curve(name, {one: history[one] for one in series})
    yield curve("noise", {"noise_sd": history["noise_sd"]})
    if record["measured_epochs"]:
        yield curve("neighbourhoods", {name: record[name] for name in ("coverage", "recall")}, x=record["measured_epochs"])
    variety_EK = np.array(record["variety"], dtype=float)
    known = variety_EK[:, ~np.isnan(variety_EK).all(axis=0)]
    if known.size:
        yield curve("variety", {"middle": np.median(known, axis=1).tolist(), "least": known.min(axis=1).tolist()})
    yield array("grids", np.stack(list(gan.grids_.values())))
    yield facts(
        {
            "grid_epochs": list(gan.grids_),
            "alarms": list(record["alarms"]),
            "kept_epoch": record["kept_epoch"],
            "epochs": len(history),
            "players": {name: _described(getattr(gan.net_, name), gan) for name in ("generator", "discriminator")},
            "levers": dataclasses.asdict(resolve_spec(gan.levers, LEVERS, "levers")),
            "loss": gan.loss,
            "batch_size": gan.batch_size,
            "learning_rate": gan.learning_rate,
        }
    )


def _described(player: Any, gan: Any) -> dict[str, Any]:
    device = next(player.parameters()).device
    y = None if gan.classes_ is None else torch.zeros(1, dtype=torch.long, device=device)
    given = torch.zeros(1, gan.n_components, device=device)
    if player is gan.net_.discriminator:
        given = gan.net_.generator.eval()(given, y)
    layers = layers_of(player, lambda net: net(given, y))
    return {"n_parameters": n_parameters(player), "layers": [dataclasses.asdict(layer) for layer in layers]}
