"""A mail, read: its heads in letters, its text, its parts and what is wrong with their shape. No database.

Whatever was sent, reading it takes time and memory in proportion: bytes are counted before they are parsed, heads are
cut, attachments are named and never opened.
"""

from __future__ import annotations

import email.policy
import email.utils
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import errors, header, message
from email.parser import BytesParser

from licensing.mail import lettering

MOST_BYTES = 25 * 1024 * 1024
MOST_LINES = 600_000  # of 25 MB in base64
MOST_LEVELS = 60  # words that may begin a level
MOST_DASHES = 20_000  # lines that may begin a part
MOST_PARTS, DEEPEST = 100, 8
LONGEST_HEAD, MOST_HEADS = 8_000, 400
LONGEST_TEXT = 20_000
MOST_TEXT_BYTES = 32 * LONGEST_TEXT  # of HTML
MOST_ATTACHMENTS = 50

_LEVEL = re.compile(rb"boundary|message/", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_ANGLED = re.compile(r"<([^<>\s]{1,320})>")
_BARE = re.compile(r"[^\s<>()\[\],;:\"]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_BROKEN = (
    errors.NoBoundaryInMultipartDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
    errors.FirstHeaderLineIsContinuationDefect,
    errors.MissingHeaderBodySeparatorDefect,
)
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


class _Bounded(email.policy.Compat32):
    """The plain policy, whose heads are cut while they are parsed.

    The newer policies parse heads by a grammar, in time that a hostile head makes quadratic.
    """

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines)[:200])
        return name[:100], value[:LONGEST_HEAD]


@dataclass(frozen=True)
class Letter:
    """A mail in letters. `fault` is why it is to be kept apart for its shape; one of REASONS of the models."""

    fault: str = ""
    message_id: str = ""
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    text: str = ""
    attachments: tuple[dict[str, object], ...] = ()
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def said(self, name: str) -> tuple[str, ...]:
        """All values of a head, the topmost first."""
        return self.heads.get(name, ())


def read(content: bytes) -> Letter:
    """Read a whole mail. Raises nothing: what cannot be read is a letter with a fault."""
    if fault := _too_much(content):
        return head_of(content[:200_000], fault)
    try:
        parsed = BytesParser(policy=_Bounded()).parsebytes(content)
        return _letter(parsed, "")
    except (RecursionError, MemoryError):
        return head_of(content[:200_000], "NESTED")
    except Exception:  # what the library's parser does not withstand is broken by its own word
        return head_of(content[:200_000], "BROKEN")


def head_of(content: bytes, fault: str) -> Letter:
    """The heads of a mail whose rest is not read."""
    try:
        found = BytesParser(policy=_Bounded()).parsebytes(content[:200_000], headersonly=True)
        found.set_payload("")
        return _letter(found, fault, heads_only=True)
    except Exception:
        return Letter(fault="BROKEN")


