"""What the queue can be narrowed and sorted by, and what is done with the rows that were ticked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import LineField
from accounts.models import User
from euc import workflow

MINE, NOBODY = "mine", "nobody"
ORDERS = {
    "risk": ("-risk", "submitted_at", "id"),
    "oldest": ("submitted_at", "id"),
    "newest": ("-submitted_at", "-id"),
}
STAGES = {"review": workflow.SUBMITTED, "issue": workflow.APPROVED}


class QueueFilterForm(forms.Form):
    """Everything stands in the address; what makes no sense there is left out."""

    who = forms.ChoiceField(
        required=False,
        label=_("Assigned to"),
        choices=[("", _("anybody")), (MINE, _("me")), (NOBODY, _("nobody yet"))],
    )
    sort = forms.ChoiceField(
        required=False,
        label=_("Order"),
        choices=[
            ("", _("riskiest first")),
            ("oldest", _("longest waiting first")),
            ("newest", _("newest first")),
        ],
    )
    overdue = forms.BooleanField(required=False, label=_("Waiting for more than a week"))
    risk = forms.BooleanField(required=False, label=_("Risk of 40 or more"))

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
        stages = [(stage, stage) for stage in STAGES]
        self.fields["for"] = forms.ChoiceField(required=False, choices=stages, widget=forms.HiddenInput)
        self.full_clean()

    @property
    def stage(self) -> str:
        return self.cleaned_data.get("for") or "review"

    def query(self) -> str:
        """What holds of what was asked, as an address spells it, in one order."""
        said = {name: self.cleaned_data.get(name) for name in sorted(self.fields)}
        return urlencode({name: "on" if value is True else value for name, value in said.items() if value})


class AssignForm(forms.Form):
    """To whom: a colleague by number, or nobody."""

    to = forms.TypedChoiceField(label=_("Assign to"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, colleagues: list[User], me: User, **given: Any) -> None:
        super().__init__(*args, **given)
        others = [(person.pk, str(person)) for person in colleagues if person.pk != me.pk]
        self.fields["to"].choices = [(me.pk, _("me")), *others, ("", _("nobody"))]
        self.fields["to"].is_needed = True
        self.fields["to"].initial = me.pk


class SavedFilterForm(forms.Form):
    name = LineField(max_length=40, label=pgettext_lazy("of a filter", "Name"))
