"""What an importer's own books say of a promise not to re-export: sums in, findings with an explained score out.

Pure. Weights are whole milligrams; what a finding is held against are dated rows (`SignalLimit`). A limit that no row
tells finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SCRAP, CONSUMPTION, COUNTS, PORT = "SCRAP", "CONSUMPTION", "COUNTS", "PORT"
KINDS = (SCRAP, CONSUMPTION, COUNTS, PORT)
SCRAP_PERCENT, CONSUMPTION_PERCENT = "SCRAP_PERCENT", "CONSUMPTION_PERCENT"
COUNT_RUN, COUNT_PERCENT, LEAST_GRAMS = "COUNT_RUN", "COUNT_PERCENT", "LEAST_GRAMS"
PORT_ENTRIES, GROWTH_PERCENT = "PORT_ENTRIES", "GROWTH_PERCENT"
NORM_PERCENT = "NORM_PERCENT"  # of mass balances; no signal is held against it
LIMITS = (
    SCRAP_PERCENT, CONSUMPTION_PERCENT, COUNT_RUN, COUNT_PERCENT, LEAST_GRAMS, PORT_ENTRIES, GROWTH_PERCENT,
    NORM_PERCENT,
)  # fmt: skip
MG_IN_GRAM = 1000

Known = Mapping[str, int]


@dataclass(frozen=True)
class Plant:
    """What was used under one certificate in one place."""

    certificate: int
    place: str
    built_mg: int = 0
    scrapped_mg: int = 0
    from_store_mg: int = 0  # of the scrapped: never issued to production


@dataclass(frozen=True)
class Products:
    """What was built into products under one certificate, and what one product takes."""

    certificate: int
    built_mg: int
    units: int
    each_mg: int


@dataclass(frozen=True)
class Counted:
    """The counts of one place that differed, oldest first, missing weight positive; and what came in."""

    place: str
    received_mg: int
    missing_mg: Sequence[int]


@dataclass(frozen=True)
class Call:
    """A consignment at a port: how many of the importer's, and of the certificate's, came in before it, and there."""

    certificate: int
    consignment: int
    port: str
    before: int
    there: int
    of_certificate: int
    of_certificate_there: int
    is_of_others: bool


@dataclass
class Finding:
    """One thing that does not fit: what it is about, and its score with the reasons (code, points)."""

    kind: str
    measure: int
    certificate: int | None = None
    consignment: int | None = None
    place: str = ""
    reasons: list[tuple[str, int]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return max(0, min(100, sum(points for _code, points in self.reasons)))

    @property
    def subject(self) -> str:
        """What it is about, as one text: the same thing is signalled once."""
        about = (self.certificate, self.consignment, self.place)
        return "|".join("" if part is None else str(part) for part in about)


def scrap(plants: Iterable[Plant], known: Known) -> list[Finding]:
    """Plants whose scrap is more than the limit allows of what was consumed there."""
    found = []
    for plant in plants:
        allowed = _part(plant.built_mg + plant.scrapped_mg, known.get(SCRAP_PERCENT))
        beyond = _beyond(plant.scrapped_mg, allowed, known)
        if allowed is None or not beyond:
            continue
        finding = Finding(SCRAP, beyond, plant.certificate, place=plant.place)
        finding.reasons.append(("scrap_above_the_limit", 40))
        if plant.scrapped_mg > 2 * allowed:
            finding.reasons.append(("twice_the_limit", 20))
        if plant.from_store_mg * 2 > plant.scrapped_mg:
            finding.reasons.append(("scrapped_unused", 20))
        finding.facts = {"scrapped_mg": plant.scrapped_mg, "allowed_mg": allowed, "built_mg": plant.built_mg,
                         "percent": known[SCRAP_PERCENT]}  # fmt: skip
        found.append(finding)
    return found


def consumption(products: Iterable[Products], known: Known) -> list[Finding]:
    """Certificates under which more was built in than the products made can hold."""
    found = []
    for made in products:
        stated = made.units * made.each_mg
        allowed = _part(stated, 100 + known[CONSUMPTION_PERCENT]) if CONSUMPTION_PERCENT in known else None
        beyond = _beyond(made.built_mg, allowed, known)
        if allowed is None or not made.each_mg or not beyond:
            continue
        finding = Finding(CONSUMPTION, beyond, made.certificate)
        finding.reasons.append(("more_than_products_hold", 50))
        if made.built_mg > 2 * stated:
            finding.reasons.append(("twice_the_products", 25))
        finding.facts = {"built_mg": made.built_mg, "stated_mg": stated, "units": made.units,
                         "each_mg": made.each_mg, "percent": known[CONSUMPTION_PERCENT]}  # fmt: skip
        found.append(finding)
    return found


def counts(places: Iterable[Counted], known: Known) -> list[Finding]:
    """Places whose counts go one way again and again, or miss more than the limit allows of what came in."""
    found = []
    for counted in places:
        run = _run(counted.missing_mg)
        astray = abs(sum(run))
        missing = max(sum(counted.missing_mg), 0)
        allowed = _part(counted.received_mg, known.get(COUNT_PERCENT))
        finding = Finding(COUNTS, max(astray, missing), place=counted.place)
        if COUNT_RUN in known and len(run) >= known[COUNT_RUN] and _beyond(astray, 0, known):
            finding.reasons.append(("counts_go_one_way", 45))
            finding.facts |= {"times": len(run), "astray_mg": astray}
        if _beyond(missing, allowed, known):
            finding.reasons.append(("more_missing_than_allowed", 45))
            finding.facts |= {"missing_mg": missing, "received_mg": counted.received_mg,
                              "percent": known[COUNT_PERCENT]}  # fmt: skip
        if finding.reasons:
            found.append(finding)
    return found


def ports(calls: Iterable[Call], known: Known) -> list[Finding]:
    """Consignments at a port where the importer, or the certificate, was never before though often elsewhere."""
    found = []
    usual = known.get(PORT_ENTRIES)
    for call in calls:
        if usual is None:
            continue
        finding = Finding(PORT, 1, call.certificate, call.consignment, call.port)
        if call.before >= usual and not call.there:
            finding.reasons.append(("new_port_of_the_importer", 40))
            if call.is_of_others:
                finding.reasons.append(("port_of_others", 20))
        if call.of_certificate >= usual and not call.of_certificate_there:
            finding.reasons.append(("new_port_of_the_certificate", 30))
        finding.facts = {"before": call.before, "of_certificate": call.of_certificate}
        if finding.reasons:
            found.append(finding)
    return found


def has_grown(measure: int, before: int, known: Known) -> bool:
    """Whether there is so much more than when it was decided that it is to be asked about again."""
    return GROWTH_PERCENT in known and measure * 100 > before * (100 + known[GROWTH_PERCENT])


def _part(whole_mg: int, percent: int | None) -> int | None:
    return None if percent is None else whole_mg * percent // 100


def _beyond(mg: int, allowed: int | None, known: Known) -> int:
    """What lies beyond, where there is a limit and it is enough to ask about; zero otherwise."""
    if allowed is None or LEAST_GRAMS not in known:
        return 0
    beyond = mg - allowed
    return beyond if beyond >= known[LEAST_GRAMS] * MG_IN_GRAM else 0


def _run(missing_mg: Sequence[int]) -> list[int]:
    """The last differences that go the same way."""
    run: list[int] = []
    for mg in reversed(missing_mg):
        if run and (mg > 0) != (run[0] > 0):
            break
        run.append(mg)
    return run
