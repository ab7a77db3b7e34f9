"""Printing: the same bytes every time, no address reached, no missing character let through."""

import re
import socket
import subprocess
import sys
import zlib

import pytest

from documents import fonts, rendering, weasyprint_hooks
from tests.documents import poppler, samples
from tests.documents.conftest import AT

ADDRESSES = {
    "picture": '<img alt="a" src="{}">',
    "picture set": '<img alt="a" srcset="{} 2x" src="{}">',
    "object": '<object data="{}" type="image/png">a</object>',
    "embed": '<embed src="{}" type="image/png">',
    "style sheet": '<link rel="stylesheet" href="{}">',
    "attachment link": '<link rel="attachment" href="{}">',
    "attachment anchor": '<a rel="attachment" href="{}">a</a>',
    "import": '<style>@import url("{}");</style>',
    "font face": '<style>@font-face {{ font-family: X; src: url("{}") }} p {{ font-family: X }}</style>',
    "background": '<style>p {{ background: url("{}") }}</style>',
    "list mark": '<style>li {{ list-style-image: url("{}") }}</style><ul><li>a</li></ul>',
    "content": '<style>p::before {{ content: url("{}") }}</style>',
    "border image": '<style>p {{ border: 1px solid; border-image-source: url("{}") }}</style>',
    "page background": '<style>@page {{ background: url("{}") }}</style>',
    "page margin": '<style>@page {{ @top-left {{ content: url("{}") }} }}</style>',
    "style attribute": "<p style=\"background-image: url('{}')\">a</p>",
    "drawing image": '<svg><image href="{}" width="9" height="9"/></svg>',
    "drawing use": '<svg><use href="{}#a"/></svg>',
    "base": '<base href="{}"><img alt="a" src="x.png">',
}


def printed(html="<p>Certificate 证明 प्रमाणपत्र</p>", **changes):
    page = f'<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><p>x</p>{html}</body></html>'
    return rendering.print_html(page, **{"title": "Title", "language": "en", "created_at": AT, **changes})


@pytest.fixture
def no_network(monkeypatch):
    """Any attempt to connect or to look a name up is recorded."""
    tried = []

    def refuse(*args, **kwargs):
        tried.append(args)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


class TestAddresses:
    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA"]
    )
    @pytest.mark.parametrize("vector", ADDRESSES)
    def test_are_never_reached(self, vector, address, no_network, tmp_path):
        try:
            pdf = printed(ADDRESSES[vector].format(address, address))
        except rendering.RenderFailed:
            pdf = b""
        assert no_network == []
        assert not pdf or "root:" not in poppler.text(pdf, tmp_path)

    @pytest.mark.parametrize("vector", ["picture", "background", "style sheet", "font face"])
    def test_stop_the_print(self, vector):
        with pytest.raises(rendering.ForbiddenAddress, match="reaches no address") as refused:
            printed(ADDRESSES[vector].format(*["http://192.0.2.1/x"] * 2))
        assert refused.value.address.startswith("http://192.0.2.1/x")


class TestCharacters:
    def test_without_a_glyph_stop_the_print_and_are_named(self):
        with pytest.raises(fonts.GlyphMissing, match=r"𠮷 \(U\+20BB7\)") as refused:
            printed("<p>株式会社𠮷野</p>")
        assert refused.value.characters == ("𠮷",)

    def test_made_by_the_style_sheet_stop_it_too(self):
        with pytest.raises(rendering.RenderFailed, match="notdef"):
            printed('<style>p::after { content: "🧲" }</style>')

    def test_come_back_as_text(self, tmp_path):
        assert "Certificate 证明 प्रमाणपत्र" in poppler.text(printed(), tmp_path)

    def test_come_from_our_fonts_only(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(printed('<p style="font-family: Courier, serif">plain</p>'))
        listed = poppler.run("pdffonts", str(tmp_path / "a.pdf"))
        assert re.findall(r"^[A-Z]{6}\+(\S+)", listed, re.MULTILINE)
        assert all("Noto-Sans" in line for line in listed.splitlines()[2:])


class TestProfile:
    def test_claims_pdf_a_3a_and_pdf_ua_1_in_one_rdf(self):
        metadata = _metadata(printed())
        assert b'pdfaid:part="3" pdfaid:conformance="A"' in metadata
        assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert metadata.count(b"<rdf:RDF") == 1

    def test_names_title_language_and_moment(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(printed(title="证明 A"))
        about = poppler.run("pdfinfo", "-isodates", str(tmp_path / "a.pdf"))
        assert re.search(r"Title:\s+证明 A", about)
        assert re.search(r"Tagged:\s+yes", about)
        assert re.search(r"CreationDate:\s+2026-11-21T07:45:00", about)

    def test_carries_attachments_as_data(self, tmp_path):
        note = rendering.Attachment("note.json", b'{"a":1}', "A note")
        pdf = printed(attachments=[note])
        assert poppler.attachment(pdf, tmp_path, "note.json") == b'{"a":1}'


class TestSameBytes:
    def test_in_another_process_and_time_zone(self, tmp_path):
        program = (
            "import os, sys, hashlib, django; django.setup()\n"
            "from tests.documents import test_rendering\n"
            "print(hashlib.sha256(test_rendering.printed()).hexdigest())"
        )
        answers = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**_environment(tmp_path), "PYTHONHASHSEED": seed, "TZ": zone},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
        }
        assert len(answers) == 1

    def test_with_kept_styles_and_without(self, monkeypatch):
        def pages(lines):
            from euc import printing

            contents = [samples.content(lines=lines, reference=f"EUC/{n}/2026-27/0001") for n in range(3)]
            issues = [samples.issue(verify_url=f"http://localhost:8000/v/{'x' * 9 * n}/") for n in range(3)]
            return [
                printing.certificate_pdf(content=c, issue=i) for c, i in zip(contents, issues, strict=True)
            ]

        kept = pages(1) + pages(2)
        monkeypatch.setattr(weasyprint_hooks.Shapes, "fit", lambda *args: None)
        assert pages(1) + pages(2) == kept

    def test_after_a_failed_print(self):
        before = printed()
        with pytest.raises(fonts.GlyphMissing):
            printed("<p>𠮷</p>")
        assert printed() == before

    def test_serialised_once_or_twice(self, monkeypatch):
        once = printed()

        def finish_plainly(document, pdf):
            for item in pdf.objects:
                if getattr(item, "extra", {}).get("Type") == "/Metadata":
                    item.stream = [rendering._claim_accessibility(b"".join(item.stream))]

        monkeypatch.setattr(rendering, "_finish", finish_plainly)
        assert printed() == once


class TestHooks:
    def test_know_the_version_they_reach_into(self):
        import weasyprint

        assert weasyprint.__version__ == "70.0", (
            "read documents/weasyprint_hooks.py again before raising the pin"
        )


def _metadata(pdf: bytes) -> bytes:
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"<x:xmpmeta" in plain:
            return plain
    raise AssertionError("no metadata")


def _environment(folder):
    import os

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EUC_VAR_DIR": str(folder),
        "EUC_MODE": "test",
    }
