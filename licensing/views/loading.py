"""Loading what the actor may see; what they may not see and what does not exist are the same 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.roles import Role
from licensing.models import LicenceCase, StatusReport

READERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)
REPORTERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR)


def case(request: HttpRequest, reference: str) -> LicenceCase:
    mine = LicenceCase.objects.visible_to(request.actor)
    related = ("importer", "certificate", "licence", "refiles")
    return get_object_or_404(mine.select_related(*related), reference=reference)


def report(request: HttpRequest, reference: str, pk: int) -> StatusReport:
    found = case(request, reference)
    rows = StatusReport.objects.filter(case=found).select_related(
        "case__certificate", "withdrawal", "evidence"
    )
    return get_object_or_404(rows, pk=pk)
