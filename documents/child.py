"""What runs in the bounded child process: of the product it imports reader and writer, and answers one JSON line.

Started by `documents.bounded` as a program: question (one JSON line) and bytes on stdin.
"""

import base64
import datetime
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 8
STREAM_LIMIT = 256 * 1024 * 1024
MAX_SIGNATURES = 4
MAX_PAGES = 300
MAX_OBJECTS = 50_000
MAX_PIXELS = 60_000_000
MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024

FORBIDDEN_KEYS = {"/JS", "/JavaScript", "/XFA", "/RichMedia"}
FORBIDDEN_ACTIONS = {"/JavaScript", "/Launch", "/GoToE", "/ImportData", "/SubmitForm", "/Rendition", "/Movie"}


def main() -> None:
    _limit()
    question = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    task = TASKS[question.pop("task")]
    try:
        answer = task(content, **question)
    except (MemoryError, RecursionError):
        raise SystemExit(3) from None
    except Refused as refused:
        answer = {"refused": refused.args[0]}
    except Exception as problem:
        answer = {"refused": "UNREADABLE", "why": f"{type(problem).__name__}: {problem}"[:200]}
    sys.stdout.write(json.dumps(answer))


class Refused(Exception):
    """The bytes break a rule; the argument is its code."""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import socket

    for place, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        setattr(place, name, _refuse_network)


def _refuse_network(*args, **kwargs):
    raise OSError("This process has no network.")


# --- Signatures --------------------------------------------------------------------------------


def signatures(content: bytes, roots: str, stamp_roots: str = "") -> dict:
    """What each signature of a PDF says, judged by pyHanko against the PEM `roots`, fetching nothing.

    Time-stamps are judged against roots of their own: who may tell the time may not seal.
    """
    found = _opened(content).embedded_regular_signatures
    if len(found) > MAX_SIGNATURES:
        raise Refused("TOO_MANY_SIGNATURES")
    return {"signatures": [_judge(signature, roots, stamp_roots) for signature in found]}


def _opened(content: bytes):
    _find_the_product()
    from documents.quick_reader import QuickReader

    return QuickReader(io.BytesIO(content), strict=False)


def _find_the_product() -> None:
    sys.path.append(str(Path(__file__).parents[1]))  # the child is started without any path of the product


def _judge(signature, roots: str, stamp_roots: str) -> dict:
    from pyhanko.sign.validation import validate_pdf_signature

    about = {"field": str(signature.field_name)[:100], "subject": "", "signed_at": None, "stamped_at": None}
    try:
        about["subject"] = signature.signer_cert.subject.human_friendly[:300]
        about["signed_at"] = (
            signature.self_reported_timestamp and signature.self_reported_timestamp.isoformat()
        )
        status = validate_pdf_signature(signature, _context(roots), _context(stamp_roots))
    except (MemoryError, RecursionError):
        raise
    except Exception as problem:
        return about | {"problem": f"{type(problem).__name__}: {problem}"[:200]}
    stamp = status.timestamp_validity
    is_stamped = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
    return about | {
        "stamped_at": stamp.timestamp.isoformat() if is_stamped else None,
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "whole_file": getattr(status.coverage, "name", "") == "ENTIRE_FILE",
        "unchanged": status.bottom_line,
    }


def _context(roots: str, moment=None):
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko_certvalidator import ValidationContext

    trusted = list(load_certs_from_pemder_data(roots.encode())) if roots else []
    return ValidationContext(
        trust_roots=trusted, allow_fetching=False, revocation_mode="soft-fail", moment=moment
    )


