"""India as equal tiles, one a state or union territory, for a measure by state; the table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ministry import states, tables
from ministry.states import State
from ministry.tables import Column

if TYPE_CHECKING:
    from ministry.presenting import Cell, Row

DRAWN = (tables.COUNT, tables.MILLIGRAMS, tables.WEEKS, tables.PERCENT)
SHADES = 4


@dataclass(frozen=True)
class Tile:
    """One state: `cell` is None where nothing counts there, `shade` from 0 (nothing) to SHADES (the most)."""

    state: State
    name: str
    cell: Cell | None = None
    shade: int = 0
    url: str = ""


@dataclass(frozen=True)
class TileMap:
    """One measure: tiles row by row, None for what is no land, and what is counted but lies on no tile."""

    label: Any
    unit: str
    tiles: list[Tile | None]
    elsewhere: list[tuple[str, Cell]]


def of(measures: Sequence[Column], rows: Sequence[tuple[str, Row]]) -> list[TileMap]:
    """A map for each measure that can be drawn; rows with the code of their state."""
    if not rows:
        return []
    return [_map(place, measure, rows) for place, measure in enumerate(measures) if measure.unit in DRAWN]


def _map(place: int, measure: Column, rows: Sequence[tuple[str, Row]]) -> TileMap:
    most = max((row.cells[place].value or 0 for code, row in rows if code in states.STATES), default=0)
    found = {code: (row, row.cells[place]) for code, row in rows}
    tiles: list[Tile | None] = []
    for state in states.grid():
        if state is None:
            tiles.append(None)
        elif state.gst in found:
            row, cell = found[state.gst]
            tiles.append(Tile(state, states.name(state.gst), cell, _shade(cell.value, most), row.url))
        else:
            tiles.append(Tile(state, states.name(state.gst)))
    elsewhere = [(row.heads[0], cell) for code, (row, cell) in found.items() if code not in states.STATES]
    return TileMap(measure.label, measure.unit, tiles, elsewhere)


def _shade(value: Any, most: Any) -> int:
    """In equal steps of the most."""
    return -int(-SHADES * value // most) if value and most else 0
