"""The quick reader finds what pyHanko's own finds, in our files and in odd ones."""

import io

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.quick_reader import QuickReader


def objects_of(reader, content):
    """Every object of the file as the reader gives it, or the fault it raises instead."""
    found = {}
    for number in range(1, content.count(b" obj") + 600):
        try:
            found[number] = _written(reader(io.BytesIO(content), strict=False).get_object(_reference(number)))
        except Exception as fault:
            found[number] = type(fault).__name__
    return found


def _reference(number):
    return generic.Reference(number, 0)


def _written(thing):
    out = io.BytesIO()
    thing.write_to_stream(out)
    return out.getvalue()


def test_reads_a_sealed_certificate_as_pyhanko_does(sealed):
    theirs, ours = PdfFileReader(io.BytesIO(sealed.content)), QuickReader(io.BytesIO(sealed.content))
    numbers = [number for number in range(1, 700) if _there(theirs, number)]
    assert len(numbers) > 50
    for number in numbers:
        assert _written(ours.get_object(_reference(number))) == _written(
            theirs.get_object(_reference(number))
        )


def _there(reader, number):
    try:
        return not isinstance(reader.get_object(_reference(number)), generic.NullObject)
    except Exception:
        return False


STREAMS = {
    "whole": (b"4 0 5 9 (first) (second) ", 8, 2),
    "numbers missing": (b"4 0 5 (first) (second) ", 6, 2),
    "words for numbers": (b"4 x 5 9 (first) (second) ", 8, 2),
    "a number twice": (b"4 0 4 9 (first) (second) ", 8, 2),
    "offset beyond the end": (b"4 0 5 900 (first) (second) ", 10, 2),
    "nothing in it": (b"", 0, 0),
    "a reference in it": (b"4 0 5 6 5 0 R (second) ", 8, 2),
}


@pytest.mark.parametrize("name", STREAMS)
def test_leaves_what_is_odd_to_pyhanko(name):
    content = with_stream(*STREAMS[name])
    assert objects_of(QuickReader, content) == objects_of(PdfFileReader, content)


def with_stream(data, first, count):
    """A file whose objects 4 and 5 are in the object stream 3."""
    parts = [b"%PDF-1.5\n"]
    places = {}

    def add(number, text):
        places[number] = sum(map(len, parts))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, text))

    add(1, b"<</Type/Catalog/Pages 2 0 R/Name 4 0 R>>")
    add(2, b"<</Type/Pages/Kids[]/Count 0>>")
    head = b"<</Type/ObjStm/N %d/First %d/Length %d>>" % (count, first, len(data))
    add(3, head + b"\nstream\n" + data + b"\nendstream")
    start = sum(map(len, parts))
    rows = [(0, 0, 65535), *((1, places[n], 0) for n in (1, 2, 3)), (2, 3, 0), (2, 3, 1), (1, start, 0)]
    table = b"".join(kind.to_bytes(1) + at.to_bytes(4) + more.to_bytes(2) for kind, at, more in rows)
    add(
        6, b"<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>\nstream\n%s\nendstream" % (len(table), table)
    )
    return b"".join(parts) + b"startxref\n%d\n%%%%EOF\n" % start
