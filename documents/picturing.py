"""Pictures of stored files to look at: hostile bytes reach a browser only as pixels drawn in the bounded child."""

from __future__ import annotations

import base64
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from documents import bounded, storing
from documents.models import StoredFile
from documents.uploads import JPEG, PDF, PNG, XLSX

SMALL, LARGE = 160, 1000  # pixels wide
DRAWN = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}
MOST_ROWS, MOST_COLUMNS = 200, 30


class NoPicture(Exception):
    """There is no such page, or the file cannot be drawn."""


@dataclass(frozen=True)
class Sheet:
    """The first rows of a workbook's first sheet, as text; `is_whole` unless it has more."""

    rows: list[list[str]]
    is_whole: bool


def is_drawn(file: StoredFile) -> bool:
    return file.media_type in DRAWN


def is_sheet(file: StoredFile) -> bool:
    return file.media_type == XLSX


def page(file: StoredFile, number: int, width: int) -> bytes:
    """One page as a JPEG of SMALL or LARGE width, from 1 on; kept in a folder that may be emptied at any time.

    Raises NoPicture, `bounded.Busy`, and `storing.Corrupted`.
    """
    kept = _folder() / f"{file.sha256}-{number}-{width}.jpg"
    if kept.is_file():
        return kept.read_bytes()
    answer = _asked(file, "picture", form=DRAWN.get(file.media_type, ""), number=number, width=width)
    drawn = base64.b64decode(answer["jpeg"])
    _keep(kept, drawn)
    return drawn


def pages(file: StoredFile) -> int:
    """How many pages there are to look at; a picture has one. Raises as `page`."""
    if file.media_type != PDF:
        return 1
    return int(_asked(file, "pdf")["pages"])


def sheet(file: StoredFile) -> Sheet:
    """What stands in a workbook. Raises as `page`."""
    answer = _asked(file, "table", most_rows=MOST_ROWS, most_columns=MOST_COLUMNS, cut=True)
    rows = [cells[:MOST_COLUMNS] for _number, cells in answer["rows"]]
    return Sheet(rows[:MOST_ROWS], len(rows) <= MOST_ROWS)


def _asked(file: StoredFile, task: str, **given: Any) -> dict[str, Any]:
    try:
        answer = bounded.read(task, storing.read(file), **given)
    except bounded.TooCostly as problem:
        raise NoPicture("It takes too long to draw.") from problem
    if "refused" in answer:
        raise NoPicture(answer["refused"])
    return answer


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "pictures"


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.rename(temporary, path)
