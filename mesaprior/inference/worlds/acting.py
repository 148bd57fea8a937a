"""Rollouts of safeguards that act in a world and learn from its feedback: exact probabilities of what happens.

The probability of every history is carried from step to step, and nothing is sampled. Sizes: T steps, P policies, A
actions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.scores import check_log
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.safeguards.outcomes import Policies, guards_of
from mesaprior.inference.safeguards.ways import Sampling, check_settings
from mesaprior.inference.worlds.conduct import Conduct
from mesaprior.inference.worlds.ground import MOST_STEPS, Ground, Place, ground_of, n_histories
from mesaprior.inference.worlds.walkers import Mind, Walker, keep_one
from mesaprior.inference.worlds.world import World

WORK = 1_500_000_000
"""Histories times policies that are examined by default: half a minute at most."""

LEAST_POLICIES = 20_000
"""A history takes at least as much work as with this number of policies."""

TEACHER = "teacher"
"""Name of the teacher, who acts beside the safeguards."""


def act_in(
    world: World,
    census: Census,
    prior: Prior,
    *,
    n_steps: int = 10,
    noise: NoiseModel = DEFAULT_NOISE,
    temperatures: Sequence[float] = (2.0,),
    alphas: Sequence[float] = (0.1,),
    ks: Sequence[int] = (3,),
    cost: float = 0.1,
    has_slips: bool = True,
    work: int = WORK,
) -> list[Conduct]:
    """Run rollouts of safeguards in a world after its training rows.

    At each step a safeguard acts on its posterior after the training rows and the feedback so far. The teacher's action
    is shown where the world grades, and where the safeguard asks; then the teacher acts.

    Parameters
    ----------
    world : World
        It must have a walk.
    census : Census
        Counted on the log of the world, in a language without `fit`.
    prior : Prior
    n_steps : int
        T, 1..`MOST_STEPS`.
    noise : NoiseModel
        Of the likelihood, and of the errors with which programs act.
    temperatures, alphas, ks, cost, has_slips
        As in `safeguards_on`.
    work : int
        Bound on histories times policies.

    Returns
    -------
    list of Conduct
        The teacher, and then the safeguards in the order of `safeguards_on`. Sampling keeps the program drawn after the
        training rows, with the error rate learned by then; a new draw at every step would equal the mixture.

    Raises
    ------
    UsageError
        If a number is out of range, the world has no walk, or the prior does not fit.
    RunError
        If there are more histories than `work` allows; the message says how many steps fit.

    Notes
    -----
    Time is O(histories * P log P) for each safeguard, where the histories are those of `n_histories`; memory O(P * A)
    and all histories.
    """
    check_settings(temperatures, alphas, ks, cost)
    if not 1 <= n_steps <= MOST_STEPS:
        raise UsageError(f"{n_steps} steps are out of range; take 1 to {MOST_STEPS}.")
    check_log(census, world.log)
    if census.predictions.shape[1] != len(world.log.situations):
        raise RunError("what the programs of this census do depends on more than the situation; count without `fit`.")
    ground = ground_of(world)
    policies = Policies(Weighed(census, prior), world.log, noise, has_slips=has_slips)
    for row in range(world.log.n_training):
        policies.learn(row)
    guards = guards_of(policies, temperatures, alphas, ks)
    actions = [_possible(policies, place, has_slips) for place in ground.places]
    _check_work(ground, actions, n_steps, bool(alphas), len(policies.predictions), work)

    walkers = [Walker(ground, TEACHER, None)]
    walkers += [Walker(ground, guard.name, guard) for guard in guards if not isinstance(guard, Sampling)]
    for _ in range(n_steps):
        for told in dict.fromkeys(told for walker in walkers for told in walker.front):
            mind = Mind(ground, policies, told)
            for walker in walkers:
                walker.act(mind)
        for walker in walkers:
            walker.go_on()
    conducts = [walker.book.conduct(walker.name, n_steps, cost) for walker in walkers]
    kept = keep_one(ground, policies, n_steps).conduct(Sampling.name, n_steps, cost)
    after = 1 + next(k for k, guard in enumerate(guards) if isinstance(guard, Sampling))
    return [*conducts[:after], kept, *conducts[after:]]


def _possible(policies: Policies, place: Place, has_slips: bool) -> NDArray[np.int64]:
    """Return the actions that are possible in a situation, int64[n]."""
    if place.is_passage:
        return np.array([0])
    given = np.unique(policies.given(place.row))
    return np.arange(len(place.leads)) if has_slips or given[0] < 0 else given


def _check_work(
    ground: Ground, actions: Sequence[np.ndarray], n_steps: int, can_ask: bool, n_policies: int, work: int
) -> None:
    """Refuse too many histories, and say how many steps fit."""
    room = work // max(LEAST_POLICIES, n_policies)
    for fitting, n in enumerate(n_histories(ground, actions, n_steps, can_ask=can_ask)):
        if n > room:
            instead = f"take {fitting} steps" if fitting else "count fewer programs"
            raise RunError(
                f"{n_steps} steps in the world {ground.name!r} can lead to more than the {room:,} histories for which "
                f"there is room with {n_policies:,} policies; {instead}, or allow more work than {work:,}."
            )
