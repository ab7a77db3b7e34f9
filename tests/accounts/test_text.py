import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import text


def line(value):
    return text.clean_line(value, max_length=500)


class TestCleanLine:
    @pytest.mark.parametrize(
        "value",
        [
            "Pune Motors Private Limited",
            "विद्युत मोटर प्राइवेट लिमिटेड",
            "宁波示例磁业有限公司",
            "𠮷野家 㗎 𰻝",
            "क्\u200dष",
            "നന്\u200dമ",
            "M/s O'Brien & Søns “Ltd”",
            "O\u0302\u0301",
            "தமிழ் మాగ్నెట్",
            "42 µm × 3°",
            "{{ 7*7 }} <b>",
            "=1+1",
        ],
    )
    def test_gives_back_what_every_script_needs(self, value):
        assert line(value) == unicodedata.normalize("NFC", value)

    @pytest.mark.parametrize(
        "value",
        [
            "a\u202eb",
            "a\u2066b",
            "a\u200bb",
            "\ufeffa",
            "a\u200db",
            "a\u200c",
            "a\u00adb",
            "a\x00b",
            "a\nb",
            "a\rb",
            "a\tb",
            "a\x1bb",
            "a\x85b",
            "a\u2028b",
            "a\ud800b",
            "a\ue000b",
            "a\uffffb",
            "a\u3164b",
            "a\U000e0041b",
            "\U0001f468\u200d\U0001f469",
        ],
    )
    def test_refuses_what_the_eye_does_not_see(self, value):
        with pytest.raises(ValidationError, match=r"U\+[0-9A-F]{4,6}"):
            line(value)

    def test_refuses_towers_of_marks_also_with_joiners_between(self):
        assert line("o" + "\u0301" * 8)
        for tower in ("o" + "\u0301" * 9, "अ" + "\u0301\u200d" * 9, "o" + "\u0301" * 10_000):
            with pytest.raises(ValidationError):
                text.clean_line(tower, max_length=20_000)

    def test_counts_the_length_of_the_normal_form_without_outer_spaces(self):
        assert text.clean_line("  e\u0301é \u3000", max_length=2) == "éé"
        with pytest.raises(ValidationError, match="3 characters; at most 2"):
            text.clean_line("abc", max_length=2)
        with pytest.raises(ValidationError):
            text.clean_line("x" * 100_000, max_length=2)

    @given(value=st.text(st.characters(), max_size=60))
    def test_gives_storable_text_or_a_sentence(self, value):
        try:
            kept = line(value)
        except ValidationError:
            return
        assert kept == unicodedata.normalize("NFC", value).strip()
        assert line(kept) == kept
        kept.encode()
        assert not {"\x00", "\n", "\r", "\u202e"} & set(kept)


class TestCleanText:
    def test_keeps_lines_and_tabs(self):
        assert text.clean_text("a\r\nb\rc\n\td", max_length=20) == "a\nb\nc\n\td"

    def test_refuses_the_other_controls(self):
        with pytest.raises(ValidationError):
            text.clean_text("a\x0bb", max_length=20)

    @given(value=st.text(st.characters(), max_size=60))
    def test_is_stable(self, value):
        try:
            kept = text.clean_text(value, max_length=60)
        except ValidationError:
            return
        assert text.clean_text(kept, max_length=60) == kept
