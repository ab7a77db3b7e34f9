"""The paper original of a certificate: where it lies, recording and correcting what happened; the list of all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import finding
from accounts.access import roles_required
from accounts.roles import Role
from documents import storing, uploads
from euc import custody, original_forms, original_words, originals, true_copies
from euc.models import AttestationRule, Certificate, Original, OriginalEntry
from euc.models.certificate import today
from euc.paging import paginate
from euc.views import loading
from euc.views.certificates import FORM, READERS, STATUS_OF
from euc.views.evidence import file_response
from workflow import engine
from workflow.models import Errand

RECORDERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR)


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Where every paper lies; what is overdue comes first when asked for alone."""
    form = original_forms.OriginalFilterForm(request.GET)
    rows = _narrowed(Original.objects.visible_to(request.actor).for_list(), form)
    overdue = form.is_valid() and form.cleaned_data["overdue"]
    page = paginate(rows, order=("due_on", "id") if overdue else ("-id",), query=request.GET)
    is_importer = request.actor.has(Role.DRAFTER, Role.SIGNATORY)
    return render(request, "euc/original_list.html", {"page": page, "form": form, "is_importer": is_importer})


def _narrowed(rows: QuerySet, form: original_forms.OriginalFilterForm) -> QuerySet:
    if not form.is_valid():
        return rows
    if form.cleaned_data["overdue"]:
        rows = rows.overdue()
    if place := form.cleaned_data["place"]:
        rows = rows.filter(place=place)
    asked = finding.asked(form.cleaned_data["q"])
    if asked.words:
        names = ("reference", "po_number", "exporter_name", "importer__name")
        rows = rows.filter(finding.contains(asked, *(f"certificate__{name}" for name in names)))
    return rows


def _certificate(request: HttpRequest, reference: str) -> Certificate:
    certificate = loading.certificate(request, reference)
    if not certificate.was_issued:
        raise Http404
    return certificate


def _entry(certificate: Certificate, pk: int) -> OriginalEntry:
    return get_object_or_404(certificate.original_entries.whole(), pk=pk)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = _certificate(request, reference)
    may_record = request.actor.has(*RECORDERS)
    context: dict[str, Any] = {"certificate": certificate, "may_record": may_record}
    original = Original.objects.for_list().filter(certificate=certificate).first()
    steps = originals.stations(certificate)
    entries = list(certificate.original_entries.whole())
    now = originals.where(entries, steps)
    if original is not None:
        context["stations"] = original_words.stations(steps, now, entries, original)
    context |= {
        "original": original,
        "ledger": original_words.ledger(entries),
        "acts": _acts(certificate, now, steps) if may_record else [],
        "offered": _offered(certificate, steps) if may_record else [],
        "copies": _copies(certificate),
        "may_see_scans": not request.actor.has(Role.ANALYST),
    }
    return render(request, "euc/original_detail.html", context)


def _copies(certificate: Certificate) -> list[dict[str, Any]]:
    """The cover pages made so far, or how far they are."""
    copies = list(certificate.true_copies.select_related("document"))
    about = Errand.objects.filter(kind=true_copies.PRINT, subject_id__in=[copy.pk for copy in copies])
    states = dict(about.values_list("subject_id", "state"))
    return [{"copy": copy, "is_making": states.get(copy.pk) == Errand.PENDING} for copy in copies]


def _acts(certificate: Certificate, now: custody.Where, steps: list) -> list[dict[str, Any]]:
    """What may be recorded next, with the office it would be about."""
    offices = [step.pk for step in steps if step.rule.stage == custody.OFFICE]
    names = {step.pk: step.rule.label for step in steps}
    upcoming = names.get(custody.next_step(now, offices) or 0, "")
    here = names.get(now.step or 0, "")
    about = {custody.HANDED_IN: upcoming, custody.ATTESTED: here, custody.REFUSED: here}
    return [
        {
            "kind": kind.lower().replace("_", "-"),
            "label": OriginalEntry.Kind(kind).label,
            "about": about.get(kind, ""),
        }
        for kind in custody.possible(now, offices)
        if originals.allows(certificate, kind)
    ]


def _offered(certificate: Certificate, steps: list) -> list[AttestationRule]:
    known = {step.rule.code for step in steps}
    rules = AttestationRule.objects.in_use_on(
        today(), authority=certificate.issuing_authority, template=certificate.template
    )
    return [rule for rule in rules if rule.code not in known]


