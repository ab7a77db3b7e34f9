"""The law of the re-export watch: what can become of an export that looks like one, and of a signal. No database."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from shipments import signalling
from workflow.law import Step, Workflow

NOTED, OPEN, EXPLAINED, CONFIRMED = "NOTED", "OPEN", "EXPLAINED", "CONFIRMED"
LABELS = {
    NOTED: _("noted"),
    OPEN: _("to be examined"),
    EXPLAINED: _("explained"),
    CONFIRMED: _("re-export confirmed"),
}
SIGNAL_LABELS = {
    OPEN: _("to be examined"),
    EXPLAINED: _("explained"),
    CONFIRMED: _("confirmed"),
}
TONES = {NOTED: "neutral", OPEN: "warning", EXPLAINED: "success", CONFIRMED: "danger"}
KINDS = {
    "MAGNET": _("magnets as such"),
    "EMBEDDED": _("magnets inside a product"),
    "OTHER": _("no magnets recognised"),
}
SIGNAL_KINDS = {
    signalling.SCRAP: _("scrap above the limit"),
    signalling.CONSUMPTION: _("more used than products can hold"),
    signalling.COUNTS: _("stock counts that drift"),
    signalling.PORT: _("another port of entry"),
}
REASONS = {
    "magnets_as_such": _("Magnets as such leave India."),
    "to_the_united_states": _("They go to the United States."),
    "to_china": _("They go to China; it may be a return of rejects."),
    "an_imported_grade": _("The description names a grade that was imported."),
    "an_imported_tariff_code": _("The tariff code is one under which magnets were imported."),
    "more_than_was_imported": _("It is more than was ever imported under certificates."),
    "consent_in_the_ledger": _("The importer's ledger shows the consent for this bill."),
    "returned_in_the_ledger": _("The importer's ledger shows this bill as a return to the exporter."),
    "not_in_the_ledger": _("The importer's ledger does not show this bill among exported products."),
}

EXPORT = Workflow(
    name="shipments.export",
    initial=NOTED,
    statuses=(NOTED, OPEN, EXPLAINED, CONFIRMED),
    labels=LABELS,
    steps=(
        Step("explain", frozenset({OPEN, CONFIRMED}), EXPLAINED, frozenset({Role.OFFICER, Role.SENIOR}),
             _("It is explained"), asks=("reason",), tone="success",
             explains=_("Your reason is kept. The export is no breach of the promise.")),
        Step("confirm", frozenset({OPEN, EXPLAINED}), CONFIRMED, frozenset({Role.SENIOR}), _("It is a re-export"),
             asks=("reason",), tone="danger", binding=True,
             explains=_("Your reason is kept. Declare the breach of the undertaking where it is due.")),
    ),
)  # fmt: skip

SIGNAL = Workflow(
    name="shipments.signal",
    initial=OPEN,
    statuses=(OPEN, EXPLAINED, CONFIRMED),
    labels=SIGNAL_LABELS,
    steps=(
        Step("explain", frozenset({OPEN, CONFIRMED}), EXPLAINED, frozenset({Role.OFFICER, Role.SENIOR}),
             _("It is explained"), asks=("reason",), tone="success",
             explains=_("Your reason is kept. It is asked about again only when there is clearly more of it.")),
        Step("confirm", frozenset({OPEN, EXPLAINED}), CONFIRMED, frozenset({Role.SENIOR}), _("It is irregular"),
             asks=("reason",), tone="danger", binding=True,
             explains=_("Your reason is kept. Report an incident or declare the breach where it is due.")),
    ),
)  # fmt: skip
