"""What each certificate, case, licence, consignment, lot, export, visit counts for: the one definition of facts.

Read by whoever adds to the totals, by the tail of a figure, by the rebuild and by the check. Facts are told from rows
as they stand, the goods from the revision that was last signed. Reads only, with a constant number of queries for
each kind of source, however many are asked of at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Sum

from accounts.models import Organisation
from euc import workflow as certificate_law
from euc.models import Certificate, Revision, Undertaking
from euc.models.certificate import today
from licensing import predicting, refusing, stations
from licensing.models import Licence, LicenceCase
from ministry import boards, pointing, states
from ministry.models import Fact
from shipments import accounts, visit_law
from shipments import workflow as consignment_law
from shipments.models import Consignment, Draw, ExportItem, Holding, Lot, Posting, Visit

OPEN = (certificate_law.SUBMITTED, certificate_law.RETURNED, certificate_law.APPROVED)
COUNTED_ELEMENTS = ("Dy", "Tb", "Sm", "Gd", "Ho", "Nd", "Pr", "Y")
COUNTRIES = frozenset({accounts.EXPORTED_PRODUCT, accounts.REEXPORTED})
GRANTED, OTHERWISE, PENDING = "GRANTED", "OTHERWISE", "PENDING"
ALL = "ALL"  # beside its reasons, what is refused counts once under this
HELD, CANCELLED, PLANNED = "HELD", "CANCELLED", "PLANNED"


def of(source: str, refs: Iterable[int]) -> list[Fact]:
    """The facts of these rows of one source, unsaved; nothing for rows that are gone or do not count yet."""
    facts = _TELLERS[source](sorted(set(refs)))
    found = _states({fact.importer for fact in facts})
    for fact in facts:
        fact.state = found.get(fact.importer, "")
    return facts


def _states(importers: set[str]) -> dict[str, str]:
    """Where importers are, by what their records say now; one query."""
    rows = Organisation.objects.filter(pk__in=[int(importer) for importer in importers])
    told = rows.values_list("pk", "state_code", "gstin")
    return {f"{pk}": states.code_of(state_code, gstin) for pk, state_code, gstin in told}


def month(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


def _day(moment: datetime | None) -> date | None:
    """The day in India of a moment (UTC)."""
    return today(moment) if moment else None


def cents(amount: Any) -> int:
    """Hundredths of an amount with two decimals; 0 for none."""
    return int(Decimal(amount or 0) * 100)


@dataclass(frozen=True)
class _Told:
    """Whose fact it is: source, key and reference."""

    source: str
    ref: int
    reference: str


def _fact(told: _Told, board: str, part: str, on: date | None, **values: Any) -> Fact:
    period = month(on)
    return Fact(
        source=told.source,
        ref=told.ref,
        reference=told.reference,
        board=board,
        part=part,
        month=period,
        year=boards.year_of_month(period),
        **values,
    )


# --- what is known of a certificate -----------------------------------------------------------------


@dataclass
class _Signed:
    """The content that was last signed, as far as it counts."""

    importer: str
    content: dict[str, Any]

    @cached_property
    def traders(self) -> dict[str, str]:
        exporter = self.content["parties"]["exporter"]
        uscc = exporter.get("identifiers", {}).get("USCC", "")
        # Digits 3 to 8 of a USCC are the district that registered it (GB 32100-2015), the first two its province.
        province = uscc[2:4] if len(uscc) == 18 and uscc[2:4].isdigit() else ""
        return {"importer": self.importer, "exporter": exporter.get("name", ""), "province": province}

    @cached_property
    def lines(self) -> dict[int, dict[str, Any]]:
        return {line["line"]: line for line in self.content["goods"]}

    def goods(self, number: int) -> dict[str, str]:
        """The dimensions of one goods line."""
        line = self.lines.get(number, {})
        return {
            "sector": self.content["end_use"].get("sector") or "",
            "hs_in": line.get("itc_hs") or "",
            "hs_cn": line.get("cn_hs") or "",
            "weight_class": (line.get("assessment") or {}).get("weight_class", ""),
        }

    @property
    def first(self) -> int:
        return min(self.lines, default=0)

    def weight_mg(self) -> int:
        return sum(line["net_weight_mg"] or 0 for line in self.lines.values())


def _signed(certificates: Iterable[int]) -> dict[int, _Signed]:
    """The last signed content by certificate; one query."""
    rows = Revision.objects.filter(
        certificate__in=set(certificates), number=F("certificate__revision_number")
    ).values_list("certificate_id", "certificate__importer_id", "content")
    return {pk: _Signed(str(importer), content) for pk, importer, content in rows}


# --- certificates and undertakings ------------------------------------------------------------------


def _certificates(refs: list[int]) -> list[Fact]:
    signed = _signed(refs)
    rows = Certificate.objects.filter(pk__in=refs, revision_number__gt=0).order_by("pk")
    return [fact for row in rows if row.pk in signed for fact in _certificate(row, signed[row.pk])]


def _certificate(row: Certificate, signed: _Signed) -> list[Fact]:
    found: list[Fact] = []
    waits = row.approved_at if row.status == certificate_law.APPROVED else row.submitted_at
    since = f"{_day(waits)}" if row.status in OPEN else ""
    issued_on = _day(row.issued_at)
    for number, line in sorted(signed.lines.items()):
        counts: dict[str, Any] = {**signed.goods(number), **signed.traders}
        counts |= {"n": int(number == signed.first), "quantity_mg": line["net_weight_mg"] or 0}

        def tell(board: str, part: str, on: date | None, /, *, counts: Any = counts, **given: Any) -> None:
            told = _Told(pointing.CERTIFICATE, row.pk, row.reference)
            found.append(_fact(told, board, part, on, **{**counts, **given}))

        tell(boards.PIPELINE, str(number), None, status=row.status, day=since)
        if row.status == certificate_law.REJECTED:
            tell(boards.REJECTED, str(number), _day(row.ended_at))
        if row.status not in certificate_law.WAS_ISSUED:
            continue
        money: dict[str, Any] = {"currency": line["currency"] or "", "value_cents": cents(line["value"])}
        tell(boards.ISSUED, str(number), issued_on, status=row.status, **money)
        for symbol in COUNTED_ELEMENTS:
            if mg := _contained(line, symbol):
                tell(boards.ELEMENTS, f"{number}:{symbol}", issued_on, kind=symbol, quantity_mg=mg)
        if row.status == certificate_law.ISSUED:
            tell(boards.VALIDITY, str(number), None, day=f"{row.valid_until}")
    return found


def _contained(line: dict[str, Any], symbol: str) -> int:
    """Milligrams of one element by its stated mass %, rounded half to even."""
    share = line["composition"].get(symbol)
    return round(Decimal(share) * (line["net_weight_mg"] or 0) / 100) if share else 0


def _undertakings(refs: list[int]) -> list[Fact]:
    rows = Undertaking.objects.filter(pk__in=refs, signed_at__isnull=False).order_by("pk")
    return [
        _fact(
            _Told(pointing.UNDERTAKING, row.pk, row.reference),
            boards.UNDERTAKINGS,
            "",
            _day(row.brought_at or row.signed_at),
            status=row.status,
            kind="PERIOD" if row.certificate_id is None else "CERTIFICATE",
            importer=str(row.importer_id),
            n=1,
        )
        for row in rows
    ]


# --- cases and licences -----------------------------------------------------------------------------


def _cases(refs: list[int]) -> list[Fact]:
    rows = list(LicenceCase.objects.filter(pk__in=refs).order_by("pk"))
    signed = _signed(row.certificate_id for row in rows)
    days, grounds = predicting.ends_of(refs), refusing.grounds_of(refs)
    return [
        fact
        for row in rows
        if row.certificate_id in signed
        for fact in _case(row, signed[row.certificate_id], days[row.pk], grounds.get(row.pk, []))
    ]


def _case(
    row: LicenceCase, signed: _Signed, days: tuple[date | None, date | None], grounds: list[str]
) -> Iterable[Fact]:
    granted_on, ended_on = days
    outcome = GRANTED if granted_on else OTHERWISE if ended_on else PENDING
    given: dict[str, Any] = {**signed.traders, "sector": signed.goods(signed.first)["sector"], "n": 1}
    given["quantity_mg"] = signed.weight_mg()
    due = f"{row.due_on}" if row.due_on and outcome == PENDING else ""
    columns = {"status": row.status, "kind": outcome, "day": due}
    told = _Told(pointing.CASE, row.pk, row.reference)
    yield _fact(told, boards.CASES, "", _day(row.opened_at), **given, **columns)
    if row.status in stations.REFUSALS:
        for kind in (ALL, *(grounds or [""])):
            yield _fact(told, boards.REFUSALS, kind, row.status_on, **given, status=row.status, kind=kind)
    if row.accepted_on:
        end = granted_on or ended_on
        wait = (
            f"{outcome}:{max((end - row.accepted_on).days, 0):04d}" if end else f"{PENDING}@{row.accepted_on}"
        )
        yield _fact(told, boards.WAITS, "", row.accepted_on, **given, wait=wait)


def _licences(refs: list[int]) -> list[Fact]:
    rows = list(Licence.objects.filter(pk__in=refs).prefetch_related("lines__goods_line").order_by("pk"))
    signed = _signed(line.goods_line.certificate_id for row in rows for line in row.lines.all())
    found = []
    for row in rows:
        lines = sorted(row.lines.all(), key=lambda line: line.pk)
        for line in lines:
            if (paper := signed.get(line.goods_line.certificate_id)) is None:
                continue
            given: dict[str, Any] = {**paper.goods(line.goods_line.number), **paper.traders}
            given |= {"n": int(line == lines[0]), "quantity_mg": line.authorised_mg}
            told = _Told(pointing.LICENCE, row.pk, row.number)
            part = str(line.goods_line_id)
            found.append(_fact(told, boards.LICENCES, part, row.issued_on, status=row.status, **given))
    return found


def licences_of_cases(refs: Iterable[int]) -> list[int]:
    """Licences whose lines a report on these cases may have changed."""
    rows = LicenceCase.objects.filter(pk__in=set(refs), licence__isnull=False)
    return sorted(set(rows.values_list("licence_id", flat=True)))


# --- consignments, lots, exports, visits -------------------------------------------------------------


def _consignments(refs: list[int]) -> list[Fact]:
    booked = Consignment.objects.filter(pk__in=refs).exclude(status=consignment_law.PLANNED)
    rows = list(booked.select_related("licence").order_by("pk"))
    lots: dict[int, list[Lot]] = defaultdict(list)
    for lot in Lot.objects.filter(consignment__in=rows).select_related("goods_line").order_by("number"):
        lots[lot.consignment_id].append(lot)
    drawn = dict(
        Draw.objects.filter(lot__consignment__in=rows).values_list("lot").annotate(mg=Sum("drawn_mg"))
    )
    signed = _signed(row.certificate_id for row in rows)
    return [
        fact for row in rows for fact in _consignment(row, lots[row.pk], drawn, signed[row.certificate_id])
    ]


def _consignment(row: Consignment, lots: list[Lot], drawn: dict[int, int], signed: _Signed) -> Iterable[Fact]:
    shares = _shared(cents(row.assessable_value_inr), [lot.weight_mg for lot in lots])
    for lot, value in zip(lots, shares, strict=True):
        given: dict[str, Any] = {**signed.goods(lot.goods_line.number), **signed.traders}
        given["n"] = int(lot == lots[0])
        told, part = _Told(pointing.CONSIGNMENT, row.pk, row.reference), str(lot.number)
        entered = {"status": row.status, "port": row.port_of_entry, "mode": row.mode, "value_cents": value}
        entered["quantity_mg"] = lot.weight_mg if lot.entered_mg is None else lot.entered_mg
        yield _fact(told, boards.CONSIGNMENTS, part, row.boe_on, **given, **entered)
        if drawn.get(lot.pk) and row.licence:
            yield _fact(told, boards.DRAWN, part, row.licence.issued_on, **given, quantity_mg=drawn[lot.pk])


def _shared(total: int, weights: list[int]) -> list[int]:
    """A sum shared out by weight, the rest to the last, so that the shares add up."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights[:-1]] if whole else []
    return [*shares, total - sum(shares)] if weights else []


