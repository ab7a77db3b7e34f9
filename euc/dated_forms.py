"""What officers type about dated rows: the part that all kinds share, and the quality checks."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.core.exceptions import ValidationError
from django.forms import BooleanField, ChoiceField, Form
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField, StrictDateField, StrictDecimalField, TextField
from euc import quality
from euc.kinds import EvidenceKind
from euc.models import QualityRule
from euc.models.dated import Dated
from euc.quality_words import EVIDENCE_CHECKS
from euc.rule_forms import CODE, section, side_by_side

MOST_WORDS, LONGEST_WORD = 300, 80


class DatedForm(Form):
    """Days, source and certainty of one version. One in use is replaced by proposing its next version."""

    code = LineField(
        max_length=40,
        label=_("Short name"),
        help_text=_(
            "Capital letters, digits and hyphens, for example CAPACITY-2. It stays for all versions."
        ),
    )
    effective_from = StrictDateField(
        min_year=2020, max_year=2040, label=_("Counts from"), help_text=_("The first day, in India.")
    )
    source = LineField(max_length=300, label=_("Source"))
    source_url = LineField(max_length=300, required=False, label=_("Address of the source"))
    confidence = ChoiceField(choices=Dated.Confidence.choices, label=_("Confidence"))
    confirmed = BooleanField(required=False, label=_("Checked against the official text"))
    doubt = TextField(max_length=1000, required=False, label=_("Doubts, in words"))

    def __init__(self, *args: Any, predecessor: Dated | None = None, **given: Any) -> None:
        if predecessor is not None:
            given["initial"] = self.initial_of(predecessor)
        super().__init__(*args, **given)
        self.predecessor = predecessor
        if predecessor is not None:
            del self.fields["code"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        head = ["code"] if predecessor is None else []
        self.helper.layout = Layout(
            *self.sections(head),
            section(
                _("Where it comes from"),
                side_by_side("effective_from", "confidence"),
                side_by_side("source", "source_url"),
                "confirmed",
                "doubt",
            ),
        )

    def sections(self, head: list[str]) -> list[Any]:
        """The fields of this kind of row, `head` first."""
        raise NotImplementedError

    def initial_of(self, row: Dated) -> dict[str, Any]:
        """What the next version starts with; that it was checked is for its proposer to say anew."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)} | {
            "confirmed": False
        }

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise ValidationError(_("Capital letters, digits and single hyphens only."))
        return code

    def clean_effective_from(self) -> date:
        first = self.cleaned_data["effective_from"]
        if self.predecessor is not None and first <= self.predecessor.effective_from:
            raise ValidationError(_("The next version must begin after the one it replaces."))
        return first

    def columns(self) -> dict[str, Any]:
        """Cleaned columns of the row, without its short name."""
        kept = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        return {
            name: "" if value is None and name in {"source_url", "doubt"} else value
            for name, value in kept.items()
        }


class QualityForm(DatedForm):
    """One quality check, or one band of it."""

    check_code = ChoiceField(choices=QualityRule._meta.get_field("check_code").choices, label=_("Check"))
    family = ChoiceField(
        required=False,
        choices=[("", _("all families")), *QualityRule._meta.get_field("family").choices],
        label=_("Magnet family"),
    )
    severity = ChoiceField(choices=QualityRule.Severity.choices, label=_("What it finds"))
    words = TextField(
        max_length=20_000,
        required=False,
        label=_("Words"),
        help_text=_(
            "One a line; also Chinese and Hindi. For evidence the kinds, such as CONTRACT; "
            "for terms “dysprosium = 镝”."
        ),
    )
    low = StrictDecimalField(
        required=False,
        min_value=0,
        max_value=10**9,
        decimal_places=2,
        label=_("Lower limit"),
        help_text=_("USD a kilogram, characters, or memory layers, as the check has it."),
    )
    high = StrictDecimalField(
        required=False,
        min_value=0,
        max_value=10**9,
        decimal_places=2,
        label=_("Upper limit"),
        help_text=_("USD a kilogram, nanometres, or per cent of the need, as the check has it."),
    )

    def sections(self, head: list[str]) -> list[Any]:
        fields = (
            *head,
            side_by_side("check_code", "family", "severity"),
            "words",
            side_by_side("low", "high"),
        )
        return [section(_("What it looks for"), *fields)]

    def initial_of(self, row: Dated) -> dict[str, Any]:
        return super().initial_of(row) | {"words": "\n".join(row.words)}

    def clean_words(self) -> list[str]:
        words = [word.strip() for word in (self.cleaned_data["words"] or "").splitlines()]
        words = list(dict.fromkeys(word for word in words if word))
        if len(words) > MOST_WORDS:
            raise ValidationError(_now("At most %(count)d words.") % {"count": MOST_WORDS})
        for word in words:
            if len(word) > LONGEST_WORD:
                raise ValidationError(_now("“%(word)s” is too long.") % {"word": word[:LONGEST_WORD]})
        return words

    def _refuse_unreadable_words(self, check: str, words: list[str]) -> None:
        """Words that the check could not read are refused beside their field."""
        for word in words:
            if check in EVIDENCE_CHECKS and word not in EvidenceKind.values:
                known = ", ".join(EvidenceKind.values)
                said = _now("“%(word)s” is no kind of evidence; there are: %(known)s.")
                self.add_error("words", said % {"word": word, "known": known})
            if check == "GLOSSARY" and not all(quality.entry(word)):
                said = _now("“%(word)s” is no term with its Chinese; write “term = 中文”.")
                self.add_error("words", said % {"word": word})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_unreadable_words(cleaned.get("check_code") or "", cleaned.get("words") or [])
        low, high = cleaned.get("low"), cleaned.get("high")
        if cleaned.get("check_code") == "UNIT_VALUE":
            if not cleaned.get("family"):
                self.add_error("family", _("A band of unit values belongs to one family."))
            if low is not None and high is not None and low > high:
                self.add_error("high", _("The upper limit is below the lower one."))
        return cleaned


class AnswerForm(Form):
    """What the importer says to one finding."""

    def __init__(self, *args: Any, fingerprint: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields[f"answer-{fingerprint}"] = TextField(max_length=1000, label=_("Explanation"))
