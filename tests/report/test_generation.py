"""How good are the samples? Tables, pictures and sentences follow the records."""

from dataclasses import replace

import numpy as np
import pytest

from tasvir.report.cells import Reading
from tasvir.report.chapters import generation
from tasvir.report.document import Figure, Table
from tasvir.report.text import plain_spaces


@pytest.fixture
def summary(two_once):
    return generation.summarise(two_once.asked())


def said(summary) -> str:
    return plain_spaces(" ".join(map(str, generation.compose(summary).blocks[-1].sentences)))


def blocks(summary, kind: type) -> dict:
    return {b.name: b for b in generation.compose(summary).blocks if isinstance(b, kind)}


def rows(summary, name: str) -> list[list[str]]:
    return [[plain_spaces(str(cell)) for cell in row] for row in blocks(summary, Table)[name].rows]


def with_readings(summary, cell: str, **readings: tuple[Reading, ...]):
    """The summary with other readings of one generator."""
    changed = (replace(g, readings=g.readings | readings) if g.cell == cell else g for g in summary.generators)
    return replace(summary, generators=tuple(changed))


def test_the_summary_is_data(summary):
    assert [g.title for g in summary.measured] == ["Gaussian sampler", "Conditional VAE"]
    assert summary.best.title == "Gaussian sampler"
    assert summary.space == "embedding"
    assert summary.generators[2].decoded_grid.shape == (12, 12, 8, 8)


def test_neighbourhoods_stand_beside_those_of_held_out_images_in_both_spaces(summary):
    assert rows(summary, "neighbourhoods") == [
        ["Held-out real images", "A classifier's features", "100.0 %", "1.11", "96.5 %"],
        ["Gaussian sampler", "A classifier's features", "98.2 %", "1.22", "87.7 %"],
        ["Conditional VAE", "A classifier's features", "5.3 %", "0.59", "0.0 %"],
        ["Held-out real images", "Raw pixels", "100.0 %", "1.19", "87.7 %"],
        ["Gaussian sampler", "Raw pixels", "98.2 %", "1.56", "86.0 %"],
        ["Conditional VAE", "Raw pixels", "0.0 %", "0.00", "0.0 %"],
    ]


def test_what_samples_are_worth_stands_beside_real_images(summary):
    assert [row[:5] for row in rows(summary, "samples-worth")] == [
        ["Gaussian sampler", "98.3 % [90.9, 100.0]", "0.84", "0.159", "0 of 57"],
        ["Conditional VAE", "50.0 % [50.0, 50.0]", "0.02", "0.346", "0 of 57"],
        ["Real images", "96.6 % [88.9, 100.0]", "1", "0.147", "–"],
    ]
    assert all(row[5:] == ["–", "–"] or all(time.endswith("s") for time in row[5:]) for row in rows(summary, "samples-worth"))


def test_samples_stand_beside_real_images(summary):
    figure = blocks(summary, Figure)["generated-samples"]
    assert [panel.title for panel in figure.panels] == ["Real images", "Gaussian sampler", "Conditional VAE"]


def test_sentences_name_the_best_the_blurred_and_the_grainy(summary):
    text = said(with_readings(summary, "generation/gaussian", sharpness=(Reading(1.9),)))
    assert "samples alone reaches a balanced accuracy of 98.3 % [90.9, 100.0] (Gaussian sampler), 50.0 %" in text
    assert "cover this share of the real images: 98.2 % (Gaussian sampler), 5.3 % (Conditional VAE); held-out" in text
    assert "1.90 (Gaussian sampler, grainy), 0.02 (Conditional VAE, blurred)" in text
    assert str(generation.compose(summary).headline).endswith(
        "from as many real images, 96.6\N{NO-BREAK SPACE}% [88.9,\N{NO-BREAK SPACE}100.0]."
    )


