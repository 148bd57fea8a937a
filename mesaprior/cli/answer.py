"""What `infer` answers about one log: as JSON, CSV, or a table for a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

from mesaprior.inference.provenance import facts_of_codes, prior_facts

if TYPE_CHECKING:
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.family import Family
    from mesaprior.inference.goals import Goals
    from mesaprior.inference.memorizer import MemorizerPosterior
    from mesaprior.inference.request import Question
    from mesaprior.priors.prior import FormulaPrior


@dataclass(frozen=True)
class Answer:
    """A question about one log, its analysis, and what else was asked of it.

    Attributes
    ----------
    question : Question
    analysis : Analysis
    prior : FormulaPrior
        That of the analysis.
    goals : Goals or None
        Candidate utilities.
    memorizer : MemorizerPosterior or None
    family : Family or None
        The question in near-by languages.
    top : int
        Leading behaviours to list.
    is_predicting : bool
        Whether predictions for later rows are told.
    """

    question: Question
    analysis: Analysis
    prior: FormulaPrior
    goals: Goals | None
    memorizer: MemorizerPosterior | None
    family: Family | None
    top: int
    is_predicting: bool

    @cached_property
    def mass_beyond(self) -> float | None:
        """The mass under 2^-length of the programs beyond the bound; None where it is not known."""
        return self.question.space.mass_beyond(self.question.census, self.question.log)

    def print_json(self) -> None:
        """Print the object of ``--format json``."""
        from mesaprior.cli.agency import agencies_to_json
        from mesaprior.cli.family import family_to_json
        from mesaprior.cli.goals import goals_to_json
        from mesaprior.cli.memorizer import memorizer_to_json
        from mesaprior.inference.provenance import provenance_of
        from mesaprior.inference.result import to_json

        question, analysis = self.question, self.analysis
        answer = to_json(
            analysis.posterior,
            question.census,
            question.log,
            mass_beyond=self.mass_beyond,
            given=question.language.ledger() if question.language else [],
            provenance=provenance_of(
                question,
                prior=prior_facts(self.prior),
                noise=str(analysis.noise),
                tolerance=analysis.tolerance,
            ),
            codes=facts_of_codes(question.log, question.census.n_actions),
            warnings=question.warnings,
            top=self.top,
        )
        if self.goals is not None:
            answer["agency"] = agencies_to_json(self.goals.candidates, analysis.posterior)
            answer["goals"] = goals_to_json(self.goals, question, analysis.posterior, self.top)
        if self.memorizer is not None:
            answer["memorizer"] = memorizer_to_json(self.memorizer, question.log)
        if self.family is not None:
            answer["family"] = family_to_json(self.family)
        click.echo(json.dumps(answer, allow_nan=False))

    def print_csv(self) -> None:
        """Print the masses by n, or the predictions where these are asked for."""
        if self.is_predicting:
            from mesaprior.cli.predictions import predictions_table
            from mesaprior.cli.streams import print_csv

            print_csv(*predictions_table(self.question, self.analysis.posterior))
        else:
            click.echo(self.analysis.to_frame().to_csv(index=False, na_rep="nan", lineterminator="\n"), nl=False)

    def print_table(self, *, is_plotted: bool) -> None:
        """Print everything for a person, and what to ask next."""
        from mesaprior.cli.render_verdicts import render_verdicts
        from mesaprior.cli.report.posterior import print_next_steps, render_posterior

        question, analysis = self.question, self.analysis
        # Roles need something to invert.
        render = render_posterior if question.space.has_lesions else render_verdicts
        render(
            question,
            analysis.posterior,
            prior_name=self.prior.name,
            noise_name=str(analysis.noise),
            mass_beyond=self.mass_beyond,
            top=self.top,
        )
        if self.is_predicting:
            from mesaprior.cli.predictions import render_predictions

            render_predictions(question, analysis.posterior)
        if self.goals is not None:
            from mesaprior.cli.agency import render_agencies
            from mesaprior.cli.goals import render_goals

            render_agencies(self.goals.candidates, analysis.posterior)
            render_goals(self.goals, question, analysis.posterior, self.top)
        if self.memorizer is not None:
            from mesaprior.cli.memorizer import render_memorizer

            render_memorizer(self.memorizer)
        if self.family is not None:
            from mesaprior.cli.family import render_family

            render_family(self.family, question)
        print_next_steps(question, analysis.posterior, self.prior.name, is_plotted=is_plotted)
