"""The whole product as `make run` starts it (web, worker, clock), in a folder of its own."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


class Product:
    """A running demonstration under `var`; `url` stays the same across restarts."""

    def __init__(self, var: Path):
        self.var = var
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.process: subprocess.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EUC_", "SEAL_"))}
        return kept | {
            "EUC_MODE": "demonstration",
            "EUC_VAR_DIR": str(self.var),
            "DATABASE_URL": f"sqlite:///{self.var / 'db.sqlite3'}",
            "REDIS_URL": "",
            "CELERY_BROKER_URL": "eucfs://",
            "SITE_URL": self.url,
            "SWEEP_SECONDS": "1",
            "ALLOWED_HOSTS": "localhost",
        }

    def manage(self, *command: str) -> subprocess.CompletedProcess:
        """Run a management command against this product's database."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )

    def prepare(self) -> None:
        done = self.manage("prepare")
        assert done.returncode == 0, done.stderr[-3000:]

    def twin(self, var: Path) -> "Product":
        """Another product, not started, that begins with what this one holds."""
        kept_apart = shutil.ignore_patterns("db.sqlite3*", "*.log", "log", "queue", "beat-*")
        shutil.copytree(self.var, var, ignore=kept_apart, dirs_exist_ok=True)
        with (
            closing(sqlite3.connect(self.var / "db.sqlite3")) as held,
            closing(sqlite3.connect(var / "db.sqlite3")) as made,
        ):
            held.backup(made)
        return Product(var)

    def start(self) -> None:
        log = (self.var / "up.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(self.port), "--tied"],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.tail()
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/livez", timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def tail(self) -> str:
        """The end of what the product said, for a failing test."""
        logs = [self.var / "up.log", *sorted((self.var / "log").glob("*.log"))]
        return "\n".join(f"== {log.name}\n{log.read_text()[-2000:]}" for log in logs if log.exists())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
