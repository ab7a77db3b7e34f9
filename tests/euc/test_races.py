"""Two reviewers, or one in a hurry, at the same moment: what comes out is what one after the other gives."""

import time

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts import actors
from accounts.roles import Role
from documents import storing
from documents.models import Document
from euc import countersigning, services, workflow
from euc.models import Approval, Certificate, Countersignature, Serial, Undertaking
from tests.factories import MembershipFactory
from tests.races import together
from tests.views.test_countersigning import a_signature
from workflow import errands, events
from workflow.engine import NotAllowed, WrongStatus
from workflow.models import Event

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
TIMES = 5
REFUSALS = (NotAllowed, WrongStatus)


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


def approve(certificate, by):
    return lambda: services.approve(
        certificate=stored(certificate), by=by, seen_hash=certificate.content_hash
    )


def issue(certificate, by):
    return lambda: services.issue(certificate=stored(certificate), by=by, seen_hash=certificate.content_hash)


def send_back(certificate, by):
    return lambda: services.send_back(certificate=stored(certificate), by=by, reason="unclear")


def revoke(certificate, by):
    return lambda: services.revoke(certificate=stored(certificate), by=by, reason="cancelled")


def withdraw(certificate, by):
    return lambda: services.withdraw(certificate=stored(certificate), by=by, reason="not needed")


def after(milliseconds, call):
    def late():
        time.sleep(milliseconds / 1000)
        return call()

    return late


def a_document(certificate, content):
    return storing.register(
        content=content,
        kind="euc.certificate",
        reference=certificate.reference,
        revision=certificate.revision_number,
        content_hash=certificate.content_hash,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=1,
        book=certificate.book,
        name="a.pdf",
    )


def succeeded(results):
    """How many calls succeeded; whatever else happened must be a refusal in words."""
    strange = [result for result in results if result is not None and not isinstance(result, REFUSALS)]
    assert strange == [], strange
    return results.count(None)


def told(certificate, verb):
    return events.about(certificate).filter(verb=f"euc.certificate.{verb}").count()


@pytest.fixture(autouse=True)
def _history_holds(transactional_db):
    yield
    assert list(events.faults()) == []


@pytest.fixture
def both(make_actor, authority):
    return make_actor("Bina Both", authority, Role.OFFICER, Role.SENIOR)


class TestTwoApprovalsAtOnce:
    def test_by_the_same_person_count_once(self, life):
        for _ in range(TIMES):
            certificate = life.submitted()
            assert succeeded(together(*[approve(certificate, life.officer)] * 4)) == 1
            assert Approval.objects.filter(revision__certificate=certificate).count() == 1
            assert told(certificate, "approve") == 1

    def test_by_two_officers_count_once(self, life, second_officer):
        certificate = life.submitted()
        calls = [approve(certificate, life.officer), approve(certificate, second_officer)] * 2
        assert succeeded(together(*calls)) == 1
        assert stored(certificate).approved_by == Approval.objects.get().given_by


class TestOnePersonWithBothRoles:
    def test_never_approves_and_issues(self, life, both):
        for _ in range(TIMES):
            certificate = life.submitted()
            calls = [approve(certificate, both), issue(certificate, both)] * 4
            assert succeeded(together(*calls)) == 1
            assert stored(certificate).status == workflow.APPROVED
            assert stored(certificate).issued_by is None

    def test_never_issues_what_they_approved(self, life, both):
        certificate = life.submitted()
        life.approve(certificate, by=both)
        assert succeeded(together(*[issue(certificate, both)] * 8)) == 0
        assert stored(certificate).status == workflow.APPROVED


class TestAuthor:
    def test_never_approves_or_issues(self, life, authority):
        certificate = life.submitted()
        turncoats = []
        for author in (life.drafter, life.signatory):
            author.person.memberships.all().delete()
            for role in (Role.OFFICER, Role.SENIOR):
                MembershipFactory(person=author.person, organisation=authority, role=role)
            turncoats.append(actors.of(author.person, authority))
        calls = [verb(certificate, by) for verb in (approve, issue) for by in turncoats] * 2
        assert succeeded(together(*calls)) == 0
        assert stored(certificate).status == workflow.SUBMITTED


class TestTwoIssuesAtOnce:
    def test_issue_once(self, life, make_actor, authority):
        other_senior = make_actor("Sarla Senior", authority, Role.SENIOR)
        for _ in range(TIMES):
            certificate = life.approved()
            calls = [issue(certificate, life.senior), issue(certificate, other_senior)] * 2
            assert succeeded(together(*calls)) == 1
            assert told(certificate, "issue") == errands.of(certificate).count() == 1
            assert Undertaking.objects.get(certificate=certificate).status == workflow.IN_FORCE


