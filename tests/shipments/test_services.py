"""Consignments: reserve at booking, draw at release, free and reverse; every step in order and on a possible day."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from euc import services as certificates
from euc import workflow as certificate_law
from euc.models import GoodsLine
from euc.models.certificate import today
from licensing.models import Licence, LicenceLine
from shipments import accounts, checking, drawing, services, workflow
from shipments.models import Draw, Holding
from shipments.services import LotPlan
from tests.shipments.voyage import KG, STORE, licence_for
from workflow import events
from workflow.append_only import WriteOnce
from workflow.engine import Incomplete, NotAllowed, WrongStatus


def line(certificate, number=1):
    return GoodsLine.objects.get(certificate=certificate, number=number)


def licence_line(licence, number=1):
    return LicenceLine.objects.get(licence=licence, goods_line__number=number)


def amounts(row):
    return row.reserved_mg, row.drawn_mg


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def all_holds():
    return [result for result in checking.results() if not result.holds]


class TestPlan:
    def test_reserves_nothing(self, voyage, certificate):
        consignment = voyage.planned()
        assert consignment.reference.startswith("CON/")
        assert amounts(line(certificate)) == (0, 0)
        assert [event.action for event in events.about(consignment)] == ["plan"]

    def test_is_not_a_strangers(self, certificate, stranger, officer):
        for by in (stranger, officer):
            with pytest.raises(NotAllowed):
                services.plan(certificate=certificate, by=by)

    def test_needs_an_issued_certificate(self, life):
        with pytest.raises(WrongStatus, match="issued"):
            services.plan(certificate=life.approved(), by=life.drafter)

    def test_refuses_a_line_that_is_not_there(self, voyage):
        with pytest.raises(Incomplete):
            voyage.planned(LotPlan(7, KG))

    def test_refuses_an_invoice_used_twice(self, voyage):
        first = voyage.planned()
        second = voyage.planned()
        papers = {"invoice_number": first.invoice_number}
        with pytest.raises(Incomplete) as refused:
            services.change(
                consignment=second,
                by=voyage.drafter,
                licence=None,
                without_licence="",
                papers=papers,
                lots=(),
            )
        assert [miss.field for miss in refused.value.misses] == ["invoice_number"]

    def test_can_be_changed_until_it_is_booked(self, voyage, certificate):
        consignment = voyage.booked()
        with pytest.raises(WrongStatus, match="planned"):
            services.change(
                consignment=consignment,
                by=voyage.drafter,
                licence=None,
                without_licence="",
                papers={},
                lots=(),
            )


class TestBook:
    def test_reserves_on_certificate_and_licence(self, voyage, certificate, licence):
        voyage.booked()
        for number, weight in ((1, 100 * KG), (2, 30 * KG)):
            assert amounts(line(certificate, number)) == (weight, 0)
            assert amounts(licence_line(licence, number)) == (weight, 0)
        assert all_holds() == []

    def test_says_what_remains(self, voyage, certificate):
        left = line(certificate).left_mg
        with pytest.raises(drawing.Exceeded, match=r"1,200.000 kg left; 1,200.000001 kg"):
            voyage.booked(LotPlan(1, left + 1))
        assert amounts(line(certificate)) == (0, 0)
        assert not Draw.objects.exists()

    def test_takes_all_to_the_milligram(self, voyage, certificate):
        voyage.booked(LotPlan(1, line(certificate).left_mg - 1))
        voyage.booked(LotPlan(1, 1))
        with pytest.raises(drawing.Exceeded, match=r"has 0.000 kg left"):
            voyage.booked(LotPlan(1, 1))

    def test_is_held_to_the_licence(self, voyage, certificate):
        small = licence_for(certificate, weights={1: 10 * KG, 2: 0})
        with pytest.raises(drawing.Exceeded, match=r"licence has 10.000 kg left"):
            voyage.booked(LotPlan(1, 10 * KG + 1), licence=small)
        with pytest.raises(Incomplete, match="open") as refused:
            voyage.booked(LotPlan(2, KG), licence=small)
        assert "line 2" in str(refused.value.misses[0].message)

    def test_needs_a_licence_or_a_reason(self, voyage):
        with pytest.raises(Incomplete):
            voyage.booked(licence=None)

    def test_refuses_controlled_goods_without_a_licence(self, voyage):
        with pytest.raises(WrongStatus, match="controlled"):
            voyage.booked(licence=None, without_licence="the exporter says so")

    def test_takes_free_goods_without_one(self, voyage, certificate):
        GoodsLine.objects.filter(certificate=certificate, number=1).update(family="FERRITE", dy=0, tb=0)
        consignment = voyage.booked(LotPlan(1, KG), licence=None, without_licence="Ferrite is not controlled")
        assert consignment.status == workflow.BOOKED

    def test_a_single_licence_is_held_by_one(self, voyage, certificate):
        single = licence_for(certificate, type="SINGLE")
        first = voyage.booked(LotPlan(1, KG), licence=single)
        with pytest.raises(WrongStatus, match=first.reference):
            voyage.booked(LotPlan(1, KG), licence=single)
        services.cancel(consignment=first, by=voyage.drafter, reason="called off")
        assert voyage.booked(LotPlan(1, KG), licence=single).status == workflow.BOOKED

    def test_refuses_another_exporters_licence(self, voyage, certificate):
        other = licence_for(certificate, exporter_name="Another exporter")
        with pytest.raises(WrongStatus, match="Another exporter"):
            voyage.booked(licence=other)

    def test_refuses_another_importers_licence(self, voyage, certificate, other_importer):
        other = licence_for(certificate)
        Licence.objects.filter(pk=other.pk).update(importer=other_importer)
        with pytest.raises(NotAllowed):
            voyage.planned(licence=fresh(other))

    @pytest.mark.parametrize("status", ["SUSPENDED", "REVOKED", "USED_UP", "EXPIRED"])
    def test_refuses_a_licence_that_ended(self, voyage, certificate, status):
        ended = licence_for(certificate, status=status)
        with pytest.raises(WrongStatus):
            voyage.booked(licence=ended)

    def test_refuses_a_revoked_certificate(self, voyage, certificate, life):
        consignment = voyage.planned()
        certificates.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        with pytest.raises(WrongStatus, match="not in force"):
            services.book(consignment=fresh(consignment), by=voyage.drafter)
        assert amounts(line(certificate)) == (0, 0)


class TestRelease:
    def test_draws_what_was_reserved_and_ships_it(self, voyage, certificate, licence):
        consignment = voyage.released()
        assert amounts(line(certificate)) == (0, 100 * KG)
        assert amounts(licence_line(licence)) == (0, 100 * KG)
        lot = consignment.lots()[0]
        held = dict(Holding.objects.filter(lot=lot).values_list("account", "weight_mg"))
        assert held == {"SUPPLIER": -100 * KG, "IN_TRANSIT": 100 * KG}
        assert all_holds() == []

    def test_draws_what_was_really_released(self, voyage, certificate):
        voyage.released(LotPlan(1, 100 * KG), weights={1: 99 * KG + 1})
        assert amounts(line(certificate)) == (0, 99 * KG + 1)
        assert all_holds() == []

    def test_draws_more_only_where_more_is_left(self, voyage, certificate):
        left = line(certificate).left_mg
        consignment = voyage.declared(LotPlan(1, left))
        with pytest.raises(drawing.Exceeded):
            services.release(consignment=consignment, by=voyage.drafter, on=today(), weights={1: left + 1})
        assert amounts(line(certificate)) == (left, 0)
        assert fresh(consignment).status == workflow.DECLARED

    def test_uses_a_single_licence_up(self, voyage, certificate):
        single = licence_for(certificate, type="SINGLE")
        voyage.released(LotPlan(1, KG), licence=single)
        assert fresh(single).status == "USED_UP"

    @pytest.mark.parametrize("status", ["SUSPENDED", "REVOKED"])
    def test_refuses_a_licence_that_was_stopped_meanwhile(self, voyage, licence, status):
        consignment = voyage.declared()
        Licence.objects.filter(pk=licence.pk).update(status=status)
        with pytest.raises(WrongStatus, match="licence"):
            services.release(consignment=consignment, by=voyage.drafter, on=today())

    def test_refuses_a_certificate_that_was_revoked_meanwhile(self, voyage, certificate, life):
        consignment = voyage.declared()
        certificates.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        with pytest.raises(WrongStatus, match="not in force"):
            services.release(consignment=fresh(consignment), by=voyage.drafter, on=today())
        assert amounts(line(certificate)) == (100 * KG, 0)

    def test_takes_what_was_released_before_the_certificate_expired(self, voyage, certificate, life):
        consignment = voyage.declared()
        with time_machine.travel(f"{certificate.valid_until + timedelta(days=2)}T06:00:00Z"):
            certificates.expire(certificate=fresh(certificate), by=life.clock)
            late = certificate.valid_until + timedelta(days=1)
            Licence.objects.update(expires_on=late)
            with pytest.raises(WrongStatus):
                services.release(consignment=fresh(consignment), by=voyage.drafter, on=late)
            services.release(consignment=fresh(consignment), by=voyage.drafter, on=certificate.valid_until)
        assert amounts(line(certificate)) == (0, 100 * KG)


class TestEnds:
    @pytest.mark.parametrize("status", ["BOOKED", "DECLARED", "QUERIED", "RELEASED"])
    def test_cancelling_frees_everything(self, voyage, certificate, licence, status):
        consignment = voyage.in_status(status)
        services.cancel(consignment=consignment, by=voyage.drafter, reason="called off")
        assert amounts(line(certificate)) == amounts(licence_line(licence)) == (0, 0)
        assert all_holds() == []

    def test_refusal_frees_everything(self, voyage, certificate):
        voyage.refused()
        assert amounts(line(certificate)) == (0, 0)

    def test_a_loss_is_booked_as_lost(self, voyage, certificate):
        consignment = voyage.lost()
        assert consignment.in_transit_mg() == 0
        assert amounts(line(certificate)) == (0, 100 * KG)
        held = Holding.objects.filter(lot__consignment=consignment, account=accounts.LOSS)
        assert sum(held.values_list("weight_mg", flat=True)) == 130 * KG
        assert all_holds() == []

    def test_cannot_be_cancelled_once_it_left(self, voyage):
        with pytest.raises(WrongStatus):
            services.cancel(consignment=voyage.departed(), by=voyage.drafter, reason="too late")


class TestReceive:
    def test_books_every_lot_into_the_store(self, voyage):
        consignment = voyage.received()
        held = Holding.objects.filter(lot__consignment=consignment, account=accounts.ON_HAND, place=STORE)
        assert sorted(held.values_list("weight_mg", "pieces")) == [(30 * KG, 500), (100 * KG, 1000)]
        assert consignment.status == workflow.RECEIVED

    def test_short_says_so_and_books_it(self, voyage):
        consignment = voyage.received_short()
        assert consignment.status == workflow.SHORT
        assert Holding.objects.get(lot__consignment=consignment, account=accounts.SHORT).weight_mg == KG
        assert all_holds() == []

    def test_damaged_is_set_aside_and_more_than_shipped_is_found(self, voyage):
        consignment = voyage.cleared(LotPlan(1, 100 * KG, 1000))
        services.receive(
            consignment=consignment,
            by=voyage.drafter,
            on=today(),
            place=STORE,
            receipts=[services.Receipt(1, 98 * KG, 980, damaged_mg=2 * KG + 7, damaged_pieces=20)],
        )
        rows = Holding.objects.filter(lot__consignment=consignment).values_list("account", "weight_mg")
        assert dict(rows) == {
            "SUPPLIER": -100 * KG,
            "SURPLUS": -7,
            "IN_TRANSIT": 0,
            "ON_HAND": 98 * KG,
            "DAMAGED": 2 * KG + 7,
        }
        assert all_holds() == []

    def test_asks_about_every_lot(self, voyage):
        consignment = voyage.cleared()
        with pytest.raises(Incomplete):
            services.receive(
                consignment=consignment,
                by=voyage.drafter,
                on=today(),
                place=STORE,
                receipts=[services.Receipt(1, KG)],
            )


class TestReconcile:
    def test_is_the_signatorys(self, voyage):
        consignment = voyage.received()
        with pytest.raises(NotAllowed):
            services.reconcile(consignment=consignment, by=voyage.drafter)
        services.reconcile(consignment=consignment, by=voyage.signatory)
        assert consignment.status == workflow.RECONCILED

    def test_uses_the_certificate_up_when_all_is_drawn(self, voyage, certificate):
        whole = [LotPlan(row.number, row.left_mg) for row in certificate.lines()]
        voyage.reconciled(*whole)
        assert fresh(certificate).status == certificate_law.EXHAUSTED

    def test_leaves_it_in_force_while_something_is_left(self, voyage, certificate):
        voyage.reconciled()
        assert fresh(certificate).status == certificate_law.ISSUED


class TestDays:
    def test_never_go_back(self, voyage):
        consignment = voyage.declared()
        with pytest.raises(Incomplete, match="open") as refused:
            services.release(consignment=consignment, by=voyage.drafter, on=today() - timedelta(days=1))
        assert "go back" in str(refused.value.misses[0].message)

    def test_never_lie_in_the_future(self, voyage):
        with pytest.raises(Incomplete):
            services.declare(
                consignment=voyage.booked(), by=voyage.drafter, on=date.today() + timedelta(days=2)
            )

    def test_a_bill_of_entry_is_used_once(self, voyage):
        first, second = voyage.entered(LotPlan(1, KG)), voyage.departed(LotPlan(1, KG))
        with pytest.raises(Incomplete) as refused:
            services.enter(
                consignment=second,
                by=voyage.drafter,
                on=today(),
                boe_type="H",
                boe_number=first.boe_number,
                port_of_entry="INNSA1",
            )
        assert [miss.field for miss in refused.value.misses] == ["boe_number"]

    def test_an_ex_bond_entry_names_its_parent(self, voyage):
        with pytest.raises(Incomplete):
            services.enter(
                consignment=voyage.departed(),
                by=voyage.drafter,
                on=today(),
                boe_type="X",
                boe_number="7654321",
                port_of_entry="INNSA1",
            )


class TestLaw:
    @pytest.mark.parametrize("status", workflow.CONSIGNMENT.statuses)
    def test_every_status_is_reached_and_opens_what_the_table_says(self, voyage, status):
        consignment = voyage.in_status(status)
        assert consignment.status == status
        opened = {step.verb for step in workflow.CONSIGNMENT.open_to(consignment, voyage.signatory)}
        steps = workflow.CONSIGNMENT.steps
        assert opened == {step.verb for step in steps if status in step.sources and not step.inner}
        assert all_holds() == []

    def test_draws_are_written_once(self, voyage):
        voyage.booked()
        with pytest.raises(WriteOnce):
            Draw.objects.update(reserved_mg=1)

    def test_the_database_refuses_an_over_draw_too(self, certificate):
        with pytest.raises(IntegrityError), transaction.atomic():
            GoodsLine.objects.filter(certificate=certificate).update(drawn_mg=10**15)
