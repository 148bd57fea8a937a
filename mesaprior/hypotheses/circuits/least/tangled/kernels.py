"""Compiled search for tangled circuits: all orders of gates at once, gate by gate, until three gates are left.

A state is what the gates that are still missing can use: functions, each with the number of uses that it still has.
A gate takes one use of each operand away and adds itself with the uses that it will have. Functions without uses are
forgotten, so few states remain, and states that renamed inputs make of each other are one. See `uses`.

A node's code is function * 16 + flag * 8 + uses - 1, and 0 where there is none. The flag of an input says that it is
used only once in the circuit; that of a gate, that it or a gate below it has several uses.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.circuits.kernels import (
    DEPTH_BITS,
    add_marks,
    combined,
    mixed,
    renamed,
    slot_of,
    write_least_of,
)
from mesaprior.hypotheses.circuits.least.kernels import is_marked, mark_orbit

# Ends of a call of `add_gate`.
DONE = 0
FULL = 1

UNKNOWN = 99
"""The cost of a function that needs more gates than those whose cost is at hand."""

USES_BITS = 3
"""Lowest bits of a code: uses less one. The flag is the bit above them."""


class States(NamedTuple):
    """States after g gates. W is the most nodes that one has.

    Attributes
    ----------
    code : uint64[rows, W]
        Nodes, ascending, in the canonical form.
    gates : uint32[rows, g]
        The gates that one way to get there has, as normal functions.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    used : int64[1]
        Rows in use.
    """

    code: np.ndarray
    gates: np.ndarray
    slots: np.ndarray
    used: np.ndarray


class Costs(NamedTuple):
    """Least gates of the functions that need few, by open addressing.

    Attributes
    ----------
    function : uint64[power of two]
        Normal functions; 1, which is none, where it is empty.
    gates : int64[power of two]
        Least gates, and `UNKNOWN` where it is empty.
    most : int
        Functions that are not here need more gates than this.
    tree : int
        Functions that need no more gates than this need no gate that is used more than once.
    """

    function: np.ndarray
    gates: np.ndarray
    most: np.int64
    tree: np.int64


class Nodes(NamedTuple):
    """The nodes of one state, taken apart: W or 4 of them. ``apart`` are gates that are needed for the node only."""

    function: np.ndarray
    uses: np.ndarray
    once: np.ndarray
    tangled: np.ndarray
    cost: np.ndarray
    apart: np.ndarray


@njit
def _slot_of_function(costs, function):
    """Return the slot of a function, or the empty one where it is not."""
    slot = np.int64(mixed(function)) & (len(costs.function) - 1)
    while costs.function[slot] != function and costs.function[slot] != np.uint64(1):
        slot = (slot + 1) & (len(costs.function) - 1)
    return slot


@njit
def put_costs(function, gates, costs):
    """Add functions, ``uint64[k]``, that need so many gates; half of the slots stay empty."""
    for k in range(len(function)):
        slot = _slot_of_function(costs, function[k])
        costs.function[slot], costs.gates[slot] = function[k], gates


@njit
def _is_input(symmetries, function):
    is_input = False
    for v in range(symmetries.n):
        is_input |= function == symmetries.where[v, 1]
    return is_input


@njit
def _is_new(symmetries, nodes, n_nodes, gate):
    """Return whether a gate computes neither a constant nor an input nor what an open node computes."""
    is_new = gate != np.uint64(0) and not _is_input(symmetries, gate)
    for k in range(n_nodes):
        is_new &= gate != nodes.function[k]
    return is_new


@njit
def empty_nodes(size):
    """Return room for nodes."""
    return Nodes(
        np.zeros(size, np.uint64),
        np.zeros(size, np.int64),
        np.zeros(size, np.bool_),
        np.zeros(size, np.bool_),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
    )


@njit
def _take_apart(symmetries, costs, code, nodes):
    """Write the nodes of a state; return how many there are, and their uses."""
    n_nodes, n_uses = np.int64(0), np.int64(0)
    for k in range(len(code)):
        if code[k] == np.uint64(0):
            continue
        function = code[k] >> np.uint64(DEPTH_BITS)
        uses = np.int64(code[k] & np.uint64((1 << USES_BITS) - 1)) + 1
        flag, is_input = (code[k] >> np.uint64(USES_BITS)) & np.uint64(1) != 0, _is_input(symmetries, function)
        nodes.function[n_nodes] = function
        nodes.uses[n_nodes] = uses
        nodes.once[n_nodes] = flag and is_input
        nodes.tangled[n_nodes] = flag and not is_input
        nodes.cost[n_nodes] = costs.gates[_slot_of_function(costs, function)]
        nodes.apart[n_nodes] = 0 if flag else min(nodes.cost[n_nodes], costs.most + 1)
        n_nodes += 1
        n_uses += uses
    return n_nodes, n_uses


@njit
def _join(nodes, i, j):
    """Return whether a gate may have two nodes as operands: see `uses`."""
    return not (nodes.once[i] and not nodes.tangled[j]) and not (nodes.once[j] and not nodes.tangled[i])


@njit
def _is_waste(costs, nodes, n_nodes, gate, n_gates):
    """Return whether circuits apart for each open node are no worse than what leads to a state.

    Parameters
    ----------
    costs : Costs
    nodes : Nodes
        A use of each operand of the new gate is taken away.
    n_nodes : int
    gate : tuple of int
        Of the new gate: its cost, and its uses beyond one; then the uses beyond one of all gates so far, and those that
        are left for later gates.
    n_gates : int
        With the new gate.

    Returns
    -------
    bool
        With fewer gates, the circuit is not least. With as many, the function is found otherwise: if nothing shares
        any more, as a joined circuit, and if the circuits apart are trees, as one with fewer uses of gates.
    """
    total, further, so_far, left = gate
    most = total
    for k in range(n_nodes):
        if nodes.uses[k] > 0 and nodes.cost[k] > 0:
            total += nodes.cost[k]
            most = max(most, nodes.cost[k])
            further += nodes.uses[k] - 1
    if total != n_gates:
        return total < n_gates
    return (further == 0 and left == 0) or (most <= costs.tree and further < so_far)


@njit
def _write_codes(nodes, n_nodes, gate, is_tangled, uses, code):
    """Write the codes of a state of the nodes that have uses left and a new gate; return the uses of tangled ones."""
    at, n_tangled = np.int64(1), uses * is_tangled
    code[:] = np.uint64(0)
    code[0] = gate << np.uint64(DEPTH_BITS) | np.uint64(is_tangled << USES_BITS) | np.uint64(uses - 1)
    for k in range(n_nodes):
        if nodes.uses[k] > 0:
            flag, left = np.int64(nodes.once[k] or nodes.tangled[k]), nodes.uses[k]
            code[at] = nodes.function[k] << np.uint64(DEPTH_BITS) | np.uint64(flag << USES_BITS) | np.uint64(left - 1)
            n_tangled += left * nodes.tangled[k]
            at += 1
    # Where nothing else is tangled, no gate below this one is used outside: it is a circuit apart.
    if is_tangled and n_tangled == 1:
        code[0] ^= np.uint64(1 << USES_BITS)
    return n_tangled


@njit
def _add(symmetries, states, code, way, parent_gates, gate):
    """Add a state in its canonical form with the gates that lead there, renamed as it was."""
    slot = slot_of(code, len(states.slots))
    while True:
        row = np.int64(states.slots[slot])
        if row < 0:
            break
        same = True
        for k in range(len(code)):
            if states.code[row, k] != code[k]:
                same = False
                break
        if same:
            return
        slot = (slot + 1) & (len(states.slots) - 1)
    row = states.used[0]
    states.slots[slot] = row
    for k in range(len(code)):
        states.code[row, k] = code[k]
    for k in range(len(parent_gates)):
        states.gates[row, k] = renamed(symmetries, way, np.uint64(parent_gates[k]))
    states.gates[row, len(parent_gates)] = renamed(symmetries, way, gate)
    states.used[0] = row + 1


@njit
def reslot(states):
    """Fill empty slots (all -1) after they were enlarged."""
    for row in range(states.used[0]):
        slot = slot_of(states.code[row], len(states.slots))
        while states.slots[slot] >= 0:
            slot = (slot + 1) & (len(states.slots) - 1)
        states.slots[slot] = row


@njit
def _sum_marks(symmetries, nodes, codes, n_nodes, marks):
    """Write what each node adds to the marks of its state, and what it adds after one use is taken away.

    Parameters
    ----------
    codes : uint64[W]
        Of the state; the nodes are its last ones.
    marks : uint64[W + 1, 2, n, 2]
        Written; the marks of the state are in the last row.
    """
    marks[:] = np.uint64(0)
    first = len(codes) - n_nodes
    for k in range(n_nodes):
        add_marks(symmetries, codes[first + k], marks[k, 0])
        if nodes.uses[k] > 1:
            add_marks(symmetries, codes[first + k] - np.uint64(1), marks[k, 1])
        marks[-1, 0] += marks[k, 0]


@njit
def _write_marks(symmetries, each, i, j, code, marks):
    """Write the marks of a state after nodes i and j lost a use and a gate was added."""
    for v in range(symmetries.n):
        for b in range(2):
            marks[v, b] = each[-1, 0, v, b] - each[i, 0, v, b] - each[j, 0, v, b]
            marks[v, b] += each[i, 1, v, b] + each[j, 1, v, b]
    add_marks(symmetries, code, marks)


@njit
def _part_of(symmetries, marks, n_parts):
    """Return the part that a state belongs to, which does not change when inputs are renamed."""
    alike = np.uint64(0)
    for v in range(symmetries.n):
        alike += mixed(mixed(min(marks[v, 0], marks[v, 1])) + max(marks[v, 0], marks[v, 1]))
    return np.int64(alike >> np.uint64(33)) % n_parts


@njit
def add_gate(symmetries, P, costs, parents, budget, place, part, states):
    """Add every possible gate to states.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
        Combinations that are gates.
    costs : Costs
    parents : States
    budget : int64[4]
        Uses that a parent has where no gate was given more than one; uses beyond one that gates have in the whole
        circuit; how many of these may be left for later gates; and the gates that there are after this one.
    place : int64[2]
        The row to continue with, and the row to stop before; the first is moved on.
    part : int64[2]
        Which part of the results to keep, of how many; the parts are disjoint.
    states : States
        With one more gate; more are added.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the states and continue.
    """
    n, W = symmetries.n, parents.code.shape[1]
    nodes = empty_nodes(W)
    code, best, trial = np.zeros(W, np.uint64), np.zeros(W, np.uint64), np.zeros(W, np.uint64)
    each, marks = np.zeros((W + 1, 2, n, 2), dtype=np.uint64), np.zeros((n, 2), dtype=np.uint64)
    most = P * (W * (W - 1) // 2) * (budget[1] + 1)
    while place[0] < place[1]:
        if states.used[0] + most > min(len(states.code), len(states.slots) // 2):
            return FULL
        row = place[0]
        n_nodes, n_uses = _take_apart(symmetries, costs, parents.code[row], nodes)
        _sum_marks(symmetries, nodes, parents.code[row], n_nodes, each)
        left = budget[1] - (n_uses - budget[0])
        for j in range(1, n_nodes):
            for i in range(j):
                if not _join(nodes, i, j):
                    continue
                nodes.uses[i] -= 1
                nodes.uses[j] -= 1
                for p in range(P):
                    gate = combined(p, nodes.function[i], nodes.function[j])
                    if not _is_new(symmetries, nodes, n_nodes, gate):
                        continue
                    cost = costs.gates[_slot_of_function(costs, gate)]
                    # Gates that operands are there for could be left out, if this one had a circuit of its own.
                    if cost < 1 + nodes.apart[i] + nodes.apart[j]:
                        continue
                    for more in range(max(0, left - budget[2]), left + 1):
                        new = (cost, more, budget[1] - left + more, left - more)
                        if _is_waste(costs, nodes, n_nodes, new, budget[3]):
                            continue
                        is_tangled = np.int64(nodes.tangled[i] or nodes.tangled[j] or more > 0)
                        n_tangled = _write_codes(nodes, n_nodes, gate, is_tangled, 1 + more, code)
                        # The operands of the last gate share a gate, so both are tangled.
                        if more == left and n_tangled < 2:
                            continue
                        _write_marks(symmetries, each, i, j, code[0], marks)
                        if part[1] > 1 and _part_of(symmetries, marks, part[1]) != part[0]:
                            continue
                        way = write_least_of(symmetries, code, marks, best, trial)
                        _add(symmetries, states, best, way, parents.gates[row], gate)
                nodes.uses[i] += 1
                nodes.uses[j] += 1
        place[0] = row + 1
    return DONE


@njit
def _find_with_two(symmetries, P, nodes, gates, found):
    """Look up the functions of two gates on three nodes with one use each; the first of them is a gate, too."""
    for rest in range(3):
        i, j = (1, 2) if rest == 0 else ((0, 2) if rest == 1 else (0, 1))
        if not nodes.tangled[rest] or not (nodes.tangled[i] or nodes.tangled[j]):
            continue
        if not _join(nodes, i, j):
            continue
        for p in range(P):
            middle = combined(p, nodes.function[i], nodes.function[j])
            for q in range(P):
                function = combined(q, middle, nodes.function[rest])
                if not is_marked(found.marked, function):
                    row, k = found.used[0], len(gates)
                    for at in range(k):
                        found.gates[row, at] = np.uint64(gates[at])
                    found.gates[row, k] = nodes.function[0]
                    found.gates[row, k + 1], found.gates[row, k + 2] = middle, function
                    found.used[0] = row + 1
                    mark_orbit(symmetries, function, found)


@njit
def find_tangled(symmetries, P, costs, code, gates, found):
    """Find the functions that three more gates compute from states.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    costs : Costs
    code : uint64[R, W]
        States with four uses.
    gates : uint32[R, r - 3]
    found : Found
        Of r gates; what is marked is not found again.
    """
    W = code.shape[1]
    nodes, three = empty_nodes(W), empty_nodes(4)
    for row in range(len(code)):
        n_nodes, _ = _take_apart(symmetries, costs, code[row], nodes)
        for j in range(1, n_nodes):
            for i in range(j):
                if not _join(nodes, i, j):
                    continue
                nodes.uses[i] -= 1
                nodes.uses[j] -= 1
                at = np.int64(1)
                three.once[0], three.tangled[0] = False, nodes.tangled[i] or nodes.tangled[j]
                for k in range(n_nodes):
                    if nodes.uses[k] > 0:
                        three.function[at] = nodes.function[k]
                        three.once[at], three.tangled[at] = nodes.once[k], nodes.tangled[k]
                        at += 1
                nodes.uses[i] += 1
                nodes.uses[j] += 1
                # Two uses of one node cannot be put into one gate, nor into the last two.
                if at != 3:
                    continue
                for p in range(P):
                    three.function[0] = combined(p, nodes.function[i], nodes.function[j])
                    _find_with_two(symmetries, P, three, gates[row], found)
