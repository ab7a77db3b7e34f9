"""The verbs: what an importer's people do to a consignment. Each is atomic and leaves exactly one event.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete, or `drawing.Exceeded`. `by` is the acting person
in their active organisation, `on` the day something happened (in China until departure, in India from arrival on),
`at` a moment in UTC (now by default). Weights are whole milligrams.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from euc import assessing, control
from euc import services as certificates
from euc import workflow as certificate_law
from euc.models import Certificate, GoodsLine, Serial
from euc.models.certificate import today
from licensing import services as licences
from licensing.models import Licence
from shipments import custody, drawing, incidents, workflow
from shipments.models import Consignment, Draw, Holding, Lot
from workflow import engine, events
from workflow.law import Miss

PAPERS = (
    "invoice_number", "invoice_date", "incoterm", "mode", "transport_document", "house_document", "conveyance",
    "containers", "packages", "port_of_loading", "port_of_entry", "expected_on",
)  # fmt: skip


@dataclass(frozen=True)
class LotPlan:
    """One lot as planned: goods line by its number on the certificate, weight in milligrams."""

    line: int
    weight_mg: int
    pieces: int = 0
    batch: str = ""
    value: Any = None
    currency: str = ""


@dataclass(frozen=True)
class Receipt:
    """What arrived of one lot, by its number in the consignment: sound and damaged, in milligrams and pieces."""

    lot: int
    received_mg: int
    pieces: int = 0
    damaged_mg: int = 0
    damaged_pieces: int = 0


@transaction.atomic
def plan(
    *,
    certificate: Certificate,
    by: Actor,
    licence: Licence | None = None,
    without_licence: str = "",
    papers: dict[str, Any] | None = None,
    lots: Iterable[LotPlan] = (),
    at: datetime | None = None,
) -> Consignment:
    """Write down a consignment that is to come. Nothing is reserved yet."""
    at = at or timezone.now()
    if not workflow.IMPORTER & by.roles or certificate.importer_id != by.organisation.pk:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("Goods can be planned once the certificate is issued."))
    consignment = Consignment.objects.create(
        reference=Serial.next_reference("CON", by.organisation.iec, today(at)),
        importer=certificate.importer,
        certificate=certificate,
        exporter_name=certificate.exporter_name,
        created_by=by.person,
        created_at=at,
        changed_at=at,
    )
    events.record(
        book=consignment.book,
        subject=consignment,
        verb="shipments.consignment.plan",
        by=by,
        at=at,
        to_status=consignment.status,
        details={"certificate": certificate.reference},
    )
    change(
        consignment=consignment,
        by=by,
        licence=licence,
        without_licence=without_licence,
        papers=papers or {},
        lots=lots,
        at=at,
    )
    return consignment


@transaction.atomic
def change(
    *,
    consignment: Consignment,
    by: Actor,
    licence: Licence | None,
    without_licence: str,
    papers: dict[str, Any],
    lots: Iterable[LotPlan],
    at: datetime | None = None,
) -> None:
    """Change a planned consignment: its papers, its licence and all its lots."""
    engine.lock(consignment)
    _is_theirs(consignment, by)
    if not consignment.is_planned:
        raise engine.WrongStatus(_("Only a planned consignment can be changed."))
    if licence is not None and licence.importer_id != consignment.importer_id:
        raise engine.NotAllowed(_("This licence belongs to another importer."))
    columns = {name: value for name, value in papers.items() if name in PAPERS}
    columns |= {"licence": licence, "without_licence": "" if licence else without_licence}
    _set(consignment, columns, at=at or timezone.now())
    goods = {line.number: line for line in consignment.certificate.goods.all()}
    allowed = {line.goods_line_id: line for line in licence.lines.all()} if licence else {}
    consignment.lot_rows.all().delete()
    for number, lot in enumerate(lots, start=1):
        line = _line(goods, lot.line)
        Lot.objects.create(
            consignment=consignment,
            importer_id=consignment.importer_id,
            number=number,
            goods_line=line,
            licence_line=allowed.get(line.pk),
            batch=lot.batch,
            weight_mg=lot.weight_mg,
            pieces=lot.pieces,
            value=lot.value,
            currency=lot.currency,
        )


def _line(goods: dict[int, GoodsLine], number: int) -> GoodsLine:
    if number not in goods:
        raise engine.Incomplete([Miss("", "line", _("There is no such goods line."), line=number)])
    return goods[number]


def _set(consignment: Consignment, columns: dict[str, Any], *, at: datetime) -> None:
    columns = {**columns, "changed_at": at}
    try:
        with transaction.atomic():
            Consignment.objects.filter(pk=consignment.pk).update(**columns)
    except IntegrityError as error:
        raise engine.Incomplete([_used_twice(str(error))]) from error
    for name, value in columns.items():
        setattr(consignment, name, value)


def _used_twice(said: str) -> Miss:
    """Which paper another consignment carries already, from the name or the columns of the constraint."""
    if "bill_of_entry" in said or "boe_number" in said:
        return Miss("", "boe_number", _("Another consignment carries this Bill of Entry."))
    return Miss("", "invoice_number", _("Another consignment of this exporter carries this invoice."))


def _is_theirs(consignment: Consignment, by: Actor) -> None:
    if by.organisation.pk != consignment.importer_id or not workflow.IMPORTER & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))


@transaction.atomic
def book(*, consignment: Consignment, by: Actor, at: datetime | None = None) -> None:
    """Reserve every lot's weight on certificate and licence; both must be in force, and no incident hold draws."""
    at = at or timezone.now()
    certificates.hold_in_force(consignment.certificate, at=at)
    incidents.refuse_held(consignment.certificate)
    _hold_licence(consignment, at=at)
    engine.lock(consignment)
    _take(consignment, "book", by=by, at=at)
    _may_go_without(consignment)
    for lot in consignment.lots():
        drawing.reserve(lot, by=by, at=at)


