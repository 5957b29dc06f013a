"""A person's own table held against the right one: a published solution with its errors, and tables as people write them."""

import json

import pytest

from tasvir import layers
from tasvir.contracts.errors import DataFileError, TasvirError
from tasvir.nets.arithmetic.answers import read_answers
from tasvir.nets.arithmetic.check import check

ROUNDS = (
    "conv(64,3,same) dilated(32,5,stride=2,rate=2) maxpool(2) conv(128,3,same) dilated(64,5,stride=2,rate=4) maxpool(2) "
    "conv(256,3,same) dilated(128,5,stride=2,rate=2) maxpool(2)"
)
RIGHT = layers(ROUNDS, (256, 256, 3))
#: A published solution: it rounds up where the formula rounds down, and carries that on; two numbers of parameters are slips.
PUBLISHED = """layer,output,parameters
conv,256x256x64,"1,792"
dilated,125x125x32,"51,332"
pool,63x63x32,0
conv,63x63x128,"36,992"
dilated,24x24x64,"204,864"
pool,12x12x64,0
conv,12x12x256,"147,712"
dilated,3x3x128,"519,328"
pool,2x2x128,0
"""


def checked(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return check(RIGHT, *read_answers(path))


def test_the_published_errors_are_found(tmp_path):
    found = checked(tmp_path, PUBLISHED)
    assert [(one.place, one.column, one.given[0]) for one in found.wrong] == [
        (2, "output", 125),
        (2, "parameters", 51332),
        (3, "output", 63),
        (4, "output", 63),
        (5, "output", 24),
        (6, "output", 12),
        (7, "output", 12),
        (8, "output", 3),
        (8, "parameters", 519328),
        (9, "output", 2),
    ]
    assert found.n_cells == 18
    assert found.wrong[1].right == (51232,)
    assert found.wrong[1].formulas == ("(5*5*64 + 1)*32 = 51,232",)
    assert found.wrong[-2].facts()["right"] == 819328


PERSIAN = {ord(str(figure)): 0x06F0 + figure for figure in range(10)}


def right_rows():
    return [("x".join(map(str, row.output)), row.parameters) for row in RIGHT.rows]


@pytest.mark.parametrize(
    "text",
    [
        "output;parameters\n" + "\n".join(f"{size};{n:,}" for size, n in right_rows()),
        "Layer\tOutput shape\tParams\n" + "\n".join(f"x\t{size.replace('x', ' × ')}\t{n}" for size, n in right_rows()),
        "parameters\n" + "\n".join(str(row.parameters) for row in RIGHT.rows) + "\n",
        "لایه,خروجی,پارامترها\n" + "\n".join(f"x,{size.replace('x', '×')},{n}" for size, n in right_rows()).translate(PERSIAN),
        "layer,output,parameters\ninput,256x256x3,\n"
        + "\n".join(f"x,{size},{n}" for size, n in right_rows())
        + "\ntotal,,1261920",
        "output\n" + "\n".join(str(row.output[0]) for row in RIGHT.rows),
        "output\n" + "\n".join(f"{row.output[0]}x{row.output[1]}" for row in RIGHT.rows),
        "multiply_adds,receptive_field\n" + "\n".join(f"{row.multiply_adds},{row.receptive_field[0]}" for row in RIGHT.rows),
    ],
)
def test_right_tables_as_people_write_them(tmp_path, text):
    found = checked(tmp_path, text)
    assert found.wrong == ()
    assert found.n_cells >= 9


def test_our_own_json_is_right(tmp_path):
    found = checked(tmp_path, json.dumps(RIGHT.facts()), "ours.json")
    assert (found.wrong, found.n_cells) == ((), 9 * 7 + 1)
    changed = RIGHT.facts() | {"total": 1}
    found = checked(tmp_path, json.dumps(changed), "ours.json")
    assert [(one.place, one.layer) for one in found.wrong] == [(None, "total")]
    assert found.wrong[0].formulas[0].endswith("+ 819,328 = 1,261,920")


def test_an_empty_cell_is_wrong(tmp_path):
    found = checked(tmp_path, PUBLISHED.replace('63x63x128,"36,992"', ","))
    assert [(one.place, one.given) for one in found.wrong if one.given is None] == [(4, None), (4, None)]


WRONG = {
    "layer,output\nconv,1x1x1\n": "has 1 rows of layers and the net 9",
    "colour\nred\n": "none of the columns layer, output, parameters",
    "": "none of the columns",
    "output,parameters\n": "no rows of layers",
    PUBLISHED.replace('"51,332"', "51,332"): "row 2 has 4 cells and the head 3: put a number with commas into quotes",
    PUBLISHED.replace("24x24x64", "24ish"): "row 5, output: '24ish' cannot be read: write as 124x124x32",
    PUBLISHED.replace('"204,864"', "-5"): "row 5, parameters: '-5' cannot be read: write as 51,232",
    PUBLISHED.replace('"204,864"', "9" * 4000): "row 5, parameters",
}


@pytest.mark.parametrize("text", WRONG, ids=[*map(str, range(len(WRONG)))])
def test_what_cannot_be_read(tmp_path, text):
    with pytest.raises(TasvirError, match=WRONG[text]):
        checked(tmp_path, text)


@pytest.mark.parametrize("text", ["{", "5", '{"layers": 3}', '{"layers": [1]}', "[" * 100_000])
def test_what_is_no_json(tmp_path, text):
    with pytest.raises(DataFileError, match=r'write \{"layers"'):
        checked(tmp_path, text, "mine.json")


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataFileError, match="is no file"):
        read_answers(tmp_path)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataFileError, match="UTF-8"):
        read_answers(tmp_path / "bytes.csv")
    (tmp_path / "large.csv").write_text("output\n" * 200_000)
    with pytest.raises(DataFileError, match="larger than a table"):
        read_answers(tmp_path / "large.csv")
