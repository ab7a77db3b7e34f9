"""What figures are made of: boards, their dimensions, and the totals in which a fact counts. No database.

A fact is one thing that counts, such as a goods line of an issued certificate: a board, values of dimensions, a month
(India) and three whole numbers: how many, milligrams, hundredths of a currency. A board keeps a total for every pair
of values of its dimensions, every single value and all facts together, for each month, each financial year and all
time; a figure is one of them, however many facts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

MEASURES = ("n", "quantity_mg", "value_cents")
DIMENSIONS = (
    "status", "kind", "day", "wait", "sector", "hs_in", "hs_cn", "weight_class", "port", "mode", "country",
    "currency", "province", "state", "importer", "exporter",
)  # fmt: skip

PIPELINE, ISSUED, ELEMENTS, VALIDITY = "pipeline", "issued", "elements", "validity"
UNDERTAKINGS, CASES, WAITS = "undertakings", "cases", "waits"
REFUSALS, REJECTED = "refusals", "rejected"
LICENCES, DRAWN, CONSIGNMENTS = "licences", "drawn", "consignments"
CUSTODY, MOVES, EXPORTS, VISITS = "custody", "moves", "exports", "visits"

GOODS = ("sector", "hs_in", "hs_cn", "weight_class")
IMPORTER = ("state", "importer")
TRADERS = (*IMPORTER, "province", "exporter")

BOARDS: dict[str, tuple[str, ...]] = {
    PIPELINE: ("status", "day", *GOODS, *TRADERS),
    ISSUED: ("status", *GOODS, "currency", *TRADERS),
    ELEMENTS: ("kind", *GOODS, *TRADERS),
    VALIDITY: ("day", *GOODS, *TRADERS),
    UNDERTAKINGS: ("status", "kind", *IMPORTER),
    CASES: ("status", "kind", "day", "sector", *TRADERS),
    WAITS: ("wait", "sector", *TRADERS),
    REFUSALS: ("status", "kind", "sector", *TRADERS),
    REJECTED: (*GOODS, *TRADERS),
    LICENCES: ("status", *GOODS, *TRADERS),
    DRAWN: (*GOODS, *TRADERS),
    CONSIGNMENTS: ("status", *GOODS, "port", "mode", *TRADERS),
    CUSTODY: ("kind", *GOODS, "country", *IMPORTER),
    MOVES: ("kind", *GOODS, "country", *IMPORTER),
    EXPORTS: ("status", "kind", "country", *IMPORTER),
    VISITS: ("status", "kind", "wait", *IMPORTER),
}

# Where one thing has a fact for each of its lines, and counts under the first.
BY_LINE = frozenset({PIPELINE, ISSUED, ELEMENTS, VALIDITY, REJECTED, LICENCES, DRAWN, CONSIGNMENTS})

# Counted up where the same boards are told otherwise than before.
TOLD = 1


def shape() -> str:
    """What totals are kept by, in a word: another one asks for a rebuild."""
    return sha256(f"{TOLD} {sorted(BOARDS.items())}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Cell:
    """Where one total stands: the board, which dimensions it is by, the period, and their values."""

    board: str
    dims: str
    period: str
    a: str = ""
    b: str = ""


Measures = tuple[int, int, int]


def year_of_month(month: str) -> str:
    """`FY2025-26` for `2025-04` to `2026-03`; empty for no month."""
    if not month:
        return ""
    year = int(month[:4]) - (month[5:] < "04")
    return f"FY{year}-{(year + 1) % 100:02d}"


def sets_of(board: str) -> Iterator[tuple[str, ...]]:
    """The sets of up to two dimensions by which a board keeps totals, in the order of DIMENSIONS."""
    dims = ordered(BOARDS[board])
    for size in (0, 1, 2):
        yield from combinations(dims, size)


def ordered(dims: Iterable[str]) -> tuple[str, ...]:
    wanted = set(dims)
    return tuple(name for name in DIMENSIONS if name in wanted)


def periods_of(month: str) -> tuple[str, ...]:
    """All time, and the financial year and the month where there is one."""
    return ("", year_of_month(month), month) if month else ("",)


def cells(board: str, month: str, values: Mapping[str, str]) -> Iterator[Cell]:
    """Every total in which a fact with these values counts."""
    periods = periods_of(month)
    for dims in sets_of(board):
        name = ",".join(dims)
        given = [values[dim] for dim in dims] + ["", ""]
        for period in periods:
            yield Cell(board, name, period, given[0], given[1])
