"""What is typed about incidents: the report and the questions of its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.fields import KilogramField, LineField, StrictDateField, StrictIntegerField, TextField
from shipments import incident_law
from shipments.forms import MOST_PIECES, new_key
from shipments.models import Holding

MOST_PLACES = 200


class HoldingChoices(forms.ModelChoiceField):
    """A lot in one place, with what the ledger holds there left to the page."""

    def label_from_instance(self, row: Holding) -> str:
        return " · ".join(filter(None, (row.lot.title, str(row.label), row.place)))


class ReportForm(forms.Form):
    """What happened, to how much of what."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=32, initial=new_key)
    kind = forms.ChoiceField(choices=list(incident_law.KINDS.items()), label=_("What happened"))
    holding = HoldingChoices(
        queryset=Holding.objects.none(),
        required=False,
        empty_label=_("not known"),
        label=_("Lot and place"),
        help_text=_("For a loss or a theft that you report of your own stock it must be known."),
    )
    weight_mg = KilogramField(label=_("Net weight, kg"))
    pieces = StrictIntegerField(required=False, max_value=MOST_PIECES, label=_("Pieces"))
    happened_on = StrictDateField(label=_("Day"))
    description = TextField(max_length=2000, label=_("What is known of it"))
    told_to = LineField(
        max_length=200,
        required=False,
        label=_("Reported to"),
        help_text=_("For example the police station with the number of the report, or the insurer."),
    )

    def __init__(self, *args: Any, holdings: QuerySet[Holding], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["holding"].queryset = holdings

    def answers(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {**given, "pieces": given["pieces"] or 0, "told_to": given["told_to"] or ""}


class ReasonForm(forms.Form):
    reason = TextField(max_length=2000, label=_("Reason"))


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(choices=list(incident_law.OUTCOMES.items()), label=_("What it was"))
    reason = TextField(max_length=2000, label=_("Reason"))


STEPS: dict[str, type[forms.Form]] = {"take_up": ReasonForm, "close": CloseForm, "lift": ReasonForm}


class IncidentFilterForm(forms.Form):
    """What the list of incidents can be narrowed by."""

    status = forms.ChoiceField(required=False, label=_("Status"))
    kind = forms.ChoiceField(required=False, label=_("What happened"))
    holding = forms.BooleanField(required=False, label=_("Holds draws"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["status"].choices = [("", _("any")), *incident_law.LABELS.items()]
        self.fields["kind"].choices = [("", _("any")), *incident_law.KINDS.items()]
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
