"""The whole suite: checks, then side by side SQLite with browser journeys, and PostgreSQL with Redis.

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

    def add(self, name: str, code: int, seconds: float) -> None:
        self.lines.append(("FAILED" if code else "passed", name, seconds))

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


class Leg:
    """One run of something; what it prints is kept and shown in one piece when it is over."""

    def __init__(self, name: str, command: list[str], **env: str):
        self.name, self.command, self.env = name, command, env

    def start(self, folder: str) -> None:
        self.started, self.printed = time.monotonic(), Path(folder, "printed")
        env = {**os.environ, "EUC_MODE": "test", "EUC_VAR_DIR": folder, **self.env}
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
            )

    def tell(self, results: Results) -> None:
        print(f"\n=== {self.name} ===\n{self.printed.read_text(errors='replace')}", flush=True)
        results.add(self.name, self.process.returncode, time.monotonic() - self.started)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def run(results: Results, *legs: Leg) -> None:
    """Run the legs side by side; none outlives this."""
    print(f"\nrunning {', and beside it '.join(leg.name for leg in legs)} ...", flush=True)
    with contextlib.ExitStack() as stack:
        for leg in legs:
            leg.start(stack.enter_context(tempfile.TemporaryDirectory(prefix="euc-tests-")))
            stack.callback(leg.stop)
        open_legs = list(legs)
        while open_legs:
            time.sleep(0.2)
            for leg in [leg for leg in open_legs if leg.process.poll() is not None]:
                open_legs.remove(leg)
                leg.tell(results)


# What chooses its database itself, or takes long and uses none: once is enough. Texts of the drafting pages reach
# PostgreSQL by the door of machines.
ONCE = (
    "bad_input/test_drafting_pages.py",
    "config/test_up.py",
    "documents/test_countersigning.py",
    "documents/test_esigning.py",
    "documents/test_ocsp.py",
    "documents/test_proving.py",
    "documents/test_rendering.py",
    "documents/test_revoking.py",
    "documents/test_uploads.py",
    "euc/test_printing.py",
    "licensing/test_mail_forged.py",
    "licensing/test_simulating.py",
)
# On the database of production: what pages and doors say (SQLite meets all of them in the journeys and the matrix),
# the texts that reach it, and long stories of killed workers.
ON_SERVICES = (
    "api",
    "bad_input/test_machines.py",
    "bad_input/test_other_doors.py",
    "bad_input/test_paper_doors.py",
    "benchmarks",
    "chaos",
    "views",
)


def pytest(name: str, marks: str, env: dict[str, str], left_out: tuple[str, ...]) -> Leg:
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", "-m", marks]
    command += [*(f"--ignore=tests/{name}" for name in left_out), *sys.argv[1:]]
    return Leg(name, command, **env)


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM)), None)


def on_sqlite(results: Results, left_out: tuple[str, ...]) -> Leg:
    browser = chromium()
    if browser is None:
        results.missing("browser journeys: no Chromium here (apt-get install chromium)")
    name = "SQLite, with browser journeys" if browser else "SQLite"
    marks = "not services" if browser else "not services and not browser"
    return pytest(name, marks, {"CHROMIUM": browser or ""}, left_out)


def on_services(results: Results, stack: contextlib.ExitStack) -> list[Leg]:
    try:
        database = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(services.postgres())
        redis = os.environ.get("TEST_REDIS_URL") or stack.enter_context(services.redis())
    except services.Missing as missing:
        results.missing(f"the suite on PostgreSQL and Redis: no {missing} here")
        return []
    env = {"DATABASE_URL": database, "REDIS_URL": redis}
    return [pytest("PostgreSQL and Redis", "not browser", env, ONCE)]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results()
    run(results, Leg("checks", [sys.executable, "scripts/check.py"]))
    with contextlib.ExitStack() as stack:
        on_server = on_services(results, stack)
        run(results, on_sqlite(results, ON_SERVICES if on_server else ()), *on_server)
    return results.report()


if __name__ == "__main__":
    sys.exit(main())
