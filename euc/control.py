"""What the control rules say of one goods line on one day. Pure: facts, a day and rules in, an assessment out.

Rules are data (`ControlRule` rows); nothing here names an announcement. A doubt stays a doubt: where the composition
or the law is not established the answer is "unknown", never "no". Days count in China (Asia/Shanghai).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

CHINA = ZoneInfo("Asia/Shanghai")
UNKNOWN = "unknown"
Answer = bool | str  # True, False or "unknown"

LICENCE, REEXPORT, REFUSAL = "LICENCE", "REEXPORT", "REFUSAL"
TECHNOLOGY, EQUIPMENT, CLARIFICATION = "TECHNOLOGY", "EQUIPMENT", "CLARIFICATION"
NOT_YET, IN_FORCE, SUSPENDED = "not_yet", "in_force", "suspended"
UNCONFIRMED, REPEALED, NONE = "unconfirmed", "repealed", "none"
LAW, TRADE_PRACTICE = "LAW", "TRADE_PRACTICE"
FROM_CHINA = "CHINA"

FAMILIES = ("NDFEB_SINTERED", "NDFEB_BONDED", "SMCO", "FERRITE", "ALNICO", "OTHER")
FORMS = ("MAGNET", "POWDER", "ROTOR_ASSEMBLY", "MOULDED_SENSOR", "FINISHED_GOOD")
WITHOUT_RARE_EARTHS = frozenset({"FERRITE", "ALNICO"})
NEODYMIUM = frozenset({"NDFEB_SINTERED", "NDFEB_BONDED"})

# Chinese usage; scandium stands apart. The law asks for element and form, not for these classes.
LIGHT = frozenset({"la", "ce", "pr", "nd"})
MEDIUM = frozenset({"sm", "eu", "gd"})
HEAVY = frozenset({"tb", "dy", "ho", "er", "tm", "yb", "lu", "y"})
ELEMENTS = ("la", "ce", "pr", "nd", "sm", "eu", "gd", "tb", "dy", "ho", "er", "tm", "yb", "lu", "sc", "y")
ASKED_OF_OTHERS = ("sm", "tb", "dy")  # what a material of no named family must state before it can be judged

HIGH, MIDDLING, LOW, QUESTION = "high", "medium", "low", "question"
CERTAINTY = (HIGH, MIDDLING, LOW, QUESTION)
CODE = re.compile(r"\b([0-9][A-E][0-9]{3})(?:\.([a-z]))?", re.IGNORECASE)


class Rule(Protocol):
    """What an assessment reads of a control rule; `euc.models.ControlRule` is the real one."""

    announcement: str
    effect: str
    origin: str
    whole_families: list[str]
    families: list[str]
    elements: list[str]
    forms: list[str]
    doubtful_forms: list[str]
    threshold: Decimal | None
    threshold_status: str
    threshold_elements: list[str]
    threshold_source: str
    codes: list[str]
    effective_from: date
    suspended_from: date | None
    suspended_until: date | None
    suspended_by: str
    end_confirmed: bool
    reported_until: date | None
    repealed_on: date | None
    title: str
    source: str
    confidence: str
    doubt: str

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Facts:
    """What is said of one goods line: mass % by lower-case symbol, what is not stated being absent.

    `unknown` names elements of which it is expressly said that nobody knows.
    """

    family: str
    form: str
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def share(self, element: str) -> Decimal | None:
        """Mass % of one element; nothing when it is not known."""
        return None if element in self.unknown else self.shares.get(element)


@dataclass(frozen=True)
class Reason:
    """One sentence of why, where it comes from, and how sure that is."""

    text: str
    source: str
    confidence: str

    @property
    def is_doubt(self) -> bool:
        return self.confidence in {LOW, QUESTION}


@dataclass(frozen=True)
class Assessment:
    """The answer for one line on one day. `controlled` and `licence_needed` are True, False or "unknown"."""

    on: date
    weight_class: str
    controlled: Answer
    codes: tuple[str, ...]
    licence_needed: Answer
    reexport_rule: str
    why: tuple[Reason, ...]

    def has_open_question(self) -> bool:
        """Whether something about the line itself is still to be answered."""
        return any(reason.confidence == QUESTION for reason in self.why)

    def as_json(self) -> dict[str, Any]:
        """The answer as plain data, the reasons with text, source and confidence."""
        return {
            "weight_class": self.weight_class,
            "controlled": self.controlled,
            "codes": list(self.codes),
            "licence_needed": self.licence_needed,
            "reexport_rule": self.reexport_rule,
            "why": [{"text": r.text, "source": r.source, "confidence": r.confidence} for r in self.why],
        }


@dataclass(frozen=True)
class _Finding:
    """What one rule says: True, False or "unknown", with reasons where they are worth telling."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()