def _hold_licence(consignment: Consignment, *, at: datetime) -> None:
    """The licence is usable, of this exporter, and, when it allows one export only, not taken by another."""
    licence = consignment.licence
    if licence is None:
        return
    licences.hold_usable(licence, at=at)
    if licence.exporter_name != consignment.exporter_name:
        text = _("The licence is of %(other)s, the certificate of %(exporter)s.")
        said = {"other": licence.exporter_name, "exporter": consignment.exporter_name}
        raise engine.WrongStatus(text % said)
    if licence.type == "SINGLE" and (other := _holder(licence, consignment)):
        text = _("A single licence covers one export, and %(reference)s holds it.")
        raise engine.WrongStatus(text % {"reference": other.reference})


def _holder(licence: Licence, consignment: Consignment) -> Consignment | None:
    idle = {workflow.PLANNED, workflow.CANCELLED, workflow.REFUSED}
    others = licence.consignments.exclude(pk=consignment.pk).exclude(status__in=idle)
    return others.first()


def _may_go_without(consignment: Consignment) -> None:
    """Without a licence only what the rules of the day leave free, or open; the reason is kept."""
    if consignment.licence_id:
        return
    day = control.day_in_china()
    for lot in consignment.lots():
        if assessing.line(lot.goods_line, day).found.licence_needed is True:
            text = _("Goods line %(number)s is controlled; it needs an export licence.")
            raise engine.WrongStatus(text % {"number": lot.goods_line.number})


def _take(
    consignment: Consignment,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    sets: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    columns = {**(sets or {}), "changed_at": at}
    try:
        with transaction.atomic():
            engine.take(
                workflow.CONSIGNMENT, verb, consignment, by=by, at=at, sets=columns, details=_plain(details)
            )
    except IntegrityError as error:
        raise engine.Incomplete([_used_twice(str(error))]) from error


def _plain(details: dict[str, Any] | None) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in (details or {}).items()
        if value not in (None, "")
    }


def _check_day(consignment: Consignment, on: date | None, *, field: str = "on") -> None:
    """The day is known, not in the future anywhere, and not before an earlier stage."""
    if on is None:
        raise engine.Incomplete([Miss("", field, _("Enter the day."))])
    if on > max(today(), control.day_in_china()):
        raise engine.Incomplete([Miss("", field, _("This day lies in the future."))])
    last = consignment.last_day()
    if last and on < last:
        text = _("Something later happened on %(day)s already; days never go back.")
        raise engine.Incomplete([Miss("", field, text % {"day": f"{last:%d-%m-%Y}"})])


