"""Moves of stock from a file: all or none, in their order, once; refused for the reasons of the pages."""

import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from documents import sheets
from euc.models.certificate import today
from shipments import stock_files
from shipments.models import Holding, Posting
from shipments.services import LotPlan
from tests.remembering import remembered
from tests.shipments.voyage import KG

LOAD = "/stock/moves/"


@remembered
def lot(voyage):
    return voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]


def file_of(*rows):
    usual = {"lot": "H-1", "weight_kg": "1", "happened_on": f"{today():%d-%m-%Y}"}
    named = [{**usual, **row} for row in rows]
    return sheets.csv_of(
        [stock_files.NAMES, *([row.get(name, "") for name in stock_files.NAMES] for row in named)]
    )


def issue(**given):
    return {"move": "issue", "document": "WO-1", **given}


def build_in(**given):
    return {"move": "build_in", "product": "Hub motor", "units": "10", **given}


def held(lot):
    rows = Holding.objects.filter(lot=lot).exclude(weight_mg=0)
    return {row.account: row.weight_mg for row in rows if row.account != "SUPPLIER"}


class TestPosting:
    def test_follows_the_rows(self, lot, drafter):
        sold = {"move": "sell", "to_place": "A customer", "document": "INV-9"}
        done = stock_files.post(
            content=file_of(issue(weight_kg="30", pieces="300"), build_in(weight_kg="20.5"), sold), by=drafter
        )
        assert (done.posted, done.known, done.problems) == (3, 0, [])
        assert held(lot) == {
            "ON_HAND": 70 * KG, "IN_PRODUCTION": 9_500_000, "FINISHED": 19_500_000, "DOMESTIC_PRODUCT": KG,
        }  # fmt: skip
        assert Posting.objects.get(verb="issue").pieces == 300

    def test_happens_once(self, lot, drafter):
        content = file_of(issue(), issue(key="erp-1"), issue(key="erp-2"))
        assert stock_files.post(content=content, by=drafter).posted == 3
        again = stock_files.post(content=content, by=drafter)
        assert (again.posted, again.known, again.problems) == (0, 3, [])
        assert held(lot)["ON_HAND"] == 97 * KG

    def test_is_all_or_nothing(self, lot, drafter):
        done = stock_files.post(content=file_of(issue(), build_in(weight_kg="2")), by=drafter)
        assert [(row, column) for row, column, _said in done.problems] == [(3, "")]
        assert "In production · Chakan plant holds 1.000 kg" in done.problems[0][2]
        assert held(lot) == {"ON_HAND": 100 * KG}

    def test_tried_posts_nothing(self, lot, drafter):
        done = stock_files.post(content=file_of(issue()), by=drafter, dry_run=True)
        assert (done.posted, done.problems) == (1, [])
        assert held(lot) == {"ON_HAND": 100 * KG}

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (issue(lot="H-2"), "lot"),
            (issue(lot="/1"), "lot"),
            (issue(lot="CON/0000000000/2026-27/0001/1"), "lot"),
            (issue(move="melt"), "move"),
            (issue(weight_kg="1e3"), "weight_kg"),
            (issue(weight_kg=""), "weight_kg"),
            (issue(happened_on="31-02-2026"), "happened_on"),
            (issue(happened_on="01-01-2020"), "happened_on"),
            (issue(document=""), "document"),
            (issue(from_account="SCRAP"), "from_place"),
            (issue(from_place="Elsewhere"), "from_place"),
            (build_in(), "from_place"),
            ({"move": "reexport", "to_place": "XX", "document": "D", "consent": "C"}, "to_place"),
            ({"move": "recycle", "to_place": "Somebody", "document": "D"}, "from_place"),
        ],
    )
    def test_says_which_cell_does_not_hold(self, lot, drafter, row, column):
        done = stock_files.post(content=file_of(row), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(2, column)]
        assert not Posting.objects.exclude(verb__in=("ship", "receive")).exists()

    def test_asks_from_where_when_it_lies_in_two_places(self, lot, drafter):
        stock_files.post(content=file_of(issue(weight_kg="30")), by=drafter)
        scrap = {"move": "scrap", "reason": "Chipped"}
        done = stock_files.post(content=file_of(scrap), by=drafter)
        assert "it lies at: ON_HAND · Chakan plant, IN_PRODUCTION · Chakan plant" in done.problems[0][2]
        assert (
            stock_files.post(content=file_of({**scrap, "from_account": "in_production"}), by=drafter).posted
            == 1
        )

    def test_knows_a_lot_by_its_consignment(self, lot, drafter):
        assert stock_files.post(content=file_of(issue(lot=lot.reference.lower())), by=drafter).posted == 1

    def test_refuses_a_name_of_two_lots(self, voyage, lot, drafter):
        voyage.received(LotPlan(1, KG, 10, batch="H-1"))
        done = stock_files.post(content=file_of(issue()), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(2, "lot")]

    def test_refuses_another_row_under_a_key(self, lot, drafter):
        stock_files.post(content=file_of(issue(key="erp-1", weight_kg="5")), by=drafter)
        done = stock_files.post(content=file_of(build_in(key="erp-1")), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(2, "key")]

    def test_touches_no_lot_of_others(self, lot, stranger):
        done = stock_files.post(content=file_of(issue()), by=stranger)
        assert [problem[:2] for problem in done.problems] == [(2, "lot")]

    @pytest.mark.parametrize(
        "content", [b"", b"lot,move\n", b"lot,move,weight_kg,happened_on,colour\n1,2,3,4,5\n"]
    )
    def test_refuses_other_files(self, lot, drafter, content):
        with pytest.raises(sheets.Unreadable):
            stock_files.post(content=content, by=drafter)


