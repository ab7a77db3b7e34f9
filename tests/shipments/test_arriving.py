"""Arriving documents from the file to the consignment: what they are matched with, and what confirming does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from euc import demonstration
from euc.models.certificate import today
from shipments import arriving, arriving_files, matching
from shipments.arriving_files import Arrived, Item
from shipments.models import ArrivingDocument, Consignment
from shipments.services import LotPlan
from tests.remembering import remembered
from tests.shipments.voyage import KG, licence_for
from workflow import engine, events

ARC, RING = demonstration.GOODS, demonstration.SECOND_LINE


def invoice(certificate, *items, **papers):
    said = {"invoice_number": "INV-A", "invoice_date": today(), "contract_number": certificate.po_number}
    said |= {"exporter_name": certificate.exporter_name, **papers}
    return Arrived("INVOICE", {name: text for name, text in said.items() if text}, items or (arcs(),))


def arcs(weight_mg=100 * KG, **given):
    said = {
        "description": f"NdFeB arc segment {ARC['grade']}",
        "hs": ARC["cn_hs"],
        "batch": "H-1",
        "pieces": 1000,
    }
    return Item(**{**said, "weight_mg": weight_mg, **given})


def rings(weight_mg=20 * KG, **given):
    said = {"description": f"NdFeB ring magnet {RING['grade']}", "hs": RING["itc_hs"], "batch": "R-1"}
    return Item(**{**said, "weight_mg": weight_mg, **given})


def entry(*items, **papers):
    said = {"boe_number": "5937232", "boe_on": today(), "boe_type": "H", "port_of_entry": "INNSA1"}
    return Arrived("BILL_OF_ENTRY", {**said, **papers}, items or (arcs(),))


def kept(document, by):
    """As a file of it would be kept."""
    return ArrivingDocument.objects.create(
        importer=by.organisation, kind=document.kind, number=document.number, data=document.as_json(),
        fingerprint=document.fingerprint(), file_name="x.csv", taken_by=by.person,
    )  # fmt: skip


def best(document, importer):
    return (matching.propose([document], importer)[0] or [None])[0]


@remembered
def other_certificate(life, certificate):
    """Another purchase of the same goods from the same exporter."""
    return life.issued()


class TestMatching:
    def test_is_sure_of_what_agrees(self, certificate, licence, other_certificate):
        found = best(invoice(certificate, arcs(), rings()), certificate.importer)
        assert (found.certificate, found.licence, found.consignment) == (certificate, licence, None)
        assert [one.line.number for one in found.items] == [1, 2]
        assert (found.score, found.differences, found.is_sure) == (100, [], True)

    def test_is_not_sure_between_two_alike(self, certificate, licence, other_certificate):
        found = best(invoice(certificate, contract_number=""), certificate.importer)
        assert found.score == 100
        assert not found.is_sure

    @pytest.mark.parametrize(
        ("papers", "items", "name"),
        [
            ({"contract_number": "PO-OTHER"}, (), "contract"),
            ({"exporter_name": "Baotou Rising Star Metals"}, (), "exporter"),
            ({"licence": "26-XX-1"}, (), "licence"),
            ({}, (arcs(hs="85059000"),), "hs"),
            ({}, (arcs(description="Ferrite blocks"),), "goods"),
            ({}, (arcs(10**10),), "quantity"),
            ({}, (arcs(value=ARC["value"], currency="USD"),), "value"),
        ],
    )
    def test_names_what_differs(self, certificate, licence, papers, items, name):
        found = best(invoice(certificate, *items, **papers), certificate.importer)
        assert [point.name for point in found.differences] == [name]

    def test_of_more_than_is_left_is_never_sure(self, certificate, licence):
        found = best(invoice(certificate, arcs(10**10)), certificate.importer)
        assert found.is_blocked
        assert not found.is_sure

    def test_takes_the_exporter_in_other_letters(self, certificate, licence):
        name = certificate.exporter_name.upper().replace(".", " ")
        assert best(invoice(certificate, exporter_name=name), certificate.importer).score == 100

    def test_prefers_the_planned_consignment_of_the_invoice(self, voyage):
        planned = voyage.planned(LotPlan(1, 100 * KG, 1000, batch="H-1"))
        found = best(invoice(voyage.certificate, invoice_number=planned.invoice_number), planned.importer)
        assert (found.consignment, found.is_sure) == (planned, True)

    def test_says_who_carries_the_invoice_already(self, voyage):
        booked = voyage.booked(LotPlan(1, KG))
        found = best(invoice(voyage.certificate, invoice_number=booked.invoice_number), booked.importer)
        assert found.is_blocked
        assert [(point.name, point.held) for point in found.differences] == [("invoice", booked.reference)]

    def test_leaves_a_planned_consignment_of_another_invoice(self, voyage):
        voyage.planned(LotPlan(1, 100 * KG))
        assert best(invoice(voyage.certificate), voyage.certificate.importer).consignment is None

    def test_finds_what_is_on_its_way_for_a_bill_of_entry(self, voyage):
        sailing = voyage.departed(LotPlan(1, 100 * KG, 1000))
        voyage.departed(LotPlan(1, 50 * KG))
        told = entry(transport_document="160-12345675", invoice_number=sailing.invoice_number)
        found = best(told, sailing.importer)
        assert (found.consignment, found.is_sure, found.differences) == (sailing, True, [])

    def test_finds_nothing_for_a_bill_of_entry_of_what_is_only_planned(self, voyage):
        voyage.planned()
        assert matching.propose([entry()], voyage.certificate.importer) == [[]]

    def test_sees_nothing_of_another_importer(self, voyage, other_importer):
        voyage.departed(LotPlan(1, 100 * KG))
        assert matching.propose([invoice(voyage.certificate), entry()], other_importer) == [[], []]

    def test_costs_the_same_for_many(self, voyage, other_certificate):
        def cost(number):
            documents = [invoice(voyage.certificate, invoice_number=f"I-{n}") for n in range(number)] + [
                entry()
            ]
            with CaptureQueriesContext(connection) as seen:
                matching.propose(documents, voyage.certificate.importer)
            return len(seen)

        voyage.planned()
        before = cost(1)
        for _number in range(3):
            voyage.planned()
            voyage.departed(LotPlan(1, KG))
        assert cost(20) <= before + 1  # the goods of what is on its way


class TestConfirming:
    def test_plans_a_consignment(self, certificate, licence, drafter):
        document = kept(invoice(certificate, arcs(value=7000, currency="USD"), rings()), drafter)
        made = arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0")
        assert (made.status, made.licence, made.invoice_number) == ("PLANNED", licence, "INV-A")
        lots = [(lot.goods_line.number, lot.weight_mg, lot.batch, lot.value) for lot in made.lots()]
        assert lots == [(1, 100 * KG, "H-1", 7000), (2, 20 * KG, "R-1", None)]
        document.refresh_from_db()
        assert (document.state, document.consignment, document.settled_by) == (
            "CONFIRMED",
            made,
            drafter.person,
        )
        assert document.accepted["score"] == 100
        assert [event.action for event in events.about(document)] == ["confirm"]

    def test_completes_a_planned_one_and_keeps_what_the_paper_leaves_open(self, voyage, drafter):
        planned = voyage.planned(LotPlan(1, 90 * KG, 900, batch="H-1", value=6300, currency="USD"))
        paper = Arrived(
            "PACKING_LIST",
            {"invoice_number": planned.invoice_number, "packages": 4},
            (Item(description=ARC["description"], weight_mg=100 * KG),),
        )
        key = f"{voyage.certificate.pk}-{planned.pk}"
        made = arriving.confirm(document=kept(paper, drafter), by=drafter, key=key)
        assert (made, made.packages, made.invoice_date, made.licence) == (planned, 4, today(), voyage.licence)
        (lot,) = made.lots()
        assert (lot.weight_mg, lot.pieces, lot.batch, lot.value) == (100 * KG, 900, "H-1", 6300)
        assert [event.action for event in events.about(planned)] == ["plan", "complete"]

    def test_enters_what_arrives(self, voyage, drafter):
        sailing = voyage.departed(LotPlan(1, 60 * KG), LotPlan(1, 40 * KG), LotPlan(2, 20 * KG))
        document = kept(entry(arcs(90 * KG), rings(), invoice_number=sailing.invoice_number), drafter)
        key = f"{voyage.certificate.pk}-{sailing.pk}"
        arriving.confirm(document=document, by=drafter, key=key)
        sailing.refresh_from_db()
        assert (sailing.status, sailing.boe_number, sailing.port_of_entry) == ("ENTERED", "5937232", "INNSA1")
        assert [lot.entered_mg for lot in sailing.lots()] == [60 * KG, 30 * KG, 20 * KG]

    def test_refuses_to_enter_more_than_was_shipped(self, voyage, drafter):
        sailing = voyage.departed(LotPlan(1, 60 * KG))
        document = kept(entry(arcs(60 * KG + 1)), drafter)
        with pytest.raises(engine.WrongStatus, match="more than was shipped"):
            arriving.confirm(document=document, by=drafter, key=f"{voyage.certificate.pk}-{sailing.pk}")
        sailing.refresh_from_db()
        assert (sailing.status, ArrivingDocument.objects.get().state) == ("DEPARTED", "WAITING")

    def test_takes_the_lines_a_person_chose(self, certificate, licence, drafter):
        document = kept(invoice(certificate), drafter)
        made = arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0", lines=[2])
        assert [lot.goods_line.number for lot in made.lots()] == [2]

    def test_happens_once(self, certificate, licence, drafter):
        document = kept(invoice(certificate), drafter)
        arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0")
        with pytest.raises(engine.WrongStatus):
            arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0")
        assert Consignment.objects.count() == 1

    def test_refuses_a_proposal_that_is_gone(self, certificate, licence, drafter):
        with pytest.raises(engine.WrongStatus):
            arriving.confirm(document=kept(invoice(certificate), drafter), by=drafter, key="1-999")

    def test_refuses_others(self, certificate, licence, drafter, officer, stranger):
        document = kept(invoice(certificate), drafter)
        for by in (officer, stranger):
            with pytest.raises(engine.NotAllowed):
                arriving.confirm(document=document, by=by, key=f"{certificate.pk}-0")

    def test_leaves_no_trace_when_the_invoice_is_taken(self, voyage, drafter):
        booked = voyage.booked(LotPlan(1, KG))
        document = kept(invoice(voyage.certificate, invoice_number=booked.invoice_number), drafter)
        with pytest.raises(engine.Incomplete):
            arriving.confirm(document=document, by=drafter, key=f"{voyage.certificate.pk}-0")
        assert Consignment.objects.count() == 1

    def test_in_bulk_is_for_sure_ones(self, certificate, licence, other_certificate, drafter):
        sure = kept(invoice(certificate), drafter)
        doubtful = kept(invoice(certificate, invoice_number="INV-B", contract_number=""), drafter)
        assert arriving.confirm_sure(document=sure, by=drafter, key=f"{certificate.pk}-0")
        with pytest.raises(engine.WrongStatus):
            arriving.confirm_sure(document=doubtful, by=drafter, key=f"{certificate.pk}-0")


class TestTaking:
    def test_keeps_each_document_once(self, certificate, drafter):
        content = b"invoice_number,weight_kg\nI-1,1\nI-2,2\nI-3,x\n"
        first = arriving.take(content=content, name="a.csv", by=drafter)
        assert ([row.number for row in first.new], first.known, len(first.problems)) == (["I-1", "I-2"], 0, 2)
        again = arriving.take(content=content, name="b.csv", by=drafter)
        assert (again.new, again.known) == ([], 2)
        assert [event.action for event in events.about(first.new[0])] == ["take"]

    def test_is_for_importers(self, officer):
        with pytest.raises(engine.NotAllowed):
            arriving.take(content=b"invoice_number,weight_kg\nI-1,1\n", name="a.csv", by=officer)

    def test_kept_documents_say_what_the_file_said(self, drafter, certificate):
        (document,) = arriving.take(
            content=b"invoice_number,weight_kg\nI-1,1\n", name="a.csv", by=drafter
        ).new
        assert arriving_files.of_json(document.data).items == (Item(weight_mg=KG),)


class TestSettingAside:
    def test_and_taking_up_again(self, certificate, licence, drafter):
        document = kept(invoice(certificate), drafter)
        arriving.set_aside(document=document, by=drafter, reason="Samples, not ours")
        with pytest.raises(engine.WrongStatus):
            arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0")
        arriving.take_up(document=document, by=drafter)
        assert arriving.confirm(document=document, by=drafter, key=f"{certificate.pk}-0")
        with pytest.raises(engine.WrongStatus):
            arriving.set_aside(document=document, by=drafter, reason="x")
        with pytest.raises(engine.WrongStatus):
            arriving.take_up(document=document, by=drafter)


def test_a_licence_of_another_line_is_not_the_one_that_is_named(certificate, drafter):
    one, other = (licence_for(certificate) for _number in range(2))
    assert best(invoice(certificate), certificate.importer).licence is None
    assert best(invoice(certificate, licence=other.number), certificate.importer).licence == other
    assert one != other
