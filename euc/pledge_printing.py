"""The undertaking on paper: frozen content in, PDF bytes, data bytes or a preview's context out.

Nothing here reads the database. PDF bytes from here carry no seal; hand them to `documents.signing.seal`.
"""

from __future__ import annotations

from typing import Any

from documents import qr, rendering
from euc import printing
from euc.printed_words import Words

TITLE = Words("Undertaking on End Use and Re-export", "最终用途和不再出口承诺书")
TITLE_HI = "अंतिम उपयोग और पुनर्निर्यात संबंधी वचनपत्र"
DATA_FILE = "undertaking.json"
TEMPLATE = "euc/print/undertaking.html"


def undertaking_pdf(*, content: dict[str, Any], issue: dict[str, Any]) -> bytes:
    """Print an undertaking in force, with its data inside as `undertaking.json`; the same input, the same bytes.

    `content` is "euc-undertaking/1", `issue` the block beside it. Unsigned: only for handing to the seal.
    """
    data = rendering.Attachment(
        name=DATA_FILE,
        content=undertaking_json(content=content, issue=issue),
        description="The undertaking as data (euc-undertaking-document/1)",
    )
    return rendering.render(
        template=TEMPLATE,
        context=print_context(content, issue),
        title=f"{TITLE.en} {TITLE.zh} {content['reference']}",
        language="en",
        attachments=[data],
        created_at=printing._moment(issue["issued_at"]),
    )


def undertaking_json(*, content: dict[str, Any], issue: dict[str, Any]) -> bytes:
    """The machine-readable undertaking (docs/schema/euc-undertaking-document-1.json) as canonical JSON."""
    return printing.canonical({"schema": "euc-undertaking-document/1", "content": content, "issue": issue})


def print_context(content: dict[str, Any], issue: dict[str, Any]) -> dict[str, Any]:
    """Context of the printed template; without an issue block it is marked DRAFT."""
    verify_url = issue.get("verify_url", "")
    return {
        "pledge": {
            **content,
            "exceptions": [
                {**clause, "number": number}
                for number, clause in enumerate(content["exceptions"], len(content["clauses"]) + 1)
            ],
            "title": TITLE,
            "title_hi": TITLE_HI,
            "draft": not issue,
            "hash_prefix": issue.get("content_hash", "")[:16],
            "content_hash": issue.get("content_hash", ""),
            "from": printing.day_words(content["valid_from"]),
            "until": printing.day_words(content["valid_until"]),
            "since": printing.day_words(issue.get("issued_at", "")),
            "signed": printing.instant_words(content["signatory"].get("signed_at", "")),
            "approved_by": issue.get("approved_by", {}),
            "issued_by": issue.get("issued_by", {}),
            "issued_at": printing.instant_words(issue.get("issued_at", "")),
            "verify_url": verify_url,
            "code": printing.in_fours(verify_url.rstrip("/").rpartition("/")[2]),
            "qr": qr.svg(verify_url, title=f"Verify at {verify_url}") if verify_url else "",
            "consents": _consents([*content["clauses"], *content["exceptions"]]),
        }
    }


def _consents(clauses: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Whose consent lifts which clauses, authority by authority: they stay apart."""
    found: dict[str, list[str]] = {}
    for number, clause in enumerate(clauses, 1):
        if clause["consent_authority"]:
            found.setdefault(clause["consent_authority"], []).append(str(number))
    return [(authority, ", ".join(numbers)) for authority, numbers in found.items()]
