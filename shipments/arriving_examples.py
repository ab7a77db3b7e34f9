"""Examples of arriving documents in each form, to be written over."""

from __future__ import annotations

import json

from documents import sheets, uploads
from shipments.flat_records import GS, HEAD, TABLE, TABLES, TAIL

PAPERS = {
    "kind": "INVOICE", "invoice_number": "INV-2026-001", "invoice_date": "05-10-2026",
    "contract_number": "PO-2026-17", "exporter_name": "Exporter as on the certificate", "incoterm": "FOB",
    "transport_document": "MEDUXY123456",
}  # fmt: skip
ITEMS = (
    {"description": "Sintered NdFeB magnet, N42SH", "hs": "85051110", "batch": "H-2609-1", "weight_kg": "125.5",
     "pieces": "12000", "value": "8400.00", "currency": "USD"},
    {"description": "Sintered NdFeB magnet, N42SH", "hs": "85051110", "batch": "H-2609-2", "weight_kg": "74.5",
     "pieces": "7100", "value": "4990.00", "currency": "USD"},
)  # fmt: skip
ENTRY = {
    "BE": ("INNSA1", "5937232", "26112026", "H", "", "MEDUXY123456", "", "MSC ANNA 245W", "4", "1120000.00"),
    "INVOICE": ("INNSA1", "5937232", "26112026", "INV-2026-001", "05102026", "Exporter as on the certificate",
                "PO-2026-17", "FOB", "USD"),
    "ITEM": ("INNSA1", "5937232", "26112026", "INV-2026-001", "85051190", "Sintered NdFeB magnet, N42SH", "200.000",
             "KGS", "13390.00"),
}  # fmt: skip


def of(ending: str) -> tuple[str, bytes]:
    """Media type and bytes of the example. Raises KeyError for an unknown ending."""
    return _WRITERS[ending]()


def _table() -> list[tuple[str, ...]]:
    names = (*PAPERS, *ITEMS[0])
    return [names, *(tuple({**PAPERS, **item}[name] for name in names) for item in ITEMS)]


def _flat() -> bytes:
    lines = [GS.join((HEAD, "ZZ", "BROKER", "ZZ", "INNSA1"))]
    for name in TABLES:
        lines += [f"{TABLE}{name}", GS.join(ENTRY[name])]
    return "\n".join([*lines, TAIL, ""]).encode()


_WRITERS = {
    "csv": lambda: ("text/csv; charset=utf-8", sheets.csv_of(_table())),
    "xlsx": lambda: (uploads.XLSX, sheets.xlsx_of(_table(), title="Documents")),
    "json": lambda: (
        "application/json",
        json.dumps({"documents": [{**PAPERS, "items": list(ITEMS)}]}, indent=2).encode(),
    ),
    "txt": lambda: ("text/plain; charset=utf-8", _flat()),
}
