"""What people type about mail: which is shown, the case it belongs to, what it says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField
from licensing import stations
from licensing.forms import ReportForm
from licensing.models import MailMessage, MailSuggestion


class MailFilterForm(forms.Form):
    """Which mail is shown; what waits for somebody when nothing is chosen."""

    show = forms.ChoiceField(
        required=False,
        label=_("Show"),
        choices=[("", _("what belongs to no case yet")), ("ALL", _("all")), *MailMessage.Outcome.choices],
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["show"].is_needed = True  # a filter has nothing optional about it


class MatchForm(forms.Form):
    """The case that a message is about."""

    case = LineField(
        max_length=40, label=_("Case"), help_text=_("Its reference, such as LIC/0388000001/2026-27/0001.")
    )

    def clean_case(self) -> str:
        """In the form of the record, however it was written."""
        said = self.cleaned_data["case"].upper().replace("/", "-").split("-")
        return f"{said[0]}/{said[1]}/{said[2]}-{said[3]}/{said[4]}" if len(said) == 5 else "–"


class ConfirmForm(ReportForm):
    """The report that a mail suggests, to be put right; the mail itself is its evidence."""

    def __init__(self, *args: Any, suggestion: MailSuggestion, **given: Any) -> None:
        initial = {
            "claimed": suggestion.claimed,
            "claimed_on": suggestion.claimed_on,
            "confidence": suggestion.confidence,
            "application_number": suggestion.application_number,
            "note": suggestion.passage.replace("\ufffd", "?"),
        }
        super().__init__(*args, case=suggestion.case, initial=initial, **given)
        del self.fields["evidence"]
        if suggestion.licence_number and stations.STATIONS[suggestion.claimed].has_licence:
            self.fields["number"].initial = suggestion.licence_number
