"""The page of claims: what was kept of them, put into one file with its style and scripts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mesaprior.cli.page.assembly import checked, embedded, policy_of, rendered, style_of
from mesaprior.cli.page.scripts import MODULES_OF_CLAIMS, script_of_page
from mesaprior.inference.page.charts import bundle
from mesaprior.inference.page.claims import margin_chart


def claims_page_of(content: dict[str, Any]) -> str:
    """Return the page on claims, as HTML.

    Parameters
    ----------
    content : dict of str to Any
        See `claims_content`.

    Raises
    ------
    RunError
        If the library of charts cannot be put into a page.
    """
    from markupsafe import Markup

    scripts = [checked(bundle()), checked(script_of_page(MODULES_OF_CLAIMS))]
    claims = content["claims"]
    # Texts and pictures stand in the page itself, which is read without its scripts too.
    kept = ("name", "parameters", "figure", "goes_by", "n_worlds")
    data = content | {"claims": [{key: one[key] for key in kept} for one in claims]}
    return rendered(
        "claims.html.j2",
        policy=policy_of(scripts),
        style=Markup(style_of("page.css", "claims.css")),
        bundle=Markup(scripts[0]),
        script=Markup(scripts[1]),
        content=Markup(embedded(data)),
        charts=Markup(embedded({f"live-{one['name']}": margin_chart() for one in claims})),
        claims=[one | {"panels": [panel | {"svg": Markup(panel["svg"])} for panel in one["panels"]]} for one in claims],
        guide=content["guide"],
        live=content["live"],
        kept_only=content["kept_only"],
        verdicts=Counter(one["verdict"] for one in claims),
        percent=_percent,
        short=_short,
    )


def _percent(share: float | str) -> str:
    return f"{100 * share:.0f} %" if isinstance(share, int | float) else "-"


def _short(value: float | str) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else value
