"""An analysis: one question, and everything that follows from it, computed on first use and cached.

What a prior says of a census is `Weighed`, what a log says of it is `Scored`; an analysis holds the two, and hands them
on to whatever is asked next. Modules that few questions need are imported where they are asked.

Sizes: N training rows, B behaviours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import printable
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.agreement import Tally
from mesaprior.inference.bayes.checkpoints import Checkpoints, check_checkpoints
from mesaprior.inference.bayes.leading import Leading, leading
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.odds import Partition, partition_of
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.result import to_frame
from mesaprior.inference.bayes.roles import Judgement, check_tolerance
from mesaprior.inference.bayes.scores import Scored, check_log
from mesaprior.inference.bayes.weights import Prior, Weighed, prior_of
from mesaprior.inference.provenance import prior_text

if TYPE_CHECKING:
    import pandas as pd

    from mesaprior.hypotheses.space import Space
    from mesaprior.inference.agency.agency import Agency, Utility
    from mesaprior.inference.agency.goals import Goals
    from mesaprior.inference.bayes.sampling import Draw
    from mesaprior.inference.crossovers.crossover import Crossovers
    from mesaprior.inference.memorizer.memorizer import Memorizer, MemorizerPosterior
    from mesaprior.inference.report import Report
    from mesaprior.inference.request import Question
    from mesaprior.inference.robustness.comparison import Comparison
    from mesaprior.inference.robustness.family import Family
    from mesaprior.inference.robustness.reach import Reached
    from mesaprior.inference.safeguards.outcomes import Outcome
    from mesaprior.inference.sweeps.sweep import SweptPosterior
    from mesaprior.inference.theorems import Evaluation

SHOWN = 5
"""Leading behaviours in the representation of an analysis."""


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Analysis:
    """An analysis: a census, the log it was counted on, a prior, a noise model and a tolerance.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    prior : Prior or str
        A string is the name of a prior of the catalogue, or a formula.
    noise : NoiseModel or str or float
        A number is the known share of misses; a text is as at the command line, such as ``"beta:1,9"``.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    space : Space, optional
        The space that was counted; needed to sample programs and to bound what longer ones can change.
    checkpoints : int or "all" or None
        The number of training prefixes at which masses and odds are reported. None stands for all, up to 1,000
        training rows, and beyond for 64, spaced logarithmically. Where the imitator loses is exact in any case.

    Raises
    ------
    ContentError, RunError
        If the census does not belong to the log, or is empty.
    UsageError
        If the prior, the noise, the tolerance or the checkpoints are invalid.
    """

    census: Census
    log: ImitationLog
    prior: Prior
    noise: NoiseModel
    tolerance: float
    space: Space | None
    checkpoints: Checkpoints

    def __init__(
        self,
        census: Census,
        log: ImitationLog,
        prior: Prior | str = "simplicity",
        noise: NoiseModel | str | float = DEFAULT_NOISE,
        tolerance: float = 0.0,
        *,
        space: Space | None = None,
        checkpoints: Checkpoints = None,
    ) -> None:
        # A log of other rows is refused now, and not by what is asked first.
        check_log(census, log)
        check_tolerance(tolerance)
        check_checkpoints(checkpoints)
        asked = {"prior": prior_of(prior), "noise": noise_of(noise), "tolerance": tolerance, "space": space}
        for name, value in {"census": census, "log": log, **asked, "checkpoints": checkpoints}.items():
            object.__setattr__(self, name, value)

    def with_prior(self, prior: Prior | str, **parameters: float) -> Analysis:
        """Return the same question under another prior; nothing is counted or tallied again.

        Parameters
        ----------
        prior : Prior or str
            A string is a name or a formula.
        **parameters : float
            Its parameters, such as ``alpha=2``.
        """
        asked = (prior_of(prior, parameters), self.noise, self.tolerance)
        other = Analysis(self.census, self.log, *asked, space=self.space, checkpoints=self.checkpoints)
        # A cached property keeps its value in the dictionary of the instance.
        vars(other)["scored"] = self.scored
        return other

    @cached_property
    def weighed(self) -> Weighed:
        """The census weighed by the prior."""
        return Weighed(self.census, self.prior)

    @cached_property
    def scored(self) -> Scored:
        """The census scored on the log."""
        return Scored(self.census, self.log, self.noise, self.tolerance)

    @property
    def training(self) -> Tally:
        """Hits, misses and abstentions of each behaviour on the training rows."""
        return self.scored.training

    @property
    def judgement(self) -> Judgement:
        """Role and verdict of each behaviour, as codes."""
        return self.scored.judgement

    @cached_property
    def posterior(self) -> Posterior:
        """The posterior at every checkpoint."""
        return posterior_of(self.weighed, self.scored, self.checkpoints)

    @cached_property
    def partition(self) -> Partition:
        """The partition of the posterior: by role, or by verdict where programs have no roles."""
        if self.space is None:
            return partition_of(self.posterior)
        return partition_of(self.posterior, has_lesions=self.space.has_lesions, noun=self.space.noun)

    @property
    def headline(self) -> str:
        """Who holds the posterior after all training rows, in one sentence."""
        return self.partition.headline

    @property
    def title(self) -> str:
        """The log and the prior, for the title of a figure."""
        return f"{Path(self.log.source).stem}, prior {prior_text(self.prior)}"

    @property
    def odds(self) -> NDArray[np.float64]:
        """The log2 odds of optimizers over imitators by checkpoint, float64[K]; without roles, defecting : faithful.

        The checkpoints are `posterior.n`.
        """
        return self.partition.log2_odds

    @property
    def loses_at(self) -> int | None:
        """The row from which on these odds stay above 0: where the honest imitator loses; None if nowhere."""
        return self.partition.loses_at

    def top(self, k: int = 10) -> pd.DataFrame:
        """Return the behaviours of largest posterior mass, each with a shortest program.

        Returns
        -------
        pandas.DataFrame
            One row per behaviour: `mass` (share after all training rows), `role`, `verdict`, `hits`, `misses` (training
            rows), `bits`, `steps`, `program`.

        Raises
        ------
        UsageError
            If `k` is negative.
        """
        import pandas as pd

        return pd.DataFrame(leading(self.posterior, self.census.witness, k).values(), columns=Leading._fields)

    def to_frame(self) -> pd.DataFrame:
        """Return the share of the posterior by `n`, `role` and `verdict`, as ``infer --format csv`` prints it."""
        return to_frame(self.posterior)

    def report(self, top: int = 10) -> Report:
        """Return the report on the posterior, as ``infer`` prints it.

        Parameters
        ----------
        top : int
            Leading behaviours to list.

        Raises
        ------
        UsageError
            If the space is not known, or `top` is negative.
        """
        from mesaprior.inference.reports.posterior import report_posterior

        if self.space is None:
            raise UsageError("a report tells of the space that was counted; give it as space=.")
        if top < 0:
            raise UsageError(f"top={top} is negative; ask for 0 or more behaviours.")
        return report_posterior(
            self._question_in(self.space),
            self.posterior,
            prior=self.prior,
            noise=self.noise,
            tolerance=self.tolerance,
            top=top,
        )

    def plot(self, file: str | Path | None = None) -> Any:
        """Plot the posterior of each role by training row, and the odds below.

        Parameters
        ----------
        file : str or Path, optional
            File to write; its ending gives the format, such as ``.png`` or ``.svg``.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        RunError
            If Matplotlib is not installed.
        UsageError
            If the ending is not that of a picture, or the folder does not exist.
        """
        from mesaprior.inference.figures.posterior import plot_posterior

        return plot_posterior(self.partition, self.title, file)

    def agency(self, utility: Utility | str) -> Agency:
        """Measure which programs serve a utility better than chance and its own length can explain.

        Parameters
        ----------
        utility : Utility or str
            A string is a term with ``y`` for the action, such as ``"(eq y c)"``, in the language of the programs, or
            without one in the default language of the log.
        """
        from mesaprior.inference.agency.agency import agency, term_utility

        if isinstance(utility, str):
            from mesaprior.hypotheses.terms.language import default_language

            language = self.space.language if self.space is not None else None
            utility = term_utility(utility, language or default_language(self.log), self.log)
        return agency(self.weighed, utility)

    def goals(self, utilities: Sequence[Utility | str]) -> Goals:
        """Compare candidate utilities, given as in `agency`: which has the most support, and who pursues which."""
        from mesaprior.inference.agency.goals import goals

        return goals([self.agency(utility) for utility in utilities], self.posterior)

    def memorizer(
        self, features: Memorizer | Sequence[str] | str, *, token_bits: int | None = None
    ) -> MemorizerPosterior:
        """Add all lookup tables over some features as hypotheses.

        Parameters
        ----------
        features : Memorizer or sequence of str or str
            Names of columns of the log; one name alone is a string.
        token_bits : int, optional
            Bits to say that a table follows; by default those of the language, see `memorizer_over`.
        """
        from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over, memorizer_posterior

        if not isinstance(features, Memorizer):
            names = [features] if isinstance(features, str) else features
            language = self.space.language if self.space is not None else None
            features = memorizer_over(names, self.log, self.census.n_actions, language=language, token_bits=token_bits)
        return memorizer_posterior(features, self.weighed, self.scored, self.posterior)

    def safeguards(self, **options: Any) -> list[Outcome]:
        """Evaluate every way to act on the posterior; the options are those of `safeguards_on`."""
        from mesaprior.inference.safeguards.outcomes import safeguards_on

        return safeguards_on(self.weighed, self.log, noise=self.noise, **options)

    def theorems(self, **options: Any) -> Evaluation:
        """Evaluate the inequalities of Bayesian learning; the options are those of `theorems.evaluate`."""
        from mesaprior.inference.theorems import evaluate

        return evaluate(self.weighed, self.scored, self.posterior, **options)

    def sweep(
        self,
        over: Mapping[str, Sequence[float] | np.ndarray],
        *,
        workers: int = 1,
        report: Callable[[int], None] | None = None,
    ) -> SweptPosterior:
        """Return the posterior over a grid of parameters, such as ``{"alpha": [0, 1, 2]}``; see `sweep_posterior`."""
        from mesaprior.inference.sweeps.sweep import sweep_of

        return sweep_of(self.scored, self.prior, over, workers=workers, report=report)

    def crossover(
        self,
        over: str,
        low: float | None = None,
        high: float | None = None,
        *,
        by_verdict: bool | None = None,
        points: int | None = None,
        workers: int = 1,
    ) -> Crossovers:
        """Return where the odds are 0 along a parameter; see `find_crossovers`.

        Parameters
        ----------
        over, low, high, points, workers
            As there.
        by_verdict : bool, optional
            Weigh defecting against faithful programs; by default where programs have no roles.
        """
        from mesaprior.inference.crossovers.crossover import crossovers_of

        has_roles = self.space is None or self.space.has_lesions
        return crossovers_of(
            self.scored,
            self.prior,
            over,
            low=low,
            high=high,
            by_verdict=not has_roles if by_verdict is None else by_verdict,
            points=points,
            workers=workers,
        )

    @cached_property
    def reach(self) -> tuple[Reached, ...]:
        """The shortest program of each kind that fits the training rows, and its price; independent of the prior."""
        from mesaprior.inference.robustness.reach import reach_in

        return reach_in(self.scored, self.space)

    def sample(
        self, k: int, seed: int = 0, *, workers: int = 1, report: Callable[[int], None] | None = None
    ) -> list[Draw]:
        """Draw k programs from the posterior, each with exactly its probability; see `sampling.sample`.

        Raises
        ------
        UsageError
            If the space is not known or is not one of terms, or a number is negative.
        """
        from mesaprior.hypotheses.terms.space import space_of_terms
        from mesaprior.inference.bayes.sampling import sample

        terms = space_of_terms(self.space) if self.space is not None else None
        if terms is None:
            raise UsageError(
                f"programs are drawn from a space of terms, and this census is of the space {self.census.space!r}; "
                "give the TermSpace that was counted as space=."
            )
        return sample(self.weighed, self.scored, terms, k, seed, workers=workers, report=report)

    def compare(self, priors: Sequence[Prior | str]) -> Comparison:
        """Compare this prior with others, before and after the training rows; this one comes first."""
        from mesaprior.inference.robustness.comparison import comparison_of

        others = [Weighed(self.census, prior_of(prior)) for prior in priors]
        return comparison_of([self.weighed, *others], self.scored)

    def family(self, *, workers: int = 1, report: Callable[[int], None] | None = None) -> Family:
        """Repeat the question with shorter bounds and in every language near its own; see `family_of`.

        Raises
        ------
        UsageError
            If the space is not known, or there is nothing to change.
        """
        from mesaprior.inference.robustness.relatives import family_of

        if self.space is None:
            raise UsageError("near-by languages are those of the space counted; give it as space=.")
        return family_of(self.weighed, self.scored, self.space, workers=workers, report=report)

    def __repr__(self) -> str:
        from mesaprior.inference.reports.cells import length_text

        lines = [self.headline, self._about]
        if self.loses_at is not None:
            lines.append(f"From n = {self.loses_at} on {self.partition.loss}.")
        lines += [
            f"{share_text(one.mass):>8}  {one.role:<15}  {one.verdict:<9}  {length_text(one.bits):>5} bits  "
            f"{printable(one.program)}"
            for one in leading(self.posterior, self.census.witness, SHOWN).values()
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the headline, what it means, what was asked and the leading behaviours as HTML, for a notebook."""
        from mesaprior.inference.rendering import html
        from mesaprior.inference.report_blocks import Line
        from mesaprior.inference.reports.posterior import leading_table
        from mesaprior.inference.summaries.posterior import summarize_posterior

        meaning: list[Line] = []
        if self.space is not None:
            beyond = self.space.mass_beyond(self.census, self.log)
            summary = summarize_posterior(self._question_in(self.space), self.posterior, beyond)
            meaning.append(Line(summary, "summary"))

        table = leading_table(self.posterior, self.census, self.log, SHOWN, self.space)
        return html([Line(self.headline, "headline"), *meaning, Line(self._about, "about"), table])

    def _question_in(self, space: Space) -> Question:
        """Return the question that this answers, in the space that was counted."""
        from mesaprior.inference.request import Question, has_default_language

        is_default = has_default_language(space.language, self.log)
        return Question(log=self.log, space=space, is_default_language=is_default, census=self.census)

    @property
    def _about(self) -> str:
        """What was asked, in one line."""
        from mesaprior.inference.reports.posterior import about_posterior

        noun = "programs" if self.space is None else self.space.noun
        return about_posterior(self.posterior, self.census, self.log, noun, self.prior, self.noise)