def _stage(
    consignment: Consignment,
    verb: str,
    column: str,
    *,
    by: Actor,
    on: date | None,
    at: datetime | None,
    sets: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> datetime:
    at = at or timezone.now()
    engine.lock(consignment)
    _check_day(consignment, on)
    _take(
        consignment,
        verb,
        by=by,
        at=at,
        sets={column: on, **(sets or {})},
        details={"on": on, **(details or {})},
    )
    return at


@transaction.atomic
def declare(
    *, consignment: Consignment, by: Actor, on: date, customs_remark: str = "", at: datetime | None = None
) -> None:
    """The exporter declared it to Chinese customs, with this remark about control."""
    _stage(
        consignment, "declare", "declared_on", by=by, on=on, at=at, sets={"customs_remark": customs_remark}
    )


@transaction.atomic
def query(*, consignment: Consignment, by: Actor, on: date, reason: str, at: datetime | None = None) -> None:
    """Chinese customs asks; the declaration's day stays."""
    at = at or timezone.now()
    engine.lock(consignment)
    _check_day(consignment, on)
    _take(consignment, "query", by=by, at=at, details={"on": on, "reason": reason})


@transaction.atomic
def release(
    *,
    consignment: Consignment,
    by: Actor,
    on: date,
    weights: dict[int, int] | None = None,
    at: datetime | None = None,
) -> None:
    """Chinese customs released it: draw what was really released of each lot, in milligrams by lot number.

    A revoked or superseded certificate and a suspended or revoked licence take no draw. One that expired meanwhile
    does, for goods that were released while it was valid: they were reserved in time. An incident may hold draws.
    """
    at = at or timezone.now()
    certificate, licence = consignment.certificate, consignment.licence
    engine.lock(certificate)
    if licence is not None:
        engine.lock(licence)
    engine.lock(consignment)
    _check_day(consignment, on)
    _refuse_ended(consignment, certificate, on)
    incidents.refuse_held(certificate)
    _take(consignment, "release", by=by, at=at, sets={"released_on": on}, details={"on": on})
    for lot in consignment.lots():
        weight = (weights or {}).get(lot.number, lot.weight_mg)
        if weight <= 0:
            raise engine.Incomplete([Miss("", f"weight-{lot.number}", _("Enter a weight above zero."))])
        if weight != lot.weight_mg:
            Lot.objects.filter(pk=lot.pk).update(weight_mg=weight)
        drawing.commit(lot, weight, by=by, at=at)
        custody.ship(lot, weight, on=on, by=by, at=at)
    if licence is not None and licence.type == "SINGLE":
        licences.mark_used_up(licence, by=by, at=at)


def _refuse_ended(consignment: Consignment, certificate: Certificate, on: date) -> None:
    first, last = certificate.valid_from, certificate.valid_until
    was_valid = first is not None and last is not None and first <= on <= last
    in_time = certificate.status in {certificate_law.ISSUED, certificate_law.EXPIRED} and was_valid
    if not in_time:
        text = _("%(reference)s is %(status)s and was not in force on that day.")
        said = {"reference": certificate.reference, "status": certificate.status_label}
        raise engine.WrongStatus(text % said)
    licence = consignment.licence
    if licence is not None and not (licence.status in {"ISSUED", "EXPIRED"} and on <= licence.expires_on):
        text = _("The licence %(number)s did not allow an export on that day.")
        raise engine.WrongStatus(text % {"number": licence.number})


@transaction.atomic
def refuse(*, consignment: Consignment, by: Actor, on: date, reason: str, at: datetime | None = None) -> None:
    """Chinese customs refused it: nothing is reserved any more."""
    sets, details = {"end_reason": reason}, {"reason": reason}
    at = _stage(consignment, "refuse", "ended_on", by=by, on=on, at=at, sets=sets, details=details)
    for lot in consignment.lots():
        drawing.free(lot, by=by, at=at)


@transaction.atomic
def depart(
    *, consignment: Consignment, by: Actor, on: date, at: datetime | None = None, **papers: Any
) -> None:
    """It left China, with these transport papers."""
    _stage(
        consignment, "depart", "departed_on", by=by, on=on, at=at, sets=_known(papers), details=_known(papers)
    )


@transaction.atomic
def arrive(*, consignment: Consignment, by: Actor, on: date, at: datetime | None = None) -> None:
    """It arrived in India."""
    _stage(consignment, "arrive", "arrived_on", by=by, on=on, at=at)


def _known(papers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in papers.items() if name in PAPERS and value not in (None, "")}


@transaction.atomic
def enter(
    *,
    consignment: Consignment,
    by: Actor,
    on: date,
    boe_type: str,
    boe_number: str,
    port_of_entry: str,
    boe_parent: str = "",
    assessable_value_inr: Any = None,
    entered: dict[int, int] | None = None,
    at: datetime | None = None,
) -> None:
    """The Bill of Entry is filed, for the weights entered of each lot, in milligrams by lot number."""
    sets = {
        "boe_type": boe_type,
        "boe_number": boe_number,
        "boe_parent": boe_parent,
        "port_of_entry": port_of_entry,
        "assessable_value_inr": assessable_value_inr,
    }
    if boe_type == Consignment.BoeType.EX_BOND and not boe_parent:
        text = _("An ex-bond Bill of Entry names the one it was warehoused under.")
        raise engine.Incomplete([Miss("", "boe_parent", text)])
    details = {"boe": f"{port_of_entry} {boe_number}", "type": boe_type}
    _stage(consignment, "enter", "boe_on", by=by, on=on, at=at, sets=sets, details=details)
    for lot in consignment.lots():
        weight = (entered or {}).get(lot.number, lot.weight_mg)
        if not 0 <= weight <= lot.weight_mg:
            text = _("The Bill of Entry cannot cover more than was shipped.")
            raise engine.Incomplete([Miss("", f"entered-{lot.number}", text)])
        Lot.objects.filter(pk=lot.pk).update(entered_mg=weight)


@transaction.atomic
def clear(*, consignment: Consignment, by: Actor, on: date, at: datetime | None = None) -> None:
    """Indian customs gave it out of charge."""
    _stage(consignment, "clear", "cleared_on", by=by, on=on, at=at)


@transaction.atomic
def receive(
    *,
    consignment: Consignment,
    by: Actor,
    on: date,
    place: str,
    receipts: Iterable[Receipt],
    receipt_number: str = "",
    evidence: Any = None,
    at: datetime | None = None,
) -> None:
    """Book the goods receipt of every lot into one store; what is missing is booked as short, and says so."""
    at = at or timezone.now()
    engine.lock(consignment)
    _check_day(consignment, on)
    if not place:
        raise engine.Incomplete([Miss("", "place", _("Say in which store the goods are."))])
    arrived = {receipt.lot: receipt for receipt in receipts}
    lots = consignment.lots()
    if set(arrived) != {lot.number for lot in lots}:
        raise engine.Incomplete([Miss("", "lots", _("Say of every lot what arrived."))])
    shipped = dict(
        Holding.objects.filter(lot__in=lots, account="IN_TRANSIT").values_list("lot_id", "weight_mg")
    )
    came = {lot.pk: arrived[lot.number].received_mg + arrived[lot.number].damaged_mg for lot in lots}
    is_short = any(came[lot.pk] < shipped.get(lot.pk, 0) for lot in lots)
    details = {"on": on, "place": place, "receipt": receipt_number, "weight_mg": sum(came.values())}
    sets = {"received_on": on, "receipt_number": receipt_number}
    _take(consignment, "receive_short" if is_short else "receive", by=by, at=at, sets=sets, details=details)
    for lot in lots:
        row = arrived[lot.number]
        custody.take_in(
            lot,
            place=place,
            received_mg=row.received_mg,
            pieces=row.pieces,
            damaged_mg=row.damaged_mg,
            damaged_pieces=row.damaged_pieces,
            on=on,
            document=receipt_number,
            by=by,
            at=at,
            evidence=evidence,
        )


@transaction.atomic
def lose(*, consignment: Consignment, by: Actor, on: date, reason: str, at: datetime | None = None) -> None:
    """It was lost on the way: what is still in transit is booked as lost."""
    sets, details = {"end_reason": reason}, {"reason": reason}
    at = _stage(consignment, "lose", "ended_on", by=by, on=on, at=at, sets=sets, details=details)
    for lot in consignment.lots():
        custody.lose_rest(lot, on=on, reason=reason, by=by, at=at)


@transaction.atomic
def reconcile(*, consignment: Consignment, by: Actor, at: datetime | None = None) -> None:
    """Papers and goods agree. The certificate is used up once all of it is drawn and reconciled."""
    at = at or timezone.now()
    certificate = consignment.certificate
    engine.lock(certificate)
    engine.lock(consignment)
    _take(consignment, "reconcile", by=by, at=at)
    if certificate.status == certificate_law.ISSUED and _is_used_up(certificate):
        certificates.exhaust(certificate=certificate, by=actors.clock(), at=at)


def _is_used_up(certificate: Certificate) -> bool:
    is_left = any(line.left_mg or line.reserved_mg for line in certificate.lines())
    open_ones = certificate.consignments.exclude(status__in=workflow.AT_REST)
    return not is_left and not open_ones.exists()


@transaction.atomic
def cancel(*, consignment: Consignment, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Call it off before departure: what it reserved is freed, what it drew is reversed.

    A single licence stays used up, as it lapses with the export it was used for; only a new report changes that.
    """
    at = at or timezone.now()
    engine.lock(consignment)
    before = consignment.status
    sets = {"ended_on": today(at), "end_reason": reason}
    _take(consignment, "cancel", by=by, at=at, sets=sets, details={"reason": reason})
    for lot in consignment.lots():
        if before in workflow.RESERVED:
            drawing.free(lot, by=by, at=at)
        elif before == workflow.CUSTOMS_RELEASED:
            drawing.reverse(lot, by=by, at=at)
            custody.turn_back(lot, on=today(at), by=by, at=at)


def draws_of(consignment: Consignment) -> list[Draw]:
    """The draws of all its lots, oldest first."""
    rows = Draw.objects.filter(lot__consignment=consignment)
    return list(rows.select_related("lot", "goods_line", "made_by").order_by("id"))
