"""How figures are read: as totals keep them, by bands of days, as rates, as weeks of cover.

Day limits count in India for certificates and in China for applications. Weights in milligrams, values in hundredths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from euc import control
from euc.models.certificate import today
from licensing import forecasting
from ministry import boards, tables, telling
from ministry.bands import Bands
from ministry.naming import label
from ministry.reading import ALL_TIME, MONTH, NOTHING, YEAR, Ask, Groups, Reader, Span
from ministry.tables import Column, Query, Table
from shipments import accounts

COVER_DAYS = 91
SOON_DAYS = 60
STORED = (accounts.ON_HAND, accounts.IN_PRODUCTION)


@dataclass(frozen=True)
class Figure:
    """One figure. `definition` says what is counted and how, `scope` what is left out."""

    name: str
    title: Any
    definition: Any
    scope: Any
    board: str
    dims: tuple[str, ...]
    default: tuple[str, ...]
    tell: Callable[[Figure, Reader, Query], Table]
    base: tuple[tuple[str, tuple[str, ...]], ...] = ()
    otherwise: tuple[tuple[str, tuple[str, ...]], ...] = ()  # filters where neither group nor filter is by it
    periods: tuple[str, ...] = (MONTH, YEAR)
    columns: tuple[Column, ...] = (tables.N, tables.QUANTITY)
    span: Span = ALL_TIME
    most_groups: int = 2
    bands: Bands | None = None
    drawn: str = ""  # the column that its picture shows, where that is not the first weight or sum

    def read(self, reader: Reader, query: Query) -> Table:
        """The figure as of now. Raises ValueError for a group or a filter it does not know."""
        known = {*self.dims, *self.periods}
        if unknown := sorted({*query.group, *query.filters} - known):
            raise ValueError(f"{self.name} knows no {', '.join(unknown)}")
        if query.days and not self.bands:
            raise ValueError(f"{self.name} does not count by days")
        return self.tell(self, reader, query)

    def ask(
        self,
        query: Query,
        group: tuple[str, ...] | None = None,
        board: str = "",
        at: datetime | None = None,
    ) -> Ask:
        """The question behind it, of its own board or another with the same dimensions; days count back from `at`."""
        group = query.group if group is None else group
        by = tuple(name for name in group if name in (MONTH, YEAR))[:1]
        dims = tuple(name for name in group if name not in (MONTH, YEAR))
        filters = dict(query.filters) if board else _both(dict(self.base), query.filters)
        for dim, values in self.otherwise:
            if dim not in dims:
                filters.setdefault(dim, values)
        span = query.span if not query.span.is_all else self.span
        days = self.bands.span(query.days or self.bands.whole, at) if self.bands else ALL_TIME
        return Ask(board or self.board, by + dims, filters, span, days)


def _both(
    base: dict[str, tuple[str, ...]], asked: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """What satisfies the figure's own filters and those asked for; a value that is none where nothing does."""
    found = {**base, **asked}
    for dim in base.keys() & asked.keys():
        found[dim] = tuple(value for value in asked[dim] if value in base[dim]) or ("?",)
    return found


def _headed(figure: Figure, ask: Ask) -> list[Column]:
    return [Column(name, label(figure.board, name), tables.WORDS, dim=name) for name in ask.group]


def _sorted(ask: Ask, found: Groups) -> list[tuple[tuple[str, ...], boards.Measures]]:
    """Periods in their order; otherwise the heaviest first, then the most, then by name."""
    by = int(bool(ask.by))
    return sorted(found.items(), key=lambda item: (item[0][:by], -item[1][1], -item[1][0], item[0]))


def counted(figure: Figure, reader: Reader, query: Query) -> Table:
    """Measures of a board as they are kept."""
    ask = figure.ask(query)
    places = [_PLACE[column.name] for column in figure.columns]
    rows = [
        [*group, *(measures[place] if place < 2 else measures[place] or None for place in places)]
        for group, measures in _sorted(ask, reader.read(ask))
    ]  # a value of nothing is one that nobody stated
    return Table([*_headed(figure, ask), *figure.columns], rows)


_PLACE = {"n": 0, "quantity_mg": 1, "value_inr": 2, "value": 2}


