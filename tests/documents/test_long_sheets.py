"""Long tables: looked through whole, read slice by slice, refused in words where they are broken."""

import tracemalloc

import pytest

from documents import long_sheets, sheets

ROWS = [("name", "weight"), ("磁体", "1.5"), ("", ""), ("=1+1", "2"), ('a "b"', "3")]


def csv_of(rows, encoding="utf-8"):
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return ("\r\n".join(quoted) + "\r\n").encode(encoding)


def look(content, most_rows=1000):
    return long_sheets.look(content, most_rows=most_rows)


def read(found):
    return list(long_sheets.stream(found.content, found.encoding))


class TestLook:
    @pytest.mark.parametrize(
        ("encoding", "name"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("gbk", "GBK"),
            ("gb18030", "GBK"),
        ],
    )
    def test_reads_what_spreadsheets_write(self, encoding, name):
        found = look(csv_of(ROWS, encoding))
        assert (found.encoding, found.head, found.total, found.is_cut) == (name, ["name", "weight"], 3, False)
        assert read(found)[1:] == [(2, ["磁体", "1.5"]), (4, ["=1+1", "2"]), (5, ['a "b"', "3"])]

    def test_keeps_the_numbers_of_a_workbook(self):
        found = look(sheets.xlsx_of(ROWS, title="T"))
        assert (found.encoding, found.total) == ("XLSX", 3)
        assert [number for number, _cells in read(found)] == [1, 2, 4, 5]
        assert read(found)[2][1] == ["=1+1", "2"]

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_finds_the_separator(self, separator):
        assert look(f"a{separator}b\n1{separator}2\n".encode()).head == ["a", "b"]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"name,weight\n",
            b'name,weight\n"half,1\nanother,2\n',
            "name\n磁体".encode()[:-1],
            "name,weight\na,1\n".encode("utf-16-le"),
            b"name\n\xff\xfe\xfd\n",
            b"PK\x03\x04 no workbook",
            ",".join(["c"] * 300).encode() + b"\n1\n",
        ],
        ids=["empty", "head only", "open quote", "half a letter", "no mark", "no text", "no zip", "too wide"],
    )
    def test_refuses_what_is_no_table(self, content):
        with pytest.raises(sheets.Unreadable):
            look(content)

    def test_says_how_many_rows_are_taken(self):
        with pytest.raises(sheets.Unreadable, match="more than 3 rows"):
            look(b"a\n" + b"1\n" * 4, most_rows=3)
        assert look(b"a\n" + b"1\n" * 3, most_rows=3).total == 3

    def test_notices_a_last_line_that_does_not_end(self):
        assert look(b"name,weight\na,12").is_cut
        assert not look("name,weight\r\na,12\r\n".encode("utf-16")).is_cut

    def test_refuses_a_million_rows_in_little_memory(self):
        content = b"a,b\n" + b"1,2\n" * 1_000_000
        tracemalloc.start()
        try:
            with pytest.raises(sheets.Unreadable):
                look(content, most_rows=100_000)
            assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
        finally:
            tracemalloc.stop()
