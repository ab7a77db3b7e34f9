"""Mails kept: each once, a suggestion for a person, a report only by a person's word, once, and of this case."""

from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from documents import storing
from licensing import rooms, services
from licensing.mail import keeping, tagging
from licensing.models import (
    LicenceCase,
    MailArrival,
    MailMatching,
    MailMessage,
    MailRuling,
    MailSuggestion,
    StatusReport,
)
from tests.licensing.letters import EXPORTER, letter, with_files
from tests.licensing.test_mail_sorting import OURS, PASSED
from tests.licensing.test_services import ago, facts, fresh, misses_of
from tests.races import together
from workflow import events
from workflow.append_only import WriteOnce
from workflow.engine import Incomplete, NotAllowed, WrongStatus


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.MAIL_ADDRESS = "cases@euc.test"
    settings.MAIL_AUTHSERV_ID = OURS


@pytest.fixture
def address(life, case):
    rooms.invite(case=case, by=life.drafter, email=EXPORTER)
    return tagging.address_of(case)


def accepted(address, days=9, **given):
    return letter(
        f"我司的申请已于{ago(days):%Y年%m月%d日}受理，申请号 SQ-2026-118。",
        to=address,
        charset="gbk",
        **given,
    )


def take(address, **given):
    message = keeping.take(accepted(address, more=[PASSED], **given))
    return message, message.suggestions.get()


def confirm(suggestion, by, **given):
    told = {"claimed": suggestion.claimed, "claimed_on": suggestion.claimed_on}
    return keeping.confirm(suggestion=suggestion, by=by, **told | given)


class TestTake:
    def test_suggests_and_changes_nothing(self, case, address):
        message, found = take(address)
        assert (found.claimed, found.claimed_on, found.is_day_told) == ("ACCEPTED", ago(9), True)
        assert (found.confidence, found.is_sure, found.application_number) == ("MEDIUM", True, "SQ-2026-118")
        assert found.passage in message.text
        assert fresh(case).status == "PREPARED"
        assert not StatusReport.objects.exists()

    def test_keeps_the_bytes(self, address):
        content = accepted(address)
        message = keeping.take(content)
        assert (storing.read(message.file), message.size) == (content, len(content))

    @pytest.mark.parametrize("more", [[], ["Authentication-Results: other.test; dmarc=pass"]])
    def test_is_not_sure_of_what_nobody_proved(self, address, more):
        message = keeping.take(accepted(address, more=more))
        assert [one.is_sure for one in message.suggestions.all()] == [False]

    def test_is_not_sure_without_a_day_nor_of_what_is_forwarded(self, address):
        message = keeping.take(letter("已受理。", to=address, more=[PASSED]))
        assert [one.is_sure for one in message.suggestions.all()] == [False]
        message = keeping.take(accepted(address, more=[PASSED], subject="Fwd: news"))
        assert [one.is_sure for one in message.suggestions.all()] == [False]

    def test_counts_the_same_mail_once(self, address):
        content = accepted(address)
        assert keeping.take(content) == keeping.take(content)
        assert (MailMessage.objects.count(), MailArrival.objects.count()) == (1, 2)
        assert MailSuggestion.objects.count() == 1

    def test_does_not_suggest_again_what_it_suggested(self, address):
        take(address, number=1)
        assert not keeping.take(accepted(address, number=2)).suggestions.exists()
        assert keeping.take(accepted(address, days=8, number=3)).suggestions.exists()

    def test_suggests_again_what_is_proven_now(self, address):
        assert keeping.take(accepted(address, number=1)).suggestions.get().is_sure is False
        assert take(address, number=2)[1].is_sure

    def test_takes_the_day_on_which_it_was_written_as_far_as_it_is_believable(self, address):
        at = timezone.now()
        for days, number in ((3, 1), (90, 2), (-2, 3)):
            date = format_datetime((at - timedelta(days=days)).astimezone(UTC))
            message = keeping.take(letter("已受理。", to=address, number=number, date=date))
            on = ago(3) if days == 3 else ago(0)
            assert [one.claimed_on for one in message.suggestions.all()] == ([on] if number < 3 else [])

    def test_tells_the_case(self, case, address):
        take(address)
        last = events.about(case).last()
        assert (last.verb, last.details["suggestions"]) == ("licensing.case.receive_mail", 1)

    def test_does_not_tell_the_case_of_what_only_words_brought(self, case, address):
        before = events.about(case).count()
        message = keeping.take(letter("已受理。", subject=case.reference))
        assert (message.found_by, message.suggestions.count()) == ("WORDS", 1)
        assert events.about(case).count() == before

    def test_keeps_what_cannot_be_read(self, db):
        for content in (b"", b"\x00\xff" * 100, b"\r\n\r\n"):
            message = keeping.take(content)
            assert (message.outcome, message.reason) == ("QUARANTINED", "BROKEN")
            assert storing.read(message.file) == content

    def test_is_written_once(self, address):
        message, found = take(address)
        for row in (message, found, message.arrivals.get()):
            with pytest.raises(WriteOnce):
                row.save()

    def test_lists_attachments_without_opening_them(self, address):
        content = with_files(("许可证.pdf", "application/pdf", b"%PDF-"), to=address)
        message = keeping.take(content)
        assert [one["name"] for one in message.attachments] == ["许可证.pdf"]

    @pytest.mark.services
    @pytest.mark.django_db(transaction=True)
    def test_at_once_makes_one(self, address):
        content = accepted(address)
        together(*[lambda: keeping.take(content)] * 2)
        assert (MailMessage.objects.count(), MailSuggestion.objects.count()) == (1, 1)


