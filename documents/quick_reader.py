"""pyHanko's reader, made quick for files that keep their objects in compressed streams, as all of ours do.

For each object it unpacks and parses the whole stream again; judging who changed what between two signatures asks for
each object many times, which took four seconds for a certificate. Here a stream's table of contents is kept.
"""

import io

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader


class QuickReader(PdfFileReader):
    """Reads as PdfFileReader does; whatever is odd in a stream is left to it."""

    def _get_object_from_stream(self, idnum, stmnum, idx):
        try:
            data, places = self._contents_of(stmnum)
            at = places[idnum]
            found = generic.read_object(_at(data, at), generic.Reference(idnum, 0, self))
        except (ValueError, TypeError, KeyError, AssertionError, misc.PdfError):
            return super()._get_object_from_stream(idnum, stmnum, idx)
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            return super()._get_object_from_stream(idnum, stmnum, idx)
        return found

    def _contents_of(self, stmnum):
        """A stream's bytes, and where in them each object begins, by its number."""
        stream = generic.Reference(stmnum, 0, self).get_object()
        kept = self.__dict__.setdefault("_contents", {})
        if id(stream) not in kept:
            data, first = stream.read_data(DecodePurpose.OBJECT_STREAM), int(stream["/First"])
            numbers = [int(word) for word in data[:first].split()[: 2 * int(stream["/N"])]]
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            places = {number: first + offset for number, offset in reversed(pairs)}  # the first one counts
            kept[id(stream)] = (stream, data, places)
        return kept[id(stream)][1:]


def _at(data, place):
    stream = io.BytesIO(data)
    stream.seek(place)
    return stream
