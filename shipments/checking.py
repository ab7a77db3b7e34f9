"""Every invariant of draws and custody, recomputed from the rows themselves: how many break it, and the first.

Reads in a few grouped queries, whatever the number of rows. Nothing here is used to keep the totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from euc.models import GoodsLine
from licensing.models import LicenceLine
from shipments import accounts, workflow
from shipments.models import Consignment, Draw, Holding, Lot, Posting


@dataclass(frozen=True)
class Result:
    """One invariant: how many rows were looked at, how many break it, and the first of those in words."""

    name: str
    rows: int
    broken: int
    first: str

    @property
    def holds(self) -> bool:
        return self.broken == 0


def results() -> Iterator[Result]:
    """All invariants, one after the other."""
    yield _of("certificate lines are never over-drawn", GoodsLine.objects.all(), _over_drawn())
    yield _of("certificate lines keep the sum of their draws", *_sums(GoodsLine, "goods_line"))
    yield _of("licence lines are never over-drawn", LicenceLine.objects.all(), _licence_over_drawn())
    yield _of("licence lines keep the sum of their draws", *_sums(LicenceLine, "licence_line"))
    yield _of("a draw is settled once, by one of its own lot", Draw.objects.all(), _strange_settlements())
    yield _of("no account is over-drawn", Holding.objects.all(), _overdrawn_holdings())
    yield _of("balances are the sum of their postings", *_balances())
    yield _of("every lot sums to zero over all accounts", Lot.objects.all(), _unbalanced_lots())
    yield _of("what was drawn is what was shipped", Lot.objects.all(), _shipped_otherwise())
    yield _of("a reversal mirrors its posting", Posting.objects.exclude(reverses=None), _strange_reversals())
    yield _of("a consignment's status agrees with its draws", Lot.objects.all(), _strange_statuses())
    yield _of("nothing refers to another organisation", Lot.objects.all(), _strangers())


def _of(name: str, rows: QuerySet, broken: QuerySet) -> Result:
    count = broken.count()
    first = broken.order_by("pk").first() if count else None
    return Result(name, rows.count(), count, _said(first))


def _said(row: Any) -> str:
    return f"{row._meta.label} {row.pk}: {row}" if row is not None else ""


def _zero(expression: Any) -> Any:
    return Coalesce(expression, Value(0), output_field=BigIntegerField())


def _sum(rows: QuerySet, by: str, what: Any) -> Any:
    """A correlated sum over `rows` that carry the outer row's key in the column `by`."""
    grouped = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(total=Sum(what))
    return _zero(Subquery(grouped.values("total"), output_field=BigIntegerField()))


def _over_drawn() -> QuerySet:
    used = F("released_mg") + F("reserved_mg") + F("drawn_mg")
    bad = Q(reserved_mg__lt=0) | Q(drawn_mg__lt=0) | Q(net_weight_mg__lt=used)
    bad |= Q(net_weight_mg=None) & (Q(reserved_mg__gt=0) | Q(drawn_mg__gt=0))
    return GoodsLine.objects.filter(bad)


def _licence_over_drawn() -> QuerySet:
    used = F("reserved_mg") + F("drawn_mg")
    return LicenceLine.objects.filter(Q(reserved_mg__lt=0) | Q(drawn_mg__lt=0) | Q(authorised_mg__lt=used))


def _sums(model: Any, by: str) -> tuple[QuerySet, QuerySet]:
    rows = model.objects.annotate(
        sum_reserved=_sum(Draw.objects.all(), by, "reserved_mg"),
        sum_drawn=_sum(Draw.objects.all(), by, "drawn_mg"),
    )
    return model.objects.all(), rows.exclude(reserved_mg=F("sum_reserved"), drawn_mg=F("sum_drawn"))


