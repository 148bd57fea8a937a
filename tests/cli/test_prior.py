"""`mesaprior prior`: the catalogue, what a prior looks like, its laws, how priors differ, and pictures."""

import json

from mesaprior.priors.catalogue import catalogue


def test_list_and_show(run):
    assert "levin" in run("prior", "list").stdout
    names = [entry["name"] for entry in json.loads(run("prior", "list", "--format", "json").stdout)]
    assert names == [entry.name for entry in catalogue()]
    assert run("prior", "list", "--format", "csv").stdout.startswith("name,formula,meaning\nuniform,1,")
    assert "formula,2**-length / time" in run("prior", "show", "levin", "--format", "csv").stdout
    shown = run("prior", "show", "levin").stdout
    assert "2**-length / time" in shown
    assert "frac" in shown
    assert json.loads(run("prior", "show", "time**-a", "--param", "a=3", "--format", "json").stdout)["parameters"] == {
        "a": 3.0
    }


def test_a_parameter_without_a_value_is_shown_and_not_used(run):
    assert "temperature (to be given: --param temperature=VALUE)" in run("prior", "show", "tempered").stdout
    facts = json.loads(run("prior", "show", "mixture", "--format", "json").stdout)
    assert facts["parameters"] == {"w": None}
    given = run("prior", "show", "mixture", "--param", "w=0.25", "--format", "json").stdout
    assert json.loads(given)["parameters"] == {"w": 0.25}
    assert "no parameter 'T'" in run("prior", "show", "mixture", "--param", "T=1", code=2).stderr
