"""The picture of a balance: bands from what was licensed to where each gram is. Numbers in, positions out.

Widths are proportional to weight; every band is at least visible. The page shows the same numbers as a table.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from shipments import accounts
from shipments.balancing import Balance

WIDTH, HEIGHT, BAR, GAP, LABEL = 780, 320, 14, 8, 22
COLUMNS = (0, 230, 450)  # left edges: licensed, drawn or not, where it is
TONES = {
    accounts.IN_TRANSIT: "info", accounts.SHORT: "danger", accounts.DAMAGED: "warning", accounts.LOSS: "danger",
    accounts.EXPORTED_PRODUCT: "accent", accounts.RETURNED: "warning", accounts.REEXPORTED: "danger",
    accounts.RETRANSFERRED: "warning", accounts.DOMESTIC_PRODUCT: "success", accounts.ON_HAND: "success",
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A bar with its words: position and size in pixels of the picture."""

    label: str
    weight_mg: int
    x: int
    y: float
    height: float
    tone: str

    @property
    def text_x(self) -> int:
        return self.x + BAR + 8

    @property
    def middle(self) -> float:
        return round(self.y + self.height / 2, 1)


@dataclass(frozen=True)
class Band:
    """A flow between two bars, as the path of an SVG."""

    path: str
    tone: str


@dataclass(frozen=True)
class Picture:
    nodes: list[Node]
    bands: list[Band]
    width: int
    height: float


def of(balance: Balance) -> Picture | None:
    """The picture, or nothing before anything was licensed."""
    licensed = balance.licensed_mg
    if not licensed:
        return None
    ends = _ends(balance)
    rows = max(len(ends), 4)
    scale = (HEIGHT - GAP * rows) / max(licensed, sum(weight for _l, weight, _t in ends) or 1)
    source = Node(_("Licensed"), licensed, COLUMNS[0], 0, max(licensed * scale, 2), "neutral")
    middles = _stack(_middles(balance), COLUMNS[1], scale)
    drawn = next((node for node in middles if node.tone == "info"), None)
    leaves = _stack(ends, COLUMNS[2], scale)
    bands = _bands(source, middles, scale)
    if drawn is not None:
        bands += _bands(drawn, leaves, scale)
    nodes = [source, *middles, *leaves]
    height = max(node.y + max(node.height, LABEL) for node in nodes) + GAP
    return Picture(nodes, bands, WIDTH, round(height, 1))


def _middles(balance: Balance) -> list[tuple[str, int, str]]:
    found = [
        (_("Drawn"), balance.drawn_mg, "info"),
        (_("Reserved"), balance.total("reserved_mg"), "warning"),
        (_("Given up"), balance.total("given_up_mg"), "neutral"),
        (_("Left"), balance.total("left_mg"), "neutral"),
    ]
    return [(label, weight, tone) for label, weight, tone in found if weight]


def _ends(balance: Balance) -> list[tuple[str, int, str]]:
    """Accounts, with their countries where something went abroad; smaller places of one account together."""
    summed: dict[str, tuple[int, str]] = {}
    for place in balance.places():
        if place.account in accounts.OUTSIDE or place.weight_mg <= 0:
            continue
        abroad = place.account in accounts.ABROAD
        label = f"{place.label}: {place.named}" if abroad else str(place.label)
        weight = summed.get(label, (0, ""))[0] + place.weight_mg
        summed[label] = (weight, TONES.get(place.account, "neutral"))
    return [(label, weight, tone) for label, (weight, tone) in summed.items()]


def _stack(rows: list[tuple[str, int, str]], x: int, scale: float) -> list[Node]:
    nodes, y = [], 0.0
    for label, weight, tone in rows:
        height = max(weight * scale, 2)
        nodes.append(Node(label, weight, x, round(y, 1), round(height, 1), tone))
        y += max(height, LABEL) + GAP
    return nodes


def _bands(source: Node, targets: list[Node], scale: float) -> list[Band]:
    bands, top = [], source.y
    for target in targets:
        height = max(min(target.weight_mg * scale, source.y + source.height - top), 1)
        bands.append(Band(_path(source.x + BAR, top, height, target), target.tone))
        top += height
    return bands


def _path(left: int, top: float, height: float, target: Node) -> str:
    """From the right of one bar to the left of another, bent half way."""
    bend, right, end = (left + target.x) / 2, target.x, target.y + target.height
    there = f"C{bend},{top:.1f} {bend},{target.y:.1f} {right},{target.y:.1f} V{end:.1f}"
    back = f"C{bend},{end:.1f} {bend},{top + height:.1f} {left},{top + height:.1f}"
    return f"M{left},{top:.1f} {there} {back} Z"
