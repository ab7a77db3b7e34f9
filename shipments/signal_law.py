"""The life of a limit of signals: proposed by one officer, adopted by another, replaced or retired. No database."""

from django.utils.translation import gettext_lazy as _

from euc import workflow

LIMIT = workflow.dated(
    "shipments.signal_limit",
    _("It counts when books are weighed on its first day or later; what was decided stays decided."),
    _("Nothing is raised by it from today on until another row is adopted."),
)
