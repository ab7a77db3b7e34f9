"""Verbs of consignments at once with others: always one serial result, and nobody waits in a ring."""

import time
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from euc import services as certificates
from euc import workflow as certificate_law
from euc.models.certificate import today
from shipments import drawing, services
from shipments.services import LotPlan
from tests.races import together
from tests.shipments.test_services import all_holds, amounts, fresh, licence_line, line
from tests.shipments.voyage import KG, licence_for
from workflow import events
from workflow.engine import WrongStatus


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_bookings_of_the_last_gram_have_one_winner(self, voyage, certificate):
        left = line(certificate).left_mg
        ours = [voyage.planned(LotPlan(1, left)) for _ in range(4)]
        results = together(*(lambda c=c: services.book(consignment=c, by=voyage.drafter) for c in ours))
        assert [type(result) for result in results].count(type(None)) == 1
        assert {type(result) for result in results} == {type(None), drawing.Exceeded}
        assert amounts(line(certificate)) == (left, 0)
        assert all_holds() == []

    def test_the_ledger_alone_refuses_the_last_gram_of_a_licence_in_words(self, voyage, certificate):
        """Without the papers' locks around it: what is left is asked of the row as the winner left it."""
        licence = licence_for(certificate, weights={1: 10 * KG})
        lots = [voyage.planned(LotPlan(1, 6 * KG), licence=licence).lots()[0] for _ in range(4)]

        def reserve(lot):
            with transaction.atomic():
                drawing.reserve(lot, by=voyage.drafter, at=timezone.now())
                time.sleep(0.2)  # the others wait for the row by now

        results = together(*(partial(reserve, lot) for lot in lots))
        assert sorted(type(result).__name__ for result in results) == ["Exceeded"] * 3 + ["NoneType"]
        assert amounts(licence_line(licence)) == (6 * KG, 0)

    @pytest.mark.parametrize("attempt", range(3))
    def test_revoking_and_releasing_have_one_order(self, voyage, certificate, life, attempt):
        consignment = voyage.declared()

        def revoke():
            certificates.revoke(certificate=fresh(certificate), by=life.senior, reason="cancelled")

        def release():
            services.release(consignment=fresh(consignment), by=voyage.drafter, on=today())

        revoked, released = together(revoke, release)
        assert revoked is None
        assert released is None or isinstance(released, WrongStatus), released
        told = [event.action for event in events.about(certificate)]
        assert told[-1] == "revoke"
        assert amounts(line(certificate))[1] == (100 * KG if released is None else 0)
        assert list(events.faults()) == []

    @pytest.mark.parametrize("attempt", range(3))
    def test_superseding_and_releasing_have_one_order(self, voyage, certificate, life, attempt):
        consignment = voyage.declared()
        successor = life.successor(certificate)

        def supersede():
            own = fresh(successor)
            certificates.issue(certificate=own, by=life.senior, seen_hash=own.content_hash)

        def release():
            services.release(consignment=fresh(consignment), by=voyage.drafter, on=today())

        superseded, released = together(supersede, release)
        assert superseded is None
        assert released is None or isinstance(released, WrongStatus), released
        assert fresh(certificate).status == certificate_law.SUPERSEDED
        drawn = 100 * KG if released is None else 0
        assert amounts(line(certificate))[1] == drawn
        assert amounts(line(successor)) == (0, 0)
        assert fresh(consignment).status == ("RELEASED" if released is None else "DECLARED")
        assert list(events.faults()) == []

    def test_planning_and_booking_at_once_never_wait_for_each_other_in_a_ring(self, voyage):
        def several():
            for _time in range(8):
                voyage.booked(LotPlan(1, KG // 100, 1))

        assert together(*[several] * 4) == [None] * 4
        assert all_holds() == []

    def test_a_single_licence_is_booked_by_one(self, voyage, certificate):
        single = licence_for(certificate, type="SINGLE")
        ours = [voyage.planned(LotPlan(1, KG), licence=single) for _ in range(3)]
        results = together(*(lambda c=c: services.book(consignment=c, by=voyage.drafter) for c in ours))
        assert [type(result) for result in results].count(type(None)) == 1, results
