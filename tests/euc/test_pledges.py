"""Undertakings: for a period and for one certificate, frozen at signature, relied upon, broken, released, printed."""

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.models import Document
from euc import (
    completeness,
    consequences,
    drafting,
    pledge_printing,
    pledge_words,
    pledges,
    reference,
    ruling,
    services,
    tasks,
    verification,
    workflow,
)
from euc.content import digest
from euc.models import Certificate, Clause, SignedUndertaking, Undertaking, UndertakingClause
from euc.models.certificate import today
from tests.euc import pledge
from tests.euc.test_library import next_version
from tests.races import together
from workflow import engine, errands, events
from workflow.append_only import WriteOnce
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "euc-undertaking-document-1.json"
REFUSALS = (NotAllowed, WrongStatus, Incomplete)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def relying(life, undertaking, *, codes=()):
    """A complete draft that relies on it."""
    draft = life.draft()
    drafting.choose_clauses(
        certificate=draft, by=life.drafter, codes=set(codes), relies_on=stored(undertaking)
    )
    return stored(draft)


class TestStart:
    def test_asks_for_what_is_required_of_an_undertaking_for_a_period(self, life):
        undertaking = pledges.start(by=life.drafter)
        assert {"DECLARED_USE", "NO_TRANSFER", "NO_WMD", "NO_REEXPORT"} <= undertaking.codes()
        assert len(undertaking.codes()) == 9  # and Appendix 2Q's five
        assert undertaking.addressed_to is not None

    def test_is_the_importer_s_alone(self, life, officer):
        with pytest.raises(NotAllowed):
            pledges.start(by=officer)


class TestRecord:
    def test_refuses_strangers_and_what_was_signed(self, life, stranger):
        undertaking = pledge.draft(life)
        nothing = {"columns": {}, "codes": set(), "parties": {}}
        with pytest.raises(NotAllowed):
            pledges.record(undertaking=undertaking, by=stranger, **nothing)
        pledges.sign(undertaking=undertaking, by=life.signatory, notice_seen=True)
        with pytest.raises(WrongStatus):
            pledges.record(undertaking=undertaking, by=life.drafter, **nothing)

    def test_refuses_a_page_somebody_saved_meanwhile(self, life):
        undertaking = pledge.draft(life)
        with pytest.raises(WrongStatus, match="Dhruv Drafter changed"):
            pledges.record(
                undertaking=undertaking, by=life.signatory, columns={}, codes=set(), parties={}, seen=0
            )

    def test_refuses_what_goes_with_a_certificate(self, life):
        undertaking = life.draft().undertakings.get()
        with pytest.raises(WrongStatus):
            pledges.record(undertaking=undertaking, by=life.drafter, columns={}, codes=set(), parties={})


class TestSign:
    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            ({"exporter_name": ""}, "legal name"),
            ({"exporter_name_zh": ""}, "Chinese name"),
            ({"valid_from": None, "valid_until": None}, "first day"),
        ],
    )
    def test_needs_the_pair_and_the_period(self, life, spoil, said):
        undertaking = pledge.draft(life, **spoil)
        with pytest.raises(Incomplete) as refused:
            pledges.sign(undertaking=undertaking, by=life.signatory, notice_seen=True)
        assert said in " ".join(str(miss.message) for miss in refused.value.misses)

    def test_needs_the_party_an_exception_names(self, life):
        undertaking = pledge.draft(life)
        undertaking.clauses.update(party_name="", party_number="")
        (miss,) = completeness.pledge_misses(stored(undertaking))
        assert miss.field == "party-EX_SCRAP"

    def test_needs_today_s_wording(self, life, officer, second_officer):
        undertaking = pledge.draft(life)
        ruling.adopt(rule=next_version(officer, "NO_WMD"), by=second_officer)
        (miss,) = completeness.pledge_misses(stored(undertaking))
        assert miss.field == "clause-NO_WMD"

    def test_refuses_what_cannot_be_printed(self, life):
        undertaking = pledge.draft(life, exporter_name="Firm \U00012000")
        with pytest.raises(Incomplete, match="open"):
            pledges.sign(undertaking=undertaking, by=life.signatory, notice_seen=True)
        assert stored(undertaking).status == workflow.DRAFT

    def test_names_the_parties_in_the_frozen_words(self, life):
        content = pledge.signed(life).revisions.get().content
        texts = {clause["code"]: clause for clause in content["exceptions"]}
        assert "Pune Recycling (test) (GSTIN 27AAPFU0939F1ZV)" in texts["EX_SCRAP"]["en"]
        assert content["parties"]["exporter"]["name_zh"] in texts["EX_REJECTS"]["zh"]
        assert "{party}" not in json.dumps(content)

    def test_again_after_a_return_keeps_both(self, life):
        undertaking = pledge.in_status(life, workflow.RETURNED)
        assert (undertaking.approved_by, undertaking.approved_hash) == (None, "")
        pledges.record(undertaking=undertaking, by=life.drafter, columns={}, codes=set(), parties={})
        pledges.sign(undertaking=undertaking, by=life.signatory, notice_seen=True)
        first, second = undertaking.revisions.all()
        assert len(first.content["exceptions"]) == 2
        assert second.content["exceptions"] == []
        changes = pledge_words.changed_since_before(first.content, second.content)
        assert [row["label"] for row in changes] == [
            "Return of rejects to the supplier",
            "Scrap to a named recycler",
        ]


