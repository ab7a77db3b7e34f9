"""The signed mass balance on paper: frozen content in, PDF bytes out. Reads nothing from the database.

One page, whatever is in it: lines that do not fit are summed, and all of it is attached as data. Bytes from here
carry no seal; hand them to `documents.signing.seal`.
"""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import Any

from documents import qr, rendering
from euc import printing
from euc.printed_words import Words

TITLE = Words("Mass balance", "物料平衡表")
TITLE_HI = "मात्रा-संतुलन"
TEMPLATE = "shipments/print/balance.html"
DATA_FILE = "mass-balance.json"
ROOM = 15  # rows that fit beside everything else on the page, in rows of a table
MOST_QUESTIONS = 4
QUESTION_ROWS = 2
COLUMNS = {
    "licensed_mg": Words("Licensed", "许可数量"),
    "given_up_mg": Words("Given up", "已放弃"),
    "reserved_mg": Words("Reserved", "已预留"),
    "drawn_mg": Words("Drawn", "已使用"),
    "left_mg": Words("Left", "剩余"),
    "entered_mg": Words("Entered", "已报关"),
    "received_mg": Words("Received", "已收货"),
    "difference_mg": Words("Difference", "差异"),
}


def balance_pdf(*, content: dict[str, Any], verify_url: str) -> bytes:
    """Print it, its data inside; the same input gives the same bytes. Raises `GlyphMissing` or `RenderFailed`."""
    data = rendering.Attachment(
        name=DATA_FILE,
        content=printing.canonical(content),
        description="The mass balance as data (euc-mass-balance/1)",
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
    balance = content["balance"]
    lines, places = balance["lines"], _places(content)
    questions = list(zip(balance["questions"], content["questions_zh"], strict=True))[:MOST_QUESTIONS]
    half = (len(places) + 1) // 2
    room = ROOM - half - QUESTION_ROWS * len(questions)
    return {
        **content,
        "title": TITLE,
        "title_hi": TITLE_HI,
        "columns": list(COLUMNS.values()),
        "rows": [_row(line) for line in lines] if len(lines) <= room else [],
        "line_count": len(lines),
        "total": [kg(sum(line[name] for line in lines)) for name in COLUMNS],
        "places": list(zip_longest(places[:half], places[half:])),
        "countries": [place for place in places if place["at"]],
        "norm": _norm(balance["norm"]),
        "questions": questions,
        "more_questions": max(len(balance["questions"]) - MOST_QUESTIONS, 0),
        "as_of_words": printing.instant_words(content["as_of"]),
        "verify_url": verify_url,
        "code": printing.in_fours(content["token"]),
        "qr": qr.svg(verify_url, title=f"Verify at {verify_url}"),
    }


def kg(milligrams: int) -> str:
    """Kilograms as printed; a missing weight keeps its sign."""
    return f"−{printing.kilograms(-milligrams)}" if milligrams < 0 else printing.kilograms(milligrams)


def _row(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": line["line"],
        "description": line["description"],
        "weights": [kg(line[name]) for name in COLUMNS],
    }


def _places(content: dict[str, Any]) -> list[dict[str, Any]]:
    """All lines' places by account, in the ledger's order, with the countries that exported products went to."""
    found: dict[str, dict[str, Any]] = {}
    for line in content["balance"]["lines"]:
        for place in line["where"]:
            if place["account"] not in content["accounts"]:
                continue
            row = found.setdefault(place["account"], {"weight_mg": 0, "pieces": 0, "at": {}})
            row["weight_mg"] += place["weight_mg"]
            row["pieces"] += place["pieces"]
            if place["account"] in content["by_place"] and place["place"]:
                row["at"][place["place"]] = row["at"].get(place["place"], 0) + place["weight_mg"]
    filled = [name for name in content["accounts"] if _is_anything(found.get(name))]
    return [
        {
            "words": Words(*content["accounts"][name]),
            "weight": kg(found[name]["weight_mg"]),
            "pieces": f"{found[name]['pieces']:,}",
            "at": ", ".join(f"{place} {kg(weight)}" for place, weight in sorted(found[name]["at"].items())),
        }
        for name in filled
    ]


def _is_anything(row: dict[str, Any] | None) -> bool:
    return row is not None and bool(row["weight_mg"] or row["pieces"])


def _norm(norm: dict[str, Any] | None) -> dict[str, Any] | None:
    if norm is None:
        return None
    return {
        "units": f"{norm['units']:,}",
        "built": kg(norm["built_mg"]),
        "norm": kg(norm["norm_mg"]),
        "percent": norm["percent"],
        "tolerance": norm.get("tolerance_percent"),  # not in papers frozen before it was kept
    }


def printed_text(content: dict[str, Any]) -> str:
    """All text that is printed, to ask `documents.fonts.unprintable` about before it is frozen."""
    return printing.printed_text(content)
