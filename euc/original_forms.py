"""The shape of what people type about the paper original and about the stations on its way."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import identifiers
from accounts.fields import (
    IdentifierField,
    LineField,
    StrictDateField,
    StrictDecimalField,
    StrictIntegerField,
    TextField,
)
from accounts.models import Organisation
from accounts.roles import Kind
from euc import custody, originals
from euc.models import AttestationRule, Original, OriginalEntry
from euc.models.attestation import MOST_DAYS
from euc.models.original import FACTS, facts_of

CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
WAYBILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /-]{3,39}")
CURRENCIES = [("", "–"), ("INR", "INR"), ("CNY", "CNY"), ("USD", "USD"), ("EUR", "EUR")]
FIELDS: dict[str, tuple[str, ...]] = {
    custody.SIGNED: ("officer", "estamp", "scan", "note"),
    custody.HANDED_IN: ("office", "carrier", "waybill_kind", "waybill", "note"),
    custody.ATTESTED: ("reference", "office", "officer", "fee", "currency", "estamp", "scan", "note"),
    custody.REFUSED: ("office", "officer", "note"),
    custody.SENT: ("note", "carrier", "waybill_kind", "waybill", "fee", "currency", "scan"),
    custody.DELIVERED: ("officer", "note", "scan"),
    custody.MISLAID: ("note",),
    custody.VOIDED: ("officer", "scan", "note"),
}
LABELS: dict[tuple[str, str], Any] = {
    (custody.SIGNED, "officer"): _("Signed by"),
    (custody.DELIVERED, "officer"): _("Received by"),
    (custody.VOIDED, "officer"): _("Marked void by"),
    (custody.SENT, "note"): _("Addressed to"),
    (custody.REFUSED, "note"): _("What the office said"),
    (custody.MISLAID, "note"): _("What is known of it"),
}


class EntryForm(forms.Form):
    """One happening to the paper; asks what its kind needs, and for a reason when it corrects another entry."""

    happened_on = StrictDateField(label=_("On which day"), help_text=_("The day in India."))
    reference = LineField(max_length=80, label=_("Reference number of the stamp"))
    office = LineField(max_length=200, label=_("Office"))
    officer = LineField(max_length=120, label=_("Name of the official"))
    fee = StrictDecimalField(min_value=0, max_value=10**9, decimal_places=2, label=_("Fee"))
    currency = forms.ChoiceField(choices=CURRENCIES, label=_("Currency"))
    estamp = IdentifierField(
        identifiers.e_stamp,
        max_length=60,
        label=_("E-stamp number (UIN)"),
        help_text=_("Where an e-stamp certificate was used; it serves one paper only."),
    )
    carrier = LineField(max_length=80, label=_("Carrier"))
    waybill_kind = forms.ChoiceField(
        choices=[("", "–"), *OriginalEntry.WaybillKind.choices], label=_("Kind of number")
    )
    waybill = LineField(max_length=40, label=_("Waybill or consignment number"))
    note = LineField(max_length=500, label=_("Note"))
    scan = forms.FileField(
        label=_("Scan"), help_text=_("PDF, PNG or JPEG, at most 10 MB."), allow_empty_file=True
    )
    reason = LineField(max_length=500, label=_("Why it is corrected"))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**6)

    def __init__(self, *args: Any, kind: str, corrects: OriginalEntry | None = None, **given: Any) -> None:
        if corrects is not None:
            said = {name: value for name, value in facts_of(corrects).items() if value not in (None, "")}
            given["initial"] = said | {"happened_on": corrects.happened_on} | given.get("initial", {})
        super().__init__(*args, **given)
        asked = {"happened_on", "seen", *FIELDS[kind], *(("reason",) if corrects else ())}
        for name in set(self.fields) - asked:
            del self.fields[name]
        needed = {"happened_on", "reason", *originals.NEEDED[kind]}
        if corrects is None and kind in custody.WITH_SCAN:
            needed.add("scan")
        for name, field in self.fields.items():
            field.required = name in needed
            field.label = LABELS.get((kind, name), field.label)
        order = ("happened_on", *FIELDS[kind], "reason", "seen")
        self.order_fields([name for name in order if name in self.fields])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        number, kind = cleaned.get("waybill"), cleaned.get("waybill_kind")
        if number and "waybill_kind" in self.fields and "waybill_kind" not in self.errors:
            try:
                cleaned["waybill"] = _waybill(number, kind)
            except ValidationError as error:
                self.add_error("waybill", error)
        is_half = (cleaned.get("fee") is None) != (not cleaned.get("currency"))
        if is_half and "fee" in self.fields and "fee" not in self.errors:
            self.add_error("fee", _("A fee and its currency belong together."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Cleaned columns of the entry, without its day, scan and reason."""
        empty = {"fee": None}
        return {
            name: self.cleaned_data.get(name) or empty.get(name, "") for name in FACTS if name in self.fields
        } | ({"fee": self.cleaned_data["fee"]} if "fee" in self.fields else {})


