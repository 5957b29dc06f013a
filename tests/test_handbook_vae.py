"""The numbers on the handbook's page on variational autoencoders are those that the code and the mathematics give."""

import io
from math import exp, hypot, log, sqrt

import numpy as np
import pytest
from handbook import Page
from scipy.optimize import minimize
from scipy.stats import chi, norm

from tasvir import VAE, interpolate, latent_grid, load_data
from tasvir.measures import far_codes
from tasvir.report.chapters import latent_answers
from tasvir.report.chapters.generation_training import ACTIVE_NATS
from tasvir.report.plots.plane import CIRCLES
from tasvir.studies.families import latent
from tasvir.studies.families.latent import STUDY, LatentOptions
from tasvir.studies.run import run_study

PAGE = Page("vae")


# -- the grid --------------------------------------------------------------------------------------------------------------


def test_columns_of_the_grid():
    x = latent_grid(10, spacing="quantile")[0, :, 0]
    PAGE.says(", ".join(f"{value:.2f}" for value in x[:5]) + " and the same to the right")
    assert x[:5] == pytest.approx(-x[:4:-1])
    PAGE.says(f"beyond 2 in either number lie only {100 * (1 - (1 - 2 * norm.sf(2)) ** 2):.0f} % of the prior")
    options = LatentOptions()
    PAGE.says(f"`latent_grid({options.n}, scale={options.scale:g})`")


def test_circles_hold_what_the_figure_says():
    shares = [100 * (1 - exp(-(radius**2) / 2)) for radius in CIRCLES]
    assert [f"{share:.0f}" for share in shares] == ["39", "86"]


# -- what a latent tells -----------------------------------------------------------------------------------------------------


def test_what_is_left_of_a_kl_after_the_last_step():
    """KL_j = - average of log sd_j."""
    X = load_data("digits").part("train")[0]
    vae = VAE(n_components=3, max_epochs=2, codes="prior", random_state=0, device="cpu").fit(X[:300])
    mean, sd = vae.posterior(X[:300])
    assert np.square(mean).mean(0) + np.square(sd).mean(0) == pytest.approx(np.ones(3), abs=1e-4)
    assert vae.kl_per_latent_ == pytest.approx(-np.log(sd).mean(0), abs=1e-4)
    PAGE.says(
        "KL_j = - average of log sd_j",
        f"to an sd of e^-2 = {exp(-2):.2f}",
        f"one of {ACTIVE_NATS} nats to {exp(-ACTIVE_NATS):.2f}",
    )
    PAGE.says(f"**collapsed** below {ACTIVE_NATS} nats")


@pytest.mark.parametrize(("v", "beta", "sd"), [(1.0, 1.0, 0.15), (0.5, 10.0, 0.15), (0.2, 10.0, 0.15), (4.0, 1.0, 1.0)])
def test_a_linear_latent_is_worth_what_the_page_says(v, beta, sd):
    """One direction of variance v, a linear encoder a with sd s, a linear decoder w: the least of the loss."""

    def kl(a: float, s: float) -> float:
        return 0.5 * (a * a * v + s * s - 1 - log(s * s))

    def loss(parameters: np.ndarray) -> float:
        w, a, log_s = parameters
        s = exp(log_s)
        return ((1 - w * a) ** 2 * v + w * w * s * s) / (2 * sd * sd) + beta * kl(a, s)

    found = minimize(loss, [0.5, 0.5, -0.5], method="Nelder-Mead", options={"maxiter": 5000, "xatol": 1e-9, "fatol": 1e-12})
    _, a, log_s = found.x
    wanted = max(0.0, log(v) - log(beta * sd * sd)) / 2
    assert kl(a, exp(log_s)) == pytest.approx(wanted, abs=1e-3)
    PAGE.says("KL = ( log v - log (beta·sd²) ) / 2", f"(log 10) / 2 = {log(10) / 2:.2f} nats")


# -- holes and walks ---------------------------------------------------------------------------------------------------------


def test_what_is_far():
    PAGE.says("than 99 of 100 draws of the prior", "1 % of the prior far")
    assert far_codes.NEAR == 0.99
    assert pytest.approx(1 - far_codes.NEAR) == latent_answers.FILLED
    PAGE.says(f"nearer than {latent_answers.MIDDLE} to 0", f"({latent_answers.APART}, {latent_answers.PARTLY})")


def test_lengths_of_ways():
    Z = latent.MANY
    assert chi(Z).std() == pytest.approx(0.7, abs=0.01)
    PAGE.says(f"of length {sqrt(Z):.2f} (Z = {Z})", f"comes as near as {sqrt(Z / 2):.2f}")
    a, b = np.eye(Z)[:2] * sqrt(Z)
    lengths = {path: np.linalg.norm(interpolate(a, b, 9, path=path), axis=1) for path in ("straight", "spherical")}
    assert lengths["straight"].min() == pytest.approx(sqrt(Z / 2), abs=1e-5)
    assert lengths["spherical"] == pytest.approx(np.full(9, sqrt(Z)), abs=1e-5)
    assert hypot(*interpolate([2.0, 0.0], [0.0, 2.0], 3, path="spherical")[1]) == pytest.approx(2)


# -- what was measured -------------------------------------------------------------------------------------------------------


def measured() -> dict[str, list[dict[str, float]]]:
    """set -> its nets in the order of the table: VAE, beta 0.1, beta 10, autoencoder; shares are 0..1."""
    found: dict[str, list[dict[str, float]]] = {}
    rows: list[dict[str, float]] = []
    for name, _, *cells in PAGE.table("set", "net"):
        rows = found.setdefault(name, []) if name else rows
        numbers = [float(cell.strip(" %")) / (100 if "%" in cell else 1) if cell.strip() else None for cell in cells]
        rows.append(dict(zip(("error", "nats", "knn", "silhouette", "grid", "holes"), numbers, strict=True)))
    return found


def test_what_the_page_says_of_its_table():
    falls = []
    for rows in measured().values():
        vae, small, large, autoencoder = rows
        falls += [(small["nats"] - vae["nats"]) / 2, (vae["nats"] - large["nats"]) / 2]
        assert large["holes"] == min(row["holes"] for row in rows)
        assert autoencoder["nats"] is None
    PAGE.says(f"the nats fall by {min(falls):.1f} to {max(falls):.1f} a latent, more than the 1.15 of the linear law")
    assert min(falls) > log(10) / 2


@pytest.mark.real
def test_the_row_of_the_digits_is_measured_so(tmp_path):
    """Processors differ, and a training with them: about the same numbers."""
    done = run_study(STUDY, load_data("digits"), LatentOptions(), out=tmp_path, threads=1, jobs=1, stream=io.StringIO())
    at = done.run.run_record().data["addresses"]
    values = {(r.cell, r.name, r.data["labels"].get("of")): r.data["value"] for r in done.run.records() if r.kind == "metric"}
    for arm, row in zip(("vae", "beta-small", "beta-large", "autoencoder"), measured()["digits"], strict=True):
        plane = at[f"latent/{arm}/0/plane"]
        assert values[plane, "reconstruction_mse", None] == pytest.approx(row["error"], rel=0.15)
        assert values[plane, "knn_accuracy", None] == pytest.approx(row["knn"], abs=0.08)
        assert values[plane, "far_prior", "draws"] == pytest.approx(row["holes"], abs=0.025)
        if row["nats"] is not None:
            assert values[at[f"latent/{arm}/0"], "kl", None] == pytest.approx(row["nats"], rel=0.15)
