"""The columns of the statement in words, and its rows as cells of a table. Kilograms are written exactly."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shipments.statement import Row

COLUMNS: dict[str, tuple[str, Any]] = {
    "opening_mg": ("", gettext_lazy("Stock before")),
    "received_mg": ("", gettext_lazy("Received")),
    "not_received_mg": ("", gettext_lazy("Not received")),
    "used_mg": ("18", gettext_lazy("Used for the intended purpose")),
    "supplied_mg": ("18A", gettext_lazy("of which supplied in India")),
    "recipient_mg": ("18B", gettext_lazy("of which to an end-use recipient")),
    "exported_mg": ("18C", gettext_lazy("of which in goods exported")),
    "reexported_mg": ("19", gettext_lazy("Re-exported")),
    "stock_mg": ("21", gettext_lazy("In stock at the importer")),
    "elsewhere_mg": ("22", gettext_lazy("At job worker or other unit")),
    "beside_mg": ("", gettext_lazy("Beside the form: scrap, samples, losses, counts")),
}


def kilograms(milligrams: int) -> str:
    """Kilograms with six decimals and no signs between thousands, as files carry them."""
    sign = "-" if milligrams < 0 else ""
    whole, fraction = divmod(abs(milligrams), 1_000_000)
    return f"{sign}{whole}.{fraction:06d}"


def heads() -> list[dict[str, Any]]:
    """The columns with a number, as (number of the form, words)."""
    return [{"name": name, "number": number, "label": label} for name, (number, label) in COLUMNS.items()]


def cells(row: Row) -> list[tuple[Any, int]]:
    """The row's numbers under their columns, in milligrams."""
    return [(label, getattr(row, name)) for name, (_number, label) in COLUMNS.items()]


def table(rows: list[Row]) -> list[list[str]]:
    """The whole statement as rows of text; what is not kept stays empty."""
    words = [f"{number} {label}, kg".strip() for number, label in COLUMNS.values()]
    head = [
        _("Bill of Entry"), _("Date"), _("Port"), _("Invoice"), _("Item"), _("Certificate"), _("Description"),
        _("Specified purpose"), _("Quantity imported, kg"), _("Out of charge"), _("Goods receipt"),
        _("Assessable value of the Bill of Entry, INR"), _("Duty foregone"), *words,
        _("20 Cleared on payment of duty"),
    ]  # fmt: skip
    return [head, *[_line(row) for row in rows]]


def _line(row: Row) -> list[str]:
    lot, consignment = row.lot, row.lot.consignment
    certificate = consignment.certificate
    return [
        consignment.boe_number,
        consignment.boe_on.isoformat() if consignment.boe_on else "",
        consignment.port_of_entry,
        consignment.invoice_number,
        str(lot.number),
        certificate.reference,
        lot.goods_line.description,
        certificate.end_use.purpose,
        kilograms(row.imported_mg),
        consignment.cleared_on.isoformat() if consignment.cleared_on else "",
        consignment.received_on.isoformat() if consignment.received_on else "",
        "" if consignment.assessable_value_inr is None else str(consignment.assessable_value_inr),
        "",
        *[kilograms(weight_mg) for _label, weight_mg in cells(row)],
        "",
    ]
