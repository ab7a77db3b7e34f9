"""Pages of mail: suggestions with their passage, confirmed or dismissed; who sees what; strangers' words as text."""

import re

import pytest
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice
from licensing import rooms, tasks
from licensing.mail import keeping, tagging
from licensing.models import MailBox, MailMatching, MailRuling, StatusReport
from tests.licensing.letters import EXPORTER, letter, with_files
from tests.licensing.test_mail_sorting import OURS, PASSED
from tests.licensing.test_services import ago, fresh
from workflow.models import Errand


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.MAIL_ADDRESS = "cases@euc.test"
    settings.MAIL_AUTHSERV_ID = OURS


@pytest.fixture
def address(life, case):
    rooms.invite(case=case, by=life.drafter, email=EXPORTER)
    return tagging.address_of(case)


@pytest.fixture
def suggestion(address):
    text = (
        f"The application was accepted on {ago(9):%d %B %Y}.\n<img src=x onerror=alert(1)> https://evil.test"
    )
    return keeping.take(letter(text, to=address, more=[PASSED])).suggestions.get()


@pytest.fixture
def unmatched(db):
    return keeping.take(letter("Hello, the licence was issued.", sender="x@other.test", number=9))


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def case_path(case):
    return f"/licences/{case.slug}/"


def answers(suggestion, **given):
    known = {"claimed": "ACCEPTED", "claimed_on": f"{ago(9):%d-%m-%Y}", "confidence": "MEDIUM"}
    return known | given


class TestCase:
    def test_shows_suggestion_passage_and_address(self, case, address, suggestion, life, client_for):
        found = page(client_for(life.drafter), case_path(case))
        assert suggestion.passage in found
        assert f'data-copy="{address}"' in found
        assert "Look and confirm" in found

    def test_shows_strangers_words_as_text(self, case, suggestion, life, client_for):
        for path in (
            case_path(case),
            f"/licences/mail/{suggestion.message_id}/",
            f"{case_path(case)}mail/{suggestion.pk}/confirm/",
        ):
            found = page(client_for(life.drafter), path)
            assert "<img src=x" not in found
            assert "&lt;img src=x onerror=alert(1)&gt;" in found
            assert 'href="https://evil.test' not in found

    def test_shows_the_address_to_the_importer_only(
        self, case, address, suggestion, officer, analyst, client_for
    ):
        assert address not in page(client_for(officer), case_path(case))
        assert suggestion.passage in page(client_for(officer), case_path(case))
        found = page(client_for(analyst), case_path(case))
        assert address not in found
        assert suggestion.passage not in found

    def test_shows_no_address_without_a_mailbox(self, case, life, client_for, settings):
        settings.MAIL_ADDRESS = ""
        assert "Mail about this case" not in page(client_for(life.drafter), case_path(case))

    def test_asks_no_more_of_the_database_for_more_mail(self, case, address, suggestion, life, client_for):
        client = client_for(life.drafter)
        page(client, case_path(case))
        with CaptureQueriesContext(connection) as few:
            page(client, case_path(case))
        for number in range(5):
            keeping.take(
                letter(f"It was accepted on {ago(number):%d %B %Y}.", to=address, number=50 + number)
            )
        with CaptureQueriesContext(connection) as many:
            assert page(client, case_path(case)).count("Look and confirm") == 6
        assert len(many) == len(few)


class TestConfirm:
    def path(self, suggestion):
        return f"{case_path(suggestion.case)}mail/{suggestion.pk}/confirm/"

    def test_shows_what_was_read_and_reports_what_is_said(self, case, suggestion, life, client_for):
        client = client_for(life.drafter)
        found = page(client, self.path(suggestion))
        assert f'value="{ago(9):%Y-%m-%d}"' in found or f'value="{ago(9):%d-%m-%Y}"' in found
        assert 'type="file"' not in found
        answer = client.post(self.path(suggestion), answers(suggestion, claimed_on=f"{ago(8):%d-%m-%Y}"))
        assert answer.status_code == 302
        assert (fresh(case).status, fresh(case).status_on) == ("ACCEPTED", ago(8))
        assert StatusReport.objects.get().source == "EMAIL"
        assert "decided already" in page(client, self.path(suggestion))

    def test_keeps_what_was_typed_beside_the_error(self, case, suggestion, life, client_for):
        given = answers(suggestion, claimed_on="31-02-2026", note="as told")
        answer = client_for(life.drafter).post(self.path(suggestion), given)
        assert answer.status_code == 422
        assert "as told" in answer.content.decode()
        assert not MailRuling.objects.exists()

    def test_of_a_licence_asks_for_it_beside_its_field(self, suggestion, life, client_for):
        answer = client_for(life.drafter).post(self.path(suggestion), answers(suggestion, claimed="ISSUED"))
        assert answer.status_code == 422
        assert "Enter the licence" in answer.content.decode()

    def test_of_what_was_dismissed_is_refused(self, suggestion, life, client_for):
        keeping.dismiss(suggestion=suggestion, by=life.drafter)
        assert client_for(life.drafter).post(self.path(suggestion), answers(suggestion)).status_code == 409

    def test_dismisses(self, case, suggestion, life, client_for):
        path = f"{case_path(case)}mail/{suggestion.pk}/dismiss/"
        client = client_for(life.drafter)
        assert [client.post(path).status_code for _ in range(2)] == [302, 302]
        assert MailRuling.objects.get().report is None
        assert client.get(path).status_code == 405

    def test_is_absent_for_others(self, case, suggestion, stranger, client_for):
        for path in (self.path(suggestion), f"/licences/mail/{suggestion.message_id}/"):
            assert client_for(stranger).get(path).status_code == 404


