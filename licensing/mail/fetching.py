"""Asking the mailbox by IMAP over TLS: bounded in time, sizes first, nothing changed there.

The standard library's client reads whatever length a server announces; ours refuses lengths that were not asked for.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from licensing.mail import reading

CONNECT_SECONDS = 10
TOTAL_SECONDS = 35
MOST_HEAD = 64 * 1024
MOST_SLACK = 64 * 1024  # of what is no message

_UID = re.compile(rb"\bUID (\d{1,12})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")


class NotRead(Exception):
    """The mailbox was not read; `code` is one of TROUBLES of the models, `words` say more."""

    def __init__(self, code: str, words: str = "") -> None:
        self.code, self.words = code, words
        super().__init__(f"{code} {words}")


class Oversized(Exception):
    """A server announced more than was asked for."""


@dataclass(frozen=True)
class Account:
    """Where a mailbox is, and who reads it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    is_secure: bool

    @property
    def name(self) -> str:
        """How it is called where no password may stand."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:400]


@dataclass(frozen=True)
class About:
    """What the server says of a message before it is fetched: size in bytes, when it came (UTC), its head."""

    size: int
    received_at: datetime | None
    head: bytes


def account() -> Account:
    """The account of the settings: imaps, in trials imap to this machine too. Raises NotRead."""
    try:
        parts = urlsplit(settings.MAIL_IMAP_URL)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotRead("ADDRESS") from None
    is_trial = (
        not settings.PRODUCTION and parts.scheme == "imap" and host in {"localhost", "127.0.0.1", "::1"}
    )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not host or not user or not (parts.scheme == "imaps" or is_trial) or not folder.isascii():
        raise NotRead("ADDRESS")
    return Account(host, port or (143 if is_trial else 993), user, password, folder, not is_trial)


class Mailbox:
    """An opened folder. Every method raises NotRead for what a server can do wrong."""

    def __init__(self, connection: Any, is_late: Callable[[], bool]) -> None:
        self.connection, self.is_late = connection, is_late
        self.uid_validity = 0

    def open(self, account: Account) -> None:
        with self._asked("LOGIN", MOST_SLACK):
            self.connection.login(account.user, account.password)
        with self._asked("FOLDER", MOST_SLACK):
            quoted = account.folder.replace("\\", "\\\\").replace('"', '\\"')
            answer, _count = self.connection.select(f'"{quoted}"', readonly=True)
            _name, said = self.connection.response("UIDVALIDITY")
            if answer != "OK" or not said or not said[0]:
                raise NotRead("FOLDER")
            self.uid_validity = _number(said[0])

    def uids_after(self, last: int) -> list[int]:
        """Numbers of what came after the last one that was read, in their order."""
        with self._asked("ANSWER", MOST_SLACK):
            answer, said = self.connection.uid("SEARCH", None, f"UID {last + 1}:*")
            if answer != "OK":
                raise NotRead("ANSWER")
            found = {_number(number) for number in b" ".join(one for one in said if one).split()}
            return sorted(number for number in found if number > last)

    def about(self, uid: int) -> About | None:
        """Size, moment and head of a message; None when it is gone."""
        what = f"(RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{MOST_HEAD}>)"
        said = self._fetched(uid, what, MOST_HEAD)
        if said is None:
            return None
        text, literal = said
        size = _SIZE.search(text)
        if size is None:
            raise NotRead("ANSWER", "RFC822.SIZE")
        return About(int(size[1]), _moment(text), literal)

    def whole(self, uid: int) -> bytes:
        """A whole message. Raises Oversized when it turns out to be more than we take."""
        said = self._fetched(uid, "(BODY.PEEK[])", reading.MOST_BYTES)
        if said is None:
            raise NotRead("ANSWER", "BODY[]")
        return said[1]

    def _fetched(self, uid: int, what: str, most: int) -> tuple[bytes, bytes] | None:
        with self._asked("ANSWER", most):
            answer, said = self.connection.uid("FETCH", str(uid), what)
            if answer != "OK":
                raise NotRead("ANSWER")
            pieces = [one for one in said if isinstance(one, tuple)]
            text = b" ".join(one[0] if isinstance(one, tuple) else one for one in said if one)
            if not pieces and not text:
                return None
            number = _UID.search(text)
            if number is None or int(number[1]) != uid or len(pieces) != 1:
                raise NotRead("ANSWER", "FETCH")
            return text, bytes(pieces[0][1])

    @contextmanager
    def _asked(self, otherwise: str, most: int) -> Iterator[None]:
        """One exchange; whatever goes wrong in it is told in our words."""
        self.connection.most = most + MOST_SLACK
        try:
            yield
        except (NotRead, Oversized):
            raise
        except imaplib.IMAP4.abort as problem:
            raise NotRead("TOO_SLOW" if self.is_late() else "CUT", _words(problem)) from None
        except imaplib.IMAP4.error as problem:
            raise NotRead(otherwise, _words(problem)) from None
        except (OSError, ValueError, LookupError, TypeError) as problem:
            raise NotRead(_code(problem, self.is_late()), _words(problem)) from None


@contextmanager
def opened(account: Account) -> Iterator[Mailbox]:
    """The folder, opened to be read only; the connection is cut when its time is over. Raises NotRead."""
    until = time.monotonic() + TOTAL_SECONDS

    def is_late() -> bool:
        return time.monotonic() >= until

    try:
        connection = _connected(account)
    except (OSError, imaplib.IMAP4.error, ValueError) as problem:
        raise NotRead(_code(problem, False, "UNREACHABLE"), _words(problem)) from None
    timer = threading.Timer(max(until - time.monotonic(), 0), _cut, [connection])
    timer.daemon = True
    timer.start()
    try:
        mailbox = Mailbox(connection, is_late)
        mailbox.open(account)
        yield mailbox
    finally:
        timer.cancel()
        with suppress(Exception):  # it may be gone already, or never have understood
            connection.logout()
        _cut(connection)


class _Bounded:
    """Refuses lengths that a server announces beyond what was asked for."""

    most = MOST_SLACK

    def read(self, size: int) -> bytes:
        if size > self.most:
            raise Oversized(str(size))
        return super().read(size)  # type: ignore[misc]


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Secured(_Bounded, imaplib.IMAP4_SSL):
    pass


def _connected(account: Account) -> Any:
    if not account.is_secure:
        return _Plain(account.host, account.port, timeout=CONNECT_SECONDS)
    context = ssl.create_default_context()
    return _Secured(account.host, account.port, ssl_context=context, timeout=CONNECT_SECONDS)


def _cut(connection: Any) -> None:
    with suppress(Exception):
        connection.sock.shutdown(socket.SHUT_RDWR)
    with suppress(Exception):
        connection.sock.close()


def _code(problem: Exception, is_late: bool, otherwise: str = "") -> str:
    if is_late or isinstance(problem, TimeoutError):
        return "TOO_SLOW"
    return otherwise or ("CUT" if isinstance(problem, OSError) else "ANSWER")


def _words(problem: Exception) -> str:
    """What went wrong, without what was sent: a server may repeat a password."""
    return type(problem).__name__


def _number(said: bytes) -> int:
    """A number of IMAP: 32 bits. Raises ValueError."""
    found = int(said)
    if not 0 < found < 2**32:
        raise ValueError(said[:20])
    return found


def _moment(text: bytes) -> datetime | None:
    found = imaplib.Internaldate2tuple(text)
    return datetime.fromtimestamp(time.mktime(found), UTC) if found else None
