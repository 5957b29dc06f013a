"""The numbers on the handbook's page on layers are those that the code gives."""

import re

import pytest
from handbook import Page

from tasvir import layers
from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.costs import COSTS, Sizes
from tasvir.nets.arithmetic.sizes import read_size, written
from tasvir.nets.sequence_layers import growth, measured_costs

PAGE = Page("layers")
SIZES = Sizes(1024, 64, 3)


def cell(words: str) -> str:
    return words.strip("`")


def number(words: str) -> int:
    return int(words.replace(",", ""))


def only(words: str, size: tuple[int, ...]):
    return layers(words, size).rows[0]


def test_the_table_of_sizes():
    rows = PAGE.table("layer", "output")
    table = layers(" ".join(cell(row[0]) for row in rows), (256, 256, 3))
    found = [[written(row.output), f"{row.parameters:,}", written(row.receptive_field)] for row in table.rows]
    assert [row[1:] for row in rows] == found
    PAGE.says(f"Together {table.total:,} parameters", "A chain on a photograph of 256x256x3")
    second = table.rows[1].formulas
    PAGE.says(*second["output"], *second["parameters"])
    sizes = [table.rows[place].output[0] for place in (1, 2, 4, 5, 7)]
    PAGE.says(f"in place of {', '.join(map(str, sizes))} and {table.rows[8].output[0]}")
    PAGE.says(f"place of {table.rows[1].parameters:,} and {table.rows[7].parameters:,}")
    assert [number(words) for words in ("51,332", "519,328")] != [table.rows[1].parameters, table.rows[7].parameters]
    PAGE.says("has 125, 63, 24, 12, 3 and 2", "51,332 and 519,328")
    for row in table.rows[1:3]:
        PAGE.says(*row.formulas["receptive_field"])
    assert [table.rows[7].receptive_field[0], table.rows[8].receptive_field[0]] == [253, 285]
    PAGE.says("The last convolution sees 253 of 256 pixels", 'an output "sees" 285')


def test_nothing_is_left_with_rate_8():
    with pytest.raises(BadInputError, match="effective kernel is 33 on 11x11") as found:
        layers("dilated(128,5,stride=2,rate=8)", (11, 11, 256))
    (formula,) = re.findall(r"8\*.*?= 33", str(found.value))
    PAGE.says(f"its effective kernel is {formula}, on 11x11")


def test_dense_beside_convolution():
    PAGE.says(f"(784 + 1)·128 = {layers('flatten dense(128)', (28, 28, 1)).total:,}")
    PAGE.says(f"(3·3·1 + 1)·16 = {only('conv(16,3)', (28, 28, 1)).parameters}")


def test_the_padding_that_keeps_the_size():
    for kernel, rate, says in ((3, 1, "1 for f = 3"), (5, 1, "2 for f = 5"), (5, 2, "4 for f = 5 and d = 2")):
        row = only(f"conv(1,{kernel},same,rate={rate})", (28, 28, 1))
        assert row.output == (28, 28, 1)
        PAGE.says(says)
        assert row.formulas["padding"][0].endswith(f"= {says[0]}")
    even = only("conv(1,4,same)", (28, 28, 1))
    (note,) = even.notes
    PAGE.says(
        f"With f = 4, {even.formulas['padding'][0].partition(' = 1 +')[0]} zeros",
        f"{note['before']} before and {note['behind']} behind",
    )
    healed = only("conv(1,4,same,rate=2)", (28, 28, 1))
    PAGE.says(f"f = 4 and d = 2 need {healed.formulas['padding'][0]} on each side")
    for n, zeros in ((28, "0 + 1"), (27, "1 + 1")):
        strided = only("conv(1,3,same,stride=2)", (n, n, 1))
        assert (strided.output[0], only("conv(1,3,1,stride=2)", (n, n, 1)).output[0]) == (14, 14)
        assert strided.formulas["padding"][0].endswith(zeros)
    PAGE.says("28 and 27 both become 14", "it is 1 for 28 places, all of it behind, and 2 for 27")