class TestFrozen:
    def test_nothing_of_what_was_signed_follows_the_library(self, life, officer, second_officer, monkeypatch):
        undertaking, certificate = pledge.in_force(life), life.issued()

        def signed():
            rows = [
                list(model.objects.order_by("pk").values())
                for model in (SignedUndertaking, UndertakingClause)
            ]
            papers = [
                pledge_printing.print_context(s.content, s.undertaking.issue_block)
                for s in SignedUndertaking.objects.select_related("undertaking")
            ]
            return rows, papers

        before = signed()
        for code in ("NO_WMD", "NO_REEXPORT"):
            ruling.adopt(rule=next_version(officer, code), by=second_officer)
        type(life.drafter.organisation).objects.update(name="Renamed")
        assert signed() == before
        assert certificate.revisions.count() == 1
        states = {
            s.clause.code: s.state for s in pledge_words.against_today(undertaking, undertaking.offers())
        }
        assert {code for code, state in states.items() if state == pledge_words.NEWER} == {
            "NO_WMD",
            "NO_REEXPORT",
        }

    def test_the_signed_content_is_written_once(self, life):
        signed = pledge.signed(life).revisions.get()
        with pytest.raises(WriteOnce):
            signed.save()
        with pytest.raises(Exception, match="written once"), transaction.atomic():
            models_update(signed)


def models_update(signed):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE euc_signedundertaking SET number = 9 WHERE id = %s", [signed.pk])


class TestTwoOfficers:
    def test_bring_it_into_force(self, life):
        undertaking = pledge.in_force(life)
        assert undertaking.approved_by == life.officer.person
        assert undertaking.brought_by == life.senior.person
        assert [event.verb.rpartition(".")[2] for event in events.about(undertaking)] == [
            "start", "sign", "approve", "bring_into_force",
        ]  # fmt: skip

    def test_are_asked_for_by_the_law(self, life, make_actor, authority):
        from accounts.roles import Role

        both = make_actor("Bina Both", authority, Role.OFFICER, Role.SENIOR)
        undertaking = pledge.signed(life)
        pledges.approve(undertaking=undertaking, by=both, seen_hash=undertaking.content_hash)
        with pytest.raises(NotAllowed, match="You approved"):
            pledges.bring_into_force(undertaking=undertaking, by=both, seen_hash=undertaking.content_hash)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"status": "IN_FORCE", "brought_by": "officer"}, "two_officers"),
            ({"status": "IN_FORCE", "brought_by": "signatory"}, "two_officers"),
            ({"status": "IN_FORCE", "brought_by": "drafter"}, "two_officers"),
            ({"status": "IN_FORCE"}, "in_force_by_somebody"),
            ({"approved_hash": "0" * 64}, "approval_is_of_this_text"),
            ({"approved_by": "signatory"}, "approver_is_no_author"),
            ({"valid_until": date(2020, 1, 1)}, "period_is_ordered"),
        ],
    )
    def test_are_asked_for_by_the_database(self, life, columns, constraint):
        undertaking = pledge.approved(life)
        people = {name: getattr(life, name).person for name in ("officer", "signatory", "drafter")}
        given = {
            name: people.get(value, value) if name.endswith("_by") else value
            for name, value in columns.items()
        }
        if "brought_by" in given:
            given["brought_at"] = timezone.now()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Undertaking.objects.filter(pk=undertaking.pk).update(**given)

    def test_approve_the_text_they_saw(self, life):
        undertaking = pledge.signed(life)
        with pytest.raises(WrongStatus, match="read it again"):
            pledges.approve(undertaking=undertaking, by=life.officer, seen_hash="0" * 64)


