"""What people type beside the drafting pages: files, comments, the questions of a step, filters, verification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import (
    KilogramField,
    LineField,
    StrictDateField,
    StrictIntegerField,
    TextField,
)
from euc.drafting_forms import MOST_PIECES
from euc.kinds import EvidenceKind
from workflow.law import Step


class EvidenceForm(forms.Form):
    """One file and what it shows; the file's content is checked by `documents.uploads`."""

    kind = forms.ChoiceField(choices=EvidenceKind.choices, label=_("What it shows"))
    line = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label=_("Of which goods"), choices=()
    )
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, PNG, JPEG or XLSX, at most 10 MB."), allow_empty_file=True
    )

    def __init__(self, *args: Any, lines: Iterable[Any] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        named = [(line.number, f"{line.number}. {line.description[:60]}") for line in lines]
        cast(forms.TypedChoiceField, self.fields["line"]).choices = [("", _("all goods lines")), *named]


class SignedFileForm(forms.Form):
    """The sealed file with the importer's signature."""

    file = forms.FileField(
        label=_("Signed PDF"),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        allow_empty_file=True,
    )


class EsignForm(forms.Form):
    """The person's consent, without which nothing goes to the provider of eSign."""

    consent = forms.BooleanField(
        label=_(
            "I sign this certificate on behalf of the importer, and agree that its hash goes to the provider."
        ),
        error_messages={"required": _("Say that you agree.")},
    )


class DraftFileForm(forms.Form):
    """A file of orders to draft from."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=_(
            "CSV (UTF-8 or GBK) or XLSX, filled in after the template; at most 2,000 rows and 10 MB."
        ),
    )


class CommentForm(forms.Form):
    """A reviewer's remark on a field."""

    text = TextField(max_length=1000, label=_("Comment"), widget=forms.Textarea(attrs={"data-focus": True}))


class StepForm(forms.Form):
    """The questions one step asks; `seen_hash` binds a yes to the text that was on screen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, step: Step, subject: Any = None, **given: Any) -> None:
        super().__init__(*args, **given)
        if "concerns" in step.asks:
            promises = [row for row in subject.rows() if not row.clause.is_exception]
            self.fields["concerns"] = forms.MultipleChoiceField(
                choices=[(row.clause.code, row.clause.title_here) for row in promises],
                widget=forms.CheckboxSelectMultiple,
                label=_("Which promises were broken"),
            )
        if "reason" in step.asks:
            self.fields["reason"] = TextField(max_length=2000, label=_("Reason"))
        if "notice_seen" in step.asks:
            self.fields["notice_seen"] = forms.BooleanField(
                label=_("I have read the notice and the document, and I sign for my company.")
            )
        if step.verb == "repeal":
            self.fields["repealed_on"] = StrictDateField(
                label=_("Repealed from"),
                help_text=_("The first day, in China, on which it no longer counts."),
            )
        if step.verb == "issue":
            self.fields["valid_until"] = StrictDateField(
                label=_("Valid until"), help_text=_("Last day of validity, in India.")
            )

    def answers(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.fields}


class GiveUpForm(forms.Form):
    """How much of one goods line is given up, and why."""

    weight_mg = KilogramField(label=_("Net weight given up, in kg"))
    pieces = StrictIntegerField(required=False, max_value=MOST_PIECES, label=_("Pieces given up"))
    reason = LineField(max_length=500, label=_("Reason"))

    def answers(self) -> dict[str, Any]:
        return {**self.cleaned_data, "pieces": self.cleaned_data["pieces"] or 0}


class VerifyForm(forms.Form):
    """A reference with its code, or the file itself."""

    code = LineField(
        max_length=200,
        label=_("Verification code"),
        help_text=_("The 32 letters and digits printed under the QR code."),
    )


class UndertakingFilterForm(forms.Form):
    """What a list of undertakings can be narrowed by."""

    q = forms.CharField(required=False, max_length=100, label=_("Reference, exporter or importer"))
    status = forms.ChoiceField(required=False, label=_("Status"))
    period = forms.BooleanField(required=False, label=_("For a period"))

    def __init__(self, *args: Any, statuses: list[tuple[str, Any]], **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
        self.fields["status"].choices = [("", _("any")), *statuses]


class CertificateFilterForm(forms.Form):
    """What a list of certificates can be narrowed by."""

    q = forms.CharField(required=False, max_length=100, label=_("Reference, order, exporter or importer"))
    status = forms.ChoiceField(required=False, label=_("Status"))
    expiring = forms.BooleanField(required=False, label=_("Expire within 30 days"))

    def __init__(self, *args: Any, statuses: list[tuple[str, Any]], **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.is_needed = True  # a filter has nothing optional about it
        self.fields["status"].choices = [("", _("any")), *statuses]
