"""The typefaces of printed documents: where they lie and which characters they can print."""

import functools
import mmap
import os
import struct
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.template import Context, Engine

# One file per family and weight: WeasyPrint 70 merges files of one family and prints garbage.
FAMILIES = ("NotoSans", "NotoSansSC", "NotoSansDevanagari")
WEIGHTS = ("Regular", "Bold")

# What a paragraph may hold without a glyph of its own: controls, format characters, spaces.
INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}


class FontsMissing(Exception):
    """The product's own font files are not where FONTS_DIR says."""


class GlyphMissing(ValueError):
    """Text holds characters that no font of ours can print. `characters` lists them in order."""

    def __init__(self, characters):
        self.characters = tuple(characters)
        names = ", ".join(f"{character} (U+{ord(character):04X})" for character in self.characters)
        super().__init__(f"No font can print: {names}")


def paths() -> list[Path]:
    """The font files. Raises `FontsMissing` when one is absent: another font is never taken instead."""
    files = [Path(settings.FONTS_DIR) / f"{family}-{weight}.ttf" for family in FAMILIES for weight in WEIGHTS]
    if absent := [file.name for file in files if not file.is_file()]:
        raise FontsMissing(f"Not in {settings.FONTS_DIR}: {', '.join(absent)}. Run `make setup`.")
    return files


def unprintable(text: str) -> list[str]:
    """The characters of `text` that our fonts cannot print, each once, in order."""
    covered = coverage()
    return [
        character
        for character in dict.fromkeys(text)
        if not covered[ord(character)] and unicodedata.category(character) not in INVISIBLE
    ]


@functools.cache
def coverage() -> bytes:
    """One byte for each code point: 1 where at least one family has it in every weight."""
    printable = bytearray(sys.maxunicode + 1)
    for family in FAMILIES:
        regular, bold = (_ranges(path) for path in paths() if path.name.startswith(f"{family}-"))
        heavy = _flags(bold)
        for first, last in regular:
            for point in range(first, last + 1):
                printable[point] |= heavy[point]
    return bytes(printable)


@contextmanager
def private_fontconfig():
    """Let fontconfig, while it starts, know our fonts and no font of the machine."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_configuration_file())
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{{ folder }}</dir>
  <cachedir>{{ cache }}</cachedir>
  <selectfont>
    <rejectfont><glob>*</glob></rejectfont>
    <acceptfont>{% for path in paths %}<glob>{{ path }}</glob>{% endfor %}</acceptfont>
  </selectfont>
  <match target="pattern"><edit name="hinting" mode="assign"><bool>false</bool></edit></match>
</fontconfig>
"""


def _configuration_file() -> Path:
    folder = Path(settings.VAR_DIR) / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    values = {"folder": settings.FONTS_DIR, "cache": folder / "cache", "paths": paths()}
    text = Engine().from_string(_CONFIGURATION).render(Context(values))
    file = folder / "fonts.conf"
    if not file.exists() or file.read_text() != text:
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text(text)
        new.replace(file)
    return file


def _flags(ranges) -> bytearray:
    flags = bytearray(sys.maxunicode + 1)
    for first, last in ranges:
        flags[first : last + 1] = b"\1" * (last + 1 - first)
    return flags


def _ranges(path: Path) -> Iterator[tuple[int, int]]:
    """The ranges of code points in a font's full character map (cmap format 12; without one, format 4).

    Read here because the usual library would leave 30 MB of tables in each worker's memory.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as font:
        place = _table(font, b"cmap")
        records = [
            struct.unpack_from(">HHL", font, place + 4 + 8 * i) for i in range(_short(font, place + 2))
        ]
        subtables = [place + offset for platform, _encoding, offset in records if platform in (0, 3)]
        for subtable in sorted(subtables, key=lambda subtable: _short(font, subtable) != 12):
            yield from (_groups if _short(font, subtable) == 12 else _segments)(font, subtable)
            return


def _table(font, tag: bytes) -> int:
    for i in range(_short(font, 4)):
        name, _checksum, offset, _length = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        if name == tag:
            return offset
    raise FontsMissing(f"A font has no {tag.decode()} table.")


def _groups(font, subtable: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">L", font, subtable + 12)
    for i in range(count):
        yield struct.unpack_from(">LL", font, subtable + 16 + 12 * i)


def _segments(font, subtable: int) -> Iterator[tuple[int, int]]:
    count = _short(font, subtable + 6) // 2
    for i in range(count - 1):
        yield _short(font, subtable + 16 + 2 * (count + i)), _short(font, subtable + 14 + 2 * i)


def _short(font, place: int) -> int:
    return struct.unpack_from(">H", font, place)[0]
