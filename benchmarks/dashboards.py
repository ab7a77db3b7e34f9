"""Figures of a small and of a large installation, what keeping them costs a writer, and rows taken away.

What is asked and timed is in `asking`.
"""

import json

import django

from benchmarks import figures, places

SMALL, TIMES = figures.scaled(1000, least=20), 10
MOST_TIMES = 1.2


def run() -> list[dict]:
    django.setup()
    rows = []
    for engine in places.engines():
        places.prepared(engine, "small")
        engine.copy("small", "large")
        found = {}
        for name, count in (("small", SMALL), ("large", SMALL * TIMES)):
            places.manage(engine, name, "generate", "--certificates", str(count), "--years", "3")
            said = places.python(engine, name, "-m", "benchmarks.asking")
            found[name] = json.loads(said.splitlines()[-1])
        rows += judged(engine.label, found["small"], found["large"])
    return rows


def judged(label: str, small: dict, large: dict) -> list[dict]:
    """The figures of both sizes against each other, and those of the large one against what stands beside them."""
    worst = max(large["figures"][name] / small["figures"][name] for name in large["figures"])

    def against(first: str, second: str) -> float:
        return large[first] / large[second]

    at_most, told = figures.at_most, figures.told
    return [
        at_most(f"{label}: all figures, ten times as many", large["all"] / small["all"], "ratio", MOST_TIMES),
        told(f"{label}: the figure that grew most", worst, "ratio"),
        at_most(f"{label}: kept figure to bare SQL over totals", against("kept", "bare"), "ratio", 3),
        told(f"{label}: the ORM over tables to the kept figure", against("naive", "kept"), "times"),
        at_most(f"{label}: overview, 95 of 100 within", large["overview"] * 1000, "ms", 300),
        at_most(f"{label}: posting with pointer to one without", against("with", "without"), "ratio", 1.5),
        at_most(
            f"{label}: rows as CSV to COPY (SQLite: bare SQL as CSV)", against("csv", "bare_csv"), "ratio", 3
        ),
    ]
