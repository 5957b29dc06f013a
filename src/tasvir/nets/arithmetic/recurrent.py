"""Recurrent layers: a state that each step of a sequence makes from its features and from the state before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from tasvir.nets.arithmetic.layer import Layer, Work, equals
from tasvir.nets.arithmetic.reach import WHOLE
from tasvir.nets.arithmetic.sizes import Size

#: How many sums of features and state a step of each makes: an LSTM has three gates and a new content, a GRU two and one.
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


@dataclass(frozen=True)
class Recurrent(Layer):
    """A state of `units` numbers, given at every step; biases as PyTorch has them, two vectors a gate."""

    takes: ClassVar[tuple[int, ...]] = (2,)
    units: int = 0
    bias: bool = True

    def work(self, size: Size) -> Work:
        (steps, features), units, gates = size, self.units, GATES[self.name]

        def count(n_biases: int) -> int:
            return gates * (units * (features + units) + n_biases * units)

        weights, times = f"{units}*({features} + {units})", steps * gates * units * (features + units)
        n = count(2 * self.bias)
        return Work(
            (steps, units),
            (WHOLE,),
            trainable=n,
            multiply_adds=times,
            formulas={
                "parameters": (equals(f"{gates}*({weights} + 2*{units})" if self.bias else f"{gates}*{weights}", n),),
                "multiply_adds": (equals(f"{steps}*{gates}*{weights}", times),),
            },
            notes=self._one_bias(count),
        )

    def _one_bias(self, count: Callable[[int], int]) -> tuple[dict[str, Any], ...]:
        """What those count who have one vector: Keras for an RNN and an LSTM, textbooks for all three."""
        if not self.bias:
            return ()
        return ({"note": "one_bias_gru" if self.name == "gru" else "one_bias", "parameters": count(1)},)
