"""Image files of all kinds, and their packed copies."""

import os
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from tasvir.contracts.errors import BadInputError, BadTypeError, DataFileError
from tasvir.data.cache import clear_copies, kept_copies
from tasvir.data.load import load_data
from tasvir.data.raw import Form
from tasvir.data.readers import pictures
from tasvir.data.readers.pictures import read_picture

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
GRAY, COLOR = Form(16, 16, False, levels=(0, 65535)), Form(16, 16, True)


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


def deep_pictures(folder, *images, ending="png"):
    """One deep picture after the other, in two classes."""
    for index, image in enumerate(images):
        (folder / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / "ab"[index % 2] / f"{index}.{ending}")
    return folder


def ramp(white, dtype=np.uint16):
    return np.linspace(0, white, 64).round().astype(dtype).reshape(8, 8)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize(
    ("high", "white", "bits"), [(300, 1023, 10), (4080, 4095, 12), (4096, 16383, 14), (40_000, 65_535, 16), (65_535, 65_535, 16)]
)
def test_deep_pictures_keep_their_range_by_one_rule_a_set(tmp_path, ending, high, white, bits):
    images = [ramp(high), ramp(high // 2), ramp(high // 3), ramp(high // 4)]
    for _ in range(2):  # the second time from the packed copy
        dataset = load_data(deep_pictures(tmp_path / "set", *images, ending=ending), cache=True)
        np.testing.assert_array_equal(dataset.images, np.rint(np.array(images)[[0, 2, 1, 3]] * (255 / white)))
        assert (np.diff(dataset.images.reshape(4, -1).astype(int), axis=1) >= 0).all()
        assert [note for note in dataset.card.notes if f"{white} became 255, as {bits} bits" in note]


def test_bytes_in_deep_files_and_truth_values_are_taken_as_they_are_meant(tmp_path):
    wide = load_data(deep_pictures(tmp_path / "wide", *[RAMP.astype(np.uint16)] * 4))
    np.testing.assert_array_equal(wide.images[0], RAMP)
    bits = load_data(deep_pictures(tmp_path / "bits", *[RAMP > 99] * 4))
    np.testing.assert_array_equal(bits.images[0], (RAMP > 99) * 255)
    assert "became 255" not in str(wide.card.notes + bits.card.notes)


def test_a_test_folder_shares_the_range_of_its_training_folder(tmp_path):
    train = deep_pictures(tmp_path / "train", *[ramp(4000)] * 4)
    dark = deep_pictures(tmp_path / "dark", *[ramp(900)] * 4)
    both = load_data(train, test=dark)
    np.testing.assert_array_equal(both.images[-1], np.rint(ramp(900) * (255 / 4095)))
    assert "4095 became 255" in both.card.notes[0]


def test_eight_bits_beside_deep_pictures_stay_as_they_are(tmp_path):
    dataset = load_data(deep_pictures(tmp_path / "set", RAMP, (RAMP * np.uint16(16)), RAMP, RAMP))
    np.testing.assert_array_equal(dataset.images[0], RAMP)
    np.testing.assert_array_equal(dataset.images[2], np.rint(RAMP * np.uint16(16) * (255 / 4095)))


def test_a_pgm_states_its_range(tmp_path):
    for index, place in enumerate("abab"):
        (tmp_path / "set" / place).mkdir(parents=True, exist_ok=True)
        data = ramp(900, ">u2").tobytes()
        (tmp_path / "set" / place / f"{index}.pgm").write_bytes(b"P5 8 8 4095\n" + data)
    images = load_data(tmp_path / "set").images
    np.testing.assert_allclose(images[0], ramp(900) * (255 / 4095), atol=0.51)


def test_a_range_that_is_asked_for_is_the_rule(tmp_path):
    scan = deep_pictures(tmp_path / "scan", *[ramp(4000, np.int32) - 1000] * 4, ending="tif")
    dataset = load_data(scan, value_range=(-1000, 3095))
    np.testing.assert_array_equal(dataset.images[0], np.rint(ramp(4000) * (255 / 4095)))
    assert dataset.card.value_range == (-1000, 3095)
    assert "-1000 became 0 and 3095 became 255, as the value_range says" in dataset.card.notes[0]
    assert load_data(**dataset.words).fingerprint == dataset.fingerprint
    with pytest.raises(DataFileError, match=r"values -1000 to 3000, beyond 0 to 4095, which was named .*: name a value_range"):
        load_data(scan, value_range=(0, 4095))
    floats = deep_pictures(tmp_path / "floats", *[ramp(4080).astype(np.float32)] * 4, ending="tif")
    np.testing.assert_array_equal(load_data(floats, value_range=(0, 4080)).images[0], np.rint(ramp(4080) / 16))


@pytest.mark.parametrize("given", [(1, 1), (2, 1), (0, float("nan")), (0, float("inf")), 5, (1, 2, 3), ("a", "b")])
def test_a_range_that_is_none_is_refused(given):
    with pytest.raises((BadInputError, BadTypeError), match="value_range"):
        load_data("digits", value_range=given)


def paged(path, n=3, small=False):
    """A file of several pages or frames; with `small`, all but the first are small copies of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pages = [Image.fromarray(np.roll(RAMP, page)) for page in range(n)]
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[254] = 1
    for page in pages[1:] if small else ():
        page.encoderinfo = {"tiffinfo": info}
    pages[0].save(path, save_all=True, append_images=pages[1:])


@pytest.mark.parametrize("ending", ["tif", "gif", "webp", "png"])
def test_files_of_several_pages_are_refused_or_skipped_never_read_in_part(tmp_path, ending):
    folder = deep_pictures(tmp_path / "set", *[RAMP] * 4)
    paged(folder / "a" / f"paged.{ending}")
    with pytest.raises(DataFileError, match=rf"paged\.{ending} holds 3 pages or frames, and one file is one image: save"):
        load_data(folder)
    dataset = load_data(folder, skip_unreadable=True)
    assert len(dataset) == 4
    assert "3 pages or frames" in dataset.card.notes[0]


def test_small_copies_of_a_page_are_no_pages(tmp_path):
    folder = deep_pictures(tmp_path / "set", *[RAMP] * 3)
    paged(folder / "b" / "pyramid.tif", small=True)
    np.testing.assert_array_equal(load_data(folder).images[3], RAMP)


def test_whole_numbers_beyond_16_bits_and_negative_ones_are_refused_with_a_remedy(tmp_path):
    with pytest.raises(DataFileError, match=r"values 0 to 70000, .*name with value_range"):
        load_data(deep_pictures(tmp_path / "long", *[ramp(70_000, np.int32)] * 4, ending="tif"))
    with pytest.raises(DataFileError, match=r"values -1024 to 3071, .*name with value_range"):
        load_data(deep_pictures(tmp_path / "scan", *[ramp(4095, np.int32) - 1024] * 4, ending="tif"))


@pytest.mark.parametrize(("white", "refused"), [(4095, True), (65_535, False)])
def test_deep_colours_of_which_nothing_would_be_left_are_refused(tmp_path, white, refused):
    for index in range(4):
        place = tmp_path / "set" / "ab"[index % 2]
        place.mkdir(parents=True, exist_ok=True)
        write_color_png(place / f"{index}.png", np.repeat(ramp(white)[..., None], 3, axis=2))
    if refused:
        with pytest.raises(DataFileError, match=r"at most 12 bits a colour in files of 16.*save them as numbers in an \.npz"):
            load_data(tmp_path / "set")
    else:
        np.testing.assert_array_equal(load_data(tmp_path / "set").images[0], ramp(white) >> 8)


def write_color_png(path, image):
    """A PNG with 16 bits a colour, which Pillow reads but does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = image.shape
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in image)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


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
    assert dataset.card.notes[0].startswith("images that were skipped: 6")
    np.testing.assert_array_equal(dataset.images, whole.images[[*range(9), 15, 16, 17]])
    for _ in range(2):  # the second time from the packed copy
        assert load_data(folder, skip_unreadable=True, cache=True).fingerprint == dataset.fingerprint
    with pytest.raises(DataFileError, match="6 images cannot be read"):
        load_data(folder, cache=True)


def test_nothing_readable_is_an_error_also_when_skipping(picture_folder):
    folder = picture_folder({"a": 2, "b": 2})
    for path in folder.rglob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataFileError, match="none of the 4 images can be read"):
        load_data(folder, skip_unreadable=True)


