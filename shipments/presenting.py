"""How a consignment, a lot and a balance are shown: words and order, no rule. Reads what it is given."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shipments import accounts, incident_law, visit_law, watch_law, workflow
from shipments.models import Consignment

VERBS = {
    "plan": gettext_lazy("Planned"),
    "complete": gettext_lazy("Completed from a document"),
    "book": gettext_lazy("Booked"),
    "declare": gettext_lazy("Declared to Chinese customs"),
    "query": gettext_lazy("Queried by customs"),
    "release": gettext_lazy("Released by Chinese customs"),
    "refuse": gettext_lazy("Refused by Chinese customs"),
    "depart": gettext_lazy("Departed"),
    "arrive": gettext_lazy("Arrived in India"),
    "enter": gettext_lazy("Bill of Entry filed"),
    "clear": gettext_lazy("Out of charge"),
    "receive": gettext_lazy("Received"),
    "receive_short": gettext_lazy("Received short"),
    "lose": gettext_lazy("Lost on the way"),
    "reconcile": gettext_lazy("Reconciled"),
    "cancel": gettext_lazy("Cancelled"),
    "raise": gettext_lazy("Case raised"),
    "explain": gettext_lazy("Explained"),
    "confirm": gettext_lazy("Re-export confirmed"),
    "schedule": gettext_lazy("Visit planned"),
    "reschedule": gettext_lazy("Another day chosen"),
    "take_sample": gettext_lazy("Sample weighed"),
    "add_file": gettext_lazy("Photograph or paper added"),
    "conclude": gettext_lazy("Visit held"),
    "demand_action": gettext_lazy("Action demanded"),
    "answer": gettext_lazy("Action answered"),
    "send_back": gettext_lazy("Answer was not enough"),
    "close": gettext_lazy("Closed"),
    "report": gettext_lazy("Reported"),
    "take_up": gettext_lazy("Looked into"),
    "lift": gettext_lazy("Draws freed"),
    "shipments.signal.raise": gettext_lazy("Signal raised"),
    "shipments.signal.grow": gettext_lazy("More of it was found"),
    "shipments.signal.confirm": gettext_lazy("Confirmed"),
}
LAWS: dict[str, Any] = {
    "shipments.export": watch_law,
    "shipments.signal": watch_law,
    "shipments.visit": visit_law,
    "shipments.incident": incident_law,
}
STAGES = (
    ("declared_on", workflow.DECLARED),
    ("released_on", workflow.CUSTOMS_RELEASED),
    ("departed_on", workflow.DEPARTED),
    ("arrived_on", workflow.ARRIVED),
    ("boe_on", workflow.ENTERED),
    ("cleared_on", workflow.CLEARED),
    ("received_on", workflow.RECEIVED),
)


def history(events: Any) -> list[dict[str, Any]]:
    """Events as timeline rows, newest first."""
    return [
        {
            "at": event.at,
            "label": _label(event),
            "by": event.person_name,
            "organisation": event.organisation_name.partition(", ")[2] or event.organisation_name,
            "note": event.details.get("reason", ""),
            "tone": _tone(event),
        }
        for event in reversed(list(events))
    ]


def _tone(event: Any) -> str:
    """As the law of its own life has it: one word is open elsewhere too."""
    law = LAWS.get(event.verb.rpartition(".")[0], workflow)
    return law.TONES.get(event.to_status, "neutral")


def _label(event: Any) -> Any:
    known = VERBS.get(event.verb) or VERBS.get(event.action)
    return known or accounts.LABELS.get(event.action, event.action)


def journey(consignment: Consignment) -> list[dict[str, Any]]:
    """The stages on its way with their days, and which are done."""
    return [
        {
            "label": workflow.LABELS[status],
            "on": getattr(consignment, column),
            "is_done": bool(getattr(consignment, column)),
        }
        for column, status in STAGES
    ]


def boe(consignment: Consignment) -> str:
    """The Bill of Entry as customs name it: location, number, date."""
    if not consignment.boe_number:
        return ""
    return f"{consignment.port_of_entry} {consignment.boe_number} · {consignment.boe_on:%d-%m-%Y}"


def csv_rows(balance: Any) -> list[list[Any]]:
    """The balance as rows of a table: one a place, weights in milligrams."""
    head = [
        _("Certificate"), _("As of"), _("Line"), _("Description"), _("Licensed, mg"), _("Given up, mg"),
        _("Reserved, mg"), _("Drawn, mg"), _("Left, mg"), _("Found, mg"), _("Where"), _("Place"), _("Weight, mg"),
        _("Pieces"),
    ]  # fmt: skip
    rows = [head]
    for line in balance.lines:
        about = [balance.reference, balance.day.isoformat(), line.number, line.description, line.licensed_mg]
        about += [line.given_up_mg, line.reserved_mg, line.drawn_mg, line.left_mg]
        inside = [place for place in line.places if place.account not in accounts.OUTSIDE]
        for place in inside or [None]:
            where = [place.label, place.place, place.weight_mg, place.pieces] if place else ["", "", 0, 0]
            rows.append([*about, line.found_mg, *where])
    return rows
