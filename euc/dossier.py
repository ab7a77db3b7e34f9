"""The dossier for the Chinese side: everything that belongs to one certificate in force, as one ZIP with its hashes.

What goes in comes from `SOURCES`: a source takes a certificate and gives items. The same record gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from documents import qr, rendering, signing, storing
from documents.models import Document, StoredFile
from euc import countersigning, custody, printed_words, printing
from euc.models import Certificate, Countersignature, OriginalEntry
from euc.printed_words import Words
from workflow import engine, errands

KIND = "euc.dossier"
SEAL = "euc.seal_dossier_contents"
TEMPLATE = "euc/print/dossier.html"
TITLE = Words("Dossier: list of contents", "申请材料目录")
COVER, SUMS, MANIFEST = "00-contents.pdf", "SHA256SUMS", "manifest.json"
EARLIEST = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # a ZIP knows no earlier moment; none is told, so that equal records are equal bytes


@dataclass(frozen=True)
class Item:
    """One file of the dossier: where it lies in the ZIP, what it is in both languages, its bytes."""

    path: str
    words: Words
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


Source = Callable[[Certificate], Iterable[Item]]


def _frozen(certificate: Certificate) -> dict[str, Any]:
    return certificate.revisions.get(number=certificate.revision_number).content


def _as_signed(paper: countersigning.Signable) -> Document | None:
    countersigned = countersigning.of(paper)
    return countersigned.kept if countersigned else paper.document


def _signed(certificate: Certificate) -> Iterator[Item]:
    """The certificate as sealed, with the importer's signature if it has one, and its data as attached inside."""
    document = _as_signed(certificate)
    assert document is not None
    yield Item(f"01-certificate/{certificate.slug}.pdf", printing.TITLE, storing.read(document.file))
    data = printing.certificate_json(content=_frozen(certificate), issue=certificate.issue_block)
    words = Words("The certificate as data", "证明的机器可读数据")
    yield Item(f"01-certificate/{certificate.slug}.json", words, data)


def _undertakings(certificate: Certificate) -> Iterator[Item]:
    """The sealed undertakings that the certificate rests on, with the importer's signature where they have one."""
    for undertaking in certificate.promises():
        document = _as_signed(undertaking)
        if document is not None:
            words = Words(f"Undertaking {undertaking.reference}", f"承诺书 {undertaking.reference}")
            yield Item(f"02-undertakings/{undertaking.slug}.pdf", words, storing.read(document.file))


def _assessments(certificate: Certificate) -> Iterator[Item]:
    """What the control rules said of each goods line on the day it was signed."""
    for line in _frozen(certificate)["goods"]:
        number = line["line"]
        words = Words(f"Control assessment of line {number}", f"第{number}行货物的管制判定")
        body = {name: line.get(name) for name in ("line", "description", "description_zh", "assessment")}
        yield Item(f"03-assessment/line-{number}.json", words, printing.canonical(body))


def _translations(certificate: Certificate) -> Iterator[Item]:
    """Every text that stands in both languages, side by side; an empty Chinese text is still to be translated."""
    pairs = list(_pairs(_frozen(certificate)))
    words = Words("Texts in English and Chinese", "中英文对照文本")
    yield Item("04-translations/texts.json", words, printing.canonical(pairs))


