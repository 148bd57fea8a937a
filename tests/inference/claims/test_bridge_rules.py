"""Bridge rules: bodies by a plain run, the posterior by a plain sum, who is a full model, and what turns it round."""

import math
from collections import Counter

import numpy as np
import pytest

from mesaprior.inference.bayes.noise import noise_of
from mesaprior.inference.claims.bodies import ALONE, FULL, KINDS, OTHER, PLANNER, Bodies, draw_bodies, draw_body
from mesaprior.inference.claims.bridge_rules import Measured
from mesaprior.inference.claims.claim import CONTROL, at_base


@pytest.fixture
def found(findings):
    return findings("bridge-rules")


@pytest.fixture(scope="module")
def counted():
    return draw_bodies(0, Bodies(0, 0, 2)).count(0)


@pytest.mark.parametrize("rounds", [1, 4, 7])
def test_a_body_is_one_teacher_told_in_three_ways(rounds):
    for member in range(5):
        body = draw_body(11, member, rounds)
        for s in range(16):
            state, action = 0, 0
            for _ in range(rounds):
                state = body.world[state][body.code[s]]
                action = body.brain[action][s]
            pays = [body.pay[y][s] for y in range(4)]
            assert body.read[state] == action == body.acts[s] == pays.index(max(pays))
            assert sorted(row[s] for row in body.pay) == list(range(16))


def test_the_teachers_part_of_a_world_goes_by_itself_and_the_rest_by_everything():
    body = draw_body(11, 0, 4)
    for entering in range(16):
        by_part = {}
        for state in range(16):
            by_part.setdefault(body.read[state], set()).add(body.read[body.world[state][entering]])
        assert all(len(nexts) == 1 for nexts in by_part.values())
    assert len({tuple(row) for row in body.world}) == 16


def test_bodies_do_not_depend_on_who_is_asked():
    few, many = (draw_bodies(3, Bodies(1, 1, bits)).payoffs.pays for bits in (1, 3))
    assert (many[:2] == few).all()


def test_prices_turn_it_round_and_so_does_the_prior_at_the_same_prices():
    # A world without names for worlds and bridges: a full model of 21 bits, a teacher alone of 22, a planner of 24.
    dear = draw_bodies(9, Bodies(0, 0, 7)).count(0)
    cheap = draw_bodies(9, Bodies(0, 0, 4)).count(0)
    assert Measured.of(dear, 0.0).cell("x", 0.0).margin < 0 < Measured.of(cheap, 0.0).cell("x", 0.0).margin
    assert Measured.of(dear, 4.0).cell("x", 0.0).margin > 0


def test_a_teacher_that_is_no_piece_of_the_world_leaves_the_full_model(found):
    base, control = at_base(found.table), found.table[found.table["parameter"] == CONTROL]
    assert found.verdict == "supported"
    assert control["margin"].median() < 0
    assert (control["full"].to_numpy() > base["full"].to_numpy()).all()


def test_shares_are_of_all(found):
    rows = found.table[found.table["other"].notna()]
    assert rows[["table", *KINDS]].sum(axis=1).to_numpy() == pytest.approx(1)
    odds = (1 - rows["full"]) / rows["full"]
    near = rows["full"] > 1e-3
    assert rows["margin"][near].to_numpy() == pytest.approx(np.log2(odds[near]), abs=1e-6)


def test_formula_is_what_the_prices_say(counted):
    bits = {token.name or token.kind: token.bits for token in counted.world.language.tokens}
    full = sum(bits[name] for name in ("read0", "iterate", "world0", "candidate", "code0", "s"))
    alone = sum(bits[name] for name in ("iterate", "brain0", "candidate", "s"))
    planner = sum(bits[name] for name in ("argmax", "pay0", "candidate", "s"))
    table = counted.world.table_bits + 2 * 15
    for alpha in (0.0, 1.0):
        slow = alpha * math.log2(1 + 1 + 4 * 4)
        others = [alone + alpha * math.log2(1 + 4 * 3), planner + alpha * math.log2(1 + 4 * 3), table]
        expected = full + slow - min(others)
        assert Measured.of(counted, alpha).cell("x", 0.0).predicted == pytest.approx(expected)


def test_odds_are_what_a_plain_sum_says(counted):
    eps = 0.01
    census, log = counted.census, counted.world.log
    n = log.n_training
    hits = (census.predictions[:, census.row_cell[:n]] == log.action[:n]).sum(axis=1)
    likelihood = (1 - eps) ** hits * (eps / 3) ** (n - hits)
    full = (census.changes["recoded_train"] > 0) | (census.changes["recoded_later"] > 0)
    masses = Counter()
    for row, behaviour in enumerate(census.behaviour_id):
        weight = int(census.count[row]) * 2.0 ** -int(census.columns["length"][row]) / int(census.columns["time"][row])
        masses[bool(full[behaviour])] += weight * likelihood[behaviour]
    # Each of the 15 situations is seen once, and the last one not at all.
    tables = 2.0 ** -(counted.world.table_bits + 32) * (1 - eps + eps) ** 15 * 4
    expected = math.log2((masses[False] + tables) / masses[True])
    measured = Measured.of(counted, 1.0, noise=noise_of(str(eps)))
    assert measured.cell("x", 0.0).margin == pytest.approx(expected, abs=1e-6)


def test_who_fits_is_of_the_kind_that_its_text_says(counted):
    census, log = counted.census, counted.world.log
    fits = np.flatnonzero((census.predictions[:, census.row_cell] == log.action).all(axis=1))
    kind = counted.kinds.item_kind[counted.kinds.item]
    assert {int(kind[b]) for b in fits} >= {FULL, ALONE, PLANNER}
    for behaviour in fits:
        text = census.witness[behaviour]
        named = FULL if "code0" in text else ALONE if "brain0" in text else PLANNER if "argmax" in text else OTHER
        assert kind[behaviour] == named, text


def test_rivals_are_all_payoffs_that_agree_where_the_teacher_was_seen():
    world = draw_bodies(2, Bodies(0, 0, 3))
    # Of few situations many laws agree; the world itself has seen nearly all, and has none.
    assert world.rivals == ()
    best = [
        [max(range(4), key=[row[s] for row in pay][:4].__getitem__) for s in range(16)] for pay in world.payoffs.pays
    ]
    for situations in ([0], [3, 5]):
        expected = [k for k in range(1, 8) if all(best[k][s] == best[0][s] for s in situations)]
        assert world.payoffs.agreeing(situations) == expected
