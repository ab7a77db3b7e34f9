"""Tables: every encoding and both kinds read alike, and nothing written is ever a formula."""

import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from documents import sheets

ROWS = [["po_number", "grade"], ["PO-1", "烧结 N42"], ["PO-2", "हिन्दी"]]
LIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", "-2+3+cmd", "＝1+1", "'=1+1"]


def texts(content, most=100):
    return [cells for _number, cells in sheets.read(content, most_rows=most).rows]


def csv_text(rows, separator=","):
    return "\r\n".join(separator.join(row) for row in rows)


def workbook(rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class TestRead:
    @pytest.mark.parametrize(
        ("encoding", "said"),
        [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("gb18030", "GBK")],
    )
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_finds_encoding_and_separator(self, encoding, said, separator):
        table = sheets.read(csv_text(ROWS, separator).encode(encoding), most_rows=9)
        assert ([cells for _, cells in table.rows], table.encoding) == (ROWS, said)

    def test_takes_gbk_of_chinese_programs(self):
        assert texts(csv_text(ROWS[:2]).encode("gbk")) == ROWS[:2]

    def test_knows_rows_by_their_numbers_and_leaves_empty_ones_out(self):
        table = sheets.read(b"a,b\n,\n\n1,2\n", most_rows=9)
        assert table.rows == [(1, ["a", "b"]), (4, ["1", "2"])]

    @pytest.mark.parametrize(
        "content",
        [b'a,b\n"1,2', b'a\n"x"y\n', b"\xff\xfe\x00", b"\x81\xff\xff", b"PK\x03\x04junk", b"a\n1\n2\n3\n4\n"],
    )
    def test_says_in_words_what_is_no_table(self, content):
        with pytest.raises(sheets.Unreadable) as refusal:
            sheets.read(content, most_rows=4)
        assert len(str(refusal.value)) > 20

    def test_takes_cells_of_workbooks_as_typed(self):
        cells = ["x", 85051190, 1.25, 1e-7, 1e22, True, date(2026, 10, 5), datetime(2026, 10, 5), None, "end"]
        assert texts(workbook([cells])) == [
            [
                "x",
                "85051190",
                "1.25",
                "0.0000001",
                "10000000000000000000000",
                "yes",
                *["2026-10-05"] * 2,
                "",
                "end",
            ]
        ]

    def test_refuses_a_workbook_of_too_many_rows(self):
        with pytest.raises(sheets.Unreadable, match="more than 4 rows"):
            sheets.read(workbook([[1]] * 6), most_rows=4)

    def test_keeps_nothing_that_a_database_cannot(self):
        assert texts(b"a\x00b\n") == [["a\ufffdb"]]


class TestWrite:
    @pytest.mark.parametrize("value", LIVE)
    def test_makes_every_cell_text(self, value):
        (cell,) = next(csv.reader(io.StringIO(sheets.csv_of([[value]]).decode("utf-8-sig"), newline="")))
        assert not cell.startswith(sheets.LIVE)
        sheet = load_workbook(io.BytesIO(sheets.xlsx_of([["head"], [value]], title="x"))).active
        assert sheet["A2"].data_type == "s"
        assert not str(sheet["A2"].value).startswith("=")

    @pytest.mark.parametrize("value", [value for value in LIVE if value.strip() == value and value[0] != "'"])
    def test_comes_back_as_it_was(self, value):
        assert texts(sheets.csv_of([[value]])) == [[value]]
        assert texts(sheets.xlsx_of([[value]], title="x")) == [[value]]
