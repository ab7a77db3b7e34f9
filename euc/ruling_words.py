"""Turning assessments and control rules into words and pictures that pages show. No queries, no rules of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from euc import control
from euc.assessing import Judged
from euc.control import Reason
from euc.models import ControlRule

CERTAINTY = {
    control.HIGH: gettext_lazy("well established"),
    control.MIDDLING: gettext_lazy("fairly established"),
    control.LOW: gettext_lazy("Doubtful"),
    control.QUESTION: gettext_lazy("Open question"),
}
STATES = {
    control.NOT_YET: gettext_lazy("not yet in effect"),
    control.IN_FORCE: gettext_lazy("in force"),
    control.SUSPENDED: gettext_lazy("suspended"),
    control.UNCONFIRMED: gettext_lazy("unconfirmed"),
    control.REPEALED: gettext_lazy("repealed"),
    control.NONE: gettext_lazy("none"),
}
TONES = {
    control.NOT_YET: "neutral",
    control.IN_FORCE: "success",
    control.SUSPENDED: "info",
    control.UNCONFIRMED: "warning",
    control.REPEALED: "neutral",
    control.NONE: "neutral",
}


@dataclass(frozen=True)
class Told:
    """A reason as it is read: its sentence, its source and how sure it is, in words."""

    text: str
    source: str
    certainty: Any
    is_doubt: bool


def assessment(judged: Judged) -> dict[str, Any]:
    """What the rules say of a line, as the pages show it to drafter and reviewer alike."""
    found = judged.found
    return {
        "on": found.on,
        "key": str(found.controlled),
        "verdict": _verdict(found.controlled),
        "tone": {True: "info", False: "success"}.get(found.controlled, "warning"),
        "rows": [
            {"label": _("Rare earths"), "value": _class(found.weight_class)},
            {"label": _("Control codes by the rules"), "value": ", ".join(found.codes)},
            {"label": _("Chinese export licence"), "value": _needed(found.licence_needed)},
            {"label": _("Re-export rule"), "value": STATES[found.reexport_rule]},
        ],
        "doubts": [told(reason) for reason in found.why if reason.is_doubt],
        "why": [told(reason) for reason in found.why],
        "mismatch": str(judged.mismatch),
        "before": _before(judged.frozen) if judged.frozen and judged.has_changed else "",
    }


def told(reason: Reason) -> Told:
    return Told(reason.text, reason.source, CERTAINTY[reason.confidence], reason.is_doubt)


def _verdict(answer: control.Answer) -> str:
    if answer is True:
        return _("controlled")
    return _("not controlled") if answer is False else _("not known whether controlled")


def _needed(answer: control.Answer) -> str:
    if answer is True:
        return _("needed")
    return _("not needed") if answer is False else _("not known whether needed")


def _class(weight_class: str) -> str:
    return {
        "light": pgettext("rare earths", "light"),
        "medium": pgettext("rare earths", "medium"),
        "heavy": pgettext("rare earths", "heavy"),
        "none": pgettext("rare earths", "none"),
    }.get(weight_class, _("not known"))


def _before(frozen: dict[str, Any]) -> str:
    day = control.day(date.fromisoformat(frozen["on"]))
    codes = ", ".join(frozen["codes"]) or "–"
    said = {"day": day, "verdict": _verdict(frozen["controlled"]), "codes": codes}
    rule = {"rule": STATES[frozen["reexport_rule"]]}
    return _("On %(day)s: %(verdict)s, codes %(codes)s, re-export rule %(rule)s.") % (said | rule)


# --- the timeline ----------------------------------------------------------------------------------

WIDTH = 1000  # units of the picture


@dataclass(frozen=True)
class Span:
    """A stretch of one state in a rule's life, with its place in the picture (0 to WIDTH)."""

    state: str
    label: Any
    first: date
    last: date | None
    x: int
    width: int


@dataclass(frozen=True)
class RuleLine:
    """One rule on the page of rules: its state on the chosen day and its life as spans."""

    rule: ControlRule
    state: str
    label: Any
    tone: str
    spans: list[Span]


@dataclass(frozen=True)
class Picture:
    """The time the bars show, and where the chosen day stands in it."""

    first: date
    last: date
    mark: int


def picture(rules: list[ControlRule], on: date) -> Picture:
    """From the earliest to half a year after the latest date that any rule, or the chosen day, names."""
    days = [on, *(day for rule in rules for day in changes(rule))]
    first, last = min(days) - timedelta(days=30), max(days) + timedelta(days=180)
    return Picture(first, last, _place(on, first, last))


def lines(rules: list[ControlRule], on: date, frame: Picture) -> list[RuleLine]:
    found = []
    for rule in rules:
        state = rule.state(on)
        found.append(RuleLine(rule, state, STATES[state], TONES[state], spans(rule, frame)))
    return found


