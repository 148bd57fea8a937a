"""No file imports what imports it, by whatever way: not at the top, inside a function, or for types only."""

import graphlib
import itertools

import grimp
import pytest


def cycles(graph):
    """Return, for each knot of modules that import each other, a shortest way from one of them back to itself.

    A module that imports itself is none: tasks that travel to other machines do so there.
    """
    imports = {module: graph.find_modules_directly_imported_by(module) - {module} for module in graph.modules}
    # Whether there is any is told at once; where takes a while.
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError:
        pass
    else:
        return []
    found, seen = [], set()
    for module in sorted(graph.modules):
        if module in seen:
            continue
        ways = [
            chain
            for imported in imports[module]
            if (chain := graph.find_shortest_chain(importer=imported, imported=module))
        ]
        if ways:
            shortest = min(ways, key=lambda chain: (len(chain), chain))
            found.append((module, *shortest))
            seen |= set(shortest)
    return found


def where(graph, cycle):
    """Return a cycle for a person: each import with its line."""
    lines = []
    for importer, imported in itertools.pairwise(cycle):
        detail = graph.get_import_details(importer=importer, imported=imported)[0]
        lines.append(f"{importer}, line {detail['line_number']}: {detail['line_contents']}")
    return "\n".join(lines)


def test_no_cycle():
    graph = grimp.build_graph("mesaprior", cache_dir=None)
    assert len(graph.modules) > 300
    assert not (found := cycles(graph)), "\n\n".join(where(graph, cycle) for cycle in found)


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ("a-b b-c a-c", []),
        ("a-a", []),
        ("a-b b-a", [("a", "b", "a")]),
        ("a-b b-c c-a d-a", [("a", "b", "c", "a")]),
        ("a-b b-a c-d d-c", [("a", "b", "a"), ("c", "d", "c")]),
    ],
)
def test_a_cycle_is_found_and_named(edges, expected):
    graph = grimp.ImportGraph()
    for edge in edges.split():
        importer, imported = edge.split("-")
        graph.add_import(
            importer=importer, imported=imported, line_number=1, line_contents=f"from {imported} import name"
        )
    assert cycles(graph) == expected
    for cycle in expected:
        assert where(graph, cycle).splitlines()[0] == f"{cycle[0]}, line 1: from {cycle[1]} import name"