def day_in_china(moment: datetime | None = None) -> date:
    """The date in China at that moment, now by default."""
    return timezone.localtime(moment, timezone=CHINA).date()


def state(rule: Rule, on: date) -> str:
    """Whether the rule is alive on that day in China.

    A suspension counts from its first to its last day. After its last day the rule is in force again only when that
    end is confirmed; otherwise it is "unconfirmed", whatever extension is reported.
    """
    if rule.repealed_on and on >= rule.repealed_on:
        return REPEALED
    if rule.suspended_from and on >= rule.suspended_from:
        if rule.suspended_until is None or on <= rule.suspended_until:
            return SUSPENDED
        if not rule.end_confirmed:
            return UNCONFIRMED
    return NOT_YET if on < rule.effective_from else IN_FORCE


def assess(facts: Facts, on: date, rules: Iterable[Rule]) -> Assessment:
    """What the rules say of goods made in China and sent abroad on that day (a date in China)."""
    rules = list(rules)
    if not rules:
        nothing = Reason(_("No control rules are loaded: nothing can be said."), "", QUESTION)
        return Assessment(on, weight_class(facts), UNKNOWN, (), UNKNOWN, NONE, (nothing,))
    clarifications = [rule for rule in rules if rule.effect == CLARIFICATION]
    licences = [(rule, _licence(rule, facts, on, clarifications)) for rule in rules if rule.effect == LICENCE]
    controlled = _worst(finding.answer for _rule, finding in licences)
    codes = {code for rule, finding in licences if finding.answer is True for code in rule.codes}
    reexport, reexport_reasons = _reexport(facts, on, rules)
    why = [reason for _rule, finding in licences for reason in finding.reasons]
    if not any(finding.reasons for rule, finding in licences if state(rule, on) == IN_FORCE):
        why.insert(0, _nothing_named(facts, on, rules))
    why += reexport_reasons
    if controlled is not False:
        why += _refusals(on, rules)
    return Assessment(
        on=on,
        weight_class=weight_class(facts),
        controlled=controlled,
        codes=tuple(sorted(codes)),
        licence_needed=controlled,
        reexport_rule=reexport,
        why=tuple(dict.fromkeys(why)),
    )


def _worst(answers: Iterable[Answer]) -> Answer:
    found = set(answers)
    if True in found:
        return True
    return UNKNOWN if UNKNOWN in found else False


def weight_class(facts: Facts) -> str:
    """light, medium or heavy by the heaviest rare earth stated; none without rare earths; unknown if not stated."""
    stated = {element for element in ELEMENTS if facts.share(element)}
    if stated & HEAVY:
        return "heavy"
    if facts.family in WITHOUT_RARE_EARTHS:
        return _by_statement(stated, "none")
    if facts.family == "SMCO" or stated & MEDIUM:
        return "medium"
    if any(facts.share(element) is None for element in asked_of(facts.family)):
        return UNKNOWN
    return "light" if facts.family in NEODYMIUM else _by_statement(stated, "none")


def _by_statement(stated: set[str], otherwise: str) -> str:
    if stated & MEDIUM:
        return "medium"
    return "light" if stated & LIGHT else otherwise


# --- licences --------------------------------------------------------------------------------------


def _licence(rule: Rule, facts: Facts, on: date, clarifications: list[Rule]) -> _Finding:
    """Whether this rule asks a licence for the line on that day."""
    now = state(rule, on)
    material = _material(rule, facts, now)
    if material.answer is False:
        return material if now == IN_FORCE or any(r.is_doubt for r in material.reasons) else _Finding(False)
    shape = _shape(rule, facts, on, clarifications)
    if shape.answer is False:
        return shape if now == IN_FORCE else _Finding(False)
    if now not in {IN_FORCE, UNCONFIRMED}:
        return _Finding(False, (_lifeless(rule, on),))
    reasons = (*material.reasons, *shape.reasons)
    if now == UNCONFIRMED:
        return _Finding(UNKNOWN, (*reasons, _lifeless(rule, on)))
    return _Finding(True if {material.answer, shape.answer} == {True} else UNKNOWN, reasons)


