"""The file queue loses nothing when several processes write and read it at once."""

import multiprocessing
import os
import shutil
import time
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

from config import broker

PRODUCERS = CONSUMERS = 3
EACH = 200
DEADLINE_SECONDS = 60
queue = Queue("work", Exchange("work", type="direct"), routing_key="work")


def connect(folder):
    return Connection(
        transport=broker.Transport, transport_options={"folder": str(folder), "polling_interval": 0.01}
    )


def produce(folder, producer):
    with connect(folder) as connection, connection.Producer() as sender:
        for number in range(EACH):
            sender.publish(
                f"{producer}-{number}", exchange=queue.exchange, routing_key="work", declare=[queue]
            )


def consume(folder, results):
    """Take messages until three seconds pass without one."""
    taken = []
    with connect(folder) as connection:
        simple = connection.SimpleQueue(queue)
        try:
            while True:
                message = simple.get(timeout=3)
                taken.append(message.payload)
                message.ack()
        except Empty:
            results.put(taken)


@pytest.fixture
def channel(tmp_path):
    with connect(tmp_path) as connection:
        yield connection.channel()


def message(text):
    return {"body": text, "properties": {"delivery_tag": text}}


class TestManyProcesses:
    def test_lose_and_double_nothing(self, tmp_path):
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        people = [context.Process(target=consume, args=(tmp_path, results)) for _ in range(CONSUMERS)]
        people += [context.Process(target=produce, args=(tmp_path, n)) for n in range(PRODUCERS)]
        for process in people:
            process.start()
        taken = [text for _ in range(CONSUMERS) for text in results.get(timeout=DEADLINE_SECONDS)]
        for process in people:
            process.join(timeout=DEADLINE_SECONDS)
        assert [process.exitcode for process in people] == [0] * len(people)
        assert sorted(taken) == sorted(f"{p}-{n}" for p in range(PRODUCERS) for n in range(EACH))
        assert list((tmp_path / "messages").iterdir()) == []
        assert list((tmp_path / "moving").iterdir()) == []


class TestMessages:
    def test_come_in_the_order_they_were_put(self, channel):
        for text in "abc":
            channel._put("work", message(text))
        assert [channel._get("work")["body"] for _ in "abc"] == ["a", "b", "c"]

    def test_of_another_queue_stay(self, channel):
        channel._put("other", message("a"))
        with pytest.raises(Empty):
            channel._get("work")
        assert channel._size("other") == 1

    @pytest.mark.parametrize("content", [b"", b'{"body": "half', b"[]", b"null", b"{}", b"\xff\xfe", b"7"])
    def test_that_cannot_be_read_are_dropped_and_the_next_is_given(self, channel, content):
        (channel.messages / "00000000000000000000_x.work.msg").write_bytes(content)
        channel._put("work", message("good"))
        assert channel._get("work")["body"] == "good"
        assert channel._size("work") == 0

    def test_taken_by_another_first_are_passed_over(self, channel, monkeypatch):
        monkeypatch.setattr(channel, "_waiting", lambda queue: ["gone.work.msg"])
        with pytest.raises(Empty):
            channel._get("work")

    def test_can_be_purged(self, channel):
        channel._put("work", message("a"))
        assert channel._purge("work") == 1


class TestExchangeTables:
    def test_keep_every_binding_made_at_once(self, tmp_path):
        context = multiprocessing.get_context("fork")
        people = [context.Process(target=bind, args=(tmp_path, name)) for name in "abcdef"]
        for process in people:
            process.start()
        for process in people:
            process.join(timeout=DEADLINE_SECONDS)
        with connect(tmp_path) as connection:
            rows = connection.channel().get_table("work")
        assert sorted(row.queue for row in rows) == sorted(f"{n}{i}" for n in "abcdef" for i in range(20))

    def test_forget_a_deleted_queue(self, channel):
        channel._queue_bind("work", "work", "", "work")
        channel._delete("work", "work", "work", "")
        assert channel.get_table("work") == []

    def test_that_are_damaged_count_as_empty(self, channel):
        (channel.control_folder / "work.exchange").write_bytes(b"[[")
        assert channel.get_table("work") == []


def bind(folder, name):
    with connect(folder) as connection:
        channel = connection.channel()
        for number in range(20):
            channel._queue_bind("work", f"{name}{number}", "", f"{name}{number}")


class TestLeftovers:
    def test_of_killed_processes_are_swept_after_an_hour(self, tmp_path):
        moving = tmp_path / "moving"
        moving.mkdir()
        old, new = moving / "old", moving / "new"
        old.write_bytes(b"")
        new.write_bytes(b"")
        hour_ago = time.time() - broker.LEFTOVER_SECONDS - 1
        os.utime(old, (hour_ago, hour_ago))
        with connect(tmp_path) as connection:
            connection.channel()
        assert [path.name for path in moving.iterdir()] == ["new"]


class TestDeletedFolder:
    def test_is_made_again_by_reading(self, channel, tmp_path):
        shutil.rmtree(tmp_path)
        with pytest.raises(Empty):
            channel._get("work")
        assert channel.messages.is_dir()

    def test_is_made_again_by_writing(self, channel, tmp_path):
        shutil.rmtree(tmp_path)
        channel._put("work", message("after"))
        assert channel._get("work")["body"] == "after"
