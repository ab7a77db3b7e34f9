"""Tables and facts as plain data for JSON and CSV, and their shapes for the OpenAPI file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from documents import sheets
from ministry import boards, comparing, tables
from ministry.figuring import Figure
from ministry.models import Export, Fact
from ministry.naming import Names
from ministry.reading import ALL_TIME
from ministry.tables import Column, Query, Table

FACT_DIMENSIONS = tuple(name for name in boards.DIMENSIONS if name != "wait")
FACT_FIELDS = (
    "source", "reference", "part", "month", *FACT_DIMENSIONS, "n", "quantity_mg", "value",
)  # fmt: skip


class FigureSerializer(serializers.Serializer):
    """One figure of the catalogue."""

    name = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    scope = serializers.CharField()
    dimensions = serializers.ListField(child=serializers.CharField())
    periods = serializers.ListField(child=serializers.CharField())
    default_group = serializers.ListField(child=serializers.CharField())


class ColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    unit = serializers.CharField(help_text="words, count, mg, inr, money, percent, days or weeks")


class TableSerializer(serializers.Serializer):
    """A figure as it stands. Weights are whole milligrams, values decimals in text; null is withheld or unknown."""

    figure = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="UTC; the figure is complete up to this moment.")
    group = serializers.ListField(child=serializers.CharField())
    filters = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField(), help_text="One object a row, by column name.")
    labels = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="What the codes of each dimension are called, in the language asked for.",
    )
    note = serializers.CharField(allow_blank=True)
    compared_with = serializers.DictField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="With `compare`: the first and last month of the other period; columns `…_before`, `…_change` "
        "and `…_change_percent` stand beside each measure.",
    )


class FactSerializer(serializers.Serializer):
    """One thing that counts, as it was last added to the totals."""

    source = serializers.CharField()
    reference = serializers.CharField()
    part = serializers.CharField()
    month = serializers.CharField()
    n = serializers.IntegerField()
    quantity_mg = serializers.IntegerField()
    value = serializers.CharField()


class SumsSerializer(serializers.Serializer):
    """What all rows come to together, those of other pages too."""

    n = serializers.IntegerField()
    quantity_mg = serializers.IntegerField()
    value_inr = serializers.CharField(allow_null=True, help_text="Where values are rupees.")


class FactPageSerializer(serializers.Serializer):
    """Rows of one page, with the addresses of its neighbours and the sums of all rows."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = FactSerializer(many=True)
    sums = SumsSerializer()


class ExportAskSerializer(serializers.Serializer):
    form = serializers.ChoiceField(choices=Export.Form.choices)


class ExportSerializer(serializers.Serializer):
    """One export. `total` is how many rows there were when it was asked for, `done` how many are written."""

    key = serializers.CharField()
    figure = serializers.CharField()
    query = serializers.CharField(allow_blank=True)
    form = serializers.ChoiceField(choices=Export.Form.choices)
    state = serializers.ChoiceField(choices=["RUNNING", "DONE", "EXPIRED", "STOPPED"])
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    size = serializers.IntegerField(allow_null=True, help_text="In bytes.")
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    file = serializers.URLField(allow_null=True)


class ExportPageSerializer(serializers.Serializer):
    """Exports of one page, with the addresses of its neighbours."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ExportSerializer(many=True)


def figure_as_data(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "title": str(figure.title),
        "definition": str(figure.definition),
        "scope": str(figure.scope),
        "dimensions": list(figure.dims),
        "periods": list(figure.periods),
        "default_group": list(figure.default),
    }


def amount(cents: int | None) -> str | None:
    """Hundredths as a decimal with two places."""
    return None if cents is None else f"{Decimal(cents) / 100:.2f}"


def _value(column: Column, value: Any, names: Names) -> Any:
    if column.dim:
        return names.code(column.dim, value)
    return amount(value) if column.unit in (tables.RUPEES, tables.MONEY) else value


def table_as_data(figure: Figure, query: Query, table: Table, names: Names, as_of: Any) -> dict[str, Any]:
    labels: dict[str, dict[str, str]] = {column.dim: {} for column in table.groups}
    rows = []
    for row in table.rows:
        shown = {}
        for column, value in zip(table.columns, row, strict=True):
            shown[column.name] = _value(column, value, names)
            if column.dim in labels:
                labels[column.dim][shown[column.name]] = names.words(figure.board, column.dim, value)
        rows.append(shown)
    span = {} if query.span == ALL_TIME else {"from": [query.span.first], "to": [query.span.last]}
    filters = {dim: [names.code(dim, value) for value in values] for dim, values in query.filters.items()}
    days = {"days": [f"{query.days}"]} if query.days else {}
    return {
        "figure": figure.name,
        "as_of": as_of,
        "group": [column.dim for column in table.groups],
        "filters": filters | days | {name: values for name, values in span.items() if values[0]},
        "columns": [{"name": column.name, "unit": column.unit} for column in table.columns],
        "rows": rows,
        "labels": labels,
        "note": table.note,
        "compared_with": _other(query),
    }


def _other(query: Query) -> dict[str, str] | None:
    if not query.compare:
        return None
    span = comparing.other(query)
    return {"from": span.first, "to": span.last}


def fact_as_data(fact: Fact, names: Names) -> dict[str, Any]:
    shown = {name: getattr(fact, name) for name in FACT_FIELDS if name != "value"}
    return shown | {"importer": names.code("importer", fact.importer), "value": amount(fact.value_cents)}


def sums_as_data(figure: Figure, measures: boards.Measures) -> dict[str, Any]:
    n, mg, cents = measures
    in_rupees = tables.VALUE_INR in figure.columns
    return {"n": n, "quantity_mg": mg, "value_inr": amount(cents) if in_rupees else None}


AMOUNTS = (tables.RUPEES, tables.MONEY)  # decimals in text in JSON, numbers in a file


def table_as_csv(data: dict[str, Any]) -> bytes:
    """The rows of a table, with a column of words after each column of codes; nothing is ever a formula."""
    heads: list[str] = []
    for column in data["columns"]:
        heads += (
            [column["name"], f"{column['name']}_label"]
            if column["name"] in data["labels"]
            else [column["name"]]
        )
    rows: list[list[object]] = [list(heads)]
    for row in data["rows"]:
        cells: list[object] = []
        for column in data["columns"]:
            value = row[column["name"]]
            cells.append(Decimal(value) if value and column["unit"] in AMOUNTS else value)
            if column["name"] in data["labels"]:
                cells.append(data["labels"][column["name"]].get(value, ""))
        rows.append(cells)
    return sheets.csv_of(rows)
