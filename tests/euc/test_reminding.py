"""Reminders of the end of validity: counted in India, once to each person, and only while it matters."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from accounts.roles import Role
from euc import reminding, services
from euc.models import Certificate, ExpiryReminder
from euc.models.certificate import today
from tests.factories import MembershipFactory
from workflow import errands, events
from workflow.models import Errand

NOON = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)  # noon in India


@pytest.fixture
def yearly(life):
    """Issued on 1 March 2026, valid to 28 February 2027."""
    with time_machine.travel(NOON, tick=False):
        return life.issued()


def marks(certificate):
    return sorted(certificate.reminders.values_list("days", flat=True))


def at(certificate, days, hour=12, minute=0):
    """A moment in India so many days before the last day of validity."""
    day = certificate.valid_until - timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Kolkata"))


def send_all():
    for errand in Errand.objects.filter(kind=reminding.REMIND, state=Errand.PENDING):
        assert errands.run(errand.pk)


class TestDue:
    @pytest.mark.parametrize(
        ("days", "hour", "mark"),
        [(61, 23, None), (60, 0, 60), (60, 23, 60), (31, 12, 60), (30, 0, 30), (8, 12, 30), (7, 0, 7), (0, 23, 7),
         (-1, 0, None)],
    )  # fmt: skip
    def test_counts_days_in_india(self, yearly, days, hour, mark):
        """At 00:00 in India the day before is still running in UTC."""
        assert reminding.due(yearly, today(at(yearly, days, hour))) == mark

    def test_leaves_out_marks_that_lay_before_the_validity(self, life):
        with time_machine.travel(NOON, tick=False):
            short = life.issued(valid_until=today() + timedelta(days=20))
        assert reminding.due(short, short.valid_from) is None
        assert reminding.due(short, short.valid_until - timedelta(days=7)) == 7


class TestRemind:
    def test_tells_each_person_each_mark_once(self, yearly, drafter, signatory):
        MembershipFactory(person=signatory.person, organisation=yearly.importer, role=Role.DRAFTER)
        for days in (60, 59, 30, 30, 7, 1):
            with time_machine.travel(at(yearly, days), tick=False):
                call_command("remind_expiries", verbosity=0)
                send_all()
        assert marks(yearly) == [7, 7, 30, 30, 60, 60]
        assert sorted(m.to[0] for m in mail.outbox) == sorted(
            [drafter.person.email, signatory.person.email] * 3
        )
        assert "7 days are left" in mail.outbox[-1].body
        assert events.about(yearly).filter(verb="euc.certificate.remind").count() == 6
        assert not ExpiryReminder.objects.filter(sent_at=None).exists()

    def test_speaks_the_language_of_its_reader(self, yearly, drafter):
        type(drafter.person).objects.filter(pk=drafter.person.pk).update(language="hi")
        with time_machine.travel(at(yearly, 7), tick=False):
            reminding.remind()
            send_all()
        told = next(m for m in mail.outbox if m.to == [drafter.person.email])
        assert "दिन" in told.body

    def test_is_silent_when_it_ended_meanwhile(self, life, yearly):
        with time_machine.travel(at(yearly, 30), tick=False):
            assert reminding.remind() == 2
            services.revoke(
                certificate=Certificate.objects.get(pk=yearly.pk), by=life.senior, reason="cancelled"
            )
            send_all()
            assert reminding.remind() == 0
        assert mail.outbox == []

    def test_leaves_out_who_left(self, yearly, drafter):
        drafter.person.memberships.update(is_active=False)
        with time_machine.travel(at(yearly, 30), tick=False):
            assert reminding.remind() == 1
