"""Rules are proposed by one officer and adopted by another; whom they touch is told once; races have one result."""

from datetime import date

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from euc import control, demonstration, reference, ruling, services, touching, workflow
from euc.models import Certificate, ControlRule, Revision, RuleNotice
from euc.views import rules as rule_views
from tests.races import together
from workflow import engine, errands, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand, Event

DYSPROSIUM = {
    "announcement": "MOFCOM No. 99 of 2026",
    "limb": "dysprosium",
    "title": "magnets with dysprosium",
    "effect": ControlRule.Effect.LICENCE,
    "families": ["NDFEB_SINTERED"],
    "elements": ["dy"],
    "forms": ["MAGNET"],
    "codes": ["1C999.a"],
    "effective_from": date(2026, 1, 1),
    "source": "A test",
    "confidence": "HIGH",
}


@pytest.fixture
def proposal(clauses, officer):
    return ruling.propose(by=officer, columns=DYSPROSIUM, code="CN-99-2026-DY")


@pytest.fixture
def next_version(clauses, officer):
    known = ControlRule.objects.get(code="CN-18-2025-DY")
    return ruling.propose(by=officer, columns=DYSPROSIUM, supersedes=known)


def stored(rule):
    return ControlRule.objects.get(pk=rule.pk)


class TestPropose:
    def test_changes_nothing_yet(self, proposal, officer):
        assert (proposal.status, proposal.reference) == (workflow.PROPOSED, "CN-99-2026-DY-v1")
        assert proposal not in ControlRule.objects.in_use()
        assert events.about(proposal).get().verb == "euc.rule.propose"

    def test_counts_the_versions(self, next_version, officer):
        assert next_version.reference == "CN-18-2025-DY-v2"
        assert next_version.position == next_version.supersedes.position

    @pytest.mark.parametrize("who", ["drafter", "signatory", "auditor", "analyst", "administrator"])
    def test_refuses_others_than_officers(self, clauses, who, request):
        with pytest.raises(NotAllowed):
            ruling.propose(by=request.getfixturevalue(who), columns=DYSPROSIUM, code="X")

    def test_refuses_a_name_that_is_taken(self, proposal, second_officer):
        with pytest.raises(WrongStatus, match="already"):
            ruling.propose(by=second_officer, columns=DYSPROSIUM, code="CN-99-2026-DY")

    def test_refuses_to_replace_what_is_not_in_use(self, proposal, second_officer):
        with pytest.raises(WrongStatus, match="not in use"):
            ruling.propose(by=second_officer, columns=DYSPROSIUM, supersedes=proposal)


class TestAdopt:
    def test_takes_another_officer(self, proposal, officer, second_officer):
        with pytest.raises(NotAllowed, match="You proposed"):
            ruling.adopt(rule=stored(proposal), by=officer)
        ruling.adopt(rule=proposal, by=second_officer)
        assert stored(proposal).status == workflow.ADOPTED
        assert stored(proposal).adopted_by == second_officer.person

    def test_takes_another_officer_in_the_database_too(self, proposal, officer):
        with pytest.raises(IntegrityError, match="adopter_is_not_proposer"), transaction.atomic():
            ControlRule.objects.filter(pk=proposal.pk).update(
                status=workflow.ADOPTED, adopted_by=officer.person, adopted_at=timezone.now()
            )

    def test_takes_somebody_in_the_database_too(self, proposal):
        with pytest.raises(IntegrityError, match="in_use_was_adopted"), transaction.atomic():
            ControlRule.objects.filter(pk=proposal.pk).update(status=workflow.ADOPTED)

    def test_takes_the_place_of_its_predecessor(self, next_version, second_officer):
        ruling.adopt(rule=next_version, by=second_officer)
        old = stored(next_version.supersedes)
        assert (old.status, old.end_reason) == (workflow.SUPERSEDED, next_version.reference)
        assert [rule.code for rule in ControlRule.objects.in_use()].count("CN-18-2025-DY") == 1

    def test_leaves_the_predecessor_when_it_is_refused(self, next_version, officer):
        with pytest.raises(NotAllowed):
            ruling.adopt(rule=next_version, by=officer)
        assert stored(next_version.supersedes).status == workflow.ADOPTED

    def test_is_refused_when_the_predecessor_is_gone(self, next_version, officer, second_officer, senior):
        ruling.repeal(
            rule=next_version.supersedes, by=senior, reason="gone", repealed_on=control.day_in_china()
        )
        with pytest.raises(WrongStatus):
            ruling.adopt(rule=stored(next_version), by=second_officer)

    def test_counts_for_the_next_assessment(self, life, proposal, second_officer):
        ruling.adopt(rule=proposal, by=second_officer)
        content = Revision.objects.get(certificate=life.submitted()).content
        assert "1C999.a" in content["goods"][0]["assessment"]["codes"]

    def test_leaves_what_was_submitted_and_issued(self, life, proposal, second_officer):
        issued = life.issued()
        before = list(Revision.objects.values())
        ruling.adopt(rule=proposal, by=second_officer)
        assert list(Revision.objects.values()) == before
        assert Certificate.objects.get(pk=issued.pk).status == workflow.ISSUED


