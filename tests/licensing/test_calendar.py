"""China's calendar in the browser: corrected by a notice, kept when loaded again, and open cases counted anew."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from euc import control
from licensing import calendar, clock, services
from licensing.models import CalendarCorrection, CalendarDay
from workflow import engine, events

TODAY = control.day_in_china


@pytest.fixture
def days(db):
    calendar.load(TODAY())


@pytest.fixture
def running(case, life, days):
    on = TODAY() - timedelta(days=5)
    services.report(case=case, by=life.drafter, claimed="ACCEPTED", claimed_on=on)
    case.refresh_from_db()
    return case


def between(case):
    """A working day between now and the due day."""
    look_up, day = calendar.stored(), TODAY() + timedelta(days=3)
    while not look_up(day).is_working:
        day += timedelta(days=1)
    assert day < case.due_on
    return day


class TestCorrecting:
    def test_moves_the_due_day_of_open_cases_by_the_next_count(self, running, officer):
        due, day = running.due_on, between(running)
        calendar.correct(day=day, is_working=False, source="Notice 1", by=officer)
        call_command("recount_cases")
        running.refresh_from_db()
        assert running.due_on > due
        assert [e.action for e in events.about(running)][-1] == "count_anew"
        assert services.recount(by=officer) == 0  # nothing left to count

    def test_stays_when_the_year_is_loaded_again(self, days, officer):
        day = date(2026, 11, 28)  # a Saturday
        calendar.correct(day=day, is_working=True, source="Notice 2", by=officer)
        calendar.load(TODAY())
        assert CalendarDay.objects.get(day=day).source == "Notice 2"
        assert calendar.stored()(day) == clock.Day(True, True)
        assert day in [row.day for row in calendar.year(2026).special]

    def test_is_written_and_done_once(self, days, officer, senior):
        day = date(2026, 11, 28)
        calendar.correct(day=day, is_working=True, source="Notice 2", by=officer)
        with pytest.raises(engine.WrongStatus, match="says so already"):
            calendar.correct(day=day, is_working=True, source="Notice 2", by=senior)
        made = CalendarCorrection.objects.get()
        assert [event.verb for event in events.about(made)] == ["licensing.calendar.correct"]

    def test_is_officers_alone(self, days, drafter, auditor):
        for actor in (drafter, auditor):
            with pytest.raises(engine.NotAllowed):
                calendar.correct(day=date(2026, 11, 28), is_working=True, source="x", by=actor)


class TestPage:
    def test_tells_special_days_and_what_is_estimated(self, days, client_for, drafter):
        page = client_for(drafter).get("/licences/calendar/?year=2026").content.decode()
        assert "20-09-2026" in page  # a Sunday that is worked
        assert "248 working days" in page
        assert 'href="?year=2027"' in page
        assert "2,02" not in page
        assert "official" in page
        assert "provisional" in client_for(drafter).get("/licences/calendar/?year=2028").content.decode()

    @pytest.mark.parametrize("asked", ["1999", "x", "20266", "²⁰²⁶"])
    def test_of_a_year_that_is_not_stored_there_is_none(self, days, client_for, drafter, asked):
        assert client_for(drafter).get("/licences/calendar/", {"year": asked}).status_code == 404

    def test_of_nothing_stored_says_so(self, db, client_for, drafter):
        assert "Nothing is stored" in client_for(drafter).get("/licences/calendar/").content.decode()

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"day": "31-02-2026"}, "id_day"),
            ({"day": "28-11-1926"}, "id_day"),
            ({"is_working": "perhaps"}, "id_is_working"),
            ({"source": ""}, "id_source"),
            ({"is_working": "no"}, "The calendar says so already."),
        ],
    )
    def test_refuses_beside_the_field_and_keeps_what_was_typed(self, days, client_for, officer, given, said):
        typed = {"day": "28-11-2026", "is_working": "yes", "source": "Notice 3"} | given
        response = client_for(officer).post("/licences/calendar/correct/", typed)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert typed["day"] in response.content.decode()
        assert not CalendarCorrection.objects.exists()

    def test_corrects_and_shows_it(self, days, client_for, officer):
        typed = {"day": "28-11-2026", "is_working": "yes", "source": "Notice 4"}
        response = client_for(officer).post("/licences/calendar/correct/", typed)
        assert response.url == "/licences/calendar/?year=2026"
        assert "Notice 4" in client_for(officer).get(response.url).content.decode()
