"""What a licensing desk would object to, found before it does. Pure: facts and rules in, findings out.

How severe a check is, its words and its limits are dated rows (`QualityRule`); nothing here decides them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Protocol

from euc.quality_words import CHECKS, SPOKEN, WORDS

REFUSE, EXPLAIN, WARN, OFF = "REFUSE", "EXPLAIN", "WARN", "OFF"
SEVERITIES = (REFUSE, EXPLAIN, WARN, OFF)
PARTIES, ORDER, GOODS, END_USE, EVIDENCE = "parties", "order", "goods", "end-use", "evidence"
ALIKE = 0.86  # of the letters, in order; below that they are different names
MG_IN_KG = 10**6

_SEVERAL = re.compile(r"[,;&+\n、，；]|\s(?:and|und|及|和|与)\s", re.IGNORECASE)
_ORDER_NAMED = re.compile(
    r"\b(?:p\.?\s?o\.?|purchase order)(?:\s*(?:no\.?|number|#))?\s*[:#-]?\s*([a-z0-9][\w/-]{2,})",
    re.IGNORECASE,
)
_NODE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(?:nm|nanomet(?:er|re)s?|纳米)", re.IGNORECASE)
_LAYERS = re.compile(r"(\d{2,4})\s*[- ]?\s*(?:layers?|层)", re.IGNORECASE)
_CHIPS = re.compile(
    r"chip|wafer|semiconductor|logic|memory|nand|dram|芯片|晶圆|半导体|存储|चिप|सेमीकंडक्टर", re.IGNORECASE
)
_NO = re.compile(
    r"\b(?:no|not|non|never|neither|nor|without|excluding|except)\b[^.;。]{0,40}$|[非不无未][^。；]{0,8}$|गैर[- ]?$",
    re.IGNORECASE,
)
_NO_AFTER = re.compile(r"^[^।.]{0,30}नहीं")
_LETTER = re.compile(r"[^\W\d_]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FIRM_WORDS = re.compile(
    r"\b(?:private|pvt|limited|ltd|llp|company|co|inc|incorporated|corporation|corp)\b\.?"
)


class Rule(Protocol):
    """What a check reads of its row; `euc.models.QualityRule` is the real one."""

    check_code: str
    family: str
    severity: str
    words: list[str]
    low: Decimal | None
    high: Decimal | None
    reference: str


@dataclass(frozen=True)
class Party:
    role: str
    name: str
    name_zh: str = ""
    country: str = ""
    registration: str = ""
    address: str = ""
    address_zh: str = ""


@dataclass(frozen=True)
class Line:
    """Weights in milligrams; the value in `currency`."""

    number: int
    family: str = ""
    net_weight_mg: int | None = None
    value: Decimal | None = None
    currency: str = ""
    description: str = ""
    description_zh: str = ""
    codes_differ: bool = False
    may_be_controlled: bool = False


@dataclass(frozen=True)
class File:
    """A file of evidence; without a line it is of all of them."""

    name: str
    kind: str
    line: int | None = None


@dataclass(frozen=True)
class Use:
    """The end use as it stands on its page; `texts` are its fields by name, for what is said anywhere in them."""

    texts: Mapping[str, str] = field(default_factory=dict)
    magnet_per_unit_mg: int | None = None
    units_per_year: int | None = None

    def text(self, name: str) -> str:
        return (self.texts.get(name) or "").strip()


@dataclass(frozen=True)
class Facts:
    """All that the checks look at. `certified_mg` is what else was certified for the product in the same year."""

    parties: tuple[Party, ...]
    lines: tuple[Line, ...]
    use: Use
    order: str = ""
    evidence: tuple[File, ...] = ()
    others: tuple[str, ...] = ()
    certified_mg: int = 0
    empowered: bool = True

    def ordered_mg(self) -> int:
        return sum(line.net_weight_mg or 0 for line in self.lines)

    def texts(self) -> Iterator[tuple[str, str, str, str, int | None]]:
        """Every text with its Chinese one: page, field of the Chinese text, English, Chinese, line."""
        for party in self.parties:
            if party.role != "IMPORTER":
                prefix = party.role.lower()
                yield PARTIES, f"{prefix}-name_zh", party.name, party.name_zh, None
                yield PARTIES, f"{prefix}-address_zh", party.address, party.address_zh, None
        for line in self.lines:
            yield GOODS, "description_zh", line.description, line.description_zh, line.number
        yield END_USE, "purpose_zh", self.use.text("purpose"), self.use.text("purpose_zh"), None


@dataclass(frozen=True)
class Finding:
    """One objection: how severe, about what, where to mend it. `params` are plain text, so that it can be kept."""

    key: str
    severity: str
    page: str
    field: str
    params: dict[str, str]
    line: int | None = None
    rule: str = ""

    @property
    def check(self) -> str:
        return self.key.partition(".")[0]

    @property
    def title(self) -> Any:
        return CHECKS[self.check]

    @property
    def text(self) -> str:
        """The sentence, in the reader's language."""
        said = {name: str(SPOKEN.get(name, {}).get(value, value)) for name, value in self.params.items()}
        return str(WORDS[self.key]) % said

    @property
    def fingerprint(self) -> str:
        """Names what was found, so that an answer lapses when the finding becomes another one."""
        told = json.dumps([self.key, self.line, self.params], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def findings(facts: Facts, rules: list[Any]) -> list[Finding]:
    """Every objection the rules in use make, in the order of CHECKS."""
    found = []
    for code, check in _CHECKS.items():
        mine = [rule for rule in rules if rule.check_code == code and rule.severity != OFF]
        for rule in mine:
            for key, page, field_name, params, *line in check(facts, rule):
                said = {name: str(value) for name, value in params.items()}
                number = line[0] if line else None
                found.append(
                    Finding(f"{code}.{key}", rule.severity, page, field_name, said, number, rule.reference)
                )
    return found


Found = Iterator[tuple[Any, ...]]


def _vague(facts: Facts, rule: Rule) -> Found:
    purpose = facts.use.text("purpose")
    vague = {word.casefold() for word in rule.words}
    if purpose and rule.low is not None and len(purpose) < rule.low:
        yield "short", END_USE, "purpose", {"count": len(purpose)}
    for name in ("purpose", "product", "position"):
        said = facts.use.text(name)
        if " ".join(said.casefold().strip(" .。").split()) in vague:
            yield "word", END_USE, name, {"said": said}


def _one_order(facts: Facts, rule: Rule) -> Found:
    parts = [part for part in _SEVERAL.split(facts.order) if any(c.isdigit() for c in part)]
    if len(parts) > 1:
        yield "number", ORDER, "po_number", {"said": facts.order}
        return
    own = _bare(facts.order)
    if not own:
        return
    places: list[tuple[str, str, str, int | None]] = [
        (END_USE, name, text, None) for name, text in facts.use.texts.items()
    ]
    places += [(GOODS, "description", line.description, line.number) for line in facts.lines]
    names = [file.name for file in facts.evidence]
    places += [(EVIDENCE, "file", name.rpartition(".")[0] or name, None) for name in names]
    for page, name, text, line in places:
        for said in _ORDER_NAMED.findall(text or ""):
            if any(c.isdigit() for c in said) and _bare(said) not in own and own not in _bare(said):
                yield "text", page, name, {"said": said, "number": facts.order}, line


def _bare(number: str) -> str:
    return re.sub(r"^po", "", re.sub(r"[^a-z0-9]", "", number.casefold()))


def _duplicate(facts: Facts, rule: Rule) -> Found:
    for reference in facts.others:
        yield "live", ORDER, "po_number", {"number": facts.order, "reference": reference}


def _names(facts: Facts, rule: Rule) -> Found:
    named = [party for party in facts.parties if party.name]
    for position, one in enumerate(named):
        for other in named[position + 1 :]:
            where = (PARTIES, f"{other.role.lower()}-name")
            pair = {"one": one.name, "other": other.name}
            if one.name == other.name:
                if one.name_zh and other.name_zh and one.name_zh != other.name_zh:
                    chinese = {"name": one.name, "one": one.name_zh, "other": other.name_zh}
                    yield "chinese", PARTIES, f"{other.role.lower()}-name_zh", chinese
            elif one.registration and one.registration == other.registration:
                yield "registration", *where, {"registration": one.registration, **pair}
            elif _alike(one.name, other.name):
                yield "alike", *where, pair
    for name in ("oem", "plant_name"):
        said = facts.use.text(name)
        for party in named:
            if said and said != party.name and _alike(said, party.name):
                yield "alike", END_USE, name, {"one": party.name, "other": said}


def _alike(one: str, other: str) -> bool:
    """The same firm written in two ways: the same words without its legal form, or nearly the same letters."""
    first, second = (_FIRM_WORDS.sub(" ", name.casefold()) for name in (one, other))
    first, second = (" ".join(re.findall(r"\w+", name)) for name in (first, second))
    if not first or not second:
        return False
    return first == second or SequenceMatcher(None, first, second).ratio() >= ALIKE


def _chain(facts: Facts, rule: Rule) -> Found:
    importer = next((party for party in facts.parties if party.role == "IMPORTER"), None)
    for party in facts.parties:
        if (
            importer
            and party.role in {"CONSIGNEE", "END_USER"}
            and party.name
            and party.name != importer.name
        ):
            yield party.role.lower(), PARTIES, f"{party.role.lower()}-name", {"name": party.name}


def _military(facts: Facts, rule: Rule) -> Found:
    for name, text in facts.use.texts.items():
        if said := _said(rule.words, text):
            yield "said", END_USE, name, {"said": said}
    for party in facts.parties:
        if said := _said(rule.words, f"{party.name} {party.name_zh}"):
            yield "said", PARTIES, f"{party.role.lower()}-name", {"said": said}
    for line in facts.lines:
        if said := _said(rule.words, line.description):
            yield "said", GOODS, "description", {"said": said}, line.number


def _said(words: list[str], text: str) -> str:
    """The first of the words that the text says without denying it; Latin words count whole, initials in capitals."""
    for word in words:
        pattern = re.escape(word)
        pattern = rf"(?<!\w){pattern}(?!\w)" if word.isascii() else pattern
        initials = word.isupper() and len(word) <= 3
        for found in re.finditer(pattern, text or "", 0 if initials else re.IGNORECASE):
            if not _NO.search(text[: found.start()]) and not _NO_AFTER.match(text[found.end() :]):
                return found.group()
    return ""


def _semiconductor(facts: Facts, rule: Rule) -> Found:
    for name, text in facts.use.texts.items():
        text = text or ""
        if _CHIPS.search(text):
            small = [n for n in _NODE.findall(text) if rule.high is not None and Decimal(n) <= rule.high]
            tall = [n for n in _LAYERS.findall(text) if rule.low is not None and Decimal(n) >= rule.low]
            for said in [f"{n} nm" for n in small] + [f"{n} layers" for n in tall]:
                yield "node", END_USE, name, {"said": said}
        if said := _said(rule.words, text):
            yield "word", END_USE, name, {"said": said}


def _us_party(facts: Facts, rule: Rule) -> Found:
    for party in facts.parties:
        if party.country in (rule.words or ["US"]):
            yield "country", PARTIES, f"{party.role.lower()}-country", {"role": party.role}


def _us_market(facts: Facts, rule: Rule) -> Found:
    if said := _said(rule.words, facts.use.text("destination_market")):
        yield "said", END_USE, "destination_market", {"said": said}


def _unit_value(facts: Facts, rule: Rule) -> Found:
    for line in facts.lines:
        if (
            line.family != rule.family
            or line.currency != "USD"
            or not line.net_weight_mg
            or line.value is None
        ):
            continue
        each = (line.value * MG_IN_KG / line.net_weight_mg).quantize(Decimal("0.01"))
        say = {"line": line.number, "value": each}
        if rule.low is not None and each < rule.low:
            yield "low", GOODS, "value", {**say, "limit": f"{rule.low.normalize():f}"}, line.number
        if rule.high is not None and each > rule.high:
            yield "high", GOODS, "value", {**say, "limit": f"{rule.high.normalize():f}"}, line.number


def _capacity(facts: Facts, rule: Rule) -> Found:
    """`high` is the per cent of a year's need that may be ordered."""
    if not facts.use.magnet_per_unit_mg or not facts.use.units_per_year:
        return
    need = facts.use.magnet_per_unit_mg * facts.use.units_per_year
    if facts.ordered_mg() * 100 > need * (rule.high or 100):
        yield "order", END_USE, "units_per_year", {"kg": _kg(facts.ordered_mg()), "need": _kg(need)}


def _year(facts: Facts, rule: Rule) -> Found:
    """The same with all that was certified for the product in the financial year."""
    if not facts.certified_mg or not facts.use.magnet_per_unit_mg or not facts.use.units_per_year:
        return
    need = facts.use.magnet_per_unit_mg * facts.use.units_per_year
    total = facts.ordered_mg() + facts.certified_mg
    if total * 100 > need * (rule.high or 100):
        yield "more", END_USE, "units_per_year", {"kg": _kg(total), "need": _kg(need)}


def _kg(milligrams: int) -> str:
    return f"{Decimal(milligrams) / MG_IN_KG:,.3f}"


def _signatory(facts: Facts, rule: Rule) -> Found:
    if not facts.empowered:
        yield "none", EVIDENCE, "file", {}


def _codes(facts: Facts, rule: Rule) -> Found:
    for line in facts.lines:
        if line.codes_differ:
            yield "differ", GOODS, "control_codes", {"line": line.number}, line.number


def _evidence(facts: Facts, rule: Rule) -> Found:
    present = {file.kind for file in facts.evidence}
    for kind in rule.words:
        if kind not in present:
            yield "missing", EVIDENCE, "file", {"kind": kind}


def _line_evidence(facts: Facts, rule: Rule) -> Found:
    for line in facts.lines:
        if rule.family in ("", line.family):
            present = {file.kind for file in facts.evidence if file.line in (None, line.number)}
            for kind in rule.words:
                if kind not in present:
                    yield "missing", EVIDENCE, "file", {"kind": kind, "line": line.number}, line.number


def _controlled_evidence(facts: Facts, rule: Rule) -> Found:
    if any(line.may_be_controlled and rule.family in ("", line.family) for line in facts.lines):
        yield from _evidence(facts, rule)


def _translation(facts: Facts, rule: Rule) -> Found:
    for page, name, text, chinese, line in facts.texts():
        said = {"said": text if len(text) <= 60 else f"{text[:59]}…"}
        if not _LETTER.search(text) or _CHINESE.search(text):
            continue
        if not chinese:
            yield "missing", page, name, said, line
        elif not _CHINESE.search(chinese):
            yield "same", page, name, said, line


def _glossary(facts: Facts, rule: Rule) -> Found:
    """`words` are terms as “English = 中文 / 中文”; any of the Chinese ones will do."""
    for page, name, text, chinese, line in facts.texts():
        for term, variants in (entry(word) for word in rule.words):
            is_said = re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)", text, re.IGNORECASE)
            if chinese and is_said and not any(variant in chinese for variant in variants):
                yield "term", page, name, {"term": term, "chinese": " / ".join(variants)}, line


def entry(word: str) -> tuple[str, tuple[str, ...]]:
    """A word of the glossary as the English term and its Chinese ones; empty where it is not of that form."""
    term, _equals, chinese = word.partition("=")
    return term.strip(), tuple(one.strip() for one in chinese.split("/") if one.strip())


_CHECKS = {
    "VAGUE_USE": _vague,
    "ONE_ORDER": _one_order,
    "DUPLICATE_ORDER": _duplicate,
    "NAMES": _names,
    "CHAIN": _chain,
    "MILITARY": _military,
    "SEMICONDUCTOR": _semiconductor,
    "US_PARTY": _us_party,
    "US_MARKET": _us_market,
    "UNIT_VALUE": _unit_value,
    "CAPACITY": _capacity,
    "YEAR": _year,
    "SIGNATORY": _signatory,
    "CODES": _codes,
    "EVIDENCE": _evidence,
    "LINE_EVIDENCE": _line_evidence,
    "CONTROLLED_EVIDENCE": _controlled_evidence,
    "TRANSLATION": _translation,
    "GLOSSARY": _glossary,
}