class TestApprovalAndReturn:
    def test_end_as_one_after_the_other(self, life, second_officer):
        for _ in range(TIMES):
            certificate = life.submitted()
            results = together(approve(certificate, life.officer), send_back(certificate, second_officer))
            assert succeeded(results) in {1, 2}
            after = stored(certificate)
            assert after.status == workflow.RETURNED, "a return is possible before and after an approval"
            assert (after.approved_by, after.approved_hash) == (None, "")
            assert Undertaking.objects.get(certificate=certificate).status == workflow.RETURNED

    def test_of_what_is_being_issued_leave_one_of_both(self, life):
        for _ in range(TIMES):
            certificate = life.approved()
            results = together(issue(certificate, life.senior), send_back(certificate, life.officer))
            assert succeeded(results) == 1
            expected = workflow.ISSUED if results[0] is None else workflow.RETURNED
            assert stored(certificate).status == expected

    def test_and_withdrawal_leave_the_undertaking_in_step(self, life):
        certificate = life.approved()
        results = together(issue(certificate, life.senior), withdraw(certificate, life.signatory))
        assert succeeded(results) == 1
        pair = (stored(certificate).status, Undertaking.objects.get(certificate=certificate).status)
        assert pair in {(workflow.ISSUED, workflow.IN_FORCE), (workflow.WITHDRAWN, workflow.WITHDRAWN)}


class TestSuccessor:
    @pytest.mark.parametrize("milliseconds", [0, 20, 40, 60, 90])
    def test_and_the_end_of_the_earlier_one_do_not_wait_for_each_other(self, life, milliseconds):
        earlier = life.issued()
        successor = life.successor(earlier)
        results = together(issue(successor, life.senior), after(milliseconds, revoke(earlier, life.senior)))
        assert succeeded(results) in {1, 2}
        assert results[0] is None
        assert stored(earlier).status in {workflow.REVOKED, workflow.SUPERSEDED}

    def test_takes_the_place_once(self, life):
        earlier = life.issued()
        rivals = [life.successor(earlier) for _ in range(3)]
        assert succeeded(together(*(issue(rival, life.senior) for rival in rivals))) == 1
        assert Certificate.objects.filter(status=workflow.ISSUED).count() == 1


class TestSerial:
    def test_gives_each_number_once(self, life):
        def start():
            return services.start(by=life.drafter).reference

        references = [
            reference for batch in together(*[lambda: [start() for _ in range(5)]] * 6) for reference in batch
        ]
        assert sorted(int(reference[-4:]) for reference in references) == list(range(1, 31))
        assert Serial.objects.get(kind="EUC").last == 30
        assert Event.objects.filter(verb="euc.certificate.start").count() == 30


class TestDocument:
    def test_is_registered_once_whoever_tries(self, own_files):
        def register(content):
            return lambda: storing.register(
                content=content, kind="euc.certificate", reference="EUC/1", revision=1, content_hash="0" * 64,
                signer_subject="CN=Test", signed_at=timezone.now(),
                page_count=1, book="org-1", name="a.pdf",
            ).pk  # fmt: skip

        results = together(*(register(b"%PDF-" + bytes([number])) for number in range(5)))
        assert len(set(results)) == 1
        assert Document.objects.count() == 1
        assert not [result for result in results if isinstance(result, IntegrityError)]


class TestTwoCountersignaturesAtOnce:
    @pytest.mark.parametrize("attempt", range(TIMES))
    def test_keep_one(self, life, signatory, attempt, tmp_path, settings):
        settings.FILES_DIR = tmp_path
        certificate = life.issued()
        sealed = a_document(certificate, b"%PDF-1.7 sealed")
        Certificate.objects.filter(pk=certificate.pk).update(document=sealed)

        def bring(name):
            signed = a_signature(b"%PDF-1.7 sealed " + name)
            return lambda: countersigning.keep(paper=stored(certificate), by=signatory, signed=signed)

        results = together(bring(b"one"), bring(b"two"))
        assert sum(isinstance(result, Countersignature) for result in results) == 1
        assert sum(isinstance(result, WrongStatus) for result in results) == 1
        assert Document.objects.filter(kind=countersigning.KIND).count() == 1
        assert list(events.faults()) == []
