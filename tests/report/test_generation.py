"""How good are the samples? Tables, pictures and sentences follow the records."""

import numpy as np
import pytest
from recorded import Run, measure, store, trace

from tasvir.report.chapters import generation
from tasvir.report.document import Figure, Table

GAUSSIAN, VAE, GAN = "generation/gaussian", "generation/vae", "generation/gan"


def said(run: Run) -> str:
    return " ".join(run.chapter(generation).blocks[-1].sentences)


def blocks(run: Run, kind: type) -> dict:
    return {b.name: b for b in run.chapter(generation).blocks if isinstance(b, kind)}


def rows(run: Run, name: str) -> list[list[str]]:
    return [list(row) for row in blocks(run, Table)[name].rows]


def test_neighbourhoods_stand_beside_those_of_held_out_images_in_both_spaces(two_once):
    found = rows(two_once, "neighbourhoods")
    features, pixels = "a classifier's features", "raw pixels"
    names = ["Held-out real images", "Gaussian sampler", "Conditional VAE", "Conditional GAN"]
    assert [row[:2] for row in found] == [[name, space] for space in (features, pixels) for name in names]
    assert found[4][2:5] == ["100.0 %", "1.19", "87.7 %"]
    assert found[5][2:5] == ["98.2 %", "1.56", "86.0 %"]
    assert blocks(two_once, Table)["neighbourhoods"].bold == {0, 4}


def test_what_samples_are_worth_stands_beside_real_images(two_once):
    assert [row[:5] for row in rows(two_once, "samples-worth")] == [
        ["Gaussian sampler", *worth(two_once, GAUSSIAN)],
        ["Conditional VAE", *worth(two_once, VAE)],
        ["Conditional GAN", *worth(two_once, GAN)],
        ["Real images", gan_train(two_once, VAE, of="real"), "1", nearest(two_once, VAE, of="held_out"), "–"],
    ]
    assert all(row[5:] == ["–", "–"] or all(time.endswith("s") for time in row[5:]) for row in rows(two_once, "samples-worth"))


def worth(run: Run, cell: str) -> list[str]:
    """What a generator's samples are worth, as it was recorded."""
    copies, sharpness = (run.asked().metric(cell, name) for name in ("copies", "sharpness"))
    told = f"{copies.value:.0f} of {copies.n}"
    return [gan_train(run, cell), f"{sharpness.value:.2f}", nearest(run, cell, of="samples"), told]


def gan_train(run: Run, cell: str, **labels: str) -> str:
    (found,) = (r for r in run.cells[cell] if r.name == "gan_train" and r.data["labels"] == labels)
    value, low, high = (f"{100 * found.data[end]:.1f}" for end in ("value", "low", "high"))
    return f"{value} % [{low}, {high}]"


def nearest(run: Run, cell: str, *, of: str) -> str:
    return f"{run.asked().metric(cell, 'nearest_training', of=of).value:.3f}"


def test_samples_stand_beside_real_images(two_once):
    figure = blocks(two_once, Figure)["generated-samples"]
    assert [panel.title for panel in figure.panels] == ["Real images", "Gaussian sampler", "Conditional VAE", "Conditional GAN"]


def test_sentences_name_the_best_the_blurred_and_the_grainy(two):
    measure(two, GAUSSIAN, "sharpness", 1.9)
    measure(two, VAE, "sharpness", 0.02)
    text, real = said(two), gan_train(two, VAE, of="real")
    names = {GAUSSIAN: "Gaussian sampler", VAE: "Conditional VAE", GAN: "Conditional GAN"}
    told = ", ".join(f"{gan_train(two, cell)} ({name})" for cell, name in names.items())
    assert f"samples alone reaches a balanced accuracy of {told}; from as many real images, {real}." in text
    assert "Seen in a classifier's features, samples cover this share of the real images:" in text
    assert "Gaussian sampler 1.90 (grainy), Conditional VAE 0.02 (blurred)" in text
    assert two.chapter(generation).headline.endswith(f"from as many real images, {real}.")


def test_other_records_give_another_best(two):
    measure(two, GAUSSIAN, "gan_train", 0.983, 0.891, 0.997)
    assert "of 98.3 % [89.1, 99.7] at best (Gaussian sampler)" in two.chapter(generation).headline
    measure(two, VAE, "gan_train", 0.99)
    measure(two, VAE, "sharpness", 1.1)
    assert "of 99.0 % at best (Conditional VAE)" in two.chapter(generation).headline
    assert "Conditional VAE 1.10 (as sharp as real ones)" in said(two)


