"""The figures: what each is called, what it counts, from where, by what it can be grouped and narrowed.

Kept totals answer most of them; the rest are told from totals by days (ageing, overdue, waiting). Day limits count in
India for certificates and in China for applications. Weights in milligrams, values in hundredths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from euc import control
from euc import workflow as certificate_law
from euc.models.certificate import today
from licensing import forecasting
from ministry import boards, tables
from ministry.naming import DIMENSION_LABELS
from ministry.reading import ALL_TIME, MONTH, YEAR, Ask, Groups, Reader, Span
from ministry.tables import Column, Query, Table
from shipments import accounts, watch_law
from shipments import workflow as consignment_law

OPEN = (certificate_law.SUBMITTED, certificate_law.RETURNED, certificate_law.APPROVED)
ENTERED = Span(first="2000-04")  # everything that has a month
UNDER_WAY = tuple(sorted(consignment_law.RESERVED | consignment_law.UNDER_WAY))
COVER_DAYS = 91
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
    periods: tuple[str, ...] = (MONTH, YEAR)
    columns: tuple[Column, ...] = (tables.N, tables.QUANTITY)
    span: Span = ALL_TIME
    most_groups: int = 2

    def read(self, reader: Reader, query: Query) -> Table:
        """The figure as of now. Raises ValueError for a group or a filter it does not know."""
        known = {*self.dims, *self.periods}
        if unknown := sorted({*query.group, *query.filters} - known):
            raise ValueError(f"{self.name} knows no {', '.join(unknown)}")
        return self.tell(self, reader, query)

    def ask(self, query: Query, group: tuple[str, ...] | None = None, board: str = "") -> Ask:
        """The question behind it, of its own board or another with the same dimensions."""
        group = query.group if group is None else group
        by = tuple(name for name in group if name in (MONTH, YEAR))[:1]
        dims = tuple(name for name in group if name not in (MONTH, YEAR))
        filters = dict(query.filters) if board else _both(dict(self.base), query.filters)
        span = query.span if not query.span.is_all else self.span
        return Ask(board or self.board, by + dims, filters, span)


def _both(
    base: dict[str, tuple[str, ...]], asked: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """What satisfies the figure's own filters and those asked for; a value that is none where nothing does."""
    found = {**base, **asked}
    for dim in base.keys() & asked.keys():
        found[dim] = tuple(value for value in asked[dim] if value in base[dim]) or ("?",)
    return found


def _headed(figure: Figure, ask: Ask) -> list[Column]:
    return [Column(name, DIMENSION_LABELS[name], tables.WORDS, dim=name) for name in ask.group]


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
    return counted(figure, reader, Query(group, query.filters, query.span))


def _banded(
    figure: Figure,
    reader: Reader,
    query: Query,
    bands: Iterable[tuple[str, Callable[[date], bool]]],
) -> Table:
    """Counts and weights by bands of the day."""
    ask = figure.ask(query, ("day", *query.group))
    found = reader.read(ask)
    named = list(bands)
    sums: dict[tuple[str, ...], list[int]] = {}
    for (day, *rest), (n, mg, _cents) in found.items():
        if not day:
            continue
        label = next((name for name, holds in named if holds(date.fromisoformat(day))), None)
        if label is None:
            continue
        row = sums.setdefault((label, *rest), [0, 0])
        row[0] += n
        row[1] += mg
    order = [name for name, _holds in named]
    head = Column("band", pgettext_lazy("of days", "Days"), tables.WORDS, dim="band")
    rows = [[*key, *sums[key]] for key in sorted(sums, key=lambda key: (order.index(key[0]), key[1:]))]
    grouped = _headed(figure, Ask(figure.board, query.group))
    return Table([head, *grouped, *figure.columns], rows)


def _days(first: int, last: int | None, since: Callable[[date], int]) -> Callable[[date], bool]:
    return lambda day: first <= since(day) and (last is None or since(day) <= last)


def ageing(figure: Figure, reader: Reader, query: Query) -> Table:
    """How long papers wait, by days since they were signed or approved (India)."""
    now = today()

    def waited(day: date) -> int:
        return (now - day).days

    bands = [(0, 7), (8, 14), (15, 30), (31, 60), (61, None)]
    return _banded(figure, reader, query, [(_range(a, b), _days(a, b, waited)) for a, b in bands])


def expiring(figure: Figure, reader: Reader, query: Query) -> Table:
    """What runs out soon, by days left (India)."""
    now = today()

    def left(day: date) -> int:
        return (day - now).days

    bands = [(0, 30), (31, 60), (61, 90), (91, None)]
    return _banded(figure, reader, query, [(_range(a, b), _days(a, b, left)) for a, b in bands])


def overdue(figure: Figure, reader: Reader, query: Query) -> Table:
    """Applications beyond the day on which the time limit ended (China), by days beyond it."""
    now = control.day_in_china()

    def beyond(day: date) -> int:
        return (now - day).days

    bands = [(1, 15), (16, 30), (31, 90), (91, None)]
    return _banded(figure, reader, query, [(_range(a, b), _days(a, b, beyond)) for a, b in bands])


