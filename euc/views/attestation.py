"""The stations of the paper original, as rules: which offices stamp it, in which order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from euc import original_forms, original_words, workflow
from euc.models import AttestationRule
from euc.views.dated import DatedPages

PAGES = DatedPages(
    AttestationRule,
    law=workflow.ATTESTATION,
    name="euc:attestation",
    form=original_forms.StationForm,
    rows=original_words.rule_rows,
    library=_("Stations of the paper original"),
    new=_("Propose a station"),
    template="euc/attestation_list.html",
    order=("position", "id"),
    related=("authority",),
)