def test_the_second_reading_of_a_cached_set_opens_no_image(monkeypatch, picture_folder):
    folder = picture_folder({"a": 4, "b": 4}, mode="RGB")
    first = load_data(folder, cache=True)
    monkeypatch.setattr(pictures, "read_picture", None)
    monkeypatch.setattr(pictures, "open_picture", None)
    assert load_data(folder, cache=True).fingerprint == first.fingerprint


def test_a_changed_image_is_read_again(picture_folder):
    folder = picture_folder({"a": 4, "b": 4})
    load_data(folder, cache=True)
    Image.new("L", (12, 10), 77).save(folder / "a" / "000.png")
    assert (load_data(folder, cache=True).images[0] == 77).all()


def keeping_times(path, change):
    """Do something to a file and give it the times that it had; the clock of files may be as coarse as 10 ms."""
    before = path.stat()
    time.sleep(0.02)
    change()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def flat_pictures(folder, values=(10, 20, 30, 40)):
    """Uncompressed pictures of one size, each of one gray."""
    for index, value in enumerate(values):
        (folder / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), value).save(folder / "ab"[index % 2] / f"{index}.bmp")
    return folder


def grays(folder):
    return load_data(folder, cache=True).images[:, 0, 0].tolist()


def test_an_image_overwritten_at_the_same_size_and_time_is_read_again(tmp_path):
    folder = flat_pictures(tmp_path / "set")
    path = folder / "a" / "0.bmp"
    assert grays(folder) == [10, 30, 20, 40]
    keeping_times(path, lambda: Image.new("L", (8, 8), 99).save(path))
    assert grays(folder) == [99, 30, 20, 40]


