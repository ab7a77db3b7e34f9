"""The paper original: its way, its ledger, its dates; what the services refuse the database refuses too."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import identifiers
from documents import storing
from euc import custody, dating, originals, services, signals, workflow
from euc.models import AttestationRule, Certificate, EStamp, Original, OriginalEntry
from euc.models.certificate import today
from tests.races import together
from tests.remembering import remembered
from workflow import engine, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus

propose = partial(dating.propose, kind=AttestationRule, law=workflow.ATTESTATION)
adopt, retire = (partial(verb, law=workflow.ATTESTATION) for verb in (dating.adopt, dating.retire))
STAMP = "IN-DL12345678901234X"
FACTS = {
    custody.SIGNED: {"officer": "Sita Signatory"},
    custody.HANDED_IN: {},
    custody.ATTESTED: {"reference": "S-1", "office": "New Delhi", "officer": "A. Official"},
    custody.REFUSED: {"note": "A page is missing"},
    custody.SENT: {"carrier": "Air", "waybill_kind": "AIR", "waybill": "176-12345675", "note": "Exporter"},
    custody.DELIVERED: {"officer": "Reception"},
    custody.MISLAID: {"note": "Lost in transit"},
    custody.VOIDED: {"officer": "Sita Signatory"},
}
WHOLE_WAY = ["SIGNED", "HANDED_IN", "ATTESTED", "HANDED_IN", "ATTESTED", "SENT", "DELIVERED"]


@pytest.fixture
def scan(importer):
    return storing.store(
        content=b"%PDF-scan", name="scan.pdf", media_type="application/pdf", book=importer.book
    )


@remembered
def issued(life):
    return life.issued()


@pytest.fixture
def happen(life, scan):
    """`happen(certificate, "SIGNED", days=0, fee=...)`: something happens to the paper some days after its issue."""

    def record(certificate, kind, days=0, by=None, **more):
        seen = more.pop("seen", None)
        given = FACTS[kind] | more
        return originals.record(
            certificate=Certificate.objects.get(pk=certificate.pk),
            by=by or life.drafter,
            kind=kind,
            happened_on=certificate.valid_from + timedelta(days=days),
            facts=given,
            scan=scan if kind in custody.WITH_SCAN else None,
            seen=seen,
        )

    return record


def place(certificate):
    original = Original.objects.get(certificate=certificate)
    return original.place, original.step.rule.code if original.step else ""


class TestWay:
    def test_is_fixed_at_issue_from_the_rules_of_the_day(self, issued):
        codes = [step.rule.code for step in originals.stations(issued)]
        assert codes == ["INK", "DGFT", "CN-EMBASSY", "COURIER"]
        assert place(issued) == (custody.AWAITED, "")

    def test_is_followed_to_the_end(self, issued, happen):
        seen = [place(issued)]
        for kind in WHOLE_WAY:
            happen(issued, kind)
            seen.append(place(issued))
        assert seen == [
            ("AWAITED", ""), ("IMPORTER", ""), ("OFFICE", "DGFT"), ("IMPORTER", ""), ("OFFICE", "CN-EMBASSY"),
            ("IMPORTER", ""), ("COURIER", ""), ("ABROAD", ""),
        ]  # fmt: skip
        told = events.about(issued).filter(verb__startswith="euc.original.")
        assert [event.action for event in told] == [kind.lower() for kind in WHOLE_WAY]

    @pytest.mark.parametrize(
        ("done", "wrong"),
        [
            ([], "HANDED_IN"),
            ([], "SENT"),
            (["SIGNED"], "SIGNED"),
            (["SIGNED"], "SENT"),
            (["SIGNED"], "ATTESTED"),
            (["SIGNED", "HANDED_IN"], "HANDED_IN"),
            (["SIGNED", "HANDED_IN", "ATTESTED"], "ATTESTED"),
            (["SIGNED", "HANDED_IN", "ATTESTED"], "SENT"),
            (WHOLE_WAY, "MISLAID"),
            (WHOLE_WAY[:-1], "ATTESTED"),
        ],
    )
    def test_refuses_what_cannot_follow(self, issued, happen, done, wrong):
        for kind in done:
            happen(issued, kind)
        before = OriginalEntry.objects.count()
        with pytest.raises(WrongStatus):
            happen(issued, wrong)
        assert OriginalEntry.objects.count() == before

    def test_goes_back_to_an_office_that_refused(self, issued, happen):
        for kind in ("SIGNED", "HANDED_IN", "REFUSED", "HANDED_IN"):
            happen(issued, kind)
        assert place(issued) == ("OFFICE", "DGFT")

    def test_begins_anew_when_the_paper_is_lost(self, issued, happen):
        for kind in ("SIGNED", "HANDED_IN", "ATTESTED", "MISLAID", "SIGNED", "HANDED_IN"):
            happen(issued, kind)
        assert place(issued) == ("OFFICE", "DGFT")

    def test_a_rule_adopted_later_leaves_papers_on_their_way(self, life, issued, officer, second_officer):
        notary = AttestationRule.objects.get(code="NOTARY")
        changed = {
            name: getattr(notary, name) for name in ("position", "stage", "name", "source", "confidence")
        }
        changed |= {"is_required": True, "expected_days": 2, "effective_from": today()}
        adopt(row=propose(by=officer, columns=changed, supersedes=notary), by=second_officer)
        assert "NOTARY" not in {step.rule.code for step in originals.stations(issued)}
        fresh = [step.rule for step in originals.stations(life.issued())]
        assert [rule.reference for rule in fresh][:2] == ["INK-v1", "NOTARY-v2"]

    def test_takes_an_optional_station_until_a_later_one_has_stamped(self, life, issued, happen):
        notary, chamber = (AttestationRule.objects.get(code=code) for code in ("NOTARY", "CHAMBER"))
        step = originals.add_station(certificate=issued, by=life.drafter, rule=chamber)
        originals.remove_station(certificate=issued, by=life.drafter, step=step)
        happen(issued, "SIGNED")
        originals.add_station(certificate=issued, by=life.drafter, rule=notary)
        happen(issued, "HANDED_IN")
        assert place(issued) == ("OFFICE", "NOTARY")
        happen(issued, "ATTESTED")
        originals.add_station(certificate=issued, by=life.drafter, rule=chamber)
        happen(issued, "HANDED_IN")
        assert place(issued) == ("OFFICE", "CHAMBER")
        happen(issued, "ATTESTED")
        happen(issued, "HANDED_IN")
        with pytest.raises(WrongStatus, match="later"):
            originals.add_station(
                certificate=issued, by=life.drafter, rule=AttestationRule.objects.get(code="MHI")
            )

    def test_keeps_its_required_stations(self, life, issued):
        step = originals.stations(issued)[1]
        with pytest.raises(NotAllowed):
            originals.remove_station(certificate=issued, by=life.drafter, step=step)

    def test_ends_with_the_certificate(self, life, issued, happen):
        happen(issued, "SIGNED")
        happen(issued, "HANDED_IN")
        services.revoke(certificate=issued, by=life.senior, reason="cancelled")
        happen(issued, "ATTESTED")  # what comes back is still received
        with pytest.raises(WrongStatus, match="not in force"):
            happen(issued, "HANDED_IN")
        happen(issued, "VOIDED")
        assert place(issued) == ("VOID", "")
        assert custody.possible(custody.Where(custody.VOID), ()) == ()

    def test_is_not_marked_void_while_it_counts(self, issued, happen):
        happen(issued, "SIGNED")
        with pytest.raises(WrongStatus, match="is in force"):
            happen(issued, "VOIDED")


class TestRecord:
    @pytest.mark.parametrize("who", ["stranger", "auditor", "analyst", "clock"])
    def test_is_for_the_importer_and_reviewers(self, issued, happen, who, request):
        with pytest.raises(NotAllowed):
            happen(issued, "SIGNED", by=request.getfixturevalue(who))

    def test_is_open_to_officers(self, issued, happen, officer):
        assert happen(issued, "SIGNED", by=officer).organisation == officer.organisation

    @pytest.mark.parametrize(
        ("kind", "more", "field"),
        [
            ("SIGNED", {"officer": ""}, "officer"),
            ("SIGNED", {"fee": Decimal("10"), "currency": ""}, "fee"),
            ("SIGNED", {"currency": "INR"}, "fee"),
        ],
    )
    def test_asks_for_what_the_kind_needs(self, issued, happen, kind, more, field):
        with pytest.raises(Incomplete) as refused:
            happen(issued, kind, **more)
        assert [miss.field for miss in refused.value.misses] == [field]

    def test_asks_for_the_scan(self, issued, life):
        with pytest.raises(Incomplete) as refused:
            originals.record(
                certificate=issued, by=life.drafter, kind="SIGNED", happened_on=today(), facts=FACTS["SIGNED"]
            )
        assert [miss.field for miss in refused.value.misses] == ["scan"]

    @pytest.mark.parametrize("days", [-1, 1])
    def test_refuses_days_before_the_issue_and_to_come(self, issued, happen, days):
        with pytest.raises(Incomplete):
            happen(issued, "SIGNED", days=days)

    def test_refuses_who_has_not_seen_the_last_entry(self, issued, happen):
        happen(issued, "SIGNED", seen=0)
        with pytest.raises(WrongStatus, match="meanwhile"):
            happen(issued, "HANDED_IN", seen=0)

    def test_says_when_it_left_for_china(self, issued, happen):
        heard = []

        def listen(sender, certificate, on, at, by, **_given):
            heard.append((sender, certificate.pk, on, by.name))

        signals.original_sent.connect(listen)
        try:
            for kind in WHOLE_WAY:
                happen(issued, kind)
        finally:
            signals.original_sent.disconnect(listen)
        assert heard == [(Certificate, issued.pk, issued.valid_from, "Dhruv Drafter")]


@remembered
def aged(life):
    """An issued certificate of ten days ago, so that days can pass."""
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        return life.issued()


class TestDays:
    def test_never_decrease(self, aged, happen):
        happen(aged, "SIGNED", days=3)
        with pytest.raises(WrongStatus, match="decrease"):
            happen(aged, "HANDED_IN", days=2)

    def test_never_decrease_in_the_database_either(self, aged, happen):
        entry = happen(aged, "SIGNED", days=3)
        raw = {"certificate": aged, "kind": "MISLAID", "recorded_by": entry.recorded_by,
               "organisation": entry.organisation}  # fmt: skip
        with pytest.raises(IntegrityError, match="decrease"), transaction.atomic():
            OriginalEntry.objects.create(slot=2, happened_on=entry.happened_on - timedelta(days=1), **raw)
        OriginalEntry.objects.create(slot=2, happened_on=entry.happened_on, **raw)
        with pytest.raises(IntegrityError, match="decrease"), transaction.atomic():
            OriginalEntry.objects.create(
                **{**raw, "kind": "SIGNED"}, slot=1, version=2, reason="later", scan=entry.scan,
                happened_on=entry.happened_on + timedelta(days=1),
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("kinds", "days", "overdue"),
        [
            ([], 0, True),  # three days to sign in ink have passed
            (["SIGNED"], 8, False),
            (["SIGNED"], 6, True),
            (["SIGNED", "HANDED_IN"], 1, False),  # ten days, to the end of the last
            (WHOLE_WAY, 1, False),
        ],
    )
    def test_tell_what_is_overdue(self, aged, happen, kinds, days, overdue):
        for kind in kinds:
            happen(aged, kind, days=days)
        assert Original.objects.overdue().exists() is overdue
        original = Original.objects.get()
        assert original.is_overdue is overdue
        assert Original.objects.overdue(today() + timedelta(days=99)).exists() is (kinds != WHOLE_WAY)


class TestCorrections:
    def test_take_the_place_and_leave_the_wrong_entry(self, aged, happen, life):
        happen(aged, "SIGNED", days=1)
        wrong = happen(aged, "HANDED_IN", days=5)
        right = originals.correct(
            certificate=aged, by=life.drafter, entry=wrong, reason="misread", facts={},
            happened_on=aged.valid_from + timedelta(days=4),
        )  # fmt: skip
        assert (right.slot, right.version, right.step) == (2, 2, wrong.step)
        assert OriginalEntry.objects.count() == 3
        assert Original.objects.get().since == right.happened_on

    def test_are_refused_where_days_would_decrease(self, aged, happen, life):
        first = happen(aged, "SIGNED", days=1)
        happen(aged, "HANDED_IN", days=5)
        with pytest.raises(WrongStatus, match="decrease"):
            originals.correct(
                certificate=aged, by=life.drafter, entry=first, reason="x", facts=FACTS["SIGNED"],
                happened_on=aged.valid_from + timedelta(days=6),
            )  # fmt: skip

    def test_reverse_only_what_nothing_rests_on(self, issued, happen, life):
        first, second = happen(issued, "SIGNED"), happen(issued, "HANDED_IN")
        with pytest.raises(WrongStatus):
            originals.reverse(certificate=issued, by=life.drafter, entry=first, reason="never")
        originals.reverse(certificate=issued, by=life.drafter, entry=second, reason="never")
        assert place(issued) == ("IMPORTER", "")
        with pytest.raises(WrongStatus, match="reversed meanwhile"):
            originals.reverse(certificate=issued, by=life.drafter, entry=second, reason="never")
        happen(issued, "HANDED_IN")
        assert place(issued) == ("OFFICE", "DGFT")

    def test_need_a_reason(self, issued, happen, life):
        entry = happen(issued, "SIGNED")
        with pytest.raises(Incomplete):
            originals.reverse(certificate=issued, by=life.drafter, entry=entry, reason="")


class TestEStamp:
    def test_serves_one_paper_once(self, life, issued, happen):
        happen(issued, "SIGNED", estamp=STAMP)
        other = life.issued()
        with pytest.raises(Incomplete, match="open"):
            happen(other, "SIGNED", estamp=STAMP)
        assert not OriginalEntry.objects.filter(certificate=other).exists()

    def test_is_free_again_when_its_entry_is_corrected(self, life, issued, happen):
        entry = happen(issued, "SIGNED", estamp=STAMP)
        originals.correct(
            certificate=issued, by=life.drafter, entry=entry, reason="misread", facts=FACTS["SIGNED"],
            happened_on=entry.happened_on,
        )  # fmt: skip
        happen(life.issued(), "SIGNED", estamp=STAMP)
        assert EStamp.objects.count() == 1


class TestIdentifiers:
    @pytest.mark.parametrize("typed", ["176-12345675", "17612345675", "176 1234 5675"])
    def test_take_an_air_waybill(self, typed):
        assert identifiers.air_waybill(typed) == "176-12345675"

    @pytest.mark.parametrize("typed", ["176-12345674", "176-1234567", "176-123456755", "ABC-12345675", "१७६"])
    def test_refuse_another(self, typed):
        with pytest.raises(identifiers.ValidationError):
            identifiers.air_waybill(typed)

    @pytest.mark.parametrize(
        ("typed", "holds"), [(STAMP, True), ("in-dl12345678901234x", True), ("DL12345678901234X", False),
                             ("IN-DL1234X", False), ("IN-DL12345678901234", False)],
    )  # fmt: skip
    def test_know_an_e_stamp(self, typed, holds):
        if holds:
            assert identifiers.e_stamp(typed) == STAMP
        else:
            with pytest.raises(identifiers.ValidationError):
                identifiers.e_stamp(typed)


class TestAttestationRules:
    def test_ship_with_their_doubts(self, clauses):
        rules = AttestationRule.objects.in_use_on(today())
        assert {r.code for r in rules if r.is_required and r.stage == "OFFICE"} == {"DGFT", "CN-EMBASSY"}
        assert {r.code for r in rules if r.is_doubtful} == {"NOTARY", "CHAMBER", "MHI", "MEA"}
        assert all(rule.doubt and rule.source for rule in rules)

    def test_take_two_officers(self, clauses, officer):
        rule = propose(by=officer, code="STATE", columns=COLUMNS)
        with pytest.raises(NotAllowed, match="You proposed"):
            adopt(row=rule, by=officer)
        with pytest.raises(IntegrityError, match="adopter_is_not_proposer"), transaction.atomic():
            AttestationRule.objects.filter(pk=rule.pk).update(
                status=workflow.ADOPTED, adopted_by=officer.person, adopted_at=rule.proposed_at
            )

    def test_a_successor_counts_from_its_day_and_the_old_one_until_then(
        self, clauses, officer, second_officer
    ):
        old = AttestationRule.objects.get(code="DGFT")
        columns = COLUMNS | {"effective_from": today() + timedelta(days=5)}
        adopt(row=propose(by=officer, columns=columns, supersedes=old), by=second_officer)
        versions = {
            days: [r.version for r in AttestationRule.objects.in_use_on(today() + timedelta(days=days))
                   if r.code == "DGFT"]
            for days in (0, 4, 5, 50)
        }  # fmt: skip
        assert versions == {0: [1], 4: [1], 5: [2], 50: [2]}

    def test_can_be_retired(self, clauses, senior):
        retire(row=AttestationRule.objects.get(code="MEA"), by=senior, reason="not asked for")
        assert "MEA" not in {r.code for r in AttestationRule.objects.in_use_on(today())}
        assert "MEA" in {r.code for r in AttestationRule.objects.in_use_on(today() - timedelta(days=1))}

    def test_of_one_authority_count_for_it_alone(self, clauses, authority, officer, second_officer, ministry):
        rule = propose(by=officer, code="OWN", columns=COLUMNS | {"authority": authority})
        adopt(row=rule, by=second_officer)
        for asked, counts in ((authority, True), (ministry, False)):
            codes = {r.code for r in AttestationRule.objects.in_use_on(today(), authority=asked)}
            assert ("OWN" in codes) is counts


COLUMNS = {
    "position": 45,
    "stage": "OFFICE",
    "name": "State export office",
    "is_required": True,
    "expected_days": 4,
    "effective_from": today() - timedelta(days=1),
    "source": "A test",
    "confidence": "LOW",
}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_attestations_at_once_count_once(self, issued, happen, life):
        happen(issued, "SIGNED")
        happen(issued, "HANDED_IN")
        calls = [lambda by=by: happen(issued, "ATTESTED", by=by) for by in (life.drafter, life.officer)] * 2
        results = together(*calls)
        refused = [result for result in results if isinstance(result, engine.Refusal)]
        assert len(refused) == 3, results
        assert OriginalEntry.objects.filter(kind="ATTESTED").count() == 1
        assert place(issued) == ("IMPORTER", "")
        assert list(events.faults()) == []

    def test_one_e_stamp_for_two_papers_serves_one(self, life, happen):
        papers = [life.issued(), life.issued()]
        results = together(*[lambda c=c: happen(c, "SIGNED", estamp=STAMP) for c in papers])
        assert sum(isinstance(result, Incomplete) for result in results) == 1, results
        assert OriginalEntry.objects.count() == EStamp.objects.count() == 1

    def test_a_revocation_and_a_hand_in_have_one_order(self, life, issued, happen):
        happen(issued, "SIGNED")
        revoke = lambda: services.revoke(  # noqa: E731
            certificate=Certificate.objects.get(pk=issued.pk), by=life.senior, reason="cancelled"
        )
        results = together(lambda: happen(issued, "HANDED_IN"), revoke)
        assert results[1] is None
        handed_in = not isinstance(results[0], engine.Refusal)
        assert place(issued)[0] == ("OFFICE" if handed_in else "IMPORTER")