def _lots(refs: list[int]) -> list[Fact]:
    lots = {
        row.pk: row for row in Lot.objects.filter(pk__in=refs).select_related("goods_line", "consignment")
    }
    signed = _signed(lot.consignment.certificate_id for lot in lots.values())
    found = []

    def tell(lot: Lot, board: str, part: str, on: date | None, mg: int, account: str, place: str) -> None:
        paper = signed[lot.consignment.certificate_id]
        given: dict[str, Any] = {**paper.goods(lot.goods_line.number), "importer": paper.importer}
        given |= {"kind": account, "country": _country(account, place), "n": 1, "quantity_mg": mg}
        found.append(_fact(_Told(pointing.LOT, lot.pk, lot.reference), board, part, on, **given))

    held = Holding.objects.filter(lot__in=lots, weight_mg__gt=0).exclude(account__in=accounts.OUTSIDE)
    for row in held.order_by("lot_id", "pk"):
        tell(lots[row.lot_id], boards.CUSTODY, f"h{row.pk}", None, row.weight_mg, row.account, row.place)
    moved = list(Posting.objects.filter(lot__in=lots, weight_mg__gt=0).order_by("lot_id", "pk"))
    corrected = {pk for one in moved if one.reverses_id for pk in (one.pk, one.reverses_id)}
    for one in moved:
        if one.pk not in corrected:
            to = (one.weight_mg, one.to_account, one.to_place)
            tell(lots[one.lot_id], boards.MOVES, f"p{one.pk}", one.happened_on, *to)
    return found


