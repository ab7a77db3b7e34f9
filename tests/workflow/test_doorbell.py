"""Ringing costs a request nothing: not when the broker hangs, not when it fails, not after a fork."""

import logging
import os
import queue
import socket
import threading
import time
from contextlib import suppress

import pytest
from celery import Celery

from workflow import doorbell

AT_ONCE = 1.0  # seconds, on a busy machine


@pytest.fixture(autouse=True)
def own_bell():
    """A bell without hints, whose thread finds none to hand on after the test."""
    doorbell._begin()
    yield
    with suppress(queue.Empty):
        while True:
            doorbell._hints.get_nowait()
    doorbell._begin()


@pytest.fixture
def silent_broker():
    """The address of a server that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def seconds_of(call):
    started = time.monotonic()
    call()
    return time.monotonic() - started


def wait_until(holds, seconds=5):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


class TestRing:
    def test_hands_hints_on_in_order(self, monkeypatch):
        heard = []
        monkeypatch.setattr(doorbell, "publish", lambda errand_id, **through: heard.append(errand_id))
        for errand_id in (3, 1, 2):
            doorbell.ring(errand_id)
        assert wait_until(lambda: len(heard) == 3)
        assert heard == [3, 1, 2]

    def test_returns_though_publishing_never_does(self, monkeypatch):
        release = threading.Event()
        monkeypatch.setattr(doorbell, "publish", lambda errand_id, **through: release.wait(10))
        assert seconds_of(lambda: [doorbell.ring(number) for number in range(1500)]) < AT_ONCE
        release.set()

    def test_drops_hints_rather_than_wait(self, monkeypatch, caplog):
        release = threading.Event()
        monkeypatch.setattr(doorbell, "publish", lambda errand_id, **through: release.wait(10))
        with caplog.at_level(logging.WARNING, "workflow.doorbell"):
            for number in range(1100):
                doorbell.ring(number)
        assert "left to the sweep" in caplog.text
        release.set()

    def test_returns_though_the_broker_never_answers(self, monkeypatch, silent_broker, caplog):
        monkeypatch.setattr(doorbell, "current_app", Celery("silent", broker=silent_broker))
        shorter = {"socket_connect_timeout": 0.1, "socket_timeout": 0.1, "max_retries": 0}
        monkeypatch.setattr(doorbell, "ANSWER_WITHIN", shorter)
        assert seconds_of(lambda: doorbell.ring(1)) < AT_ONCE
        assert wait_until(lambda: "does not answer" in caplog.text, seconds=15), "the thread hangs for ever"

    def test_pauses_after_a_failure_and_then_tries_again(self, monkeypatch):
        tried = []

        def fail(errand_id, **through):
            tried.append(errand_id)
            raise OSError("no broker")

        monkeypatch.setattr(doorbell, "PAUSE_AFTER_FAILURE", 0.2)
        monkeypatch.setattr(doorbell, "publish", fail)
        doorbell.ring(1)
        assert wait_until(lambda: tried == [1])
        doorbell.ring(2)
        time.sleep(0.3)
        doorbell.ring(3)
        assert wait_until(lambda: tried == [1, 3])

    def test_opens_another_connection_after_a_failure(self, monkeypatch):
        used = []

        def fail_once(errand_id, connection):
            used.append(connection)
            if len(used) == 1:
                raise OSError("no broker")

        monkeypatch.setattr(doorbell, "PAUSE_AFTER_FAILURE", 0)
        monkeypatch.setattr(doorbell, "publish", fail_once)
        for number in range(3):
            doorbell.ring(number)
        assert wait_until(lambda: len(used) == 3)
        assert used[0] is not used[1]
        assert used[1] is used[2]


class TestFork:
    def in_child(self, work):
        """Exit status of a forked process that does `work`; it is given five seconds."""
        child = os.fork()
        if child == 0:
            os._exit(0 if work() else 1)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.kill(child, 9)
        os.waitpid(child, 0)
        return "hangs"

    def rings(self, heard):
        doorbell.ring(7)
        return wait_until(lambda: 7 in heard, seconds=3)

    @pytest.fixture
    def heard(self, monkeypatch):
        numbers = []
        monkeypatch.setattr(doorbell, "publish", lambda errand_id, **through: numbers.append(errand_id))
        return numbers

    def test_gives_the_child_a_bell_of_its_own(self, heard):
        assert self.rings(heard)
        heard.clear()
        assert self.in_child(lambda: self.rings(heard)) == 0

    def test_does_not_leave_the_child_a_lock_that_nobody_opens(self, heard):
        with doorbell._lock:
            assert self.in_child(lambda: self.rings(heard)) == 0

    def test_leaves_the_parent_s_hints_to_the_parent(self, monkeypatch):
        release, heard = threading.Event(), []
        monkeypatch.setattr(
            doorbell, "publish", lambda number, **through: release.wait(5) or heard.append(number)
        )
        for number in (1, 2, 3):
            doorbell.ring(number)

        def child():
            release.set()
            doorbell.ring(7)
            wait_until(lambda: 7 in heard, seconds=2)
            return set(heard) <= {7} or heard

        assert self.in_child(child) == 0
        release.set()
