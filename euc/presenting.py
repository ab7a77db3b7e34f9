"""Turning stored content into rows that pages show: summaries, differences, history. No queries, no rules."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc import content as contents
from euc import workflow
from euc.models import Certificate
from workflow.law import Workflow

PAGE_TITLES = {
    "parties": gettext_lazy("Parties"),
    "order": gettext_lazy("Purchase order"),
    "goods": gettext_lazy("Goods"),
    "end-use": gettext_lazy("End use"),
    "undertakings": gettext_lazy("Undertakings"),
    "evidence": gettext_lazy("Evidence"),
    "check": gettext_lazy("Check and submit"),
}
PATH_LABELS = {
    "parties": gettext_lazy("Parties"),
    "exporter": gettext_lazy("exporter"),
    "importer": gettext_lazy("importer"),
    "consignee": gettext_lazy("consignee"),
    "end_user": gettext_lazy("end user"),
    "order": gettext_lazy("Purchase order"),
    "number": gettext_lazy("number"),
    "date": gettext_lazy("date"),
    "contract_number": gettext_lazy("contract number"),
    "goods": gettext_lazy("Goods line"),
    "end_use": gettext_lazy("End use"),
    "undertakings": gettext_lazy("Undertaking"),
    "clauses": gettext_lazy("clause"),
    "evidence": gettext_lazy("Evidence"),
    "signatory": gettext_lazy("Signatory"),
    "name": gettext_lazy("name"),
    "name_zh": gettext_lazy("name in Chinese"),
    "address": gettext_lazy("address"),
    "address_zh": gettext_lazy("address in Chinese"),
    "country": gettext_lazy("country"),
    "identifiers": gettext_lazy("registration"),
    "phone": gettext_lazy("telephone"),
    "email": gettext_lazy("e-mail"),
    "website": gettext_lazy("website"),
    "description": gettext_lazy("description"),
    "description_zh": gettext_lazy("description in Chinese"),
    "family": gettext_lazy("magnet family"),
    "grade": gettext_lazy("grade"),
    "dimensions": gettext_lazy("dimensions"),
    "coating": gettext_lazy("coating"),
    "composition": gettext_lazy("composition"),
    "itc_hs": gettext_lazy("ITC-HS code (India)"),
    "cn_hs": gettext_lazy("HS code (China)"),
    "control_codes": gettext_lazy("Chinese control codes"),
    "net_weight_mg": gettext_lazy("net weight in mg"),
    "pieces": gettext_lazy("pieces"),
    "value": gettext_lazy("value"),
    "currency": gettext_lazy("currency"),
    "purpose": gettext_lazy("specific end use"),
    "purpose_zh": gettext_lazy("specific end use in Chinese"),
    "product": gettext_lazy("product"),
    "model": gettext_lazy("model"),
    "sector_label": gettext_lazy("sector"),
    "position": gettext_lazy("where the magnet sits"),
    "magnet_per_unit_mg": gettext_lazy("magnet weight in one product, in mg"),
    "units_per_year": gettext_lazy("products made in a year"),
    "destination_market": gettext_lazy("where the product is sold"),
}
VERBS = {
    "start": gettext_lazy("Draft opened"),
    "submit": gettext_lazy("Signed and submitted"),
    "approve": gettext_lazy("Approved"),
    "send_back": gettext_lazy("Returned for correction"),
    "issue": gettext_lazy("Issued"),
    "reject": gettext_lazy("Rejected"),
    "withdraw": gettext_lazy("Withdrawn"),
    "revoke": gettext_lazy("Revoked"),
    "expire": gettext_lazy("Expired"),
    "exhaust": gettext_lazy("Used up"),
    "supersede": gettext_lazy("Superseded"),
    "seal_document": gettext_lazy("Signed document made"),
    "sign": gettext_lazy("Signed"),
    "bring_into_force": gettext_lazy("Brought into force"),
    "release": gettext_lazy("Released"),
    "declare_breach": gettext_lazy("Breach declared"),
    "download": gettext_lazy("Downloaded"),
}
HIDDEN_PATHS = {"net_weight_mg": "kg", "magnet_per_unit_mg": "kg"}


def label_of(path: str) -> str:
    """`goods.1.grade` as words: "Goods line 1: grade"."""
    words = [str(PATH_LABELS.get(part, part)) for part in path.split(".")]
    head, rest = words[0], words[1:]
    if rest and rest[0].isdigit():
        head, rest = f"{head} {rest[0]}", rest[1:]
    return f"{head}: {' '.join(rest)}" if rest else head


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """The differences of two revisions as rows for the difference view."""
    return [
        {"label": label_of(d.path), "old": d.before, "new": d.after}
        for d in contents.differences(before, after)
        if not d.path.endswith(("kind_label", ".sector", ".size", ".hi", ".zh"))
    ]


def history(events: Any) -> list[dict[str, Any]]:
    """Events as timeline rows, newest first."""
    return [
        {
            "at": event.at,
            "label": VERBS.get(event.action, event.action),
            "by": event.person_name,
            "organisation": event.organisation_name.partition(", ")[2] or event.organisation_name,
            "note": event.details.get("reason", ""),
            "tone": workflow.TONES.get(event.to_status, "neutral"),
        }
        for event in reversed(list(events))
    ]


def step_buttons(law: Workflow, subject: Any, actor: Any, url_name: str) -> list[dict[str, Any]]:
    """The steps this person may take, as buttons that lead to their confirmation pages."""
    return [
        {
            "label": step.label,
            "url": reverse(url_name, args=[subject.slug, step.verb.replace("_", "-")]),
            "tone": step.tone,
        }
        for step in law.open_to(subject, actor)
    ]


def tasks(certificate: Certificate, misses: dict[str, list], current: str = "") -> list[dict[str, Any]]:
    """The drafting pages as a task list with their state."""
    touched = {scratch.page for scratch in certificate.scratches()}
    return [
        {
            "label": title,
            "url": reverse("euc:draft", args=[certificate.slug, page]),
            "state": _state(page, misses, touched),
            "hint": _("%(count)d open") % {"count": len(misses[page])} if misses.get(page) else "",
            "is_current": page == current,
        }
        for page, title in PAGE_TITLES.items()
    ]


def _state(page: str, misses: dict[str, list], touched: set[str]) -> str:
    if page in touched:
        return "attention"
    if page == "check":
        return "complete" if not any(misses.values()) else "not_started"
    return "in_progress" if misses.get(page) else "complete"
