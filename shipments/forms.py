"""What people type about consignments, receipts, moves and counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import (
    IdentifierField,
    KilogramField,
    LineField,
    StrictDateField,
    StrictDecimalField,
    StrictIntegerField,
    TextField,
)
from euc import countries
from euc.models import Certificate
from licensing.models import Licence
from shipments import accounts, identifiers, ports, workflow
from shipments.models import Consignment, Holding, Lot
from shipments.services import LotPlan, Receipt

MOST_PIECES = 10**12
MOST_VALUE = 10**12
CURRENCIES = ("USD", "CNY", "INR", "EUR", "JPY")
BLANK_ROWS = 2


def _row(*names: str) -> Div:
    return Div(*[Div(name, css_class="col-md") for name in names], css_class="row gx-3")


def _suggesting(words: dict[str, str], name: str) -> forms.TextInput:
    """A text input with suggestions; the page carries the list under the same name."""
    return forms.TextInput(attrs={"list": name, "autocomplete": "off"})


class PapersForm(forms.Form):
    """Licence, invoice and transport of a planned consignment. Nothing but the reason or the licence is asked for."""

    licence = forms.ChoiceField(required=False, label=_("Chinese export licence"))
    without_licence = LineField(
        max_length=500,
        required=False,
        label=_("Why no licence is needed"),
        help_text=_("Only for goods that the rules of the day leave free. The reason is kept."),
    )
    invoice_number = LineField(max_length=60, required=False, label=_("Exporter's invoice"))
    invoice_date = StrictDateField(required=False, label=_("Invoice date"))
    incoterm = forms.ChoiceField(
        required=False, choices=[("", "–"), *Consignment.Incoterm.choices], label=_("Incoterm")
    )
    mode = forms.ChoiceField(
        required=False, choices=[("", "–"), *Consignment.Mode.choices], label=_("Transport")
    )
    transport_document = LineField(
        max_length=40,
        required=False,
        label=_("Bill of lading or air waybill"),
        help_text=_("By air: the master air waybill, eleven digits."),
    )
    house_document = LineField(max_length=20, required=False, label=_("House bill or waybill"))
    conveyance = LineField(max_length=80, required=False, label=_("Vessel and voyage, or flight"))
    containers = IdentifierField(
        identifiers.containers, required=False, max_length=300, label=_("Containers"),
        help_text=_("Separated by commas."),
    )  # fmt: skip
    packages = StrictIntegerField(required=False, max_value=1_000_000, label=_("Packages"))
    port_of_loading = IdentifierField(
        identifiers.locode, required=False, max_length=8, label=_("Port of loading"),
        widget=_suggesting(ports.CHINA, "ports-china"),
    )  # fmt: skip
    port_of_entry = IdentifierField(
        identifiers.port_in_india, required=False, max_length=8, label=_("Customs location in India"),
        widget=_suggesting(ports.INDIA, "ports-india"),
    )  # fmt: skip
    expected_on = StrictDateField(required=False, label=_("Expected in India"))

    def __init__(self, *args: Any, certificate: Certificate, licences: list[Licence], **given: Any) -> None:
        super().__init__(*args, **given)
        self.certificate, self.known = certificate, {str(licence.pk): licence for licence in licences}
        choices = [
            (key, f"{licence.number} · {licence.exporter_name}") for key, licence in self.known.items()
        ]
        self.fields["licence"].choices = [("", _("none")), *choices]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            _row("licence", "without_licence"),
            _row("invoice_number", "invoice_date", "incoterm"),
            _row("mode", "transport_document", "house_document"),
            _row("conveyance", "containers", "packages"),
            _row("port_of_loading", "port_of_entry", "expected_on"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, wrong in check_papers(cleaned):
            self.add_error(name, wrong)
        return cleaned

    def given(self) -> dict[str, Any]:
        """What `services.plan` and `services.change` take."""
        licence = self.known.get(self.cleaned_data["licence"] or "")
        return given_of_papers(self.cleaned_data, licence)


def check_papers(cleaned: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What does not hold between papers that hold each by itself; an air waybill is put into normal form."""
    if cleaned.get("mode") == Consignment.Mode.AIR and cleaned.get("transport_document"):
        try:
            cleaned["transport_document"] = identifiers.air_waybill(cleaned["transport_document"])
        except forms.ValidationError as wrong:
            yield "transport_document", wrong
    if cleaned.get("licence") and cleaned.get("without_licence"):
        yield "without_licence", _("Name a licence or a reason, not both.")


