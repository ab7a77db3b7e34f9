"""The law of incidents: what is reported, looked into and decided, and who lifts what it held. No database."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from euc.bars import connected_with_the_importer
from shipments import bars
from workflow.law import Step, Workflow

OPEN, UNDER_REVIEW, CLOSED = "OPEN", "UNDER_REVIEW", "CLOSED"
LOSS, THEFT, DIVERSION, TAMPERING = "LOSS", "THEFT", "DIVERSION", "TAMPERING"
FOUND, CONFIRMED, UNFOUNDED = "FOUND", "CONFIRMED", "UNFOUNDED"

LABELS = {
    OPEN: pgettext_lazy("incident", "reported"),
    UNDER_REVIEW: _("looked into"),
    CLOSED: pgettext_lazy("incident", "closed"),
}
TONES = {OPEN: "danger", UNDER_REVIEW: "warning", CLOSED: "neutral"}
KINDS = {
    LOSS: _("loss"),
    THEFT: _("theft"),
    DIVERSION: _("suspected diversion"),
    TAMPERING: _("tampering"),
}
OUTCOMES = {
    FOUND: _("the goods were found"),
    CONFIRMED: _("it is as reported"),
    UNFOUNDED: _("it is unfounded"),
}
POSTED = frozenset({LOSS, THEFT})  # what the importer reports of these leaves the store in the ledger
HOLDS = frozenset({DIVERSION})  # nothing more is drawn on the certificate meanwhile

OFFICERS = frozenset({Role.OFFICER, Role.SENIOR})
REPORTERS = OFFICERS | {Role.DRAFTER, Role.SIGNATORY}

INCIDENT = Workflow(
    name="shipments.incident",
    initial=OPEN,
    statuses=(OPEN, UNDER_REVIEW, CLOSED),
    labels=LABELS,
    steps=(
        Step("take_up", frozenset({OPEN}), UNDER_REVIEW, OFFICERS, _("Look into it"),
             unless=(connected_with_the_importer,), asks=("reason",),
             explains=_("Write how it is looked into. If draws are held, another officer than you decides.")),
        Step("close", frozenset({UNDER_REVIEW}), CLOSED, OFFICERS, pgettext_lazy("incident", "Decide and close"),
             unless=(connected_with_the_importer, bars.took_it_up), asks=("outcome", "reason"), tone="success",
             binding=True, explains=_("Draws that are held are free again, unless it is as reported.")),
        Step("lift", frozenset({CLOSED}), CLOSED, frozenset({Role.SENIOR}), _("Free the draws again"),
             unless=(connected_with_the_importer, bars.holds_nothing, bars.closed_it), asks=("reason",),
             tone="danger", binding=True,
             explains=_("It was as reported, and what it held is put right. Your reason is kept.")),
    ),
)  # fmt: skip
