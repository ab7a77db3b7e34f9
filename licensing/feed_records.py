"""The records of a feed, read: JSON or a table, with Chinese words and numerals, each row by itself. No database.

A body is bounded while it arrives (`Meter`) and refused as a whole only where its rows cannot be told apart; every
other fault is of one row, with its reasons.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import text as texts
from accounts.fields import KilogramField
from documents import sheets
from licensing import grounds, stations

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MARKS_PER_ROW = 30  # signs that begin or part values; what holds more of them is no list of our records
LONGEST_ID, LONGEST_NUMBER, LONGEST_TEXT = 100, 60, 1900
MOST_LINES = 200

# Name of a field, and what senders' tables call it.
FIELDS = {
    "id": ("编号", "记录号", "记录编号"),
    "case": ("参考号",),
    "application": ("申请号", "申请编号", "受理号"),
    "station": ("状态", "办理状态"),
    "date": ("日期", "状态日期"),
    "licence_number": ("许可证号", "许可证编号"),
    "licence_issued_on": ("发证日期",),
    "licence_expires_on": ("有效期至", "有效截止日期"),
    "weights_kg": ("数量", "重量"),
    "reason": ("原因", "理由"),
    "remark": ("备注", "说明"),
}
NEEDED = ("id", "station", "date")
_CALLED = {called: name for name, others in FIELDS.items() for called in (name, *others)}

_STATION_OF = {station.zh: code for code, station in stations.STATIONS.items()} | {
    "已提交": stations.FILED, "初审": stations.PROVINCE, "补正": stations.CORRECTION, "已受理": stations.ACCEPTED,
    "审查": stations.REVIEW, "审核中": stations.REVIEW, "暂停": stations.PAUSED, "转报": stations.REFERRED,
    "批准": stations.APPROVED, "已批准": stations.APPROVED, "不予批准": stations.REFUSED, "已发证": stations.ISSUED,
    "变更": stations.AMENDING, "撤回": stations.WITHDRAWN, "失效": stations.USED_UP,
}  # fmt: skip
_GROUND_OF = {one.zh: code for code, one in grounds.GROUNDS.items()}

Problem = tuple[str, str]  # name of the field, sentence


class Unreadable(Exception):
    """The body holds no rows that can be told apart; `code` is one of PROBLEMS of the models, `words` say more."""

    def __init__(self, code: str, words: str = "") -> None:
        self.code, self.words = code, words
        super().__init__(words or code)


class Meter:
    """Counts a body while it arrives. Raises Unreadable as soon as it is more than a feed may hold."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.length, self.marks = most_bytes, 0, 0

    def expect(self, length: int) -> None:
        """Refuse a length that is told beforehand."""
        if length > self.most:
            raise Unreadable("TOO_LARGE", _("More than %(most)d MB.") % {"most": self.most // 1024**2})

    def count(self, chunk: bytes) -> None:
        self.length += len(chunk)
        self.marks += sum(chunk.count(mark) for mark in (b"{", b"[", b",", b"\n"))
        self.expect(self.length)
        if self.marks > MARKS_PER_ROW * MOST_ROWS:
            raise Unreadable("TOO_MANY_ROWS", _("At most %(most)d records are taken.") % {"most": MOST_ROWS})


@dataclass(frozen=True)
class Row:
    """One record as it came: its number in the body (from 1), its values by field, what is wrong with its shape."""

    number: int
    texts: dict[str, Any]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Record:
    """One record understood. Dates are days in China; weights are milligrams by goods line (0: the only line)."""

    id: str
    station: str
    on: date
    case: str = ""
    application: str = ""
    licence_number: str = ""
    licence_issued_on: date | None = None
    licence_expires_on: date | None = None
    weights: dict[int, int] = field(default_factory=dict)
    grounds: tuple[str, ...] = ()
    note: str = ""

    @property
    def fingerprint(self) -> str:
        """What the record says, as a hash: the same id with another one is another record."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


# --- bodies ----------------------------------------------------------------------------------------------


def rows_of_json(content: bytes) -> list[Row]:
    """The rows of `[...]` or `{"records": [...]}` in UTF-8, UTF-16 or GBK. Raises Unreadable."""
    Meter().count(content)
    try:
        found = json.loads(sheets.decoded(content)[0])
    except sheets.Unreadable as problem:
        raise Unreadable("WRONG_ENCODING", str(problem)) from None
    except RecursionError:
        raise Unreadable("NO_JSON", _("It is nested too deeply.")) from None
    except ValueError as problem:
        raise Unreadable("NO_JSON", str(problem)[:200]) from None
    records = found.get("records") if isinstance(found, dict) else found
    if not isinstance(records, list):
        raise Unreadable("NO_RECORDS", _("A list, or an object with a list named records, is expected."))
    if len(records) > MOST_ROWS:
        raise Unreadable("TOO_MANY_ROWS", _("At most %(most)d records are taken.") % {"most": MOST_ROWS})
    return [_row_of_json(number, record) for number, record in enumerate(records, start=1)]


def _row_of_json(number: int, record: Any) -> Row:
    if not isinstance(record, dict):
        return Row(number, {}, (("", _("This is no object.")),))
    return _named(number, record.items())


def rows_of_table(content: bytes) -> list[Row]:
    """The rows under the head of a CSV or XLSX file, in UTF-8, UTF-16 or GBK. Raises Unreadable."""
    if not content.startswith(b"PK\x03\x04"):
        Meter().count(content)
    try:
        table = sheets.read(content, most_rows=MOST_ROWS + 1)
    except sheets.Unreadable as problem:
        raise Unreadable("NO_TABLE", str(problem)) from None
    if not table.rows:
        raise Unreadable("NO_RECORDS", _("The file is empty."))
    head = [_CALLED.get(_plain(name).lower(), "") for name in table.rows[0][1]]
    named = [name for name in head if name]
    if len(set(named)) < len(named) or not set(NEEDED) <= set(named):
        said = _("The first row must name each column once, and these among them: %(names)s.")
        raise Unreadable("NO_HEAD", said % {"names": ", ".join(NEEDED)})
    is_cut = table.encoding != "XLSX"  # workbooks leave empty cells at the end out
    return [_row_of_table(number, head, cells, may_be_cut=is_cut) for number, cells in table.rows[1:]]


def _row_of_table(number: int, head: list[str], cells: list[str], *, may_be_cut: bool) -> Row:
    row = _named(number, [(name, cell) for name, cell in zip(head, cells, strict=False) if name])
    if len(cells) > len(head) or (may_be_cut and len(cells) < len(head)):
        said = _("The row has %(count)d cells, the head %(wanted)d: it is cut or broken.")
        problem = ("", said % {"count": len(cells), "wanted": len(head)})
        return Row(number, row.texts, (problem, *row.problems))
    return row


def _named(number: int, pairs: Iterable[tuple[str, Any]]) -> Row:
    """By our names; what no field is called is left aside."""
    found: dict[str, Any] = {}
    for called, value in pairs:
        if name := _CALLED.get(_plain(called).lower()):
            found[name] = value
    return Row(number, found)


# --- records ---------------------------------------------------------------------------------------------


def read(row: Row) -> tuple[Record | None, list[Problem]]:
    """The record of a row, or everything that is wrong with it."""
    reader = _Reader(row.texts)
    problems = list(row.problems)
    given: dict[str, Any] = {
        "id": reader.line("id", LONGEST_ID),
        "case": reader.line("case", LONGEST_NUMBER).upper(),
        "application": reader.line("application", LONGEST_NUMBER),
        "station": reader.station(),
        "on": reader.day("date"),
        "licence_number": reader.line("licence_number", LONGEST_NUMBER),
        "licence_issued_on": reader.day("licence_issued_on"),
        "licence_expires_on": reader.day("licence_expires_on"),
        "weights": reader.weights(),
        **reader.reason(),
    }
    problems += reader.problems
    bad = {name for name, _said in problems}
    problems += [
        (name, _("This is needed."))
        for name, value in (("id", given["id"]), ("station", given["station"]), ("date", given["on"]))
        if not value and name not in bad
    ]
    if not given["case"] and not given["application"] and not bad & {"case", "application"}:
        problems.append(("application", _("Name the application or our reference of the case.")))
    return (None, problems) if problems else (Record(**given), [])


class _Reader:
    """Reads the fields of one row and keeps what is wrong with them."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.problems: list[Problem] = []

    def line(self, name: str, longest: int, clean: Callable[..., str] = texts.clean_line) -> str:
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            value = str(value)
        if value is not None and not isinstance(value, str):
            self.problems.append((name, _("This must be text.")))
            return ""
        try:
            return clean(value or "", max_length=longest)
        except ValidationError as refused:
            self.problems.append((name, " ".join(refused.messages)))
            return ""

    def text(self, name: str) -> str:
        return self.line(name, LONGEST_TEXT, texts.clean_text)

    def station(self) -> str:
        said = self.line("station", LONGEST_NUMBER)
        code = station_of(said)
        if said and not code:
            self.problems.append(("station", _("“%(said)s” is no station that is known.") % {"said": said}))
        return code

    def day(self, name: str) -> date | None:
        said = self.line(name, 40)
        if not said:
            return None
        try:
            return day_of(said)
        except ValueError as refused:
            self.problems.append((name, str(refused)))
            return None

    def reason(self) -> dict[str, Any]:
        """Codes of the reasons that are known; all other words go with the remark."""
        value = self.values.get("reason")
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            self.values = {**self.values, "reason": ";".join(value)}
        told = [one.strip() for one in re.split("[;；、\n]", self.text("reason")) if one.strip()]
        codes = {one: one.upper() if one.upper() in grounds.GROUNDS else _GROUND_OF.get(one) for one in told}
        words = [one for one in told if not codes[one]]
        note = "\n".join([*words, *filter(None, [self.text("remark")])])[:LONGEST_TEXT]
        return {"grounds": tuple(sorted({code for code in codes.values() if code})), "note": note}

    def weights(self) -> dict[int, int]:
        """`{"1": "500", "2": "20.5"}`, `1:500; 2:20.5`, or one number for the only line; kilograms."""
        value = self.values.get("weights_kg")
        if value in (None, ""):
            return {}
        pairs = self._pairs(value)
        found: dict[int, int] = {}
        for line, weight in pairs[:MOST_LINES]:
            try:
                number = int(line) if re.fullmatch("[0-9]{1,4}", line) else None
                weight_mg = KilogramField().clean(weight)
            except ValidationError as refused:
                self.problems.append(("weights_kg", " ".join(refused.messages)))
                return {}
            if number is None or number in found:
                self.problems.append(
                    ("weights_kg", _("Name each goods line once by its number: 1:500; 2:20.5"))
                )
                return {}
            found[number] = weight_mg
        return found

    def _pairs(self, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            return [(str(line).strip(), _number(weight)) for line, weight in value.items()]
        said = unicodedata.normalize("NFKC", _number(value))
        parts = [part for part in re.split("[;\n]", said) if part.strip()]
        if len(parts) == 1 and ":" not in said:
            return [("0", said.strip())]
        return [(line.strip(), weight.strip()) for line, _colon, weight in (p.partition(":") for p in parts)]


def _number(value: Any) -> str:
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value and abs(value) < 10**12 else "–"
    return str(value)[:400]


def _plain(text: Any) -> str:
    return unicodedata.normalize("NFKC", str(text))[:100].strip()


def station_of(said: str) -> str:
    """The code of a station named by code or in Chinese; empty when it is none that can be claimed."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", said))
    code = plain.upper()
    found = code if code in stations.STATIONS else _STATION_OF.get(_folded(plain), "")
    return found if found in stations.CLAIMABLE else ""


def _folded(plain: str) -> str:
    """Our own words hold a full-width comma, which NFKC narrows."""
    return plain.replace(",", "，")


_DIGITS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "两": "2",
}
_ARABIC = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"),
)
_SIGNS = "一二三四五六七八九十"
_CHINESE = re.compile(f"([〇○零{_SIGNS[:-1]}]{{4}})年([{_SIGNS}]{{1,3}})月([{_SIGNS}廿卅]{{1,3}})[日号]?")
_SOONEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)


def day_of(said: str) -> date:
    """A date written year first, in digits or in Chinese: 2026-11-05, 2026年11月5日, 二〇二六年十一月五日.

    Raises ValueError with a sentence; day-first dates are refused, since nobody can tell 05/11 from 11/05.
    """
    # The sign for zero is a letter to Unicode and stays; full-width digits become ours.
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", said))
    parts = next((m.groups() for pattern in _ARABIC if (m := pattern.fullmatch(plain))), None)
    if parts is None and (found := _CHINESE.fullmatch(plain)):
        year, month, day = found.groups()
        parts = ("".join(_DIGITS[sign] for sign in year), _count(month), _count(day))
    if parts is None or not all(part.isascii() for part in parts):
        raise ValueError(
            _("“%(said)s” is no date: write 2026-11-05, 2026年11月5日 or 二〇二六年十一月五日.")
            % {"said": said}
        )
    try:
        found_day = date(*(int(part) for part in parts))
    except ValueError:
        raise ValueError(_("There is no such day in the calendar.")) from None
    if not _SOONEST <= found_day <= _LATEST:
        raise ValueError(_("There is no such day in the calendar."))
    return found_day


def _count(said: str) -> str:
    """1 to 39 in Chinese: 五, 十, 十五, 二十, 二十五, 廿五, 卅一; "0" for what is none."""
    said = said.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = said.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return "0"
    return str((int(_DIGITS.get(tens, "1")) if ten else 0) * 10 + int(_DIGITS.get(ones, "0")))


def kept(given: dict[str, Any]) -> dict[str, str]:
    """The values of a row as they can be stored and shown: short text, whatever was sent."""
    return {name: _shown(value) for name, value in given.items() if value not in (None, "")}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        value = "; ".join(f"{line}:{weight}" for line, weight in list(value.items())[:MOST_LINES])
    elif isinstance(value, list):
        value = "; ".join(map(str, value[:MOST_LINES]))
    return str(value)[:400].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def refused_table(refusals: Iterable[tuple[int, dict[str, str], str]]) -> Iterable[list[str]]:
    """Refused rows with their reasons, in columns that can be mended and sent again."""
    yield ["row", "reasons", *FIELDS]
    for number, given, reasons in refusals:
        yield [str(number), reasons, *(given.get(name, "") for name in FIELDS)]