def given_of_papers(cleaned: dict[str, Any], licence: Licence | None) -> dict[str, Any]:
    """Checked papers as `services.plan` takes them."""
    empty = {"invoice_date": None, "packages": None, "expected_on": None}
    others = ("licence", "without_licence")
    papers = {name: value or empty.get(name, "") for name, value in cleaned.items() if name not in others}
    return {"licence": licence, "without_licence": cleaned["without_licence"] or "", "papers": papers}


class LotForm(forms.Form):
    """One lot: a row of the table; an empty row is left out."""

    line = forms.ChoiceField(required=False, label=_("Goods line"))
    batch = LineField(max_length=60, required=False, label=_("Lot or heat number"))
    weight_mg = KilogramField(required=False, label=_("Net weight, kg"))
    pieces = StrictIntegerField(required=False, max_value=MOST_PIECES, label=_("Pieces"))
    value = StrictDecimalField(
        required=False, min_value=0, max_value=MOST_VALUE, decimal_places=2, label=_("Value")
    )
    currency = forms.ChoiceField(
        required=False, choices=[("", "–"), *((c, c) for c in CURRENCIES)], label=_("Currency")
    )

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["line"].choices = [("", "–"), *lines]
        for field in self.fields.values():
            field.is_needed = True  # a row is either left empty or filled

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.has_something() and not self.errors:
            for name, wrong in check_lot(cleaned):
                self.add_error(name, wrong)
        return cleaned

    def has_something(self) -> bool:
        return any(value not in (None, "") for value in self.cleaned_data.values())

    def plan(self) -> LotPlan:
        return lot_plan(self.cleaned_data)


