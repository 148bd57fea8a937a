"""One question: the numbers are those of the functions by themselves, and each part is worked out once."""

import doctest
import importlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given

import mesaprior as mp
from mesaprior.cli import main
from mesaprior.errors import MesapriorError, RunError, UsageError
from mesaprior.hypotheses.store import entry_path, open_census
from mesaprior.inference import analysis as module
from mesaprior.inference.agency.agency import agency, term_utility
from mesaprior.inference.agency.goals import goals
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes import scores
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.sampling import sample
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed, prior_of
from mesaprior.inference.crossovers.crossover import find_crossovers
from mesaprior.inference.memorizer.memorizer import memorizer_over, memorizer_posterior
from mesaprior.inference.robustness.comparison import compare
from mesaprior.inference.robustness.reach import reach
from mesaprior.inference.robustness.relatives import family_of
from mesaprior.inference.safeguards.outcomes import safeguards_on
from mesaprior.inference.sweeps.sweep import sweep_posterior
from mesaprior.priors.prior import FormulaPrior, make_prior
from tests.inference.small import LEVIN, SIMPLICITY, Program, cases, make_census, make_log
from tests.test_examples import EXAMPLES

ROOT = Path(__file__).parents[2]
CORRIDOR = ROOT / "examples" / "corridor"
PAGE = ROOT / "docs" / "how-to" / "python.md"
TABLE = pd.DataFrame({"seen": [0, 1, 2, 1, 0], "action": [0, 1, 2, 1, 0]})
BITS = 16


@pytest.fixture(scope="module")
def corridor():
    return mp.infer(CORRIDOR / "corridor.csv", language=CORRIDOR / "corridor.toml", max_bits=BITS)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "store"))


@pytest.fixture
def weighings(monkeypatch):
    """Name of the prior and number of groups, for each time that a prior weighed more than one program."""
    seen = []
    original = FormulaPrior.log2_weight

    def counted(self, columns):
        found = original(self, columns)
        if np.size(found) > 1:
            seen.append((self.name, np.size(found)))
        return found

    monkeypatch.setattr(FormulaPrior, "log2_weight", counted)
    return seen


