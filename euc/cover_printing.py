"""The cover page of a scanned original: frozen content in, PDF bytes out. Reads nothing from the database.

Bytes from here carry no seal; hand them to `documents.signing.seal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from documents import qr, rendering
from euc import custody, printing
from euc.printed_words import Words

TITLE = Words("True copy: cover page", "真实副本封面页")
TEMPLATE = "euc/print/true_copy.html"
KINDS = {
    custody.SIGNED: Words("Signed in ink and stamped by the company", "公司手写签字并盖章"),
    custody.ATTESTED: Words("Attested", "认证"),
    custody.SENT: Words("Sent to the exporter in China", "寄往中国出口商"),
}


def cover_pdf(*, content: dict[str, Any], verify_url: str) -> bytes:
    """Print the cover page; the same input gives the same bytes. Raises `fonts.GlyphMissing` or `RenderFailed`."""
    return rendering.render(
        template=TEMPLATE,
        context={"cover": context(content, verify_url)},
        title=f"{TITLE.en} {TITLE.zh} {content['reference']}",
        language="en",
        created_at=datetime.fromisoformat(content["as_of"]),
    )


def context(content: dict[str, Any], verify_url: str) -> dict[str, Any]:
    """What the printed template reads."""
    return {
        **content,
        "title": TITLE,
        "as_of": printing.instant_words(content["as_of"]),
        "verify_url": verify_url,
        "code": printing.in_fours(content["token"]),
        "qr": qr.svg(verify_url, title=f"Verify at {verify_url}"),
        "rows": [
            {**entry, "words": KINDS[entry["kind"]], "day": printing.day_words(entry["on"])}
            for entry in content["entries"]
        ],
    }


def printed_text(content: dict[str, Any]) -> str:
    """All text that is printed, to ask `documents.fonts.unprintable` about before it is frozen."""
    return printing.printed_text(content)
