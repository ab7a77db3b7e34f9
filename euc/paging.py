"""Keyset paging and bounded counting: page 1,000 costs what page 1 costs, and a count what a page costs."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 25
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Page:
    """Rows of one page with the query strings of its neighbours (empty where there is none)."""

    rows: list[Any]
    previous_url: str
    next_url: str


def paginate(queryset: QuerySet, *, order: tuple[str, ...], query: QueryDict, size: int = PAGE_SIZE) -> Page:
    """One page of `queryset` in `order` (field names, `-` for descending, the last one unique).

    `after` or `before` in the query name the row to begin behind; a cursor that makes no sense is ignored.
    """
    backwards = "before" in query
    at = _decode(queryset.model, order, query.get("before") or query.get("after") or "")
    way = tuple(_flip(name) for name in order) if backwards and at else order
    rows = _behind(queryset, way, at, size + 1) if at else list(queryset.order_by(*way)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards and at:
        rows.reverse()
        return Page(
            rows,
            _link(query, "before", order, rows[:1]) if more else "",
            _link(query, "after", order, rows[-1:]),
        )
    first = _link(query, "before", order, rows[:1]) if at else ""
    return Page(rows, first, _link(query, "after", order, rows[-1:]) if more else "")


def count(queryset: QuerySet) -> int:
    """How many rows, counted no further than one beyond MOST_COUNTED: a number for the screen."""
    return queryset.order_by()[: MOST_COUNTED + 1].count()


def shown_count(number: int) -> str:
    """`7`, or `1,000+` for what `count` gave up counting."""
    return f"{MOST_COUNTED:,}+" if number > MOST_COUNTED else str(number)


def _flip(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _behind(queryset: QuerySet, order: tuple[str, ...], at: list[Any], wanted: int) -> list[Any]:
    """The first rows behind the cursor: those that share its first value, then those beyond it.

    Asked together, no index could begin at the cursor, and every row before it would be read.
    """
    first, *rest = order
    name, rows = first.removeprefix("-"), []
    if rest:
        alike = queryset.filter(_beyond(tuple(rest), at[1:]), **{name: at[0]})
        rows = list(alike.order_by(*order)[:wanted])
    if len(rows) < wanted:
        further = queryset.filter(**{f"{name}__{_side(first)}": at[0]})
        rows += further.order_by(*order)[: wanted - len(rows)]
    return rows


def _beyond(order: tuple[str, ...], at: list[Any]) -> Q:
    """Rows strictly after the cursor: (a, b) > (x, y) written out, for any mix of directions.

    That a >= x follows from it, and is said all the same: it is what an index can begin with.
    """
    condition, equal = Q(), Q()
    for name, value in zip(order, at, strict=True):
        field = name.removeprefix("-")
        condition |= equal & Q(**{f"{field}__{_side(name)}": value})
        equal &= Q(**{field: value})
    return condition & Q(**{f"{order[0].removeprefix('-')}__{_side(order[0])}e": at[0]})


def _side(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"


def _link(query: QueryDict, side: str, order: tuple[str, ...], row: list[Model]) -> str:
    if not row:
        return ""
    kept = query.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    kept[side] = _encode(order, row[0])
    return f"?{kept.urlencode()}"


def _encode(order: tuple[str, ...], row: Model) -> str:
    fields = [row._meta.get_field(name.removeprefix("-")) for name in order]
    values = [field.value_to_string(row) for field in fields]
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decode(model: type[Model], order: tuple[str, ...], text: str) -> list[Any] | None:
    try:
        padded = text + "=" * (-len(text) % 4)
        values = json.loads(
            urlsafe_b64decode(
                padded.encode("ascii"),
            )
        )
        named = [model._meta.get_field(name.removeprefix("-")) for name in order]
        fields = [field.output_field if field.generated else field for field in named]
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        return [_bounded(field.to_python(value)) for field, value in zip(fields, values, strict=True)]
    except Exception:  # whatever a stranger put there is no cursor
        return None


def _bounded(value: Any) -> Any:
    if value is None or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError("not a cursor")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("not a moment")
        return value.astimezone(UTC)  # the first and the last years overflow here, not in the query
    return value
