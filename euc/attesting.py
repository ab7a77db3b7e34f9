"""The verbs of attestation rules: proposed by one officer, adopted by another, replaced or ended, never edited.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete. Papers whose way is fixed already keep it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import workflow
from euc.models import AttestationRule
from euc.models.certificate import today
from workflow import engine, events


@transaction.atomic
def propose(
    *,
    by: Actor,
    columns: dict[str, Any],
    code: str = "",
    supersedes: AttestationRule | None = None,
    at: datetime | None = None,
) -> AttestationRule:
    """Write down a station for another officer to adopt: new under `code`, or the next version of one in use."""
    at = at or timezone.now()
    if not (workflow.OFFICER | workflow.SENIOR) & by.roles:
        raise engine.NotAllowed(_("Only officers propose rules."))
    version = 1
    if supersedes is not None:
        engine.lock(supersedes)
        if supersedes.status != workflow.ADOPTED:
            raise engine.WrongStatus(
                _("Only a rule in use can be replaced; this one is not in use any more.")
            )
        code = supersedes.code
        versions = AttestationRule.objects.filter(code=code).order_by("-version")
        version = versions.values_list("version", flat=True)[0] + 1
    rule = AttestationRule(
        **columns,
        code=code,
        version=version,
        reference=f"{code}-v{version}",
        supersedes=supersedes,
        proposed_by=by.person,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as taken:
        raise engine.WrongStatus(_("There is a rule %(code)s already.") % {"code": code}) from taken
    events.record(
        book=rule.book, subject=rule, verb="euc.attestation.propose", by=by, at=at, to_status=rule.status
    )
    return rule


@transaction.atomic
def adopt(*, rule: AttestationRule, by: Actor, at: datetime | None = None) -> None:
    """Another officer's yes: it counts for papers issued from its day on, its predecessor until the day before."""
    at = at or timezone.now()
    engine.lock(rule)
    if rule.supersedes is not None and rule.status == workflow.PROPOSED:
        engine.lock(rule.supersedes)
        _end(
            rule.supersedes,
            "supersede",
            by=by,
            reason=rule.reference,
            at=at,
            until=rule.effective_from - timedelta(days=1),
        )
    engine.take(
        workflow.ATTESTATION,
        "adopt",
        rule,
        by=by,
        at=at,
        sets={"adopted_by": by.person, "adopted_at": at},
    )


@transaction.atomic
def withdraw(*, rule: AttestationRule, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Drop a proposal."""
    _end(rule, "withdraw", by=by, reason=reason, at=at)


@transaction.atomic
def retire(*, rule: AttestationRule, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Take a station out of use for papers issued from today on."""
    _end(rule, "retire", by=by, reason=reason, at=at, until=today(at) - timedelta(days=1))


def _end(
    rule: AttestationRule,
    verb: str,
    *,
    by: Actor,
    reason: str,
    at: datetime | None,
    until: date | None = None,
) -> None:
    at = at or timezone.now()
    ends = min(filter(None, (rule.effective_until, until)), default=None)
    engine.take(
        workflow.ATTESTATION,
        verb,
        rule,
        by=by,
        at=at,
        sets={
            "ended_by": by.person,
            "ended_at": at,
            "end_reason": reason,
            **({"effective_until": ends} if until else {}),
        },
        details={"reason": reason},
    )
