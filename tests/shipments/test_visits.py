"""Verification visits: the ledger says what should be there, and no officer closes what they held."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from documents import uploads
from euc.models.certificate import today
from shipments import accounts, visit_law, visiting
from shipments.models import Holding, Sample, Visit
from shipments.services import LotPlan
from tests.documents.samples import png
from tests.factories import MembershipFactory
from tests.races import together
from tests.remembering import remembered
from tests.shipments.voyage import KG, STORE
from workflow import events
from workflow.engine import Incomplete, NotAllowed, WrongStatus


@remembered
def lot(voyage):
    return voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]


@pytest.fixture
def in_store(lot):
    return lot.holdings.get(account=accounts.ON_HAND)


@remembered
def visit(lot, officer, certificate):
    return planned(certificate, officer, lots=[lot])


def planned(certificate, by, **given):
    known = {"place": "Chakan", "planned_on": today(), "purpose": "Stock against the ledger"}
    return visiting.schedule(certificate=certificate, by=by, **(known | given))


def weigh(visit, holding, by, found_mg=99 * KG, found_pieces=990, key="k1"):
    return visiting.take_sample(
        visit=visit, holding=holding, by=by, found_mg=found_mg, found_pieces=found_pieces, key=key
    )


def held(visit, by, findings="All in order"):
    visiting.conclude(visit=visit, by=by, held_on=today(), findings=findings)


def photograph(name="p.png"):
    return uploads.check(SimpleUploadedFile(name, png(), "image/png"))


class TestSchedule:
    def test_tells_the_importer_and_names_the_certificates_of_its_lots(self, visit, certificate, signatory):
        assert list(visit.certificates.all()) == [certificate]
        assert events.about(visit).get().action == "schedule"
        assert Notice.objects.filter(code="visit-schedule", person=signatory.person).exists()

    def test_is_an_officers(self, certificate, drafter, auditor, analyst):
        for by in (drafter, auditor, analyst):
            with pytest.raises(NotAllowed):
                planned(certificate, by)

    def test_is_not_for_the_importers_own_people(self, certificate, officer):
        MembershipFactory(person=officer.person, organisation=certificate.importer, role=Role.DRAFTER)
        with pytest.raises(NotAllowed, match="independent"):
            planned(certificate, officer)

    def test_refuses_yesterday_beside_its_field(self, certificate, officer):
        with pytest.raises(Incomplete) as refused:
            planned(certificate, officer, planned_on=today() - timedelta(days=1))
        assert [miss.field for miss in refused.value.misses] == ["planned_on"]

    def test_needs_an_issued_certificate(self, life, officer):
        with pytest.raises(WrongStatus):
            planned(life.submitted(), officer)


class TestSamples:
    def test_are_compared_with_the_ledger_of_that_moment(self, visit, in_store, officer, voyage):
        first = weigh(visit, in_store, officer)
        assert (first.booked_mg, first.booked_pieces, first.variance_mg) == (100 * KG, 1000, -KG)
        voyage.move(in_store.lot, "issue", 40 * KG, 400)
        second = weigh(visit, in_store, officer, 60 * KG, 600, key="k2")
        assert (second.booked_mg, second.variance_mg, second.variance_pieces) == (60 * KG, 0, 0)
        first.refresh_from_db()
        assert first.booked_mg == 100 * KG

    def test_sent_twice_are_kept_once(self, visit, in_store, officer):
        assert weigh(visit, in_store, officer) == weigh(visit, in_store, officer)
        with pytest.raises(WrongStatus, match="sent before"):
            weigh(visit, in_store, officer, 5 * KG)
        assert Sample.objects.count() == 1

    def test_wait_for_the_day(self, in_store, officer, certificate):
        later = planned(certificate, officer, planned_on=today() + timedelta(days=3))
        with pytest.raises(WrongStatus, match="has not come"):
            weigh(later, in_store, officer)

    def test_are_officers_of_this_authority(self, visit, in_store, drafter, auditor):
        for by in (drafter, auditor):
            with pytest.raises(NotAllowed):
                weigh(visit, in_store, by)

    def test_are_of_what_is_to_be_looked_at(self, visit, voyage, officer):
        other = voyage.received(LotPlan(2, KG, 5)).lots()[0].holdings.get(account=accounts.ON_HAND)
        with pytest.raises(WrongStatus, match="Nothing of this lot"):
            weigh(visit, other, officer)

    def test_end_with_the_visit(self, visit, in_store, officer):
        weigh(visit, in_store, officer)
        held(visit, officer)
        with pytest.raises(WrongStatus, match="over"):
            weigh(visit, in_store, officer, key="k2")


class TestConclude:
    def test_needs_a_sample_of_each_lot_that_still_lies_there(self, visit, in_store, officer, voyage):
        with pytest.raises(Incomplete) as refused:
            held(visit, officer)
        assert "H-1 has not been sampled" in str(refused.value.misses[0].message)
        weigh(visit, in_store, officer)
        held(visit, officer)
        assert (visit.status, visit.held_by) == (visit_law.DONE, officer.person)

    def test_asks_nothing_of_what_is_gone(self, visit, lot, officer, voyage):
        voyage.move(lot, "lose", 100 * KG, 1000)
        held(visit, officer, "Nothing was left")
        assert visit.status == visit_law.DONE

    def test_is_not_in_the_future(self, certificate, officer):
        with pytest.raises(Incomplete):
            visiting.conclude(
                visit=planned(certificate, officer),
                by=officer,
                held_on=today() + timedelta(days=1),
                findings="x",
            )


class TestAction:
    @pytest.fixture
    def demanded(self, certificate, officer):
        visit = planned(certificate, officer)
        held(visit, officer)
        visiting.demand_action(visit=visit, by=officer, action="Lock the store", due_on=today())
        return visit

    def test_is_answered_by_the_importer_and_closed_by_another_officer(
        self, demanded, drafter, officer, senior
    ):
        visiting.answer(visit=demanded, by=drafter, answer="Locked")
        assert Notice.objects.filter(code="visit-answer", person=officer.person).exists()
        with pytest.raises(NotAllowed, match="You held this visit"):
            visiting.close(visit=demanded, by=officer, reason="seen")
        visiting.close(visit=demanded, by=senior, reason="seen")
        assert (demanded.status, demanded.closed_by) == (visit_law.CLOSED, senior.person)

    def test_is_not_closed_by_who_weighed(self, certificate, lot, in_store, officer, second_officer):
        visit = planned(certificate, officer, lots=[lot])
        weigh(visit, in_store, second_officer)
        held(visit, officer)
        with pytest.raises(NotAllowed, match="You held this visit"):
            visiting.close(visit=visit, by=second_officer, reason="seen")

    def test_the_database_refuses_one_person_too(self, demanded, officer):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=demanded.pk).update(closed_by=officer.person, closed_at=timezone.now())

    def test_can_be_sent_back_with_a_new_day(self, demanded, drafter, officer):
        visiting.answer(visit=demanded, by=drafter, answer="Soon")
        day = today() + timedelta(days=7)
        visiting.send_back(visit=demanded, by=officer, due_on=day, reason="Not done")
        assert (demanded.status, demanded.action_due_on) == (visit_law.ACTION_OPEN, day)

    def test_of_another_importer_is_not_answered(self, demanded, stranger):
        with pytest.raises(NotAllowed):
            visiting.answer(visit=demanded, by=stranger, answer="x")

    def test_is_overdue_after_its_day(self, demanded):
        assert not demanded.is_overdue
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            assert demanded.is_overdue
            assert list(Visit.objects.overdue()) == [demanded]


class TestFiles:
    def test_are_an_officers_until_the_end_and_kept_once(self, visit, officer, senior):
        first = visiting.add_file(visit=visit, by=officer, checked=photograph(), caption="The store")
        assert visiting.add_file(visit=visit, by=officer, checked=photograph("q.png")) == first
        assert (first.file.book, first.is_of_importer) == (visit.book, False)
        visiting.cancel(visit=visit, by=officer, reason="Monsoon")
        with pytest.raises(WrongStatus):
            visiting.add_file(visit=visit, by=senior, checked=photograph())

    def test_are_the_importers_while_an_action_is_open(
        self, certificate, officer, drafter, stranger, auditor
    ):
        visit = planned(certificate, officer)
        with pytest.raises(WrongStatus):
            visiting.add_file(visit=visit, by=drafter, checked=photograph())
        held(visit, officer)
        visiting.demand_action(visit=visit, by=officer, action="Lock", due_on=today())
        assert visiting.add_file(visit=visit, by=drafter, checked=photograph()).is_of_importer
        for by in (stranger, auditor):
            with pytest.raises(NotAllowed):
                visiting.add_file(visit=visit, by=by, checked=photograph())


class TestDue:
    def test_is_who_held_magnets_for_a_year_without_a_visit(self, lot, certificate, officer):
        assert list(visiting.importers_due()) == []
        later = today() + timedelta(days=366)
        assert list(visiting.importers_due(later)) == [certificate.importer]
        visit = planned(certificate, officer)
        assert list(visiting.importers_due(later)) == []
        held_without_lots(visit, officer)
        assert list(visiting.importers_due(today() + timedelta(days=364))) == []
        assert list(visiting.importers_due(later)) == [certificate.importer]

    def test_is_nobody_who_has_nothing_left(self, lot, voyage):
        voyage.move(lot, "lose", 100 * KG, 1000)
        assert list(visiting.importers_due(today() + timedelta(days=366))) == []


def held_without_lots(visit, officer):
    visiting.conclude(visit=visit, by=officer, held_on=today(), findings="In order")


class TestVisible:
    def test_to_the_importer_its_own_and_to_overseers(
        self, visit, drafter, stranger, officer, auditor, analyst, administrator
    ):
        seen = {by.name: Visit.objects.visible_to(by).count() for by in (drafter, officer, auditor, analyst)}
        assert set(seen.values()) == {1}
        for by in (stranger, administrator, None):
            assert not Visit.objects.visible_to(by).exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_sample_and_a_move_have_one_order(self, voyage, certificate, officer):
        lot = voyage.received(LotPlan(1, 100 * KG, 1000)).lots()[0]
        holding = lot.holdings.get(account=accounts.ON_HAND)
        visit = planned(certificate, officer, lots=[lot])
        for number in range(5):
            before = Holding.objects.get(pk=holding.pk).weight_mg
            sample, _moved = together(
                lambda key=f"r{number}": weigh(visit, holding, officer, key=key),
                lambda: voyage.move(lot, "issue", KG, 10, from_place=STORE),
            )
            assert sample.booked_mg in {before, before - KG}
            assert sample.booked_mg // KG == sample.booked_pieces // 10

    def test_conclude_and_cancel_let_one_through(self, voyage, certificate, officer, senior):
        visit = planned(certificate, officer)
        results = together(
            lambda: held(Visit.objects.get(pk=visit.pk), officer),
            lambda: visiting.cancel(visit=Visit.objects.get(pk=visit.pk), by=senior, reason="x"),
        )
        assert results.count(None) == 1
        assert sum(isinstance(result, WrongStatus) for result in results) == 1
