"""The columns of a file of consignments: what they are called, and which column of somebody's file means which."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from shipments import forms, services

OF_LOTS = {"line": "line", "batch": "batch", "weight_kg": "weight_mg", "pieces": "pieces", "value": "value",
           "currency": "currency"}  # fmt: skip
OF_PAPERS = ("licence", "without_licence", *services.PAPERS)
NAMES = ("certificate", *OF_PAPERS, *OF_LOTS, "key")
NEEDED = ("certificate", "invoice_number", "line", "weight_kg")
MOST_COLUMN_NAME = 100
SURPLUS = ""  # where what stands beyond the head is kept, to be refused
LABELS = {
    "certificate": _("Certificate"),
    "key": _("Your own key of the row"),
    **{name: field.label for name, field in forms.PapersForm.base_fields.items()},
    **{name: forms.LotForm.base_fields[field].label for name, field in OF_LOTS.items()},
}
# As files of forwarders and of accounting programs call them.
ALSO = {
    "certificate": ("certificate number", "certificate no", "end user certificate", "euc", "euc no", "euc number"),
    "licence": ("licence", "license", "licence no", "licence number", "license no", "license number",
                "export licence", "export license"),
    "invoice_number": ("invoice", "invoice no", "inv no", "commercial invoice", "发票号", "发票号码"),
    "invoice_date": ("inv date", "date of invoice", "发票日期"),
    "transport_document": ("bl", "bl no", "bill of lading", "b l no", "awb", "awb no", "mawb", "提单号"),
    "house_document": ("hbl", "hawb", "house bl", "house awb"),
    "conveyance": ("vessel", "vessel voyage", "flight"),
    "containers": ("container", "container no", "container number", "箱号"),
    "packages": ("no of packages", "number of packages", "cartons"),
    "port_of_loading": ("pol", "loading port", "装货港"),
    "port_of_entry": ("port of discharge", "pod", "customs port", "port code"),
    "expected_on": ("eta",),
    "incoterm": ("incoterms", "terms of delivery"),
    "mode": ("mode of transport", "transport mode"),
    "line": ("line no", "goods line", "item", "item no"),
    "batch": ("lot", "lot no", "lot number", "heat", "heat no", "heat number", "batch no", "batch number", "批号"),
    "weight_kg": ("net weight", "net weight kg", "net wt", "net wt kg", "n w kg", "weight", "净重"),
    "pieces": ("pcs", "quantity pcs", "qty pcs", "no of pieces"),
    "value": ("invoice value",),
    "key": ("row key", "row id"),
}  # fmt: skip


def plain(text: str) -> str:
    """The name of a column without what people write differently: case, spaces, points, brackets."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """What each known name means, the labels of the pages in every language among them."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {plain(str(label)): name for name, label in LABELS.items()}
    found |= {plain(also): name for name, names in ALSO.items() for also in names}
    return found | {plain(name): name for name in NAMES}


def columns_of(head: Sequence[str]) -> list[str]:
    """The names of a file's columns; one without a name is called by its place."""
    return [name[:MOST_COLUMN_NAME] or f"#{place}" for place, name in enumerate(head, start=1)]


def recognised(columns: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """What each column means: as the importer said before, else by its name. Nothing is meant twice."""
    found: dict[str, str] = {}
    for column in columns:
        means = remembered.get(plain(column), _known().get(plain(column), ""))
        found[column] = "" if means in found.values() else means
    return found


def lacking(mapping: Mapping[str, str]) -> list[str]:
    """What must be told of every row and is not in the file."""
    return [name for name in NEEDED if name not in mapping.values()]


def texts_of(named: Mapping[str, int], width: int, cells: Sequence[str]) -> dict[str, str]:
    """What a row says, by what it means, without what is empty; in the form in which letters are stored."""
    said = {name: cells[at] for name, at in named.items() if at < len(cells) and cells[at]}
    found = {name: unicodedata.normalize("NFC", text) for name, text in said.items()}
    return found | ({SURPLUS: "…"} if any(cells[width:]) else {})


def key_of(texts: Mapping[str, str]) -> str:
    """What tells a row from all others: its own key, else certificate, invoice, line and lot. 64 signs."""
    said = ["key", texts["key"]] if texts.get("key") else ["row", *map(texts.get, _TELLING)]
    if said[0] == "row":
        said[1] = (said[1] or "").upper()
    return _hash(said)


_TELLING = ("certificate", "invoice_number", "line", "batch")


def invoice_of(number: int, texts: Mapping[str, str]) -> str:
    """What rows of one invoice share, 64 signs; a row without an invoice stands alone."""
    return _hash([texts.get("invoice_number") or f"\x00{number}"])


def _hash(said: Iterable[str | None]) -> str:
    return hashlib.sha256("\x1f".join(text or "" for text in said).encode("utf-8", "replace")).hexdigest()


def template(certificate: str, licence: str) -> list[tuple[str, ...]]:
    """The head and one example row, for a certificate and a licence of the importer where there are some."""
    shown = {
        "certificate": certificate or "EUC/0388000001/2026-27/0001",
        "licence": licence or "26-AA-100001",
        "invoice_number": "INV-2026-001", "invoice_date": "05-10-2026", "incoterm": "FOB", "mode": "SEA",
        "transport_document": "MEDUXY123456", "packages": "4", "port_of_loading": "CNNGB",
        "port_of_entry": "INNSA1", "line": "1", "batch": "H-2609-1", "weight_kg": "125.5", "pieces": "12000",
        "value": "8400.00", "currency": "USD",
    }  # fmt: skip
    return [NAMES, tuple(shown.get(name, "") for name in NAMES)]
