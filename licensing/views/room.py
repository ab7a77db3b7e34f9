"""The supplier room: one button and one code at the door; inside the case, its papers, reports and corrections.

No GET writes anything: programs that open links in mails may open these as often as they like.
"""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents import signing, storing, uploads
from euc import control, dossier
from euc.views.certificates import STATUS_OF
from euc.views.refusing import beside
from licensing import awaiting, entering, room_forms, rooms, timing
from licensing.models import RoomCode, RoomInvitation
from licensing.views import evidencing
from licensing.views.guarding import COOKIE, by_link, inside
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@by_link
def door(
    request: HttpRequest, invitation: RoomInvitation, visit: RoomCode | None, token: str
) -> HttpResponse:
    """What the link opens: nothing of the case before a code was entered."""
    if visit is None:
        return _door(request, invitation, token, room_forms.CodeForm())
    case = invitation.case
    context = {
        "case": case,
        "clock": timing.clock_of(case),
        "questions": awaiting.questions(case),
        "goods": case.certificate.goods.all(),
        "posts": list(invitation.posts.select_related("report__withdrawal").order_by("-id")),
        "visit": visit,
    }
    return _page(request, invitation, token, "home", context)


def _door(
    request: HttpRequest, invitation: RoomInvitation, token: str, form: Any, status: int = 200, **said: Any
) -> HttpResponse:
    context = {"form": form, "waiting": entering.waiting_code(invitation), **said}
    return _page(request, invitation, token, "door", context, status)


def _page(
    request: HttpRequest,
    invitation: RoomInvitation,
    token: str,
    name: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    given = {"invitation": invitation, "token": token, "stay_at": _stay_at(request, token), **context}
    return render(request, f"licensing/room/{name}.html", given, status=status)


def _stay_at(request: HttpRequest, token: str) -> str:
    """Where a switch of the language leads back to: pages that only take POST have none of their own."""
    is_form = request.resolver_match and request.resolver_match.url_name in {"room-report", "room-correction"}
    return request.path if is_form or request.method == "GET" else reverse("licensing:room", args=[token])


@require_POST
@by_link
def send_code(
    request: HttpRequest, invitation: RoomInvitation, visit: RoomCode | None, token: str
) -> HttpResponse:
    """Send a code to the invited address."""
    try:
        entering.ask_code(invitation=invitation)
    except entering.TooManyCodes as refused:
        response = _door(request, invitation, token, room_forms.CodeForm(), 429, refusal=refused)
        response.headers["Retry-After"] = str(math.ceil(refused.wait.total_seconds()))
        return response
    except (
        engine.WrongStatus
    ):  # revoked at this moment: the link's page says what it says of every closed link
        return redirect("licensing:room", token)
    messages.success(request, _("A code is on its way to the invited address."))
    return redirect("licensing:room", token)


@require_POST
@by_link
def enter(
    request: HttpRequest, invitation: RoomInvitation, visit: RoomCode | None, token: str
) -> HttpResponse:
    """Open a visit with the code."""
    if visit is not None:
        return redirect("licensing:room", token)
    form = room_forms.CodeForm(request.POST)
    secret = None
    if form.is_valid():
        secret = entering.enter(invitation=invitation, digits=form.cleaned_data["code"])
        if secret is None:
            form.add_error("code", _("This code is wrong, used or too old. Look at the newest mail."))
    if secret is None:
        return _door(request, invitation, token, form, 422)
    response = redirect("licensing:room", token)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(entering.VISIT_LASTS.total_seconds()),
        path=reverse("licensing:room", args=[token]),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
@by_link
@inside
def leave(request: HttpRequest, invitation: RoomInvitation, visit: RoomCode, token: str) -> HttpResponse:
    """End the visit on this device."""
    entering.leave(visit)
    response = redirect("licensing:room", token)
    response.delete_cookie(COOKIE, path=reverse("licensing:room", args=[token]), samesite="Lax")
    messages.success(request, _("You left the room."))
    return response


@FORM
@by_link
@inside
def report(request: HttpRequest, invitation: RoomInvitation, visit: RoomCode, token: str) -> HttpResponse:
    """Say where the application stands."""
    case = invitation.case
    given = {"case": case, "initial": {"claimed_on": control.day_in_china()}}
    form = room_forms.RoomReportForm(request.POST or None, request.FILES or None, **given)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                evidence = evidencing.stored(case, form)
                rooms.report(
                    invitation=invitation, key=form.cleaned_data["key"], **form.answers(), **evidence
                )
            except uploads.UploadRefused as refused:
                form.add_error("evidence", str(refused))
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Thank you. The importer sees what you reported."))
                return redirect("licensing:room", token)
            case.refresh_from_db()
    return _page(
        request, invitation, token, "report", {"case": case, "form": form, "refusal": refusal}, status
    )


@FORM
@by_link
@inside
def correction(request: HttpRequest, invitation: RoomInvitation, visit: RoomCode, token: str) -> HttpResponse:
    """Tell the importer what has to be corrected."""
    form = room_forms.CorrectionForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rooms.ask_correction(invitation=invitation, **form.cleaned_data)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Thank you. The importer was told by mail."))
                return redirect("licensing:room", token)
    context = {"case": invitation.case, "form": form, "refusal": refusal}
    return _page(request, invitation, token, "correction", context, status)


@require_safe
@by_link
@inside
def files(request: HttpRequest, invitation: RoomInvitation, visit: RoomCode, token: str) -> HttpResponse:
    """The dossier's files with their hashes."""
    return _files(request, invitation, token)


def _files(request: HttpRequest, invitation: RoomInvitation, token: str, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"case": invitation.case}
    try:
        context["is_ready"] = rooms.is_dossier_ready(invitation.case)
        context["items"] = dossier.items(invitation.case.certificate)
    except engine.WrongStatus as refused:
        context["refusal"] = refused
    except storing.Corrupted:
        context["refusal"] = _("A file cannot be read at the moment. The importer has to look after it.")
    return _page(request, invitation, token, "files", context, status)


@require_POST
@by_link
@inside
def fetch(request: HttpRequest, invitation: RoomInvitation, visit: RoomCode, token: str) -> HttpResponse:
    """The dossier as one ZIP. By POST, since it is noted that it was fetched."""
    try:
        content = rooms.pack(invitation=invitation)
    except (engine.WrongStatus, storing.Corrupted, signing.NoKey):
        return _files(request, invitation, token, 409)
    if content is None:
        messages.info(request, _("The dossier is being put together. Try again in a minute."))
        return redirect("licensing:room-files", token)
    response = HttpResponse(content, content_type="application/zip")
    name = f"{invitation.case.certificate.slug}-dossier-{timezone.localdate(timezone=control.CHINA)}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
