"""What text may be stored: the same letters a reader sees, in any script, and nothing hidden.

Everything accepted comes back identical apart from NFC and the spaces trimmed at the ends.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_MARKS = 8  # combining marks on one letter; Vedic Sanskrit needs four, 10,000 stop a renderer
JOINERS = "\u200c\u200d"
BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"  # letters by category, blank to the eye
INDIC_BLOCKS = ((0x0900, 0x0DFF), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF), (0x11B00, 0x11B5F))


def clean_line(text: str, *, max_length: int) -> str:
    """One line of text, NFC, without outer spaces. Raises ValidationError for line breaks too."""
    return _clean(text, max_length=max_length, allowed_controls="")


def clean_text(text: str, *, max_length: int) -> str:
    """Text of several lines: line ends become "\\n", tabs stay. Raises ValidationError like `clean_line`."""
    text = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _clean(text, max_length=max_length, allowed_controls="\n\t")


def _clean(text, *, max_length, allowed_controls):
    text = str(text)
    if len(text) > 4 * max_length + 100:
        raise _too_long(max_length, len(text))
    _refuse_hidden(text, allowed_controls)
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > max_length:
        raise _too_long(max_length, len(text))
    return text


def _too_long(limit, length):
    return ValidationError(
        _("This has %(length)s characters; at most %(limit)s fit.") % {"length": length, "limit": limit},
        code="max_length",
    )


def _refuse_hidden(text, allowed_controls):
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category != "Cf":
            marks = marks + 1 if category.startswith("M") else 0
        if marks > MOST_MARKS:
            raise ValidationError(_("A letter carries too many accents or marks."), code="combining_marks")
        if category in {"Zl", "Zp"} or (category == "Cc" and character not in allowed_controls):
            raise _refusal(character, _("a control character or line break"))
        if category == "Cs" or character == "\ufffd":
            raise _refusal(character, _("half of a character"))
        if character in BLANK_LETTERS or (category == "Cf" and not _joins_indic(text, place)):
            raise _refusal(character, _("an invisible character"))
        if category == "Co" or (category == "Cn" and not _may_be_chinese(character)):
            raise _refusal(character, _("a character that no standard defines"))


def _refusal(character, what):
    return ValidationError(
        _("This holds %(what)s (U+%(code)s), often brought along by copying: type it anew.")
        % {"what": what, "code": f"{ord(character):04X}"},
        code="hidden_character",
    )


def _may_be_chinese(character):
    """Whether the code point lies in the planes of rare ideographs, which grow after Python's own tables."""
    return 0x20000 <= ord(character) < 0x40000 and ord(character) & 0xFFFE != 0xFFFE


def _joins_indic(text, place):
    """Whether a joiner stands next to a letter of an Indian script, where it changes the spelling."""
    if text[place] not in JOINERS:
        return False
    neighbours = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return any(start <= ord(n) <= end for n in neighbours for start, end in INDIC_BLOCKS)
