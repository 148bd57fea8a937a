"""The modules of the page: each stands on those before it, so that they can be put into one."""

import re

from mesaprior.cli.page.scripts import MODULES, script_of_page, text_of

NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|class|let) (\w+)", flags=re.MULTILINE)
IMPORT = re.compile(r'^import \{ ([^}]*) \} from "\./(\w+)\.js";$', flags=re.MULTILINE)


def test_modules_import_what_earlier_ones_export():
    for place, module in enumerate(MODULES):
        for names, other in IMPORT.findall(text_of(module)):
            assert other in MODULES[:place], (module, other)
            for name in names.split(", "):
                assert re.search(rf"^export (async )?(function|const|class) {name}\b", text_of(other), re.MULTILINE), (
                    name
                )


def test_names_of_all_modules_are_distinct():
    names = [name for module in MODULES for name in NAME.findall(text_of(module))]
    assert len(names) == len(set(names))


def test_as_one_they_import_and_export_nothing():
    script = script_of_page()
    assert not re.findall(r"^(import|export) ", script, re.MULTILINE)
    assert "innerHTML" not in script
    assert "insertAdjacentHTML" not in script