def changes(rule: ControlRule) -> list[date]:
    """The days on which the rule's state changes, in order."""
    resumes = rule.suspended_until + timedelta(days=1) if rule.suspended_until else None
    days = (rule.effective_from, rule.suspended_from, resumes, rule.repealed_on)
    return sorted({day for day in days if day})


def spans(rule: ControlRule, frame: Picture) -> list[Span]:
    """The rule's life, without the time before it; equal neighbours are one."""
    starts: list[tuple[date, str]] = []
    for day in changes(rule):
        state = rule.state(day)
        if state != control.NOT_YET and (not starts or starts[-1][1] != state):
            starts.append((day, state))
    ends = [day - timedelta(days=1) for day, _state in starts[1:]] + [None]
    return [_span(state, first, last, frame) for (first, state), last in zip(starts, ends, strict=True)]


def _span(state: str, first: date, last: date | None, frame: Picture) -> Span:
    x = _place(first, frame.first, frame.last)
    end = _place(last + timedelta(days=1), frame.first, frame.last) if last else WIDTH
    return Span(state, STATES[state], first, last, x, max(end - x, 2))


def _place(day: date, first: date, last: date) -> int:
    share = (day - first).days / max((last - first).days, 1)
    return round(WIDTH * min(max(share, 0), 1))


# --- one rule --------------------------------------------------------------------------------------


def rows(rule: ControlRule) -> list[dict[str, Any]]:
    """What a rule says, as label and value; what it does not say is left out."""
    found = [
        (_("Effect"), rule.get_effect_display()),
        (_("Goods"), rule.get_origin_display()),
        (_("Families it names whatever they contain"), _families(rule.whole_families)),
        (_("Families it names when they contain"), _families(rule.families)),
        (_("Elements"), control.symbols(rule.elements)),
        (_("Forms"), ", ".join(_form(rule, form) for form in rule.forms)),
        (_("Threshold"), _threshold(rule)),
        (_("Control codes"), ", ".join(rule.codes)),
        (_("HS codes, an aid only"), ", ".join(rule.hs_codes)),
        (_("In effect from"), control.day(rule.effective_from)),
        (_("Suspension"), _suspension(rule)),
        (_("Repealed from"), control.day(rule.repealed_on) if rule.repealed_on else ""),
        (_("Source"), ", ".join(part for part in (rule.source, rule.source_url) if part)),
        (_("Confidence"), rule.get_confidence_display()),
        (_("Checked"), _checked(rule)),
        (_("Doubts"), rule.doubt),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def differences(before: ControlRule, after: ControlRule) -> list[dict[str, Any]]:
    """What a version says other than the one it replaces, as rows of the difference view."""
    return differing(_with_names(before), _with_names(after))


def _with_names(rule: ControlRule) -> list[dict[str, Any]]:
    names = {_("Announcement"): rule.name, _("What it names, in few words"): rule.title}
    return [*({"label": label, "value": value} for label, value in names.items()), *rows(rule)]


def differing(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that do not say the same before and after, for the difference view."""
    old = {row["label"]: row["value"] for row in before}
    new = {row["label"]: row["value"] for row in after}
    pairs = {label: (old.get(label, ""), new.get(label, "")) for label in {**old, **new}}
    return [{"label": label, "old": a, "new": b} for label, (a, b) in pairs.items() if a != b]


def _families(families: list[str]) -> str:
    return ", ".join(control.family_label(family) for family in families)


def _form(rule: ControlRule, form: str) -> str:
    label = control.form_label(form)
    return _("%(form)s (not established)") % {"form": label} if form in rule.doubtful_forms else label


def _threshold(rule: ControlRule) -> str:
    if rule.threshold is None:
        return ""
    given = {
        "limit": f"{rule.threshold.normalize():f}",
        "elements": control.symbols(rule.threshold_elements or rule.elements),
        "status": rule.get_threshold_status_display(),
        "source": rule.threshold_source,
    }
    return _("%(limit)s mass %% of %(elements)s together: %(status)s. %(source)s") % given


def _suspension(rule: ControlRule) -> str:
    if not rule.suspended_from:
        return ""
    given = {
        "first": control.day(rule.suspended_from),
        "last": control.day(rule.suspended_until),
        "by": rule.suspended_by,
        "reported": control.day(rule.reported_until),
    }
    parts = [_("%(first)s to %(last)s by %(by)s.") % given]
    parts.append(
        _("That it is in force again afterwards is confirmed.")
        if rule.end_confirmed
        else _("What follows is not confirmed.")
    )
    if rule.reported_until:
        parts.append(_("An extension to %(reported)s is reported but unconfirmed.") % given)
    return " ".join(parts)


def _checked(rule: ControlRule) -> str:
    if rule.is_shipped:
        return _("Shipped with the product; no officer has checked it against the official text.")
    if rule.confirmed:
        return _("Checked against the official text by the officer who proposed it.")
    return _("Not checked against the official text.")
