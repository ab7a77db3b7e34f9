"""What officers type about a limit of signals."""

from __future__ import annotations

from typing import Any

from django.forms import ChoiceField, IntegerField
from django.utils.translation import gettext_lazy as _

from euc.dated_forms import DatedForm
from euc.models.dated import Dated
from euc.rule_forms import section, side_by_side
from shipments.models import SignalLimit
from shipments.models.signal import MOST


class SignalLimitForm(DatedForm):
    """One limit. What it is for stays in all its versions."""

    kind = ChoiceField(choices=SignalLimit.Kind.choices, label=_("What it is for"))
    value = IntegerField(min_value=1, max_value=MOST, label=_("Limit"))

    def __init__(self, *args: Any, predecessor: Dated | None = None, **given: Any) -> None:
        super().__init__(*args, predecessor=predecessor, **given)
        if predecessor is not None:
            self.fields["kind"].disabled = True

    def sections(self, head: list[str]) -> list[Any]:
        return [section(_("From where on"), *head, side_by_side("kind", "value"))]
