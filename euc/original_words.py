"""Turning the ledger of a paper and the rules of its way into what pages show. No queries, no rules of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from euc import custody, dated_words
from euc.models import AttestationRule, Original, OriginalEntry, OriginalStep
from euc.original_forms import LABELS, EntryForm


def stations(
    steps: Sequence[OriginalStep], now: custody.Where, entries: Sequence[OriginalEntry], original: Original
) -> list[dict[str, Any]]:
    """The paper's way as a task list: what is done, where it lies, what is overdue, what is doubtful."""
    stamps = {e.step_id: e for e in custody.counting(entries) if e.kind == custody.ATTESTED}
    dates = {e.kind: e for e in custody.counting(entries)}
    return [
        {
            "label": step.rule.label,
            "state": _state(step, now, original),
            "hint": _hint(step, now, stamps, dates, original),
            "doubt": step.rule.doubt if step.rule.is_doubtful else "",
            "step": step,
        }
        for step in steps
    ]


def _state(step: OriginalStep, now: custody.Where, original: Original) -> str:
    stage, place = step.rule.stage, now.place
    if stage == custody.INK:
        done, here = place not in {custody.AWAITED, custody.LOST}, place in {custody.AWAITED, custody.LOST}
    elif stage == custody.OFFICE:
        done, here = step.pk in now.stamped, now.step == step.pk
    else:
        done, here = place == custody.ABROAD, place == custody.ON_THE_WAY
    if here:
        return "attention" if original.is_overdue or place == custody.LOST else "in_progress"
    return "complete" if done else "not_started"


def _hint(step: OriginalStep, now: custody.Where, stamps: dict, dates: dict, original: Original) -> str:
    stage = step.rule.stage
    if stage == custody.OFFICE and step.pk in now.stamped:
        stamp = stamps[step.pk]
        return f"{day(stamp.happened_on)} · {stamp.reference}"
    if stage == custody.INK and now.place not in {custody.AWAITED, custody.LOST}:
        return day(dates[custody.SIGNED].happened_on)
    if stage == custody.COURIER and now.place == custody.ABROAD:
        return day(dates[custody.DELIVERED].happened_on)
    is_here = _state(step, now, original) in {"in_progress", "attention"}
    if is_here and original.is_expected:
        return _("expected by %(day)s") % {"day": day(original.due_on)}
    return _("%(count)d days expected") % {"count": step.rule.expected_days}


def day(value: Any) -> str:
    return date_format(value, "SHORT_DATE_FORMAT") if value else ""


@dataclass(frozen=True)
class Told:
    """One slot of the ledger on screen: what counts now, and the versions before it."""

    entry: OriginalEntry
    title: str
    rows: list[dict[str, Any]]
    before: list[Told]

    @property
    def is_reversed(self) -> bool:
        return self.entry.kind == custody.REVERSED


def ledger(entries: Sequence[OriginalEntry]) -> list[Told]:
    """The ledger slot by slot, the newest first."""
    slots: dict[int, list[OriginalEntry]] = {}
    for entry in sorted(entries, key=lambda e: (e.slot, e.version)):
        slots.setdefault(entry.slot, []).append(entry)
    return [
        _told(versions[-1], [_told(old, []) for old in reversed(versions[:-1])])
        for _slot, versions in sorted(slots.items(), reverse=True)
    ]


def _told(entry: OriginalEntry, before: list[Told]) -> Told:
    station = f": {entry.step.rule.label}" if entry.step else ""
    return Told(entry, f"{entry.get_kind_display()}{station}", _rows(entry), before)


def _rows(entry: OriginalEntry) -> list[dict[str, Any]]:
    def row(name: str, value: Any) -> dict[str, Any]:
        label = LABELS.get((entry.kind, name), EntryForm.base_fields[name].label)
        return {"label": label, "value": value}

    fee = f"{entry.currency} {entry.fee:,.2f}" if entry.fee is not None else ""
    rows = [
        row("reference", entry.reference),
        row("office", entry.office),
        row("officer", entry.officer),
        row("fee", fee),
        row("estamp", entry.estamp),
        row("carrier", entry.carrier),
        row("waybill", entry.waybill),
        row("note", entry.note),
        {"label": _("Reason given"), "value": entry.reason},
    ]
    return [r for r in rows if r["value"]]


def rule_rows(rule: AttestationRule) -> list[dict[str, Any]]:
    """Everything a rule says, as the rows of a summary list."""
    yes = {True: _("yes"), False: _("no")}
    return [
        {"label": _("What happens there"), "value": rule.get_stage_display()},
        {"label": _("Name"), "value": rule.name},
        {"label": _("Name in Chinese"), "value": rule.name_zh, "lang": "zh-Hans"},
        {"label": _("Name in Hindi"), "value": rule.name_hi, "lang": "hi"},
        {"label": _("Every paper must pass it"), "value": yes[rule.is_required]},
        {"label": _("Place in the order"), "value": str(rule.position)},
        {"label": _("Days it may take"), "value": str(rule.expected_days)},
        {"label": _("For certificates issued by"), "value": rule.authority or _("every authority")},
        *dated_words.rows(rule),
    ]
