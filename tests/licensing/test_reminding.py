"""Reminders about cases: by China's calendar, once to each person, and only while it matters."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from accounts.models import Notice
from licensing import calendar, reminding, services
from licensing.licence_facts import LicenceFacts
from licensing.models import CaseReminder, LicenceCase
from tests.remembering import remembered
from workflow import errands, events
from workflow.models import Errand

ACCEPTED = date(2026, 4, 20)  # its 45th working day is Thursday 25 June 2026, after the Dragon Boat holiday
DUE = date(2026, 6, 25)


def noon(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # noon in China


@remembered
def case(life):
    with time_machine.travel(noon(date(2026, 4, 1)), tick=False):
        case = services.open_case(certificate=life.issued(), by=life.drafter)
    with time_machine.travel(noon(ACCEPTED), tick=False):
        calendar.load(ACCEPTED)
        services.report(case=case, by=life.drafter, claimed="ACCEPTED", claimed_on=ACCEPTED)
    return case


def granted(case, life, on=date(2026, 6, 1), lasts=300):
    facts = LicenceFacts("26-JN-1", on, on + timedelta(days=lasts), {1: 5_000_000})
    with time_machine.travel(noon(on), tick=False):
        services.report(case=case, by=life.drafter, claimed="ISSUED", claimed_on=on, licence=facts)
    return facts.expires_on


def kinds(case, day):
    case = LicenceCase.objects.select_related("licence").get(pk=case.pk)
    return [(one.kind, one.left) for one in reminding.pressing(case, day)]


def send_all():
    for errand in Errand.objects.filter(kind=reminding.REMIND, state=Errand.PENDING):
        assert errands.run(errand.pk)


class TestPressing:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (
                date(2026, 6, 15),
                [],
            ),  # six working days: 16, 17, 18, 22, 23 ... and the holiday of 19 to 21 June
            (date(2026, 6, 16), []),
            (date(2026, 6, 17), [("DUE_SOON", 5)]),
            (date(2026, 6, 20), [("DUE_SOON", 4)]),
            (date(2026, 6, 25), [("DUE_SOON", 0)]),
            (date(2026, 6, 26), [("OVERDUE", 0)]),
            (date(2026, 7, 24), [("OVERDUE", 0)]),
            (date(2027, 6, 26), [("OVERDUE", 0), ("SILENT", 432)]),
        ],
    )
    def test_counts_working_days_in_china(self, case, day, expected):
        assert case.due_on == DUE
        assert kinds(case, day) == expected

    def test_is_silent_while_the_clock_rests_or_knows_no_limit(self, case, life):
        for number, claimed in enumerate(("PAUSED", "REFERRED"), 1):
            day = DUE - timedelta(days=5 - number)
            with time_machine.travel(noon(day), tick=False):
                services.report(case=case, by=life.drafter, claimed=claimed, claimed_on=day)
            assert kinds(case, DUE + timedelta(days=3)) == []

    @pytest.mark.parametrize(
        ("left", "mark"), [(61, None), (60, 60), (31, 60), (30, 30), (7, 7), (0, 7), (-1, None)]
    )
    def test_tells_of_the_end_of_a_licence(self, case, life, left, mark):
        ends = granted(case, life)
        case.refresh_from_db()
        found = reminding.pressing(case, ends - timedelta(days=left))
        assert [(one.kind, one.mark) for one in found] == ([("EXPIRES", mark)] if mark else [])

    def test_leaves_out_marks_before_the_licence(self, case, life):
        ends = granted(case, life, lasts=20)
        assert kinds(case, ends - timedelta(days=20)) == []
        assert kinds(case, ends - timedelta(days=7)) == [("EXPIRES", 7)]

    def test_ends_with_a_decision(self, case, life):
        with time_machine.travel(noon(DUE), tick=False):
            services.report(case=case, by=life.drafter, claimed="REFUSED", claimed_on=DUE)
        assert kinds(case, DUE + timedelta(days=1)) == []


class TestRemind:
    def test_tells_of_the_end_of_a_licence_in_the_product_and_by_one_mail(self, case, life, drafter):
        ends = granted(case, life)
        for left in (20, 19, 5):
            with time_machine.travel(noon(ends - timedelta(days=left)), tick=False):
                reminding.remind()
        told = Notice.objects.filter(code="licence-expiry", person=drafter.person)
        assert [notice.mail for notice in told] == [Notice.Mail.NEVER] * 2
        assert CaseReminder.objects.filter(person=drafter.person, kind="EXPIRES").count() == 2

    def test_tells_each_person_each_day_once(self, case, life, drafter, signatory):
        for day in (DUE - timedelta(days=3), DUE - timedelta(days=1), DUE, DUE + timedelta(days=1)):
            for _run in range(2):
                with time_machine.travel(noon(day), tick=False):
                    call_command("remind_cases", verbosity=0)
                    send_all()
        told = [(message.to[0], message.subject.partition(": ")[2]) for message in mail.outbox]
        people = (drafter.person.email, signatory.person.email)
        words = ("the time limit comes near", "the time limit is over")
        assert sorted(told) == sorted((person, word) for person in people for word in words)
        assert f"/licences/{case.slug}/" in mail.outbox[-1].body
        assert events.about(case).filter(verb="licensing.case.remind").count() == 4
        assert not CaseReminder.objects.filter(sent_at=None).exists()

    def test_a_due_day_that_moved_is_another(self, case, life):
        with time_machine.travel(noon(DUE), tick=False):
            assert reminding.remind() == 2
            LicenceCase.objects.update(due_on=DUE + timedelta(days=1))
            assert reminding.remind() == 2
            assert reminding.remind() == 0

    def test_tells_of_a_licence_three_times(self, case, life):
        ends = granted(case, life)
        for left in (61, 60, 45, 30, 7, 3, 0, -1):
            with time_machine.travel(noon(ends - timedelta(days=left)), tick=False):
                reminding.remind()
                send_all()
        assert sorted(CaseReminder.objects.values_list("days", flat=True)) == [7, 7, 30, 30, 60, 60]
        assert len(mail.outbox) == 6
        assert "26-JN-1" in mail.outbox[0].body
        assert "60 days are left" in mail.outbox[0].body

    def test_speaks_the_language_of_its_reader(self, case, drafter):
        type(drafter.person).objects.filter(pk=drafter.person.pk).update(language="hi")
        with time_machine.travel(noon(DUE), tick=False):
            reminding.remind()
            send_all()
        (told,) = [message for message in mail.outbox if message.to == [drafter.person.email]]
        assert "निर्यातक" in told.body

    def test_is_silent_when_it_was_decided_meanwhile(self, case, life):
        with time_machine.travel(noon(DUE), tick=False):
            assert reminding.remind() == 2
            services.report(case=case, by=life.drafter, claimed="REFUSED", claimed_on=DUE)
            send_all()
        assert mail.outbox == []

    def test_leaves_out_who_left(self, case, drafter):
        drafter.person.memberships.update(is_active=False)
        with time_machine.travel(noon(DUE), tick=False):
            assert reminding.remind() == 1


class TestSilence:
    HEARD = date(2026, 4, 1)

    @pytest.fixture
    def returned(self, life):
        """Asked for a correction, and no word since: no clock runs there."""
        with time_machine.travel(noon(self.HEARD), tick=False):
            returned = services.open_case(certificate=life.issued(), by=life.drafter)
            services.report(case=returned, by=life.drafter, claimed="CORRECTION", claimed_on=self.HEARD)
        return returned

    @pytest.mark.parametrize(("days", "mark"), [(29, None), (30, 30), (59, 30), (60, 60), (400, 390)])
    def test_presses_every_thirty_days(self, returned, days, mark):
        found = reminding.pressing(returned, self.HEARD + timedelta(days=days))
        assert [(one.kind, one.left, one.mark) for one in found] == ([("SILENT", days, mark)] if mark else [])

    def test_of_a_case_that_was_only_opened(self, life):
        with time_machine.travel(noon(self.HEARD), tick=False):
            opened = services.open_case(certificate=life.issued(), by=life.drafter)
        assert kinds(opened, self.HEARD + timedelta(days=31)) == [("SILENT", 31)]

    def test_leaves_the_asking_to_a_usable_licence(self, case, life):
        ends = granted(case, life)
        assert kinds(case, ends - timedelta(days=90)) == []
        day = date(2026, 6, 3)
        with time_machine.travel(noon(day), tick=False):
            services.report(case=case, by=life.drafter, claimed="SUSPENDED", claimed_on=day)
        assert kinds(case, day + timedelta(days=30)) == [("SILENT", 30)]

    def test_is_told_by_mail_each_time_until_somebody_speaks(self, returned, life):
        for days in (29, 30, 31, 45, 60, 61):
            with time_machine.travel(noon(self.HEARD + timedelta(days=days)), tick=False):
                reminding.remind()
                send_all()
        assert sorted(CaseReminder.objects.values_list("days", flat=True)) == [30, 30, 60, 60]
        assert "nothing was reported since 01-04-2026, for 60 days" in mail.outbox[-1].body
        with time_machine.travel(noon(self.HEARD + timedelta(days=80)), tick=False):
            services.report(
                case=returned, by=life.drafter, claimed="CORRECTION", claimed_on=date(2026, 6, 20)
            )
        with time_machine.travel(noon(self.HEARD + timedelta(days=100)), tick=False):
            assert reminding.remind() == 0


class TestPage:
    def test_shows_what_presses(self, case, life, client_for, drafter):
        with time_machine.travel(noon(DUE + timedelta(days=1)), tick=False):
            page = client_for(drafter).get(f"/licences/{case.slug}/").content.decode()
        assert "The decision was due on" in page
