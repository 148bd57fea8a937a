"""The default language of generators."""

from __future__ import annotations

from mesaprior.hypotheses.terms.language import language_from_dict

DEFAULT_LANGUAGE = language_from_dict(
    {
        "domain": 16,
        "actions": 16,
        "token": [
            {"kind": "feature", "name": "n", "bits": 3},
            {"kind": "feature", "name": "i", "bits": 3},
            {"kind": "feature", "name": "k", "bits": 3},
            {"kind": "constant", "value": 0, "bits": 4},
            {"kind": "constant", "value": 1, "bits": 3},
            {"kind": "constant", "value": 2, "bits": 4},
            {"kind": "binary", "name": "add", "bits": 3},
            {"kind": "binary", "name": "sub", "bits": 3},
            {"kind": "if", "bits": 3},
        ],
    },
    source="generators",
)
"""Nine tokens whose codes fill Kraft's inequality: the three features, 0, 1, 2, `add`, `sub` and `if`."""
