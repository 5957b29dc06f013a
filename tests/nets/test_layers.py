"""Layer arithmetic by known answers, and what cannot be: every number here was worked out by hand."""

import pytest

from tasvir import layers
from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.words import WORDS, read_layers

#: Three rounds of a convolution, a dilated one with stride 2, and pooling, on a photograph.
ROUNDS = (
    "conv(64,3,same) dilated(32,5,stride=2,rate=2) maxpool(2) conv(128,3,same) dilated(64,5,stride=2,rate=4) maxpool(2) "
    "conv(256,3,same) dilated(128,5,stride=2,rate=2) maxpool(2)"
)
KNOWN = {
    (256, 256, 64): 1792,
    (124, 124, 32): 51232,
    (62, 62, 32): 0,
    (62, 62, 128): 36992,
    (23, 23, 64): 204864,
    (11, 11, 64): 0,
    (11, 11, 256): 147712,
    (2, 2, 128): 819328,
    (1, 1, 128): 0,
}


def test_the_known_table():
    table = layers(ROUNDS, (256, 256, 3))
    assert {row.output: row.parameters for row in table.rows} == KNOWN
    assert table.total == table.trainable == 1_261_920
    second = table.rows[1]
    assert second.formulas["output"] == ("floor((256 + 2*0 - 2*(5-1) - 1)/2) + 1 = 124",)
    assert second.formulas["parameters"] == ("(5*5*64 + 1)*32 = 51,232",)
    assert second.multiply_adds == 124 * 124 * 32 * 25 * 64
    assert second.activation_bytes == 4 * 124 * 124 * 32
    assert [row.receptive_field[0] for row in table.rows] == [3, 11, 13, 21, 85, 93, 125, 253, 285]
    assert [int(row.step[0]) for row in table.rows] == [1, 2, 4, 4, 8, 16, 16, 32, 64]


def test_no_output_is_left():
    rounds = ROUNDS.replace("dilated(128,5,stride=2,rate=2)", "dilated(128,5,stride=2,rate=8)")
    with pytest.raises(
        BadInputError, match=r"layer 8, dilated\(128.*the effective kernel is 33 on 11x11: 8\*\(5-1\) \+ 1 = 33; give"
    ):
        layers(rounds, (256, 256, 3))


def test_what_batch_norm_learns_and_keeps():
    table = layers("dense(20) batchnorm", (10,))
    assert (table.trainable, table.total) == (260, 300)
    assert table.rows[1].formulas["trainable"] == table.rows[1].formulas["not_trainable"] == ("2*20 = 40",)


@pytest.mark.parametrize(
    ("kernel", "rate", "padding", "formula"),
    [
        (3, 1, (1, 1), "1*(3-1)/2 = 1"),
        (5, 2, (4, 4), "2*(5-1)/2 = 4"),
        (4, 2, (3, 3), "2*(4-1)/2 = 3"),  # an even kernel, and an even rate: whole
        (4, 1, (1, 2), "1*(4-1) = 3 = 1 + 2"),
        (2, 3, (1, 2), "3*(2-1) = 3 = 1 + 2"),
    ],
)
def test_the_padding_that_keeps_the_size(kernel, rate, padding, formula):
    (row,) = layers(f"conv(1,{kernel},same,rate={rate})", (28, 28, 1)).rows
    assert (row.output, row.formulas["padding"]) == ((28, 28, 1), (formula,))
    uneven = [(note["before"], note["behind"]) for note in row.notes if note["note"] == "uneven_padding"]
    assert uneven == ([padding] if padding[0] != padding[1] else [])


def test_same_with_a_stride_is_tensorflow_s():
    """Sizes and zeros of `tf.nn.conv2d(padding="SAME")`, from its documentation's formula, for odd and even sizes."""
    for n, zeros in ((28, (0, 1)), (27, (1, 1))):
        (row,) = layers("conv(1,3,same,stride=2)", (n, n, 1)).rows
        assert row.output == (14, 14, 1)
        assert row.formulas["padding"][0].endswith(f"= {sum(zeros)} = {zeros[0]} + {zeros[1]}")
        assert {"note": "same_with_stride", "n": n, "stride": 2, "outputs": 14} in row.notes