class TestRelying:
    def test_promises_nothing_twice(self, life):
        undertaking = pledge.in_force(life)
        draft = relying(life, undertaking)
        assert draft.clauses_missing() == []
        assert draft.undertakings.get().codes() == set()
        life.submit(draft)
        assert draft.undertakings.get().status == workflow.WITHDRAWN
        (promised,) = draft.revisions.get().content["undertakings"]
        assert promised["reference"] == undertaking.reference
        life.approve(draft)
        life.issue(draft)
        assert verification.by_token(draft.token).undertakings[0]["status"] == "IN_FORCE"

    def test_gives_besides_what_it_does_not_hold(self, life):
        draft = relying(life, pledge.in_force(life), codes={"COOPERATE", "NO_WMD"})
        assert draft.undertakings.get().codes() == {"COOPERATE"}
        life.submit(draft)
        assert len(draft.revisions.get().content["undertakings"]) == 2

    def test_no_more_opens_an_undertaking_again(self, life):
        draft = relying(life, pledge.in_force(life))
        life.submit(draft)
        services.send_back(certificate=draft, by=life.officer, reason="why")
        drafting.choose_clauses(certificate=stored(draft), by=life.drafter, codes=set())
        (own,) = stored(draft).undertakings_list()
        assert "NO_WMD" in own.codes()

    @pytest.mark.parametrize("end", ["release", "revoke"])
    def test_is_over_with_the_undertaking(self, life, end):
        undertaking = pledge.in_force(life)
        drafted, approved = relying(life, undertaking), relying(life, undertaking)
        life.submit(approved)
        life.approve(approved)
        getattr(pledges, end)(undertaking=stored(undertaking), by=life.senior, reason="why")
        with pytest.raises(Incomplete):
            life.submit(stored(drafted))
        with pytest.raises(Incomplete):
            life.issue(stored(approved))

    def test_is_for_the_same_exporter_and_within_the_period(self, life):
        other = pledge.in_force(life, exporter_name="Another Exporter")
        assert "another exporter" in relying(life, other).reliance_problem()
        later = pledge.in_force(life, valid_from=today() + timedelta(days=1))
        assert "not in force today" in relying(life, later).reliance_problem()
        assert not Undertaking.objects.covering(today()).filter(pk=later.pk).exists()

    def test_refuses_another_importer_s(self, life, stranger):
        draft, theirs = life.draft(), pledges.start(by=stranger)
        with pytest.raises(NotAllowed):
            drafting.choose_clauses(certificate=draft, by=life.drafter, codes=set(), relies_on=theirs)


class TestBreach:
    def test_says_which_promises(self, life):
        undertaking = pledge.in_status(life, workflow.BREACHED)
        assert undertaking.concerns == ["NO_REEXPORT"]
        view = verification.undertaking_by_token(undertaking.token)
        assert (view.status, view.tone, len(view.broken)) == ("BREACHED", "danger", 1)

    @pytest.mark.parametrize("concerns", [[], ["WASSENAAR_TYPE"], ["NOTHING"]])
    def test_concerns_promises_that_were_given(self, life, concerns):
        undertaking = pledge.in_force(life)
        with pytest.raises(REFUSALS):
            pledges.declare_breach(undertaking=undertaking, by=life.senior, reason="why", concerns=concerns)
        assert stored(undertaking).status == workflow.IN_FORCE

    def test_has_consequences_that_are_told_first(self, life):
        undertaking = pledge.in_force(life)
        resting, waiting = relying(life, undertaking), relying(life, undertaking)
        for verb in (life.submit, life.approve, life.issue):
            verb(resting)
        life.submit(waiting)
        told = consequences.of_ending_a_promise(undertaking, "declare_breach", by=life.senior)
        links = {reference for one in told for reference, _address in one.links}
        assert links == {resting.reference, waiting.reference}


