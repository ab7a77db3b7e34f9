"""What people type about a case: a report with the licence it tells of, a reason, a filter."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import KilogramField, LineField, StrictDateField, TextField
from licensing import grounds, stations
from licensing.licence_facts import LicenceFacts
from licensing.models import Licence, LicenceCase, StatusReport

LICENCE = ("number", "type", "issued_on", "expires_on", "contract_number", "customs_port")


class KeyedForm(forms.Form):
    """A form that carries a key, so that a double click does once what it does."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["key"].initial = secrets.token_hex(16)


class ReportForm(forms.Form):
    """Where the case stands as somebody said it; the licence itself only when it was issued or changed."""

    claimed = forms.ChoiceField(label=_("What was reported"))
    claimed_on = StrictDateField(
        label=_("As of the day"), help_text=_("The day in China on which it was so.")
    )
    confidence = forms.ChoiceField(choices=StatusReport.Confidence, initial="MEDIUM", label=_("How sure"))
    application_number = LineField(max_length=60, required=False, label=_("Application number"))
    grounds = forms.MultipleChoiceField(
        required=False,
        choices=list(grounds.LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        label=_("Reasons given"),
        help_text=_("Only for a correction, a non-acceptance or a refusal, as far as they were told."),
    )
    note = TextField(max_length=2000, required=False, label=_("What was said, and by whom"))
    evidence = forms.FileField(
        required=False,
        label=_("Evidence"),
        help_text=_("A picture of the screen, a letter, the licence. PDF, JPEG or PNG."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    number = LineField(
        max_length=60,
        required=False,
        label=_("Licence number"),
        help_text=_("Only when a licence was issued or amended."),
    )
    type = forms.ChoiceField(required=False, choices=Licence.Type, label=_("Type of licence"))
    issued_on = StrictDateField(required=False, label=_("Issued on"))
    expires_on = StrictDateField(required=False, label=_("Expires on"))
    contract_number = LineField(max_length=60, required=False, label=_("Contract number"))
    customs_port = LineField(max_length=60, required=False, label=_("Customs port"))

    def __init__(self, *args: Any, case: LicenceCase, **given: Any) -> None:
        super().__init__(*args, **given)
        self.case = case
        words = [(code, stations.LABELS[code]) for code in stations.CLAIMABLE]
        self.fields["claimed"].choices = [("", _("choose")), *words]
        self.numbers = []
        allowed = {}
        if case.licence:
            for name in LICENCE:
                self.fields[name].initial = getattr(case.licence, name)
            allowed = {line.goods_line_id: line.authorised_mg for line in case.licence.lines.all()}
        for line in case.certificate.goods.all():
            name = f"weight-{line.number}"
            self.numbers.append(line.number)
            label = _("Line %(number)s, %(description)s: licensed, kg")
            self.fields[name] = KilogramField(
                required=False,
                label=label % {"number": line.number, "description": line.description},
                initial=allowed.get(line.pk),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("number"):
            for name in ("issued_on", "expires_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed with a licence number."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What `services.report` takes, without the evidence."""
        given = self.cleaned_data
        facts = None
        if given["number"]:
            facts = LicenceFacts(
                number=given["number"],
                type=given["type"] or Licence.Type.SINGLE,
                issued_on=given["issued_on"],
                expires_on=given["expires_on"],
                contract_number=given["contract_number"] or "",
                customs_port=given["customs_port"] or "",
                weights={n: given[f"weight-{n}"] or 0 for n in self.numbers},
            )
        return {
            "claimed": given["claimed"],
            "claimed_on": given["claimed_on"],
            "confidence": given["confidence"],
            "application_number": given["application_number"] or "",
            "grounds": given["grounds"],
            "note": given["note"] or "",
            "licence": facts,
        }


class TypedReportForm(KeyedForm, ReportForm):
    """A report as a person types it in."""


class CalendarForm(forms.Form):
    """One day of China's calendar, with the notice that says so."""

    day = StrictDateField(min_year=2024, max_year=2040, label=_("Day"), help_text=_("A day in China."))
    is_working = forms.ChoiceField(
        choices=[("yes", _("a working day")), ("no", _("free"))],
        label=_("What it is"),
        widget=forms.RadioSelect,
    )
    source = LineField(
        max_length=200,
        label=_("Source"),
        help_text=_("The notice of the State Council, with its number and day."),
    )

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"day": given["day"], "is_working": given["is_working"] == "yes", "source": given["source"]}


class ReasonForm(forms.Form):
    reason = TextField(max_length=2000, label=_("Reason"))


class CaseFilterForm(forms.Form):
    """What the board can be narrowed by."""

    q = forms.CharField(
        required=False, max_length=100, label=_("Reference, application, exporter or certificate")
    )
    status = forms.ChoiceField(required=False, label=_("Status"))
    overdue = forms.BooleanField(required=False, label=_("Overdue"))
    contested = forms.BooleanField(required=False, label=_("Reports contradict each other"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["status"].choices = [
            ("", _("any")),
            ("OPEN", _("all open ones")),
            *stations.LABELS.items(),
        ]
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it


class LicenceFilterForm(forms.Form):
    """What the register can be narrowed by."""

    q = forms.CharField(required=False, max_length=100, label=_("Licence number, contract or exporter"))
    ending = forms.BooleanField(required=False, label=_("End within 60 days"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
