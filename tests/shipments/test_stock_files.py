"""Moves of stock from a file: all or none, in their order, once; refused for the reasons of the pages."""

import hashlib
import json
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from documents import sheets
from euc.models.certificate import today
from shipments import checking, stock_files, stock_rows
from shipments.models import Consignment, Holding, Posting
from shipments.services import LotPlan
from tests.races import together
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


@remembered
def lots(voyage):
    """Three lots of ten kilograms and a hundred pieces of line 1: the second received first, the third last."""
    made = [voyage.received(LotPlan(1, 10 * KG, 100, batch=f"F-{n}")).lots()[0] for n in (1, 2, 3)]
    for lot, days in zip(made, (5, 9, 1), strict=True):
        rows = Consignment.objects.filter(pk=lot.consignment_id)
        rows.update(received_on=today() - timedelta(days=days))
    return made


class TestWithoutALot:
    """A row that names certificate and line takes what was received first, as the page does."""

    @pytest.fixture
    def fifo(self, voyage, lots):
        return {"lot": "", "certificate": voyage.certificate.reference, "line": "1"}

    def in_account(self, lots, account):
        held = Holding.objects.filter(lot__in=lots, account=account)
        return dict(held.values_list("lot__batch", "weight_mg"))

    def test_takes_the_oldest_and_says_which(self, lots, drafter, fifo):
        done = stock_files.post(content=file_of(issue(**fifo, weight_kg="15")), by=drafter)
        assert (done.posted, done.problems) == (1, [])
        taken = [(posting.lot.batch, posting.weight_mg, posting.pieces) for posting in done.chosen[2]]
        assert taken == [("F-2", 10 * KG, 100), ("F-1", 5 * KG, 50)]
        assert self.in_account(lots, "ON_HAND") == {"F-1": 5 * KG, "F-2": 0, "F-3": 10 * KG}
        assert [result.name for result in checking.results() if not result.holds] == []

    def test_follows_the_rows_before_it(self, lots, drafter, fifo):
        rows = (
            issue(lot="F-2", weight_kg="9"),
            issue(**fifo, weight_kg="2"),
            build_in(**fifo, weight_kg="11"),
        )
        done = stock_files.post(content=file_of(*rows), by=drafter)
        assert (done.posted, done.problems) == (3, [])
        assert self.in_account(lots, "FINISHED") == {"F-2": 10 * KG, "F-1": KG}
        assert sum(posting.units for posting in done.chosen[4]) == 10

    def test_happens_once(self, lots, drafter, fifo):
        content = file_of(issue(**fifo, weight_kg="15"), issue(**fifo, weight_kg="3", key="erp-1"))
        assert stock_files.post(content=content, by=drafter).posted == 2
        again = stock_files.post(content=content, by=drafter)
        assert (again.posted, again.known, again.problems, again.chosen) == (0, 2, [], {})

    @pytest.mark.parametrize("first", [True, False])
    def test_shares_its_keys_with_rows_that_name_a_lot(self, lots, drafter, fifo, first):
        rows = (issue(**fifo, key="erp-1"), issue(lot="F-1", key="erp-1"))
        done = stock_files.post(content=file_of(*(rows if first else rows[::-1])), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(3, "key")]

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (issue(certificate=""), "lot"),
            (issue(line=""), "lot"),
            (issue(line="9"), "line"),
            (issue(line="x"), "line"),
            (issue(certificate="EUC/0000000000/2026-27/0001"), "line"),
            (issue(pieces="5"), "pieces"),
            (issue(document=""), "document"),
            (issue(weight_kg="30.001"), ""),
            (issue(from_place="Elsewhere"), "from_place"),
            (build_in(), "from_place"),
            ({"move": "scrap", "reason": "Chipped"}, "lot"),
        ],
    )
    def test_says_which_cell_does_not_hold(self, lots, drafter, fifo, row, column):
        done = stock_files.post(content=file_of(fifo | row), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(2, column)]
        assert not Posting.objects.filter(verb="issue").exists()

    def test_asks_from_where_when_the_line_lies_in_two_stores(self, voyage, lots, drafter, fifo):
        voyage.move(lots[0], "transfer", 10 * KG, 100, to_place="Hosur")
        done = stock_files.post(content=file_of(issue(**fifo)), by=drafter)
        assert "it lies at: ON_HAND · Chakan plant, ON_HAND · Hosur" in done.problems[0][2]
        assert stock_files.post(content=file_of(issue(**fifo, from_place="Hosur")), by=drafter).posted == 1

    def test_takes_nothing_of_others(self, lots, stranger, fifo):
        done = stock_files.post(content=file_of(issue(**fifo)), by=stranger)
        assert [problem[:2] for problem in done.problems] == [(2, "line")]

    def test_a_lot_is_known_by_its_certificate_too(self, voyage, lots, drafter, fifo):
        named = {**fifo, "lot": "F-1"}
        assert stock_files.post(content=file_of(issue(**named)), by=drafter).posted == 1
        done = stock_files.post(content=file_of(issue(**{**named, "line": "2"})), by=drafter)
        assert [problem[:2] for problem in done.problems] == [(2, "lot")]


