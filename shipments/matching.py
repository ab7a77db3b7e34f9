"""What an arriving document belongs to: proposals with a score, its reasons and the differences. It only reads.

Only what a document states is compared. A score is the share of points it reached, of those that what it states could
reach; points are how surely a statement tells one purchase from another. The weights are ours, not law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from accounts.models import Organisation
from euc import printing
from euc import workflow as certificate_law
from euc.models import Certificate, GoodsLine
from euc.screening import comparing
from licensing.models import Licence, LicenceLine
from shipments import workflow
from shipments.arriving_files import Arrived, Item
from shipments.models import ArrivingDocument, Consignment, Lot

Kind = ArrivingDocument.Kind
POINTS = {
    "certificate": 40, "invoice": 40, "transport": 30, "licence": 25, "contract": 25, "exporter": 15, "quantity": 15,
    "hs": 10, "goods": 10, "value": 5,
}  # fmt: skip
TELLING = (
    "certificate",
    "invoice",
    "transport",
    "licence",
    "contract",
)  # one of them must agree for a sure match
SURE, AHEAD = 90, 15  # the score, and how far before the next
SHOWN = 3
MOST_CANDIDATES = 60  # newest ones beside those that a document names
SAME_NAME = 85  # of 100, as screening compares names
VALUE_BAND = Decimal("0.25")  # of the unit value on the certificate
ENTERABLE = ("DEPARTED", "ARRIVED")
IDLE = (workflow.CANCELLED, workflow.REFUSED)


@dataclass(frozen=True)
class Point:
    """One thing compared: what the document says, what is held here, points of those it could have."""

    name: str
    said: str
    held: str
    got: int
    of: int
    blocks: bool = False

    @property
    def label(self) -> str:
        return _labels()[self.name]

    @property
    def agrees(self) -> bool:
        return self.got == self.of


def _labels() -> dict[str, str]:
    return {
        "certificate": _("Certificate"), "invoice": _("Invoice"), "transport": _("Transport document"),
        "licence": _("Licence"), "contract": _("Contract or purchase order"), "exporter": _("Exporter"),
        "quantity": _("Quantity"), "hs": _("Tariff code"), "goods": _("Description"), "value": _("Unit value"),
    }  # fmt: skip


@dataclass(frozen=True)
class Assigned:
    """An item of the document with the goods line it is taken for, if any."""

    item: Item
    line: GoodsLine | None


@dataclass
class Proposal:
    """What the document may belong to: a certificate, and a consignment that is there or a new one."""

    certificate: Certificate
    consignment: Consignment | None
    licence: Licence | None
    items: list[Assigned]
    points: list[Point] = field(default_factory=list)
    is_sure: bool = False

    @property
    def key(self) -> str:
        return f"{self.certificate.pk}-{self.consignment.pk if self.consignment else 0}"

    @property
    def score(self) -> int:
        possible = sum(point.of for point in self.points)
        return 100 * sum(point.got for point in self.points) // possible if possible else 0

    @property
    def differences(self) -> list[Point]:
        return [point for point in self.points if not point.agrees]

    @property
    def is_blocked(self) -> bool:
        return any(point.blocks for point in self.points)

    def as_json(self) -> dict[str, Any]:
        points = [[p.name, p.said, p.held, p.got, p.of] for p in self.points]
        return {
            "certificate": self.certificate.reference,
            "consignment": self.consignment.reference if self.consignment else "",
            "licence": self.licence.number if self.licence else "",
            "lines": [one.line.number if one.line else None for one in self.items],
            "score": self.score,
            "points": points,
        }


def propose(documents: Sequence[Arrived], importer: Organisation) -> list[list[Proposal]]:
    """The best proposals for each document, best first; the number of queries does not depend on how many."""
    held = _Held(documents, importer)
    return [_best(held.candidates(document)) for document in documents]


def _rank(one: Proposal) -> tuple[int, bool, bool, int]:
    """The best score first; of equal ones what is licensed, then the newer purchase."""
    return -one.score, one.is_blocked, one.licence is None, -one.certificate.pk


def _best(found: Iterable[Proposal]) -> list[Proposal]:
    best = sorted(found, key=_rank)[:SHOWN]
    best = [one for one in best if any(point.got for point in one.points if point.name != "quantity")]
    if best:
        ahead = best[0].score - (best[1].score if len(best) > 1 else 0)
        telling = any(point.agrees for point in best[0].points if point.name in TELLING)
        whole = all(one.line for one in best[0].items) and not best[0].is_blocked
        best[0].is_sure = best[0].score >= SURE and ahead >= AHEAD and telling and whole
    return best


class _Held:
    """What the importer holds that the documents may mean: certificates in force, open consignments, licences."""

    def __init__(self, documents: Sequence[Arrived], importer: Organisation) -> None:
        self.importer = importer
        entries = any(document.kind == Kind.BILL_OF_ENTRY for document in documents)
        others = any(document.kind != Kind.BILL_OF_ENTRY for document in documents)
        self.consignments = self._consignments(documents, entries=entries, others=others)
        self.certificates = self._certificates(documents) if others else []
        known = [*self.certificates, *(one.certificate for one in self.consignments)]
        lines = LicenceLine.objects.filter(goods_line__certificate__in={one.pk for one in known})
        self.licences: dict[int, dict[int, Licence]] = {}
        for line in lines.select_related("licence", "goods_line"):
            self.licences.setdefault(line.goods_line.certificate_id, {})[line.licence_id] = line.licence
        self.carried = self._carried(documents)
        self.alike: dict[tuple[str, str], int] = {}

    def _certificates(self, documents: Sequence[Arrived]) -> list[Certificate]:
        said = _said(documents)
        told = (
            Q(reference__in={text.upper() for text in said("certificate")})
            | Q(po_number__in=said("contract_number"))
            | Q(contract_number__in=said("contract_number"))
            | Q(goods__licence_lines__licence__number__in=said("licence"))
        )
        rows = Certificate.objects.filter(importer=self.importer, status=certificate_law.ISSUED)
        keys = set(rows.filter(told).values_list("pk", flat=True)[:MOST_CANDIDATES])
        keys |= set(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_CANDIDATES])
        return list(rows.filter(pk__in=keys).prefetch_related("goods").order_by("pk"))

    def _consignments(
        self, documents: Sequence[Arrived], *, entries: bool, others: bool
    ) -> list[Consignment]:
        said = _said(documents)
        statuses = [*(ENTERABLE if entries else ()), *((workflow.PLANNED,) if others else ())]
        rows = Consignment.objects.filter(importer=self.importer, status__in=statuses)
        rows = rows.exclude(import_file__is_hidden=True)
        told = (
            Q(invoice_number__in=said("invoice_number"))
            | Q(transport_document__in=said("transport_document"))
            | Q(house_document__in=said("house_document"))
        )
        keys = set(rows.filter(told).values_list("pk", flat=True)[:MOST_CANDIDATES])
        keys |= set(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_CANDIDATES])
        rows = rows.filter(pk__in=keys).select_related("certificate", "licence").order_by("pk")
        return list(rows.prefetch_related("certificate__goods", "lot_rows__goods_line"))

    def _carried(self, documents: Sequence[Arrived]) -> dict[tuple[str, str], Consignment]:
        """Living consignments by exporter and invoice, of the invoices that the documents name."""
        rows = Consignment.objects.filter(importer=self.importer).exclude(status__in=IDLE)
        rows = rows.filter(invoice_number__in=_said(documents)("invoice_number"))
        return {(one.exporter_name, one.invoice_number): one for one in rows}

    def candidates(self, document: Arrived) -> Iterator[Proposal]:
        """Of a Bill of Entry what is on its way; of other papers what is planned, and a new consignment."""
        enters = document.kind == Kind.BILL_OF_ENTRY
        for consignment in self.consignments:
            if (consignment.status in ENTERABLE) == enters and _may_carry(document, consignment):
                yield self._proposal(document, consignment.certificate, consignment)
        for certificate in [] if enters else self.certificates:
            carrier = self.carried.get((certificate.exporter_name, document.papers.get("invoice_number", "")))
            if not (carrier and carrier.is_planned):
                yield self._proposal(document, certificate, None, carrier)

    def _proposal(
        self,
        document: Arrived,
        certificate: Certificate,
        consignment: Consignment | None,
        carrier: Consignment | None = None,
    ) -> Proposal:
        goods = list(certificate.goods.all())
        items = assign(document.items, goods)
        licence = consignment.licence if consignment else None
        if licence is None:
            licence = _licence(document, self.licences.get(certificate.pk, {}).values(), items)
        made = Proposal(certificate, consignment, licence, items)
        made.points = [point for point in self._points(document, made) if point]
        if carrier:
            said, of = document.papers["invoice_number"], POINTS["invoice"]
            made.points.append(Point("invoice", said, carrier.reference, 0, of, blocks=True))
        return made

    def _points(self, document: Arrived, made: Proposal) -> Iterator[Point | None]:
        papers, certificate, consignment = document.papers, made.certificate, made.consignment
        yield _same("certificate", papers.get("certificate", "").upper(), certificate.reference)
        if consignment:
            yield _same("invoice", papers.get("invoice_number"), consignment.invoice_number)
            yield _same("transport", papers.get("transport_document"), consignment.transport_document)
        orders = [text for text in (certificate.contract_number, certificate.po_number) if text]
        said = papers.get("contract_number", "")
        yield _same("contract", said, said if _plain(said) in map(_plain, orders) else " / ".join(orders))
        yield _same("licence", papers.get("licence"), made.licence.number if made.licence else "")
        yield self._exporter(papers.get("exporter_name", ""), certificate.exporter_name)
        yield _tariff(document, made.items)
        yield _goods(made.items)
        yield _value(made.items)
        yield (
            _entered(made.items, consignment)
            if document.kind == Kind.BILL_OF_ENTRY and consignment
            else _fits(made)
        )

    def _exporter(self, said: str, held: str) -> Point | None:
        if not said:
            return None
        if (said, held) not in self.alike:
            one, other = comparing.name_of([said]), comparing.name_of([held])
            self.alike[said, held] = comparing.compare(one, other, count=lambda word: 0, total=0).score
        of, alike = POINTS["exporter"], self.alike[said, held]
        return Point("exporter", said, held, of if alike >= SAME_NAME else 0, of)


def _said(documents: Sequence[Arrived]) -> Any:
    return lambda name: {text for document in documents if (text := document.papers.get(name))}


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _same(name: str, said: str | None, held: str) -> Point | None:
    """Full points for the same letters and digits; nothing said and nothing held is nothing to compare."""
    if not said or (not held and name in ("invoice", "transport")):
        return None
    of = POINTS[name]
    return Point(name, said, held, of if _plain(said) == _plain(held) else 0, of)


def _may_carry(document: Arrived, consignment: Consignment) -> bool:
    """A planned consignment with another invoice is another one."""
    invoice = document.papers.get("invoice_number", "")
    return (
        not invoice or not consignment.invoice_number or _plain(invoice) == _plain(consignment.invoice_number)
    )


def assign(items: Sequence[Item], goods: Sequence[GoodsLine]) -> list[Assigned]:
    """Each item with the goods line that it is most alike, by tariff code, grade and description."""
    found = []
    for item in items:
        scored = [(alike(item, line), -line.number, line) for line in goods]
        best = max(scored, default=(0, 0, None), key=lambda one: one[:2])
        found.append(Assigned(item, best[2] if best[0] > 0 or len(goods) == 1 else None))
    return found


def alike(item: Item, line: GoodsLine) -> int:
    """How much speaks for this line, 0 to 100: half of it the words, a quarter each the grade and the tariff code."""
    words = (
        fuzz.token_set_ratio(item.description.casefold(), line.description.casefold())
        if item.description
        else 0
    )
    if item.description and line.description_zh:
        words = max(words, fuzz.partial_ratio(item.description, line.description_zh))
    grade = 25 if line.grade and _plain(line.grade) in _plain(item.description) else 0
    return round(words / 2) + grade + 25 * _code(item, line) // 100


def _code(item: Item, line: GoodsLine) -> int:
    """100 for the same code of India or China, 50 for the same six digits that all countries share."""
    codes = [code for code in (line.itc_hs, line.cn_hs) if code]
    if item.hs and any(code.startswith(item.hs) or item.hs.startswith(code) for code in codes):
        return 100
    return 50 if item.hs and any(code[:6] == item.hs[:6] for code in codes) else 0


def _licence(document: Arrived, licences: Iterable[Licence], items: Sequence[Assigned]) -> Licence | None:
    """The licence that is named, else the only one that covers the goods."""
    licences = list(licences)
    if said := document.papers.get("licence"):
        return next((one for one in licences if _plain(one.number) == _plain(said)), None)
    return licences[0] if len(licences) == 1 else None


def _tariff(document: Arrived, items: Sequence[Assigned]) -> Point | None:
    told = [one for one in items if one.item.hs]
    if not told:
        return None
    of = POINTS["hs"]
    reached = [_code(one.item, one.line) if one.line else 0 for one in told]
    held = sorted({code for one in told if one.line for code in (one.line.itc_hs, one.line.cn_hs) if code})
    said = sorted({one.item.hs for one in told})
    return Point("hs", ", ".join(said), ", ".join(held), of * min(reached) // 100, of)


def _goods(items: Sequence[Assigned]) -> Point | None:
    told = [one for one in items if one.item.description]
    if not told:
        return None
    of = POINTS["goods"]
    worst = min(told, key=lambda one: alike(one.item, one.line) if one.line else 0)
    reached = alike(worst.item, worst.line) if worst.line else 0
    return Point(
        "goods",
        worst.item.description,
        worst.line.description if worst.line else "",
        of if reached >= 40 else 0,
        of,
    )


def _value(items: Sequence[Assigned]) -> Point | None:
    """The value of a kilogram beside the certificate's, where both are told in one currency."""
    agreed, of = None, POINTS["value"]
    for one in items:
        line, item = one.line, one.item
        if not (line and line.value and line.net_weight_mg and item.value and item.weight_mg):
            continue
        if line.currency != item.currency:
            continue
        held, said = line.value * 10**6 / line.net_weight_mg, item.value * 10**6 / item.weight_mg
        one_kg, other = (f"{price:.2f} {line.currency}/kg" for price in (said, held))
        if abs(said - held) > held * VALUE_BAND:
            return Point("value", one_kg, other, 0, of)
        agreed = agreed or Point("value", one_kg, other, of, of)
    return agreed


