"""Image files of all kinds, and their packed copies."""

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import DataFileError
from tasvir.data.load import load_data
from tasvir.data.raw import Form
from tasvir.data.readers import pictures
from tasvir.data.readers.pictures import read_picture

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
GRAY, COLOR = Form(16, 16, False), Form(16, 16, True)


def saved(path, picture, **options):
    picture.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "picture", "expected"),
    [
        ("l.png", Image.fromarray(RAMP), RAMP),
        ("p.png", Image.fromarray(RAMP).convert("P"), RAMP),
        ("bits.png", Image.fromarray(RAMP > 127), (RAMP > 127) * 255),
        ("deep.png", Image.fromarray(RAMP.astype(np.uint16) * 257), RAMP),
        ("deep.tif", Image.fromarray(RAMP.astype(np.uint16) * 257), RAMP),
        ("long.tif", Image.fromarray(RAMP.astype(np.int32) * 257), RAMP),
        ("float.tif", Image.fromarray((RAMP / 255).astype(np.float32)), RAMP),
        ("rgb.png", Image.fromarray(RAMP).convert("RGB"), RAMP),
        ("la.png", Image.merge("LA", [Image.fromarray(RAMP), Image.new("L", (16, 16), 255)]), RAMP),
        ("clear.png", Image.merge("LA", [Image.fromarray(RAMP), Image.new("L", (16, 16), 0)]), RAMP * 0 + 255),
        ("cmyk.tif", Image.fromarray(RAMP).convert("RGB").convert("CMYK"), RAMP),
    ],
)
def test_all_modes_come_to_gray_bytes(tmp_path, name, picture, expected):
    np.testing.assert_array_equal(read_picture(saved(tmp_path / name, picture), GRAY), expected)


def test_transparency_lies_on_white(tmp_path):
    picture = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 8, 16))
    pixels = read_picture(saved(tmp_path / "a.png", picture), COLOR)
    assert pixels[0, 0].tolist() == [0, 0, 255]
    assert pixels[0, 15].tolist() == [255, 255, 255]


def test_palette_with_transparent_entry(tmp_path):
    picture = Image.new("P", (16, 16), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    assert read_picture(saved(tmp_path / "a.gif", picture, transparency=1), COLOR)[0, 0].tolist() == [255] * 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_followed(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = np.zeros((8, 12), np.uint8)
    upright[:4, :6] = 255  # bright at the top left, as a viewer shows it
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = Image.fromarray(upright)
    stored = stored if back is None else stored.transpose(Image.Transpose(back))
    places = [tmp_path / "set" / label for label in "ab"]
    for place in places:
        place.mkdir(parents=True)
        for index in range(2):
            saved(place / f"{index}.png", stored, exif=exif)
    images = load_data(tmp_path / "set").images
    np.testing.assert_array_equal(images[0], upright)


def test_crop_takes_the_centre(tmp_path, picture_folder):
    folder = picture_folder({"a": 2, "b": 2}, size=(20, 40))
    whole = Image.open(folder / "a" / "000.png")
    cropped = load_data(folder, image_size=20, fit="crop")
    np.testing.assert_array_equal(cropped.images[0], np.asarray(whole)[:, 10:30])
    assert "cropped at the centre" in cropped.card.resize_rule
    assert cropped.fingerprint != load_data(folder, image_size=20).fingerprint


def test_decompression_bombs_are_refused(monkeypatch, picture_folder):
    monkeypatch.setattr("tasvir.data.readers.pictures.MOST_PIXELS", 100)
    with pytest.raises(DataFileError, match="unpacks to more than 100 pixels"):
        load_data(picture_folder({"a": 2, "b": 2}))


def test_unreadable_images_are_all_listed_or_skipped_and_counted(picture_folder):
    folder = picture_folder({"a": 9, "b": 9})
    whole = load_data(folder)
    for index in range(6):
        (folder / "b" / f"00{index}.png").write_bytes(b"no image")
    with pytest.raises(DataFileError, match=r"6 images cannot be read: .*b/000\.png.* and 1 more: repair"):
        load_data(folder)
    dataset = load_data(folder, skip_unreadable=True)
    assert len(dataset) == 12
    assert dataset.card.notes[0].startswith("6 images were skipped")
    np.testing.assert_array_equal(dataset.images, whole.images[[*range(9), 15, 16, 17]])
    assert load_data(folder, skip_unreadable=True).fingerprint == dataset.fingerprint  # from the packed copy
    with pytest.raises(DataFileError, match="6 images cannot be read"):
        load_data(folder)


def test_nothing_readable_is_an_error_also_when_skipping(picture_folder):
    folder = picture_folder({"a": 2, "b": 2})
    for path in folder.rglob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataFileError, match="none of the 4 images can be read"):
        load_data(folder, skip_unreadable=True)


def test_the_second_reading_opens_no_image(monkeypatch, picture_folder):
    folder = picture_folder({"a": 4, "b": 4}, mode="RGB")
    first = load_data(folder)
    monkeypatch.setattr(pictures, "read_picture", None)
    monkeypatch.setattr(pictures, "open_picture", None)
    assert load_data(folder).fingerprint == first.fingerprint


def test_a_changed_image_is_read_again(picture_folder):
    folder = picture_folder({"a": 4, "b": 4})
    load_data(folder)
    Image.new("L", (12, 10), 77).save(folder / "a" / "000.png")
    assert (load_data(folder).images[0] == 77).all()


def test_a_damaged_copy_is_made_again(picture_folder, own_cache):
    folder = picture_folder({"a": 4, "b": 4})
    first = load_data(folder)
    copy = next(own_cache.rglob("images.bin"))
    copy.write_bytes(copy.read_bytes()[:-1])
    assert load_data(folder).fingerprint == first.fingerprint


def test_beyond_the_memory_limit_images_are_mapped(picture_folder):
    folder = picture_folder({"a": 9, "b": 9}, mode="RGB")
    lean, usual = load_data(folder, memory_limit=1000), load_data(folder)
    assert isinstance(lean.images, np.memmap)
    assert lean.fingerprint == usual.fingerprint
    for part in ("train", "test"):
        assert isinstance(lean.part(part)[0], np.memmap)
        np.testing.assert_array_equal(lean.part(part)[0], usual.part(part)[0])


def test_a_cache_that_cannot_be_written_is_said(tmp_path, monkeypatch, picture_folder):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TASVIR_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataFileError, match=r"cannot be written.*TASVIR_CACHE"):
        load_data(picture_folder({"a": 2, "b": 2}))


@pytest.mark.real
def test_five_thousand_jpeg_are_read_in_time(real_data):
    import time

    times = []
    for _ in range(2):
        start = time.perf_counter()
        load_data(real_data / "cats_vs_dogs_64")
        times.append(time.perf_counter() - start)
    assert times[0] < 20
    assert times[1] < 5