def _pairs(value: Any, path: str = "") -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _pairs(inner, f"{path}.{number}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            where = f"{path}.{name}".removeprefix(".")
            if f"{name}_zh" in value and isinstance(inner, str) and inner:
                zh = value[f"{name}_zh"]
                yield {"field": where, "en": inner, "zh": zh, "translated": bool(zh)}
            elif isinstance(inner, dict | list):
                yield from _pairs(inner, where)


def _evidence(certificate: Certificate) -> Iterator[Item]:
    """The evidence as it was signed, by kind."""
    for number, named in enumerate(_frozen(certificate)["evidence"], 1):
        words = printed_words.of(printed_words.EVIDENCE, named["kind"], named["kind_label"])
        folder = named["kind"].lower().replace("_", "-")
        file = StoredFile.objects.get(book=certificate.book, sha256=named["sha256"])
        yield Item(
            f"05-evidence/{folder}/{number:02d}-{plain_name(named['name'])}", words, storing.read(file)
        )


def _scans(certificate: Certificate) -> Iterator[Item]:
    """The scans of the paper original that count: signature, stamps, dispatch."""
    entries = certificate.original_entries.whole()
    for number, entry in enumerate(custody.counting(entries), 1):
        if isinstance(entry, OriginalEntry) and entry.scan is not None:
            ending = PurePosixPath(plain_name(entry.scan_name)).suffix
            words = Words("Scan of the paper original", "纸质正本扫描件")
            path = f"06-paper-original/{number:02d}-{entry.kind.lower().replace('_', '-')}{ending}"
            yield Item(path, words, storing.read(entry.scan))


SOURCES: tuple[Source, ...] = (_signed, _undertakings, _assessments, _translations, _evidence, _scans)


def plain_name(name: str) -> str:
    """A file name that every system unpacks and `sha256sum` reads: ASCII letters, digits, dots and hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(c if c.isalnum() or c in "._" else "-" for c in ascii_name).strip("-.")
    path = PurePosixPath(plain or "file")
    return f"{path.stem[:60]}{path.suffix[:6]}"


def refuse_unready(certificate: Certificate) -> None:
    """Refuse with WrongStatus what is not in force, or lacks its sealed certificate or undertaking."""
    if not certificate.is_in_force():
        raise engine.WrongStatus(_("Only a certificate in force has a dossier."))
    if certificate.document is None or any(one.document is None for one in certificate.promises()):
        raise engine.WrongStatus(_("The signed documents are not there yet; try again in a moment."))


def edition(certificate: Certificate) -> int:
    """Which dossier the record gives now: each entry about the paper original and each signature makes another."""
    return certificate.original_entries.count() + _countersignatures(certificate).count() + 1


def _countersignatures(certificate: Certificate) -> QuerySet:
    """The importer's signatures under the certificate and under what it promised."""
    of_promises = Q(undertaking__in=certificate.promises())
    return Countersignature.objects.filter(Q(certificate=certificate) | of_promises)


def is_sealed(certificate: Certificate) -> bool:
    """Whether the sealed list of contents of the present edition is there."""
    sheets = Document.objects.filter(kind=KIND, reference=certificate.reference)
    return sheets.filter(revision=edition(certificate)).exists()


def prepare(certificate: Certificate) -> None:
    """Owe the sealed list of contents: only workers hold the key. Nothing happens while the papers are not ready."""
    try:
        refuse_unready(certificate)
    except engine.WrongStatus:
        return
    if not is_sealed(certificate):
        errands.owe(SEAL, subject=certificate, key=str(edition(certificate)))


def items(certificate: Certificate) -> list[Item]:
    """Everything that goes in, without the cover sheet and the manifests. Raises `storing.Corrupted`."""
    return [item for source in SOURCES for item in source(certificate)]


def sheet(certificate: Certificate, contents: list[Item]) -> bytes:
    """The sealed bilingual list of contents, registered so that it verifies; the first of an edition stays.

    Raises `signing.NoKey` rather than give an unsigned sheet.
    """
    number = edition(certificate)
    known = Document.objects.filter(kind=KIND, reference=certificate.reference, revision=number).first()
    if known is not None:
        return storing.read(known.file)
    assert certificate.document is not None
    at = _as_of(certificate)
    sealed = signing.seal(_print(certificate, contents, at), reason=certificate.reference, at=at)
    document = storing.register(
        content=sealed.content,
        kind=KIND,
        reference=certificate.reference,
        revision=number,
        content_hash=hashlib.sha256(_sums(contents)).hexdigest(),
        signer_subject=sealed.signer_subject,
        signed_at=at,
        page_count=sealed.page_count,
        book=certificate.book,
        name=f"{certificate.slug}-contents-{number}.pdf",
    )
    return storing.read(document.file)


def _as_of(certificate: Certificate) -> datetime:
    """When the record last changed that the dossier shows."""
    assert certificate.document is not None
    recorded = certificate.original_entries.values_list("recorded_at", flat=True)
    brought = _countersignatures(certificate).values_list("brought_at", flat=True)
    return max([certificate.document.signed_at, *recorded, *brought])


def _print(certificate: Certificate, contents: list[Item], at: datetime) -> bytes:
    frozen = _frozen(certificate)
    address = f"{settings.SITE_URL}/v/{certificate.token}/"
    cover = {
        "title": TITLE,
        "reference": certificate.reference,
        "demonstration": frozen["demonstration"],
        "parties": [(words, frozen["parties"][role]) for role, words in printed_words.ROLES.items()],
        "as_of": printing.instant_words(at.isoformat()),
        "rows": contents,
        "verify_url": address,
        "code": printing.in_fours(certificate.token),
        "qr": qr.svg(address, title=f"Verify at {address}"),
    }
    title = f"{TITLE.en} {TITLE.zh} {certificate.reference}"
    return rendering.render(
        template=TEMPLATE, context={"cover": cover}, title=title, language="en", created_at=at
    )


def _sums(contents: Iterable[Item]) -> bytes:
    """Hashes as `sha256sum -c` reads them."""
    return "".join(f"{item.sha256}  {item.path}\n" for item in contents).encode()


def _manifest(certificate: Certificate, contents: list[Item]) -> bytes:
    files = [
        {
            "path": item.path,
            "sha256": item.sha256,
            "size": len(item.content),
            "en": item.words.en,
            "zh": item.words.zh,
        }
        for item in contents
    ]
    told = {"schema": "euc-dossier/1", "reference": certificate.reference, "files": files}
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def pack(certificate: Certificate) -> bytes:
    """The ZIP. Refuses with the engine's WrongStatus; raises `signing.NoKey` and `storing.Corrupted`."""
    refuse_unready(certificate)
    found = items(certificate)
    contents = [Item(COVER, TITLE, sheet(certificate, found)), *found]
    contents.append(
        Item(MANIFEST, Words("Manifest as data", "文件清单数据"), _manifest(certificate, contents))
    )
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        for path, content in [*((item.path, item.content) for item in contents), (SUMS, _sums(contents))]:
            entry = zipfile.ZipInfo(path, date_time=EARLIEST)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return body.getvalue()
