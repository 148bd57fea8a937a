"""Every world: rows as the teacher makes them, a rival that differs, the programs it is about, bytes from seeds."""

import hashlib
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import log_from_frame, read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.program import length_of
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.worlds.walking import log_along, visits
from mesaprior.inference.worlds.worlds import WORLDS, make_world, recipe
from mesaprior.priors import codes

SEEDS = range(12)

BITS = {
    "payoff-law": [16, 16, 20],
    "corridor": [4, 16, 24],
    "overseer": [20, 24, 24],
    "loans": [4, 16],
    "rater": [12, 16, 16],
    "two-modes": [4, 16, 16],
    "fork": [20, 20, 18],
    "lagoon": [4, 20, 24],
    "modular-sums": [20, 36],
    "decks": [4, 20],
    "rules": [16, 18, 8],
    "reasoner": [26, 20, 62],
    "drift": None,
    "goals": None,
    "bridge": [16, 24],
}
"""Bits of the programs of each world with its default settings, worked out from what the modules say.

None where they are drawn, and all tokens have 4 bits.
"""

OTHERS = [
    ("payoff-law", {"situations": 3, "seen": 2, "rows": 1, "actions": 2}),
    ("payoff-law", {"defined": 1}),
    ("payoff-law", {"defined": 1, "actions": 8, "situations": 6, "seen": 2}),
    ("payoff-law", {"blind": 4, "lapses": 100}),
    ("payoff-law", {"actions": 2, "blind": 1, "lapses": 20, "bid_bits": 9}),
    ("corridor", {"cells": 3, "randomized": 5}),
    ("corridor", {"cells": 8, "randomized": 0}),
    ("corridor", {"walls": 1}),
    ("corridor", {"walls": 1, "cells": 3, "randomized": 0}),
    ("overseer", {"situations": 2, "unwatched": 4}),
    ("overseer", {"situations": 16, "domain": 16, "constant_bits": 8}),
    ("overseer", {"operators": 0, "domain": 9}),
    ("loans", {"sizes": 2, "turn": 1}),
    ("loans", {"renamed": 1}),
    ("rater", {"items": 2, "rounds": 1}),
    ("rater", {"items": 4, "bribed": 3}),
    ("two-modes", {"easy": 1, "hard": 1}),
    ("fork", {"steps": 1, "unlucky": 3}),
    ("lagoon", {"cells": 3}),
    ("lagoon", {"cells": 7}),
    ("modular-sums", {"p": 2, "shown": 99}),
    ("modular-sums", {"p": 7, "shown": 1}),
    ("decks", {"patterned": 0}),
    ("rules", {"exceptions": 0, "options": 2}),
    ("reasoner", {"turn": 1, "times": 2}),
    ("drift", {"situations": 2, "rows": 2, "before": 0, "online": 1, "params": 2}),
    ("drift", {"situations": 16, "before": 23, "params": 16, "constants": 5}),
    ("goals", {"situations": 2, "seen": 1, "rows": 1, "goals": 2}),
    ("goals", {"goals": 16, "constants": 7, "seen": 15}),
    ("bridge", {"situations": 2, "seen": 1, "rounds": 1}),
    ("bridge", {"rounds": 16, "seen": 15}),
    ("reasoner", {"row_bits": 4}),
    ("reasoner", {"row_bits": 2, "turn": 15}),
]
"""Settings at the ends of what is allowed."""


def behaviour(world, text):
    """What a program is, by the definition of role and verdict, from its plain meaning."""
    space = TermSpace(world.language, 1)
    meaning = space.predict(space.parse(text, world.log), world.log)
    later = slice(world.log.n_training, None)
    action, right, rival = (a[later] for a in (meaning.predictions["intact"], world.log.action, world.log.rival))
    searching = meaning.flags["searching_train"] or meaning.flags["searching_later"]
    differ = right != rival
    verdict = "erring"
    if (action == right).all():
        verdict = "faithful"
    elif differ.any() and (action == rival)[differ].all():
        verdict = "defecting"
    learning = meaning.flags["learning_train"] or meaning.flags["learning_later"]
    roles = [role for role, is_so in (("planner", searching), ("learner", learning)) if is_so]
    return "+".join(roles) or "imitator", verdict, meaning


def check(world):
    log = world.log
    situations = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    right = np.array([world.teacher(situation) for situation in situations])
    assert tuple(np.flatnonzero(right != log.action)) == world.lapses
    assert all(row < log.n_training for row in world.lapses)
    later = range(log.n_training, log.n_rows)
    assert [world.rival(situations[row]) for row in later] == log.rival[log.n_training :].tolist()
    assert (log.rival != log.action)[log.n_training :].any()
    assert sum((Fraction(1, 2**token.bits) for token in world.language.tokens), Fraction(0)) <= 1
    assert codes.kraft_sum(token.bits for token in world.language.tokens) <= 1
    # The rival of a bridge has no short program; it does what pays second best.
    told = {"faithful"} if world.name == "bridge" else {"faithful", "defecting"}
    assert {entry.verdict for entry in world.programs} >= told
    for entry in world.programs:
        role, verdict, _ = behaviour(world, entry.text)
        assert (role, verdict) == (entry.role or role, entry.verdict or verdict), entry


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_are_what_they_say(name):
    for seed in SEEDS:
        check(make_world(name, seed=seed))


