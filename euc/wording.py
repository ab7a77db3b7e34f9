"""Comparing two wordings of a text, word by word and Chinese sign by sign. Pure; knows no clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, OLD, NEW = "same", "old", "new"
LANGUAGES = {"en": "English", "zh": "中文", "hi": "हिन्दी"}
TAGS = {"en": "en", "zh": "zh-Hans", "hi": "hi"}
TOKEN = re.compile(
    r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]|[^\s\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+|\s+"
)


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stands in both wordings, only in the old or only in the new."""

    text: str
    state: str


@dataclass(frozen=True)
class Compared:
    """One language of a text in two wordings."""

    name: str
    lang: str
    pieces: list[Piece]

    @property
    def has_changed(self) -> bool:
        return any(piece.state != SAME for piece in self.pieces)


def pieces(old: str, new: str) -> list[Piece]:
    """The two wordings as one text: what went, what came and what stayed, in order."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("".join(before[a:b]), SAME))
            continue
        found += [Piece("".join(before[a:b]), OLD)] if b > a else []
        found += [Piece("".join(after[c:d]), NEW)] if d > c else []
    return found


def compare(old: dict[str, str], new: dict[str, str]) -> list[Compared]:
    """Two wordings by language (en, zh, hi), in the order in which they are shown."""
    return [
        Compared(name, TAGS[key], pieces(old.get(key, ""), new.get(key, "")))
        for key, name in LANGUAGES.items()
    ]
