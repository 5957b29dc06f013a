"""Errors of the command line speak of flags."""

import pytest

from tasvir.cli.options import in_flags

NAMES = ("image_size", "seed", "fit", "skip_unreadable", "test", "jobs")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("image_size=3000: choose 4 to 1024", "--image-size 3000: choose 4 to 1024"),
        ("fit='shrink': choose stretch or crop", "--fit 'shrink': choose stretch or crop"),
        ("x.png cannot be read: skip them with skip_unreadable", "x.png cannot be read: skip them with --skip-unreadable"),
        ("give it without test=", "give it without test="),
        ("the test images fit the seed", "the test images fit the seed"),
        ("VAE(image_size=3) and net.seed=4, --seed 5", "VAE(image_size=3) and net.seed=4, --seed 5"),
        ("jobs=0: give 1", "--jobs 0: give 1"),
    ],
)
def test_parameters_become_flags(line, told):
    assert in_flags(line, NAMES) == told


def test_a_command_names_its_flag(refused):
    assert refused("data", "info", "digits", "--image-size", 3000).startswith("tasvir: --image-size 3000: choose 4 to 1024")
