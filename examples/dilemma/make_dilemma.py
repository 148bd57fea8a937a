"""Play the repeated prisoner's dilemma of `dilemma.csv`: made-up people, each with a strategy of their own.

Run it in this folder, `python make_dilemma.py > dilemma.csv`; the same seed gives the same bytes.
"""

import csv
import random
import sys
from collections.abc import Callable, Sequence

Strategy = Callable[[Sequence[str], Sequence[str]], str]
"""From one's own and the other's moves so far to the next move, ``c`` or ``d``."""


def tit_for_tat(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Cooperate first, then do what the other did last."""
    return theirs[-1] if theirs else "c"


def always_defect(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Defect, whatever happens."""
    return "d"


def grim(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Cooperate until somebody defects, then defect until the game ends."""
    return "d" if "d" in (*mine[-1:], *theirs[-1:]) else "c"


def win_stay_lose_shift(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Cooperate first and whenever both did the same in the period before."""
    return "c" if mine[-1:] == theirs[-1:] else "d"


PEOPLE: tuple[Strategy, ...] = (
    *(tit_for_tat,) * 8,
    *(always_defect,) * 6,
    *(grim,) * 6,
    *(win_stay_lose_shift,) * 4,
)
"""The strategy of each person; ids are counted from 1."""

GAMES, PERIODS, SLIP, SEED = 6, 6, 0.04, 2011


def play(generator: random.Random) -> list[tuple[int, int, int, str, str]]:
    """Return all choices: id, game, period, choice, the other's choice; partners change from game to game."""
    rows = []
    for game in range(1, GAMES + 1):
        order = generator.sample(range(len(PEOPLE)), len(PEOPLE))
        for pair in zip(order[::2], order[1::2], strict=True):
            moves: tuple[list[str], list[str]] = ([], [])
            for period in range(1, PERIODS + 1):
                chosen = [PEOPLE[pair[side]](moves[side], moves[1 - side]) for side in (0, 1)]
                # Everybody slips now and then.
                chosen = ["dc"["cd".index(move)] if generator.random() < SLIP else move for move in chosen]
                for side in (0, 1):
                    moves[side].append(chosen[side])
                    rows.append((pair[side] + 1, game, period, chosen[side], chosen[1 - side]))
    return sorted(rows)


def main() -> None:
    """Write the choices to standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("id", "game", "period", "choice", "other_choice"))
    writer.writerows(play(random.Random(SEED)))


if __name__ == "__main__":
    main()
