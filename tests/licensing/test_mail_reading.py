"""Mails read: charsets that lie, heads in every dress, HTML as text; what is hostile costs little and is told."""

import time
import tracemalloc
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest

from licensing.mail import lettering, reading
from tests.licensing.letters import head, letter, nested, with_files

SAID = "我司的申请已于2026年11月5日受理，申请号为 SQ-1。"
TRADITIONAL = "我們的申請已於2026年11月5日獲受理，請補正材料。"


class TestText:
    @pytest.mark.parametrize("encoding", ["base64", "8bit"])
    @pytest.mark.parametrize(
        ("charset", "declared"),
        [
            ("utf-8", "utf-8"),
            ("gbk", "gbk"),
            ("gbk", "gb2312"),
            ("gb18030", "GB18030"),
            ("utf-8", "gb2312"),
            ("gbk", "utf-8"),
            ("gbk", "us-ascii"),
            ("gbk", "iso-8859-1"),
            ("gbk", "nonsense"),
            ("gbk", "big5"),
            ("gbk", "punycode"),
            ("utf-16", "utf-16"),
        ],
    )
    def test_is_read_whatever_is_declared(self, charset, declared, encoding):
        if (charset, encoding) == ("utf-16", "8bit"):
            encoding = "base64"
        found = reading.read(letter(SAID, charset=charset, declared=declared, encoding=encoding))
        assert (found.text, found.fault) == (SAID, "")

    @pytest.mark.parametrize("declared", ["big5", "gbk", "utf-8", "us-ascii"])
    def test_is_read_in_traditional_signs(self, declared):
        assert reading.read(letter(TRADITIONAL, charset="big5", declared=declared)).text == TRADITIONAL

    def test_in_a_western_charset_stays_western(self):
        found = reading.read(letter("Genehmigt – café", charset="cp1252", declared="iso-8859-1"))
        assert found.text == "Genehmigt – café"

    def test_in_quoted_printable(self):
        content = letter("x", encoding="quoted-printable").rpartition(b"\r\n\r\n")[0]
        quoted = "".join(f"={byte:02X}" for byte in "已受理".encode("gbk"))
        found = reading.read(content.replace(b"utf-8", b"gbk") + b"\r\n\r\n" + quoted.encode())
        assert found.text == "已受理"

    def test_of_html_has_no_scripts_and_nothing_hidden(self):
        markup = (
            "<html><head><title>T</title><style>p{}</style></head><body><!-- been rejected --><p>The application"
            " has been <b>accepted</b>.</p><script>alert('x')</script><img src='https://tracker.test/a.gif'>"
            "<p>a &lt; b &amp; c</p><blockquote>old words</blockquote></body></html>"
        )
        found = reading.read(letter(markup, kind="html")).text
        assert "The application has been accepted." in found
        assert "a < b & c" in found
        assert "> old words" in found
        for absent in ("alert", "tracker", "rejected", "p{}"):
            assert absent not in found

    def test_holds_no_direction_or_control_signs(self):
        assert reading.read(letter("a\u202eb\u200bc\x00d\x1be\ufeff")).text == "abcde"

    def test_is_cut(self):
        assert len(reading.read(letter("x" * 100_000)).text) == reading.LONGEST_TEXT

    def test_of_a_mail_inside_is_not_the_mails_own(self):
        inner = letter("The application was rejected.")
        found = reading.read(with_files(("old.eml", "application/octet-stream", inner)))
        assert found.text == "See the file."
        boundary = (
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n'
        )
        found = reading.read(b"From: a@b.test\r\n" + boundary + inner + b"\r\n--b--\r\n")
        assert (found.text, found.fault) == ("", "")


