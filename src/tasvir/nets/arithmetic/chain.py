"""A chain of layers, walked from the input on: the row of each."""

from collections.abc import Sequence
from fractions import Fraction

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.layer import Layer, Work, each
from tasvir.nets.arithmetic.reach import Reach, field
from tasvir.nets.arithmetic.row import LayerTable, Row
from tasvir.nets.arithmetic.sizes import MOST, Size
from tasvir.nets.arithmetic.words import read_layers

#: Along an axis.
MOST_OUTPUT = 10**12


def layers(words: str, input_shape: Size) -> LayerTable:
    """What does each layer of a chain give, learn, compute, hold in memory and see, and by which formulas?

    Parameters
    ----------
    words : str
        Layers one after the other, as in ``"conv(64,3,same) dilated(32,5,stride=2,rate=2) maxpool(2) flatten dense(10)"``: `conv`
        and `dilated` (filters, kernel, same, valid or zeros on each side; stride=, rate=, groups=, bias=), `transposed` (also
        output_padding=), `maxpool`, `avgpool`, `globalmaxpool`, `globalavgpool`, `flatten`, `dense`, `batchnorm`, `lstm`,
        `gru`, `rnn`, `last` (of a sequence), `relu`, `leakyrelu`, `sigmoid`, `tanh`, `softmax`, `dropout`.
    input_shape : tuple of int
        Of one example: (height, width, channels), (steps, features) or (features,).

    Returns
    -------
    LayerTable
        A row a layer, with `output`, `parameters` (`trainable` and `not_trainable`), `multiply_adds`, `activation_bytes` (numbers
        of 32 bits), `receptive_field` and `step` in places of the input, `formulas` with the numbers put in, and `notes`;
        `total` of all parameters. Its text is a table, `facts()` plain values.

    Raises
    ------
    BadInputError
        An unknown layer or setting (the nearest known one is named), a value out of range, an input that a layer does not take,
        a size that falls below 1.

    Notes
    -----
    No torch is needed. Multiply-adds are those of weights with inputs, products with padding's zeros among them; biases,
    activations and pooling are none. Recurrent layers have two bias vectors a gate, as PyTorch's. Without a word on padding
    there is none, as in Keras and PyTorch.

    References
    ----------
    V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, 2016; A. Araujo et al., *Computing receptive
    fields of convolutional neural networks*, Distill 2019.

    Examples
    --------
    >>> from tasvir import layers
    >>> table = layers("conv(64,3,same) dilated(32,5,stride=2,rate=2)", (256, 256, 3))
    >>> table.rows[1].output, table.rows[1].parameters
    ((124, 124, 32), 51232)
    >>> table.rows[1].formulas["output"]
    ('floor((256 + 2*0 - 2*(5-1) - 1)/2) + 1 = 124',)
    """
    chain, size = read_layers(words), _checked(input_shape)
    rows, works = [], []
    for place, layer in enumerate(chain, start=1):
        try:
            works.append(work := work_of(layer, size))
            rows.append(row(str(layer.on(size)), work, [one.reaches for one in works], input_shape=tuple(input_shape)))
        except BadInputError as error:
            raise BadInputError(f"layer {place}, {layer}: {error}") from None
        size = work.output
    return LayerTable(tuple(input_shape), tuple(rows))


def work_of(layer: Layer, size: Size) -> Work:
    """The work of a layer on an example of this size; refused where it does not take it."""
    layer.check(size)
    work = layer.work(size)
    if max(work.output) > MOST_OUTPUT:
        raise BadInputError(
            f"gives {max(work.output):.3g} numbers along an axis, more than any memory holds: give smaller settings"
        )
    return work


def row(name: str, work: Work, reaches: Sequence[tuple[Reach, ...]], *, input_shape: Size) -> Row:
    """The row of a layer whose work is known, at the end of layers that reach so far along the axes of the input."""
    fields, formulas = [], dict(work.formulas)
    for axis, n in enumerate(input_shape[:-1]):
        fields.append(field([one[axis] if axis < len(one) else Reach() for one in reaches], n))
    if fields:
        formulas["receptive_field"] = each([one.formula for one in fields])
    steps = tuple(one.step or Fraction(0) for one in fields)
    return Row(
        name,
        work.output,
        trainable=work.trainable,
        not_trainable=work.not_trainable,
        multiply_adds=work.multiply_adds,
        receptive_field=tuple(one.size for one in fields),
        step=steps if all(steps) else None,
        formulas=formulas,
        notes=work.notes,
    )


def _checked(shape: Size) -> Size:
    numbers = isinstance(shape, tuple | list) and all(isinstance(n, int) and not isinstance(n, bool) for n in shape)
    if not numbers or not 1 <= len(shape) <= 3 or not all(1 <= n <= MOST for n in shape):
        raise BadInputError(
            f"input_shape={shape!r}: give (height, width, channels), (steps, features) or (features,), numbers of 1 to {MOST:,}"
        )
    return tuple(shape)
