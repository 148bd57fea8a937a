"""How Sphinx builds the site: `make docs`, without a network.

Pages are Markdown that can be read without Sphinx, too. What follows from the code (commands, signatures, the glossary)
is taken from the code while the site is built, so it cannot be out of date.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "mesaprior"
version = release = version_of("mesaprior")
extensions = [
    "site_pages",  # first, since it clears the folder into which autosummary writes
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
]
templates_path = ["_templates"]
nitpicky = True
# Docstrings name types of other libraries, and what is no public name; both are shown as code, without a link.
nitpick_ignore_regex = [("py:.*", ".*")]

myst_heading_anchors = 4

default_role = "py:obj"
autosummary_generate = ["reference/api.md"]
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"mesaprior {version}"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
