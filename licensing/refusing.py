"""Why applications were refused or not accepted, as far as reports that count say so. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from licensing import grounds
from licensing.models import StatusReport


def grounds_of(cases: Iterable[int]) -> dict[int, list[str]]:
    """The codes of each case in the order of the list, from reports of where it stands that nobody withdrew."""
    reports = StatusReport.objects.filter(case__in=set(cases), claimed=F("case__status"), withdrawal=None)
    found: dict[int, set[str]] = {}
    for case, told in reports.values_list("case_id", "grounds"):
        found.setdefault(case, set()).update(told)
    return {case: [code for code in grounds.GROUNDS if code in codes] for case, codes in found.items()}
