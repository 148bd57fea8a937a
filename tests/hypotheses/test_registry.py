"""Every space is described as what it is and passes the same checks; nobody asks a space of which class it is."""

import ast
import json
import pickle
from pathlib import Path

import pytest

import mesaprior
from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses import registry
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.space import Space

ROOT = Path(__file__).parents[2]
PACKAGE = Path(mesaprior.__file__).parent
LOGS = {"generators": ROOT / "examples" / "generators" / "parity.csv"}
BITS = ROOT / "tests" / "golden" / "inputs" / "bits.csv"

SMALL = {
    "terms": {"--max-bits": 12},
    "turing": {"--states": (1, 2), "--max-time": 30},
    "circuits": {"--max-gates": 2},
    "networks": {"--hidden": (0, 1)},
    "generators": {"--max-bits": 12},
}
"""Options that bound each space so that it is counted at once."""


@pytest.fixture
def fresh(monkeypatch):
    """Forget which spaces there are, before and after."""
    cached = (registry._places, registry.names, registry.description, registry.options, registry.columns)

    def forget():
        for function in cached:
            function.cache_clear()

    yield forget
    monkeypatch.undo()
    forget()


def space_of(name):
    log = read_log(LOGS.get(name, BITS))
    return registry.description(name).of_options(log, SMALL[name], lambda sentence: None), log


@pytest.mark.parametrize("name", registry.OWN)
def test_a_space_is_what_its_description_says(name):
    described = registry.description(name)
    space, log = space_of(name)
    assert isinstance(space, Space)
    assert type(space) is described.space_class()
    assert (space.name, space.noun, space.columns) == (name, described.noun, described.columns)
    assert described.columns[:3] == ("length", "time", "infer_time")
    assert set(described.program_option_names) <= set(described.option_names)
    assert len(described.sizes(space, log)) == len(space.count_by_length(log))
    for text in (described.title(space), described.in_words(space.bounds), described.typed(space.bounds)):
        assert text.strip() == text != ""
    assert registry.stored_space(name, json.loads(json.dumps(space.bounds)), space.language).bounds == space.bounds


@pytest.mark.parametrize("name", registry.OWN)
def test_every_space_passes_the_same_checks(name):
    check_space(*space_of(name))


@pytest.mark.parametrize("name", registry.OWN)
def test_without_options_a_space_says_how_far_it_is_counted(name):
    said = []
    log = read_log(LOGS.get(name, BITS))
    registry.description(name).of_options(log, {}, said.append)
    assert len(said) == 1
    assert said[0].startswith("No --")


@pytest.mark.parametrize("name", ["circuits", "networks", "generators"])
def test_a_space_that_is_not_cut_is_one_shard(name):
    space, log = space_of(name)
    ((k, shard),) = space.shards(log, [0], 1)
    assert (k, shard.n_programs) == (0, sum(space.count_by_length(log).values()))
    with pytest.raises(UsageError, match="n_shards=2"):
        next(iter(space.shards(log, [0], 2)))


def test_names_options_and_columns():
    assert registry.names()[:5] == ("terms", "turing", "circuits", "networks", "generators")
    assert registry.spaces_with("--max-bits") == ["terms", "generators"]
    assert [*registry.usual_spaces()] == ["terms", "turing", "circuits", "networks"]
    assert [*registry.options()][-2:] == ["--encoding", "--max-time"]
    with pytest.raises(ContentError, match="'lambda' is no hypothesis space; there are terms, turing"):
        registry.description("lambda")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere.describe:Nothing", "ModuleNotFoundError"),
        ("mesaprior.hypotheses.space:Nothing", "KeyError"),
        ("mesaprior.hypotheses.circuits.describe:Circuits", "which describes 'circuits'"),
        ("mesaprior.hypotheses.description:Description", "AttributeError"),
    ],
)
def test_what_is_broken_is_refused_by_name_only(fresh, monkeypatch, place, message):
    monkeypatch.setitem(registry.OWN, "broken", place)
    fresh()
    with pytest.raises(RunError, match=message):
        registry.description("broken")
    assert "broken" in registry.names()
    assert [one.name for one in registry.descriptions()] == [name for name in registry.OWN if name != "broken"]


def test_nobody_asks_of_which_class_a_space_is():
    """At most twice is a space asked by `isinstance`, `hasattr` or `getattr` what it is."""
    spaces = {"Space", "TermSpace", *(type(space_of(name)[0]).__name__ for name in registry.OWN)}
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("isinstance", "hasattr", "getattr"):
                continue
            subject, *rest = map(ast.unparse, node.args)
            is_of_space = subject.split(".")[-1] == "space" or bool(spaces & set(rest[0].split(" | ")))
            found += [f"{path.name}:{node.lineno}"] * is_of_space
    assert len(found) <= 2, found


def test_names_of_spaces_stand_in_their_folders_and_the_registry():
    """No list of spaces outside of the registry: adding one touches nothing else."""
    others = set(registry.OWN) - {"terms"}
    for path in sorted([*(PACKAGE / "cli").rglob("*.py"), *(PACKAGE / "priors").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                texts = {part.value for part in node.elts if isinstance(part, ast.Constant)}
                assert len(texts & others) < 2, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize(
    ("name", "options", "python", "typed"),
    [
        ("turing", {"--states": (3, 1)}, "least=3, most=1 holds no size", "--states 3-1 holds no size"),
        ("networks", {"--hidden": (21, 21)}, "least=21 is out of range", "--hidden 21 is out of range"),
        ("circuits", {"--max-gates": 100}, "max_gates=100 is out of range", "--max-gates 100 is out of range"),
        ("terms", {"--max-bits": 0}, "max_bits=0 leaves no program", "--max-bits 0 leaves no program"),
    ],
)
def test_errors_speak_of_parameters_in_python_and_of_options_where_they_are_typed(name, options, python, typed):
    log = read_log(LOGS.get(name, BITS))
    with pytest.raises(UsageError) as caught:
        registry.description(name).of_options(log, options, lambda sentence: None)
    assert str(caught.value).startswith(python)
    assert caught.value.typed().startswith(typed)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.typed()) == (str(caught.value), caught.value.typed())
