"""The stations of the paper original, as rules: what counts on a day, one rule, proposing and taking steps."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import dating, original_forms, original_words, presenting, workflow
from euc.models import AttestationRule
from euc.models.certificate import today
from euc.paging import paginate
from euc.views import proposing
from euc.views.certificates import FORM, READERS, REVIEWERS, take_step
from workflow import events
from workflow.law import Step

SERVICES = {
    verb: partial(getattr(dating, verb), law=workflow.ATTESTATION) for verb in ("adopt", "withdraw", "retire")
}
PAGE_SIZE = 50


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """The stations that count today, in their order, and what waits for another officer."""
    mine = AttestationRule.objects.visible_to(request.actor)
    page = paginate(
        mine.in_use_on(today()).select_related("authority"),
        order=("position", "id"),
        query=request.GET,
        size=PAGE_SIZE,
    )
    later = mine.filter(status=workflow.ADOPTED, effective_from__gt=today())
    context = {
        "page": page,
        "later": later.order_by("effective_from", "id")[:PAGE_SIZE],
        "proposed": mine.proposed().select_related("proposed_by")[:PAGE_SIZE],
        "may_propose": request.actor.has(*REVIEWERS),
    }
    return render(request, "euc/attestation_list.html", context)


def _rule(request: HttpRequest, reference: str) -> AttestationRule:
    mine = AttestationRule.objects.visible_to(request.actor)
    return get_object_or_404(mine.select_related("supersedes__authority", "authority"), reference=reference)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    rule = _rule(request, reference)
    versions = AttestationRule.objects.visible_to(request.actor).filter(code=rule.code)
    context = {
        "rule": rule,
        "rows": original_words.rule_rows(rule),
        "steps": presenting.step_buttons(workflow.ATTESTATION, rule, request.actor, "euc:attestation-step"),
        "may_replace": request.actor.has(*REVIEWERS) and rule.status == workflow.ADOPTED,
        "versions": versions.order_by("-version"),
        "history": presenting.history(events.about(rule)),
    }
    return render(request, "euc/attestation_detail.html", context)


@FORM
@roles_required(*REVIEWERS)
def propose(request: HttpRequest) -> HttpResponse:
    """A new station, or with `replaces` in the query the next version of one in use."""
    predecessor = proposing.replaced(request, _rule)
    form = original_forms.StationForm(request.POST or None, predecessor=predecessor)

    def act() -> AttestationRule:
        return dating.propose(
            kind=AttestationRule,
            law=workflow.ATTESTATION,
            by=request.actor,
            columns=form.columns(),
            code=form.cleaned_data.get("code", ""),
            supersedes=predecessor,
        )

    heading, library = _("Propose a station"), _("Stations of the paper original")
    return proposing.page(
        request, form, act, heading=heading, library=library, kind="attestation", predecessor=predecessor
    )


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.ATTESTATION,
        subject=_rule(request, reference),
        verb=verb,
        services=SERVICES,
        name="row",
        back="euc:attestation-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, rule: AttestationRule, step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"misses": [], "rule": rule, "rows": original_words.rule_rows(rule)}
    if rule.supersedes is not None:
        said["changes"] = original_words.differences(rule.supersedes, rule)
    return said
