"""What happened to a set while it was read, as ids and numbers: people read the words, records keep the rest.

The templates are also those of the report, which writes them in other languages.
"""

from collections.abc import Iterable, Mapping
from typing import Any

#: id -> template in English
RULES = {
    "given": "given",
    "drawn": "drawn: {share} of the images for the test, stratified, seed {seed}",
    "drawn_from_training": "drawn: {share} of the given training images for the test, stratified, seed {seed}",
    "not_split": "not split: all images are taken as a test",
    "asked": "{share} were asked for",
    "groups_together": "groups kept together",
    "duplicates_together": "near-duplicates kept together",
    "both_together": "groups and near-duplicates kept together",
    "duplicates_apart": "near-duplicates stand on both sides of the split, as each class is one cluster of them",
    "untested": "classes that have no test images, because each lies in a single group: {n}",
    "identical_only": "of so many images only identical ones are looked for, not near-duplicates",
    "kept_size": "kept at {width}x{height}",
    "resized": "resized whole from {old_width}x{old_height} to {width}x{height} (antialiased bilinear)",
    "cropped": "cropped at the centre, then resized from {old_width}x{old_height} to {width}x{height} (antialiased bilinear)",
    "resized_many": "resized whole from {n} different sizes of {least} to {most} pixels a side to {width}x{height} "
    "(antialiased bilinear)",
    "cropped_many": "cropped at the centre, then resized from {n} different sizes of {least} to {most} pixels a side to "
    "{width}x{height} (antialiased bilinear)",
    "depth": "pixels of more than 8 bits: {white} became 255, as {bits} bits are the least that hold all images of the set",
    "range_asked": "pixels of more than 8 bits: {black} became 0 and {white} became 255, as the value_range says",
    "range_own": "pixels of more than 8 bits: {black} became 0 and {white} became 255, the least and the most of the set",
    "windows": "each DICOM image as its own window shows it",
    "patients": "groups are the patients that the DICOM files name, kept as numbers only",
    "unnamed": "images that name no patient stand alone in the split: {n}",
    "untrained": "classes that have test images and no training images: {which}",
    "group_folders": "folders below the classes look like groups, as patients are: take them as such with --group-folders",
    "skipped": "images that were skipped: {n}: {which}",
    "loose": "images without classes",
    "class_folders": "one folder of images for each class",
    "manifest": "images with the labels of {table}, column {column}",
}


class Told(str):
    """One rule in English words, or several, that know their ids and numbers."""

    parts: tuple[Mapping[str, Any], ...]


def told(rule: str, **values: Any) -> Told:
    """A rule with its numbers; a share is 0..1.

    >>> told("kept_size", width=8, height=8)
    'kept at 8x8'
    """
    words = Told(RULES[rule].format(**{name: _written(name, value) for name, value in values.items()}))
    words.parts = ({"rule": rule, **values},)
    return words


def together(rules: Iterable[str]) -> Told:
    """Several rules as one."""
    rules = list(rules)
    words = Told("; ".join(rules))
    words.parts = tuple(part for rule in rules for part in parts_of(rule))
    return words


def parts_of(words: str) -> tuple[Mapping[str, Any], ...]:
    """Rules as records keep them; words of another origin as they are."""
    if isinstance(words, Told):
        return words.parts
    return ({"words": str(words)},) if words else ()


def again(parts: Iterable[Mapping[str, Any]]) -> Told:
    """The words of recorded rules."""
    return together(told(**part) if "rule" in part else part["words"] for part in parts)


def _written(name: str, value: Any) -> str:
    return f"{value:.1%}" if name == "share" else f"{value:g}" if isinstance(value, float) else str(value)