def _waybill(number: str, kind: str | None) -> str:
    if not kind:
        raise ValidationError(_("Say whose number this is."))
    if kind == OriginalEntry.WaybillKind.AIR:
        return identifiers.air_waybill(number)
    if not WAYBILL.fullmatch(number):
        raise ValidationError(_("Letters, digits, hyphens and slashes only, at least four."))
    return number.upper()


class ReverseForm(forms.Form):
    """Why an entry never happened."""

    reason = LineField(max_length=500, label=_("Why it is reversed"))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**6)


class OriginalFilterForm(forms.Form):
    """What the list of originals can be narrowed by."""

    q = forms.CharField(required=False, max_length=100, label=_("Reference, order, exporter or importer"))
    place = forms.ChoiceField(
        required=False, choices=[("", _("any")), *Original.Place.choices], label=_("Where it lies")
    )
    overdue = forms.BooleanField(required=False, label=_("Overdue only"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.is_needed = True


class StationForm(forms.Form):
    """One station on the paper's way. One in use is replaced by proposing its next version."""

    code = LineField(
        max_length=30, label=_("Short name"), help_text=_("Capital letters, digits and hyphens.")
    )
    name = LineField(max_length=120, label=_("Name"))
    name_zh = LineField(max_length=120, required=False, label=_("Name in Chinese"))
    name_hi = LineField(max_length=120, required=False, label=_("Name in Hindi"))
    stage = forms.ChoiceField(choices=AttestationRule.Stage.choices, label=_("What happens there"))
    position = StrictIntegerField(
        min_value=0, max_value=1000, label=_("Place in the order"), help_text=_("Lower numbers come first.")
    )
    is_required = forms.BooleanField(required=False, label=_("Every paper must pass it"))
    expected_days = StrictIntegerField(
        min_value=1, max_value=MOST_DAYS, label=_("Days it may take"), help_text=_("Calendar days.")
    )
    authority = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("every authority"),
        label=_("For certificates issued by"),
    )
    effective_from = StrictDateField(label=_("Counts from"), help_text=_("The first day, in India."))
    effective_until = StrictDateField(
        required=False, label=_("Counts until"), help_text=_("The last day, in India.")
    )
    source = LineField(max_length=300, label=_("Source"))
    source_url = LineField(max_length=300, required=False, label=_("Address of the source"))
    confidence = forms.ChoiceField(choices=AttestationRule.Confidence.choices, label=_("Confidence"))
    confirmed = forms.BooleanField(required=False, label=_("Checked against the official text"))
    doubt = TextField(max_length=1000, required=False, label=_("Doubts, in words"))

    def __init__(self, *args: Any, predecessor: AttestationRule | None = None, **given: Any) -> None:
        if predecessor is not None:
            kept = {name: getattr(predecessor, name) for name in self.base_fields if name != "code"}
            given["initial"] = kept | {"confirmed": False}
        super().__init__(*args, **given)
        self.fields["authority"].queryset = Organisation.objects.filter(kind=Kind.AUTHORITY, is_active=True)
        head: list[Any] = ["code"]
        if predecessor is not None:
            del self.fields["code"]
            head = []
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Fieldset(
                _("The station"), *head, "name", _row("name_zh", "name_hi"), _row("stage", "position"),
                _row("expected_days", "authority"), "is_required", css_class="form-section",
            ),
            Fieldset(
                _("When it counts"), _row("effective_from", "effective_until"), css_class="form-section"
            ),
            Fieldset(
                _("Where it comes from"), _row("source", "source_url"), "confidence", "confirmed", "doubt",
                css_class="form-section",
            ),
        )  # fmt: skip

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise ValidationError(_("Capital letters, digits and single hyphens only."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("effective_from"), cleaned.get("effective_until")
        if first and last and last < first:
            self.add_error("effective_until", _("It would end before it begins."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """Cleaned columns of the rule, without its short name."""
        return {
            name: value if value is not None or name in {"authority", "effective_until"} else ""
            for name, value in self.cleaned_data.items()
            if name != "code"
        }


def _row(*names: str) -> Div:
    return Div(*[Div(name, css_class="col-md") for name in names], css_class="row gx-3")
