"""What people bring: told apart by structure, never by name or promised type, and refused in clear words."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NoReturn

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents import bounded, scanning

CSV = "text/csv"
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A photograph, its preview and its depth picture: what cameras write one after another.
MOST_PICTURES = 4
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
_START_OF_IMAGE, _END_OF_IMAGE = 0xD8, 0xD9

REFUSALS = {
    "ENCRYPTED": gettext_lazy("The file is locked with a password. Save it without one and upload it again."),
    "ACTIVE": gettext_lazy(
        "The file contains programs or actions (JavaScript, macros, launching). Save it without them, "
        "for example by printing to PDF."
    ),
    "EMBEDDED": gettext_lazy("The file carries other files inside. Upload each file by itself."),
    "PAGES": gettext_lazy("The document has no pages or more than 300. Upload a shorter extract."),
    "PIXELS": gettext_lazy("The picture has more than 60 million pixels. Save it smaller."),
    "TOO_LARGE_INSIDE": gettext_lazy("The file unpacks to far more than its size. Save it again, smaller."),
    "UNREADABLE": gettext_lazy(
        "The file is damaged or incomplete. Open it, save it anew and upload it again."
    ),
}


class UploadRefused(ValueError):
    """The file is not accepted; `message` says why and what to do, in the reader's language."""

    def __init__(self, message: str):
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class CheckedUpload:
    """Bytes that passed, with a safe name and the type their structure shows."""

    content: bytes
    name: str
    media_type: str


def check(upload: UploadedFile) -> CheckedUpload:
    """Read `upload` and return it checked. Raises `UploadRefused`."""
    content = _read(upload)
    media_type = _kind(content)
    _refuse_two_kinds(content, media_type)
    _whole[media_type](content)
    _ask_child(content, media_type)
    _scan(content)
    return CheckedUpload(content, safe_name(upload.name, media_type), media_type)


def safe_name(name: str | None, media_type: str) -> str:
    """A file name without folders, controls or direction marks, ending as its type ends."""
    plain = unicodedata.normalize("NFC", (name or "").replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    ending = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", XLSX: ".xlsx", CSV: ".csv"}[media_type]
    path = PurePosixPath(plain or "file")
    same = path.suffix.lower() == ending or (media_type == JPEG and path.suffix.lower() == ".jpeg")
    stem = path.stem if same else path.name
    return f"{stem[: 120 - len(ending)]}{path.suffix if same else ending}"


def _read(upload: UploadedFile) -> bytes:
    """Read in pieces and stop at the limit, whatever size was promised."""
    pieces, size = [], 0
    for piece in upload.chunks(64 * 1024):
        size += len(piece)
        if size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise UploadRefused(_("The file is larger than %(limit)s.") % {"limit": limit})
        pieces.append(piece)
    if not size:
        raise UploadRefused(_("The file is empty."))
    return b"".join(pieces)


def _kind(content: bytes) -> str:
    for start, media_type in (
        (b"%PDF-", PDF),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
        (b"PK\x03\x04", XLSX),
    ):
        if content.startswith(start):
            return media_type
    raise UploadRefused(_("Only PDF, PNG, JPEG and XLSX files are accepted; this file is none of them."))


def _refuse_two_kinds(content: bytes, media_type: str) -> None:
    """Refuse files that another program would read as something else (polyglots)."""
    other_zip = media_type != XLSX and zipfile.is_zipfile(io.BytesIO(content))
    other_pdf = media_type != PDF and b"%PDF-" in content[:4096]
    other_page = media_type != XLSX and re.search(rb"<(!doctype|html|script|svg|\?php)", content[:1024], re.I)
    if other_zip or other_pdf or other_page:
        raise UploadRefused(
            _("The file pretends to be two kinds of file at once. Save it anew and upload it again.")
        )


def _whole_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        _refuse("UNREADABLE")
    if content[end + 5 :].strip(b"\r\n \t\0"):
        _refuse_trailing()


def _whole_png(content: bytes) -> None:
    place = 8
    while place + 12 <= len(content):
        length, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            if content[place:]:
                _refuse_trailing()
            return
    _refuse("UNREADABLE")


def _whole_jpeg(content: bytes) -> None:
    """Walk to the end of the picture; cameras may append further JPEG pictures, nothing else may follow."""
    place = 0
    for _picture in range(MOST_PICTURES):
        place = _jpeg_end(content, place)
        place += len(content[place:]) - len(content[place:].lstrip(b"\0"))
        if place == len(content):
            return
        if content[place : place + 3] != b"\xff\xd8\xff":
            _refuse_trailing()
    _refuse_trailing()


def _jpeg_end(content: bytes, start: int) -> int:  # noqa: RET503 - the last line never returns
    """Where the JPEG that starts at `start` ends; picture data and restart marks are jumped over."""
    place = start + 2
    while found := _JPEG_MARKER.search(content, place):
        marker = content[found.end() - 1]
        if marker == _END_OF_IMAGE:
            return found.end()
        length = int.from_bytes(content[found.end() : found.end() + 2])
        if length < 2 or marker == _START_OF_IMAGE:
            break
        place = found.end() + length
    _refuse("UNREADABLE")


def _whole_workbook(content: bytes) -> None:
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or len(content) < end + 22:
        _refuse("UNREADABLE")
    if len(content) != end + 22 + int.from_bytes(content[end + 20 : end + 22], "little"):
        _refuse_trailing()
    if b"[Content_Types].xml" not in content:
        raise UploadRefused(
            _("Only PDF, PNG, JPEG and XLSX files are accepted; this is another kind of ZIP file.")
        )


_whole: dict[str, Callable[[bytes], None]] = {
    PDF: _whole_pdf,
    PNG: _whole_png,
    JPEG: _whole_jpeg,
    XLSX: _whole_workbook,
}


def _ask_child(content: bytes, media_type: str) -> None:
    task, given = {
        PDF: ("pdf", {}),
        PNG: ("image", {"form": "PNG"}),
        JPEG: ("image", {"form": "JPEG"}),
        XLSX: ("workbook", {}),
    }[media_type]
    try:
        answer = bounded.read(task, content, **given)
    except bounded.TooCostly:
        raise UploadRefused(
            _("The file is built so that reading it takes too long. Save it anew, simpler.")
        ) from None
    except bounded.Busy:
        raise UploadRefused(_("Many files are being checked just now. Try again in a minute.")) from None
    if code := answer.get("refused"):
        _refuse(code)


def _scan(content: bytes) -> None:
    """Refuse what clamd knows as malware, and everything while it does not answer."""
    try:
        scanning.scan(content)
    except scanning.Infected as found:
        text = _("The file carries malware (%(name)s) and was not kept.")
        raise UploadRefused(text % {"name": found}) from None
    except scanning.NotScanned:
        raise UploadRefused(
            _("Files cannot be checked for malware just now, so none is taken. Try again in some minutes.")
        ) from None


def _refuse(code: str) -> NoReturn:
    raise UploadRefused(str(REFUSALS[code]))


def _refuse_trailing() -> NoReturn:
    raise UploadRefused(_("Something was added after the end of the file. Save it anew and upload it again."))
