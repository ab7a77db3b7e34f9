"""Taking a step: lock, check the law, set the status, append the event. The one way a status changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow import events
from workflow.law import Actor, Miss, Workflow
from workflow.models import Event


class Refusal(Exception):
    """A step that the law does not allow; the message is a sentence for the person."""


class WrongStatus(Refusal):
    """The thing is not, or no longer, in a status this step starts from."""


class NotAllowed(Refusal):
    """This person may not take this step on this thing."""


class Incomplete(Refusal):
    """Something the step needs is missing; `misses` says what and where."""

    def __init__(self, misses: list[Miss]) -> None:
        self.misses = misses
        said = ngettext(
            "This cannot be done yet: %(count)d point is open.",
            "This cannot be done yet: %(count)d points are open.",
            len(misses),
        )
        super().__init__(said % {"count": len(misses)})


def take(
    workflow: Workflow,
    verb: str,
    subject: Any,
    *,
    by: Actor,
    at: datetime | None = None,
    sets: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> Event:
    """Take one step on `subject` as `by`, or refuse.

    `sets` are further columns set in the same UPDATE as the status; `details` go into the event, and must
    answer what the step asks. Raises WrongStatus, NotAllowed, Incomplete. Changes `subject` in place.
    """
    if by is None:
        raise NotAllowed(_("An act needs a person."))
    step = workflow.step(verb)
    at = at or timezone.now()
    details = details or {}
    with transaction.atomic():
        lock(subject)
        if subject.status not in step.sources:
            raise WrongStatus(
                _("%(reference)s is now %(status)s; this step is not possible any more.")
                % {
                    "reference": subject.reference,
                    "status": workflow.labels.get(subject.status, subject.status),
                }
            )
        if not step.is_for(by):
            raise NotAllowed(_("Your role does not allow this step."))
        if reason := step.bar(subject, by):
            raise NotAllowed(reason)
        unanswered = [Miss("", name, _("Say why.")) for name in step.asks if not details.get(name)]
        if misses := unanswered + step.misses(subject):
            raise Incomplete(misses)
        before = subject.status
        _set(subject, before, {"status": step.target, **(sets or {})})
        return events.record(
            book=subject.book,
            subject=subject,
            verb=f"{workflow.name}.{verb}",
            by=by,
            at=at,
            from_status=before,
            to_status=step.target,
            details=details,
        )


def lock(subject: models.Model) -> None:
    """Hold the row until the transaction ends, and read it afresh. On SQLite the transaction itself holds."""
    subject.refresh_from_db(from_queryset=type(subject)._base_manager.select_for_update(no_key=True))


def _set(subject: Any, before: str, columns: dict[str, Any]) -> None:
    changed = type(subject)._base_manager.filter(pk=subject.pk, status=before).update(**columns)
    if changed != 1:
        raise WrongStatus(_("Somebody else was faster; please look again."))
    for name, value in columns.items():
        setattr(subject, name, value)


def last_reason(subject: models.Model, verb: str) -> str:
    """The reason given when this step was last taken on the subject; empty when it never was."""
    last = events.about(subject).filter(verb=verb).last()
    return str(last.details.get("reason", "")) if last else ""
