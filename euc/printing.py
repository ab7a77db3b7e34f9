"""The certificate on paper: frozen content in, PDF bytes, data bytes or a preview's context out.

Nothing here reads the database. PDF bytes from here carry no seal; hand them to `documents.signing.seal`.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from documents import qr, rendering
from euc import printed_words
from euc.printed_words import Words

TITLE = Words("End-User and End-Use Certificate", "最终用户和最终用途证明")
DATA_FILE = "certificate.json"
TEMPLATE = "euc/print/certificate.html"
INDIA = ZoneInfo("Asia/Kolkata")


def certificate_pdf(*, content: dict, issue: dict, hindi: bool = False) -> bytes:
    """Print an issued certificate, with its data inside as `certificate.json`; the same input, the same bytes.

    `content` is "euc-certificate/1", `issue` the block beside it. `hindi` prints the clauses in Hindi below.
    Unsigned: only for handing to the seal. Raises `documents.fonts.GlyphMissing` or `RenderFailed`.
    """
    data = rendering.Attachment(
        name=DATA_FILE,
        content=certificate_json(content=content, issue=issue),
        description="The certificate as data (euc-document/1)",
    )
    return rendering.render(
        template=TEMPLATE,
        context=print_context(content, issue, hindi=hindi),
        title=f"{TITLE.en} {TITLE.zh} {content['reference']}",
        language="en",
        attachments=[data],
        created_at=_moment(issue["issued_at"]),
    )


def certificate_json(*, content: dict, issue: dict) -> bytes:
    """The machine-readable certificate (docs/schema/euc-document-1.json) as canonical JSON."""
    return canonical({"schema": "euc-document/1", "content": content, "issue": issue})


def canonical(data: Any) -> bytes:
    """JSON with sorted keys, no spaces and UTF-8: one byte string for one meaning."""
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def print_context(content: dict, issue: dict, *, hindi: bool = False) -> dict:
    """Context of the printed template for an issued certificate."""
    return {"sheet": _sheet(content, issue, hindi=hindi)}


def preview_context(content: dict, *, hindi: bool = False) -> dict:
    """Context of `euc/print/_sheet.html` for content that was not issued: marked DRAFT, gaps left open."""
    return {"sheet": _sheet(content, {}, hindi=hindi)}


def printed_text(content: dict) -> str:
    """All text of `content` that is printed, to ask `documents.fonts.unprintable` about before submission."""
    return "".join(_strings(content))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [part for name, part in value.items() if name != "assessment"]
    if isinstance(value, str):
        yield value
    elif not isinstance(value, int | float | None):
        for part in value:
            yield from _strings(part)


def _sheet(content: dict, issue: dict, *, hindi: bool) -> dict:
    verify_url = issue.get("verify_url", "")
    return {
        "title": TITLE,
        "draft": not issue,
        "demonstration": content.get("demonstration", False),
        "reference": content.get("reference", ""),
        "revision": content.get("revision", ""),
        "template": content.get("template", ""),
        "content_hash": issue.get("content_hash", ""),
        "hash_prefix": issue.get("content_hash", "")[:16],
        "issued_on": day_words(issue.get("issued_at", "")),
        "valid_from": day_words(issue.get("valid_from", "")),
        "valid_until": day_words(issue.get("valid_until", "")),
        "parties": _parties(content.get("parties", {})),
        "order": _order(content.get("order", {})),
        "goods": [_goods_line(line) for line in content.get("goods", [])],
        "totals": _totals(content.get("goods", [])),
        "end_use": _end_use(content.get("end_use", {})),
        "undertakings": content.get("undertakings", []),
        "hindi": hindi,
        "evidence": [_evidence(item) for item in content.get("evidence", [])],
        "signatory": _signatory(content.get("signatory", {})),
        "approved_by": issue.get("approved_by", {}),
        "issued_by": issue.get("issued_by", {}),
        "issued_at": instant_words(issue.get("issued_at", "")),
        "verify_url": verify_url,
        "code": in_fours(verify_url.rstrip("/").rpartition("/")[2]),
        "qr": qr.svg(verify_url, title=f"Verify at {verify_url}") if verify_url else "",
    }


def in_fours(code: str) -> list[str]:
    """A verification code as people type it: groups of four, two rows."""
    groups = [code[place : place + 4] for place in range(0, len(code), 4)]
    return [" ".join(groups[:4]), " ".join(groups[4:])] if groups else []


def _parties(parties: dict) -> list[dict]:
    """One entry per distinct party, under every role it plays."""
    entries: list[dict] = []
    for role, words in printed_words.ROLES.items():
        party = parties.get(role) or {}
        same = next((entry for entry in entries if entry["party"] == party and party), None)
        if same:
            same["role"] = _and(same["role"], words)
        else:
            entries.append(_party(words, party))
    return entries


def _and(roles: Words, role: Words) -> Words:
    return Words(f"{roles.en}, {role.en.lower()}", f"{roles.zh}、{role.zh}")


def _party(role: Words, party: dict) -> dict:
    return {
        "role": role,
        "party": party,
        "name_zh": party.get("name_zh") or party.get("name", ""),
        "address_zh": party.get("address_zh") or party.get("address", ""),
        "country": printed_words.country(party.get("country", "")),
        "identifiers": [(name, value) for name, value in party.get("identifiers", {}).items() if value],
        "contact": [party[key] for key in ("phone", "email", "website") if party.get(key)],
    }


def _order(order: dict) -> dict:
    return {**order, "date": day_words(order.get("date", ""))}


def _goods_line(line: dict) -> dict:
    return {
        **line,
        "family": printed_words.goods(line.get("family", ""), line.get("form", "")),
        "composition": [(element, share) for element, share in line.get("composition", {}).items() if share],
        "report": " · ".join(line[key] for key in ("laboratory", "method", "report_number") if line.get(key)),
        "particulars": " · ".join(line[key] for key in ("grade", "dimensions", "coating") if line.get(key)),
        "itc_hs": _grouped_code(line.get("itc_hs", "")),
        "cn_hs": _grouped_code(line.get("cn_hs", "")),
        "net_weight": kilograms(line.get("net_weight_mg")),
        "pieces": _grouped(line.get("pieces")),
        "value": _money(line.get("value")),
    }


def _totals(goods: list[dict]) -> dict:
    values: dict[str, Decimal] = {}
    for line in goods:
        if line.get("value"):
            values[line["currency"]] = values.get(line["currency"], Decimal(0)) + Decimal(line["value"])
    return {
        "lines": len(goods),
        "net_weight": kilograms(sum(line.get("net_weight_mg") or 0 for line in goods)),
        "pieces": _grouped(sum(line.get("pieces") or 0 for line in goods)),
        "values": [(currency, f"{amount:,.2f}") for currency, amount in sorted(values.items())],
    }


def _end_use(end_use: dict) -> dict:
    return {
        **end_use,
        "sector": printed_words.of(
            printed_words.SECTORS, end_use.get("sector", ""), end_use.get("sector_label", "")
        ),
        "magnet_per_unit": kilograms(end_use.get("magnet_per_unit_mg")),
        "units_per_year": _grouped(end_use.get("units_per_year")),
    }


def _evidence(item: dict) -> dict:
    kind = printed_words.of(printed_words.EVIDENCE, item.get("kind", ""), item.get("kind_label", ""))
    return {**item, "kind": kind, "size": _grouped(item.get("size"))}


def _signatory(signatory: dict) -> dict:
    return {**signatory, "signed_at": instant_words(signatory.get("signed_at", ""))}


def kilograms(milligrams: int | None) -> str:
    """Whole milligrams as kilograms: three decimals, or up to six where the weight is finer."""
    if milligrams is None:
        return ""
    whole, fraction = divmod(milligrams, 1_000_000)
    digits = f"{fraction:06d}"
    return f"{whole:,}.{digits[:3]}{digits[3:].rstrip('0')}"


def _grouped(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _grouped_code(code: str) -> str:
    """A tariff number in its usual groups: 8505 11 90, 8505 11 10 00."""
    if not re.fullmatch(r"[0-9]{6,10}", code):
        return code
    return " ".join([code[:4], *re.findall("..?", code[4:])])


def _money(amount: str | None) -> str:
    return f"{Decimal(amount):,.2f}" if amount else ""


def day_words(text: str) -> Words:
    """A date (or the Indian day of a moment) in words that no two countries read differently."""
    if not text:
        return Words("", "")
    day = _moment(text).astimezone(INDIA).date() if "T" in text else date.fromisoformat(text)
    return Words(
        f"{day.day} {printed_words.MONTHS[day.month - 1]} {day.year}", f"{day.year}年{day.month}月{day.day}日"
    )


def instant_words(text: str) -> Words:
    """A moment in Indian time, to the minute."""
    if not text:
        return Words("", "")
    day, clock = day_words(text), _moment(text).astimezone(INDIA).strftime("%H:%M")
    return Words(f"{day.en}, {clock} IST", f"{day.zh} {clock}（印度标准时间）")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
