"""From where on signals are raised and mass balances ask: dated rows, read once for a day in India."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from euc import reference
from shipments.models import SignalLimit
from shipments.signalling import Known

SHIPPED = Path(__file__).parent / "reference" / "signal_limits.json"


def load() -> int:
    """Add the rows that ship with the product and are not there yet; how many."""
    return reference.load_dated(SHIPPED, SignalLimit)


def on(day: date) -> Known:
    """What counts on a day, by kind; of two rows of a kind the one that began later."""
    rows = SignalLimit.objects.in_use_on(day).order_by("effective_from", "id")
    return dict(rows.values_list("kind", "value"))
