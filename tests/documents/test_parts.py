"""Files in parts: they go on where they ended, end where they were said to, and are nobody else's."""

import io
import os
import threading
import time

import pytest
from django.core import signing

from documents import parts


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def begin(**given):
    return parts.begin(**{"owner": 7, "purpose": "a", "size": 10, "name": "report.pdf"} | given)


def add(arriving, at, content):
    return parts.append(arriving, at=at, stream=io.BytesIO(content))


def test_go_on_where_they_ended():
    arriving = begin()
    assert add(arriving, 0, b"01234") == 5
    again = parts.known(arriving.token, owner=7, purpose="a")
    assert again.offset == 5
    assert add(again, 5, b"56789") == 10
    assert (parts.whole(again).name, parts.whole(again).read()) == ("report.pdf", b"0123456789")
    parts.forget(again)
    with pytest.raises(parts.Unknown):
        parts.known(arriving.token, owner=7, purpose="a")


def test_a_broken_line_keeps_what_was_read():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("reset")
            return super().read(4)

    arriving = begin()
    with pytest.raises(OSError, match="reset"):
        parts.append(arriving, at=0, stream=Broken(b"0123456789"))
    assert arriving.offset == 4


@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_part_from_elsewhere_is_refused_and_told(at):
    arriving = begin()
    add(arriving, 0, b"01234")
    with pytest.raises(parts.OffsetDiffers) as differs:
        add(arriving, at, b"x")
    assert differs.value.at == 5
    assert arriving.offset == 5


def test_more_than_was_said_is_refused():
    arriving = begin()
    with pytest.raises(parts.TooLarge):
        add(arriving, 0, b"x" * 11)


@pytest.mark.parametrize("size", [0, -1, 10**12])
def test_a_size_that_may_not_be_is_not_begun(size):
    with pytest.raises(parts.TooLarge):
        begin(size=size)


def test_unfinished_is_not_whole():
    arriving = begin()
    add(arriving, 0, b"01234")
    with pytest.raises(parts.Unknown):
        parts.whole(arriving)


@pytest.mark.parametrize("who", [{"owner": 8, "purpose": "a"}, {"owner": 7, "purpose": "b"}])
def test_another_finds_nothing(who):
    with pytest.raises(parts.Unknown):
        parts.known(begin().token, **who)


@pytest.mark.parametrize(
    "token", ["", "x", "../../etc/passwd", signing.dumps(["x"], salt=parts.SALT), signing.dumps(1)]
)
def test_a_made_up_name_is_unknown(token):
    with pytest.raises(parts.Unknown):
        parts.known(token, owner=7, purpose="a")


def test_what_is_a_day_old_is_forgotten_and_makes_room(monkeypatch):
    monkeypatch.setattr(parts, "MOST_OPEN", 1)
    old = begin()
    with pytest.raises(parts.TooMany):
        begin()
    yesterday = time.time() - parts.LASTS_SECONDS - 1
    os.utime(old.path, (yesterday, yesterday))
    begin()
    assert not old.path.exists()


def test_two_writers_of_one_part_write_it_once():
    arriving, ended = begin(size=64), []

    def write():
        try:
            ended.append(add(arriving, 0, b"x" * 64))
        except parts.OffsetDiffers as differs:
            ended.append(-differs.at)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [-64] * 7 + [64]
    assert arriving.path.read_bytes() == b"x" * 64
