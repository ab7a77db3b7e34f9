"""How long a licence takes: Kaplan-Meier over cases, pending ones censored, refused and withdrawn ones competing.

Pure: durations in calendar days come in. The chance to be granted within t days is the cumulative incidence of grants
(Aalen-Johansen), so that refusals lower it instead of being counted as waiting on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

GRANTED, OTHERWISE, PENDING = "GRANTED", "OTHERWISE", "PENDING"
LEAST_CASES = 12  # grants below which nothing is forecast


@dataclass(frozen=True)
class Case:
    """One case: how many days until it was granted, ended otherwise, or until today while it is pending."""

    days: int
    outcome: str


@dataclass(frozen=True)
class Forecast:
    """Days to a grant: of half, a tenth and nine tenths of those granted; None where the history ends before."""

    cases: int
    granted: int
    median: int | None
    low: int | None
    high: int | None
    grant_share: float

    @property
    def is_withheld(self) -> bool:
        return self.granted < LEAST_CASES


def incidence(cases: Sequence[Case]) -> list[tuple[int, float]]:
    """(days, chance to be granted by then), a step for each day on which somebody was granted."""
    at_risk, alive, granted = len(cases), 1.0, 0.0
    steps: list[tuple[int, float]] = []
    outcomes: dict[int, list[str]] = defaultdict(list)
    for case in cases:
        outcomes[case.days].append(case.outcome)
    for days, here in sorted(outcomes.items()):
        grants = here.count(GRANTED)
        ends = len(here) - here.count(PENDING)
        if grants:
            granted += alive * grants / at_risk
            steps.append((days, granted))
        alive *= 1 - ends / at_risk
        at_risk -= len(here)
    return steps


def forecast(cases: Sequence[Case], *, waited: int = 0) -> Forecast:
    """The forecast for a case that has waited so many days already; the chances are among those still granted."""
    steps = incidence(cases)
    before = max((chance for days, chance in steps if days <= waited), default=0.0)
    total = steps[-1][1] if steps else 0.0
    to_come = total - before

    def quantile(share: float) -> int | None:
        wanted = before + share * to_come
        return next((days for days, chance in steps if days > waited and chance >= wanted - 1e-12), None)

    granted = sum(case.outcome == GRANTED for case in cases)
    if to_come <= 0:
        return Forecast(len(cases), granted, None, None, None, 0.0)
    return Forecast(len(cases), granted, quantile(0.5), quantile(0.1), quantile(0.9), round(total, 3))
