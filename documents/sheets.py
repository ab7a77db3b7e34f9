"""Tables as files: CSV and XLSX read as rows of text, and written so that no cell is ever a formula.

CSV is UTF-8 (with or without its mark), UTF-16 with its mark, or GB18030, which holds GBK; the separator is found.
Workbooks are read in the bounded child.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext as _

from documents import bounded

LIVE = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what spreadsheets take for the start of a formula
SEPARATORS = (",", ";", "\t")
LONGEST_CELL = 10_000
MOST_COLUMNS = 200
SAFE_WIDTH = 40


class Unreadable(Exception):
    """The bytes are no table; the message says why."""


@dataclass(frozen=True)
class Table:
    """Rows of text with their numbers in the file, without empty rows; `encoding` says how it was read."""

    rows: list[tuple[int, list[str]]]
    encoding: str


def read(content: bytes, *, most_rows: int) -> Table:
    """Read a table of at most `most_rows` rows with something in them. Raises Unreadable."""
    table = _workbook(content, most_rows) if content.startswith(b"PK\x03\x04") else _csv(content)
    rows = [(number, [cell_text(cell) for cell in cells]) for number, cells in table.rows if any(cells)]
    if len(rows) > most_rows:
        raise Unreadable(
            _("The file has %(count)d rows; at most %(most)d are taken.")
            % {"count": len(rows), "most": most_rows}
        )
    if any(len(cells) > MOST_COLUMNS for _number, cells in rows):
        raise Unreadable(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return Table(rows, table.encoding)


def cell_text(text: str) -> str:
    """As it was typed: without the apostrophe that our own files put before what looks like a formula."""
    text = text.replace("\x00", "\ufffd")[:LONGEST_CELL].strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(LIVE) else text


def _csv(content: bytes) -> Table:
    text, encoding = decoded(content)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as problem:
        said = _("Line %(line)d of the file is no CSV: %(problem)s.")
        raise Unreadable(said % {"line": reader.line_num, "problem": problem}) from None
    return Table(rows, encoding)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of the bytes and the name of its encoding. Raises Unreadable."""
    marked = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding, name in (("utf-16", "UTF-16"),) if marked else (("utf-8-sig", "UTF-8"), ("gb18030", "GBK")):
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("The text of the file is neither UTF-8 nor GBK. Save it as CSV UTF-8."))


def _workbook(content: bytes, most_rows: int) -> Table:
    try:
        answer = bounded.read("table", content, most_rows=most_rows, most_columns=MOST_COLUMNS)
    except bounded.TooCostly:
        raise Unreadable(_("The workbook takes too long to read. Save it anew, simpler.")) from None
    except bounded.Busy:
        raise Unreadable(_("Many files are being checked just now. Try again in a minute.")) from None
    if answer.get("refused") == "TOO_MANY_ROWS":
        raise Unreadable(_("The workbook has more than %(most)d rows.") % {"most": most_rows})
    if "rows" not in answer:
        raise Unreadable(_("The workbook cannot be read, or it holds macros, links or locks."))
    return Table([(number, cells) for number, cells in answer["rows"]], "XLSX")


def as_text(value: object) -> str:
    """A cell that every spreadsheet shows as it is: text that looks like a formula gets an apostrophe before it."""
    if isinstance(value, int | float | Decimal):
        return str(value)  # a number below nothing begins as a formula would, and is none
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(LIVE) else text


def csv_of(rows: Iterable[Sequence[object]], *, is_begun: bool = False) -> bytes:
    """A CSV file in UTF-8 with its mark, so that spreadsheets read every script; further rows when it is begun."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([as_text(cell) for cell in row] for row in rows)
    return (b"" if is_begun else b"\xef\xbb\xbf") + out.getvalue().encode()


def xlsx_of(rows: Sequence[Sequence[object]], *, title: str) -> bytes:
    """A workbook of one sheet; the first row is the head, and every cell is text."""
    from openpyxl import Workbook  # 30 MB that only who writes a workbook should carry
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    for at_row, row in enumerate(rows, start=1):
        for at_column, value in enumerate(row, start=1):
            cell = sheet.cell(at_row, at_column)
            cell.value = as_text(value)
            cell.data_type, cell.number_format = "s", "@"
            cell.alignment = Alignment(vertical="top")
            cell.font = Font(bold=at_row == 1)
    for column in sheet.columns:
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, SAFE_WIDTH)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# A workbook of one sheet, written piece by piece: its rows first, the archive around them when all are there.
_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView>'
    "</sheetViews><sheetData>",
    "</sheetData></worksheet>",
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SPREADSHEET}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{_RELATIONS}"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MOST_SHEET_ROWS = 1_048_575  # beside the head


def xlsx_rows(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a workbook holds them: whole numbers as numbers, everything else as text."""
    return "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in rows).encode()


def _xlsx_cell(value: object) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    text = _NO_XML.sub("\ufffd", as_text(value)).replace("&", "&amp;").replace("<", "&lt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"


def xlsx_around(pieces: Iterable[bytes], out: IO[bytes]) -> None:
    """Write a workbook whose rows are these pieces of `xlsx_rows`, in memory that does not grow with them."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _AROUND.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{content}')
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_SHEET[0].encode())
            for piece in pieces:
                sheet.write(piece)
            sheet.write(_SHEET[1].encode())
