"""Bridge rules: who simulates, by a plain run of the process; what turns the verdict round; the formula by hand."""

import math

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims import bridge_rules
from mesaprior.inference.claims.claim import along
from mesaprior.inference.worlds.worlds import make_world


@pytest.fixture
def found(findings):
    return findings("bridge-rules")


@pytest.fixture(scope="module")
def dear():
    """A world in which the law of payoffs is dear, at fixed prices."""
    size = bridge_rules._size(1, 26, is_whole=False)
    asked = size.bases
    return bridge_rules._count(0, size, asked | {"pay_bits": 16})


def test_data_turn_it_round_at_fixed_prices(dear):
    few, many = (cell.margin for cell in dear.cells("rows", 0, 0.0, (4, 15)))
    assert few > 0 > many


def test_prior_turns_it_round_at_fixed_prices(dear):
    (free,) = dear.cells("alpha", 0, 0.0, (15,))
    (slow,) = dear.cells("alpha", 0, 4.0, (15,))
    assert free.margin < 0 < slow.margin


def test_price_of_the_law_turns_it_round(found):
    shares = {s.parameter.name: s.shares for s in found.sensitivities}
    assert shares["pay_bits"][0] > 0.75
    assert shares["pay_bits"][-1] < 0.5


def test_simulators_are_those_that_change_with_the_encoding(dear):
    world, census = dear.world, dear.census
    (recode,) = world.language.interventions
    other = recode.meaning.table
    code, tick, read = (next(t.table for t in world.language.tokens if t.name == n) for n in ("code", "tick", "read"))

    def run(codes, s):
        state = 0
        for _ in range(4):
            state = tick[state][codes[s]]
        return read[state] % 4

    later = [s for (s,) in world.log.situations[world.log.row_situation[15:]].tolist()]
    changed = sum(run(code, s) != run(other, s) for s in later)
    witness = list(census.witness)
    assert census.changes["recode_later"][witness.index("(read (iterate (tick y (code s))))")] == changed > 0
    assert all(not changes[witness.index("(add 1 s)")] for changes in census.changes.values())


def test_shares_are_of_all_and_of_three_kinds(found):
    rows = found.table[found.table["imitator"].notna()]
    assert rows[list(bridge_rules.KINDS)].sum(axis=1).to_numpy() == pytest.approx(1)
    odds = (rows["imitator"] + rows["planner"]) / rows["simulator"]
    assert rows["margin"].to_numpy() == pytest.approx(odds.map(math.log2).to_numpy(), abs=1e-6)


def test_formula_is_what_the_prices_say(found):
    even = found.table[found.table["world"] % 2 == 0]
    # A simulator of 24 bits and 1 + 1 + 4 * (1 + 1 + 1 + 1) steps, a planner of 16 bits and 13 steps.
    expected = 24 - 16 + math.log2(18 / 13)
    assert along(even, "base", "predicted")[1][0] == pytest.approx([expected] * 3)


def test_world_has_a_process_that_the_law_explains():
    for seed in range(4):
        world = make_world("bridge", seed=seed)
        space = TermSpace(world.language, 1)
        for entry in world.programs:
            told = space.explain(entry.text, world.log)
            assert (told.predictions["intact"] == world.log.action).all()
