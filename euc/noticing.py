"""Which events of certificates, undertakings and rules tell whom."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Notice, User
from accounts.notices import Telling, declare
from accounts.roles import Kind, Role
from euc import workflow
from euc.models import Certificate, Undertaking

Paper = Certificate | Undertaking


def reviewers(paper: Paper, *roles: str) -> QuerySet[Membership]:
    """Those with these roles in the authority it addresses; in every authority where it addresses none."""
    held = Membership.objects.active().filter(role__in=roles, organisation__kind=Kind.AUTHORITY)
    return held.filter(organisation=paper.addressed_to_id) if paper.addressed_to_id else held


def officers(paper: Paper) -> QuerySet[Membership]:
    return reviewers(paper, Role.OFFICER)


def seniors(paper: Paper) -> QuerySet[Membership]:
    return reviewers(paper, Role.SENIOR)


def all_reviewers(paper: Paper) -> QuerySet[Membership]:
    return reviewers(paper, Role.OFFICER, Role.SENIOR)


def _reviewer(certificate: Certificate) -> QuerySet[Membership]:
    """Who was given it to review, as long as they do."""
    return all_reviewers(certificate).filter(person=certificate.reviewer_id)


def people_of(importer_id: int) -> QuerySet[Membership]:
    """Everybody who drafts or signs for an importer now."""
    return Membership.objects.active().filter(organisation=importer_id, role__in=workflow.IMPORTER_ROLES)


def users_of(importer_id: int) -> list[User]:
    """The same people, each once, for mails of their own."""
    return list(
        User.objects.filter(pk__in=people_of(importer_id).values("person"), is_active=True).order_by("pk")
    )


def authors(paper: Paper) -> QuerySet[Membership]:
    """Who drafted it and who signed it; everybody of the importer when both have left."""
    everybody = people_of(paper.importer_id)
    signer = paper.submitted_by_id if isinstance(paper, Certificate) else paper.signed_by_id
    own = everybody.filter(person__in=[pk for pk in (paper.created_by_id, signer) if pk])
    return own if own.exists() else everybody


def to_certificate(certificate: Certificate) -> str:
    return reverse("euc:certificate-detail", args=[certificate.reference])


def to_undertaking(undertaking: Undertaking) -> str:
    return reverse("euc:undertaking-detail", args=[undertaking.reference])


def _alone(undertaking: Undertaking, event: Any) -> bool:
    """One that goes with a certificate is told of with it."""
    return undertaking.is_for_a_period


def _certificate(verb: str, kind: str, whom: Any, text: Any, code: str = "") -> Telling:
    verbs = (f"euc.certificate.{verb}",)
    return Telling(code or f"certificate-{verb}", verbs, kind, text, whom, to_certificate)


def _undertaking(verb: str, kind: str, whom: Any, text: Any, code: str = "") -> Telling:
    verbs = (f"{workflow.BLANKET.name}.{verb}", f"{workflow.UNDERTAKING.name}.{verb}")
    when = (lambda undertaking, event: True) if kind == Notice.Kind.UNDERTAKING else _alone
    return Telling(
        code or f"undertaking-{verb}", tuple(dict.fromkeys(verbs)), kind, text, whom, to_undertaking, when
    )


WAITING, DECISION, ENDED = Notice.Kind.WAITING, Notice.Kind.DECISION, Notice.Kind.UNDERTAKING

EXPIRY = Telling(
    "certificate-expiry",
    (),
    Notice.Kind.EXPIRY,
    _("%(reference)s ends soon: it is valid until %(until)s."),
    authors,
    to_certificate,
)
RULE = Telling(
    "rule-touches",
    (),
    Notice.Kind.RULE,
    _("A control rule touches your certificates: %(rule)s"),
    lambda notice: people_of(notice.importer_id),
    lambda notice: reverse("euc:rule-detail", args=[notice.rule.reference]),
)

declare(
    _certificate("submit", WAITING, officers, _("%(reference)s of %(by)s waits for your review.")),
    _certificate(
        "approve", WAITING, seniors, _("%(reference)s was approved and waits for issue."), "for-issue"
    ),
    _certificate("approve", DECISION, authors, _("%(reference)s was approved; a second officer issues it.")),
    _certificate(
        "send_back", WAITING, authors, _("%(reference)s was returned to you with comments or a reason.")
    ),
    _certificate("issue", DECISION, authors, _("%(reference)s was issued by %(by)s.")),
    _certificate("assign", WAITING, _reviewer, _("%(reference)s was assigned to you.")),
    _certificate("reject", DECISION, authors, _("%(reference)s was rejected by %(by)s.")),
    _certificate("revoke", DECISION, authors, _("%(reference)s was revoked by %(by)s.")),
    _certificate("expire", DECISION, authors, _("%(reference)s is past its validity.")),
    _certificate("withdraw", DECISION, all_reviewers, _("%(reference)s was withdrawn by %(by)s.")),
    _undertaking("sign", WAITING, officers, _("Undertaking %(reference)s of %(by)s waits for your review.")),
    _undertaking(
        "approve",
        WAITING,
        seniors,
        _("Undertaking %(reference)s waits to be brought into force."),
        "for-force",
    ),
    _undertaking("send_back", WAITING, authors, _("Undertaking %(reference)s was returned to you.")),
    _undertaking("bring_into_force", DECISION, authors, _("Undertaking %(reference)s is in force.")),
    _undertaking("reject", DECISION, authors, _("Undertaking %(reference)s was rejected by %(by)s.")),
    _undertaking("release", ENDED, authors, _("You are released from undertaking %(reference)s.")),
    _undertaking(
        "declare_breach", ENDED, authors, _("Undertaking %(reference)s was declared breached by %(by)s.")
    ),
    _undertaking("revoke", ENDED, authors, _("Undertaking %(reference)s was revoked by %(by)s.")),
    EXPIRY,
    RULE,
)
