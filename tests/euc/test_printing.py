"""The printed certificate: complete, in both languages, readable by people, phones and machines."""

import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import jsonschema
import pytest

from documents import fonts, rendering
from euc import printing
from tests.documents import poppler, samples

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "euc-document-1.json"


def printed(content=None, issue=None, **options):
    return printing.certificate_pdf(
        content=content or samples.content(), issue=issue or samples.issue(), **options
    )


def words(pdf, folder):
    """The text of the pages with all white space made one space."""
    return re.sub(r"\s+", " ", poppler.text(pdf, folder))


def squeezed(text):
    """Without white space and hyphens: what line ends leave alone."""
    return re.sub(r"[\s-]+", "", text)


def running(pdf, folder):
    """The text in reading order, squeezed."""
    return squeezed(poppler.run("pdftotext", str(_put(pdf, folder)), "-"))


@pytest.fixture(scope="module")
def pdf():
    return printed()


class TestCertificatePdf:
    def test_says_everything_in_english_and_chinese(self, pdf, tmp_path):
        text = running(pdf, tmp_path)
        content = samples.content()
        for phrase in (
            "End-User and End-Use Certificate",
            "最终用户和最终用途证明",
            "致：中华人民共和国商务部",
            content["reference"],
            content["order"]["number"],
            content["parties"]["exporter"]["name"],
            content["parties"]["exporter"]["name_zh"],
            content["parties"]["importer"]["name"],
            content["parties"]["importer"]["name_zh"],
            content["end_use"]["purpose"],
            content["end_use"]["purpose_zh"],
            content["signatory"]["name"],
            content["signatory"]["authority"],
            samples.issue()["approved_by"]["name"],
            samples.issue()["issued_by"]["name"],
            "21 November 2026",
            "2027年11月20日",
            "8505 11 10 00",
            "1C904.a,",
            "1C905.a",
            "公章",
            "中国驻印度使馆经济商务处认证",
        ):
            assert squeezed(phrase) in text, phrase
        for clause in content["undertakings"][0]["clauses"]:
            assert squeezed(clause["en"]) in text
            assert squeezed(clause["zh"]) in text

    def test_leads_a_phone_to_the_verification_page(self, pdf, tmp_path):
        picture = cv2.imread(str(poppler.first_page(pdf, tmp_path)))
        found, _corners, _straight = cv2.QRCodeDetector().detectAndDecode(picture)
        assert found == samples.VERIFY_URL

    def test_prints_the_address_in_words_too(self, pdf, tmp_path):
        assert samples.VERIFY_URL in words(pdf, tmp_path)

    def test_numbers_its_pages_and_names_itself_on_each(self, pdf, tmp_path):
        pages = poppler.text(pdf, tmp_path).rstrip("\f").split("\f")
        for number, page in enumerate(pages, 1):
            assert f"Page {number} of {len(pages)}" in page
            assert f"第{number}页共{len(pages)}页" in squeezed(page)
            assert f"SHA-256 {samples.issue()['content_hash'][:16]}" in page
            assert samples.content()["reference"] in page

    def test_marks_a_demonstration_on_each_page(self, pdf, tmp_path):
        pages = poppler.text(pdf, tmp_path).rstrip("\f").split("\f")
        assert all("DEMONSTRATION 演示数据" in page for page in pages)
        assert "Demonstration data. Not a certificate." in words(pdf, tmp_path)

    def test_marks_nothing_when_it_is_real(self, tmp_path):
        content = samples.content(demonstration=False)
        for person in (content["signatory"], *(issue := samples.issue()).values()):
            if isinstance(person, dict):
                person["name"] = "A. B."
        text = words(printed(content, issue), tmp_path)
        assert "DEMONSTRATION" not in text
        assert "DRAFT" not in text

    def test_carries_its_data_inside(self, pdf, tmp_path):
        inside = poppler.attachment(pdf, tmp_path, "certificate.json")
        assert inside == printing.certificate_json(content=samples.content(), issue=samples.issue())

    def test_prints_hindi_clauses_when_asked(self, pdf, tmp_path):
        clause = squeezed(samples.CLAUSES[0]["hi"])
        hindi = printed(hindi=True)
        assert clause in running(hindi, tmp_path)
        assert clause not in squeezed(poppler.text(pdf, tmp_path))

    @pytest.mark.parametrize("lines", [10, 60])
    def test_repeats_the_table_head_and_splits_no_row(self, lines, tmp_path):
        pages = poppler.text(printed(samples.content(lines=lines)), tmp_path).rstrip("\f").split("\f")
        with_goods = [page for page in pages if re.search(r"8505 11 90", page)]
        assert len(with_goods) > 1
        for page in with_goods:
            assert "Net weight, kg" in page
            # A row split over two pages would show only one of its two tariff codes on a page.
            assert page.count("8505 11 90") == page.count("8505 11 10 00")
        assert sum(page.count("8505 11 90") for page in pages) == lines

    def test_keeps_long_texts_whole(self, tmp_path):
        content = samples.content()
        content["end_use"]["purpose"] = "Rotormagnets! " * 150
        content["goods"][0]["description"] = "Magnet" * 40
        content["undertakings"][0]["clauses"][0]["en"] = "Undertaken! " * 120
        text = running(printed(content), tmp_path)
        assert text.count("Rotormagnets!") == 150
        assert text.count("Undertaken!") == 120
        assert "Magnet" * 40 in text

    def test_prints_markup_as_text(self, tmp_path):
        content = samples.content()
        content["parties"]["importer"]["name"] = "<img src=file:///etc/passwd> & {{ 7|add:7 }} {% now 'Y' %}"
        assert squeezed(content["parties"]["importer"]["name"]) in running(printed(content), tmp_path)

    def test_refuses_a_name_it_cannot_print(self):
        content = samples.content()
        content["parties"]["exporter"]["name_zh"] = "宁波𠮷磁材"
        with pytest.raises(fonts.GlyphMissing, match=r"U\+20BB7"):
            printed(content)

    def test_refuses_to_run_without_its_style_sheet(self, monkeypatch):
        monkeypatch.setattr(rendering.finders, "find", lambda name: None)
        with pytest.raises(rendering.RenderFailed, match="style sheet"):
            printed()

    def test_prints_one_block_for_a_firm_in_several_roles(self, pdf, tmp_path):
        assert words(pdf, tmp_path).count(samples.content()["parties"]["importer"]["name"]) == 1
        assert "Importer, consignee, end" in words(pdf, tmp_path)


