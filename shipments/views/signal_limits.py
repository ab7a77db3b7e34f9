"""The limits of signals: what each is, where it comes from, and proposing another."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc import dated_words
from euc.views.dated import DatedPages
from shipments import signal_law
from shipments.models import SignalLimit
from shipments.signal_forms import SignalLimitForm
from shipments.views.watch import WATCHERS


def rows(limit: SignalLimit) -> list[dict[str, Any]]:
    """What a row says, as label and value."""
    said = [
        {"label": _("What it is for"), "value": limit.heading},
        {"label": _("Limit"), "value": f"{limit.value:,}"},
    ]
    return said + dated_words.rows(limit)


PAGES = DatedPages(
    SignalLimit,
    law=signal_law.LIMIT,
    name="shipments:signal-limit",
    form=SignalLimitForm,
    rows=rows,
    library=gettext_lazy("Limits of signals"),
    new=gettext_lazy("Propose a limit"),
    template="shipments/signal_limit_list.html",
    order=("kind", "id"),
    readers=WATCHERS,  # who knows them could stay just below
)
