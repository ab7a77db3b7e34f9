"""Who sees which figures: those who oversee see all; importers see what is published of everybody together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from accounts.actors import Actor
from accounts.roles import Role
from ministry import asking, comparing, suppressing
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.models import Fact
from ministry.naming import Names
from ministry.reading import YEAR, Reader
from ministry.tables import Query, Table
from workflow import events

OVERSEERS = (Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)
IMPORTERS = (Role.DRAFTER, Role.SIGNATORY)
READERS = (*OVERSEERS, *IMPORTERS)


def oversees(actor: Actor) -> bool:
    return actor.has(*OVERSEERS)


def figures_for(actor: Actor) -> list[Figure]:
    return list(FIGURES.values()) if oversees(actor) else list(suppressing.figures())


def read(figure: Figure, reader: Reader, query: Query, actor: Actor) -> Table:
    """The figure as this actor may see it. Raises ValueError for what is not published to them."""
    if oversees(actor):
        return comparing.read(figure, reader, query) if query.compare else figure.read(reader, query)
    return suppressing.read(figure, reader, query)[0]


def query_of(figure: Figure, asked: QueryDict, names: Names, actor: Actor) -> Query:
    """What an address asks; importers get a published group where they name none. Raises asking.Unclear."""
    query = asking.parse(figure, asked, names)
    if oversees(actor) or "group" in asked:
        return query
    return replace(query, group=published_query(figure).group)


def published_query(figure: Figure) -> Query:
    """A published figure by the first dimension it is published by."""
    return Query((YEAR, suppressing.groups_of(figure)[0]))


@transaction.atomic
def note(actor: Actor, verb: str, figure: Figure, asked: Mapping[str, Any]) -> None:
    """Opening the rows behind a figure and taking them away are events of the reader's organisation."""
    events.record(
        book=actor.organisation.book,
        subject=actor.organisation,
        verb=f"ministry.figures.{verb}",
        by=actor,
        reference=figure.name,
        details={name: value for name, value in asked.items() if value},
    )


def links_of(facts: Iterable[Fact]) -> list[tuple[Fact, str]]:
    """Each fact with the address of what it tells of; nothing where there is no page for this reader."""
    pages = {"certificate": "euc:certificate-detail", "undertaking": "euc:undertaking-detail",
             "case": "licensing:case-detail", "consignment": "shipments:consignment-detail",
             "visit": "shipments:visit"}  # fmt: skip
    return [
        (
            fact,
            reverse(pages[fact.source], args=[fact.reference.replace("/", "-")])
            if fact.source in pages
            else "",
        )
        for fact in facts
    ]
