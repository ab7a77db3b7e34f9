"""Where a gram can be, and the moves between those places: one table, read by pages, ledger and checks. No database.

Every posting takes weight from one account and gives it to another, so the sum over all accounts is always zero.
Accounts of `OUTSIDE` stand for the world beyond the importer's care and may be negative; no other may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from euc import countries

SUPPLIER, SURPLUS, VARIANCE = "SUPPLIER", "SURPLUS", "VARIANCE"
IN_TRANSIT, SHORT, ON_HAND, DAMAGED = "IN_TRANSIT", "SHORT", "ON_HAND", "DAMAGED"
IN_PRODUCTION, FINISHED, JOB_WORKER, OTHER_UNIT = "IN_PRODUCTION", "FINISHED", "JOB_WORKER", "OTHER_UNIT"
DOMESTIC_PRODUCT, EXPORTED_PRODUCT = "DOMESTIC_PRODUCT", "EXPORTED_PRODUCT"
SCRAP, RECYCLER, RETURNED, SAMPLE, LOSS = "SCRAP", "RECYCLER", "RETURNED", "SAMPLE", "LOSS"
RETRANSFERRED, REEXPORTED = "RETRANSFERRED", "REEXPORTED"

ACCOUNTS = {
    SUPPLIER: _("The exporter in China"),
    SURPLUS: _("Found beyond the papers"),
    VARIANCE: _("Differences of stock counts"),
    IN_TRANSIT: _("On the way"),
    SHORT: _("Not received"),
    ON_HAND: _("In store"),
    DAMAGED: _("Damaged, set aside"),
    IN_PRODUCTION: _("In production"),
    FINISHED: _("In finished products in store"),
    JOB_WORKER: _("At a job worker"),
    OTHER_UNIT: _("At another unit"),
    DOMESTIC_PRODUCT: _("In products sold in India"),
    EXPORTED_PRODUCT: _("In exported products"),
    SCRAP: _("Scrap in store"),
    RECYCLER: _("Scrap handed to a recycler"),
    RETURNED: _("Returned to the exporter"),
    RETRANSFERRED: _("Passed on with consent"),
    REEXPORTED: _("Re-exported with consent"),
    SAMPLE: _("Samples and tests"),
    LOSS: _("Lost or stolen"),
}
OUTSIDE = frozenset({SUPPLIER, SURPLUS, VARIANCE})
IN_CARE = frozenset(
    {IN_TRANSIT, ON_HAND, DAMAGED, IN_PRODUCTION, FINISHED, JOB_WORKER, OTHER_UNIT, SCRAP}
)  # still the importer's to answer for
USED = frozenset({FINISHED, DOMESTIC_PRODUCT, EXPORTED_PRODUCT})


@dataclass(frozen=True)
class Move:
    """One way a gram moves: from which accounts, to which, and what must be said about it.

    `holder` names what the target's place is (a site, a job worker, a country ...); `asks` are further questions
    that must be answered; `clause` is the undertaking's exception without which it is refused.
    """

    verb: str
    label: Any
    sources: frozenset[str]
    target: str
    holder: str = ""
    asks: tuple[str, ...] = ()
    clause: str = ""
    tone: str = "secondary"
    explains: Any = ""


SITE, NAME, COUNTRY = "site", "name", "country"

MOVES = {
    move.verb: move
    for move in (
        Move("issue", _("Issue to production"), frozenset({ON_HAND}), IN_PRODUCTION, asks=("document",),
             tone="primary", explains=_("The document is the work order.")),
        Move("take_back", _("Take back into store"), frozenset({IN_PRODUCTION}), ON_HAND),
        Move("build_in", _("Built into products"), frozenset({IN_PRODUCTION, JOB_WORKER}), FINISHED,
             asks=("product", "units"), tone="primary",
             explains=_("Compared with the weight of magnets in one product that the certificate states.")),
        Move("sell", _("Products sold in India"), frozenset({FINISHED}), DOMESTIC_PRODUCT, NAME,
             ("document",),
             explains=_("The holder is the customer, the document the invoice.")),
        Move("export_product", _("Products exported"), frozenset({FINISHED}), EXPORTED_PRODUCT, COUNTRY,
             ("document",),
             explains=_("The document is the shipping bill. Whether this is a re-export of magnets is unsettled; "
                        "it is shown by country.")),
        Move("send_to_job_worker", _("Send to a job worker"), frozenset({ON_HAND}), JOB_WORKER, NAME,
             ("document", "due_on"), explains=_("The document is the delivery challan.")),
        Move("bring_back", _("Bring back into store"), frozenset({JOB_WORKER, OTHER_UNIT}), ON_HAND, SITE),
        Move("transfer", _("Transfer to another store"), frozenset({ON_HAND}), ON_HAND, SITE),
        Move("send_to_unit", _("Send to another unit"), frozenset({ON_HAND}), OTHER_UNIT, NAME, ("document",)),
        Move("scrap", pgettext_lazy("verb", "Scrap"), frozenset({ON_HAND, IN_PRODUCTION, DAMAGED, JOB_WORKER}), SCRAP,
             asks=("reason",)),
        Move("recycle", _("Hand scrap to the recycler"), frozenset({SCRAP}), RECYCLER, NAME, ("document",),
             clause="EX_SCRAP", explains=_("Only to the recycler that the undertaking names.")),
        Move("return_to_supplier", _("Return to the exporter"), frozenset({ON_HAND, DAMAGED}), RETURNED,
             asks=("document", "reason"), clause="EX_REJECTS", tone="danger",
             explains=_("An export of the goods; the undertaking must allow it. The document is the shipping bill.")),
        Move("retransfer", _("Pass on with consent"), frozenset({ON_HAND}), RETRANSFERRED, NAME,
             ("document", "consent"), tone="danger"),
        Move("reexport", _("Re-export with consent"), frozenset({ON_HAND}), REEXPORTED, COUNTRY,
             ("document", "consent"), tone="danger"),
        Move("sample", _("Sample for a test"), frozenset({ON_HAND}), SAMPLE, NAME,
             explains=_("The holder is the laboratory.")),
        Move("lose", _("Lost or stolen"), frozenset({ON_HAND, DAMAGED, IN_PRODUCTION, FINISHED, SCRAP, JOB_WORKER,
                                                    OTHER_UNIT}), LOSS, asks=("reason",), tone="danger"),
    )
}  # fmt: skip

ABROAD = frozenset(
    move.target for move in MOVES.values() if move.holder == COUNTRY
)  # their places are countries

# Postings that steps of the consignment, counts and corrections make; nobody picks them from a list.
INNER = {
    "ship": _("Released in China"),
    "receive": _("Goods receipt"),
    "receive_damaged": _("Received damaged"),
    "miss": _("Not received"),
    "find": _("Received beyond the papers"),
    "lose_on_the_way": _("Lost on the way"),
    "turn_back": _("Turned back before departure"),
    "count_less": _("Stock count: less than booked"),
    "count_more": _("Stock count: more than booked"),
    "reverse": _("Correction"),
}
LABELS = {**{verb: move.label for verb, move in MOVES.items()}, **INNER}


def place_name(account: str, place: str) -> str:
    """A place as people call it: a country by its name, not its code."""
    return countries.name(place) if account in ABROAD else place


def open_from(account: str) -> list[Move]:
    """The moves that can be made from an account, in the order of the table."""
    return [move for move in MOVES.values() if account in move.sources]
