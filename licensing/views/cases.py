"""The board of cases, one case, the register of licences."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from accounts.actors import Actor
from accounts.finding import narrowed
from accounts.roles import Role
from euc import control
from euc.models import Certificate
from euc.paging import paginate
from licensing import (
    effects,
    forms,
    grounds,
    limits,
    predicting,
    presenting,
    reminding,
    rooms,
    services,
    stations,
    timing,
)
from licensing.mail import tagging
from licensing.models import Licence, LicenceCase, MailMessage, MailSuggestion, RoomPost, StatusReport
from licensing.searching import CASES, LICENCES
from licensing.views import loading
from workflow import engine, events

SHOWN = 8


@require_safe
@roles_required(*loading.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """All cases, the newest first, narrowed by where they stand; of overdue ones the longest overdue first."""
    form = forms.CaseFilterForm(request.GET)
    rows = _narrowed(LicenceCase.objects.visible_to(request.actor).for_list(), form, request.actor)
    order = ("undecided_due_on", "id") if form.is_valid() and form.cleaned_data["overdue"] else ("-id",)
    page = paginate(rows, order=order, query=request.GET)
    context = {
        "page": page,
        "form": form,
        "shows_importer": not request.actor.has(Role.DRAFTER, Role.SIGNATORY),
        "may_see_feeds": not request.actor.has(Role.ANALYST),
        "today": control.day_in_china(),
    }
    return render(request, "licensing/case_list.html", context)


def _narrowed(rows: QuerySet, form: forms.CaseFilterForm, actor: Actor) -> QuerySet:
    if not form.is_valid():
        return rows
    if status := form.cleaned_data["status"]:
        rows = rows.open() if status == "OPEN" else rows.filter(status=status)
    if form.cleaned_data["contested"]:
        rows = rows.filter(is_contested=True)
    if form.cleaned_data["overdue"]:
        rows = rows.overdue(control.day_in_china())
    return narrowed(rows, CASES, form.cleaned_data["q"], actor)


@require_safe
@roles_required(*loading.READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One case: clock, forecast, next action, reports with their sources, the licence with what is left."""
    case = loading.case(request, reference)
    reports = list(
        case.reports.select_related("withdrawal", "recorded_by", "evidence", "room_post__invitation")
    )
    rulings = list(case.rulings.select_related("decided_by", "report"))
    context = {
        "case": case,
        "clock": timing.clock_of(case),
        "running": limits.running(case, control.day_in_china()),
        "prediction": predicting.of(case),
        "next_action": presenting.next_action(case) if case.is_open or case.status in presenting.NEXT else "",
        "effects": effects.of(case.certificate, control.day_in_china()),
        "before_filing": effects.before_filing(case) if case.status in stations.BEFORE_ACCEPTANCE else [],
        "refused": _refused(case, reports),
        "refiled_as": LicenceCase.objects.filter(refiles=case).first(),
        "may_file_again": _may_file_again(case, request.actor),
        "urgent": presenting.urgent(case, reminding.pressing(case, control.day_in_china())),
        "reports": presenting.reports(reports, services.standing_of(case)),
        "rulings": rulings,
        "may_invite": rooms.may_invite(case, request.actor),
        "invitations": list(case.room_invitations.all()),
        "corrections": _corrections(case),
        **_mail(case, request.actor),
        "may_report": services.may_report(case, request.actor),
        "may_see_evidence": not request.actor.has(Role.ANALYST),
        "licence": _with_lines(case),
        "history": presenting.history(events.about(case)),
    }
    return render(request, "licensing/case_detail.html", context)


def _refused(case: LicenceCase, reports: list[StatusReport]) -> list[grounds.Ground]:
    """The reasons of what sent the case back or ended it."""
    told = [row for row in reports if row.claimed == case.status and not hasattr(row, "withdrawal")]
    codes = {code for row in told for code in row.grounds}
    return grounds.of(list(codes)) if case.status in grounds.GIVEN_WITH else []


def _may_file_again(case: LicenceCase, actor: Actor) -> bool:
    return services.may_report(case, actor) and services.to_file_again(case.certificate) == case


def _corrections(case: LicenceCase) -> list[RoomPost]:
    """What the exporter asked to be corrected, the newest first."""
    asked = RoomPost.objects.filter(invitation__case=case, report=None)
    return list(asked.select_related("invitation").order_by("-id")[:SHOWN])


def _mail(case: LicenceCase, actor: Actor) -> dict[str, Any]:
    """The case's address for those it belongs to; what mail suggests and what came in, as far as one may see it."""
    mine = MailMessage.objects.visible_to(actor)
    waiting = MailSuggestion.objects.visible_to(actor).pending().filter(case=case)
    return {
        "sees_mail": not actor.has(Role.ANALYST),
        "mail_address": tagging.address_of(case) if rooms.may_invite(case, actor) else "",
        "mail_suggestions": list(waiting.select_related("message")[:SHOWN]),
        "letters": list(mine.of_case(case).select_related("matching").defer("text")[:SHOWN]),
    }


def _with_lines(case: LicenceCase) -> Licence | None:
    if case.licence_id is None:
        return None
    return Licence.objects.prefetch_related("lines__goods_line").get(pk=case.licence_id)


@require_POST
@roles_required(*loading.REPORTERS)
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Open a case for a certificate by hand."""
    certificate = get_object_or_404(Certificate.objects.visible_to(request.actor), reference=reference)
    try:
        case = services.open_case(
            certificate=certificate, by=request.actor, refiles=services.to_file_again(certificate)
        )
    except engine.Refusal as refused:
        messages.error(request, str(refused))
        return redirect("euc:certificate-detail", certificate.reference)
    messages.success(request, _("The application is followed now. Report what the exporter tells you."))
    return redirect("licensing:case-detail", case.slug)


@require_safe
@roles_required(*loading.READERS)
def register(request: HttpRequest) -> HttpResponse:
    """Licences as reported: how much is left on each, and until when."""
    form = forms.LicenceFilterForm(request.GET)
    mine = Licence.objects.visible_to(request.actor).select_related("importer")
    if form.is_valid():
        if form.cleaned_data["ending"]:
            mine = mine.ending_soon()
        mine = narrowed(mine, LICENCES, form.cleaned_data["q"], request.actor)
    sums = mine.annotate(
        authorised=Sum("lines__authorised_mg"), used=Sum(F("lines__reserved_mg") + F("lines__drawn_mg"))
    )
    cases = LicenceCase.objects.order_by("id")
    page = paginate(sums.prefetch_related(Prefetch("cases", cases)), order=("-id",), query=request.GET)
    rows: list[dict[str, Any]] = [
        {
            "licence": row,
            "left_mg": (row.authorised or 0) - (row.used or 0),
            "cases": list(row.cases.all())[:SHOWN],
        }
        for row in page.rows
    ]
    shows_importer = not request.actor.has(Role.DRAFTER, Role.SIGNATORY)
    context = {"page": page, "rows": rows, "form": form, "shows_importer": shows_importer}
    return render(request, "licensing/register.html", context)
