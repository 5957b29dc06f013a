"""DICOM files: written by pydicom here, read as a viewer would show them, and nothing of the patient kept."""

import json
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import DataFileError
from tasvir.data.load import load_data
from tasvir.data.told import data_facts

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install 'tasvir[dicom]'")
from pydicom.dataset import Dataset, FileMetaDataset  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless, RLELossless  # noqa: E402

RAMP = np.linspace(0, 4095, 64).round().astype(np.uint16).reshape(8, 8)
NAME, PATIENT = "Doe^Jane", "SECRET-4711"


def scan(path, pixels=RAMP, syntax=ExplicitVRLittleEndian, patient=PATIENT, **tags):
    """A file as a device writes it, with whatever other tags."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", pydicom.uid.generate_uid()
    data.PatientName, data.PatientID = NAME, patient
    data.Rows, data.Columns = pixels.shape[:2]
    data.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    data.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    data.BitsAllocated = data.BitsStored = 8 * pixels.dtype.itemsize
    data.HighBit = data.BitsStored - 1
    if pixels.ndim == 3:
        data.PlanarConfiguration = 0
    data.PixelData = pixels.tobytes()
    data["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for name, value in tags.items():
        setattr(data, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def scans(folder, *pixels, **tags):
    """One file after the other, in two classes, each of another patient."""
    for index, image in enumerate(pixels):
        scan(folder / "ab"[index % 2] / f"{index}.dcm", image, patient=f"{PATIENT}-{index}", **tags)
    return folder


def near(images, expected):
    """Equal but for the rounding of halves."""
    np.testing.assert_allclose(images.astype(float), expected, atol=0.51)


def test_a_window_is_followed(tmp_path):
    dataset = load_data(scans(tmp_path / "set", *[RAMP] * 4, WindowCenter=1000, WindowWidth=401))
    near(dataset.images[0], np.clip((RAMP - 799.5) / 400, 0, 1) * 255)
    assert "each DICOM image as its own window shows it" in dataset.card.notes


def test_a_window_counts_in_the_units_of_the_device(tmp_path):
    tags = {"RescaleSlope": 2, "RescaleIntercept": -1024, "WindowCenter": [40, 600], "WindowWidth": [400, 1500]}
    dataset = load_data(scans(tmp_path / "set", *[RAMP] * 4, **tags))
    near(dataset.images[0], np.clip((2 * RAMP.astype(int) - 1024 - 39.5) / 399 + 0.5, 0, 1) * 255)


def test_a_sigmoid_window(tmp_path):
    tags = {"WindowCenter": 2000, "WindowWidth": 1000, "VOILUTFunction": "SIGMOID"}
    dataset = load_data(scans(tmp_path / "set", *[RAMP] * 4, **tags))
    near(dataset.images[0], 255 / (1 + np.exp(-4 * (RAMP.astype(float) - 2000) / 1000)))


def test_a_table_of_display_values(tmp_path):
    table = Dataset()
    table.LUTDescriptor, table.LUTData = [4096, 0, 16], (np.arange(4096) * 16)[::-1].astype(np.uint16).tolist()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "US"
    dataset = load_data(scans(tmp_path / "set", *[RAMP] * 4, VOILUTSequence=[table]))
    near(dataset.images[0], (4095 - RAMP) * (16 * 255 / 65_535))


def test_without_windows_the_range_of_the_set_decides(tmp_path):
    dataset = load_data(scans(tmp_path / "set", RAMP, RAMP // 2, RAMP // 4, RAMP // 8))
    near(dataset.images, np.array([RAMP, RAMP // 4, RAMP // 2, RAMP // 8]) * (255 / 4095))
    assert "4095 became 255, as 12 bits are the least" in str(dataset.card.notes)
    eight = load_data(scans(tmp_path / "eight", *[(RAMP // 40).astype(np.uint8)] * 4))
    near(eight.images[0], RAMP // 40)


def test_signed_values_without_a_window(tmp_path):
    signed = RAMP.astype(np.int16) - 1024
    dataset = load_data(scans(tmp_path / "set", *[signed] * 4))
    near(dataset.images[0], RAMP * (255 / 4095))
    assert dataset.card.value_range == (-1024, 3071)
    assert "-1024 became 0 and 3071 became 255, the least and the most of the set" in str(dataset.card.notes)


def test_a_window_that_some_lack_is_followed_by_none(tmp_path):
    folder = scans(tmp_path / "set", *[RAMP] * 3, WindowCenter=1000, WindowWidth=401)
    scan(folder / "b" / "bare.dcm", patient="other")
    near(load_data(folder).images[0], RAMP * (255 / 4095))


def test_a_range_that_is_asked_for_is_one_window_for_all(tmp_path):
    folder = scans(tmp_path / "set", *[RAMP.astype(np.int16) - 1024] * 4, WindowCenter=0, WindowWidth=10)
    near(load_data(folder, value_range=(-160, 240), clip=True).images[0], np.clip((RAMP - 1024.0 + 160) / 400, 0, 1) * 255)


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 2048, "WindowWidth": 4096}])
def test_monochrome1_is_turned(tmp_path, window):
    folder = scans(tmp_path / "set", *[RAMP] * 4, PhotometricInterpretation="MONOCHROME1", **window)
    near(load_data(folder).images[0], 255 - RAMP * (255 / 4095))


def test_colours(tmp_path):
    color = np.stack([RAMP // 16, 255 - RAMP // 16, RAMP * 0 + 7], axis=-1).astype(np.uint8)
    np.testing.assert_array_equal(load_data(scans(tmp_path / "rgb", *[color] * 4)).images[0], color)
    ycc = np.asarray(Image.fromarray(color).convert("YCbCr"))
    ybr = load_data(scans(tmp_path / "ybr", *[ycc] * 4, PhotometricInterpretation="YBR_FULL"))
    np.testing.assert_allclose(ybr.images[0].astype(int), color, atol=3)
    channels = ("Red", "Green", "Blue")
    palette = {f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in channels}
    for number, name in enumerate(channels):
        palette[f"{name}PaletteColorLookupTableData"] = (np.arange(256) * 257 // (number + 1)).astype("<u2").tobytes()
    index = (RAMP // 16).astype(np.uint8)
    tags = {"PhotometricInterpretation": "PALETTE COLOR", **palette}
    found = load_data(scans(tmp_path / "palette", *[index] * 4, **tags)).images[0]
    near(found, index[..., None] / np.array([1, 2, 3]) - 0.4)


def test_patients_are_groups_and_nothing_of_them_is_kept(tmp_path, own_cache):
    folder = tmp_path / "set"
    for index in range(24):
        noise = np.random.default_rng(index).integers(0, 4096, (8, 8)).astype(np.uint16)
        scan(folder / "ab"[index % 2] / f"{index}.dcm", noise, patient=f"{PATIENT}-{index // 4}")
    dataset = load_data(folder, cache=True)
    assert len(np.unique(dataset.groups)) == 6
    assert all(len(np.unique(dataset.split[dataset.groups == group])) == 1 for group in np.unique(dataset.groups))
    assert "groups are the patients that the DICOM files name, kept as numbers only" in dataset.card.notes
    written = b"".join(path.read_bytes() for path in own_cache.rglob("*") if path.is_file())
    told = json.dumps([data_facts(dataset), dataset.words, list(map(str, dataset.groups))]) + repr(dataset.card)
    for secret in (PATIENT, "SECRET", "Doe", "Jane"):
        assert secret not in told
        assert secret.encode() not in written


def test_a_patient_of_the_training_is_known_again_in_the_test(tmp_path):
    noise = np.random.default_rng(0).integers(0, 4096, (16, 8, 8)).astype(np.uint16)
    for name, first in (("train", 0), ("test", 6)):
        for index in range(8):
            scan(tmp_path / name / "ab"[index % 2] / f"{index}.dcm", noise[index + first // 6 * 8], patient=f"P{index + first}")
    dataset = load_data(tmp_path / "train", test=tmp_path / "test")
    both = set(dataset.part("train")[2].tolist()) & set(dataset.part("test")[2].tolist())
    assert len(both) == 2
    assert dataset.groups.dtype.kind == "i"


@pytest.mark.parametrize("patient", ["", "ANON"])
def test_files_that_do_not_tell_patients_apart_have_no_groups(tmp_path, patient):
    for index in range(8):
        scan(tmp_path / "set" / "ab"[index % 2] / f"{index}.dcm", np.roll(RAMP, 7 * index), patient=patient)
    assert load_data(tmp_path / "set").groups is None


def test_patients_are_grouped_where_some_files_name_none(tmp_path):
    noise = np.random.default_rng(0).integers(0, 4096, (16, 8, 8)).astype(np.uint16)
    for index in range(16):
        scan(tmp_path / "set" / "ab"[index % 2] / f"{index}.dcm", noise[index], patient=f"P{index // 4}" if index < 8 else "")
    dataset = load_data(tmp_path / "set")
    assert len(np.unique(dataset.groups)) == 2 + 8
    assert "images that name no patient stand alone in the split: 8" in dataset.card.notes


def noisy(folder, n=8, **tags):
    noise = np.random.default_rng(0).integers(0, 200, (n, 8, 8)).astype(np.uint16)
    for index in range(n):
        scan(folder / "ab"[index % 2] / f"{index}.dcm", noise[index], **tags)
    return folder


def test_windows_and_none_are_no_set_without_a_range_for_all(tmp_path):
    train, test = noisy(tmp_path / "train", WindowCenter=100, WindowWidth=50), noisy(tmp_path / "test")
    with pytest.raises(DataFileError, match="some DICOM files have a window and others have none: name one range for all"):
        load_data(train, test=test)
    assert load_data(train, test=test, value_range=(0, 255)).images.max() < 255


def test_a_model_of_windows_refuses_an_image_without_one(tmp_path):
    dataset = load_data(noisy(tmp_path / "train", WindowCenter=100, WindowWidth=50))
    assert dataset.card.value_range == "windows"
    mixed = noisy(tmp_path / "mixed", WindowCenter=100, WindowWidth=50)
    scan(mixed / "b" / "bare.dcm", RAMP)
    with pytest.raises(DataFileError, match=r"bare\.dcm has no window, which all images of the model had"):
        load_data(mixed, value_range="windows")


def test_dark_images_of_many_bits_keep_their_range_and_refuse_brighter_ones(tmp_path):
    dark = load_data(noisy(tmp_path / "dark"))
    assert dark.card.value_range == (0, 255)
    assert dark.card.notes == ()
    bright = noisy(tmp_path / "bright")
    scan(bright / "b" / "bright.dcm", RAMP)
    with pytest.raises(DataFileError, match=r"bright\.dcm has values 0 to 4095, beyond 0 to 255"):
        load_data(bright, value_range=(0, 255))
    assert load_data(bright, value_range=(0, 255), clip=True).images.max() == 255


def test_a_manifest_names_dicom_files_and_its_groups_win(tmp_path):
    scans(tmp_path, *[np.roll(RAMP, 7 * index) for index in range(8)])
    rows = [f"{'ab'[index % 2]}/{index}.dcm,{'xy'[index % 2]},g{index // 4}" for index in range(8)]
    (tmp_path / "list.csv").write_text("\n".join(["file,label,who", *rows]))
    assert len(np.unique(load_data(tmp_path, manifest="list.csv").groups)) == 8
    assert set(load_data(tmp_path, manifest="list.csv", group_column="who").groups) == {"g0", "g1"}


def test_rle_needs_no_plugin(tmp_path):
    folder = scans(tmp_path / "set", *[RAMP] * 4)
    for path in folder.rglob("*.dcm"):
        data = pydicom.dcmread(path)
        data.compress(RLELossless)
        data.save_as(path)
    near(load_data(folder).images[0], RAMP * (255 / 4095))


def no_plugin(folder):
    data = pydicom.dcmread(folder / "a" / "0.dcm")
    data.file_meta.TransferSyntaxUID = JPEGLSLossless
    data.PixelData = pydicom.encaps.encapsulate([b"\0" * 64])
    data["PixelData"].is_undefined_length = True
    data.save_as(folder / "a" / "0.dcm")


def damaged(folder):
    data = (folder / "a" / "0.dcm").read_bytes()
    (folder / "a" / "0.dcm").write_bytes(data[:-40])


def odd_value(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = pydicom.dcmread(folder / "a" / "0.dcm")
        data.WindowCenter, data.WindowWidth = "1", "1"
        data.save_as(folder / "a" / "0.dcm")
    raw = (folder / "a" / "0.dcm").read_bytes()
    place = raw.index(b"\x28\x00\x50\x10DS") + 8
    (folder / "a" / "0.dcm").write_bytes(raw[:place] + b"Ja" + raw[place + 2 :])


def no_image(folder):
    data = pydicom.dcmread(folder / "a" / "0.dcm")
    del data.PixelData, data.Rows, data.Columns
    data.save_as(folder / "a" / "0.dcm")


def frames(folder):
    scan(folder / "a" / "0.dcm", np.vstack([RAMP, RAMP]), Rows=8, NumberOfFrames=2)


def another_kind(folder):
    Image.fromarray(RAMP.astype(np.uint8)).save(folder / "a" / "9.png")


BAD = {
    no_plugin: r"0\.dcm is compressed \(JPEG-LS Lossless Image Compression\), which needs a plugin of pydicom: save it",
    damaged: r"0\.dcm cannot be read as DICOM \(\w+\)",
    odd_value: r"0\.dcm has a window that cannot be followed: name with value_range",
    no_image: r"0\.dcm holds no image: remove it",
    frames: r"0\.dcm holds 2 frames, and one file is one image: save the frames that count as files of their own, in one group",
    another_kind: "are files of two kinds: make a set of DICOM files, or one of pictures",
    lambda folder: (folder / "a" / "0.dcm").write_bytes(b"no DICOM"): r"0\.dcm cannot be read as DICOM \(it begins like none\)",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_read_is_one_line_without_what_the_file_says(tmp_path, spoil):
    folder = scans(tmp_path / "set", *[RAMP] * 5, WindowCenter=1000, WindowWidth=401)
    spoil(folder)
    with pytest.raises(DataFileError, match=BAD[spoil]) as caught:
        load_data(folder)
    assert not any(word in str(caught.value) for word in ("SECRET", "Doe", "Ja"))
    if spoil is not another_kind:
        assert len(load_data(folder, skip_unreadable=True)) == 4


def test_without_pydicom_the_extra_is_named(tmp_path, monkeypatch):
    folder = scans(tmp_path / "set", *[RAMP] * 4)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(
        DataFileError, match=r"0\.dcm is a DICOM file, read by pydicom; add it with pip install 'tasvir\[dicom\]'"
    ):
        load_data(folder)
