"""The drafting pages of certificates and of undertakings for a period.

A drafting page refuses only what is malformed; what is missing is the completeness list's business, so that a
half-filled page can be saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import identifiers
from accounts.fields import (
    IdentifierField,
    KilogramField,
    LineField,
    StrictDateField,
    StrictDecimalField,
    StrictIntegerField,
    TextField,
)
from euc import completeness, countries
from euc.models import ELEMENTS, EndUse, GoodsLine, Party
from euc.models.clause import Offer

MOST_PIECES = 10**12
MOST_VALUE = 10**12
MOST_UNITS = 2_000_000_000


class DraftForm(forms.Form):
    """A drafting page. `needed` fields are asked for before submission; comments stand beside their field."""

    needed: tuple[str, ...] = ()

    def __init__(self, *args: Any, comments: tuple = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.declare()
        for field in self.fields.values():
            field.required = False
        for name in self.needed:
            self.fields[name].is_needed = True
        for comment in comments:
            if comment.field in self.fields:
                field = self.fields[comment.field]
                field.comments = [*getattr(field, "comments", []), comment]

    @cached_property
    def helper(self) -> FormHelper:
        """How it looks; made only when it is shown."""
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = self.layout()
        return helper

    def declare(self) -> None:
        """Add fields whose names are made, where a page has them."""

    def layout(self) -> Layout:
        return Layout(*self.fields)


def _row(*names: str) -> Div:
    return Div(*[Div(name, css_class="col-md") for name in names], css_class="row gx-3")


class PartiesForm(DraftForm):
    """Exporter, consignee and end user; the importer comes from the organisation's own record."""

    needed = (
        *(f"{role.lower()}-{name}" for role in Party.Role.values for name in ("name", "address", "country")),
        "exporter-name_zh",
    )

    def declare(self) -> None:
        for role in Party.Role:
            self._declare_party(f"{role.lower()}-", role)

    def _declare_party(self, p: str, role: str) -> None:
        if role != Party.Role.EXPORTER:
            self.fields[f"{p}same_as_importer"] = forms.BooleanField(label=_("The same as the importer"))
        self.fields[f"{p}name"] = LineField(
            max_length=200,
            label=_("Legal name"),
            help_text=_("In Latin letters, exactly as on the order and the invoice."),
        )
        self.fields[f"{p}name_zh"] = LineField(max_length=200, label=_("Name in Chinese"))
        self.fields[f"{p}address"] = LineField(
            max_length=500, label=_("Address"), help_text=_("A street address; no post office box.")
        )
        self.fields[f"{p}address_zh"] = LineField(max_length=500, label=_("Address in Chinese"))
        self.fields[f"{p}country"] = forms.ChoiceField(choices=countries.choices, label=_("Country"))
        self.fields[f"{p}registration"] = LineField(
            max_length=40,
            label=_("Registration number"),
            help_text=_("For a Chinese company its Unified Social Credit Code (18 characters)."),
        )
        self.fields[f"{p}phone"] = LineField(max_length=40, label=_("Telephone"))
        self.fields[f"{p}email"] = forms.EmailField(max_length=254, label=_("E-mail"))
        self.fields[f"{p}website"] = forms.URLField(max_length=200, label=_("Website"), assume_scheme="https")

    def layout(self) -> Layout:
        return Layout(*[self._party_layout(f"{role.lower()}-", role) for role in Party.Role])

    def _party_layout(self, p: str, role: Any) -> Fieldset:
        head = [] if role == Party.Role.EXPORTER else [f"{p}same_as_importer"]
        return Fieldset(
            role.label,
            *head,
            _row(f"{p}name", f"{p}name_zh"),
            _row(f"{p}address", f"{p}address_zh"),
            _row(f"{p}country", f"{p}registration"),
            _row(f"{p}phone", f"{p}email", f"{p}website"),
            css_class="form-section",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for p in (f"{role.lower()}-" for role in Party.Role.values):
            code = cleaned.get(f"{p}registration")
            if code and cleaned.get(f"{p}country") == "CN":
                try:
                    cleaned[f"{p}registration"] = identifiers.uscc(code)
                except forms.ValidationError as error:
                    self.add_error(f"{p}registration", error)
        return cleaned

    def parties(self) -> dict[str, dict[str, Any]]:
        """Cleaned columns by role, without the fields that do not hold."""
        names = (
            "name",
            "name_zh",
            "address",
            "address_zh",
            "country",
            "registration",
            "phone",
            "email",
            "website",
        )
        return {
            role: {
                "same_as_importer": bool(self.cleaned_data.get(f"{role.lower()}-same_as_importer")),
                **{
                    name: self.cleaned_data[f"{role.lower()}-{name}"] or ""
                    for name in names
                    if f"{role.lower()}-{name}" in self.cleaned_data
                },
            }
            for role in Party.Role.values
        }


class OrderForm(DraftForm):
    """The one purchase order."""

    needed = ("po_number", "po_date")
    po_number = LineField(
        max_length=60,
        label=_("Purchase order number"),
        help_text=_("One certificate covers exactly one purchase order."),
    )
    po_date = StrictDateField(label=_("Purchase order date"))
    contract_number = LineField(
        max_length=60,
        label=_("Contract number"),
        help_text=_("As the exporter will state it in the licence application, if different."),
    )


class LineForm(DraftForm):
    """One goods line; kilograms on screen, milligrams in `cleaned_data`."""

    needed = (
        "description", "family", "form", "grade", "itc_hs", "cn_hs", "net_weight_mg", "value", "currency", *ELEMENTS,
    )  # fmt: skip
    description = LineField(max_length=300, label=_("Description"))
    description_zh = LineField(max_length=300, label=_("Description in Chinese"))
    family = forms.ChoiceField(choices=[("", ""), *GoodsLine.Family.choices], label=_("Magnet family"))
    form = forms.ChoiceField(
        choices=GoodsLine.Form.choices,
        label=_("Form of the goods"),
        help_text=_("A magnet that is built in, moulded in or part of a finished good is another form."),
    )
    grade = LineField(max_length=40, label=_("Grade"), help_text=_("For example N42UH."))
    dimensions = LineField(max_length=120, label=_("Dimensions"))
    coating = LineField(max_length=80, label=_("Coating"))
    itc_hs = IdentifierField(
        identifiers.itc_hs,
        max_length=20,
        label=_("ITC-HS code (India)"),
        help_text=_(
            "8 digits. The Indian and the Chinese code differ; state each as its own country has it."
        ),
    )
    cn_hs = IdentifierField(
        identifiers.cn_hs, max_length=20, label=_("HS code (China)"), help_text=_("8 or 10 digits.")
    )
    control_codes = LineField(
        max_length=80,
        label=_("Chinese control codes"),
        help_text=_("As the exporter states them, for example 1C905.a; leave empty when none applies."),
    )
    laboratory = LineField(max_length=200, label=_("Laboratory"))
    method = LineField(max_length=80, label=_("Method"), help_text=_("For example ICP-OES."))
    report_number = LineField(max_length=80, label=_("Report number"))
    net_weight_mg = KilogramField(label=_("Net weight in kg"))
    pieces = StrictIntegerField(min_value=1, max_value=MOST_PIECES, label=_("Pieces"))
    value = StrictDecimalField(min_value=0, max_value=MOST_VALUE, decimal_places=2, label=_("Value"))
    currency = forms.ChoiceField(
        choices=[("", ""), *[(c, c) for c in countries.CURRENCIES]], label=_("Currency")
    )

    def declare(self) -> None:
        for element in ELEMENTS:
            self.fields[element] = StrictDecimalField(
                min_value=0, max_value=100, decimal_places=3, label=f"{element.capitalize()} %"
            )

    def clean_form(self) -> str:
        """Goods are loose magnets unless somebody says otherwise; the rules reach those first."""
        return self.cleaned_data["form"] or GoodsLine.Form.MAGNET

    def layout(self) -> Layout:
        return Layout(
            Fieldset(
                _("What it is"),
                _row("description", "description_zh"),
                _row("family", "form"),
                _row("grade", "dimensions", "coating"),
                css_class="form-section",
            ),
            Fieldset(
                _("Composition in mass %"),
                Div(*[Div(e, css_class="col-6 col-md-3") for e in ELEMENTS], css_class="row gx-3"),
                _row("laboratory", "method", "report_number"),
                css_class="form-section",
            ),
            Fieldset(
                _("Codes"),
                _row("itc_hs", "cn_hs", "control_codes"),
                css_class="form-section",
            ),
            Fieldset(
                _("Quantity and value"),
                _row("net_weight_mg", "pieces"),
                _row("value", "currency"),
                css_class="form-section",
            ),
        )


class EndUseForm(DraftForm):
    """What the magnets are for; the more specific, the better."""

    needed = (
        "sector", "product", "model", "plant_name", "position", "purpose", "magnet_per_unit_mg",
        "units_per_year", "destination_market", "is_civil",
    )  # fmt: skip
    sector = forms.ChoiceField(choices=[("", ""), *EndUse.Sector.choices], label=_("Sector"))
    product = LineField(
        max_length=200,
        label=_("Product"),
        help_text=_("What the magnet is built into, for example a hub motor."),
    )
    model = LineField(max_length=120, label=_("Model"))
    oem = LineField(max_length=200, label=_("Maker of the end product (OEM)"))
    plant_name = LineField(max_length=200, label=_("Plant"))
    plant_address = LineField(max_length=500, label=_("Address of the plant"))
    position = LineField(max_length=300, label=_("Where in the product the magnet sits"))
    purpose = TextField(
        max_length=2000,
        label=_("Specific end use"),
        help_text=_(
            "Product, model, maker and function in one or two sentences. “Magnetic sensor” is refused; "
            "“rotor magnets of the hub motor HM-3 for the electric scooter of one named maker” is understood."
        ),
    )
    purpose_zh = TextField(max_length=2000, label=_("Specific end use in Chinese"))
    magnet_per_unit_mg = KilogramField(label=_("Magnet weight in one product, in kg"))
    units_per_year = StrictIntegerField(min_value=1, max_value=MOST_UNITS, label=_("Products made in a year"))
    destination_market = LineField(max_length=200, label=_("Where the product is sold"))
    is_civil = forms.TypedChoiceField(
        choices=[("", ""), ("yes", _("Yes, purely civil")), ("no", _("No, or partly military"))],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        label=_("Is the use purely civil?"),
    )

    def layout(self) -> Layout:
        return Layout(
            Fieldset(
                _("The product"),
                _row("sector", "oem"),
                _row("product", "model"),
                "position",
                _row("magnet_per_unit_mg", "units_per_year"),
                css_class="form-section",
            ),
            Fieldset(_("The use"), "purpose", "purpose_zh", "is_civil", css_class="form-section"),
            Fieldset(
                _("The place and the market"),
                _row("plant_name", "plant_address"),
                "destination_market",
                css_class="form-section",
            ),
        )


class ClausesForm(DraftForm):
    """Which offered clauses are given, and the parties they name; required ones are always given.

    `blankets` are the undertakings for a period that it may rely on, by reference.
    """

    def __init__(
        self,
        *args: Any,
        offers: Iterable[Offer] = (),
        blankets: Iterable[str] = (),
        authorities: Iterable[Any] = (),
        **given: Any,
    ) -> None:
        self.offers, self.blankets, self.authorities = list(offers), list(blankets), list(authorities)
        super().__init__(*args, **given)

    def declare(self) -> None:
        if self.authorities:
            self.fields["addressed_to"] = forms.ChoiceField(
                choices=[("", ""), *[(str(one.pk), one.name) for one in self.authorities]],
                label=_("Addressed to"),
                help_text=_("The authority asked to approve it. Which promises are required depends on it."),
            )
            self.fields["addressed_to"].is_needed = True
        if self.blankets:
            self.fields["relies_on"] = forms.ChoiceField(
                choices=[("", _("none: everything is promised here")), *[(r, r) for r in self.blankets]],
                label=_("Rely on an undertaking for a period"),
                help_text=_("What it holds is not promised again."),
            )
        for offer in self.offers:
            clause = offer.clause
            if not offer.is_required:
                self.fields[clause.field_name] = forms.BooleanField(label=clause.title_here)
            if clause.asks_for_a_party:
                party, number = clause.party_fields
                self.fields[party] = LineField(max_length=200, label=_("Name of the recycler"))
                self.fields[number] = IdentifierField(
                    identifiers.gstin, max_length=20, label=_("GSTIN of the recycler")
                )

    def addressee(self) -> Any:
        """The authority that was chosen, where there is a choice."""
        chosen = self.cleaned_data.get("addressed_to")
        return next((one for one in self.authorities if str(one.pk) == chosen), None)

    def codes(self) -> set[str]:
        chosen = [offer.clause for offer in self.offers if self.cleaned_data.get(offer.clause.field_name)]
        return {clause.code for clause in chosen}

    def parties(self) -> dict[str, tuple[str, str]]:
        """Name and number of the parties that clauses name, by code."""
        asking = [offer.clause for offer in self.offers if offer.clause.asks_for_a_party]
        return {
            clause.code: tuple(self.cleaned_data.get(name) or "" for name in clause.party_fields)
            for clause in asking
        }


class PledgeForm(ClausesForm):
    """An undertaking for a period: the exporter, the days, the clauses."""

    needed = ("exporter_name", "exporter_name_zh", "valid_from", "valid_until")
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    exporter_name = LineField(
        max_length=200,
        label=_("Legal name"),
        help_text=_("In Latin letters, exactly as on the order and the invoice."),
    )
    exporter_name_zh = LineField(max_length=200, label=_("Name in Chinese"))
    exporter_registration = IdentifierField(
        identifiers.uscc,
        max_length=40,
        label=_("Registration number"),
        help_text=_("For a Chinese company its Unified Social Credit Code (18 characters)."),
    )
    valid_from = StrictDateField(label=_("First day"))
    valid_until = StrictDateField(
        label=_("Last day"), help_text=_("Certificates issued from the first to the last day may rely on it.")
    )

    def layout(self) -> Layout:
        head = ["addressed_to"] if self.authorities else []
        return Layout(
            "seen",
            *head,
            Fieldset(
                _("Chinese exporter"),
                _row("exporter_name", "exporter_name_zh"),
                "exporter_registration",
                css_class="form-section",
            ),
            Fieldset(_("Period, in India"), _row("valid_from", "valid_until"), css_class="form-section"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The period ends before it begins."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        texts = ("exporter_name", "exporter_name_zh", "exporter_registration")
        days = ("valid_from", "valid_until")
        return {name: self.cleaned_data[name] or "" for name in texts} | {
            name: self.cleaned_data[name] for name in days
        }


FORMS = {
    completeness.PARTIES: PartiesForm,
    completeness.ORDER: OrderForm,
    completeness.END_USE: EndUseForm,
    completeness.UNDERTAKINGS: ClausesForm,
}
