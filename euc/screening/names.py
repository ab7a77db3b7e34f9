"""How a name is spelled for comparison: one shape for Latin, Chinese and Devanagari writing. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LEGAL_WORDS = frozenset(
    ("private", "pvt", "limited", "ltd", "llp", "llc", "company", "co", "inc", "incorporated", "corporation",
     "corp", "gmbh", "plc", "sa", "ag", "bv", "nv", "srl", "spa", "the", "and", "of", "for", "ms", "group",
     "holding", "holdings", "praivet", "privet", "limitid", "kampani", "kampni")
)  # fmt: skip
LEGAL_HAN = re.compile("股份有限公司|有限责任公司|有限公司|责任公司|集团|公司|股份")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
DEVANAGARI = re.compile(r"[\u0900-\u097f\u200c\u200d]+")
WORD = re.compile(r"[a-z0-9]+")

_CONSONANTS = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "n", "च": "ch", "छ": "chh", "ज": "j", "झ": "jh", "ञ": "n",
    "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n", "त": "t", "थ": "th", "द": "d", "ध": "dh", "न": "n",
    "प": "p", "फ": "ph", "ब": "b", "भ": "bh", "म": "m", "य": "y", "र": "r", "ल": "l", "व": "v", "श": "sh",
    "ष": "sh", "स": "s", "ह": "h", "ळ": "l",
}  # fmt: skip
_VOWELS = {
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ए": "e", "ऐ": "ai", "ओ": "o",
    "औ": "au", "ऑ": "o", "ऍ": "e",
}  # fmt: skip
_SIGNS = {
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "े": "e", "ै": "ai", "ो": "o", "ौ": "au",
    "ॉ": "o", "ॅ": "e",
}  # fmt: skip
_VIRAMA = "\u094d"
_NASAL = {"\u0902": "n", "\u0901": "n", "\u0903": "h"}
_PAIRS = [
    ("chh", "C"), ("ch", "C"), ("sh", "s"), ("ph", "f"), ("bh", "b"), ("dh", "d"), ("gh", "g"), ("kh", "k"),
    ("th", "t"), ("jh", "j"), ("zh", "j"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("q", "k"), ("x", "ks"), ("w", "v"),
    ("z", "s"), ("C", "c"),
]  # fmt: skip
_VOWEL_RUN = re.compile(r"[aeiouy]+")
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Spelling:
    """A name without its legal form: its words in Latin letters, its Chinese characters, and how it was written."""

    name: str
    words: tuple[str, ...]
    han: str = ""

    @property
    def joined(self) -> str:
        return "".join(self.words)


@lru_cache(maxsize=20_000)
def spelled(name: str) -> Spelling:
    """Spell a name for comparison. Empty words where nothing that can be compared is left."""
    text = unicodedata.normalize("NFKC", name).casefold()
    han = LEGAL_HAN.sub("", "".join(HAN.findall(text)))
    latin = DEVANAGARI.sub(lambda found: f" {from_devanagari(found.group())} ", text)
    latin = HAN.sub(" ", latin)
    latin = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    words = _with_initials(WORD.findall(latin.replace("'", "").replace("’", "")))
    kept = tuple(word for word in words if word not in LEGAL_WORDS) or tuple(words)
    return Spelling(name, (*kept, *pinyin(han)) if han else kept, han)


def _with_initials(words: list[str]) -> list[str]:
    """Single letters belong to the word after them: E-Drives, A K Motors."""
    out, held = [], ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            held += word
        else:
            out.append(held + word if len(held) == 1 else word)
            out[-1:-1] = [held] if len(held) > 1 else []
            held = ""
    return out + ([held] if held else [])


def pinyin(han: str) -> tuple[str, ...]:
    """The syllables of Chinese characters, without tones."""
    from pypinyin import lazy_pinyin

    return tuple(syllable for syllable in lazy_pinyin(han, v_to_u=False) if syllable.isascii())


def from_devanagari(text: str) -> str:
    """Devanagari in Latin letters as Indian firms write themselves: no silent a at the end of a word."""
    out: list[str] = []
    bare = False  # whether the last consonant still wants its own a
    for sign in unicodedata.normalize("NFD", text):
        if sign in _CONSONANTS:
            out.append(("a" if bare else "") + _CONSONANTS[sign])
            bare = True
        elif sign in _SIGNS:
            out.append(_SIGNS[sign])
            bare = False
        elif sign == _VIRAMA:
            bare = False
        elif sign in _NASAL:
            out.append(("a" if bare else "") + _NASAL[sign])
            bare = False
        elif sign in _VOWELS:
            out.append(("a" if bare else "") + _VOWELS[sign])
            bare = False
        elif sign.isdigit():
            out.append(str(unicodedata.digit(sign)))
    return "".join(out)


@lru_cache(maxsize=50_000)
def skeleton(word: str) -> str:
    """What is left of a word when its vowels and the usual differences of spelling are taken out."""
    if word.isdigit():
        return word
    for found, put in _PAIRS:
        word = word.replace(found, put)
    first, rest = word[:1], word[1:]
    first = "a" if _VOWEL_RUN.fullmatch(first) else first
    return _REPEATED.sub(r"\1", first + _VOWEL_RUN.sub("", rest))
