"""Children are restarted, stopped together, and never outlive the supervisor."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from config.supervisor import LONGEST_PAUSE_SECONDS, Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('on', flush=True); time.sleep(60)",
]
WITH_GRANDCHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(p.pid, flush=True); time.sleep(60)",
]


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def exists(pid):
    """Whether the process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervise(tmp_path):
    """`supervise(command)`: a supervisor of one started child, killed after the test."""
    made = []

    def make(command):
        child = Child("child", command, tmp_path / "child.log")
        supervisor = Supervisor([child], env=os.environ, say=lambda line: said.append(line))
        said = supervisor.said = []
        child.start(os.environ)
        made.append(supervisor)
        return supervisor, child

    yield make
    for supervisor in made:
        supervisor.kill()


class TestChild:
    def test_is_started_again_after_a_crash(self, supervise):
        supervisor, child = supervise(SLEEP)
        child.pause = 0.1
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: not child.is_running())
        supervisor.tick()
        assert "ended with status -9" in supervisor.said[0]
        wait_for(lambda: supervisor.tick() or child.is_running())
        assert child.process.pid != first

    def test_waits_longer_after_each_quick_crash(self, supervise):
        _, child = supervise(SLEEP)
        pauses = [child.plan_restart() for _ in range(7)]
        assert pauses[:4] == [1, 2, 4, 8]
        assert pauses[-1] == LONGEST_PAUSE_SECONDS

    def test_forgets_its_crashes_once_steady(self, supervise):
        _, child = supervise(SLEEP)
        child.plan_restart()
        child.started_at -= 60
        assert child.plan_restart() == 1

    def test_leaves_no_grandchild_when_it_is_killed(self, supervise):
        supervisor, child = supervise(WITH_GRANDCHILD)
        wait_for(lambda: child.log.read_text().strip())
        grandchild = int(child.log.read_text())
        child.process.kill()
        child.process.wait()
        supervisor.tick()
        wait_for(lambda: not exists(grandchild))

    def test_shows_only_lines_that_tell_of_an_error(self, supervise):
        code = "import time; print('all is well'); print('ERROR bad', flush=True); time.sleep(60)"
        _, child = supervise([sys.executable, "-c", code])
        wait_for(lambda: "bad" in child.log.read_text())
        assert list(child.alarms()) == ["ERROR bad"]
        assert list(child.alarms()) == []


class TestStop:
    def test_ends_a_child_that_obeys_at_once(self, supervise):
        supervisor, child = supervise(SLEEP)
        before = time.monotonic()
        supervisor.stop()
        assert not child.is_running()
        assert time.monotonic() - before < 3

    def test_kills_a_child_that_does_not(self, supervise, monkeypatch):
        monkeypatch.setattr("config.supervisor.STOP_SECONDS", 0.3)
        supervisor, child = supervise(STUBBORN)
        wait_for(lambda: child.log.read_text().strip())
        supervisor.stop()
        assert child.process.returncode == -signal.SIGKILL


class TestSupervisor:
    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
    def test_leaves_no_orphan_whatever_ends_it(self, tmp_path, signum):
        code = f"""
            import os, sys
            from pathlib import Path
            from config.supervisor import Child, Supervisor
            children = [Child(name, {SLEEP!r}, Path({str(tmp_path)!r}, name + ".log")) for name in "ab"]
            Supervisor(children, env=os.environ).run(
                each_tick=lambda: print(*(child.process.pid for child in children), flush=True)
            )
        """
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert [exists(pid) for pid in pids] == [True, True]
        parent.send_signal(signum)
        parent.wait(timeout=10)
        parent.stdout.close()
        for pid in pids:
            wait_for(lambda pid=pid: not exists(pid))
