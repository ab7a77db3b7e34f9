"""The control rules: what applied on a day, one rule with its history, proposing and taking steps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import roles_required
from euc import control, presenting, rule_forms, ruling, ruling_words, touching, workflow
from euc.models import ControlRule
from euc.paging import paginate
from euc.views import proposing
from euc.views.certificates import READERS, REVIEWERS, take_step
from workflow import events
from workflow.law import Step

SERVICES = {"adopt": ruling.adopt, "withdraw": ruling.withdraw, "repeal": ruling.repeal}
FORM = require_http_methods(["GET", "HEAD", "POST"])
PAGE_SIZE = 50  # the rules there are fit on one page; more are paged all the same


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """What applied on a day, announcement by announcement and limb by limb."""
    form = rule_forms.DayForm(request.GET if "on" in request.GET else None)
    holds = not form.is_bound or form.is_valid()
    on = (form.cleaned_data["on"] if form.is_bound and holds else None) or control.day_in_china()
    if not form.is_bound:
        form = rule_forms.DayForm(initial={"on": on})
    mine = ControlRule.objects.visible_to(request.actor)
    page = paginate(mine.in_use(), order=("position", "id"), query=request.GET, size=PAGE_SIZE)
    frame = ruling_words.picture(page.rows, on)
    context = {
        "form": form,
        "on": on,
        "page": page,
        "frame": frame,
        "lines": ruling_words.lines(page.rows, on, frame),
        "proposed": mine.proposed().select_related("proposed_by")[:PAGE_SIZE],
        "may_propose": request.actor.has(*REVIEWERS),
    }
    return render(request, "euc/rule_list.html", context, status=200 if holds else 422)


def _rule(request: HttpRequest, reference: str) -> ControlRule:
    mine = ControlRule.objects.visible_to(request.actor)
    related = mine.select_related("supersedes", "proposed_by", "adopted_by")
    return get_object_or_404(related, reference=reference)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    rule = _rule(request, reference)
    on = control.day_in_china()
    frame = ruling_words.picture([rule], on)
    context = {
        "rule": rule,
        "on": on,
        "frame": frame,
        "line": ruling_words.lines([rule], on, frame)[0],
        "rows": ruling_words.rows(rule),
        "steps": presenting.step_buttons(workflow.RULE, rule, request.actor, "euc:rule-step"),
        "may_replace": request.actor.has(*REVIEWERS) and rule.status == workflow.ADOPTED,
        "versions": ControlRule.objects.visible_to(request.actor).filter(code=rule.code).order_by("-version"),
        "history": presenting.history(events.about(rule)),
    }
    return render(request, "euc/rule_detail.html", context)


@FORM
@roles_required(*REVIEWERS)
def propose(request: HttpRequest) -> HttpResponse:
    """A new rule, or with `replaces` in the query the next version of one in use."""
    predecessor = proposing.replaced(request, _rule)
    form = rule_forms.RuleForm(request.POST or None, predecessor=predecessor)

    def act() -> ControlRule:
        code = form.cleaned_data.get("code", "")
        return ruling.propose(by=request.actor, columns=form.columns(), code=code, supersedes=predecessor)

    heading, library = _("Propose a rule"), _("Control rules")
    return proposing.page(
        request, form, act, heading=heading, library=library, name="euc:rule", predecessor=predecessor
    )


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.RULE,
        subject=_rule(request, reference),
        verb=verb,
        services=SERVICES,
        name="rule",
        back="euc:rule-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, rule: ControlRule, step: Step) -> dict[str, Any]:
    """Before an adoption or a repeal: which certificates it touches, as far as this person may see them."""
    said: dict[str, Any] = {"misses": [], "rule": rule, "rows": ruling_words.rows(rule)}
    if rule.supersedes is not None:
        said["changes"] = ruling_words.differences(rule.supersedes, rule)
    if step.verb == "withdraw":
        return said
    touched = touching.seen(rule, request.actor)
    page = paginate(touched.for_list(), order=("-id",), query=request.GET)
    return said | {"touched": page, "touched_counts": touching.counts(touched)}
