"""The verbs of the supplier room: secrets are hashes, codes have few tries, a form reports once, links end."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from euc import control
from licensing import awaiting, entering, rooms, services
from licensing.licence_facts import LicenceFacts
from licensing.models import LicenceCase, RoomCode, RoomInvitation, RoomPost, StatusReport
from tests.races import together
from workflow import engine, errands, events
from workflow.models import Errand

EXPORTER = "li.wei@magnets.example"


@pytest.fixture
def invitation(case, drafter):
    return rooms.invite(case=case, by=drafter, email=EXPORTER, note="Please help")


def run(kind):
    """Do every errand of a kind, as a worker does."""
    for errand in Errand.objects.filter(kind=kind, state=Errand.PENDING):
        assert errands.run(errand.pk)


def link(invitation):
    """The token as the mail brings it."""
    run(rooms.SEND_INVITATION)
    return re.search(r"/room/([\w-]+)/", mail.outbox[-1].body)[1]


def code_of(invitation, at=None):
    entering.ask_code(invitation=invitation, at=at)
    run(entering.SEND_CODE)
    return re.match(r"\d{6}", mail.outbox[-1].subject)[0]


class TestInvite:
    def test_mails_the_link_in_chinese_with_english_below(self, invitation):
        token = link(invitation)
        sent = mail.outbox[-1]
        assert sent.to == [EXPORTER]
        assert "Please help" in sent.body
        assert sent.body.index("出口许可证") < sent.body.index("asks for your help")
        assert entering.find_open(token) == invitation

    def test_keeps_a_hash_only(self, invitation):
        token = link(invitation)
        row = str(RoomInvitation.objects.values().get())
        assert token not in row
        assert token not in str(list(Errand.objects.values()))
        assert len(RoomInvitation.objects.get().token_hash) == 64

    def test_is_for_the_importers_people(self, case, officer, stranger, analyst):
        for other in (officer, stranger, analyst):
            with pytest.raises(engine.NotAllowed):
                rooms.invite(case=case, by=other, email=EXPORTER)

    def test_ends_with_the_case(self, case, drafter):
        services.report(case=case, by=drafter, claimed="REFUSED", claimed_on=control.day_in_china())
        with pytest.raises(engine.WrongStatus):
            rooms.invite(case=case, by=drafter, email=EXPORTER)

    def test_replaces_the_open_link_of_the_same_address(self, invitation, case, drafter):
        rooms.invite(case=case, by=drafter, email=EXPORTER.upper())
        invitation.refresh_from_db()
        assert invitation.revoked_at
        assert RoomInvitation.objects.open().count() == 1

    def test_allows_a_few_open_links(self, case, drafter):
        for number in range(rooms.MOST_OPEN_INVITATIONS):
            rooms.invite(case=case, by=drafter, email=f"{number}@magnets.example")
        with pytest.raises(engine.WrongStatus):
            rooms.invite(case=case, by=drafter, email="more@magnets.example")

    def test_a_repeated_mail_voids_the_link_of_the_first(self, invitation):
        first = link(invitation)
        errand = Errand.objects.get(kind=rooms.SEND_INVITATION)
        Errand.objects.filter(pk=errand.pk).update(state=Errand.PENDING, done_at=None)
        second = link(invitation)
        assert entering.find_open(first) is None
        assert entering.find_open(second) == invitation

    def test_no_mail_goes_out_once_it_was_revoked(self, invitation, drafter):
        rooms.revoke(invitation=invitation, by=drafter)
        run(rooms.SEND_INVITATION)
        assert mail.outbox == []


class TestLink:
    def test_lasts_fourteen_days(self, invitation):
        token, ends = link(invitation), invitation.invited_at + timedelta(days=14)
        assert entering.find_open(token, ends - timedelta(seconds=1))
        assert entering.find_open(token, ends) is None

    def test_is_over_when_revoked(self, invitation, drafter):
        token = link(invitation)
        rooms.revoke(invitation=invitation, by=drafter)
        rooms.revoke(invitation=invitation, by=drafter)
        assert entering.find_open(token) is None
        assert events.about(invitation.case).filter(verb__endswith="revoke_invitation").count() == 1

    @pytest.mark.parametrize("token", ["", "a" * 27, "\x00", "' or 1=1", "猜", "a" * 5000])
    def test_a_guess_finds_nothing(self, invitation, token):
        assert entering.find_open(token) is None


class TestCode:
    def test_opens_one_visit_once(self, invitation):
        digits = code_of(invitation)
        secret = entering.enter(invitation=invitation, digits=digits)
        assert entering.visit(invitation, secret)
        assert entering.enter(invitation=invitation, digits=digits) is None
        assert events.about(invitation.case).last().verb == "licensing.case.enter_room"

    def test_goes_to_the_invited_address_and_tells_nothing_of_the_case(self, invitation):
        code_of(invitation)
        sent = mail.outbox[-1]
        assert sent.to == [EXPORTER]
        assert invitation.case.reference not in sent.subject + sent.body
        assert invitation.case.importer.name not in sent.subject + sent.body

    def test_is_kept_as_a_keyed_hash(self, invitation, settings):
        digits = code_of(invitation)
        code = RoomCode.objects.get()
        assert digits not in str(RoomCode.objects.values().get()).replace(str(code.asked_at), "")
        settings.SECRET_KEY = "another"
        assert entering.enter(invitation=invitation, digits=digits) is None

    def test_locks_after_five_wrong_tries(self, invitation):
        digits = code_of(invitation)
        wrong = f"{(int(digits) + 1) % 10**6:06d}"
        for _try in range(5):
            assert entering.enter(invitation=invitation, digits=wrong) is None
        assert entering.enter(invitation=invitation, digits=digits) is None
        assert RoomCode.objects.get().tries == 5
        assert entering.waiting_code(invitation) is None
        assert events.about(invitation.case).filter(verb="licensing.case.lock_code").count() == 1

    def test_the_fifth_try_may_still_be_right(self, invitation):
        digits = code_of(invitation)
        for _try in range(4):
            entering.enter(invitation=invitation, digits="wrong!")
        assert entering.enter(invitation=invitation, digits=digits)

    def test_lasts_ten_minutes(self, invitation):
        digits = code_of(invitation)
        ends = RoomCode.objects.get().expires_at
        assert entering.enter(invitation=invitation, digits=digits, at=ends) is None
        assert entering.enter(invitation=invitation, digits=digits, at=ends - timedelta(seconds=1))

    def test_of_another_invitation_opens_nothing(self, invitation, case, drafter):
        other = rooms.invite(case=case, by=drafter, email="other@magnets.example")
        digits = code_of(invitation)
        assert entering.enter(invitation=other, digits=digits) is None
        secret = entering.enter(invitation=invitation, digits=digits)
        assert entering.visit(other, secret) is None

    def test_is_sent_once_a_minute_and_ten_times_a_day(self, invitation):
        now = timezone.now()
        entering.ask_code(invitation=invitation, at=now)
        with pytest.raises(entering.TooManyCodes) as refused:
            entering.ask_code(invitation=invitation, at=now + timedelta(seconds=59))
        assert refused.value.wait == timedelta(seconds=1)
        for minute in range(1, 10):
            entering.ask_code(invitation=invitation, at=now + timedelta(minutes=minute))
        with pytest.raises(entering.TooManyCodes):
            entering.ask_code(invitation=invitation, at=now + timedelta(hours=23))
        entering.ask_code(invitation=invitation, at=now + timedelta(hours=25))

    def test_that_was_asked_for_too_long_ago_is_not_mailed(self, invitation):
        entering.ask_code(invitation=invitation, at=timezone.now() - timedelta(minutes=11))
        run(entering.SEND_CODE)
        assert mail.outbox == []

    def test_only_the_newest_counts(self, invitation):
        now = timezone.now()
        first = code_of(invitation, at=now - timedelta(minutes=2))
        second = code_of(invitation, at=now)
        if first != second:
            assert entering.enter(invitation=invitation, digits=first) is None
        assert entering.enter(invitation=invitation, digits=second)


class TestVisit:
    @pytest.fixture
    def secret(self, invitation):
        return entering.enter(invitation=invitation, digits=code_of(invitation))

    def test_lasts_eight_hours(self, invitation, secret):
        ends = entering.visit(invitation, secret).entered_at + timedelta(hours=8)
        assert entering.visit(invitation, secret, ends - timedelta(seconds=1))
        assert entering.visit(invitation, secret, ends) is None

    def test_ends_with_the_invitation(self, invitation):
        at = invitation.expires_at - timedelta(hours=1)
        code = RoomCode.objects.create(
            invitation=invitation, asked_at=at, expires_at=at + timedelta(minutes=9)
        )
        RoomCode.objects.filter(pk=code.pk).update(code_hash=entering._keyed(code.pk, "123456"))
        entering.enter(invitation=invitation, digits="123456", at=at)
        assert RoomCode.objects.get().visit_until == invitation.expires_at

    def test_ends_when_one_leaves(self, invitation, secret):
        entering.leave(entering.visit(invitation, secret))
        assert entering.visit(invitation, secret) is None

    @pytest.mark.parametrize("guess", ["", "None", "a" * 27])
    def test_is_not_guessed(self, invitation, secret, guess):
        assert entering.visit(invitation, guess) is None


TOLD = {"claimed": "FILED", "application_number": "SQ-1", "note": "filed", "confidence": "MEDIUM"}


def tell(invitation, key="k1", **given):
    told = {"claimed_on": control.day_in_china(), "licence": None, **TOLD, **given}
    return rooms.report(invitation=invitation, key=key, **told)


class TestReport:
    def test_moves_the_case_with_its_source_and_address(self, invitation, drafter):
        made = tell(invitation)
        assert made.source == StatusReport.Source.SUPPLIER_ROOM
        assert made.room_post.invitation.email == EXPORTER
        assert made.recorded_by.is_system
        assert LicenceCase.objects.get().status == "FILED"
        entered = events.about(invitation.case).last()
        assert entered.person_name == "Supplier room"
        assert entered.organisation_name == str(drafter.organisation)

    def test_twice_the_same_form_reports_once(self, invitation):
        assert tell(invitation) == tell(invitation)
        assert StatusReport.objects.count() == RoomPost.objects.count() == 1

    def test_the_same_form_with_other_words_is_another_report(self, invitation):
        tell(invitation)
        tell(invitation, note="no, filed today")
        tell(invitation, key="k2")
        assert StatusReport.objects.count() == 3

    def test_the_licence_comes_with_it(self, invitation):
        day = control.day_in_china()
        facts = LicenceFacts("26-JN-1", day, day + timedelta(days=300), {1: 5_000_000})
        tell(invitation, claimed="ISSUED", licence=facts)
        tell(invitation, claimed="ISSUED", licence=facts)
        assert LicenceCase.objects.get().licence.number == "26-JN-1"
        assert StatusReport.objects.count() == 1

    def test_refuses_what_the_case_refuses_and_keeps_nothing(self, invitation):
        with pytest.raises(engine.Incomplete):
            tell(invitation, claimed_on=control.day_in_china() + timedelta(days=1))
        assert not RoomPost.objects.exists()

    def test_is_refused_once_the_link_was_revoked(self, invitation, drafter):
        rooms.revoke(invitation=invitation, by=drafter)
        with pytest.raises(engine.WrongStatus):
            tell(invitation)

    def test_is_bounded_in_a_day(self, invitation, monkeypatch):
        monkeypatch.setattr(rooms, "MOST_POSTS_A_DAY", 2)
        for number in range(2):
            tell(invitation, key=f"k{number}")
        with pytest.raises(engine.WrongStatus):
            tell(invitation, key="k9")


class TestCorrection:
    def test_is_told_to_who_invited_in_their_language(self, invitation, drafter):
        type(drafter.person).objects.filter(pk=drafter.person.pk).update(language="hi")
        for _click in range(2):
            rooms.ask_correction(invitation=invitation, key="k", text="The grade is N42SH")
        run(rooms.TELL_OF_CORRECTION)
        (sent,) = [message for message in mail.outbox if message.to == [drafter.person.email]]
        assert "The grade is N42SH" in sent.body
        assert invitation.case.reference in sent.subject
        assert "सुधार" in sent.subject
        assert events.about(invitation.case).last().details["reason"] == "The grade is N42SH"

    def test_needs_words(self, invitation):
        with pytest.raises(engine.Incomplete):
            rooms.ask_correction(invitation=invitation, key="k", text="")


class TestAwaiting:
    def test_every_open_station_asks_something(self, case):
        for status in ("PREPARED", "FILED", "ACCEPTED", "PAUSED", "APPROVED", "ISSUED", "SUSPENDED"):
            case.status = status
            assert awaiting.questions(case)

    def test_asks_for_the_number_and_what_is_contradicted(self, case):
        case.status = "ACCEPTED"
        without = awaiting.questions(case)
        case.application_number, case.is_contested = "SQ-1", True
        with_number = awaiting.questions(case)
        assert "number" in without[-1]
        assert "contradict" in with_number[0]
        case.status, case.is_contested = "EXPIRED", False
        assert awaiting.questions(case) == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_form_that_arrives_four_times_at_once_reports_once(self, invitation):
        rooms.actor_of(invitation)
        found = together(*[lambda: tell(RoomInvitation.objects.get(pk=invitation.pk))] * 4)
        assert {made.pk for made in found} == {StatusReport.objects.get().pk}

    def test_guesses_at_once_are_five_at_most(self, invitation):
        digits = code_of(invitation)
        wrong = f"{(int(digits) + 1) % 10**6:06d}"
        together(*[lambda: entering.enter(invitation=invitation, digits=wrong)] * 12)
        assert RoomCode.objects.get().tries == 5
        assert entering.enter(invitation=invitation, digits=digits) is None

    def test_one_code_is_sent_for_presses_at_once(self, invitation):
        results = together(
            *[lambda: entering.ask_code(invitation=RoomInvitation.objects.get(pk=invitation.pk))] * 4
        )
        assert [type(result) for result in results].count(RoomCode) == 1
        assert RoomCode.objects.count() == 1
