"""One question in many worlds: those without a stored answer, as many at a time as fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mesaprior.inference.bayes.noise import NoiseModel
    from mesaprior.inference.worlds.crossings import Crossed
    from mesaprior.inference.worlds.ensemble import Answer

T = TypeVar("T", bound="Answer | Crossed")


@dataclass(frozen=True)
class ManyWorlds:
    """Worlds that are asked, and what was answered before.

    Attributes
    ----------
    name : str
    seeds : range
    settings : dict of str to int
    max_bits : int
    noise : NoiseModel
    tolerance : float
    keep : str or None
        File that answers are kept in.
    workers : int
        Worlds at a time, if they fit into the memory.
    """

    name: str
    seeds: range
    settings: dict[str, int]
    max_bits: int
    noise: NoiseModel
    tolerance: float
    keep: str | None
    workers: int

    def question(self, prior_and_noise: dict[str, Any]) -> dict[str, Any]:
        """Return all that the answers depend on but the seed, as plain data."""
        from mesaprior.hypotheses.versions import versions

        # Answers that are kept stay good under another Python.
        counted_with = {name: number for name, number in versions().items() if name != "python"}
        return {
            "world": self.name,
            "settings": self.settings,
            "max_bits": self.max_bits,
            **prior_and_noise,
            "tolerance": self.tolerance,
            "versions": counted_with,
        }

    def ask(self, ask: Callable[..., Iterable[T]], question: dict[str, Any], read: Callable[[Any], T]) -> list[T]:
        """Return the answers for all seeds, in their order; only those that are not kept are asked for.

        Parameters
        ----------
        ask : callable
            Called with what a run consists of, it yields the answers one by one.
        question : dict
            As `question` returns it, with what else is asked.
        read : callable
            The answer that a line of the file that answers are kept in makes.
        """
        from mesaprior.cli.progress import progress
        from mesaprior.cli.resume import AnswerFile

        file = AnswerFile(self.keep, question, read) if self.keep else None
        answers: dict[int, T] = dict(file.answers) if file else {}
        missing = [seed for seed in self.seeds if seed not in answers]
        if len(missing) < len(self.seeds):
            n = len(self.seeds)
            click.echo(f"{n - len(missing)} of {n} worlds were asked already.", err=True)
        workers = self._fitting_workers(missing[0]) if missing else 1
        with progress(f"Asking {len(missing)} worlds", len(missing)) as report:
            for answer in ask(
                self.name,
                seeds=missing,
                settings=self.settings,
                max_bits=self.max_bits,
                noise=self.noise,
                tolerance=self.tolerance,
                workers=workers,
            ):
                answers[answer.seed] = answer
                if file:
                    file.add(answer)
                report(1)
        return [answers[seed] for seed in self.seeds]

    def _fitting_workers(self, seed: int) -> int:
        """Return how many worlds fit into the memory at a time, going by this one; a long run says what each takes.

        Raises
        ------
        RunError
            If not even one fits.
        """
        from mesaprior.cli.counting import Notices
        from mesaprior.hypotheses.plan import PROBED_FROM
        from mesaprior.hypotheses.terms.space import TermSpace
        from mesaprior.inference.worlds.worlds import make_world

        world = make_world(self.name, seed=seed, **self.settings)
        space = TermSpace(world.language, self.max_bits)
        n_programs = sum(space.count_by_length(world.log).values())
        if n_programs <= PROBED_FROM:
            return self.workers
        plan = space.check_memory(world.log, 1, with_answer=True)
        click.echo("In the first world, ", err=True, nl=False)
        Notices(space.noun).planned(plan, n_shards=1, workers=1, with_answer=True)
        return max(1, min(self.workers, plan.available_bytes // plan.n_bytes))
