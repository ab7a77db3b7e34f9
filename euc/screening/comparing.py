"""Comparing two names: which keys bring them together, and how alike they are, with the reasons. Pure."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from euc.screening.names import Spelling, skeleton, spelled

WORDS, HANZI, SOUND, SPACING = "words", "hanzi", "sound", "spacing"
ALIKE = 0.8  # of two words; below it they do not count as the same
SHORTEST = 4  # letters below which only the same word counts
SAME_SOUND = 0.94  # what the same sound in other characters counts for
COUNTRY_AGREES, COUNTRY_DIFFERS = 2, -4

Count = Callable[[str], int]  # how many listed names have this word; 0 when it is not known


@dataclass(frozen=True)
class Pair:
    """Two words that were taken for the same, and how alike they are in per cent."""

    asked: str
    listed: str
    per_cent: int


@dataclass(frozen=True)
class Comparison:
    """How alike two names are, 0 to 100, and why."""

    score: int
    asked: str
    listed: str
    how: str
    pairs: tuple[Pair, ...] = ()
    only_asked: tuple[str, ...] = ()
    only_listed: tuple[str, ...] = ()
    country: str = "unknown"

    def as_json(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "asked": self.asked,
            "listed": self.listed,
            "how": self.how,
            "pairs": [[pair.asked, pair.listed, pair.per_cent] for pair in self.pairs],
            "only_asked": list(self.only_asked),
            "only_listed": list(self.only_listed),
            "country": self.country,
        }


@dataclass(frozen=True)
class Name:
    """What is compared: a name's spellings and the countries it is said to belong to."""

    spellings: tuple[Spelling, ...]
    countries: frozenset[str] = frozenset()
    keys: frozenset[str] = field(default=frozenset(), compare=False)


def name_of(names: Iterable[str], countries: Iterable[str] = ()) -> Name:
    """All spellings of one party or entry, without doubles and without empty ones."""
    spellings = tuple(dict.fromkeys(s for s in map(spelled, filter(None, names)) if s.words))
    keys = frozenset(key for spelling in spellings for key in keys_of(spelling))
    return Name(spellings, frozenset(country.upper() for country in countries if country), keys)


def keys_of(spelling: Spelling) -> set[str]:
    """What two spellings of one name are likely to share: words, neighbours run together, pairs of characters."""
    words, found = spelling.words, set()
    bare = [skeleton(word) for word in words]
    if not spelling.han:
        found |= {f"w{one}" for one, word in zip(bare, words, strict=True) if len(word) > 2}
    found |= {f"w{skeleton(a + b)}" for a, b in itertools.pairwise(words)}
    if len(words) <= 2:
        found |= {f"d{cut}" for one in bare if len(one) >= SHORTEST for cut in _cuts(one)}
    found |= {f"h{a}{b}" for a, b in zip(spelling.han, spelling.han[1:], strict=False)}
    return found


def _cuts(word: str) -> set[str]:
    """The word itself and all that is left when one letter is taken out: a slip of one letter meets in them."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def number(key: str) -> int:
    """A key as a signed 64-bit number, as it is stored."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def compare(asked: Name, listed: Name, *, count: Count, total: int) -> Comparison:
    """The best of all pairs of spellings, corrected by what the countries say."""

    def weight(word: str) -> float:
        return math.log(1 + (total + 1) / (1 + count(word)))

    best = max(
        (_spellings(one, other, weight) for one in asked.spellings for other in listed.spellings),
        key=lambda found: found.score,
        default=Comparison(0, "", "", WORDS),
    )
    country, change = "unknown", 0
    if asked.countries and listed.countries:
        agrees = bool(asked.countries & listed.countries)
        country, change = ("agrees", COUNTRY_AGREES) if agrees else ("differs", COUNTRY_DIFFERS)
    score = max(0, min(100, best.score + (change if best.score < 100 or change < 0 else 0)))
    return Comparison(
        score, best.asked, best.listed, best.how, best.pairs, best.only_asked, best.only_listed, country
    )


def _spellings(asked: Spelling, listed: Spelling, weight: Callable[[str], float]) -> Comparison:
    if len(asked.han) > 1 and len(listed.han) > 1:
        written = fuzz.ratio(asked.han, listed.han) / 100
        sound = SAME_SOUND * fuzz.ratio(asked.joined, listed.joined) / 100
        how = HANZI if written >= sound else SOUND
        return Comparison(round(100 * max(written, sound)), asked.name, listed.name, how)
    found = _by_words(asked, listed, weight)
    if bool(asked.han) != bool(listed.han) or len(asked.words) != len(listed.words):
        run = _run_together(asked, listed)
        if run > found.score:
            how = SOUND if asked.han or listed.han else SPACING
            return Comparison(run, asked.name, listed.name, how)
    return found


def _run_together(asked: Spelling, listed: Spelling) -> int:
    one, other = asked.joined, listed.joined
    if min(len(one), len(other)) < SHORTEST:
        return 100 if one == other else 0
    return round(fuzz.ratio(one, other))


def _by_words(asked: Spelling, listed: Spelling, weight: Callable[[str], float]) -> Comparison:
    """Each word finds its most alike partner once; rare words count for more than common ones."""
    alike = sorted(
        (
            (_alike(one, other), a, b)
            for a, one in enumerate(asked.words)
            for b, other in enumerate(listed.words)
        ),
        reverse=True,
    )
    pairs, left, right = [], set(range(len(asked.words))), set(range(len(listed.words)))
    gained = 0.0
    for share, a, b in alike:
        if share < ALIKE:
            break
        if a in left and b in right:
            left.discard(a)
            right.discard(b)
            gained += share * (weight(asked.words[a]) + weight(listed.words[b]))
            pairs.append(Pair(asked.words[a], listed.words[b], round(100 * share)))
    whole = sum(map(weight, asked.words)) + sum(map(weight, listed.words))
    return Comparison(
        round(100 * gained / whole) if whole else 0,
        asked.name,
        listed.name,
        WORDS,
        tuple(pairs),
        tuple(asked.words[a] for a in sorted(left)),
        tuple(listed.words[b] for b in sorted(right)),
    )


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit() or min(len(one), len(other)) < SHORTEST:
        return 0.0
    if skeleton(one) == skeleton(other) and len(skeleton(one)) > 2:
        return max(0.95, OSA.normalized_similarity(one, other))
    return OSA.normalized_similarity(one, other)
