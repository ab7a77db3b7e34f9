"""The verbs: what each writes, binds, freezes and owes, and what each refuses."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Organisation
from accounts.roles import Kind, Role
from euc import content, drafting, pledges, services, workflow
from euc.models import Approval, Certificate, Clause, Policy, Revision, Serial, Undertaking
from tests.factories import MembershipFactory, OrganisationFactory
from workflow import errands, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand, Event

INDIAN_NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


def undertaking_of(certificate):
    return Undertaking.objects.get(certificate=certificate)


def verbs(subject):
    return [event.verb for event in events.about(subject)]


class TestStart:
    def test_opens_an_empty_draft_with_its_parts(self, life):
        certificate = services.start(by=life.drafter)
        assert certificate.status == workflow.DRAFT
        assert certificate.importer == life.drafter.organisation
        assert certificate.has_author(life.drafter.person)
        assert set(certificate.parties.values_list("role", "same_as_importer")) == {
            ("EXPORTER", False),
            ("CONSIGNEE", True),
            ("END_USER", True),
        }
        assert certificate.end_use.product == ""
        assert len(certificate.token) == 32

    def test_opens_an_undertaking_with_the_required_clauses(self, life):
        undertaking = undertaking_of(services.start(by=life.drafter))
        required = Policy.objects.filter(stance=Policy.Stance.REQUIRED, template="")
        assert len(required) == 8  # the three core promises and Appendix 2Q's five
        assert {row.clause.code for row in undertaking.clauses.all()} == {p.clause_code for p in required}
        assert undertaking.reference.startswith(f"NRU/{life.drafter.organisation.iec}/")

    def test_is_told_in_both_histories(self, life):
        certificate = services.start(by=life.drafter)
        assert verbs(certificate) == ["euc.certificate.start"]
        assert verbs(undertaking_of(certificate)) == ["euc.undertaking.start"]

    def test_gives_every_certificate_its_own_token(self, life):
        assert services.start(by=life.drafter).token != services.start(by=life.drafter).token

    @pytest.mark.parametrize(
        "role", [Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST, Role.ADMINISTRATOR]
    )
    def test_is_for_importers_only(self, clauses, everybody, role):
        with pytest.raises(NotAllowed):
            services.start(by=everybody[role])

    def test_needs_an_iec(self, clauses, make_actor):
        unregistered = OrganisationFactory(kind=Kind.IMPORTER, name="Without IEC", iec="")
        with pytest.raises(NotAllowed, match="IEC"):
            services.start(by=make_actor("A", unregistered, Role.DRAFTER))


class TestReference:
    @pytest.mark.parametrize(
        ("moment", "year"),
        [
            ("2026-03-31T18:29:59Z", "2025-26"),
            ("2026-03-31T18:30:00Z", "2026-27"),
            ("2026-03-31T20:00:00Z", "2026-27"),
            ("2026-12-31T23:59:59Z", "2026-27"),
            ("2027-03-31T18:29:59Z", "2026-27"),
            ("2099-04-01T00:00:00Z", "2099-00"),
        ],
    )
    def test_counts_the_financial_year_in_india(self, life, moment, year):
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            certificate = services.start(by=life.drafter)
        iec = life.drafter.organisation.iec
        assert certificate.reference == f"EUC/{iec}/{year}/0001"
        assert undertaking_of(certificate).reference == f"NRU/{iec}/{year}/0001"

    def test_counts_an_importer_s_papers_of_a_year(self, life, stranger):
        numbers = [services.start(by=life.drafter).reference[-4:] for _ in range(3)]
        assert numbers == ["0001", "0002", "0003"]
        assert services.start(by=stranger).reference.endswith("/0001")

    def test_begins_again_each_year(self, life):
        with time_machine.travel(datetime(2026, 3, 30, tzinfo=UTC)):
            services.start(by=life.drafter)
        with time_machine.travel(datetime(2026, 4, 2, tzinfo=UTC)):
            assert services.start(by=life.drafter).reference.endswith("/2026-27/0001")

    def test_goes_on_beyond_four_digits(self, life):
        first = services.start(by=life.drafter)
        Serial.objects.filter(kind="EUC").update(last=9_999)
        assert services.start(by=life.drafter).reference == first.reference.replace("/0001", "/10000")


class TestSubmit:
    def test_freezes_the_content_as_a_revision(self, life):
        certificate = life.submitted()
        revision = certificate.revisions.get()
        assert (revision.number, certificate.revision_number) == (1, 1)
        assert revision.content["reference"] == certificate.reference
        assert revision.content["signatory"]["name"] == life.signatory.name
        assert revision.content["signatory"]["authority"] == life.signatory.authority_reference
        assert certificate.content_hash == revision.content_hash

    def test_binds_by_a_hash_that_anybody_can_compute_again(self, life):
        revision = Revision.objects.get(certificate=life.submitted())
        assert content.digest(revision.content) == revision.content_hash

    def test_writes_one_event_each(self, life):
        certificate = life.submitted()
        assert verbs(certificate) == ["euc.certificate.start", "euc.certificate.submit"]
        assert verbs(undertaking_of(certificate)) == ["euc.undertaking.start", "euc.undertaking.sign"]
        details = events.about(certificate).last().details
        assert details == {"notice_seen": True, "revision": 1, "content_hash": certificate.content_hash}

    def test_asks_that_the_notice_was_seen(self, life):
        certificate = life.draft()
        with pytest.raises(Incomplete) as refusal:
            services.submit(certificate=certificate, by=life.signatory, notice_seen=False)
        assert [miss.field for miss in refusal.value.misses] == ["notice_seen"]
        assert stored(certificate).status == workflow.DRAFT

    def test_refuses_what_is_incomplete_and_says_where(self, life):
        certificate = services.start(by=life.drafter)
        with pytest.raises(Incomplete) as refusal:
            life.submit(certificate)
        assert {"parties", "order", "goods", "end-use", "evidence"} <= {m.page for m in refusal.value.misses}
        assert not certificate.revisions.exists()

    def test_refuses_signs_that_cannot_be_printed(self, life):
        certificate = life.draft()
        drafting.record_order(
            certificate=certificate,
            by=life.drafter,
            order={"po_number": "PO \U00012000", "po_date": date(2026, 11, 1)},
        )
        with pytest.raises(Incomplete, match=r"points? (is|are) open") as refusal:
            life.submit(stored(certificate))
        assert "\U00012000" in str(refusal.value.misses[0].message)
        assert stored(certificate).status == workflow.DRAFT

    def test_refuses_another_importer_s_signatory(self, life, stranger):
        certificate = life.draft()
        with pytest.raises(NotAllowed, match="importer's own"):
            services.submit(certificate=certificate, by=stranger, notice_seen=True)

    def test_freezes_the_texts_of_the_clauses(self, life):
        certificate = life.submitted()
        row = undertaking_of(certificate).clauses.first()
        assert row.text_en == row.clause.text_en != ""
        Clause.objects.filter(pk=row.clause_id).update(text_en="Another wording")
        row.refresh_from_db()
        assert row.text_en != "Another wording"
        texts = [c["en"] for c in certificate.revisions.get().content["undertakings"][0]["clauses"]]
        assert "Another wording" not in texts

    def test_takes_the_new_wording_after_a_return(self, life):
        certificate = life.returned()
        row = undertaking_of(certificate).clauses.first()
        Clause.objects.filter(pk=row.clause_id).update(text_en="Another wording")
        life.submit(stored(certificate))
        texts = [c["en"] for c in stored(certificate).revisions.last().content["undertakings"][0]["clauses"]]
        assert "Another wording" in texts

    def test_leaves_the_texts_alone_when_it_is_refused(self, life):
        certificate = life.submitted()
        row = undertaking_of(certificate).clauses.first()
        Clause.objects.filter(pk=row.clause_id).update(text_en="Another wording")
        with pytest.raises(WrongStatus):
            life.submit(certificate)
        row.refresh_from_db()
        assert row.text_en != "Another wording"

    def test_keeps_the_names_of_that_day(self, life):
        certificate = life.submitted()
        Organisation.objects.filter(pk=certificate.importer_id).update(name="Renamed Limited")
        assert certificate.revisions.get().content["parties"]["importer"]["name"] != "Renamed Limited"

    def test_queues_by_risk(self, life):
        certificate = life.submitted()
        assert "heavy" in certificate.risk_reasons
        assert certificate.risk > 0


class TestApprove:
    def test_is_bound_to_the_hash_that_was_seen(self, life):
        certificate = life.approved()
        assert certificate.approved_hash == certificate.content_hash
        assert (certificate.approved_by, certificate.approving_authority) == (
            life.officer.person,
            life.officer.organisation,
        )
        approval = Approval.objects.get()
        assert (approval.kind, approval.content_hash, approval.given_by) == (
            "APPROVE",
            certificate.content_hash,
            life.officer.person,
        )

    @pytest.mark.parametrize("seen", ["", "0" * 64])
    def test_refuses_another_hash(self, life, seen):
        certificate = life.submitted()
        with pytest.raises(WrongStatus, match="changed since"):
            services.approve(certificate=certificate, by=life.officer, seen_hash=seen)
        assert not Approval.objects.exists()

    def test_refuses_the_hash_of_an_earlier_revision(self, life):
        certificate = life.returned()
        seen = certificate.content_hash
        drafting.record_order(certificate=certificate, by=life.drafter, order={"po_number": "PO-CHANGED"})
        life.submit(stored(certificate))
        with pytest.raises(WrongStatus, match="changed since"):
            services.approve(certificate=stored(certificate), by=life.officer, seen_hash=seen)

    def test_takes_the_undertaking_along(self, life):
        undertaking = undertaking_of(life.approved())
        assert (undertaking.status, undertaking.approved_by) == (workflow.APPROVED, life.officer.person)


class TestSendBack:
    def test_voids_the_approval(self, life):
        certificate = life.approved()
        services.send_back(certificate=certificate, by=life.senior, reason="unclear")
        certificate = stored(certificate)
        assert certificate.status == workflow.RETURNED
        assert (certificate.approved_by, certificate.approved_at, certificate.approved_hash) == (
            None,
            None,
            "",
        )
        assert certificate.approving_authority is None
        assert undertaking_of(certificate).approved_by is None

    def test_makes_the_comments_seen(self, life):
        certificate = life.submitted()
        services.comment(
            certificate=certificate, by=life.officer, page="goods", line=1, field="grade", text="Which?"
        )
        assert certificate.comments.get().sent_at is None
        services.send_back(certificate=certificate, by=life.officer, reason="unclear", at=INDIAN_NOON)
        assert certificate.comments.get().sent_at == INDIAN_NOON

    @pytest.mark.parametrize("reason", ["", None])
    def test_asks_why(self, life, reason):
        with pytest.raises(Incomplete):
            services.send_back(certificate=life.submitted(), by=life.officer, reason=reason)

    def test_lets_it_be_mended_and_submitted_as_another_revision(self, life):
        certificate = life.returned()
        drafting.record_order(certificate=certificate, by=life.drafter, order={"po_number": "PO-MENDED"})
        life.submit(stored(certificate))
        first, second = stored(certificate).revisions.all()
        assert (first.number, second.number) == (1, 2)
        assert first.content_hash != second.content_hash
        assert second.content["order"]["number"] == "PO-MENDED"
        assert "resubmitted" in stored(certificate).risk_reasons

    def test_makes_an_approval_of_the_earlier_revision_count_no_more(self, life):
        certificate = life.approved()
        services.send_back(certificate=certificate, by=life.officer, reason="unclear")
        life.submit(stored(certificate))
        with pytest.raises(WrongStatus):
            life.issue(stored(certificate))


class TestIssue:
    def test_binds_the_second_yes_to_the_same_hash(self, life):
        certificate = stored(life.issued())
        assert certificate.issued_hash == certificate.approved_hash == certificate.content_hash
        assert [a.kind for a in Approval.objects.order_by("id")] == ["APPROVE", "ISSUE"]

    def test_refuses_another_hash(self, life):
        certificate = life.approved()
        with pytest.raises(WrongStatus, match="changed since"):
            services.issue(certificate=certificate, by=life.senior, seen_hash="0" * 64)

    def test_owes_one_document_of_this_revision(self, life):
        certificate = life.issued()
        errand = errands.of(certificate).get()
        assert (errand.kind, errand.state) == ("euc.print_certificate", Errand.PENDING)
        assert errand.key.endswith(":1")
        assert certificate.document is None

    def test_brings_the_undertaking_into_force(self, life):
        assert undertaking_of(life.issued()).status == workflow.IN_FORCE

    def test_copies_what_the_document_says_of_it(self, life):
        block = stored(life.issued()).issue_block
        assert block["approved_by"] == {
            "name": life.officer.name,
            "designation": life.officer.designation,
            "authority": life.officer.organisation.name,
        }
        assert block["issued_by"]["name"] == life.senior.name
        Organisation.objects.filter(kind=Kind.AUTHORITY).update(name="Renamed")
        assert stored(Certificate.objects.get()).issue_block == block

    @pytest.mark.parametrize(
        ("moment", "first"), [("2026-11-20T18:29:59Z", "2026-11-20"), ("2026-11-20T18:30:00Z", "2026-11-21")]
    )
    def test_is_valid_from_the_day_in_india_for_a_year(self, life, moment, first):
        certificate = life.approved()
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            life.issue(certificate)
        first = date.fromisoformat(first)
        assert (certificate.valid_from, certificate.valid_until) == (first, first + timedelta(days=364))

    def test_refuses_a_validity_that_ends_before_it_begins(self, life):
        with pytest.raises(NotAllowed, match="before it begins"):
            life.issue(life.approved(), valid_until=date(2020, 1, 1))

    def test_refuses_an_undertaking_that_is_not_approved(self, life):
        certificate = life.approved()
        Undertaking.objects.filter(certificate=certificate).update(
            status=workflow.SIGNED, approved_by=None, approved_at=None
        )
        with pytest.raises(Incomplete) as refusal:
            life.issue(certificate)
        assert undertaking_of(certificate).reference in str(refusal.value.misses[0].message)


class TestSupersede:
    def test_ends_the_earlier_one_with_the_new_one_s_issue(self, life):
        earlier = life.issued()
        successor = life.issue_successor(earlier)
        earlier = stored(earlier)
        assert (earlier.status, earlier.end_reason) == (workflow.SUPERSEDED, successor.reference)
        assert events.about(earlier).last().details == {"successor": successor.reference}
        assert not earlier.is_in_force()

    def test_leaves_the_earlier_one_in_force_until_then(self, life):
        earlier = life.issued()
        life.successor(earlier)
        assert stored(earlier).is_in_force()

    def test_leaves_one_that_was_revoked_meanwhile_revoked(self, life):
        earlier = life.issued()
        successor = life.successor(earlier)
        services.revoke(certificate=earlier, by=life.senior, reason="cancelled")
        life.issue(successor)
        assert stored(earlier).status == workflow.REVOKED
        assert stored(successor).status == workflow.ISSUED

    def test_refuses_a_second_successor(self, life):
        earlier = life.issued()
        first, second = life.successor(earlier), life.successor(earlier)
        life.issue(first)
        with pytest.raises(WrongStatus, match=earlier.reference):
            life.issue(second)
        assert stored(second).status == workflow.APPROVED
        assert not errands.of(second).exists()


class TestReject:
    def test_ends_it_with_its_undertaking(self, life):
        certificate = life.rejected()
        undertaking = undertaking_of(certificate)
        assert (certificate.status, undertaking.status) == (workflow.REJECTED, workflow.REJECTED)
        assert (certificate.ended_by, certificate.end_reason) == (life.officer.person, "military")
        assert undertaking.ended_by == life.officer.person


class TestWithdraw:
    @pytest.mark.parametrize(
        "status", [workflow.DRAFT, workflow.SUBMITTED, workflow.RETURNED, workflow.APPROVED]
    )
    def test_ends_it_with_its_undertaking(self, life, status):
        certificate = life.in_status(status)
        services.withdraw(certificate=certificate, by=life.drafter, reason="not needed")
        assert undertaking_of(certificate).status == workflow.WITHDRAWN
        assert stored(certificate).status == workflow.WITHDRAWN

    def test_is_not_for_another_importer(self, life, stranger):
        with pytest.raises(NotAllowed):
            services.withdraw(certificate=life.submitted(), by=stranger, reason="mischief")


class TestRevoke:
    def test_is_effective_at_once(self, life):
        certificate = life.issued()
        assert certificate.is_in_force()
        services.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        assert not stored(certificate).is_in_force()
        assert stored(certificate).end_reason == "cancelled"

    def test_leaves_the_undertaking_in_force(self, life):
        assert undertaking_of(life.revoked()).status == workflow.IN_FORCE

    def test_leaves_the_document_owed(self, life):
        assert errands.of(life.revoked()).get().state == Errand.PENDING


class TestExpire:
    @pytest.mark.parametrize(
        ("moment", "is_over"),
        [
            ("2026-12-10T18:29:59Z", False),
            ("2026-12-10T18:30:00Z", True),
            ("2026-12-11T00:00:00Z", True),
            ("2026-12-09T18:30:00Z", False),
        ],
    )
    def test_comes_at_midnight_in_india_after_the_last_day(self, life, clock, moment, is_over):
        certificate = life.issued(valid_until=date(2026, 12, 10))
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            assert stored(certificate).is_in_force() is not is_over
            assert Certificate.objects.past_validity().exists() is is_over
            if is_over:
                services.expire(certificate=certificate, by=clock)
                assert stored(certificate).ended_by == clock.person
            else:
                with pytest.raises(NotAllowed, match="within its validity"):
                    services.expire(certificate=certificate, by=clock)

    def test_is_done_for_all_by_the_nightly_command(self, life, expired, capsys):
        current = life.issued()
        for _ in range(2):
            call_command("expire_certificates")
        assert capsys.readouterr().out == "1 certificates expired.\n0 certificates expired.\n"
        assert stored(expired).status == workflow.EXPIRED
        assert stored(current).status == workflow.ISSUED


class TestUndertakings:
    @pytest.mark.parametrize(
        ("end", "status"),
        [
            (pledges.release, workflow.RELEASED),
            (partial(pledges.declare_breach, concerns=["NO_WMD"]), workflow.BREACHED),
            (pledges.revoke, workflow.REVOKED),
        ],
    )
    def test_end_by_themselves_with_a_reason(self, life, end, status):
        certificate = life.issued()
        undertaking = undertaking_of(certificate)
        end(undertaking=undertaking, by=life.senior, reason="so it is")
        assert (undertaking.status, undertaking.end_reason) == (status, "so it is")
        assert stored(certificate).status == workflow.ISSUED

    def test_are_not_ended_by_a_member_of_the_importer(self, life, importer):
        undertaking = undertaking_of(life.issued())
        MembershipFactory(person=life.senior.person, organisation=importer, role=Role.DRAFTER)
        with pytest.raises(NotAllowed, match="independent"):
            pledges.release(undertaking=undertaking, by=life.senior, reason="friendly")


class TestComment:
    def write(self, certificate, by):
        return services.comment(
            certificate=certificate, by=by, page="goods", line=1, field="grade", text="Which?"
        )

    @pytest.mark.parametrize("status", [workflow.SUBMITTED, workflow.APPROVED])
    def test_is_written_by_reviewers_under_review(self, life, status):
        comment = self.write(life.in_status(status), life.senior)
        assert (comment.revision_number, comment.written_by) == (1, life.senior.person)

    @pytest.mark.parametrize("status", [workflow.DRAFT, workflow.RETURNED, workflow.ISSUED])
    def test_is_not_written_at_other_times(self, life, status):
        with pytest.raises(NotAllowed):
            self.write(life.in_status(status), life.officer)

    @pytest.mark.parametrize("role", [Role.DRAFTER, Role.SIGNATORY, Role.AUDITOR, Role.ANALYST])
    def test_is_not_written_by_others(self, life, everybody, role):
        with pytest.raises(NotAllowed):
            self.write(life.submitted(), everybody[role])

    def test_is_not_written_by_an_officer_of_the_importer(self, life, importer):
        certificate = life.submitted()
        MembershipFactory(person=life.officer.person, organisation=importer, role=Role.DRAFTER)
        with pytest.raises(NotAllowed, match="independent"):
            self.write(certificate, life.officer)

    def test_is_settled_once_by_the_importer(self, life, stranger):
        certificate = life.submitted()
        comment = self.write(certificate, life.officer)
        services.send_back(certificate=certificate, by=life.officer, reason="unclear")
        with pytest.raises(NotAllowed):
            services.settle_comment(comment=comment, by=stranger)
        services.settle_comment(comment=comment, by=life.drafter)
        services.settle_comment(comment=comment, by=life.signatory)
        comment.refresh_from_db()
        assert comment.settled_by == life.drafter.person

    def test_is_not_settled_before_it_was_sent(self, life):
        comment = self.write(life.submitted(), life.officer)
        services.settle_comment(comment=comment, by=life.drafter)
        comment.refresh_from_db()
        assert comment.settled_at is None


class TestHistory:
    def test_has_one_event_a_change_of_status(self, life):
        """I-14: what the events tell, one after the other, is how the certificate came to its status."""
        certificate = life.approved()
        services.send_back(certificate=certificate, by=life.officer, reason="unclear")
        life.submit(stored(certificate))
        life.approve(stored(certificate))
        life.issue(stored(certificate))
        services.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        told = [(e.from_status, e.to_status) for e in events.about(certificate) if e.to_status]
        steps = ["DRAFT", "SUBMITTED", "APPROVED", "RETURNED", "SUBMITTED", "APPROVED", "ISSUED", "REVOKED"]
        assert told == list(zip(["", *steps], steps, strict=False))

    def test_of_two_importers_stands_in_two_books(self, life, stranger):
        ours, theirs = services.start(by=life.drafter), services.start(by=stranger)
        assert set(Event.objects.values_list("book", flat=True)) == {ours.book, theirs.book}
        assert ours.book != theirs.book
        assert list(events.faults()) == []
