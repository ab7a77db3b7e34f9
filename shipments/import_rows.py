"""The rows of a file while it is worked off: kept by invoice, given back as plans, told with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from shipments import import_columns
from shipments.importing import Plan, Row
from shipments.models import ImportFile, ImportProblem, ImportRow
from workflow import pouring

AT_ONCE = 1_000
Kept = tuple[int, dict[str, str], str, str]


def keep(file: ImportFile, rows: Sequence[Kept]) -> None:
    """Keep rows as (number, texts, invoice, key), each with its group and its twin."""
    for part in _parts(rows):
        _keep(file, part)


def _keep(file: ImportFile, rows: Sequence[Kept]) -> None:
    kept = ImportRow.objects.filter(file=file)
    groups = _firsts(kept, "invoice", [invoice for *_others, invoice, _key in rows], "group")
    twins = _firsts(kept, "key", [key for *_others, key in rows], "number")
    made = []
    for number, texts, invoice, key in rows:
        made.append(
            (file.pk, number, groups.setdefault(invoice, number), invoice, key, twins.get(key), texts)
        )
        twins.setdefault(key, number)
    names = ("file_id", "number", "group", "invoice", "key", "twin", "texts")
    pouring.pour(ImportRow, names, made)


def _firsts(kept: Any, name: str, values: list[str], wanted: str) -> dict[str, int]:
    found = kept.filter(**{f"{name}__in": set(values)}).values_list(name).annotate(first=Min(wanted))
    return dict(found.order_by())


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), AT_ONCE):
        yield rows[at : at + AT_ONCE]


def next_plans(file: ImportFile, most: int) -> list[Plan]:
    """The plans behind the cursor: whole invoices, `most` rows at most or one invoice."""
    rows = ImportRow.objects.filter(file=file, group__gt=file.cursor).order_by("group", "number")
    values = rows.values_list("group", "number", "texts", "key", "twin")
    found = list(values[: most + 1])
    plans = [
        Plan([Row(number, texts, key, twin) for _group, number, texts, key, twin in some])
        for _group, some in groupby(found, key=lambda row: row[0])
    ]
    return plans[:-1] if len(found) > most and len(plans) > 1 else plans


def count(file: ImportFile, plans: Sequence[Plan]) -> int:
    """How many rows of the file these plans stand for."""
    if len(plans) == 1:  # an invoice with more rows than a slice was not read to its end
        return ImportRow.objects.filter(file=file, group=plans[0].group).count()
    return sum(len(plan.rows) for plan in plans)


def note(file: ImportFile, bad: Sequence[Plan]) -> None:
    """Keep what is wrong with these plans."""
    problems = [
        (file.pk, plan.group, number, column, said[:500])
        for plan in bad
        for number, column, said in sorted(plan.problems)
    ]
    pouring.pour(ImportProblem, ("file_id", "group", "number", "column", "text"), problems)


def forget(file: ImportFile, *, groups: Sequence[int] | None = None) -> None:
    """Drop the rows of these groups, or of all that hold; in short statements, as there is a limit to their time."""
    rows = ImportRow.objects.filter(file=file)
    if groups is None:
        rows = rows.exclude(group__in=ImportProblem.objects.filter(file=file).values("group"))
    else:
        rows = rows.filter(group__in=groups)
    while keys := list(rows.values_list("pk", flat=True)[: 5 * AT_ONCE]):
        ImportRow.objects.filter(pk__in=keys).delete()


def reasons(file: ImportFile) -> Iterator[list[list[str]]]:
    """Every row of an invoice that was not planned, with the reasons, to be mended and sent again."""
    names = [name for name in import_columns.NAMES if name in file.mapping.values()]
    yield [["row", "reasons", *names]]
    bad, group, last = ImportProblem.objects.filter(file=file), 0, 0
    while True:
        behind = Q(group__gt=group) | Q(group=group, number__gt=last)
        rows = ImportRow.objects.filter(behind, file=file, group__in=bad.values("group"))
        found = list(rows.order_by("group", "number").values_list("group", "number", "texts")[:AT_ONCE])
        if not found:
            return
        groups = (found[0][0], found[-1][0])
        group, last, _texts = found[-1]
        said: dict[int, list[str]] = {}
        for number, column, text in bad.filter(group__range=groups).values_list("number", "column", "text"):
            said.setdefault(number, []).append(f"{column}: {text}".lstrip(": "))
        other = [_("Another row of this invoice does not hold.")]
        yield [
            [str(number), "; ".join(said.get(number, other)), *(texts.get(name, "") for name in names)]
            for _group, number, texts in found
        ]
