"""What is typed about and in a supplier room: an invitation, a code, a report, a correction."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.fields import StrictDateField, TextField
from licensing import grounds, stations
from licensing.forms import LICENCE, KeyedForm, ReportForm
from licensing.models import RoomInvitation, StatusReport


class InviteForm(forms.Form):
    email = forms.EmailField(
        max_length=200,
        label=_("E-mail address of the exporter"),
        help_text=_("The link and every code go to this address. The link works for 14 days."),
    )
    language = forms.ChoiceField(
        choices=RoomInvitation.Language,
        initial=RoomInvitation.Language.CHINESE,
        label=_("Language of the room"),
        help_text=_("It can be switched inside."),
    )
    note = TextField(
        max_length=1000,
        required=False,
        label=_("Note to the exporter"),
        help_text=_("It stands in the mail and in the room."),
    )


class CodeForm(forms.Form):
    """Six digits; spaces and full-width digits of a Chinese keyboard are taken."""

    code = forms.CharField(
        max_length=20,
        label=_("Code"),
        help_text=_("Six digits from the mail. They work for ten minutes."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        plain = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        digits = "".join(c for c in plain if not c.isspace())
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise ValidationError(_("The code has six digits."))
        return digits


class DayInput(forms.TextInput):
    input_type = "date"


class IsoDateField(StrictDateField):
    """A date as Chinese readers write it: 2026-10-05. The browser's own calendar gives it so, too."""

    widget = DayInput

    default_error_messages = {
        "invalid": _("Write the date as year-month-day, for example 2025-10-05 for 5 October 2025."),
    }

    def widget_attrs(self, widget: Any) -> dict[str, str]:
        return {}

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class RoomReportForm(KeyedForm, ReportForm):
    """What the exporter says of the application; how sure it is follows from whether it is shown."""

    claimed_on = IsoDateField(
        label=_("Day of this status"), help_text=_("The day in China on which it was so.")
    )
    note = TextField(max_length=2000, required=False, label=_("Remarks"))
    issued_on = IsoDateField(required=False, label=_("Issued on"))
    expires_on = IsoDateField(required=False, label=_("Expires on"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        del self.fields["confidence"]
        self.fields["claimed"].label = _("Where does the application stand?")
        words = [(code, _in_law(stations.STATIONS[code])) for code in stations.CLAIMABLE]
        self.fields["claimed"].choices = [("", _("choose")), *words]
        self.fields["grounds"].choices = [(one.code, _in_law(one)) for one in grounds.GROUNDS.values()]
        if get_language() == "zh-hans":
            self._name_goods_in_chinese()

    def _name_goods_in_chinese(self) -> None:
        label = _("Line %(number)s, %(description)s: licensed, kg")
        for line in self.case.certificate.goods.exclude(description_zh=""):
            self.fields[f"weight-{line.number}"].label = label % {
                "number": line.number,
                "description": line.description_zh,
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needs = cleaned.get("claimed") in stations.NEEDS_APPLICATION and not self.case.application_number
        if needs and not cleaned.get("application_number") and "application_number" not in self.errors:
            self.add_error("application_number", _("This is needed with what you report."))
        levels = StatusReport.Confidence
        cleaned["confidence"] = levels.HIGH if cleaned.get("evidence") else levels.MEDIUM
        return cleaned

    def first_fields(self) -> list[Any]:
        """What every report asks."""
        names = ("claimed", "claimed_on", "grounds", "application_number", "evidence", "note")
        return [self[name] for name in names]

    def licence_fields(self) -> list[Any]:
        """What only a licence asks, in the order of its paper."""
        return [self[name] for name in (*LICENCE, *(f"weight-{number}" for number in self.numbers))]

    @property
    def opens_licence(self) -> bool:
        """Whether the licence's fields are to be seen at once: something is wrong or typed there."""
        return any(field.errors for field in self.licence_fields()) or bool(self.data.get("number"))


def _in_law(named: stations.Station | grounds.Ground) -> str:
    """The Chinese term of the law alone for Chinese readers, with the word beside it for others."""
    return named.zh if get_language() == "zh-hans" else f"{named.zh} · {named.label}"


class CorrectionForm(KeyedForm):
    text = TextField(
        max_length=2000,
        label=_("What has to be corrected?"),
        help_text=_("Name the paper, the place in it, and what it should say."),
    )