@FORM
@roles_required(*RECORDERS)
def record(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Record what happened next."""
    certificate = _certificate(request, reference)
    kind = kind.upper().replace("-", "_")
    if kind not in custody.KINDS:
        raise Http404
    act = next((a for a in _possible(certificate) if a["kind"] == kind.lower().replace("_", "-")), None)
    form = original_forms.EntryForm(
        request.POST or None, request.FILES or None, kind=kind, initial=_initial(certificate)
    )

    def write(**given: Any) -> None:
        originals.record(certificate=certificate, by=request.actor, kind=kind, **given)

    heading = OriginalEntry.Kind(kind).label
    return _ask(
        request, certificate, form, write, heading=heading, about=act["about"] if act else "", act=act
    )


def _possible(certificate: Certificate) -> list[dict[str, Any]]:
    steps = originals.stations(certificate)
    return _acts(certificate, originals.where(list(certificate.original_entries.all()), steps), steps)


def _initial(certificate: Certificate) -> dict[str, Any]:
    return {"seen": certificate.original_entries.count()}


@FORM
@roles_required(*RECORDERS)
def correct(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Put a right entry in the place of a wrong one."""
    certificate = _certificate(request, reference)
    entry = _entry(certificate, pk)
    if entry.kind == custody.REVERSED:
        raise Http404
    form = original_forms.EntryForm(
        request.POST or None,
        request.FILES or None,
        kind=entry.kind,
        corrects=entry,
        initial=_initial(certificate),
    )

    def write(**given: Any) -> None:
        originals.correct(certificate=certificate, by=request.actor, entry=entry, **given)

    about = f"{entry.get_kind_display()}, {original_words.day(entry.happened_on)}"
    return _ask(request, certificate, form, write, heading=_("Correct an entry"), about=about, act=entry)


def _ask(
    request: HttpRequest,
    certificate: Certificate,
    form: original_forms.EntryForm,
    write: Any,
    *,
    heading: Any,
    about: str,
    act: Any,
) -> HttpResponse:
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write(**_given(certificate, form))
            except uploads.UploadRefused as refused:
                form.add_error("scan", str(refused))
            except engine.Incomplete as refused:
                for miss in refused.misses:
                    form.add_error(miss.field if miss.field in form.fields else None, str(miss.message))
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Recorded."))
                return redirect("euc:original", certificate.reference)
    elif act is None:
        status, refusal = 409, _("The paper is not where this could happen to it; look at where it lies now.")
    context = {
        "certificate": certificate,
        "form": form,
        "heading": heading,
        "about": about,
        "refusal": refusal,
    }
    return render(request, "euc/original_entry.html", context, status=status)


def _given(certificate: Certificate, form: original_forms.EntryForm) -> dict[str, Any]:
    """The verb's arguments; a scan is checked and stored only when everything else holds."""
    cleaned = form.cleaned_data
    given = {"happened_on": cleaned["happened_on"], "facts": form.facts(), "seen": cleaned.get("seen")}
    if "reason" in form.fields:
        given["reason"] = cleaned["reason"]
    if upload := cleaned.get("scan"):
        checked = uploads.check(upload)
        if checked.media_type == uploads.XLSX:
            raise uploads.UploadRefused(_("A scan is a PDF or a picture."))
        given["scan_name"] = checked.name
        given["scan"] = storing.store(
            content=checked.content, name=checked.name, media_type=checked.media_type, book=certificate.book
        )
    return given


@FORM
@roles_required(*RECORDERS)
def reverse(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say that an entry never happened."""
    certificate = _certificate(request, reference)
    entry = _entry(certificate, pk)
    form = original_forms.ReverseForm(request.POST or None, initial=_initial(certificate))
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                originals.reverse(certificate=certificate, by=request.actor, entry=entry, **form.cleaned_data)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Recorded."))
                return redirect("euc:original", certificate.reference)
    about = f"{entry.get_kind_display()}, {original_words.day(entry.happened_on)}"
    context = {
        "certificate": certificate,
        "form": form,
        "heading": _("Reverse an entry"),
        "about": about,
        "refusal": refusal,
    }
    return render(request, "euc/original_entry.html", context, status=status)


@require_POST
@roles_required(*RECORDERS)
def add_station(request: HttpRequest, reference: str, rule: str) -> HttpResponse:
    certificate = _certificate(request, reference)
    found = get_object_or_404(AttestationRule.objects.visible_to(request.actor), reference=rule)
    try:
        originals.add_station(certificate=certificate, by=request.actor, rule=found)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s was added.") % {"name": found.label})
    return redirect("euc:original", certificate.reference)


@require_POST
@roles_required(*RECORDERS)
def remove_station(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    certificate = _certificate(request, reference)
    step = get_object_or_404(certificate.original_steps.select_related("rule"), pk=pk)
    try:
        originals.remove_station(certificate=certificate, by=request.actor, step=step)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s was removed.") % {"name": step.rule.label})
    return redirect("euc:original", certificate.reference)


@require_safe
@roles_required(*RECORDERS, Role.AUDITOR)
def scan(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The scan of one entry as it was uploaded, also of one that was corrected since."""
    entry = _entry(_certificate(request, reference), pk)
    if entry.scan is None:
        raise Http404
    return file_response(entry.scan, entry.scan_name)


@require_POST
@roles_required(*RECORDERS)
def make_true_copy(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = _certificate(request, reference)
    try:
        true_copies.make(certificate=certificate, by=request.actor)
    except engine.Incomplete as refusal:
        messages.error(request, str(refusal.misses[0].message))
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The cover page is being made; reload this page in a moment."))
    return redirect("euc:original", certificate.reference)


@require_safe
@roles_required(*READERS)
def true_copy(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The sealed cover page exactly as registered."""
    certificate = _certificate(request, reference)
    copy = get_object_or_404(certificate.true_copies.filter(document__isnull=False), pk=pk)
    return file_response(copy.document.file, copy.document.file.name)
