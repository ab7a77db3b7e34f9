"""The typefaces of printed documents: where they lie and which characters they can print."""

import functools
import os
import unicodedata
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.template import Context, Template

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
        if ord(character) not in covered and unicodedata.category(character) not in INVISIBLE
    ]


@functools.cache
def coverage() -> frozenset[int]:
    """Code points that at least one family has in every weight."""
    regular, bold = ([_code_points(path) for path in paths() if weight in path.name] for weight in WEIGHTS)
    return frozenset().union(*(light & heavy for light, heavy in zip(regular, bold, strict=True)))


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
    text = Template(_CONFIGURATION).render(Context(values))
    file = folder / "fonts.conf"
    if not file.exists() or file.read_text() != text:
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text(text)
        new.replace(file)
    return file


def _code_points(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
