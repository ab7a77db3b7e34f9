"""Rules that warn: is a number beyond its threshold, since when, and were people told? Once a crossing.

Numbers are weighed as they are shown: kilograms, rupees, days, per cent. During quiet hours (India) a crossing is
written down, and told of when they end if the number is still beyond.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import notices
from accounts.actors import Actor
from accounts.digests import INDIA
from accounts.models import Membership
from ministry import access, asking, reading, tables
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.models import Crossing, Rule
from ministry.naming import Names
from ministry.tables import Column, Query
from workflow import engine, events

MOST = 50
SCALE = {tables.MILLIGRAMS: 1_000_000, tables.RUPEES: 100}
UNITS = {tables.MILLIGRAMS: " kg", tables.PERCENT: " %", tables.RUPEES: " ₹"}
WEIGHED = ("figure", "query", "column", "way", "threshold", "is_active")
SUMS = (tables.COUNT, tables.MILLIGRAMS, tables.RUPEES)


def columns_of(figure: Figure) -> list[Column]:
    """The numbers a rule may weigh: all but sums of several currencies."""
    return [column for column in figure.columns if column.unit != tables.MONEY]


@transaction.atomic
def keep(
    *, figure: Figure, query: Query, names: Names, by: Actor, rule: Rule | None = None, **columns: Any
) -> Rule:
    """Make a rule, or change one's own; recorded. A changed rule begins anew.

    Raises NotAllowed for who does not oversee, for another's rule and for one rule too many.
    """
    mine = Rule.objects.visible_to(by)
    if not access.oversees(by) or (rule is not None and not mine.filter(pk=rule.pk).exists()):
        raise engine.NotAllowed(_("Rules about figures are for ministries and authorities."))
    if rule is None and mine.count() >= MOST:
        raise engine.NotAllowed(_("%(count)d rules are kept; remove one first.") % {"count": MOST})
    found = rule or Rule(person=by.person, organisation=by.organisation, figure=figure.name)
    found.query = urlencode(asking.as_parameters(query.ungrouped(), names), doseq=True)
    found.crossed_at = found.told_at = None
    for name, value in columns.items():
        setattr(found, name, value)
    found.save()
    _record(found, "change" if rule else "keep", by, {name: f"{value}" for name, value in columns.items()})
    return found


@transaction.atomic
def remove(rule: Rule, by: Actor) -> None:
    """It warns no more; what it raised stays written."""
    if Rule.objects.visible_to(by).filter(pk=rule.pk).update(is_active=False):
        _record(rule, "remove", by, {})


def _record(rule: Rule, verb: str, by: Actor, details: dict[str, str]) -> None:
    said = {"rule": rule.key, "figure": rule.figure, "query": rule.query, **details}
    events.record(book=rule.book, subject=rule, verb=f"ministry.rule.{verb}", by=by, details=said)


def value_of(rule: Rule, reader: reading.Reader, names: Names) -> Decimal | None:
    """The number the rule weighs, as it is shown; None where it is not known."""
    figure = FIGURES[rule.figure]
    query = asking.parse(figure, QueryDict(rule.query), names)
    table = figure.read(reader, query.ungrouped())
    place = [column.name for column in table.columns].index(rule.column)
    unit = table.columns[place].unit
    found = [row[place] for row in table.rows if row[place] is not None]
    if unit in SUMS:
        return Decimal(sum(found)) / SCALE.get(unit, 1)
    return Decimal(str(found[0])) if len(found) == 1 else None


def watch(*, at: datetime | None = None) -> int:
    """Weigh every rule by figures of one moment; how many crossings were told. Safe to run at any time, or twice."""
    at = at or timezone.now()
    rules = list(Rule.objects.active().order_by("pk"))
    if not rules:
        return 0
    names = Names()
    with reading.reader() as reader:
        values = reader.together(lambda reader: [_value(rule, reader, names) for rule in rules])
    weighed = [(rule, value) for rule, value in zip(rules, values, strict=True) if value is not None]
    return sum(_judge(rule, value, at) for rule, value in weighed if _is_news(rule, value))


def _value(rule: Rule, reader: reading.Reader, names: Names) -> Decimal | None:
    """As `value_of`; a rule about what figures no longer know warns of nothing."""
    try:
        return value_of(rule, reader, names)
    except (KeyError, ValueError, asking.Unclear):
        return None


def _is_beyond(rule: Rule, value: Decimal) -> bool:
    return value > rule.threshold if rule.way == Rule.Way.ABOVE else value < rule.threshold


def _is_news(rule: Rule, value: Decimal) -> bool:
    """Whether it crossed or fell back, or a crossing is still to be told."""
    is_beyond = _is_beyond(rule, value)
    return is_beyond != (rule.crossed_at is not None) or (is_beyond and rule.told_at is None)


@transaction.atomic
def _judge(seen: Rule, value: Decimal, at: datetime) -> int:
    """Write down and tell what is still news of a rule that nobody changed since it was weighed."""
    rule = Rule.objects.select_for_update(no_key=True).get(pk=seen.pk)
    is_same = all(getattr(rule, name) == getattr(seen, name) for name in WEIGHED)
    if not (is_same and _is_news(rule, value)):
        return 0
    is_beyond = _is_beyond(rule, value)
    if is_beyond != (rule.crossed_at is not None):
        Crossing.objects.create(rule=rule, at=at, is_beyond=is_beyond, value=value, threshold=rule.threshold)
        rule.crossed_at, rule.told_at = (at if is_beyond else None), None
    is_told = is_beyond and not rule.is_quiet(timezone.localtime(at, INDIA).time())
    if is_told:
        rule.told_at = at
        _tell(rule, value, at)
    rule.save(update_fields=["crossed_at", "told_at"])
    return int(is_told)


def _tell(rule: Rule, value: Decimal, at: datetime) -> None:
    figure = FIGURES[rule.figure]
    unit = next(UNITS.get(one.unit, "") for one in figure.columns if one.name == rule.column)
    said = {"value": f"{value.normalize():f}{unit}", "threshold": f"{rule.threshold.normalize():f}{unit}"}
    line = notices.telling(f"figure-{rule.way.lower()}")
    if line is not None:
        key = f"{rule.key}-{rule.crossed_at:%Y%m%dT%H%M%S.%f}"
        notices.tell(line, rule, key=key, at=at, details={"figure": str(figure.title), **said})


def readers(rule: Rule) -> Any:
    """Whom a rule tells: who made it, or everybody of their organisation who reads figures; as they stand now."""
    held = Membership.objects.active().filter(organisation=rule.organisation_id, role__in=access.OVERSEERS)
    return held if rule.tells_everybody else held.filter(person=rule.person_id)


def address(rule: Rule) -> str:
    return f"{reverse('ministry:figure', args=[rule.figure])}?{rule.query}"
