"""Two databases of one engine: a thousand certificates and a hundred thousand, otherwise alike."""

import sys
import time

from benchmarks import figures, places

SMALL, LARGE = "small", "large"


def counts() -> dict[str, int]:
    return {SMALL: figures.scaled(1_000, least=60), LARGE: figures.scaled(100_000, least=120)}


def populate(engine) -> dict:
    """Make and fill both; the seconds it took for the large one, as a figure."""
    places.prepared(engine, "template")
    places.python(engine, "template", "-m", "benchmarks.population", "0")
    for name, count in counts().items():
        started = time.monotonic()
        engine.copy("template", name)
        places.python(engine, name, "-m", "benchmarks.population", str(count))
        seconds = time.monotonic() - started
        print(f"  {engine.label}: {count:,} certificates in {seconds:.0f} s", file=sys.stderr, flush=True)
    return figures.told(f"filling {counts()[LARGE]:,} certificates, {engine.label}", seconds, "s")
