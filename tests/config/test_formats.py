"""Numbers and dates as the three languages write and read them."""

import datetime

import pytest
from django import forms
from django.utils import formats, translation


class TestGrouping:
    @pytest.mark.parametrize("language", ["en", "hi"])
    def test_is_lakh_and_crore_for_indian_readers(self, language):
        with translation.override(language):
            assert formats.number_format(1234567890, use_l10n=True, force_grouping=True) == "1,23,45,67,890"

    def test_is_by_thousands_in_chinese(self):
        with translation.override("zh-hans"):
            assert formats.number_format(1234567, use_l10n=True, force_grouping=True) == "1,234,567"


class TestTypedDate:
    @pytest.mark.parametrize("language", ["en", "hi", "zh-hans"])
    @pytest.mark.parametrize("typed", ["05/10/2025", "05-10-2025", "2025-10-05"])
    def test_reads_day_before_month(self, language, typed):
        with translation.override(language):
            assert forms.DateField().clean(typed) == datetime.date(2025, 10, 5)

    @pytest.mark.parametrize("language", ["en", "hi", "zh-hans"])
    def test_refuses_month_before_day(self, language):
        with translation.override(language), pytest.raises(forms.ValidationError):
            forms.DateField().clean("10/25/2025")


class TestShownDate:
    @pytest.mark.parametrize(
        ("language", "shown"), [("en", "05-10-2025"), ("hi", "05-10-2025"), ("zh-hans", "2025-10-05")]
    )
    def test_follows_the_language(self, language, shown):
        with translation.override(language):
            assert formats.date_format(datetime.date(2025, 10, 5)) == shown

    def test_keeps_international_digits_in_hindi(self):
        with translation.override("hi"):
            assert formats.number_format(98765, force_grouping=True) == "98,765"
