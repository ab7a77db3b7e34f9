"""What a file of orders holds: its columns, and each order read through the forms of the drafting pages.

One row is one goods line. Rows with the same purchase order number are one certificate; what belongs to the order,
the exporter and the end use is written in its first row and may be left empty, but not differ, in the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from documents import sheets
from euc import completeness, drafting_forms, examples, shapes
from euc.models import Party

MOST_ROWS = 2000
MOST_ORDER_NUMBER = 60
OF_LINES = "goods"
EXPORTER = "exporter-"
NOT_ASKED = ("row", "reasons")  # what the download of reasons has besides; it may come back with them


@dataclass(frozen=True)
class Column:
    """One column of the file: its name, the part of the draft and the input it is for."""

    name: str
    part: str
    input: str


def _columns() -> tuple[Column, ...]:
    order = [Column(name, "order", name) for name in drafting_forms.OrderForm().fields]
    parties = [name for name in drafting_forms.PartiesForm().fields if name.startswith(EXPORTER)]
    exporter = [Column(name.replace("-", "_"), "parties", name) for name in parties]
    lines = [Column(_in_kg(name), OF_LINES, name) for name in drafting_forms.LineForm().fields]
    end_use = [Column(_in_kg(name), "end_use", name) for name in drafting_forms.EndUseForm().fields]
    return (*order, *exporter, *lines, *end_use)


def _in_kg(name: str) -> str:
    """Weights are typed in kilograms, as on the pages."""
    return f"{name.removesuffix('_mg')}_kg" if name.endswith("_mg") else name


COLUMNS = _columns()
NAMES = tuple(column.name for column in COLUMNS)
Row = tuple[int, dict[str, str]]  # number in the file, texts by column


@dataclass
class Order:
    """The rows of one purchase order and what is wrong with them: row, column, sentence."""

    po_number: str
    rows: list[Row]
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    draft: shapes.Draft = field(default_factory=shapes.Draft)


def rows_of(table: sheets.Table) -> list[Row]:
    """The rows under the head, by column. Raises sheets.Unreadable for a head that is not ours."""
    if not table.rows:
        raise sheets.Unreadable(_("The file is empty."))
    _number, head = table.rows[0]
    head = [name.lower() for name in head]
    if strange := [name for name in head if name not in {*NAMES, *NOT_ASKED}]:
        said = _("The first row names columns that are not known: %(names)s. Start from the template.")
        raise sheets.Unreadable(said % {"names": ", ".join(name[:40] or "–" for name in strange[:5])})
    if len(set(head)) < len(head) or "po_number" not in head:
        raise sheets.Unreadable(_("The first row must name each column once, and po_number among them."))
    if len(table.rows) == 1:
        raise sheets.Unreadable(_("The file has no row under its head."))
    return [(number, _by_name(head, cells)) for number, cells in table.rows[1:]]


def _by_name(head: list[str], cells: list[str]) -> dict[str, str]:
    """What is written in the row; a cell beyond the head is kept under a name that is refused later."""
    found = {name: text for name, text in zip(head, cells, strict=False) if text and name not in NOT_ASKED}
    return found | ({"": "…"} if any(cells[len(head) :]) else {})


def orders_of(rows: Iterable[Row]) -> list[Order]:
    """The orders in the file, in the order of their first rows, each checked."""
    grouped: dict[str, list[Row]] = {}
    for number, texts in rows:
        key = texts.get("po_number", "").casefold() or f"\x00{number}"
        grouped.setdefault(key, []).append((number, texts))
    seen: Seen = {}
    return [check(found, seen) for found in grouped.values()]


# Orders of one file mostly share their exporter and end use: what was read once is not read again.
Seen = dict[tuple[Any, frozenset], Any]


def check(rows: Sequence[Row], seen: Seen | None = None) -> Order:
    """Read the rows of one order through the forms."""
    seen = {} if seen is None else seen
    order = Order(rows[0][1].get("po_number", "")[:200], list(rows))
    if not order.po_number:
        order.problems.append((rows[0][0], "po_number", _("The purchase order number is missing.")))
    for number, texts in rows:
        if "" in texts:
            order.problems.append((number, "", _("The row has more cells than the head.")))
    if len(rows) > completeness.MOST_LINES:
        said = _("A certificate holds at most %(count)d lines.") % {"count": completeness.MOST_LINES}
        order.problems.append((rows[0][0], "", said))
    for part in ("parties", "order", "end_use"):
        _read_part(order, part, seen)
    for row in rows:
        _read_line(order, row, seen)
    return order


def _read_part(order: Order, part: str, seen: Seen) -> None:
    """What is written once for the whole order."""
    texts: dict[str, str] = {}
    places: dict[str, int] = {}
    for column in (column for column in COLUMNS if column.part == part):
        for number, row in order.rows:
            text = row.get(column.name, "")
            if text and column.input not in texts:
                texts[column.input], places[column.input] = text, number
            elif text and text.casefold() != texts[column.input].casefold():
                said = _("This differs from row %(row)d of the same order.")
                order.problems.append((number, column.name, said % {"row": places[column.input]}))
    kind = drafting_forms.FORMS[shapes.PAGES[part]]
    order.draft.forms[part] = _form(order, kind, START.get(part, {}) | texts, part, places, seen)


# A new draft starts like this: `services.start`.
START: dict[str, dict[str, Any]] = {
    "parties": {
        f"{EXPORTER}country": "CN",
        **{
            f"{role.lower()}-same_as_importer": True
            for role in (Party.Role.CONSIGNEE.value, Party.Role.END_USER.value)
        },
    }
}


def _read_line(order: Order, row: Row, seen: Seen) -> None:
    number, texts = row
    typed = {c.input: texts[c.name] for c in COLUMNS if c.part == OF_LINES and c.name in texts}
    places = dict.fromkeys((column.input for column in COLUMNS), number)
    order.draft.lines.append(_form(order, drafting_forms.LineForm, typed, OF_LINES, places, seen))


def _form(
    order: Order, kind: Any, texts: dict[str, Any], part: str, places: dict[str, int], seen: Seen
) -> Any:
    codes = _codes(kind)
    typed = {name: codes.get((name, str(text).casefold()), text) for name, text in texts.items()}
    key = (kind, frozenset(typed.items()))
    if key not in seen:
        seen[key] = kind(typed)
    form = seen[key]
    for name, errors in form.errors.items():
        place = places.get(name, order.rows[0][0])
        order.problems.extend((place, NAME_OF.get((part, name), name), str(error)) for error in errors)
    return form


NAME_OF = {(column.part, column.input): column.name for column in COLUMNS}


@lru_cache(maxsize=16)
def _codes(kind: Any) -> dict[tuple[str, str], str]:
    """The code of each choice that was written as code or as the words on screen, in any language of the screens.

    Not of one language: the worker that drafts speaks another than the person who uploaded.
    """
    found: dict[tuple[str, str], str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for name, field in kind().fields.items():
                for code, label in getattr(field, "choices", ()):
                    found |= {(name, str(label).casefold()): code, (name, str(code).casefold()): code}
    return found


def template() -> list[tuple[str, ...]]:
    """The head and one example row."""
    line, use, order = examples.LINE, examples.END_USE, examples.ORDER
    shown = {f"exporter_{name}": text for name, text in examples.EXPORTER.items()} | order | line | use
    shown |= {
        "net_weight_kg": shapes.kilograms(examples.LINE["net_weight_mg"]).rstrip("0").rstrip("."),
        "magnet_per_unit_kg": shapes.kilograms(examples.END_USE["magnet_per_unit_mg"]).rstrip("0"),
        "is_civil": "yes",
        "form": "MAGNET",
    }
    return [NAMES, tuple(str(shown.get(name, "")) for name in NAMES)]
