"""Genuine is what the register knows, byte for byte; everything else is only described."""

import random
import resource
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from documents import bounded, verifying
from documents.models import Document
from documents.verifying import Problem

pytestmark = pytest.mark.django_db


class TestRegisteredBytes:
    def test_are_genuine_without_being_parsed(self, registered, sealed, monkeypatch):
        monkeypatch.setattr(bounded, "read", lambda *args, **kwargs: pytest.fail("parsed"))
        finding = verifying.examine(sealed.content)
        assert finding.is_genuine
        assert finding.document == registered

    def test_are_never_genuine_with_one_byte_changed(self, registered, sealed, monkeypatch):
        """400 single-byte changes, half of them inside the signature's padding where signatures do not look."""
        monkeypatch.setattr(bounded, "read", lambda *args, **kwargs: {"signatures": []})
        start = sealed.content.index(b"/Contents <")
        inside = range(start, start + 16384)
        chance = random.Random(7)
        places = chance.sample(range(len(sealed.content)), 200) + chance.sample(inside, 200)
        for place in places:
            changed = bytearray(sealed.content)
            changed[place] ^= 1 << chance.randrange(8)
            assert not verifying.examine(bytes(changed)).is_genuine, place

    @pytest.mark.parametrize(
        "change", [lambda b: b + b"\n", lambda b: b[:-1], lambda b: b"\n" + b, lambda b: b * 2]
    )
    def test_are_never_genuine_longer_or_shorter(self, registered, sealed, change):
        assert not verifying.examine(change(sealed.content)).is_genuine

    def test_are_not_genuine_without_their_seal(self, registered, unsealed):
        finding = verifying.examine(unsealed)
        assert not finding.is_genuine
        assert finding.signatures == []


class TestUnregisteredBytes:
    def test_are_not_genuine_even_with_a_valid_seal(self, sealed, sealing_key):
        finding = verifying.examine(sealed.content)
        (signature,) = finding.signatures
        assert not finding.is_genuine
        assert signature.valid
        assert signature.trusted
        assert signature.whole_file
        assert abs(signature.stamped_at - datetime.now(UTC)) < timedelta(minutes=5)
        assert signature.unchanged

    def test_show_that_the_seal_belongs_to_other_bytes(self, sealed, sealing_key):
        changed = bytearray(sealed.content)
        changed[2000] ^= 1
        (signature,) = verifying.examine(bytes(changed)).signatures
        assert not signature.intact
        assert not signature.unchanged

    def test_show_a_stranger_as_untrusted(self, sealed, settings, tmp_path):
        settings.SEAL_TRUST_ROOTS = tmp_path / "none.pem"
        (signature,) = verifying.examine(sealed.content).signatures
        assert signature.intact
        assert not signature.trusted

    def test_tell_no_time_of_an_authority_that_is_not_trusted(self, sealed, sealing_key, settings, tmp_path):
        settings.TIME_STAMP_TRUST_ROOTS = str(tmp_path / "none.pem")
        (signature,) = verifying.examine(sealed.content).signatures
        assert signature.trusted
        assert signature.stamped_at is None

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", Problem.EMPTY),
            (b"GIF89a", Problem.NOT_A_PDF),
            (b"%PDF-1.7\n" + b"startxref\n1\n%%EOF\n" * 7, Problem.TOO_MANY_REVISIONS),
            (b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]\n" * 5, Problem.TOO_MANY_SIGNATURES),
            (b"%PDF-1.7\nnothing more", Problem.UNREADABLE),
        ],
    )
    def test_are_refused_for_a_reason(self, content, problem):
        finding = verifying.examine(content)
        assert finding.problem == problem
        assert not finding.is_genuine

    def test_are_refused_when_too_large(self, settings):
        settings.VERIFY_MAX_BYTES = 100
        assert verifying.examine(b"%PDF-" + b"x" * 100).problem == Problem.TOO_LARGE


class TestHostileBytes:
    """None takes this process down, or long, or much memory."""

    @pytest.mark.parametrize(
        "name", ["loop of revisions", "field loop", "deep arrays", "cross-reference bomb"]
    )
    def test_are_answered_within_bounds(self, name):
        content = HOSTILE[name]()
        before, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        finding = verifying.examine(content)
        assert not finding.is_genuine
        assert time.monotonic() - before < bounded.WALL_SECONDS + 5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 100 * 1024

    def test_that_take_for_ever_are_stopped(self, monkeypatch, tmp_path):
        endless = tmp_path / "endless.py"
        endless.write_text("while True: pass")
        monkeypatch.setattr(bounded, "PROGRAM", endless)
        monkeypatch.setattr(bounded, "WALL_SECONDS", 1)
        assert verifying.examine(b"%PDF-1.7").problem == Problem.TOO_COSTLY

    def test_leave_no_row_behind(self):
        verifying.examine(b"%PDF-1.7\nx")
        assert not Document.objects.exists()


def _file(*objects: bytes, trailer: bytes = b"<</Root 1 0 R/Size 9>>") -> bytes:
    """A PDF of these objects with a correct cross-reference table."""
    content, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return content + head + table + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(content)


def _stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def _loop_of_revisions() -> bytes:
    plain = _file(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    place = plain.rindex(b"xref\n0")
    return _file(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        trailer=b"<</Root 1 0 R/Size 3/Prev %d>>" % place,
    )


def _field_loop() -> bytes:
    return _file(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</T(a)/Kids[4 0 R]/Parent 4 0 R>>",
        b"<</T(b)/Kids[3 0 R]/Parent 3 0 R>>",
    )


def _deep_arrays() -> bytes:
    return _file(b"<</Type/Catalog/AcroForm<</Fields " + b"[" * 20000 + b"]" * 20000 + b">>>>")


def _bomb() -> bytes:
    packed = zlib.compress(b"\0" * 300_000_000, 9)
    item = _stream(b"/Type/XRef/Size 9/W[1 4 2]/Root 1 0 R/Filter/FlateDecode", packed)
    content = b"%PDF-1.7\n1 0 obj\n" + item + b"\nendobj\n"
    return content + b"startxref\n9\n%%EOF\n"


HOSTILE = {
    "loop of revisions": _loop_of_revisions,
    "field loop": _field_loop,
    "deep arrays": _deep_arrays,
    "cross-reference bomb": _bomb,
}
