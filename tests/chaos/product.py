"""The product in a folder of its own, with real worker processes that tests may kill."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 15
A_LOOK = 0.1  # seconds between two looks at the database


class Product:
    """Commands, workers, a clock and a broker on one database; everything it starts dies with `stop`."""

    def __init__(self, folder: Path, *, database_url: str, broker_url: str):
        self.folder, self.database_url, self.broker_url = folder, database_url, broker_url
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EUC_MODE": "test",
            "EUC_VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": broker_url,
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
            "SWEEP_SECONDS": "1",
            "FEED_SECONDS": "2",
            "FEEDS_FOLDER": str(folder / "feeds"),
        }
        self.running: dict[str, subprocess.Popen] = {}
        self.kills = 0

    def prepare(self) -> None:
        for command in ("migrate", "load_reference", "make_keys"):
            self.manage(command)

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        return self._run([sys.executable, "manage.py", *words], check=check)

    def script(self, name: str, *words: str) -> subprocess.CompletedProcess:
        """Run one of the scripts beside this file to its end."""
        return self._run([sys.executable, str(Path(__file__).with_name(name)), *words], check=True)

    def _run(self, command: list[str], *, check: bool) -> subprocess.CompletedProcess:
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=600)
        if check and done.returncode:
            raise AssertionError(f"{command[1:]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    # --- processes ------------------------------------------------------------------------------

    def start_script(self, name: str, *words: str) -> subprocess.Popen:
        return self._start(name, [sys.executable, str(Path(__file__).with_name(name)), *words])

    def start_worker(self) -> None:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        self._start("worker", [*self._celery, "worker", "--pool", "prefork", "--concurrency", "2", *quiet])

    def start_clock(self) -> None:
        schedule = str(self.folder / "beat.schedule")
        self._start("clock", [*self._celery, "beat", "--schedule", schedule, "--pidfile="])

    @property
    def _celery(self) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "config"]

    def _start(self, name: str, command: list[str]) -> subprocess.Popen:
        env = {**self.env, "ERRAND_LEASE_SECONDS": str(LEASE_SECONDS)}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        return self.running[name]

    def kill_worker(self) -> None:
        """`kill -9` the worker with its children, all at once."""
        self._kill(self.running.pop("worker"))
        self.kills += 1

    def _kill(self, process: subprocess.Popen) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            self._kill(process)
        self.running.clear()

    # --- the broker -----------------------------------------------------------------------------

    def empty_broker(self) -> None:
        if self.broker_url.startswith("redis"):
            import redis

            redis.Redis.from_url(self.broker_url).flushdb()
        else:
            shutil.rmtree(self.folder / "queue", ignore_errors=True)

    # --- the database ---------------------------------------------------------------------------

    def ask(self, sql: str) -> list[tuple]:
        with (
            contextlib.closing(self._connect()) as connection,
            contextlib.closing(connection.cursor()) as rows,
        ):
            rows.execute(sql)
            return rows.fetchall()

    def _connect(self):
        if self.database_url.startswith("sqlite"):
            return sqlite3.connect(self.folder / "db.sqlite3", timeout=20)
        return connect_to(self.database_url)

    def count(self, sql: str) -> int:
        return self.ask(f"SELECT COUNT(*) FROM {sql}")[0][0]

    def documents(self) -> int:
        return self.count("documents_document")

    def open_errands(self) -> int:
        return self.count("workflow_errand WHERE state <> 'DONE'")

    def wait_until(self, holds, *, seconds: float, what: str) -> float:
        """Seconds it took; AssertionError, with what the worker said last, when it never came."""
        started = time.monotonic()
        while not holds():
            if time.monotonic() - started > seconds:
                raise AssertionError(f"not within {seconds} s: {what}\n{self.last_words()}")
            time.sleep(A_LOOK)
        return time.monotonic() - started

    def last_words(self) -> str:
        open_ones = "SELECT id, state, attempts, last_error FROM workflow_errand WHERE state <> 'DONE'"
        logs = [f"{log.name}:\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log"))]
        return "\n".join([str(self.ask(open_ones)), *logs])


def connect_to(database_url: str, name: str | None = None):
    """A psycopg2 connection to this server, in autocommit; to another of its databases by name."""
    import psycopg2

    at = urlsplit(database_url)
    connection = psycopg2.connect(
        host=at.hostname,
        port=at.port,
        user=at.username,
        password=at.password,
        dbname=name or at.path.lstrip("/"),
    )
    connection.autocommit = True
    return connection
