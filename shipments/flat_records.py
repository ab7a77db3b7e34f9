"""Bills of Entry as flat records in the shape of ICEGATE's messages: a head, tables of records, a tail.

The layout of the fields is ours. What customs publishes of its own message (CACHI01) names its parts, not their
fields, so a broker's program must write these: `docs/api.md` shows them.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from documents.sheets import Unreadable

GS = "\x1d"
HEAD, TAIL, TABLE = "HREC", "TREC", "<TABLE>"
KEY = ("port_of_entry", "boe_number", "boe_on")
TABLES = {
    "BE": (*KEY, "boe_type", "boe_parent", "transport_document", "house_document", "conveyance", "packages",
           "assessable_value_inr"),
    "INVOICE": (*KEY, "invoice_number", "invoice_date", "exporter_name", "contract_number", "incoterm", "currency"),
    "ITEM": (*KEY, "invoice_number", "hs", "description", "quantity", "unit", "value"),
}  # fmt: skip
DAYS = ("boe_on", "invoice_date")
EIGHT = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
Rows = list[tuple[int, dict[str, str]]]


def is_flat(text: str) -> bool:
    return text.lstrip("\ufeff").startswith(HEAD + GS)


def read(text: str) -> Rows:
    """The items with what their invoice and Bill of Entry say, by the number of their line. Raises Unreadable."""
    found: dict[str, Rows] = {name: [] for name in TABLES}
    table, is_whole = "", False
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line or line.lstrip("\ufeff").startswith(HEAD + GS):
            continue
        is_whole = line.startswith(TAIL)
        if line.startswith(TABLE):
            table = line.removeprefix(TABLE).strip()
        elif table in TABLES and not is_whole:
            found[table].append((number, _record(number, TABLES[table], line.split(GS))))
        elif not is_whole:
            raise Unreadable(_("Line %(line)d belongs to no table that is known.") % {"line": number})
    if not is_whole:
        raise Unreadable(_("The record does not end with TREC: it may have been cut off."))
    return _joined(found)


def _record(number: int, names: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(names):
        said = _("Line %(line)d has %(count)d fields; its table has %(expected)d.")
        raise Unreadable(said % {"line": number, "count": len(cells), "expected": len(names)})
    texts = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
    for name in DAYS:
        if name in texts:
            texts[name] = EIGHT.sub(r"\1-\2-\3", texts[name])
    return texts


def _joined(found: dict[str, Rows]) -> Rows:
    def key(texts: dict[str, str], *more: str) -> tuple[str, ...]:
        return tuple(texts.get(name, "") for name in (*KEY, *more))

    entries = {key(texts): texts for _number, texts in found["BE"]}
    invoices = {key(texts, "invoice_number"): texts for _number, texts in found["INVOICE"]}
    rows = []
    for number, item in found["ITEM"]:
        entry, invoice = entries.get(key(item)), invoices.get(key(item, "invoice_number"))
        if entry is None or invoice is None:
            raise Unreadable(
                _("Line %(line)d names a Bill of Entry or an invoice that is not in the record.")
                % {"line": number}
            )
        rows.append((number, {**entry, **invoice, **item}))
    return rows
