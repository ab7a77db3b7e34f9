"""The life of a time limit: proposed by one officer, adopted by another, replaced or retired. No database."""

from django.utils.translation import gettext_lazy as _

from euc import workflow

LIMIT = workflow.dated(
    "licensing.limit",
    _("It counts for clocks that start on its first day or later; older ones keep their length."),
    _("Clocks that start today or later have no length until another row is adopted."),
)
