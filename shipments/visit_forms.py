"""What is typed about verification visits: planning one, a sample, a file, and the questions of its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.fields import KilogramField, LineField, StrictDateField, StrictIntegerField, TextField
from shipments import visit_law
from shipments.forms import MOST_PIECES, new_key
from shipments.models import Lot, Visit

MOST_LOTS = 200


class LotChoices(forms.ModelMultipleChoiceField):
    """Lots by their certificate, goods line and own name."""

    def label_from_instance(self, lot: Lot) -> str:
        certificate = lot.consignment.certificate.reference
        return f"{lot.title} · {lot.goods_line.description} · {certificate}"


class ScheduleForm(forms.Form):
    """Where and when, why, and which lots are to be weighed."""

    place = LineField(
        max_length=200, label=_("Plant"), help_text=_("Name and town, as the importer calls the site.")
    )
    planned_on = StrictDateField(label=_("Day of the visit"))
    asked_by = forms.ChoiceField(choices=Visit.AskedBy.choices, label=_("Asked for by"))
    purpose = TextField(max_length=2000, label=_("What is to be looked at"))
    lots = LotChoices(
        queryset=Lot.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Lots to weigh and count"),
        help_text=_("None chosen: whatever lies there under the certificate can be weighed."),
    )

    def __init__(self, *args: Any, lots: QuerySet[Lot], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["lots"].queryset = lots

    def answers(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class SampleForm(forms.Form):
    """What was weighed and counted in one place. What the ledger holds is not asked."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=32, initial=new_key)
    found_mg = KilogramField(min_mg=0, label=_("Weighed, kg"))
    found_pieces = StrictIntegerField(max_value=MOST_PIECES, label=_("Pieces counted"))
    remark = LineField(max_length=500, required=False, label=_("Remark"))

    def answers(self) -> dict[str, Any]:
        return {**self.cleaned_data, "remark": self.cleaned_data["remark"] or ""}


class FileForm(forms.Form):
    """A photograph or paper; its content is checked by `documents.uploads`."""

    file = forms.FileField(
        label=_("Photograph or paper"), help_text=_("PDF, PNG or JPEG, at most 10 MB."), allow_empty_file=True
    )
    caption = LineField(max_length=200, required=False, label=_("What it shows"))


class ConcludeForm(forms.Form):
    held_on = StrictDateField(label=_("Held on"))
    findings = TextField(max_length=4000, label=_("Findings"))


class RescheduleForm(forms.Form):
    planned_on = StrictDateField(label=_("Day of the visit"))
    reason = TextField(max_length=2000, label=_("Reason"))


class ActionForm(forms.Form):
    action = TextField(max_length=2000, label=_("What has to be done"))
    due_on = StrictDateField(label=_("Due on"))


class AnswerForm(forms.Form):
    answer = TextField(max_length=2000, label=_("What was done"))


class SendBackForm(forms.Form):
    due_on = StrictDateField(label=_("Due on"))
    reason = TextField(max_length=2000, label=_("Reason"))


class ReasonForm(forms.Form):
    reason = TextField(max_length=2000, label=_("Reason"))


STEPS: dict[str, type[forms.Form]] = {
    "conclude": ConcludeForm,
    "reschedule": RescheduleForm,
    "demand_action": ActionForm,
    "answer": AnswerForm,
    "send_back": SendBackForm,
    "close": ReasonForm,
    "cancel": ReasonForm,
}


class VisitFilterForm(forms.Form):
    """What the list of visits can be narrowed by."""

    status = forms.ChoiceField(required=False, label=_("Status"))
    overdue = forms.BooleanField(required=False, label=_("Overdue"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["status"].choices = [("", _("any")), *visit_law.LABELS.items()]
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
