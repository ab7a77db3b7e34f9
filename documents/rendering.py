"""HTML to PDF/A-3a + PDF/UA-1, the same bytes every time, reaching no address at all.

Bytes from here carry no seal: only `documents.signing.seal` may take them. Every other caller is wrong.
"""

import functools
import gc
import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Engine

from documents import fonts, weasyprint_hooks

STYLESHEET = "css/print-sheet.css"
_one_at_a_time = threading.Lock()


class RenderFailed(Exception):
    """The document could not be printed as it should look; nothing was made."""


class ForbiddenAddress(RenderFailed):
    """The document asked for something outside itself. `address` is what it asked for."""

    def __init__(self, address: str):
        self.address = address
        super().__init__(f"The document asks for {address[:200]!r}; printing reaches no address.")


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF. `relationship` is PDF/A-3's: Data, Source, Alternative ..."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Data"


def render(
    *,
    template: str,
    context: dict,
    title: str,
    language: str,
    attachments: Iterable[Attachment] = (),
    created_at: datetime,
    stylesheet: str = STYLESHEET,
) -> bytes:
    """Print `template` with `context` to an unsigned PDF/A-3a + PDF/UA-1.

    `language` is the BCP 47 tag of the document, `created_at` the one moment written into it (aware).
    Raises `fonts.GlyphMissing`, `ForbiddenAddress` or `RenderFailed`.
    """
    return print_html(
        html_of(template, context),
        title=title,
        language=language,
        attachments=attachments,
        created_at=created_at,
        stylesheet=stylesheet,
    )


def html_of(template: str, context: dict) -> str:
    """The HTML that is printed. Escapes everything; knows Django's own tags and filters only."""
    return _templates().get_template(template).render(Context(context))


@functools.cache
def _templates() -> Engine:
    """An engine of our own: the product's would load the tags of every app into each printing worker."""
    return Engine(dirs=[str(settings.BASE_DIR / "templates")])


def print_html(
    html: str,
    *,
    title: str,
    language: str,
    attachments: Iterable[Attachment] = (),
    created_at: datetime,
    stylesheet: str = STYLESHEET,
) -> bytes:
    """Print HTML text; see `render`."""
    with _one_at_a_time:
        return _Press.of_this_process().print(html, title, language, attachments, created_at, stylesheet)


class _Press:
    """WeasyPrint warmed up once per process: fonts, style sheets, known shapes, and the hooks."""

    @classmethod
    @functools.cache
    def of_this_process(cls) -> "_Press":
        return cls()

    def __init__(self) -> None:
        with fonts.private_fontconfig(), weasyprint_hooks.without_second_subsetter():
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration

            self.fonts = FontConfiguration()
        self.weasyprint = weasyprint
        self.fetcher = _refusing_fetcher()
        self.watch = _Watch()
        self.sheets: dict[str, object] = {}
        weasyprint_hooks.install()
        self.shapes = weasyprint_hooks.Shapes()
        self.prints_to_settle = 2  # the seal, too, loads its library with the first document

    def print(
        self,
        html: str,
        title: str,
        language: str,
        attachments: Iterable[Attachment],
        created_at: datetime,
        stylesheet: str,
    ) -> bytes:
        source, sheet = self._parse(html), self._sheet(stylesheet)
        self.shapes.fit(source, sheet)
        try:
            with self._tidy():
                return self._lay_out(source, sheet, title, language, attachments, created_at)
        except BaseException as problem:
            self.shapes.forget()
            if isinstance(problem, self.weasyprint.urls.FatalURLFetchingError):
                raise ForbiddenAddress(str(problem)) from None
            raise

    def _lay_out(
        self,
        source: Any,
        sheet: Any,
        title: str,
        language: str,
        attachments: Iterable[Attachment],
        created_at: datetime,
    ) -> bytes:
        options = {
            "pdf_variant": "pdf/a-3a",
            "attachments": [self._attach(attachment, created_at) for attachment in attachments],
        }
        with self.watch as complaints:
            document = source.render(font_config=self.fonts, stylesheets=[sheet], **options)
            _describe(document.metadata, title, language, created_at)
            pdf = document.write_pdf(finisher=_finish, **options)
        if complaints:
            raise RenderFailed("; ".join(complaints))
        return pdf

    @contextmanager
    def _tidy(self) -> Iterator[None]:
        """Collect garbage after a print instead of during it, and never visit what stays for good."""
        gc.disable()
        try:
            yield
        finally:
            gc.enable()
            gc.collect()
            if self.prints_to_settle:
                gc.freeze()
                self.prints_to_settle -= 1

    def _parse(self, html: str) -> Any:
        source = weasyprint_hooks.read(html, self.fetcher)
        if missing := fonts.unprintable("".join(_printed_text(source.etree_element))):
            raise fonts.GlyphMissing(missing)
        return source

    def _sheet(self, name: str) -> Any:
        path = finders.find(name)
        if path is None:
            raise RenderFailed(f"The style sheet {name} is missing.")
        with open(path, "rb") as file:
            content = file.read()
        key = hashlib.sha256(content).hexdigest()
        if key not in self.sheets:
            self.sheets = {
                key: self.weasyprint.CSS(
                    string=content.decode(), font_config=self.fonts, url_fetcher=self.fetcher
                )
            }
        return self.sheets[key]

    def _attach(self, attachment: Attachment, created_at: datetime) -> Any:
        return self.weasyprint.Attachment(
            string=attachment.content,
            name=attachment.name,
            description=attachment.description,
            relationship=attachment.relationship,
            created=created_at.astimezone(UTC),
            modified=created_at.astimezone(UTC),
        )


