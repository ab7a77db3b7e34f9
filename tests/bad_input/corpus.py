"""What people, programs and attackers type into fields: a fixed list, and strategies for more of the same."""

# ruff: noqa: E501

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

NUMBERS = (
    "1_000", "1e9", "1E+9", "1e-3", "१२.५", "١٢٣", "１２３", "1,00", "12,5", "1,23,4", "1\u00a0000", "NaN", "sNaN", "Infinity",
    "-Infinity", "-0", "-1", "+1", "0x10", "0.0005", "0.00000049", "1e400", "9" * 30, "9" * 5000, "1.0.0", ".", "-",
    "1.", ".5", "٫5", "½", "2147483648", "9223372036854775808", "0", "00012", "1 2", "True", "null", "[]", "{}",
)  # fmt: skip
DATES = (
    "2026-W01-1", "2026-001", "20260101", "2026-1-2", "31/02/2025", "29-02-2025", "05/13/2025", "13/05/25", "0001-01-01",
    "9999-12-31", "0000-00-00", "२०२६-०१-०१", "2026-01-01T00:00:00Z", "tomorrow", "1/1/2026", "2026-12-31 ", "99999-01-01",
)  # fmt: skip
TEXTS = (
    "a\x00b", "\x00", "a\x1bb", "a\x7fb", "line\nbreak", "tab\there", "\r\nSet-Cookie: x=1", "a\u202eb", "a\u2066b\u2069", "a\u200bb",
    "\ufeffa", "a\u00adb", "\ud800", "a\udfffb", "\uffff", "\U000f0000", "e" + "\u0301" * 9, "e" + "\u0301" * 5000, "\u3164",
    "क्‍ष", "a\u200db", "👩‍🔧", "公司𠮷野家", "שלום", "مرحبا", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}",
    "{% debug %}", "${7*7}", "%s%n", "%(x)s", "' OR 1=1 --", "\\", "=1+1", "@SUM(A1)", "../../etc/passwd", "file:///etc/passwd",
    "javascript:alert(1)", "x" * 10_000, "é" * 10_000, " " * 300, " padded ", "e\u0301", "\u212b", "ﬁ", "Ａ", "null", "undefined", "0",
)  # fmt: skip
VALUES = tuple(dict.fromkeys(NUMBERS + DATES + TEXTS))
FILE_NAMES = (
    "../../../etc/passwd", "..\\..\\boot.ini", "a" * 5000 + ".png", ".png", "", " ", "con.png", "a\u202egnp.exe", "a\x00b.png",
    "a\nb.png", 'a"b.png', "a;b=c.png", "图纸.png", "चित्र.png", "%2e%2e%2f.png", "\ufeff.png", "😀" * 90 + ".png",
)  # fmt: skip
CURSORS = (
    "x", "%00", "WzFd", "W10", "e30", "bnVsbA", "W251bGxd", "WyJhIl0", "Wy0xXQ", "WzFlOTk5XQ", "WyJOYU4iXQ", "W1tdXQ", "W3siYSI6MX1d",
    "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd", "WyIxIiwiMiIsIjMiXQ", "WzEsIjIwMjYtMTMtNDUiLDFd", "WzEsIlx1MDAwMCIsMV0", "Ww", "é", "A" * 10000,
    "WzEsICI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwgMV0", "WyIxZTk5OTk5Il0", "W3RydWVd", "=" * 9,
)  # fmt: skip

quick = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("quick", max_examples=12, derandomize=True, **quick)
settings.register_profile("deep", max_examples=1200, **quick)
PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

characters = st.one_of(
    st.characters(),
    st.sampled_from(
        "\x00\n\r\t\u202e\u2066\u200b\u200d\ufeff\ud800\udfff\u0301\u0903\u3164\U00020bb7\U000e0001"
    ),
)
texts = st.one_of(
    st.sampled_from(VALUES),
    st.text(characters, max_size=60),
    st.text("0123456789.,-+eE_ /:१٣", max_size=20),
)