class TestOtherSteps:
    def test_withdraw_drops_a_proposal(self, proposal, second_officer):
        ruling.withdraw(rule=proposal, by=second_officer, reason="wrong")
        assert stored(proposal).status == workflow.WITHDRAWN
        with pytest.raises(WrongStatus):
            ruling.adopt(rule=stored(proposal), by=second_officer)

    def test_repeal_counts_from_its_day(self, clauses, senior):
        rule = ControlRule.objects.get(code="CN-18-2025-DY")
        ruling.repeal(rule=rule, by=senior, reason="No. 100", repealed_on=date(2027, 1, 1))
        assert stored(rule).state(date(2026, 12, 31)) == control.IN_FORCE
        assert stored(rule).state(date(2027, 1, 1)) == control.REPEALED
        assert rule in ControlRule.objects.in_use()

    def test_repeal_takes_another_than_the_adopter(self, proposal, make_actor, authority):
        both = make_actor("Bina Both", authority, Role.OFFICER, Role.SENIOR)
        ruling.adopt(rule=proposal, by=both)
        with pytest.raises(NotAllowed, match="You adopted"):
            ruling.repeal(rule=stored(proposal), by=both, reason="x", repealed_on=date(2027, 1, 1))

    def test_ask_why(self, proposal, second_officer):
        with pytest.raises(Incomplete):
            ruling.withdraw(rule=proposal, by=second_officer, reason="")


ATTEMPTS = {
    "adopt": lambda rule, by: ruling.adopt(rule=rule, by=by),
    "withdraw": lambda rule, by: ruling.withdraw(rule=rule, by=by, reason="why"),
    "repeal": lambda rule, by: ruling.repeal(rule=rule, by=by, reason="why", repealed_on=date(2027, 1, 1)),
    "supersede": lambda rule, by: engine.take(
        workflow.RULE, "supersede", rule, by=by, sets=ruling._ended(by, timezone.now(), "")
    ),
}


def rule_in(status, rule, second_officer, senior):
    """The proposal, brought to a status by the verbs."""
    if status == workflow.WITHDRAWN:
        ruling.withdraw(rule=rule, by=second_officer, reason="why")
    elif status != workflow.PROPOSED:
        ruling.adopt(rule=rule, by=second_officer)
    if status == workflow.REPEALED:
        ruling.repeal(rule=rule, by=senior, reason="why", repealed_on=date(2027, 1, 1))
    elif status == workflow.SUPERSEDED:
        successor = ruling.propose(by=second_officer, columns=DYSPROSIUM, supersedes=rule)
        ruling.adopt(rule=successor, by=senior)
    return stored(rule)


