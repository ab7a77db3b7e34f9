"""The delivery verification certificate on paper: frozen content in, PDF bytes out. Reads nothing from the database.

Lots that do not fit beside the rest on one page are summed, and all of it is attached as data. Bytes from here carry
no seal; hand them to `documents.signing.seal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from documents import qr, rendering
from euc import printing
from euc.printed_words import Words
from shipments.balance_printing import kg

TITLE = Words("Delivery verification certificate", "到货核验证明")
TITLE_HI = "सुपुर्दगी सत्यापन प्रमाणपत्र"
TEMPLATE = "shipments/print/delivery.html"
DATA_FILE = "delivery.json"
MOST_ROWS = 6  # lots on the paper; more are summed and attached
COLUMNS = {
    "shipped": Words("Left China", "自中国出口"),
    "received": Words("Received sound", "完好收货"),
    "damaged": Words("Received damaged", "收货时受损"),
    "short": Words("Not received", "短少"),
    "found": Words("Beyond the papers", "超出单据部分"),
}
DAYS = {
    "released_on": Words("Released by Chinese customs", "中国海关放行"),
    "departed_on": Words("Departed", "启运"),
    "arrived_on": Words("Arrived in India", "抵达印度"),
    "boe_on": Words("Bill of Entry", "进口报关"),
    "cleared_on": Words("Out of charge", "印度海关放行"),
    "received_on": Words("Received in store", "入库"),
}
PARTIES = {
    "importer": Words("Importer", "进口商"),
    "consignee": Words("Consignee", "收货人"),
    "end_user": Words("End user", "最终用户"),
}
ACTS = {
    "receive": Words("Goods receipt", "收货"),
    "receive_short": Words("Goods receipt, short", "收货（短少）"),
    "reconcile": Words("Papers and goods agree", "单货核对一致"),
}


def delivery_pdf(*, content: dict[str, Any], verify_url: str) -> bytes:
    """Print it, its data inside; the same input gives the same bytes. Raises `GlyphMissing` or `RenderFailed`."""
    data = rendering.Attachment(
        name=DATA_FILE,
        content=printing.canonical(content),
        description="The delivery as data (euc-delivery/1)",
    )
    return rendering.render(
        template=TEMPLATE,
        context={"sheet": context(content, verify_url)},
        title=f"{TITLE.en} {TITLE.zh} {content['consignment']}",
        language="en",
        attachments=[data],
        created_at=datetime.fromisoformat(content["as_of"]),
    )


def context(content: dict[str, Any], verify_url: str) -> dict[str, Any]:
    """What the printed template reads."""
    lines = content["lines"]
    return {
        **content,
        "title": TITLE,
        "title_hi": TITLE_HI,
        "columns": list(COLUMNS.values()),
        "rows": [_row(line) for line in lines] if len(lines) <= MOST_ROWS else [],
        "line_count": len(lines),
        "totals": _weights(content["total"]),
        "pieces": f"{content['total']['received_pieces']:,}",
        "days": [(words, printing.day_words(content[name])) for name, words in DAYS.items() if content[name]],
        "acts": [_act(row) for row in content["confirmed"]],
        "papers": _papers(content),
        "parties": _parties(content),
        "store_names": " · ".join(content["stores"]),
        "as_of_words": printing.instant_words(content["as_of"]),
        "verify_url": verify_url,
        "code": printing.in_fours(content["token"]),
        "qr": qr.svg(verify_url, title=f"Verify at {verify_url}"),
    }


def _papers(content: dict[str, Any]) -> list[tuple[Words, str]]:
    """The numbers it is known by on every other paper."""
    licence = content["licence"] or f"None needed 无需许可证: {content['without_licence']}"
    names = ("transport_document", "house_document", "conveyance")
    transport = " · ".join(content[name] for name in names if content[name])
    return [
        (Words("Certificate No.", "证明编号"), content["reference"]),
        (Words("Consignment", "批次编号"), content["consignment"]),
        (Words("Export licence", "出口许可证"), licence),
        (Words("Bill of Entry", "进口报关单"), content["bill_of_entry"]),
        (Words("Invoice", "发票"), content["invoice_number"] or "–"),
        (Words("Transport", "运输单据"), transport or "–"),
    ]


def _parties(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The exporter, then the Indian side; who is several of them is named once."""
    importer = {"name": content["importer"], "name_zh": content["importer_zh"]}
    rows: dict[str, dict[str, Any]] = {}
    for role, words in PARTIES.items():
        party = importer if role == "importer" else content[role]
        known = rows.get(party["name"])
        both = (
            Words(f"{known['words'].en}, {words.en.lower()}", f"{known['words'].zh}、{words.zh}")
            if known
            else words
        )
        rows[party["name"]] = {**party, "words": both}
    exporter = {"name": content["exporter"], "name_zh": content["exporter_zh"]}
    return [{**exporter, "words": Words("Exporter", "出口商")}, *rows.values()]


def _row(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": line["line"],
        "what": " ".join(filter(None, (line["description"], line["grade"]))),
        "lot": line["lot"],
        "weights": _weights(line),
        "pieces": f"{line['received_pieces']:,}",
    }


def _weights(figures: dict[str, Any]) -> list[str]:
    return [kg(figures[f"{name}_mg"] + (figures["lost_mg"] if name == "short" else 0)) for name in COLUMNS]


def _act(row: dict[str, str]) -> dict[str, Any]:
    return {
        "words": ACTS[row["what"]],
        "name": row["name"],
        "organisation": row["organisation"],
        "at": printing.instant_words(row["at"]),
    }


def printed_text(content: dict[str, Any]) -> str:
    """All text that is printed, to ask `documents.fonts.unprintable` about before it is frozen."""
    return printing.printed_text(content)
