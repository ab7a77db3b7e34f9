"""Reading undertakings and ending them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import actor_required, roles_required
from euc import presenting, services, workflow
from euc.models import Undertaking
from euc.paging import paginate
from euc.views import loading
from euc.views.certificates import FORM, READERS, take_step
from workflow import events
from workflow.law import Step

SERVICES = {
    "release": services.release,
    "declare_breach": services.declare_breach,
    "revoke": services.revoke_undertaking,
}


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    rows = Undertaking.objects.visible_to(request.actor).select_related("importer", "certificate")
    page = paginate(rows, order=("-id",), query=request.GET)
    return render(request, "euc/undertaking_list.html", {"page": page})


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    undertaking = loading.undertaking(request, reference)
    context = {
        "undertaking": undertaking,
        "clauses": undertaking.clauses.select_related("clause"),
        "steps": presenting.step_buttons(
            workflow.UNDERTAKING, undertaking, request.actor, "euc:undertaking-step"
        ),
        "history": presenting.history(events.about(undertaking)),
    }
    return render(request, "euc/undertaking_detail.html", context)


@FORM
@actor_required
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    undertaking = loading.undertaking(request, reference)
    return take_step(
        request,
        law=workflow.UNDERTAKING,
        subject=undertaking,
        verb=verb,
        services=SERVICES,
        name="undertaking",
        back="euc:undertaking-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, undertaking: Undertaking, step: Step) -> dict[str, Any]:
    return {"misses": step.misses(undertaking)}
