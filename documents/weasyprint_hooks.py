"""The few places where printing reaches inside WeasyPrint 70 (pinned): each small, each with its reason.

None changes what is printed; `speak_indic_text` adds what WeasyPrint leaves out.
"""

import functools
import sys
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

FULL_FACE = 4_000_000
DEFLATE_LEVEL = 6
_SECOND_SUBSETTER = ("fontTools.subset", "fontTools.varLib", "fontTools.varLib.instancer")
SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def install() -> None:
    """Put all hooks in place, once per process."""
    speak_indic_text()
    copy_no_full_faces()
    keep_styles()
    deflate_once()
    keep_shaped_text()


@contextmanager
def without_second_subsetter() -> Iterator[None]:
    """Import WeasyPrint without fontTools' subsetter: 14 MB for each worker that are never used.

    It stands in for a missing HarfBuzz-Subset with a warning, and a warning fails the print.
    """
    names = [name for name in _SECOND_SUBSETTER if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in names})
    for name in names:
        sys.modules[name].__dict__["instantiateVariableFont"] = None
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


def read(html: str, url_fetcher: Any) -> Any:
    """The parsed document: by the C parser when it is well-formed XML, as our templates are, else as HTML.

    The HTML parser, written in Python, takes twenty times as long.
    """
    from cssselect2 import ElementWrapper
    from weasyprint import HTML

    try:
        root = ElementTree.fromstring(html)  # noqa: S314 - written by our own, escaping templates
    except ElementTree.ParseError:
        return HTML(string=html, url_fetcher=url_fetcher)
    source = HTML.__new__(HTML)
    source.base_url, source.url_fetcher, source.media_type = None, url_fetcher, "print"
    source.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
    source.etree_element = source.wrapper_element.etree_element
    return source


def speak_indic_text() -> None:
    """Give Indic text its characters beside its glyphs, or copies, searches and screen readers get garbage."""
    from weasyprint import draw

    draw_text = draw.draw_text

    def draw_and_speak(stream, textbox, *args, **kwargs):
        if textbox.text.isascii() or not any("\u0900" <= letter <= "\u0dff" for letter in textbox.text):
            return draw_text(stream, textbox, *args, **kwargs)
        spoken = b"\xfe\xff" + textbox.text.encode("utf-16-be")
        stream.stream.append(b"/Span <</ActualText <" + spoken.hex().encode() + b">>> BDC")
        draw_text(stream, textbox, *args, **kwargs)
        return stream.end_marked_content()

    draw.draw_text = draw_and_speak


def copy_no_full_faces() -> None:
    """Do not copy 10 MB of Chinese font per weight and document: only subsets are ever embedded.

    A face that could not be subset would be embedded empty; WeasyPrint warns then, which fails the print.
    """
    from weasyprint.pdf import fonts
    from weasyprint.text.ffi import harfbuzz

    get_hb_object_data = fonts.get_hb_object_data

    def get_subsets_only(hb_object, ot_color=None, glyph=None):
        if ot_color is None and _blob_length(harfbuzz, hb_object) > FULL_FACE:
            return b"\0\1\0\0"
        return get_hb_object_data(hb_object, ot_color, glyph)

    fonts.get_hb_object_data = get_subsets_only


def _blob_length(harfbuzz, face) -> int:
    blob = harfbuzz.hb_face_reference_blob(face)
    length = harfbuzz.hb_blob_get_length(blob)
    harfbuzz.hb_blob_destroy(blob)
    return length


def keep_styles() -> None:
    """Use the styles of an earlier document of the same shape (see `Shapes`) instead of the cascade."""
    from weasyprint import document

    get_all_computed_styles = document.get_all_computed_styles

    def get_or_keep(html, user_stylesheets, presentational_hints, font_config, counter_style, *args):
        def compute():
            return get_all_computed_styles(
                html, user_stylesheets, presentational_hints, font_config, counter_style, *args
            )

        shape = getattr(html, "shape", None)
        if shape is None:
            return compute()
        if shape.styles is None:
            shape.styles, shape.counter_styles = compute(), dict(counter_style)
        counter_style.update(shape.counter_styles)
        return shape.styles

    document.get_all_computed_styles = get_or_keep


def deflate_once() -> None:
    """Deflate at zlib's usual level, and the stream of objects once instead of twice.

    pydyf's level 9 takes three times as long to save half a per cent.
    """
    import pydyf

    def deflated(stream):
        packed = b"\n".join(map(pydyf._to_bytes, stream.stream))
        extra = pydyf.Dictionary(stream.extra.copy())
        if stream.compress:
            packed = zlib.compress(packed, DEFLATE_LEVEL)
            extra["Filter"] = "/FlateDecode"
        extra["Length"] = len(packed)
        return b"\n".join((extra.data, b"stream", packed, b"endstream"))

    def data(stream):
        if stream.extra.get("Type") != "/ObjStm":
            return deflated(stream)
        if not hasattr(stream, "deflated"):
            stream.deflated = deflated(stream)
        return stream.deflated

    pydyf.Stream.data = property(data)


def keep_shaped_text() -> None:
    """Draw text from the shapes it was measured with; WeasyPrint drops them and shapes all text again."""
    from weasyprint.text.line_break import Layout

    reactivate = Layout.reactivate

    def reactivate_justified(layout, style):
        if layout.justification_spacing:
            reactivate(layout, style)

    Layout.deactivate = lambda layout: None
    Layout.reactivate = reactivate_justified


class Shape:
    """The tree of one printed document and the styles computed for its elements."""

    def __init__(self, source):
        self.tree, self.wrapper = source.etree_element, source.wrapper_element
        self.styles = self.counter_styles = None


class Shapes:
    """Documents that differ in words only share one tree: words are put into the tree that has its styles."""

    def __init__(self, most: int = 4):
        self.most = most
        self.known: OrderedDict[tuple, Shape] = OrderedDict()

    def fit(self, source, sheet) -> None:
        """Let `source`, printed with `sheet`, stand on a known tree of its shape, or become the known one."""
        key = (id(sheet), *outline(source.etree_element))
        if None in key:
            return
        if shape := self.known.get(key):
            self.known.move_to_end(key)
            put_words(source.etree_element, shape.tree)
            source.etree_element, source.wrapper_element = shape.tree, shape.wrapper
        else:
            shape = self.known[key] = Shape(source)
            if len(self.known) > self.most:
                self.known.popitem(last=False)
        source.shape = shape

    def forget(self) -> None:
        """After a failed print nothing is trusted any more."""
        self.known.clear()


def outline(element) -> Iterator:
    """All that decides styles: tags, attributes, nesting. None where styles hang on more than that."""
    drawing = str(element.tag).startswith(SVG)
    if {"id", "style"} & element.attrib.keys() or element.tag in ("style", "link"):
        yield None
    yield element.tag
    yield len(element)
    if not drawing:
        yield tuple(element.items())
    for child in element:
        yield from outline(child)


def put_words(source, target) -> None:
    """Copy text (and the attributes of drawings, which carry no styles) onto the same tree of elements."""
    for new, old in zip(source.iter(), target.iter(), strict=True):
        old.text, old.tail = new.text, new.tail
        old.attrib.clear()
        old.attrib.update(new.attrib)