def _material(rule: Rule, facts: Facts, now: str) -> _Finding:
    """Whether the rule names the material of the line."""
    if not facts.family:
        return _Finding(UNKNOWN, (_ask(rule, _("The magnet family is not stated.")),))
    if facts.family in rule.whole_families:
        return _whole_family(rule, facts)
    if facts.family in rule.families:
        return _contained(rule, facts, now)
    if facts.family == "OTHER":
        return _perhaps_another_material(rule, facts)
    return _not_a_magnet_entry(rule, facts)


def _whole_family(rule: Rule, facts: Facts) -> _Finding:
    text = _("%(family)s magnets are named whatever they contain: %(title)s.")
    reasons = [_cite(rule, text % {"family": family_label(facts.family), "title": rule.title})]
    denied = [e for e in rule.elements if facts.share(e) == 0]
    if denied and facts.family in {"SMCO"}:
        question = _("The line states 0 %% %(elements)s, which contradicts its family; check the report.")
        reasons.append(_ask(rule, question % {"elements": symbols(denied)}))
    return _Finding(True, tuple(reasons))


def _contained(rule: Rule, facts: Facts, now: str) -> _Finding:
    """A rule on materials that contain an element: contained, not contained, a trace, or not stated."""
    shares = {element: facts.share(element) for element in rule.elements}
    present = [element for element, share in shares.items() if share]
    if present:
        return _trace(rule, facts, present) or _Finding(True, (_contains(rule, facts, present),))
    missing = [element for element, share in shares.items() if share is None]
    if not missing or _goes_without_saying(facts, missing):
        text = _("Stated without %(elements)s, the line is not among: %(title)s.")
        told = _cite(rule, text % {"elements": symbols(rule.elements), "title": rule.title})
        return _Finding(False, () if missing else (told,))
    given = {"elements": symbols(missing), "name": rule.name}
    if now == UNCONFIRMED and not set(missing) & (facts.unknown | set(asked_of(facts.family))):
        text = _(
            "If the line contains %(elements)s, an officer must check whether %(name)s is in force again."
        )
        return _Finding(False, (Reason(text % given, source_of(rule), LOW),))
    text = _("The content of %(elements)s is not stated; state it, even as 0.")
    return _Finding(UNKNOWN, (_ask(rule, text % given),))


def asked_of(family: str) -> tuple[str, ...]:
    """The elements whose content a line of this family must always state."""
    if family in WITHOUT_RARE_EARTHS or family == "SMCO":
        return ()
    return ("tb", "dy") if family in NEODYMIUM else ASKED_OF_OTHERS


def _goes_without_saying(facts: Facts, missing: list[str]) -> bool:
    """Ferrite and AlNiCo hold no rare earths unless somebody says so."""
    return facts.family in WITHOUT_RARE_EARTHS and not facts.unknown & set(missing)


def _contains(rule: Rule, facts: Facts, present: list[str]) -> Reason:
    shares = ", ".join(f"{symbols([element])} {_percent(facts.shares[element])} %" for element in present)
    return _cite(rule, _("Contains %(shares)s: %(title)s.") % {"shares": shares, "title": rule.title})


def _trace(rule: Rule, facts: Facts, present: list[str]) -> _Finding | None:
    """A content at or below the rule's threshold: outside it by law, doubtful by trade practice; else nothing."""
    if rule.threshold is None:
        return None
    measured = rule.threshold_elements or rule.elements
    total = sum((facts.share(element) or Decimal(0) for element in measured), Decimal(0))
    if total > rule.threshold:
        return None
    given = {"elements": symbols(measured), "total": _percent(total), "limit": _percent(rule.threshold)}
    if rule.threshold_status == LAW:
        text = _("%(elements)s together %(total)s %%, at or below the %(limit)s %% of the rule.") % given
        return _Finding(False, (_cite(rule, text),))
    law = _("The rule names no percentage: by its letter any content counts (%(title)s).") % {
        "title": rule.title
    }
    practice = _(
        "%(elements)s together %(total)s %%: by trade practice, not by law, up to %(limit)s %% usually ships without "
        "a licence, with a composition report; customs may question it."
    )
    found = Reason(practice % given, rule.threshold_source or source_of(rule), LOW)
    return _Finding(UNKNOWN, (_contains(rule, facts, present), _cite(rule, law), found))