def test_dilated_convolutions_see_far():
    for rates, says in (((1, 2, 4, 8), "rates 1, 2, 4 and 8 see 3, 7, 15 and 31"), ((1, 1, 1, 1), "without rates 3, 5, 7 and 9")):
        table = layers(" ".join(f"conv(8,3,rate={rate})" for rate in rates), (64, 64, 8))
        seen = [row.receptive_field[0] for row in table.rows]
        assert f"{', '.join(map(str, seen[:3]))} and {seen[3]}" in says
        PAGE.says(says, f"Both learn {table.total:,} numbers for 8 channels")


def test_what_layers_cost():
    PAGE.says("For one example of 32x32x64")
    rows = {row[0]: row[1:] for row in PAGE.table("layer", "parameters")}
    assert len(rows) == 5
    for words, told in rows.items():
        row = only(cell(words), read_size("32x32x64"))
        assert told == [f"{n:,}" for n in (row.parameters, row.multiply_adds, row.activation_bytes)]
    parted = layers("conv(64,3,same,groups=64) conv(64,1)", (32, 32, 64)).facts()
    PAGE.says(f"do with {parted['total']:,} numbers and {parted['multiply_adds']:,} multiply-adds")
    PAGE.says("what the first does with {} and {}, less".format(*rows["`conv(64,3,same)`"][:2]))


def test_what_is_trained():
    table = layers("dense(20) batchnorm", (10,))
    PAGE.says(
        table.rows[0].formulas["parameters"][0], f"its batch norm {table.rows[1].trainable} more: {table.trainable} trainable"
    )
    PAGE.says(f"and {table.total - table.trainable} beside them that are not")
    assert {2 * 64 + 2 * 64} == {only("batchnorm", (32, 32, 64)).parameters}


def test_recurrent_layers():
    PAGE.says("For 8 features and 64 units")
    for words, two, one in PAGE.table("layer", "PyTorch"):
        row = only(cell(words), (50, 8))
        assert [number(two), number(one)] == [row.parameters, row.notes[0]["parameters"]]


def test_what_layers_over_a_sequence_cost():
    PAGE.says("with n = 1,024, d = 64, k = 3")
    rows = PAGE.table("way", "operations")
    assert [row[0] for row in rows] == [*COSTS]
    for name, operations, counted, sequential, path, parameters in rows:
        told = COSTS[name].facts(SIZES)
        sizes = Sizes(64, 64, 3) if name == "rnn" else SIZES  # a thousand steps one by one would take seconds
        found = measured_costs(name, sizes)
        assert operations == told["operations"]["order"]
        assert number(counted) == told["operations"]["value"]
        assert found["operations"] == COSTS[name].facts(sizes)["operations"]["value"]
        assert sequential == "{order}: {value:,}".format(**told["sequential"])
        assert path == "{order}: {value:,}".format(**told["path"])
        assert number(parameters) == found["parameters"] == told["parameters"]["value"]
        longest = {one["length"]: one["path"] for one in found["short"]}[32]
        if name != "projected":
            PAGE.says(
                {"conv": "conv {} layers", "dilated": "dilated {}", "rnn": "rnn {} states"}.get(name, "attention {}").format(
                    longest
                )
            )
    conv = COSTS["conv"].facts(SIZES)
    PAGE.says(f"{conv['path']['value']} layers of {conv['operations']['value']:,} operations")
    PAGE.says(f"or {COSTS['dilated'].facts(SIZES)['path']['value']} dilated ones")


def test_the_seconds_are_as_told():
    """Measured once, with the command that the page names; what is said of them follows from them."""
    head, rows = (128, 256, 512, 1024), PAGE.table("way", "128", "256", "512", "1,024", "exponent")
    taken = {name: [float(took) for took in found[:4]] for name, *found in rows}
    assert [*taken] == [*COSTS]
    for name, *found in rows:
        assert growth(head, taken[name]) == pytest.approx(float(found[4]), abs=0.02)
    assert all(max(taken, key=lambda name: taken[name][place]) == "rnn" for place in range(3))
    assert growth(head, taken["attention"]) > 1.7 > 1.2 > max(growth(head, taken[name]) for name in ("conv", "dilated", "rnn"))
