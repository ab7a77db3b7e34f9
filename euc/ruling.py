"""The verbs of control rules: proposed by one officer, adopted by another, replaced or repealed, never edited.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete. What was issued or submitted before keeps the
assessment it was given.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import touching, workflow
from euc.models import ControlRule, RuleNotice
from workflow import engine, errands, events

TELL = "euc.tell_of_rule"


@transaction.atomic
def propose(
    *,
    by: Actor,
    columns: dict[str, Any],
    code: str = "",
    supersedes: ControlRule | None = None,
    at: datetime | None = None,
) -> ControlRule:
    """Write down a rule for another officer to adopt: a new one under `code`, or the next version of one in use."""
    at = at or timezone.now()
    if not (workflow.OFFICER | workflow.SENIOR) & by.roles:
        raise engine.NotAllowed(_("Only officers propose rules."))
    version, position = 1, 1000
    if supersedes is not None:
        engine.lock(supersedes)
        if supersedes.status != workflow.ADOPTED:
            raise engine.WrongStatus(
                _("Only a rule in use can be replaced; this one is not in use any more.")
            )
        code, position = supersedes.code, supersedes.position
        last = ControlRule.objects.filter(code=code).order_by("-version").values_list("version", flat=True)
        version = last[0] + 1
    rule = ControlRule(
        **columns,
        code=code,
        version=version,
        position=position,
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
    events.record(book=rule.book, subject=rule, verb="euc.rule.propose", by=by, at=at, to_status=rule.status)
    return rule


@transaction.atomic
def adopt(*, rule: ControlRule, by: Actor, at: datetime | None = None) -> None:
    """Another officer's yes: it counts from now on, replaces its predecessor, and the importers it touches are told.

    Refused when the predecessor is not in use any more. Each importer is told at most once of one adoption.
    """
    at = at or timezone.now()
    engine.lock(rule)
    predecessor = rule.supersedes
    if predecessor is not None and rule.status == workflow.PROPOSED:
        engine.lock(predecessor)
        engine.take(
            workflow.RULE,
            "supersede",
            predecessor,
            by=by,
            at=at,
            sets=_ended(by, at, rule.reference),
            details={"successor": rule.reference},
        )
    touched = touching.by_importer(rule)
    engine.take(
        workflow.RULE,
        "adopt",
        rule,
        by=by,
        at=at,
        sets={"adopted_by": by.person, "adopted_at": at},
        details={
            "importers": len(touched),
            "issued": sum(one.issued for one in touched),
            "open": sum(one.open for one in touched),
        },
    )
    _tell(rule, touched)


def _tell(rule: ControlRule, touched: list[touching.Touched]) -> None:
    for one in touched:
        notice = RuleNotice.objects.create(
            rule=rule, importer_id=one.importer, issued=one.issued, open=one.open
        )
        errands.owe(TELL, subject=notice)


@transaction.atomic
def withdraw(*, rule: ControlRule, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Drop a proposal."""
    _end(rule, "withdraw", by=by, reason=reason, at=at)


@transaction.atomic
def repeal(
    *, rule: ControlRule, by: Actor, reason: str, repealed_on: date, at: datetime | None = None
) -> None:
    """Take a rule out of use from a day in China on; before that day it still counts."""
    _end(rule, "repeal", by=by, reason=reason, at=at, repealed_on=repealed_on)


def _end(
    rule: ControlRule, verb: str, *, by: Actor, reason: str, at: datetime | None, **columns: Any
) -> None:
    at = at or timezone.now()
    engine.take(
        workflow.RULE,
        verb,
        rule,
        by=by,
        at=at,
        sets={**_ended(by, at, reason), **columns},
        details={"reason": reason, **columns},
    )


def _ended(by: Actor, at: datetime, reason: str) -> dict[str, Any]:
    return {"ended_by": by.person, "ended_at": at, "end_reason": reason}
