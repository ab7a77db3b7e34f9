"""What a figure can be grouped by and narrowed to, as a filter bar; what people keep of figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ministry import comparing, naming, tables, warning
from ministry.bands import Days
from ministry.figuring import Figure
from ministry.models import DigestChoice, Rule, Total
from ministry.naming import Names

MOST_CHOICES = 500


class AskForm(forms.Form):
    """The figure's own dimensions; the values offered are those that occur."""

    def __init__(self, asked: Any, figure: Figure, names: Names) -> None:
        super().__init__(asked)
        groups = [(name, naming.label(figure.board, name)) for name in (*figure.periods, *figure.dims)]
        self.fields["group"] = forms.MultipleChoiceField(
            required=False,
            choices=groups,
            label=naming.PARAMETER_LABELS["group"],
            initial=figure.default,
            widget=forms.SelectMultiple(attrs={"size": 3}),
        )
        if "group" not in asked:
            self.data = self.data.copy()
            self.data.setlist("group", list(figure.default))
        if figure.periods:
            for name in ("from", "to"):
                widget = forms.DateInput(attrs={"type": "month"})
                label = naming.PARAMETER_LABELS[name]
                self.fields[name] = forms.CharField(required=False, label=label, widget=widget)
            ways = [("", _("nothing")), *comparing.WAYS.items()]
            self.fields["compare"] = forms.ChoiceField(
                required=False, label=naming.PARAMETER_LABELS["compare"], choices=ways
            )
        if figure.bands:
            self.fields["days"] = forms.ChoiceField(
                required=False,
                label=naming.PARAMETER_LABELS["days"],
                choices=_bands(figure, asked.get("days", ""), names),
            )
        for dim in figure.dims:
            self.fields[dim] = forms.ChoiceField(
                required=False, label=naming.label(figure.board, dim), choices=_choices(figure, dim, names)
            )
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it


def _bands(figure: Figure, asked: str, names: Names) -> list[tuple[str, str]]:
    """The bands of the figure, and the range that is asked for."""
    bands = [] if figure.bands is None else figure.bands.each
    codes = dict.fromkeys([*(f"{band}" for band in bands), *([asked] if Days.of(asked) else [])])
    return [("", _("any")), *((code, names.words(figure.board, "band", code)) for code in codes)]


def _choices(figure: Figure, dim: str, names: Names) -> list[tuple[str, str]]:
    """The values of a dimension that anything has, by their words."""
    totals = Total.objects.filter(board=figure.board, dims=dim, period="").exclude(n=0, quantity_mg=0)
    values = totals.values_list("a", flat=True)[:MOST_CHOICES]
    named = [(names.code(dim, value) or "-", names.words(figure.board, dim, value)) for value in values]
    return [("", _("any")), *sorted(named, key=lambda pair: pair[1].casefold())]


class SavedViewForm(forms.Form):
    name = forms.CharField(max_length=60, label=gettext_lazy("Name"))
    is_shared = forms.BooleanField(required=False, label=gettext_lazy("Colleagues here may see it"))


class DigestForm(forms.Form):
    figures = forms.ChoiceField(
        label=gettext_lazy("Figures: the overview as PDF, at nine o'clock, Indian time"),
        choices=DigestChoice.Every.choices,
    )


class RuleForm(forms.ModelForm):
    """Which number, beyond what, and who is told when not."""

    column = forms.ChoiceField(label=gettext_lazy("Number"))

    class Meta:
        model = Rule
        fields = ["column", "way", "threshold", "quiet_from", "quiet_to", "tells_everybody"]
        labels = {
            "way": gettext_lazy("Warn when it is"),
            "threshold": gettext_lazy("Threshold"),
            "quiet_from": gettext_lazy("Quiet from (India)"),
            "quiet_to": gettext_lazy("Quiet until"),
            "tells_everybody": gettext_lazy("Tell everybody here who reads figures"),
        }

    def __init__(self, *args: Any, figure: Figure, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["column"].choices = [(one.name, _weighed(one)) for one in warning.columns_of(figure)]
        self.fields["way"].choices = Rule.Way.choices

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("quiet_from"), found.get("quiet_to")
        if (first is None) != (last is None) and not self.errors:
            self.add_error("quiet_to" if last is None else "quiet_from", _("Say both hours, or none."))
        elif first is not None and first == last:
            self.add_error("quiet_to", _("Quiet hours end at another hour."))
        return found


def _weighed(column: tables.Column) -> str:
    """A number with the unit its threshold is in."""
    units = {tables.MILLIGRAMS: "kg", tables.RUPEES: "₹", tables.PERCENT: "%", tables.DAYS: _("days")}
    unit = units.get(column.unit)
    return f"{column.label} ({unit})" if unit else str(column.label)
