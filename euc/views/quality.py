"""The rows behind the quality checks: what is checked today, one row with its versions, proposing and steps."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import dating, presenting, workflow
from euc.dated_forms import QualityForm
from euc.models import QualityRule
from euc.models.certificate import today
from euc.quality_words import SPOKEN
from euc.ruling_words import differing
from euc.views import proposing
from euc.views.certificates import FORM, READERS, REVIEWERS, take_step
from workflow import events
from workflow.law import Step

SERVICES = {
    verb: partial(getattr(dating, verb), law=workflow.QUALITY) for verb in ("adopt", "withdraw", "retire")
}
MOST_SHOWN = 200  # far more than there are checks


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """What is checked today, check by check."""
    mine = QualityRule.objects.visible_to(request.actor)
    context = {
        "rules": mine.in_use_on(today()).order_by("check_code", "id")[:MOST_SHOWN],
        "proposed": mine.proposed().select_related("proposed_by")[:MOST_SHOWN],
        "coming": mine.filter(status=workflow.ADOPTED, effective_from__gt=today())[:MOST_SHOWN],
        "may_propose": request.actor.has(*REVIEWERS),
    }
    return render(request, "euc/quality_list.html", context)


def _rule(request: HttpRequest, reference: str) -> QualityRule:
    mine = QualityRule.objects.visible_to(request.actor)
    return get_object_or_404(
        mine.select_related("supersedes", "proposed_by", "adopted_by"), reference=reference
    )


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    rule = _rule(request, reference)
    context = {
        "rule": rule,
        "rows": rows(rule),
        "steps": presenting.step_buttons(workflow.QUALITY, rule, request.actor, "euc:quality-step"),
        "may_replace": request.actor.has(*REVIEWERS) and rule.status == workflow.ADOPTED,
        "versions": QualityRule.objects.visible_to(request.actor).filter(code=rule.code).order_by("-version"),
        "history": presenting.history(events.about(rule)),
    }
    return render(request, "euc/quality_detail.html", context)


def rows(rule: QualityRule) -> list[dict[str, Any]]:
    """What a row says, as label and value; what it does not say is left out."""
    found = [
        (_("Check"), rule.get_check_code_display()),
        (_("Magnet family"), rule.get_family_display() if rule.family else ""),
        (_("What it finds"), rule.get_severity_display()),
        (_("Words"), ", ".join(str(SPOKEN["kind"].get(word, word)) for word in rule.words)),
        (_("Lower limit"), "" if rule.low is None else f"{rule.low.normalize():f}"),
        (_("Upper limit"), "" if rule.high is None else f"{rule.high.normalize():f}"),
        (_("Counts from"), rule.effective_from.strftime("%d-%m-%Y")),
        (_("Counts until"), rule.effective_until.strftime("%d-%m-%Y") if rule.effective_until else ""),
        (_("Source"), rule.source),
        (_("Address of the source"), rule.source_url),
        (_("Confidence"), rule.get_confidence_display()),
        (_("Checked against the official text"), _("yes") if rule.confirmed else _("no")),
        (_("Doubts, in words"), rule.doubt),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


@FORM
@roles_required(*REVIEWERS)
def propose(request: HttpRequest) -> HttpResponse:
    """A new row, or with `replaces` in the query the next version of one in use."""
    predecessor = proposing.replaced(request, _rule)
    form = QualityForm(request.POST or None, predecessor=predecessor)

    def act() -> QualityRule:
        return dating.propose(
            kind=QualityRule,
            law=workflow.QUALITY,
            by=request.actor,
            columns=form.columns(),
            code=form.cleaned_data.get("code", ""),
            supersedes=predecessor,
        )

    heading, library = _("Propose a check"), _("Quality checks")
    return proposing.page(
        request, form, act, heading=heading, library=library, kind="quality", predecessor=predecessor
    )


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.QUALITY,
        subject=_rule(request, reference),
        verb=verb,
        services=SERVICES,
        name="row",
        back="euc:quality-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, rule: QualityRule, step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"misses": [], "rule": rule, "rows": rows(rule)}
    if rule.supersedes is not None:
        said["changes"] = differing(rows(rule.supersedes), said["rows"])
    return said
