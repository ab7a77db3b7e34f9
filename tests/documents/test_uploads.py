"""What people bring: four kinds, told by structure; everything else is refused in words."""

import contextlib
import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib

import openpyxl
import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from documents import bounded, uploads
from tests.documents.test_verifying import _deep_arrays, _field_loop, _file, _loop_of_revisions, _stream


def pdf(change=None, **saving) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    target = io.BytesIO()
    document.save(target, **saving)
    return target.getvalue()


def picture(form="PNG", size=(40, 30), **saving) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, form, **saving)
    return target.getvalue()


def workbook() -> bytes:
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Dy 2.5 %"
    book.save(target)
    return target.getvalue()


def repacked(parts: dict[str, bytes]) -> bytes:
    """The workbook with `parts` added or replaced."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name not in parts:
                archive.writestr(name, source.read(name))
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def checked(content: bytes, name="evidence.bin"):
    return uploads.check(SimpleUploadedFile(name, content, content_type="text/html"))


def refused(content: bytes, match: str, name="evidence.pdf"):
    with pytest.raises(uploads.UploadRefused, match=match):
        checked(content, name)


class TestAccepted:
    @pytest.mark.parametrize(
        ("content", "media_type", "name"),
        [
            (pdf, uploads.PDF, "report.pdf"),
            (picture, uploads.PNG, "report.png"),
            (lambda: picture("JPEG"), uploads.JPEG, "report.jpg"),
            (lambda: picture("JPEG", progressive=True), uploads.JPEG, "report.jpg"),
            (workbook, uploads.XLSX, "report.xlsx"),
        ],
    )
    def test_by_structure_whatever_the_name_says(self, content, media_type, name):
        given = content()
        found = checked(given, "report.exe")
        assert found.media_type == media_type
        assert found.content == given
        assert found.name == name.replace("report", "report.exe")

    def test_keeps_what_the_camera_wrote(self):
        exif = Image.Exif()
        exif[0x010F] = "Demonstration camera"
        photograph = picture("JPEG", exif=exif)
        assert checked(photograph).content == photograph

    def test_lets_cameras_append_a_second_picture(self):
        assert checked(picture("JPEG", (90, 60)) + picture("JPEG")).media_type == uploads.JPEG

    def test_accepts_a_scan_with_a_start_page(self):
        def open_at_first(document):
            document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])

        assert checked(pdf(open_at_first)).media_type == uploads.PDF


class TestSafeName:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\scans\\Bericht.PDF", "Bericht.PDF"),
            ("re\u202eport\r\n.pdf", "report.pdf"),
            ("", "file.pdf"),
            ("...", "file.pdf"),
            ("成分报告.pdf", "成分报告.pdf"),
            ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ],
    )
    def test_is_plain(self, given, kept):
        assert uploads.safe_name(given, uploads.PDF) == kept


class TestSize:
    def test_is_measured_while_reading(self, settings):
        settings.UPLOAD_MAX_BYTES = 1000
        upload = SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 2000)
        upload.size = 10
        with pytest.raises(uploads.UploadRefused, match="larger than 1000"):
            uploads.check(upload)

    def test_of_nothing_is_refused(self):
        with pytest.raises(uploads.UploadRefused, match="empty"):
            uploads.check(SimpleUploadedFile("a.pdf", b""))


class TestOtherKinds:
    @pytest.mark.parametrize(
        "content",
        [
            b"MZ\x90\0",
            b"<html><script>alert(1)</script>",
            b"GIF89a",
            b"\xd0\xcf\x11\xe0",
            b"plain text",
            b"\n%PDF-1.7\n%%EOF",
        ],
    )
    def test_are_refused(self, content):
        refused(content, "none of them")

    def test_include_other_zip_files(self):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("a.txt", "a")
        refused(target.getvalue(), "another kind of ZIP")


class TestTwoKindsAtOnce:
    def test_pdf_and_zip(self):
        target = io.BytesIO(pdf())
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr("a.txt", "a")
        refused(target.getvalue(), "two kinds")

    def test_picture_and_pdf(self):
        refused(picture("JPEG", comment=b"%PDF-1.7"), "two kinds")

    def test_pdf_and_page(self):
        refused(b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "two kinds")

    @pytest.mark.parametrize("content", [pdf, picture, lambda: picture("JPEG"), workbook])
    def test_anything_added_after_the_end(self, content):
        refused(content() + b"MZ and more", "after the end|two kinds|damaged")


class TestPdf:
    def test_that_is_locked(self):
        refused(pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "password")

    @pytest.mark.parametrize(
        "action",
        [
            "/JavaScript /JS (app.alert(1))",
            "/Launch /F (cmd.exe)",
            "/SubmitForm /F (http://a)",
            "/GoToE /T <</R /C>>",
        ],
    )
    def test_that_acts(self, action):
        catalogue = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S %s>>>>" % action.encode()
        refused(_pages(catalogue), "programs or actions")

    def test_that_hides_its_action_in_an_object_stream(self):
        def act(document):
            document.Root.Names = pikepdf.Dictionary(
                JavaScript=pikepdf.Dictionary(
                    Names=[
                        "a",
                        document.make_indirect(
                            pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
                        ),
                    ]
                )
            )

        refused(pdf(act, object_stream_mode=pikepdf.ObjectStreamMode.generate), "programs or actions")

    def test_that_carries_files(self):
        def attach(document):
            document.attachments["a.exe"] = b"MZ"

        refused(pdf(attach), "other files inside")

    def test_that_unpacks_without_end(self):
        bomb = _stream(b"/Filter/FlateDecode", zlib.compress(b"\0" * 300_000_000, 9))
        refused(_pages(b"<</Type/Catalog/Pages 2 0 R>>", bomb), "unpacks")

    def test_that_has_too_many_pages(self):
        refused(pdf(lambda document: [document.add_blank_page() for _ in range(300)]), "more than 300")

    @pytest.mark.parametrize("content", [_loop_of_revisions, _field_loop, _deep_arrays])
    def test_that_is_twisted_never_hurts(self, content):
        refused(content(), "damaged|takes too long|unpacks|no pages")

    def test_that_is_cut(self):
        refused(pdf()[:-40] + b"%%EOF", "damaged|no pages")

    def test_damaged_at_random_is_accepted_or_refused(self):
        chance, whole = random.Random(11), pdf()
        for _ in range(6):
            changed = bytearray(whole)
            for place in chance.sample(range(10, len(changed)), 20):
                changed[place] = chance.randrange(256)
            with contextlib.suppress(uploads.UploadRefused):
                assert checked(bytes(changed)).media_type == uploads.PDF


class TestPicture:
    def test_with_too_many_pixels(self):
        header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
        refused(_png(header, zlib.compress(b"\0" * 1000)), "60 million")

    def test_that_is_broken(self):
        whole = picture(size=(300, 300))
        refused(whole[:60] + b"\0" * 20 + whole[80:], "damaged")

    def test_that_is_cut(self):
        refused(picture("JPEG", (300, 300))[:-300], "damaged")

    def test_that_never_ends_its_marks_is_refused_soon(self):
        refused(b"\xff\xd8\xff" + b"\xff\xe0\x00\x02" * 500_000, "damaged")


class TestWorkbook:
    @pytest.mark.parametrize(
        ("name", "content", "match"),
        [
            ("xl/vbaProject.bin", b"a", "programs or actions"),
            ("xl/macrosheets/sheet1.xml", b"<a/>", "programs or actions"),
            ("xl/externalLinks/externalLink1.xml", b"<a/>", "other files inside"),
            ("xl/embeddings/oleObject1.bin", b"a", "other files inside"),
            (
                "xl/workbook.xml",
                b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
                "programs",
            ),
            ("../../a.xml", b"<a/>", "damaged"),
            ("[Content_Types].xml", b"<Types>wordprocessingml.document.main+xml</Types>", "damaged"),
            ("xl/bomb.xml", b"\0" * 120_000_000, "unpacks"),
        ],
    )
    def test_with_something_else_inside(self, name, content, match):
        refused(repacked({name: content}), match)

    def test_that_lies_about_its_sizes(self):
        honest = repacked({"xl/bomb.xml": b"\0" * 120_000_000})
        refused(honest.replace(struct.pack("<I", 120_000_000), struct.pack("<I", 1000)), "damaged|unpacks")


class TestBoundedChild:
    def test_has_no_network_and_writes_no_file(self, tmp_path):
        code = (
            "import runpy, signal, socket; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"child = runpy.run_path({str(bounded.PROGRAM)!r}); child['_limit']()\n"
            "try: socket.create_connection(('127.0.0.1', 9)); print('reached')\n"
            "except OSError as refused: print(refused)\n"
            f"try: open({str(tmp_path / 'a')!r}, 'w').write('x' * 9999); print('written')\n"
            "except OSError: print('not written')\n"
        )
        answer = subprocess.run(
            [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        assert answer.stdout.splitlines() == ["This process has no network.", "not written"]

    def test_that_runs_out_of_memory_is_only_too_costly(self, monkeypatch, tmp_path):
        greedy = tmp_path / "greedy.py"
        greedy.write_text(
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))\nb'x' * 2**30"
        )
        monkeypatch.setattr(bounded, "PROGRAM", greedy)
        refused(pdf(), "takes too long")


def _pages(catalogue: bytes, *more: bytes) -> bytes:
    return _file(
        catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        *more,
    )


def _png(header: bytes, data: bytes) -> bytes:
    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
