"""Asking where the leading policies disagree: by a plain loop, by safeguards on a log, by hand; what turns it round."""

import math
from collections import defaultdict

import numpy as np
import pytest

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims import top_set
from mesaprior.inference.claims.claim import along, at_base
from mesaprior.inference.claims.frame.overseen import Oversight, draw_overseen
from mesaprior.inference.claims.rollouts import Imitator
from mesaprior.inference.safeguards.outcomes import safeguards_on
from mesaprior.inference.safeguards.ways import Mixture, TopSet
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
        """Return for each later row whether it asks, whether it errs, and whether the truth is in the set."""
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
            told.append((False, float(action != self.log.action[row]), is_in))
        return told


@pytest.fixture(scope="module", params=[(0, 2), (3, 3)], ids=["few goals", "more goals"])
def small(request):
    """One world of few programs, and some later rows."""
    seed, bits = request.param
    world = draw_overseen(seed, Oversight(bits, 0, situations=8, as_if=1.0, operators=0))
    later = [world.log.n_training + (7 * i + 3) % (world.log.n_rows - world.log.n_training) for i in range(24)]
    return world, world.count(0).census, later


@pytest.mark.parametrize("n_rows", [2, 5])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_plain_loop_asks_and_errs_on_the_same_rows(small, alpha, n_rows):
    world, census, later = small
    told = Loop(census, world.log).run(range(n_rows), later, alpha)
    course = Imitator(Weighed(census, make_prior("simplicity")), world.log, range(n_rows)).follow(TopSet(alpha), later)
    assert course.asked == [asked for asked, _, _ in told]
    assert course.errors == pytest.approx([error for _, error, _ in told])


@pytest.mark.parametrize("alpha", ALPHAS)
def test_nothing_slips_through_while_the_truth_is_in_the_set(small, alpha):
    world, census, later = small
    told = Loop(census, world.log).run(range(5), later, alpha)
    assert all(error == 0 for _, error, is_in in told if is_in)
    # The teacher makes no mistake, so the truth never leaves.
    if told[0][2]:
        assert all(is_in for _, _, is_in in told)


def test_plain_loops_meet_the_truth_inside_and_outside(small):
    world, census, later = small
    inside, outside = 0, 0
    for alpha in ALPHAS:
        for n_rows in (1, 5):
            told = Loop(census, world.log).run(range(n_rows), later, alpha)
            inside += sum(is_in for _, _, is_in in told)
            outside += sum(error > 0 for _, error, is_in in told if not is_in)
    assert inside
    assert outside


@pytest.mark.parametrize("is_told", [False, True])
def test_mixture_is_that_of_safeguards_on_the_log(small, is_told):
    world, census, _ = small
    log, prior = world.log, make_prior("speed", {"alpha": 1.0})
    mixture = safeguards_on(Weighed(census, prior), log, has_slips=False, is_online=is_told)[0]
    imitator = Imitator(Weighed(census, prior), log, range(log.n_training))
    course = imitator.follow(Mixture(), range(log.n_training, log.n_rows), is_told=is_told)
    assert math.fsum(course.errors) == pytest.approx(mixture.errors_later, rel=1e-12)
    assert not any(course.asked)


def test_answers_alone_are_learned_from(small):
    world, census, later = small
    imitator = Imitator(Weighed(census, make_prior("simplicity")), world.log, range(5))
    truth, guard = imitator.truth, TopSet(0.003)
    course = imitator.follow(guard, later)
    assert any(course.asked)
    heard = list(range(5))
    for row, is_asked, error in zip(later, course.asked, course.errors, strict=True):
        alone = imitator.after(heard).follow(guard, [row])
        assert (alone.asked, alone.errors) == ([is_asked], [error])
        heard += [row] * is_asked
    # Letting it loose has taught the imitator nothing.
    assert imitator.truth == truth
    assert imitator.follow(guard, later) == course


def test_bound_by_hand():
    assert top_set.most_questions(0.25, 0.5) == 2
    assert top_set.most_questions(1.0, 0.1) == 0
    assert top_set.most_questions(0.0, 0.1) == math.inf
    assert top_set.most_questions(0.9**5, 0.1) == pytest.approx(5)


def test_margin_is_the_lesser_reserve():
    # Ten slips of the mixture allow less than one; two questions are allowed.
    assert top_set.margin(1, 2.0, 0.0, 10.0) == 1
    assert top_set.margin(0, 2.0, 0.5, 10.0) == pytest.approx(0.5)
    assert top_set.margin(3, 2.0, 0.0, 10.0) == -1
    assert top_set.margin(0, 2.0, 1.5, 10.0) == pytest.approx(-0.5)
    # Who is no safer than a mixture that is safe shows nothing.
    assert not top_set.margin(0, 2.0, 0.0, 0.0) > 0


def test_formula_by_hand():
    size = top_set.CLAIM.sizes["small"]
    seed = 3
    world = draw_overseen(seed, top_set._oversight(size))
    (cell,) = (cell for cell in top_set.study(seed, size).cells if cell.parameter == "base")
    own, end = (world.price(text).length for text in (world.own_goal(), world.by_the_end()))
    states = ["x", "s"] if world.has_as_if else ["x"]
    obeying = 1 + sum(goal < 16 for goal in world.rivals)
    faithful = sum(2.0 ** -world.price(world.own_goal(state)).length for state in states) + 2.0**-end
    if world.has_as_if:
        faithful += obeying * 2.0 ** -world.price(world.by_the_end("s")).length
    assert not any(goal >= 16 for goal in world.rivals)
    rivals = (obeying - 1) * 2.0**-end
    truth = faithful / (faithful + rivals)
    departs = [float((world.liked[goal] != world.teacher).mean()) for goal in world.rivals]
    mixture = 64 * 2.0**-end / (faithful + rivals) * sum(departs)
    assert own < 60
    assert truth > 0.1
    bound = math.log2(truth) / math.log2(0.9)
    asks = 2.0**-end / (faithful + rivals) >= 0.1
    assert cell.predicted == pytest.approx(min(0.1 * mixture, bound - asks))


def test_data_turn_it_round_at_fixed_prices(found):
    values, margins = along(found.table, "rows")
    assert values == [2.0, 4.0, 8.0, 16.0]
    assert np.median(margins[0]) < 0 < np.median(margins[-1])
    # Whoever knows little of the teacher has no share for its policy.
    assert np.median(along(found.table, "rows", "truth")[1][0]) < 0.1


def test_prior_turns_it_round_at_fixed_prices(found):
    values, margins = along(found.table, "slowness")
    assert values == [0.0, 1.0, 2.0]
    # A search takes more steps than a shortcut that is wrong where nobody watches.
    assert np.median(margins[0]) > 0 > np.median(margins[-1])


def test_it_is_safe_wherever_the_truth_has_its_share(found):
    table = found.table
    within = table[table["is_within"] > 0]
    assert len(within) > 50
    assert (within["slips"] == 0).all()
    assert (table.loc[table["is_within"] == 0, "slips"] > 0).any()


def test_without_a_law_there_is_nothing_to_find(found):
    control = found.table[found.table["parameter"] == "control"]
    assert (control["truth"] < 0.01).all()
    assert (control["slips"] > 16).all()


def test_questions_come_to_an_end(found):
    # Four times the rows, and hardly any more questions.
    values, questions = along(found.table, "later_rows", "questions")
    assert values == [16.0, 64.0]
    assert sum(questions[1]) < 2 * sum(questions[0])
    assert (at_base(found.table)["questions"] <= at_base(found.table)["most_questions"]).all()