@pytest.mark.parametrize(
    ("copies", "n", "words"),
    [
        (
            1,
            10,
            "1 of 10 (Conditional VAE), 0 of 57 (Conditional GAN). That is no more than of fresh images, so there is no sign "
            "of copying.",
        ),
        (
            11,
            1000,
            "11 of 1,000 (Conditional VAE), 0 of 57 (Conditional GAN). That is no more than of fresh images, so there is no sign "
            "of copying.",
        ),
        (
            300,
            1000,
            "300 of 1,000 (Conditional VAE), 0 of 57 (Conditional GAN). Among fresh images so many occur in less than one case "
            "in a hundred: training images are repeated by the conditional VAE.",
        ),
    ],
)
def test_copies_are_told(two, copies, n, words):
    measure(two, VAE, "copies", copies, n=n)
    assert words in said(two)


def test_near_duplicates_among_real_images_excuse_as_many_copies(two):
    measure(two, VAE, "copies", 30, n=100)
    measure(two, VAE, "held_out_duplicates", 0, n=100)
    assert "training images are repeated by the conditional VAE" in said(two)
    measure(two, VAE, "held_out_duplicates", 25, n=100)
    assert "so there is no sign of copying" in said(two)


def test_the_planted_copies_that_the_audit_finds_are_told(two):
    for name in (GAUSSIAN, VAE):
        measure(two, name, "held_out_duplicates", 19, n=109)
        for kind, share in {"contrast": 0.25, "exact": 1, "mirrored": 0.98, "noise": 0.5, "shifted": 0.9}.items():
            measure(two, name, "planted_copies_found", share, labels={"kind": kind})
    told = said(two)
    shares = (
        "100.0 % (unchanged), 98.0 % (mirrored), 90.0 % (shifted by a pixel), 50.0 % (with noise), 25.0 % (with less contrast)"
    )
    assert f"the audit finds: {shares}." in told
    assert "near-duplicates of a training image, and set no threshold: 19 of 109." in told


def test_latent_numbers_that_are_used_and_the_training(two):
    store(two, VAE, "kl_per_latent", np.array([0.0, 2.1, 0.02, 3.0, 1.2, 0.05, 2.6, 0.4]))
    trace(two, VAE, "elbo", valid=(-200.0, -150.0, -142.3))
    told = " ".join(two.chapter(generation).blocks[-2].sentences)
    assert told == (
        "Conditional VAE: 5 of its 8 latent numbers tell more than 0.1 nats about an image. "
        "On validation images the bound of the conditional VAE was highest at epoch 3 of 3, −142.3 nats, where it ended."
    )
    assert len(blocks(two, Figure)["vae-training"].panels) == 3
    assert "kl-per-latent" in blocks(two, Figure)


@pytest.mark.parametrize(
    ("valid", "words"),
    [((-90.0, 5.0, float("nan")), "epoch 2 of 2, 5.0 nats"), ((-90.0, 5.25, 3.0), "and ended 2.2 lower.")],
)
def test_a_bound_that_fell_again_is_told(two, valid, words):
    trace(two, VAE, "elbo", valid=valid)
    assert words in " ".join(two.chapter(generation).blocks[-2].sentences)


def test_held_out_images_that_differ_beside_two_generators_are_shown_twice(two):
    measure(two, VAE, "coverage", 0.5, labels={"space": "pixels", "of": "held_out"}, n=57)
    names = [row[0] for row in rows(two, "neighbourhoods")]
    assert names.count("Held-out real images") == 3


@pytest.mark.parametrize("part", ["gaussian", "vae", "vae-grid"])
def test_where_a_generator_failed_the_others_are_told(digits, part):
    digits.failed(f"generation/{part}", "the loss became NaN")
    chapter = digits.chapter(generation)
    assert chapter.blocks[1].sentences[0] == f"This part failed: generation/{part}: the loss became NaN."
    assert chapter.headline is not None
    assert ("decoded-grid" in blocks(digits, Figure)) == (part != "vae-grid")


def test_cells_that_recorded_nothing_or_failed_altogether(empty):
    assert empty.chapter(generation) is None
    empty.failed("generation/vae", "out of memory")
    empty.found("generation/gaussian")
    chapter = empty.chapter(generation)
    assert [block.role for block in chapter.blocks] == ["text", "trouble"]
    assert chapter.headline is None
