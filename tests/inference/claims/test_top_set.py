"""Asking where the leading policies disagree: by a plain loop, by safeguards on a log, by hand; what turns it round."""

import math
from collections import defaultdict

import numpy as np
import pytest

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import NONE
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims import top_set
from mesaprior.inference.claims.claim import along, at_base
from mesaprior.inference.claims.rollouts import Imitator
from mesaprior.inference.safeguards.outcomes import safeguards_on
from mesaprior.inference.safeguards.ways import Mixture, TopSet
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood

ALPHAS = (0.003, 0.03, 0.3)


@pytest.fixture
def found(findings):
    return findings("top-set")


class Loop:
    """The top set row by row, with everything worked out afresh: policies are tuples of actions by cell."""

    def __init__(self, census, log):
        self.census, self.log = census, log
        self.prior = defaultdict(list)
        for length, count, behaviour in zip(
            census.columns["length"].tolist(), census.count.tolist(), census.behaviour_id.tolist(), strict=True
        ):
            self.prior[tuple(census.predictions[behaviour].tolist())].append(math.ldexp(count, -length))
        self.policies = sorted(self.prior)
        self.weight = np.array([math.fsum(self.prior[p]) for p in self.policies])
        self.table = np.array(self.policies)

    def masses(self, seen):
        """Posterior under the noise Beta(1, 9), cut off at chance."""
        A = self.census.n_actions
        given = self.table[:, [self.census.row_cell[r] for r in seen]]
        hits = (given == self.log.action[seen]).sum(axis=1).tolist()
        idle = (given == ABSTAIN).sum(axis=1).tolist()
        bits = []
        for h, k in zip(hits, idle, strict=True):
            m = len(seen) - h - k
            bits.append(math.log2(beta_likelihood(1, 9)(h, m, k, A)))
        mass = self.weight * np.exp2(np.array(bits))
        return mass / mass.sum()

    def members(self, mass, alpha):
        order = sorted(range(len(mass)), key=lambda p: (-round(math.log2(mass[p]), 8), p))
        found, total = [], 0.0
        for p in order:
            total += mass[p]
            if mass[p] < alpha * total * (1 - 1e-9):
                break
            found.append(p)
        return found

    def run(self, rows, later, alpha):
        """Return for each later row whether it asks, the chance to defect, and whether the truth is in the set."""
        seen, told = list(rows), []
        cells = self.census.row_cell[self.log.n_training :]
        truth = (self.table[:, cells] == self.log.action[self.log.n_training :]).all(axis=1)
        for row in later:
            members = self.members(self.masses(seen), alpha)
            given = {int(self.table[p, self.census.row_cell[row]]) for p in members}
            is_in = any(truth[p] for p in members)
            if len(given) > 1:
                told.append((True, 0.0, is_in))
                seen.append(row)
                continue
            (action,) = given
            departs = self.log.rival[row] != self.log.action[row]
            chance = 1 / self.census.n_actions if action == ABSTAIN else float(action == self.log.rival[row])
            told.append((False, chance if departs else 0.0, is_in))
        return told


@pytest.fixture(scope="module", params=[(0, 24), (1, 24), (2, 26)], ids=top_set.FAMILIES)
def small(request):
    """One world of each family, within a length that few programs have, and some later rows."""
    seed, bits = request.param
    family = top_set.FAMILIES[seed]
    world = make_world(family, seed=seed, **top_set.SETTINGS[family])
    census = TermSpace(world.language, bits).census(world.log)
    later = [world.log.n_training + (7 * i + 3) % (world.log.n_rows - world.log.n_training) for i in range(24)]
    return world, census, later


@pytest.mark.parametrize("n_rows", [8, 12])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_plain_loop_asks_and_defects_on_the_same_rows(small, alpha, n_rows):
    world, census, later = small
    told = Loop(census, world.log).run(range(n_rows), later, alpha)
    course = Imitator(Weighed(census, make_prior("simplicity")), world.log, range(n_rows)).follow(TopSet(alpha), later)
    assert course.asked == [asked for asked, _, _ in told]
    assert course.defections == pytest.approx([chance for _, chance, _ in told])


@pytest.mark.parametrize("alpha", ALPHAS)
def test_nothing_is_likelier_than_under_the_truth_while_the_truth_is_in_the_set(small, alpha):
    world, census, later = small
    loop = Loop(census, world.log)
    told = loop.run(range(12), later, alpha)
    assert all(chance == 0 for _, chance, is_in in told if is_in)
    # The teacher makes no mistake, so the truth never leaves.
    if told[0][2]:
        assert all(is_in for _, _, is_in in told)


def test_plain_loops_meet_the_truth_inside_and_outside():
    inside, outside = 0, 0
    for seed, bits in ((0, 24), (2, 26)):
        family = top_set.FAMILIES[seed]
        world = make_world(family, seed=seed, **top_set.SETTINGS[family])
        census = TermSpace(world.language, bits).census(world.log)
        later = range(world.log.n_training, world.log.n_rows)
        for alpha in ALPHAS:
            told = Loop(census, world.log).run(range(12), later, alpha)
            inside += sum(is_in for _, _, is_in in told)
            outside += sum(chance > 0 for _, chance, is_in in told if not is_in)
    assert inside
    assert outside


