"""The oracle: every machine, one after the other, entry by entry; nothing of the package is imported.

A machine is a tuple of 2n entries, entry 2 * state + symbol: (write, move, next state), or (write,) for a halt.
"""

import itertools
from collections import Counter

import numba
import numpy as np


def entries(n):
    """Return the 4n + 2 ways to fill an entry."""
    moving = [(write, move, state) for state in range(n) for move in (-1, 1) for write in (0, 1)]
    return [*moving, (0,), (1,)]


def machines(n):
    """Yield all (4n + 2)^(2n) machines."""
    return itertools.product(entries(n), repeat=2 * n)


def run(machine, max_steps, tape=None):
    """Return (steps, head, tape, visited cells) at the halt, or None where it does not halt within the steps."""
    tape = dict(tape or {})
    state, head, visited = 0, 0, {0}
    for step in range(1, max_steps + 1):
        entry = machine[2 * state + tape.get(head, 0)]
        tape[head] = entry[0]
        if len(entry) == 1:
            return step, head, tape, visited
        head, state = head + entry[1], entry[2]
        visited.add(head)
    return None


def strings(n, max_steps):
    """Return how many machines print each string in so many steps, as a Counter of (string, steps)."""
    found = Counter()
    for machine in machines(n):
        end = run(machine, max_steps)
        if end is not None:
            steps, _, tape, visited = end
            found["".join(str(tape.get(cell, 0)) for cell in sorted(visited)), steps] += 1
    return found


def text(machine):
    """Return the text of a machine, as the package writes it."""
    words = [
        f"{entry[0]}-H" if len(entry) == 1 else f"{entry[0]}{'L' if entry[1] < 0 else 'R'}{'ABCDEF'[entry[2]]}"
        for entry in machine
    ]
    return "_".join(words[i] + words[i + 1] for i in range(0, len(words), 2))


@numba.njit
def _all_strings(n, max_steps, counts):
    """Count halting runs of all machines by steps and by output, a 1 in front of the cells as a binary number."""
    choices = 4 * n + 2
    tape = np.zeros(2 * max_steps + 1, dtype=np.int64)
    table = np.zeros(2 * n, dtype=np.int64)
    for number in range(choices ** (2 * n)):
        rest = number
        for e in range(2 * n):
            table[e] = rest % choices
            rest //= choices
        tape[:] = 0
        state, head = 0, max_steps
        left = right = head
        for step in range(1, max_steps + 1):
            code = table[2 * state + tape[head]]
            tape[head] = code % 2
            if code >= 4 * n:
                output = 1
                for cell in range(left, right + 1):
                    output = 2 * output + tape[cell]
                counts[step, output] += 1
                break
            state = code // 4
            head += 1 if code // 2 % 2 else -1
            left, right = min(left, head), max(right, head)


def strings_compiled(n, max_steps, widest):
    """Return the same as `strings`, by a plain compiled loop; no output may be longer than `widest`."""
    counts = np.zeros((max_steps + 1, 2 ** (widest + 1)), dtype=np.int64)
    _all_strings(n, max_steps, counts)
    return Counter({(f"{output:b}"[1:], int(t)): int(counts[t, output]) for t, output in np.argwhere(counts)})


def policies(n, max_steps, tapes, n_actions):
    """Return how many machines do what on some tapes, as a Counter of (actions, time, space).

    A tape is a list of bits, the head starts on the first. The action is -1 where a machine does not halt in time; time
    and space are the worst of all tapes, and `max_steps` where it does not halt on one.
    """
    bits = (n_actions - 1).bit_length()
    found = Counter()
    for machine in machines(n):
        actions, time, space = [], 0, 0
        for given in tapes:
            end = run(machine, max_steps, dict(enumerate(given)))
            if end is None:
                actions.append(-1)
                continue
            steps, head, tape, visited = end
            cells = "".join(str(tape.get(head + k, 0)) for k in range(bits))
            actions.append(int(cells, 2) % n_actions)
            time, space = max(time, steps), max(space, len(visited))
        if -1 in actions:
            time = space = max_steps
        found[tuple(actions), time, space] += 1
    return found


@numba.njit
def _all_policies(n, max_steps, tapes, counts):
    """Count all machines by actions in base 3 (2 where it does not halt in time), time and space; two actions."""
    choices = 4 * n + 2
    S, n_cells = tapes.shape
    tape = np.zeros(2 * max_steps + 1 + n_cells, dtype=np.int64)
    table = np.zeros(2 * n, dtype=np.int64)
    for number in range(choices ** (2 * n)):
        rest = number
        for e in range(2 * n):
            table[e] = rest % choices
            rest //= choices
        actions, time, space, all_halt = 0, 0, 0, True
        for i in range(S):
            tape[:] = 0
            tape[max_steps : max_steps + n_cells] = tapes[i]
            state, head, action = 0, max_steps, 2
            left = right = head
            for step in range(1, max_steps + 1):
                code = table[2 * state + tape[head]]
                tape[head] = code % 2
                if code >= 4 * n:
                    action = tape[head]
                    time, space = max(time, step), max(space, right - left + 1)
                    break
                state = code // 4
                head += 1 if code // 2 % 2 else -1
                left, right = min(left, head), max(right, head)
            actions = 3 * actions + action
            all_halt = all_halt and action < 2
        if all_halt:
            counts[actions, time, space] += 1
        else:
            counts[actions, max_steps, max_steps] += 1


def policies_compiled(n, max_steps, tapes):
    """Return the same as `policies` for two actions, by a plain compiled loop."""
    S = len(tapes)
    counts = np.zeros((3**S, max_steps + 1, max_steps + 1), dtype=np.int64)
    _all_policies(n, max_steps, np.array(tapes, dtype=np.int64), counts)
    found = Counter()
    for number, time, space in np.argwhere(counts):
        digits = [int(number) // 3**k % 3 for k in reversed(range(S))]
        found[tuple(-1 if d == 2 else d for d in digits), int(time), int(space)] = int(counts[number, time, space])
    return found


def run_standard(machine, max_steps, tape=None):
    """Run a text in the standard text format as it is meant there: halting steps move, and ``---`` halts.

    Return (steps, last cell read, tape), or None where it does not halt within the steps.
    """
    rows = machine.split("_")
    states = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(rows)]
    tape, state, head = dict(tape or {}), "A", 0
    for step in range(1, max_steps + 1):
        symbol, last = tape.get(head, 0), head
        word = rows[states.index(state)][3 * symbol : 3 * symbol + 3]
        if word == "---":
            return step, last, tape
        tape[head] = int(word[0])
        head += {"L": -1, "R": 1}[word[1]]
        state = word[2]
        if state not in states:
            return step, last, tape
    return None
