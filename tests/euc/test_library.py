"""Clauses and policies: decided by two officers, dated, an authority's own before the common ones."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Kind, Role
from euc import drafting, library_forms, reference, ruling, services, using, wording, workflow
from euc.models import Certificate, Clause, Policy, Revision, UndertakingClause
from euc.models.certificate import today
from euc.models.clause import library, offered
from tests.euc.test_ruling import ATTEMPTS
from tests.factories import OrganisationFactory
from tests.races import together
from workflow import engine, events
from workflow.engine import NotAllowed, WrongStatus

PAPER = "CN-MOFCOM/1"
REFUSALS = (NotAllowed, WrongStatus)


def clause_columns(**more):
    known = Clause.objects.get(reference="NO_MILITARY-v1")
    columns = {name: getattr(known, name) for name in library_forms.COPIED}
    return columns | {"text_en": "We will not.", "effective_from": today()} | more


def policy_columns(code="NO_REEXPORT_US", stance="REQUIRED", **more):
    return {"clause_code": code, "stance": stance, "source": "Order 1", "effective_from": today()} | more


def new_clause(by, code="TEST_CLAUSE", **more):
    return ruling.propose(by=by, columns=clause_columns(**more), code=code, of=Clause)


def new_policy(by, code="NO_REEXPORT_US", authority=None, **more):
    columns = policy_columns(code, authority=authority, **more)
    name = Policy.code_of(code, columns.get("template", ""), authority.pk if authority else None)
    in_use = Policy.objects.filter(code=name, status=workflow.ADOPTED).first()
    return ruling.propose(by=by, columns=columns, code=name, supersedes=in_use, of=Policy)


def next_version(by, code="NO_MILITARY", **more):
    known = Clause.objects.get(code=code, status=workflow.ADOPTED)
    return ruling.propose(by=by, columns=clause_columns(**more), supersedes=known)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def stances(authority=None, day=None, template=PAPER):
    found = library(day or today(), authority_id=authority and authority.pk, template=template)
    return {offer.clause.code: offer.stance for offer in found}


MAKERS = {"clause": new_clause, "policy": new_policy}


@pytest.fixture(params=MAKERS)
def proposal(request, clauses, officer):
    return MAKERS[request.param](officer)


class TestTwoOfficers:
    def test_adopt_each_other_s_proposals_only(self, proposal, officer, second_officer):
        with pytest.raises(NotAllowed, match="You proposed"):
            ruling.adopt(rule=stored(proposal), by=officer)
        ruling.adopt(rule=proposal, by=second_officer)
        assert stored(proposal).status == workflow.ADOPTED

    def test_are_asked_for_by_the_database_too(self, proposal, officer):
        rows = type(proposal).objects.filter(pk=proposal.pk)
        alone = {"status": workflow.ADOPTED, "adopted_by": officer.person, "adopted_at": timezone.now()}
        with pytest.raises(IntegrityError, match="adopter_is_not_proposer"), transaction.atomic():
            rows.update(**alone)
        with pytest.raises(IntegrityError, match="in_use_was_adopted"), transaction.atomic():
            rows.update(status=workflow.ADOPTED)

    def test_belong_to_the_authority_it_counts_for(self, clauses, officer, authority, make_actor):
        elsewhere = OrganisationFactory(kind=Kind.AUTHORITY, name="Another Authority")
        neighbour = make_actor("Nandan Neighbour", elsewhere, Role.OFFICER, Role.SENIOR)
        proposal = new_policy(officer, authority=authority)
        for attempt in ("adopt", "withdraw"):
            with pytest.raises(NotAllowed, match="another authority"):
                ATTEMPTS[attempt](stored(proposal), neighbour)
        own = new_clause(officer, authority=authority)
        Clause.objects.filter(pk=own.pk).update(status=workflow.ADOPTED, is_shipped=True)
        with pytest.raises(NotAllowed, match="another authority"):
            ruling.propose(by=neighbour, columns=clause_columns(), supersedes=stored(own))

    @pytest.mark.parametrize("status", workflow.RULE.statuses)
    def test_do_in_every_cell_what_the_law_says(
        self, proposal, make_actor, authority, everybody, second_officer, senior, status
    ):
        rule = self.brought_to(status, proposal, second_officer, senior)
        assert rule.status == status
        people = everybody | {
            Role.OFFICER: make_actor("Neel New", authority, Role.OFFICER),
            Role.SENIOR: make_actor("Nita New", authority, Role.SENIOR),
        }
        for step in workflow.RULE.steps:
            for role, by in people.items():
                lawful = step.target if role in step.roles else "NotAllowed"
                expected = lawful if status in step.sources else "WrongStatus"
                assert self.outcome(rule, step.verb, by) == expected, (step.verb, role)

    @staticmethod
    def brought_to(status, rule, second_officer, senior):
        if status == workflow.WITHDRAWN:
            ruling.withdraw(rule=rule, by=second_officer, reason="why")
        elif status != workflow.PROPOSED:
            ruling.adopt(rule=rule, by=second_officer)
        if status == workflow.REPEALED:
            ruling.repeal(rule=rule, by=senior, reason="why", repealed_on=date(2027, 1, 1))
        elif status == workflow.SUPERSEDED:
            columns = clause_columns() if isinstance(rule, Clause) else policy_columns()
            successor = ruling.propose(by=second_officer, columns=columns, supersedes=stored(rule))
            ruling.adopt(rule=successor, by=senior)
        return stored(rule)

    @staticmethod
    def outcome(rule, verb, by):
        point = transaction.savepoint()
        try:
            ATTEMPTS[verb](stored(rule), by)
            return stored(rule).status
        except REFUSALS as refusal:
            return type(refusal).__name__
        finally:
            transaction.savepoint_rollback(point)


class TestDates:
    def test_let_a_version_count_from_its_adoption_at_the_earliest(self, clauses, officer, second_officer):
        proposal = next_version(officer, effective_from=date(2020, 1, 1))
        ruling.adopt(rule=proposal, by=second_officer)
        assert stored(proposal).effective_from == today()
        assert stored(proposal.supersedes).effective_until == today() - timedelta(days=1)

    def test_let_the_old_words_count_until_the_new_ones_do(self, clauses, officer, second_officer):
        later = today() + timedelta(days=10)
        proposal = next_version(officer, effective_from=later)
        ruling.adopt(rule=proposal, by=second_officer)

        def words(day):
            found = library(day, authority_id=None, template=PAPER)
            return next(o.clause.reference for o in found if o.clause.code == "NO_MILITARY")

        assert words(later - timedelta(days=1)) == "NO_MILITARY-v1"
        assert words(later) == "NO_MILITARY-v2"

    def test_end_a_clause_today_at_the_earliest(self, clauses, senior):
        clause = Clause.objects.get(code="NO_MILITARY")
        ruling.repeal(rule=clause, by=senior, reason="gone", repealed_on=date(2021, 1, 1))
        assert "NO_MILITARY" in stances(day=today() - timedelta(days=1))
        assert "NO_MILITARY" not in stances()

    def test_leave_a_name_free_after_its_end(self, clauses, officer, second_officer, authority):
        first = new_policy(officer, authority=authority)
        ruling.withdraw(rule=first, by=second_officer, reason="wrong")
        second = new_policy(officer, authority=authority)
        assert (second.version, second.code) == (2, first.code)
        with pytest.raises(WrongStatus, match="already"):
            new_policy(second_officer, authority=authority)


class TestStances:
    def test_are_off_until_an_authority_adopts_it(self, clauses, officer, second_officer, authority):
        assert stances(authority)["NO_REEXPORT_US"] == stances(authority)["WASSENAAR_TYPE"] == "OFF"
        proposal = new_policy(officer, authority=authority)
        assert stances(authority)["NO_REEXPORT_US"] == "OFF"
        ruling.adopt(rule=proposal, by=second_officer)
        assert stances(authority)["NO_REEXPORT_US"] == "REQUIRED"
        assert stances()["NO_REEXPORT_US"] == "OFF"
        assert stances(authority, day=today() - timedelta(days=1))["NO_REEXPORT_US"] == "OFF"

    @pytest.mark.parametrize(
        ("own", "template", "expected"),
        [(False, PAPER, "OFF"), (True, "", "OFF"), (True, PAPER, "OFF"), (False, "NRU/1", "OFFERED")],
    )
    def test_go_from_the_special_to_the_general(
        self, clauses, officer, second_officer, authority, own, template, expected
    ):
        whose = authority if own else None
        proposal = new_policy(officer, "NO_MILITARY", authority=whose, template=template, stance="OFF")
        ruling.adopt(rule=proposal, by=second_officer)
        assert stances(authority)["NO_MILITARY"] == expected

    def test_are_off_without_a_policy(self, clauses, officer, second_officer):
        ruling.adopt(rule=new_clause(officer), by=second_officer)
        assert stances()["TEST_CLAUSE"] == "OFF"
        assert "TEST_CLAUSE" not in {
            o.clause.code for o in offered(today(), authority_id=None, template=PAPER)
        }

    def test_offer_an_authority_s_own_clause_to_it_alone(self, clauses, officer, second_officer, authority):
        ruling.adopt(rule=new_clause(officer, authority=authority), by=second_officer)
        assert "TEST_CLAUSE" in stances(authority)
        assert "TEST_CLAUSE" not in stances()

    def test_take_two_queries_however_many_there_are(self, clauses, officer, django_assert_num_queries):
        with django_assert_num_queries(2):
            library(today(), authority_id=officer.organisation.pk, template=PAPER)

    def test_decide_what_a_draft_is_asked_for(self, life, officer, second_officer, authority):
        draft = life.draft()
        assert draft.addressed_to == authority
        ruling.adopt(rule=new_policy(officer, authority=authority), by=second_officer)
        draft = Certificate.objects.get(pk=draft.pk)
        assert [clause.code for clause in draft.clauses_missing()] == ["NO_REEXPORT_US"]
        with pytest.raises(engine.Incomplete):
            life.submit(draft)
        drafting.choose_clauses(certificate=draft, by=life.drafter, codes=set())
        life.submit(draft)
        assert "United States" in str(draft.revisions.get().content["undertakings"])


class TestFrozen:
    def test_texts_do_not_follow_the_library(self, life, officer, second_officer, senior, authority):
        certificate = life.issued()

        def signed():
            return [list(model.objects.order_by("pk").values()) for model in (Revision, UndertakingClause)]

        before = signed()
        ruling.adopt(rule=next_version(officer), by=second_officer)
        ruling.adopt(rule=new_policy(officer, authority=authority), by=second_officer)
        core = Clause.objects.get(code="NO_WMD")
        ruling.repeal(rule=core, by=senior, reason="x", repealed_on=today())
        assert signed() == before
        assert Certificate.objects.get(pk=certificate.pk).status == workflow.ISSUED

    def test_new_words_are_asked_of_drafts_and_returned_ones(self, life, officer, second_officer):
        returned = life.returned()
        ruling.adopt(rule=next_version(officer, "NO_WMD"), by=second_officer)
        returned = Certificate.objects.get(pk=returned.pk)
        assert [clause.reference for clause in returned.clauses_missing()] == ["NO_WMD-v2"]
        drafting.choose_clauses(certificate=returned, by=life.drafter, codes=set())
        life.submit(Certificate.objects.get(pk=returned.pk))
        first, second = (
            {c["code"]: c["en"] for c in r.content["undertakings"][0]["clauses"]}["NO_WMD"]
            for r in returned.revisions.all()
        )
        assert (first, second) == (Clause.objects.get(reference="NO_WMD-v1").text_en, "We will not.")


class TestUsing:
    def test_counts_what_the_reader_may_see(self, life, officer, stranger):
        life.issued(), life.submitted(), life.draft()
        clause = Clause.objects.get(code="NO_WMD")
        seen = {
            name: using.counts(using.undertakings(clause, actor))
            for name, actor in {"drafter": life.drafter, "officer": officer, "stranger": stranger}.items()
        }
        assert seen == {
            "drafter": {"drafted": 1, "pending": 1, "in_force": 1},
            "officer": {"drafted": 0, "pending": 1, "in_force": 1},
            "stranger": {"drafted": 0, "pending": 0, "in_force": 0},
        }


class TestWording:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("We will not sell.", "We will never sell.", "We will [-not][+never] sell."),
            ("不再出口至第三国", "不再出口至美国", "不再出口至[-第三][+美]国"),
            ("माल नहीं बेचेंगे", "माल कभी नहीं बेचेंगे", "माल[+ कभी] नहीं बेचेंगे"),
            ("", "New.", "[+New.]"),
            ("Same  spaces", "Same  spaces", "Same  spaces"),
        ],
    )
    def test_marks_what_went_and_what_came(self, old, new, expected):
        marks = {wording.SAME: "{}", wording.OLD: "[-{}]", wording.NEW: "[+{}]"}
        found = wording.pieces(old, new)
        assert "".join(marks[piece.state].format(piece.text) for piece in found) == expected
        assert "".join(p.text for p in found if p.state != wording.NEW) == old
        assert "".join(p.text for p in found if p.state != wording.OLD) == new


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def rules(self, transactional_db):
        reference.load()

    @pytest.mark.parametrize("attempt", range(3))
    def test_two_versions_of_one_clause_leave_one_in_use(
        self, rules, officer, second_officer, senior, attempt
    ):
        first, second = next_version(officer), next_version(officer)
        results = together(
            lambda: ruling.adopt(rule=stored(first), by=second_officer),
            lambda: ruling.adopt(rule=stored(second), by=senior),
            lambda: ruling.adopt(rule=stored(first), by=officer),
        )
        assert results.count(None) == 1, results
        assert all(result is None or isinstance(result, REFUSALS) for result in results)
        assert Clause.objects.filter(code="NO_MILITARY", status=workflow.ADOPTED).count() == 1
        assert list(events.faults()) == []

    def test_two_clauses_under_one_name_are_proposed_once(self, rules, officer, second_officer):
        results = together(lambda: new_clause(officer), lambda: new_clause(second_officer))
        assert sorted(type(result).__name__ for result in results) == ["Clause", "WrongStatus"]

    @pytest.mark.parametrize("attempt", range(3))
    def test_adopting_while_submitting_signs_the_old_words_or_the_new(
        self, rules, life, officer, second_officer, attempt
    ):
        draft = life.draft()
        proposal = next_version(officer, "NO_WMD")
        results = together(
            lambda: ruling.adopt(rule=stored(proposal), by=second_officer),
            lambda: life.submit(Certificate.objects.get(pk=draft.pk)),
        )
        assert results[0] is None
        if results[1] is None:  # signed before: what was signed is what stood in the library then
            texts = {
                c["code"]: c["version"] for c in Revision.objects.get().content["undertakings"][0]["clauses"]
            }
            assert texts["NO_WMD"] == 1
        else:
            assert isinstance(results[1], engine.Incomplete)

    def test_adopting_while_issuing_leaves_what_was_signed(self, rules, life, officer, second_officer):
        certificate, proposal = life.approved(), next_version(officer, "NO_WMD")
        before = list(Revision.objects.values())
        results = together(
            lambda: ruling.adopt(rule=stored(proposal), by=second_officer),
            lambda: services.issue(
                certificate=Certificate.objects.get(pk=certificate.pk),
                by=life.senior,
                seen_hash=certificate.content_hash,
            ),
        )
        assert results == [None, None]
        assert list(Revision.objects.values()) == before
