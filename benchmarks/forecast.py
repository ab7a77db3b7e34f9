"""Is the forecast honest? On generated histories its 80 % range must hold for 75 to 85 % of new granted cases.

Waiting times are lognormal, some cases are refused, some are still pending when the history is read. Nothing of the
generator is known to the forecast.
"""

import random
import statistics

from benchmarks import figures
from licensing.forecasting import GRANTED, OTHERWISE, PENDING, Case, forecast

NAME = "forecast"
HISTORIES, NEW_CASES = figures.scaled(400, least=20), 40
SIZES = (30, 100, 400)
REFUSED = 0.15


def run() -> list[dict]:
    chance = random.Random(20261127)
    rows = []
    for size in SIZES:
        inside, medians = [], []
        for _ in range(HISTORIES):
            middle, spread = chance.uniform(3.3, 4.2), chance.uniform(0.25, 0.6)
            found = forecast([case(chance, middle, spread) for _ in range(size)])
            if found.is_withheld or found.low is None or found.high is None or found.median is None:
                continue
            new = [duration(chance, middle, spread) for _ in range(NEW_CASES)]
            inside.append(sum(found.low <= days <= found.high for days in new) / len(new))
            medians.append(sum(days <= found.median for days in new) / len(new))
        share = statistics.mean(inside)
        rows += [
            figures.told(
                f"forecast, {size} cases: histories with a forecast", len(inside) / HISTORIES, "share"
            ),
            figures.told(f"forecast, {size} cases: granted by the median", statistics.mean(medians), "share"),
            figures.at_least(
                f"forecast, {size} cases: inside the 80 % range, at least", share, "share", 0.75
            ),
            figures.at_most(f"forecast, {size} cases: inside the 80 % range, at most", share, "share", 0.85),
        ]
    return rows


def duration(chance: random.Random, middle: float, spread: float) -> int:
    return max(1, round(chance.lognormvariate(middle, spread)))


def case(chance: random.Random, middle: float, spread: float) -> Case:
    """One case of the past three years, as it stands today."""
    days, begun = duration(chance, middle, spread), chance.randint(1, 1000)
    outcome = OTHERWISE if chance.random() < REFUSED else GRANTED
    return Case(days, outcome) if days <= begun else Case(begun, PENDING)