def test_other_known_answers():
    pool, ceil = layers("maxpool(3,stride=2)", (6, 6, 4)).rows[0], layers("maxpool(3,stride=2,ceil=yes)", (6, 6, 4)).rows[0]
    assert (pool.output, ceil.output) == ((2, 2, 4), (3, 3, 4))
    depthwise = layers("conv(8,3,same,groups=8,bias=no) conv(16,1)", (10, 10, 8))
    assert [row.parameters for row in depthwise.rows] == [72, 144]
    assert depthwise.rows[0].formulas["parameters"] == ("3*3*8/8*8 = 72",)
    up = layers("transposed(16,3,1,stride=2,output_padding=1) transposed(1,4,same,stride=2)", (7, 7, 32))
    assert [row.output for row in up.rows] == [(14, 14, 16), (28, 28, 1)]
    assert up.rows[0].formulas["output"] == ("(7-1)*2 - 2*1 + 1*(3-1) + 1 + 1 = 14",)
    flat = layers("flatten dense(10,bias=no)", (4, 5, 3)).rows
    assert [(row.output, row.parameters, row.receptive_field, row.step) for row in flat] == [
        ((60,), 0, (4, 5), None),
        ((10,), 600, (4, 5), None),
    ]
    oblong = layers("conv(2,5x3,1x0,stride=2x1)", (9, 8, 1)).rows[0]
    assert (oblong.output, oblong.receptive_field) == ((4, 6, 2), (5, 3))
    assert len(oblong.formulas["output"]) == 2


