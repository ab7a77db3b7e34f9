"""What was really received of a consignment, for the other side: by the ledger's postings, in mg. Reads only."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from shipments import workflow
from shipments.models import Consignment, Posting
from workflow import engine, events

DONE = frozenset({workflow.RECEIVED, workflow.RECONCILED})
WEIGHTS = {
    "ship": "shipped",
    "find": "found",
    "receive": "received",
    "receive_damaged": "damaged",
    "miss": "short",
    "lose_on_the_way": "lost",
}
DAYS = ("released_on", "departed_on", "arrived_on", "boe_on", "cleared_on", "received_on")


def why_not(consignment: Consignment) -> str:
    """Why nothing can be certified of it; empty when something can."""
    if consignment.status == workflow.SHORT:
        return _(
            "Part of it did not arrive. Reconcile the consignment first; then what arrived can be certified."
        )
    if consignment.status not in DONE:
        said = {"reference": consignment.reference, "status": consignment.status_label}
        text = _("%(reference)s is %(status)s. A delivery is certified once the goods are received.")
        return text % said
    if consignment.received_on is None:
        return _("Nothing of it was received.")
    return ""


def content(consignment: Consignment) -> dict[str, Any]:
    """The facts as they are frozen. Raises WrongStatus where there is nothing to certify."""
    if reason := why_not(consignment):
        raise engine.WrongStatus(reason)
    certificate = consignment.certificate
    frozen = certificate.revisions.get(number=certificate.revision_number).content
    parties, use = frozen["parties"], frozen["end_use"]
    lines = _lines(consignment)
    names = ("invoice_number", "transport_document", "house_document", "conveyance", "receipt_number")
    return {
        "schema": "euc-delivery/1",
        "consignment": consignment.reference,
        "consignment_status": consignment.status,
        "consignee": _name(parties["consignee"]),
        "end_user": _name(parties["end_user"]),
        "stated_plant": {"name": use["plant_name"], "address": use["plant_address"]},
        "licence": consignment.licence.number if consignment.licence else "",
        "without_licence": consignment.without_licence,
        **{name: getattr(consignment, name) for name in names},
        "bill_of_entry": f"{consignment.port_of_entry} {consignment.boe_number}".strip(),
        **{name: day.isoformat() if (day := getattr(consignment, name)) else "" for name in DAYS},
        "stores": _stores(consignment),
        "lines": lines,
        "total": {name: sum(line[name] for line in lines) for name in _numbers()},
        "confirmed": _confirmed(consignment),
        "difference_mg": sum(_difference(line) for line in lines),
    }


def _name(party: dict[str, Any]) -> dict[str, str]:
    return {name: party.get(name, "") for name in ("name", "name_zh", "address")}


def _numbers() -> list[str]:
    return [f"{name}_{unit}" for name in WEIGHTS.values() for unit in ("mg", "pieces")]


def _postings(consignment: Consignment) -> Any:
    """What made and ended its way; none of these can be reversed."""
    return Posting.objects.filter(lot__consignment=consignment, verb__in=WEIGHTS)


def _lines(consignment: Consignment) -> list[dict[str, Any]]:
    """By lot: what left China and what became of it."""
    sums: dict[int, Counter[str]] = {}
    for lot, verb, mg, pieces in _postings(consignment).values_list("lot", "verb", "weight_mg", "pieces"):
        one = sums.setdefault(lot, Counter())
        one.update({f"{WEIGHTS[verb]}_mg": mg, f"{WEIGHTS[verb]}_pieces": pieces})
    return [
        {
            "line": lot.goods_line.number,
            "lot": lot.title,
            "description": lot.goods_line.description,
            "grade": lot.goods_line.grade,
            **{name: sums.get(lot.pk, Counter())[name] for name in _numbers()},
        }
        for lot in consignment.lots()
    ]


def _difference(line: dict[str, Any]) -> int:
    came = line["received_mg"] + line["damaged_mg"] + line["short_mg"] + line["lost_mg"]
    return int(line["shipped_mg"] + line["found_mg"] - came)


def _stores(consignment: Consignment) -> list[str]:
    rows = _postings(consignment).filter(verb__in=("receive", "receive_damaged"))
    return sorted(set(rows.values_list("to_place", flat=True)))


def _confirmed(consignment: Consignment) -> list[dict[str, str]]:
    """Who said that it arrived, and who that papers and goods agree: as history keeps it."""
    said = events.about(consignment).filter(
        verb__in=[f"shipments.consignment.{verb}" for verb in ("receive", "receive_short", "reconcile")]
    )
    return [
        {
            "what": event.action,
            "name": event.person_name,
            "organisation": event.organisation_name,
            "at": event.at.isoformat(timespec="seconds"),
        }
        for event in said
    ]
