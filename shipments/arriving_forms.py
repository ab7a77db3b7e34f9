"""What is asked about arriving documents: a file, the goods line of each item, why one is set aside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import LineField
from shipments.matching import Proposal
from shipments.models import ArrivingDocument


class DocumentFileForm(forms.Form):
    """A file of invoices, packing lists or Bills of Entry."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.json,.txt"}),
        help_text=gettext_lazy("CSV, XLSX, JSON or a flat record, at most 2,000 lines of goods and 10 MB."),
    )


class FilterForm(forms.Form):
    """What the list can be narrowed by."""

    state = forms.ChoiceField(required=False, label=gettext_lazy("Status"))
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Document"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, choices in (("state", ArrivingDocument.State), ("kind", ArrivingDocument.Kind)):
            self.fields[name].choices = [("", _("any")), *choices.choices]
            self.fields[name].is_needed = True  # a filter has nothing optional about it


class LinesForm(forms.Form):
    """The goods line of the certificate that each item of the document is taken for."""

    def __init__(self, *args: Any, proposal: Proposal, **given: Any) -> None:
        super().__init__(*args, **given)
        goods = [
            (str(line.number), f"{line.number} · {line.description}")
            for line in proposal.certificate.goods.all()
        ]
        for number, one in enumerate(proposal.items, start=1):
            label = one.item.description or _("Item %(number)d") % {"number": number}
            self.fields[f"line-{number}"] = forms.ChoiceField(
                choices=[("", "–"), *goods],
                label=_("Goods line of “%(item)s”") % {"item": label[:80]},
                initial=str(one.line.number) if one.line else "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def lines(self) -> list[int]:
        return [int(self.cleaned_data[name]) for name in self.fields]


class AsideForm(forms.Form):
    reason = LineField(max_length=500, label=gettext_lazy("Reason"))