def test_other_records_give_another_best(summary):
    assert "of 98.3 % [90.9, 100.0] at best (Gaussian sampler)" in plain_spaces(str(generation.compose(summary).headline))
    better = with_readings(summary, "generation/vae", gan_train=(Reading(0.99),), sharpness=(Reading(1.1),))
    assert str(generation.compose(better).headline).endswith("at best (Conditional VAE).")
    assert "1.10 (Conditional VAE, as sharp as real ones)" in said(better)


@pytest.mark.parametrize(
    ("copies", "words"),
    [
        (Reading(1, n=10), "1 of 10 (Conditional VAE); no more than of fresh images, so there is no sign of copying"),
        (Reading(11, n=1000), "11 of 1,000 (Conditional VAE); no more than of fresh images, so there is no sign of copying"),
        (
            Reading(300, n=1000),
            "300 of 1,000 (Conditional VAE); of fresh images it would be at most one in a hundred, so Conditional VAE repeats",
        ),
    ],
)
def test_copies_are_told(summary, copies, words):
    assert words in said(with_readings(summary, "generation/vae", copies=(copies,)))


def test_latent_numbers_that_are_used_and_the_training(summary):
    vae = replace(summary.measured[1], kl_per_latent=np.array([0.0, 2.1, 0.02, 3.0, 1.2, 0.05, 2.6, 0.4]))
    used = replace(summary, generators=(summary.generators[0], vae, summary.generators[2]))
    told = plain_spaces(" ".join(str(s) for s in generation.compose(used).blocks[-2].sentences))
    assert told.startswith("Conditional VAE: 5 of its 8 latent numbers tell more than 0.1 nats about an image.")
    assert told.endswith(
        "On validation images the bound of Conditional VAE was highest at epoch 5 of 5, −142.3 nats, where it ended."
    )
    assert len(blocks(summary, Figure)["vae-training"].panels) == 3
    assert "kl-per-latent" in blocks(summary, Figure)


def test_a_bound_that_fell_again_is_told(summary):
    vae = summary.measured[1]
    bound = replace(vae.curves["elbo"], x=(1.0, 2.0, 3.0), series={"valid": (-90.0, 5.0, float("nan"))})
    fallen = replace(vae, curves={"elbo": replace(bound, series={"valid": (-90.0, 5.25, 3.0)})})
    for generator, words in ((replace(vae, curves={"elbo": bound}), "epoch 2 of 2, 5.0 nats"), (fallen, "and ended 2.2 lower.")):
        told = generation.compose(replace(summary, generators=(generator,))).blocks[-2]
        assert words in " ".join(map(str, told.sentences))


def test_held_out_images_that_differ_beside_two_generators_are_shown_twice(summary):
    vae = summary.measured[1]
    other = tuple(
        replace(r, value=0.5) if r is vae.reading("coverage", space="pixels", of="held-out real") else r
        for r in vae.readings["coverage"]
    )
    names = [row[0] for row in rows(with_readings(summary, vae.cell, coverage=other), "neighbourhoods")]
    assert names.count("Held-out real images") == 3


@pytest.mark.parametrize("part", ["gaussian", "vae", "vae-grid"])
def test_where_a_generator_failed_the_others_are_told(digits, part):
    digits.failed(f"generation/{part}", "the loss became NaN")
    summary = generation.summarise(digits.asked())
    chapter = generation.compose(summary)
    assert str(chapter.blocks[1].sentences[0]) == f"This part failed: generation/{part}: the loss became NaN."
    assert chapter.headline is not None
    assert ("decoded-grid" in blocks(summary, Figure)) == (part != "vae-grid")


def test_cells_that_recorded_nothing_or_failed_altogether(empty):
    assert generation.summarise(empty.asked()) is None
    empty.failed("generation/vae", "out of memory")
    empty.found("generation/gaussian")
    chapter = generation.compose(generation.summarise(empty.asked()))
    assert [block.role for block in chapter.blocks] == ["text", "trouble"]
    assert chapter.headline is None
