"""Colours that are told apart by everyone, on both papers."""

from itertools import combinations

import numpy as np
import pytest

from tasvir.report.palette import CLASS_COLOURS, ROLES, as_variables, class_colour, class_marker

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Ottosson 2020: linear sRGB to LMS, and its cube root to OKLab
LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(colour: str) -> np.ndarray:
    share = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    return np.array(LAB) @ np.cbrt(np.array(LMS) @ np.clip(rgb, 0, 1))


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_class_colours_differ(vision):
    seen = [oklab(np.array(VISIONS[vision]) @ linear(colour)) for colour in CLASS_COLOURS]
    assert min(100 * np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 10


@pytest.mark.parametrize("mode", [0, 1])
def test_everything_can_be_read_on_both_papers(mode):
    paper = ROLES["paper"][mode]
    assert min(contrast(colour, paper) for colour in CLASS_COLOURS) >= 2
    assert min(contrast(ROLES[role][mode], paper) for role in ("ink", "soft", "accent", "second")) >= 4.5


def test_forty_classes_look_different():
    assert len({(class_colour(i), class_marker(i)) for i in range(40)}) == 40


def test_role_colours_become_variables():
    assert as_variables(f"fill: {ROLES['ink'][0]}; stroke: #3c4bd2") == "fill: var(--ink); stroke: #3c4bd2"