class TestEveryCell:
    @pytest.mark.parametrize("status", workflow.RULE.statuses)
    def test_does_what_the_law_says(
        self, proposal, make_actor, authority, everybody, second_officer, senior, status
    ):
        rule = rule_in(status, proposal, second_officer, senior)
        assert rule.status == status
        people = everybody | {
            Role.OFFICER: make_actor("Neel New", authority, Role.OFFICER),
            Role.SENIOR: make_actor("Nita New", authority, Role.SENIOR),
        }
        assert len(people) == len(Role)
        for step in workflow.RULE.steps:
            for role, by in people.items():
                if status not in step.sources:
                    expected = "WrongStatus"
                else:
                    expected = step.target if role in step.roles else "NotAllowed"
                assert self.outcome(rule, step.verb, by) == expected, (step.verb, role)

    @staticmethod
    def outcome(rule, verb, by):
        point = transaction.savepoint()
        try:
            ATTEMPTS[verb](stored(rule), by)
            return stored(rule).status
        except (WrongStatus, NotAllowed) as refusal:
            return type(refusal).__name__
        finally:
            transaction.savepoint_rollback(point)

    def test_is_complete(self):
        assert set(ATTEMPTS) == {step.verb for step in workflow.RULE.steps}
        assert set(rule_views.SERVICES) == {step.verb for step in workflow.RULE.steps if not step.inner}
        assert all(workflow.LABELS[s] and workflow.TONES[s] for s in workflow.RULE.statuses)
        assert all(bool(str(step.explains)) is not step.inner for step in workflow.RULE.steps)


class TestTouching:
    def test_finds_lines_that_contain_or_may_contain_the_element(self, life, proposal):
        issued, draft = life.issued(), life.draft()
        assert set(touching.certificates(proposal)) == {issued, draft}
        draft.goods.update(dy=0)
        assert set(touching.certificates(proposal)) == {issued}
        draft.goods.update(dy=None)
        assert set(touching.certificates(proposal)) == {issued, draft}

    def test_finds_what_the_predecessor_reached(self, life, clauses, officer):
        issued = life.issued()
        known = ControlRule.objects.get(code="CN-18-2025-DY")
        nothing = DYSPROSIUM | {"families": [], "elements": []}
        rule = ruling.propose(by=officer, columns=nothing, supersedes=known)
        assert list(touching.certificates(rule)) == [issued]

    def test_finds_nothing_for_equipment_and_what_has_ended(self, life, proposal):
        life.revoked()
        life.withdrawn()
        assert not touching.certificates(proposal).exists()
        life.issued()
        ControlRule.objects.filter(pk=proposal.pk).update(effect=ControlRule.Effect.EQUIPMENT)
        assert not touching.certificates(stored(proposal)).exists()

    def test_shows_officers_no_drafts(self, life, proposal, second_officer):
        life.draft()
        issued = life.issued()
        assert list(touching.seen(proposal, second_officer)) == [issued]


class TestTelling:
    @pytest.fixture
    def adopted(self, life, proposal, stranger, second_officer):
        life.issued()
        life.draft()
        demonstration.complete_draft(by=stranger, po_number="PO-S")
        ruling.adopt(rule=proposal, by=second_officer)
        return proposal

    def test_owes_one_mail_an_importer(self, adopted, importer, other_importer):
        notices = {notice.importer: (notice.issued, notice.open) for notice in adopted.notices.all()}
        assert notices == {importer: (1, 1), other_importer: (0, 1)}
        assert Errand.objects.filter(kind=ruling.TELL).count() == 2
        told = events.about(adopted).get(verb="euc.rule.adopt")
        assert told.details == {"importers": 2, "issued": 1, "open": 2}

    def test_mails_the_people_of_the_importer_and_nobody_else(self, adopted, drafter, signatory, importer):
        notice = RuleNotice.objects.get(importer=importer)
        assert errands.run(errands.of(notice).get().pk)
        (message,) = mail.outbox
        assert set(message.to) == {drafter.person.email, signatory.person.email}
        assert "MOFCOM No. 99 of 2026" in message.subject
        assert "/rules/CN-99-2026-DY-v1/" in message.body
        assert "Touched: 1 issued, 1 open." in message.body
        notice.refresh_from_db()
        assert notice.sent_at is not None
        assert events.about(notice).get().book == importer.book

    def test_is_done_once(self, adopted, importer):
        notice = RuleNotice.objects.get(importer=importer)
        errand = errands.of(notice).get()
        assert errands.run(errand.pk)
        assert not errands.run(errand.pk)
        assert len(mail.outbox) == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleNotice.objects.create(rule=adopted, importer=importer, issued=0, open=0)

    def test_of_an_importer_without_people_is_done_without_a_mail(self, adopted, other_importer):
        other_importer.memberships.update(is_active=False)
        notice = RuleNotice.objects.get(importer=other_importer)
        assert errands.run(errands.of(notice).get().pk)
        assert mail.outbox == []


