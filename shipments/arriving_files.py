"""Files of arriving documents: CSV, XLSX, JSON or flat records become documents, or reasons why they do not.

Every text is read by the fields of the pages, so that a paper is refused for the same reasons as a person. A file
gives what holds of it; what does not is told by its row.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import ChoiceField
from django.utils.translation import gettext as _

from accounts.fields import StrictDecimalField
from documents import sheets
from shipments import arriving_columns, flat_records, forms
from shipments.arriving_columns import ITEMS, KIND, PAPERS
from shipments.import_columns import SURPLUS
from shipments.models import ArrivingDocument

MOST_ROWS = 2_000
MOST_ITEMS = 200  # of one document
MOST_TEXT = 500
Kind = ArrivingDocument.Kind
Texts = dict[str, str]
_DAYS = ("invoice_date", "expected_on", "boe_on")
_QUANTITY = StrictDecimalField(min_value=0, max_value=10**12, decimal_places=6)


@dataclass(frozen=True)
class Item:
    """One line of goods: net weight in milligrams, value in the currency."""

    description: str = ""
    hs: str = ""
    batch: str = ""
    weight_mg: int | None = None
    pieces: int | None = None
    value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Arrived:
    """What one document says: its papers by name, without what is empty, and its items in order."""

    kind: str
    papers: dict[str, Any]
    items: tuple[Item, ...]

    @property
    def number(self) -> str:
        entry, invoice = self.papers.get("boe_number", ""), self.papers.get("invoice_number", "")
        return entry if self.kind == Kind.BILL_OF_ENTRY else invoice

    @property
    def dated(self) -> date | None:
        return self.papers.get("boe_on" if self.kind == Kind.BILL_OF_ENTRY else "invoice_date")

    def as_json(self) -> dict[str, Any]:
        items = [
            {name: said for name, said in vars(item).items() if said not in ("", None)} for item in self.items
        ]
        return {"kind": self.kind, "papers": self.papers, "items": items}

    def fingerprint(self) -> str:
        said = json.dumps(self.as_json(), cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


def of_json(data: dict[str, Any]) -> Arrived:
    """The document that `as_json` was written of."""
    papers: dict[str, Any] = dict(data["papers"])
    papers |= {name: date.fromisoformat(papers[name]) for name in _DAYS if name in papers}
    if "assessable_value_inr" in papers:
        papers["assessable_value_inr"] = Decimal(papers["assessable_value_inr"])
    items = [{**item, "value": Decimal(item["value"])} if "value" in item else item for item in data["items"]]
    return Arrived(data["kind"], papers, tuple(Item(**item) for item in items))


@dataclass
class Read:
    """What a file gave: documents that hold, and problems as (row, name or nothing, sentence)."""

    documents: list[Arrived] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def read(content: bytes) -> Read:
    """The documents of a file in any form. Raises sheets.Unreadable."""
    if not content.strip():
        raise sheets.Unreadable(_("The file is empty."))
    return read_rows(list(_rows(content)))


def read_rows(rows: list[tuple[int, Texts]]) -> Read:
    """The documents of rows, each with its number and its texts by name. Raises sheets.Unreadable."""
    read = Read()
    if len(rows) > MOST_ROWS:
        said = _("The file has more than %(most)d rows. Split it into several files.")
        raise sheets.Unreadable(said % {"most": MOST_ROWS})
    for _key, group in groupby(sorted(rows, key=_key_of), key=_key_of):
        _take(read, sorted(group, key=lambda row: row[0]))
    return read


def _rows(content: bytes) -> Iterable[tuple[int, Texts]]:
    if content.startswith(b"PK\x03\x04"):
        return _of_table(content)
    text, _encoding = sheets.decoded(content)
    if flat_records.is_flat(text):
        return flat_records.read(text)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _of_json(text)
    return _of_table(content)


def _of_table(content: bytes) -> Iterator[tuple[int, Texts]]:
    table = sheets.read(content, most_rows=MOST_ROWS + 1).rows
    head = [arriving_columns.meaning(name) for name in table[0][1]] if table else []
    known = [name for name in head if name]
    if twice := next((name for name in known if known.count(name) > 1), ""):
        said = _("Two columns mean the same: %(name)s.")
        raise sheets.Unreadable(said % {"name": arriving_columns.labels()[twice]})
    if not {"invoice_number", "boe_number"} & set(known):
        raise sheets.Unreadable(
            _("No column names the invoice or the Bill of Entry. The first row must name the columns.")
        )
    if len(table) == 1:
        raise sheets.Unreadable(_("The file has no row under its head."))
    for number, cells in table[1:]:
        texts = {name: text for name, text in zip(head, cells, strict=False) if name and text}
        yield number, texts | ({SURPLUS: "…"} if any(cells[len(head) :]) else {})


def _of_json(text: str) -> Iterator[tuple[int, Texts]]:
    """Each document's items with its papers; numbered through, as JSON has no rows."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as problem:
        raise sheets.Unreadable(
            _("The file is no JSON: %(problem)s") % {"problem": str(problem)[:200]}
        ) from None
    found = found.get("documents", [found]) if isinstance(found, dict) else found
    number = 0
    for document in found if isinstance(found, list) else [found]:
        items = document.get("items") if isinstance(document, dict) else None
        if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
            raise sheets.Unreadable(_("Each document is an object with its papers and a list of items."))
        for item in items:
            number += 1
            yield number, _texts({name: said for name, said in document.items() if name != "items"} | item)