def countersignature(content: bytes, roots: str, seal_roots: str, stamp_roots: str) -> dict:
    """What the one signature after the seal says, judged as of its own time; refused when either does not hold."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints

    found = _opened(content).embedded_regular_signatures
    if len(found) != 2:
        raise Refused("SIGNATURES")
    seal, own = found
    certificate, claimed = own.signer_cert, own.self_reported_timestamp
    if claimed is None:
        raise Refused("NO_TIME")
    usages = {"digital_signature", "non_repudiation"}
    allowed = certificate.key_usage_value.native if certificate.key_usage_value is not None else set()
    if not usages & allowed:
        raise Refused("USAGE")
    sealed = validate_pdf_signature(seal, _context(seal_roots), _context(stamp_roots))
    if not (sealed.intact and sealed.valid):
        raise Refused("SEAL")
    if sealed.modification_level is None or sealed.modification_level > ModificationLevel.FORM_FILLING:
        raise Refused("CHANGED")

    def judged(moment):
        return validate_pdf_signature(
            own,
            _context(roots, moment),
            _context(stamp_roots),
            key_usage_settings=KeyUsageConstraints(key_usage=usages, match_all_key_usages=False),
        )

    signed = judged(claimed)
    stamp = signed.timestamp_validity
    is_stamped = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
    if is_stamped and not signed.trusted:
        signed = judged(stamp.timestamp)  # a trusted time counts more than what the signer claims
    if not (signed.intact and signed.valid):
        raise Refused("BROKEN")
    if getattr(signed.coverage, "name", "") != "ENTIRE_FILE":
        raise Refused("NOT_WHOLE")
    if not (signed.trusted and roots):
        raise Refused("UNTRUSTED")
    first, last = certificate.not_valid_before, certificate.not_valid_after
    if not first <= (stamp.timestamp if is_stamped else claimed) <= last:
        raise Refused("UNTRUSTED")
    return {
        "subject": certificate.subject.human_friendly[:500],
        "organisation": _named(certificate, "organization_name"),
        "person": _named(certificate, "common_name"),
        "serial": f"{certificate.serial_number:x}"[:80],
        "issuer": certificate.issuer.human_friendly[:500],
        "valid_from": first.isoformat(),
        "valid_until": last.isoformat(),
        "signed_at": claimed.isoformat(),
        "stamped_at": stamp.timestamp.isoformat() if is_stamped else None,
        "chain": [one.dump().hex() for one in signed.validation_path.iter_certs(include_root=True)],
    }


def evidence(content: bytes, certificates: list[str], lists: list[str], answers: list[str]) -> dict:
    """What is added to a PDF to hold certificates, lists of revoked ones and OCSP answers (DER, hexadecimal)."""
    _find_the_product()
    from documents import writing

    whole = writing.with_evidence(
        content, *(map(bytes.fromhex, some) for some in (certificates, lists, answers))
    )
    return {"added": base64.b64encode(whole[len(content) :]).decode()}


def _named(certificate, part: str) -> str:
    name = certificate.subject.native.get(part, "")
    return (name if isinstance(name, str) else " ".join(name))[:300]


# --- Uploads -----------------------------------------------------------------------------------


def pdf(content: bytes) -> dict:
    """Refuse encrypted, active or oversized PDFs; else say how many pages there are."""
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Refused("ENCRYPTED")
    pages = reader.get_num_pages()
    if not 1 <= pages <= MAX_PAGES or len(reader.pages) != pages:
        raise Refused("PAGES")
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > MAX_OBJECTS:
        raise Refused("TOO_LARGE_INSIDE")
    for number in numbers:
        try:
            _look(reader.get_object(number), depth=0)
        except PdfReadError:
            continue
    return {"pages": pages}


def _look(item, depth: int) -> None:
    """Walk one object without following references; the walk over all objects reaches those."""
    if depth > 100:
        raise Refused("TOO_LARGE_INSIDE")
    if isinstance(item, dict):
        _refuse_activity(item)
        for value in item.values():
            if isinstance(value, dict | list):
                _look(value, depth + 1)
        if hasattr(item, "_data"):
            _meter(item)
    elif isinstance(item, list):
        for value in item:
            if isinstance(value, dict | list):
                _look(value, depth + 1)


def _refuse_activity(item: dict) -> None:
    if FORBIDDEN_KEYS & item.keys() or item.get("/S") in FORBIDDEN_ACTIONS:
        raise Refused("ACTIVE")
    if item.get("/Type") == "/EmbeddedFile" or {"/EmbeddedFiles", "/EF"} & item.keys():
        raise Refused("EMBEDDED")


def _meter(stream) -> None:
    filters = stream.get("/Filter")
    first = filters[0] if isinstance(filters, list) and filters else filters
    if first in ("/FlateDecode", "/Fl"):
        _unpack_within(stream._data, STREAM_LIMIT)


def _unpack_within(packed: bytes, limit: int) -> None:
    unpacker, unpacked = zlib.decompressobj(), 0
    while packed and not unpacker.eof:
        try:
            unpacked += len(unpacker.decompress(packed, 1 << 20))
        except zlib.error:
            return
        packed = unpacker.unconsumed_tail
        if unpacked > limit:
            raise Refused("TOO_LARGE_INSIDE")


def image(content: bytes, form: str) -> dict:
    """Refuse pictures that are broken, not of `form` (PNG or JPEG), or of more pixels than MAX_PIXELS."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            width, height = picture.size
            picture.verify()
    except Image.DecompressionBombError:
        raise Refused("PIXELS") from None
    if width * height > MAX_PIXELS:
        raise Refused("PIXELS")
    with Image.open(io.BytesIO(content), formats=[form]) as picture:
        picture.draft("RGB", (width // 8, height // 8))
        picture.load()
    return {"width": width, "height": height}


def picture(content: bytes, form: str, number: int, width: int) -> dict:
    """One page of a PDF, or a picture, as a JPEG of at most `width` pixels; the number counts from 1."""
    from PIL import Image, ImageOps

    if form == "PDF":
        drawn = _drawn_page(content, number, width)
    elif number == 1:
        image(content, form)
        with Image.open(io.BytesIO(content), formats=[form]) as opened:
            opened.draft("RGB", (width, width))
            drawn = ImageOps.exif_transpose(opened)
            drawn.thumbnail((width, 4 * width))
    else:
        raise Refused("PAGES")
    if drawn.mode != "RGB":
        plain = Image.new("RGB", drawn.size, "white")
        plain.paste(drawn, mask=drawn.convert("RGBA").getchannel("A"))
        drawn = plain
    target = io.BytesIO()
    drawn.save(target, "JPEG", quality=82)
    return {"jpeg": base64.b64encode(target.getvalue()).decode()}


def _drawn_page(content: bytes, number: int, width: int):
    from pypdfium2 import PdfDocument

    document = PdfDocument(content)
    if not 1 <= number <= min(len(document), MAX_PAGES):
        raise Refused("PAGES")
    page = document[number - 1]
    across, up = page.get_size()
    if not (across > 0 and 0 < up <= 20 * across):
        raise Refused("PIXELS")
    return page.render(scale=width / across).to_pil()


def workbook(content: bytes) -> dict:
    """Refuse ZIP bombs, macros, outside links, embedded objects and XML entities in an XLSX file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refused("TOO_LARGE_INSIDE")
        if len({part.filename for part in parts}) != len(parts):
            raise Refused("UNREADABLE")
        left = MAX_UNPACKED
        for part in parts:
            left -= _check_part(archive, part, left)
    return {"parts": len(parts)}


def table(content: bytes, most_rows: int, most_columns: int, cut: bool = False) -> dict:
    """The rows of the first sheet of a workbook that `workbook` does not refuse, as text.

    More than `most_rows` are refused, or with `cut` left out but for one, which tells that there are more.
    """
    from openpyxl import load_workbook

    workbook(content)
    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    rows = []
    for number, cells in enumerate(sheet.iter_rows(max_col=most_columns + 1, values_only=True), start=1):
        if any(cell is not None for cell in cells):
            rows.append((number, [_cell_text(cell) for cell in cells]))
        if len(rows) > most_rows or number > 100 * most_rows:
            if cut:
                break
            raise Refused("TOO_MANY_ROWS")
    return {"rows": [(number, _without_tail(cells)) for number, cells in rows]}


def _cell_text(value) -> str:
    """A cell as a person would type it: dates YYYY-MM-DD, numbers without exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _check_part(archive, part, left: int) -> int:
    name = part.filename.lower()
    if part.flag_bits & 1:
        raise Refused("ENCRYPTED")
    if name.startswith("/") or ".." in name.split("/") or "\\" in name:
        raise Refused("UNREADABLE")
    if "vbaproject" in name or "/activex/" in name or "macrosheets/" in name:
        raise Refused("ACTIVE")
    if "/embeddings/" in name or "/externallinks/" in name:
        raise Refused("EMBEDDED")
    with archive.open(part) as file:
        text = file.read(left + 1)
    if len(text) > left:
        raise Refused("TOO_LARGE_INSIDE")
    _check_xml(name, text)
    return len(text)


def _check_xml(name: str, text: bytes) -> None:
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    plain = text.replace(b"\0", b"")
    if re.search(rb"<!(DOCTYPE|ENTITY)", plain, re.IGNORECASE):
        raise Refused("ACTIVE")
    if name == "[content_types].xml" and b"spreadsheetml.sheet.main+xml" not in plain:
        raise Refused("UNREADABLE")
    if b"macroEnabled" in plain and name == "[content_types].xml":
        raise Refused("ACTIVE")


TASKS: dict[str, Callable[..., dict]] = {
    "signatures": signatures,
    "countersignature": countersignature,
    "evidence": evidence,
    "pdf": pdf,
    "image": image,
    "picture": picture,
    "workbook": workbook,
    "table": table,
}

if __name__ == "__main__":
    main()