def weights_of(items: Iterable[Assigned]) -> dict[int, int]:
    """Milligrams by the number of the goods line."""
    found: dict[int, int] = {}
    for one in items:
        if one.line and one.item.weight_mg:
            found[one.line.number] = found.get(one.line.number, 0) + one.item.weight_mg
    return found


def _kilograms(weights: dict[int, int]) -> str:
    said = _("line %(number)d: %(weight)s kg")
    return ", ".join(
        said % {"number": number, "weight": printing.kilograms(mg)} for number, mg in sorted(weights.items())
    )


def _fits(made: Proposal) -> Point | None:
    """Whether what the document says is left of certificate and licence."""
    weights = weights_of(made.items)
    if not weights:
        return None
    left = {line.number: line.left_mg for line in made.certificate.goods.all() if line.number in weights}
    fits = all(weights[number] <= left[number] for number in weights)
    of = POINTS["quantity"]
    return Point("quantity", _kilograms(weights), _kilograms(left), of if fits else 0, of, blocks=not fits)


def _entered(items: Sequence[Assigned], consignment: Consignment) -> Point | None:
    """Whether the Bill of Entry names what was shipped; more than that cannot be entered."""
    weights = weights_of(items)
    if not weights:
        return None
    shipped: dict[int, int] = {}
    for lot in consignment.lot_rows.all():
        shipped[lot.goods_line.number] = shipped.get(lot.goods_line.number, 0) + lot.weight_mg
    more = any(mg > shipped.get(number, 0) for number, mg in weights.items())
    of = POINTS["quantity"]
    return Point(
        "quantity", _kilograms(weights), _kilograms(shipped), of if weights == shipped else 0, of, blocks=more
    )


def entered_by_lot(items: Iterable[Assigned], lots: Sequence[Lot]) -> dict[int, int] | None:
    """Milligrams entered by the number of the lot: each line's weight fills its lots in order.

    Nothing where the document gives no weights; None where it names more than was shipped.
    """
    left = weights_of(items)
    if not left:
        return {}
    found = {}
    for lot in lots:
        number = lot.goods_line.number
        found[lot.number] = min(lot.weight_mg, left.get(number, 0))
        left[number] = left.get(number, 0) - found[lot.number]
    return None if any(left.values()) else found
