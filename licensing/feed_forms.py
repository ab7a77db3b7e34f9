"""What is typed about a feed: a source, a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField
from licensing.models import FeedSource

INTERVALS = [
    (15, _("every 15 minutes")),
    (60, _("every hour")),
    (360, _("every six hours")),
    (1440, _("once a day")),
]


class FeedForm(forms.Form):
    name = LineField(
        max_length=100, label=_("Name"), help_text=_("How you call this source, for example the exporter.")
    )
    exporter_name = LineField(
        max_length=200,
        label=_("Exporter"),
        help_text=_(
            "As issued certificates name it. The source reports on this exporter's applications only."
        ),
    )
    kind = forms.ChoiceField(
        choices=FeedSource.Kind,
        initial=FeedSource.Kind.HTTP,
        label=_("How it reports"),
        widget=forms.RadioSelect,
        help_text=_("This cannot be changed later."),
    )
    url = LineField(
        max_length=1000,
        required=False,
        label=_("Address"),
        help_text=_("Only if we ask an address: it begins with https:// and answers with JSON."),
    )
    minutes = forms.TypedChoiceField(
        choices=INTERVALS,
        coerce=int,
        initial=60,
        label=_("How often it is asked"),
        help_text=_("Only if we ask an address."),
    )

    def __init__(self, *args: Any, source: FeedSource | None = None, **given: Any) -> None:
        if source is not None:
            given["initial"] = {name: getattr(source, name) for name in self.base_fields}
        super().__init__(*args, **given)
        self.fields["exporter_name"].widget.attrs["list"] = "exporters"
        self.fields["url"].is_needed = True  # whether it is follows from the kind, and its help says so
        if source is None:
            return
        del self.fields["kind"]
        if source.kind != FeedSource.Kind.HTTP:
            del self.fields["url"], self.fields["minutes"]

    def answers(self) -> dict[str, Any]:
        given = {**self.cleaned_data}
        if "url" in given:
            given["url"] = given["url"] or ""
        return given


class FeedFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, at most 10 MB and 20,000 records. Rows that were sent before change nothing."
        ),
    )
