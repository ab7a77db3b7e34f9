"""Arriving documents: files taken in, what each may belong to with the differences, confirmed one by one or many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import roles_required
from documents import sheets
from euc.paging import paginate
from shipments import arriving, arriving_columns, arriving_examples, arriving_files
from shipments.arriving_forms import AsideForm, DocumentFileForm, FilterForm, LinesForm
from shipments.models import ArrivingDocument
from shipments.views import loading
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])
MOST_TOLD = 5  # refusals of a bulk confirmation that are told one by one
MOST_PROBLEMS = 50


@FORM
@roles_required(*loading.IMPORTER)
def listing(request: HttpRequest) -> HttpResponse:
    """What arrived, with what each belongs to; POST takes a file in and tells what of it does not hold."""
    form, problems = DocumentFileForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        try:
            taken = _take(request, form.cleaned_data["file"])
        except (sheets.Unreadable, engine.Refusal) as refusal:
            form.add_error("file", str(refusal))
        else:
            _tell(request, taken)
            if not taken.problems:
                return redirect("shipments:arriving-list")
            problems = taken.problems
    context = {"form": form, **_problems(problems), **_waiting(request)}
    status = 422 if form.errors or problems else 200
    return render(request, "shipments/arriving_list.html", context, status=status)


def _take(request: HttpRequest, file: UploadedFile) -> arriving.Taken:
    content, name = loading.brought(file)
    return arriving.take(content=content, name=name, by=request.actor)


def _tell(request: HttpRequest, taken: arriving.Taken) -> None:
    new, known = len(taken.new), taken.known
    if new:
        said = ngettext("%(count)d document was taken in.", "%(count)d documents were taken in.", new)
        messages.success(request, said % {"count": new})
    if known:
        said = ngettext("%(count)d document was here before.", "%(count)d documents were here before.", known)
        messages.info(request, said % {"count": known})


def _problems(problems: list[tuple[int, str, str]]) -> dict[str, Any]:
    labels = arriving_columns.labels()
    rows = [(number, labels.get(name, name), said) for number, name, said in problems[:MOST_PROBLEMS]]
    return {"problems": rows, "more_problems": max(0, len(problems) - MOST_PROBLEMS)}


def _waiting(request: HttpRequest) -> dict[str, Any]:
    query = request.GET.copy()
    query.setdefault("state", ArrivingDocument.State.WAITING)
    narrow = FilterForm(query)
    rows = ArrivingDocument.objects.visible_to(request.actor).select_related("consignment", "taken_by")
    if narrow.is_valid():
        rows = rows.filter(**{name: said for name, said in narrow.cleaned_data.items() if said})
    page = paginate(rows, order=("-id",), query=query)
    waiting = [row for row in page.rows if row.is_waiting]
    found = arriving.proposals(waiting, request.actor.organisation) if waiting else []
    best = {row.pk: some[0] for row, some in zip(waiting, found, strict=True) if some}
    shown = [{"document": row, "best": best.get(row.pk)} for row in page.rows]
    sure = sum(one.is_sure for one in best.values())
    return {"page": page, "rows": shown, "filter": narrow, "sure": sure}


@require_safe
@roles_required(*loading.IMPORTER)
def template(request: HttpRequest, ending: str) -> HttpResponse:
    """One invoice as an example, as CSV, XLSX or JSON, or one Bill of Entry as a flat record."""
    try:
        kind, content = arriving_examples.of(ending)
    except KeyError:
        raise Http404 from None
    return loading.download(content, kind, f"arriving-documents.{ending}")


def _document(request: HttpRequest, pk: int) -> ArrivingDocument:
    mine = ArrivingDocument.objects.visible_to(request.actor)
    return get_object_or_404(mine.select_related("importer", "consignment", "taken_by", "settled_by"), pk=pk)


@FORM
@roles_required(*loading.IMPORTER)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the document says beside what it may belong to; POST confirms the proposal that is shown."""
    document = _document(request, pk)
    found = arriving.proposals([document], document.importer)[0] if document.is_waiting else []
    wanted = request.POST.get("to") or request.GET.get("to") or ""
    chosen = next((one for one in found if one.key == wanted), found[0] if found else None)
    form = LinesForm(request.POST or None, proposal=chosen) if chosen else None
    refusal, status = None, 200
    if request.method == "POST":
        if form is None or (chosen and wanted != chosen.key):
            refusal = engine.WrongStatus(_("Things have changed: the document does not fit there any more."))
            status = 409
        elif not form.is_valid():
            status = 422
        else:
            try:
                made = arriving.confirm(document=document, by=request.actor, key=wanted, lines=form.lines())
            except engine.Refusal as refused:
                refusal, status = refused, 409
            else:
                messages.success(request, _("%(reference)s: confirmed.") % {"reference": made.reference})
                return redirect("shipments:consignment-detail", made.slug)
    arrived = arriving_files.of_json(document.data)
    context = {
        "document": document, "papers": _papers(arrived), "items": _items(arrived, form), "found": found,
        "chosen": chosen, "form": form, "refusal": refusal,
    }  # fmt: skip
    return render(request, "shipments/arriving_detail.html", context, status=status)


def _papers(arrived: arriving_files.Arrived) -> list[tuple[str, Any]]:
    labels = arriving_columns.labels()
    return [
        (labels[name], arrived.papers[name]) for name in arriving_columns.PAPERS if name in arrived.papers
    ]


def _items(arrived: arriving_files.Arrived, form: LinesForm | None) -> list[dict[str, Any]]:
    return [
        {"number": number, "item": item, "select": form[f"line-{number}"] if form else None}
        for number, item in enumerate(arrived.items, start=1)
    ]


@require_POST
@roles_required(*loading.IMPORTER)
def confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm those that were ticked, each by itself; one that is not sure any more stays, with the reason."""
    done, refused = 0, []
    for ticked in request.POST.getlist("confirm")[:100]:
        pk, _colon, key = ticked.partition(":")
        document = (
            ArrivingDocument.objects.visible_to(request.actor).filter(pk=pk if pk.isdecimal() else 0).first()
        )
        if document is None:
            continue
        try:
            arriving.confirm_sure(document=document, by=request.actor, key=key)
        except engine.Refusal as refusal:
            refused.append(f"{document}: {refusal}")
        else:
            done += 1
    if done:
        said = ngettext("%(count)d document was confirmed.", "%(count)d documents were confirmed.", done)
        messages.success(request, said % {"count": done})
    for text in refused[:MOST_TOLD]:
        messages.warning(request, text)
    if not done and not refused:
        messages.info(request, _("Nothing was ticked."))
    return redirect("shipments:arriving-list")


@FORM
@roles_required(*loading.IMPORTER)
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it belongs to nothing here, and why."""
    document = _document(request, pk)
    form = AsideForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            arriving.set_aside(document=document, by=request.actor, reason=form.cleaned_data["reason"])
        except engine.Refusal as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect("shipments:arriving-list")
    context = {"document": document, "form": form, "cancel_url": reverse("shipments:arriving", args=[pk])}
    return render(request, "shipments/arriving_aside.html", context, status=status)


@require_POST
@roles_required(*loading.IMPORTER)
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one that was set aside wait again."""
    document = _document(request, pk)
    try:
        arriving.take_up(document=document, by=request.actor)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("shipments:arriving", pk)