def _perhaps_another_material(rule: Rule, facts: Facts) -> _Finding:
    """Goods of no named family may be an alloy, a target or another material that the same rule names."""
    named = [element for element in rule.elements if facts.share(element)]
    asked = [e for e in rule.elements if e in ASKED_OF_OTHERS and facts.share(e) is None]
    if named:
        text = _(
            "Contains %(elements)s in a material of no named family: the rule also names metals, alloys, "
            "targets and compounds. Say what the material is."
        )
        return _Finding(UNKNOWN, (_ask(rule, text % {"elements": symbols(named)}),))
    if asked:
        text = _("The content of %(elements)s is not stated; state it, even as 0.")
        return _Finding(UNKNOWN, (_ask(rule, text % {"elements": symbols(asked)}),))
    return _Finding(False)


def _not_a_magnet_entry(rule: Rule, facts: Facts) -> _Finding:
    """An element that the rule controls as metal, alloy or compound but not in a magnet of this family."""
    present = [element for element in rule.elements if facts.share(element)]
    if not present or rule.families or rule.whole_families:
        return _Finding(False)
    text = _(
        "%(elements)s is controlled as metal, alloy, target or compound; the rule has no entry for magnets."
    )
    return _Finding(False, (_cite(rule, text % {"elements": symbols(present)}),))


def _shape(rule: Rule, facts: Facts, on: date, clarifications: list[Rule]) -> _Finding:
    """Whether the rule reaches the form of the goods: by its own words, or by a clarification alive on that day."""
    if not facts.form:
        return _Finding(UNKNOWN, (_ask(rule, _("The form of the goods is not stated.")),))
    if facts.form in rule.forms:
        if facts.form not in rule.doubtful_forms:
            return _Finding(True)
        text = _("That the rule reaches this form (%(form)s) is not established from the official text.")
        return _Finding(True, (Reason(text % {"form": form_label(facts.form)}, source_of(rule), MIDDLING),))
    for clarification in clarifications:
        if facts.form in clarification.forms and state(clarification, on) == IN_FORCE:
            text = _("%(form)s: generally outside the rule (%(title)s). Keep evidence of the form.")
            said = text % {"form": form_label(facts.form), "title": clarification.title}
            return _Finding(False, (_cite(clarification, said),))
    text = _("%(form)s: no clarification of the authority on this form is known for that day; ask for one.")
    return _Finding(UNKNOWN, (_ask(rule, text % {"form": form_label(facts.form)}),))


# --- re-export and refusals ------------------------------------------------------------------------


def _reexport(facts: Facts, on: date, rules: list[Rule]) -> tuple[str, list[Reason]]:
    """The most pressing state of the rules on sending the goods on from a third country, with reasons."""
    found: dict[str, list[Reason]] = {}
    for rule in rules:
        if rule.effect != REEXPORT or rule.origin != FROM_CHINA or facts.form not in rule.forms:
            continue
        now = state(rule, on)
        material = _material(rule, facts, now)
        if material.answer is False or now in {NOT_YET, REPEALED} or facts.family == "OTHER":
            continue
        reasons = [_lifeless(rule, on)] if now != IN_FORCE else [_alive_reexport(rule)]
        if facts.form in rule.doubtful_forms:
            text = _("That the re-export rule reaches this form (%(form)s) is not established.")
            reasons.append(_ask(rule, text % {"form": form_label(facts.form)}))
        found.setdefault(now, []).extend(reasons)
    for now in (IN_FORCE, UNCONFIRMED, SUSPENDED):
        if now in found:
            return now, found[now]
    return NONE, []


def _alive_reexport(rule: Rule) -> Reason:
    return _cite(rule, _("The re-export rule is in force: %(title)s.") % {"title": rule.title})


def _refusals(on: date, rules: list[Rule]) -> Iterator[Reason]:
    for rule in rules:
        if rule.effect != REFUSAL:
            continue
        now = state(rule, on)
        if now == IN_FORCE:
            yield _cite(rule, _("Refused whatever the goods: %(title)s.") % {"title": rule.title})
        elif now == UNCONFIRMED:
            yield _lifeless(rule, on)


# --- sentences -------------------------------------------------------------------------------------


