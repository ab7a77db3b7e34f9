"""Working days in China: worked examples, pauses, unpublished years, and a second library that agrees."""

import json
from datetime import date, timedelta
from io import StringIO

import holidays
import pytest
from django.core.management import CommandError, call_command

from licensing import calendar, clock
from licensing.models import CalendarDay

CHINA = holidays.country_holidays("CN", years=range(2024, 2027))


@pytest.fixture(scope="module")
def known():
    """The libraries' calendar, without a database."""
    rows = {row.day: row for year in range(2024, 2029) for row in calendar._year(year)}
    return lambda day: clock.Day(rows[day].is_working, rows[day].is_official)


class TestWorkedExamples:
    @pytest.mark.parametrize(
        ("accepted", "due", "days"),
        [
            ("2025-12-01", "2026-02-03", 64),
            ("2026-01-12", "2026-03-20", 67),
            ("2026-04-20", "2026-06-25", 66),
            ("2026-08-24", "2026-10-30", 67),
            ("2026-09-21", "2026-11-30", 70),
        ],
    )
    def test_the_45th_working_day(self, known, accepted, due, days):
        start = date.fromisoformat(accepted)
        found = clock.due_on(start, known, limit=45)
        assert (found.due_on, found.provisional) == (date.fromisoformat(due), False)
        assert (found.due_on - start).days == days

    @pytest.mark.parametrize(
        ("accepted", "due"),
        [
            ("2025-12-01", "2025-12-29"),
            ("2026-01-12", "2026-02-09"),
            ("2026-04-20", "2026-05-20"),
            ("2026-08-24", "2026-09-20"),  # a Sunday on which China works
            ("2026-09-21", "2026-10-26"),
        ],
    )
    def test_the_20th_for_an_amendment(self, known, accepted, due):
        assert clock.due_on(date.fromisoformat(accepted), known, limit=20).due_on == date.fromisoformat(due)

    def test_an_unpublished_year_is_provisional(self, known):
        found = clock.due_on(date(2026, 11, 23), known, limit=45)
        assert (found.due_on, found.provisional) == (date(2027, 1, 26), True)
        assert not clock.due_on(date(2026, 10, 29), known, limit=45).provisional
        assert clock.due_on(date(2026, 10, 30), known, limit=45).provisional


class TestSecondLibrary:
    @pytest.mark.parametrize("start", range(0, 1000, 5))
    def test_agrees_on_the_due_day(self, known, start):
        accepted = date(2024, 1, 1) + timedelta(days=start)
        due = CHINA.get_nth_working_day(accepted, 45)
        if due.year > 2026:
            pytest.fail("choose an earlier day")
        assert clock.due_on(accepted, known, limit=45).due_on == due


