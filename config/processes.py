"""What a child process is told by the kernel: end when the parent that started it is gone."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int = signal.SIGTERM) -> None:
    """Send this process `signum` when its parent dies, however it dies. Linux; elsewhere nothing."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)


def child_of(parent: int, signum: int = signal.SIGTERM):
    """A `preexec_fn` for subprocess: die with `parent` (a process id), even if it is gone already."""

    def prepare() -> None:
        die_with_parent(signum)
        if os.getppid() != parent:
            os._exit(0)

    return prepare
