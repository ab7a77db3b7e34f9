"""Files sent so that a download that broke off goes on where it ended: one range of bytes (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

PIECE = 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def first_byte(request: HttpRequest) -> int:
    """Where the request wants to begin: 0 for a download that is begun."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    return int(match[1]) if match and match[1] else 0


def send(request: HttpRequest, path: Path, *, name: str, media_type: str, tag: str) -> HttpResponseBase:
    """The file or the range of it that was asked for; 416 where the range lies outside.

    `tag` names the bytes: a range that was begun of others (If-Range) gets the whole file. A `Range` that is not
    one range of bytes is ignored, as the standard has it. Raises FileNotFoundError.
    """
    size = path.stat().st_size
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{tag}"',
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if (
        match is None
        or match.groups() == ("", "")
        or request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"'
    ):
        return _piecewise(path, 0, size - 1, 200, media_type, headers)
    first, last = _within(match[1], match[2], size)
    if first > last:
        return HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        )
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _piecewise(path, first, last, 206, media_type, headers)


def _within(first: str, last: str, size: int) -> tuple[int, int]:
    """The range inside the file: `5-9`, `5-` from the fifth on, `-5` the last five."""
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else (1, 0)
    return int(first), min(int(last or size - 1), size - 1)


def _piecewise(
    path: Path, first: int, last: int, status: int, media_type: str, headers: dict[str, str]
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        _pieces(path, first, last), status=status, content_type=media_type, headers=headers
    )
    response["Content-Length"] = str(max(last - first + 1, 0))
    return response


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