class TestCount:
    ACCEPTED = date(2026, 4, 20)

    def test_day_1_is_the_working_day_after(self, known):
        found = clock.count(self.ACCEPTED, self.ACCEPTED, known, limit=45)
        assert (found.day_1, found.number, found.overdue) == (date(2026, 4, 21), 0, 0)
        assert clock.count(self.ACCEPTED, date(2026, 4, 21), known, limit=45).number == 1

    def test_overdue_counts_working_days(self, known):
        due = clock.due_on(self.ACCEPTED, known, limit=45).due_on
        assert clock.count(self.ACCEPTED, due, known, limit=45).overdue == 0
        assert clock.count(self.ACCEPTED, due + timedelta(days=1), known, limit=45).overdue == 1  # a Friday
        assert clock.count(self.ACCEPTED, due + timedelta(days=3), known, limit=45).overdue == 1

    def test_a_pause_moves_the_due_day_by_its_working_days(self, known):
        pause = (date(2026, 5, 11), date(2026, 5, 15))
        plain, paused = (
            clock.due_on(self.ACCEPTED, known, limit=45),
            clock.due_on(self.ACCEPTED, known, limit=45, pauses=[pause]),
        )
        between = [
            plain.due_on + timedelta(days=n) for n in range(1, (paused.due_on - plain.due_on).days + 1)
        ]
        assert sum(known(day).is_working for day in between) == 5

    def test_an_open_pause_leaves_no_due_day(self, known):
        found = clock.count(
            self.ACCEPTED, date(2026, 6, 30), known, limit=45, pauses=[(date(2026, 5, 11), None)]
        )
        assert (found.due_on, found.is_paused) == (None, True)
        assert found.number == clock.count(self.ACCEPTED, date(2026, 5, 10), known, limit=45).number

    def test_a_pause_that_began_before_day_1_leaves_none(self, known):
        eve = date(2026, 2, 14)  # the days off of the Spring Festival follow
        found = clock.count(eve, date(2026, 4, 1), known, limit=45, pauses=[(date(2026, 2, 21), None)])
        assert (found.day_1, found.number, found.due_on) == (None, 0, None)

    def test_a_pause_from_the_start_leaves_no_due_day_either(self, known):
        for since in (self.ACCEPTED, self.ACCEPTED + timedelta(days=1)):
            found = clock.due_on(self.ACCEPTED, known, limit=45, pauses=[(since, None)])
            assert (found.due_on, found.day_1, found.number) == (None, None, 0)
            later = clock.count(self.ACCEPTED, date(2026, 6, 30), known, limit=45, pauses=[(since, None)])
            assert (later.number, later.is_paused) == (0, True)

    def test_too_far_is_refused(self, known):
        with pytest.raises(clock.TooFar):
            clock.due_on(self.ACCEPTED, lambda day: clock.Day(False, True), limit=45)


@pytest.mark.django_db
class TestStored:
    def test_is_written_once_and_kept_as_corrected(self):
        assert calendar.load(date(2026, 11, 27)) > 1800
        assert calendar.load(date(2026, 11, 27)) == 731, "estimates alone are written again"
        CalendarDay.objects.filter(day=date(2026, 3, 3)).update(is_working=False, source="Notice 7")
        calendar.load(date(2026, 11, 27))
        assert calendar.stored()(date(2026, 3, 3)) == clock.Day(False, True)

    def test_comes_from_the_libraries_before_it_is_written(self):
        assert calendar.stored()(date(2026, 10, 10)) == clock.Day(True, True)

    def test_has_a_row_for_every_day(self):
        calendar.load(date(2026, 11, 27))
        days = set(CalendarDay.objects.values_list("day", flat=True))
        assert len(days) == (date(2029, 1, 1) - date(2024, 1, 1)).days
        assert not CalendarDay.objects.get(day=date(2027, 5, 5)).is_official


@pytest.mark.django_db
class TestCommand:
    def run(self, *words):
        out = StringIO()
        call_command("licence_clock", *words, stdout=out)
        return json.loads(out.getvalue())

    def test_prints_the_due_day(self):
        assert self.run("--accepted", "2026-08-24") == {
            "due_on": "2026-10-30",
            "day_1": "2026-08-25",
            "provisional": False,
            "calendar_days": 67,
        }

    def test_takes_pauses_and_other_limits(self):
        assert self.run("--accepted", "2026-08-24", "--working-days", "20")["due_on"] == "2026-09-20"
        assert (
            self.run("--accepted", "2026-08-24", "--pause", "2026-09-01..2026-09-02")["due_on"]
            == "2026-11-03"
        )

    @pytest.mark.parametrize(
        "words",
        [
            ("--accepted", "24-08-2026"),
            ("--accepted", "2026-02-30"),
            ("--accepted", "2026-08-24", "--pause", "2026-09-01"),
            ("--accepted", "2026-08-24", "--pause", "2026-09-02..2026-09-01"),
            ("--accepted", "2026-08-24", "--working-days", "0"),
        ],
    )
    def test_refuses_what_is_no_day(self, words):
        with pytest.raises(CommandError):
            self.run(*words)