def declared(figure: Figure, reader: Reader, query: Query) -> Table:
    """Values, each currency apart: sums over currencies would mean nothing."""
    group = tuple(dict.fromkeys((*query.group, "currency")))
    return counted(figure, reader, replace(query, group=group))


def banded(figure: Figure, reader: Reader, query: Query) -> Table:
    """Counts and weights by bands of days; a band that is asked for in part counts that part."""
    at, bands = timezone.now(), figure.bands
    assert bands is not None
    sums: dict[tuple[str, ...], list[int]] = {}
    named = bands.within(query.days)
    for (day, *rest), (n, mg, _cents) in reader.read(figure.ask(query, ("day", *query.group), at=at)).items():
        number = bands.number(date.fromisoformat(day), at)
        band = next(f"{one}" for one in named if one.holds(number))
        row = sums.setdefault((band, *rest), [0, 0])
        row[0] += n
        row[1] += mg
    order = [f"{one}" for one in named]
    if sums and not query.group:
        sums = {
            (band,): [0, 0] for band in order
        } | sums  # a band with nothing in it has a place between others
    head = Column("band", label(figure.board, "band"), tables.WORDS, dim="band")
    rows = [[*key, *sums[key]] for key in sorted(sums, key=lambda key: (order.index(key[0]), key[1:]))]
    grouped = _headed(figure, Ask(figure.board, query.group))
    return Table([head, *grouped, *figure.columns], rows)


def grants(figure: Figure, reader: Reader, query: Query) -> Table:
    """What became of applications: granted, ended otherwise, not decided; the rate is of those decided."""
    ask = figure.ask(query, (*query.group, "kind"))
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for key, (n, _mg, _cents) in reader.read(ask).items():
        sums.setdefault(key[:-1], {})[key[-1]] = n
    rows = []
    for group in sorted(sums):
        granted, otherwise = sums[group].get("GRANTED", 0), sums[group].get("OTHERWISE", 0)
        decided = granted + otherwise
        rate = round(granted * 100 / decided, 1) if decided else None
        rows.append([*group, granted, otherwise, sums[group].get("PENDING", 0), rate])
    return Table([*_headed(figure, Ask(figure.board, query.group)), *figure.columns], rows)


def refused(figure: Figure, reader: Reader, query: Query) -> Table:
    """Refused applications: each once, or under each of its reasons where reasons are told apart."""
    told = query.filters.get("kind", ())
    if len(told) > 1 and "kind" not in query.group:
        query = replace(query, group=(*query.group, "kind"))
    table = counted(figure, reader, query)
    if "kind" not in query.group or told:
        return table
    place = [column.dim for column in table.groups].index("kind")
    rows = [row for row in table.rows if row[place] != telling.ALL]
    n, _mg, _cents = reader.total(figure.ask(query.ungrouped()))
    note = _("Applications in all: %(count)d. One with several reasons stands under each.") % {"count": n}
    return Table(table.columns, rows, note if rows else "")


def waiting(figure: Figure, reader: Reader, query: Query) -> Table:
    """Days from acceptance to a grant, those not decided censored (Kaplan-Meier), other ends competing."""
    ask = figure.ask(query, (*query.group, "wait"))
    now = control.day_in_china()
    cases: dict[tuple[str, ...], list[forecasting.Case]] = {}
    for key, (n, _mg, _cents) in reader.read(ask).items():
        cases.setdefault(key[:-1], []).extend([_waited(key[-1], now)] * n)
    rows = []
    for group in sorted(cases):
        found = forecasting.forecast(cases[group])
        told = (None,) * 3 if found.is_withheld else (found.median, found.low, found.high)
        rows.append([*group, found.cases, found.granted, *told])
    is_withheld = any(row[-1] is None for row in rows)
    note = _("Withheld below %(least)d grants.") % {"least": forecasting.LEAST_CASES} if is_withheld else ""
    return Table([*_headed(figure, Ask(figure.board, query.group)), *figure.columns], rows, note)


def _waited(wait: str, now: date) -> forecasting.Case:
    outcome, mark, value = wait.partition("@")
    if mark:
        return forecasting.Case(max((now - date.fromisoformat(value)).days, 0), forecasting.PENDING)
    outcome, _mark, days = wait.partition(":")
    return forecasting.Case(int(days), outcome)


