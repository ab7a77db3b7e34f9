"""The statement of consumption on paper, for an accountant to sign: frozen content in, PDF bytes out. No database.

It says of itself that it is a draft until it is signed. Bytes from here carry no seal; hand them to
`documents.signing.seal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from documents import qr, rendering
from euc import printing
from euc.printed_words import Words
from shipments.balance_printing import kg

TITLE = Words("Statement of consumption", "消耗情况说明")
TITLE_HI = "खपत विवरण"
TEMPLATE = "shipments/print/consumption.html"
DATA_FILE = "consumption.json"
MOST_ROWS = 40  # of Bills of Entry on the paper; more are summed and attached
COLUMNS = {
    "opening_mg": Words("Stock before", "期初库存"),
    "received_mg": Words("Received", "已收货"),
    "used_mg": Words("Consumed", "已消耗"),
    "supplied_mg": Words("supplied in India", "其中在印度销售"),
    "exported_mg": Words("in goods exported", "其中随产品出口"),
    "reexported_mg": Words("Re-exported", "再出口"),
    "beside_mg": Words("Scrap, samples, losses", "废料、样品、损失"),
    "stock_mg": Words("In stock", "期末库存"),
    "elsewhere_mg": Words("At job worker", "在受托加工处"),
}
BLANKS = (
    Words("Name of the accountant", "会计师姓名"),
    Words("Chartered accountant or cost accountant", "特许会计师或成本会计师"),
    Words("Firm and its registration number", "事务所及注册号"),
    Words("Membership number", "会员编号"),
    Words("UDIN", "唯一文件识别号（UDIN）"),
    Words("Place and date", "地点和日期"),
    Words("Signature and seal", "签字和盖章"),
)


def consumption_pdf(*, content: dict[str, Any], verify_url: str) -> bytes:
    """Print it, its data inside; the same input gives the same bytes. Raises `GlyphMissing` or `RenderFailed`."""
    data = rendering.Attachment(
        name=DATA_FILE,
        content=printing.canonical(content),
        description="The consumption as data (euc-consumption/1)",
    )
    return rendering.render(
        template=TEMPLATE,
        context={"sheet": context(content, verify_url)},
        title=f"{TITLE.en} {TITLE.zh} {content['reference']}",
        language="en",
        attachments=[data],
        created_at=datetime.fromisoformat(content["as_of"]),
    )


def context(content: dict[str, Any], verify_url: str) -> dict[str, Any]:
    """What the printed template reads."""
    rows = content["rows"]
    return {
        **content,
        "title": TITLE,
        "title_hi": TITLE_HI,
        "columns": list(COLUMNS.values()),
        "lines": [_line(row) for row in rows] if len(rows) <= MOST_ROWS else [],
        "row_count": len(rows),
        "totals": [kg(content["total"][name]) for name in COLUMNS],
        "products": [_product(one, content["norm_mg_per_unit"]) for one in content["products"]],
        "blanks": BLANKS,
        "first": printing.day_words(content["from"]),
        "last": printing.day_words(content["until"]),
        "as_of_words": printing.instant_words(content["as_of"]),
        "verify_url": verify_url,
        "code": printing.in_fours(content["token"]),
        "qr": qr.svg(verify_url, title=f"Verify at {verify_url}"),
    }


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "bill": row["bill_of_entry"],
        "day": printing.day_words(row["bill_of_entry_on"]).en,
        "lot": row["lot"],
        "weights": [kg(row[name]) for name in COLUMNS],
    }


def _product(one: dict[str, Any], norm_mg: int | None) -> dict[str, Any]:
    return {
        "product": one["product"],
        "units": f"{one['units']:,}",
        "weight": kg(one["weight_mg"]),
        "norm": kg(one["units"] * norm_mg) if norm_mg else "",
    }


def printed_text(content: dict[str, Any]) -> str:
    """All text that is printed, to ask `documents.fonts.unprintable` about before it is frozen."""
    return printing.printed_text(content)
