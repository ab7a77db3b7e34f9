"""The verbs of the re-export watch: load shipping bills, judge them against what was imported, decide.

A file may come twice: an item of a bill is kept once. Refuses with the engine's exceptions; weights in milligrams.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.fields import KilogramField, StrictDateField
from accounts.models import Organisation
from documents import sheets
from euc import countries
from euc.models import GoodsLine
from euc.models.certificate import today
from shipments import identifiers, watch_law, watching
from shipments import workflow as law
from shipments.models import ExportItem, Lot, Posting
from workflow import engine, events

NAMES = (
    "iec", "port", "shipping_bill", "date", "item", "hs", "description", "destination", "consignee", "weight_kg",
)  # fmt: skip
NEEDED = ("iec", "port", "shipping_bill", "date", "hs", "description", "destination")
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Loaded:
    """What a file brought: items kept now, known before, of strangers, refused (row, sentence), and cases raised."""

    kept: int
    known: int
    strangers: int
    refused: list[tuple[int, str]]
    cases: list[ExportItem]


def load(content: bytes, *, by: Actor, at: datetime | None = None) -> Loaded:
    """Read shipping bills and keep those of importers of magnets. Raises sheets.Unreadable for a head not ours."""
    at = at or timezone.now()
    rows = _rows(content)
    known_importers = {row.iec: row for row in Organisation.objects.importers().exclude(iec="")}
    kept, known, strangers = 0, 0, 0
    refused: list[tuple[int, str]] = []
    cases: list[ExportItem] = []
    seen: dict[int, watching.Imported] = {}
    for number, texts in rows:
        importer = known_importers.get(texts.get("iec", "").upper())
        if importer is None:
            strangers += 1
            continue
        try:
            columns = _columns(texts)
        except ValidationError as wrong:
            refused.append((number, " ".join(wrong.messages)))
            continue
        if importer.pk not in seen:
            seen[importer.pk] = imported_by(importer)
        item = _keep(importer, columns, seen[importer.pk], by=by, at=at)
        kept, known = kept + (item is not None), known + (item is None)
        if item is not None and item.status == watch_law.OPEN:
            cases.append(item)
    return Loaded(kept, known, strangers, refused, sorted(cases, key=lambda case: (-case.score, case.pk)))


def _rows(content: bytes) -> Iterable[tuple[int, dict[str, str]]]:
    table = sheets.read(content, most_rows=MOST_ROWS + 1)
    if len(table.rows) < 2:
        raise sheets.Unreadable(_("The file has no row under its head."))
    head = [name.lower() for name in table.rows[0][1]]
    if len(set(head)) < len(head) or not set(NEEDED) <= set(head):
        said = _("The first row must name each column once, and these among them: %(names)s.")
        raise sheets.Unreadable(said % {"names": ", ".join(NEEDED)})
    return [(number, dict(zip(head, cells, strict=False))) for number, cells in table.rows[1:]]


def _columns(texts: dict[str, str]) -> dict[str, Any]:
    """A row's columns. Raises ValidationError with what is wrong with it."""
    day = StrictDateField().clean(texts["date"])
    if day > today():
        raise ValidationError(_("This day lies in the future."))
    hs = texts["hs"].replace(".", "").replace(" ", "")
    if not (hs.isascii() and hs.isdigit() and 4 <= len(hs) <= 8):
        raise ValidationError(_("A tariff code has four to eight digits."))
    destination = texts["destination"].upper()
    if destination not in dict(countries.choices()):
        raise ValidationError(_("Write the destination as two letters, for example US."))
    item = texts.get("item") or "1"
    if not (item.isascii() and item.isdigit() and 0 < int(item) < 10_000):
        raise ValidationError(_("The item is a number."))
    if not texts["shipping_bill"] or not texts["description"]:
        raise ValidationError(_("Number and description are needed."))
    return {
        "port": identifiers.port_in_india(texts["port"]),
        "bill": texts["shipping_bill"][:20],
        "bill_on": day,
        "item": int(item),
        "hs": hs,
        "description": texts["description"][:300],
        "destination": destination,
        "consignee": texts.get("consignee", "")[:200],
        "weight_mg": KilogramField(required=False).clean(texts.get("weight_kg", "")),
    }


