"""Private PostgreSQL and Redis servers for the tests: own folder, own port, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from config import processes

START_SECONDS = 30


class Missing(Exception):
    """The server's program is not on this machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_ready, process: subprocess.Popen, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not start: {process.args}")
        time.sleep(0.1)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def running(command: list[str], stop_signal: int, **options) -> Iterator[subprocess.Popen]:
    """The command as a process, ended with its signal, by force after ten seconds."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=processes.child_of(os.getpid(), stop_signal),
        **options,
    )
    try:
        yield process
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# --- PostgreSQL ---------------------------------------------------------------------------------


def postgres_folder() -> Path:
    """Where initdb and postgres are; Debian keeps them out of the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise Missing("PostgreSQL (initdb)")
    return Path(found).parent


def postgres_user() -> dict:
    """PostgreSQL refuses to run as root: then it runs as `postgres`, else as `nobody`."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    raise Missing("an unprivileged user to run PostgreSQL as")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of a new PostgreSQL server."""
    programs, user, port = postgres_folder(), postgres_user(), free_port()
    with tempfile.TemporaryDirectory(prefix="euc-postgres-", ignore_cleanup_errors=True) as folder:
        if user:
            os.chown(folder, user["user"], user["group"])
        data = f"{folder}/data"
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "euc",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **user,
        )
        server = [str(programs / "postgres"), "-D", data, "-p", str(port), "-k", folder]
        for setting in (
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "jit=off",
            "synchronous_commit=off",
            "shared_buffers=256MB",
            "autovacuum=off",
        ):
            server += ["-c", setting]
        log = open(f"{folder}/log", "wb")  # noqa: SIM115 - closed below, after the server ends
        with log, running(server, signal.SIGINT, stderr=log, cwd=folder, **user) as process:
            wait_until(lambda: answers(port), process, "PostgreSQL")
            create = [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "euc", "euc"]
            wait_until(
                lambda: subprocess.run(create, stderr=subprocess.DEVNULL).returncode == 0,
                process,
                "PostgreSQL",
            )
            yield f"postgres://euc@127.0.0.1:{port}/euc"


# --- Redis -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """The REDIS_URL of a new Redis server that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("Redis (redis-server)")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="euc-redis-") as folder:
        server = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        with running(server, signal.SIGTERM) as process:
            wait_until(lambda: answers(port), process, "Redis")
            yield f"redis://127.0.0.1:{port}/0"
