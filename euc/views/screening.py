"""Lists and hits: what waits to be judged, one hit side by side, loading a list, trying a name."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ChoiceField, FileField, FileInput, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.fields import LineField
from accounts.roles import Role
from documents import storing
from euc import presenting, workflow
from euc.models import ListedEntity, ListVersion, ScreeningHit, ScreeningList
from euc.models.certificate import today
from euc.paging import paginate
from euc.rule_forms import CODE
from euc.screening import record
from euc.screening import services as screening
from euc.views.certificates import FORM, REVIEWERS, take_step
from workflow import events
from workflow.law import Step

SCREENERS = (*REVIEWERS, Role.AUDITOR)
SERVICES = {verb: partial(screening.judge, verb=verb) for verb in ("dismiss", "suspect", "confirm", "clear")}
MOST_BYTES = 10 * 2**20
SHOWN = 50
ROLES = {
    "exporter": gettext_lazy("Chinese exporter"),
    "importer": gettext_lazy("Importer"),
    "consignee": gettext_lazy("Consignee"),
    "end_user": gettext_lazy("End user"),
    "oem": gettext_lazy("Maker of the end product"),
    "plant": gettext_lazy("Plant"),
    "signatory": gettext_lazy("Signatory"),
}
HOW = {
    "words": gettext_lazy("by its words"),
    "hanzi": gettext_lazy("by its Chinese characters"),
    "sound": gettext_lazy("by its sound"),
    "spacing": gettext_lazy("run together"),
}


class TryForm(Form):
    """A name to look up by hand."""

    name = LineField(max_length=300, label=gettext_lazy("Name"))


class ListForm(Form):
    """A list file; large ones are loaded with `manage.py load_list`."""

    code = LineField(
        max_length=40,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy(
            "Capital letters, digits and hyphens. The same short name loads the next version."
        ),
    )
    name = LineField(max_length=120, label=gettext_lazy("Name of the list"))
    source_url = LineField(max_length=300, required=False, label=gettext_lazy("Address of the source"))
    effect = ChoiceField(
        required=False,
        choices=ScreeningList.Effect,
        label=gettext_lazy("Effect on Chinese licences"),
        help_text=gettext_lazy("What being on it does to an application; once said it stays."),
    )
    file = FileField(
        widget=FileInput(attrs={"accept": ".csv,text/csv"}),
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV in UTF-8 with the columns id and name at least, as targets.simple.csv of OpenSanctions; at most "
            "10 MB. Own columns: notice, effective_from, suspended_from, suspended_until."
        ),
    )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise ValidationError(_("Capital letters, digits and single hyphens only."))
        return code.lower()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB; load it with manage.py load_list."))
        return file


@require_safe
@roles_required(*SCREENERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Hits that wait, the lists in use, and a name tried by hand."""
    form = TryForm(request.GET if "name" in request.GET else None)
    tried = None
    if form.is_bound and form.is_valid():
        party = record.Party("", (form.cleaned_data["name"],))
        tried = [found for _party, found in record.look_up([party], least=record.threshold() - 20)[:SHOWN]]
    hits = _hits(request).open()
    page = paginate(hits, order=("status", "-score", "id"), query=request.GET)
    context = {
        "page": page,
        "form": form,
        "tried": tried,
        "versions": ListVersion.objects.exclude(state=ListVersion.REPLACED).select_related("on_list")[:SHOWN],
        "may_load": request.actor.has(*REVIEWERS),
        "roles": ROLES,
        "hows": HOW,
    }
    return render(request, "euc/screening.html", context, status=422 if form.errors else 200)


def _hits(request: HttpRequest) -> QuerySet:
    mine = ScreeningHit.objects.visible_to(request.actor)
    return mine.select_related("certificate", "certificate__importer", "on_list")


@FORM
@roles_required(*REVIEWERS)
def load(request: HttpRequest) -> HttpResponse:
    """Take a list file in; a worker reads it."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        file = storing.store(content=content, name="list.csv", media_type="text/csv", book="rules")
        version, is_new = screening.begin(
            code=form.cleaned_data["code"],
            name=form.cleaned_data["name"],
            source_url=form.cleaned_data["source_url"] or "",
            effect=form.cleaned_data["effect"],
            sha256=hashlib.sha256(content).hexdigest(),
            by=request.actor,
            file=file,
        )
        said = (
            _("The file was taken in; it is being read.")
            if is_new
            else _("This very file was loaded before.")
        )
        messages.success(request, said)
        return redirect("euc:screening-list", version.pk)
    return render(request, "euc/screening_load.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@roles_required(*SCREENERS)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a list: how far it was read, what it refused, what changed against the one before."""
    found = get_object_or_404(ListVersion.objects.select_related("on_list", "loaded_by"), pk=pk)
    before = found.on_list.versions.filter(number__lt=found.number, taken__gt=0).first()
    context = {
        "version": found,
        "before": before,
        "versions": found.on_list.versions.all()[:SHOWN],
        "is_waiting": found.state == ListVersion.LOADING,
        **(_changes(before, found) if before and found.state != ListVersion.LOADING else {}),
    }
    return render(request, "euc/screening_list.html", context)


def _changes(before: ListVersion, after: ListVersion) -> dict[str, Any]:
    old, new = ListedEntity.objects.filter(version=before), ListedEntity.objects.filter(version=after)
    added = new.exclude(entity_id__in=old.values("entity_id")).order_by("name")
    gone = old.exclude(entity_id__in=new.values("entity_id")).order_by("name")
    return {
        "added": added[:SHOWN],
        "gone": gone[:SHOWN],
        "added_count": added.count(),
        "gone_count": gone.count(),
    }


@require_safe
@roles_required(*SCREENERS)
def hit(request: HttpRequest, pk: int) -> HttpResponse:
    """A party and an entry side by side, why they were taken for alike, and what was judged."""
    found = get_object_or_404(_hits(request).select_related("suspected_by", "judged_by", "version"), pk=pk)
    context = {
        "hit": found,
        "role": ROLES.get(found.role, found.role),
        "how": HOW[found.explanation["how"]],
        "is_suspended": found.is_suspended(today()),
        "steps": presenting.step_buttons(workflow.HIT, found, request.actor, "euc:screening-hit-step"),
        "history": presenting.history(events.about(found)),
    }
    return render(request, "euc/screening_hit.html", context)


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.HIT,
        subject=get_object_or_404(_hits(request), pk=pk),
        verb=verb,
        services=SERVICES,
        name="hit",
        back="euc:screening-hit",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, hit: ScreeningHit, step: Step) -> dict[str, Any]:
    return {"misses": [], "hit": hit}