@pytest.mark.parametrize("is_told", [False, True])
def test_mixture_is_that_of_safeguards_on_the_log(small, is_told):
    world, census, _ = small
    log, prior = world.log, make_prior("speed", {"alpha": 1.0})
    assert (log.action != NONE).all()
    mixture = safeguards_on(Weighed(census, prior), log, has_slips=False, is_online=is_told)[0]
    imitator = Imitator(Weighed(census, prior), log, range(log.n_training))
    course = imitator.follow(Mixture(), range(log.n_training, log.n_rows), is_told=is_told)
    assert math.fsum(course.defections) == pytest.approx(mixture.defections, rel=1e-12)
    assert math.fsum(course.errors) == pytest.approx(mixture.errors_later, rel=1e-12)
    assert not any(course.asked)


def test_answers_alone_are_learned_from(small):
    world, census, later = small
    imitator = Imitator(Weighed(census, make_prior("simplicity")), world.log, range(12))
    truth, guard = imitator.truth, TopSet(0.003)
    course = imitator.follow(guard, later)
    assert any(course.asked)
    heard = list(range(12))
    for row, is_asked, defection in zip(later, course.asked, course.defections, strict=True):
        alone = imitator.after(heard).follow(guard, [row])
        assert (alone.asked, alone.defections) == ([is_asked], [defection])
        heard += [row] * is_asked
    # Letting it loose has taught the imitator nothing.
    assert imitator.truth == truth
    assert imitator.follow(guard, later) == course


def test_formula_by_hand():
    # The channel costs 26 bits, the reasoner 20, and after 12 hits a miss is 21 * 3 times as unlikely as a hit, the
    # next 33 times, the third 23 times: so the odds go from -6 to 0, 5 and 9.5 bits, the last below one in a hundred.
    size = top_set.CLAIM.sizes["small"]
    table = {(cell.parameter, cell.value): cell for cell in top_set.study(2, size).cells}
    base, few = table["base", 0.0], table["alpha", 0.01]
    departing = base.facts["departing"]
    tenth = 0.1 * departing * 64 / 65
    assert base.predicted == pytest.approx(tenth - departing, abs=1e-3)
    assert few.facts["questions_predicted"] == 3
    assert few.predicted == pytest.approx(tenth, abs=1e-3)


def test_bound_by_hand():
    assert top_set.most_questions(0.25, 0.5) == 2
    assert top_set.most_questions(1.0, 0.1) == 0
    assert top_set.most_questions(0.0, 0.1) == math.inf
    assert top_set.most_questions(0.9**5, 0.1) == pytest.approx(5)


def test_margin_is_the_lesser_reserve():
    # Ten defections of the mixture allow less than one; two questions are allowed.
    assert top_set.margin(1, 2.0, 0.0, 10.0) == 1
    assert top_set.margin(0, 2.0, 0.5, 10.0) == pytest.approx(0.5)
    assert top_set.margin(3, 2.0, 0.0, 10.0) == -1
    assert top_set.margin(0, 2.0, 1.5, 10.0) == pytest.approx(-0.5)
    # Who is no safer than a mixture that is safe shows nothing.
    assert not top_set.margin(0, 2.0, 0.0, 0.0) > 0


def test_rule_asks_of_each_family(found):
    table, decide = found.table, top_set.CLAIM.rule.decide
    for holding, verdict in ((top_set.FAMILIES, "supported"), ((), "refuted"), (("overseer", "reasoner"), "depends")):
        margin = np.where(table["family"].isin(holding), 1.0, -1.0)
        assert decide(table.assign(margin=margin)) == (verdict, pytest.approx(len(holding) / 3))


def test_data_turn_it_round_at_fixed_prices(found):
    values, margins = along(found.table[found.table["family"] == "reasoner"], "preview_rows")
    assert values == [0.0, 2.0, 8.0]
    assert all(margin < 0 for margin in margins[0])
    assert all(margin > 0 for margin in margins[-1])


def test_alpha_turns_it_round(found):
    table = found.table[found.table["parameter"] == "alpha"]
    least, most = table[table["value"] == 0.001], table[table["value"] == 0.5]
    assert (least["margin"] > 0).mean() > 0.75
    assert (most["margin"] > 0).mean() < 0.5
    # Who has to agree with fewer asks less.
    assert (least.set_index("world")["questions"] >= most.set_index("world")["questions"]).all()


def test_prior_turns_it_round_at_fixed_prices():
    size = top_set.CLAIM.sizes["small"]
    counted = top_set._count(2, size)
    simple, slow = (counted.trained(range(12), alpha).cell("slowness", alpha, 0.1) for alpha in (0.0, 2.0))
    # A search takes more steps than a table, so a prior on time brings the channel into the set.
    assert simple.margin < 0 < slow.margin
    assert simple.facts["truth"] < 0.1 < slow.facts["truth"]


def test_it_is_safe_wherever_the_truth_has_its_share(found):
    table = found.table[found.table["parameter"] == "alpha"]
    within = table[table["truth"] >= table["value"]]
    assert len(within) > 5
    assert (within["defections"] == 0).all()
    assert (within["errors"] == 0).all()
    assert (table["defections"] > 0).any()


def test_questions_come_to_an_end(found):
    # Four times the rows, and hardly any more questions.
    values, questions = along(found.table, "later_rows", "questions")
    assert values == [16.0, 64.0]
    assert sum(questions[1]) < 2 * sum(questions[0])
    assert (at_base(found.table)["questions"] <= at_base(found.table)["most_questions"]).all()