def _range(first: int, last: int | None) -> str:
    return f"{first}–{last}" if last is not None else f"≥ {first}"


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
    note = _("Withheld below %(least)d grants.") % {"least": forecasting.LEAST_CASES}
    return Table([*_headed(figure, Ask(figure.board, query.group)), *figure.columns], rows, note)


def _waited(wait: str, now: date) -> forecasting.Case:
    outcome, mark, value = wait.partition("@")
    if mark:
        return forecasting.Case(max((now - date.fromisoformat(value)).days, 0), forecasting.PENDING)
    outcome, _mark, days = wait.partition(":")
    return forecasting.Case(int(days), outcome)


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
    first_of_month = today().replace(day=1)
    last = first_of_month - timedelta(days=1)
    first = (first_of_month - timedelta(days=COVER_DAYS - 10)).replace(day=1)
    span = Span(f"{first:%Y-%m}", f"{last:%Y-%m}")
    weeks = ((last - first).days + 1) / 7
    stock_ask = Ask(boards.CUSTODY, query.group, {**query.filters, "kind": STORED})
    used_ask = Ask(boards.MOVES, query.group, {**query.filters, "kind": (accounts.FINISHED,)}, span)
    stock, used = reader.read(stock_ask), reader.read(used_ask)
    rows = []
    for group in sorted({*stock, *used}):
        held, spent = stock.get(group, (0, 0, 0))[1], used.get(group, (0, 0, 0))[1]
        pace = round(spent / weeks)
        rows.append([*group, held, pace, round(held / pace, 1) if pace else None])
    return Table([*_headed(figure, stock_ask), *figure.columns], rows)


