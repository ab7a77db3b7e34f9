"""Incidents: a loss is posted and can be reversed, a suspicion holds draws until two officers decided."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from euc.models.certificate import today
from shipments import accounts, balancing, checking, custody, incident_law, incidents, services
from shipments.models import Consignment, Holding, Incident, Posting
from shipments.services import LotPlan
from tests.factories import MembershipFactory
from tests.races import together
from tests.remembering import remembered
from tests.shipments.voyage import KG
from workflow import events
from workflow.engine import Incomplete, NotAllowed, WrongStatus

KINDS = sorted(incident_law.KINDS)


def report(certificate, by, kind=incident_law.DIVERSION, **given):
    known = {"weight_mg": 2 * KG, "happened_on": today(), "description": "A box is gone", "key": "k1"}
    return incidents.report(certificate=certificate, by=by, kind=kind, **(known | given))


def decided(incident, first, second, outcome):
    incidents.take_up(incident=incident, by=first, reason="We asked")
    incidents.close(incident=incident, by=second, outcome=outcome, reason="We know")


@remembered
def in_store(voyage):
    lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
    return lot.holdings.get(account=accounts.ON_HAND)


class TestReport:
    def test_tells_the_other_side(self, certificate, drafter, officer, signatory):
        report(certificate, officer)
        assert Notice.objects.filter(code="incident-told", person=signatory.person).exists()
        report(certificate, drafter, key="k2")
        assert Notice.objects.filter(code="incident-report", person=officer.person).count() == 1

    def test_sent_twice_is_one(self, certificate, drafter, in_store):
        given = {"kind": incident_law.THEFT, "holding": in_store, "pieces": 20}
        assert report(certificate, drafter, **given) == report(certificate, drafter, **given)
        assert Incident.objects.count() == Posting.objects.filter(verb="lose").count() == 1

    def test_is_not_a_strangers_or_an_auditors(self, certificate, stranger, auditor, analyst):
        for by in (stranger, auditor, analyst):
            with pytest.raises(NotAllowed):
                report(certificate, by)

    def test_is_not_of_tomorrow(self, certificate, drafter):
        with pytest.raises(Incomplete) as refused:
            report(certificate, drafter, happened_on=today() + timedelta(days=1))
        assert [miss.field for miss in refused.value.misses] == ["happened_on"]

    def test_needs_an_issued_certificate(self, life, officer):
        with pytest.raises(WrongStatus):
            report(life.submitted(), officer)


class TestLoss:
    def test_of_the_importer_leaves_the_store_and_is_reversed_by_the_ledger_itself(
        self, certificate, drafter, in_store
    ):
        made = report(certificate, drafter, incident_law.LOSS, holding=in_store, pieces=20)
        lost = Holding.objects.get(lot=in_store.lot, account=accounts.LOSS)
        assert (lost.weight_mg, lost.pieces, made.is_holding) == (2 * KG, 20, False)
        assert made.reference in made.posting.reason
        custody.reverse(posting=made.posting, by=drafter, reason="Found behind the rack")
        lost.refresh_from_db()
        assert lost.weight_mg == 0
        assert all(result.holds for result in checking.results())

    def test_needs_its_place_of_the_importer_alone(self, certificate, drafter, officer):
        with pytest.raises(Incomplete) as refused:
            report(certificate, drafter, incident_law.THEFT)
        assert [miss.field for miss in refused.value.misses] == ["holding"]
        assert report(certificate, officer, incident_law.THEFT).posting is None

    def test_cannot_be_more_than_is_there(self, certificate, drafter, in_store):
        with pytest.raises(custody.NotThere), transaction.atomic():
            report(certificate, drafter, incident_law.LOSS, holding=in_store, weight_mg=101 * KG)
        assert not Incident.objects.exists()

    def test_is_of_a_lot_under_this_certificate(self, life, drafter, in_store):
        with pytest.raises(Incomplete):
            report(life.issued(), drafter, incident_law.LOSS, holding=in_store)


class TestHold:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_for_a_suspected_diversion_alone(self, certificate, officer, voyage, kind):
        booked = voyage.declared(LotPlan(1, KG))
        planned = voyage.planned(LotPlan(1, KG))
        report(certificate, officer, kind)
        if kind != incident_law.DIVERSION:
            services.book(consignment=planned, by=voyage.drafter)
            services.release(consignment=booked, by=voyage.drafter, on=today())
            return
        for verb, consignment, given in (("book", planned, {}), ("release", booked, {"on": today()})):
            with pytest.raises(WrongStatus, match="incident INC/"), transaction.atomic():
                getattr(services, verb)(consignment=consignment, by=voyage.drafter, **given)

    @pytest.mark.parametrize("outcome", [incident_law.UNFOUNDED, incident_law.FOUND])
    def test_ends_with_the_decision_of_another_officer(self, certificate, officer, senior, voyage, outcome):
        incident = report(certificate, officer)
        incidents.take_up(incident=incident, by=officer, reason="We asked")
        with pytest.raises(NotAllowed, match="another officer"):
            incidents.close(incident=incident, by=officer, outcome=outcome, reason="Alone")
        incidents.close(incident=incident, by=senior, outcome=outcome, reason="We know")
        assert (incident.is_holding, incident.outcome) == (False, outcome)
        voyage.booked(LotPlan(1, KG))

    def test_stays_when_it_is_as_reported_until_a_third_yes(
        self, certificate, officer, senior, voyage, make_actor, authority
    ):
        incident = report(certificate, officer)
        decided(incident, officer, senior, incident_law.CONFIRMED)
        with pytest.raises(WrongStatus):
            voyage.booked(LotPlan(1, KG))
        with pytest.raises(NotAllowed, match="You decided this"):
            incidents.lift(incident=incident, by=senior, reason="Alone")
        other = make_actor("Sona Senior", authority, Role.SENIOR)
        incidents.lift(incident=incident, by=other, reason="It came back")
        voyage.booked(LotPlan(1, KG))
        with pytest.raises(NotAllowed, match="holds no draws"):
            incidents.lift(incident=incident, by=other, reason="Again")

    def test_of_one_certificate_leaves_others_free(self, certificate, officer, life):
        report(certificate, officer)
        incidents.refuse_held(life.issued())

    def test_of_two_ends_with_the_last(self, certificate, officer, senior):
        first, second = report(certificate, officer), report(certificate, officer, key="k2")
        decided(first, officer, senior, incident_law.UNFOUNDED)
        with pytest.raises(WrongStatus, match=second.reference):
            incidents.refuse_held(certificate)

    def test_is_not_decided_by_the_importers_own(self, certificate, drafter, officer):
        incident = report(certificate, drafter)
        with pytest.raises(NotAllowed):
            incidents.take_up(incident=incident, by=drafter, reason="x")
        MembershipFactory(person=officer.person, organisation=certificate.importer, role=Role.DRAFTER)
        with pytest.raises(NotAllowed, match="independent"):
            incidents.take_up(incident=incident, by=officer, reason="x")

    def test_is_one_persons_alone_for_what_holds_nothing(self, certificate, officer):
        incident = report(certificate, officer, incident_law.TAMPERING)
        decided(incident, officer, officer, incident_law.CONFIRMED)
        assert (incident.status, incident.is_holding) == (incident_law.CLOSED, False)

    def test_the_database_refuses_one_person_too(self, certificate, officer):
        incident = report(certificate, officer)
        incidents.take_up(incident=incident, by=officer, reason="We asked")
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(
                closed_by=officer.person, closed_at=timezone.now(), is_holding=False
            )


class TestBalance:
    def test_asks_about_what_is_open(self, certificate, officer, senior):
        incident = report(certificate, officer)
        said = balancing.of(certificate).questions
        assert "1 incident is not decided." in said
        assert "Draws are held because of a suspected diversion." in said
        decided(incident, officer, senior, incident_law.UNFOUNDED)
        assert balancing.of(certificate).questions == []


def number_of(subject, verb):
    return events.about(subject).get(verb=verb).number


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """A hold and a draw at one moment: the draw came first, or it was refused; the history says which."""

    @pytest.mark.parametrize("verb", ["book", "release"])
    def test_a_hold_and_a_draw_have_one_order(self, certificate, officer, senior, voyage, verb):
        for turn in range(5):
            ready = voyage.planned(LotPlan(1, KG)) if verb == "book" else voyage.declared(LotPlan(1, KG))
            given = {} if verb == "book" else {"on": today()}

            def draw(pk=ready.pk, given=given):
                fresh = Consignment.objects.get(pk=pk)
                getattr(services, verb)(consignment=fresh, by=voyage.drafter, **given)

            incident, drawn = together(lambda turn=turn: report(certificate, officer, key=f"r{turn}"), draw)
            assert isinstance(incident, Incident), incident
            if drawn is None:
                drew = number_of(ready, f"shipments.consignment.{verb}")
                assert drew < number_of(incident, "shipments.incident.report")
            else:
                assert isinstance(drawn, WrongStatus), drawn
                ready.refresh_from_db()
                assert ready.status in {"PLANNED", "DECLARED"}
            decided(incident, officer, senior, incident_law.UNFOUNDED)
        assert all(result.holds for result in checking.results())

    def test_a_decision_and_a_draw_have_one_order(self, certificate, officer, senior, voyage):
        planned = voyage.planned(LotPlan(1, KG))
        incident = report(certificate, officer)
        incidents.take_up(incident=incident, by=officer, reason="We asked")
        closed, drawn = together(
            lambda: incidents.close(
                incident=Incident.objects.get(pk=incident.pk), by=senior, outcome="UNFOUNDED", reason="x"
            ),
            lambda: services.book(consignment=Consignment.objects.get(pk=planned.pk), by=voyage.drafter),
        )
        assert closed is None
        assert drawn is None or isinstance(drawn, WrongStatus)

    def test_two_losses_at_once_lose_no_more_than_is_there(self, certificate, drafter, voyage):
        lot = voyage.received(LotPlan(1, 100 * KG, 1000)).lots()[0]
        store = lot.holdings.get(account=accounts.ON_HAND)
        given = {"kind": incident_law.THEFT, "holding": store, "weight_mg": 60 * KG}
        results = together(
            *(lambda k=k: report(certificate, drafter, key=k, **given) for k in ("a", "b", "c"))
        )
        assert sum(isinstance(result, Incident) for result in results) == 1
        assert sum(isinstance(result, custody.NotThere) for result in results) == 2
        assert Incident.objects.count() == 1
