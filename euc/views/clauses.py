"""The clause library: what was asked for on a day, one clause with its versions, policies, proposing and adopting."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.models import Organisation
from accounts.roles import Kind
from euc import library_forms, library_words, presenting, ruling, using, workflow
from euc.kinds import Template
from euc.models import Clause, Policy
from euc.models.certificate import today
from euc.models.clause import library
from euc.paging import paginate
from euc.views import proposing
from euc.views.certificates import FORM, READERS, REVIEWERS, take_step
from euc.views.rules import PAGE_SIZE, SERVICES
from workflow import events
from workflow.law import Step


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Every clause in use on a day, and what each kind of paper asks of it."""
    authorities = list(Organisation.objects.authorities().order_by("name", "pk"))
    asked = request.GET if {"on", "authority"} & set(request.GET) else None
    form = library_forms.LibraryForm(asked, authorities=authorities)
    holds = not form.is_bound or form.is_valid()
    on = (form.cleaned_data["on"] if form.is_bound and holds else None) or today()
    authority_id = form.authority_id() if form.is_bound and holds else _own(request, authorities)
    if not form.is_bound:
        form = library_forms.LibraryForm(
            initial={"on": on, "authority": authority_id}, authorities=authorities
        )
    papers = [library(on, authority_id=authority_id, template=template) for template in Template.values]
    context = {
        "form": form,
        "on": on,
        "papers": Template.labels,
        "lines": [{"clause": offers[0].clause, "offers": offers} for offers in zip(*papers, strict=True)],
        "proposed": [
            *Clause.objects.visible_to(request.actor).proposed().select_related("proposed_by")[:PAGE_SIZE],
            *Policy.objects.visible_to(request.actor).proposed().select_related("proposed_by")[:PAGE_SIZE],
        ],
        "may_propose": request.actor.has(*REVIEWERS),
    }
    return render(request, "euc/clause_list.html", context, status=200 if holds else 422)


def _own(request: HttpRequest, authorities: list[Organisation]) -> int | None:
    """The authority whose library is shown unless another is asked for: one's own, or the only one."""
    if request.actor.organisation.kind == Kind.AUTHORITY:
        return request.actor.organisation.pk
    return authorities[0].pk if len(authorities) == 1 else None


def _clause(request: HttpRequest, reference: str) -> Clause:
    mine = Clause.objects.visible_to(request.actor)
    related = mine.select_related("authority", "supersedes__authority", "proposed_by", "adopted_by")
    return get_object_or_404(related, reference=reference)


def _policy(request: HttpRequest, reference: str) -> Policy:
    mine = Policy.objects.visible_to(request.actor)
    related = mine.select_related("authority", "supersedes__authority", "proposed_by", "adopted_by")
    return get_object_or_404(related, reference=reference)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """A clause in three languages, compared with another version, and who gave it."""
    clause = _clause(request, reference)
    versions = list(
        Clause.objects.visible_to(request.actor)
        .filter(code=clause.code)
        .select_related("authority")
        .order_by("-version")
    )
    found = using.undertakings(clause, request.actor)
    context = {
        "clause": clause,
        "counts_now": clause.counts_on(today()),
        "rows": library_words.clause_rows(clause),
        "steps": presenting.step_buttons(workflow.RULE, clause, request.actor, "euc:clause-step"),
        "may_replace": request.actor.has(*REVIEWERS) and clause.status == workflow.ADOPTED,
        "may_rule": request.actor.has(*REVIEWERS),
        "versions": versions,
        "policies": Policy.objects.visible_to(request.actor)
        .filter(clause_code=clause.code)
        .select_related("authority")
        .order_by("template", "authority", "-version")[:PAGE_SIZE],
        "uses": paginate(found.select_related("importer"), order=("-id",), query=request.GET),
        "use_counts": using.counts(found),
        "history": presenting.history(events.about(clause)),
        **_compared(clause, versions, request.GET.get("with", "")),
    }
    return render(request, "euc/clause_detail.html", context)


