"""What a signal says in words: its kind, what it is about, its reasons with the numbers. Reads what it is given."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from euc import printing
from shipments.models import Signal

REASONS = {
    "scrap_above_the_limit": _(
        "%(scrapped_mg)s kg were scrapped; %(percent)s %% of what was consumed there are %(allowed_mg)s kg."
    ),
    "twice_the_limit": _("It is more than twice the limit."),
    "scrapped_unused": _("Most of it went from the store to scrap without ever being issued."),
    "more_than_products_hold": _(
        "%(built_mg)s kg were built into %(units)s products, which by the certificate hold %(stated_mg)s kg "
        "(tolerance %(percent)s %%)."
    ),
    "twice_the_products": _("It is more than twice what they hold."),
    "counts_go_one_way": _(
        "The last %(times)s counts that differed all went the same way, by %(astray_mg)s kg together."
    ),
    "more_missing_than_allowed": _(
        "Counts missed %(missing_mg)s kg of the %(received_mg)s kg that came in; %(percent)s %% are allowed."
    ),
    "new_port_of_the_importer": _(
        "The importer's %(before)s consignments before it came in elsewhere, and none here."
    ),
    "port_of_others": _("Other importers bring magnets in through this port."),
    "new_port_of_the_certificate": _(
        "The %(of_certificate)s consignments of this certificate before it came in elsewhere."
    ),
}


def reasons(signal: Signal) -> list[dict[str, Any]]:
    """Each reason in words with its points; weights in kilograms."""
    facts = {name: _shown(name, value) for name, value in signal.facts.items()}
    return [{"text": REASONS[code] % facts, "points": points} for code, points in signal.reasons]


def _shown(name: str, value: Any) -> str:
    return printing.kilograms(value) if name.endswith("_mg") else f"{value:,}"


def row(signal: Signal) -> dict[str, Any]:
    """A signal as lists and its page show it."""
    return {
        "signal": signal,
        "kind": signal.kind_label,
        "about": signal.about,
        "reasons": reasons(signal),
    }
