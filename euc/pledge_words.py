"""Turning undertakings into what pages show: their words against today's library. No rules of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from euc import wording
from euc.models import Clause, Undertaking
from euc.models.clause import Offer

SAME, NEWER, GONE, MISSING = "same", "newer", "gone", "missing"
TONES = {SAME: "success", NEWER: "warning", GONE: "neutral", MISSING: "danger"}


@dataclass(frozen=True)
class Standing:
    """One clause as it was signed, against the library of today."""

    title: str
    state: str
    signed: str
    clause: Clause
    words: list[wording.Compared] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def label(self) -> Any:
        return {
            SAME: _("still worded so"),
            NEWER: _("worded otherwise today"),
            GONE: _("not asked for any more"),
            MISSING: _("required today, not given"),
        }[self.state]


def against_today(undertaking: Undertaking, offers: list[Offer]) -> list[Standing]:
    """What the importer signed, clause by clause, against what is asked for today."""
    today = {offer.clause.code: offer for offer in offers}
    exporter, found = undertaking.exporter(), []
    rows = undertaking.rows()
    for row in rows:
        title, reference = row.clause.title_here, row.clause.reference
        offer = today.get(row.clause.code)
        if offer is None:
            found.append(Standing(title, GONE, reference, row.clause))
            continue
        row_today = type(row)(clause=offer.clause, party_name=row.party_name, party_number=row.party_number)
        words = wording.compare(row.words(exporter), row_today.worded(exporter))
        changed = any(compared.has_changed for compared in words)
        found.append(
            Standing(title, NEWER if changed else SAME, reference, offer.clause, words if changed else [])
        )
    given = {row.clause.code for row in rows}
    for offer in offers:
        if offer.is_required and offer.clause.code not in given:
            found.append(Standing(offer.clause.title_here, MISSING, "", offer.clause))
    return found


def changed_since_before(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """What changed between two signatures: the clauses and their words, the exporter and the period."""
    rows = []
    for key, label in (("valid_from", _("First day")), ("valid_until", _("Last day"))):
        rows.append((label, before[key], after[key]))
    names = [(content["parties"]["exporter"]["name"]) for content in (before, after)]
    rows.append((_("Chinese exporter"), *names))
    old, new = (
        {c["title"]: c["en"] for c in [*content["clauses"], *content["exceptions"]]}
        for content in (before, after)
    )
    rows += [(title, old.get(title, ""), new.get(title, "")) for title in {**old, **new}]
    return [{"label": label, "old": a, "new": b} for label, a, b in rows if a != b]
