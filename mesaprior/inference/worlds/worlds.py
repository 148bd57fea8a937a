"""The worlds by name, and making one from its name, a seed and settings."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import replace

from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.world import Draft, Recipe, Setting, World, log_of

WORLDS = {
    "payoff-law": "payoff_law",
    "corridor": "corridor",
    "overseer": "overseer",
    "loans": "loans",
    "rater": "rater",
    "two-modes": "two_modes",
    "fork": "fork",
    "lagoon": "lagoon",
    "modular-sums": "modular_sums",
    "decks": "decks",
    "rules": "rules",
    "reasoner": "reasoner",
    "drift": "drift",
    "goals": "goals",
    "bridge": "bridge",
}
"""For each world the module here that has its `RECIPE`."""

JITTER = Setting("jitter", 0, 0, 8, "each token costs up to so many bits more, drawn for each")
"""A setting of every world."""


def recipe(name: str) -> Recipe:
    """Return a family of worlds.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    if name not in WORLDS:
        near = difflib.get_close_matches(name, WORLDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(WORLDS)}."
        raise UsageError(f"{name[:60]!r} is no world; {hint}")
    found: Recipe = importlib.import_module(f"mesaprior.inference.worlds.{WORLDS[name]}").RECIPE
    return replace(found, settings=(*found.settings, JITTER))


def settings_of(family: Recipe, given: Mapping[str, int]) -> dict[str, int]:
    """Return the values of all settings of a family.

    Raises
    ------
    UsageError
        If one is given that the family does not have, or a value is out of range.
    """
    by_name = {setting.name: setting for setting in family.settings}
    for name, value in given.items():
        if name not in by_name:
            raise UsageError(f"the world {family.name!r} has no setting {name[:60]!r}; it has {', '.join(by_name)}.")
        setting = by_name[name]
        if value != int(value) or not setting.least <= value <= setting.most:
            raise UsageError(
                f"{name} = {value:g} is out of range for the world {family.name!r}; give an integer from "
                f"{setting.least} to {setting.most} ({setting.meaning})."
            )
    return {name: int(given.get(name, setting.default)) for name, setting in by_name.items()}


def settings_of_family(name: str, given: Mapping[str, int]) -> dict[str, int]:
    """Return the values of all settings of the worlds of a name; see `recipe` and `settings_of`."""
    return settings_of(recipe(name), given)


def make_world(name: str, *, seed: int = 0, **parameters: int) -> World:
    """Draw a world.

    Parameters
    ----------
    name : str
        A key of `WORLDS`.
    seed : int
        At least 0; the same name, seed and settings give the same world, byte for byte.
    **parameters : int
        Settings; those that are not given have their defaults.

    Raises
    ------
    UsageError
        If there is no such world or setting, a value is out of range, or settings do not go together.
    ContentError
        If prices leave no prefix code.
    """
    if seed < 0:
        raise UsageError(f"seed {seed} is negative; give a number from 0 upwards.")
    family = recipe(name)
    settings = settings_of(family, parameters)
    draft = family.draw(Chance(seed, name), settings)
    source = f"{name}-{seed}"
    training = [
        (situation, draft.lapses.get(row, draft.teacher(situation))) for row, situation in enumerate(draft.training)
    ]
    online, later = (
        [(situation, draft.teacher(situation), draft.rival(situation)) for situation in situations]
        for situations in (draft.online, draft.later)
    )
    language = dearer(_language(draft, source), settings["jitter"], Chance(seed, f"prices of {name}"))
    log = log_of(draft.features, training, later, source=source, online=online)
    language.check_log(log)
    return World(
        name=name,
        seed=seed,
        settings=settings,
        description=family.summary,
        language=language,
        log=log,
        teacher=draft.teacher,
        rival=draft.rival,
        programs=draft.programs,
        lapses=tuple(sorted(draft.lapses)),
        walk=draft.walk,
    )


def _language(draft: Draft, source: str) -> Language:
    head = {"domain": draft.domain, "actions": draft.actions, "token": draft.tokens}
    others = {"params": draft.params, "rounds": draft.rounds, "intervention": draft.interventions or None}
    return language_from_dict(head | {k: v for k, v in others.items() if v is not None}, source=source)


def dearer(language: Language, jitter: int, chance: Chance) -> Language:
    """Return a language in which tokens cost up to `jitter` bits more; the tokens stay a prefix code."""
    if not jitter:
        return language
    tokens = tuple(replace(token, bits=token.bits + chance.below(jitter + 1)) for token in language.tokens)
    return replace(language, tokens=tokens)
