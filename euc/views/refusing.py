"""Showing a refusal where it belongs: each miss beside its field, the rest above the form."""

from __future__ import annotations

from typing import Any

from workflow import engine


def beside(form: Any, refused: engine.Incomplete) -> engine.Incomplete | None:
    """Put each miss beside its field; gives the refusal back when one has no field on this form."""
    homeless = [miss for miss in refused.misses if miss.field not in form.fields]
    for miss in refused.misses:
        if miss not in homeless:
            form.add_error(miss.field, str(miss.message))
    return refused if homeless else None