REFUSALS = (NotAllowed, WrongStatus)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def rules(self, transactional_db):
        reference.load()

    @pytest.mark.parametrize("attempt", range(5))
    def test_adopting_while_issuing_gives_one_serial_result(
        self, rules, life, officer, second_officer, attempt
    ):
        certificate = life.approved()
        rule = ruling.propose(by=officer, columns=DYSPROSIUM, code=f"RACE-{attempt}")
        results = together(
            lambda: ruling.adopt(rule=stored(rule), by=second_officer),
            lambda: services.issue(
                certificate=Certificate.objects.get(pk=certificate.pk),
                by=life.senior,
                seen_hash=certificate.content_hash,
            ),
        )
        assert results == [None, None]
        told = events.about(rule).get(verb="euc.rule.adopt").details
        assert (told["issued"], told["open"]) in {(1, 0), (0, 1)}
        assert RuleNotice.objects.filter(rule=rule).count() == 1
        assert Errand.objects.filter(kind=ruling.TELL).count() == 1
        assert Certificate.objects.get(pk=certificate.pk).status == workflow.ISSUED
        assert list(events.faults()) == []

    def test_adopting_while_submitting_freezes_one_of_both_answers(
        self, rules, life, officer, second_officer
    ):
        certificate = life.draft()
        rule = ruling.propose(by=officer, columns=DYSPROSIUM, code="RACE-SUBMIT")
        results = together(
            lambda: ruling.adopt(rule=stored(rule), by=second_officer),
            lambda: life.submit(Certificate.objects.get(pk=certificate.pk)),
        )
        assert not [result for result in results if isinstance(result, Exception)]
        codes = Revision.objects.get().content["goods"][0]["assessment"]["codes"]
        assert codes in (["1C904.a", "1C905.a"], ["1C904.a", "1C905.a", "1C999.a"])

    @pytest.mark.parametrize("attempt", range(3))
    def test_two_adopting_one_rule_adopt_it_once(self, rules, officer, second_officer, senior, attempt):
        rule = ruling.propose(by=officer, columns=DYSPROSIUM, code="RACE")
        results = together(
            lambda: ruling.adopt(rule=stored(rule), by=second_officer),
            lambda: ruling.adopt(rule=stored(rule), by=senior),
            lambda: ruling.adopt(rule=stored(rule), by=officer),
        )
        assert results.count(None) == 1
        assert all(result is None or isinstance(result, REFUSALS) for result in results)
        assert isinstance(results[2], REFUSALS)
        assert Event.objects.filter(verb="euc.rule.adopt").count() == 1

    @pytest.mark.parametrize("attempt", range(3))
    def test_two_successors_of_one_rule_leave_one_in_use(
        self, rules, officer, second_officer, senior, attempt
    ):
        known = ControlRule.objects.get(code="CN-18-2025-DY")
        first = ruling.propose(by=officer, columns=DYSPROSIUM, supersedes=known)
        second = ruling.propose(by=officer, columns=DYSPROSIUM, supersedes=stored(known))
        results = together(
            lambda: ruling.adopt(rule=stored(first), by=second_officer),
            lambda: ruling.adopt(rule=stored(second), by=senior),
            lambda: ruling.repeal(rule=stored(known), by=senior, reason="x", repealed_on=date(2027, 1, 1)),
        )
        assert results.count(None) == 1, results
        assert all(result is None or isinstance(result, REFUSALS) for result in results)
        assert ControlRule.objects.in_use().filter(code="CN-18-2025-DY").count() == 1

    @pytest.mark.parametrize("attempt", range(8))
    def test_two_proposing_under_one_name_propose_it_once(self, rules, officer, second_officer, attempt):
        def propose(by):
            return lambda: ruling.propose(by=by, columns=DYSPROSIUM, code="SAME")

        results = together(propose(officer), propose(second_officer))
        assert sum(isinstance(result, ControlRule) for result in results) == 1
        assert sum(isinstance(result, WrongStatus) for result in results) == 1