def test_two_images_swapped_at_the_same_size_and_time_are_read_again(tmp_path):
    folder = flat_pictures(tmp_path / "set")
    one, other = folder / "a" / "0.bmp", folder / "b" / "1.bmp"
    for path in (one, other):
        os.utime(path, ns=(10**18, 10**18))
    assert grays(folder) == [10, 30, 20, 40]

    def swap():
        one.rename(tmp_path / "aside.bmp")
        other.rename(one)
        (tmp_path / "aside.bmp").rename(other)

    keeping_times(one, swap)
    assert grays(folder) == [20, 30, 10, 40]


def test_a_damaged_copy_is_made_again(picture_folder, own_cache):
    folder = picture_folder({"a": 4, "b": 4})
    first = load_data(folder, cache=True)
    copy = next(own_cache.rglob("images.bin"))
    copy.write_bytes(copy.read_bytes()[:-1])
    assert load_data(folder, cache=True).fingerprint == first.fingerprint


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
        load_data(picture_folder({"a": 2, "b": 2}), cache=True)


def test_nothing_is_kept_that_nobody_asked_for(picture_folder, own_cache):
    load_data(picture_folder({"a": 4, "b": 4}))
    assert list(own_cache.iterdir()) == []


def test_copies_are_listed_private_bounded_and_cleared(picture_folder, own_cache, monkeypatch):
    for name in ("one", "two", "three"):
        load_data(picture_folder({"a": 4, "b": 4}, name=name), cache=True)
    (own_cache / "mine.txt").write_text("stays")
    assert [copy["images"] for copy in kept_copies()] == [8, 8, 8]
    assert (own_cache / "images").stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr("tasvir.data.cache.MOST_BYTES", 2 * 8 * 120)
    load_data(picture_folder({"a": 4, "b": 4}, name="four"), cache=True)
    assert len(kept_copies()) == 2
    assert len(clear_copies()) == 2
    assert kept_copies() == []
    assert (own_cache / "mine.txt").read_text() == "stays"


@pytest.mark.parametrize("about", ["", "{}", "[1]"])
def test_a_damaged_copy_is_listed_passed_over_and_cleared(picture_folder, own_cache, about):
    load_data(picture_folder({"a": 4, "b": 4}), cache=True)
    next(own_cache.rglob("about.json")).write_text(about)
    assert [copy["images"] for copy in kept_copies()] == [None]
    load_data(picture_folder({"a": 4, "b": 4}, name="another"), cache=True)
    assert len(clear_copies()) == 2
    assert kept_copies() == []


@pytest.mark.real
def test_five_thousand_jpeg_are_read_in_time(real_data):
    times = []
    for _ in range(2):
        start = time.perf_counter()
        load_data(real_data / "cats_vs_dogs_64", cache=True)
        times.append(time.perf_counter() - start)
    assert times[0] < 20
    assert times[1] < 5
