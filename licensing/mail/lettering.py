"""Bytes of a mail to letters: declared charsets that lie, HTML to plain text, nothing hidden. Pure functions."""

from __future__ import annotations

import html
import re
import unicodedata

MOST_HTML = 400_000

# Charsets that mail is written in. What else is declared is not believed.
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "gb2312": "gb18030", "gbk": "gb18030",
    "gb18030": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "hz-gb-2312": "hz",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cp950": "cp950", "utf-16": "utf-16", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be", "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15", "shift_jis": "cp932", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949",
}  # fmt: skip
_WESTERN = {"ascii", "cp1252", "iso8859-15"}
# The signs most used in letters about licences, simplified and traditional: a wrong guess gives hardly any of them.
_USUAL = frozenset(
    "的是了在有我们您贵司已于请到和为年月日出口许可证申请受理批准审查提交商务部材料补正公司最终用户下发号"
    "們貴於請為許證申請審查補發號務據這個對時應後來說經過會還關開"
)


def decoded(content: bytes, declared: str = "") -> str:
    """Text of bytes: valid UTF-8 first, then what was declared, then the Chinese encoding that reads best."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    codec = _CODECS.get(declared.strip().strip("\"'").lower(), "")
    if codec in {"hz", "iso2022_jp"} and (found := _strictly(content, codec)) is not None:
        return found
    if not codec.startswith("utf-16") and (found := _strictly(content, "utf-8")) is not None:
        return found
    if codec and codec not in _WESTERN and (found := _strictly(content, codec)) is not None:
        rivals = [found, *_chinese(content)] if codec in {"gb18030", "big5hkscs", "cp950"} else [found]
        return max(rivals, key=_usual)
    best = max(_chinese(content), key=_usual, default="")
    if _usual(best):
        return best
    return content.decode(codec or "utf-8", "replace")


def _strictly(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _chinese(content: bytes) -> list[str]:
    found = (_strictly(content, codec) for codec in ("gb18030", "big5hkscs"))
    return [text for text in found if text is not None]


def _usual(text: str) -> float:
    """How much of the text is signs one expects, against signs one does not."""
    return sum(sign in _USUAL for sign in text[:20_000])


def plain(text: str, most: int) -> str:
    """Text that can be stored and shown: no control, direction or invisible signs, at most `most` letters."""
    lines = text[: 4 * most].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cleaned = "\n".join(" ".join(_visible(line).split()) for line in lines)
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", cleaned)).strip()[:most]


def line(text: str, most: int) -> str:
    """The same on one line."""
    return " ".join(plain(text, most).split())[:most]


def _visible(text: str) -> str:
    return "".join(sign if _is_visible(sign) else " " if sign == "\t" else "" for sign in text)


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "hr", "pre", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)")


def text_of_html(markup: str) -> str:
    """The words of HTML, in one pass over it: no scripts, no styles, nothing fetched; quoted mail marked by ">"."""
    pieces = _without_comments(markup[:MOST_HTML]).split("<")
    found, unseen, quotes = [pieces[0]], "", 0
    for piece in pieces[1:]:
        tag = _TAG.match(piece)
        if tag is None:
            found += (
                []
                if unseen
                else ["<" + piece if piece[:1].isspace() or not piece else piece.partition(">")[2]]
            )
            continue
        is_end, name = bool(tag[1]), tag[2].lower()
        words = piece.partition(">")[2]
        if unseen:
            if is_end and name == unseen:
                unseen = ""
                found.append(words)
            continue
        if name in _UNSEEN and not is_end and not piece.partition(">")[0].endswith("/"):
            unseen = name
            continue
        if name == "blockquote":
            quotes = max(quotes + (-1 if is_end else 1), 0)
        found.append(
            ("\n" + "> " * min(quotes, 3) if name in _BLOCKS else " " if name == "td" else "") + words
        )
    return html.unescape("".join(found)).replace("\xa0", " ")


def _without_comments(markup: str) -> str:
    kept, start = [], 0
    while (begin := markup.find("<!--", start)) >= 0:
        kept.append(markup[start:begin])
        end = markup.find("-->", begin + 4)
        if end < 0:
            return "".join(kept)
        start = end + 3
    return "".join([*kept, markup[start:]])
