"""The importer's side of a supplier room: inviting the exporter, revoking a link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import roles_required
from accounts.roles import Role
from euc.views.certificates import STATUS_OF
from licensing import room_forms, rooms
from licensing.models import RoomInvitation
from licensing.views import loading
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])
INVITERS = (Role.DRAFTER, Role.SIGNATORY)


@FORM
@roles_required(*INVITERS)
def create(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite the exporter into the room of a case."""
    case = loading.case(request, reference)
    form = room_forms.InviteForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rooms.invite(case=case, by=request.actor, **form.cleaned_data)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("The link is on its way to the exporter."))
                return redirect("licensing:case-detail", case.slug)
    context = {"case": case, "form": form, "refusal": refusal}
    return render(request, "licensing/invite.html", context, status=status)


@FORM
@roles_required(*INVITERS)
def revoke(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then close the link and every visit it opened."""
    case = loading.case(request, reference)
    found = RoomInvitation.objects.filter(case=case).select_related("case", "invited_by")
    invitation = get_object_or_404(found, pk=pk)
    if request.method == "POST":
        rooms.revoke(invitation=invitation, by=request.actor)
        messages.success(request, _("The link is closed, with every visit it opened."))
        return redirect("licensing:case-detail", case.slug)
    return render(request, "licensing/revoke.html", {"case": case, "invitation": invitation})
