"""What is asked about a file of consignments: the file, what its columns mean, and what to do with bad rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shipments import import_columns
from shipments.models import ImportFile

WHOLE, SKIP = "whole", "skip"


class ImportFileForm(forms.Form):
    """A file of consignments."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=gettext_lazy(
            "CSV (UTF-8, UTF-16 or GBK) of at most 100,000 rows, or XLSX of at most 10,000; at most 10 MB."
        ),
    )


class MappingForm(forms.Form):
    """A select for each column of the file, and the choice between all or nothing and what holds."""

    bad_rows = forms.ChoiceField(
        choices=[
            (
                WHOLE,
                gettext_lazy("All or nothing: every row is checked first; one that does not hold stops all"),
            ),
            (SKIP, gettext_lazy("Skip invoices with rows that do not hold, and plan the others")),
        ],
        widget=forms.RadioSelect,
        label=gettext_lazy("Rows that do not hold"),
    )

    def __init__(self, *args: Any, file: ImportFile, **given: Any) -> None:
        super().__init__(*args, **given)
        self.file = file
        labels = [(name, f"{label} ({name})") for name, label in import_columns.LABELS.items()]
        self.fields["bad_rows"].initial = WHOLE
        for place, column in enumerate(file.columns):
            self.fields[self._name(place)] = forms.ChoiceField(
                required=False,
                choices=[("", _("not used")), *labels],
                label=column,
                initial=file.mapping.get(column, ""),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @staticmethod
    def _name(place: int) -> str:
        return f"column-{place}"

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each column with its select and its first texts."""
        return [
            {
                "column": column,
                "select": self[self._name(place)],
                "texts": [cells[place] for _row, cells in self.file.first_rows if place < len(cells)],
            }
            for place, column in enumerate(self.file.columns)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for place in range(len(self.file.columns)):
            means = cleaned.get(self._name(place))
            if means and means in seen:
                self.add_error(self._name(place), _("Another column means this already."))
            seen.add(means or "")
        lacking = import_columns.lacking({str(n): name for n, name in enumerate(seen)})
        if lacking and not self.errors:
            names = ", ".join(str(import_columns.LABELS[name]) for name in lacking)
            self.add_error(None, _("No column is chosen for: %(names)s.") % {"names": names})
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What `import_files.start` takes."""
        mapping = {
            column: self.cleaned_data[self._name(place)] for place, column in enumerate(self.file.columns)
        }
        return {"mapping": mapping, "skips_bad": self.cleaned_data["bad_rows"] == SKIP}
