"""The rows behind the quality checks: what each looks for, how severe, with which words and limits."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc import dated_words, workflow
from euc.dated_forms import QualityForm
from euc.models import QualityRule
from euc.quality_words import SPOKEN
from euc.views.dated import DatedPages


def rows(rule: QualityRule) -> list[dict[str, Any]]:
    """What a row says, as label and value; what it does not say is left out."""
    found = [
        (_("Check"), rule.get_check_code_display()),
        (_("Magnet family"), rule.get_family_display() if rule.family else ""),
        (_("What it finds"), rule.get_severity_display()),
        (_("Words"), ", ".join(str(SPOKEN["kind"].get(word, word)) for word in rule.words)),
        (_("Lower limit"), "" if rule.low is None else f"{rule.low.normalize():f}"),
        (_("Upper limit"), "" if rule.high is None else f"{rule.high.normalize():f}"),
    ]
    said = [{"label": label, "value": value} for label, value in found if value]
    return said + dated_words.rows(rule)


PAGES = DatedPages(
    QualityRule,
    law=workflow.QUALITY,
    name="euc:quality",
    form=QualityForm,
    rows=rows,
    library=gettext_lazy("Quality checks"),
    new=gettext_lazy("Propose a check"),
    template="euc/quality_list.html",
    order=("check_code", "id"),
)
