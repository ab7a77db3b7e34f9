"""Where things are measured: databases of their own, on SQLite and on PostgreSQL, gone afterwards.

BENCH_ENGINES=sqlite or postgresql leaves the other out.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from scripts import services

ROOT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    return Path(os.environ["EUC_VAR_DIR"])


class Sqlite:
    """Databases as files."""

    label = "SQLite"
    broker_url = "eucfs://"

    def url(self, name: str) -> str:
        return f"sqlite:///{self._file(name)}"

    def create(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def copy(self, source: str, name: str) -> None:
        self.create(name)
        with (
            contextlib.closing(sqlite3.connect(self._file(source))) as old,
            contextlib.closing(sqlite3.connect(self._file(name))) as new,
        ):
            old.backup(new)

    def _file(self, name: str) -> Path:
        return folder() / f"{name}.sqlite3"


class Postgres:
    """Databases of one server, dropped when this is closed."""

    label = "PostgreSQL"

    def __init__(self, server_url: str, broker_url: str):
        self.server_url, self.broker_url = server_url, broker_url
        self.made: list[str] = []

    def url(self, name: str) -> str:
        return urlsplit(self.server_url)._replace(path=f"/{self._database(name)}").geturl()

    def create(self, name: str, like: str = "template0") -> None:
        self._ask(f"CREATE DATABASE {self._database(name)} TEMPLATE {like}")
        self.made.append(name)

    def copy(self, source: str, name: str) -> None:
        self.create(name, like=self._database(source))

    def close(self) -> None:
        for name in self.made:
            self._ask(f"DROP DATABASE IF EXISTS {self._database(name)} WITH (FORCE)")

    def _database(self, name: str) -> str:
        return f"euc_bench_{os.getpid()}_{name}"

    def _ask(self, sql: str) -> None:
        import psycopg2

        at = urlsplit(self.server_url)
        connection = psycopg2.connect(
            host=at.hostname, port=at.port, user=at.username, password=at.password, dbname=at.path.lstrip("/")
        )
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(sql)


def engines() -> Iterator[Sqlite | Postgres]:
    """Each engine this machine has, one after the other; what is missing is said on standard error."""
    wanted = os.environ.get("BENCH_ENGINES", "sqlite,postgresql").split(",")
    if "sqlite" in wanted:
        yield Sqlite()
    if "postgresql" not in wanted:
        return
    with contextlib.ExitStack() as stack:
        try:
            server = os.environ.get("BENCH_DATABASE_URL") or stack.enter_context(services.postgres())
            broker = os.environ.get("BENCH_REDIS_URL") or stack.enter_context(services.redis())
        except services.Missing as missing:
            print(f"NOT RUN on PostgreSQL and Redis: no {missing} here", file=sys.stderr)
            return
        engine = Postgres(server, broker)
        stack.callback(engine.close)
        yield engine


def prepared(engine: Sqlite | Postgres, name: str) -> None:
    """A database with the schema, the reference data and the demonstration."""
    engine.create(name)
    manage(engine, name, "prepare")


@contextlib.contextmanager
def product(engine: Sqlite | Postgres, name: str) -> Iterator[tuple[int, dict[str, subprocess.Popen]]]:
    """The whole product on a database with the demonstration, as `make run` starts it: its port and processes."""
    from config.management.commands import up

    prepared(engine, name)
    listeners = up.listen(0)
    port = listeners[0].getsockname()[1]
    with contextlib.ExitStack() as stack:
        running = {}
        for child in up.Command().children(listeners, port):
            log = stack.enter_context((folder() / f"{engine.label}-{child.name}.log").open("ab"))
            started = services.running(
                child.command,
                signal.SIGTERM,
                env=env(engine, name),
                cwd=ROOT,
                stderr=log,
                pass_fds=child.pass_fds,
            )
            running[child.name] = stack.enter_context(started)
        for listener in listeners:
            listener.close()
        yield port, running


def manage(engine: Sqlite | Postgres, name: str, *words: str) -> None:
    python(engine, name, "manage.py", *words)


def python(engine: Sqlite | Postgres, name: str, *words: str) -> str:
    """Run Python in the checkout on one database; its output, or RuntimeError with what it said."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env(engine, name), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(
            f"{words} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return done.stdout


def env(engine: Sqlite | Postgres, name: str) -> dict[str, str]:
    """The environment of a process that works on this database."""
    more = {"DATABASE_URL": engine.url(name), "CELERY_BROKER_URL": engine.broker_url, "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **more}


def gunicorn(port: int, *, workers: int, threads: int) -> list[str]:
    """The web server as it runs in production, on the loopback interface."""
    options = {"--bind": f"127.0.0.1:{port}", "--workers": workers, "--threads": threads}
    words = [str(word) for option in options.items() for word in option]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread", *words]
    return [*command, "--no-control-socket", "--log-level", "warning"]
