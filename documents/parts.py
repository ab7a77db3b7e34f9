"""Files that arrive in parts over a slow or broken line (the tus protocol): kept beside until they are whole.

What is known of a file travels in its signed name; on disk lies only what has arrived. Nothing of it is a record:
a file that was not finished in a day is forgotten.
"""

from __future__ import annotations

import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

LASTS_SECONDS = 24 * 60 * 60
MOST_OPEN = 50
LONGEST_NAME = 200
SALT = "documents.parts"
PIECE = 64 * 1024


class TooLarge(Exception):
    """The file is, or became, larger than it may be or than it was said to be."""


class TooMany(Exception):
    """One owner has begun too many files that are not finished."""


class Unknown(Exception):
    """No such file of this owner is on its way: never begun, forgotten, or another's."""


class OffsetDiffers(Exception):
    """The part does not begin where the last one ended; `at` says where that is."""

    def __init__(self, at: int):
        self.at = at
        super().__init__(f"The next part begins at {at}.")


@dataclass(frozen=True)
class Arriving:
    """A file on its way: whose (an organisation), for what, how large in bytes, and how its bringer calls it."""

    owner: int
    purpose: str
    key: str
    size: int
    name: str

    @property
    def token(self) -> str:
        """Its name in addresses, which nobody else can make."""
        return signing.dumps(astuple(self), salt=SALT)

    @property
    def path(self) -> Path:
        return _folder(self.owner) / self.key

    @property
    def offset(self) -> int:
        """How many bytes have arrived. Raises Unknown."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError as gone:
            raise Unknown from gone


def begin(*, owner: int, purpose: str, size: int, name: str) -> Arriving:
    """Expect a file of `size` bytes. Raises TooLarge or TooMany."""
    if not 0 < size <= settings.UPLOAD_MAX_BYTES:
        raise TooLarge
    folder = _folder(owner)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sum(1 for _ in _still_open(folder)) >= MOST_OPEN:
        raise TooMany
    arriving = Arriving(owner, purpose, secrets.token_hex(16), size, name[:LONGEST_NAME])
    arriving.path.touch(mode=0o600, exist_ok=False)
    return arriving


def known(token: str, *, owner: int, purpose: str) -> Arriving:
    """The file of that name, if this owner brings it for this purpose. Raises Unknown."""
    try:
        arriving = Arriving(*signing.loads(token, salt=SALT, max_age=LASTS_SECONDS))
    except (signing.BadSignature, TypeError) as wrong:
        raise Unknown from wrong
    if (arriving.owner, arriving.purpose) != (owner, purpose) or not arriving.path.is_file():
        raise Unknown
    return arriving


def append(arriving: Arriving, *, at: int, stream: IO[bytes]) -> int:
    """Add what the stream gives, from `at` on, and return how much has arrived: what was read stays on a broken line.

    Raises OffsetDiffers, TooLarge or Unknown.
    """
    try:
        file = arriving.path.open("r+b")
    except FileNotFoundError as gone:
        raise Unknown from gone
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, 2)
        if end != at:
            raise OffsetDiffers(end)
        while piece := stream.read(PIECE):
            if end + len(piece) > arriving.size:
                raise TooLarge
            file.write(piece)
            end += len(piece)
    return end


def whole(arriving: Arriving) -> SimpleUploadedFile:
    """The file as if it had come at once. Raises Unknown while it is not whole."""
    if arriving.offset != arriving.size:
        raise Unknown
    return SimpleUploadedFile(arriving.name, arriving.path.read_bytes())


def forget(arriving: Arriving) -> None:
    """It was taken over, or is not wanted any more."""
    arriving.path.unlink(missing_ok=True)


def _folder(owner: int) -> Path:
    return Path(settings.VAR_DIR) / "arriving" / str(owner)


def _still_open(folder: Path) -> Iterator[Path]:
    """What is not yet a day old; the rest is removed on the way."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - LASTS_SECONDS:
                path.unlink()
            else:
                yield path