def _lifeless(rule: Rule, on: date) -> Reason:
    """Why the rule does not count on that day, or why nobody can say whether it does."""
    now, name = state(rule, on), rule.name
    if now == NOT_YET:
        text = _("%(name)s takes effect on %(day)s only.") % {"name": name, "day": day(rule.effective_from)}
        return _cite(rule, text)
    if now == REPEALED:
        return _cite(
            rule, _("%(name)s is repealed since %(day)s.") % {"name": name, "day": day(rule.repealed_on)}
        )
    since = {
        "name": name,
        "by": rule.suspended_by,
        "day": day(rule.suspended_from),
        "end": day(rule.suspended_until),
    }
    if now == SUSPENDED:
        text = _("%(name)s is suspended by %(by)s from %(day)s to %(end)s.") % since
        return Reason(text, source_of(rule), rule.confidence.lower())
    text = (
        _("%(name)s was suspended by %(by)s until %(end)s; whether it is in force again is not confirmed.")
        % since
    )
    if rule.reported_until:
        text += " " + _("An extension to %(day)s is reported but unconfirmed.") % {
            "day": day(rule.reported_until)
        }
    return Reason(text + " " + _("An officer must check."), source_of(rule), LOW)


def _nothing_named(facts: Facts, on: date, rules: list[Rule]) -> Reason:
    """The reason when no rule had anything to say: which rules were asked."""
    asked = dict.fromkeys(r.announcement for r in rules if r.effect == LICENCE and state(r, on) == IN_FORCE)
    given = {"family": family_label(facts.family), "day": day(on)}
    if not asked:
        first = min((rule for rule in rules if rule.effect == LICENCE), key=lambda rule: rule.effective_from)
        text = _(
            "On %(day)s no rule held here asks a licence for magnets; the first took effect on %(first)s."
        )
        return _cite(first, text % {**given, "first": day(first.effective_from)})
    text = _("None of the rules in force on %(day)s names goods of this kind (%(family)s).") % given
    return Reason(text, "; ".join(asked), HIGH)


def _cite(rule: Rule, text: str) -> Reason:
    return Reason(text, source_of(rule), rule.confidence.lower())


def _ask(rule: Rule, text: str) -> Reason:
    return Reason(text, source_of(rule), QUESTION)


def source_of(rule: Rule) -> str:
    """The announcement and limb, and where its text was seen."""
    return f"{rule.name} – {rule.source}" if rule.source else rule.name


def symbols(elements: Iterable[str]) -> str:
    return ", ".join(element.capitalize() for element in elements)


def _percent(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(moment: date | None) -> str:
    return moment.strftime("%d-%m-%Y") if moment else "?"


def family_label(family: str) -> str:
    return {
        "NDFEB_SINTERED": _("NdFeB, sintered"),
        "NDFEB_BONDED": _("NdFeB, bonded"),
        "SMCO": _("SmCo"),
        "FERRITE": _("Ferrite"),
        "ALNICO": _("AlNiCo"),
        "OTHER": _("Other"),
    }.get(family, family)


def form_label(form: str) -> str:
    return {
        "MAGNET": _("Loose magnet"),
        "POWDER": _("Powder"),
        "ROTOR_ASSEMBLY": _("Rotor or stator assembly"),
        "MOULDED_SENSOR": _("Moulded sensor"),
        "FINISHED_GOOD": _("Finished good"),
    }.get(form, form)


# --- declared codes --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mismatch:
    """How the declared control codes differ from the assessed ones."""

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.surplus)

    def __str__(self) -> str:
        parts = []
        if self.missing:
            parts.append(_("not declared: %(codes)s") % {"codes": ", ".join(self.missing)})
        if self.surplus:
            parts.append(_("declared without ground: %(codes)s") % {"codes": ", ".join(self.surplus)})
        return "; ".join(parts)


def codes_in(text: str) -> set[str]:
    """Control codes in what somebody typed, to the letter: `1C905.a.4` and `1c905.A` are `1C905.a`."""
    return {
        number.upper() + (f".{letter.lower()}" if letter else "")
        for number, letter in CODE.findall(text or "")
    }


def compare(declared: str, found: Assessment) -> Mismatch:
    """Declared codes against assessed ones. While the assessment is open, nothing is held to be surplus."""
    stated = codes_in(declared)
    whole = {code for code in stated if "." not in code}
    missing = [code for code in found.codes if code not in stated and code.partition(".")[0] not in whole]
    known = set(found.codes) | {code.partition(".")[0] for code in found.codes}
    surplus = sorted(stated - known) if found.controlled != UNKNOWN and not found.has_open_question() else []
    return Mismatch(tuple(missing), tuple(surplus))
