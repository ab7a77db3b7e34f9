"""Figures for those outside the ministries: no number tells of fewer than LEAST importers, nor lets one be found.

What is published is one table a figure and dimension: its values by financial year; the sums of rows and columns are
known from other tables. A cell made of fewer than LEAST importers is withheld. So that none can be found by
subtracting, every row and every column has none or at least two withheld cells, which stand for at least LEAST
importers together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.reading import YEAR, Reader
from ministry.tables import Query, Table

LEAST = 5
PUBLISHED = ("issued", "elements", "entries", "cases", "refusals", "rejected")
GROUPS = ("sector", "weight_class", "hs_in", "port", "kind", "status", "state")
Key = tuple[str, str]  # a value and a financial year


@dataclass(frozen=True)
class Cell:
    """One cell: its measures and how many importers it is made of."""

    measures: tuple[int, ...]
    importers: int


def groups_of(figure: Figure) -> tuple[str, ...]:
    return tuple(dim for dim in GROUPS if dim in figure.dims)


def withheld(cells: dict[Key, Cell]) -> set[Key]:
    """The cells not to be published, primary and complementary."""
    hidden = {key for key, cell in cells.items() if cell.importers < LEAST}
    changed = True
    while changed:
        changed = False
        for axis in (0, 1):
            for line in sorted({key[axis] for key in hidden}):
                if extra := _extra(cells, hidden, axis, line):
                    hidden.add(extra)
                    changed = True
    return hidden


def _extra(cells: dict[Key, Cell], hidden: set[Key], axis: int, line: str) -> Key | None:
    """One more cell of a line that its hidden ones do not protect yet: the smallest; None when protected."""
    inside = [key for key in hidden if key[axis] == line]
    if len(inside) >= 2 and sum(cells[key].importers for key in inside) >= LEAST:
        return None
    shown = [key for key in cells if key[axis] == line and key not in hidden]
    return min(shown, key=lambda key: (cells[key].importers, cells[key].measures, key), default=None)


def read(figure: Figure, reader: Reader, query: Query) -> tuple[Table, set[Key]]:
    """The published table, None where withheld, and what is. Raises ValueError for what is not published."""
    dims = tuple(name for name in query.group if name != YEAR)
    allowed = figure.name in PUBLISHED and len(dims) == 1 and dims[0] in groups_of(figure)
    if not allowed or query.filters or not query.span.is_all or query.days or query.compare:
        raise ValueError(figure.name)
    table = figure.read(reader, Query((YEAR, dims[0])))
    found = _importers(figure, reader, dims[0])
    places = range(2, len(table.columns))
    cells = {
        (str(row[1]), str(row[0])): Cell(
            tuple(int(row[p] or 0) for p in places), found.get((row[1], row[0]), 0)
        )
        for row in table.rows
    }
    hidden = withheld(cells)
    table.note = ""  # what is told of all together is a margin of its own
    if lone := _lone(cells, hidden):
        hidden |= lone
    for row in table.rows:
        if (str(row[1]), str(row[0])) in hidden:
            for place in places:
                row[place] = None
    return table, hidden


def _lone(cells: dict[Key, Cell], hidden: set[Key]) -> set[Key]:
    """Everything, where so little is left that a withheld cell stands alone in its row and column."""
    for axis in (0, 1):
        for line in {key[axis] for key in hidden}:
            if sum(key[axis] == line for key in hidden) < 2:
                return set(cells)
    return set()


def _importers(figure: Figure, reader: Reader, dim: str) -> dict[Key, int]:
    """How many importers each cell is made of, by value and financial year."""
    found: dict[Key, int] = {}
    ask = figure.ask(Query((YEAR, dim, "importer")))
    for (year, value, _importer), measures in reader.read(ask).items():
        if any(measures):
            found[value, year] = found.get((value, year), 0) + 1
    return found


def figures() -> Iterable[Figure]:
    return [FIGURES[name] for name in PUBLISHED]
