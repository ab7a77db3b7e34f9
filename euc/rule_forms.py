"""The shape of what officers type about control rules, and of the day a reader asks about."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django.core.exceptions import ValidationError
from django.forms import BooleanField, CheckboxSelectMultiple, ChoiceField, Form, MultipleChoiceField
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField, StrictDateField, StrictDecimalField, TextField
from euc import control
from euc.models import ControlRule

CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
CONTROL_CODE = re.compile(r"[0-9][A-E][0-9]{3}(?:\.[a-z](?:\.[0-9]{1,2})?)?")
HS_CODE = re.compile(r"[0-9]{4,10}")
SYMBOLS = [(element, element.capitalize()) for element in control.ELEMENTS]
COPIED = (
    "announcement", "limb", "title", "effect", "origin", "whole_families", "families", "elements", "forms",
    "doubtful_forms", "threshold", "threshold_status", "threshold_elements", "threshold_source", "effective_from",
    "suspended_from", "suspended_until", "suspended_by", "end_confirmed", "reported_until", "source", "source_url",
    "confidence", "confirmed", "doubt",
)  # fmt: skip


class DayForm(Form):
    """The day whose rules are shown."""

    on = StrictDateField(required=False, min_year=2020, max_year=2040, label=_("What applied on"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["on"].is_needed = True


class _Choices(MultipleChoiceField):
    """Any number of choices, as check boxes."""

    widget = CheckboxSelectMultiple

    def __init__(self, **given: Any) -> None:
        super().__init__(required=False, **given)


class RuleForm(Form):
    """One limb of one announcement. A rule in use is replaced by proposing its next version."""

    code = LineField(
        max_length=40,
        label=_("Short name"),
        help_text=_(
            "Capital letters, digits and hyphens, for example CN-18-2025-DY. It stays for all versions."
        ),
    )
    announcement = LineField(max_length=80, label=_("Announcement"))
    limb = LineField(max_length=60, required=False, label=_("Limb or clause"))
    title = LineField(max_length=200, label=_("What it names, in few words"))
    effect = ChoiceField(choices=ControlRule.Effect.choices, label=_("Effect"))
    origin = ChoiceField(choices=ControlRule.Origin.choices, label=_("Goods"))
    whole_families = _Choices(
        choices=ControlRule.Family.choices, label=_("Families it names whatever they contain")
    )
    families = _Choices(choices=ControlRule.Family.choices, label=_("Families it names when they contain"))
    elements = _Choices(choices=SYMBOLS, label=_("one of these elements"))
    forms = _Choices(choices=ControlRule.Form.choices, label=_("Forms it reaches"))
    doubtful_forms = _Choices(choices=ControlRule.Form.choices, label=_("of which not established"))
    threshold = StrictDecimalField(
        required=False, min_value=0, max_value=100, decimal_places=3, label=_("Threshold in mass %")
    )
    threshold_status = ChoiceField(
        required=False,
        choices=[("", _("no threshold")), *ControlRule.ThresholdStatus.choices],
        label=_("The threshold is"),
    )
    threshold_elements = _Choices(choices=SYMBOLS, label=_("Measured on the sum of"))
    threshold_source = LineField(max_length=300, required=False, label=_("Source of the threshold"))
    codes = LineField(
        max_length=200,
        required=False,
        label=_("Control codes"),
        help_text=_("Separated by commas, for example 1C905.a."),
    )
    hs_codes = LineField(
        max_length=200,
        required=False,
        label=_("HS codes"),
        help_text=_("An aid only: control goes by description."),
    )
    effective_from = StrictDateField(label=_("In effect from"))
    suspended_from = StrictDateField(required=False, label=_("Suspended from"))
    suspended_until = StrictDateField(
        required=False, label=_("Suspended until"), help_text=_("The last day of the suspension, in China.")
    )
    suspended_by = LineField(max_length=80, required=False, label=_("Suspended by"))
    reported_until = StrictDateField(required=False, label=_("Reported extension until"))
    end_confirmed = BooleanField(
        required=False, label=_("It is confirmed that the rule is in force again after the suspension")
    )
    source = LineField(max_length=300, label=_("Source"))
    source_url = LineField(max_length=300, required=False, label=_("Address of the source"))
    confidence = ChoiceField(choices=ControlRule.Confidence.choices, label=_("Confidence"))
    confirmed = BooleanField(required=False, label=_("Checked against the official text"))
    doubt = TextField(max_length=1000, required=False, label=_("Doubts, in words"))

    def __init__(self, *args: Any, predecessor: ControlRule | None = None, **given: Any) -> None:
        if predecessor is not None:
            given["initial"] = initial_of(predecessor)
        super().__init__(*args, **given)
        if predecessor is not None:
            del self.fields["code"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = self._layout()

    def _layout(self) -> Layout:
        head = ["code"] if "code" in self.fields else []
        return Layout(
            section(
                _("The announcement"),
                *head,
                side_by_side("announcement", "limb"),
                "title",
                side_by_side("effect", "origin"),
            ),
            section(
                _("What it reaches"), "whole_families", "families", "elements", "forms", "doubtful_forms"
            ),
            section(
                _("Threshold and codes"),
                side_by_side("threshold", "threshold_status"),
                "threshold_elements",
                "threshold_source",
                side_by_side("codes", "hs_codes"),
            ),
            section(
                _("Dates in China"),
                side_by_side("effective_from", "suspended_from", "suspended_until"),
                side_by_side("suspended_by", "reported_until"),
                "end_confirmed",
            ),
            section(
                _("Where it comes from"),
                side_by_side("source", "source_url"),
                "confidence",
                "confirmed",
                "doubt",
            ),
        )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise ValidationError(_("Capital letters, digits and single hyphens only."))
        return code

    def clean_codes(self) -> list[str]:
        return _parts(self.cleaned_data["codes"], CONTROL_CODE, _("“%(part)s” is no control code."))

    def clean_hs_codes(self) -> list[str]:
        return _parts(self.cleaned_data["hs_codes"], HS_CODE, _("“%(part)s” is no HS code: 4 to 10 digits."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("suspended_from"), cleaned.get("suspended_until")
        if last and not first:
            self.add_error("suspended_from", _("Say from when it is suspended."))
        if first and last and last < first:
            self.add_error("suspended_until", _("The suspension ends before it begins."))
        if (cleaned.get("threshold") is None) == bool(cleaned.get("threshold_status")):
            self.add_error("threshold", _("A threshold and whether it is law belong together."))
        if set(cleaned.get("doubtful_forms", ())) - set(cleaned.get("forms", ())):
            self.add_error("doubtful_forms", _("Name only forms that the rule reaches."))
        if cleaned.get("families") and not cleaned.get("elements"):
            self.add_error("elements", _("Say which elements the families must contain."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """Cleaned columns of the rule, without its short name."""
        kept = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        return {name: "" if value is None and name in TEXTS else value for name, value in kept.items()}


TEXTS = {"limb", "threshold_status", "threshold_source", "suspended_by", "source_url", "doubt"}


def initial_of(rule: ControlRule) -> dict[str, Any]:
    """What the form of the next version starts with; that it was checked is for its proposer to say anew."""
    joined = {name: ", ".join(getattr(rule, name)) for name in ("codes", "hs_codes")}
    return {name: getattr(rule, name) for name in COPIED} | joined | {"confirmed": False}


def _parts(text: str, pattern: re.Pattern, message: Any) -> list[str]:
    parts = [part for part in re.split(r"[,;\s]+", text or "") if part]
    for part in parts:
        if not pattern.fullmatch(part):
            raise ValidationError(message % {"part": part})
    return list(dict.fromkeys(parts))


def side_by_side(*names: str) -> Div:
    return Div(*[Div(name, css_class="col-md") for name in names], css_class="row gx-3")


def section(title: Any, *parts: Any) -> Fieldset:
    return Fieldset(title, *parts, css_class="form-section")
