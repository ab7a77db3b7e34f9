"""`manage.py up` serves, takes another port when the first is taken, and leaves nothing running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 25
ALL_PROCESSES = 6  # gunicorn and its process, the worker and its two, the clock


def wait_for(condition):
    deadline = time.monotonic() + STOP_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def descendants(pid: int) -> set[int]:
    """The processes started by this one, and by those, that run now."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            parents[int(entry.parent.name)] = int(fields[1])
    found, fresh = set(), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    """The environment of a prepared trial installation in a folder of its own."""
    folder = tmp_path_factory.mktemp("installation")
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SITE_URL"}
    }
    env |= {"EUC_MODE": "test", "EUC_VAR_DIR": str(folder), "CELERY_BROKER_URL": "eucfs://"}
    subprocess.run(
        [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, check=True, capture_output=True
    )
    return env


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def start(env, tmp_path):
    """`start(port)`: the process and what it has written, once it says where to go."""
    started = []

    def up(port):
        output = tmp_path / "output"
        with output.open("wb") as file:
            command = [sys.executable, "manage.py", "up", "--port", str(port)]
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file)
        started.append(process)
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.1)
        return process, output.read_text()

    yield up
    for process in started:
        process.kill()
        process.wait()


class TestUp:
    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
    def test_serves_on_the_next_free_port_and_leaves_nothing_running(self, start, taken, signum):
        process, said = start(taken)
        assert f"Port {taken} is taken" in said
        address = re.search(r"Open (http://localhost:\d+)/", said)[1]
        assert not address.endswith(f":{taken}")
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            assert json.load(answer) == {"database": True, "files": True}
        wait_for(lambda: len(descendants(process.pid)) >= ALL_PROCESSES)
        people = descendants(process.pid)
        process.send_signal(signum)
        process.wait(timeout=STOP_SECONDS)
        wait_for(lambda: not any(is_running(pid) for pid in people))
