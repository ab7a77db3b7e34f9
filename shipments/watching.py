"""What an export means for a promise not to re-export: rows of shipping bills in, a kind and an explained score out.

Pure. Magnets as such that leave India are a case, above all to the United States; magnets inside products are only
noted, because whether that is a re-export is unsettled.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

MAGNET, EMBEDDED, OTHER = "MAGNET", "EMBEDDED", "OTHER"
CASE_FROM = 50  # points
MAGNET_CHAPTER = "8505"
MAGNET_WORDS = re.compile(
    r"\b(magnets?|ndfeb|nd-fe-b|neodymium|smco|samarium|rare[ -]earth)\b|磁|चुंबक", re.IGNORECASE
)
PRODUCT_WORDS = re.compile(
    r"\b(motors?|rotors?|stators?|speakers?|loudspeakers?|headphones?|generators?|alternators?|fans?|pumps?|sensors?|"
    r"actuators?|scooters?|cars?|vehicles?|turbines?|compressors?)\b",
    re.IGNORECASE,
)
PRODUCT_CHAPTERS = (
    "8501",
    "8503",
    "8511",
    "8414",
    "8413",
    "8518",
    "8543",
    "8703",
    "8708",
    "8711",
    "8714",
    "9031",
)


@dataclass(frozen=True)
class Export:
    """One item of a shipping bill; the weight in milligrams where the bill tells it."""

    bill: str
    hs: str
    description: str
    destination: str
    weight_mg: int | None = None


@dataclass(frozen=True)
class Imported:
    """What the exporter of the bill imported under certificates, and what its own ledger says of this bill."""

    grades: Collection[str] = ()
    hs_codes: Collection[str] = ()
    weight_mg: int = 0
    returned_bills: Collection[str] = ()
    consented_bills: Collection[str] = ()
    product_bills: Collection[str] = ()


@dataclass
class Signal:
    """The kind of the export and its score with the reasons: (code, points)."""

    kind: str
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def score(self) -> int:
        return max(0, min(100, sum(points for _code, points in self.reasons)))

    @property
    def is_case(self) -> bool:
        return self.score >= CASE_FROM


def kind_of(export: Export) -> str:
    """Magnets as such by tariff code, or by words where no word and no code speaks of a product around them."""
    if export.hs.startswith(MAGNET_CHAPTER):
        return MAGNET
    is_product = export.hs.startswith(PRODUCT_CHAPTERS) or bool(PRODUCT_WORDS.search(export.description))
    if is_product:
        return EMBEDDED
    return MAGNET if MAGNET_WORDS.search(export.description) else OTHER


def judge(export: Export, imported: Imported) -> Signal:
    """Score one export of somebody who imported magnets under certificates."""
    found = Signal(kind_of(export))
    if found.kind == EMBEDDED:
        if export.bill not in imported.product_bills:
            found.reasons.append(("not_in_the_ledger", 20))
        return found
    if found.kind == OTHER:
        return found
    found.reasons.append(("magnets_as_such", 50))
    if export.destination == "US":
        found.reasons.append(("to_the_united_states", 30))
    elif export.destination == "CN":
        found.reasons.append(("to_china", -10))
    if any(grade and grade.casefold() in export.description.casefold() for grade in imported.grades):
        found.reasons.append(("an_imported_grade", 15))
    if any(code[:6] == export.hs[:6] for code in imported.hs_codes if code):
        found.reasons.append(("an_imported_tariff_code", 10))
    if export.weight_mg and export.weight_mg > imported.weight_mg:
        found.reasons.append(("more_than_was_imported", -10))
    if export.bill in imported.consented_bills:
        found.reasons.append(("consent_in_the_ledger", -100))
    elif export.bill in imported.returned_bills:
        found.reasons.append(("returned_in_the_ledger", -100))
    return found
