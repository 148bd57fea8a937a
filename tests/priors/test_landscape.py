"""A grid of weights against the formulas, and columns that are not there."""

import re

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.priors.columns import check_columns
from mesaprior.priors.landscape import survey
from mesaprior.priors.prior import make_prior


def grid(prior, **changes):
    return survey(make_prior(prior), **{"max_length": 8, "max_time": 16, "at": {}, "width": 100, "height": 5} | changes)


def test_weights_on_a_grid():
    seen = grid("levin")
    assert (seen.across, seen.up, seen.others) == ("length", "time", {})
    assert seen.x.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert seen.y.tolist() == [1, 2, 4, 8, 16]
    assert seen.log2_weight.tolist() == [[-length - k for length in range(1, 9)] for k in range(5)]


def test_few_points_are_even_in_length_and_in_ratios_of_time():
    seen = grid("simplicity", max_length=101, width=3, max_time=100, height=3)
    assert (seen.x.tolist(), seen.y.tolist()) == ([1, 51, 101], [1, 10, 100])
    assert seen.log2_weight.tolist() == [[-1, -51, -101]] * 3


def test_a_prior_without_a_length_is_drawn_over_the_first_size_that_it_reads():
    seen = grid("2**-(3*gates + weights)", at={"weights": 5}, max_length=3)
    assert (seen.across, seen.others) == ("gates", {"weights": 5})
    assert seen.log2_weight[0].tolist() == [-8, -11, -14]
    assert grid("2**-(3*gates + weights)", max_length=3).log2_weight[0].tolist() == [-4, -7, -10]


def test_the_inference_time_is_the_time_unless_it_is_held():
    by_both = "2**-length / (time + infer_time)"
    assert grid(by_both).log2_weight[:, 0].tolist() == [-2, -3, -4, -5, -6]
    assert np.exp2(-1 - grid(by_both, at={"infer_time": 3}).log2_weight[:, 0]) == pytest.approx([4, 5, 7, 11, 19])


def test_a_prior_that_is_the_same_everywhere_has_a_grid_too():
    assert grid("uniform").log2_weight.shape == (5, 8)
    assert not grid("uniform").log2_weight.any()


@pytest.mark.parametrize("name", ["length", "time", "gates"])
def test_what_cannot_be_held(name):
    message = (
        "holds what is an axis here or is not read by 'levin'; it reads length, time, and the axes are length and time"
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        grid("levin", at={name: 2})


def test_a_column_that_is_not_counted():
    check_columns(make_prior("levin"), "terms", ("length", "time"))
    message = "reads the column 'time', which the space 'terms' does not count; its columns are length, gates"
    with pytest.raises(UsageError, match=re.escape(message)):
        check_columns(make_prior("levin"), "terms", ("length", "gates"))
