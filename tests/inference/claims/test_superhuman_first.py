"""Superhuman first: laws, shares and votes by slow twins, the formula by hand, and what turns the order round."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import DEFAULT_NOISE
from mesaprior.inference.claims import superhuman_first as claim
from mesaprior.inference.claims.bounded import (
    ACTIONS,
    DOMAIN,
    ROUNDS,
    SEEN,
    Offer,
    Teacher,
    draw_bounded,
    draw_processes,
)
from mesaprior.inference.claims.claim import CONTROL, at_base
from mesaprior.inference.claims.policies import Policies, pay_by_vote
from mesaprior.inference.memorizer.memorizer import memorizer_over
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood

LIKELIHOOD = beta_likelihood(1, 9)


@pytest.fixture
def found(findings):
    return findings("superhuman-first")


@pytest.fixture(scope="module")
def counted():
    """Return a small world and its census: four laws, and nothing longer than a look to the end."""
    return draw_bounded(2, Offer(law_bits=2, moving=0.25), Teacher(depth=2)).count(0)


def test_order_turns_with_the_teacher_the_words_and_the_prior(found):
    table = found.table
    more, lost, _ = claim.orders(table, "base", 0.0)
    assert more > 0.5
    assert lost == 0
    # At the same prices and under the same prior: a teacher whose look is short to say, or that sees the end.
    assert claim.orders(table, "depth", 1.0)[0] == 0
    assert claim.orders(table, "depth", float(ROUNDS))[0] == 0
    # The same teacher where a word says two rounds; the same log under a prior that charges time.
    assert claim.orders(table, "word", 1.0)[0] < more
    assert claim.orders(table, "alpha", 4.0)[0] < more
    # Who imitates a teacher that looks at another law is misaligned, and never earns more before that.
    assert claim.orders(table, CONTROL, 0.0) == (0, 1, 0)


def test_fair_laws_leave_no_rival(found):
    base = at_base(found.table)
    assert (base["misaligned"] < 0.01).all()
    planted = found.table[found.table["parameter"] == claim.PLANTED]
    assert planted["rival"].median() > 0.3


def test_laws_lead_on_as_a_loop_says():
    family = draw_processes(5, 3, 0.5)
    tables = family.after.tolist()
    for member, s in ((0, 0), (3, 17), (7, 31)):
        for rounds in (1, 2, ROUNDS):
            worth = []
            for value in range(ACTIONS):
                for _ in range(rounds):
                    value = tables[member][value][s]
                worth.append(value)
            assert family.worth(rounds)[member, :, s].tolist() == worth
            assert family.best(rounds)[member, s] == worth.index(max(worth))
        other = [tables[member][tables[2][option][s]][s] for option in range(ACTIONS)]
        assert family.best_of_pairs()[member, 2, s] == other.index(max(other))
    # What an option leads to is no option, and options lead to different values; half of the values move on.
    assert (family.after >= ACTIONS).all()
    assert all(len(set(family.after[m, :ACTIONS, s])) == ACTIONS for m in range(8) for s in range(DOMAIN))
    moves = family.after[:, ACTIONS:] != np.arange(ACTIONS, DOMAIN)[:, None]
    assert moves.mean() == pytest.approx(0.5 * (1 - 1 / (DOMAIN - ACTIONS)), abs=0.03)
    assert (draw_processes(5, 2, 0.5).after == family.after[:4]).all()


def test_a_planted_rival_agrees_where_the_teacher_is_seen_and_nowhere_else():
    world = draw_bounded(4, Offer(law_bits=4, moving=0.25, is_planted=True), Teacher(depth=2))
    agrees = np.flatnonzero(world.family.best(2)[0] == world.family.best(2)[1])
    assert sorted(world.seen.tolist()) == agrees.tolist()
    assert len(agrees) == SEEN


def test_shares_are_those_of_programs_one_by_one_and_of_the_memorizer(counted):
    world, census, log = counted.world, counted.census, counted.world.log
    analysis = Analysis(census, log, make_prior("simplicity"), noise=DEFAULT_NOISE)
    result = analysis.posterior
    whole = sum(
        Fraction(int(count), 2 ** int(length))
        for count, length in zip(census.count, census.columns["length"], strict=True)
    )
    space = TermSpace(world.language, 99)
    longer = []
    for second, first in product(range(4), repeat=2):
        text = world.looking_twice(second, first)
        assert world.price(text).length > census.bounds["max_bits"]
        action = space.predict(space.parse(text, log), log).predictions["intact"]
        hits = int((action[:SEEN] == log.action[:SEEN]).sum())
        likelihood = LIKELIHOOD(hits, SEEN - hits, 0, ACTIONS)
        longer.append(float(Fraction(1, 2 ** world.price(text).length) * likelihood / whole))
    evidence = 2.0 ** result.log2_evidence[-1]
    memorizer = memorizer_over(["s"], log, ACTIONS, token_bits=world.table_bits)
    tables = evidence * 2.0 ** analysis.memorizer(memorizer).log2_odds[-1]
    total = evidence + sum(longer) + tables
    share, of_tables = claim.Asked(counted).shares
    assert of_tables[-1] == pytest.approx(tables / total)
    n_counted = len(census.predictions)
    assert share[:n_counted, -1] == pytest.approx(np.exp2(result.log2_mass) * evidence / total)
    assert share[n_counted:, -1] == pytest.approx([mass / total for mass in longer])


def test_votes_are_those_of_all_tables_and_hypotheses_counted_out():
    # Three situations, two of them seen; two hypotheses, and 64 tables.
    seen, taught = np.array([2, 0]), np.array([1, 3])
    policies = Policies(
        actions=np.array([[3, 0, 1], [0, 2, 1]]),
        log2_weight=np.array([-3.0, -1.0]),
        log2_tables=-0.5,
        seen=seen,
        taught=taught,
        noise=DEFAULT_NOISE,
        n_actions=ACTIONS,
    )
    mass, tables = policies.log2_mass(), policies.log2_mass_of_tables()
    whole = np.exp2(mass).sum(axis=0) + np.exp2(tables)
    votes = policies.votes(np.exp2(mass) / whole, np.exp2(tables) / whole)
    candidates = [(tuple(does), 2.0**weight) for does, weight in zip(policies.actions, (-3, -1), strict=True)]
    candidates += [(does, 2.0**-0.5 / 64) for does in product(range(ACTIONS), repeat=3)]
    for n in range(3):
        naive = np.zeros((3, ACTIONS))
        for does, weight in candidates:
            hits = sum(bool(does[s] == a) for s, a in zip(seen[:n], taught[:n], strict=True))
            for s in range(3):
                naive[s, does[s]] += weight * float(LIKELIHOOD(hits, n - hits, 0, ACTIONS))
        assert votes[n] == pytest.approx(naive / naive.sum(axis=1, keepdims=True))


def test_ties_of_a_vote_are_drawn():
    votes = np.array([[[0.4, 0.4, 0.2, 0.0], [0.1, 0.2, 0.3, 0.4]]])
    pay = np.array([[1, 9], [3, 9], [9, 9], [9, 5]])
    assert pay_by_vote(votes, pay).tolist() == [(2 + 5) / 2]


def test_formula_is_a_race_of_programs(counted):
    world, log = counted.world, counted.world.log
    does = {depth: world.family.best(depth)[:, world.seen] for depth in (2, ROUNDS)}
    bounded, deep, table = map(int, (*(world.price(world.looking(k)).length for k in (2, ROUNDS)), world.table_bits))

    def weight(bits, right, n):
        hits = int(right[:n].sum())
        return Fraction(1, 2**bits) * LIKELIHOOD(hits, n - hits, 0, ACTIONS)

    right = {depth: best[0] == log.action[:SEEN] for depth, best in does.items()}
    better, lost = [], []
    for n in range(SEEN + 1):
        memory = Fraction(1, 2 ** (table + 2 * n)) * LIKELIHOOD(n, 0, 0, ACTIONS)
        looks = weight(bounded, right[2], n), weight(deep, right[ROUNDS], n)
        better.append(looks[1] > looks[0] + memory)
        others = [best[:n].tolist() == log.action[:n].tolist() for best in does[2][1:]]
        one = weight(bounded, np.ones(SEEN, dtype=bool), n)
        lost.append(sum(others) * one > sum(looks) + memory)
    places = [row.index(True) if True in row else SEEN + 1 for row in (better, lost)]
    assert places[0] <= SEEN
    cell = claim.Asked(counted).cell("base", 0.0)
    assert cell.facts["better_from_predicted"] == places[0]
    assert cell.predicted == places[1] - places[0]


def test_pay_is_what_the_best_look_earns(counted):
    world = counted.world
    asked = claim.Asked(counted)
    worth = world.family.worth(ROUNDS)[0].T.tolist()
    most = sum(max(options) for options in worth) / DOMAIN
    at_best = sum(options[a] for options, a in zip(worth, world.family.best(2)[0].tolist(), strict=True)) / DOMAIN
    assert asked.cell("base", 0.0).facts["room"] == pytest.approx(most - at_best)
    assert (asked.gain <= most - at_best + 1e-9).all()


def test_another_teacher_is_asked_as_if_drawn_alone(counted):
    lapsing = Teacher(depth=2, lapses=50)
    asked = claim.Asked(counted.with_teacher(2, lapsing))
    alone = claim.Asked(draw_bounded(2, Offer(law_bits=2, moving=0.25), lapsing).count(0))
    assert asked.cell("base", 0.0) == alone.cell("base", 0.0)
    assert 0 < (asked.counted.world.log.action[:SEEN] != counted.world.log.action[:SEEN]).sum() < SEEN


def test_first_row_is_the_first_or_one_past_the_log():
    assert claim.first_row(np.array([False, True, False])) == 1
    assert claim.first_row(np.array([False, False])) == claim.NEVER == SEEN + 1
    assert math.isfinite(claim.NEVER)