class TestPage:
    def test_posts_and_tells(self, client_for, lot, drafter):
        client = client_for(drafter)
        sent = SimpleUploadedFile("moves.csv", file_of(issue(), issue(key="2")))
        assert "2 moves were posted." in client.post(LOAD, {"file": sent}, follow=True).content.decode()

    def test_tells_why_nothing_was_posted(self, client_for, lot, drafter):
        sent = SimpleUploadedFile("moves.csv", file_of(issue(), issue(document="")))
        answer = client_for(drafter).post(LOAD, {"file": sent})
        assert answer.status_code == 422
        assert "Nothing was posted" in answer.content.decode()
        assert held(lot) == {"ON_HAND": 100 * KG}

    def test_refuses_other_files_beside_the_field(self, client_for, drafter):
        answer = client_for(drafter).post(LOAD, {"file": SimpleUploadedFile("x.csv", b"PK\x03\x04")})
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]

    @pytest.mark.parametrize(("ending", "status"), [("csv", 200), ("xlsx", 200), ("pdf", 404)])
    def test_offers_a_template(self, client_for, drafter, ending, status):
        assert client_for(drafter).get(f"{LOAD}example.{ending}").status_code == status

    def test_is_the_importers(self, client_for, officer):
        assert client_for(officer).get(LOAD).status_code == 403


def test_command(lot, tmp_path):
    file, out = tmp_path / "moves.csv", StringIO()
    file.write_bytes(file_of(issue()))
    given = {"organisation": lot.importer.iec, "stdout": out}
    call_command("post_moves", str(file), **given)
    assert json.loads(out.getvalue()) == {"posted": 1, "there_already": 0, "hold": 1, "reasons": []}
    file.write_bytes(file_of(issue(weight_kg="500")))
    with pytest.raises(SystemExit):
        call_command("post_moves", str(file), **given)
    assert held(lot)["ON_HAND"] == 99 * KG


def test_example_is_a_row_that_could_be_posted(lot, drafter):
    head, row = stock_files.example()
    here = {"lot": "H-1", "pieces": "125", "happened_on": f"{today():%d-%m-%Y}"}
    said = dict(zip(head, row, strict=True)) | here
    assert stock_files.post(content=file_of(said), by=drafter).posted == 1
