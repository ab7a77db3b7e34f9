"""Forecasts from the cases as they are stored: first the importer's own, else the whole pool's. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min, Q, QuerySet

from euc import control
from licensing import forecasting, stations
from licensing.models import LicenceCase

GRANTS = {stations.APPROVED, stations.ISSUED}
WINDOW = timedelta(days=3 * 365)
MOST_CASES = 5000


@dataclass(frozen=True)
class Prediction:
    """A forecast with what it rests on: counted from acceptance or from filing, over whose cases."""

    since: str
    start: date
    is_own_history: bool
    found: forecasting.Forecast

    def day(self, days: int | None) -> date | None:
        return self.start + timedelta(days=days) if days is not None else None

    @property
    def median_on(self) -> date | None:
        return self.day(self.found.median)

    @property
    def low_on(self) -> date | None:
        return self.day(self.found.low)

    @property
    def high_on(self) -> date | None:
        return self.day(self.found.high)


def of(case: LicenceCase, *, on: date | None = None) -> Prediction | None:
    """When this case may be granted; None before filing, after a grant and after an end."""
    on = on or control.day_in_china()
    if case.station.is_end or case.station.has_licence or case.status == stations.APPROVED:
        return None
    since, start = ("accepted", case.accepted_on) if case.accepted_on else ("filed", case.filed_on)
    if start is None:
        return None
    waited = max((on - start).days, 0)
    pool = LicenceCase.objects.exclude(pk=case.pk)
    own = _cases(pool.filter(importer=case.importer_id), since, on)
    found = forecasting.forecast(own, waited=waited)
    if not found.is_withheld:
        return Prediction(since, start, True, found)
    return Prediction(since, start, False, forecasting.forecast(_cases(pool, since, on), waited=waited))


def _cases(rows: QuerySet, since: str, on: date) -> list[forecasting.Case]:
    """The cases of the last three years that began, with what became of them by that day."""
    column = f"{since}_on"
    begun = rows.filter(**{f"{column}__gte": on - WINDOW, f"{column}__lte": on})
    values = _with_ends(begun).order_by("-id")
    rows_of = values.values_list(column, "granted_on", "ended_on")[:MOST_CASES]
    return [_case(start, granted, ended, on) for start, granted, ended in rows_of]


def _with_ends(rows: QuerySet) -> QuerySet:
    """With `granted_on` and `ended_on`: the first days that reports which count claim for a grant and for an end."""
    counting = Q(reports__withdrawal=None)
    granted = Min("reports__claimed_on", filter=counting & Q(reports__claimed__in=GRANTS))
    ended = Min("reports__claimed_on", filter=counting & Q(reports__claimed__in=stations.ENDS))
    return rows.annotate(granted_on=granted, ended_on=ended)


def ends_of(cases: Iterable[int]) -> dict[int, tuple[date | None, date | None]]:
    """When each case was granted and when it ended, as reports say that were not withdrawn. One query."""
    rows = _with_ends(LicenceCase.objects.filter(pk__in=set(cases)))
    return {pk: (granted, ended) for pk, granted, ended in rows.values_list("pk", "granted_on", "ended_on")}


def _case(start: date, granted_on: date | None, ended_on: date | None, on: date) -> forecasting.Case:
    if granted_on and granted_on <= on:
        return forecasting.Case(max((granted_on - start).days, 0), forecasting.GRANTED)
    if ended_on and ended_on <= on:
        return forecasting.Case(max((ended_on - start).days, 0), forecasting.OTHERWISE)
    return forecasting.Case(max((on - start).days, 0), forecasting.PENDING)
