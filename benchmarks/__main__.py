"""`python -m benchmarks [NAME ...]`: measure, print one table, write results/latest.json.

Exit status 0 when every target holds, 1 when one does not, 2 when a benchmark could not be finished.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import figures

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    *("render", "delivery", "verify", "lists", "screening", "mutants"),
    *("draws", "storm", "imports", "forecast", "dashboards", "board", "ledger", "polling", "simulation"),
)
LATEST = Path(__file__).parent / "results" / "latest.json"
# What the caller's own installation uses must not be what is measured, or written to.
THEIRS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "EUC_KEYS_DIR", "SITE_URL", "STATIC_ROOT")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given"
    )
    parser.add_argument("--out", type=Path, default=LATEST, help="where the JSON is written")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    rows, broken = [], []
    for name in given.names or NAMES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        found = measure(name)
        rows += found or []
        broken += [name] if found is None else []
    return report(rows, broken, given.out)


def measure(name: str) -> list[dict] | None:
    """The figures of one benchmark, run in a process and a folder of its own; None when it broke."""
    with tempfile.TemporaryDirectory(prefix=f"euc-bench-{name}-", ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "figures.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.one", name, str(out)], cwd=ROOT, env=environment(folder)
        )
        try:
            code = process.wait()
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait()
        return json.loads(out.read_text()) if code == 0 else None


def environment(folder: str) -> dict[str, str]:
    """The caller's environment without the caller's installation; a server to use is handed on by name."""
    env = {name: value for name, value in os.environ.items() if name not in THEIRS}
    server = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    return env | {
        "EUC_MODE": "demonstration",
        "EUC_VAR_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
        "BENCH_DATABASE_URL": server if server.startswith("postgres") else "",
        "BENCH_REDIS_URL": os.environ.get("TEST_REDIS_URL", ""),
    }


def report(rows: list[dict], broken: list[str], out: Path) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    print(figures.table(rows))
    missed = [row["name"] for row in rows if not row["holds"]]
    for name in missed:
        print(f"MISSED: {name}")
    for name in broken:
        print(f"BROKEN: {name} did not finish; its message stands above")
    return 2 if broken else 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
