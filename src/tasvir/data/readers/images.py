"""Which files are images, and which reader opens them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import UNNAMED, Raw
from tasvir.data.readers import dicom, pictures
from tasvir.data.readers.image_files import ImageFiles
from tasvir.data.rules import told

ENDINGS = pictures.ENDINGS | dicom.ENDINGS


def is_image(path: Path) -> bool:
    """Whether the file's name says that it is a picture or a DICOM file."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def by_patient(raw: Raw, images: ImageFiles) -> Raw:
    """Images of one patient as a group, where the files say whose they are and no other groups are known."""
    if raw.groups is not None or (patients := images.patients()) is None:
        return raw
    unnamed = sum(patient.startswith(UNNAMED) for patient in patients.tolist())
    notes = [told("patients"), *([told("unnamed", n=unnamed)] if unnamed else [])]
    return replace(raw, groups=patients, nameless=True, facts=replace(raw.facts, notes=(*raw.facts.notes, *notes)))


def images_of(paths: Sequence[Path], place: str) -> ImageFiles:
    """Image files as the pixels of a set, all of one kind."""
    first = dicom.is_dicom(paths[0])
    if other := next((path for path in paths if dicom.is_dicom(path) != first), None):
        raise DataFileError(f"{paths[0]} and {other} are files of two kinds: make a set of DICOM files, or one of pictures")
    return dicom.DicomFiles(paths, place) if first else pictures.PictureFiles(paths, place)
