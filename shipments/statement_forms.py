"""Which months a statement is asked for."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc.models.certificate import today
from shipments.statement import Period

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


class PeriodForm(forms.Form):
    """One month, or the quarter that begins with it."""

    month = forms.CharField(
        max_length=7, label=gettext_lazy("Month"), help_text=gettext_lazy("For example 2026-11.")
    )
    months = forms.TypedChoiceField(
        coerce=int,
        choices=[(1, gettext_lazy("this month")), (3, gettext_lazy("three months from it"))],
        label=gettext_lazy("Period"),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it

    def clean_month(self) -> tuple[int, int]:
        found = MONTH.fullmatch(self.cleaned_data["month"].strip())
        if not found:
            raise ValidationError(_("Write the month as year and month, for example 2026-11."))
        return int(found[1]), int(found[2])

    def period(self) -> Period:
        return Period.of(*self.cleaned_data["month"], self.cleaned_data["months"])

    def query(self) -> str:
        """As it stands in addresses."""
        kept = QueryDict(mutable=True)
        kept.update({name: self.data.get(name, "") for name in self.fields})
        return kept.urlencode()


def asked(given: QueryDict) -> PeriodForm:
    """What was asked for; this month in India when nothing was."""
    data = given.copy()
    data.setdefault("month", f"{today():%Y-%m}")
    data.setdefault("months", "1")
    return PeriodForm(data)
