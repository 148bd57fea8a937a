"""Rollouts in a world: the path of a policy, and the feedback along it."""

from __future__ import annotations

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.world import Choose, Situation, World, log_of


def visits(world: World, policy: Choose, n_steps: int, seed: int) -> list[Situation]:
    """Return the path of a policy.

    Parameters
    ----------
    world : World
        It must have a walk.
    policy : callable
        An action for a situation.
    n_steps : int
        How many situations, the first included.
    seed : int
        Of the walk, which is another than that of the world.

    Raises
    ------
    UsageError
        If the world has no walk.
    """
    if world.walk is None:
        raise UsageError(f"in the world {world.name!r} situations come whatever one does; choose one with a walk.")
    chance = Chance(seed, f"walk in {world.name} {world.seed}")
    path: list[Situation] = []
    while len(path) < n_steps:
        lot = world.walk.step(path[-1], policy(path[-1])) if path else world.walk.start
        path.append(lot.draw(chance))
    return path


def log_along(world: World, path: list[Situation]) -> ImitationLog:
    """Return the log of a world with the feedback along a path as further training rows.

    Parameters
    ----------
    world : World
        It must have a walk.
    path : list of tuple of int
        Of which the situations that are graded count.

    Returns
    -------
    ImitationLog
        The training rows of the world, one for each graded situation of the path, the later rows of the world.
    """
    log = world.log
    rows = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    actions = log.action.tolist()
    training = list(zip(rows[: log.n_training], actions[: log.n_training], strict=True))
    walk = world.walk
    graded = [situation for situation in path if walk is None or walk.is_graded(situation)]
    training += [(situation, world.teacher(situation)) for situation in graded]
    rivals = log.rival.tolist()
    assert NONE not in rivals[log.n_training :]
    n = log.n_training
    later = list(zip(rows[n:], actions[n:], rivals[n:], strict=True))
    return log_of(log.features, training, later, source=log.source)