def imported_by(importer: Organisation) -> watching.Imported:
    """What this importer brought in and what its ledger says of bills. Five queries."""
    lines = GoodsLine.objects.filter(certificate__importer=importer, drawn_mg__gt=0)
    postings = Posting.objects.filter(importer=importer, reversed_by=None)

    def bills(*verbs: str) -> set[str]:
        found = postings.filter(verb__in=verbs).values_list("document", flat=True)
        return {text.upper().removeprefix("SB").strip() for text in found}

    drawn = Lot.objects.filter(importer=importer, consignment__status__in=law.COUNTS)
    weight = drawn.aggregate(mg=Sum("weight_mg"))["mg"]
    return watching.Imported(
        grades=set(lines.exclude(grade="").values_list("grade", flat=True)),
        hs_codes=set(lines.values_list("itc_hs", flat=True)),
        weight_mg=weight or 0,
        returned_bills=bills("return_to_supplier"),
        consented_bills=bills("reexport"),
        product_bills=bills("export_product"),
    )


@transaction.atomic
def _keep(
    importer: Organisation, columns: dict[str, Any], imported: watching.Imported, *, by: Actor, at: datetime
) -> ExportItem | None:
    """The item, judged; None when it was kept before."""
    key = {name: columns[name] for name in ("port", "bill", "bill_on", "item")}
    if ExportItem.objects.filter(importer=importer, **key).exists():
        return None
    export = watching.Export(
        bill=columns["bill"].upper(),
        hs=columns["hs"],
        description=columns["description"],
        destination=columns["destination"],
        weight_mg=columns["weight_mg"],
    )
    signal = watching.judge(export, imported)
    item = ExportItem.objects.create(
        importer=importer,
        kind=signal.kind,
        score=signal.score,
        reasons=[list(reason) for reason in signal.reasons],
        status=watch_law.OPEN if signal.is_case else watch_law.NOTED,
        loaded_by=by.person,
        loaded_at=at,
        **columns,
    )
    verb = "raise" if signal.is_case else "note"
    events.record(
        book=item.book,
        subject=item,
        verb=f"shipments.export.{verb}",
        by=by,
        at=at,
        to_status=item.status,
        details={"score": item.score, "reasons": [code for code, _points in signal.reasons]},
    )
    return item


def explain(*, item: ExportItem, by: Actor, reason: str, at: datetime | None = None) -> None:
    """The export is no re-export, for this reason."""
    _decide(item, "explain", by=by, reason=reason, at=at)


def confirm(*, item: ExportItem, by: Actor, reason: str, at: datetime | None = None) -> None:
    """The export is a re-export of magnets."""
    _decide(item, "confirm", by=by, reason=reason, at=at)


@transaction.atomic
def _decide(item: ExportItem, verb: str, *, by: Actor, reason: str, at: datetime | None) -> None:
    at = at or timezone.now()
    sets = {"reason": reason, "decided_by": by.person, "decided_at": at}
    engine.take(watch_law.EXPORT, verb, item, by=by, at=at, sets=sets, details={"reason": reason})


def embedded_by_country(
    importer: Organisation | None = None, *, since: date | None = None
) -> list[dict[str, Any]]:
    """Magnets inside exported products by country, in milligrams, from the ledgers."""
    rows = Posting.objects.filter(verb="export_product", reversed_by=None)
    rows = rows.filter(importer=importer) if importer else rows
    rows = rows.filter(happened_on__gte=since) if since else rows
    found = rows.values("to_place").annotate(weight_mg=Sum("weight_mg")).order_by("-weight_mg")
    return [{"country": row["to_place"], "weight_mg": row["weight_mg"]} for row in found]
