"""What truly happens to applications: stations with their days in China, from filing to one of the known ends."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from licensing import stations

Step = tuple[str, date]


@dataclass(frozen=True)
class Course:
    """One application: its steps, the days of its licence (0 without one), whether it is filed again."""

    steps: tuple[Step, ...]
    licence_days: int = 0
    is_filed_again: bool = False

    @property
    def end(self) -> Step | None:
        """The last step, where it ends the case."""
        return self.steps[-1] if self.steps[-1][0] in stations.ENDS else None


class _Drawn:
    """A course while it is drawn, day after day."""

    def __init__(self, chance: random.Random, first: date) -> None:
        self.chance, self.day, self.steps = chance, first, list[Step]()

    def goes_to(self, station: str, least: int, most: int) -> None:
        self.day += timedelta(days=self.chance.randint(least, most))
        self.steps.append((station, self.day))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share


def course(chance: random.Random, first: date) -> Course:
    """A course from its filing, on or soon after this day."""
    drawn = _Drawn(chance, first)
    drawn.goes_to(stations.FILED, 0, 5)
    drawn.goes_to(stations.PROVINCE, 0, 6)
    if drawn.happens(0.15):
        drawn.goes_to(stations.CORRECTION, 1, 5)
        if drawn.happens(0.3):
            return _came_to_nothing(drawn, stations.NOT_ACCEPTED)
        drawn.goes_to(stations.PROVINCE, 1, 8)
    if drawn.happens(0.06):
        return _came_to_nothing(drawn, stations.WITHDRAWN)
    drawn.goes_to(stations.ACCEPTED, 1, 12)
    _review(drawn)
    if drawn.happens(0.14):
        return _came_to_nothing(drawn, stations.REFUSED)
    drawn.goes_to(stations.APPROVED, 0, 4)
    drawn.goes_to(stations.ISSUED, 0, 7)
    return _with_licence(drawn)


def _came_to_nothing(drawn: _Drawn, end: str) -> Course:
    drawn.goes_to(end, 1, 12)
    return Course(tuple(drawn.steps), is_filed_again=drawn.happens(0.6))


def _review(drawn: _Drawn) -> None:
    if drawn.happens(0.5):
        drawn.goes_to(stations.REVIEW, 0, 5)
    if drawn.happens(0.25):
        drawn.goes_to(stations.PAUSED, 3, 15)
        drawn.goes_to(stations.REVIEW, 3, 10)
    if drawn.happens(0.05):
        drawn.goes_to(stations.REFERRED, 2, 10)
    drawn.day += timedelta(days=min(round(drawn.chance.lognormvariate(2.9, 0.4)), 50))


def _with_licence(drawn: _Drawn) -> Course:
    """What happens to a licence until it allows nothing more; of one that ends by its own last day nobody tells."""
    if drawn.happens(0.1):
        drawn.goes_to(stations.AMENDING, 2, 10)
        drawn.goes_to(stations.ISSUED, 3, 12)
    if drawn.happens(0.12):
        drawn.goes_to(stations.SUSPENDED, 2, 10)
        if drawn.happens(0.2):
            drawn.goes_to(stations.REVOKED, 2, 10)
            return Course(tuple(drawn.steps), 180)
        drawn.goes_to(stations.ISSUED, 2, 10)
    if drawn.happens(0.25):
        return Course(tuple(drawn.steps), drawn.chance.randint(20, 60))
    drawn.goes_to(stations.USED_UP if drawn.happens(0.8) else stations.SURRENDERED, 1, 40)
    return Course(tuple(drawn.steps), 180)