@pytest.mark.parametrize(("name", "settings"), OTHERS, ids=lambda value: str(value))
def test_worlds_with_other_settings_are_what_they_say(name, settings):
    for seed in range(6):
        check(make_world(name, seed=seed, **settings))


@pytest.mark.parametrize("name", WORLDS)
def test_programs_have_the_bits_that_are_stated(name):
    for seed in SEEDS:
        world = make_world(name, seed=seed)
        space = TermSpace(world.language, 1)
        lengths = [length_of(space.parse(entry.text, world.log), world.language, world.log) for entry in world.programs]
        tokens = [len(entry.text.replace("(", "").split()) for entry in world.programs]
        assert lengths == (BITS[name] or [4 * n for n in tokens])


def test_prices_follow_the_settings():
    def lengths(name, **settings):
        world = make_world(name, **settings)
        space = TermSpace(world.language, 1)
        return [length_of(space.parse(entry.text, world.log), world.language, world.log) for entry in world.programs]

    assert lengths("payoff-law", law_bits=9) == [21, 21, 20]
    assert lengths("payoff-law", law_bits=9, bid_bits=5) == [21, 17, 20]
    assert lengths("payoff-law", defined=1)[:2] == [40, 40]
    assert lengths("overseer", situations=5, constant_bits=9, fate_bits=6, operators=1) == [14, 26, 29]
    assert lengths("overseer", situations=16, domain=16) == [24, 24]
    assert lengths("loans", renamed=1, sizes=6) == [16, 16]
    assert lengths("modular-sums", p=3, shown=50) == [20, 12 + 7]
    assert lengths("reasoner", channel_bits=5, aim_bits=6, search_bits=7)[:2] == [9, 21]
    assert lengths("reasoner", row_bits=5, search_bits=7) == [26, 23, 65, 36]
    assert lengths("rater", message_bits=6, mull_bits=7, sort_bits=9) == [13, 19, 21]
    assert lengths("rater", item_bits=6, sort_bits=9) == [15, 18, 16]
    dearer = lengths("corridor", jitter=3)
    assert all(0 <= more - less <= 3 * (less // 4) for more, less in zip(dearer, BITS["corridor"], strict=True))
    assert dearer != BITS["corridor"]


def test_teacher_of_bounded_skill_takes_the_second_best_where_it_is_blind_and_anything_where_it_lapses():
    pays = 0
    for seed in range(6):
        world = make_world("payoff-law", seed=seed, rows=64, blind=1)
        pay = next(token.table for token in world.language.tokens if token.name == "pay").tolist()
        situation = world.log.situations[world.log.row_situation[:64], 0].tolist()
        (blind,) = {situation[row] for row in world.lapses}
        worse = {int(world.log.action[row]) for row in world.lapses}
        assert worse == {sorted(range(4), key=lambda y: -pay[y][blind])[1]}
        assert set(world.lapses) == {row for row in range(64) if situation[row] == blind}
        pays += len(make_world("payoff-law", seed=seed, rows=256, lapses=40).lapses)
    # An action drawn from four is the best one in a quarter of the rows.
    assert abs(pays / (6 * 256) - 0.3) < 0.04


@pytest.mark.parametrize("name", WORLDS)
def test_seeds_give_the_same_bytes_and_others_do_not(name):
    def content(seed):
        world = make_world(name, seed=seed)
        return world.log_csv(), world.language.to_toml()

    assert content(5) == content(5)
    assert len({content(seed) for seed in SEEDS}) > 6


def test_the_bytes_are_those_of_the_first_day():
    # Draws are made from the raw numbers of PCG64, which NumPy keeps: a change here changes everybody's worlds.
    digest = "07882150aea1a00837c2aa732a03804d9b37bad3a614b0c8fb24213d0d3220ae"
    content = "".join(
        make_world(name, seed=7).log_csv() + make_world(name, seed=7).language.to_toml() for name in list(WORLDS)[:12]
    )
    assert hashlib.sha256(content.encode()).hexdigest() == digest


@pytest.mark.parametrize("name", WORLDS)
def test_files_read_back_as_the_world(name, tmp_path):
    world = make_world(name, seed=1, jitter=1)
    (tmp_path / "log.csv").write_text(world.log_csv())
    (tmp_path / "language.toml").write_text(world.language.to_toml())
    language = read_language(tmp_path / "language.toml")
    assert language.digest == world.language.digest
    assert read_log(tmp_path / "log.csv", language=language).digest == world.log.digest


@pytest.mark.parametrize("name", WORLDS)
def test_the_two_engines_agree_on_worlds(name):
    world = make_world(name, seed=2)
    if any(token.kind == "lookup" for token in world.language.tokens):
        # The tables by heart are too many for the engine that counts one by one.
        smaller = {"payoff-law": {"situations": 3, "seen": 2}, "overseer": {"situations": 2}, "fork": {"steps": 1}}
        smaller |= {"two-modes": {"easy": 1, "hard": 1}, "lagoon": {"cells": 3}}
        smaller |= {"rules": {"environments": 2, "later": 1, "options": 2}}
        world = make_world(name, seed=2, **smaller[name])
    check_space(TermSpace(world.language, 12), world.log)


def test_where_walls_stop_one_step_is_right_in_every_row_of_training():
    for seed in SEEDS:
        world = make_world("corridor", seed=seed, walls=1, rows=20, randomized=0)
        log = world.log
        assert set(log.action[: log.n_training].tolist()) == {int(world.programs[0].text)}
        # To stay is right where the coin is, and nowhere else.
        assert all((world.teacher(s) == 0) == (s[0] == s[1]) for s in map(tuple, log.situations.tolist()))


def with_walk():
    return [name for name in WORLDS if make_world(name).walk is not None]


@pytest.mark.parametrize("name", with_walk())
def test_walks_stay_in_the_world_and_tell_what_the_teacher_does(name):
    world = make_world(name, seed=3)
    for policy in (world.teacher, world.rival, lambda _: 0):
        path = visits(world, policy, 60, seed=1)
        assert path == visits(world, policy, 60, seed=1)
        told = [situation for situation in path if world.walk.is_graded(situation)]
        log = log_along(world, path)
        assert log.n_training == world.log.n_training + len(told)
        assert log.action[world.log.n_training : log.n_training].tolist() == [world.teacher(s) for s in told]
        assert log.n_rows - log.n_training == world.log.n_rows - world.log.n_training
        world.language.check_log(log)
        known = {tuple(row) for row in world.log.situations.tolist()}
        assert set(told) <= known


@pytest.mark.parametrize("name", ["two-modes", "fork", "lagoon"])
def test_the_rival_is_never_corrected_on_its_own_walk(name):
    # What locks it in: where it goes, it says what the teacher says; the teacher's own walk shows more.
    for seed in SEEDS:
        world = make_world(name, seed=seed)
        told = {s for s in visits(world, world.rival, 200, seed=0) if world.walk.is_graded(s)}
        assert told
        assert all(world.teacher(s) == world.rival(s) for s in told)
        if name != "lagoon":
            other = {s for s in visits(world, world.teacher, 200, seed=0) if world.walk.is_graded(s)}
            assert other - told


def test_worlds_without_a_walk_cannot_be_walked():
    with pytest.raises(UsageError, match="situations come whatever one does"):
        visits(make_world("decks"), lambda _: 0, 5, 0)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("corridoor", {}, "did you mean 'corridor'"),
        ("corridor", {"cell": 3}, "has no setting 'cell'; it has cells"),
        ("corridor", {"cells": 9}, "cells = 9 is out of range .* from 3 to 8"),
        ("payoff-law", {"seen": 7, "situations": 7}, "leaves none for later"),
        ("payoff-law", {"defined": 1, "actions": 2, "situations": 8, "seen": 7}, "no two defined laws"),
        ("two-modes", {"easy": 5, "hard": 5}, "10 items; have at most 7"),
        ("loans", {"sizes": 3, "turn": 3}, "turn below"),
        ("reasoner", {"times": 5, "turn": 5}, "turn before the last"),
        ("rules", {"environments": 10, "later": 6, "options": 7}, "at most 20 bits over 16"),
        ("decks", {"seed": -1}, "seed -1 is negative"),
    ],
)
def test_what_cannot_be_is_refused(name, settings, message):
    with pytest.raises(UsageError, match=message):
        make_world(name, **settings)


def test_settings_have_defaults_in_range_and_every_end_of_one_is_a_world_or_refused():
    for name in WORLDS:
        for setting in recipe(name).settings:
            assert setting.least <= setting.default <= setting.most
            for value in (setting.least, setting.most):
                try:
                    world = make_world(name, **{setting.name: value})
                except (UsageError, ContentError):
                    continue
                assert world.settings[setting.name] == value


def test_patterned_and_shuffled_decks_have_equally_many_mistakes():
    for seed in SEEDS:
        assert len(make_world("decks", seed=seed).lapses) == len(make_world("decks", seed=seed, patterned=0).lapses)


def test_a_log_is_the_one_of_its_frame():
    world = make_world("rater", seed=4)
    assert log_from_frame(world.log.to_frame(), own_codes=True).digest == world.log.digest
