"""Tables too long to hold: looked through once when they are taken in, then read a slice at a time.

Whatever was brought is kept as CSV: a workbook is read in the bounded child and written out anew, row by row under
its old numbers.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from documents import sheets

PIECE = 1024 * 1024
ENCODINGS = {"UTF-8": "utf-8-sig", "UTF-16": "utf-16", "GBK": "gb18030", "XLSX": "utf-8"}
MOST_WORKBOOK_ROWS = 10_000  # a child has 15 seconds to read one
SHOWN = 3
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Look:
    """What a table is: its bytes as CSV, how they are read, its head, first rows and number of rows below the head.

    `is_cut` says that the last line does not end as the others do: the file may be half written.
    """

    content: bytes
    encoding: str
    head: list[str]
    first: list[Row]
    total: int
    is_cut: bool


def look(content: bytes, *, most_rows: int) -> Look:
    """Look through a whole table of at most `most_rows` rows below its head. Raises sheets.Unreadable."""
    if not content:
        raise sheets.Unreadable(_("The file is empty."))
    is_workbook = content.startswith(b"PK\x03\x04")
    if is_workbook:
        content = _as_csv(content)
    encoding = "XLSX" if is_workbook else _encoding(content)
    rows = stream(content, encoding)
    _number, head = next(rows, (0, []))
    first = list(islice(rows, SHOWN))
    if not first:
        raise sheets.Unreadable(_("The file has no row under its head."))
    total = len(first) + sum(1 for _row in islice(rows, most_rows))
    if total > most_rows:
        said = _("The file has more than %(most)d rows. Split it into several files.")
        raise sheets.Unreadable(said % {"most": most_rows})
    is_cut = not is_workbook and not content.endswith((b"\n", b"\r", b"\n\x00", b"\x00\n"))
    return Look(content, encoding, head, first, total, is_cut)


def stream(content: bytes, encoding: str, *, skip: int = 0) -> Iterator[Row]:
    """Its rows with something in them and their numbers, the head first, without the first `skip` of them.

    Raises sheets.Unreadable on the way.
    """
    text = io.TextIOWrapper(io.BytesIO(content), encoding=ENCODINGS[encoding], newline="")
    first = text.readline(PIECE)
    text.seek(0)
    separator = max(sheets.SEPARATORS, key=first.count)
    reader = csv.reader(text, delimiter=separator, strict=True)
    try:
        for cells in reader:
            if not any(cells):
                continue
            if skip:
                skip -= 1
            else:
                if len(cells) > sheets.MOST_COLUMNS:
                    said = _("The file has more than %(most)d columns.")
                    raise sheets.Unreadable(said % {"most": sheets.MOST_COLUMNS})
                yield reader.line_num, [sheets.cell_text(cell.strip()) for cell in cells]
    except csv.Error as problem:
        said = _("Line %(line)d of the file is no CSV: %(problem)s.")
        raise sheets.Unreadable(said % {"line": reader.line_num, "problem": problem}) from None


def _encoding(content: bytes) -> str:
    """How the bytes are to be read, tried in pieces to their end. Raises sheets.Unreadable."""
    is_marked = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if is_marked:
        names = ["UTF-16"]
    elif b"\x00" in content[:PIECE]:  # UTF-16 without its mark would pass for UTF-8 with holes
        names = []
    else:
        names = ["UTF-8", "GBK"]
    for name in names:
        problem = _decoding_problem(content, ENCODINGS[name])
        if problem is None:
            return name
        if name == "UTF-8" and problem.reason == "unexpected end of data":
            raise sheets.Unreadable(_("The file ends in the middle of a letter; it was cut off."))
    raise sheets.Unreadable(_("The text of the file is neither UTF-8 nor GBK. Save it as CSV UTF-8."))


def _decoding_problem(content: bytes, encoding: str) -> UnicodeDecodeError | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), PIECE):
            decoder.decode(content[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        return problem
    return None


def _as_csv(content: bytes) -> bytes:
    """A workbook as CSV whose lines have the workbook's numbers."""
    table = sheets.read(content, most_rows=MOST_WORKBOOK_ROWS + 1)
    out = io.StringIO(newline="")
    writer, line = csv.writer(out, lineterminator="\n"), 1
    for number, cells in table.rows:
        out.write("\n" * (number - line))
        writer.writerow([" ".join(cell.split()) for cell in cells])
        line = number + 1
    return out.getvalue().encode()