_CERTIFIED = (*boards.GOODS, *boards.TRADERS)
_ENTRY_COLUMNS = (tables.N, tables.QUANTITY, tables.VALUE_INR)
_MONEY = (Column("value", gettext_lazy("Value"), tables.MONEY),)
_AS_SIGNED = gettext_lazy(
    "Goods, sector and traders as last signed; drafts that were never submitted are not counted."
)
_LEDGER = gettext_lazy("From the custody ledger; importers that do not keep it are not seen.")
_REPORTED = gettext_lazy(
    "From what exporters, importers and officers reported; the licensing office publishes nothing."
)

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure("pipeline", gettext_lazy("Certificates by status"),
               gettext_lazy("Every certificate ever submitted, in the status it has now, with its net weight."),
               _AS_SIGNED, boards.PIPELINE, ("status", *_CERTIFIED), ("status",), counted, periods=()),
        Figure("ageing", gettext_lazy("Waiting for a decision, by age"),
               gettext_lazy("Certificates submitted, returned or approved and not yet issued, by days in India since "
                            "they were signed, or approved where they are."),
               _AS_SIGNED, boards.PIPELINE, ("status", *_CERTIFIED), (), ageing,
               base=(("status", OPEN),), periods=(), most_groups=1),
        Figure("issued", gettext_lazy("Certificates issued"),
               gettext_lazy("Certificates by the month of issue in India, with certified net weight; what was given "
                            "up later is not deducted. A certificate counts under its first goods line."),
               _AS_SIGNED, boards.ISSUED, ("status", *_CERTIFIED), (MONTH,), counted),
        Figure("declared-value", gettext_lazy("Value of certified goods"),
               gettext_lazy("The value stated on certificates by month of issue, each currency apart."),
               _AS_SIGNED, boards.ISSUED, ("currency", *_CERTIFIED), (YEAR, "currency"), declared, columns=_MONEY),
        Figure("elements", gettext_lazy("Rare earths contained"),
               gettext_lazy("Net weight of each goods line times the stated mass % of it, by month of issue."),
               _AS_SIGNED, boards.ELEMENTS, ("kind", *_CERTIFIED), ("kind",), counted, columns=(tables.QUANTITY,)),
        Figure("expiring", gettext_lazy("Certificates that expire"),
               gettext_lazy("Certificates in force by days until their last day of validity in India."),
               _AS_SIGNED, boards.VALIDITY, _CERTIFIED, (), expiring, periods=(), most_groups=1),
        Figure("undertakings", gettext_lazy("Undertakings"),
               gettext_lazy("Undertakings by status, by the month in which they came into force, or were signed."),
               gettext_lazy("Drafts that were never signed are not counted."),
               boards.UNDERTAKINGS, ("status", "kind", "importer"), ("status",), counted, columns=(tables.N,)),
        Figure("cases", gettext_lazy("Licence applications by station"),
               gettext_lazy("Applications for a Chinese export licence where reports put them, by the month in which "
                            "they began to be followed, with the weight on their certificate."),
               _REPORTED, boards.CASES, ("status", "kind", "sector", *boards.TRADERS), ("status",), counted),
        Figure("grants", gettext_lazy("Licences granted"),
               gettext_lazy("What became of applications; the rate is of those decided."), _REPORTED,
               boards.CASES, ("sector", *boards.TRADERS), (YEAR,), grants, most_groups=1,
               columns=(Column("granted", gettext_lazy("Granted"), tables.COUNT),
                        Column("otherwise", gettext_lazy("Ended without a grant"), tables.COUNT),
                        Column("pending", gettext_lazy("Not decided"), tables.COUNT),
                        Column("rate", gettext_lazy("Rate"), tables.PERCENT))),
        Figure("waiting", gettext_lazy("Days from acceptance to a grant"),
               gettext_lazy("Calendar days; applications not decided count as far as they have come (Kaplan-Meier), "
                            "other ends compete. Half were granted within the median, eight of ten in the range."),
               _REPORTED, boards.WAITS, ("sector", *boards.TRADERS), (), waiting, most_groups=1,
               columns=(Column("cases", gettext_lazy("Applications"), tables.COUNT),
                        Column("granted", gettext_lazy("Granted"), tables.COUNT),
                        Column("median", gettext_lazy("Median"), tables.DAYS),
                        Column("low", gettext_lazy("A tenth by"), tables.DAYS),
                        Column("high", gettext_lazy("Nine tenths by"), tables.DAYS))),
        Figure("overdue", gettext_lazy("Applications overdue"),
               gettext_lazy("Applications not decided after the last day of the 45 working days (China), by calendar "
                            "days beyond it. Paused ones and those without a limit are not overdue."),
               _REPORTED, boards.CASES, ("status", "sector", *boards.TRADERS), (), overdue,
               base=(("kind", ("PENDING",)),), periods=(), most_groups=1),
        Figure("utilisation", gettext_lazy("Use of licences"),
               gettext_lazy("What licences allow and what consignments drew, by the licence's month."), _REPORTED,
               boards.LICENCES, _CERTIFIED, (YEAR,), utilisation,
               columns=(Column("licences", gettext_lazy("Licences"), tables.COUNT),
                        Column("authorised_mg", gettext_lazy("Allowed"), tables.MILLIGRAMS),
                        Column("drawn_mg", pgettext_lazy("quantity", "Drawn"), tables.MILLIGRAMS),
                        Column("left_mg", pgettext_lazy("quantity", "Left"), tables.MILLIGRAMS),
                        Column("used", gettext_lazy("Used"), tables.PERCENT))),
        Figure("entries", gettext_lazy("Entered through Indian customs"),
               gettext_lazy("Consignments by the month of their Bill of Entry, with the weight entered and the "
                            "assessable value in rupees, shared out to lots by weight."),
               gettext_lazy("Under certificates of this product alone; imports that need none are not seen."),
               boards.CONSIGNMENTS, ("status", *boards.GOODS, "port", "mode", *boards.TRADERS), (MONTH,), counted,
               columns=_ENTRY_COLUMNS, span=ENTERED),
        Figure("under-way", gettext_lazy("Consignments under way"),
               gettext_lazy("Consignments booked and not yet received, by status."),
               gettext_lazy("Planned consignments are not counted."),
               boards.CONSIGNMENTS, ("status", *boards.GOODS, "port", "mode", *boards.TRADERS), ("status",), counted,
               base=(("status", UNDER_WAY),), periods=()),
        Figure("custody", gettext_lazy("Where the magnets are"),
               gettext_lazy("Net weight by account of the custody ledger, as it stands now."), _LEDGER,
               boards.CUSTODY, ("kind", *boards.GOODS, "importer"), ("kind",), counted, periods=(),
               columns=(tables.QUANTITY,)),
        Figure("moves", gettext_lazy("What became of magnets"),
               gettext_lazy("Postings of the custody ledger by the account they went to and the month in which it "
                            "happened; what was corrected counts nowhere."), _LEDGER,
               boards.MOVES, ("kind", *boards.GOODS, "country", "importer"), ("kind",), counted,
               columns=(tables.QUANTITY,)),
        Figure("embedded", gettext_lazy("Exported inside products"),
               gettext_lazy("Magnets inside exported products by country. Whether that is a re-export is unsettled."),
               _LEDGER, boards.MOVES, ("country", *boards.GOODS, "importer"), ("country",), counted,
               base=(("kind", (accounts.EXPORTED_PRODUCT,)),), columns=(tables.QUANTITY,)),
        Figure("alerts", gettext_lazy("Re-export alerts"),
               gettext_lazy("Exports of magnets as such by importers under certificates, by what was decided."),
               gettext_lazy("From shipping bills that were loaded into the watch."),
               boards.EXPORTS, ("status", "country", "importer"), ("status",), counted,
               base=(("kind", ("MAGNET",)), ("status", (watch_law.OPEN, watch_law.EXPLAINED, watch_law.CONFIRMED)))),
        Figure("cover", gettext_lazy("Weeks of cover"),
               gettext_lazy("Stock in store and in production, divided by the weekly weight built into products in "
                            "the last three whole months."), _LEDGER,
               boards.CUSTODY, ("sector", "weight_class", "importer"), ("sector",), cover, periods=(), most_groups=1,
               columns=(Column("stock_mg", gettext_lazy("Stock"), tables.MILLIGRAMS),
                        Column("weekly_mg", gettext_lazy("Used in a week"), tables.MILLIGRAMS),
                        Column("weeks", gettext_lazy("Weeks"), tables.WEEKS))),
    )
}  # fmt: skip