class TestTemplate:
    def test_is_well_formed_and_so_read_by_the_fast_parser(self):
        for content in (samples.content(lines=3), {}):
            html = rendering.html_of(printing.TEMPLATE, printing.preview_context(content))
            assert ElementTree.fromstring(html).tag == "html"
        issued = printing.print_context(samples.content(), samples.issue(), hindi=True)
        assert ElementTree.fromstring(rendering.html_of(printing.TEMPLATE, issued)).tag == "html"


class TestCertificateJson:
    def test_is_canonical(self):
        data = printing.certificate_json(content=samples.content(), issue=samples.issue())
        assert data == printing.canonical(json.loads(data))
        assert "最终用途" not in data.decode("ascii", errors="ignore")

    def test_follows_the_published_schema(self):
        data = json.loads(printing.certificate_json(content=samples.content(), issue=samples.issue()))
        jsonschema.validate(data, json.loads(SCHEMA.read_text()))

    def test_refuses_what_json_has_no_word_for(self):
        with pytest.raises(ValueError, match="Out of range"):
            printing.canonical({"a": float("nan")})


class TestPreview:
    def html(self, content):
        return rendering.html_of("euc/print/_sheet.html", printing.preview_context(content))

    def test_is_marked_as_a_draft(self):
        html = self.html(samples.content())
        assert "DRAFT" in html
        assert "草案" in html
        assert "<svg" not in html

    def test_stands_an_empty_draft(self):
        empty = {
            "parties": {},
            "order": {},
            "goods": [{}],
            "end_use": {},
            "undertakings": [],
            "signatory": {},
        }
        assert "DRAFT" in self.html(empty)
        assert "DRAFT" in self.html({})

    def test_keeps_to_the_content_security_policy(self):
        html = self.html(samples.content())
        assert "style=" not in html
        assert "<style" not in html
        assert "<script" not in html
        assert "src=" not in html

    def test_shows_the_very_words_of_the_print(self, pdf, tmp_path):
        html = self.html(samples.content())
        for clause in samples.CLAUSES:
            assert clause["zh"] in html


class TestKilograms:
    @pytest.mark.parametrize(
        ("milligrams", "text"),
        [
            (0, "0.000"),
            (1, "0.000001"),
            (950_000, "0.950"),
            (1_200_000_000, "1,200.000"),
            (1_203_000_003, "1,203.000003"),
            (1_000_500_010, "1,000.50001"),
            (None, ""),
        ],
    )
    def test_has_three_decimals_or_as_many_as_it_needs(self, milligrams, text):
        assert printing.kilograms(milligrams) == text


class TestPrintedText:
    def test_gathers_every_string(self):
        text = printing.printed_text(samples.content())
        assert samples.CLAUSES[0]["zh"] in text
        assert fonts.unprintable(text) == []

    def test_finds_what_would_not_print(self):
        content = samples.content()
        content["goods"][0]["description_zh"] = "磁体🧲"
        assert fonts.unprintable(printing.printed_text(content)) == ["🧲"]


class TestSameBytes:
    def test_for_the_same_certificate(self, pdf):
        assert hashlib.sha256(printed()).digest() == hashlib.sha256(pdf).digest()


def _put(pdf, folder):
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    return file
