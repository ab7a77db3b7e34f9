"""What others have published of the trade, to be read beside our figures: with scope, source and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Published:
    """One published figure: milligrams and whole rupees; `doubt` is empty where the source was read."""

    year: str
    quantity_mg: int
    value_inr: int
    scope: Any
    source: str
    doubt: Any = ""


TONNE = 10**9
TRADE = (
    Published(
        "2024-25",
        870 * TONNE,
        306 * 10**7,
        _("Rare-earth magnets imported into India, by industry; wider than what is certified here."),
        "Society of Indian Automobile Manufacturers, as reported by The Economic Times, 2025",
        _("The weight was read in the report; the value was not seen again."),
    ),
)
