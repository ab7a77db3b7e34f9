"""An exporter's year of 2,000 cases with every fault, through every door: nothing lost, nothing wrong, nobody stuck.

What is sent, and how it is held against the rows, is in `licensing.simulating`.
"""

import json
import subprocess
import sys
import time

import django

from benchmarks import figures, places

NAME = "simulation"
CASES = figures.scaled(2000, least=5)
WRONG = {
    "lost": "reports lost",
    "kept_twice": "reports kept twice",
    "wrongly_kept": "reports kept that should not be",
    "disagreeing": "cases that stand where the rule does not put them",
    "stuck": "cases that nobody will ever be asked about",
}


def run() -> list[dict]:
    django.setup()
    return [row for engine in places.engines() for row in _on(engine)]


def _played(engine) -> dict:
    """What the command says; it ends with 1 where something is wrong, and that is judged below."""
    words = ("simulate_exporter", "--cases", str(CASES), "--seed", "2027", "--faults", "all")
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(
        command, cwd=places.ROOT, env=places.env(engine, NAME), capture_output=True, text=True
    )
    if done.returncode not in {0, 1} or not done.stdout:
        raise RuntimeError(done.stderr[-4000:])
    return dict(json.loads(done.stdout))


def _on(engine) -> list[dict]:
    places.prepared(engine, NAME)
    begun = time.perf_counter()
    said = _played(engine)
    seconds = time.perf_counter() - begun
    return [
        figures.told(f"{engine.label}: cases of the year", said["cases"], "cases"),
        figures.told(f"{engine.label}: reports sent", said["sent"], "reports"),
        figures.told(f"{engine.label}: kept", said["kept"], "reports"),
        figures.told(f"{engine.label}: refused with a reason", said["refused"], "reports"),
        figures.told(f"{engine.label}: the year took", seconds, "s"),
        figures.told(f"{engine.label}: for each report", seconds * 1000 / said["sent"], "ms"),
        *(
            figures.at_most(f"{engine.label}: {words}", len(said[name]), "", 0)
            for name, words in WRONG.items()
        ),
    ]
