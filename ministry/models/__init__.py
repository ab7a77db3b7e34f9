"""What is stored of figures: facts, the totals they add up to, and what is still to be added."""

from ministry.models.kept import Fact, Fold, Pointer, Total

__all__ = ["Fact", "Fold", "Pointer", "Total"]