def _too_much(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        return "HUGE"
    is_deep = sum(1 for _level in _LEVEL.finditer(content)) > MOST_LEVELS
    is_long = content.count(b"\n") + content.count(b"\r") > 2 * MOST_LINES
    return "NESTED" if is_deep or is_long or content.count(b"\n--") > MOST_DASHES else ""


def _letter(parsed: message.Message, fault: str, *, heads_only: bool = False) -> Letter:
    heads = _heads(parsed)
    parts = [] if heads_only else list(_parts(parsed))
    return Letter(
        fault=fault or ("" if heads_only else _fault(heads, parts)),
        message_id=lettering.line(_first(heads, "message-id"), 300),
        senders=_addresses(heads, "from"),
        recipients=_addresses(heads, "to", "cc", "delivered-to", "x-original-to", "envelope-to"),
        subject=lettering.line(_first(heads, "subject"), 500),
        sent_at=_moment(_first(heads, "date")),
        text=lettering.plain(_text([part for _depth, part in parts]), LONGEST_TEXT),
        attachments=tuple(_attachments([part for _depth, part in parts])),
        heads=heads,
    )


def _heads(parsed: message.Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in list(parsed.raw_items())[:MOST_HEADS]:
        found.setdefault(name.lower(), []).append(in_letters(str(value)))
    return {name: tuple(values) for name, values in found.items()}


def in_letters(value: str) -> str:
    """A head by RFC 2047, or with bytes as they are; what it declares wrongly is read as what it is."""
    value = re.sub(r"[\r\n]+[ \t]*", " ", value[:LONGEST_HEAD])
    raw = value.encode("utf-8", "surrogateescape")
    if "=?" not in value:
        return lettering.decoded(raw)
    try:
        pieces = header.decode_header(lettering.decoded(raw))
    except (errors.HeaderParseError, ValueError, AssertionError):
        return lettering.decoded(raw)
    return _joined(pieces)


def _joined(pieces: Sequence[tuple[bytes | str, str | None]]) -> str:
    """Neighbours of one charset are joined before they are decoded: senders cut in the middle of a sign."""
    runs: list[tuple[bytes, str]] = []
    for piece, charset in pieces:
        content = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")
        if runs and runs[-1][1] == (charset or "") and charset:
            runs[-1] = (runs[-1][0] + content, charset)
        else:
            runs.append((content, charset or ""))
    return "".join(lettering.decoded(content, charset) for content, charset in runs)


def _first(heads: dict[str, tuple[str, ...]], name: str) -> str:
    return heads.get(name, ("",))[0]


def _addresses(heads: dict[str, tuple[str, ...]], *names: str) -> tuple[str, ...]:
    """Addresses in small letters. What is quoted is a name, whatever it looks like."""
    found: list[str] = []
    for value in [value for name in names for value in heads.get(name, ())][:20]:
        bare = _QUOTED.sub(" ", value)
        found += _ANGLED.findall(bare) or _BARE.findall(bare)
    plain = (lettering.line(address, 320).lower() for address in found[:200])
    return tuple(dict.fromkeys(address for address in plain if "@" in address))


def _moment(value: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(value[:100])
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _parts(parsed: message.Message, depth: int = 0) -> Iterator[tuple[int, message.Message]]:
    yield depth, parsed
    for part in _children(parsed):
        yield from _parts(part, depth + 1)


def _children(part: message.Message) -> list[message.Message]:
    return list(part.get_payload()) if part.is_multipart() else []  # type: ignore[arg-type]


def _fault(heads: dict[str, tuple[str, ...]], parts: Sequence[tuple[int, message.Message]]) -> str:
    if len(parts) > MOST_PARTS or max(depth for depth, _part in parts) > DEEPEST:
        return "NESTED"
    if not heads or any(isinstance(defect, _BROKEN) for _depth, part in parts for defect in part.defects):
        return "BROKEN"
    if any(_is_tnef(part) for _depth, part in parts):
        return "TNEF"
    return ""


def _is_tnef(part: message.Message) -> bool:
    return part.get_content_type() in _TNEF or _name(part).lower() == "winmail.dat"


def _name(part: message.Message) -> str:
    return lettering.line(in_letters(part.get_filename() or ""), 200)


def _text(parts: Sequence[message.Message]) -> str:
    """The words of the mail itself: its plain text, else its HTML. Mails inside it are attachments."""
    found: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    own = _own(parts[0]) if parts else []
    for part in own:
        kind = part.get_content_type()
        if kind in found and not _is_attached(part):
            found[kind].append(_words(part))
    words = "\n".join(found["text/plain"])
    return words if words.strip() else "\n".join(lettering.text_of_html(said) for said in found["text/html"])


def _words(part: message.Message) -> str:
    charset = part.get_param("charset", "")
    part.del_param("charset")  # the library would try it on the bytes, whatever it is
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    if len(content) > MOST_TEXT_BYTES:  # never in the middle of a sign
        content = content[: max(content.rfind(b"\n", 0, MOST_TEXT_BYTES), MOST_TEXT_BYTES // 2)]
    return lettering.decoded(content, charset if isinstance(charset, str) else "")


def _own(part: message.Message) -> list[message.Message]:
    children = [] if part.get_content_maintype() == "message" else _children(part)
    return [one for child in children for one in _own(child)] or [part]


def _is_attached(part: message.Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(parts: Sequence[message.Message]) -> Iterator[dict[str, object]]:
    """Names, types and sizes as sent; nothing is decoded or opened."""
    kept = [part for part in parts if part.get_filename() or part.get_content_type() == "message/rfc822"]
    for part in kept[:MOST_ATTACHMENTS]:
        part.del_param("charset")
        size = 0 if part.is_multipart() else len(str(part.get_payload()))
        yield {"name": _name(part) or "–", "type": lettering.line(part.get_content_type(), 100), "size": size}