class TestHeads:
    @pytest.mark.parametrize(
        ("charset", "words"), [("utf-8", "许可证"), ("gbk", "许可证"), ("big5", "許可證 ABC")]
    )
    def test_in_rfc_2047(self, charset, words):
        assert reading.read(letter(subject=head(words, charset))).subject == words

    def test_with_a_sign_cut_in_two(self):
        pieces = "已受理".encode("gbk")
        words = " ".join(
            f"=?gbk?Q?{''.join(f'={b:02X}' for b in part)}?=" for part in (pieces[:3], pieces[3:])
        )
        assert reading.read(letter(subject=words)).subject == "已受理"

    @pytest.mark.parametrize("charset", ["utf-8", "gbk"])
    def test_with_bare_bytes(self, charset):
        content = letter().replace(b"Subject: Licence", b"Subject: " + "许可证申请".encode(charset))
        assert reading.read(content).subject == "许可证申请"

    @pytest.mark.parametrize(
        "value",
        ["=?utf-8?B?@@@@?=", "=?x?Q?=ZZ?=", "=?utf-8?B?", "=?gbk?B?/w==?=", "=?utf-7?Q?+ADw-?=", "=?a?B?A?="],
    )
    def test_that_are_wrong_break_nothing(self, value):
        found = reading.read(letter(subject=value, sender=f"{value} <li@exporter.test>"))
        assert (found.fault, found.senders) == ("", ("li@exporter.test",))

    @pytest.mark.parametrize(
        ("value", "senders"),
        [
            ("Li <LI@Exporter.test>", ("li@exporter.test",)),
            ('"boss@ministry.test" <li@exporter.test>', ("li@exporter.test",)),
            ("boss@ministry.test <li@exporter.test>", ("li@exporter.test",)),
            ("a@b.test, c@d.test", ("a@b.test", "c@d.test")),
            ("<a@b.test> <c@d.test>", ("a@b.test", "c@d.test")),
            ("nobody", ()),
            ("(" * 5000, ()),
            ('"' * 5001, ()),
        ],
    )
    def test_name_the_sender(self, value, senders):
        assert reading.read(letter(sender=value)).senders == senders

    def test_name_every_sender_of_two_heads(self):
        assert reading.read(letter(more=["From: a@b.test"])).senders == ("a@b.test", "li@exporter.test")

    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("Fri, 20 Nov 2026 10:00:00 +0800", datetime(2026, 11, 20, 2, tzinfo=UTC)),
            ("Fri, 20 Nov 2026 10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
            ("yesterday", None),
            ("Fri, 20 Nov 99999 10:00:00 +9999", None),
            ("", None),
        ],
    )
    def test_tell_when(self, value, moment):
        assert reading.read(letter(date=value)).sent_at == moment

    def test_are_cut(self):
        found = reading.read(letter(subject="x" * 1_000_000, more=[f"X-Long: {'y' * 1_000_000}"]))
        assert len(found.subject) == 500


class TestFaults:
    @pytest.mark.parametrize("depth", [9, 70, 5000])
    def test_nested_too_deeply(self, depth):
        assert reading.read(nested(depth)).fault == "NESTED"

    def test_nested_as_deeply_as_people_do(self):
        found = reading.read(nested(4))
        assert (found.fault, found.text) == ("", "The application has been accepted.")

    def test_mails_in_mails(self):
        content = b"".join(b"Content-Type: message/rfc822\r\n\r\n" for _ in range(50)) + letter()
        assert reading.read(content).fault == "NESTED"

    def test_too_many_parts(self):
        content = (
            b'From: a@b.test\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
            + b"--b\r\n\r\nx\r\n" * 150
        )
        assert reading.read(content + b"--b--").fault == "NESTED"

    @pytest.mark.parametrize(
        ("name", "kind"), [("winmail.dat", "application/octet-stream"), ("a.bin", "application/ms-tnef")]
    )
    def test_tnef(self, name, kind):
        assert reading.read(with_files((name, kind, b"\x78\x9f\x3e\x22"))).fault == "TNEF"

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00" * 1000,
            b"no head at all\r\n\r\nbody",
            b'From: a@b.test\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\ncut off',
            b'From: a@b.test\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\nno part',
            b"From: a@b.test\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        ],
    )
    def test_broken(self, content):
        assert reading.read(content).fault == "BROKEN"

    def test_huge(self):
        assert reading.read(letter() + b"x" * reading.MOST_BYTES).fault == "HUGE"

    def test_a_zip_bomb_is_named_and_not_opened(self):
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("bomb", b"\0" * 50_000_000)
        tracemalloc.start()
        found = reading.read(with_files(("photos.zip", "application/zip", packed.getvalue())))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (found.fault, found.attachments[0]["name"]) == ("", "photos.zip")
        assert peak < 10_000_000

    @pytest.mark.parametrize(
        "content",
        [
            b"Content-Type: multipart/mixed" + b";" * 2_000_000 + b"\r\n\r\n",
            b"Content-Type: text/plain; x=" + b'"\\' * 500_000 + b"\r\n\r\n",
            b"A: b\r\n" * 300_000 + b"\r\n",
            b"From: " + b"(" * 3_000_000 + b"\r\n\r\n",
            b"Subject: " + b"=?utf-8?Q?=41?= " * 200_000 + b"\r\n\r\n",
            b"Content-Type: text/html\r\n\r\n" + b"<" * 3_000_000,
            b"Content-Type: text/html\r\n\r\n" + b"<!--" * 1_000_000,
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 200_000,
            b"X: y\r\n" + b" z\r\n" * 500_000 + b"\r\n",
        ],
        ids=["semicolons", "quotes", "heads", "comments", "words", "tags", "remarks", "parts", "folds"],
    )
    def test_what_is_hostile_costs_little(self, content):
        began = time.process_time()
        reading.read(content)
        assert time.process_time() - began < 8

    def test_every_cut_of_a_mail_is_read_or_told(self):
        content = with_files(("a.pdf", "application/pdf", b"%PDF-1.4"), ("b.png", "image/png", b"\x89PNG"))
        for length in range(0, len(content), 7):
            assert reading.read(content[:length]).fault in {"", "BROKEN"}


class TestLettering:
    def test_strips_nothing_a_reader_sees(self):
        assert lettering.plain("a\n\n\n\n b\t c", 100) == "a\n\nb c"
