"""The whole suite: checks, SQLite with browser journeys, then PostgreSQL and Redis.

TEST_DATABASE_URL and TEST_REDIS_URL name running servers; without them private ones are started
and stopped. What this machine lacks is a failure when CI=true, elsewhere reported at the end.
Arguments are handed to pytest.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import services  # noqa: E402 - needs the path above

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Results:
    """What passed, what failed, what could not be run, in the order it happened."""

    def __init__(self):
        self.lines: list[tuple[str, str, float]] = []
        self.not_run: list[str] = []

    @contextlib.contextmanager
    def leg(self, name: str):
        """Run one leg; the body returns its exit status through the yielded list."""
        print(f"\n=== {name} ===", flush=True)
        started, codes = time.monotonic(), []
        yield codes
        verdict = "passed" if codes == [0] else "FAILED"
        self.lines.append((verdict, name, time.monotonic() - started))

    def missing(self, what: str) -> None:
        self.not_run.append(what)

    def report(self) -> int:
        print("\n=== summary ===")
        for verdict, name, seconds in self.lines:
            print(f"  {verdict}  {name} ({seconds:.0f} s)")
        for what in self.not_run:
            print(f"  NOT RUN: {what}{' (a failure in CI)' if CI else ''}")
        failed = any(verdict == "FAILED" for verdict, _, _ in self.lines) or (CI and self.not_run)
        return 1 if failed else 0


def pytest(marks: str, env: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", "-m", marks, *sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="euc-tests-") as var:
        env = {**os.environ, "EUC_MODE": "test", "EUC_VAR_DIR": var, **env}
        return subprocess.run(command, cwd=ROOT, env=env).returncode


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM)), None)


def checks(results: Results) -> None:
    with results.leg("checks") as codes:
        codes.append(subprocess.run([sys.executable, "scripts/check.py"], cwd=ROOT).returncode)


def on_sqlite(results: Results) -> None:
    browser = chromium()
    if browser is None:
        results.missing("browser journeys: no Chromium here (apt-get install chromium)")
    name = "SQLite, with browser journeys" if browser else "SQLite"
    marks = "not services" if browser else "not services and not browser"
    with results.leg(name) as codes:
        codes.append(pytest(marks, {"CHROMIUM": browser or ""}))


def on_services(results: Results) -> None:
    with contextlib.ExitStack() as stack:
        try:
            database = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(services.postgres())
            redis = os.environ.get("TEST_REDIS_URL") or stack.enter_context(services.redis())
        except services.Missing as missing:
            results.missing(f"the suite on PostgreSQL and Redis: no {missing} here")
            return
        with results.leg("PostgreSQL and Redis") as codes:
            codes.append(pytest("not browser", {"DATABASE_URL": database, "REDIS_URL": redis}))


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results()
    for leg in (checks, on_sqlite, on_services):
        leg(results)
    return results.report()


if __name__ == "__main__":
    sys.exit(main())
