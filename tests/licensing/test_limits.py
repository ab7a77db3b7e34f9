"""Time limits are dated rows: looked up on the day their clock starts, changed by two officers."""

from datetime import date

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from accounts.models import Notice
from euc import dating
from licensing import limit_law, limits, presenting, reminding, services, timing
from licensing.models import CaseReminder, LicenceCase, TimeLimit
from tests.licensing.test_reminding import noon, send_all
from tests.licensing.test_services import fresh

FILED = date(2026, 11, 2)  # a Monday; the fifth working day after it is Monday 9 November
REVIEW, CORRECTION = limits.Kind.REVIEW, limits.Kind.CORRECTION


@pytest.fixture
def case(life):
    with time_machine.travel(noon(date(2026, 10, 20)), tick=False):
        return services.open_case(certificate=life.issued(), by=life.drafter)


def told(case, life, claimed, on):
    with time_machine.travel(noon(on), tick=False):
        services.report(case=case, by=life.drafter, claimed=claimed, claimed_on=on)
    return fresh(case)


def replace(life, officer, senior, days, first):
    """Another length of the review from a day on, proposed and adopted on 2 November 2026."""
    row = TimeLimit.objects.get(code="REVIEW", status="ADOPTED")
    names = ("kind", "source", "source_url", "confidence", "confirmed", "doubt")
    columns = {name: getattr(row, name) for name in names}
    columns |= {"working_days": days, "effective_from": first}
    with time_machine.travel(noon(FILED), tick=False):
        made = dating.propose(
            kind=TimeLimit, law=limit_law.LIMIT, by=officer, columns=columns, supersedes=row
        )
        dating.adopt(row=made, law=limit_law.LIMIT, by=senior)


@pytest.mark.django_db
class TestRows:
    def test_ship_with_their_source_and_are_loaded_once(self, life):
        assert limits.load() == 0
        known = {row.kind: row.working_days for row in TimeLimit.objects.all()}
        assert known == {"REVIEW": 45, "CORRECTION": 5, "DELIVERY": 10, "AMENDMENT": 20, "CUSTOMS_QUERY": 7}
        assert all(row.source and row.doubt for row in TimeLimit.objects.all())

    def test_are_loaded_with_the_calendar(self, platform):
        call_command("load_calendar", verbosity=0)
        assert TimeLimit.objects.count() == 5

    def test_say_nothing_before_their_first_day(self, life):
        known = limits.stored()
        assert known(REVIEW, date(2024, 11, 30)) is None
        assert known(REVIEW, date(2024, 12, 1)) == 45

    def test_count_from_their_first_day_for_clocks_that_start_then(self, life, officer, senior):
        replace(life, officer, senior, 30, date(2026, 12, 1))
        known = limits.stored()
        assert [known(REVIEW, date(2026, 11, 30)), known(REVIEW, date(2026, 12, 1))] == [45, 30]


class TestReview:
    def test_takes_its_length_from_the_row(self, case, life, officer, senior):
        replace(life, officer, senior, 2, date(2026, 11, 3))
        old = told(case, life, "ACCEPTED", date(2026, 11, 2))
        assert timing.clock_of(old, on=date(2026, 11, 3)).limit == 45

    def test_is_counted_anew_by_a_row_for_its_day(self, case, life, officer, senior):
        due = told(case, life, "ACCEPTED", date(2026, 11, 3)).due_on
        replace(life, officer, senior, 2, date(2026, 11, 3))
        with time_machine.travel(noon(date(2026, 11, 4)), tick=False):
            call_command("recount_cases", verbosity=0)
        assert (due, fresh(case).due_on) == (date(2027, 1, 6), date(2026, 11, 5))

    def test_has_no_due_day_where_no_row_says_how_long_it_is(self, case, life):
        TimeLimit.objects.filter(code="REVIEW").update(effective_from=date(2026, 11, 4))
        found = told(case, life, "ACCEPTED", date(2026, 11, 3))
        assert (found.due_on, timing.clock_of(found)) == (None, None)


class TestRunning:
    @pytest.mark.parametrize(
        ("claimed", "kind", "due"),
        [
            ("FILED", "CORRECTION", date(2026, 11, 9)),
            ("APPROVED", "DELIVERY", date(2026, 11, 16)),
            ("AMENDING", "AMENDMENT", date(2026, 11, 30)),
        ],
    )
    def test_is_told_of_the_station(self, case, life, claimed, kind, due):
        found = limits.running(told(case, life, claimed, FILED), date(2026, 11, 3))
        assert (found.kind, found.since, found.count.number, found.count.due_on) == (kind, FILED, 1, due)

    def test_counts_from_filing_while_the_province_checks(self, case, life):
        told(case, life, "FILED", FILED)
        found = limits.running(told(case, life, "PROVINCE", date(2026, 11, 4)), date(2026, 11, 5))
        assert (found.kind, found.since) == ("CORRECTION", FILED)

    @pytest.mark.parametrize("claimed", ["ACCEPTED", "CORRECTION", "REFUSED"])
    def test_none_runs_elsewhere(self, case, life, claimed):
        assert limits.running(told(case, life, claimed, FILED), date(2026, 11, 3)) is None

    def test_none_runs_before_anything_was_reported(self, case, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert limits.running(case, date(2026, 11, 3)) is None


class TestReminding:
    def test_says_once_that_another_limit_is_over(self, case, life, drafter):
        told(case, life, "FILED", FILED)
        for day in (9, 10, 11):
            with time_machine.travel(noon(date(2026, 11, day)), tick=False):
                reminding.remind()
        row = CaseReminder.objects.get(person=drafter.person)
        assert (row.kind, row.on) == ("LIMIT", date(2026, 11, 9))
        with time_machine.travel(noon(date(2026, 11, 11)), tick=False):
            send_all()
        sent = next(one for one in mail.outbox if drafter.person.email in one.to)
        assert "then counts as accepted" in sent.body
        assert "09-11-2026" in sent.body
        assert not Notice.objects.filter(code="licence-expiry").exists()

    def test_the_page_says_the_same(self, case, life):
        found = told(case, life, "APPROVED", FILED)
        pressing = reminding.pressing(found, date(2026, 11, 17))
        (said,) = presenting.urgent(found, pressing)
        assert said == "The licence was to be delivered by 16-11-2026: ask the exporter for it."

    def test_costs_the_same_for_many_cases(self, case, life, django_assert_max_num_queries):
        told(case, life, "ACCEPTED", FILED)
        with time_machine.travel(noon(date(2026, 11, 4)), tick=False), django_assert_max_num_queries(6):
            reminding.remind()
        assert LicenceCase.objects.count() == 1