def _texts(said: dict[str, Any]) -> Texts:
    for name, value in said.items():
        if name not in arriving_columns.NAMES:
            raise sheets.Unreadable(_("Nothing is known by the name %(name)s.") % {"name": str(name)[:60]})
        if not isinstance(value, str | None):
            raise sheets.Unreadable(_("%(name)s is neither a text nor a number.") % {"name": name})
    return {name: value for name, value in said.items() if value}


def _told(texts: Texts) -> str:
    """The kind that a row names, or shows by the number of a Bill of Entry; nothing where it does neither."""
    told = texts.get(KIND, "").upper().replace(" ", "_")
    if told in Kind.values:
        return told
    return Kind.BILL_OF_ENTRY if texts.get("boe_number") else ""


def _kind(rows: list[tuple[int, Texts]]) -> str:
    """As it is told; else a paper with a value in any of its rows is an invoice."""
    has_value = any(texts.get("value") for _number, texts in rows)
    return _told(rows[0][1]) or (Kind.INVOICE if has_value else Kind.PACKING_LIST)


def _key_of(row: tuple[int, Texts]) -> tuple[str, ...]:
    """What rows of one document share: a Bill of Entry by its number, date and place, others by the invoice."""
    told = _told(row[1])
    names = flat_records.KEY if told == Kind.BILL_OF_ENTRY else ("invoice_number", "exporter_name")
    return (told, *(row[1].get(name, "") for name in names))


def _take(read: Read, rows: list[tuple[int, Texts]]) -> None:
    problems: list[tuple[int, str, str]] = []
    papers = _papers(rows, problems)
    items = [_item(number, texts, problems) for number, texts in rows]
    arrived = Arrived(_kind(rows), papers, tuple(items))
    problems += [(rows[0][0], name, said) for name, said in _lacking(arrived)]
    said = _("This row has more cells than the first row names. Is a comma not quoted?")
    problems += [(number, "", said) for number, texts in rows if SURPLUS in texts]
    if problems:
        read.problems += problems
    else:
        read.documents.append(arrived)


def _papers(rows: list[tuple[int, Texts]], problems: list[tuple[int, str, str]]) -> dict[str, Any]:
    said: Texts = {}
    for number, texts in rows:
        for name in PAPERS.keys() & texts.keys():
            if said.setdefault(name, texts[name]) != texts[name]:
                problems.append((number, name, _("The rows of one document say different things here.")))
    found = _cleaned(PAPERS, said, rows[0][0], problems)
    for name, wrong in forms.check_papers(found):
        problems += [(rows[0][0], name, text) for text in _messages(wrong)]
    return {name: value for name, value in found.items() if value not in ("", None)}


def _item(number: int, texts: Texts, problems: list[tuple[int, str, str]]) -> Item:
    said = {**texts, **_measured(number, texts, problems)}
    found = _cleaned(ITEMS, said, number, problems)
    found["weight_mg"] = found.pop("weight_kg")
    if found["value"] is not None and not found["currency"]:
        problems.append((number, "currency", _("Choose the currency of the value.")))
    return Item(**{name: value for name, value in found.items() if value not in ("", None)})


def _measured(number: int, texts: Texts, problems: list[tuple[int, str, str]]) -> Texts:
    """A quantity with its unit as kilograms or pieces."""
    quantity, unit = texts.get("quantity", ""), texts.get("unit", "").upper().strip(". ")
    if not quantity:
        return {}
    if unit in arriving_columns.PIECES:
        return (
            {"pieces": quantity.removesuffix(".00").removesuffix(".000")} if not texts.get("pieces") else {}
        )
    if unit not in arriving_columns.GRAMS:
        problems.append(
            (number, "unit", _("This unit is neither one of weight nor of pieces: KGS, GMS, MTS, PCS, NOS."))
        )
        return {}
    if texts.get("weight_kg"):
        return {}
    try:
        grams = _QUANTITY.clean(quantity)
    except ValidationError as refused:
        problems += [(number, "quantity", said) for said in refused.messages]
        return {}
    return {"weight_kg": format((grams * arriving_columns.GRAMS[unit] / 1000).normalize(), "f")}


def _cleaned(
    fields: dict[str, Any], said: Texts, number: int, problems: list[tuple[int, str, str]]
) -> dict[str, Any]:
    found = {}
    for name, asked in fields.items():
        text = unicodedata.normalize("NFC", said.get(name, ""))
        text = text.upper() if isinstance(asked, ChoiceField) else text
        try:
            found[name] = asked.clean(text)
        except ValidationError as refused:
            found[name] = None
            problems += [(number, name, message) for message in refused.messages]
    return found


def _messages(wrong: Any) -> list[str]:
    return wrong.messages if isinstance(wrong, ValidationError) else [str(wrong)]


def _lacking(arrived: Arrived) -> Iterator[tuple[str, str]]:
    """What a document of this kind must say."""
    needed = {Kind.BILL_OF_ENTRY: ("boe_number", "boe_on", "port_of_entry", "boe_type")}
    for name in needed.get(Kind(arrived.kind), ("invoice_number",)):
        if not arrived.papers.get(name):
            yield name, _("This is needed.")
    if len(arrived.items) > MOST_ITEMS:
        yield "", _("At most %(most)d lines of goods in one document.") % {"most": MOST_ITEMS}
    if all(item.weight_mg is None and item.pieces is None for item in arrived.items):
        yield "weight_kg", _("No line says how much it is: neither a weight nor pieces.")
