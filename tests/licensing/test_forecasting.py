"""Kaplan-Meier with competing ends: examples computed by hand, and what is withheld."""

import pytest

from licensing import forecasting
from licensing.forecasting import GRANTED, OTHERWISE, PENDING, Case, forecast, incidence


def cases(*rows):
    return [Case(days, outcome) for days, outcome in rows]


class TestIncidence:
    def test_without_censoring_is_the_share(self):
        found = incidence(cases((10, GRANTED), (20, GRANTED), (30, GRANTED), (40, GRANTED)))
        assert found == [(10, 0.25), (20, 0.5), (30, 0.75), (40, 1.0)]

    def test_pending_ones_leave_the_rest_at_risk(self):
        """At 20 three are at risk of which one is granted: 1 - 3/4 * 2/3 = 1/2; at 40 the last one."""
        found = incidence(cases((10, GRANTED), (20, GRANTED), (30, PENDING), (40, GRANTED)))
        assert found == [(10, 0.25), (20, pytest.approx(0.5)), (40, pytest.approx(1.0))]

    def test_refusals_compete(self):
        """Half are refused at 10, so that no more than half are ever granted."""
        found = incidence(cases((10, OTHERWISE), (10, OTHERWISE), (20, GRANTED), (30, GRANTED)))
        assert found == [(20, pytest.approx(0.25)), (30, pytest.approx(0.5))]

    def test_ends_on_one_day_count_before_censoring_on_it(self):
        found = incidence(cases((10, GRANTED), (10, PENDING)))
        assert found == [(10, 0.5)]


class TestForecast:
    HISTORY = cases(*((days, GRANTED) for days in range(10, 110)))

    def test_median_and_range(self):
        found = forecast(self.HISTORY)
        assert (found.median, found.low, found.high) == (59, 19, 99)
        assert (found.cases, found.granted, found.grant_share) == (100, 100, 1.0)

    def test_of_one_that_has_waited_looks_at_what_is_left(self):
        found = forecast(self.HISTORY, waited=59)
        assert (found.median, found.low, found.high) == (84, 64, 104)

    def test_beyond_all_history_says_nothing(self):
        found = forecast(self.HISTORY, waited=200)
        assert (found.median, found.low, found.high) == (None, None, None)

    def test_is_withheld_below_the_stated_number(self):
        few = self.HISTORY[: forecasting.LEAST_CASES - 1]
        assert forecast(few).is_withheld
        assert not forecast(self.HISTORY[: forecasting.LEAST_CASES]).is_withheld
        assert forecast([]).is_withheld