@pytest.mark.parametrize(
    ("words", "learned", "with_one_bias"),
    [("lstm(6)", 4 * 6 * (5 + 6 + 2), 4 * 6 * (5 + 6 + 1)), ("gru(6)", 3 * 6 * 13, 3 * 6 * 12), ("rnn(6)", 6 * 13, 6 * 12)],
)
def test_recurrent_layers_have_two_biases_and_tell_of_one(words, learned, with_one_bias):
    table = layers(f"{words} last dense(2)", (9, 5))
    assert [row.output for row in table.rows] == [(9, 6), (6,), (2,)]
    assert table.rows[0].parameters == learned
    assert table.rows[0].notes[0]["parameters"] == with_one_bias
    assert table.rows[0].multiply_adds == 9 * (learned // 13) * 11
    assert layers(words.replace(")", ",bias=no)"), (9, 5)).rows[0].notes == ()


def test_words_are_read_as_people_write_them():
    written = "Conv( 64 , 3×3, SAME )  ,\n dilated(32,5,dilation=2); maxpool(۲) flatten dense(units=10)"
    assert " ".join(map(str, read_layers(written))) == "conv(64, 3x3, same) dilated(32, 5, rate=2) maxpool(2) flatten dense(10)"


def test_the_formula_is_the_number():
    """Whatever stands before the last = of a formula, reckoned, is what stands behind it."""
    table = layers(
        "conv(8,4x3,same) conv(8,3,same,stride=2) conv(8,3,1,groups=4,rate=2) transposed(6,3,1,stride=2) batchnorm flatten "
        "dense(7)",
        (30, 21, 2),
    )
    names = {"__builtins__": {}, "floor": lambda x: int(x // 1), "ceil": lambda x: -int(-x // 1), "max": max}
    checked = 0
    for row in table.rows:
        for name, lines in row.formulas.items():
            for line in lines if name != "padding" and "<-" not in "".join(lines) else ():
                expression, sign, value = line.rpartition(" = ")
                if sign:
                    assert int(eval(expression.replace(",", "_"), names)) == int(value.replace(",", "")), line
                    checked += 1
    assert checked > 20


#: words -> what the line has to speak of, for an image 8x8x1
WRONG = {
    "konv(3,3)": "layer 1, konv: no such layer; did you mean conv",
    "maxpol(2)": "did you mean maxpool",
    "conv(3,3,strid=2)": "no setting 'strid'; did you mean stride",
    "conv(3,3,same,2)": "name it, as stride=2",
    "conv(3)": "kernel is missing: give conv\\(filters, kernel",
    "conv(3,3,half)": "padding 'half'.*same, valid, or a number",
    "conv(3,3,bias=perhaps)": "yes or no",
    "conv(3,3,3,padding=1)": "padding is given twice",
    "conv(3,3,-1)": "padding '-1'",
    "conv(0,3)": "filters '0'",
    "conv(3,3x3x3)": "two as 5x3",
    "conv(2.5,3)": "filters '2.5'",
    "conv(99999999999999999999,3)": "1,000,000",
    "conv(4,3,groups=2)": "groups=2 does not divide 1 channels into 4",
    "conv(4,9)": "layer 1, conv\\(4, 9\\): no output is left, as the effective kernel is 9 on 8x8",
    "conv(4,3) conv(4,7)": "layer 2, .* 7 on 6x6",
    "conv(4,12,1)": "12 on 8x8 \\(10x10 with its zeros\\)",
    "dense(3)": "put flatten before it",
    "conv(4,3) flatten conv(4,3)": "layer 3, .*takes images",
    "lstm(4)": "takes sequences TxF, and gets 8x8x1",
    "conv1d(4,3)": "takes sequences TxF",
    "transposed(4,3,stride=2,output_padding=2)": "output_padding=2 has to be smaller",
    "transposed(4,3,same,output_padding=1)": "leave one of them out",
    "transposed(4,2,9)": "no output is left",
    "maxpool(2,padding=2)": "more than half of the window",
    "dropout(1.5)": "share",
    "relu(1)": "leave it out",
    "conv(3,3": "cannot read",
    "conv((3),3)": "cannot read",
    "conv(3,3))": "cannot read",
    "": "0 layers",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be(words):
    with pytest.raises(BadInputError, match=WRONG[words]) as found:
        layers(words, (8, 8, 1))
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("layer", ["conv(1,3,same,stride=9)", "transposed(1,3,stride=9)", "conv(1,99999,same,rate=99999)"])
def test_what_no_memory_holds(layer):
    with pytest.raises(BadInputError, match=r"layer .*: (gives|an output would see).*: give smaller"):
        layers(" ".join([layer] * 200), (9, 9, 1))


def test_many_layers():
    table = layers(" ".join(["conv(1,3,same)"] * 300), (9, 9, 1))
    assert table.rows[-1].receptive_field == (601, 601)
    with pytest.raises(BadInputError, match="1001 layers: give 1 to 1,000"):
        layers(" ".join(["relu"] * 1001), (9, 9, 1))


def test_a_sequence_has_one_axis():
    with pytest.raises(BadInputError, match="kernel 3x3 has 2 sizes"):
        layers("conv(4,3x3)", (8, 3))
    with pytest.raises(BadInputError, match="1,000,000"):
        layers("dense(3)", (2_000_000,))
    with pytest.raises(BadInputError, match="input_shape=3"):
        layers("dense(3)", 3)


def test_every_word_can_be_said():
    needed = {"filters": "2", "kernel": "3", "size": "2", "units": "2", "share": "0.5"}
    for name, word in WORDS.items():
        settings = ",".join(needed[key] for key in list(word.settings)[: word.needed])
        size = next(size for size in ((8, 8, 1), (8, 2), (8,)) if len(size) in _taken(name, word))
        assert len(layers(f"{name}({settings})", size).rows) == 1


def _taken(name, word):
    return {"conv1d": (2,), "conv2d": (3,)}.get(name, word.kind.takes)


def test_the_last_step_sees_what_it_saw_before():
    assert layers("conv(8,3) last", (50, 8)).rows[1].receptive_field == (3,)
