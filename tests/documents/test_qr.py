"""QR codes: inline, escaped, and readable (that they are read is shown on the printed page)."""

from xml.etree import ElementTree

from documents import qr


class TestSvg:
    def test_is_one_inline_drawing_without_styles(self):
        drawn = qr.svg("http://localhost:8000/v/abc/")
        assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
        assert ElementTree.fromstring(drawn).get("class") == "qr"
        assert "style=" not in drawn

    def test_escapes_its_title(self):
        assert "<script>" not in qr.svg("a", title="<script>alert(1)</script>")

    def test_is_the_same_each_time(self):
        assert qr.svg("same") == qr.svg("same")
