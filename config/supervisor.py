"""Keeps child processes alive and ends them together; knows nothing of what they do."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config import processes

STOP_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 20
LOG_MAX_BYTES = 5 * 1024 * 1024
ALARMS = ("ERROR", "CRITICAL", "Traceback")


@dataclass
class Child:
    """One supervised process, its log file and its back-off after crashes."""

    name: str
    command: Sequence[str]
    log: Path
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    pause: float = 1.0
    due_at: float = 0.0
    read_to: int = field(default=0, repr=False)

    def start(self, env: Mapping[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_MAX_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.read_to = output.tell()
            self.process = subprocess.Popen(  # noqa: S603 - the commands are our own
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                pass_fds=self.pass_fds,
                start_new_session=True,
                preexec_fn=processes.child_of(os.getpid()),
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_group(self, signum: int) -> None:
        """Signal the child's whole session, which outlives a killed leader."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signum)
        except (ProcessLookupError, PermissionError):
            return

    def plan_restart(self) -> float:
        """Seconds to wait before the next start: doubled after each quick crash."""
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.pause = 1.0
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.due_at = time.monotonic() + pause
        return pause

    def alarms(self) -> Iterator[str]:
        """Lines written to the log since the last call that tell of an error."""
        if not self.log.exists():
            return
        with self.log.open("rb") as file:
            file.seek(self.read_to)
            new = file.read()
        whole, newline, _ = new.rpartition(b"\n")
        self.read_to += len(whole) + len(newline)
        for line in whole.decode(errors="replace").splitlines():
            if any(word in line for word in ALARMS):
                yield line


class Supervisor:
    """Starts the children, restarts those that end, and stops all of them within 15 seconds."""

    def __init__(self, children: Sequence[Child], *, env: Mapping[str, str], say=print):
        self.children = children
        self.env = env
        self.say = say
        self.stopping = False

    def request_stop(self, *_signal) -> None:
        """A signal handler: the first asks for an orderly end, the second ends at once."""
        if self.stopping:
            self.kill()
        self.stopping = True

    def run(self, *, each_tick=lambda: None) -> None:
        """Supervise until a stop is requested; whatever happens, leave no child behind."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self.request_stop)
        try:
            for child in self.children:
                child.start(self.env)
            while not self.stopping:
                self.tick()
                each_tick()
                time.sleep(0.2)
        finally:
            self.stop()

    def tick(self) -> None:
        for child in self.children:
            for line in child.alarms():
                self.say(f"[{child.name}] {line}")
            if child.is_running():
                continue
            if child.process is not None:
                self.bury(child)
            elif time.monotonic() >= child.due_at:
                child.start(self.env)

    def bury(self, child: Child) -> None:
        code = child.process.returncode
        child.signal_group(signal.SIGKILL)
        child.process = None
        pause = child.plan_restart()
        self.say(f"[{child.name}] ended with status {code}; again in {pause:.0f} s (log: {child.log})")

    def stop(self) -> None:
        """Ask every child to end, and after 15 seconds make it."""
        for child in self.children:
            if child.is_running():
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.is_running() for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
