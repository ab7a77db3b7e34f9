"""The ledger in the columns of IGCR-3, the statement of importers at a concessional rate, lot by lot. Reads only.

The columns follow the form of the IGCR Rules 2022 as private sites reprint it; what the ledger does not keep stays
empty, and what is doubtful says so (`DOUBTS`). One row is one lot of one Bill of Entry; milligrams, days in India.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from shipments import accounts
from shipments.models import Lot, Posting

BEFORE_RECEIPT = ("ship", "turn_back", "miss", "find", "lose_on_the_way", "receive", "receive_damaged")
RECEIVED = ("receive", "receive_damaged")
NOT_RECEIVED = ("miss", "lose_on_the_way")
SUPPLIED, RECIPIENT = frozenset({accounts.DOMESTIC_PRODUCT}), frozenset({accounts.RETRANSFERRED})
EXPORTED = frozenset({accounts.EXPORTED_PRODUCT})
USED = SUPPLIED | RECIPIENT | EXPORTED | {accounts.FINISHED}
REEXPORTED = frozenset({accounts.REEXPORTED, accounts.RETURNED})
IN_STOCK = frozenset({accounts.ON_HAND, accounts.DAMAGED, accounts.IN_PRODUCTION, accounts.SCRAP})
ELSEWHERE = frozenset({accounts.JOB_WORKER, accounts.OTHER_UNIT})
NO_COLUMN = frozenset({accounts.RECYCLER, accounts.SAMPLE, accounts.LOSS, accounts.VARIANCE})

DOUBTS = (
    _("Whether the statement is due each month or each quarter: older texts say month, later ones quarter."),
    _("Whether magnets in finished products that are still in store count as used (18): here they do."),
    _("Whether what is passed on with consent belongs to an end-use recipient (18B): here it does."),
    _("Whether rejects returned to the exporter belong to re-exports (19): here they do."),
    _("Scrap handed to a recycler, samples, losses and differences of counts have no column that we know; they "
      "stand beside the form."),
    _("Duty foregone and quantities cleared on payment of duty (20) are not kept here and stay empty."),
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Whole months, the first and the last day of them."""

    first: date
    last: date

    @classmethod
    def of(cls, year: int, month: int, months: int = 1) -> Period:
        """`months` months from this one on."""
        total = year * 12 + month - 1 + months - 1
        year_of_last, month_of_last = divmod(total, 12)
        last = calendar.monthrange(year_of_last, month_of_last + 1)[1]
        return cls(date(year, month, 1), date(year_of_last, month_of_last + 1, last))


@dataclass
class Row:
    """One lot in one period. Opening + received = used + re-exported + beside + in stock + elsewhere."""

    lot: Lot
    received_mg: int = 0
    not_received_mg: int = 0
    before: dict[str, int] = field(default_factory=dict)
    during: dict[str, int] = field(default_factory=dict)

    def _changed(self, names: Iterable[str]) -> int:
        return sum(self.during.get(name, 0) for name in names)

    def _held(self, names: Iterable[str]) -> int:
        return sum(self.before.get(name, 0) + self.during.get(name, 0) for name in names)

    @property
    def opening_mg(self) -> int:
        """In stock and elsewhere before the period."""
        return sum(self.before.get(name, 0) for name in IN_STOCK | ELSEWHERE)

    @property
    def used_mg(self) -> int:
        return self._changed(USED)

    @property
    def supplied_mg(self) -> int:
        return self._changed(SUPPLIED)

    @property
    def recipient_mg(self) -> int:
        return self._changed(RECIPIENT)

    @property
    def exported_mg(self) -> int:
        return self._changed(EXPORTED)

    @property
    def reexported_mg(self) -> int:
        return self._changed(REEXPORTED)

    @property
    def beside_mg(self) -> int:
        """What left for something that the form has no column for."""
        return self._changed(NO_COLUMN)

    @property
    def stock_mg(self) -> int:
        return self._held(IN_STOCK)

    @property
    def elsewhere_mg(self) -> int:
        return self._held(ELSEWHERE)

    @property
    def difference_mg(self) -> int:
        """Zero when the columns account for everything; anything else is a fault."""
        gone = self.used_mg + self.reexported_mg + self.beside_mg
        return self.opening_mg + self.received_mg - gone - self.stock_mg - self.elsewhere_mg

    @property
    def imported_mg(self) -> int:
        """As the Bill of Entry says, where it says so."""
        return self.lot.weight_mg if self.lot.entered_mg is None else self.lot.entered_mg

    def is_anything(self, period: Period) -> bool:
        """Whether there is something to state: it was entered in the period, moved in it, or is still there."""
        entered = self.lot.consignment.boe_on
        is_new = entered is not None and period.first <= entered
        moved = bool(self.received_mg or self.not_received_mg or any(self.during.values()))
        return is_new or moved or bool(self.opening_mg)


NUMBERS = (
    "opening_mg", "received_mg", "not_received_mg", "used_mg", "supplied_mg", "recipient_mg", "exported_mg",
    "reexported_mg", "stock_mg", "elsewhere_mg", "beside_mg",
)  # fmt: skip


def lots_of(*, importer: Any = None, certificate: Any = None) -> QuerySet[Lot]:
    """Lots under a Bill of Entry of one importer, or of one certificate."""
    rows = Lot.objects.exclude(consignment__boe_number="")
    rows = rows.filter(importer=importer) if importer is not None else rows
    rows = rows.filter(consignment__certificate=certificate) if certificate is not None else rows
    related = ("consignment__certificate__end_use", "goods_line")
    return rows.select_related(*related).order_by("consignment__boe_on", "consignment_id", "number")


def of(lots: QuerySet[Lot], period: Period) -> list[Row]:
    """The rows of the period, by Bill of Entry. Two queries, whatever the number of lots."""
    known = lots.filter(consignment__boe_on__lte=period.last)
    rows = {lot.pk: Row(lot) for lot in known}
    is_during = Case(
        When(happened_on__gte=period.first, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    posted = Posting.objects.filter(lot__in=known.order_by().values("pk"), happened_on__lte=period.last)
    sums = (
        posted.annotate(is_during=is_during)
        .order_by()
        .values("lot", "verb", "from_account", "to_account", "is_during")
        .annotate(mg=Sum("weight_mg"))
    )
    for one in sums:
        _add(rows[one["lot"]], one)
    return [row for row in rows.values() if row.is_anything(period)]


def _add(row: Row, one: Mapping[str, Any]) -> None:
    """Book one sum: into what was before or what happened during the period."""
    side = row.during if one["is_during"] else row.before
    if one["is_during"] and one["verb"] in RECEIVED:
        row.received_mg += one["mg"]
    if one["is_during"] and one["verb"] in NOT_RECEIVED:
        row.not_received_mg += one["mg"]
    if one["verb"] in BEFORE_RECEIPT and one["verb"] not in RECEIVED:
        return
    side[one["to_account"]] = side.get(one["to_account"], 0) + one["mg"]
    side[one["from_account"]] = side.get(one["from_account"], 0) - one["mg"]


def totals(rows: Iterable[Row]) -> dict[str, int]:
    """Each number of all rows together."""
    found = list(rows)
    return {name: sum(getattr(row, name) for row in found) for name in NUMBERS}
