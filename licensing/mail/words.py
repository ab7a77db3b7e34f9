"""What a letter says of an application: phrases in Chinese and English, their days, the passage. No database.

A phrase counts only where its sentence claims it: not denied, not hoped for, not asked, not quoted from the mail that
is answered. What is found is a suggestion for a person, never a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from licensing import feed_records
from licensing.mail import dating, phrases

MOST_CLAIMS = 5
LONGEST_PASSAGE = 400
MOST_SENTENCES = 400

_TABLE = tuple(
    (code, re.compile("|".join([*zh, rf"\b(?:{'|'.join(phrases.ENGLISH[code])})\b"]), re.IGNORECASE))
    for code, zh in phrases.CHINESE.items()
)
_DENIED = re.compile("|".join(phrases.DENIED), re.IGNORECASE)
_ONLY_NAMED = re.compile(rf"\s*(?:{'|'.join(phrases.ONLY_NAMED)})", re.IGNORECASE)
_QUOTE_BEGINS = re.compile(rf"\s*(?:{'|'.join(phrases.QUOTES)})", re.IGNORECASE)
_ASKED = re.compile(r"[?？]\s*$|吗\s*[。.!！]?$|呢\s*[。.!！]?$")
_ANSWERS = re.compile(r"\s*(?:re|aw|fwd?|wg|回复|答复|转发|回覆|轉寄)\s*[:：]", re.IGNORECASE)
_FORWARDS = re.compile(r"\s*(?:fwd?|wg|转发|轉寄)\s*[:：]", re.IGNORECASE)
_LABELLED = re.compile(r"(?:状态|进度|status)\s*[:：]\s*([^,，。;；\n(（\d]{1,40})", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?<=[。！？!?;；])|\n|(?<=\.)\s+(?=[A-Z])")
_LINE_GOES_ON = 50  # columns: a longer line was broken by the mail program, not by the writer
_CLAUSE = re.compile(r"[，,、:：]|\bbut\b|但是?|不过|\band\b|并且?|而且", re.IGNORECASE)

_APPLICATION = re.compile(
    r"(?:申请编?号|受理编?号|application\s*(?:no|number|nr|ref)\b\.?)\s*(?:为|是|is)?\s*[:：#]?\s*"
    r"([A-Za-z0-9][A-Za-z0-9/-]{3,39})",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"(?:许可证(?:编?号)?|licen[cs]e\s*(?:no|number|nr)\b\.?)\s*(?:为|是|is)?\s*[:：#]?\s*"
    r"([A-Za-z0-9]{2}[A-Za-z0-9/-]{2,39})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """A station somebody seems to claim, as of which day in China, and the words it rests on."""

    station: str
    on: date
    is_day_told: bool
    passage: str


@dataclass(frozen=True)
class Said:
    """Everything a letter says of an application."""

    claims: tuple[Claim, ...] = ()
    application_number: str = ""
    licence_number: str = ""
    is_forwarded: bool = False


def read(subject: str, text: str, *, day: date) -> Said:
    """What a letter of this day (in China) says. Days after it are none that something happened on."""
    heading = "" if _ANSWERS.match(subject) else subject  # an answer repeats what was said before
    is_forwarded = bool(_FORWARDS.match(subject))  # then the words are of a third person
    own = f"{heading}\n{_unquoted(text) if is_forwarded else fresh(text)}"
    found: dict[str, Claim] = {}
    for sentence in _sentences(own):
        for claim in _claims(sentence, day):
            known = found.get(claim.station)
            if known is None or (claim.is_day_told and not known.is_day_told):
                found[claim.station] = claim
    claims = tuple(found.values())[:MOST_CLAIMS]
    return Said(claims, _number(_APPLICATION, own), _number(_LICENCE, own), is_forwarded)


def _sentences(text: str) -> list[str]:
    found = (one.strip() for one in _SENTENCE_ENDS.split(text[:40_000]))
    return [one for one in found if one][:MOST_SENTENCES]


def _unwrapped(lines: list[str]) -> str:
    """Lines that a mail program broke, joined again."""
    joined: list[str] = []
    is_open = False
    for line in lines:
        if is_open and line.strip():
            joined[-1] += ("" if ord(joined[-1][-1]) > 0x2E80 else " ") + line.strip()
        else:
            joined.append(line.strip())
        wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in line)
        is_open = wide >= _LINE_GOES_ON and line.rstrip()[-1:] not in "。.!?！？:："
    return "\n".join(joined)


def fresh(text: str) -> str:
    """What was written now: without the earlier mails that are quoted below it."""
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if _QUOTE_BEGINS.match(line)), len(lines))
    return _unquoted("\n".join(lines[:end]))


def _unquoted(text: str) -> str:
    return _unwrapped([line for line in text.split("\n") if not line.lstrip().startswith(">")])


def _claims(sentence: str, day: date) -> Iterator[Claim]:
    if _ASKED.search(sentence):
        return
    rest = sentence[:1000].translate(phrases.FOLDED)
    told = dating.days(rest, day)
    if (labelled := _LABELLED.search(rest)) and (code := feed_records.station_of(labelled[1].rstrip(" ."))):
        yield from _claim(code, sentence, told, labelled.span(1), day)
        return
    for code, pattern in _TABLE:
        for match in list(pattern.finditer(rest)):
            before = _CLAUSE.split(rest[: match.start()])[-1]
            if not _DENIED.search(before) and not _ONLY_NAMED.match(rest[match.end() :]):
                yield from _claim(code, sentence, told, match.span(), day)
            # What one phrase covers, no shorter one is read from.
            rest = rest[: match.start()] + "\x00" * len(match.group()) + rest[match.end() :]


def _claim(
    code: str, sentence: str, told: list[dating.Found], span: tuple[int, int], day: date
) -> Iterator[Claim]:
    on = dating.nearest(sentence, told, *span)
    if on is None or on <= day:
        yield Claim(code, on or day, on is not None, _passage(sentence, span[0]))


def _passage(sentence: str, at: int) -> str:
    if len(sentence) <= LONGEST_PASSAGE:
        return sentence
    start = max(min(at - LONGEST_PASSAGE // 2, len(sentence) - LONGEST_PASSAGE), 0)
    return sentence[start : start + LONGEST_PASSAGE]


def _number(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text[:20_000].translate(phrases.FOLDED))
    return found[1].rstrip("-/").upper() if found and any(sign.isdigit() for sign in found[1]) else ""
