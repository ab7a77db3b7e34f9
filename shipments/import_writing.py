"""Plans become consignments, many at once: the same rows and events as `services.plan` writes for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc.models import Serial
from euc.models.certificate import today
from shipments import workflow
from shipments.importing import IDLE, Plan
from shipments.models import Consignment, ImportedKey, ImportFile, Lot
from workflow import engine, events, pouring


def write(plans: Sequence[Plan], *, file: ImportFile, by: Actor, at: datetime) -> None:
    """Plan consignments of a file that were checked, in the caller's transaction, each with its event.

    As many queries whatever their number. Raises IntegrityError where somebody else planned one of them meanwhile.
    """
    if not workflow.IMPORTER & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if not plans:
        return
    importer = by.organisation
    references = Serial.next_references("CON", importer.iec, today(at), len(plans))
    made = list(zip(pouring.keys(Consignment, len(plans)), references, plans, strict=True))
    alike = {
        "importer_id": importer.pk,
        "import_file_id": file.pk,
        "created_by_id": by.person.pk,
        "created_at": at,
        "changed_at": at,
    }
    pouring.pour(Consignment, _CONSIGNMENT, (_consignment(*one, alike) for one in made))
    numbers = _Numbers()
    pouring.pour(Lot, _LOT, (row for pk, _reference, plan in made for row in numbers.lots(pk, plan)))
    keys = [row.key for plan in plans for row in plan.rows]
    ImportedKey.objects.filter(importer=importer, key__in=keys, consignment__status__in=IDLE).delete()
    told = [(importer.pk, row.key, pk) for pk, _reference, plan in made for row in plan.rows]
    pouring.pour(ImportedKey, ("importer_id", "key", "consignment_id"), told)
    events.record_many(
        book=f"org-{importer.pk}",
        model=Consignment,
        verb="shipments.consignment.plan",
        by=by,
        at=at,
        to_status=workflow.PLANNED,
        told=[
            events.Told(pk, reference, {"certificate": _certificate(plan).reference})
            for pk, reference, plan in made
        ],
    )


def _certificate(plan: Plan) -> Any:
    assert plan.certificate is not None
    return plan.certificate


_EMPTY = {field.attname: field.get_default() for field in Consignment._meta.concrete_fields}
_CONSIGNMENT = tuple(_EMPTY)
_LOT = (
    "consignment_id", "importer_id", "number", "goods_line_id", "licence_line_id", "batch", "weight_mg", "pieces",
    "value", "currency",
)  # fmt: skip


def _consignment(pk: int, reference: str, plan: Plan, alike: dict[str, Any]) -> list[Any]:
    certificate, licence = _certificate(plan), plan.given["licence"]
    row = _EMPTY | plan.given["papers"] | alike
    row |= {
        "id": pk,
        "reference": reference,
        "certificate_id": certificate.pk,
        "licence_id": licence.pk if licence else None,
        "without_licence": "" if licence else plan.given["without_licence"],
        "exporter_name": certificate.exporter_name,
    }
    return [row[name] for name in _CONSIGNMENT]


def take_back(file: ImportFile, most: int) -> int:
    """Delete so many of a file's consignments while nobody has seen them; how many there were.

    Their events stay, and so does the file's, which says that they were taken back.
    """
    hidden = Consignment.objects.filter(import_file=file, import_file__is_hidden=True).order_by("id")
    keys = list(hidden.values_list("pk", flat=True)[:most])
    ImportedKey.objects.filter(consignment__in=keys).delete()
    Lot.objects.filter(consignment__in=keys).delete()
    Consignment.objects.filter(pk__in=keys).delete()
    return len(keys)


class _Numbers:
    """The keys of goods lines by their number, and of licence lines by goods line; read once each."""

    def __init__(self) -> None:
        self.goods: dict[int, dict[int, int]] = {}
        self.allowed: dict[int, dict[int, int]] = {}

    def lots(self, pk: int, plan: Plan) -> list[tuple[Any, ...]]:
        certificate, licence = _certificate(plan), plan.given["licence"]
        if certificate.pk not in self.goods:
            self.goods[certificate.pk] = {line.number: line.pk for line in certificate.goods.all()}
        if licence and licence.pk not in self.allowed:
            self.allowed[licence.pk] = {line.goods_line_id: line.pk for line in licence.lines.all()}
        goods, allowed = self.goods[certificate.pk], self.allowed[licence.pk] if licence else {}
        return [
            (
                pk, certificate.importer_id, number, goods[lot.line], allowed.get(goods[lot.line]), lot.batch,
                lot.weight_mg, lot.pieces, lot.value, lot.currency,
            )
            for number, lot in enumerate(plan.lots, start=1)
        ]  # fmt: skip
