"""The modules of the page: each stands on those before it, so that they can be put into one."""

import re

import pytest

from mesaprior.cli.page.scripts import MODULES, MODULES_OF_CLAIMS, MODULES_OF_SERVED, script_of_page, text_of

NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|class|let) (\w+)", flags=re.MULTILINE)
IMPORT = re.compile(r'^import \{ ([^}]*) \} from "\./(\w+)\.js";$', flags=re.MULTILINE)


SETS = {"log": MODULES, "served": MODULES_OF_SERVED, "claims": MODULES_OF_CLAIMS}
PAGES = pytest.mark.parametrize("modules", SETS.values(), ids=SETS)


@PAGES
def test_modules_import_what_earlier_ones_export(modules):
    for place, module in enumerate(modules):
        for names, other in IMPORT.findall(text_of(module)):
            assert other in modules[:place], (module, other)
            for name in names.split(", "):
                assert re.search(rf"^export (async )?(function|const|class) {name}\b", text_of(other), re.MULTILINE), (
                    name
                )


@PAGES
def test_names_of_all_modules_are_distinct(modules):
    names = [name for module in modules for name in NAME.findall(text_of(module))]
    assert len(names) == len(set(names))


@PAGES
def test_as_one_they_import_and_export_nothing(modules):
    script = script_of_page(modules)
    assert not re.findall(r"^(import|export) ", script, re.MULTILINE)
    assert "innerHTML" not in script
    assert "insertAdjacentHTML" not in script