class TestVisible:
    def test_to_whom_it_belongs(self, case, address, life, stranger, auditor, analyst, officer):
        tagged, suggestion = take(address)
        by_words = keeping.take(letter("许可证已签发。", subject=case.reference, number=2))
        unmatched = keeping.take(letter("x", sender="x@other.test", number=3))
        forged = keeping.take(letter("x", sender="x@other.test", to=address, number=4))
        everything = {tagged, by_words, unmatched, forged}
        for actor, seen in (
            (life.drafter, {tagged, forged}),
            (stranger, set()),
            (analyst, set()),
            (officer, everything),
            (auditor, everything),
            (None, set()),
        ):
            assert set(MailMessage.objects.visible_to(actor)) == seen
        assert list(MailSuggestion.objects.visible_to(life.drafter)) == [suggestion]
        assert set(MailMessage.objects.waiting()) == {unmatched, forged}


class TestConfirm:
    def test_reports_with_the_mail_as_evidence(self, case, address, life):
        message, found = take(address)
        made = confirm(found, life.drafter, application_number="SQ-2026-118")
        assert (made.source, made.claimed, made.claimed_on) == ("EMAIL", "ACCEPTED", ago(9))
        assert (made.evidence, made.recorded_by) == (message.file, life.drafter.person)
        assert (fresh(case).status, fresh(case).application_number) == ("ACCEPTED", "SQ-2026-118")
        assert not MailSuggestion.objects.pending().exists()

    def test_reports_what_the_person_says_instead(self, case, address, life):
        _message, found = take(address)
        confirm(found, life.drafter, claimed="FILED", claimed_on=ago(12))
        assert (fresh(case).status, fresh(case).status_on) == ("FILED", ago(12))

    def test_twice_reports_once(self, address, life, officer):
        _message, found = take(address)
        assert confirm(found, life.drafter) == confirm(found, officer, claimed="FILED")
        assert StatusReport.objects.count() == MailRuling.objects.count() == 1

    def test_of_a_licence_needs_the_licence(self, case, address, life):
        message = keeping.take(letter(f"The licence was issued on {ago(5):%d %B %Y}.", to=address))
        found = message.suggestions.get()
        with pytest.raises(Incomplete) as refused:
            confirm(found, life.drafter)
        assert misses_of(refused) == ["number"]
        assert not MailRuling.objects.exists()
        confirm(found, life.drafter, licence=facts())
        assert fresh(case).status == "ISSUED"

    def test_is_refused_to_others(self, address, stranger, auditor, analyst):
        _message, found = take(address)
        for actor in (stranger, auditor, analyst, keeping.actor_of(found.case)):
            for act in (confirm, lambda suggestion, by: keeping.dismiss(suggestion=suggestion, by=by)):
                with pytest.raises(NotAllowed):
                    act(found, actor)

    def test_is_the_authoritys_where_only_words_brought_it(self, case, address, life, officer):
        found = keeping.take(letter("已受理。", subject=case.reference)).suggestions.get()
        with pytest.raises(NotAllowed):
            confirm(found, life.drafter)
        assert confirm(found, officer).source == "EMAIL"

    @pytest.mark.services
    @pytest.mark.django_db(transaction=True)
    def test_at_once_reports_once(self, address, life):
        _message, found = take(address)
        together(*[lambda: confirm(MailSuggestion.objects.get(pk=found.pk), life.drafter)] * 2)
        assert StatusReport.objects.count() == 1


