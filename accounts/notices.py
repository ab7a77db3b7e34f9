"""Telling people in the product what happened: which event tells whom, and the clock's own tidings.

A notice is written in the event's own transaction. Each app declares its part of the table in `noticing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.actors import Actor
from accounts.models import Membership, Notice, NoticeChoice
from workflow import errands
from workflow.models import Event

MAIL = "accounts.mail_notice"
MOST_SHOWN = 99


@dataclass(frozen=True)
class Telling:
    """One line of the table: after which events, whom to tell, in which words, and where they go from there.

    `text` may name %(reference)s, %(by)s (the acting organisation) and what `says` or `details` give.
    """

    code: str
    verbs: tuple[str, ...]
    kind: str
    text: Any
    whom: Callable[[Any], models.QuerySet[Membership]]
    where: Callable[[Any], str]
    when: Callable[[Any, Event], bool] = lambda subject, event: True
    says: Callable[[Any], dict[str, Any]] = lambda subject: {}


TELLINGS: dict[str, Telling] = {}
_loaded: list[bool] = []


def declare(*tellings: Telling) -> None:
    """Add lines to the table; called once at import of an app's `noticing`."""
    TELLINGS.update({telling.code: telling for telling in tellings})


def telling(code: str) -> Telling | None:
    """The line of this code; None for one that is told no more."""
    _load()
    return TELLINGS.get(code)


def _load() -> None:
    if not _loaded:
        autodiscover_modules("noticing")
        _loaded.append(True)


def on_event(events: list[Event], subject: Any = None, **_given: Any) -> None:
    """Write what the table says of these events; connected to `workflow.events.recorded`.

    Events that are written by the thousand come without their subject: they tell nobody.
    """
    if subject is None:
        return
    _load()
    for event in events:
        for line in TELLINGS.values():
            if event.verb in line.verbs and line.when(subject, event):
                key, by = f"event-{event.pk}", event.organisation_name
                details = line.says(subject)
                tell(line, subject, key=key, by=by, at=event.at, but=event.person_id, details=details)


def tell(
    line: Telling,
    subject: Any,
    *,
    key: str,
    by: str = "",
    at: datetime | None = None,
    but: int | None = None,
    people: Iterable[Membership] | None = None,
    details: dict[str, Any] | None = None,
) -> list[Notice]:
    """Write a notice to each person once for each `key`; never to who did it (`but`). Call inside a transaction."""
    members = line.whom(subject) if people is None else people
    found = {(m.person_id, m.organisation_id): m for m in members if m.person_id != but}
    code_key = f"{line.code}:{key}"
    told = set(Notice.objects.filter(key=code_key).values_list("person", "organisation"))
    mail = _mail_choices(line.kind, [person for person, _organisation in found])
    rows = [
        Notice(
            person_id=person,
            organisation_id=organisation,
            key=code_key,
            code=line.code,
            kind=line.kind,
            reference=subject.reference,
            address=line.where(subject),
            by_name=by,
            details=details or {},
            mail=mail[person],
            at=at or timezone.now(),
        )
        for person, organisation in found
        if (person, organisation) not in told
    ]
    made = Notice.objects.bulk_create(rows)
    for notice in made:
        if notice.mail == Notice.Mail.NOW:
            errands.owe(MAIL, subject=notice)
    return made


def _mail_choices(kind: str, people: list[int]) -> dict[int, str]:
    """How each person wants this kind by mail; nobody is mailed what goes out by a mail of its own."""
    if kind in Notice.MAILED_ELSEWHERE:
        return dict.fromkeys(people, Notice.Mail.NEVER)
    chosen = NoticeChoice.objects.filter(person__in=people, kind=kind).values_list("person", "mail")
    return dict.fromkeys(people, Notice.DEFAULT_MAIL) | dict(chosen)


def words(notice: Notice) -> str:
    """The notice as a sentence, in the language that is active now."""
    line = telling(notice.code)
    said = {"reference": notice.reference, "by": notice.by_name, **notice.details}
    return str(line.text) % said if line else notice.reference


def unread(actor: Actor | None) -> int:
    """How many notices this person has not read for the active organisation; counted to 100 and no further."""
    if actor is None:
        return 0
    return Notice.objects.visible_to(actor).unread()[: MOST_SHOWN + 1].count()


def mark_read(actor: Actor, *, upto: int, at: datetime | None = None) -> int:
    """Everything up to the one that was on top of the page; what came since stays unread."""
    mine = Notice.objects.visible_to(actor).unread().filter(pk__lte=upto)
    return mine.update(read_at=at or timezone.now())


def choose(person: Any, choices: dict[str, str]) -> None:
    """Keep how one person wants each kind by mail; it counts for notices written from now on."""
    for kind, mail in choices.items():
        NoticeChoice.objects.update_or_create(person=person, kind=kind, defaults={"mail": mail})
