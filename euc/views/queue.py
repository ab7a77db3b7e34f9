"""The reviewers' queue: what waits, for whom, in which order; filters under a name; giving work to colleagues."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import local_path, roles_required
from accounts.actors import Actor
from accounts.roles import Role
from euc import assigning, paging, queue_forms, worklist
from euc.models import Certificate, SavedFilter
from euc.paging import paginate
from workflow import engine

REVIEWERS = (Role.OFFICER, Role.SENIOR)
MOST_FILTERS = 12
MOST_AT_ONCE = 100


@require_safe
@roles_required(*REVIEWERS)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for review or issue, by what stands in the address; the riskiest first unless asked otherwise."""
    form = queue_forms.QueueFilterForm(request.GET)
    seen = Certificate.objects.visible_to(request.actor).for_list().select_related("reviewer")
    order = queue_forms.ORDERS.get(form.cleaned_data.get("sort") or "risk")
    page = paginate(_narrowed(seen, form, request.actor), order=order, query=request.GET)
    context = {
        "page": page,
        "form": form,
        "which": form.stage,
        "counts": {
            "review": paging.count(seen.awaiting_review()),
            "issue": paging.count(seen.awaiting_issue()),
        },
        "saved": list(SavedFilter.objects.visible_to(request.actor)),
        "query": form.query(),
        "assign": _assign_form(request.actor),
        "name_form": queue_forms.SavedFilterForm(),
    }
    return render(request, "euc/queue.html", context)


def _narrowed(seen: QuerySet, form: queue_forms.QueueFilterForm, actor: Actor) -> QuerySet:
    rows, asked = seen.filter(status=queue_forms.STAGES[form.stage]), form.cleaned_data
    if asked.get("who") == queue_forms.MINE:
        rows = rows.filter(reviewer=actor.person)
    if asked.get("who") == queue_forms.NOBODY:
        rows = rows.filter(reviewer=None)
    if asked.get("overdue"):
        rows = rows.filter(submitted_at__lt=worklist.overdue_before())
    if asked.get("risk"):
        rows = rows.filter(risk__gte=worklist.RISKY)
    return rows


def _assign_form(actor: Actor, data: Any = None) -> queue_forms.AssignForm:
    return queue_forms.AssignForm(data, colleagues=assigning.colleagues(actor), me=actor.person)


@require_POST
@roles_required(*REVIEWERS)
def assign(request: HttpRequest) -> HttpResponse:
    """Give the ticked certificates to a colleague; what cannot be given is said, one by one."""
    form = _assign_form(request.actor, request.POST)
    references = [_kept(text) for text in request.POST.getlist("certificate")[:MOST_AT_ONCE]]
    if not form.is_valid() or not references:
        messages.error(request, _("Tick what is to be assigned, and say to whom."))
        return _back(request)
    colleagues = {person.pk: person for person in assigning.colleagues(request.actor)}
    done = 0
    for certificate in Certificate.objects.visible_to(request.actor).filter(reference__in=references):
        try:
            to = colleagues.get(form.cleaned_data["to"])
            done += assigning.assign(certificate=certificate, by=request.actor, to=to)
        except engine.Refusal as refused:
            messages.error(request, str(refused))
    said = ngettext("%(count)d certificate assigned.", "%(count)d certificates assigned.", done)
    messages.success(request, said % {"count": done})
    return _back(request)


@require_POST
@roles_required(*REVIEWERS)
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the page one came from under a name; the same name replaces."""
    form = queue_forms.SavedFilterForm(request.POST)
    query = queue_forms.QueueFilterForm(QueryDict(request.POST.get("query", "")[:300])).query()
    mine = SavedFilter.objects.visible_to(request.actor)
    if not form.is_valid():
        messages.error(request, _("Give the filter a name of at most 40 letters."))
    elif mine.count() >= MOST_FILTERS and not mine.filter(name=form.cleaned_data["name"]).exists():
        messages.error(request, _("Twelve filters are kept; remove one first."))
    else:
        SavedFilter.objects.update_or_create(
            person=request.actor.person,
            organisation=request.actor.organisation,
            name=form.cleaned_data["name"],
            defaults={"query": query},
        )
        messages.success(request, _("The filter is kept."))
    return HttpResponseRedirect(f"{reverse('euc:queue')}?{query}")


@require_POST
@roles_required(*REVIEWERS)
def remove_filter(request: HttpRequest) -> HttpResponse:
    """Forget one of one's own filters, by its name."""
    SavedFilter.objects.visible_to(request.actor).filter(name=_kept(request.POST.get("name", ""))).delete()
    return redirect("euc:queue")


def _kept(text: str) -> str:
    """Without the letter that no database keeps."""
    return text.replace("\x00", "")


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(local_path(request, request.POST.get("next") or reverse("euc:queue")))
