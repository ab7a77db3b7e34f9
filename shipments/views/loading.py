"""Loading what the actor may see; what they may not see and what does not exist are the same 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.roles import Role
from shipments.models import Consignment, Lot

READERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)
IMPORTER = (Role.DRAFTER, Role.SIGNATORY)


def consignment(request: HttpRequest, reference: str) -> Consignment:
    mine = Consignment.objects.visible_to(request.actor)
    return get_object_or_404(mine.select_related("importer", "certificate", "licence"), reference=reference)


def lot(request: HttpRequest, pk: int) -> Lot:
    mine = Lot.objects.visible_to(request.actor)
    related = ("consignment__certificate", "consignment__importer", "goods_line")
    return get_object_or_404(mine.select_related(*related), pk=pk)