def test_rows_that_were_posted_before_two_columns_came_are_known_still(lot, drafter):
    key = stock_rows._key({"lot": "H-1", "move": "issue"}, drafter)
    said = "\x1f".join([str(drafter.organisation.pk), "H-1", "issue", *[""] * 13])
    assert key == hashlib.sha256(said.encode()).hexdigest()[:32]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Files that move the same lots in opposite order: each is posted, none waits for the other in a circle."""

    @pytest.mark.parametrize("turn", range(3))
    def test_two_files_at_once_are_both_posted(self, voyage, drafter, lots, turn):
        one, other = ([issue(lot=name, key=f"{name}-{way}-{n}") for name in names for n in range(6)]
                      for way, names in enumerate((("F-1", "F-2", "F-3"), ("F-3", "F-2", "F-1"))))  # fmt: skip
        files = [file_of(*({**row, "weight_kg": "0.1"} for row in rows)) for rows in (one, other)]
        done = together(*(partial(stock_files.post, content=content, by=drafter) for content in files))
        assert [getattr(each, "posted", each) for each in done] == [18, 18]
        assert [result.name for result in checking.results() if not result.holds] == []

    def test_rows_without_a_lot_and_rows_with_one_neither(self, voyage, drafter, lots):
        fifo = {"lot": "", "certificate": voyage.certificate.reference, "line": "1", "weight_kg": "2"}
        files = [
            file_of(*(issue(**fifo, key=f"fifo-{n}") for n in range(4))),
            file_of(*(issue(lot=name, key=name) for name in ("F-3", "F-1", "F-2"))),
            file_of(*(issue(**fifo, key=f"fifo-{n}") for n in range(4))),
        ]
        done = together(*(partial(stock_files.post, content=content, by=drafter) for content in files))
        assert sorted(each.posted for each in done) == [0, 3, 4], done
        left = Holding.objects.filter(lot__in=lots, account="ON_HAND").values_list("weight_mg", flat=True)
        assert sum(left) == 19 * KG
        assert [result.name for result in checking.results() if not result.holds] == []


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
    said = {"posted": 1, "there_already": 0, "hold": 1, "oldest_first": [], "reasons": []}
    assert json.loads(out.getvalue()) == said
    file.write_bytes(file_of(issue(weight_kg="500")))
    with pytest.raises(SystemExit):
        call_command("post_moves", str(file), **given)
    assert held(lot)["ON_HAND"] == 99 * KG


def test_example_is_a_row_that_could_be_posted(lot, drafter):
    head, row = stock_files.example()
    here = {"lot": "H-1", "pieces": "125", "happened_on": f"{today():%d-%m-%Y}"}
    said = dict(zip(head, row, strict=True)) | here
    assert stock_files.post(content=file_of(said), by=drafter).posted == 1