def visited(figure: Figure, reader: Reader, query: Query) -> Table:
    """Visits held of those due: planned for a day that has come (India), or held already."""
    ask, now = figure.ask(query, (*query.group, "wait")), f"{today()}"
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for key, (n, _mg, _cents) in reader.read(ask).items():
        outcome, _mark, day = key[-1].partition("@")
        if outcome == telling.PLANNED:
            outcome = "missed" if day <= now else "ahead"
        counts = sums.setdefault(key[:-1], dict.fromkeys(_OUTCOMES, 0))
        counts[outcome] += n
    rows = []
    for group in sorted(sums):
        done, missed, ahead, cancelled = (sums[group][name] for name in _OUTCOMES)
        due = done + missed
        rate = round(done * 100 / due, 1) if due else None
        rows.append([*group, due, done, missed, rate, ahead, cancelled])
    return Table([*_headed(figure, Ask(figure.board, query.group)), *figure.columns], rows)


_OUTCOMES = (telling.HELD, "missed", "ahead", telling.CANCELLED)


def utilisation(figure: Figure, reader: Reader, query: Query) -> Table:
    """What licences allow and what was drawn of it, by the month of the licence."""
    allowed = reader.read(figure.ask(query))
    drawn = reader.read(figure.ask(query, board=boards.DRAWN))
    rows = []
    for group, (n, mg, _cents) in _sorted(figure.ask(query), allowed):
        used = drawn.get(group, (0, 0, 0))[1]
        rows.append([*group, n, mg, used, mg - used, round(used * 100 / mg, 1) if mg else None])
    return Table([*_headed(figure, figure.ask(query)), *figure.columns], rows)


def cover(figure: Figure, reader: Reader, query: Query) -> Table:
    """Weeks that stocks last at the pace at which magnets were built into products in the last whole three months."""
    found = _covered(reader, query)
    rows = [[*group, *found[group]] for group in sorted(found)]
    return Table([*_headed(figure, Ask(boards.CUSTODY, query.group)), *figure.columns], rows)


Covered = tuple[int, int, float | None]  # milligrams in stock, milligrams used in a week, weeks


def _covered(reader: Reader, query: Query) -> dict[tuple[str, ...], Covered]:
    first_of_month = today().replace(day=1)
    last = first_of_month - timedelta(days=1)
    first = (first_of_month - timedelta(days=COVER_DAYS - 10)).replace(day=1)
    span = Span(f"{first:%Y-%m}", f"{last:%Y-%m}")
    weeks = ((last - first).days + 1) / 7
    stock = reader.read(Ask(boards.CUSTODY, query.group, {**query.filters, "kind": STORED}))
    used = reader.read(Ask(boards.MOVES, query.group, {**query.filters, "kind": (accounts.FINISHED,)}, span))
    found: dict[tuple[str, ...], Covered] = {}
    for group in {*stock, *used}:
        held, spent = stock.get(group, NOTHING)[1], used.get(group, NOTHING)[1]
        pace = round(spent / weeks)
        found[group] = (held, pace, round(held / pace, 1) if pace else None)
    return found


def at_risk(figure: Figure, reader: Reader, query: Query) -> Table:
    """What waits in China, what ends soon, and how long stocks last, side by side."""
    waiting = reader.read(figure.ask(query))
    soon = Span(f"{today()}", f"{today() + timedelta(days=SOON_DAYS)}")
    ending = reader.read(Ask(boards.VALIDITY, query.group, query.filters, days=soon))
    stocked = _covered(reader, query)
    rows: list[list[Any]] = []
    for group in {*waiting, *ending, *stocked}:
        n, mg, _cents = waiting.get(group, NOTHING)
        weeks = stocked.get(group, (0, 0, None))[2]
        rows.append([*group, n, mg, ending.get(group, NOTHING)[1], weeks])
    count = len(query.group)
    rows.sort(key=lambda row: (-row[count + 1], -row[count + 2], row[:count]))
    return Table([*_headed(figure, figure.ask(query)), *figure.columns], rows)
