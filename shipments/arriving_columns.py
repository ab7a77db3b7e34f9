"""What an arriving document says, by name: its papers and its items, and what files call them."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.fields import IdentifierField, LineField, StrictDateField
from shipments import forms, import_columns

KIND = "kind"
TARIFF = re.compile(r"[0-9]{6}(?:[0-9]{2}){0,2}")


def tariff(text: str) -> str:
    """A tariff code of India or China, six, eight or ten digits. Raises ValidationError."""
    code = re.sub(r"[ .]", "", text)
    if not TARIFF.fullmatch(code):
        raise ValidationError(_("A tariff code has six, eight or ten digits."))
    return code


def _of_entry(name: str) -> Any:
    """A field of the page where a Bill of Entry is typed; other documents say nothing of it."""
    field = copy.copy(forms.EnterForm.base_fields[name])
    field.required = False
    return field


def _line(length: int, label: Any) -> LineField:
    return LineField(max_length=length, required=False, label=label)


PAPERS: dict[str, Any] = {
    "certificate": _line(40, gettext_lazy("Certificate")),
    "contract_number": _line(60, gettext_lazy("Contract or purchase order")),
    "exporter_name": _line(200, gettext_lazy("Exporter")),
    **forms.PapersForm.base_fields,
    "licence": _line(60, gettext_lazy("Chinese export licence")),
    "boe_type": _of_entry("boe_type"),
    "boe_number": _of_entry("boe_number"),
    "boe_on": StrictDateField(required=False, label=gettext_lazy("Date of the Bill of Entry")),
    "boe_parent": _of_entry("boe_parent"),
    "assessable_value_inr": _of_entry("assessable_value_inr"),
}
del PAPERS["without_licence"]
ITEMS: dict[str, Any] = {
    "description": _line(300, gettext_lazy("Description of the goods")),
    "hs": IdentifierField(tariff, required=False, max_length=20, label=gettext_lazy("Tariff code")),
    "batch": forms.LotForm.base_fields["batch"],
    "weight_kg": forms.LotForm.base_fields["weight_mg"],
    "pieces": forms.LotForm.base_fields["pieces"],
    "value": forms.LotForm.base_fields["value"],
    "currency": forms.LotForm.base_fields["currency"],
}
# A quantity with its unit, as Indian and Chinese papers give it, becomes one of the two.
MEASURES = {"quantity": gettext_lazy("Quantity"), "unit": gettext_lazy("Unit")}
NAMES = (KIND, *PAPERS, *ITEMS, *MEASURES)
GRAMS = {
    "KGS": 1000,
    "KG": 1000,
    "千克": 1000,
    "公斤": 1000,
    "GMS": 1,
    "GRM": 1,
    "G": 1,
    "MTS": 10**6,
    "TNE": 10**6,
}
PIECES = ("PCS", "PC", "NOS", "NO", "PCE", "SET", "个", "件", "只", "片")
# As files of exporters, forwarders and customs brokers call them, besides what files of consignments are known to.
ALSO = {
    "kind": ("document", "document type", "type of document", "单据"),
    "contract_number": ("contract", "contract no", "po", "po no", "po number", "purchase order", "order no",
                        "合同号", "合同编号", "订单号"),
    "exporter_name": ("exporter", "seller", "shipper", "supplier", "consignor", "卖方", "发货人", "出口商"),
    "description": ("description", "description of goods", "item description", "goods", "品名", "货物名称",
                    "商品名称"),
    "hs": ("hs", "hs code", "cth", "ritc", "itc hs", "tariff item", "tariff code", "商品编码", "税号"),
    "quantity": ("quantity", "qty", "数量"),
    "unit": ("unit", "uom", "uqc", "sqc", "unit of quantity", "单位"),
    "value": ("amount", "total", "total value", "item value", "金额", "总价"),
    "currency": ("curr", "币种", "币制"),
    "boe_number": ("be", "be no", "be number", "boe", "boe no", "bill of entry", "bill of entry no"),
    "boe_on": ("be date", "boe date", "bill of entry date"),
    "boe_type": ("be type", "boe type"),
    "assessable_value_inr": ("assessable value", "ass value", "assess value", "av inr"),
}  # fmt: skip


def labels() -> dict[str, str]:
    """What the pages call each name, in the language of the moment."""
    found = {name: str(field.label) for name, field in {**PAPERS, **ITEMS}.items()}
    return {KIND: _("Document"), **found, **{name: str(label) for name, label in MEASURES.items()}}


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    plain = import_columns.plain
    found: dict[str, str] = {}
    theirs = {**import_columns.ALSO, **ALSO}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {plain(label): name for name, label in labels().items()}
    found |= {plain(also): name for name in NAMES for also in theirs.get(name, ())}
    return found | {plain(name): name for name in NAMES}


def meaning(column: str) -> str:
    """What a column means, or nothing where that is not known."""
    return _known().get(import_columns.plain(column), "")