class TestDocument:
    def test_is_printed_sealed_and_registered_once(self, life, settings, monkeypatch):
        undertaking = pledge.in_force(life)
        errand = errands.of(undertaking).get()
        assert (errand.kind, errand.state) == (pledges.PRINT, Errand.PENDING)
        monkeypatch.setattr(tasks.signing, "current_signer", lambda: None)
        monkeypatch.setattr(
            tasks.signing, "seal", lambda pdf, **given: tasks.signing.Sealed(pdf, "CN=Stand-in", 2)
        )
        assert errands.run(errand.pk)
        assert not errands.run(errand.pk)
        document = Document.objects.get()
        assert (document.kind, document.reference) == ("euc.undertaking", undertaking.reference)
        assert stored(undertaking).document == document
        view = verification.of_document(document)
        assert (view.reference, view.in_force, view.sha256) == (undertaking.reference, True, document.sha256)
        assert verification.status_of(document)["status"] == "IN_FORCE"
        assert verification.undertaking_by_token(undertaking.token) == view
        assert verification.by_token(undertaking.token) is None

    def test_says_the_same_bytes_for_the_same_content(self, life):
        signed = pledge.in_force(life).revisions.get()
        issue = stored(signed.undertaking).issue_block | {"verify_url": "https://example.test/v/abc/"}
        first, second = (
            pledge_printing.undertaking_pdf(content=signed.content, issue=issue) for _ in range(2)
        )
        assert first == second

    @pytest.mark.parametrize("is_for_a_period", [True, False])
    def test_carries_data_of_the_published_schema(self, life, is_for_a_period):
        undertaking = pledge.in_force(life) if is_for_a_period else life.issued().undertakings.get()
        issue = undertaking.issue_block | {"verify_url": "https://example.test/v/abc/"}
        content = undertaking.revisions.get().content
        data = json.loads(pledge_printing.undertaking_json(content=content, issue=issue))
        jsonschema.validate(data, json.loads(SCHEMA.read_text()))
        assert digest(data["content"]) == data["issue"]["content_hash"]

    def test_of_a_certificate_waits_for_the_certificate_s_own(self, life):
        undertaking = life.issued().undertakings.get()
        assert not errands.of(undertaking).exists()
        assert undertaking.revisions.get().content["certificate"].startswith("EUC/")

    @pytest.mark.parametrize(
        "status", [s for s in workflow.BLANKET.statuses if s not in workflow.WAS_IN_FORCE]
    )
    def test_nobody_learns_of_what_was_never_in_force(self, life, status):
        assert verification.undertaking_by_token(pledge.in_status(life, status).token) is None


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def rules(self, transactional_db):
        reference.load()

    @pytest.mark.parametrize("attempt", range(3))
    def test_issuing_while_the_undertaking_ends_gives_one_serial_result(self, rules, life, attempt):
        undertaking = pledge.in_force(life)
        certificate = relying(life, undertaking)
        life.submit(certificate)
        life.approve(certificate)
        results = together(
            lambda: pledges.revoke(undertaking=stored(undertaking), by=life.senior, reason="why"),
            lambda: life.issue(stored(certificate)),
        )
        assert results[0] is None
        ended, issued = stored(undertaking).ended_at, stored(certificate).issued_at
        assert results[1] is None or isinstance(results[1], Incomplete)
        order = list(
            events.Event.objects.filter(verb__in=["euc.blanket.revoke", "euc.certificate.issue"])
            .order_by("number")
            .values_list("verb", flat=True)
        )
        assert order == (
            ["euc.certificate.issue", "euc.blanket.revoke"] if issued else ["euc.blanket.revoke"]
        ), ended
        assert list(events.faults()) == []

    @pytest.mark.parametrize("attempt", range(3))
    def test_two_officers_at_once_take_one_step(self, rules, life, second_officer, attempt):
        undertaking = pledge.signed(life)
        seen = undertaking.content_hash
        results = together(
            lambda: pledges.approve(undertaking=stored(undertaking), by=life.officer, seen_hash=seen),
            lambda: pledges.approve(undertaking=stored(undertaking), by=second_officer, seen_hash=seen),
            lambda: pledges.reject(undertaking=stored(undertaking), by=life.senior, reason="why"),
        )
        approvals = [result for result in results[:2] if result is None]
        assert len(approvals) <= 1
        assert all(result is None or isinstance(result, REFUSALS) for result in results)
        # an approved one may still be rejected, a rejected one never approved
        assert stored(undertaking).status in {workflow.APPROVED, workflow.REJECTED}
        assert list(events.faults()) == []

    @pytest.mark.parametrize("attempt", range(3))
    def test_breach_and_release_at_once_leave_one_end(self, rules, life, attempt):
        undertaking = pledge.in_force(life)
        results = together(
            lambda: pledges.release(undertaking=stored(undertaking), by=life.senior, reason="why"),
            lambda: pledges.declare_breach(
                undertaking=stored(undertaking), by=life.senior, reason="why", concerns=["NO_WMD"]
            ),
        )
        assert results.count(None) == 1
        assert any(isinstance(result, WrongStatus) for result in results)

    def test_a_wording_adopted_while_signing_is_signed_or_asked_for(
        self, rules, life, officer, second_officer
    ):
        undertaking, proposal = pledge.draft(life), next_version(officer, "NO_WMD")
        results = together(
            lambda: ruling.adopt(rule=stored(proposal), by=second_officer),
            lambda: pledges.sign(undertaking=stored(undertaking), by=life.signatory, notice_seen=True),
        )
        assert results[0] is None
        if results[1] is None:
            texts = {c["code"]: c["en"] for c in SignedUndertaking.objects.get().content["clauses"]}
            assert texts["NO_WMD"] == Clause.objects.get(reference="NO_WMD-v1").text_en
        else:
            assert isinstance(results[1], Incomplete)
        assert isinstance(stored(undertaking), Undertaking)
        assert Certificate.objects.count() == 0
        assert engine.last_reason(undertaking, "euc.blanket.send_back") == ""
