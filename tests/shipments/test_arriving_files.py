"""Files of arriving documents in each form: what they become, and what of them does not hold."""

import json
from datetime import date
from decimal import Decimal

import pytest

from documents import sheets
from shipments import arriving_examples, arriving_files
from shipments.flat_records import GS

KG = 1_000_000
HEAD = "Invoice No,Inv Date,Contract No,Seller,Description of Goods,HS Code,Heat No,Net Wt (kg),PCS,Amount,Currency\n"
ROW = "INV-1,05-10-2026,PO-7,Ningbo,NdFeB arc N42UH,8505.11.10,H-1,12.5,1200,850,usd\n"
ENTRY = ("INNSA1", "37232", "26112026")


def read(text):
    return arriving_files.read(text.encode())


def flat(*items, entries=(ENTRY,), tail="TREC\n"):
    lines = [f"HREC{GS}ZZ{GS}BROKER", "<TABLE>BE"]
    lines += [GS.join((*entry, "H", "", "160-12345675", "", "", "4", "1000.50")) for entry in entries]
    lines += ["<TABLE>INVOICE", GS.join((*ENTRY, "INV-1", "05102026", "Ningbo", "PO-7", "FOB", "USD"))]
    lines += ["<TABLE>ITEM", *(GS.join((*ENTRY, *item)) for item in items)]
    return "\n".join([*lines, tail])


class TestTables:
    def test_become_documents_by_invoice(self):
        found = read(HEAD + ROW + ROW.replace("H-1", "H-2") + ROW.replace("INV-1", "INV-2"))
        assert found.problems == []
        first, second = found.documents
        assert (first.kind, first.number, first.dated) == ("INVOICE", "INV-1", date(2026, 10, 5))
        assert (first.papers["contract_number"], first.papers["exporter_name"]) == ("PO-7", "Ningbo")
        item = first.items[0]
        assert (item.weight_mg, item.pieces, item.value, item.currency) == (
            12_500_000,
            1200,
            Decimal(850),
            "USD",
        )
        assert (item.hs, [one.batch for one in first.items]) == ("85051110", ["H-1", "H-2"])
        assert second.number == "INV-2"

    def test_without_values_are_packing_lists(self):
        found = read("发票号,品名,数量,单位\nINV-1,钕铁硼,12.5,千克\n")
        (document,) = found.documents
        assert (document.kind, document.items[0].weight_mg) == ("PACKING_LIST", 12_500_000)

    def test_are_one_invoice_when_a_row_gives_no_value(self):
        (document,) = read(HEAD + ROW + ROW.replace("H-1", "H-2").replace("850,usd", ",")).documents
        assert (document.kind, [item.value for item in document.items]) == ("INVOICE", [Decimal(850), None])

    def test_with_a_bill_of_entry_are_one(self):
        head = "BE No,BE Date,BE Type,Port Code,Description,CTH,Qty,UQC,Assessable Value\n"
        found = read(head + "37232,26-11-2026,h,innsa1,Magnets,85051190,12500,GMS,1000.50\n")
        assert found.problems == []
        (document,) = found.documents
        assert (document.kind, document.number, document.dated) == (
            "BILL_OF_ENTRY",
            "0037232",
            date(2026, 11, 26),
        )
        assert document.papers["assessable_value_inr"] == Decimal("1000.50")
        assert document.items[0].weight_mg == 12_500_000

    @pytest.mark.parametrize(
        ("quantity", "unit", "weight", "pieces"),
        [
            ("1.5", "MTS", 1500 * KG, None),
            ("7", "Nos.", None, 7),
            ("7.000", "PCS", None, 7),
            ("2,500", "KGS", 2500 * KG, None),
        ],
    )
    def test_know_units(self, quantity, unit, weight, pieces):
        (document,) = read(f'invoice_number,quantity,unit\nI,"{quantity}",{unit}\n').documents
        assert (document.items[0].weight_mg, document.items[0].pieces) == (weight, pieces)

    @pytest.mark.parametrize(
        ("text", "row", "name"),
        [
            (HEAD + ROW.replace("12.5", "1,2.5").replace("1,2.5", '"1,2.5"'), 2, "weight_kg"),
            (HEAD + ROW.replace("usd", ""), 2, "currency"),
            (HEAD + ROW.replace("Ningbo", "Ningbo Magnet, Ltd."), 2, ""),
            (HEAD + ROW.replace("8505.11.10", "85"), 2, "hs"),
            (HEAD + ROW + ROW.replace("PO-7", "PO-8"), 3, "contract_number"),
            (HEAD + ROW.replace("05-10-2026", "31-02-2026"), 2, "invoice_date"),
            (HEAD + ROW.replace("INV-1", ""), 2, "invoice_number"),
            (HEAD + ROW.replace("12.5,1200", ","), 2, "weight_kg"),
            ("invoice_number,quantity,unit\nI,7,CTN\n", 2, "unit"),
            ("boe_number,weight_kg\n37232,7\n", 2, "boe_on"),
        ],
    )
    def test_say_what_does_not_hold(self, text, row, name):
        found = read(text)
        assert found.documents == []
        assert (row, name) in [problem[:2] for problem in found.problems]

    def test_give_what_holds_beside_what_does_not(self):
        found = read(HEAD + ROW + ROW.replace("INV-1", "INV-2").replace("12.5", "-1"))
        assert [document.number for document in found.documents] == ["INV-1"]
        assert [problem[:2] for problem in found.problems] == [(3, "weight_kg")]