def check_lot(cleaned: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is missing of a lot whose texts hold each by itself."""
    for name in ("line", "weight_mg"):
        if not cleaned.get(name):
            yield name, _("This is needed.")
    if cleaned.get("value") is not None and not cleaned.get("currency"):
        yield "currency", _("Choose the currency of the value.")


def lot_plan(cleaned: dict[str, Any]) -> LotPlan:
    """A checked lot as `services.plan` takes it."""
    return LotPlan(
        line=int(cleaned["line"]),
        weight_mg=cleaned["weight_mg"],
        pieces=cleaned["pieces"] or 0,
        batch=cleaned["batch"] or "",
        value=cleaned["value"],
        currency=cleaned["currency"] if cleaned["value"] is not None else "",
    )


class LotFormSet(forms.BaseFormSet):
    def plans(self) -> list[LotPlan]:
        return [form.plan() for form in self.forms if form.has_something()]


LotForms = forms.formset_factory(LotForm, formset=LotFormSet, extra=BLANK_ROWS, max_num=60, absolute_max=60)


class StepForm(forms.Form):
    """What a step of the consignment asks: the day, and what belongs to it."""

    on = StrictDateField(label=_("Day"))

    def __init__(self, *args: Any, consignment: Consignment, **given: Any) -> None:
        super().__init__(*args, **given)
        self.lots = consignment.lots()
        self.declare(consignment)

    def declare(self, consignment: Consignment) -> None:
        """Add fields whose names are made."""

    def answers(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class DeclareForm(StepForm):
    customs_remark = LineField(
        max_length=500,
        required=False,
        label=_("Remark in the declaration"),
        help_text=_(
            "As the exporter wrote it, for example 属于两用物项 with the code, or 不属于管制物项 with the figures."
        ),
    )


class ReasonForm(StepForm):
    reason = TextField(max_length=2000, label=_("Reason"))


class CancelForm(StepForm):
    on = None
    reason = TextField(max_length=2000, label=_("Reason"))


class NothingForm(StepForm):
    on = None


class WeightsForm(StepForm):
    """The day and a weight for each lot."""

    prefix_of_weights = "weight"
    words: Any = _("Lot %(number)s, %(title)s: net weight released, kg")
    least_mg = 1

    def declare(self, consignment: Consignment) -> None:
        for lot in self.lots:
            label = self.words % {"number": lot.number, "title": lot.batch or lot.goods_line.description}
            self.fields[f"{self.prefix_of_weights}-{lot.number}"] = KilogramField(
                min_mg=self.least_mg, label=label, initial=lot.weight_mg
            )

    def weights(self) -> dict[int, int]:
        return {
            lot.number: self.cleaned_data.pop(f"{self.prefix_of_weights}-{lot.number}") for lot in self.lots
        }


class ReleaseForm(WeightsForm):
    def answers(self) -> dict[str, Any]:
        return {"weights": self.weights(), **self.cleaned_data}


class DepartForm(StepForm):
    transport_document = LineField(max_length=40, required=False, label=_("Bill of lading or air waybill"))
    conveyance = LineField(max_length=80, required=False, label=_("Vessel and voyage, or flight"))

    def declare(self, consignment: Consignment) -> None:
        for name in ("transport_document", "conveyance"):
            self.fields[name].initial = getattr(consignment, name)


class EnterForm(WeightsForm):
    prefix_of_weights = "entered"
    words = _("Lot %(number)s, %(title)s: net weight entered, kg")
    least_mg = 0

    boe_type = forms.ChoiceField(choices=Consignment.BoeType, label=_("Type of Bill of Entry"))
    port_of_entry = IdentifierField(
        identifiers.port_in_india, max_length=8, label=_("Customs location in India"),
        widget=_suggesting(ports.INDIA, "ports-india"),
    )  # fmt: skip
    boe_number = IdentifierField(
        identifiers.bill_of_entry, max_length=10, label=_("Number of the Bill of Entry")
    )
    boe_parent = LineField(
        max_length=40,
        required=False,
        label=_("Warehousing Bill of Entry"),
        help_text=_("Only for ex-bond: the entry the goods were warehoused under."),
    )
    assessable_value_inr = StrictDecimalField(
        required=False, min_value=0, max_value=MOST_VALUE, decimal_places=2, label=_("Assessable value, ₹")
    )

    field_order = ["on", "boe_type", "port_of_entry", "boe_number", "boe_parent", "assessable_value_inr"]

    def declare(self, consignment: Consignment) -> None:
        super().declare(consignment)
        self.fields["port_of_entry"].initial = consignment.port_of_entry

    def answers(self) -> dict[str, Any]:
        entered = self.weights()
        given = self.cleaned_data
        return {"entered": entered, **given, "boe_parent": given["boe_parent"] or ""}


class ReceiveForm(StepForm):
    """What arrived of each lot: sound and damaged, weighed and counted."""

    place = LineField(
        max_length=120, label=_("Store"), help_text=_("The plant or warehouse where the goods are now.")
    )
    receipt_number = LineField(max_length=40, required=False, label=_("Goods receipt number"))
    photograph = forms.FileField(
        required=False,
        label=_("Photograph or receipt"),
        help_text=_("PDF, JPEG or PNG."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,application/pdf", "capture": "environment"}
        ),
    )

    def declare(self, consignment: Consignment) -> None:
        held = Holding.objects.filter(lot__in=self.lots, account=accounts.IN_TRANSIT)
        on_the_way = {row.lot_id: row for row in held}
        sites = consignment.importer.sites.filter(is_active=True).values_list("name", flat=True)
        self.fields["place"].widget = forms.TextInput(attrs={"list": "sites"})
        self.sites = list(sites)
        if len(self.sites) == 1:
            self.fields["place"].initial = self.sites[0]
        for lot in self.lots:
            row = on_the_way.get(lot.pk)
            self._declare_lot(lot, row.weight_mg if row else 0, row.pieces if row else 0)

    def _declare_lot(self, lot: Lot, weight_mg: int, pieces: int) -> None:
        said = {"number": lot.number, "title": lot.batch or lot.goods_line.description}
        own = {
            "received": KilogramField(
                min_mg=0, label=_("Lot %(number)s, %(title)s: received, kg") % said, initial=weight_mg
            ),
            "pieces": StrictIntegerField(
                max_value=MOST_PIECES, label=_("Lot %(number)s: pieces received") % said, initial=pieces
            ),
            "damaged": KilogramField(
                min_mg=0, required=False, label=_("Lot %(number)s: damaged, kg") % said
            ),
            "damaged_pieces": StrictIntegerField(
                required=False, max_value=MOST_PIECES, label=_("Lot %(number)s: pieces damaged") % said
            ),
        }  # fmt: skip
        self.fields |= {f"{name}-{lot.number}": field for name, field in own.items()}

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        receipts = [
            Receipt(
                lot=lot.number,
                received_mg=given[f"received-{lot.number}"],
                pieces=given[f"pieces-{lot.number}"],
                damaged_mg=given[f"damaged-{lot.number}"] or 0,
                damaged_pieces=given[f"damaged_pieces-{lot.number}"] or 0,
            )
            for lot in self.lots
        ]
        return {
            "on": given["on"],
            "place": given["place"],
            "receipt_number": given["receipt_number"] or "",
            "receipts": receipts,
        }


FORMS: dict[str, type[StepForm]] = {
    "book": NothingForm,
    "declare": DeclareForm,
    "query": ReasonForm,
    "release": ReleaseForm,
    "refuse": ReasonForm,
    "depart": DepartForm,
    "arrive": StepForm,
    "enter": EnterForm,
    "clear": StepForm,
    "receive": ReceiveForm,
    "lose": ReasonForm,
    "reconcile": NothingForm,
    "cancel": CancelForm,
}


def new_key() -> str:
    return uuid.uuid4().hex


class MoveForm(forms.Form):
    """One move of a lot, with the questions its table asks. The hidden key makes sending it twice harmless."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=32, initial=new_key)
    weight_mg = KilogramField(label=_("Net weight, kg"))
    pieces = StrictIntegerField(required=False, max_value=MOST_PIECES, label=_("Pieces"))
    happened_on = StrictDateField(label=_("Day"))

    def __init__(self, *args: Any, move: accounts.Move, holding: Holding, **given: Any) -> None:
        super().__init__(*args, **given)
        self.move = move
        self.fields["weight_mg"].initial = holding.weight_mg
        self.fields["pieces"].initial = holding.pieces
        if move.holder:
            self.fields["to_place"] = self._holder(move)
        for name in move.asks:
            self.fields[name] = self._question(name)

    def _holder(self, move: accounts.Move) -> forms.Field:
        if move.holder == accounts.COUNTRY:
            return forms.ChoiceField(choices=countries.choices, label=_("Country"))
        label = _("Store") if move.holder == accounts.SITE else _("To whom")
        return LineField(max_length=120, label=label)

    @staticmethod
    def _question(name: str) -> forms.Field:
        return {
            "document": lambda: LineField(max_length=60, label=_("Document")),
            "product": lambda: LineField(max_length=200, label=_("Product and model")),
            "units": lambda: StrictIntegerField(min_value=1, label=_("Products made")),
            "due_on": lambda: StrictDateField(label=_("Due back on")),
            "consent": lambda: LineField(
                max_length=120,
                label=_("Consent"),
                help_text=_("Who consented, by which paper and of which day."),
            ),
            "reason": lambda: LineField(max_length=500, label=_("Reason")),
        }[name]()

    def answers(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["pieces"] = given["pieces"] or 0
        return given


class OldestFirstForm(MoveForm):
    """A move that names no lot. Pieces follow the weight; `seen` is the plan that the person saw last."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        del self.fields["pieces"]
        self.fields["weight_mg"].initial = None


class CountForm(forms.Form):
    """What was counted in one place, and who saw it."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=32, initial=new_key)
    counted_mg = KilogramField(min_mg=0, label=_("Counted, kg"))
    counted_pieces = StrictIntegerField(max_value=MOST_PIECES, label=_("Pieces counted"))
    happened_on = StrictDateField(label=_("Day"))
    witness = LineField(max_length=120, label=_("Witness"), help_text=_("Somebody else who was there."))
    reason = LineField(max_length=500, required=False, label=_("Why it differs"))

    def __init__(self, *args: Any, holding: Holding, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["counted_mg"].initial = holding.weight_mg
        self.fields["counted_pieces"].initial = holding.pieces

    def answers(self) -> dict[str, Any]:
        return {**self.cleaned_data, "reason": self.cleaned_data["reason"] or ""}


class ReverseForm(forms.Form):
    reason = LineField(max_length=500, label=_("Reason"))


class ConsignmentFilterForm(forms.Form):
    """What the list of consignments can be narrowed by."""

    q = forms.CharField(
        required=False, max_length=100, label=_("Reference, invoice, Bill of Entry or certificate")
    )
    status = forms.ChoiceField(required=False, label=_("Status"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        statuses = [(status, workflow.LABELS[status]) for status in workflow.CONSIGNMENT.statuses]
        self.fields["status"].choices = [("", _("any")), *statuses]
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it


class LabelForm(forms.Form):
    """How many labels of a lot are printed: one for each box."""

    copies = forms.IntegerField(min_value=1, max_value=120, initial=1, label=_("Labels"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["copies"].is_needed = True


class StockFilterForm(forms.Form):
    """What the stock can be narrowed by."""

    q = forms.CharField(required=False, max_length=100, label=_("Lot, place or certificate"))
    account = forms.ChoiceField(required=False, label=_("Where"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        held = [(name, label) for name, label in accounts.ACCOUNTS.items() if name not in accounts.OUTSIDE]
        self.fields["account"].choices = [("", _("still in care")), *held]
        for field in self.fields.values():
            field.is_needed = True
