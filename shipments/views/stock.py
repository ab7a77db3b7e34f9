"""Stock by place and lot, the moves of a lot, counts and corrections."""

from __future__ import annotations

from typing import Any

from django import urls
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import qr
from euc.models.certificate import today
from euc.paging import paginate
from euc.views.evidence import file_response
from euc.views.refusing import beside
from shipments import accounts, custody, forms, oldest_first
from shipments.models import Holding, Posting
from shipments.views import loading
from shipments.views.consignments import FORM, REFUSED
from workflow import engine


@require_safe
@roles_required(*loading.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Where the grams are that somebody still answers for: the newest lots first, each with all its places."""
    form = forms.StockFilterForm(request.GET)
    rows = _narrowed(Holding.objects.visible_to(request.actor), form)
    related = ("lot__consignment__certificate", "lot__consignment__importer", "lot__goods_line")
    page = paginate(rows.select_related(*related), order=("-lot_id", "-id"), query=request.GET)
    shows_importer = not request.actor.has(*loading.IMPORTER)
    return render(
        request, "shipments/stock.html", {"page": page, "form": form, "shows_importer": shows_importer}
    )


def _narrowed(rows: QuerySet, form: forms.StockFilterForm) -> QuerySet:
    account = form.cleaned_data["account"] if form.is_valid() else ""
    rows = rows.filter(account=account, weight_mg__gt=0) if account else rows.in_care()
    if form.is_valid() and (q := form.cleaned_data["q"].replace("\x00", "").strip()):
        names = Q(lot__batch__icontains=q) | Q(place__icontains=q)
        rows = rows.filter(names | Q(lot__consignment__certificate__reference__icontains=q))
    return rows


@require_safe
@roles_required(*loading.READERS)
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: where it is, what can be done with it, and every posting."""
    found = loading.lot(request, pk)
    held = found.holdings.exclude(weight_mg=0, pieces=0).exclude(account__in=accounts.OUTSIDE).order_by("id")
    is_theirs = (
        request.actor.organisation.pk == found.importer_id and found.consignment.received_on is not None
    )
    postings = found.postings.select_related("posted_by", "evidence", "reverses", "reversed_by").order_by(
        "-id"
    )
    context = {
        "lot": found,
        "held": [{"row": row, "moves": accounts.open_from(row.account) if is_theirs else []} for row in held],
        "oldest_first": oldest_first.VERBS,
        "page": paginate(postings, order=("-id",), query=request.GET),
        "is_theirs": is_theirs,
        "reversible": {*accounts.MOVES, "count_less", "count_more"},
        "may_see_evidence": not request.actor.has(Role.ANALYST),
    }
    return render(request, "shipments/lot.html", context)


@require_safe
@roles_required(*loading.READERS)
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """Labels of a lot for its boxes, to be printed by the browser; the code on them opens the lot."""
    found = loading.lot(request, pk)
    form = forms.LabelForm(request.GET or None)
    address = settings.SITE_URL + urls.reverse("shipments:lot", args=[found.pk])
    context = {
        "lot": found,
        "form": form,
        "copies": range(form.cleaned_data["copies"] if form.is_valid() else 1),
        "code": qr.svg(address, title=address),
        "errors": form.errors,
    }
    return render(request, "shipments/labels.html", context, status=422 if form.errors else 200)


def holding_of(request: HttpRequest, pk: int) -> Holding:
    """What lies in one place, if the actor may see it."""
    mine = Holding.objects.visible_to(request.actor).select_related(
        "lot__consignment__certificate", "lot__goods_line"
    )
    return get_object_or_404(mine.exclude(account__in=accounts.OUTSIDE), pk=pk)


@FORM
@roles_required(*loading.IMPORTER)
def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Move so much of what lies in one place."""
    holding = holding_of(request, pk)
    verb = verb.replace("-", "_")
    if verb not in accounts.MOVES or holding.account not in accounts.MOVES[verb].sources:
        raise Http404
    way = accounts.MOVES[verb]
    form = forms.MoveForm(request.POST or None, move=way, holding=holding, initial={"happened_on": today()})

    def act() -> None:
        custody.move(
            lot=holding.lot,
            verb=verb,
            by=request.actor,
            from_account=holding.account,
            from_place=holding.place,
            **form.answers(),
        )

    sites = list(request.actor.organisation.sites.filter(is_active=True).values_list("name", flat=True))
    words = {"heading": way.label, "text": way.explains, "tone": way.tone, "sites": sites}
    return _ask(request, holding, form, act, **words)


@FORM
@roles_required(*loading.IMPORTER)
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a stock count of one place."""
    holding = holding_of(request, pk)
    form = forms.CountForm(request.POST or None, holding=holding, initial={"happened_on": today()})

    def act() -> None:
        custody.count(
            lot=holding.lot, by=request.actor, account=holding.account, place=holding.place, **form.answers()
        )

    text = _("What was counted is posted against what is booked; the difference stays visible.")
    return _ask(request, holding, form, act, heading=_("Stock count"), text=text, tone="primary")


def _ask(request: HttpRequest, holding: Holding, form: Any, act: Any, **words: Any) -> HttpResponse:
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
            else:
                messages.success(request, _("Posted."))
                return redirect("shipments:lot", holding.lot_id)
    context = {"holding": holding, "lot": holding.lot, "form": form, "refusal": refusal, **words}
    return render(request, "shipments/move.html", context, status=status)


@FORM
@roles_required(*loading.IMPORTER)
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a posting by its opposite."""
    mine = Posting.objects.visible_to(request.actor).select_related(
        "lot__consignment__certificate", "lot__goods_line"
    )
    posting = get_object_or_404(mine, pk=pk)
    form = forms.ReverseForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                custody.reverse(posting=posting, by=request.actor, **form.cleaned_data)
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
            else:
                messages.success(request, _("Reversed. Both postings stay in the ledger."))
                return redirect("shipments:lot", posting.lot_id)
    context = {"posting": posting, "lot": posting.lot, "form": form, "refusal": refusal}
    context |= {"heading": _("Reverse a posting"), "text": posting.label, "tone": "danger"}
    return render(request, "shipments/move.html", context, status=status)


@require_safe
@roles_required(Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR)
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The photograph or paper of a posting, always as a download."""
    posting = get_object_or_404(Posting.objects.visible_to(request.actor), pk=pk, evidence__isnull=False)
    file = posting.evidence
    return file_response(file, f"posting-{posting.pk}.{file.media_type.rpartition('/')[2]}")
