"""Figures read from kept totals: one indexed read, plus what is pointed at and not added yet, in one snapshot.

A figure by at most two dimensions comes from totals and takes as long with a million facts as with a thousand. One by
more is summed over the facts. Both include the tail, so no figure is ever older than the last committed change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils import timezone

from ministry import boards, folding, pointing
from ministry.boards import Measures
from ministry.models import Fact, Fold, Pointer, Total

INDIA, CHINA = ZoneInfo("Asia/Kolkata"), ZoneInfo("Asia/Shanghai")
MOST_TAIL = 300
MONTH, YEAR = "month", "year"
NOTHING: Measures = (0, 0, 0)
Groups = dict[tuple[str, ...], Measures]
Rows = list[tuple[tuple[str, ...], Measures]]
T = TypeVar("T")
_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment. Inside a transaction, the moment is that transaction's own."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        # Not atomic(): on SQLite it begins as a writer and waits for others, on PostgreSQL it asks once more.
        cursor.execute(_BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("COMMIT")


@dataclass(frozen=True)
class Span:
    """Months of India, `YYYY-MM`, or days, from `first` to `last`, both included; empty ends are open."""

    first: str = ""
    last: str = ""

    def holds(self, one: str) -> bool:
        if self.is_all:
            return True
        return bool(one) and (not self.first or self.first <= one) and (not self.last or one <= self.last)

    def inside(self, other: Span) -> Span:
        """What both of them hold."""
        ends = [end for end in (self.last, other.last) if end]
        return Span(max(self.first, other.first), min(ends, default=""))

    @property
    def is_all(self) -> bool:
        return not (self.first or self.last)

    @property
    def is_whole_years(self) -> bool:
        """Whether financial years fill it exactly."""
        starts = not self.first or self.first.endswith("-04")
        return not self.is_all and starts and (not self.last or self.last.endswith("-03"))


ALL_TIME = Span()
Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Ask:
    """One question: a board, what it is grouped by (dimensions; month or year first), filters, and a span.

    `days` narrow to facts of those days, such as the last day of a time limit.
    """

    board: str
    group: tuple[str, ...] = ()
    filters: Filters = field(default_factory=dict)
    span: Span = ALL_TIME
    days: Span = ALL_TIME

    @property
    def key(self) -> tuple[object, ...]:
        filters = tuple(sorted((dim, tuple(values)) for dim, values in self.filters.items()))
        return self.board, self.group, filters, self.span, self.days

    @property
    def by(self) -> str:
        """The length of period it is grouped by: month, year or none."""
        return self.group[0] if self.group and self.group[0] in (MONTH, YEAR) else ""

    @property
    def dims(self) -> tuple[str, ...]:
        return self.group[1:] if self.by else self.group

    @property
    def is_kept(self) -> bool:
        """Whether totals answer it; otherwise it is summed over facts."""
        parts_of_years = self.by == YEAR and not (self.span.is_all or self.span.is_whole_years)
        return len(self.needed) <= 2 and not parts_of_years

    @property
    def needed(self) -> tuple[str, ...]:
        return boards.ordered({*self.dims, *self.filters, *([] if self.days.is_all else ["day"])})


class Reader:
    """Reads figures in the snapshot it was made in; the tail is told once."""

    def __init__(self, pending: Iterable[Pointer] | None = None) -> None:
        self._pending = pending
        self._ahead: dict[tuple[object, ...], Rows] = {}

    @cached_property
    def tail(self) -> dict[str, list[tuple[int, Fact]]]:
        """What the totals lack, by board: facts as they were added with -1, and as they are now with +1."""
        refs = folding.refs_of(folding.pending() if self._pending is None else self._pending)
        found: dict[str, list[tuple[int, Fact]]] = defaultdict(list)
        before, after = folding.changes(refs) if refs else ([], [])
        for sign, facts in ((-1, before), (1, after)):
            for fact in facts:
                found[fact.board].append((sign, fact))
        return found

    def together(self, work: Callable[[Reader], T]) -> T:
        """What `work` finds, with all that it reads read by one statement.

        It is called twice: to note what it asks, all of it answered with nothing, and with the answers. So what
        it asks must not hang on what it is answered.
        """
        noting = _Noting()
        work(noting)
        self._ahead |= _from_totals([ask for ask in noting.asks.values() if ask.is_kept])
        return work(self)

    def read(self, ask: Ask) -> Groups:
        """The measures of each group, the tail included; groups that are all zero are absent."""
        found = dict(self._rows(ask))
        for sign, fact in self.tail.get(ask.board, ()):
            if self._counts(ask, fact):
                values = folding.values_of(fact)
                period = (getattr(fact, ask.by),) if ask.by else ()
                group = (*period, *(values[dim] for dim in ask.dims))
                n, mg, cents = found.get(group, NOTHING)
                more = folding.measures_of(fact)
                found[group] = (n + sign * more[0], mg + sign * more[1], cents + sign * more[2])
        return {group: found[group] for group in sorted(found) if found[group] != NOTHING}

    def _rows(self, ask: Ask) -> Iterable[tuple[tuple[str, ...], Measures]]:
        if not ask.is_kept:
            return _from_facts(ask)
        known = self._ahead.get(ask.key)
        return _from_totals([ask])[ask.key] if known is None else known

    def changed_at(self) -> datetime:
        """Since when no figure has changed, nor the day in India or China; now where there is a tail."""
        if self._pending:
            return timezone.now()
        now, fold = timezone.now(), Fold.objects.first()
        days = [datetime.combine(now.astimezone(zone), time(), zone) for zone in (INDIA, CHINA)]
        return max([*days, fold.at if fold and fold.at else now])

    def total(self, ask: Ask) -> Measures:
        """The measures of an ask without groups."""
        return self.read(ask).get((), NOTHING)

    @staticmethod
    def _counts(ask: Ask, fact: Fact) -> bool:
        if ask.by and not fact.month:
            return False
        if not (ask.span.holds(fact.month) and ask.days.holds(fact.day)):
            return False
        return all(getattr(fact, dim) in wanted for dim, wanted in ask.filters.items())


class _Noting(Reader):
    """Notes what is asked and answers with nothing."""

    def __init__(self) -> None:
        super().__init__(())
        self.asks: dict[tuple[object, ...], Ask] = {}

    def read(self, ask: Ask) -> Groups:
        self.asks[ask.key] = ask
        return {}


def _from_totals(asks: list[Ask]) -> dict[tuple[object, ...], Rows]:
    """The rows of these asks by their keys, by one statement of plain SQL: the ORM takes several times as long."""
    found: dict[tuple[object, ...], Rows] = {ask.key: [] for ask in asks}
    if not asks:
        return found
    selects, params = [], []
    for number, ask in enumerate(asks):
        select, given = _select(ask, number)
        selects.append(select)
        params += given
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), params)
        rows = cursor.fetchall()
    places = [(found[ask.key], len(ask.group) + 1) for ask in asks]
    for row in rows:
        kept, end = places[row[0]]
        kept.append((row[1:end], row[4:]))
    return found


def _select(ask: Ask, number: int) -> tuple[str, list[str]]:
    """The totals of one ask: its number, three groups (those it lacks are empty) and the measures."""
    names = dict(zip(ask.needed, ("a", "b"), strict=False))
    groups = [*(["period"] if ask.by else []), *(names[dim] for dim in ask.dims)]
    where, params = ["board = %s", "dims = %s"], [ask.board, ",".join(ask.needed)]
    for dim, wanted in ask.filters.items():
        where.append(f"{names[dim]} IN ({', '.join(['%s'] * len(wanted))})")
        params += wanted
    for condition, values in (*_within(ask), *_on_days(ask, names)):
        where.append(condition)
        params += values
    columns = [str(number), *groups, *["''"] * (3 - len(groups))]
    columns += [f"CAST(COALESCE(SUM({name}), 0) AS bigint)" for name in boards.MEASURES]
    select = f'SELECT {", ".join(columns)} FROM "{Total._meta.db_table}" WHERE {" AND ".join(where)}'
    return select + (f" GROUP BY {', '.join(groups)}" if groups else ""), params


def _from_facts(ask: Ask) -> Iterator[tuple[tuple[str, ...], Measures]]:
    groups = [*([ask.by] if ask.by else []), *ask.dims]
    yield from _summed(facts_of(ask), groups)


def facts_of(ask: Ask) -> QuerySet[Fact]:
    """The facts behind a figure, without what is pointed at and not added yet: see `opening`."""
    rows = Fact.objects.filter(board=ask.board)
    for dim, wanted in ask.filters.items():
        rows = rows.filter(**{f"{dim}__in": list(wanted)})
    if ask.span.first:
        rows = rows.filter(month__gte=ask.span.first)
    if ask.span.last:
        rows = rows.filter(month__lte=ask.span.last)
    if ask.by or not ask.span.is_all:
        rows = rows.exclude(month="")
    if not ask.days.is_all:
        rows = rows.exclude(day="")  # in so many words, for the index that holds only what has a day
    if ask.days.first:
        rows = rows.filter(day__gte=ask.days.first)
    if ask.days.last:
        rows = rows.filter(day__lte=ask.days.last)
    return rows


def _within(ask: Ask) -> Iterator[tuple[str, list[str]]]:
    """Conditions for the longest periods that answer the ask, with their parameters."""
    span = ask.span
    if not ask.by and span.is_all:
        yield "period = ''", []
        return
    if ask.by == MONTH or not (span.is_all or span.is_whole_years):
        yield "period <> '' AND substr(period, 1, 2) <> 'FY'", []
        first, last = span.first, span.last
    else:
        yield "substr(period, 1, 2) = 'FY'", []
        first, last = boards.year_of_month(span.first), boards.year_of_month(span.last)
    if first:
        yield "period >= %s", [first]
    if last:
        yield "period <= %s", [last]


def _on_days(ask: Ask, names: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Conditions for the days that are asked for; what has no day is on none of them."""
    if ask.days.is_all:
        return
    yield f"{names['day']} <> ''", []
    for way, end in ((">=", ask.days.first), ("<=", ask.days.last)):
        if end:
            yield f"{names['day']} {way} %s", [end]


def _summed(rows: QuerySet, groups: list[str]) -> Iterator[tuple[tuple[str, ...], Measures]]:
    sums = {f"sum_{name}": Sum(name) for name in boards.MEASURES}
    if not groups:
        found = rows.order_by().aggregate(**sums)
        yield (), tuple(int(found[f"sum_{name}"] or 0) for name in boards.MEASURES)  # type: ignore[misc]
        return
    for row in rows.order_by().values(*groups).annotate(**sums).values_list(*groups, *sums):
        count = len(groups)
        yield tuple(row[:count]), tuple(int(value or 0) for value in row[count:])  # type: ignore[misc]


@contextmanager
def reader() -> Iterator[Reader]:
    """A reader in a snapshot; where nobody folds, what waits is added first, so that reading stays short."""
    with ExitStack() as stack:
        stack.enter_context(snapshot())
        pending = folding.pending(MOST_TAIL + 1)
        if len(pending) > MOST_TAIL or any(one.source == pointing.IMPORTER for one in pending):
            stack.close()
            folding.fold()
            stack.enter_context(snapshot())
            pending = folding.pending()
        yield Reader(pending)
