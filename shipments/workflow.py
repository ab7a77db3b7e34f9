"""The law of consignments: who may take which step, in which status. No database."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from shipments import bars
from workflow.law import Step, Workflow

PLANNED, BOOKED, DECLARED, QUERIED, CUSTOMS_RELEASED = "PLANNED", "BOOKED", "DECLARED", "QUERIED", "RELEASED"
DEPARTED, ARRIVED, ENTERED, CLEARED = "DEPARTED", "ARRIVED", "ENTERED", "CLEARED"
RECEIVED, SHORT, RECONCILED = "RECEIVED", "SHORT", "RECONCILED"
CANCELLED, REFUSED, LOST = "CANCELLED", "REFUSED", "LOST"

RESERVED = frozenset({BOOKED, DECLARED, QUERIED})  # holds quantity that has not left China's customs
UNDER_WAY = frozenset({CUSTOMS_RELEASED, DEPARTED, ARRIVED, ENTERED, CLEARED})
AT_REST = frozenset({RECONCILED, CANCELLED, REFUSED})
COUNTS = UNDER_WAY | {RECEIVED, SHORT, RECONCILED, LOST}  # has drawn on its certificate

LABELS = {
    PLANNED: _("planned"),
    BOOKED: _("booked"),
    DECLARED: _("declared to Chinese customs"),
    QUERIED: _("queried by Chinese customs"),
    CUSTOMS_RELEASED: _("released by Chinese customs"),
    DEPARTED: _("departed"),
    ARRIVED: _("arrived in India"),
    ENTERED: _("Bill of Entry filed"),
    CLEARED: _("out of charge"),
    RECEIVED: _("received"),
    SHORT: _("received short"),
    RECONCILED: _("reconciled"),
    CANCELLED: _("cancelled"),
    REFUSED: _("refused by customs"),
    LOST: _("lost"),
}
TONES = {
    PLANNED: "neutral",
    BOOKED: "info",
    DECLARED: "info",
    QUERIED: "warning",
    CUSTOMS_RELEASED: "info",
    DEPARTED: "info",
    ARRIVED: "info",
    ENTERED: "info",
    CLEARED: "info",
    RECEIVED: "success",
    SHORT: "warning",
    RECONCILED: "success",
    CANCELLED: "neutral",
    REFUSED: "danger",
    LOST: "danger",
}

IMPORTER = frozenset({Role.DRAFTER, Role.SIGNATORY})
SIGNATORY = frozenset({Role.SIGNATORY})
OURS = (bars.not_of_the_importer,)

CONSIGNMENT = Workflow(
    name="shipments.consignment",
    initial=PLANNED,
    statuses=(
        PLANNED, BOOKED, DECLARED, QUERIED, CUSTOMS_RELEASED, DEPARTED, ARRIVED, ENTERED, CLEARED, RECEIVED, SHORT,
        RECONCILED, CANCELLED, REFUSED, LOST,
    ),
    labels=LABELS,
    steps=(
        Step("book", frozenset({PLANNED}), BOOKED, IMPORTER, _("Book"), unless=OURS, needs=(bars.bookable,),
             explains=_("Reserves the quantity on the certificate and on the licence.")),
        Step("declare", frozenset({BOOKED}), DECLARED, IMPORTER, _("Declared to Chinese customs"), unless=OURS,
             asks=("on",), explains=_("The exporter has declared the goods for export.")),
        Step("query", frozenset({DECLARED}), QUERIED, IMPORTER, _("Queried by customs"), unless=OURS,
             asks=("on", "reason"), tone="warning",
             explains=_("Chinese customs asks whether they are controlled; the exporter has seven working days.")),
        Step("release", frozenset({DECLARED, QUERIED}), CUSTOMS_RELEASED, IMPORTER,
             _("Released by Chinese customs"), unless=OURS, asks=("on",), tone="success",
             explains=_("Draws what was really released; what was reserved beyond it is free again.")),
        Step("refuse", frozenset({DECLARED, QUERIED}), REFUSED, IMPORTER, _("Refused by Chinese customs"),
             unless=OURS, asks=("on", "reason"), tone="danger", explains=_("The reservation ends. Final.")),
        Step("depart", frozenset({CUSTOMS_RELEASED}), DEPARTED, IMPORTER, _("Departed"), unless=OURS, asks=("on",)),
        Step("arrive", frozenset({DEPARTED}), ARRIVED, IMPORTER, _("Arrived in India"), unless=OURS, asks=("on",)),
        Step("enter", frozenset({DEPARTED, ARRIVED}), ENTERED, IMPORTER, _("Bill of Entry filed"), unless=OURS,
             asks=("on",), explains=_("It may be filed before arrival.")),
        Step("clear", frozenset({ENTERED}), CLEARED, IMPORTER, _("Out of charge"), unless=OURS, asks=("on",)),
        Step("receive", frozenset({CLEARED}), RECEIVED, IMPORTER, _("Receive the goods"), unless=OURS, asks=("on",),
             tone="success", explains=_("Weigh and count each lot; what is missing is booked as short.")),
        Step("receive_short", frozenset({CLEARED}), SHORT, IMPORTER, _("Received short"), unless=OURS, inner=True),
        Step("lose", UNDER_WAY, LOST, IMPORTER, _("Lost on the way"), unless=OURS, asks=("on", "reason"),
             tone="danger", explains=_("Everything still on its way is booked as lost.")),
        Step("reconcile", frozenset({RECEIVED, SHORT, LOST}), RECONCILED, SIGNATORY, _("Reconcile"), unless=OURS,
             needs=(bars.reconcilable,), tone="success", binding=True,
             explains=_("You confirm for your company that the papers and the goods agree.")),
        Step("cancel", frozenset({PLANNED, BOOKED, DECLARED, QUERIED, CUSTOMS_RELEASED}), CANCELLED, IMPORTER,
             pgettext_lazy("call off", "Cancel the consignment"), unless=OURS, asks=("reason",), tone="danger",
             explains=_("What it reserved or drew is free again. Final.")),
    ),
)  # fmt: skip
