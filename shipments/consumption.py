"""What was consumed under a certificate in a period, for the accountant who is to certify it. Reads only, in mg."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from euc.models import Certificate
from shipments import statement
from shipments.models import Posting
from shipments.statement import Period, Row


def content(certificate: Certificate, period: Period, *, at: datetime) -> dict[str, Any]:
    """The figures as they are frozen: by Bill of Entry, by product, together."""
    rows = statement.of(statement.lots_of(certificate=certificate), period)
    return {
        "schema": "euc-consumption/1",
        "from": period.first.isoformat(),
        "until": period.last.isoformat(),
        "rows": [_row(row) for row in rows],
        "total": statement.totals(rows),
        "products": products(certificate, period),
        "norm_mg_per_unit": certificate.end_use.magnet_per_unit_mg,
        "difference_mg": sum(row.difference_mg for row in rows),
    }


def _row(row: Row) -> dict[str, Any]:
    lot, consignment = row.lot, row.lot.consignment
    numbers = {name: getattr(row, name) for name in statement.NUMBERS}
    return {
        "bill_of_entry": f"{consignment.port_of_entry} {consignment.boe_number}",
        "bill_of_entry_on": consignment.boe_on.isoformat() if consignment.boe_on else "",
        "lot": lot.title,
        "line": lot.goods_line.number,
        **numbers,
    }


def products(certificate: Certificate, period: Period) -> list[dict[str, Any]]:
    """What the magnets were built into in the period, without what was reversed since."""
    built = Posting.objects.filter(
        lot__consignment__certificate=certificate,
        verb="build_in",
        reversed_by=None,
        happened_on__range=(period.first, period.last),
    )
    sums = built.order_by().values("product").annotate(units=Sum("units"), mg=Sum("weight_mg"), n=Count("id"))
    return [
        {"product": one["product"], "units": one["units"] or 0, "weight_mg": one["mg"], "postings": one["n"]}
        for one in sums.order_by("product")
    ]
