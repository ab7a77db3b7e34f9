import datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts import fields, identifiers

NEVER_A_NUMBER = [
    "1_000",
    "1e9",
    "1E+9",
    "1.0e3",
    "१२.५",
    "١٢",
    "１２",
    "１２．５",
    "²",
    "½",
    "Ⅷ",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "inf",
    "-0",
    "-0.0",
    "+5",
    "0x10",
    "0b1",
    "1 000",
    "1\u00a0000",
    "12,5",
    "1,00",
    "12,34,56",
    "1,2345",
    "1,,000",
    ",100",
    "1,000,",
    "1,23,456,789",
    "0,125",
    ".5",
    "5.",
    "1.2.3",
    "--1",
    "1-",
    "five",
    "1\n",
    "1\x00",
    "\u202e1",
    "\ud800",
    "9" * 10_000,
    "1,234.567,8",
    "₹5",
    "5kg",
]


def grouped_indian(number):
    head, tail = str(number)[:-3], str(number)[-3:]
    groups = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


class TestStrictDecimalField:
    field = fields.StrictDecimalField(min_value=-10, max_value=10**9, decimal_places=2)

    @pytest.mark.parametrize("typed", NEVER_A_NUMBER)
    def test_refuses(self, typed):
        with pytest.raises(ValidationError) as refusal:
            self.field.clean(typed)
        assert refusal.value.messages[0].endswith(".")

    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("0", "0"),
            ("12.5", "12.5"),
            (" 12.50 ", "12.50"),
            ("-3", "-3"),
            ("12,34,567.5", "1234567.5"),
            ("1,234,567.5", "1234567.5"),
            ("1,234", "1234"),
            ("10,00,000", "1000000"),
            ("007", "7"),
        ],
    )
    def test_takes(self, typed, number):
        assert self.field.clean(typed) == Decimal(number)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("1.005", "At most 2 decimals"),
            ("-11", "at least -10"),
            ("1000000001", "at most 1000000000"),
            ("9" * 39, "at most 1000000000"),
            ("१२", "Type the digits 0 1 2"),
            ("1e9", "without an exponent"),
            ("1,2345", "commas"),
        ],
    )
    def test_says_why(self, typed, sentence):
        with pytest.raises(ValidationError, match=sentence):
            self.field.clean(typed)

    @given(number=st.integers(1000, 10**9))
    def test_reads_both_groupings_alike(self, number):
        assert self.field.clean(grouped_indian(number)) == number
        assert self.field.clean(f"{number:,}") == number

    @given(typed=st.text(st.characters(), max_size=12))
    def test_takes_only_plain_ascii_numbers(self, typed):
        assume(typed.strip(" "))
        try:
            number = self.field.clean(typed)
        except ValidationError:
            return
        assert set(typed) <= set("0123456789.,- ")
        assert number == Decimal(typed.replace(",", ""))

    def test_shows_a_decimal_without_an_exponent(self):
        assert self.field.prepare_value(Decimal("1E+3")) == "1000"

    def test_gives_none_when_left_empty(self):
        field = fields.StrictDecimalField(min_value=0, max_value=1, decimal_places=0, required=False)
        assert field.clean("") is None
        assert field.clean("  ") is None


class TestStrictIntegerField:
    field = fields.StrictIntegerField(min_value=1, max_value=1000)

    @pytest.mark.parametrize("typed", [*NEVER_A_NUMBER, "1.0", "1.", "0", "1001", str(10**30), str(2**63)])
    def test_refuses(self, typed):
        with pytest.raises(ValidationError):
            self.field.clean(typed)

    def test_takes_whole_numbers(self):
        assert self.field.clean("1,000") == 1000
        assert isinstance(self.field.clean("5"), int)


class TestKilogramField:
    field = fields.KilogramField()

    @pytest.mark.parametrize(
        ("typed", "mg"),
        [
            ("0.0005", 500),
            ("1200", 1_200_000_000),
            ("12,34,567.5", 1_234_567_500_000),
            ("0.000001", 1),
            ("1000000000", 10**15),
        ],
    )
    def test_gives_whole_milligrams(self, typed, mg):
        assert self.field.clean(typed) == mg

    @pytest.mark.parametrize(
        "typed", [*NEVER_A_NUMBER, "0", "-1", "0.00049999", "0.0000001", "1000000000.000001"]
    )
    def test_refuses(self, typed):
        with pytest.raises(ValidationError):
            self.field.clean(typed)

    @given(mg=st.integers(1, 10**15))
    def test_reads_back_what_it_shows(self, mg):
        assert self.field.clean(self.field.prepare_value(mg)) == mg

    def test_knows_whether_anything_changed(self):
        assert not self.field.has_changed(500, "0.0005")
        assert self.field.has_changed(500, "0.0006")

    def test_hands_milligrams_back_when_disabled(self):
        class WeightForm(forms.Form):
            weight = fields.KilogramField(disabled=True)

        form = WeightForm({}, initial={"weight": 1_200_000_000})
        assert form.is_valid()
        assert form.cleaned_data == {"weight": 1_200_000_000}


class TestStrictDateField:
    field = fields.StrictDateField()

    @pytest.mark.parametrize("typed", ["2025-10-05", "05-10-2025", "05/10/2025", " 05/10/2025 "])
    def test_reads_the_fifth_of_october(self, typed):
        assert self.field.clean(typed) == datetime.date(2025, 10, 5)

    @pytest.mark.parametrize(
        "typed",
        [
            "2026-W01-1",
            "20260101",
            "2026-1-2",
            "5/10/2025",
            "05.10.2025",
            "2025/10/05",
            "10/25/2025",
            "31-02-2025",
            "29-02-2025",
            "05-10/2025",
            "२०२५-१०-०५",
            "２０２５-10-05",
            "2025-10-05T00:00",
            "2025-278",
            "0001-01-01",
            "9999-12-31",
            "-2025-10-05",
            "2025-10-05\n",
            "2025–10–05",
            "05-Oct-2025",
            "tomorrow",
            "x" * 10_000,
            "\ud800",
            "2025-00-10",
            "00-10-2025",
        ],
    )
    def test_refuses(self, typed):
        with pytest.raises(ValidationError):
            self.field.clean(typed)

    def test_takes_a_leap_day(self):
        assert self.field.clean("29-02-2028") == datetime.date(2028, 2, 29)

    @given(day=st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))
    def test_reads_back_what_it_shows(self, day):
        assert self.field.clean(self.field.prepare_value(day)) == day
        assert self.field.clean(day.isoformat()) == day


class TestLineField:
    def test_trims_and_counts(self):
        field = fields.LineField(max_length=5)
        assert field.clean("  abc ") == "abc"
        assert field.widget.attrs["maxlength"] == "5"
        for typed in ("abcdef", "   ", "a\nb", "a\u202eb", "\ud800"):
            with pytest.raises(ValidationError):
                field.clean(typed)


class TestTextField:
    def test_keeps_lines(self):
        assert fields.TextField(max_length=50).clean("a\r\nb") == "a\nb"

    def test_refuses_what_hides(self):
        with pytest.raises(ValidationError):
            fields.TextField(max_length=50).clean("a\u200bb")


class TestIdentifierField:
    def test_gives_the_normal_form(self):
        assert fields.IdentifierField(identifiers.iec).clean(" aaace1234f ") == "AAACE1234F"

    def test_may_be_left_empty(self):
        assert fields.IdentifierField(identifiers.iec, required=False).clean("") == ""