def _strange_settlements() -> QuerySet:
    kinds = Draw.Kind
    fits = Q(
        kind__in=(kinds.COMMIT, kinds.RELEASE), of__kind=kinds.RESERVE, of__reserved_mg=-F("reserved_mg")
    )
    fits |= Q(kind=kinds.REVERSE, of__kind=kinds.COMMIT, of__drawn_mg=-F("drawn_mg"))
    settled = Draw.objects.exclude(of=None)
    known = settled.filter(fits, of__lot=F("lot"), of__goods_line=F("goods_line"))
    return settled.exclude(pk__in=known.values("pk"))


def _overdrawn_holdings() -> QuerySet:
    rows = Holding.objects.exclude(account__in=accounts.OUTSIDE)
    return rows.filter(Q(weight_mg__lt=0) | Q(pieces__lt=0))


def _balances() -> tuple[QuerySet, QuerySet]:
    def moved(way: str, what: str) -> Any:
        same = Posting.objects.filter(
            lot=OuterRef("lot"), **{f"{way}_account": OuterRef("account"), f"{way}_place": OuterRef("place")}
        )
        grouped = same.order_by().values("lot").annotate(total=Sum(what))
        return _zero(Subquery(grouped.values("total"), output_field=BigIntegerField()))

    rows = Holding.objects.annotate(
        mg=moved("to", "weight_mg") - moved("from", "weight_mg"),
        n=moved("to", "pieces") - moved("from", "pieces"),
    )
    return Holding.objects.all(), rows.exclude(weight_mg=F("mg"), pieces=F("n"))


def _unbalanced_lots() -> QuerySet:
    return Lot.objects.annotate(total=_sum(Holding.objects.all(), "lot", "weight_mg")).exclude(total=0)


def _shipped_otherwise() -> QuerySet:
    supplier = Holding.objects.filter(account=accounts.SUPPLIER)
    rows = Lot.objects.annotate(
        sum_drawn=_sum(Draw.objects.all(), "lot", "drawn_mg"), shipped=_sum(supplier, "lot", "weight_mg")
    )
    return rows.exclude(sum_drawn=-F("shipped"))


def _strange_reversals() -> QuerySet:
    mirrored = Posting.objects.filter(
        lot=F("reverses__lot"),
        weight_mg=F("reverses__weight_mg"),
        pieces=F("reverses__pieces"),
        from_account=F("reverses__to_account"),
        from_place=F("reverses__to_place"),
        to_account=F("reverses__from_account"),
        to_place=F("reverses__from_place"),
    )
    return Posting.objects.exclude(reverses=None).exclude(pk__in=mirrored.values("pk"))


def _strange_statuses() -> QuerySet:
    """Booked: all reserved and nothing drawn. Under way and after: drawn. Planned, cancelled, refused: neither."""
    rows = Lot.objects.annotate(
        sum_reserved=_sum(Draw.objects.all(), "lot", "reserved_mg"),
        sum_drawn=_sum(Draw.objects.all(), "lot", "drawn_mg"),
        holds=Case(
            When(consignment__status__in=workflow.RESERVED, then=Value(1)),
            When(consignment__status__in=workflow.COUNTS, then=Value(2)),
            default=Value(0),
        ),
    )
    fits = Q(holds=0, sum_reserved=0, sum_drawn=0) | Q(holds=1, sum_reserved=F("weight_mg"), sum_drawn=0)
    fits |= Q(holds=2, sum_reserved=0, sum_drawn=F("weight_mg"))
    return rows.exclude(fits)


def _strangers() -> QuerySet:
    importer = F("importer")
    at_home = Lot.objects.filter(
        consignment__importer=importer,
        consignment__certificate__importer=importer,
        goods_line__certificate=F("consignment__certificate"),
    ).filter(Q(consignment__licence=None) | Q(consignment__licence__importer=importer))
    at_home = at_home.filter(
        Q(licence_line=None)
        | Q(licence_line__licence=F("consignment__licence"), licence_line__goods_line=F("goods_line"))
    )
    return Lot.objects.exclude(pk__in=at_home.values("pk"))


def counts() -> dict[str, int]:
    """How much there was to check."""
    return {
        "consignments": Consignment.objects.count(),
        "lots": Lot.objects.count(),
        "draws": Draw.objects.count(),
        "postings": Posting.objects.count(),
    }
