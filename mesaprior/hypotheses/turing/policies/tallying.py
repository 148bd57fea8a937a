"""The counts of one thread: machines that extend a prefix, by their actions in every situation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.threads import GoesOn
from mesaprior.hypotheses.turing import kernels as running
from mesaprior.hypotheses.turing.extending import BUDGET, extend_prefix, powers_of_choices
from mesaprior.hypotheses.turing.policies import kernels
from mesaprior.hypotheses.turing.policies.encoding import Encoding
from mesaprior.hypotheses.turing.scratch import make_scratch

VERDICTS = ("halts", "abstains", "undecided")
"""Names of the places of `kernels.Tally.verdict`."""


class Groups(NamedTuple):
    """Machines by behaviour. Sizes: G groups, S situations.

    Attributes
    ----------
    action : int16[G, S]
        -1 where they abstain.
    time, space : int64[G]
        Most steps and most cells visited.
    machines : uint64[G]
        How many.
    witness : uint8[G, 2 * n]
        See `kernels.Tally`.
    rank : int64[G]
    """

    action: np.ndarray
    time: np.ndarray
    space: np.ndarray
    machines: np.ndarray
    witness: np.ndarray
    rank: np.ndarray


class Tallying:
    """Counts machines below prefixes; see `policies.kernels` for the enumeration.

    Parameters
    ----------
    states : int
    max_steps : int
    tapes : uint8[S, cells]
    encoding : Encoding
    radius : int
        Of closed sets; 0 for none.
    """

    def __init__(self, states: int, max_steps: int, tapes: np.ndarray, encoding: Encoding, radius: int):
        n, levels, cells = states, 2 * states + 1, 2 * max_steps + 3 + tapes.shape[1] + encoding.action_bits
        self._question = kernels.Question(
            n=n,
            tape=tapes,
            A=encoding.n_actions,
            action_bits=encoding.action_bits,
            cap=max_steps,
            radius=radius,
            depth=2 * n,
            powers=powers_of_choices(n),
        )
        self._frames = kernels.Frames(
            table=np.full(2 * n, running.UNDEFINED, dtype=np.int64),
            node=np.zeros((levels, kernels.N_COLUMNS), dtype=np.int64),
            multiplicity=np.zeros(levels, dtype=np.int64),
            saved=np.zeros((levels, cells), dtype=np.uint8),
            tape=np.zeros(cells, dtype=np.uint8),
            action=np.zeros(len(tapes), dtype=np.int64),
            place=np.zeros(5, dtype=np.int64),
            scratch=make_scratch(n, cells, radius),
        )
        rows, W = 1 << 8, -(-len(tapes) // (64 // encoding.n_actions.bit_length())) + 1
        self._tally = kernels.Tally(
            verdict=np.zeros(len(VERDICTS), dtype=np.int64),
            key=np.zeros((rows, W), dtype=np.uint64),
            count=np.zeros(rows, dtype=np.int64),
            witness=np.zeros((rows, 2 * n), dtype=np.uint8),
            rank=np.zeros(rows, dtype=np.int64),
            slots=np.full(4 * rows, -1, dtype=np.int32),
            used=np.zeros(1, dtype=np.int64),
            scratch=np.zeros(W, dtype=np.uint64),
        )

    def extend(
        self,
        prefix: NDArray[np.int64],
        rank: int,
        *,
        depth: int | None = None,
        found: NDArray[np.int64] | None = None,
        goes_on: GoesOn = lambda: True,
    ) -> int:
        """Count the machines that extend a prefix, ``int64[2 * n]``.

        Parameters
        ----------
        prefix : int64[2 * n]
            A partial machine that needs a choice in some situation.
        rank : int
            Number of the prefix. Prefixes come in this order.
        depth : int or None
            Machines that need a choice after so many entries are not counted but written down; None for none.
        found : int64[..., 2 * n]
            Written: these machines.
        goes_on : callable
            Asked now and then; where it says no, what was counted is of no use any more.

        Returns
        -------
        int
            Machines written down.
        """
        n = self._question.n
        question = self._question._replace(depth=2 * n if depth is None else depth)
        room = np.empty((0, 2 * n), dtype=np.int64) if found is None else found
        return extend_prefix(
            prefix,
            self._frames,
            lambda: kernels.explore(question, self._frames, rank, self._tally, room, BUDGET),
            self._enlarge,
            goes_on,
        )

    def _enlarge(self) -> None:
        """Double the room for groups."""
        old = self._tally
        columns = {name: getattr(old, name) for name in ("key", "count", "witness", "rank")}
        self._tally = old._replace(
            slots=np.full(2 * len(old.slots), -1, dtype=np.int32),
            **{name: np.concatenate([column, np.zeros_like(column)]) for name, column in columns.items()},
        )
        kernels.reslot(self._tally)

    @property
    def verdicts(self) -> dict[str, int]:
        """Machines by the worst verdict of all situations; see `VERDICTS`."""
        return dict(zip(VERDICTS, self._tally.verdict.tolist(), strict=True))

    def groups(self) -> Groups:
        """Return the counts."""
        n_rows = int(self._tally.used[0])
        key = self._tally.key[:n_rows]
        action = np.empty((n_rows, len(self._question.tape)), dtype=np.int16)
        kernels.unpack_actions(key, self._question.A, action)
        return Groups(
            action=action,
            time=(key[:, -1] >> np.uint64(32)).astype(np.int64),
            space=(key[:, -1] & np.uint64(0xFFFFFFFF)).astype(np.int64),
            machines=self._tally.count[:n_rows].astype(np.uint64),
            witness=self._tally.witness[:n_rows],
            rank=self._tally.rank[:n_rows],
        )
