"""The message queue of a machine without services: `eucfs://`, one file per message.

kombu's own filesystem transport opens a message under its final name before it is written, so
that a reader may take it empty: under load it loses messages and stops the worker. Here every
file appears complete or not at all. A message is only a hint; the Errand table is the record.
"""

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import Empty

from django.conf import settings
from kombu.transport import filesystem, virtual
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)
LEFTOVER_SECONDS = 3600


class Channel(filesystem.Channel):
    """Messages and exchange tables under one folder, default `VAR_DIR/queue`."""

    def __init__(self, connection, **kwargs):
        super().__init__(connection, **kwargs)
        self._make_folders()
        self._sweep_leftovers()

    def _make_folders(self) -> None:
        """Before each use: somebody may have deleted the queue under running workers."""
        for folder in (self.messages, self.moving, self.control_folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @cached_property
    def folder(self) -> Path:
        return Path(self.transport_options.get("folder") or settings.VAR_DIR / "queue")

    @cached_property
    def messages(self) -> Path:
        return self.folder / "messages"

    @cached_property
    def moving(self) -> Path:
        """Files being written and messages being taken: same file system, so renames are atomic."""
        return self.folder / "moving"

    @property
    def control_folder(self) -> Path:
        return self.folder / "exchanges"

    @property
    def data_folder_in(self) -> str:
        """Where the inherited `_size` and `_purge` look."""
        return str(self.messages)

    # --- messages ---------------------------------------------------------------------------

    def _put(self, queue, payload, **kwargs):
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        self._write(self.messages / name, str_to_bytes(dumps(payload)))

    def _get(self, queue):
        """The oldest whole message of the queue; one that cannot be read is dropped with a warning."""
        for name in sorted(self._waiting(queue)):
            content = self._claim(name)
            if content is None:
                continue
            message = self._parse(content)
            if message is not None:
                return message
            log.warning("Dropped the unreadable message %s (%d bytes)", name, len(content))
        raise Empty

    def _waiting(self, queue) -> list[str]:
        suffix = f"{queue}.msg"
        self._make_folders()
        return [name for name in os.listdir(self.messages) if name.partition(".")[2] == suffix]

    def _claim(self, name: str) -> bytes | None:
        """Take one message away from everybody else; None when another took it first."""
        mine = self.moving / f"{name}.{uuid.uuid4()}"
        try:
            (self.messages / name).rename(mine)
        except FileNotFoundError:
            return None
        content = mine.read_bytes()
        mine.unlink()
        return content

    def _parse(self, content: bytes):
        try:
            message = loads(bytes_to_str(content))
            return message if message["properties"]["delivery_tag"] else None
        except (ValueError, TypeError, KeyError):
            return None

    # --- exchange tables ----------------------------------------------------------------------

    def get_table(self, exchange):
        try:
            rows = loads(bytes_to_str(self._exchange_file(exchange).read_bytes()))
        except (FileNotFoundError, ValueError):
            return []
        return [filesystem.exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._edit_table(exchange, lambda table: table if row in table else [row, *table])

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._edit_table(exchange, lambda table: [other for other in table if other != row])

    def _edit_table(self, exchange, change: Callable[[list], list]) -> None:
        with self._locked():
            before = self.get_table(exchange)
            after = change(before)
            if after != before:
                self._write(self._exchange_file(exchange), str_to_bytes(dumps(after)))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "exchanges.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # --- files --------------------------------------------------------------------------------

    def _write(self, path: Path, content: bytes) -> None:
        """Let the file appear whole under its name, or not at all."""
        self._make_folders()
        unfinished = self.moving / uuid.uuid4().hex
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def _sweep_leftovers(self) -> None:
        """Delete what killed processes left half-written or half-taken an hour ago."""
        for path in self.moving.iterdir():
            try:
                if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                continue


class Transport(filesystem.Transport):
    Channel = Channel
    global_state = virtual.BrokerState()
    polling_interval = 0.2
    driver_name = "eucfs"
