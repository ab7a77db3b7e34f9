"""Mail that came in: all of it for the authority, one's cases' own for an importer; what it suggests, decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from euc.paging import paginate
from euc.views.certificates import STATUS_OF
from euc.views.evidence import file_response
from euc.views.refusing import beside
from licensing import mail_forms, services
from licensing.mail import keeping
from licensing.models import LicenceCase, MailBox, MailMessage, MailSuggestion
from licensing.views import loading
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])
READERS = (*loading.REPORTERS, Role.AUDITOR)
RELATED = ("case", "matching__case", "matching__matched_by", "file")


def _message(request: HttpRequest, pk: int) -> MailMessage:
    mine = MailMessage.objects.visible_to(request.actor).select_related(*RELATED)
    return get_object_or_404(mine, pk=pk)


def _suggestion(request: HttpRequest, reference: str, pk: int) -> MailSuggestion:
    case = loading.case(request, reference)
    mine = MailSuggestion.objects.visible_to(request.actor).filter(case=case)
    related = mine.select_related("message", "case__certificate", "case__licence", "ruling__report")
    return get_object_or_404(related, pk=pk)


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """What came in, the newest first; how the mailbox is, for who reads all of it."""
    form = mail_forms.MailFilterForm(request.GET)
    mine = MailMessage.objects.visible_to(request.actor).select_related("case", "matching__case")
    is_importer = request.actor.has(Role.DRAFTER, Role.SIGNATORY)
    context = {
        "page": paginate(_narrowed(mine, form).defer("text"), order=("-id",), query=request.GET),
        "form": form,
        "box": None if is_importer else MailBox.objects.order_by("-next_at").first(),  # asked last
        "is_importer": is_importer,
    }
    return render(request, "licensing/mail_list.html", context)


def _narrowed(rows: QuerySet[MailMessage], form: mail_forms.MailFilterForm) -> QuerySet[MailMessage]:
    show = form.cleaned_data["show"] if form.is_valid() else ""
    if not show:
        return rows.waiting()
    return rows if show == "ALL" else rows.filter(outcome=show)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One message as text, with what is known of it."""
    return _detail(request, _message(request, pk), mail_forms.MatchForm())


def _detail(
    request: HttpRequest,
    message: MailMessage,
    form: mail_forms.MatchForm,
    refusal: Any = None,
    status: int = 200,
) -> HttpResponse:
    case = _case_of(message)
    found = message.suggestions.filter(case=case).select_related("ruling__report", "ruling__ruled_by")
    context = {
        "message": message,
        "case": case,
        "suggestions": list(found),
        "may_report": case is not None and services.may_report(case, request.actor),
        "may_match": keeping.may_match(request.actor) and keeping.is_to_match(message),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "licensing/mail.html", context, status=status)


def _case_of(message: MailMessage) -> LicenceCase | None:
    return message.matching.case if hasattr(message, "matching") else message.case


@require_safe
@roles_required(*READERS)
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it came, as a download; what is kept apart stays here."""
    message = _message(request, pk)
    if message.file is None or not message.belongs:
        raise Http404
    return file_response(message.file, message.file.name)


@require_POST
@roles_required(Role.OFFICER, Role.SENIOR)
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a message to a case."""
    message = _message(request, pk)
    form = mail_forms.MatchForm(request.POST)
    if not form.is_valid():
        return _detail(request, message, form, status=422)
    case = LicenceCase.objects.visible_to(request.actor).filter(reference=form.cleaned_data["case"]).first()
    if case is None:
        form.add_error("case", _("There is no such case."))
        return _detail(request, message, form, status=422)
    try:
        keeping.match(message=message, case=case, by=request.actor)
    except engine.Refusal as refused:
        return _detail(request, message, form, refused, STATUS_OF[type(refused)])
    messages.success(request, _("The message belongs to this case now, and its importer sees it."))
    return redirect("licensing:case-detail", case.slug)


@FORM
@roles_required(*loading.REPORTERS)
def confirm(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Look at what a mail says, put it right, and report it."""
    suggestion = _suggestion(request, reference, pk)
    form = mail_forms.ConfirmForm(request.POST or None, suggestion=suggestion)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                keeping.confirm(suggestion=suggestion, by=request.actor, **form.answers())
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Reported, with the mail as its evidence."))
                return redirect("licensing:case-detail", reference.replace("/", "-"))
    context = {"suggestion": suggestion, "message": suggestion.message, "case": suggestion.case}
    context |= {"form": form, "refusal": refusal, "is_ruled": hasattr(suggestion, "ruling")}
    return render(request, "licensing/mail_confirm.html", context, status=status)


@require_POST
@roles_required(*loading.REPORTERS)
def dismiss(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say that a mail does not say this."""
    suggestion = _suggestion(request, reference, pk)
    try:
        keeping.dismiss(suggestion=suggestion, by=request.actor)
    except engine.Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Dismissed. The mail stays to be seen."))
    return redirect("licensing:case-detail", reference.replace("/", "-"))