def _country(account: str, place: str) -> str:
    """The country where an account's place is one."""
    return place[:2].upper() if account in COUNTRIES else ""


def _exports(refs: list[int]) -> list[Fact]:
    return [
        _fact(
            _Told(pointing.EXPORT, row.pk, f"{row.port} {row.bill}/{row.item}"),
            boards.EXPORTS,
            "",
            row.bill_on,
            status=row.status,
            kind=row.kind,
            country=row.destination,
            importer=str(row.importer_id),
            n=1,
            quantity_mg=row.weight_mg or 0,
        )
        for row in ExportItem.objects.filter(pk__in=refs).order_by("pk")
    ]


def _visits(refs: list[int]) -> list[Fact]:
    """Visits by the month they are planned for; what still waits for its day says for which."""
    return [
        _fact(
            _Told(pointing.VISIT, row.pk, row.reference),
            boards.VISITS,
            "",
            row.planned_on,
            status=row.status,
            kind=row.asked_by,
            wait=_outcome(row),
            importer=str(row.importer_id),
            n=1,
        )
        for row in Visit.objects.filter(pk__in=refs).order_by("pk")
    ]


def _outcome(row: Visit) -> str:
    if row.status == visit_law.SCHEDULED:
        return f"{PLANNED}@{row.planned_on}"
    return CANCELLED if row.status == visit_law.CANCELLED else HELD


_TELLERS: dict[str, Callable[[list[int]], list[Fact]]] = {
    pointing.CERTIFICATE: _certificates,
    pointing.UNDERTAKING: _undertakings,
    pointing.CASE: _cases,
    pointing.LICENCE: _licences,
    pointing.CONSIGNMENT: _consignments,
    pointing.LOT: _lots,
    pointing.EXPORT: _exports,
    pointing.VISIT: _visits,
}
MODELS = {
    pointing.CERTIFICATE: Certificate,
    pointing.UNDERTAKING: Undertaking,
    pointing.CASE: LicenceCase,
    pointing.LICENCE: Licence,
    pointing.CONSIGNMENT: Consignment,
    pointing.LOT: Lot,
    pointing.EXPORT: ExportItem,
    pointing.VISIT: Visit,
}
