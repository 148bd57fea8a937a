"""Counting for `mesaprior infer --by`: one census for all people, or one for each if programs learn."""

from __future__ import annotations

from pathlib import Path

from mesaprior.cli.infer_request import InferRequest
from mesaprior.cli.options import check_noise
from mesaprior.cli.progress import progress
from mesaprior.cli.question import ask, census_of, is_default
from mesaprior.cli.reading import read_asked
from mesaprior.cli.spaces import space_of
from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.checkpoints import Checkpoints
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.people import people
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.request import Request


def ask_people(asked: InferRequest) -> PeopleAnswer:
    """Count a census over the situations of all people, or one for each if programs learn, and answer for each person.

    Raises
    ------
    UsageError
        If a census folder is given without the log that identifies people.
    """
    about, census = _from_folder(asked) if Path(asked.source).is_dir() else _counted(asked)
    return answer_about(
        about,
        census,
        prior=asked.prior,
        noise=asked.noise,
        tolerance=asked.tolerance,
        top=asked.top,
        checkpoints=asked.checkpoints,
    )


def answer_about(
    about: Request,
    census: Census | None,
    *,
    prior: Prior,
    noise: NoiseModel,
    tolerance: float,
    top: int,
    checkpoints: Checkpoints = None,
) -> PeopleAnswer:
    """Ask for everybody, with a census that all share; where that is None each person has one counted."""
    log, space = about.log, about.space
    n_programs = sum(space.count_by_length(log).values()) if census is None else census.n_programs
    n_people = len(set(log.group[: log.n_training].tolist())) if log.group is not None else 0
    with progress(f"Asking {n_people:,} people", n_people) as report:
        result = people(
            census,
            log,
            prior,
            noise=noise,
            tolerance=tolerance,
            # The table has everybody's leading program, however few are listed.
            top=max(1, top),
            count=space.census if census is None else None,
            report=report,
            checkpoints=checkpoints,
        )
    # Only programs that learn are counted for each person, and these have a language.
    n_actions = census.n_actions if census is not None else space.language.actions if space.language else 0
    return PeopleAnswer(about, n_programs, n_actions, result)


def _from_folder(asked: InferRequest) -> tuple[Request, Census | None]:
    """Open the census in a folder; None where each person needs one of their own."""
    check_rows(asked.source, asked.other_log)
    question = ask(asked.source, other_log=asked.other_log, asked=asked.space, reading=asked.reading)
    return question, None if learns(question.space) else question.census


def check_rows(source: str, other_log: str | None) -> None:
    """Refuse to ask a census folder about people without the log that tells them apart."""
    if Path(source).is_dir() and other_log is None:
        raise UsageError(f"--by needs the rows of each person, and {source} is a census; name the log with --log.")


def _counted(asked: InferRequest) -> tuple[Request, Census | None]:
    """Count a census on the log of all people; None where each person needs one of their own."""
    log = read_asked(asked.source, asked.reading, asked.space.get("--language"))
    space = space_of(log, asked.space)
    if space.language is not None:
        check_noise(asked.noise, space.language.actions)
    about = Request(
        log=log,
        space=space,
        is_default_language=is_default(space, asked.space),
        source=asked.source,
        reading=asked.reading.typed(),
    )
    if not learns(space):
        return about, census_of(space, log, max_bytes=asked.max_bytes)
    if asked.max_bytes is not None:
        raise UsageError(
            "--max-memory bounds one census, and programs that fit have one for each person; leave it out."
        )
    return about, None


def learns(space: Space) -> bool:
    """Tell whether what programs predict depends on whose rows came before."""
    return space.language is not None and space.language.has("fit")
