"""The verbs of rules, clauses and policies: proposed by one officer, adopted by another, replaced, never edited.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete. What was signed or issued before keeps the
assessment and the words it was given.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.actors import Actor
from euc import dating, noticing, touching, workflow
from euc.models import ControlRule, RuleNotice
from euc.models.ruled import Ruled
from workflow import engine, errands

TELL = "euc.tell_of_rule"


@transaction.atomic
def propose(
    *,
    by: Actor,
    columns: dict[str, Any],
    code: str = "",
    supersedes: Ruled | None = None,
    of: Any = ControlRule,
    at: datetime | None = None,
) -> Any:
    """Write down a rule for another officer to adopt: a new one under `code`, or the next version of one in use.

    `of` is the kind of a new one: a control rule unless said otherwise.
    """
    kind: Any = of if supersedes is None else type(supersedes)
    if supersedes is not None:
        columns = {"position": supersedes.position} | columns
    return dating.propose(
        kind=kind, law=workflow.RULE, by=by, columns=columns, code=code, supersedes=supersedes, at=at
    )


@transaction.atomic
def adopt(*, rule: Ruled, by: Actor, at: datetime | None = None) -> None:
    """Another officer's yes: it counts from now on and replaces its predecessor.

    Refused when the predecessor is not in use any more. Of a control rule the importers it touches are told, each
    at most once.
    """
    at = at or timezone.now()
    engine.lock(rule)
    predecessor, settled = rule.supersedes, rule.columns_at_adoption(at)
    for name, value in settled.items():
        setattr(rule, name, value)
    if predecessor is not None and rule.status == workflow.PROPOSED:
        engine.lock(predecessor)
        engine.take(
            workflow.RULE,
            "supersede",
            predecessor,
            by=by,
            at=at,
            sets=_ended(by, at, rule.reference) | predecessor.columns_at_succession(rule),
            details={"successor": rule.reference},
        )
    touched = touching.by_importer(rule) if isinstance(rule, ControlRule) else []
    engine.take(
        workflow.RULE,
        "adopt",
        rule,
        by=by,
        at=at,
        sets={"adopted_by": by.person, "adopted_at": at} | settled,
        details=_summed(touched) if isinstance(rule, ControlRule) else settled,
    )
    if isinstance(rule, ControlRule):
        _tell(rule, touched)


def _summed(touched: list[touching.Touched]) -> dict[str, Any]:
    return {
        "importers": len(touched),
        "issued": sum(one.issued for one in touched),
        "open": sum(one.open for one in touched),
    }


def _tell(rule: ControlRule, touched: list[touching.Touched]) -> None:
    for one in touched:
        notice = RuleNotice.objects.create(
            rule=rule, importer_id=one.importer, issued=one.issued, open=one.open
        )
        errands.owe(TELL, subject=notice)
        notices.tell(noticing.RULE, notice, key=f"{rule.pk}-{one.importer}", details={"rule": rule.name})


@transaction.atomic
def withdraw(*, rule: Ruled, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Drop a proposal."""
    _end(rule, "withdraw", by=by, reason=reason, at=at)


@transaction.atomic
def repeal(*, rule: Ruled, by: Actor, reason: str, repealed_on: date, at: datetime | None = None) -> None:
    """Take a rule out of use from a day on, in China for control rules and in India for others.

    Before that day it still counts; a clause or policy ends today at the earliest.
    """
    at = at or timezone.now()
    _end(rule, "repeal", by=by, reason=reason, at=at, **rule.columns_at_repeal(repealed_on, at))


def _end(rule: Ruled, verb: str, *, by: Actor, reason: str, at: datetime | None, **columns: Any) -> None:
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
