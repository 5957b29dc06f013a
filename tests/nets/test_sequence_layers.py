"""What layers over a sequence cost: formulas, torch's layers counted, and what depends on what."""

import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.costs import COSTS, Sizes, check_fit, read_names
from tasvir.nets.sequence_layers import compared, growth, measured_costs, path_length, timed, waiting_products

SIZES = Sizes(48, 8, 4)


@pytest.mark.parametrize("name", COSTS)
def test_what_is_counted_is_what_the_formula_says(name):
    told, counted = COSTS[name].facts(SIZES), measured_costs(name, SIZES)
    assert counted["operations"] == told["operations"]["value"]
    assert counted["parameters"] == told["parameters"]["value"]
    for one in counted["short"]:
        assert one["sequential"] == one["sequential_formula"], one
        assert one["path"] == one["path_formula"], one


def test_known_answers():
    n, d, k = 48, 8, 4
    values = {name: cost.facts(SIZES) for name, cost in COSTS.items()}
    operations = {name: one["operations"]["value"] for name, one in values.items()}
    assert operations["conv"] == operations["dilated"] == k * n * d**2
    assert operations["rnn"] == 2 * n * d**2
    assert operations["attention"] == 2 * n**2 * d
    assert operations["projected"] == 2 * n**2 * d + 4 * n * d**2
    assert {name: one["path"]["value"] for name, one in values.items()} == {
        "conv": 16,  # 47 steps back, 3 a layer
        "dilated": 3,  # 4^3 = 64 is the first power that holds 48
        "rnn": 48,
        "attention": 1,
        "projected": 1,
    }


@pytest.mark.parametrize("kernel", [2, 3, 5, 9])
@pytest.mark.parametrize("name", ["conv", "dilated"])
def test_the_path_of_stacks_for_many_kernels(name, kernel):
    for n in (9, 10, 17):
        sizes = Sizes(n, 2, kernel)
        assert path_length(name, sizes) == COSTS[name].facts(sizes)["path"]["value"]


def test_one_layer_less_does_not_reach():
    """A planted fault would be seen: the count says where the gradient first arrives."""
    assert path_length("conv", Sizes(9, 2, 3)) == 4 > path_length("conv", Sizes(9, 2, 9)) == 1
    assert waiting_products("rnn", Sizes(12, 2, 2)) == 12


def test_the_exponent_is_a_slope():
    assert growth([1, 2, 4, 8], [3.0, 12.0, 48.0, 192.0]) == pytest.approx(2)
    assert growth([1, 2, 4], [1.0, None, 2.0]) is None


def test_times_are_of_one_thread_and_leave_torch_as_it_was():
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    found = timed("conv", Sizes(16, 4, 3), [8, 16])
    assert all(took > 0 for took in found)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


def test_what_would_take_long_is_not_timed():
    assert timed("attention", Sizes(8192, 4096, 2), [8192]) == [None]


def test_the_whole_comparison_is_plain():
    found = compared(["conv", "attention"], Sizes(16, 4, 3))
    assert found["lengths"] == [2, 4, 8, 16]
    assert [row["layer"] for row in found["compare"]] == ["conv", "attention"]
    assert len(found["compare"][0]["measured"]["seconds"]) == 4


@pytest.mark.parametrize(
    ("names", "sizes", "says"),
    [
        ("konv", (8, 8, 3), "no such layer; did you mean conv"),
        (",", (8, 8, 3), "give some of conv, dilated"),
        ("conv", (1, 8, 3), "--length 1: give 2 to 8,192"),
        ("conv", (10**9, 8, 3), "--length"),
        ("conv", (8, 0, 3), "--width 0"),
        ("conv", (8, 8, 9), "--kernel 9: give 2 to 8"),
        ("conv", (8192, 4096, 8192), "weights alone are 512.0 GiB"),
    ],
)
def test_what_cannot_be_compared(names, sizes, says):
    with pytest.raises(BadInputError, match=says):
        check_fit(read_names(names), Sizes(*sizes))
