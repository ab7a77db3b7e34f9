"""Assessing goods lines with the rules in use: rows and stored content in, assessments out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from euc import control
from euc.control import Assessment, Facts, Mismatch
from euc.models import Certificate, ControlRule, GoodsLine


def rules() -> list[ControlRule]:
    """The rules that an assessment reads. One query."""
    return list(ControlRule.objects.for_lines())


def facts_of(line: GoodsLine) -> Facts:
    """What a goods line states of itself."""
    shares = {symbol.lower(): share for symbol, share in line.composition().items()}
    return Facts(line.family, line.form, shares)


def facts_in(line: dict[str, Any]) -> Facts:
    """What a goods line of stored content states; before forms were asked for, goods were loose magnets."""
    shares = {symbol.lower(): Decimal(share) for symbol, share in line["composition"].items()}
    return Facts(line["family"], line.get("form") or GoodsLine.Form.MAGNET, shares)


@dataclass(frozen=True)
class Judged:
    """The assessment of one line as of a day, beside the codes that were declared for it."""

    line: int
    found: Assessment
    mismatch: Mismatch
    frozen: dict[str, Any] | None = None  # as it stood on the day of submission

    @property
    def has_changed(self) -> bool:
        """Whether the answer is another one than on the day of submission."""
        now = self.found.as_json()
        return self.frozen is not None and any(self.frozen.get(name) != now[name] for name in ANSWERS)


ANSWERS = ("weight_class", "controlled", "codes", "licence_needed", "reexport_rule")


def content(goods: list[dict[str, Any]], on: date) -> dict[int, Judged]:
    """Each line of stored content as of that day in China, by line number. One query."""
    known = rules()
    judged = {}
    for line in goods:
        found = control.assess(facts_in(line), on, known)
        mismatch = control.compare(line["control_codes"], found)
        judged[line["line"]] = Judged(line["line"], found, mismatch, line.get("assessment"))
    return judged


def line(row: GoodsLine, on: date) -> Judged:
    """One goods line as of that day in China. One query."""
    found = control.assess(facts_of(row), on, rules())
    return Judged(row.number, found, control.compare(row.control_codes, found))


def frozen(lines: list[GoodsLine], at: datetime | None) -> list[dict[str, Any]]:
    """What is kept of each line in a revision: the answer on the day in China of that moment, as plain data."""
    on, known = control.day_in_china(at), rules()
    return [{"on": on.isoformat(), **control.assess(facts_of(row), on, known).as_json()} for row in lines]


def has_mismatch(certificate: Certificate, at: datetime | None = None) -> bool:
    """Whether the codes declared for some line differ from what the rules say of it on that day."""
    on, known = control.day_in_china(at), rules()
    return any(
        control.compare(row.control_codes, control.assess(facts_of(row), on, known))
        for row in certificate.lines()
    )
