"""One file that holds everything: the frame, the style, the scripts, the library of charts and the content."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from mesaprior.cli.page.scripts import MODULES, MODULES_OF_SERVED, script_of_page
from mesaprior.errors import RunError
from mesaprior.inference.bayes.odds import contest_of
from mesaprior.inference.page.charts import ODDS_STEPS, bundle, charts
from mesaprior.inference.report import plain


def page_of(content: dict[str, Any], *, is_served: bool = False) -> str:
    """Return the page on some content, as HTML.

    Parameters
    ----------
    content : dict of str to Any
        See `page_content`.
    is_served : bool
        Whether the page asks a server for its numbers.

    Raises
    ------
    RunError
        If the library of charts cannot be put into a page.
    """
    from markupsafe import Markup

    scripts = _scripts(is_served)
    has_lesions = bool(content["has_lesions"])
    drawn = charts(
        has_lesions=has_lesions,
        is_long=len(content["census"]["n"]) <= content["n_training"],
        lengths=content["length_range"],
        times=content["time_range"],
    )
    return rendered(
        "page.html.j2",
        policy=policy_of_served() if is_served else policy_of(scripts),
        style=Markup(style_of("page.css", "people.css")),
        content=Markup(embedded(content)),
        charts=Markup(embedded(drawn)),
        bundle=Markup(scripts[0]),
        script=Markup(scripts[1]),
        has_people="people" in content,
        has_lesions=has_lesions,
        roles={role: content["roles"][role] for role in content["counted_roles"]},
        odds_legend=odds_legend(content),
    )


def rendered(template: str, **values: Any) -> str:
    """Return a template of this folder with values in it; texts are escaped, but for what is marked as markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mesaprior.cli", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def style_of(*names: str) -> str:
    """Return style sheets of this folder as one."""
    folder = files("mesaprior.cli.page")
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def policy_of(scripts: list[str]) -> str:
    """Return the content policy of a page: these scripts and no others, no code from text, and no network."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def policy_of_served() -> str:
    """Return the content policy of a page that is served: its own scripts, and requests to its own server."""
    return f"{policy_of(_scripts(is_served=True))}; connect-src 'self'"


def _scripts(is_served: bool) -> list[str]:
    """Return the scripts of a page: the library of charts, and our own."""
    return [checked(bundle()), checked(script_of_page(MODULES_OF_SERVED if is_served else MODULES))]


def embedded(content: Any) -> str:
    """Return plain data as JSON that no text in it can end: markup is written in escapes."""
    text = json.dumps(plain(content), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def odds_legend(content: dict[str, Any]) -> list[str]:
    """Return what each colour of the phase diagram says."""
    contest = contest_of(by_verdict=not content["has_lesions"])
    behind = [f"{contest.others} lead by {_between(low, high)} bits" for low, high in _ranges()]
    ahead = [f"{contest.challengers} lead by {_between(low, high)} bits" for low, high in _ranges()]
    return [*reversed(behind), *ahead]


def _ranges() -> list[tuple[int, int | None]]:
    positive = [step for step in ODDS_STEPS if step >= 0]
    return list(zip(positive, [*positive[1:], None], strict=True))


def _between(low: int, high: int | None) -> str:
    return f"over {low}" if high is None else f"{low} to {high}"


def checked(script: str) -> str:
    """Return a script that stands in a page as it is, or refuse it."""
    if "</script" in script.lower() or "<!--" in script:
        raise RunError("the library of charts holds text that would end a script; install another version of it.")
    return script
