"""The verbs of dated rows: proposed by one officer, adopted by another, replaced or taken out of use, never edited.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import bars, workflow
from euc.models.certificate import today
from euc.models.dated import Dated
from euc.models.ruled import Ruled
from workflow import engine, events
from workflow.law import Workflow

Row = TypeVar("Row", bound=Ruled)


@transaction.atomic
def propose(
    *,
    kind: type[Row],
    law: Workflow,
    by: Actor,
    columns: dict[str, Any],
    code: str = "",
    supersedes: Row | None = None,
    at: datetime | None = None,
) -> Row:
    """Write down a row for another officer to adopt: new under `code`, or the next version of one in use.

    The one way anything is proposed. A name is free again once what it named was withdrawn or has ended.
    """
    at = at or timezone.now()
    if not (workflow.OFFICER | workflow.SENIOR) & by.roles:
        raise engine.NotAllowed(_("Only officers propose rules."))
    # The version is counted before the name is looked up: whoever proposes it in between takes this version.
    version = _next_version(kind, supersedes.code if supersedes else code)
    if supersedes is not None:
        if reason := bars.of_another_authority(supersedes, by):
            raise engine.NotAllowed(reason)
        engine.lock(supersedes)
        if supersedes.status != workflow.ADOPTED:
            raise engine.WrongStatus(
                _("Only a rule in use can be replaced; this one is not in use any more.")
            )
        code = supersedes.code
    elif kind.objects.filter(code=code, status__in=[workflow.PROPOSED, workflow.ADOPTED]).exists():
        raise engine.WrongStatus(_("There is a rule %(code)s already.") % {"code": code})
    row = kind(
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
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise engine.WrongStatus(_("There is a rule %(code)s already.") % {"code": code}) from taken
    events.record(book=row.book, subject=row, verb=f"{law.name}.propose", by=by, at=at, to_status=row.status)
    return row


def _next_version(kind: type[Row], code: str) -> int:
    return (kind.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0) + 1


@transaction.atomic
def adopt(*, row: Dated, law: Workflow, by: Actor, at: datetime | None = None) -> None:
    """Another officer's yes: it counts from its first day on, its predecessor until the day before."""
    at = at or timezone.now()
    engine.lock(row)
    predecessor: Any = row.supersedes
    if predecessor is not None and row.status == workflow.PROPOSED:
        engine.lock(predecessor)
        last = row.effective_from - timedelta(days=1)
        _end(predecessor, law, "supersede", by=by, reason=row.reference, at=at, until=last)
    engine.take(law, "adopt", row, by=by, at=at, sets={"adopted_by": by.person, "adopted_at": at})


@transaction.atomic
def withdraw(*, row: Dated, law: Workflow, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Drop a proposal."""
    _end(row, law, "withdraw", by=by, reason=reason, at=at)


@transaction.atomic
def retire(*, row: Dated, law: Workflow, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Take a row out of use from today in India on."""
    _end(row, law, "retire", by=by, reason=reason, at=at, until=today(at) - timedelta(days=1))


def _end(
    row: Dated,
    law: Workflow,
    verb: str,
    *,
    by: Actor,
    reason: str,
    at: datetime | None,
    until: date | None = None,
) -> None:
    at = at or timezone.now()
    sets = {"ended_by": by.person, "ended_at": at, "end_reason": reason}
    if until:
        sets["effective_until"] = min(filter(None, (row.effective_until, until)))
    engine.take(law, verb, row, by=by, at=at, sets=sets, details={"reason": reason})