class TestDismiss:
    def test_leaves_the_case(self, case, address, life):
        _message, found = take(address)
        for _ in range(2):
            keeping.dismiss(suggestion=found, by=life.drafter)
        assert (MailRuling.objects.count(), fresh(case).status) == (1, "PREPARED")
        assert events.about(case).last().verb == "licensing.case.dismiss_mail"
        with pytest.raises(WrongStatus, match="dismissed"):
            confirm(found, life.drafter)

    def test_not_of_what_was_confirmed(self, address, life):
        _message, found = take(address)
        confirm(found, life.drafter)
        with pytest.raises(WrongStatus, match="confirmed"):
            keeping.dismiss(suggestion=found, by=life.drafter)


class TestMatch:
    def test_gives_it_to_the_importer_and_is_never_sure(self, case, address, life, officer):
        message = keeping.take(accepted("cases@euc.test", more=[PASSED]))
        assert message.reason == "NO_CASE"
        keeping.match(message=message, case=case, by=officer)
        assert list(MailMessage.objects.visible_to(life.drafter)) == [message]
        assert [(one.case, one.is_sure) for one in message.suggestions.all()] == [(case, False)]
        assert not MailMessage.objects.waiting().exists()
        assert list(MailMessage.objects.of_case(case)) == [message]

    def test_once(self, case, address, officer):
        message = keeping.take(accepted("cases@euc.test"))
        keeping.match(message=message, case=case, by=officer)
        with pytest.raises(WrongStatus):
            keeping.match(message=message, case=case, by=officer)
        tagged, _found = take(address, number=7)
        with pytest.raises(WrongStatus):
            keeping.match(message=tagged, case=case, by=officer)
        assert MailMatching.objects.count() == 1

    def test_is_refused_to_others(self, case, address, life, auditor, stranger):
        message = keeping.take(accepted("cases@euc.test"))
        for actor in (life.drafter, auditor, stranger):
            with pytest.raises(NotAllowed):
                keeping.match(message=message, case=case, by=actor)

    def test_takes_what_words_suggested_of_another_case_back(self, case, address, life, officer, certificate):
        message = keeping.take(letter("已受理。", subject=case.reference))
        services.report(case=fresh(case), by=life.drafter, claimed="REFUSED", claimed_on=ago(3))
        again = services.open_case(certificate=certificate, by=life.drafter, refiles=fresh(case))
        keeping.match(message=message, case=again, by=officer)
        assert [one.case for one in MailSuggestion.objects.pending()] == [
            LicenceCase.objects.get(pk=again.pk)
        ]
