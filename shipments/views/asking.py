"""The one page that asks a step's questions about a visit or an incident, and the POST that takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import fresh_proof_required
from euc.views.certificates import STATUS_OF
from euc.views.refusing import beside
from shipments import custody, drawing
from workflow import engine
from workflow.law import Step, Workflow

REFUSED = {**STATUS_OF, drawing.Exceeded: 409, custody.NotThere: 409}


@dataclass(frozen=True)
class Door:
    """How one kind of thing is asked about: its law, its verbs and forms, and the page it has.

    `shows` gives what the page tells before a step is taken; `starts` what its form begins with.
    """

    law: Workflow
    services: dict[str, Callable[..., Any]]
    forms: dict[str, type[Any]]
    name: str
    back: str
    shows: Callable[[HttpRequest, Any, Step], dict[str, Any]] = field(default=lambda *_given: {})
    starts: Callable[[Any], dict[str, Any]] = field(default=lambda subject: {})


def step(request: HttpRequest, *, door: Door, subject: Any, verb: str) -> HttpResponse:
    """Ask and take one step; 404 for a verb the thing does not have."""
    verb = verb.replace("-", "_")
    if verb not in door.services:
        raise Http404
    found = door.law.step(verb)
    act = fresh_proof_required(_ask_and_act) if found.binding else _ask_and_act
    return act(request, door=door, subject=subject, step=found)


def _ask_and_act(request: HttpRequest, *, door: Door, subject: Any, step: Step) -> HttpResponse:
    form = door.forms[step.verb](request.POST or None, initial=door.starts(subject))
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                door.services[step.verb](**{door.name: subject}, by=request.actor, **form.cleaned_data)
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
            else:
                messages.success(request, f"{subject}: {subject.status_label}.")
                return redirect(door.back, subject.slug)
            subject.refresh_from_db()
    elif step not in door.law.open_to(subject, request.actor):
        status, refusal = 409, why_not(subject, step, request.actor)
    context = {
        "subject": subject,
        "step": step,
        "form": form,
        "refusal": refusal,
        "back": door.back,
        "misses": step.misses(subject) if subject.status in step.sources else [],
        **door.shows(request, subject, step),
    }
    return render(request, "shipments/ask.html", context, status=status)


def why_not(subject: Any, step: Step, actor: Any) -> str:
    """Why this person cannot take the step now, in words."""
    if subject.status not in step.sources:
        said = {"status": subject.status_label}
        return _("This step is not possible while it is %(status)s.") % said
    if not step.is_for(actor):
        return _("Your role does not allow this step.")
    return str(step.bar(subject, actor))