class TestList:
    def test_shows_the_authority_what_waits_and_how_the_mailbox_is(
        self, suggestion, unmatched, officer, client_for
    ):
        since = timezone.now()
        MailBox.objects.create(name="cases@mail.test", failures=2, failing_since=since, trouble="LOGIN")
        found = page(client_for(officer), "/licences/mail/")
        assert "x@other.test" in found
        assert EXPORTER not in found
        assert "has been failing since" in found
        assert EXPORTER in page(client_for(officer), "/licences/mail/?show=ALL")

    def test_shows_the_importer_its_own_only(self, suggestion, unmatched, life, client_for):
        MailBox.objects.create(name="cases@mail.test")
        found = page(client_for(life.drafter), "/licences/mail/?show=ALL")
        assert EXPORTER in found
        assert "x@other.test" not in found
        assert "mail.test" not in found

    @pytest.mark.parametrize("query", ["?show=QUARANTINED", "?show=nonsense", "?after=x"])
    def test_answers_whatever_is_asked(self, unmatched, officer, client_for, query):
        page(client_for(officer), f"/licences/mail/{query}")

    def test_is_not_the_analysts(self, analyst, client_for):
        page(client_for(analyst), "/licences/mail/", status=403)


class TestMessage:
    def test_is_brought_to_a_case_by_an_officer(self, case, unmatched, officer, life, client_for):
        path = f"/licences/mail/{unmatched.pk}/"
        assert "Bring it to a case" in page(client_for(officer), path)
        page(client_for(life.drafter), path, status=404)
        for wrong in ("LIC/0388000001/2026-27/9999", "x", "", "LIC-1-2-3-4"):
            assert client_for(officer).post(f"{path}match/", {"case": wrong}).status_code == 422
        answer = client_for(officer).post(f"{path}match/", {"case": case.slug.lower()})
        assert answer.status_code == 302
        assert MailMatching.objects.get().case == case
        assert "Brought to the case" in page(client_for(life.drafter), path)
        assert "Not matched" not in page(client_for(life.drafter), case_path(case)).replace("not m", "Not m")
        assert client_for(officer).post(f"{path}match/", {"case": case.reference}).status_code == 409

    def test_is_fetched_where_it_belongs_only(
        self, suggestion, unmatched, address, life, officer, client_for
    ):
        answer = client_for(life.drafter).get(f"/licences/mail/{suggestion.message_id}/file/")
        assert answer["Content-Disposition"].startswith("attachment")
        assert client_for(officer).get(f"/licences/mail/{unmatched.pk}/file/").status_code == 404
        forged = keeping.take(letter("x", sender="x@other.test", to=address, number=3))
        assert "It belongs to no case yet" in page(client_for(life.drafter), f"/licences/mail/{forged.pk}/")
        assert client_for(life.drafter).get(f"/licences/mail/{forged.pk}/file/").status_code == 404

    def test_names_attachments_without_a_link(self, address, life, client_for):
        message = keeping.take(with_files(("<b>.pdf", "application/pdf", b"%PDF-"), to=address))
        found = page(client_for(life.drafter), f"/licences/mail/{message.pk}/")
        assert "&lt;b&gt;.pdf" in found
        assert not re.search(r'href="[^"]*\.pdf', found)


class TestTelling:
    def test_the_importers_people_are_told(self, case, suggestion):
        assert Notice.objects.filter(code="licence-mail").exists()

    def test_the_invitation_is_answered_to_the_cases_address(self, address, case):
        errand = Errand.objects.get(kind=rooms.SEND_INVITATION)
        tasks.send_room_invitation(errand)
        assert outbox.outbox[-1].reply_to == [address]


class TestJson:
    def test_shows_what_is_suggested_and_what_became_of_it(
        self, case, suggestion, life, stranger, analyst, client_for
    ):
        path = f"/api/v1/licence-cases/{case.slug}/suggestions/"
        (found,) = client_for(life.drafter).get(path).json()["results"]
        assert (found["state"], found["claimed"], found["is_sure"]) == ("PENDING", "ACCEPTED", True)
        assert (found["passage"], found["sender"]) == (suggestion.passage, EXPORTER)
        keeping.dismiss(suggestion=suggestion, by=life.drafter)
        assert client_for(life.drafter).get(path).json()["results"][0]["state"] == "DISMISSED"
        assert client_for(stranger).get(path).status_code == 404
        assert client_for(analyst).get(path).status_code == 403
        assert client_for(life.drafter).post(path).status_code == 405
