"""What is stored of figures: facts, the totals they add up to, what is still to be added, and what people ask for."""

from ministry.models.exports import Export
from ministry.models.kept import Fact, Fold, Pointer, Total
from ministry.models.watching import Crossing, DigestChoice, Rule, SavedView

__all__ = [
    "Crossing",
    "DigestChoice",
    "Export",
    "Fact",
    "Fold",
    "Pointer",
    "Rule",
    "SavedView",
    "Total",
]