def same(one, other) -> bool:
    """Tell whether two records, or arrays of them, hold the same numbers to the last bit."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return one == other or (one != one and other != other)
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    return one == other


@given(cases())
def test_the_posterior_is_that_of_the_function(case):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    asked = Analysis(census, log, LEVIN, Noise(0.1), 0.3)
    assert same(asked.posterior, posterior(census, log, LEVIN, noise=Noise(0.1), tolerance=0.3))
    other = asked.with_prior(SIMPLICITY)
    assert same(other.posterior, posterior(census, log, SIMPLICITY, noise=Noise(0.1), tolerance=0.3))
    assert same(asked.reach, reach(census, log, tolerance=0.3))


def test_every_number_is_that_of_the_function_by_itself(corridor):
    census, log, space, noise, prior = (
        corridor.census,
        corridor.log,
        corridor.space,
        BetaNoise(1, 9),
        make_prior("speed"),
    )
    asked = Analysis(census, log, "speed", space=space)
    parts = Weighed(census, prior), Scored(census, log)
    result = posterior(census, log, prior)
    assert asked.noise == noise
    assert same(asked.posterior, result)
    assert asked.safeguards(ks=(2,)) == safeguards_on(parts[0], log, ks=(2,))
    assert same(asked.compare(["levin"]), compare(census, log, [prior, make_prior("levin")]))
    over = {"alpha": [0.0, 1.0], "noise": [0.05, 0.1]}
    assert same(asked.sweep(over), sweep_posterior(census, log, prior, over))
    crossed = find_crossovers(census, log, prior, "alpha", by_verdict=True)
    assert same(asked.crossover("alpha", by_verdict=True).crossings, crossed.crossings)
    utility = term_utility("(eq (move p y) c)", space.language, log)
    assert same(asked.agency("(eq (move p y) c)"), agency(parts[0], utility))
    assert same(asked.goals([utility]), goals([agency(parts[0], utility)], result))
    tables = memorizer_over(["p"], log, census.n_actions, language=space.language)
    assert same(asked.memorizer("p"), memorizer_posterior(tables, *parts, result))
    assert asked.sample(5, seed=3) == sample(*parts, space, 5, 3)
    assert same(asked.family(), family_of(*parts, space))
    # A language without fit has no learner of any length.
    beyond = {"length_beyond": space.length_beyond(log), "impossible": frozenset({"learning"})}
    assert asked.reach == reach(census, log, **beyond)
    assert asked.theorems(work=10_000).hold


@pytest.mark.parametrize("name", ["posterior", "weighed", "scored", "partition", "reach"])
def test_each_part_is_one_object(corridor, name):
    assert getattr(corridor, name) is getattr(corridor, name)


def test_a_census_is_tallied_and_judged_once_for_all_priors(corridor, monkeypatch):
    calls = []
    for name in ("tally", "judge", "log2_likelihood"):
        original = getattr(scores, name)
        monkeypatch.setattr(
            scores, name, lambda *a, name=name, original=original, **o: calls.append(name) or original(*a, **o)
        )
    asked = Analysis(corridor.census, corridor.log, "simplicity", space=corridor.space)
    for one in (asked, asked.with_prior("levin"), asked.with_prior("speed", alpha=3)):
        assert one.headline
        assert one.sweep({"noise": [0.1]}).n_cells == 1
        assert one.crossover("noise").parameter == "noise"
        assert len(one.compare(["uniform"]).standings) == 2
        assert one.sample(1)
        assert one.reach
        assert one.theorems(work=1000).hold
    assert sorted(calls) == ["judge", "log2_likelihood", "tally"]


def test_a_prior_weighs_a_census_once(corridor, weighings):
    asked = Analysis(corridor.census, corridor.log, "simplicity", space=corridor.space)
    asked.goals(["(eq (move p y) c)", "(move p y)"])
    asked.memorizer(["p", "c"])
    asked.safeguards(temperatures=(2.0, 3.0))
    asked.theorems(work=1000)
    asked.sample(2)
    asked.compare(["levin"])
    assert weighings == [("simplicity", len(asked.census.count)), ("levin", len(asked.census.count))]


CORRIDOR_OPTIONS = f"corridor.csv --language corridor.toml --max-bits {BITS}"


@pytest.mark.parametrize(
    ("line", "n_censuses"),
    [
        (f"infer {CORRIDOR_OPTIONS} --utility '(eq (move p y) c)' --utility '(move p y)' --memorizer p,c", 1),
        (f"safeguards {CORRIDOR_OPTIONS}", 1),
        (f"theorems {CORRIDOR_OPTIONS}", 1),
        ("compare-spaces ../formalisms/moves.csv --max-bits 12", 4),
        (f"prior compare {CORRIDOR_OPTIONS} --prior simplicity,levin", 2),
        ("infer people.csv --by id --max-bits 8", 1),
    ],
)
def test_a_command_weighs_each_census_once_by_each_prior(line, n_censuses, weighings, monkeypatch, tmp_path):
    monkeypatch.chdir(CORRIDOR)
    people = [f"{name},{x},{x}" for name in ("ann", "bob") for x in (0, 1, 0)]
    (tmp_path / "people.csv").write_text("\n".join(["id,x,action", *people]) + "\n")
    line = line.replace("people.csv", str(tmp_path / "people.csv"))
    done = CliRunner().invoke(main, shlex.split(line))
    assert done.exit_code == 0, done.stderr
    assert len(weighings) == len(set(weighings)) == n_censuses


def test_tables_paths_and_logs_give_the_same_answer(tmp_path, corridor):
    path = tmp_path / "table.csv"
    TABLE.to_csv(path, index=False)
    asked = [mp.infer(given, max_bits=12) for given in (TABLE, path, str(path), mp.read_log(path))]
    assert all(same(one.posterior, asked[0].posterior) for one in asked[1:])
    assert asked[0].top(1).program.tolist() == ["seen"]
    language = mp.read_language(CORRIDOR / "corridor.toml")
    log = mp.read_log(CORRIDOR / "corridor.csv", language=language)
    assert same(mp.infer(log, language=language, max_bits=BITS).posterior, corridor.posterior)


def test_numbers_of_numpy_are_numbers():
    asked = mp.infer(TABLE, max_bits=np.int64(8), noise=np.float32(0.25), tolerance=np.float32(0.5))
    assert asked.noise == Noise(0.25)
    assert same(asked.posterior, mp.infer(TABLE, max_bits=8, noise=0.25, tolerance=0.5).posterior)


def test_the_command_line_says_the_same(corridor, monkeypatch):
    monkeypatch.chdir(CORRIDOR)

    def said(*extra):
        return CliRunner().invoke(main, [*shlex.split(f"infer {CORRIDOR_OPTIONS}"), *extra]).stdout

    assert said().startswith(corridor.headline)
    assert said("--format", "csv") == corridor.to_frame().to_csv(index=False, na_rep="nan", lineterminator="\n")
    assert json.loads(said("--top", "3", "--format", "json")) == corridor.report(top=3).to_dict()
    assert said("--format", "markdown").startswith(corridor.report().to_markdown())


def test_the_default_bound_is_that_of_the_command_line(monkeypatch):
    monkeypatch.chdir(EXAMPLES / "formalisms")
    said = CliRunner().invoke(main, ["infer", "moves.csv", "--format", "json"]).stderr
    assert f"counting up to {mp.infer('moves.csv').space.max_bits} bits" in said


def kept(counted: Analysis) -> Path:
    """Keep the census of an analysis in the store, and return where."""
    entry = entry_path(counted.space.language, counted.log, counted.space.bounds)
    entry.parent.mkdir()
    mp.save_census(entry, counted.census, counted.log, counted.space.language)
    return entry


def test_a_census_of_the_store_answers(monkeypatch):
    counted = mp.infer(TABLE, max_bits=12)
    kept(counted)
    monkeypatch.setattr(mp.TermSpace, "census", lambda *_, **__: pytest.fail("counted anew"))
    assert same(mp.infer(TABLE, max_bits=12).posterior, counted.posterior)


def test_a_census_that_cannot_be_read_is_counted_anew():
    counted = mp.infer(TABLE, max_bits=12)
    for file in kept(counted).glob("*.parquet"):
        file.write_bytes(b"nothing")
    assert same(mp.infer(TABLE, max_bits=12).posterior, counted.posterior)


def test_what_takes_long_is_kept_if_asked(monkeypatch):
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", 100)
    counted = mp.infer(TABLE, max_bits=13)
    entry = entry_path(counted.space.language, counted.log, counted.space.bounds)
    assert not entry.exists()
    assert same(mp.infer(TABLE, max_bits=13, keep=True).posterior, counted.posterior)
    assert same(open_census(entry, log=counted.log).census, counted.census)
    monkeypatch.setattr(mp.TermSpace, "census", lambda *_, **__: pytest.fail("counted anew"))
    monkeypatch.setattr(mp.TermSpace, "shards", lambda *_, **__: pytest.fail("counted anew"))
    assert same(mp.infer(TABLE, max_bits=13).posterior, counted.posterior)


def test_priors_are_named_everywhere(corridor):
    census, log = corridor.census, corridor.log
    levin = make_prior("levin")
    assert same(mp.posterior(census, log, "levin"), mp.posterior(census, log, levin))
    assert same(mp.compare(census, log, ["levin", "uniform"]), mp.compare(census, log, [levin, make_prior("uniform")]))
    over = {"beta": [0.0, 1.0]}
    swept = mp.sweep_posterior(census, log, "2**-length / time**beta", over)
    assert swept.log2_odds[1] == pytest.approx(mp.posterior(census, log, "levin").log2_odds[-1])
    crossed = mp.find_crossovers(census, log, "2**-length / time**beta", "beta", low=0, high=2, by_verdict=True)
    assert crossed.parameter == "beta"
    answers = [mp.answer_of(census, log, prior, has_lesions=True) for prior in ("levin", levin)]
    assert answers[0].prior == "levin"
    assert same(answers[0].log2_odds, answers[1].log2_odds)
    crowd = mp.log_from_frame(TABLE.assign(who=list("aabba")), reading=mp.Reading(by=("who",)))
    whole = mp.TermSpace(mp.default_language(crowd), 8).census(crowd)
    assert same(mp.people(whole, crowd, "levin").persons, mp.people(whole, crowd, levin).persons)
    assert prior_of(levin) is levin


def test_top_is_a_table_of_names(corridor):
    found = corridor.top(4)
    assert found.columns.tolist() == ["mass", "role", "verdict", "hits", "misses", "bits", "steps", "program"]
    assert set(found.role) <= set(ROLES)
    assert set(found.verdict) <= set(VERDICTS)
    assert found.mass.is_monotonic_decreasing
    assert found.program[0] == "2"
    assert corridor.top(0).empty


def test_a_census_is_a_table(corridor):
    table, census = corridor.census.to_frame(), corridor.census
    assert table.columns.tolist() == ["behaviour", "length", "time", "infer_time", "count", "program"]
    assert table["count"].sum() == census.n_programs == corridor.posterior.programs
    assert table.program[0] == census.witness[census.behaviour_id[0]]


def test_what_is_shown_is_plain_and_escaped(corridor):
    lines = repr(corridor).splitlines()
    assert lines[0] == corridor.headline
    assert lines[1].startswith(f"{corridor.census.n_programs:,} programs counted in ")
    assert len(lines) <= 3 + module.SHOWN
    log = make_log([(0, 0), (1, 1)])
    census = make_census(log, [Program((0, 1), text="<b>&"), Program((1, 1), text="1", length=3)])
    shown = Analysis(census, log, SIMPLICITY)._repr_html_()
    assert "<td>&lt;b&gt;&amp;</td>" in shown
    assert shown.count("<tr>") == 3


def test_a_report_tells_what_was_asked(corridor):
    report = corridor.with_prior("speed", alpha=2).report(top=2)
    assert report.steps == ()
    assert report.to_frame().equals(corridor.with_prior("speed", alpha=2).to_frame())
    assert report.to_dict()["provenance"]["prior"]["parameters"] == {"alpha": 2}
    text = report.to_markdown()
    assert "· prior speed (alpha=2) ·" in text
    leading = text.split("## Leading behaviours")[1].split("\n\n")[1]
    assert leading.count("\n") == 3
    assert "<caption>Leading behaviours, each with a shortest program</caption>" in report._repr_html_()
    with pytest.raises(UsageError, match="top=-1 is negative"):
        corridor.report(top=-1)


def test_a_report_needs_the_space_and_takes_any_prior(corridor):
    class Flat:
        name, columns = "flat", ()

        def log2_weight(self, columns):
            return np.zeros(len(columns["length"]))

    own = corridor.with_prior(Flat()).report()
    assert own.to_dict()["provenance"]["prior"] == {"name": "flat", "formula": None, "parameters": {}}
    assert "· prior flat ·" in own.to_markdown()
    with pytest.raises(UsageError, match="give it as space="):
        Analysis(corridor.census, corridor.log).report()


def test_where_the_imitator_loses_is_said():
    log = make_log([(0, 0), (1, 1), (1, 1)])
    programs = [Program((0, 1), flags=(1, 1, 0, 0), length=3, text="p"), Program((0, 0), length=1, text="0")]
    asked = Analysis(make_census(log, programs), log, SIMPLICITY, Noise(0))
    assert asked.loses_at == 2
    assert "From n = 2 on the imitator loses." in repr(asked)
    assert asked.odds.tolist() == [-2, -2, np.inf, np.inf]


def test_a_space_without_roles_is_told_by_verdict():
    asked = mp.infer(EXAMPLES / "formalisms" / "moves.csv", space=mp.CircuitSpace(1))
    assert "circuits" in asked.headline
    assert "Leading behaviours, each with a shortest circuit" in asked.report().to_markdown()
    assert "imitator" not in asked._repr_html_()
    assert same(asked.odds, asked.posterior.log2_odds_verdict)
    assert same(asked.crossover("noise"), asked.crossover("noise", by_verdict=True))
    assert asked.reach[1].status == "untold"
    with pytest.raises(UsageError, match="drawn from a space of terms"):
        asked.sample(1)


def test_pictures(corridor, tmp_path, monkeypatch):
    figure = corridor.plot(tmp_path / "odds.png")
    assert (tmp_path / "odds.png").stat().st_size > 10_000
    assert len(figure.axes) == 2
    assert corridor.headline in figure.get_suptitle()
    from matplotlib import pyplot as plt

    plt.switch_backend("Agg")
    assert plt.figure(corridor.plot().number).axes
    plt.close("all")
    with pytest.raises(UsageError, match="no kind of picture"):
        corridor.plot(tmp_path / "odds.xls")
    with pytest.raises(UsageError, match="there is no folder"):
        corridor.plot(tmp_path / "missing" / "odds.png")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"plot\(\) needs Matplotlib, .* `pip install 'mesaprior\[plot\]'`"):
        corridor.plot()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"max_bit": 3}, "max_bit= is no parameter of the prior and no argument of infer; did you mean max_bits="),
        ({"beta": 3}, "no parameters"),
        ({"max_bits": 0}, "max_bits=0 leaves no program"),
        ({"max_bits": "12"}, "max_bits='12'"),
        ({"prior": "sped"}, "did you mean speed"),
        ({"prior": 2}, "prior=2 is no prior"),
        ({"prior": make_prior("levin"), "alpha": 2}, "has its parameters already"),
        ({"prior": "gates"}, "gates"),
        ({"noise": "loud"}, "noise 'loud'"),
        ({"noise": [0.1]}, r"noise=\[0.1\] is no noise"),
        ({"noise": 0.9}, "the miss rate of chance"),
        ({"tolerance": 2}, "tolerance 2"),
        ({"tolerance": "none"}, "tolerance 'none'"),
        ({"space": "turing"}, "space='turing' is a name"),
        ({"space": object()}, "space=object has no bounds, .*; count it with space.census"),
        ({"space": mp.CircuitSpace(1), "max_bits": 3}, "max_bits= goes with terms"),
        ({"space": mp.CircuitSpace(1), "language": "x.toml"}, "language= goes with terms"),
    ],
)
def test_refusals_are_one_sentence(arguments, what, monkeypatch):
    monkeypatch.setattr(mp.TermSpace, "census", lambda *_, **__: pytest.fail("counted first"))
    with pytest.raises(UsageError, match=what) as refused:
        mp.infer(TABLE, **arguments)
    assert "\n" not in str(refused.value)


def test_what_is_no_log_is_refused(tmp_path):
    for given_, what in (
        ([1, 2], "list is no table"),
        (tmp_path, "is a folder"),
        (tmp_path / "no.csv", "no such file"),
    ):
        with pytest.raises(MesapriorError, match=what):
            mp.infer(given_)
    crowd = mp.log_from_frame(TABLE.assign(who=list("aabba")), reading=mp.Reading(by=("who",)))
    with pytest.raises(UsageError, match=r"ask mesaprior\.people about each"):
        mp.infer(crowd)
    with pytest.raises(UsageError, match="read already"):
        mp.infer(mp.log_from_frame(TABLE), reading=mp.Reading())


def test_a_question_that_does_not_fit_is_refused_at_once(corridor):
    log = make_log([(0, 0)])
    with pytest.raises(RunError, match="25 rows"):
        Analysis(corridor.census, log)
    with pytest.raises(UsageError, match="tolerance"):
        Analysis(corridor.census, corridor.log, tolerance=-1)
    alone = Analysis(corridor.census, corridor.log)
    with pytest.raises(UsageError, match="give it as space="):
        alone.family()
    with pytest.raises(UsageError, match="parameters"):
        corridor.with_prior(corridor.prior, alpha=2)
    with pytest.raises(AttributeError):
        corridor.tolerance = 0.5


def test_the_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(CORRIDOR)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 3
    assert len(blocks[0].splitlines()) == 10
    scope = {}
    for block in blocks:
        exec(block.replace('"odds.png"', repr(str(tmp_path / "odds.png"))), scope)
    assert scope["faster"].census is scope["analysis"].census
    assert scope["analysis"].theorems().hold


@pytest.mark.parametrize("name", ["mesaprior", "mesaprior.inference.infer"])
def test_the_examples_of_the_docstrings_run(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert (failed, tried > 2) == (0, True)


def test_help_begins_with_an_example_and_costs_nothing():
    example = mp.__doc__.split("Examples\n--------\n")[1].split("\n\n")[0]
    assert sum(line.startswith(">>>") for line in example.splitlines()) == 5
    assert re.fullmatch(r"\d+\.\d+\.\d+", mp.__version__)
    code = "import sys, mesaprior; mesaprior.__version__; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