def _compared(clause: Clause, versions: list[Clause], asked: str) -> dict[str, Any]:
    """The difference to the version asked for, or to the one before; nothing for the only version."""
    others = [version for version in versions if version.pk != clause.pk]
    earlier = [version for version in others if version.version < clause.version]
    chosen = next((version for version in others if version.reference == asked), None)
    against = chosen or next(iter(earlier), None)
    return (
        library_words.clause_changes(against, clause) | {"others": others} if against else {"others": others}
    )


@FORM
@roles_required(*REVIEWERS)
def propose(request: HttpRequest) -> HttpResponse:
    """A new clause, or with `replaces` in the query the next version of one in use."""
    predecessor = proposing.replaced(request, _clause)
    form = library_forms.ClauseForm(request.POST or None, predecessor=predecessor)

    def act() -> Clause:
        columns, code = form.columns(), form.cleaned_data.get("code", "")
        own = form.cleaned_data.get("own")
        columns["authority"] = (
            predecessor.authority if predecessor else request.actor.organisation if own else None
        )
        return ruling.propose(by=request.actor, columns=columns, code=code, supersedes=predecessor, of=Clause)

    heading = _("Propose a clause")
    return proposing.page(
        request, form, act, heading=heading, library=_("Clauses"), name="euc:clause", predecessor=predecessor
    )


@FORM
@roles_required(*REVIEWERS)
def propose_policy(request: HttpRequest) -> HttpResponse:
    """My authority's policy on the clause named in the query; it replaces the one in use there, if any."""
    code = request.GET.get("clause", "").replace("\x00", "")
    if not Clause.objects.visible_to(request.actor).filter(code=code).exists():
        raise Http404
    form = library_forms.PolicyForm(request.POST or None)
    authority = request.actor.organisation

    def act() -> Policy:
        columns = form.columns() | {"clause_code": code, "authority": authority}
        name = Policy.code_of(code, columns["template"], authority.pk)
        in_use = Policy.objects.filter(code=name, status=workflow.ADOPTED).first()
        return ruling.propose(by=request.actor, columns=columns, code=name, supersedes=in_use, of=Policy)

    heading = _("Propose a policy on %(code)s") % {"code": code}
    return proposing.page(request, form, act, heading=heading, library=_("Clauses"), name="euc:policy")


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.RULE,
        subject=_clause(request, reference),
        verb=verb,
        services=SERVICES,
        name="rule",
        back="euc:clause-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, clause: Clause, step: Step) -> dict[str, Any]:
    """Before an adoption or a repeal: what changes, and which undertakings hold the clause."""
    said: dict[str, Any] = {"misses": [], "clause": clause, "rows": library_words.clause_rows(clause)}
    if clause.supersedes is not None:
        said |= library_words.clause_changes(clause.supersedes, clause)
    if step.verb != "withdraw":
        said["use_counts"] = using.counts(using.of_any_version(clause, request.actor))
    return said


@require_safe
@roles_required(*READERS)
def policy(request: HttpRequest, reference: str) -> HttpResponse:
    found = _policy(request, reference)
    versions = Policy.objects.visible_to(request.actor).filter(code=found.code).order_by("-version")
    context = {
        "policy": found,
        "counts_now": found.counts_on(today()),
        "rows": library_words.policy_rows(found),
        "steps": presenting.step_buttons(workflow.RULE, found, request.actor, "euc:policy-step"),
        "may_rule": request.actor.has(*REVIEWERS),
        "versions": versions,
        "clause": Clause.objects.visible_to(request.actor)
        .filter(code=found.clause_code)
        .order_by("-version")
        .first(),
        "history": presenting.history(events.about(found)),
    }
    return render(request, "euc/policy_detail.html", context)


@FORM
@roles_required(*REVIEWERS)
def policy_step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=workflow.RULE,
        subject=_policy(request, reference),
        verb=verb,
        services=SERVICES,
        name="rule",
        back="euc:policy-detail",
        extra=_policy_context,
    )


def _policy_context(request: HttpRequest, policy: Policy, step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"misses": [], "policy": policy, "rows": library_words.policy_rows(policy)}
    if policy.supersedes is not None:
        said["changes"] = library_words.policy_changes(policy.supersedes, policy)
    return said
