"""Small logs, censuses and priors made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import DEPLOY, NONE, ONLINE, TRAIN, ImitationLog

IMITATING = (0, 0, 0, 0)
SEARCHING = (1, 1, 0, 0)
SLEEPING = (0, 1, 0, 0)
LEARNING = (0, 0, 1, 1)


@dataclass(frozen=True)
class Program:
    """One group of programs of a hand-made census: predictions by situation (-1 abstains)."""

    predictions: tuple[int, ...]
    flags: tuple[int, int, int, int] = IMITATING
    length: float = 1
    time: int = 1
    count: int = 1
    text: str = "p"


@dataclass(frozen=True)
class TinyPrior:
    """A prior by a NumPy function from columns to log2 weights."""

    function: Callable[[Mapping[str, np.ndarray]], Any]
    name: str = "tiny"
    columns: tuple[str, ...] = ("length", "time")
    parameters: Mapping[str, float] = field(default_factory=dict)

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return self.function(columns)


SIMPLICITY = TinyPrior(lambda columns: -columns["length"].astype(float), name="simplicity")
LEVIN = TinyPrior(lambda columns: -columns["length"] - np.log2(columns["time"]), name="levin")
UNIFORM = TinyPrior(lambda columns: np.float64(0.0), name="uniform", columns=())


def levin_weight(program: Program) -> Fraction:
    return Fraction(1, 2**program.length * program.time)


def make_log(
    training: list[tuple[int, int]],
    later: list[tuple[int, int | None, int | None]] = (),
    *,
    online: bool = False,
) -> ImitationLog:
    """Build a log of one feature from (situation, action) and later (situation, action, rival)."""
    situation = [row[0] for row in training] + [row[0] for row in later]
    names = list(dict.fromkeys(situation))
    filled = [[NONE if cell is None else cell for cell in row] for row in later]
    return ImitationLog(
        features=("position",),
        situations=np.array(names).reshape(-1, 1),
        row_situation=np.array([names.index(s) for s in situation]),
        action=np.array([row[1] for row in training] + [row[1] for row in filled]),
        rival=np.array([NONE] * len(training) + [row[2] for row in filled]),
        split=np.array([TRAIN] * len(training) + [ONLINE if online else DEPLOY] * len(later), dtype=np.int8),
        file_line=np.arange(2, len(situation) + 2),
    )


def make_census(log: ImitationLog, programs: list[Program], *, n_actions: int = 3, space: str = "hand-made") -> Census:
    """Build the census of the given programs; predictions follow the order of `log.situations`."""
    n_cells = len(log.situations)
    behaviours = sorted({(program.predictions[:n_cells], program.flags) for program in programs})
    groups: dict[tuple, int] = {}
    witness: dict[int, tuple] = {}
    for program in programs:
        behaviour = behaviours.index((program.predictions[:n_cells], program.flags))
        group = (behaviour, program.length, program.time)
        groups[group] = groups.get(group, 0) + program.count
        mine = (program.length, program.time, program.text)
        witness[behaviour] = min(witness.get(behaviour, mine), mine)
    rows = sorted(groups)
    is_float = any(isinstance(program.length, float) for program in programs)
    return Census(
        space=space,
        n_actions=n_actions,
        predictions=np.array([b[0] for b in behaviours], dtype=np.int16).reshape(-1, n_cells),
        flags=np.array([b[1] for b in behaviours], dtype=np.uint8),
        witness=tuple(witness[b][2] for b in range(len(behaviours))),
        behaviour_id=np.array([row[0] for row in rows], dtype=np.int64),
        columns={
            "length": np.array([r[1] for r in rows], dtype=np.float64 if is_float else np.int64),
            "time": np.array([r[2] for r in rows], dtype=np.int64),
            "infer_time": np.array([r[2] for r in rows], dtype=np.int64),
        },
        count=np.array([groups[row] for row in rows], dtype=np.uint64),
        row_cell=log.row_situation.astype(np.int64),
        bounds={"max_bits": None, "max_time": None},
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[ImitationLog, list[Program], int]:
    """Draw a log, programs over its situations, and the number of actions."""
    n_actions = draw(st.integers(2, 4))
    n_situations = draw(st.integers(1, 4))
    situation = st.integers(0, n_situations - 1)
    action = st.integers(0, n_actions - 1)
    training = draw(st.lists(st.tuples(situation, action), min_size=1, max_size=7))
    missing = st.one_of(st.none(), action)
    later = draw(st.lists(st.tuples(situation, missing, missing), max_size=5))
    log = make_log(training, later)
    flag = st.integers(0, 1)
    program = st.builds(
        Program,
        predictions=st.tuples(*[st.integers(-1, n_actions - 1)] * n_situations),
        flags=st.tuples(flag, flag, flag, flag),
        length=st.integers(1, 8),
        time=st.integers(1, 6),
        count=st.one_of(st.integers(1, 5), st.integers(1, 2**60)),
        text=st.text("ab", min_size=1, max_size=3),
    )
    return log, draw(st.lists(program, min_size=1, max_size=12)), n_actions