@functools.cache
def _refusing_fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class RefusingFetcher(URLFetcher):
        """Fetches nothing. Fonts come from our folder by fontconfig, drawings stand in the HTML itself."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise FatalURLFetchingError(url)

    return RefusingFetcher()


class _Watch(logging.Handler):
    """Collects WeasyPrint's warnings: what it only mentions (a glyph, a font, a picture) fails the print."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.complaints: list[str] = []
        logging.getLogger("weasyprint").addHandler(self)
        logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

    def __enter__(self) -> list[str]:
        self.complaints = []
        return self.complaints

    def __exit__(self, *exception: object) -> None:
        return None

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(record.getMessage())


def _printed_text(element: Any) -> Iterator[str]:
    """The text that reaches the paper: of every element but head, script and style."""
    if not isinstance(element.tag, str) or element.tag in {"head", "script", "style"}:
        return
    yield element.text or ""
    for child in element:
        yield from _printed_text(child)
        yield child.tail or ""


def _describe(metadata: Any, title: str, language: str, created_at: datetime) -> None:
    moment = created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata.title = title
    metadata.lang = language
    metadata.created = metadata.modified = moment


def _finish(document: Any, pdf: Any) -> None:
    """Claim PDF/UA-1 beside PDF/A-3a, then serialise each object once instead of twice."""
    for position, item in enumerate(pdf.objects):
        if getattr(item, "extra", {}).get("Type") == "/Metadata":
            item.stream = [_claim_accessibility(b"".join(item.stream))]
        pdf.objects[position] = _Serialised(item)


class _Serialised:
    """A PDF object whose bytes were made: pydyf makes them once to write and once to hash."""

    def __init__(self, item: Any) -> None:
        self.number, self.generation, self.free = item.number, item.generation, item.free
        self.compressible, self.offset = item.compressible, item.offset
        self.data = b"" if item.free == "f" else item.data

    @property
    def indirect(self) -> bytes:
        return b"\n".join((b"%d %d obj" % (self.number, self.generation), self.data, b"endobj"))


def _claim_accessibility(metadata: bytes) -> bytes:
    """Insert pdfuaid into the one rdf:RDF there is (a second RDF breaks clause 5 of PDF/UA-1)."""
    end = b"</rdf:RDF>"
    if metadata.count(end) != 1:
        raise RenderFailed("The document's metadata has an unexpected form.")
    return metadata.replace(end, _PDFUA + end)


_PDFUA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 the document follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
