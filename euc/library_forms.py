"""The shape of what officers type about clauses and policies, and of the day a reader asks about."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django.core.exceptions import ValidationError
from django.forms import BooleanField, ChoiceField, Form
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField, StrictDateField, TextField
from documents import fonts
from euc.kinds import Template
from euc.models import Clause, Policy
from euc.rule_forms import DayForm, side_by_side

PARTY = "{party}"
TEXTS = ("text_en", "text_zh", "text_hi")
TITLES = ("title", "title_zh", "title_hi")
COPIED = ("kind", "names", *TITLES, *TEXTS, "basis", "consent_authority", "confidence")


class LibraryForm(DayForm):
    """The day, and the authority where there are several."""

    def __init__(self, *args: Any, authorities: list[Any], **given: Any) -> None:
        super().__init__(*args, **given)
        if len(authorities) > 1:
            names = [(str(one.pk), one.name) for one in authorities]
            self.fields["authority"] = ChoiceField(
                required=False, choices=[("", _("none in particular")), *names], label=_("Addressed to")
            )

    def authority_id(self) -> int | None:
        return int(chosen) if (chosen := self.cleaned_data.get("authority")) else None


class ClauseForm(Form):
    """One clause in three languages. A clause in use is replaced by proposing its next version."""

    code = LineField(
        max_length=30,
        label=_("Short name"),
        help_text=_(
            "Capital letters, digits and underscores, for example NO_TRANSFER. It stays for all versions."
        ),
    )
    kind = ChoiceField(choices=Clause.Kind.choices, label=_("Kind"))
    names = ChoiceField(
        required=False,
        choices=Clause.Names.choices,
        label=_("It names"),
        help_text=_("Write {party} in each text where the name is to stand."),
    )
    title = LineField(max_length=120, label=_("Title"))
    title_zh = LineField(max_length=120, required=False, label=_("Title in Chinese"))
    title_hi = LineField(max_length=120, required=False, label=_("Title in Hindi"))
    text_en = TextField(max_length=2000, label=_("Text in English"))
    text_zh = TextField(max_length=2000, label=_("Text in Chinese"))
    text_hi = TextField(max_length=2000, label=_("Text in Hindi"))
    basis = LineField(
        max_length=300, label=_("Basis"), help_text=_("The law, form or practice it comes from.")
    )
    consent_authority = LineField(
        max_length=120,
        required=False,
        label=_("Consent is given by"),
        help_text=_("Who may allow an exception. Two authorities are two clauses."),
    )
    confidence = LineField(max_length=200, required=False, label=_("Doubts, in words"))
    effective_from = StrictDateField(
        label=_("Counts from"), help_text=_("In India; at the earliest the day it is adopted.")
    )
    own = BooleanField(required=False, label=_("Only for papers addressed to my authority"))

    def __init__(self, *args: Any, predecessor: Clause | None = None, **given: Any) -> None:
        if predecessor is not None:
            given["initial"] = {name: getattr(predecessor, name) for name in COPIED}
        super().__init__(*args, **given)
        if predecessor is not None:
            del self.fields["code"], self.fields["own"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        head, tail = (["code"], ["own"]) if predecessor is None else ([], [])
        self.helper.layout = Layout(
            Fieldset(_("The clause"), *head, side_by_side("kind", "names"), "title",
                     side_by_side("title_zh", "title_hi"), css_class="form-section"),
            Fieldset(_("Its words"), *TEXTS, css_class="form-section"),
            Fieldset(_("Where it comes from"), "basis", "consent_authority", "confidence", "effective_from", *tail,
                     css_class="form-section"),
        )  # fmt: skip

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not (code.isascii() and code.replace("_", "").isalnum() and code == code.upper()):
            raise ValidationError(_("Capital letters, digits and underscores only."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in (*TITLES, *TEXTS):
            if signs := fonts.unprintable(cleaned.get(name) or ""):
                text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
                self.add_error(name, text % {"signs": " ".join(signs[:20])})
        for name in TEXTS:
            if name in cleaned and (PARTY in cleaned[name]) != bool(cleaned.get("names")):
                self.add_error(name, _("{party} stands in each text exactly when the clause names somebody."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """Cleaned columns of the clause, without its short name and whose it is."""
        kept = {name: self.cleaned_data[name] or "" for name in COPIED}
        return kept | {"effective_from": self.cleaned_data["effective_from"]}


class PolicyForm(Form):
    """Whether a clause is required, offered or off, in which paper and from when on."""

    template = ChoiceField(
        required=False, choices=[("", _("every paper")), *Template.choices], label=_("Paper")
    )
    stance = ChoiceField(choices=Policy.Stance.choices, label=_("The clause is"))
    effective_from = StrictDateField(
        label=_("Counts from"), help_text=_("In India; at the earliest the day it is adopted.")
    )
    source = LineField(max_length=300, label=_("Source"), help_text=_("The order or the reason it rests on."))
    doubt = TextField(max_length=1000, required=False, label=_("Doubts, in words"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def columns(self) -> dict[str, Any]:
        return {name: "" if value is None else value for name, value in self.cleaned_data.items()}
