"""The secrets of webhooks and what is signed with them. They are derived, so that no table holds one.

A secret is HMAC-SHA256 of the source's random key and the secret's number with the installation's SECRET_KEY: who
changes that key changes every secret. The sender signs `<timestamp>.<body>`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from licensing.models import FeedSource

TOLERANCE = timedelta(minutes=5)
FORMER_LASTS = timedelta(hours=24)
_TIMESTAMP = re.compile("[0-9]{1,12}")


def secret_of(source: FeedSource, number: int | None = None) -> str:
    """The secret with this number; the present one without."""
    said = f"{source.key}:{number or source.secret_number}"
    return "whsec_" + salted_hmac("licensing.feed.secret", said, algorithm="sha256").hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hexadecimal digits, as senders make it."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def nonce(timestamp: str, body: bytes) -> str:
    """What a signed message is, whichever secret signed it."""
    return hashlib.sha256(timestamp.encode() + b"." + body).hexdigest()


def is_signed(source: FeedSource, *, timestamp: str, given: str, body: bytes, at: datetime) -> bool:
    """Whether one of the source's valid secrets signed this message within five minutes of now, either way."""
    numbers = [source.secret_number]
    if source.former_ends_at and source.former_ends_at > at:
        numbers.append(source.secret_number - 1)
    plain = given.removeprefix("sha256=").strip().lower().encode(errors="replace")
    fits = [
        hmac.compare_digest(signature(secret_of(source, number), timestamp, body).encode(), plain)
        for number in numbers
    ]
    return _is_near(timestamp, at) and any(fits)


def _is_near(timestamp: str, at: datetime) -> bool:
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(at.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
