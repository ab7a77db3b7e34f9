"""What a figure can be grouped by and narrowed to, as a filter bar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ministry import comparing
from ministry.figures import Figure
from ministry.models import Total
from ministry.naming import DIMENSION_LABELS, Names

MOST_CHOICES = 500


class AskForm(forms.Form):
    """The figure's own dimensions; the values offered are those that occur."""

    def __init__(self, asked: Any, figure: Figure, names: Names) -> None:
        super().__init__(asked)
        groups = [(name, DIMENSION_LABELS[name]) for name in (*figure.periods, *figure.dims)]
        self.fields["group"] = forms.MultipleChoiceField(
            required=False,
            choices=groups,
            label=gettext_lazy("Group by"),
            initial=figure.default,
            widget=forms.SelectMultiple(attrs={"size": 3}),
        )
        if "group" not in asked:
            self.data = self.data.copy()
            self.data.setlist("group", list(figure.default))
        if figure.periods:
            for name, label in (("from", gettext_lazy("From month")), ("to", gettext_lazy("To month"))):
                widget = forms.DateInput(attrs={"type": "month"})
                self.fields[name] = forms.CharField(required=False, label=label, widget=widget)
            ways = [("", _("nothing")), *comparing.WAYS.items()]
            self.fields["compare"] = forms.ChoiceField(
                required=False, label=gettext_lazy("Compare with"), choices=ways
            )
        for dim in figure.dims:
            self.fields[dim] = forms.ChoiceField(
                required=False, label=DIMENSION_LABELS[dim], choices=_choices(figure, dim, names)
            )
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it


def _choices(figure: Figure, dim: str, names: Names) -> list[tuple[str, str]]:
    """The values of a dimension that anything has, by their words."""
    totals = Total.objects.filter(board=figure.board, dims=dim, period="").exclude(n=0, quantity_mg=0)
    values = totals.values_list("a", flat=True)[:MOST_CHOICES]
    named = [(names.code(dim, value) or "-", names.words(figure.board, dim, value)) for value in values]
    return [("", _("any")), *sorted(named, key=lambda pair: pair[1].casefold())]
