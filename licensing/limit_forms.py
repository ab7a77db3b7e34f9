"""What officers type about a time limit."""

from __future__ import annotations

from typing import Any

from django.forms import ChoiceField, IntegerField
from django.utils.translation import gettext_lazy as _

from euc.dated_forms import DatedForm
from euc.models.dated import Dated
from euc.rule_forms import section, side_by_side
from licensing.models import TimeLimit
from licensing.models.limit import MOST_DAYS


class LimitForm(DatedForm):
    """One time limit. What it is for stays in all its versions."""

    kind = ChoiceField(choices=TimeLimit.Kind.choices, label=_("What it is for"))
    working_days = IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        label=_("Working days in China"),
        help_text=_("The first day is not counted."),
    )

    def __init__(self, *args: Any, predecessor: Dated | None = None, **given: Any) -> None:
        super().__init__(*args, predecessor=predecessor, **given)
        if predecessor is not None:
            self.fields["kind"].disabled = True

    def sections(self, head: list[str]) -> list[Any]:
        return [section(_("How long it is"), *head, side_by_side("kind", "working_days"))]
