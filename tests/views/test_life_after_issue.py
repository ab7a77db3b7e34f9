"""What follows an end is told first; a successor shows what it changes; verification says what replaced it."""

import pytest

from euc import consequences, demonstration, drafting, originals, services, signals, workflow
from euc.models import Certificate
from euc.models.certificate import today
from tests.euc.test_originals import FACTS


@pytest.fixture
def amended(issued, drafter):
    """A draft that is to take the place of the issued one, with another grade."""
    draft = drafting.copy(source=issued, by=drafter, supersede=True)
    line = draft.goods.get(number=1)
    drafting.record_line(certificate=draft, by=drafter, line=line, columns={"grade": "N45UH"})
    return Certificate.objects.get(pk=draft.pk)


def issue(certificate, signatory, officer, senior):
    services.submit(certificate=certificate, by=signatory, notice_seen=True)
    services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash)
    services.issue(certificate=certificate, by=senior, seen_hash=certificate.content_hash)


def revoking(client_for, senior, issued, url):
    return client_for(senior).get(url(issued, "revoke/"))


class TestConsequences:
    def test_stand_before_the_question(self, client_for, senior, issued, url):
        page = revoking(client_for, senior, issued, url).content.decode()
        assert page.index("What follows") < page.index('name="reason"')
        assert issued.undertakings.get().reference in page
        assert "still promised" in page
        assert "Stations still open: 2." in page

    def test_tell_of_a_paper_in_china(self, client_for, senior, issued, url, drafter, scan):
        for kind in ("SIGNED", "HANDED_IN", "ATTESTED", "HANDED_IN", "ATTESTED", "SENT"):
            originals.record(
                certificate=issued, by=drafter, kind=kind, happened_on=today(), facts=FACTS[kind], scan=scan
            )
        assert "left for China" in revoking(client_for, senior, issued, url).content.decode()

    def test_tell_of_certificates_that_rely_on_it_as_far_as_one_may_see(
        self, client_for, senior, issued, url, amended, signatory
    ):
        assert amended.reference not in revoking(client_for, senior, issued, url).content.decode()
        services.submit(certificate=amended, by=signatory, notice_seen=True)
        assert amended.reference in revoking(client_for, senior, issued, url).content.decode()

    def test_let_the_apps_above_speak(self, client_for, senior, issued, url):
        def speak(sender, certificate, by, **_given):
            return [consequences.Consequence(f"A licence of {certificate.reference} falls for {by.name}.")]

        signals.asked_for_consequences.connect(speak)
        try:
            page = revoking(client_for, senior, issued, url).content.decode()
        finally:
            signals.asked_for_consequences.disconnect(speak)
        assert f"A licence of {issued.reference} falls for Sunita Senior." in page


@pytest.fixture
def scan(issued):
    return issued.evidence.first().file


class TestSuccessor:
    def test_keeps_order_and_evidence(self, issued, amended):
        assert (amended.po_number, amended.po_date) == (issued.po_number, issued.po_date)
        kinds = [{one.kind for one in each.current_evidence()} for each in (amended, issued)]
        assert kinds[0] == kinds[1] != set()
        assert amended.supersedes == issued

    def test_shows_what_it_changes_and_that_the_old_one_stands(
        self, client_for, amended, issued, signatory, officer, senior, url
    ):
        services.submit(certificate=amended, by=signatory, notice_seen=True)
        for who, tail in ((officer, ""), (officer, "approve/"), (signatory, "")):
            answer = client_for(who).get(url(amended, tail))
            pairs = {(row["old"], row["new"]) for row in answer.context["against"]}
            assert ("N42UH", "N45UH") in pairs
            assert "stays as it is until this one is issued" in answer.content.decode()
        issued.refresh_from_db()
        assert issued.is_in_force()

    def test_is_named_by_public_verification_and_by_the_old_page(
        self, client, client_for, amended, issued, signatory, officer, senior, drafter, url
    ):
        before = client.get(f"/v/{issued.token}/").content.decode()
        assert "Issued and in force" in before
        issue(amended, signatory, officer, senior)
        after = client.get(f"/v/{issued.token}/").content.decode()
        assert f"Superseded by {amended.reference}" in after
        assert amended.token not in after
        assert issued.reference in client.get(f"/v/{amended.token}/").content.decode()
        told = client.get(f"/api/v1/verifications/{issued.token}/").json()
        assert (told["status"], told["replaced_by"]) == (workflow.SUPERSEDED, amended.reference)
        assert f"Superseded by {amended.reference}." in client_for(drafter).get(url(issued)).content.decode()

    @pytest.mark.parametrize("verb", ["reject", "withdraw"])
    def test_cannot_be_made_for_what_was_never_issued(
        self, client_for, submitted, drafter, officer, verb, url
    ):
        by = drafter if verb == "withdraw" else officer
        getattr(services, verb)(certificate=submitted, by=by, reason="x")
        count = Certificate.objects.count()
        answer = client_for(drafter).post(url(submitted, "copy/"), {"supersede": "1"}, follow=True)
        assert "cannot be superseded" in answer.content.decode()
        assert Certificate.objects.count() == count

    def test_says_that_the_old_one_stays(self, client_for, issued, drafter, url):
        answer = client_for(drafter).post(url(issued, "copy/"), {"supersede": "1"}, follow=True)
        assert "stays in force until this one is issued" in answer.content.decode()


class TestGiveUp:
    def test_asks_warns_and_shows_what_is_left(self, client_for, issued, signatory, drafter, officer, url):
        client = client_for(signatory)
        address = url(issued, "lines/1/give-up/")
        assert "cannot be taken back" in client.get(address).content.decode()
        wrong = client.post(address, {"weight_mg": "1300", "reason": "less"})
        assert wrong.context["form"].errors["weight_mg"]
        assert wrong.context["form"]["reason"].value() == "less"
        assert client.post(address, {"weight_mg": "200", "pieces": "10", "reason": "less"}).status_code == 302
        for who in (drafter, officer):
            shown = client_for(who).get(url(issued)).content.decode()
            assert "1,000.000" in shown
            assert "/give-up/" not in shown
        assert client_for(drafter).get(address).status_code == 403
        assert client.get(url(issued, "lines/9/give-up/")).status_code == 404

    def test_is_explained_when_it_ended(self, client_for, issued, signatory, senior, url):
        services.revoke(certificate=issued, by=senior, reason="cancelled")
        answer = client_for(signatory).post(
            url(issued, "lines/1/give-up/"), {"weight_mg": "1", "reason": "less"}
        )
        assert answer.status_code == 409


class TestRepeatOrder:
    def test_copies_and_shows_the_capacity_to_both_sides(
        self, client_for, issued, drafter, signatory, officer, url
    ):
        answer = client_for(drafter).post(url(issued, "copy/"), {"repeat": "1"}, follow=True)
        repeat = Certificate.objects.get(repeats=issued)
        assert answer.context["certificate"] == repeat
        assert (repeat.po_number, repeat.supersedes) == ("", None)
        for tail in ("", "draft/check/"):
            shown = client_for(drafter).get(url(repeat, tail)).content.decode()
            assert "22,800.000" in shown
            assert issued.reference in shown
        other = demonstration.submitted(drafter=drafter, signatory=signatory, po_number="PO-9")
        assert "Declared annual capacity" in client_for(officer).get(url(other)).content.decode()


def test_demonstration_shows_a_superseded_certificate(db):
    demonstration.load()
    assert Certificate.objects.filter(status=workflow.SUPERSEDED).exists()
