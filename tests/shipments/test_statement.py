"""The columns of IGCR-3: every gram of a period in one of them, months in India, files equal to the page."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents import sheets
from euc.models import Clause
from euc.models.certificate import today
from shipments import accounts, custody, statement, statement_words
from shipments.models import Posting
from shipments.services import LotPlan
from shipments.statement import Period
from tests.remembering import remembered
from tests.shipments.voyage import KG


def this_month():
    return Period.of(today().year, today().month)


def next_month():
    later = this_month().last + timedelta(days=1)
    return Period.of(later.year, later.month)


@remembered
def lot(voyage):
    """Moved into every kind of place, some of it back."""
    lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
    pledge = voyage.certificate.undertakings.get()
    pledge.clauses.create(clause=Clause.objects.get(code="EX_REJECTS"))
    voyage.move(lot, "issue", 60 * KG)
    voyage.move(lot, "build_in", 50 * KG)
    voyage.move(lot, "sell", 20 * KG)
    voyage.move(lot, "export_product", 10 * KG, to_place="DE")
    voyage.move(lot, "scrap", 2 * KG, source=accounts.IN_PRODUCTION)
    voyage.move(lot, "send_to_job_worker", 8 * KG)
    voyage.move(lot, "retransfer", 3 * KG)
    voyage.move(lot, "return_to_supplier", 4 * KG)
    voyage.move(lot, "sample", KG)
    wrong = voyage.move(lot, "lose", 5 * KG)
    custody.reverse(posting=wrong, by=voyage.drafter, reason="Found")
    return lot


def row_of(certificate, period=None):
    period = period or this_month()
    (row,) = statement.of(statement.lots_of(certificate=certificate), period)
    return row


class TestColumns:
    def test_hold_every_gram_once(self, lot, certificate):
        row = row_of(certificate)
        assert (row.opening_mg, row.received_mg, row.imported_mg) == (0, 100 * KG, 100 * KG)
        assert (row.used_mg, row.supplied_mg, row.exported_mg) == (53 * KG, 20 * KG, 10 * KG)
        assert (row.recipient_mg, row.reexported_mg, row.beside_mg) == (3 * KG, 4 * KG, KG)
        assert (row.stock_mg, row.elsewhere_mg, row.difference_mg) == (34 * KG, 8 * KG, 0)

    def test_begin_the_next_period_where_this_one_ended(self, lot, certificate):
        row = row_of(certificate, next_month())
        assert (row.opening_mg, row.received_mg, row.used_mg) == (42 * KG, 0, 0)
        assert (row.stock_mg + row.elsewhere_mg, row.difference_mg) == (42 * KG, 0)

    def test_of_two_periods_add_up_to_both_together(self, lot, voyage, certificate):
        first, second = this_month(), next_month()
        with time_machine.travel(timezone.now() + (second.first - today()) + timedelta(days=1)):
            voyage.move(lot, "sell", 5 * KG)
            later = row_of(certificate, second)
            both = row_of(certificate, Period(first.first, second.last))
        assert later.supplied_mg == 5 * KG
        for name in ("received_mg", "used_mg", "supplied_mg", "reexported_mg", "beside_mg"):
            assert getattr(row_of(certificate), name) + getattr(later, name) == getattr(both, name), name
        assert (both.stock_mg, both.opening_mg, both.difference_mg) == (later.stock_mg, 0, 0)

    def test_tell_what_was_never_received(self, voyage, certificate):
        voyage.received_short()
        rows = statement.of(statement.lots_of(certificate=certificate), this_month())
        assert sum(row.not_received_mg for row in rows) == KG
        assert {row.difference_mg for row in rows} == {0}

    def test_count_what_a_stock_count_missed_beside_the_form(self, lot, voyage, certificate):
        before = row_of(certificate)
        held = lot.holdings.get(account=accounts.ON_HAND)
        custody.count(
            lot=lot, by=voyage.drafter, account=held.account, place=held.place, counted_mg=held.weight_mg - KG,
            counted_pieces=held.pieces, happened_on=today(), witness="W", reason="r", key="c",
        )  # fmt: skip
        after = row_of(certificate)
        assert (after.beside_mg - before.beside_mg, after.difference_mg) == (KG, 0)

    def test_leave_out_what_is_not_entered_and_what_is_all_gone(self, voyage, certificate):
        voyage.departed(LotPlan(2, KG, 1))
        lot = voyage.received(LotPlan(1, KG, 1)).lots()[0]
        voyage.move(lot, "lose", KG)
        assert len(statement.of(statement.lots_of(certificate=certificate), this_month())) == 1
        assert statement.of(statement.lots_of(certificate=certificate), next_month()) == []

    def test_are_of_one_importer(self, lot, certificate, other_importer):
        assert len(statement.of(statement.lots_of(importer=certificate.importer), this_month())) == 1
        assert statement.of(statement.lots_of(importer=other_importer), this_month()) == []

    def test_cost_two_queries_whatever_there_is(self, lot, voyage, certificate):
        voyage.received(LotPlan(1, KG, 1))
        with CaptureQueriesContext(connection) as seen:
            assert len(statement.of(statement.lots_of(certificate=certificate), this_month())) == 2
        assert len(seen) == 2

    def test_agree_with_the_ledger_itself(self, lot, certificate):
        """An independent sum over the postings, one by one."""
        held: dict[str, int] = {}
        for posting in Posting.objects.filter(lot=lot):
            held[posting.to_account] = held.get(posting.to_account, 0) + posting.weight_mg
            held[posting.from_account] = held.get(posting.from_account, 0) - posting.weight_mg
        row = row_of(certificate)
        assert row.stock_mg == sum(held.get(name, 0) for name in statement.IN_STOCK)
        assert row.used_mg == sum(held.get(name, 0) for name in statement.USED)

    def test_name_every_account_once_or_say_why_not(self):
        groups = (statement.USED, statement.REEXPORTED, statement.IN_STOCK, statement.ELSEWHERE)
        named = [name for group in (*groups, statement.NO_COLUMN) for name in group]
        outside = {accounts.SUPPLIER, accounts.SURPLUS, accounts.IN_TRANSIT, accounts.SHORT}
        assert sorted([*named, *outside]) == sorted(accounts.ACCOUNTS)


class TestPeriod:
    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ((2026, 2), date(2026, 2, 1), date(2026, 2, 28)),
            ((2028, 2), date(2028, 2, 1), date(2028, 2, 29)),
            ((2026, 12, 3), date(2026, 12, 1), date(2027, 2, 28)),
            ((2026, 10, 3), date(2026, 10, 1), date(2026, 12, 31)),
        ],
    )
    def test_is_of_whole_months(self, asked, first, last):
        assert Period.of(*asked) == Period(first, last)


class TestPages:
    def path(self, certificate, tail="/"):
        return f"/certificates/{certificate.slug}/statement{tail}"

    def test_show_the_columns_and_the_doubts(self, client_for, lot, certificate, officer, drafter):
        for by, path in ((officer, self.path(certificate)), (drafter, "/statement/")):
            page = client_for(by).get(path).content.decode()
            assert "18A of which supplied in India" in page
            assert "53.000 kg" in page
            assert "Doubtful" in page

    @pytest.mark.parametrize("month", ["2026-13", "november", "2026-1", "٢٠٢٦-١١", "2026-11-01"])
    def test_refuse_a_month_beside_its_field(self, client_for, lot, certificate, drafter, month):
        answer = client_for(drafter).get(self.path(certificate), {"month": month})
        assert answer.status_code == 422
        assert client_for(drafter).get(self.path(certificate, ".csv"), {"month": month}).status_code == 404

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_files_hold_the_same_numbers(self, client_for, lot, certificate, drafter, ending):
        for path in (self.path(certificate, f".{ending}"), f"/statement.{ending}"):
            answer = client_for(drafter).get(path)
            assert "igcr-3-" in answer.headers["Content-Disposition"]
            head, row = [cells for _number, cells in sheets.read(answer.content, most_rows=10).rows]
            told = dict(zip(head, row, strict=False))
            assert told["18 Used for the intended purpose, kg"] == "53.000000"
            assert told["21 In stock at the importer, kg"] == "34.000000"

    def test_of_another_importer_are_not_there(self, client_for, lot, certificate, stranger):
        assert client_for(stranger).get(self.path(certificate)).status_code == 404
        assert "Nothing to state" in client_for(stranger).get("/statement/").content.decode()

    def test_know_no_other_ending(self, client_for, lot, certificate, drafter):
        assert client_for(drafter).get(self.path(certificate, ".pdf")).status_code == 404


class TestKilograms:
    @pytest.mark.parametrize(
        ("mg", "text"), [(0, "0.000000"), (-1, "-0.000001"), (1_234_500_000, "1234.500000")]
    )
    def test_are_exact(self, mg, text):
        assert statement_words.kilograms(mg) == text
