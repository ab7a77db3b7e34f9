"""Searching across apps: what was asked, where each app looks, what was found. Each app registers in `searching.py`.

Nothing here knows whose rows they are: every search begins at what a searcher shows this actor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import autodiscover_modules

from accounts.actors import Actor

SHOWN = 10  # of one kind; the rest is in its list
COMMON = 200  # more matches than that are met soon, wherever one begins to read
SHORTEST, LONGEST, MOST_WORDS = 2, 100, 6  # characters, characters, words
REFERENCE = re.compile(r"([A-Z]{3})[-/]([0-9A-Z]{10})[-/]([0-9]{4})-([0-9]{2})[-/]([0-9]{4,9})")
CODE = re.compile(r"[0-9][0-9. ]{2,}[0-9]")


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: all of these words in one place, in any order."""

    text: str
    words: tuple[str, ...]
    reference: str  # in capitals and with its slashes, if it may be one
    code: str  # the digits of a tariff code, if it may be one

    @property
    def is_too_short(self) -> bool:
        return len(self.text) < SHORTEST


@dataclass(frozen=True)
class Place:
    """Where to look: one condition on a row, asked alone so that an index can serve it. None: not for this actor."""

    label: Any
    condition: Callable[[Asked, Actor], Q | None]


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as it is shown."""

    title: str
    url: str
    about: tuple[str, ...]
    status: str = ""
    status_label: Any = ""
    tone: str = ""
    places: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Searcher:
    """One kind of thing: the rows this actor may see, where to look in them, how they are shown and listed."""

    label: Any
    visible: Callable[[Actor], QuerySet]
    exact: Callable[[Asked], Q]
    places: tuple[Place, ...]
    show: Callable[[Any], Hit]
    listing: str  # the name of its list's address, which takes the same `q`
    order: int = 0


@dataclass(frozen=True)
class Found:
    """The first things of one kind, and where the others are."""

    label: Any
    hits: list[Hit]
    more_url: str


SEARCHERS: list[Searcher] = []


def register(searcher: Searcher) -> Searcher:
    """Let one kind of thing be found; called once at import of an app's `searching`."""
    SEARCHERS.append(searcher)
    return searcher


def asked(text: str) -> Asked:
    """What a typed text asks for. Spaces and letters no database keeps are left out; a code may have its dots."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    named = REFERENCE.fullmatch(text.upper())
    reference = "{}/{}/{}-{}/{}".format(*named.groups()) if named else text.upper()
    code = re.sub(r"[. ]", "", text) if CODE.fullmatch(text) else ""
    words = (text,) if code else tuple(reference.split() if named else text.split())
    return Asked(text, words[:MOST_WORDS], reference, code)


def contains(question: Asked, *fields: str, codes: tuple[str, ...] = ()) -> Q:
    """Rows in which each word stands somewhere in these columns; `codes` are columns of digits without dots."""
    found = Q()
    for word in question.words:
        somewhere = Q()
        for field in fields:
            somewhere |= Q(**{f"{field}__icontains": word})
        for field in codes:
            somewhere |= Q(**{f"{field}__startswith": question.code or word})
        found &= somewhere
    return found


def narrowed(rows: QuerySet, searcher: Searcher, text: str, actor: Actor) -> QuerySet:
    """The rows of a list that a search for the same words finds."""
    question = asked(text)
    if not question.words:
        return rows
    found = searcher.exact(question)
    for condition in _conditions(searcher, question, actor):
        found |= condition[1]
    return rows.filter(found)


def search(text: str, actor: Actor) -> list[Found]:
    """What this actor may see of what was asked, by kind; exact references first, then the newest."""
    question = asked(text)
    if question.is_too_short:
        return []
    autodiscover_modules("searching")
    found = (_found(searcher, question, actor) for searcher in sorted(SEARCHERS, key=lambda s: s.order))
    return [one for one in found if one.hits]


def _conditions(searcher: Searcher, question: Asked, actor: Actor) -> Iterable[tuple[Any, Q]]:
    for place in searcher.places:
        condition = place.condition(question, actor)
        if condition is not None:
            yield place.label, condition


def _found(searcher: Searcher, question: Asked, actor: Actor) -> Found:
    """Each place is asked for its newest few, which together hold the newest few of all."""
    rows = searcher.visible(actor)
    exact = set(rows.filter(searcher.exact(question)).order_by("-pk").values_list("pk", flat=True)[:SHOWN])
    places: dict[int, list[Any]] = {pk: [] for pk in exact}
    for label, condition in _conditions(searcher, question, actor):
        for pk in _newest(rows.filter(condition)):
            places.setdefault(pk, []).append(label)
    first = sorted(places, key=lambda pk: (pk in exact, pk), reverse=True)
    kept = rows.in_bulk(first[:SHOWN])
    hits = [_shown(searcher, kept[pk], places[pk]) for pk in first[:SHOWN] if pk in kept]
    more = f"{reverse(searcher.listing)}?{urlencode({'q': question.text})}" if len(first) > SHOWN else ""
    return Found(searcher.label, hits, more)


def _newest(rows: QuerySet) -> list[int]:
    """The newest few. Asked in order at once, PostgreSQL would read a table backwards for what is rare.

    So the rare is gathered by the index of words and put in order here, and only the common is read backwards.
    """
    gathered = list(rows.order_by().values_list("pk", flat=True)[: COMMON + 1])
    if len(gathered) > COMMON:
        return list(rows.order_by("-pk").values_list("pk", flat=True)[: SHOWN + 1])
    return sorted(gathered, reverse=True)[: SHOWN + 1]


def _shown(searcher: Searcher, row: Any, places: list[Any]) -> Hit:
    hit = searcher.show(row)
    about = tuple(text for text in hit.about if text)
    return Hit(hit.title, hit.url, about, hit.status, hit.status_label, hit.tone, tuple(places))