class TestFlatRecords:
    def test_become_a_bill_of_entry(self):
        found = read(flat(("INV-1", "85051190", "Magnets", "12.5", "KGS", "900")))
        assert found.problems == []
        (document,) = found.documents
        assert (document.kind, document.number, document.dated) == (
            "BILL_OF_ENTRY",
            "0037232",
            date(2026, 11, 26),
        )
        assert document.papers["transport_document"] == "160-12345675"
        assert document.papers["invoice_date"] == date(2026, 10, 5)
        assert (document.items[0].weight_mg, document.items[0].value) == (12_500_000, Decimal(900))

    @pytest.mark.parametrize(
        "text",
        [
            flat(("INV-1", "85051190", "Magnets", "12.5", "KGS", "900"), tail=""),
            flat(("INV-1", "85051190", "Magnets", "12.5", "KGS")),
            flat(("INV-9", "85051190", "Magnets", "12.5", "KGS", "900")),
            flat(("INV-1", "85051190", "Magnets", "12.5", "KGS", "900"), entries=()),
            f"HREC{GS}ZZ\nsomething\nTREC\n",
        ],
        ids=["cut off", "a field too few", "unknown invoice", "no entry", "no table"],
    )
    def test_that_are_not_whole_are_refused(self, text):
        with pytest.raises(sheets.Unreadable):
            read(text)


class TestJson:
    def test_becomes_documents(self):
        items = [{"description": "arc", "weight_kg": 12.5, "pieces": 7}]
        found = read(json.dumps([{"invoice_number": "INV-1", "items": items}]))
        (document,) = found.documents
        assert (document.kind, document.items[0].weight_mg, document.items[0].pieces) == (
            "PACKING_LIST",
            12_500_000,
            7,
        )

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[1]",
            '{"items": []}',
            '{"invoice_number": "I"}',
            '{"invoice_number": "I", "items": [{"colour": "red"}]}',
            '{"invoice_number": "I", "items": [{"weight_kg": [1]}]}',
            '{"invoice_number": "I", "items": [{"weight_kg": true}]}',
            "[" * 100_000,
        ],
    )
    def test_that_is_something_else_is_refused(self, text):
        with pytest.raises(sheets.Unreadable):
            read(text)

    def test_with_numbers_that_are_none_says_so(self):
        found = read('{"invoice_number": "I", "items": [{"weight_kg": NaN}]}')
        assert [problem[:2] for problem in found.problems] == [(1, "weight_kg"), (1, "weight_kg")]


@pytest.mark.parametrize("text", ["", "  \n", "a,b\n1,2\n", "invoice_number\n", "invoice,invoice no\n1,2\n"])
def test_what_is_no_such_file_is_refused(text):
    with pytest.raises(sheets.Unreadable):
        read(text)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(arriving_files, "MOST_ROWS", 2)
    with pytest.raises(sheets.Unreadable):
        read(HEAD + ROW * 3)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "txt"])
def test_examples_hold(ending):
    _kind, content = arriving_examples.of(ending)
    found = arriving_files.read(content)
    assert found.problems == []
    (document,) = found.documents
    assert sum(item.weight_mg for item in document.items) == 200 * KG


def test_the_same_document_has_one_fingerprint_and_survives_being_kept():
    (one,), (other,) = (read(text).documents for text in (HEAD + ROW, HEAD + ROW.replace("12.5", "12.500")))
    assert one.fingerprint() == other.fingerprint()
    kept = json.loads(json.dumps(one.as_json(), cls=arriving_files.DjangoJSONEncoder))
    assert arriving_files.of_json(kept) == one
