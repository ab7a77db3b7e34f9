"""The statutory time limits: how long each is, where it comes from, and proposing another."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc import dated_words
from euc.views.dated import DatedPages
from licensing import limit_law
from licensing.limit_forms import LimitForm
from licensing.models import TimeLimit


def rows(limit: TimeLimit) -> list[dict[str, Any]]:
    """What a row says, as label and value."""
    said = [
        {"label": _("What it is for"), "value": limit.heading},
        {"label": _("Working days in China"), "value": str(limit.working_days)},
    ]
    return said + dated_words.rows(limit)


PAGES = DatedPages(
    TimeLimit,
    law=limit_law.LIMIT,
    name="licensing:limit",
    form=LimitForm,
    rows=rows,
    library=gettext_lazy("Time limits"),
    new=gettext_lazy("Propose a time limit"),
    template="licensing/limit_list.html",
    order=("kind", "id"),
)
