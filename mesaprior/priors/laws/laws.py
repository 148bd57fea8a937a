"""The laws: the statement of each, its examples, and the test for a violation.

A law about weights skips programs without one: that they must have one is a separate law. So a prior that breaks one
law need not break others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from mesaprior.priors.columns import sizes
from mesaprior.priors.laws.strategies import GREATEST_LENGTH, GREATEST_TIME, Program, least_of, programs
from mesaprior.priors.laws.subject import Subject, Weight


@dataclass(frozen=True)
class Law:
    """A law that a prior may obey.

    Attributes
    ----------
    name : str
    statement : str
        What it says, in one sentence.
    examples : callable
        From a `Subject` to a Hypothesis strategy of examples.
    breach : callable
        From a `Subject` and an example to what breaks the law there, as words; None where nothing does.
    is_required : bool
        Whether what breaks it is no prior at all.
    """

    name: str
    statement: str
    examples: Callable[[Subject], st.SearchStrategy[Any]]
    breach: Callable[[Subject, Any], str | None]
    is_required: bool = False


def find_law(name: str) -> Law | None:
    """Return the law of a name, or None."""
    return next((law for law in LAWS if law.name == name), None)


def _one(subject: Subject) -> st.SearchStrategy[dict[str, int]]:
    return programs(subject.columns, landmarks=subject.landmarks)


def _undefined(subject: Subject, program: Program) -> str | None:
    (weight,) = subject.weigh([program])
    return f"{_words(program, subject)}: the weight is undefined" if math.isnan(weight.sign) else None


def _negative(subject: Subject, program: Program) -> str | None:
    (weight,) = subject.weigh([program])
    return f"{_words(program, subject)}: the weight is {weight}" if weight.sign < 0 else None


def _infinite(subject: Subject, program: Program) -> str | None:
    (weight,) = subject.weigh([program])
    return (
        f"{_words(program, subject)}: the weight is infinite" if weight.sign > 0 and weight.log2 == math.inf else None
    )


def _excluded(subject: Subject, program: Program) -> str | None:
    (weight,) = subject.weigh([program])
    return f"{_words(program, subject)}: the weight is 0" if weight.sign == 0 else None


def _with_factor(subject: Subject) -> st.SearchStrategy[tuple[list[dict[str, int]], float]]:
    least = {name: least_of(name) for name in subject.columns}
    others = st.lists(_one(subject), max_size=3)
    return st.tuples(others.map(lambda drawn: [least, *drawn]), st.sampled_from([3.0, 0.1, 1e9, 1e-9, 1e300, 1e-300]))


def _changed_by_factor(subject: Subject, example: tuple[Sequence[Program], float]) -> str | None:
    drawn, factor = example
    before, after = subject.weigh(drawn), subject.times(factor).weigh(drawn)
    if not all(weight.is_proper for weight in (*before, *after)):
        return None
    if all(weight.sign == 0 for weight in before):
        return f"{_words(drawn[0], subject)}: the weight is 0, so there is nothing to normalize"
    first = max(range(len(drawn)), key=lambda k: before[k].log2)
    for program, one, other in zip(drawn, before, after, strict=True):
        if _ratio_differs(one, before[first], other, after[first]):
            two = f"{_words(program, subject)} against {_words(drawn[first], subject)}"
            when = f"where all weights are multiplied by {factor:g}"
            return f"{two}: {_ratio(one, before[first])}, and {_ratio(other, after[first])} {when}"
    return None


def _pair_along(names: Callable[[], Sequence[str]]) -> Callable[[Subject], st.SearchStrategy[Any]]:
    """Return examples of two programs that differ in one of these columns, which are looked up lazily."""

    def examples(subject: Subject) -> st.SearchStrategy[Any]:
        read = [name for name in names() if name in subject.columns]
        more = programs(read, landmarks=subject.landmarks)
        return st.tuples(_one(subject), st.sampled_from(read), more) if read else st.none()

    return examples


def _grows(subject: Subject, example: tuple[Program, str, Program] | None) -> str | None:
    if example is None:
        return None
    less, name, others = example
    more = {**less, name: others[name]}
    if more[name] < less[name]:
        less, more = more, less
    if not _is_program(less) or not _is_program(more):
        return None
    one, other = subject.weigh([less, more])
    if not (one.is_proper and other.is_proper) or other.log2 <= one.log2 + _slack(one, other):
        return None
    rest = {key: value for key, value in less.items() if key != name}
    at = f", {_words(rest, subject)}" if any(key in subject.prior.columns for key in rest) else ""
    return f"{name} = {less[name]} to {more[name]}{at}: the weight grows from {one} to {other}"


def _unbounded(subject: Subject, program: Program) -> str | None:
    (weight,) = subject.weigh([program])
    if not weight.is_proper:
        return None
    ceiling, small = _greatest_ratio(subject)
    ratio = weight.log2 + program["length"]
    if small is None or ratio <= ceiling + 1 + _slack(weight):
        return None
    return (
        f"{_words(program, subject, 'length')}: the weight is 2^{ratio:.6g} times 2^-length, and it is at most "
        f"2^{ceiling:.6g} times that for small programs ({_words(small, subject, 'length')})"
    )


@lru_cache(maxsize=64)
def _greatest_ratio(subject: Subject) -> tuple[float, Program | None]:
    """Return log2 of the greatest weight * 2**length among small programs, and the program."""
    powers = [2**k for k in range(11)]
    wide = len(subject.columns) <= 4
    values = {
        "length": [*powers[:7], 3, 24, 48] if wide else [1, 8, 64],
        "time": powers if wide else [1, 32, 1024],
        "infer_time": powers if wide else [1, 32, 1024],
    }
    sizes = [0, *powers[:7]] if wide else [0, 8, 64]
    grid = itertools.product(*(values.get(name, sizes) for name in subject.columns))
    small = [program for row in grid if _is_program(program := dict(zip(subject.columns, row, strict=True)))]
    best, greatest = None, -math.inf
    for program, weight in zip(small, subject.weigh(small), strict=True):
        if weight.is_proper and weight.log2 + program["length"] > greatest:
            best, greatest = program, weight.log2 + program["length"]
    return greatest, best


def _moved(least: int, greatest: int) -> Callable[[Subject], st.SearchStrategy[Any]]:
    """Return examples of two programs and an integer by which both are changed."""

    def examples(subject: Subject) -> st.SearchStrategy[Any]:
        return st.tuples(_one(subject), _one(subject), st.integers(least, greatest))

    return examples


def _changed_by_prefix(subject: Subject, example: tuple[Program, Program, int]) -> str | None:
    bits = example[2]
    return _changed(
        subject, example, {"length": lambda value: value + bits}, f"both are {bits} bit{'s' * (bits > 1)} longer"
    )


def _changed_by_unit(subject: Subject, example: tuple[Program, Program, int]) -> str | None:
    times = example[2]

    def longer(value: int) -> int:
        return value * times

    change = {"time": longer, "infer_time": longer}
    return _changed(subject, example, change, f"every step takes {times}")


def _changed(
    subject: Subject, example: tuple[Program, Program, int], change: Mapping[str, Callable[[int], int]], when: str
) -> str | None:
    """Return the change of the ratio of two weights under a change of columns."""
    first, second, _ = example
    moved = [
        {name: change[name](value) if name in change else value for name, value in program.items()}
        for program in (first, second)
    ]
    if any(program.get(name, 0) > GREATEST_TIME for program in moved for name in change):
        return None
    weights = subject.weigh([first, second, *moved])
    if not all(weight.is_proper for weight in weights):
        return None
    a, b, c, d = weights
    # Two programs without weight say nothing about each other.
    if (a.sign == 0 and b.sign == 0) or not _ratio_differs(a, b, c, d):
        return None
    return (
        f"{_words(first, subject)} against {_words(second, subject)}: {_ratio(a, b)}, and {_ratio(c, d)} where {when}"
    )


def _is_program(program: Program) -> bool:
    """Return whether a program is possible: its time includes that of predicting."""
    return program.get("infer_time", 0) <= program.get("time", math.inf)


def _slack(*weights: Weight) -> float:
    """Return the number of bits by which weights may differ through rounding."""
    return 1e-9 + 2.0**-48 * max((abs(weight.log2) for weight in weights if weight.sign), default=0.0)


def _ratio_differs(a: Weight, b: Weight, c: Weight, d: Weight) -> bool:
    """Return whether the ratios a : b and c : d differ."""
    if (a.sign, b.sign) != (c.sign, d.sign):
        return True
    if a.sign == 0 or b.sign == 0:
        return False
    return abs((a.log2 - b.log2) - (c.log2 - d.log2)) > 8 * _slack(a, b, c, d)


def _ratio(first: Weight, second: Weight) -> str:
    if first.sign == 0 or second.sign == 0:
        return f"the weights are {first} and {second}"
    return f"the weights are as 2^{first.log2 - second.log2:.6g} to 1"


def _words(program: Program, subject: Subject, *always: str) -> str:
    """Return a program as text: the columns that the prior reads, and the given ones."""
    shown = [f"{name} = {value}" for name, value in program.items() if name in subject.prior.columns or name in always]
    return ", ".join(shown) or "every program"


LAWS = (
    Law("defined", "every program has a weight", _one, _undefined, is_required=True),
    Law("non-negative", "no weight is below 0", _one, _negative, is_required=True),
    Law("finite", "no weight is infinite", _one, _infinite, is_required=True),
    Law("full support", "no program is ruled out before any data: every weight is above 0", _one, _excluded),
    Law(
        "constant factor",
        "weights can be normalized, and multiplying all of them by a constant changes no share",
        _with_factor,
        _changed_by_factor,
    ),
    Law(
        "monotone in length",
        "of two programs alike in all else the longer weighs no more",
        _pair_along(lambda: ("length",)),
        _grows,
    ),
    Law(
        "monotone in time",
        "of two programs alike in all else the slower weighs no more",
        _pair_along(lambda: ("time",)),
        _grows,
    ),
    Law(
        "monotone in infer_time",
        "of two programs alike in all else the one that predicts more slowly weighs no more",
        _pair_along(lambda: ("infer_time",)),
        _grows,
    ),
    Law(
        "monotone in size",
        "of two programs alike in all else the one of more space, gates, depth or weights weighs no more",
        _pair_along(sizes),
        _grows,
    ),
    Law(
        "Kraft",
        "weight times 2^length is bounded, so the weights of all programs of any prefix code have a finite sum",
        _one,
        _unbounded,
    ),
    Law(
        "common prefix",
        "making all programs longer by the same bits changes no share",
        _moved(1, GREATEST_LENGTH),
        _changed_by_prefix,
    ),
    Law("unit of time", "counting every step as several changes no share", _moved(2, 1000), _changed_by_unit),
)
"""All laws, those first without which a formula is no prior. Programs are tried up to the sizes of the strategies."""
